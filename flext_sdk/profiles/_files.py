"""Files of profiles: read whole, written in one step, and by one process at a time."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["locked", "make_folder", "read_text", "remove", "write"]

PATIENCE = 30.0
"""Seconds that a writer waits for the others."""
_PAUSE = 0.01
_held = threading.local()


def failed(what: str, path: Path | str, error: OSError) -> ConfigurationError:
    """The error for a file that cannot be read or written."""
    return ConfigurationError(
        f"Cannot {what} {path}: {error.strerror or error}",
        code="PROFILE_FILE",
        hint="Look at its permissions, or set FLEXT_HOME to another folder.",
    )


def read_text(path: Path) -> str | None:
    """The text of a file, with its own line ends; None where there is none.

    Raises:
        ConfigurationError: If it cannot be read.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise failed("read", path, error) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not UTF-8 text", hint="Save the file as UTF-8.") from None


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone.

    Raises:
        ConfigurationError: If it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise failed("make", path, error) from error


def write(path: Path, text: str) -> None:
    """Write a file for its owner alone: whoever reads sees the old text or the new one, whatever happens in between.

    Raises:
        ConfigurationError: If it cannot be written; then the old text is still there.
    """
    make_folder(path.parent)
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        # A link of its owner's, into a folder of dot files for instance, stays one.
        os.replace(name, path.resolve() if path.is_symlink() else path)  # noqa: PTH105
        name = None
    except OSError as error:
        raise failed("write", path, error) from error
    finally:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises:
        ConfigurationError: If it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise failed("remove", path, error) from error


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Keep all other writers of this home folder waiting, threads and processes; may be entered again inside.

    Raises:
        ConfigurationError: If the others do not come to an end, or the lock cannot be taken.
    """
    held: dict[str, int] = _held.__dict__.setdefault("homes", {})
    key = str(home)
    if held.get(key):
        held[key] += 1
        try:
            yield
        finally:
            held[key] -= 1
        return
    make_folder(home)
    handle = _take(home / ".profiles.lock")
    held[key] = 1
    try:
        yield
    finally:
        held[key] = 0
        os.close(handle)


def _take(path: Path) -> int:
    import fcntl

    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise failed("lock", path, error) from error
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(handle)
                raise ConfigurationError(
                    f"Another process has been writing profiles for more than {PATIENCE:g} s",
                    hint=f"Look who holds {path}.",
                ) from None
            time.sleep(_PAUSE)
        else:
            return handle
