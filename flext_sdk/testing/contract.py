"""The contracts of both services, as tests hold questions and answers against them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from flext_sdk.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json, Service
    from flext_sdk.embedded.web.contract import Contract, OperationSpec
    from flext_sdk.embedded.web.problems import Checker

__all__ = ["ContractViolation", "Contracts", "KnownOperation"]

_SERVICES: tuple[Service, ...] = ("flexcore", "flext")
_PLACE = re.compile(r"\{([^}]+)\}")
_SHOWN = 20


class ContractViolation(AssertionError):  # noqa: N818 - a test fails with it; it is no error of the SDK
    """A question or an answer is not as the contract says.

    Args:
        where: What is wrong as a whole: ``"the answer 200 of pipelines.show"``.
        problems: Each fault as ``(JSON pointer, message)``.

    Attributes:
        problems: As given.
    """

    def __init__(self, where: str, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        shown = [f"  {path or '/'}: {message}" for path, message in self.problems[:_SHOWN]]
        more = len(self.problems) - len(shown)
        super().__init__("\n".join([where, *shown, *([f"  and {more} more"] if more else [])]))


@dataclass(frozen=True, slots=True)
class KnownOperation:
    """An operation with everything that checks it.

    Attributes:
        id: The operationId.
        service: Which service has it.
        spec: What its contract says.
        pattern: Matches its paths; groups are path parameters in their order.
    """

    id: str
    service: Service
    spec: OperationSpec
    pattern: re.Pattern[str]
    _contract: Contract
    _strict: bool

    @property
    def operation(self) -> Operation[Any]:
        """The operation as the client has it."""
        from flext_sdk._operations import OPERATIONS

        return OPERATIONS[self.id]

    @property
    def success(self) -> int:
        """The first status that is a success."""
        return self.spec.success or min(int(status) for status in self.spec.responses if status.startswith("2"))

    @property
    def answer_schema(self) -> str | None:
        """Name of the schema of a good answer, where it has a name."""
        schema = self.spec.responses.get(str(self.success), {})
        return str(schema["$ref"]).rsplit("/", 1)[-1] if "$ref" in schema else None

    def check_path(self, values: Mapping[str, str]) -> None:
        """Let good path parameters pass.

        Raises:
            ContractViolation: One is not as the contract says.
        """
        schemas = {one["name"]: one["schema"] for one in self.spec.parameters if one["in"] == "path"}
        found = [
            (f"/{name}", problem["message"])
            for name, schema in schemas.items()
            for problem in self._checker(schema).problems(values.get(name))
        ]
        if found:
            raise ContractViolation(f"the path of a request for {self.id} does not fit its contract", found)

    def read_query(self, text: str) -> dict[str, Json]:
        """The query parameters, typed, with defaults.

        Raises:
            ContractViolation: One is unknown or not as the contract says.
        """
        from flext_sdk.embedded.web.errors import ApiError
        from flext_sdk.embedded.web.query import Query

        query = Query(self._contract, [one for one in self.spec.parameters if one["in"] == "query"])
        try:
            return query.parse(text.encode())
        except ApiError as error:
            found = _pairs(error.problems)
        raise ContractViolation(f"the query of a request for {self.id} does not fit its contract", found)

    def check_body(self, body: Json, *, given: bool) -> None:
        """Let a good body pass.

        Args:
            body: The decoded JSON.
            given: Whether there was a body at all.

        Raises:
            ContractViolation: It is not as the contract says.
        """
        where = f"the body of a request for {self.id} does not fit its contract"
        if self.spec.body is None:
            if given:
                raise ContractViolation(where, [("", "this operation takes no body")])
            return
        if not given:
            if self.spec.body_required:
                raise ContractViolation(where, [("", "this operation needs a body")])
            return
        found = self._checker(self.spec.body).problems(body)
        if found:
            raise ContractViolation(where, _pairs(found))

    def check_answer(self, status: int, body: Json) -> None:
        """Let a good answer pass.

        Args:
            status: HTTP status.
            body: Decoded JSON, text, or None for an answer without a body.

        Raises:
            ContractViolation: The contract has no such status, or the body is not as it says.
        """
        where = f"the answer {status} for {self.id} does not fit its contract"
        schema = self.spec.responses.get(str(status))
        if schema is None and status < 400:
            if status != self.success:
                raise ContractViolation(where, [("", f"it answers {self.success}, never {status}")])
            if self.spec.media_type is None:
                if body is not None:
                    raise ContractViolation(where, [("", f"an answer {status} has no body")])
            elif not isinstance(body, str):
                raise ContractViolation(where, [("", f"the body is {self.spec.media_type}, so it must be text")])
            return
        found = self._checker(schema or self.spec.responses["default"], closed=self._strict).problems(body)
        if found:
            raise ContractViolation(where, _pairs(found))

    def _checker(self, schema: Mapping[str, Any], *, closed: bool = False) -> Checker:
        return _compiled(self._contract, schema, closed=closed)


class Contracts:
    """Both contracts.

    Args:
        strict: Whether fields that the contract does not have are faults of an answer.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._known: dict[str, KnownOperation] = {}
        for service, contract in documents().items():
            for spec in contract.operations():
                pattern = re.compile(_PLACE.sub("([^/]+)", spec.path))
                self._known[spec.id] = KnownOperation(spec.id, service, spec, pattern, contract, strict)

    def __iter__(self) -> Iterator[KnownOperation]:
        """Every operation that is no WebSocket."""
        return (known for known in self._known.values() if not known.spec.websocket)

    def operation(self, name: str) -> KnownOperation:
        """The operation of that id.

        Raises:
            ContractViolation: There is none.
        """
        from flext_sdk.embedded.web.problems import did_you_mean

        known = self._known.get(name)
        if known is None or known.spec.websocket:
            near = did_you_mean(name, self._known)
            raise ContractViolation("no such operation", [("", f"the contracts have no operation {name!r}{near}")])
        return known

    def find(self, service: Service | None, method: str, url: str) -> tuple[KnownOperation, dict[str, str]]:
        """The operation that a request is for, and its path parameters.

        Args:
            service: The service that was asked; None for either.
            method: HTTP method.
            url: URL or path of the request.

        Raises:
            ContractViolation: There is none.
        """
        path = urlsplit(url).path
        found: list[tuple[int, KnownOperation, re.Match[str]]] = []
        for known in self:
            match = known.pattern.fullmatch(path) if known.spec.method == method else None
            if match is not None and service in {None, known.service}:
                found.append((match.re.groups, known, match))
        if not found:
            raise ContractViolation("no such operation", [("", f"{service or 'no service'} has no {method} {path}")])
        _, known, match = min(found, key=lambda one: one[0])
        names = _PLACE.findall(known.spec.path)
        return known, {name: unquote(value) for name, value in zip(names, match.groups(), strict=True)}


def _pairs(problems: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(str(one["path"]), str(one["message"])) for one in problems]


@cache
def documents() -> dict[Service, Contract]:
    """The contracts as they are installed, read once.

    Raises:
        MissingExtraError: What they are checked with is not installed.
    """
    try:
        from flext_sdk.embedded.web.contract import load_contract
        from flext_sdk.embedded.web.problems import Checker as _  # noqa: F401 - needed later; missing now is clearer
    except ModuleNotFoundError as error:
        raise MissingExtraError("flext_sdk.testing", "testing") from error
    return {service: load_contract(service) for service in _SERVICES}


_checkers: dict[tuple[str, int, bool], Checker] = {}


def _compiled(contract: Contract, schema: Mapping[str, Any], *, closed: bool) -> Checker:
    from flext_sdk.embedded.web.problems import Checker

    # The schema is a part of a document that is kept for good, so its identity stays taken.
    key = (contract.service, id(schema), closed)
    if key not in _checkers:
        whole = contract.schema(schema)
        _checkers[key] = Checker(_closed(whole) if closed else whole)
    return _checkers[key]


def _closed(node: Json) -> Any:  # noqa: ANN401 - any JSON
    """A schema in which objects have no fields but those it names.

    The services may send more one day, and the client takes it. In a test a field that nobody knows is a misspelt one.
    """
    if isinstance(node, dict):
        made = {key: _closed(value) for key, value in node.items()}
        if isinstance(node.get("properties"), dict) and "type" in node:
            made.setdefault("additionalProperties", False)
        return made
    return [_closed(item) for item in node] if isinstance(node, list) else node
