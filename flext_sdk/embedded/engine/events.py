"""What a run tells while it goes on, and how it is told to stop."""

from __future__ import annotations

import threading
from typing import Literal, Protocol

Reason = Literal["cancel", "force", "service"]
Change = Literal["started", "progress", "ended"]


class ServiceStopping(BaseException):
    """The service ends, so this run pauses here and goes on when the service is back.

    Not an ``Exception``: DBOS records those as the outcome of a workflow, and a run that only pauses has none.
    """


class Recorder(Protocol):
    """Takes log lines of a run."""

    def write(self, run_id: str, level: int, source: str, message: str, step: str | None = None) -> None:
        """Adds a line."""
        ...

    def flush(self) -> None:
        """Waits until every line that was written so far is stored."""
        ...


class StopSignal:
    """Asks the steps of one run to stop; the strongest reason given counts.

    ``cancel``: processes get a grace period; ``force``: none; ``service``: the run is not over, only this process is.
    """

    _RANK: dict[Reason | None, int] = {None: 0, "cancel": 1, "force": 2, "service": 3}  # noqa: RUF012

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._reason: Reason | None = None

    @property
    def reason(self) -> Reason | None:
        """Why, or None while nothing was asked."""
        return self._reason

    def set(self, reason: Reason) -> None:
        """Asks to stop."""
        with self._lock:
            if self._RANK[reason] > self._RANK[self._reason]:
                self._reason = reason
        self._event.set()

    def is_set(self) -> bool:
        """Whether somebody has asked."""
        return self._reason is not None

    def wait(self, seconds: float) -> bool:
        """Waits, not longer than it takes until somebody asks to stop; gives whether somebody has."""
        return self._event.wait(seconds)
