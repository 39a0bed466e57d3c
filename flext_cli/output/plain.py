"""Plain text for `cut`, `awk` and `xargs`: fields separated by tabs, no heading."""

from collections.abc import Iterable, Sequence

from flext_cli._types import Put

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write(rows: Iterable[Sequence[str]], put: Put) -> None:
    """Write rows of text; tab, line break and backslash inside a field are escaped."""
    for row in rows:
        put("\t".join(field.translate(_ESCAPES) for field in row) + "\n")
