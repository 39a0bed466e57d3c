"""One entry of the index: what can be installed, from which packages, and what is known about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flext_sdk.embedded.plugins.plugin import Kind

KINDS: Final[tuple[Kind, ...]] = ("tap", "target", "dbt", "utility")
NAME: Final = re.compile(r"^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$")
_TEXTS: Final = ("name", "kind", "program")
_LISTS: Final = ("requirements", "capabilities", "needs", "problems")


class BadEntryError(ValueError):
    """An entry makes no sense. The message is one line."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A trial that went well.

    Attributes:
        python: Version of the interpreter.
        date: Day, as 2026-01-31.
        version: Version of the plugin's package.
        how: What was done.
    """

    python: str
    date: str
    version: str
    how: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of a plugin.

    Attributes:
        name: What it is called here.
        kind: ``tap``, ``target``, ``dbt`` or ``utility``.
        program: Its program.
        requirements: Packages and pins; the first one is its own.
        description: One sentence.
        publisher: Who publishes the package.
        licence: Its licence, an SPDX expression; None where the package does not say.
        capabilities: Words of the Singer vocabulary.
        needs: What it needs besides: a server, an account.
        problems: What is known to be wrong with it.
        broken: Why it cannot be used at all; such an entry cannot be installed.
        instead: Name of a plugin that does the same and works.
        settings: JSON Schema of its settings, as it prints it with ``--about``.
        tested: When it was last installed and run; None when it never was.
    """

    name: str
    kind: Kind
    program: str
    requirements: tuple[str, ...]
    description: str = ""
    publisher: str | None = None
    licence: str | None = None
    capabilities: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    broken: str | None = None
    instead: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    tested: Tested | None = None

    @property
    def package(self) -> str:
        """Name of its own package."""
        return requirement_name(self.requirements[0]) or self.requirements[0]

    def document(self) -> dict[str, Any]:
        """As a file of the index has it."""
        found: dict[str, Any] = {
            key: list(value) if isinstance(value, tuple) else value
            for key in self.__slots__
            if key != "tested" and (value := getattr(self, key)) not in (None, (), {}, "")
        }
        if self.tested is not None:
            found["tested"] = {key: getattr(self.tested, key) for key in Tested.__slots__}
        return found


def entry_of(document: object) -> Entry:
    """The entry in a document.

    Args:
        document: What a file of the index holds.

    Raises:
        BadEntryError: It is none.
    """
    if not isinstance(document, dict):
        raise BadEntryError("an entry must be a mapping")
    wrong = next(_faults(document), None)
    if wrong:
        raise BadEntryError(f"{document.get('name')}: {wrong}")
    tested = document.get("tested")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    return Entry(**{**values, "tested": Tested(**tested) if tested else None})


def _faults(document: Mapping[str, Any]) -> Iterator[str]:
    unknown = set(document) - set(Entry.__slots__)
    if unknown:
        yield f"unknown key {min(map(str, unknown))!r}"
    for key in _TEXTS:
        if not isinstance(document.get(key), str) or not document[key]:
            yield f"{key} must be a text"
            return
    if not NAME.match(document["name"]):
        yield "this cannot be the name of a plugin"
    if document["kind"] not in KINDS:
        yield f"kind must be one of {', '.join(KINDS)}"
    yield from _bad_values(document)
    tested = document.get("tested")
    sound = tested is None or (isinstance(tested, dict) and set(tested) == set(Tested.__slots__))
    if not sound or not all(isinstance(each, str) for each in (tested or {}).values()):
        yield f"tested must tell {', '.join(Tested.__slots__)}"


def _bad_values(document: Mapping[str, Any]) -> Iterator[str]:
    for key in _LISTS:
        value = document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            yield f"{key} must be a list of texts"
            return
    if not document.get("requirements"):
        yield "requirements must name a package"
    yield from filter(None, map(requirement_problem, document.get("requirements", [])))
    if not isinstance(document.get("settings", {}), dict):
        yield "settings must be a mapping"
    for key in ("description", "publisher", "licence", "broken", "instead"):
        if not isinstance(document.get(key, ""), str):
            yield f"{key} must be a text"


def requirement_name(text: str) -> str | None:
    """Normalised name of the package in a requirement; None for a path or an address without a name."""
    found = re.match(r"^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(?:$|[<>=!~;,( ]|@)", text)
    if found is None or "/" in text.partition("@")[0]:
        return None
    return normalised(found[1])


def requirement_problem(text: str) -> str | None:
    """Why a text cannot be given to the installer as a requirement; None when it can.

    Options of a requirements file would let a definition choose another index, or read any file.
    """
    if any(ord(letter) < 32 for letter in text) or not text.strip():
        return f"{text!r} is no requirement"
    if text.lstrip().startswith(("-", "#")):
        return f"{text!r} is an option, not a requirement"
    return None


def normalised(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
