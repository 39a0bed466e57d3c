"""Requests that no method describes, and answers with everything around their value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flext_sdk._async.calls import Outgoing, check_headers
from flext_sdk._core.arguments import is_any, kind
from flext_sdk._core.messages import RawResponse, decode_text, json_or_none
from flext_sdk._core.request import encode_body, encode_query
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from flext_sdk._async.calls import Exchange
    from flext_sdk._core.types import Json, Service

__all__ = ["any_answer", "outgoing", "raw_response"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}


def outgoing(
    method: str,
    path: str,
    *,
    service: Service,
    query: Mapping[str, Json] | None,
    json: Json,
    content: bytes | str | None,
    headers: Mapping[str, str] | None,
) -> Outgoing:
    """A request as somebody wrote it, ready to be sent; see `AsyncFlext.request`.

    Raises:
        UsageError: If it cannot be sent.
    """
    verb = str(method).upper()
    if verb not in _METHODS:
        raise UsageError(f"{method!r} is no HTTP method", hint=f"One of {', '.join(sorted(_METHODS))}.")
    if service not in {"flext", "flexcore"}:
        raise UsageError(f"There is no service {service!r}", hint="flext or flexcore.")
    if json is not None and content is not None:
        raise UsageError("Give json or content, not both")
    if query is not None and not is_any(query, Mapping):
        raise UsageError(f"query must be a mapping; it is {kind(query)}")
    if content is not None and not is_any(content, bytes, str):
        raise UsageError(f"content must be bytes or text; it is {kind(content)}")
    text = encode_query((str(key), value, "repeat") for key, value in (query or {}).items())
    body = encode_body(json) if json is not None else content.encode() if isinstance(content, str) else content
    return Outgoing(
        operation=f"{verb} {_checked(path)}",
        service=service,
        group="request",
        method=verb,
        path=f"{path}{'&' if '?' in path else '?'}{text}" if text else path,
        content=body,
        repeatable=verb in _SAFE,
        mutating=verb not in _SAFE,
        headers=check_headers(headers),
    )


def any_answer(found: Exchange) -> RawResponse[Any]:
    """An answer whose value is its JSON, or its text where it is none."""
    content_type = found.response.headers.get("content-type", "")
    value = json_or_none(found.response.content) if "json" in content_type else None
    if value is None and found.response.content and found.response.content.strip() != b"null":
        value = decode_text(found.response.content, content_type)
    return raw_response(value, found)


def raw_response[T](value: T, found: Exchange) -> RawResponse[T]:
    """A value with the answer it came in."""
    response = found.response
    return RawResponse(
        value=value,
        status=response.status,
        headers=response.headers,
        content=response.content,
        request_id=found.request_id,
        attempts=found.attempts,
        elapsed=found.elapsed,
    )


def _checked(path: str) -> str:
    """The path without its query.

    Raises:
        UsageError: If it is no path from the root. A whole address is refused: it would get the service's token.
    """
    if not is_any(path, str) or not path.startswith("/") or path.startswith("//"):
        raise UsageError(f"{path!r} is no path", hint="A path begins with one slash: /api/v1/pipelines")
    if any(not c.isprintable() or c in " #" for c in path):
        raise UsageError(
            f"The path {path!r} has a space, a # or a control character", hint="Write them as %20, %23 and so on."
        )
    return path.partition("?")[0]
