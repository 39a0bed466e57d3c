"""What pipelines may use."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from flext_sdk import extensions
from flext_sdk.connectors.registry import CONNECTORS, Connector, argv_of
from flext_sdk.embedded.environments import EnvironmentFailedError, Environments
from flext_sdk.embedded.plugins.index import Index
from flext_sdk.embedded.plugins.installed import Installed
from flext_sdk.embedded.plugins.plugin import Plugin
from flext_sdk.embedded.plugins.settings import StoredSettings
from flext_sdk.embedded.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flext_sdk.embedded.plugins.entry import Entry

_LOG: Final = logging.getLogger("flext.extensions")


class Catalogue:
    """The connectors of the product and the installed plugins. The product's own stand above others of their name.

    Args:
        home: The folder that holds everything.
        environ: Environment variables for the installer.
        connectors: The product's own; with those that other packages add, when left out.

    Example:
        >>> Catalogue(Path("/tmp/none"), {}).find("tap-csv").kind
        'tap'
    """

    def __init__(
        self, home: Path, environ: Mapping[str, str], connectors: Mapping[str, Connector] | None = None
    ) -> None:
        self.environments = Environments(home / "environments", environ=environ)
        self.installed = Installed(self.environments, home / "plugins")
        self.index = Index(home / "plugins" / "index.json")
        self.stored_settings = StoredSettings(home / "plugins", Vault(home, environ))
        self._connectors = _connectors(home) if connectors is None else connectors

    def find(self, name: str) -> Plugin | None:
        """A plugin by its name, switched on or not."""
        connector = self._connectors.get(name)
        return self.installed.find(name) if connector is None else self._own(connector)

    def is_own(self, name: str) -> bool:
        """Whether a plugin comes with the product."""
        return name in self._connectors

    @contextmanager
    def using(self, name: str) -> Iterator[Plugin | None]:
        """A plugin that stays on the disk while the block runs, whatever is installed or removed meanwhile."""
        if name in self._connectors:
            yield self.find(name)
            return
        try:
            environment = self.environments.using(name)
            held = environment.__enter__()
        except EnvironmentFailedError:
            yield None
            return
        try:
            yield self.installed.read(held)
        finally:
            environment.__exit__(None, None, None)

    def stored(self, name: str) -> dict[str, Any]:
        """Settings of a plugin that are stored; those of a step stand above them.

        Raises:
            ConfigurationError: A secret among them cannot be opened.
        """
        return self.stored_settings.get(name)

    def selection(self, name: str) -> list[str]:
        """Patterns of what is read with a tap where a step says nothing about it."""
        return self.stored_settings.chosen(name)

    def names(self) -> list[str]:
        """All names."""
        return sorted({*self._connectors, *(plugin.name for plugin in self.installed.all())})

    def all(self) -> list[Plugin]:
        """All plugins, by name."""
        own = [self._own(connector) for connector in self._connectors.values()]
        others = (plugin for plugin in self.installed.all() if plugin.name not in self._connectors)
        return sorted([*own, *others], key=lambda plugin: plugin.name)

    def entry(self, name: str) -> Entry | None:
        """What the index has under a name, or under the name of its package where that is clear."""
        found = self.index.find(name)
        if found is not None or self.is_own(name):
            return found
        others = self.index.of_package(name)
        return others[0] if len(others) == 1 else None

    def missing(self, name: str) -> tuple[str, str]:
        """Why there is no plugin of a name, and what to do about it."""
        from flext_sdk.embedded.web.problems import did_you_mean

        entry = self.entry(name)
        if entry is not None and entry.broken:
            instead = f" Use {entry.instead} instead." if entry.instead else ""
            return f"the plugin {name} cannot be used: {entry.broken}", instead.strip() or "Choose another one."
        if entry is not None:
            return f"the plugin {name} is not installed", f"Install it: flext plugin install {entry.name}"
        known = self.names()
        near = did_you_mean(name, [*known, *self.index.names()])
        return f"there is no plugin {name!r}{near}", f"Known: {', '.join(known)}."

    def _own(self, connector: Connector) -> Plugin:
        return Plugin(
            name=connector.name,
            kind=connector.kind,
            settings_schema=connector.settings_schema,
            argv=argv_of(connector),
            version=connector.version,
            description=connector.description,
            capabilities=tuple(connector.capabilities),
            origin="product",
            enabled=self.installed.is_enabled(connector.name),
            usable=find_spec(connector.module) is not None,
            licence="MIT",
            publisher="FLEXT",
            requirements=("flext-sdk[connectors]",),
        )


def _connectors(home: Path) -> dict[str, Connector]:
    def told(name: str, error: Exception) -> None:
        _LOG.warning("the connector %s of another package cannot be loaded: %r", name, error)

    # Nobody replaces one of ours by accident.
    return {**extensions.connectors(home, told), **CONNECTORS}
