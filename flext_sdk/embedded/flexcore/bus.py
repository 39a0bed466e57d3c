"""The bus: commands and queries by the name of an operation, handed to the service that has it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flext_sdk.embedded.web.contract import load_contract
from flext_sdk.embedded.web.errors import validation_failed
from flext_sdk.embedded.web.problems import did_you_mean, one_of, pointer, problem
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.embedded.flexcore.neighbours import Neighbours
    from flext_sdk.embedded.settings import HostSettings, Service
    from flext_sdk.embedded.web.call import Call, Handler
    from flext_sdk.embedded.web.contract import Contract

_PLACE: Final = re.compile(r"\{([^}]+)\}")
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Target:
    """An operation that the bus can reach.

    Attributes:
        service: Who has it.
        method: HTTP method.
        path: Path with places.
        places: Parameters of the path: name on the wire to the name in Python, both of which may be given.
        query: Names of the query parameters: given name to the name on the wire.
        body: Names that its body knows; None when it takes no body.
    """

    service: Service
    method: str
    path: str
    places: Mapping[str, str]
    query: Mapping[str, str]
    body: frozenset[str] | None


class Bus:
    """Handlers of the bus.

    Args:
        settings: Settings of the process.
        neighbours: Asks the services.
        append: Keeps an event: type and data.
    """

    def __init__(
        self, settings: HostSettings, neighbours: Neighbours, append: Callable[[str, Mapping[str, Any]], object]
    ) -> None:
        self._settings = settings
        self._neighbours = neighbours
        self._append = append
        self._targets: dict[str, Target] | None = None

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {"bus.command": self.command, "bus.query": self.query}

    def command(self, call: Call) -> dict[str, Any]:
        """Do something."""
        name, given = _parts(call.body)
        target = self._find(name, reads=False)
        identity = f"cmd-{call.idempotency_key or uuid.uuid4().hex}"
        result = self._sent(target, given, key=identity)
        self._append("command.executed", {"type": name, "command_id": identity})
        return {"status": "executed", "command_id": identity, "type": name, "result": result, "timestamp": now()}

    def query(self, call: Call) -> dict[str, Any]:
        """Ask something."""
        name, given = _parts(call.body)
        result = self._sent(self._find(name, reads=True), given)
        identity = f"qry-{uuid.uuid4().hex}"
        return {"status": "executed", "query_id": identity, "type": name, "result": result, "timestamp": now()}

    def _known(self) -> dict[str, Target]:
        if self._targets is None:
            found: dict[str, Target] = {}
            services: tuple[Service, ...] = ("flext", "flexcore")
            for service in services:
                found |= _targets(service, load_contract(service, cache=self._settings.state_dir))
            self._targets = found
        return self._targets

    def _find(self, name: str, *, reads: bool) -> Target:
        known = self._known()
        fitting = sorted(each for each, target in known.items() if (target.method == "GET") is reads)
        what, other = ("query", "command") if reads else ("command", "query")
        if name in fitting:
            return known[name]
        if name in known:
            message = f"{name} is no {what}: it {'changes' if reads else 'only reads'}"
            raise validation_failed([problem("/type", message, hint=f"Send it as a {other}: flext bus {other} {name}")])
        near = get_close_matches(name, fitting, n=_NEAR, cutoff=0.5)
        near += [each for each in fitting if each.partition(".")[0] == name.partition(".")[0] and each not in near]
        hint = f"Near it: {', '.join(near)}." if near else f"Known: {', '.join(fitting)}."
        message = f"there is no {what} {name!r}{did_you_mean(name, fitting)}"
        raise validation_failed([problem("/type", message, hint=hint)])

    def _sent(self, target: Target, given: Mapping[str, Any], *, key: str | None = None) -> Any:  # noqa: ANN401 - any JSON
        left = dict(given)
        values: dict[str, str] = {}
        problems = []
        for wire, name in target.places.items():
            value = left.pop(name, left.pop(wire, None))
            if not isinstance(value, str | int) or isinstance(value, bool) or value in {"", ".", ".."}:
                message = f"{name!r} is missing: the name or id that this is about"
                problems.append(problem(pointer([name]), message, hint=f"Give it in the data: {name}=..."))
                continue
            values[wire] = quote(str(value), safe="")
            if target.body is not None and name in target.body:
                left[name] = value  # the definition of a pipeline has its name too
        query = {wire: left.pop(name) for name, wire in target.query.items() if left.get(name) is not None}
        if left and target.body is None:
            takes = [*target.places.values(), *target.query]
            hint = f"It takes {one_of(takes)}." if takes else "It takes none."
            problems += [
                problem(pointer([key]), f"unknown parameter {key!r}{did_you_mean(key, takes)}", hint=hint)
                for key in left
            ]
        if problems:
            raise validation_failed(problems)
        path = _PLACE.sub(lambda place: values[place[1]], target.path)
        body = left if target.body is not None else None
        return self._neighbours.ask(target.service, target.method, path, query=query, body=body, key=key)


def _parts(body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    given = {key: value for key, value in body.items() if key != "type"}
    # Both ways of writing parameters are in use: beside the type, and together under data.
    data = given.get("data")
    return str(body["type"]), dict(data) if set(given) == {"data"} and isinstance(data, dict) else given


def _targets(service: Service, contract: Contract) -> dict[str, Target]:
    found = {}
    for spec in contract.operations():
        # A bus that hands on to itself would go round for ever; and it keeps what it handed on, so no passwords.
        if spec.websocket or spec.secret or spec.id.startswith("bus."):
            continue
        schema = contract.resolve(spec.body) if spec.body is not None else None
        found[spec.id] = Target(
            service=service,
            method=spec.method,
            path=spec.path,
            places={p["name"]: _python(p) for p in spec.parameters if p["in"] == "path"},
            query={name: p["name"] for p in spec.parameters if p["in"] == "query" for name in {_python(p), p["name"]}},
            body=frozenset(schema.get("properties", ())) if schema is not None else None,
        )
    return found


def _python(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("x-flext", {}).get("name", parameter["name"]))
