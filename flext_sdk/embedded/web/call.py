"""What a handler gets and gives, free of the web framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.websockets import WebSocket


@dataclass(frozen=True, slots=True)
class Call:
    """One validated request.

    Attributes:
        operation_id: Operation of the contract, ``"pipelines.start"``.
        path: Path parameters by their wire names.
        query: Query parameters by their wire names, typed as the contract says, with defaults filled in.
            What was not given and has no default is absent.
        body: Decoded JSON, checked against the contract (but see `flext_sdk.embedded.web.binding.RAW_BODIES`);
            None without a body.
        headers: Headers with lower-case names.
        request_id: Id of the request; stands in the log and in every answer.
        idempotency_key: Key under which the caller may send this again.
        address: Address that the caller's connection comes from.
    """

    operation_id: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    idempotency_key: str | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back.

    Attributes:
        status: HTTP status.
        body: A JSON value; text where ``media_type`` is not JSON; None for an empty answer (204).
        headers: Headers to send besides the usual ones.
        media_type: Media type; JSON when left out.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None


type Handler = Callable[[Call], Any | Awaitable[Any]]
"""Gives an `Answer`, or a JSON value for the operation's only success status. A plain function runs in a thread."""

type WebSocketHandler = Callable[["WebSocket"], Awaitable[None]]
"""Serves one WebSocket; host, token and request id are checked before it is called."""


def cancel_on_disconnect[H: Callable[..., Any]](handler: H) -> H:
    """Mark an ``async`` handler whose work is of no use once the caller has gone: it is cancelled then."""
    handler.__cancel_on_disconnect__ = True  # type: ignore[attr-defined]
    return handler
