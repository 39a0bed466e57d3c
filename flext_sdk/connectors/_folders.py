"""Targets that write to a folder: is it one, can it be written to, does another process write to it."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk.connectors._settings import Settings

LOCK = ".flext.lock"


def checked(settings: Settings) -> Path:
    """The folder that the settings name.

    Raises:
        ConnectorError: If it is a file.
    """
    folder = Path(settings["path"]).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ConnectorError(f"path: {folder} is a file, not a folder")
    return folder


def probe(folder: Path) -> None:
    """Checks that a folder can be written to, or made.

    Raises:
        ConnectorError: If not.
    """
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not existing.is_dir():
        raise ConnectorError(f"path: {existing} is a file, not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ConnectorError(f"path: the folder {existing} cannot be written to")
    with tempfile.TemporaryFile(dir=existing):
        pass


@contextmanager
def locked(
    folder: Path,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Keeps other processes from writing to a folder; the lock ends with the process, however that ends.

    Raises:
        ConnectorError: If another process holds it for longer than it is waited for.
    """
    try:
        import fcntl
    except ImportError:  # not on this system
        yield
        return
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = clock() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if clock() >= end:
                    raise ConnectorError(
                        f"{folder} is written to by another process, and still was after {seconds:g} s (lock_timeout)"
                    ) from None
                sleep(0.05)
        yield
    finally:
        os.close(descriptor)
