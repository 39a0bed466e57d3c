"""Handlers bound to the operations of a contract, one to one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.web.contract import Contract, ContractError, OperationSpec
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.problems import Checker, did_you_mean, one_of
from flext_sdk.embedded.web.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flext_sdk.embedded.web.call import Handler, WebSocketHandler

RAW_BODIES: Final = frozenset({"pipelines.create", "pipelines.update", "pipelines.validate"})
"""Operations whose handlers check the body themselves: shape and meaning of a definition are told at once."""

_PLACE = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class PathCheck:
    """What a path parameter must be for there to be something at that path."""

    name: str
    checker: Checker
    known: tuple[str, ...]

    def verify(self, value: str) -> None:
        """Let a good value pass.

        Raises:
            ApiError: 404: nothing can be there.
        """
        if not self.checker.accepts(value):
            hint = f"Known: {one_of(self.known)}." if self.known else None
            shown = value if len(value) <= 60 else f"{value[:60]}..."
            raise ApiError(
                404, "NOT_FOUND", f"there is no {self.name} {shown!r}{did_you_mean(value, self.known)}", hint=hint
            )


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """One operation, ready to be called.

    Attributes:
        spec: The operation in the contract.
        handler: What does the work.
        is_async: Whether the handler is a coroutine function.
        cancels: Whether its work ends when the caller goes away.
        query: The query parameters.
        body: Checker of the body; None where there is no body, or the handler checks it.
        takes_body: Whether there may be a body.
        path_checks: Checks of path parameters.
        fixed: Path parameters that the path itself gives, see `_merged`.
    """

    spec: OperationSpec
    handler: Handler
    is_async: bool
    cancels: bool
    query: Query
    body: Checker | None
    takes_body: bool
    path_checks: tuple[PathCheck, ...]
    fixed: Mapping[str, str]

    @property
    def mutating(self) -> bool:
        """Whether an Idempotency-Key means something."""
        return self.spec.method != "GET"


@dataclass(frozen=True, slots=True)
class Bound:
    """Everything an application serves.

    Attributes:
        paths: Operations by method for each path, in the order in which paths are to be tried.
        websockets: WebSocket handlers with their paths and what the contract says.
        public: Paths that answer without a token.
    """

    paths: tuple[tuple[str, Mapping[str, BoundOperation]], ...]
    websockets: tuple[tuple[str, WebSocketHandler, OperationSpec], ...]
    public: frozenset[str]


def bind(contract: Contract, handlers: Mapping[str, Handler], websockets: Mapping[str, WebSocketHandler]) -> Bound:
    """Join each operation with its handler.

    Args:
        contract: The contract.
        handlers: Handlers of HTTP operations by operationId.
        websockets: Handlers of WebSockets by operationId.

    Raises:
        ContractError: An operation has no handler, or a handler no operation.
    """
    specs = list(contract.operations())
    _compare(contract.service, "handler", {spec.id for spec in specs if not spec.websocket}, set(handlers))
    _compare(contract.service, "WebSocket handler", {spec.id for spec in specs if spec.websocket}, set(websockets))
    paths: dict[str, dict[str, BoundOperation]] = {}
    for spec in specs:
        if not spec.websocket:
            paths.setdefault(spec.path, {})[spec.method] = _bound(contract, spec, handlers[spec.id])
    return Bound(
        paths=tuple(_merged(paths)),
        websockets=tuple((spec.path, websockets[spec.id], spec) for spec in specs if spec.websocket),
        public=frozenset(spec.path for spec in specs if spec.public),
    )


def _compare(service: str, what: str, wanted: set[str], given: set[str]) -> None:
    missing, extra = sorted(wanted - given), sorted(given - wanted)
    if missing:
        raise ContractError(f"{service} has no {what} for {', '.join(missing)}")
    if extra:
        raise ContractError(f"{service} has a {what} for {', '.join(extra)}, which its contract does not have")


def _bound(contract: Contract, spec: OperationSpec, handler: Handler) -> BoundOperation:
    queries = [parameter for parameter in spec.parameters if parameter["in"] == "query"]
    checked = spec.body is not None and spec.id not in RAW_BODIES
    return BoundOperation(
        spec=spec,
        handler=handler,
        is_async=iscoroutinefunction(handler),
        cancels=bool(getattr(handler, "__cancel_on_disconnect__", False)),
        query=Query(contract, queries),
        body=Checker(contract.schema(spec.body)) if checked and spec.body is not None else None,
        takes_body=spec.body is not None,
        path_checks=tuple(_path_checks(contract, spec.parameters)),
        fixed={},
    )


def _path_checks(contract: Contract, parameters: Sequence[Mapping[str, Any]]) -> Iterator[PathCheck]:
    for parameter in parameters:
        if parameter["in"] == "path":
            schema = contract.resolve(parameter["schema"])
            name = parameter.get("x-flext", {}).get("name", parameter["name"])
            yield PathCheck(name, Checker(contract.schema(parameter["schema"])), tuple(schema.get("enum", ())))


def _merged(paths: Mapping[str, Mapping[str, BoundOperation]]) -> Iterator[tuple[str, Mapping[str, BoundOperation]]]:
    """Paths without places first, each with the methods of the paths with places that it fits too.

    Without that a pipeline called "validate" could not be shown: POST /pipelines/validate would hide
    GET /pipelines/{name}.
    """
    templates = {
        path: re.compile(_PLACE.sub(lambda found: f"(?P<{found[1]}>[^/]+)", path)) for path in paths if "{" in path
    }
    for path in sorted(paths, key=lambda path: ("{" in path, path)):
        operations = dict(paths[path])
        if path not in templates:
            for template, pattern in templates.items():
                found = pattern.fullmatch(path)
                if found:
                    for method, operation in paths[template].items():
                        operations.setdefault(method, _fixed(operation, found.groupdict()))
        yield path, operations


def _fixed(operation: BoundOperation, values: Mapping[str, str]) -> BoundOperation:
    return replace(operation, fixed=values)
