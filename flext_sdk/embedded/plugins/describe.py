"""Asking a program in an environment what it is."""

from __future__ import annotations

import json
import subprocess
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_text
from flext_sdk.embedded.environments import EnvironmentFailedError
from flext_sdk.embedded.plugins.entry import normalised
from flext_sdk.embedded.plugins.schemas import sound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flext_sdk.embedded.environments import Environment
    from flext_sdk.embedded.plugins.entry import Entry
    from flext_sdk.embedded.plugins.plugin import Kind

_PATIENCE: Final = 120.0
_OURS: Final = ("FLEXT_", "PYTHONDONTWRITEBYTECODE")
_PYTHON: Final = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Description:
    """What a program says about itself.

    Attributes:
        program: Its name.
        kind: What it is.
        version: Version of its package.
        description: One sentence.
        capabilities: Words of the Singer vocabulary.
        settings: JSON Schema of its settings; empty where it does not tell.
    """

    program: str
    kind: Kind
    version: str = ""
    description: str = ""
    capabilities: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def environ_of(environ: Mapping[str, str], *, own: bool = False) -> dict[str, str]:
    """Environment variables for a plugin: without ours, and without what would make it slow or look at our packages.

    Args:
        environ: Environment variables.
        own: Whether it is one of the product's, which runs in our environment and is to look at our packages.
    """
    dropped = _OURS if own else (*_OURS, *_PYTHON)
    return {key: value for key, value in environ.items() if not key.startswith(dropped)}


def describe(
    environment: Environment,
    environ: Mapping[str, str],
    *,
    entry: Entry | None = None,
    program: str | None = None,
    kind: Kind | None = None,
) -> Description:
    """Asks what is in an environment, and so whether it starts at all.

    Args:
        environment: Where it is.
        environ: Environment variables.
        entry: What the index says about it.
        program: Its program; found out when left out.
        kind: What it is; found out when left out.

    Raises:
        EnvironmentFailedError: It has no such program, or that does not start.
    """
    name = program or (entry.program if entry else find_program(environment))
    path = environment.program(name)
    kind = kind or (entry.kind if entry else kind_of(environment.name, name))
    package = entry.package if entry else package_of(environment)
    version = environment.packages.get(normalised(package or name), "")
    if kind in {"tap", "target"}:
        about = _about(path, environ)
        if about is not None:
            return _of_about(about, name, kind, version, entry)
    said = _run([str(path), "--help"], environ)
    if said.returncode not in {0, 2} or (said.returncode and "usage" not in (said.stdout + said.stderr).lower()):
        raise EnvironmentFailedError(
            f"{name} was installed and does not start: {_reason(said)}",
            "It may need an older Python (--python) or a pin, as --requirement 'setuptools<81'.",
        )
    found = () if kind not in {"tap", "target"} else ("discover", "state", "catalog") if kind == "tap" else ()
    return Description(
        program=name,
        kind=kind,
        version=version,
        description=entry.description if entry else "",
        capabilities=entry.capabilities if entry and entry.capabilities else found,
        settings=entry.settings if entry else {},
    )


def _of_about(about: Mapping[str, Any], name: str, kind: Kind, version: str, entry: Entry | None) -> Description:
    words = [str(word) for word in about.get("capabilities") or [] if isinstance(word, str)]
    # The SDK's targets all read BATCH messages and say so nowhere.
    extra = (
        ["about"]
        + (["test"] if kind == "tap" else [])
        + (["batch"] if kind == "target" and about.get("sdk_version") else [])
    )
    settings = about.get("settings")
    return Description(
        program=name,
        kind=kind,
        version=str(about.get("version") or version).removeprefix("v"),
        description=str((entry.description if entry else "") or about.get("description") or ""),
        capabilities=tuple(dict.fromkeys([*words, *extra])),
        settings=sound(settings) if isinstance(settings, dict) else {},
    )


def find_program(environment: Environment) -> str:
    """The program that an environment was made for.

    Raises:
        EnvironmentFailedError: There is none, or more than one that it could be.
    """
    brought: list[str] = scripts(environment, package_of(environment))
    names = environment.programs()
    for candidate in (environment.name, *(brought if len(brought) == 1 else ())):
        if candidate in names:
            return str(candidate)
    likely = [name for name in brought or names if name.startswith(("tap-", "target-"))]
    if len(likely) == 1:
        return likely[0]
    there = ", ".join(brought or names) or "none"
    raise EnvironmentFailedError(
        f"it is not clear which program of {environment.name} is meant; it has: {there}", "Name it: --program PROGRAM"
    )


def package_of(environment: Environment) -> str | None:
    """The package that was asked for first."""
    from flext_sdk.embedded.plugins.entry import requirement_name

    first = environment.requirements[0] if environment.requirements else ""
    named = requirement_name(first)
    if named:
        return named
    # A folder or a file: the lock has its address, and one distribution says that it came from there.
    for folder in _distributions(environment):
        if (folder / "direct_url.json").is_file():
            return normalised(folder.name.partition("-")[0])
    return None


def scripts(environment: Environment, package: str | None) -> list[str]:
    """Programs that a package brings along."""
    for folder in _distributions(environment):
        if package and normalised(folder.name.partition("-")[0]) == normalised(package):
            parser = ConfigParser(delimiters=("=",), interpolation=None)
            parser.optionxform = str  # type: ignore[assignment,method-assign]
            try:
                parser.read_string((folder / "entry_points.txt").read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError, ConfigError):
                return []
            return sorted(map(str, parser["console_scripts"])) if parser.has_section("console_scripts") else []
    return []


def _distributions(environment: Environment) -> list[Path]:
    return sorted(environment.folder.glob("lib/python*/site-packages/*.dist-info"))


def kind_of(*names: str) -> Kind:
    """What something is, by what it is called."""
    for name in names:
        words = name.split("-")
        if name.startswith("dbt-"):
            return "dbt"
        if "tap" in words[:-1]:
            return "tap"
        if "target" in words[:-1]:
            return "target"
    return "utility"


def _about(path: Path, environ: Mapping[str, str]) -> Mapping[str, Any] | None:
    said = _run([str(path), "--about", "--format=json"], environ)
    if said.returncode < 0:
        raise EnvironmentFailedError(f"{path.name} was ended by signal {-said.returncode}")
    if said.returncode:
        return None
    try:
        found = json.loads(said.stdout)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("settings"), dict) else None


def _run(argv: list[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            env=environ_of(environ),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentFailedError(
            f"{argv[0].rpartition('/')[2]} says nothing within {_PATIENCE:g} seconds"
        ) from None
    except OSError as error:
        raise EnvironmentFailedError(f"{argv[0].rpartition('/')[2]} cannot be started: {error.strerror}") from error


def _reason(said: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (said.stderr or said.stdout).splitlines() if line.strip()]
    return redact_text(lines[-1])[:300] if lines else f"exit code {said.returncode}, without a word"
