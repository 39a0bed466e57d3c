"""Meltano projects on the disk: what can be said about one without Meltano."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from flext_sdk._core.redact import secret_values
from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT_FILE: Final = "meltano.yml"
_MOST: Final = 4 << 20
_SECRET = re.compile(r"(?:^|_)(?:PASSWORD|PASS|PASSPHRASE|TOKEN|SECRET|KEY|CREDENTIALS?|URI|URL|DSN)$", re.IGNORECASE)
_LINE = re.compile(r"""^\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*$""")
_LONG_ENOUGH: Final = 6
# Paths and moments tell nobody a secret, and a log without them would tell nothing.
_PLAIN = re.compile(r"^(?:~?\.{0,2}/|\d{4}-\d\d-\d\d|[\d.]+$)")


def open_project(folder: Path) -> dict[str, Any]:
    """What meltano.yml says.

    Raises:
        ProjectError: It is no project, or cannot be read.
    """
    path = folder / PROJECT_FILE
    try:
        if not folder.is_dir():
            raise ProjectError("PROJECT_NOT_FOUND", f"there is no folder {folder}", "Make one: flext meltano init NAME")
        if not path.exists():
            raise ProjectError(
                "PROJECT_NOT_FOUND",
                f"{folder} is no Meltano project: it has no {PROJECT_FILE}",
                "Go into the project's folder, give it with --project, or make one: flext meltano init NAME",
            )
        with path.open("rb") as file:
            found = yaml.safe_load(file.read(_MOST).decode("utf-8"))
    except OSError as error:
        raise ProjectError(
            "PROJECT_UNREADABLE", f"{path} cannot be read: {error.strerror}", "Look at who owns it."
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it is not UTF-8 text"
        raise ProjectError("INVALID_PROJECT", f"{path}{place}: {why}", "Mend the YAML.") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ProjectError("INVALID_PROJECT", f"{path} must hold a mapping", "Mend the YAML.")
    return found


def project_key(folder: Path) -> str:
    """A short name for a project that no other folder has: ``shop-1a2b3c4d``."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", folder.name)[:20] or "project"
    return f"{name}-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"


def secrets_of(folder: Path, settings: Mapping[str, Any], environ: Mapping[str, str]) -> set[str]:
    """Values that must not be repeated in a log: of the project's .env, of meltano.yml, of the environment."""
    found = set(secret_values(dict(settings)))
    found |= {value for name, value in environ.items() if _SECRET.search(name) and len(value) >= _LONG_ENOUGH}
    try:
        lines = (folder / ".env").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        entry = _LINE.match(line)
        if entry is None:
            continue
        value = entry["value"]
        if value[:1] in {"'", '"'} and value[:1] == value[-1:]:
            value = value[1:-1]
        if _SECRET.search(entry["name"]) or (len(value) >= _LONG_ENOUGH and not _PLAIN.match(value)):
            found.add(value)
    return {value for value in found if value}
