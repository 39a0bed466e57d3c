"""One call on its way, and what those who watch it are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flext_sdk._async.calls import Options, Outgoing
    from flext_sdk._core.breaker import Breaker
    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.failures import TransportFailure
    from flext_sdk._core.messages import Headers
    from flext_sdk._core.retry import Decision, Failure
    from flext_sdk._telemetry import CallSpan
    from flext_sdk.errors import FlextError

__all__ = ["Trip"]


@dataclass(slots=True, eq=False, repr=False)
class Trip:
    """A call and everything that changes between its attempts.

    Attributes:
        out: The call.
        options: Its options.
        deadline: When it must end.
        breaker: Who is asked before each attempt; None asks nobody.
        headers: What every attempt is sent with, but for the token.
        request_id: Id of the call.
        attempt: Number of the attempt under way, 0 before the first.
        failure: What went wrong on the wire in the last attempt; None where nothing did.
        error: The same, as the caller would get it.
        keyed: An idempotency key went out.
        decision: Whether there will be another attempt, after the last one failed.
        span: Its span, where calls are traced.
    """

    out: Outgoing
    options: Options
    deadline: Deadline
    breaker: Breaker | None
    headers: Headers
    request_id: str
    attempt: int = 0
    failure: Failure | None = None
    error: FlextError | None = None
    keyed: bool = False
    decision: Decision | None = None
    span: CallSpan | None = None

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as once."""
        return self.keyed or self.out.repeatable

    @property
    def watched(self) -> bool:
        """Whether anybody wants to be told."""
        return self.span is not None or bool(self.options.hooks)

    def fails(self, lost: TransportFailure) -> None:
        """No whole answer came to this attempt."""
        from flext_sdk._core.retry import Failure

        self.failure = Failure(lost.kind)

    def begins(self) -> None:
        """An attempt begins."""
        from flext_sdk._core.hooks import RequestEvent, tell

        out = self.out
        event = RequestEvent(out.operation, out.service, out.method, self.attempt, self.request_id)
        for hooks in self.options.hooks:
            tell(hooks.on_request, event)

    def ended(self, status: int | None, elapsed: float, error: FlextError | None) -> None:
        """An attempt has ended."""
        if not self.watched:
            return
        from flext_sdk._core.hooks import ResponseEvent, tell

        if self.span is not None:
            self.span.ended(self.attempt, status, elapsed, error)
        out = self.out
        event = ResponseEvent(out.operation, out.service, self.attempt, self.request_id, status, elapsed, error)
        for hooks in self.options.hooks:
            tell(hooks.on_response, event)

    def retries(self, delay: float) -> None:
        """There will be another attempt."""
        from flext_sdk._core import debuglog
        from flext_sdk._core.hooks import RetryEvent, tell

        out, attempt = self.out, self.attempt + 1
        debuglog.retrying(delay, attempt)
        if self.span is not None:
            self.span.retries(attempt, delay)
        event = RetryEvent(out.operation, out.service, attempt, self.request_id, delay, self.error)
        for hooks in self.options.hooks:
            tell(hooks.on_retry, event)
