"""What is installed.

What a plugin is stands in its environment, so that both change in one step; whether it is switched on stands beside
them, for it outlives an update, and our own connectors can be switched off too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.environments import Environment, EnvironmentFailedError, Environments
from flext_sdk.embedded.files import write_atomically
from flext_sdk.embedded.plugins.plugin import Plugin

if TYPE_CHECKING:
    from pathlib import Path

    from flext_sdk.embedded.plugins.describe import Description
    from flext_sdk.embedded.plugins.plugin import Origin

_CARD: Final = "plugin.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What is written into an environment about the plugin in it.

    Attributes:
        description: What it said about itself.
        origin: Where it came from.
        licence: Its licence.
        publisher: Who publishes it.
    """

    description: Description
    origin: Origin
    licence: str | None = None
    publisher: str | None = None

    def write(self, environment: Environment) -> None:
        """Writes it; the environment is not in use yet."""
        said = self.description
        document = {
            "program": said.program,
            "kind": said.kind,
            "version": said.version,
            "description": said.description,
            "capabilities": list(said.capabilities),
            "settings": dict(said.settings),
            "origin": self.origin,
            "licence": self.licence,
            "publisher": self.publisher,
        }
        write_atomically(environment.folder / _CARD, json.dumps(document).encode())


class Installed:
    """The installed plugins.

    Args:
        environments: Where they are.
        folder: Where it is noted which are switched off; ``home/plugins``.
    """

    def __init__(self, environments: Environments, folder: Path) -> None:
        self.environments = environments
        self._folder = folder

    def all(self) -> list[Plugin]:
        """All of them, by name."""
        return [found for name in self.environments.names() if (found := self.find(name)) is not None]

    def find(self, name: str) -> Plugin | None:
        """An installed plugin by its name."""
        try:
            environment = self.environments.find(name)
        except EnvironmentFailedError:
            return None  # what cannot be the name of an environment
        return None if environment is None else self.read(environment)

    def read(self, environment: Environment) -> Plugin | None:
        """The plugin in an environment; None where it holds none."""
        try:
            found: dict[str, Any] = json.loads((environment.folder / _CARD).read_bytes())
            return Plugin(
                name=environment.name,
                kind=found["kind"],
                settings_schema=found["settings"],
                argv=(str(environment.bin / found["program"]),),
                version=found["version"],
                description=found["description"],
                capabilities=tuple(found["capabilities"]),
                origin=found["origin"],
                enabled=self.is_enabled(environment.name),
                usable=(environment.bin / found["program"]).exists() and (environment.bin / "python").exists(),
                licence=found["licence"],
                publisher=found["publisher"],
                requirements=environment.requirements,
                packages=environment.packages,
                python=environment.python,
                size=environment.size,
                installed_at=environment.created_at,
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def is_enabled(self, name: str) -> bool:
        """Whether a plugin is switched on; it is, unless somebody switched it off."""
        return not (self._folder / f"{name}.off").exists()

    def switch(self, name: str, *, on: bool) -> None:
        """Switches a plugin on or off.

        Args:
            name: Its name.
            on: Whether pipelines may use it.

        Raises:
            OSError: It cannot be noted.
        """
        mark = self._folder / f"{name}.off"
        if on:
            mark.unlink(missing_ok=True)
        else:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(mark, b"")
