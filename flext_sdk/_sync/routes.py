# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Servers of several generations: which one answers, and which route of an operation it has.

Nothing here runs while a server has the route that the contract names first, as the embedded platform always does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flext_sdk import errors
from flext_sdk._core.generations import UNKNOWN, Server, classify
from flext_sdk._core.messages import json_or_none
from flext_sdk._core.redact import redact_url
from flext_sdk._sync.calls import Outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk._core.messages import Response
    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json, Service
    from flext_sdk._sync.client import Flext
    from flext_sdk._sync.resource import Resource

__all__ = ["explained", "send", "server_of"]

_PATIENCE = 5.0
_ELSEWHERE = (
    "the platform of this machine has it; it is used where no address is set (FLEXT_URL, base_url and the like)."
)


def send[T](
    resource: Resource,
    op: Operation[T],
    path: Mapping[str, Json],
    query: Mapping[str, Json],
    body: Json,
) -> tuple[Operation[T], Response]:
    """Send an operation over the first of its routes that the server has.

    Which one is tried first follows from what is known about the server; what is not known is found out when a route
    is absent. An absent route did nothing, so trying another is safe for every operation.

    Raises:
        NotSupportedError: The server has none of them, or not with these parameters.
        FlextError: As any call.
    """
    client = resource._client
    routes: list[Operation[T]] = _ordered((op, *op.variants), known(client, op.service))
    failure: errors.NotSupportedError | None = None
    while routes:
        route = routes.pop(0)
        asked = {name: value for name, value in query.items() if value is not None}
        if route is not op:
            asked = _fitting(client, op, route, asked)
        try:
            return route, resource._send(route, path, asked, _body(route, path, body))
        except errors.NotSupportedError as error:
            failure = failure or error
            routes = _ordered(tuple(routes), known(client, op.service))
        except errors.ServerError as error:
            # A part that this server does not use, such as a bus between nodes, is "not available" for ever.
            server = known(client, op.service)
            if error.status == 503 and server is not None and (instead := server.instead(op)):
                error.hint = f"Instead: {instead}"
            raise
    assert failure is not None
    raise failure


def known(client: Flext, service: Service) -> Server | None:
    """What was found out about a server before."""
    transport = client._transport
    return transport.servers.get((service, transport.url_of(service)))


def server_of(client: Flext, service: Service) -> Server:
    """What is known about a server; it is asked for its health when that is not yet known.

    A server that cannot be asked is an unknown one, and is asked again the next time.
    """
    found = known(client, service)
    if found is not None:
        return found
    options = replace(
        client._options,
        timeout=min(client._options.timeout, _PATIENCE),
        retries=0,
        breaker=False,
        autostart=False,
        recorder=None,
    )
    out = Outgoing(
        operation=f"services.{service}_health",
        service=service,
        group="services",
        method="GET",
        path="/health",
        repeatable=True,
    )
    transport = client._transport
    try:
        health = json_or_none((transport.exchange(out, options)).response.content)
    except errors.ServerError as error:
        health = error.details  # a degraded server tells its health with an error's status
    except errors.FlextError:
        health = None
    found = classify(service, health)
    if found.generation != UNKNOWN:
        transport.servers[service, transport.url_of(service)] = found
    return found


def explained(client: Flext, op: Operation[Any], error: errors.NotSupportedError) -> errors.NotSupportedError:
    """The error of an operation that a server does not have, with what it is and what to use instead."""
    # 501 comes from a route that is there: its answer says as much as a further question could.
    server = known(client, op.service) or (Server(op.service) if error.status == 501 else server_of(client, op.service))
    instead = server.instead(op)
    url = client._transport.url_of(op.service)
    where = f" at {redact_url(url)}" if url else ""
    # A server that says nothing about itself was told as well as could be from its answer.
    message = error.message if server.generation == UNKNOWN else f"{server}{where} does not support {op.id}"
    return errors.NotSupportedError(
        message,
        code=error.code,
        hint=f"Instead: {instead or _ELSEWHERE}" if instead or server.is_public else error.hint,
        status=error.status,
        request_id=error.request_id,
        details={
            "operation": op.id,
            "service": op.service,
            "server": server.name,
            "version": server.version,
            "generation": server.generation,
        },
    )


def _ordered[T](routes: tuple[Operation[T], ...], server: Server | None) -> list[Operation[T]]:
    if server is None:
        return list(routes)
    return sorted(routes, key=lambda route: server.generation not in route.generations)


def _fitting(client: Flext, op: Operation[Any], route: Operation[Any], query: Mapping[str, Json]) -> dict[str, Json]:
    """The parameters of a call as far as another route takes them.

    Raises:
        NotSupportedError: One that the route does not take would change the answer.
    """
    taken = {param.name for param in route.query}
    lost = sorted(name for name in query if name not in taken and name not in {"limit", "offset"} and query[name])
    if lost:
        server = server_of(client, op.service)
        raise errors.NotSupportedError(
            f"{server} does not take {', '.join(lost)} with {op.id}",
            hint="Leave it out, and choose from the whole list: --filter on the command line.",
        )
    return {name: value for name, value in query.items() if name in taken}


def _body(route: Operation[Any], path: Mapping[str, Json], body: Json) -> Json:
    if route.send is None or not isinstance(body, dict):
        return body
    return {key: path.get(source[1:]) if source.startswith("$") else body.get(source) for key, source in route.send}
