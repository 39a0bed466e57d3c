"""Versions, variables and paths."""

from __future__ import annotations

import os
import platform
import stat
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk._core.redact import is_secret_name, redact_text, redact_url
from flext_sdk._core.settings import ALL_SETTINGS
from flext_sdk._core.types import MASK
from flext_sdk._diagnostics.records import DebugFact, DebugPath
from flext_sdk._version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk._core.settings import Resolved
    from flext_sdk.profiles._find import ActiveProfile

__all__ = ["EXTRAS", "environment", "home", "info", "masked_variable", "paths", "version_of"]

# One package of each extra that is imported under its own name when the extra is used.
EXTRAS = {
    "connectors": ("duckdb", "orjson", "pyarrow"),
    "embedded": ("alembic", "croniter", "dbos", "jsonschema-rs", "sqlalchemy", "starlette", "uvicorn"),
    "fast": ("pyreqwest",),
    "otel": ("opentelemetry-api",),
    "enterprise": ("flext-core",),
    "secrets": ("cryptography",),
}
LIBRARIES = ("httpx", "pydantic", "cyclopts", "websockets", "tenacity", "pybreaker")
# Variables of ours that are no settings of a client.
OURS = {
    "FLEXT_HOME": "Folder for state, logs, profiles and settings.",
    "FLEXT_PASSPHRASE_FD": "File descriptor to read the passphrase of the secrets from.",
    "FLEXT_USERNAME": "Who logs in.",
    "FLEXT_PASSWORD": "Password to log in with.",
    "FLEXT_NEW_PASSWORD": "Password of a new user, or to change to.",
    "FLEXT_FLEXCORE_PORT": "Port of FlexCore on this machine.",
    "FLEXT_SERVICE_PORT": "Port of FLEXT Service on this machine.",
    "FLEXT_LOG_LEVEL": "Least level that the services of this machine log.",
    "FLEXT_ENVIRONMENT": "What the installation of this machine is called.",
    "FLEXT_DATABASE_URL": "Where FLEXT Service stores pipelines and runs.",
    "FLEXT_DBOS_DATABASE_URL": "Where the engine of FLEXT Service keeps its own tables.",
    "FLEXT_PAGER": "Program for tables longer than the terminal, before PAGER.",
}
# Variables of others that change what this program does.
OTHERS = (
    "PAGER", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "TERM", "CI", "LANG", "LC_ALL",
    "SHELL", "EDITOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy",
    "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING",
    "VIRTUAL_ENV",
)  # fmt: skip
FOLDERS = {
    "configuration": "config.yaml",
    "profiles": "profiles",
    "credentials": "credentials",
    "key of the secrets": "credentials/key.json",
    "state": "state",
    "logs": "logs",
    "cache": "cache",
    "history": "history",
}


def home(environ: Mapping[str, str]) -> Path:
    """The folder of FLEXT on this machine."""
    return Path(environ.get("FLEXT_HOME") or "~/.flx").expanduser().absolute()


def version_of(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def info(environ: Mapping[str, str], settings: Resolved, profile: ActiveProfile | None) -> list[DebugFact]:
    """This installation, the profile and the settings in force."""
    facts = [
        DebugFact("flext-sdk", __version__),
        DebugFact("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        DebugFact("executable", sys.executable),
        DebugFact("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        DebugFact("processors", str(os.cpu_count() or "unknown")),
        DebugFact("encoding", sys.getfilesystemencoding()),
        DebugFact("home", str(home(environ)), "FLEXT_HOME" if environ.get("FLEXT_HOME") else "default"),
        DebugFact("profile", profile.name if profile else None, profile.origin if profile else "default"),
    ]
    facts += [DebugFact(name, version_of(name) or "not installed") for name in LIBRARIES]
    for extra, packages in EXTRAS.items():
        missing = [name for name in packages if version_of(name) is None]
        there = "installed" if not missing else f"not installed: {', '.join(missing)}"
        facts.append(DebugFact(f"extra {extra}", there))
    for item in settings.shown():
        value = item["value"]
        text = redact_text(redact_url(value) if isinstance(value, str) else str(value)) if value is not None else None
        facts.append(DebugFact(f"setting {item['name']}", text, str(item["origin"])))
    return facts


def environment(environ: Mapping[str, str]) -> list[DebugFact]:
    """Variables that matter here and are set, secrets masked."""
    meaning = {**OURS, **{setting.env: setting.help for setting in ALL_SETTINGS}}
    found = [name for name in environ if name.startswith("FLEXT_") or name in OTHERS]
    return [DebugFact(name, masked_variable(name, environ[name]), meaning.get(name, "")) for name in sorted(found)]


def masked_variable(name: str, value: str) -> str:
    """A variable's value as it may be shown."""
    if is_secret_name(name) or "SECRET" in name.upper():
        return MASK if value else ""
    return redact_url(value) if "://" in value else redact_text(value)


def paths(environ: Mapping[str, str]) -> list[DebugPath]:
    """Where FLEXT keeps what."""
    top = home(environ)
    return [_path("home", top), *(_path(name, top / part) for name, part in FOLDERS.items())]


def _path(name: str, path: Path) -> DebugPath:
    try:
        found = path.lstat()
    except OSError:
        return DebugPath(name, str(path), exists=False)
    size = found.st_size
    if stat.S_ISDIR(found.st_mode):
        size = sum(_size(Path(folder) / file) for folder, _, files in os.walk(path) for file in files)
    return DebugPath(name, str(path), exists=True, mode=stat.filemode(found.st_mode), size=size)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
