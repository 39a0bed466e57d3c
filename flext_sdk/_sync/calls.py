# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""What a call is made of: its options, what goes out, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from flext_sdk import errors
from flext_sdk._core.arguments import is_any, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.hooks import Hooks
    from flext_sdk._core.messages import Headers, Request, Response
    from flext_sdk._core.types import Service
    from flext_sdk._sync import _rt as rt
    from flext_sdk._sync._local import Endpoint
    from flext_sdk._telemetry import Telemetry

__all__ = ["Endpoints", "Exchange", "Middleware", "Options", "Outgoing", "check_headers"]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Middleware(Protocol):
    """Code around every attempt; it may change the request, the answer, or answer by itself."""

    def __call__(self, request: Request, call_next: Callable[[Request], rt.Awaits[Response]]) -> Response:
        """Handle one attempt; ``call_next`` sends it."""
        ...


class Endpoints(Protocol):
    """Finds the address and token of a service."""

    def at_hand(self, service: Service) -> Endpoint | None:
        """The address and token, when they are known without asking anybody."""
        ...

    def get(self, service: Service, *, autostart: bool = True) -> Endpoint:
        """The address and token; with ``autostart`` a service of this machine is started when it does not run."""
        ...

    def forget(self) -> bool:
        """Forget what was found, for the service may have moved; False when it cannot move."""
        ...

    def known(self, service: Service) -> str | None:
        """The address as far as it is known now."""
        ...

    def origin(self, service: Service) -> str | None:
        """Where the address was given, in words; None for a service of this machine that is looked up."""
        ...

    def token_origin(self, service: Service) -> str | None:
        """Where the token was given, in words; None where none was."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What `Flext.with_options` can change.

    Attributes:
        timeout: Seconds of one call with everything.
        retries: Attempts after the first one.
        headers: More headers, sent with every request.
        middleware: Run around every attempt, the first one outermost.
        models: False gives plain data instead of models.
        token: Replaces the token of the service.
        breaker: False asks the service whatever the circuit breaker says; for looking whether it is back.
        autostart: False starts no service of this machine for a call.
        hooks: Told what happens.
        cache: Whether answers with an ETag are kept.
        telemetry: Makes a span for each call.
        anonymous: Send no token at all.
        recorder: Gets the exchange of each call, for raw responses.
    """

    timeout: float = 60.0
    retries: int = 2
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    middleware: tuple[Middleware, ...] = ()
    models: bool = True
    token: str | Mapping[Service, str] | None = field(default=None, repr=False)
    breaker: bool = True
    autostart: bool = True
    hooks: tuple[Hooks, ...] = ()
    cache: bool = False
    telemetry: Telemetry | None = field(default=None, repr=False)
    anonymous: bool = False
    recorder: Callable[[Exchange], None] | None = field(default=None, repr=False)
    # The headers of all calls with these options, made at the first of them: without a body, and with one.
    prepared: dict[bool, Headers] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(slots=True, eq=False, repr=False)
class Outgoing:
    """A call, ready to be sent.

    Attributes:
        operation: Id of the operation.
        service: Who answers.
        group: Group of operations, for the breaker.
        method: HTTP method.
        path: Path and query.
        content: Body, or None.
        repeatable: May be sent twice without a key.
        mutating: Gets an idempotency key.
        headers: More headers of this call.
        template: Path with its places, for traces.
        cacheable: Its answer may be kept under its ETag.
    """

    operation: str
    service: Service
    group: str
    method: str
    path: str
    content: bytes | None = None
    repeatable: bool = False
    mutating: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    template: str = ""
    cacheable: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """What came of a call.

    Attributes:
        response: The last answer.
        sent_request_id: Id of the request as it was sent.
        attempts: How often it was sent.
        elapsed: Seconds of the whole call.
    """

    response: Response
    sent_request_id: str
    attempts: int
    elapsed: float

    @property
    def request_id(self) -> str:
        """Id of the request in the service's log, or the one that was sent."""
        return self.response.headers.get("x-request-id", self.sent_request_id)


def check_headers(headers: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """Headers as they are sent.

    Raises:
        UsageError: If a name or value cannot be part of a request. The value is not told, it may be a secret.
    """
    pairs = [] if headers is None else list(headers.items()) if hasattr(headers, "items") else list(headers)
    if not all(is_any(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise errors.UsageError("headers must be a mapping of names and values")
    for name, value in pairs:
        if not is_any(name, str) or not _HEADER_NAME.fullmatch(name):
            raise errors.UsageError(f"{name!r} cannot be the name of a header")
        if not is_any(value, str):
            raise errors.UsageError(f"The value of header {name} must be text; it is {kind(value)}")
        if any(c in value for c in "\r\n\0") or not value.isascii():
            raise errors.UsageError(f"The value of header {name} has a line break or a character outside ASCII")
    return tuple((str(name), value) for name, value in pairs)
