"""From what somebody wants installed to what the installer is told."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.redact import redact_url
from flext_sdk.embedded.plugins.entry import KINDS, NAME, normalised, requirement_name, requirement_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.embedded.plugins.entry import Entry
    from flext_sdk.embedded.plugins.plugin import Kind, Origin, Plugin

_FORMAT = 1


class UnwantedError(ValueError):
    """It cannot be installed. The message is one line.

    Attributes:
        code: For programs.
        hint: What to do about it.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Wanted:
    """One plugin to install.

    Attributes:
        name: What it will be called.
        requirements: Packages.
        origin: Where this comes from.
        program: Its program; found out when None.
        kind: What it is; found out when None.
        python: Version or path of an interpreter.
        lock: Exact versions to use.
        licence: Its licence.
        publisher: Who publishes it.
    """

    name: str
    requirements: tuple[str, ...]
    origin: Origin
    program: str | None = None
    kind: Kind | None = None
    python: str | None = None
    lock: str | None = None
    licence: str | None = None
    publisher: str | None = None

    def document(self) -> dict[str, Any]:
        """As the installer reads it."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Wanted:
        """What `document` wrote."""
        return cls(**{**document, "requirements": tuple(document["requirements"])})

    def warning(self) -> str:
        """What is going to be run, for somebody who has to agree to it."""
        what = ", ".join(redact_url(text) for text in self.requirements)
        return (
            f"{self.name} is not in the index: installing it downloads or builds {what} with all it depends on, "
            f"and runs its code as you"
        )


def from_index(entry: Entry, *, version: str | None = None, python: str | None = None) -> Wanted:
    """What installs an entry of the index.

    Args:
        entry: The entry.
        version: Exact version instead of the newest that fits.
        python: Version or path of an interpreter.

    Raises:
        UnwantedError: It is known not to work, or that is no version.
    """
    if entry.broken:
        use = f"Use {entry.instead}: flext plugin install {entry.instead}" if entry.instead else "Choose another one."
        raise UnwantedError("PLUGIN_BROKEN", f"{entry.name} cannot be used: {entry.broken}", use)
    requirements = entry.requirements
    if version is not None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+!_-]*", version):
            raise UnwantedError("VALIDATION", f"{version!r} is no version", "Write it as 1.2.3.")
        requirements = (f"{entry.package}=={version}", *requirements[1:])
    return Wanted(
        entry.name,
        requirements,
        "index",
        program=entry.program,
        kind=entry.kind,
        python=python,
        licence=entry.licence,
        publisher=entry.publisher,
    )


def from_requirements(
    name: str | None,
    requirements: Sequence[str],
    *,
    program: str | None = None,
    kind: str | None = None,
    python: str | None = None,
) -> Wanted:
    """What installs packages that somebody names: requirements, folders, files or addresses.

    Args:
        name: What it will be called; found out from the first one when left out.
        requirements: Packages; the first one is the plugin's own.
        program: Its program.
        kind: What it is.
        python: Version or path of an interpreter.

    Raises:
        UnwantedError: They make no sense; the message says why.
    """
    for text in requirements:
        wrong = requirement_problem(text)
        if wrong:
            raise UnwantedError("VALIDATION", wrong, "Give names of packages, folders, wheels or addresses.")
        path = _path(text)
        if path is not None and not path.is_absolute():
            raise UnwantedError(
                "VALIDATION", f"{text} is a relative path", "Give an absolute one; the SDK does so by itself."
            )
        if path is not None and not path.exists():
            raise UnwantedError("VALIDATION", f"{text} does not exist", "Check the path.")
        if (
            path is not None
            and path.is_dir()
            and not any((path / each).is_file() for each in ("pyproject.toml", "setup.py"))
        ):
            raise UnwantedError("VALIDATION", f"{text} holds no Python package", "It needs a pyproject.toml.")
    found = name or name_of(requirements[0])
    if found is None:
        raise UnwantedError(
            "VALIDATION",
            "it is not clear what to call this plugin",
            "Say so: flext plugin install NAME --requirement ...",
        )
    if not NAME.match(found):
        raise UnwantedError(
            "VALIDATION", f"{found!r} cannot be the name of a plugin", "Small letters, digits, -, _ and dots."
        )
    if kind is not None and kind not in KINDS:
        raise UnwantedError("VALIDATION", f"{kind!r} is no kind of plugin", f"Use one of {', '.join(KINDS)}.")
    return Wanted(found, tuple(requirements), "requirement", program=program, kind=kind, python=python)


def is_requirement(text: str) -> bool:
    """Whether a text is a requirement, a path or an address rather than the name of a plugin."""
    return _path(text) is not None or not NAME.match(text)


def name_of(requirement: str) -> str | None:
    """What a plugin is called that is made of a requirement, a folder or a file; None where that does not tell."""
    path = _path(requirement)
    if path is None:
        return requirement_name(requirement)
    if path.suffix == ".whl" or path.name.endswith(".tar.gz"):
        first = re.match(r"^([A-Za-z0-9._-]+?)-\d", path.name)
        return normalised(first[1]) if first else None
    return _project_name(path) or normalised(path.name)


def _project_name(folder: Path) -> str | None:
    import tomllib

    try:
        found = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    project = found.get("project") or (found.get("tool") or {}).get("poetry") or {}
    name = project.get("name") if isinstance(project, dict) else None
    return normalised(name) if isinstance(name, str) and name else None


def _path(text: str) -> Path | None:
    if text.startswith((".", "/", "~")) or text.endswith((".whl", ".tar.gz")):
        return None if "://" in text else Path(text).expanduser()
    return None


# -- locks -------------------------------------------------------------------------------------------------------------


def lock_document(plugins: Sequence[tuple[Plugin, str]]) -> dict[str, Any]:
    """The file from which plugins can be installed again, exactly as they are.

    Args:
        plugins: Each with its exact versions.
    """
    return {
        "format": _FORMAT,
        "plugins": [
            {
                "name": plugin.name,
                "kind": plugin.kind,
                "program": Path(plugin.argv[0]).name,
                "version": plugin.version,
                "python": plugin.python,
                "requirements": list(plugin.requirements),
                "licence": plugin.licence,
                "publisher": plugin.publisher,
                "packages": lock.splitlines(),
            }
            for plugin, lock in plugins
        ],
    }


def from_lock(document: object, names: Sequence[str] = ()) -> list[Wanted]:
    """What installs the plugins of a lock.

    Args:
        document: What `lock_document` gave.
        names: Only these; all when empty.

    Raises:
        UnwantedError: It is no lock, or has no such plugin.
    """
    if (
        not isinstance(document, dict)
        or document.get("format") != _FORMAT
        or not isinstance(document.get("plugins"), list)
    ):
        raise UnwantedError("VALIDATION", "this is no lock of plugins", "Write one: flext plugin lock")
    found = [_locked(each) for each in document["plugins"]]
    if missing := [name for name in names if name not in {each.name for each in found}]:
        there = ", ".join(each.name for each in found) or "none"
        raise UnwantedError("VALIDATION", f"the lock has no plugin {missing[0]!r}", f"It has: {there}.")
    return [each for each in found if not names or each.name in names]


def _locked(each: Any) -> Wanted:  # noqa: ANN401 - any JSON
    try:
        lock = "\n".join(each["packages"]) + "\n"
        wanted = Wanted(
            name=each["name"],
            requirements=tuple(each["requirements"]),
            origin="lock",
            program=each["program"],
            kind=each["kind"],
            python=_interpreter(each["python"]),
            lock=lock,
            licence=each.get("licence"),
            publisher=each.get("publisher"),
        )
        sound = bool(NAME.match(wanted.name)) and wanted.kind in KINDS and Path(each["program"]).name == each["program"]
    except (KeyError, TypeError, AttributeError):
        sound = False
    # The lines of the lock go to the installer as they are, and options among them could lead it anywhere.
    if (
        not sound
        or any(_is_option(line) for line in lock.splitlines())
        or any(map(requirement_problem, wanted.requirements))
    ):
        raise UnwantedError("VALIDATION", "the lock is damaged", "Write it again: flext plugin lock")
    return wanted


def _interpreter(version: str) -> str | None:
    """The interpreter for a version, as the installer takes it; None where the one that runs this will do."""
    wanted = ".".join(version.split(".")[:2])
    return None if wanted == f"{sys.version_info.major}.{sys.version_info.minor}" else wanted


def _is_option(line: str) -> bool:
    return line.lstrip().startswith("-") and not line.lstrip().startswith("--hash=")


def read_request(path: Path) -> dict[str, Any]:
    """What the service wrote for the installer."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
