"""Where the files are, and whether there are any: the part of profiles that every client pays for, so it is small."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.settings import Source

__all__ = ["LOCAL", "LOGIN_PREFIX", "ActiveProfile", "find", "home_of"]

LOCAL = "local"
"""The profile that is always there and holds nothing: the services of this machine."""
LOGIN_PREFIX = "login-"
"""What the names of logins begin with, which are kept among the secrets of a profile and are nobody's to take along."""


@dataclass(frozen=True, slots=True)
class ActiveProfile:
    """The profile in force.

    Attributes:
        name: Its name.
        origin: Who chose it: ``argument``, ``FLEXT_PROFILE``, the file that pins it, or ``config.yaml``.
        protected: Whether commands that change something ask for its name first.
        environment: What kind of environment it is, ``"production"``; its owner's own word.
        variables: Variables for pipelines, under those of a single call.
        chain: The profiles it was made of, the most general one first.
    """

    name: str
    origin: str
    protected: bool = False
    environment: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[str, ...] = ()


def home_of(environ: Mapping[str, str]) -> str | None:
    """The folder of settings and state: ``FLEXT_HOME``, or ``~/.flx``; None where an environment names no home."""
    if given := environ.get("FLEXT_HOME", "").strip():
        return os.path.expanduser(given)  # noqa: PTH111 - pathlib is not loaded on this path
    if environ is os.environ:
        return os.path.expanduser("~/.flx")  # noqa: PTH111
    user = environ.get("HOME") or environ.get("USERPROFILE")
    return os.path.join(user, ".flx") if user else None  # noqa: PTH118


def find(
    name: str | None, environ: Mapping[str, str], notify: Callable[[str], object]
) -> tuple[ActiveProfile | None, Sequence[Source]]:
    """The active profile, and what the files say: the profile first, then ``config.yaml``.

    Args:
        name: The profile that the caller names; None takes the one that is in force.
        environ: The environment.
        notify: Told in one line when a profile that nobody named is broken and therefore left out.

    Raises:
        ConfigurationError: If the profile that was named, or ``config.yaml``, is broken or missing.
    """
    home = home_of(environ)
    asked = name or environ.get("FLEXT_PROFILE", "").strip()
    if home is None:
        if asked and asked != LOCAL:
            raise ConfigurationError("There is no home folder to look for profiles in", hint="Set FLEXT_HOME.")
        return None, ()
    exists = os.path.exists
    if not asked and not exists(f"{home}/profiles") and not exists(f"{home}/config.yaml"):
        return None, ()
    from flext_sdk.profiles._active import load

    return load(home, name, environ, notify)
