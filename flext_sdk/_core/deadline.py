"""One deadline for a whole call: attempts, pauses and reading the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk._core.messages import Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CONNECT", "POOL", "READ", "Deadline"]

CONNECT = 5.0
"""Seconds to wait for a connection."""
READ = 30.0
"""Seconds to wait for the next bytes, and for the socket to take ours."""
POOL = 5.0
"""Seconds to wait for a free connection of the pool."""
_LEAST = 0.001  # a limit of 0 means "no limit" to some socket libraries


class Deadline:
    """A moment after which a call must not go on.

    Args:
        seconds: Length of the call; None for no end.
        clock: Seconds that only grow, such as ``time.monotonic``.
    """

    __slots__ = ("_clock", "_end", "seconds", "started")

    def __init__(self, seconds: float | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.seconds = seconds
        self.started = clock()
        self._end = None if seconds is None else self.started + seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self._clock() - self.started

    def remaining(self) -> float:
        """Seconds that are left; infinite without an end, never below zero."""
        return float("inf") if self._end is None else max(0.0, self._end - self._clock())

    @property
    def expired(self) -> bool:
        """Whether nothing is left."""
        return self._end is not None and self._clock() >= self._end

    def timeouts(self) -> Timeouts:
        """Limits of an attempt that begins now."""
        left = max(self.remaining(), _LEAST)
        if left >= READ:
            return _FULL
        return Timeouts(min(CONNECT, left), left, left, min(POOL, left))


_FULL = Timeouts(CONNECT, READ, READ, POOL)
