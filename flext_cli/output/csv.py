"""CSV as RFC 4180 has it: commas, CRLF, a heading line; values are left as they are."""

import csv
import io
from collections.abc import Iterable, Sequence

from flext_cli._types import Put


def write(rows: Iterable[Sequence[str]], headings: Sequence[str] | None, put: Put) -> None:
    """Write rows of text, each as it comes."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")

    def line(row: Sequence[str]) -> None:
        writer.writerow(row)
        put(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()

    if headings is not None:
        line(headings)
    for row in rows:
        line(row)
