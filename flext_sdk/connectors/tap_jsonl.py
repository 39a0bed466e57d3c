"""``tap-jsonl``: reads JSON Lines files as Singer streams."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flext_sdk.connectors import _tap_cli

if TYPE_CHECKING:
    from flext_sdk.connectors._blocks import Format
    from flext_sdk.connectors._settings import Settings


def _format(_settings: Settings) -> Format:
    from flext_sdk.connectors._jsonl import JsonlFormat

    return JsonlFormat()


def main(argv: list[str] | None = None) -> int:
    """Runs ``tap-jsonl``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _tap_cli.run("tap-jsonl", argv, _format)


if __name__ == "__main__":
    sys.exit(main())
