"""What other Python packages add to the product: commands, connectors and event handlers.

A package installed beside ``flext-sdk`` names them as entry points of these groups:

- ``flext.commands``: functions marked with `flext_sdk.extensions.command`; the first parameter is an open client.
- ``flext.connectors``: a `flext_sdk.connectors.registry.Connector`.
- ``flext.events``: functions that get an event of FlexCore as a mapping; the name is a pattern of types, ``plugin.*``.

Which there are is looked for only when something was installed or removed since: the answer is kept in a file under the
key of the environment's state. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["COMMANDS", "CONNECTORS", "EVENTS", "Broken", "command", "connectors", "found", "listeners", "load"]

COMMANDS: Final = "flext.commands"
CONNECTORS: Final = "flext.connectors"
EVENTS: Final = "flext.events"
_GROUPS: Final = (COMMANDS, CONNECTORS, EVENTS)

type Found = dict[str, list[tuple[str, str]]]
type Broken = Callable[[str, Exception], object]


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds everything of the user."""
    given = environ.get("FLEXT_HOME")
    return Path(given).expanduser().absolute() if given else Path("~/.flx").expanduser()


def state_of(paths: Sequence[str]) -> list[list[Any]]:
    """What changes when a package is installed or removed: the folders that packages are in, and their times."""
    seen: list[list[Any]] = []
    for path in paths:
        if not path.endswith(("site-packages", "dist-packages")):
            continue  # where a program was started from has nothing to do with what is installed
        with suppress(OSError):
            seen.append([path, Path(path).stat().st_mtime_ns])
    return seen


def found(group: str, folder: Path | None = None) -> list[tuple[str, str]]:
    """The entry points of a group, as name and ``module:attribute``.

    Args:
        group: One of the groups.
        folder: The folder that holds everything; nothing is written where it is not there.
    """
    return _all(folder or home()).get(group, [])


def _all(folder: Path) -> Found:
    file = folder / "state" / f"extensions-{hash_of(sys.prefix):x}.json"
    key = state_of(sys.path)
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_bytes())
        if kept["key"] == key:
            return {name: [(each[0], each[1]) for each in kept["found"][name]] for name in _GROUPS}
    from importlib.metadata import entry_points

    fresh: Found = {name: sorted({(each.name, each.value) for each in entry_points(group=name)}) for name in _GROUPS}
    if file.parent.is_dir():
        with suppress(OSError):
            beside = file.with_name(f".{file.name}.{os.getpid()}")
            beside.write_text(json.dumps({"key": key, "found": fresh}), encoding="utf-8")
            beside.replace(file)
    return fresh


def hash_of(text: str) -> int:
    """A number for a text, the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


def load(value: str) -> Any:  # noqa: ANN401 - whatever it is
    """What ``module:attribute`` names."""
    from importlib import import_module

    module, _, attribute = value.partition(":")
    thing: Any = import_module(module)
    for part in attribute.split("."):
        thing = getattr(thing, part)
    return thing


def connectors(folder: Path, broken: Broken) -> dict[str, Any]:
    """Connectors of other packages, by name.

    Args:
        folder: The folder that holds everything.
        broken: Told of one that cannot be loaded; the others are used nevertheless.
    """
    from flext_sdk.connectors.registry import Connector

    loaded: dict[str, Any] = {}
    for name, value in found(CONNECTORS, folder):
        try:
            thing = load(value)
            if not isinstance(thing, Connector):
                raise TypeError(f"{value} is no Connector")
            loaded[thing.name] = thing
        except Exception as error:  # noqa: BLE001 - somebody else's code
            broken(name, error)
    return loaded


def listeners(folder: Path, broken: Broken) -> list[tuple[str, Callable[[Mapping[str, Any]], object]]]:
    """Event handlers of other packages, each with its pattern.

    Args:
        folder: The folder that holds everything.
        broken: Told of one that cannot be loaded.
    """
    loaded = []
    for name, value in found(EVENTS, folder):
        try:
            loaded.append((name, load(value)))
        except Exception as error:  # noqa: BLE001 - somebody else's code
            broken(name, error)
    return loaded
