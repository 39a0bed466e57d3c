"""OpenTelemetry: one CLIENT span a call, an event for each attempt. Imported only where it was asked for.

Neither headers nor bodies nor queries are written down. The service gets the trace's id in ``traceparent``.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flext_sdk._version import __version__
from flext_sdk.errors import FlextError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.trace import Span, Tracer, TracerProvider

    from flext_sdk._core.messages import Headers

__all__ = ["CallSpan", "Telemetry"]


class CallSpan:
    """The span of one call.

    Args:
        span: OpenTelemetry's own.
        inject: Writes the current trace's id into a mapping of headers.
    """

    __slots__ = ("_inject", "_span")

    def __init__(self, span: Span, inject: Any) -> None:  # noqa: ANN401 - a function of the library
        self._span = span
        self._inject = inject

    def sends(self, headers: Headers, url: str) -> None:
        """An attempt begins: the service is told of the trace."""
        self._inject(headers)
        if self._span.is_recording():
            parts = urlsplit(url)
            self._span.set_attribute("server.address", parts.hostname or "")
            self._span.set_attribute("server.port", parts.port or (443 if parts.scheme == "https" else 80))

    def ended(self, attempt: int, status: int | None, elapsed: float, error: FlextError | None) -> None:
        """An attempt has ended."""
        if not self._span.is_recording():
            return
        told: dict[str, Any] = {"attempt": attempt, "duration": elapsed}
        if status is not None:
            told["http.response.status_code"] = status
            self._span.set_attribute("http.response.status_code", status)
        if error is not None:
            told["error.type"] = error.code
        if attempt > 1:
            self._span.set_attribute("http.request.resend_count", attempt - 1)
        self._span.add_event("attempt", told)

    def retries(self, attempt: int, delay: float) -> None:
        """Another attempt will be made."""
        self._span.add_event("retry", {"attempt": attempt, "delay": delay})


class Telemetry:
    """Makes the spans.

    Args:
        provider: Where they go; None for the one that is set for the process.

    Raises:
        MissingExtraError: If OpenTelemetry is not installed.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        try:
            from opentelemetry import propagate, trace
        except ImportError as error:
            raise MissingExtraError("Tracing", "otel") from error
        self._tracer: Tracer = trace.get_tracer("flext_sdk", __version__, provider)
        self._client = trace.SpanKind.CLIENT
        self._failed = trace.StatusCode.ERROR
        self._inject = propagate.inject

    @contextmanager
    def call(self, *, name: str, service: str, method: str, template: str, request_id: str) -> Iterator[CallSpan]:
        """The span around one call; it fails when the call does."""
        attributes = {
            "http.request.method": method,
            "url.template": template,
            "flext.operation": name,
            "flext.service": service,
            "flext.request_id": request_id,
        }
        # The library would write the error's text and stack down, which is more than a trace should know.
        with self._tracer.start_as_current_span(
            name, kind=self._client, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield CallSpan(span, self._inject)
            except BaseException as error:
                told = error.code if isinstance(error, FlextError) else type(error).__name__
                span.set_attribute("error.type", told)
                span.set_status(self._failed, told)
                raise
