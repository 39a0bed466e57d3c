"""Loads the library of the extra `fast` where its allocator is safe: in a thread that never ends.

The allocator of pyreqwest 0.12 to 0.15 takes the thread that loads the library for the first of the process. When that
thread ends, the next one at its address crashes (SIGSEGV) with its first allocation:
https://github.com/microsoft/mimalloc/issues/1287. A fork ends all threads but one, also that of the library's
connections, so a child process of the one that loaded the library leaves it alone altogether.

That thread goes on for a moment after an answer is there. When the interpreter ends in that moment, Python before 3.14
ends the thread in the middle of Rust, which crashes too: hence the pause at the end.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from typing import Any

__all__ = ["load", "usable"]

_NAME = "pyreqwest.client"
_home: int | None = None
"""The process that loads the library or has loaded it."""
_missing = False
_LEAVING = 0.01
"""Seconds for the thread of the connections to come to rest; it needs a fraction of that."""


def usable(*, again: bool) -> bool:
    """Whether the library may be asked for in this process.

    Args:
        again: Also where it was found not to be installed; it may have been installed since.
    """
    return _home in {None, os.getpid()} and (again or not _missing)


def load() -> Any:  # noqa: ANN401 - a module that may not be there
    """The module of clients.

    Raises:
        ImportError: If the library is not installed.
    """
    global _home, _missing  # noqa: PLW0603 - of the process, as the library is
    # Known before it is loaded: a child that is forked meanwhile would wait for ever for the import of its parent.
    _home = os.getpid()
    try:
        if _NAME not in sys.modules and threading.current_thread() is not threading.main_thread():
            loaded = threading.Event()
            threading.Thread(target=_keep, args=(loaded,), name="flext-fast", daemon=True).start()
            loaded.wait()
        from pyreqwest import client  # also tells why it cannot be loaded
    except ImportError:
        _home, _missing = None, True
        raise
    _missing = False
    atexit.unregister(_settle)
    atexit.register(_settle)
    return client


def _settle() -> None:
    time.sleep(_LEAVING)


def _keep(loaded: threading.Event) -> None:
    try:
        import pyreqwest.client  # noqa: F401
    except Exception:  # noqa: BLE001 - whoever waits imports it once more, and is told
        return
    finally:
        loaded.set()
    threading.Event().wait()
