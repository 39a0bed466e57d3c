"""The files that a BATCH message names, as plugins made with Meltano's SDK write them: JSON lines or Parquet.

The SDK's own targets leave the files where they are; so do these. Whoever starts a tap and a target gives the tap a
folder and removes that in the end.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._json import parse_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 4 << 20
_ROWS = 25_000
_GZIP = b"\x1f\x8b"


def records_of(message: dict[str, Any]) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """The records of a BATCH message, some at a time, and how many bytes of JSON they were.

    Args:
        message: The message; a ``KeyError`` or ``TypeError`` says that it is none.

    Raises:
        ConnectorError: If a file is not on this machine, cannot be read, or does not hold what the message says.
    """
    form, files = message["encoding"]["format"], message["manifest"]
    if form not in ("jsonl", "parquet"):
        raise ConnectorError(f"batch files in the format {form} cannot be read; set jsonl or parquet in batch_config")
    for place in files:
        path = _path(place)
        with _explained(path):
            yield from _json_lines(path) if form == "jsonl" else _parquet(path)


def _path(place: str) -> Path:
    parts = urlsplit(place)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    if not parts.scheme:
        return Path(place)
    raise ConnectorError(f"the batch file {place} is not on this machine; let batch_config name a folder of it")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What goes wrong with a file, in one line."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConnectorError(f"the batch file {path} cannot be read: {reason}") from None


def _json_lines(path: Path) -> Iterator[tuple[list[dict[str, Any]], int]]:
    with path.open("rb") as file:
        # The SDK compresses whatever the message says, so the file itself is asked.
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        source = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
        rest: list[bytes] = []
        number = 1
        while piece := source.read(_PIECE):
            head, found, tail = piece.rpartition(b"\n")
            if not found:
                rest.append(piece)
                continue
            data = b"".join([*rest, head])
            lines = data.split(b"\n")
            yield _checked(path, lines, number), len(data)
            number += len(lines)
            rest = [tail] if tail else []
        if rest:
            data = b"".join(rest)
            yield _checked(path, [data], number), len(data)


def _checked(path: Path, lines: list[bytes], first: int) -> list[dict[str, Any]]:
    records = parse_lines(lines, first, f"the batch file {path}: line")
    if set(map(type, records)) <= {dict}:
        return records
    records = [record for record in records if record is not None]  # blank lines
    if not set(map(type, records)) <= {dict}:
        raise ConnectorError(f"the batch file {path}: every line must be a JSON object")
    return records


def _parquet(path: Path) -> Iterator[tuple[list[dict[str, Any]], int]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from flext_sdk.connectors._arrow import checked_kinds, lines_of

    try:
        with path.open("rb") as file:
            parquet = pq.ParquetFile(file, pre_buffer=False)
            kinds = checked_kinds(str(path), [(field.name, field.type) for field in parquet.schema_arrow])
            for batch in parquet.iter_batches(_ROWS):
                # By way of JSON, so that values are what they would be in RECORD messages.
                for piece in lines_of(pa.table(batch), "", kinds):
                    messages = parse_lines(bytes(piece).splitlines(), 1, f"{path}: row")
                    yield [message["record"] for message in messages], len(piece)
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0]
        raise ConnectorError(f"the batch file {path} cannot be read: {reason}") from None
