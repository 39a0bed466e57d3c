"""What a client tells about its calls while they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flext_sdk._core.breaker import BreakerEvent
from flext_sdk._core.debuglog import LOGGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._core.types import Service
    from flext_sdk.errors import FlextError

__all__ = ["BreakerEvent", "GapEvent", "Hooks", "RequestEvent", "ResponseEvent", "RetryEvent", "tell"]


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """An attempt begins.

    Attributes:
        operation: Id of the operation, ``"pipelines.start"``.
        service: Who is asked.
        method: HTTP method.
        attempt: 1 for the first attempt of the call.
        request_id: Id of the call, the same for all its attempts.
    """

    operation: str
    service: Service
    method: str
    attempt: int
    request_id: str


@dataclass(frozen=True, slots=True)
class ResponseEvent:
    """An attempt has ended.

    Attributes:
        operation: Id of the operation.
        service: Who was asked.
        attempt: Number of the attempt.
        request_id: Id of the call.
        status: HTTP status; None when no answer came.
        elapsed: Seconds of the attempt.
        error: What the attempt failed with; None when it did well.
    """

    operation: str
    service: Service
    attempt: int
    request_id: str
    status: int | None
    elapsed: float
    error: FlextError | None


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """There will be another attempt.

    Attributes:
        operation: Id of the operation.
        service: Who is asked.
        attempt: Number of the attempt to come.
        request_id: Id of the call.
        delay: Seconds until then.
        error: What the attempt before failed with.
    """

    operation: str
    service: Service
    attempt: int
    request_id: str
    delay: float
    error: FlextError | None


@dataclass(frozen=True, slots=True)
class GapEvent:
    """What is followed was cut off before this follower came to it; it goes on behind the gap.

    Attributes:
        operation: Id of the operation, ``"pipelines.logs"`` or ``"events.follow"``.
        about: The run whose log is followed; empty for events.
        after: Id of the last line or event before the gap; 0 where there is none.
        missed: How many lines or events are no longer kept.
    """

    operation: str
    about: str
    after: int
    missed: int

    def __str__(self) -> str:
        """One line that tells it."""
        what = "event" if self.operation.startswith("events") else "line"
        many = f"{self.missed:,} {what}{'s are' if self.missed > 1 else ' is'} missing"
        place = f" behind {what} {self.after}" if self.after else ""
        return f"{many}{place}: the service no longer keeps what is so far back"


@dataclass(frozen=True, slots=True)
class Hooks:
    """Functions that are told what happens, for logs and counters. They only watch; what changes is middleware.

    They are called in the thread or task of the call and must not block. What they raise is logged, and the call goes
    on. They get neither headers nor bodies.

    Attributes:
        on_request: An attempt begins.
        on_response: An attempt has ended, well or not.
        on_retry: There will be another attempt.
        on_breaker: A circuit breaker changed its state. Copies of a client share breakers, so it is told of all.
        on_gap: A part of a log or of events that are followed is no longer kept; without this hook a `GapWarning`.

    Example:
        ```python
        from flext_sdk import Flext, Hooks

        client = Flext(hooks=Hooks(on_retry=lambda event: print(event.operation, event.delay)))
        ```
    """

    on_request: Callable[[RequestEvent], object] | None = None
    on_response: Callable[[ResponseEvent], object] | None = None
    on_retry: Callable[[RetryEvent], object] | None = None
    on_breaker: Callable[[BreakerEvent], object] | None = None
    on_gap: Callable[[GapEvent], object] | None = None


def tell[E](hook: Callable[[E], object] | None, event: E) -> None:
    """Call a hook; what it raises stays here."""
    if hook is None:
        return
    try:
        hook(event)
    except Exception:  # noqa: BLE001 - a watcher must not break the call
        LOGGER.exception("A hook failed")
