"""What a file tap does: discover, test, sync."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors import _catalog
from flext_sdk.connectors._blocks import Block, Encoding, Format
from flext_sdk.connectors._bookmarks import StreamMark
from flext_sdk.connectors._catalog import Selection
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import RecordCounter, say, write_all
from flext_sdk.connectors._plan import Part, Plan, Planner, next_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.connectors._files import Source


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class FileTap:
    """Reads the streams of some files.

    Args:
        name: Name of the program.
        reader: The file format.
        sources: The streams.
        now: Milliseconds since 1970: versions are made of them.
        output: Where messages go, a file descriptor.
    """

    def __init__(
        self, name: str, reader: Format, sources: list[Source], now: Callable[[], int] = _milliseconds, output: int = 1
    ) -> None:
        self._reader = reader
        self._sources = sources
        self._now = now
        self._output = output
        self._counter = RecordCounter({"tap": name})
        self._bookmarks: dict[str, Any] = {}
        self._state: dict[str, Any] = {}

    def discover(self) -> None:
        """Writes the catalog."""
        planner = Planner(self._reader, self._now)
        entries = []
        for source in self._sources:
            plan = planner.plan(source, Selection(), None)
            if plan:
                entries.append(_catalog.entry(source.stream, plan.kinds, plan.keys))
        self._refuse_nothing(entries)
        write_all(self._output, json.dumps({"streams": entries}, indent=2, ensure_ascii=False).encode() + b"\n")

    def test(self, catalog: Mapping[str, Any] | None, *, records: bool) -> None:
        """Writes the schema of every stream and, if wanted, its first record."""
        planner = Planner(self._reader, self._now, sample=True)
        plans = 0
        for source, selection in self._selected(catalog):
            plan = planner.plan(source, selection, None)
            if plan is None:
                continue
            plans += 1
            self._write_schema(source, plan)
            first = (
                next((line for part in plan.parts for line in self._first_line(source, plan, part)), None)
                if records
                else None
            )
            if first:
                write_all(self._output, first)
            self._counter.add(source.stream, 1 if first else 0)
        self._refuse_nothing(plans)
        self._counter.flush()

    def _first_line(self, source: Source, plan: Plan, part: Part) -> list[bytes]:
        for block in part.kept or ():
            for lines in self._reader.encode(block, part.layout, self._encoding(source, plan, part)):
                return [bytes(lines).partition(b"\n")[0] + b"\n"]
        return []

    def sync(self, catalog: Mapping[str, Any] | None, state: Mapping[str, Any]) -> None:
        """Writes schemas, records and states of all selected streams.

        Args:
            catalog: Which streams and fields; None for all.
            state: The last state that the target confirmed; ``{}`` for none.
        """
        state = state["value"] if state.get("type") == "STATE" and isinstance(state.get("value"), dict) else state
        bookmarks = state.get("bookmarks", {})
        if not isinstance(bookmarks, dict):
            raise ConnectorError("--state: bookmarks must be a map from stream to bookmark")
        self._state = {name: value for name, value in state.items() if name != "bookmarks"}
        self._bookmarks = dict(bookmarks)
        last = max((self._version(mark) for mark in bookmarks.values()), default=0)
        planner = Planner(self._reader, lambda: max(self._now(), last + 1))
        plans = 0
        for source, selection in self._selected(catalog):
            plan = planner.plan(source, selection, StreamMark.from_json(source.stream, bookmarks.get(source.stream)))
            if plan:
                self._sync_stream(source, plan, planner)
                plans += 1
        self._refuse_nothing(plans)
        self._counter.flush()

    @staticmethod
    def _version(mark: object) -> int:
        version = mark.get("version") if isinstance(mark, dict) else 0
        return version if isinstance(version, int) else 0

    def _selected(self, catalog: Mapping[str, Any] | None) -> list[tuple[Source, Selection]]:
        if catalog is None:
            return [(source, Selection()) for source in self._sources]
        selections = _catalog.read(catalog)
        chosen = [(source, selections[source.stream]) for source in self._sources if source.stream in selections]
        for name in sorted(set(selections) - {source.stream for source in self._sources}):
            say("WARNING", f"--catalog: there is no file for the stream {name}")
        if not chosen:
            raise ConnectorError("--catalog: it selects no stream that there is a file for")
        return chosen

    @staticmethod
    def _refuse_nothing(found: object) -> None:
        if not found:
            raise ConnectorError("there is nothing to read: every file is empty")

    def _sync_stream(self, source: Source, plan: Plan, planner: Planner) -> None:
        self._write_schema(source, plan)
        mark = plan.mark
        for part in plan.parts:
            rows = part.found.rows
            for block in planner.blocks(part):
                self._write_rows(source, plan, part, block)
                rows += block.rows
                mark.files[part.file.key] = next_mark(part, block, rows)
                self._write_state(source, mark)
                self._counter.add(source.stream, block.rows)
            self._finish(plan, part)
        if plan.activate:
            # Only now are rows of earlier versions removed: until here the table stays whole.
            self._write({"type": "ACTIVATE_VERSION", "stream": source.stream, "version": mark.version})
        mark.complete = True
        self._counter.add(source.stream, 0)
        self._write_state(source, mark)

    @staticmethod
    def _finish(plan: Plan, part: Part) -> None:
        """Notes what the file looked like, which lets the next run pass over it."""
        known = plan.mark.files.setdefault(
            part.file.key, next_mark(part, Block(part.found.start, b"", 1, 0, None), part.found.rows)
        )
        known.stat = part.found.stat

    def _encoding(self, source: Source, plan: Plan, part: Part) -> Encoding:
        every = set(plan.fields) == set(plan.kinds)
        return Encoding(source.stream, plan.fields, every, plan.kinds, plan.mark.version, part.file.key)

    def _write_rows(self, source: Source, plan: Plan, part: Part, block: Block) -> None:
        for lines in self._reader.encode(block, part.layout, self._encoding(source, plan, part)):
            write_all(self._output, lines)

    def _write_schema(self, source: Source, plan: Plan) -> None:
        schema = _catalog.schema_of({name: plan.kinds[name] for name in plan.fields})
        self._write({"type": "SCHEMA", "stream": source.stream, "schema": schema, "key_properties": list(plan.keys)})

    def _write_state(self, source: Source, mark: StreamMark) -> None:
        self._bookmarks[source.stream] = mark.to_json()
        self._write({"type": "STATE", "value": {**self._state, "bookmarks": self._bookmarks}})

    def _write(self, message: Mapping[str, Any]) -> None:
        write_all(self._output, json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
