# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The extra ``fast``: connections of pyreqwest, which is reqwest and hyper with a thin Python surface.

It sends no redirects on, knows no proxy and no cookies: what is special goes through httpx.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from flext_sdk._core.deadline import CONNECT, POOL, READ
from flext_sdk._core.failures import NO_DECOMPRESSION, NO_HTTP, TransportFailure, classify, too_large
from flext_sdk._core.messages import RawHeaders, Response
from flext_sdk._fastlib import usable
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._pool import ANSWER_LIMIT, KEEPALIVE, MOST, NotPlainError
from flext_sdk.errors import MissingExtraError

if TYPE_CHECKING:
    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request

__all__ = ["Fast"]

_ENDLESS = float("inf")
_PIECE = 1 << 18
# What the library says of an answer that breaks the rules of HTTP.
_NO_HTTP = ("parsed", "too large", "invalid")


class Fast:
    """Sends requests through pyreqwest, in one event loop or one process.

    Args:
        builder: A fresh builder of a client.
        largest: Bytes that an answer may have, decompressed.
    """

    def __init__(self, builder: Any, largest: int = ANSWER_LIMIT) -> None:  # noqa: ANN401 - a builder of either colour
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
        self._largest = largest
        self._errors = (PyreqwestError, OSError)
        self._refusal = BuilderError

    @classmethod
    def make(cls, *, required: bool, largest: int = ANSWER_LIMIT) -> Self | None:
        """A sender; None where the library is not installed or cannot be used in this process.

        Raises:
            MissingExtraError: If it is not installed, but required.
        """
        if not usable(again=required):
            return None
        try:
            builder = rt.fast_builder()
        except ImportError as error:
            if required:
                raise MissingExtraError("The transport 'fast'", "fast") from error
            return None
        return cls(builder, largest)

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
            # Not build(), which reads the whole body, however large.
            with made.streamed_read_buffer_limit(_PIECE).build_streamed() as answer:
                content = self._content(answer)
                status, headers = answer.status, RawHeaders(answer.headers.items())
        except self._refusal as error:
            raise NotPlainError from error
        except self._errors as error:
            raise _failure(error) from error
        return Response(status, headers, content, deadline.elapsed - started)

    def _content(self, answer: Any) -> bytes:  # noqa: ANN401 - an answer of either colour
        length = answer.get_header("content-length")  # the library takes it away where it decompresses
        if length is not None:
            if not length.isdecimal() or int(length) > self._largest:
                raise too_large(self._largest)
            return (answer.bytes()).to_bytes()  # type: ignore[no-any-return]
        parts: list[bytes] = []
        size = 0
        while (part := answer.body_reader.read(_PIECE)) is not None:
            parts.append(part.to_bytes())
            size += len(part)
            if size > self._largest:
                parts.clear()  # the error keeps this frame alive
                raise too_large(self._largest)
        return b"".join(parts)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _failure(error: Exception) -> TransportFailure:
    causes = (getattr(error, "details", None) or {}).get("causes") or ()
    text = " ".join(str(cause.get("message", "")) for cause in causes)
    last = str(causes[-1].get("message", "")) if causes else ""
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
    elif ("(SendRequest)" in text and any(word in last for word in _NO_HTTP)) or "Invalid chunk" in last:
        failure.kind, failure.reason = "garbled", NO_HTTP
    elif "decoding response body" in text and "from connection" not in text:
        failure.kind, failure.reason = "garbled", NO_DECOMPRESSION
    elif failure.kind == "broken":
        failure.reason = "the server closed the connection"
    return failure
