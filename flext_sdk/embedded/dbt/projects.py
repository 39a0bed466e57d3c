"""dbt projects on the disk: what they are called, which profile they take, which adapter that asks for.

Nothing here starts dbt and nothing is written.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT_FILE: Final = "dbt_project.yml"
PROFILES_FILE: Final = "profiles.yml"
ADAPTERS: Final = ("duckdb", "postgres")
_MOST: Final = 4 << 20
_ENV_VAR = re.compile(
    r"""\{\{\s*env_var\(\s*(['"])(?P<name>[^'"]+)\1\s*(?:,\s*(['"])(?P<default>[^'"]*)\3\s*)?\)\s*\}\}"""
)


@dataclass(frozen=True, slots=True)
class Project:
    """A project that can be handed to dbt.

    Attributes:
        folder: Where it is.
        name: What it calls itself.
        profile: Name of its profile.
        profiles_dir: Folder of the profiles.yml that is used.
        target: Output of the profile.
        adapter: Kind of that output: ``duckdb``.
        target_path: Where dbt puts what it makes.
        sources: Files and folders whose change makes a manifest old.
    """

    folder: Path
    name: str
    profile: str
    profiles_dir: Path
    target: str
    adapter: str
    target_path: Path
    sources: tuple[Path, ...]

    @property
    def manifest(self) -> Path:
        """Where dbt's manifest is, once it was made."""
        return self.target_path / "manifest.json"


def open_project(
    folder: Path,
    *,
    environ: Mapping[str, str],
    profiles: Path | None = None,
    profile: str | None = None,
    target: str | None = None,
) -> Project:
    """Looks at a project.

    Args:
        folder: Where it is.
        environ: Environment of dbt; its ``DBT_PROFILES_DIR`` and what ``env_var()`` asks for.
        profiles: A profiles.yml, or its folder. Left out: ``DBT_PROFILES_DIR``, the project's own, then ``~/.dbt``.
        profile: Another profile than the project's.
        target: Another output than the profile's default.

    Raises:
        ProjectError: It is no project, cannot be read, or its profile is not there.
    """
    settings = read_settings(folder)
    wanted = profile or settings.get("profile")
    name = str(settings["name"])
    if not wanted:
        raise ProjectError(
            "PROFILE_NOT_FOUND",
            f"the dbt project {name} names no profile",
            f"Write profile: NAME into {folder / PROJECT_FILE}.",
        )
    where = _profiles_dir(folder, environ, profiles)
    found = _mapping(where / PROFILES_FILE)
    chosen = found.get(str(wanted))
    if not isinstance(chosen, dict):
        known = ", ".join(sorted(str(key) for key in found if key != "config")) or "none"
        raise ProjectError(
            "PROFILE_NOT_FOUND",
            f"there is no profile {str(wanted)!r} in {where / PROFILES_FILE}",
            f"Profiles there: {known}.",
        )
    output, settings_of_output = _output(chosen, str(wanted), where, target, environ)
    adapter = _filled(str(settings_of_output.get("type") or ""), environ)
    if adapter not in ADAPTERS:
        raise ProjectError(
            "ADAPTER_NOT_AVAILABLE",
            f"there is no adapter for dbt on {adapter or 'a database without a type'} here"
            f" (profile {wanted}, target {output})",
            f"Known: {' and '.join(ADAPTERS)}.",
        )
    target_path = folder / str(environ.get("DBT_TARGET_PATH") or _plain(settings.get("target-path"), "target"))
    return Project(folder, name, str(wanted), where, output, adapter, target_path, _sources(folder, where, settings))


def read_settings(folder: Path) -> dict[str, Any]:
    """What dbt_project.yml says.

    Raises:
        ProjectError: It is no project, or cannot be read.
    """
    path = folder / PROJECT_FILE
    try:
        there, project = folder.is_dir(), path.exists()
    except OSError as error:
        raise ProjectError(
            "PROJECT_UNREADABLE", f"the dbt project {folder} cannot be read: {error.strerror}", "Look at who owns it."
        ) from None
    if not there:
        raise ProjectError(
            "PROJECT_NOT_FOUND",
            f"there is no dbt project {str(folder)!r}",
            "Give a folder with a dbt_project.yml, or a name of: flext data dbt projects",
        )
    if not project:
        raise ProjectError(
            "NOT_A_PROJECT",
            f"{folder} is no dbt project: it has no {PROJECT_FILE}",
            "Go into the project's folder, name a project, or make one: flext data dbt init NAME",
        )
    found = _mapping(path)
    name = found.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError("INVALID_PROJECT", f"{path} gives the project no name", "Write name: NAME into it.")
    return found


def _mapping(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST).decode("utf-8")
        found = yaml.safe_load(text)
    except OSError as error:
        code = "PROFILE_NOT_FOUND" if path.name == PROFILES_FILE else "PROJECT_UNREADABLE"
        raise ProjectError(code, f"{path} cannot be read: {error.strerror}", "Look at who owns it.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it is not UTF-8 text"
        raise ProjectError("INVALID_PROJECT", f"{path}{place}: {why}", "Mend the YAML.") from None
    if not isinstance(found, dict):
        raise ProjectError("INVALID_PROJECT", f"{path} must hold a mapping", "Mend the YAML.")
    return found


def _profiles_dir(folder: Path, environ: Mapping[str, str], given: Path | None) -> Path:
    """Folder of the profiles.yml, in dbt's own order."""
    if given is not None:
        where = given.parent if given.name == PROFILES_FILE or given.is_file() else given
        if not (where / PROFILES_FILE).is_file():
            raise ProjectError("PROFILE_NOT_FOUND", f"there is no {PROFILES_FILE} in {where}", "Check --profiles.")
        return where
    named = environ.get("DBT_PROFILES_DIR")
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - the home of dbt's environment
    places = [Path(named).expanduser()] if named else [folder, home / ".dbt"]
    for place in places:
        if (place / PROFILES_FILE).is_file():
            return place
    raise ProjectError(
        "PROFILE_NOT_FOUND",
        f"there is no {PROFILES_FILE} for the dbt project {folder}",
        f"Looked in {' and '.join(map(str, places))}; give one with --profiles.",
    )


def _output(
    profile: Mapping[str, Any], name: str, where: Path, target: str | None, environ: Mapping[str, str]
) -> tuple[str, Mapping[str, Any]]:
    """The output that a profile gives, by its name."""
    outputs = profile.get("outputs")
    outputs = outputs if isinstance(outputs, dict) else {}
    wanted = target or _filled(str(profile.get("target") or "default"), environ)
    found = outputs.get(wanted)
    if not isinstance(found, dict):
        known = ", ".join(sorted(map(str, outputs))) or "none"
        raise ProjectError(
            "TARGET_NOT_FOUND",
            f"the profile {name} in {where / PROFILES_FILE} has no target {wanted!r}",
            f"Its targets: {known}.",
        )
    return wanted, found


def _filled(text: str, environ: Mapping[str, str]) -> str:
    """Text with its ``env_var()`` places filled in; the rest of Jinja is dbt's business."""
    return _ENV_VAR.sub(lambda found: environ.get(found["name"]) or found["default"] or "", text)


def _plain(value: object, default: str) -> str:
    return value if isinstance(value, str) and value and "{{" not in value else default


def _sources(folder: Path, profiles_dir: Path, settings: Mapping[str, Any]) -> tuple[Path, ...]:
    paths = {
        "model-paths": ["models"],
        "seed-paths": ["seeds"],
        "snapshot-paths": ["snapshots"],
        "macro-paths": ["macros"],
        "test-paths": ["tests"],
        "analysis-paths": ["analyses"],
        "docs-paths": [],
    }
    names = [PROJECT_FILE, "packages.yml", "dependencies.yml", "package-lock.yml", "selectors.yml"]
    for key, default in paths.items():
        found = settings.get(key, default)
        names += [item for item in found if isinstance(item, str)] if isinstance(found, list) else default
    return (*(folder / name for name in names), profiles_dir / PROFILES_FILE)
