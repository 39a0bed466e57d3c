"""From a contract and its handlers to an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from flext_sdk.embedded.web.access import caller, require
from flext_sdk.embedded.web.binding import bind
from flext_sdk.embedded.web.contract import Contract, load_contract
from flext_sdk.embedded.web.endpoint import Endpoint, Limits
from flext_sdk.embedded.web.gate import Gate, not_found

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from flext_sdk.embedded.settings import Service
    from flext_sdk.embedded.web.access import Authority
    from flext_sdk.embedded.web.call import Handler, WebSocketHandler
    from flext_sdk.embedded.web.contract import OperationSpec
    from flext_sdk.embedded.web.counters import Counters
    from flext_sdk.embedded.web.idempotency import IdempotencyStore

type Hook = Callable[[], Awaitable[None] | None]
"""Called when the service starts or stops; may be a coroutine function."""


def build_app(
    service: Service,
    handlers: Mapping[str, Handler],
    *,
    token: str,
    port: int,
    metrics: Counters,
    websockets: Mapping[str, WebSocketHandler] | None = None,
    startup: Sequence[Hook] = (),
    shutdown: Sequence[Hook] = (),
    idempotency: IdempotencyStore | None = None,
    contract: Contract | None = None,
    authority: Authority | None = None,
    limits: Limits | None = None,
) -> Starlette:
    """The application of a service.

    Args:
        service: Which contract it serves.
        handlers: What does the work, by operationId.
        token: The machine's own token; whoever sends it as a bearer token may do everything.
        port: Port it is served on; the Host header may name no other.
        metrics: Where requests are counted.
        websockets: What serves the contract's WebSockets, by operationId.
        startup: Called in order before the first request. When one raises, those in ``shutdown`` are called still.
        shutdown: Called in order after the last request; each is called, whatever another raised.
        idempotency: Where answers are kept under the caller's key; without it the key is ignored.
        contract: The contract, when the caller has it already.
        authority: Knows the tokens of users; without it the machine's own token is the only one.
        limits: Bounds on what a request may send.

    Raises:
        ContractError: A handler is missing, or there is one that the contract does not have.
    """
    contract = contract or load_contract(service)
    bound = bind(contract, handlers, websockets or {})
    routes: list[BaseRoute] = [
        Route(path, Endpoint(operations, idempotency=idempotency, limits=limits or Limits()))
        for path, operations in bound.paths
    ]
    routes += [WebSocketRoute(path, _with_role(handler, spec)) for path, handler, spec in bound.websockets]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            for hook in startup:
                await _run(hook)
            yield
        except Exception as error:
            # uvicorn prints a traceback and says no more than that the start failed; the host wants the reason.
            app.state.failure = error
            raise
        finally:
            await _run_all(shutdown)

    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Gate, token=token, port=port, metrics=metrics, public=bound.public, authority=authority)
        ],
        exception_handlers={HTTPException: _let_through},
        lifespan=lifespan,
    )
    app.router.default = not_found
    app.router.redirect_slashes = False
    return app


def _with_role(handler: WebSocketHandler, spec: OperationSpec) -> WebSocketHandler:
    async def checked(websocket: WebSocket) -> None:
        require(caller.get(), spec.role, spec.id)
        await handler(websocket)

    return checked


def _let_through(_request: Request, error: Exception) -> Response:
    """Starlette would answer with text; the gate has the envelope."""
    raise error


async def _run(hook: Hook) -> None:
    result = hook()
    if isawaitable(result):
        await result


async def _run_all(hooks: Sequence[Hook]) -> None:
    failure: Exception | None = None
    for hook in hooks:
        try:
            await _run(hook)
        except Exception as error:  # noqa: BLE001 - the others must be called, and the first is raised below
            failure = failure or error
    if failure is not None:
        raise failure


__all__ = ["Hook", "Limits", "build_app"]
