"""Log lines of runs on their way into the store: numbered at once, stored in batches by a thread of their own."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.logs import KEEP_LINES, LogLine, LogStore

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_WAITING = 10_000
BATCH_AFTER = 0.02

_log = logging.getLogger("flext.engine")


class LogRecorder:
    """Numbers lines and stores them.

    Writing waits when ten thousand lines have not been stored yet: a program that says more than the disk takes is
    slowed down by its own pipe, and memory stays bounded.

    Args:
        store: Where they go.
        published: Called with a run and the lines that were stored, in order.
        now: The clock.
    """

    def __init__(self, store: LogStore, published: Callable[[str, list[LogLine]], None], now: Now = utc_now) -> None:
        self._store = store
        self._published = published
        self._now = now
        self._condition = threading.Condition()
        self._waiting: dict[str, list[LogLine]] = {}
        self._count = 0
        self._written = 0
        self._stored = 0
        self._closing = False
        self._last: dict[str, int] = {}
        self._thread = threading.Thread(target=self._work, name="log-recorder", daemon=True)
        self._thread.start()

    def write(self, run_id: str, level: int, source: str, message: str, step: str | None = None) -> None:
        """Adds a line to the log of a run."""
        with self._condition:
            while self._count >= MAX_WAITING and not self._closing:
                self._condition.wait(1.0)
            last = self._last.get(run_id)
            if last is None:
                last = self._store.last_id(run_id)
            self._last[run_id] = last + 1
            self._waiting.setdefault(run_id, []).append(LogLine(last + 1, self._now(), level, source, step, message))
            self._count += 1
            self._written += 1
            self._condition.notify_all()

    def flush(self) -> None:
        """Waits until every line that was written so far is stored."""
        with self._condition:
            target = self._written
            while self._stored < target and self._thread.is_alive():
                self._condition.wait(1.0)

    def forget(self, run_id: str) -> None:
        """The run has ended; its counter is not needed any more."""
        with self._condition:
            self._last.pop(run_id, None)

    def close(self) -> None:
        """Stores what is left and ends the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._closing:
                    self._condition.wait()
                if not self._waiting:
                    return
                # A moment's patience makes one transaction of what comes together.
                if not self._closing:
                    self._condition.wait_for(lambda: self._closing, BATCH_AFTER)
                batch, self._waiting = self._waiting, {}
                size, self._count = self._count, 0
                self._condition.notify_all()
            try:
                self._store.append(batch)
                for run_id, lines in batch.items():
                    self._published(run_id, lines)
                    if lines[-1].id // (KEEP_LINES // 10) != (lines[0].id - 1) // (KEEP_LINES // 10):
                        self._store.trim(run_id, lines[-1].id, KEEP_LINES)
            except Exception:  # noqa: BLE001
                # The disk is full, or the database gone. The run itself is worth more than its log.
                _log.exception("log lines of %s could not be stored", ", ".join(batch))
            finally:
                with self._condition:
                    self._stored += size
                    self._condition.notify_all()
