"""The exchange with a service as lines for a log, secrets masked.

What masks is imported when somebody listens: compiling its patterns is not worth a start that nobody debugs.

Logger ``flext_sdk`` gets them at level DEBUG; the command line's ``--debug`` shows that logger on stderr.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from logging import Logger

    from flext_sdk._core.messages import Headers, Request, Response

__all__ = ["DEBUG", "LOGGER", "failed", "received", "retrying", "sent"]

DEBUG = 10
"""`logging.DEBUG`."""


class _Waiting:
    """The logger ``flext_sdk``, whose library is loaded when there is something to say, or somebody else has done it.

    Who never imported `logging` has not asked for these lines either, and a short program should not pay for it.
    """

    _logger: Logger | None = None

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - its name in `logging`
        return "logging" in sys.modules and self._real().isEnabledFor(level)

    def _real(self) -> Logger:
        if self._logger is None:
            from logging import getLogger

            self._logger = getLogger("flext_sdk")
        return self._logger

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a logger has
        return getattr(self._real(), name)


LOGGER = cast("Logger", _Waiting())


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
