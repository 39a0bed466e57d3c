"""CSV files: cut into blocks at row ends, parsed by Arrow with every field as text, so that no value is touched."""

# Some arguments of the protocol matter to others that follow it only.
# ruff: noqa: ARG002

from __future__ import annotations

import codecs
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from flext_sdk.connectors._blocks import Block, Encoding, Layout, cut
from flext_sdk.connectors._classify import classify
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._kinds import NOTHING, Kinds
from flext_sdk.connectors._lines import record_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._files import SourceFile
    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._types import Json, Table

_BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 16


class CsvFormat:
    """CSV as the settings describe it.

    Args:
        settings: Of ``tap-csv``.

    Raises:
        ConnectorError: If delimiter, quote character or encoding cannot be used.
    """

    mixed = False
    suffixes = (".csv", ".tsv", ".txt")

    def __init__(self, settings: Settings) -> None:
        self._delimiter = _character("delimiter", settings["delimiter"].replace("\\t", "\t"))
        self._quote = _character("quote_char", settings["quote_char"]) if settings["quote_char"] else ""
        if self._delimiter == self._quote:
            raise ConnectorError(f"delimiter and quote_char must differ, both are {self._quote}")
        self._encoding = _encoding(settings["encoding"])
        self._header = bool(settings["header"])
        self._nulls = list(settings["null_values"])
        self._skip_ragged = settings["on_ragged_rows"] == "skip"
        self._quoted = _quoted_field(self._quote.encode(), self._delimiter.encode())

    @property
    def signature(self) -> str:
        """The settings that decide what is read from a file."""
        return json.dumps([self._delimiter, self._quote, self._encoding, self._header, self._nulls, self._skip_ragged])

    def layout(self, file: SourceFile) -> Layout | None:
        """Reads the header row; None while the file holds no whole row."""
        with file.path.open("rb") as stream:
            data, start = stream.read(_HEAD), 0
            if data.startswith(_BOM) and self._encoding == "utf-8":
                start = len(_BOM)
            while True:
                end, row_ends = self._first_row(data, start)
                more = b"" if row_ends else stream.read(len(data))
                if not more:
                    break
                data += more
        row = data[start:end]
        if not row_ends and not row.strip(b"\r\n"):
            return None
        if not row_ends and self._header and b"\r" not in row.rstrip(b"\r"):
            return None
        names = self._names(file, row)
        return Layout(end if self._header else start, names)

    def _first_row(self, data: bytes, start: int) -> tuple[int, bool]:
        """Where the first row that is not blank ends, and whether its line end was seen."""
        while data[start : start + 1] in (b"\n", b"\r"):
            start += 1
        position = start
        if self._quoted:
            for match in self._quoted.finditer(data[start:]):
                line_end = data.find(b"\n", position, start + match.start())
                if line_end >= 0:
                    return line_end + 1, True
                position = start + match.end()
        line_end = data.find(b"\n", position)
        return (line_end + 1, True) if line_end >= 0 else (len(data), False)

    def _names(self, file: SourceFile, row: bytes) -> tuple[str, ...]:
        import csv

        quoting: Any = {"quotechar": self._quote} if self._quote else {"quoting": csv.QUOTE_NONE}
        text = self._decode(row, file, 0, 0).decode()
        csv.field_size_limit(1 << 30)
        lines = io.StringIO(text, newline="")
        rows = [fields for fields in csv.reader(lines, delimiter=self._delimiter, **quoting) if fields]
        if len(rows) > 1:
            raise ConnectorError(f"{file.path}: line ends must be LF or CRLF, but the first row ends with CR alone")
        fields = [field.strip() for row in rows for field in row]
        if not self._header:
            return tuple(f"column_{number}" for number in range(1, len(fields) + 1))
        names: list[str] = []
        for number, field in enumerate(fields, 1):
            wanted = name = field or f"column_{number}"
            count = 1
            while name in names or (count > 1 and name in fields):
                count += 1
                name = f"{wanted}_{count}"
            if name != wanted:
                say("WARNING", f"{file.path}: the header has {wanted} twice; column {number} is called {name}")
            names.append(name)
        return tuple(names)

    def blocks(self, file: SourceFile, layout: Layout, start: int, end: int, first_row: int) -> Iterator[Block]:
        """The rows between two byte offsets; a last row that is visibly unfinished is left for later."""
        row = first_row

        def split(data: bytes, offset: int) -> tuple[int, Table]:
            return self._split(data, file, layout, offset, row)

        for offset, raw, table in cut(file.path, start, end, split):
            if table is not None:
                yield Block(offset, raw, row, table.num_rows, table)
                row += table.num_rows
            elif (last := self._last(raw, file, layout, offset, row)) is not None:
                if last.rows:
                    yield last
            else:
                say(
                    "WARNING", f"{file.path}: row {row}, the last one, is not complete yet; it is left for the next run"
                )

    def _split(self, data: bytes, file: SourceFile, layout: Layout, offset: int, row: int) -> tuple[int, Any]:
        size = data.rfind(b"\n") + 1
        if not size:
            return 0, None
        if not self._quoted or self._quote.encode() not in data:
            return size, self._parse(data[:size], file, layout, offset, row)
        # If every line is a row, the last line end is one. Only otherwise are the quoted fields walked through.
        try:
            table = self._parse(data[:size], file, layout, offset, row, quiet=True)
            if table.num_rows == data.count(b"\n", 0, size):
                return size, table
        except ConnectorError:
            table = None
        exact = self._row_end(data)
        if exact == size and table is not None and not self._skip_ragged:
            return size, table
        return (exact, self._parse(data[:exact], file, layout, offset, row)) if exact else (0, None)

    def _row_end(self, data: bytes) -> int:
        """Behind the last line end that is not inside a quoted field."""
        found = position = 0
        for match in self._quoted.finditer(data) if self._quoted else ():
            line_end = data.rfind(b"\n", position, match.start())
            found = max(found, line_end + 1)
            position = match.end()
            if not match[1]:
                return found
        return max(found, data.rfind(b"\n", position) + 1)

    def _last(self, raw: bytes, file: SourceFile, layout: Layout, offset: int, row: int) -> Block | None:
        """The last row where it has no line end, or None if it is not whole: an open quote, or fields missing."""
        if self._quoted and any(not match[1] for match in self._quoted.finditer(raw)):
            return None
        try:
            table = self._parse(raw, file, layout, offset, row, quiet=True, skip=False)
        except ConnectorError:
            return None
        return Block(offset, raw, row, table.num_rows, table, whole=False)

    def _parse(
        self,
        raw: bytes,
        file: SourceFile,
        layout: Layout,
        offset: int,
        row: int,
        *,
        quiet: bool = False,
        skip: bool | None = None,
    ) -> Table:
        names = list(layout.fields)
        data = self._decode(raw, file, offset, row)
        if data.startswith(_BOM):
            data = _BOM + data  # Arrow drops one; here it belongs to a value
        ragged: list[Any] = []
        skipping = self._skip_ragged if skip is None else skip

        def on_ragged(found: Json) -> str:
            ragged.append(found)
            return "skip" if skipping else "error"

        try:
            table = pacsv.read_csv(
                pa.BufferReader(data),
                read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._delimiter,
                    quote_char=self._quote or False,
                    newlines_in_values=True,
                    invalid_row_handler=on_ragged,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=True,
                    null_values=self._nulls,
                    quoted_strings_can_be_null=False,
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid as error:
            if ragged:
                bad = ragged[0]
                at = "" if bad.number is None else f"row {row + bad.number - 1}: "
                raise ConnectorError(
                    f"{file.path}: {at}{bad.actual_columns} fields instead of {bad.expected_columns} "
                    "(on_ragged_rows: skip leaves such rows out)"
                ) from None
            if not data.strip(b"\r\n"):
                return pa.table({name: pa.array([], pa.string()) for name in names})
            raise ConnectorError(f"{file.path}: row {row} and following: {error}") from None
        if ragged and not quiet:
            say(
                "WARNING",
                f"{file.path}: {len(ragged)} ragged rows skipped from row {row + (ragged[0].number or 1) - 1} on",
            )
        return table.combine_chunks()

    def _decode(self, raw: bytes, file: SourceFile, offset: int, row: int) -> bytes:
        """The bytes as UTF-8."""
        try:
            if self._encoding == "utf-8":
                if not raw.isascii():
                    raw.decode("utf-8")
                return raw
            return raw.decode(self._encoding).encode("utf-8")
        except UnicodeDecodeError as error:
            at = f"row {row + raw.count(b'\n', 0, error.start)}" if row else "the header"
            raise ConnectorError(
                f"{file.path}: {at}, byte {offset + error.start} (0x{raw[error.start]:02x}) is not {self._encoding}; "
                "set encoding to that of the file, for instance cp1252 or latin-1"
            ) from None

    def observe(self, block: Block, layout: Layout, known: dict[str, Kinds]) -> None:
        """Adds what the fields of a block hold to ``known``."""
        for name, column in zip(layout.fields, block.data.columns, strict=True):
            found = known.get(name, NOTHING)
            for chunk in column.chunks:
                found = classify(chunk, found)
            known[name] = found

    def encode(self, block: Block, layout: Layout, encoding: Encoding) -> Iterator[memoryview | bytes]:
        """RECORD lines of a block."""
        return record_lines(block.data, block.first_row, encoding)


def _quoted_field(quote: bytes, delimiter: bytes) -> re.Pattern[bytes] | None:
    """Finds quoted fields, hopping from quote to quote: only where a field begins does a quote mean anything."""
    if not quote:
        return None
    begins = rb"%(q)s(?:(?<=[%(d)s\r\n]%(q)s)|(?<=\A%(q)s))"
    return re.compile(
        (begins + rb"(?:[^%(q)s]++|%(q)s%(q)s)*+(%(q)s|\Z)") % {b"q": re.escape(quote), b"d": re.escape(delimiter)}
    )


def _character(name: str, text: str) -> str:
    if len(text) != 1 or not text.isascii() or text in "\r\n\0":
        raise ConnectorError(f"{name} must be one ASCII character, not {json.dumps(text)}")
    return text


def _encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
        keeps_ascii = bytes(range(128)).decode(codec) == bytes(range(128)).decode("ascii")
    except (LookupError, UnicodeError):
        codec, keeps_ascii = "", False
    if not keeps_ascii:
        known = "does not keep ASCII as it is; convert the files to UTF-8" if codec else "is not known"
        raise ConnectorError(f"encoding: {name} {known}")
    return "utf-8" if codec == "utf-8-sig" else codec
