"""``target-jsonl``: writes Singer streams to JSON Lines files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _folders, _target_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._target import Sink

NAME = "target-jsonl"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    from flext_sdk.connectors._jsonlsink import JsonlSink

    folder = _folders.checked(settings)
    folder.mkdir(parents=True, exist_ok=True)
    sink = JsonlSink(folder)
    yield sink
    sink.close()


def _probe(settings: Settings) -> None:
    _folders.probe(_folders.checked(settings))


def main(argv: list[str] | None = None) -> int:
    """Runs ``target-jsonl``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _target_cli.run(NAME, argv, _open, _probe)


if __name__ == "__main__":
    sys.exit(main())
