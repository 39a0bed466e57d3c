"""What stands before every request (id, count, host, token) and behind it (errors as the contract has them, log)."""

from __future__ import annotations

import hmac
import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

from flext_sdk.embedded.web.access import OWNER, Authority, Principal, caller
from flext_sdk.embedded.web.errors import ApiError, storage_failed
from flext_sdk.embedded.web.respond import refuse_websocket, send_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from flext_sdk.embedded.web.counters import Counters

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Id of the request that is being worked on; every log line carries it."""

_LOG = logging.getLogger("flext.web")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
SLASH = "\ufdd0"
"""Stands for a slash inside a name while the route is looked for; no text has this character."""
ACCESS_PREFIX = "flxa_"
"""What access tokens of users begin with; nothing else is looked up."""
LOOKUPS = 16
"""Tokens that are looked up at the same time; the others wait."""
LOOK_AGAIN = 1.0
"""Seconds after which the token behind an open WebSocket is looked at again, before the next frame."""
_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class Gate:
    """Pure ASGI middleware.

    Args:
        app: What is behind the gate.
        token: The machine's own token; whoever has it may do everything.
        port: Port of this service.
        metrics: Where requests are counted.
        public: Paths that answer without a token.
        authority: Knows the tokens of users; without it there are none.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        port: int,
        metrics: Counters,
        public: frozenset[str],
        authority: Authority | None = None,
    ) -> None:
        self._app = app
        self._token = token.encode()
        self._authority = authority
        # Threads of their own: a handler that asks this service holds one of the others until it is let in here.
        self._lookups = CapacityLimiter(LOOKUPS)
        # A page of another site whose name was made to lead to 127.0.0.1 (DNS rebinding) sends its own name here.
        self._hosts = frozenset(f"{host}{suffix}".encode() for host in _HOSTS for suffix in ("", f":{port}"))
        self._origins = frozenset(b"http://" + host for host in self._hosts)
        self._metrics = metrics
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a good request through; answer the others."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        identity = _identity(headers.get(b"x-request-id"))
        scope["flext.request_id"] = identity
        mark = request_id.set(identity)
        sender = _Sender(send, identity)
        start = time.monotonic()
        asks = None
        try:
            principal = await self._check(scope, headers)
            asks = caller.set(principal)
            onward: Send = sender
            if scope["type"] == "websocket" and principal is not None and principal.kind == "user":
                onward = _Watched(sender, principal, self._known)
            await self._app(_kept_whole(scope), receive, onward)
        except Exception as error:  # noqa: BLE001 - the last one who can answer
            await self._fail(scope, sender, _as_api_error(error, scope), error)
        finally:
            self._count(scope, sender.status, time.monotonic() - start)
            request_id.reset(mark)
            if asks is not None:
                caller.reset(asks)

    async def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> Principal | None:
        host = headers.get(b"host", b"").lower()
        if host not in self._hosts:
            raise ApiError(
                403,
                "HOST_NOT_ALLOWED",
                "the Host header does not name this machine",
                hint="Ask for 127.0.0.1 or localhost.",
            )
        origin = headers.get(b"origin")
        if origin is not None and origin.lower() not in self._origins:
            raise ApiError(403, "ORIGIN_NOT_ALLOWED", "pages of other origins may not ask this service")
        if scope["path"] in self._public:
            return None
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer":
            given = given.strip()
            if hmac.compare_digest(given, self._token):
                return OWNER
            found = await self._known(given.decode("latin-1"))
            if found is not None:
                return found
        message = "the token is wrong" if given else "no token was sent"
        if given.startswith(ACCESS_PREFIX.encode()):
            message = "the token has expired or was revoked"
        raise ApiError(
            401,
            "UNAUTHENTICATED",
            message,
            hint="Send the header Authorization: Bearer TOKEN; the token is in the file state/token of FLEXT_HOME.",
            headers={"WWW-Authenticate": "Bearer"},
        )

    async def _known(self, token: str) -> Principal | None:
        if self._authority is None or not token.startswith(ACCESS_PREFIX):
            return None
        return await to_thread.run_sync(self._authority.principal, token, limiter=self._lookups)

    async def _fail(self, scope: Scope, sender: _Sender, answer: ApiError, error: Exception) -> None:
        if answer.status >= 500 and not isinstance(error, ApiError):
            _LOG.error("%s %s failed: %s", scope.get("method", "WEBSOCKET"), scope["path"], error, exc_info=error)
        if sender.status is not None:
            return  # the answer is on its way already; nothing can be taken back
        if scope["type"] == "websocket":
            await refuse_websocket(scope, sender, answer, sender.request_id)
        else:
            await send_error(sender, answer, sender.request_id)

    def _count(self, scope: Scope, status: int | None, seconds: float) -> None:
        self._metrics.requests += 1
        if status is not None and status >= 500:
            self._metrics.errors += 1
        method = scope.get("method", "WEBSOCKET")
        level = logging.DEBUG if method in {"GET", "HEAD", "OPTIONS"} and (status or 0) < 500 else logging.INFO
        if _LOG.isEnabledFor(level):
            _LOG.log(level, "%s %s %s in %.0f ms", method, scope["path"], status or "no answer", seconds * 1000)


class _Watched:
    """Sends over the WebSocket of a user, as long as their token is good: a revoked one ends it."""

    def __init__(self, send: Send, principal: Principal, known: Callable[[str], Awaitable[Principal | None]]) -> None:
        self._send = send
        self._principal = principal
        self._known = known
        self._looked = time.monotonic()
        self._ended = False

    async def __call__(self, message: Message) -> None:
        if self._ended:
            return
        if message["type"] == "websocket.send" and time.monotonic() - self._looked >= LOOK_AGAIN:
            self._looked = time.monotonic()
            try:
                good = await self._known(self._principal.token) is not None
            except ApiError:
                good = False
            if not good:
                self._ended = True
                message = {"type": "websocket.close", "code": 1008, "reason": "the token is no longer good"}
        await self._send(message)


class _Sender:
    """Notes the status on its way out and adds the request id."""

    def __init__(self, send: Send, identity: str) -> None:
        self._send = send
        self.request_id = identity
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
        elif kind in {"websocket.accept", "websocket.close"} and self.status is None:
            self.status = 101 if kind == "websocket.accept" else 403
        await self._send(message)


def _kept_whole(scope: Scope) -> Scope:
    """The scope with slashes that belong to a name (``%2F``) told apart from those that part the path."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None or b"%2f" not in raw.lower():
        return scope
    path = SLASH.join(unquote(part.decode("latin-1")) for part in re.split(rb"(?i)%2f", raw))
    return {**scope, "path": path}


def path_of(scope: Scope) -> str:
    """The path of a request as a person reads it."""
    path: str = scope["path"]
    return path.replace(SLASH, "%2F")


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI application
    """What the router does with paths that the contract does not have.

    Raises:
        ApiError: Always: 404.
    """
    raise ApiError(404, "ROUTE_NOT_FOUND", f"this service has nothing at {path_of(scope)}")


def _identity(given: bytes | None) -> str:
    """The caller's request id when it can be logged as it is, else a new one."""
    text = given.decode("latin-1") if given else ""
    return text if _REQUEST_ID.match(text) else uuid.uuid4().hex


def _as_api_error(error: Exception, scope: Scope) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        headers: Any = error.headers or {}
        return ApiError(
            error.status_code, f"HTTP_{error.status_code}", f"{error.detail}: {scope['path']}", headers=headers
        )
    return storage_failed(error) or ApiError(
        500,
        "INTERNAL_ERROR",
        "the service failed to answer this request",
        hint="The service's log has the reason under this request id: flext service logs flext (or flexcore).",
    )
