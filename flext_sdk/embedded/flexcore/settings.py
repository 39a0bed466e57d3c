"""What the environment tells FlexCore about its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the runtimes.

    Attributes:
        concurrent: Orchestrations that run at once (``FLEXT_MAX_ORCHESTRATIONS``).
        waiting: Orchestrations that wait for their turn at most.
        timeout: Seconds that one may take that says nothing about it (``FLEXT_ORCHESTRATION_TIMEOUT``).
        allow_processes: Whether any program may be started (``FLEXT_ALLOW_PROCESSES``).
    """

    concurrent: int = 10
    waiting: int = 1000
    timeout: float = 3600.0
    allow_processes: bool = False


def limits(environ: Mapping[str, str]) -> Limits:
    """The limits.

    Raises:
        ConfigurationError: A variable makes no sense.
    """
    allow = (environ.get("FLEXT_ALLOW_PROCESSES") or "0").lower()
    if allow not in _YES:
        raise ConfigurationError(f"FLEXT_ALLOW_PROCESSES is neither yes nor no: {allow!r}", hint="Use 1 or 0.")
    return Limits(
        concurrent=int(_number(environ, "FLEXT_MAX_ORCHESTRATIONS", "10", 1000, whole=True)),
        timeout=_number(environ, "FLEXT_ORCHESTRATION_TIMEOUT", "3600", 30 * 86400),
        allow_processes=_YES[allow],
    )


def _number(environ: Mapping[str, str], name: str, default: str, most: int, *, whole: bool = False) -> float:
    text = environ.get(name) or default
    try:
        number = float(int(text) if whole else float(text))
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        what = "a whole number" if whole else "a number of seconds"
        raise ConfigurationError(f"{name} is not {what}: {text!r}", hint=f"Use a number from 1 to {most}.")
    return number
