"""How profiles that build on one another become one.

The rules, and all of them:

- The order is: what a profile extends, in the order it names them, each with what that one extends before it; then the
  profile itself. What comes later wins. A profile that is reached twice counts once, at its first place.
- A map is merged key by key. Everything else is replaced as a whole, lists too.
- ``key+`` with a list adds its items behind the inherited list.
- ``null`` takes away what was inherited.
- ``description`` and ``extends`` are a profile's own and not inherited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flext_sdk.errors import ConfigurationError
from flext_sdk.profiles._document import parents_of

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = ["chain_of", "merge"]

_OWN = frozenset({"description", "extends"})
_DEEPEST = 100
Origins = dict[tuple[str, ...], str]


def chain_of(name: str, read: Callable[[str], Mapping[str, Json] | None]) -> dict[str, Mapping[str, Json]]:
    """The profiles that one is made of, the most general first, itself last.

    Args:
        name: The profile.
        read: Gives the data of a profile, or None where there is none.

    Raises:
        ConfigurationError: If one is missing, or they extend one another in a circle; it names the way there.
    """
    found: dict[str, Mapping[str, Json]] = {}
    _collect(name, read, (), found)
    return found


def _collect(
    name: str,
    read: Callable[[str], Mapping[str, Json] | None],
    way: tuple[str, ...],
    found: dict[str, Mapping[str, Json]],
) -> None:
    if name in way:
        circle = " -> ".join([*way[way.index(name) :], name])
        raise ConfigurationError(
            f"Profiles extend one another in a circle: {circle}",
            code="PROFILE_CYCLE",
            hint=f"Take one 'extends' out: flext profile show {name}",
        )
    if name in found:
        return
    if len(way) >= _DEEPEST:
        raise ConfigurationError(f"Profile {way[0]} builds on more than {_DEEPEST} others in a row")
    data = read(name)
    if data is None:
        through = f" (it is extended by {way[-1]})" if way else ""
        raise ConfigurationError(
            f"There is no profile {name!r}{through}", code="NO_PROFILE", hint="See: flext profile list"
        )
    for parent in parents_of(data):
        _collect(parent, read, (*way, name), found)
    found[name] = data


def merge(layers: Mapping[str, Mapping[str, Json]] | Sequence[tuple[str, Mapping[str, Json]]]) -> tuple[Json, Origins]:
    """Merge layers, the last one wins.

    Args:
        layers: Name and data of each, the most general first.

    Returns:
        The data, and for the path of each value the layer it comes from (for a list, the last that added to it).
    """
    pairs = list(layers.items() if isinstance(layers, Mapping) else layers)
    data: dict[str, Any] = {}
    origins: Origins = {}
    for number, (name, layer) in enumerate(pairs):
        last = number == len(pairs) - 1
        own = {key: value for key, value in layer.items() if last or key.removesuffix("+") not in _OWN}
        _lay(data, own, (), name, origins)
    return data, origins


def _lay(below: dict[str, Any], above: Mapping[str, Json], path: tuple[str, ...], name: str, origins: Origins) -> None:
    for key, value in above.items():
        bare = key[:-1] if key.endswith("+") and isinstance(value, list) else key
        at = (*path, bare)
        old = below.get(bare)
        if value is None:
            below.pop(bare, None)
            _forget(at, origins)
        elif isinstance(value, Mapping):
            if not isinstance(old, dict):
                _forget(at, origins)
                old = below[bare] = {}
            _lay(old, value, at, name, origins)
            if old:
                origins.pop(at, None)
            else:
                origins[at] = name
        else:
            _forget(at, origins)
            below[bare] = [*old, *value] if bare != key and isinstance(old, list) else _copied(value)
            origins[at] = name


def _copied(value: Json) -> Json:
    return list(value) if isinstance(value, list) else value


def _forget(at: tuple[str, ...], origins: Origins) -> None:
    for path in [path for path in origins if path[: len(at)] == at]:
        del origins[path]
