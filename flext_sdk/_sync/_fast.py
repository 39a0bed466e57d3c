# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The extra ``fast``: connections of pyreqwest, which is reqwest and hyper with a thin Python surface.

It sends no redirects on, knows no proxy and no cookies: what is special goes through httpx.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from flext_sdk._core.deadline import CONNECT, POOL, READ
from flext_sdk._core.failures import TransportFailure, classify
from flext_sdk._core.messages import RawHeaders, Response
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._pool import KEEPALIVE, MOST, NotPlainError
from flext_sdk.errors import MissingExtraError

if TYPE_CHECKING:
    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request

__all__ = ["Fast"]

_ENDLESS = float("inf")
# The library runs its connections in one thread of the process. A fork does not take threads along.
_home: list[int] = []


class Fast:
    """Sends requests through pyreqwest, in one event loop or one process.

    Args:
        builder: A fresh builder of a client.
    """

    def __init__(self, builder: Any) -> None:  # noqa: ANN401 - a builder of either colour
        from pyreqwest.exceptions import BuilderError, PyreqwestError

        self._client = (
            builder.follow_redirects(enable=False)
            .no_proxy()
            .referer(enable=False)
            .http1_only()
            .connect_timeout(timedelta(seconds=CONNECT))
            .read_timeout(timedelta(seconds=READ))
            .pool_timeout(timedelta(seconds=POOL))
            .pool_idle_timeout(timedelta(seconds=KEEPALIVE))
            .max_connections(MOST)
            .build()
        )
        self._errors = (PyreqwestError, OSError)
        self._refusal = BuilderError

    @classmethod
    def make(cls, *, required: bool) -> Self | None:
        """A sender; None where the library is not installed or cannot be used in this process.

        Raises:
            MissingExtraError: If it is not installed, but required.
        """
        try:
            builder = rt.fast_builder()
        except ImportError as error:
            if required:
                raise MissingExtraError("The transport 'fast'", "fast") from error
            return None
        process = os.getpid()
        if not _home:
            _home.append(process)
        return cls(builder) if process in _home else None

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send one request and read the whole answer.

        Raises:
            TransportFailure: If no whole answer came.
            NotPlainError: If the URL or a header cannot be sent as it is.
        """
        started = deadline.elapsed
        try:
            made = self._client.request(request.method, request.url).headers(request.headers.pairs())
            if request.content is not None:
                made = made.body_bytes(request.content)
            left = deadline.remaining()
            if left != _ENDLESS:
                made = made.timeout(timedelta(seconds=left))
            answer = made.build().send()
            content = (answer.bytes()).to_bytes()
        except self._refusal as error:
            raise NotPlainError from error
        except self._errors as error:
            raise _failure(error) from error
        return Response(answer.status, RawHeaders(answer.headers.items()), content, deadline.elapsed - started)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _failure(error: Exception) -> TransportFailure:
    causes = (getattr(error, "details", None) or {}).get("causes") or ()
    text = " ".join(str(cause.get("message", "")) for cause in causes)
    failure = classify(error)
    # The library's classes do not tell whether a connection was never made or broke later; its causes do, and whether
    # a call may be repeated hangs on it.
    if failure.kind == "connect" and "(Connect)" not in text:
        failure.kind = "broken"
    if "dns error" in text:
        failure.reason = "the host name is not known"
    elif "Connection refused" in text:
        failure.reason = "connection refused"
    elif "certificate" in text.lower():
        failure.reason = "the certificate of the server is not trusted"
    elif failure.kind == "broken":
        failure.reason = "the server closed the connection"
    return failure
