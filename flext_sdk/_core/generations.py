"""Which generation of a service answers: the public servers differ in their routes and in how they write things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json, Service

__all__ = ["EMBEDDED", "UNKNOWN", "Server", "classify"]

EMBEDDED = "embedded"
UNKNOWN = "unknown"
_TOLD = {
    EMBEDDED: "the embedded platform",
    "orchestrator": "the generation with /api/v1/orchestration",
    "container": "the generation with /api/v1/flexcore",
    "plain": "the generation with no more than health",
    "control-panel": "the control panel",
    "published": "the generation with the published API",
    "echo": "the generation with the published API",
}


@dataclass(frozen=True, slots=True)
class Server:
    """What is known about a server.

    Attributes:
        service: Which service it is for the client.
        generation: ``embedded``; of FlexCore ``orchestrator``, ``container`` or ``plain``; of FLEXT Service
            ``control-panel``, ``published`` or ``echo``; else ``unknown``.
        name: What it calls itself.
        version: Its version; None when it does not tell.
    """

    service: Service
    generation: str = UNKNOWN
    name: str | None = None
    version: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether it is one of the public generations."""
        return self.generation not in {EMBEDDED, UNKNOWN}

    def supports(self, operation: Operation[Any]) -> bool | None:
        """Whether it has an operation, as far as that is known beforehand; None when it is not."""
        if self.generation == EMBEDDED:
            return True
        if self.generation == UNKNOWN:
            return None
        routes = (operation, *operation.variants)
        if any(self.generation in route.generations for route in routes):
            return True
        return False if operation.instead or any(route.generations for route in routes) else None

    def instead(self, operation: Operation[Any]) -> str | None:
        """What to use here in place of an operation."""
        found = dict(operation.instead)
        return found.get(self.generation) or found.get("")

    def __str__(self) -> str:
        """As a sentence names it."""
        told = " ".join(part for part in (self.name or self.service, self.version) if part)
        return f"{told} ({_TOLD[self.generation]})" if self.generation in _TOLD else told


def classify(service: Service, health: Json) -> Server:
    """The server behind an answer to ``GET /health``.

    Args:
        service: Which service was asked.
        health: The decoded answer.
    """
    if not isinstance(health, Mapping):
        return Server(service)
    name, version = health.get("service"), health.get("version")
    generation = _flexcore(health) if service == "flexcore" else _flext(health)
    return Server(
        service,
        generation,
        str(name)[:60] if isinstance(name, str) and name else None,
        str(version)[:60] if isinstance(version, str | int | float) and version else None,
    )


def _is_embedded(service: str, health: Mapping[str, Json]) -> bool:
    return health.get("service") == service and "components" in health and "uptime" in health


def _flexcore(health: Mapping[str, Json]) -> str:
    name = str(health.get("service") or "")
    if _is_embedded("flexcore", health):
        return EMBEDDED
    if name.startswith("flexcore-container"):
        return "container"
    if name == "flexcore":
        return "orchestrator"
    return "plain" if not name and "status" in health else UNKNOWN


def _flext(health: Mapping[str, Json]) -> str:
    if _is_embedded("flext", health):
        return EMBEDDED
    if health.get("service") == "flext":
        return "control-panel"
    moment = health.get("timestamp")
    if isinstance(moment, int) and "request_id" in health:
        return "echo"
    return "published" if {"status", "version", "uptime"} <= set(health) else UNKNOWN
