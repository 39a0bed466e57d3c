"""Loads the library of the extra `fast` where its allocator is safe: in a thread that never ends.

The allocator of pyreqwest 0.12 to 0.15 takes the thread that loads the library for the first of the process. When that
thread ends, the next one at its address crashes (SIGSEGV) with its first allocation:
https://github.com/microsoft/mimalloc/issues/1287.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

__all__ = ["load"]

_NAME = "pyreqwest.client"


def load() -> Any:  # noqa: ANN401 - a module that may not be there
    """The module of clients.

    Raises:
        ImportError: If the library is not installed.
    """
    if _NAME not in sys.modules and threading.current_thread() is not threading.main_thread():
        loaded = threading.Event()
        threading.Thread(target=_keep, args=(loaded,), name="flext-fast", daemon=True).start()
        loaded.wait()
    from pyreqwest import client  # also tells why it cannot be loaded

    return client


def _keep(loaded: threading.Event) -> None:
    try:
        import pyreqwest.client  # noqa: F401
    except Exception:  # noqa: BLE001 - whoever waits imports it once more, and is told
        return
    finally:
        loaded.set()
    threading.Event().wait()
