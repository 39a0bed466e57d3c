"""Reading a request's body, within bounds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

NO_BODY: Final = object()
_DRAIN: Final = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a request may send.

    Attributes:
        body: Bytes of the largest body.
        seconds: How long a body may take to arrive.
    """

    body: int = 10 * 1024 * 1024
    seconds: float = 30.0


class Disconnected(Exception):  # noqa: N818 - nothing went wrong here
    """The caller went away before the request was complete; nobody is there to answer."""


async def read_json(receive: Receive, headers: Mapping[str, str], limits: Limits) -> Any:  # noqa: ANN401 - any JSON
    """The decoded body, or `NO_BODY` when there is none.

    Raises:
        ApiError: 400 not JSON, 408 too slow, 413 too large, 415 of another media type.
        Disconnected: The caller went away.
    """
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > _DRAIN * limits.body:
        raise too_large(limits)  # so much would not be read to its end anyhow
    try:
        async with asyncio.timeout(limits.seconds):
            content = await _read(receive, limits)
    except TimeoutError:
        raise ApiError(
            408,
            "BODY_TIMEOUT",
            f"the body did not arrive within {limits.seconds:g} seconds",
            headers={"Connection": "close"},
        ) from None
    if not content:
        return NO_BODY
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise ApiError(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            f"the body is {media_type}, not JSON",
            hint="Send it with Content-Type: application/json.",
        )
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ApiError(
            400,
            "INVALID_JSON",
            f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            details={"line": error.lineno, "column": error.colno},
        ) from None


async def _read(receive: Receive, limits: Limits) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limits.body:
            chunks.append(chunk)
        else:
            # Read on for a while without keeping anything: closing at once would reset the connection before the
            # answer is read.
            chunks.clear()
        more = message.get("more_body", False)
        if size > limits.body and (not more or size > _DRAIN * limits.body):
            raise too_large(limits)
        if not more:
            return b"".join(chunks)


def too_large(limits: Limits) -> ApiError:
    """413."""
    return ApiError(
        413, "BODY_TOO_LARGE", f"the body is larger than {limits.body} bytes", headers={"Connection": "close"}
    )
