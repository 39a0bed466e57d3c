"""Which taps and targets there are, and how they are started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Plugin:
    """A tap or target.

    Attributes:
        argv: What starts it; its own options follow.
    """

    name: str
    kind: Literal["tap", "target"]
    settings_schema: Mapping[str, Any]
    argv: Sequence[str]


class Plugins(Protocol):
    """An index of plugins."""

    def find(self, name: str) -> Plugin | None:
        """A plugin by its name."""
        ...

    def names(self) -> list[str]:
        """All names."""
        ...


class FirstParty:
    """The connectors that come with the SDK."""

    def find(self, name: str) -> Plugin | None:
        """A connector by its name."""
        from flext_sdk.connectors.registry import CONNECTORS, command

        connector = CONNECTORS.get(name)
        if connector is None:
            return None
        return Plugin(name, connector.kind, connector.settings_schema, command(name))

    def names(self) -> list[str]:
        """All names."""
        from flext_sdk.connectors.registry import CONNECTORS

        return sorted(CONNECTORS)
