"""Which taps and targets steps may use."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.embedded.plugins.plugin import Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

__all__ = ["FirstParty", "Plugin", "Plugins"]


class Plugins(Protocol):
    """An index of plugins."""

    def find(self, name: str) -> Plugin | None:
        """A plugin by its name."""
        ...

    def using(self, name: str) -> AbstractContextManager[Plugin | None]:
        """The same; it stays on the disk while the block runs."""
        ...

    def stored(self, name: str) -> Mapping[str, Any]:
        """Settings of a plugin that are stored; those of a step stand above them."""
        ...

    def selection(self, name: str) -> list[str]:
        """Patterns of what is read with a tap where a step says nothing about it."""
        ...

    def names(self) -> list[str]:
        """All names."""
        ...

    def missing(self, name: str) -> tuple[str, str]:
        """Why there is no plugin of a name, and what to do about it."""
        ...


class FirstParty:
    """The connectors that come with the SDK, and nothing else."""

    def find(self, name: str) -> Plugin | None:
        """A connector by its name."""
        from flext_sdk.connectors.registry import CONNECTORS, command

        connector = CONNECTORS.get(name)
        if connector is None:
            return None
        return Plugin(
            name, connector.kind, connector.settings_schema, command(name), capabilities=connector.capabilities
        )

    @contextmanager
    def using(self, name: str) -> Iterator[Plugin | None]:
        """The same; connectors are always there."""
        yield self.find(name)

    def stored(self, _name: str) -> Mapping[str, Any]:
        """Nothing is stored."""
        return {}

    def selection(self, _name: str) -> list[str]:
        """Nothing is stored."""
        return []

    def names(self) -> list[str]:
        """All names."""
        from flext_sdk.connectors.registry import CONNECTORS

        return sorted(CONNECTORS)

    def missing(self, name: str) -> tuple[str, str]:
        """Why there is no connector of a name."""
        return f"there is no plugin {name!r}", f"Known: {', '.join(self.names())}."
