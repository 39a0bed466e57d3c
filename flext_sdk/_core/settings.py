"""Settings of a client: where each value comes from, and whether it makes sense.

Sources are asked in order, the first that has a value wins: arguments, the environment, the profile, ``config.yaml``,
the defaults. `SETTINGS` and `COMMAND_SETTINGS` are the one table that the client, the files, the command line's help
and the documentation are made from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flext_sdk._core.arguments import kind
from flext_sdk._core.types import MASK
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = [
    "ALL_SETTINGS",
    "COMMAND_SETTINGS",
    "SETTINGS",
    "Resolved",
    "Setting",
    "Source",
    "Value",
    "environment",
    "is_loopback",
    "readable_size",
    "resolve",
]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FORMATS = ("table", "json", "ndjson", "yaml", "csv", "plain")
"""Formats of the command line's output."""
_SIZE = re.compile(r"([0-9]{1,16})\s*(?:([KMGT])(?:i?B)?)?(?:bytes)?", re.IGNORECASE)


_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Setting:
    """One setting.

    Attributes:
        name: Name as an argument of `Flext`, or of the source's own key.
        env: Environment variable.
        read: Makes the value from text or from what the caller gave; raises ValueError.
        expected: What a value looks like, for the message of a wrong one.
        default: Value where no source has one.
        sensitive: A secret: never shown, and kept encrypted, not in a file that people read.
        help: What it is for.
        key: Where it stands in ``config.yaml`` and in a profile, ``"timeouts.call"``.
        type: What kind of value it is, in a word.
        shown: Makes the text of a value that is not written as it is kept.
    """

    name: str
    env: str
    read: Callable[[Json], Any]
    expected: str
    help: str
    default: Json = None
    sensitive: bool = False
    key: str = ""
    type: str = "text"
    shown: Callable[[Json], Json] = lambda value: value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source:
    """A place where settings come from.

    Attributes:
        origin: What it is called, ``"argument"``, ``"environment"``, ``"profile work"``.
        values: Its values by the names of the settings.
        label: Makes the name a person knows a setting by, for messages; the setting's own name when left out.
        origins: Origins of single values that come from somewhere else, such as a profile further up.
    """

    origin: str
    values: Mapping[str, Json]
    label: Callable[[Setting], str] = lambda setting: setting.name
    origins: Mapping[str, str] = _NOTHING


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it came from.

    Attributes:
        value: The value.
        origin: Its source: ``argument``, ``environment``, ``profile NAME``, ``config.yaml`` or ``default``.
        sensitive: Whether it is a secret.
        rank: How far down its source stands, from 0; a value must not be combined with one of a lesser source.
    """

    value: Json
    origin: str
    sensitive: bool = False
    rank: int = 0

    def __repr__(self) -> str:
        """The value, unless it is a secret."""
        shown = MASK if self.sensitive and self.value is not None else self.value
        return f"Value({shown!r}, {self.origin!r})"


class Resolved(Mapping[str, Value]):
    """All settings with their origins."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Any:  # noqa: ANN401 - an iterator of names
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        """Names and values with their origins, secrets masked."""
        return f"Resolved({self._values!r})"

    def get_value(self, name: str) -> Json:
        """The bare value of a setting."""
        return self._values[name].value

    def shown(self) -> list[dict[str, Json]]:
        """Name, value and origin of each setting, secrets masked."""
        return [
            {
                "name": name,
                "value": MASK if item.sensitive and item.value is not None else item.value,
                "origin": item.origin,
            }
            for name, item in self._values.items()
        ]


def read_url(value: Json) -> str:
    """An http or https address without a slash at its end.

    Raises:
        ValueError: With what is wrong; the address itself may hold a password and is not in it.
    """
    if not isinstance(value, str):
        raise TypeError(f"it is {kind(value)}")
    text = value.strip()
    if any(not c.isprintable() or c.isspace() for c in text):
        raise ValueError("it has a space or a control character")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("it does not begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("it has no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user name or password; give a token instead")
    if parts.query or parts.fragment:
        raise ValueError("it has a query or a fragment")
    _ = parts.port  # raises ValueError for one that is no port
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address is one of this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _urls(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return read_url(value)
    unknown = sorted(set(value) - {"flexcore", "flext"})
    if unknown or not value:
        raise ValueError(f"there is no service {unknown[0]!r}" if unknown else "it is empty")
    return {service: read_url(url) for service, url in value.items()}


def read_token(value: Json) -> str:
    """A token that fits into a header.

    Raises:
        ValueError: With what is wrong, without the token.
    """
    if not isinstance(value, str):
        raise TypeError(f"it is {kind(value)}")
    text = value.strip()
    if not text:
        raise ValueError("it is empty")
    if not text.isascii() or any(not c.isprintable() or c.isspace() for c in text):
        raise ValueError("it has a space, a line break or a character outside ASCII")
    return text


def _tokens(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return read_token(value)
    unknown = sorted(set(value) - {"flexcore", "flext"})
    if unknown:
        raise ValueError(f"there is no service {unknown[0]!r}")
    return {service: read_token(token) for service, token in value.items()}


def _seconds(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"it is {kind(value)}")
    number = float(value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError("it is not above zero")
    return number


def _count(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"it is {kind(value)}")
    number = int(value)
    if not 0 <= number <= 20:
        raise ValueError("it is out of range")
    return number


def _size(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"it is {kind(value)}")
    found = _SIZE.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("it is no size")
    number: int = int(found[1]) * 1024 ** " KMGT".index((found[2] or " ").upper())
    if not 1024 <= number < 1 << 50:
        raise ValueError("it is out of range")
    return number


def readable_size(number: int) -> str:
    """A number of bytes as a person, and the setting itself, reads it: ``64 MiB``."""
    power = 0
    while number >= 1024 and number % 1024 == 0:
        number, power = number // 1024, power + 1
    return f"{number} {('bytes', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"


def _switch(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("it is neither")
    return word in _TRUE


def _transport(value: Json) -> str:
    word = str(value).strip().lower()
    if word not in {"auto", "stock", "fast", "slim"}:
        raise ValueError("it is none of them")
    return word


def _format(value: Json) -> str:
    word = str(value).strip().lower()
    if word not in FORMATS:
        raise ValueError("it is none of them")
    return word


def read_name(value: Json) -> str:
    """The name of a profile.

    Raises:
        ValueError: If it is none; names become file names, so they are plain.
    """
    text = str(value).strip()
    if _NAME.fullmatch(text) is None:
        raise ValueError("it is not made of letters, digits, - and _ (at most 64, a letter or digit first)")
    return text


_ADDRESS = "an address such as http://127.0.0.1:8081"
SETTINGS: tuple[Setting, ...] = (
    Setting(
        "base_url",
        "FLEXT_URL",
        _urls,
        _ADDRESS,
        "Address of both services; unset: the services of this machine.",
        key="services.url",
        type="url",
    ),
    Setting(
        "flexcore_url",
        "FLEXT_FLEXCORE_URL",
        read_url,
        _ADDRESS,
        "Address of FlexCore alone.",
        key="services.flexcore",
        type="url",
    ),
    Setting(
        "service_url",
        "FLEXT_SERVICE_URL",
        read_url,
        _ADDRESS,
        "Address of FLEXT Service alone.",
        key="services.flext",
        type="url",
    ),
    Setting(
        "token", "FLEXT_TOKEN", _tokens, "one line of text", "Token of the services.", sensitive=True, key="auth.token"
    ),
    Setting(
        "timeout",
        "FLEXT_TIMEOUT",
        _seconds,
        "seconds above 0, such as 60",
        "Seconds for one call, retries included.",
        60.0,
        key="timeouts.call",
        type="seconds",
    ),
    Setting(
        "retries",
        "FLEXT_RETRIES",
        _count,
        "a whole number from 0 to 20",
        "How often a failed call is tried again.",
        2,
        key="retries.attempts",
        type="number",
    ),
    Setting(
        "transport",
        "FLEXT_TRANSPORT",
        _transport,
        "auto, stock, fast or slim",
        "Connections: stock, slim (starts sooner), fast (an extra), auto (fast or slim).",
        "auto",
        key="connection.transport",
        type="choice",
    ),
    Setting(
        "answer_limit",
        "FLEXT_ANSWER_LIMIT",
        _size,
        "bytes, or a size such as 256MB",
        "Largest answer of a service that is taken.",
        64 << 20,
        key="connection.answer_limit",
        type="size",
        shown=readable_size,
    ),
    Setting(
        "autostart",
        "FLEXT_AUTOSTART",
        _switch,
        "1 or 0",
        "Start the services of this machine when they are needed.",
        default=True,
        key="services.autostart",
        type="switch",
    ),
)
"""All settings of a client."""

COMMAND_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "output",
        "FLEXT_OUTPUT",
        _format,
        "one of " + ", ".join(FORMATS),
        "Format of the command line's output.",
        "table",
        key="output.format",
        type="choice",
    ),
    Setting(
        "profile",
        "FLEXT_PROFILE",
        read_name,
        "the name of a profile",
        "The profile to use.",
        key="profile",
        type="name",
    ),
)
"""Settings that stand beside those of a client: of the command line, and of the files themselves."""

ALL_SETTINGS = SETTINGS + COMMAND_SETTINGS
"""All settings."""


def environment(environ: Mapping[str, str], settings: Sequence[Setting] = SETTINGS) -> Source:
    """The environment as a source; an empty variable counts as unset."""
    found = {setting.name: environ[setting.env] for setting in settings if environ.get(setting.env, "").strip()}
    return Source("environment", found, lambda setting: setting.env)


def resolve(sources: Sequence[Source], settings: Sequence[Setting] = SETTINGS) -> Resolved:
    """Settings from several sources, the first that has a value wins; None counts as not given.

    Args:
        sources: The sources, the one that wins first.
        settings: The settings that are wanted.

    Raises:
        ConfigurationError: If a value makes no sense; it names the setting and the form expected, not the value.
    """
    return Resolved({setting.name: _resolve(setting, sources) for setting in settings})


def _resolve(setting: Setting, sources: Sequence[Source]) -> Value:
    for rank, source in enumerate(sources):
        given = source.values.get(setting.name)
        if given is None:
            continue
        origin = source.origins.get(setting.name, source.origin)
        try:
            return Value(setting.read(given), origin, setting.sensitive, rank)
        except (ValueError, TypeError, OverflowError) as error:
            why = f": {error}" if _tells(error) else ""
            raise ConfigurationError(
                f"{source.label(setting)} ({origin}) is not valid{why}", hint=f"Expected: {setting.expected}."
            ) from None
    return Value(setting.default, "default", setting.sensitive, len(sources))


def _tells(error: Exception) -> bool:
    # The interpreter's own messages repeat the value, which may be a secret in the wrong place.
    return str(error).startswith(("it ", "there is "))
