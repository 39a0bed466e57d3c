"""What a fake service is asked and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk._core.request import encode_body, plain_data

if TYPE_CHECKING:
    from flext_sdk._core.messages import Headers
    from flext_sdk._core.types import Json, Service
    from flext_sdk.testing.contract import KnownOperation
    from flext_sdk.testing.faults import Fault

__all__ = ["Answer", "Call", "Envelope", "Reply", "error_body"]

type Envelope = Literal["flext", "short", "nested", "success", "detail", "health", "problem", "text", "html", "empty"]
"""The forms in which the services of all generations write an error.

``flext``: ours, complete. ``short``: ``{"error": text}`` of FlexCore. ``nested``: ``{"error": {"type", "message"}}``.
``success``: ``{"success": false, "error": text}``. ``detail``: ``{"detail": text}`` of FastAPI. ``health``:
``{"status": "unhealthy", "error": text}``. ``problem``: RFC 9457. ``text``, ``html``: no JSON. ``empty``: no body.
"""

_TYPES = {"text": "text/plain; charset=utf-8", "html": "text/html", "problem": "application/problem+json"}
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, with everything.

    Attributes:
        body: JSON data, a model, text, bytes that are sent as they are, or None for no body.
        status: HTTP status; None for the operation's own success.
        headers: More headers.
        delay: Seconds until it comes.
        checked: Whether it is held against the contract.
    """

    body: object = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    checked: bool = True


type Reply = (
    Answer | Fault | Mapping[str, Any] | Sequence[object] | str | bytes | object | Callable[[Call], object] | None
)
"""What may be given as an answer: an `Answer`, a model, JSON data, a list of items of a paged operation, text, None for
no body, a fault, or a function of the `Call` that gives one of these."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came, as the contract reads it.

    Attributes:
        operation: Id of the operation: ``"pipelines.show"``.
        service: Who was asked.
        method: HTTP method.
        url: Path and query as they were sent.
        path_params: Values of the places in the path, by their names on the wire.
        query: Query parameters, typed, with the contract's defaults.
        body: Decoded JSON, or None.
        headers: Headers of the request.
        attempt: 1 for the first attempt of a call of the client, 2 for its first repetition.
        arguments: Path and query parameters and the fields of the body together, by their Python names.
    """

    operation: str
    service: Service
    method: str
    url: str
    path_params: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    headers: Headers
    attempt: int
    arguments: Mapping[str, Any]

    @property
    def path(self) -> str:
        """The path alone, as it was sent."""
        return self.url.partition("?")[0]

    def __repr__(self) -> str:
        """Without headers and body, which may hold secrets."""
        return f"Call({self.operation}, {self.method} {self.path}, attempt={self.attempt})"


def arguments_of(
    known: KnownOperation, path: Mapping[str, str], query: Mapping[str, Json], body: Json
) -> dict[str, Json]:
    """Everything a call was given, by Python names."""
    operation = known.operation
    names = {param.wire: param.name for param in (*operation.path_params, *operation.query)}
    found = {names.get(wire, wire): value for wire, value in (*query.items(), *path.items())}
    fields = body.items() if isinstance(body, Mapping) else ()
    return {**{str(key): value for key, value in fields}, **found}


def shaped(known: KnownOperation, body: object) -> Json:
    """A reply as the body of an answer: a model as data, a list as a page, a value in what the contract wraps it in."""
    operation = known.operation
    if operation.unwrap and operation.response and type(body).__name__ == operation.response.partition(":")[2]:
        return {operation.unwrap: plain_data(body)}
    if isinstance(body, Sequence) and not isinstance(body, str | bytes):
        items = [plain_data(item) for item in body]
        paging = operation.paging
        if paging is None:
            return items
        return {paging.items: items, **({paging.total: len(items)} if paging.total else {})}
    return plain_data(body)


def written(body: Json) -> tuple[bytes, str]:
    """A body as bytes, and its content type."""
    if body is None:
        return b"", ""
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), _TYPES["text"]
    return encode_body(body), _JSON


def as_json(body: Json) -> Json:
    """A body as whoever decodes it sees it."""
    return body if body is None or isinstance(body, str | bytes) else json.loads(encode_body(body))


def error_body(
    envelope: Envelope,
    status: int,
    message: str,
    *,
    code: str | None = None,
    hint: str | None = None,
    problems: Sequence[Mapping[str, Any]] = (),
    request_id: str = "",
) -> tuple[Json, str]:
    """The body of an error in one of the services' forms, and its content type."""
    phrase = HTTPStatus(status).phrase if status in HTTPStatus else f"Status {status}"
    word = code or phrase.upper().replace(" ", "_").replace("-", "_")
    forms: dict[str, Json] = {
        "flext": {
            "error": message,
            "message": message,
            "code": word,
            "hint": hint,
            "request_id": request_id,
            "timestamp": "2026-01-31T08:00:00Z",
            **({"problems": [dict(one) for one in problems]} if problems else {}),
        },
        "short": {"error": message},
        "nested": {"error": {"type": word.lower(), "message": message}},
        "success": {"success": False, "error": message},
        "detail": {"detail": message},
        "health": {"status": "unhealthy", "error": message},
        "problem": {"type": "about:blank", "title": phrase, "status": status, "detail": message},
        "text": message,
        "html": f"<html><head><title>{message}</title></head><body><h1>{message}</h1></body></html>",
        "empty": None,
    }
    if envelope not in forms:
        raise ValueError(f"there is no envelope {envelope!r}; one of {', '.join(forms)}")
    return forms[envelope], _TYPES.get(envelope, _JSON if envelope != "empty" else "")
