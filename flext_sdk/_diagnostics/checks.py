"""What a support person would ask first, each with the way to mend it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import socket
import stat
import sys
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from flext_sdk._diagnostics import settings
from flext_sdk._diagnostics.facts import EXTRAS, home, version_of
from flext_sdk._diagnostics.records import DebugCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["clock", "disk", "extras", "keyring", "local", "permissions", "ports", "versions"]

OLDEST = (3, 12)
LITTLE = 1 << 30
TOO_LITTLE = 100 << 20
SKEW = 30.0
PORTS = {"flexcore": ("FLEXT_FLEXCORE_PORT", 8080), "flext": ("FLEXT_SERVICE_PORT", 8081)}
PRIVATE = ("credentials", "state", "secrets", "profiles")


def local(environ: Mapping[str, str], profile: str | None = None) -> list[DebugCheck]:
    """All checks that need no service.

    Args:
        environ: The environment.
        profile: The profile that is named for this call.
    """
    found = [versions(), *extras(), permissions(environ), disk(environ), keyring()]
    return [*found, *settings.summary(environ, profile)]


def versions() -> DebugCheck:
    """Whether the interpreter is one that this release knows."""
    now = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST:
        return DebugCheck("python", "failed", f"Python {now}", "Install Python 3.12 or later, 3.13 at best.")
    return DebugCheck("python", "ok", f"Python {now}")


def extras() -> list[DebugCheck]:
    """Which extras are there, and which are there in part: that is where things break."""
    found = []
    for extra, packages in EXTRAS.items():
        missing = [name for name in packages if version_of(name) is None]
        mend = f'pip install "flext-sdk[{extra}]"'
        if not missing:
            found.append(DebugCheck(f"extra {extra}", "ok", "installed"))
        elif len(missing) < len(packages):
            found.append(DebugCheck(f"extra {extra}", "warning", f"in part: {', '.join(missing)} missing", mend))
        else:
            needs = "embedded" if extra in {"connectors", "embedded"} else ""
            detail = "not installed" + ("; the platform of this machine needs it" if needs else ", not needed")
            found.append(DebugCheck(f"extra {extra}", "ok", detail, mend if needs else ""))
    return found


def permissions(environ: Mapping[str, str]) -> DebugCheck:
    """Whether the folder of FLEXT can be written, and what is private in it is so."""
    top = home(environ)
    there = next(path for path in (top, *top.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return DebugCheck("permissions", "failed", f"{there} cannot be written", "Set FLEXT_HOME to a folder of yours.")
    if not top.exists():
        return DebugCheck("permissions", "ok", f"{top} does not exist yet and can be made")
    open_to_others = sorted(str(path) for path in _private(top) if _is_open(path))
    if os.name == "posix" and open_to_others:
        more = f" and {len(open_to_others) - 3} more" if len(open_to_others) > 3 else ""
        detail = f"others can read {', '.join(open_to_others[:3])}{more}"
        return DebugCheck("permissions", "warning", detail, f"chmod -R go-rwx {top}")
    return DebugCheck("permissions", "ok", f"{top} is yours")


def _private(top: Path) -> Iterable[Path]:
    yield from (top / "secrets").glob("*")
    yield from (top / "credentials").glob("*")
    yield from (path for path in (top / "state" / "token", top / "config.yaml") if path.exists())


def _is_open(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o077) and path.name != "config.yaml"


def disk(environ: Mapping[str, str]) -> DebugCheck:
    """Whether there is room where FLEXT keeps its things."""
    top = home(environ)
    there = next(path for path in (top, *top.parents) if path.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / (1 << 30):.1f} GiB free at {there}"
    mend = "Make room, or set FLEXT_HOME to a folder on another disk."
    if free < TOO_LITTLE:
        return DebugCheck("disk", "failed", detail, mend)
    return DebugCheck("disk", "warning" if free < LITTLE else "ok", detail, mend if free < LITTLE else "")


def keyring() -> DebugCheck:
    """Whether the operating system keeps keys for us."""
    if importlib.util.find_spec("keyring") is None:
        return DebugCheck("keyring", "ok", "the package keyring is not installed; the key is kept in a file of yours")
    try:
        backend = importlib.import_module("keyring").get_keyring()
        usable = float(getattr(backend, "priority", 0)) >= 1  # as `flext_sdk.profiles` asks for
    except Exception as error:  # noqa: BLE001 - a backend of the desktop may raise anything
        return DebugCheck("keyring", "warning", f"it cannot be used: {type(error).__name__}", "Keys go to a file.")
    name = f"{type(backend).__module__}.{type(backend).__qualname__}"
    if not usable:
        return DebugCheck("keyring", "warning", f"no keyring answers ({name})", "Unlock or start your keyring service.")
    return DebugCheck("keyring", "ok", name)


def ports(environ: Mapping[str, str], ours: Mapping[str, str]) -> list[DebugCheck]:
    """Whether the ports of the services of this machine are free, or held by our own services.

    Args:
        environ: The environment.
        ours: Addresses of the services that run, by name.
    """
    found = []
    for service, (variable, usual) in PORTS.items():
        name = f"port of {service}"
        if service in ours:
            found.append(DebugCheck(name, "ok", f"{service} itself listens at {ours[service]}"))
            continue
        given = environ.get(variable, "").strip() or str(usual)
        if not given.isdecimal() or int(given) > 65535:
            found.append(DebugCheck(name, "failed", f"{variable} is no port", "Use a number from 0 to 65535."))
        elif int(given) and _is_taken(int(given)):
            mend = f"Set {variable} to another one, or to 0; without it another one is taken by itself."
            found.append(DebugCheck(name, "warning", f"another program listens at {given}", mend))
        else:
            found.append(DebugCheck(name, "ok", f"{given} is free" if int(given) else "any free one is taken"))
    return found


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def clock(date: str | None, now: float) -> DebugCheck:
    """Whether this machine's clock agrees with that of a service.

    Args:
        date: The header ``Date`` of an answer; None where there is none.
        now: Seconds since 1970 when it came.
    """
    if date is None:
        return DebugCheck("clock", "ok", "no service told its time; nothing to compare with")
    try:
        skew = now - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return DebugCheck("clock", "warning", "the service told a time that is none", "Look at the service's clock.")
    # The header has whole seconds.
    if abs(skew) > SKEW:
        which = "ahead of" if skew > 0 else "behind"
        detail = f"this machine is {abs(skew):.0f} s {which} the service"
        return DebugCheck(
            "clock", "warning", detail, "Let the system set its clock (NTP): tokens and schedules need it."
        )
    return DebugCheck("clock", "ok", f"within {max(1, round(abs(skew)))} s of the service")
