"""Pydantic models, one module per tag: flext_sdk/models.

datamodel-code-generator does the work. It puts a schema named `runs.Run` into the module `runs`, so the schemas of both contracts are
merged into one document under such names first.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi.codegen import wire
from openapi.codegen.files import HEADER

if TYPE_CHECKING:
    from openapi.codegen.contract import Contract

BASE_CLASS = "flext_sdk._core.model.Model"


_COLLECTION = re.compile(r"^    (\w+): ((?:list|dict)\[[^\n=|]*(?:\|[^\n=]*)?\])( = (?:\[\]|\{\}))?$", re.MULTILINE)


class CycleError(ValueError):
    """Models cannot be put into modules that need each other in one direction."""


def render(contract: Contract) -> dict[str, str]:
    """The modules as text, by file name.

    Raises:
        subprocess.CalledProcessError: when datamodel-code-generator refuses the schemas.
        CycleError: when tags need each other's schemas; whoever needs one of them would load them all.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "schemas.json"
        source.write_text(json.dumps(_document(contract)), encoding="utf-8")
        target = Path(folder) / "models"
        subprocess.run(
            [sys.executable, "-m", "datamodel_code_generator", *_options(source, target)], check=True, cwd=folder
        )
        if (target / "_internal.py").exists():
            raise CycleError("schemas of different tags need each other: give those in the middle another x-flext tag")
        return {path.name: _finish(path.read_text(encoding="utf-8"), path.name) for path in sorted(target.glob("*.py"))}


def _options(source: Path, target: Path) -> list[str]:
    return [
        "--input", str(source),
        "--input-file-type", "openapi",
        "--output", str(target),
        "--output-model-type", "pydantic_v2.BaseModel",
        "--target-python-version", "3.12",
        "--base-class", BASE_CLASS,
        "--use-annotated",
        "--field-constraints",
        "--use-standard-collections",
        "--use-union-operator",
        "--use-specialized-enum",
        "--set-default-enum-member",
        "--enum-field-as-literal", "one",
        "--strict-nullable",
        "--use-schema-description",
        "--use-field-description",
        "--use-double-quotes",
        "--disable-timestamp",
        "--formatters", "ruff-format",
    ]  # fmt: skip


def _document(contract: Contract) -> dict[str, Any]:
    names = {name: f"{contract.module_of(name)}.{name}" for name in contract.schemas}
    schemas: dict[str, Any] = {}
    for name, schema in contract.schemas.items():
        schemas[names[name]] = _tolerant(_rename(copy.deepcopy(schema), names), names[name], schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "flext", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }


#: The service checks these in what it is sent; a model must also hold what another service says.
_CONSTRAINTS = {
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "additionalProperties",
    "x-flext",
}


def _tolerant(schema: dict[str, Any], name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """Drop constraints, make inline types schemas of their own, and let lists and mappings that are left out be empty."""
    value = {
        k: v
        for k, v in schema.items()
        if k not in _CONSTRAINTS or (k == "additionalProperties" and "properties" not in schema)
    }
    if wire.form_of(schema) in wire.NUMBERS:
        value["type"] = ["number", "null"]
    if "items" in value:
        value["items"] = _tolerant(value["items"], f"{name}Item", schemas)
    for key, raw in value.get("properties", {}).items():
        inner_name = name + key.title().replace("_", "")
        inner = _tolerant(raw, inner_name, schemas)
        if "enum" in inner or "properties" in inner:
            schemas[inner_name] = {k: v for k, v in inner.items() if k != "default"}
            inner = {
                "$ref": f"#/components/schemas/{inner_name}",
                **({"default": inner["default"]} if "default" in inner else {}),
            }
        if (
            key not in value.get("required", [])
            and inner.get("type") in ("array", "object")
            and "properties" not in inner
        ):
            inner["default"] = [] if inner["type"] == "array" else {}
        value["properties"][key] = inner
    return value


def _rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return {**value, "$ref": f"#/components/schemas/{names[value['$ref'].rsplit('/', 1)[-1]]}"}
        return {key: _rename(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_rename(item, names) for item in value]
    return value


def _finish(text: str, name: str) -> str:
    if name == "__init__.py":
        return f'{HEADER}"""Models of the contracts, one module a tag."""\n'
    text = re.sub(r"^# generated by datamodel-codegen:\n(#.*\n)*", HEADER, text)
    # Words that a newer service may add must not break an older client.
    text = text.replace("from enum import StrEnum\n", "from flext_sdk._core.model import OpenEnum\n").replace(
        "(StrEnum)", "(OpenEnum)"
    )
    text = re.sub(r"Annotated\[(.*), Field\((?:validate_default=True|title=\"\w+\")\)\]", r"\1", text)
    text, changed = _COLLECTION.subn(r"    \1: Annotated[\2, NullAsEmpty]\3", text)
    # A plain empty list as default would be copied for every item that is read.
    text, lists = re.subn(r"\] = \[\]$", "] = Field(default_factory=list)", text, flags=re.MULTILINE)
    text, mappings = re.subn(r"\] = \{\}$", "] = Field(default_factory=dict)", text, flags=re.MULTILINE)
    if lists or mappings:
        text = text.replace(
            "from flext_sdk._core.model import Model",
            "from pydantic import Field\nfrom flext_sdk._core.model import Model",
            1,
        )
    if changed:
        text = text.replace(
            "from flext_sdk._core.model import Model\n",
            "from typing import Annotated\nfrom flext_sdk._core.model import Model, NullAsEmpty\n",
            1,
        )
    tag = name.removesuffix(".py")
    return text.replace(
        "from __future__ import annotations\n",
        f'"""Models of the tag {tag}."""\n\nfrom __future__ import annotations\n',
        1,
    )
