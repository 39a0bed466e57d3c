"""Standard output and standard error, written past Python's buffers.

stdout carries messages in large pieces and must be complete when a state is announced; stderr carries one line a time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

Clock = Callable[[], float]


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Writes every byte.

    Raises:
        BrokenPipeError: If the reader is gone.
    """
    view = memoryview(data).cast("B")
    while view:
        view = view[os.write(descriptor, view) :]


def say(level: str, message: str) -> None:
    """One line on stderr, in the form of singer-python: ``INFO message``."""
    line = " ".join(message.splitlines())
    try:
        write_all(2, f"{level} {line}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        return  # nobody listens; the messages matter, not the talk


class RecordCounter:
    """Counts records for METRIC lines, written every few seconds and at the end.

    Args:
        tags: Tags beside ``stream``.
        clock: Seconds that only grow.
        interval: Seconds between two lines of one stream.
    """

    def __init__(self, tags: dict[str, str], clock: Clock = time.monotonic, interval: float = 5.0) -> None:
        self._tags = tags
        self._clock = clock
        self._interval = interval
        self._counts: dict[str, int] = {}
        self._last = clock()

    def add(self, stream: str, records: int) -> None:
        """Counts records of a stream, and writes the lines when it is time."""
        self._counts[stream] = self._counts.get(stream, 0) + records
        if self._clock() - self._last >= self._interval:
            self.flush()

    def flush(self) -> None:
        """Writes what was counted since the last line."""
        for stream, value in self._counts.items():
            metric("counter", "record_count", value, {"stream": stream, **self._tags})
        self._counts.clear()
        self._last = self._clock()


def metric(kind: str, name: str, value: float, tags: dict[str, Any]) -> None:
    """A METRIC line, as Singer programs write it and runners read it."""
    import json

    body = json.dumps({"type": kind, "metric": name, "value": value, "tags": tags}, ensure_ascii=False)
    say("INFO", f"METRIC: {body}")
