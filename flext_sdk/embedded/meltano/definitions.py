"""Definitions of plugins for Meltano projects, shipped with the product: adding one needs no hub and no network.

Our own connectors are defined by their settings schema; Meltano finds their programs on PATH. Public plugins are
described by files in ``definitions``, made by ``tools/meltano_definition.py`` from what each says of itself
(``--about``).
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flext_sdk.connectors.registry import CONNECTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER: Final = Path(__file__).with_name("definitions")
#: Meltano's types, and the words that people use for them.
TYPES: Final = {
    "extractor": ("extractor", "extractors", "tap", "taps"),
    "loader": ("loader", "loaders", "target", "targets"),
    "transformer": ("transformer", "transformers"),
    "orchestrator": ("orchestrator", "orchestrators"),
    "utility": ("utility", "utilities"),
    "mapper": ("mapper", "mappers"),
    "file": ("file", "files"),
}
_KINDS: Final = {"integer": "integer", "number": "integer", "boolean": "boolean", "array": "array", "object": "object"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A plugin that can be added.

    Attributes:
        type: Meltano's word for its type.
        note: What to know about it, such as its licence.
        document: What Meltano is given.
    """

    name: str
    type: str
    note: str | None
    document: Mapping[str, Any]

    def view(self) -> dict[str, Any]:
        """A ``MeltanoPlugin`` of the contract."""
        keys = ("variant", "pip_url", "executable")
        return {
            "type": self.type,
            "name": self.name,
            "inherit_from": None,
            "installed": None,
            "note": self.note,
            **{key: self.document.get(key) for key in keys},
        }


def type_of(word: str) -> str | None:
    """Meltano's type for a word such as ``tap``; None when it is none."""
    return next((name for name, words in TYPES.items() if word.lower() in words), None)


@cache
def definitions() -> dict[str, Definition]:
    """All definitions by name."""
    found: dict[str, Definition] = {}
    for path in sorted(_FOLDER.glob("*.yml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        kind, note = document.pop("type"), document.pop("note", None)
        found[document["name"]] = Definition(document["name"], kind, note, document)
    for name, connector in CONNECTORS.items():
        kind = "extractor" if connector.kind == "tap" else "loader"
        document = {
            "name": name,
            "namespace": name.replace("-", "_"),
            "label": connector.description,
            "variant": "flext",
            "executable": name,
            "settings": settings_of(connector.settings_schema),
            "settings_group_validation": [list(connector.settings_schema.get("required", ()))],
        }
        if connector.kind == "tap":
            known = {"catalog", "discover", "state", "about", "test"}
            document["capabilities"] = [word for word in connector.capabilities if word in known]
        found[name] = Definition(name, kind, "comes with this product", document)
    return dict(sorted(found.items()))


def near(name: str) -> str | None:
    """The name that was perhaps meant."""
    found = get_close_matches(name, definitions(), n=1, cutoff=0.6)
    return found[0] if found else None


def settings_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Meltano's list of settings for a JSON Schema as ``--about`` prints it; nested ones are left as one object."""
    found = []
    for name, value in (schema.get("properties") or {}).items():
        entry: dict[str, Any] = {"name": name, "kind": _kind(value)}
        texts = {"label": value.get("title"), "description": value.get("description")}
        entry |= {key: text for key, text in texts.items() if text}
        if value.get("secret") or value.get("writeOnly") or value.get("format") == "password":
            entry["sensitive"] = True
        found.append(entry)
    return found


def _kind(value: Mapping[str, Any]) -> str:
    types = value.get("type") or [one.get("type") for one in value.get("anyOf") or value.get("oneOf") or ()]
    words = [types] if isinstance(types, str) else [str(word) for word in types if word != "null"]
    if value.get("format") == "date-time":
        return "date_iso8601"
    return next(
        (_KINDS[word] for word in ("array", "object", "integer", "boolean", "number") if word in words), "string"
    )
