"""Tells live followers that there is something new.

It keeps the last lines of each run that goes on, so that following costs no queries. A follower holds no queue of
lines but the id of the last one it sent; what it has not sent yet is read from here, or from the store when it is slow
and the lines have left this memory. So no line is lost or doubled, and a slow follower costs no more than a fast one.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flext_sdk.embedded.store.logs import LogLine, LogStore

KEPT_LINES = 1_000
KEPT_RUNS = 32
Kind = Literal["lines", "started", "progress", "ended"]
# Kind, run, and for lines the id of the first one.
Listener = Callable[[Kind, str, int], None]


class Hub:
    """News of runs, from the threads that make it to the event loop that sends it.

    Args:
        logs: Where older lines are.
    """

    def __init__(self, logs: LogStore) -> None:
        self._logs = logs
        self._lock = threading.Lock()
        self._recent: dict[str, deque[LogLine]] = {}
        self._listeners: dict[Listener, asyncio.AbstractEventLoop] = {}

    def subscribe(self, listener: Listener) -> None:
        """From now on calls a listener in the event loop that runs now."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._listeners[listener] = loop

    def unsubscribe(self, listener: Listener) -> None:
        """Calls it no more."""
        with self._lock:
            self._listeners.pop(listener, None)

    def lines(self, run_id: str, lines: list[LogLine]) -> None:
        """Lines were stored."""
        with self._lock:
            recent = self._recent.get(run_id)
            if recent is None:
                recent = self._recent[run_id] = deque(maxlen=KEPT_LINES)
                while len(self._recent) > KEPT_RUNS:
                    del self._recent[next(iter(self._recent))]
            if recent and lines[0].id != recent[-1].id + 1:
                recent.clear()  # lines in between could not be stored; places are counted from the first one
            recent.extend(lines)
        self._tell("lines", run_id, lines[0].id)

    def changed(self, run_id: str, kind: Kind) -> None:
        """A run has begun, gone on or ended."""
        if kind == "ended":
            with self._lock:
                self._recent.pop(run_id, None)
        self._tell(kind, run_id, 0)

    def recent(self, run_id: str, after: int, limit: int) -> list[LogLine] | None:
        """The next lines behind an id, from memory; None where only the store can tell. Quick."""
        with self._lock:
            recent = self._recent.get(run_id)
            if not recent or recent[0].id > after + 1:
                return None
            start = max(0, after + 1 - recent[0].id)
            return list(islice(recent, start, start + limit))

    def stored(self, run_id: str, after: int, limit: int) -> list[LogLine]:
        """The next lines behind an id, from the store: not to be called in the event loop."""
        return self._logs.after(run_id, after, limit)

    def _tell(self, kind: Kind, run_id: str, first: int) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for listener, loop in listeners:
            # The loop may be closing while threads still finish their work.
            if not loop.is_closed():
                loop.call_soon_threadsafe(listener, kind, run_id, first)
