"""``target-jsonl``: writes Singer streams to JSON Lines files."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk.connectors import _target_cli
from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._target import Sink

NAME = "target-jsonl"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    from flext_sdk.connectors._jsonlsink import JsonlSink

    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    sink = JsonlSink(folder)
    yield sink
    sink.close()


def _folder(settings: Settings) -> Path:
    folder = Path(settings["path"]).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ConnectorError(f"path: {folder} is a file, not a folder")
    return folder


def _probe(settings: Settings) -> None:
    folder = _folder(settings)
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ConnectorError(f"path: the folder {existing} cannot be written to")
    with tempfile.TemporaryFile(dir=existing):
        pass


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
