"""One program that runs alone: its lines as they come, its end, and how it is ended."""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from typing import TYPE_CHECKING

from flext_sdk.embedded.engine.lines import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.engine.events import StopSignal
    from flext_sdk.embedded.engine.process import ProcessGroup
    from flext_sdk.embedded.engine.singer import Ending

TICK = 0.1
_READ = 1 << 16
# How long a grandchild may hold an end of a pipe open after the program has ended.
_DRAIN = 0.5


class Single:
    """Reads one program until it has ended.

    Args:
        group: The program, just started; the only one of its group.
        printed: Called with each line of its standard output, and whether it was cut.
        said: Called with each line of its standard error, and whether it was cut.
        tick: Called about ten times a second.
        stop: Asks to stop.
        grace: Seconds between SIGTERM and SIGKILL.
        deadline: When it has taken too long, by ``clock``; None for never.
        clock: Seconds that only grow.
        longest: Bytes of a line that are kept.

    Attributes:
        code: Its exit code, negative for a signal; None while it runs, or when it was ended from outside.
        trouble: Why it could not be started.
    """

    def __init__(
        self,
        group: ProcessGroup,
        *,
        printed: Callable[[bytes, bool], None],
        said: Callable[[bytes, bool], None],
        tick: Callable[[], None],
        stop: StopSignal,
        grace: float,
        deadline: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        longest: int = 1 << 22,
    ) -> None:
        self._group = group
        self._heard = {"stdout": printed, "stderr": said, "report": self._reported}
        self._splitters = {name: LineSplitter(longest) for name in self._heard}
        self._tick = tick
        self._stop = stop
        self._grace = grace
        self._deadline = deadline
        self._clock = clock
        self._kill_at: float | None = None
        self._left_at: float | None = None
        self.code: int | None = None
        self.trouble: str | None = None

    def run(self) -> Ending:
        """Reads until the end.

        Returns:
            ``completed`` when it ended by itself, whatever its exit code; else ``stopped`` or ``timeout``.
        """
        ending: Ending = "completed"
        (error_end,) = self._group.stderr.values()
        with selectors.DefaultSelector() as selector:
            for name, end in (("report", self._group.report), ("stdout", self._group.stdout), ("stderr", error_end)):
                selector.register(end, selectors.EVENT_READ, name)
            while selector.get_map() and not self._drained():
                for key, _ in selector.select(TICK):
                    data = os.read(key.fd, _READ)
                    if not data:
                        selector.unregister(key.fd)
                    for line, cut in self._splitters[key.data].feed(data):
                        self._heard[key.data](line, cut)
                self._tick()
                ending = self._supervise(ending)
        for name, splitter in self._splitters.items():
            for line, cut in splitter.rest():
                self._heard[name](line, cut)
        if self.code is not None:
            self._group.wait(1.0)
        return ending

    def _reported(self, line: bytes, _cut: bool) -> None:
        event = json.loads(line)
        if event["event"] == "exit":
            self.code = event["code"]
        elif event["event"] == "error":
            self.trouble = event["message"]

    def _supervise(self, ending: Ending) -> Ending:
        now = self._clock()
        if self._kill_at is not None:
            if now >= self._kill_at or self._stop.reason == "force":
                self._group.signal(signal.SIGKILL)
            return ending
        late = self._deadline is not None and now >= self._deadline
        if self.code is not None or (self._stop.reason is None and not late):
            return ending
        self._kill_at = now + self._grace
        self._group.signal(signal.SIGTERM)
        return "stopped" if self._stop.reason is not None else "timeout"

    def _drained(self) -> bool:
        """Whether it has ended and what it left in the pipes was read."""
        if self._group.alive():
            return False
        now = self._clock()
        self._left_at = self._left_at or now
        return now - self._left_at > _DRAIN
