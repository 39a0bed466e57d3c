"""The exchange with a service as lines for a log, secrets masked.

What masks is imported when somebody listens: compiling its patterns is not worth a start that nobody debugs.

Logger ``flext_sdk`` gets them at level DEBUG; the command line's ``--debug`` shows that logger on stderr.
"""

from __future__ import annotations

from logging import DEBUG, getLogger
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flext_sdk._core.messages import Headers, Request, Response

__all__ = ["DEBUG", "LOGGER", "failed", "received", "retrying", "sent"]

LOGGER = getLogger("flext_sdk")


def sent(request: Request) -> None:
    """A request goes out."""
    if LOGGER.isEnabledFor(DEBUG):
        from flext_sdk._core.redact import redact_body, redact_url

        again = f"  (attempt {request.attempt})" if request.attempt > 1 else ""
        LOGGER.debug("> %s %s%s", request.method, redact_url(request.url), again)
        _headers(">", request.headers)
        if request.content:
            LOGGER.debug("> %s", redact_body(request.content, request.headers.get("content-type", "")))


def received(response: Response) -> None:
    """An answer came."""
    if LOGGER.isEnabledFor(DEBUG):
        from flext_sdk._core.redact import redact_body

        size, spent = len(response.content), response.elapsed * 1000
        LOGGER.debug("< %d  (%d bytes, %.0f ms)", response.status, size, spent)
        _headers("<", response.headers)
        if response.content:
            LOGGER.debug("< %s", redact_body(response.content, response.headers.get("content-type", "")))


def failed(reason: str) -> None:
    """No answer came."""
    from flext_sdk._core.redact import redact_text

    LOGGER.debug("! %s", redact_text(reason))


def retrying(delay: float, attempt: int) -> None:
    """The request will be sent again."""
    LOGGER.debug("* attempt %d in %.2f s", attempt, delay)


def _headers(mark: str, headers: Headers) -> None:
    from flext_sdk._core.redact import redact_headers

    for name, value in redact_headers(headers.pairs()):
        LOGGER.debug("%s %s: %s", mark, name, value)
