"""Newline-delimited JSON: one value a line."""

from collections.abc import Iterable
from typing import Any

from flext_cli._types import Put
from flext_cli.output.json import dumps


def write(items: Iterable[Any], put: Put, *, ascii_only: bool = False) -> None:
    """Write each item on a line of its own, as it comes."""
    for item in items:
        put(dumps(item, ascii_only=ascii_only, indent=None) + "\n")
