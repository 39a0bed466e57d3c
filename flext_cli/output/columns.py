"""Columns: `PATH[:HEADING[:FORMAT]]` to what a table shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flext_cli.output.values import FORMATS


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value lies, what stands above it, how it is written; `named` if a user gave the heading."""

    path: str
    heading: str
    format: str = ""
    named: bool = False


def parse(specs: Iterable[str]) -> list[Column]:
    """Columns of `--columns`, each `PATH[:HEADING[:FORMAT]]`.

    Raises:
        ValueError: For an empty path or a format that does not exist.
    """
    columns = []
    for spec in specs:
        path, _, rest = spec.strip().partition(":")
        heading, _, form = rest.partition(":")
        if not path:
            raise ValueError(f'"{spec}" has no field')
        if form and form not in FORMATS:
            raise ValueError(f'"{form}" is no format; there are {", ".join(FORMATS)}')
        columns.append(Column(path, heading or title(path), form, named=bool(heading)))
    if not columns:
        raise ValueError("no field is named")
    return columns


def from_table(entries: Iterable[Sequence[str]]) -> list[Column]:
    """Columns of the command table: (path, heading, format)."""
    return [Column(path, heading or title(path), form) for path, heading, form in entries]


def derive(items: Iterable[Any]) -> list[Column]:
    """Columns for records that nobody described: every key, in the order of first appearance."""
    keys = dict.fromkeys(key for item in items if isinstance(item, dict) for key in item)
    return [Column(key, title(key)) for key in keys]


def title(path: str) -> str:
    """Heading of a path: `last_execution.status` reads LAST EXECUTION STATUS."""
    return path.replace("_", " ").replace(".", " ").upper()
