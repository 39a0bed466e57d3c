"""A clock that moves only when somebody sleeps."""

from __future__ import annotations

import asyncio
import threading

__all__ = ["FakeClock"]


class FakeClock:
    """Time for tests: it stands still until something sleeps or `advance` is called.

    Args:
        start: Seconds since 1970 that it begins with.

    Attributes:
        slept: Every pause so far, in seconds and in order.

    Example:
        >>> clock = FakeClock(1000.0)
        >>> clock.sleep(2.5)
        >>> clock.time(), clock.slept
        (1002.5, [2.5])
    """

    def __init__(self, start: float = 1_769_846_400.0) -> None:
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds that only grow; the zero means nothing."""
        return self._passed

    def time(self) -> float:
        """Seconds since 1970."""
        return self._start + self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass, without anybody sleeping.

        Args:
            seconds: How much, not below zero.
        """
        if seconds < 0:
            raise ValueError("time does not run backwards")
        with self._lock:
            self._passed += seconds

    def sleep(self, seconds: float) -> None:
        """Return at once; ``seconds`` have passed."""
        self.advance(max(seconds, 0.0))
        self.slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        """Like `sleep`, for coroutines; others get their turn."""
        self.sleep(seconds)
        await asyncio.sleep(0)

    def __repr__(self) -> str:
        """How much has passed."""
        return f"FakeClock({self._passed:g} s passed)"
