"""What a run reads of a stream: everything, or what was appended since the bookmark."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flext_sdk.connectors._bookmarks import FileMark, Found, Hash, StreamMark, hash_of, inspect
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._kinds import NOTHING, Kinds, harmless, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk.connectors._blocks import Block, Format, Layout
    from flext_sdk.connectors._catalog import Selection
    from flext_sdk.connectors._files import Source, SourceFile

# Files up to this size are parsed once and kept between finding the types and sending the rows.
_KEEP = 48 << 20


class _ReadAnewError(Exception):
    """A bookmark is of no use any more; ``versioned``: rows sent earlier must go, even though rows have keys."""

    def __init__(self, reason: str, *, versioned: bool = False) -> None:
        super().__init__(reason)
        self.versioned = versioned


@dataclass(slots=True)
class Part:
    """The rows of one file that a run reads, from ``found.start`` up to ``found.size``; a first pass saw them."""

    file: SourceFile
    layout: Layout
    found: Found
    digests: list[str] = field(default_factory=list)
    kept: list[Block] | None = None


@dataclass(slots=True)
class Plan:
    """What a run does with a stream.

    Attributes:
        mark: The bookmark it starts from, and carries on.
        kinds: Every field and its kinds, in order.
        keys: Key fields.
        fields: The selected fields.
        parts: What is read, in order.
        activate: Whether the version is activated at the end.
    """

    mark: StreamMark
    kinds: dict[str, Kinds]
    keys: tuple[str, ...]
    fields: list[str]
    parts: list[Part]
    activate: bool


class Planner:
    """Compares a stream's files with its bookmark and finds the types of what is new.

    Args:
        reader: The file format.
        new_version: Gives a version above all earlier ones.
        sample: Look at the first block of each file only, for tests of a connection.
    """

    def __init__(self, reader: Format, new_version: Callable[[], int], *, sample: bool = False) -> None:
        self._reader = reader
        self._new_version = new_version
        self._sample = sample

    def plan(self, source: Source, selection: Selection, mark: StreamMark | None) -> Plan | None:
        """The plan of one stream, or None when all its files are empty.

        Raises:
            ConnectorError: If a file cannot be read or breaks its format, or a key field does not exist.
        """
        keys = source.keys or selection.keys or ()
        parts = [self._reader.signature, list(keys), sorted(selection.deselected)]
        signature = hash_of(json.dumps(parts).encode())
        layouts = {file.key: layout for file in source.files if (layout := self._layout(file)) is not None}
        if not layouts:
            return None
        files = [file for file in source.files if file.key in layouts]
        if selection.full_table:
            mark = mark if mark and mark.version and not mark.complete else None
        if mark and mark.signature != signature:
            say("INFO", f"{source.stream}: settings, keys or selected fields have changed, so everything is read anew")
            mark = None
        versioned = not keys or selection.full_table
        try:
            plan = self._attempt(source, files, layouts, selection, mark or self._fresh(versioned), keys)
        except _ReadAnewError as reason:
            say("INFO", f"{source.stream}: {reason}, so the stream is read anew")
            plan = self._attempt(source, files, layouts, selection, self._fresh(versioned or reason.versioned), keys)
        plan.mark.signature = signature
        self._check_keys(source, plan)
        return plan

    def _fresh(self, versioned: bool) -> StreamMark:
        return StreamMark(version=self._new_version() if versioned else 0)

    def _layout(self, file: SourceFile) -> Layout | None:
        try:
            layout = self._reader.layout(file)
        except OSError as error:
            raise ConnectorError(f"cannot read {file.path}: {error.strerror}") from None
        if layout is None:
            say("WARNING", f"{file.path} is empty or holds only an unfinished first row; it is left out")
        return layout

    def _attempt(
        self,
        source: Source,
        files: list[SourceFile],
        layouts: dict[str, Layout],
        selection: Selection,
        mark: StreamMark,
        keys: tuple[str, ...],
    ) -> Plan:
        """The plan that goes on from a bookmark.

        Raises:
            _ReadAnewError: If everything has to be read anew.
        """
        parts = []
        for file in files:
            known = mark.files.get(file.key)
            found = inspect(file.path, known)
            layout = layouts[file.key]
            cut_key = found.change == "cut" and bool(layout.fields) and layout.fields[-1] in keys
            if cut_key or (mark.version and found.change in ("cut", "rewritten")):
                # The row that was sent too early must go, or all rows of what is no longer there: only a new version
                # removes rows.
                raise _ReadAnewError(f"{file.key} was rewritten", versioned=cut_key)
            if found.change == "rewritten":
                say("INFO", f"{source.stream}: {file.key} was rewritten and is read anew")
                found.change = "new"
            if found.change == "same" and known:
                if found.start > known.offset:  # the last row got its line end
                    known.offset, known.rows, known.digest = found.start, found.rows, found.hash.text()
                    known.tail_bytes, known.tail_digest = 0, ""
                known.stat = found.stat
                continue
            if found.change == "new":
                found.start, found.rows, found.hash = layout.start, 0, Hash()
                with file.path.open("rb") as stream:
                    found.hash.update(stream.read(layout.start))
            parts.append(Part(file, layout, found))
        kinds = self._kinds(parts, [layouts[file.key] for file in files], selection, mark)
        for name, before in mark.kinds.items():
            if not harmless(before, kinds.get(name, NOTHING)):
                raise _ReadAnewError(f"{name} was {words(before)} and is {words(kinds[name])}")
        activate = bool(mark.version) and not mark.complete
        fields = [name for name in kinds if name not in selection.deselected]
        mark.kinds = {name: kinds[name] for name in fields}
        return Plan(mark, kinds, keys, fields, parts, activate)

    def _kinds(
        self, parts: list[Part], layouts: list[Layout], selection: Selection, mark: StreamMark
    ) -> dict[str, Kinds]:
        """Every field's kinds: of the rows sent before, of the rows to send, and at least what the catalog asks for."""
        known = dict(mark.kinds)
        for layout in layouts:
            for name in layout.fields:
                known.setdefault(name, NOTHING)
        for part in parts:
            self._observe(part, known)
        for name, asked in selection.kinds.items():
            # "date-time" says nothing of offsets.
            if name in known and not (asked == {"datetime"} and known[name] == {"datetimetz"}):
                known[name] = join(known[name], asked, mixed=self._reader.mixed)
        return known

    def _observe(self, part: Part, known: dict[str, Kinds]) -> None:
        found = part.found
        part.kept = [] if found.size - found.start <= _KEEP else None
        for block in self._reader.blocks(part.file, part.layout, found.start, found.size, found.rows + 1):
            self._reader.observe(block, part.layout, known)
            if part.kept is None:
                part.digests.append(hash_of(block.raw))
            else:
                part.kept.append(block)
            if self._sample:
                return

    def _check_keys(self, source: Source, plan: Plan) -> None:
        for key in plan.keys:
            if key not in plan.kinds:
                raise ConnectorError(
                    f"{source.stream}: the key field {key} does not exist; there are: {', '.join(plan.kinds)}"
                )

    def blocks(self, part: Part) -> Iterator[Block]:
        """The blocks of a part once more, checked to be what was seen before.

        Raises:
            ConnectorError: If the file changed in between.
        """
        if part.kept is not None:
            yield from part.kept
            return
        found = part.found
        again = self._reader.blocks(part.file, part.layout, found.start, found.size, found.rows + 1)
        for number, block in enumerate(again):
            if number >= len(part.digests) or part.digests[number] != hash_of(block.raw):
                raise ConnectorError(f"{part.file.path} changed while it was read; run again")
            yield block


def words(kinds: Kinds) -> str:
    """Kinds for a reader."""
    return " or ".join(sorted(kinds)) or "empty"


def next_mark(part: Part, block: Block, rows: int) -> FileMark:
    """The bookmark behind a block that was sent."""
    found = part.found
    if block.whole:
        found.hash.update(block.raw)
        return FileMark(block.end, rows, found.hash.text())
    return FileMark(block.start, rows - block.rows, found.hash.text(), len(block.raw), hash_of(block.raw))
