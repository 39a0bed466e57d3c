"""Answers as ASGI messages."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from flext_sdk.embedded.web.call import Answer

if TYPE_CHECKING:
    from starlette.types import Send

    from flext_sdk.embedded.web.errors import ApiError

_JSON = "application/json"
_EMPTY = frozenset({204, 304})


def encode(body: Any, media_type: str) -> bytes:  # noqa: ANN401 - any JSON
    """The body as bytes.

    Raises:
        TypeError: It is not JSON; a fault of the handler.
    """
    if isinstance(body, bytes):
        return body
    if media_type != _JSON:
        return str(body).encode()
    return orjson.dumps(body)


def marked(answer: Answer, known: str | None) -> Answer:
    """The answer with an ETag made of its bytes; 304 without a body when the caller names that tag.

    Args:
        answer: A whole answer.
        known: The header If-None-Match.
    """
    media_type = answer.media_type or _JSON
    content = encode(answer.body, media_type)
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {**answer.headers, "ETag": tag, "Cache-Control": "private, no-cache"}
    names = {name.strip().removeprefix("W/") for name in known.split(",")} if known else set()
    if tag in names or "*" in names:
        return Answer(304, headers=headers)
    return Answer(answer.status, content, headers, media_type)


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a whole answer."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.status in _EMPTY or (answer.body is None and answer.media_type is None):
        content = b""
    else:
        media_type = answer.media_type or _JSON
        content = encode(answer.body, media_type)
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        headers.append((b"content-type", f"{media_type}{charset}".encode()))
    if answer.status not in _EMPTY:
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def send_error(send: Send, error: ApiError, request_id: str) -> None:
    """Send the error envelope."""
    await send_answer(send, Answer(error.status, error.body(request_id), error.headers))


async def refuse_websocket(scope: Any, send: Send, error: ApiError, request_id: str) -> None:  # noqa: ANN401 - an ASGI scope
    """Say no to a WebSocket before it is one, with the envelope where the server can send it."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    content = orjson.dumps(error.body(request_id))
    headers = [
        (b"content-type", _JSON.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": content})
