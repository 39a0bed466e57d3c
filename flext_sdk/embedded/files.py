"""Small things done with files: atomic writes and locks. Standard library only."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file in one step: whoever reads it sees the old content or the new one, never a part.

    Args:
        path: The file; its folder exists.
        content: What goes into it.
        mode: Permissions.

    Raises:
        OSError: It cannot be written; then the old content is still there.
    """
    import tempfile  # brings compression along; those who only read have no need of it

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def is_path(text: str) -> bool:
    """Whether a text can be the path of anything: no NUL, nothing that no file name can hold, a home that there is."""
    try:
        text.encode()
        Path(text).expanduser()
    except (ValueError, RuntimeError):
        return False
    return "\0" not in text


@contextmanager
def try_lock(path: Path) -> Iterator[int | None]:
    """Take an exclusive lock if nobody has it.

    The lock belongs to the process and ends with it, however it ends.

    Args:
        path: The lock file; made when missing.

    Yields:
        Descriptor of the open lock file, or None when another process has the lock.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield handle
    finally:
        os.close(handle)
