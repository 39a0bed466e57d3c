"""Factories of all models for tests: flext_sdk/testing/factory.py, its examples, and the types of what may be given.

An example is made from the schema: every field that has a sensible value, the same every time. Each is held against its schema here,
so a contract whose constraints the rules below do not meet stops the generator; `example:` in the contract is the way out.
"""

from __future__ import annotations

import ast
import pprint
from typing import TYPE_CHECKING, Any

from openapi.codegen.contract import ContractError, reference_name
from openapi.codegen.files import HEADER

if TYPE_CHECKING:
    from openapi.codegen.contract import Contract

MOMENT = "2026-01-31T08:00:00Z"
LATER = "2026-01-31T08:00:02Z"

#: Values by the name of a field, or of a model and its field. What is null in an example that is well stands here as None.
VALUES: dict[str, Any] = {
    "name": "orders",
    "id": "pipeline-1",
    "execution_id": "run-1",
    "pipeline_id": "pipeline-1",
    "pipeline": "orders",
    "description": "Orders of the web shop",
    "status": "completed",
    "service": "flext",
    "version": "1.0.0",
    "level": "info",
    "message": "2 rows read",
    "source": "tap-csv",
    "step": "load",
    "trigger": "manual",
    "type": "tap",
    "plugin": "tap-csv",
    "plugin_name": "tap-csv",
    "plugin_id": "tap-csv",
    "operation": "about",
    "cron": "15 * * * *",
    "timezone": "UTC",
    "url": "http://127.0.0.1:8081",
    "port": 8081,
    "pid": 4242,
    "completed_at": LATER,
    "last_run_at": MOMENT,
    "last_run_status": "completed",
    "last_execution": ...,
    "started_at": MOMENT,
    "duration": 2.0,
    "rate": 60.0,
    "records": 120,
    "bytes": 4096,
    "memory": 64_000_000,
    "uptime": 90.0,
    "attempt": 1,
    "restarts": 0,
    "retries": 0,
    "order": 0,
    "timeout": None,
    "execution_count": 3,
    "success_count": 3,
    "failure_count": 0,
    "health_status": "healthy",
    "next_execution": None,
    "path": "/steps/0/extract/plugin",
    "author": "FLEXT",
    "tags": ["demo"],
    "enabled": True,
    "schedule": None,
    "extract": ...,
    "load": ...,
    "depends_on": [],
    "dependencies": [],
    "capabilities": ["discover"],
    "select": ["orders.*"],
    "step_override": [],
    "base_path": "/data",
    "config": {},
    "configuration": {},
    "variables": {},
    "remove": False,
    "full_refresh": False,
    "force": False,
    "result": {},
    "value": "info",
    "Error.error": "There is no pipeline 'orders'",
    "Error.message": "There is no pipeline 'orders'",
    "Error.code": "PIPELINE_NOT_FOUND",
    "Error.problems": [],
    "Problem.message": "there is no plugin 'tap-cvs'",
    "ValidationReport.problems": [],
    "ExtractDefinition.config": {"path": "orders.csv"},
    "LoadDefinition.plugin": "target-duckdb",
    "LoadDefinition.config": {"path": "warehouse.duckdb"},
    "LogEntry.message": "2 rows read",
    "LogEntry.id": 1,
    "Plugin.name": "tap-csv",
    "Plugin.status": "loaded",
    "PluginMetadata.name": "tap-csv",
    "PluginMetadata.id": "tap-csv",
    "PluginMetadata.settings": {"type": "object", "properties": {"path": {"type": "string"}}},
    "Pipeline.status": "active",
    "PipelineStep.name": "load",
    "PipelineStep.id": "step-1",
    "PipelineStep.plugin_id": None,
    "PipelineStep.configuration": None,
    "PipelineStep.state": None,
    "StepDefinition.name": "load",
    "StepDefinition.state": None,
    "PipelineStatus.status": "completed",
    "Health.status": "healthy",
    "Execution.status": "executed",
    "ServiceStatus.name": "flext",
    "ServiceStatus.status": "running",
    "ServiceStatus.message": None,
    "ServiceSetting.name": "log_level",
    "ServiceSetting.origin": "default",
    "StepRun.name": "load",
    "StepRun.streams": {"orders": 120},
    "StepState.state": {"bookmarks": {"orders": {"position": 120}}},
    "StateRequest.state": {"bookmarks": {}},
}  # fmt: skip
#: Fields that tell one item of a list from another.
IDENTITY = ("id", "name", "execution_id")
_SIMPLE = {"integer": 1, "number": 1.0, "boolean": True, "null": None}
_FORMATS = {
    "date-time": MOMENT,
    "date": MOMENT[:10],
    "uuid": "00000000-0000-4000-8000-000000000001",
    "uri": "http://127.0.0.1:8081",
}
_LEFT_OUT = object()


class Examples:
    """Examples of all schemas of the contracts."""

    def __init__(self, contract: Contract) -> None:
        self.schemas = contract.schemas

    def of(self, name: str) -> Any:
        """The example of a component."""
        schema = self.schemas[name]
        return schema["example"] if "example" in schema else self._value(schema, name, "")

    def _value(self, schema: dict[str, Any], model: str, key: str) -> Any:
        if "example" in schema:
            return schema["example"]
        given = VALUES.get(f"{model}.{key}", VALUES.get(key, _LEFT_OUT)) if key else _LEFT_OUT
        if given is not ... and given is not _LEFT_OUT and self._fits(schema, given):
            return given
        if "$ref" in schema:
            return self.of(reference_name(schema["$ref"]))
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        if "enum" in schema:
            return schema["enum"][0]
        forms = schema.get("oneOf") or schema.get("anyOf")
        if forms:
            if given is not ... and {"type": "null"} in forms:
                return None
            return self._value(forms[0], model, key)
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return None if "null" in kinds else self._typed(kinds[0], schema, model, key)
        return self._typed(kinds, schema, model, key) if kinds else _LEFT_OUT

    def _typed(self, kind: str, schema: dict[str, Any], model: str, key: str) -> Any:
        match kind:
            case "object":
                made = {}
                for name, inner in schema.get("properties", {}).items():
                    value = self._value(inner, inline(model, key) if key else model, name)
                    if value is not _LEFT_OUT:
                        made[name] = value
                return made
            case "array":
                item = self._value(schema.get("items", {}), model, "")
                return [] if item is _LEFT_OUT else [item]
            case "string":
                return _FORMATS.get(schema.get("format", ""), key.replace("_", " ") or "text")
            case _:
                value = _SIMPLE[kind]
                return max(value, schema.get("minimum", value)) if kind in {"integer", "number"} else value

    def _fits(self, schema: dict[str, Any], value: Any) -> bool:
        return checker(self.schemas, schema).is_valid(value)


def checker(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A validator of a schema whose references lead to components."""
    import json

    import jsonschema_rs

    text = json.dumps({**schema, "components": {"schemas": schemas}}).replace("flext.yaml#/", "#/")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def inline(model: str, key: str) -> str:
    """The model of a mapping that is described within another one; `models.py` calls it so."""
    return f"{model}{key.title().replace('_', '')}"


def _pointers(name: str, schema: dict[str, Any], prefix: str, found: dict[str, str]) -> None:
    found[name] = prefix
    for key, inner in schema.get("properties", {}).items():
        if "properties" in inner:
            _pointers(inline(name, key), inner, f"{prefix}/properties/{key}", found)
        elif "properties" in inner.get("items", {}):
            _pointers(f"{inline(name, key)}Item", inner["items"], f"{prefix}/properties/{key}/items", found)


def render(contract: Contract, models: dict[str, str]) -> dict[str, str]:
    """The modules as text, by file name.

    Args:
        contract: Both contracts.
        models: Generated model modules as text, by file name.

    Raises:
        ContractError: when an example does not fit its schema, or a model has none.
    """
    pointers: dict[str, str] = {}
    for name, schema in contract.schemas.items():
        if "properties" in schema:
            _pointers(name, schema, name, pointers)
    classes = _classes(models)
    if lacking := sorted(set(classes) - set(pointers)):
        raise ContractError(f"no schema is found for the models {', '.join(lacking)}")
    examples = {name: _example(contract, pointers[name]) for name in classes}
    return {
        "factory.py": _render_factory(classes),
        "_values.pyi": _render_values(models, classes),
        "_examples.py": _render_examples(contract, classes, examples, pointers),
    }


def _example(contract: Contract, pointer: str) -> Any:
    root, *path = pointer.split("/")
    value, schema = Examples(contract).of(root), contract.schemas[root]
    for part in path:
        schema = schema[part]
        if part == "items":
            value = value[0]
        elif part != "properties":
            value = value[part]
    problems = [error.message for error in checker(contract.schemas, schema).iter_errors(value)]
    if problems:
        raise ContractError(
            f"the example of {pointer} does not fit its schema ({problems[0]}); give an example: in the contract"
        )
    return value


def _classes(models: dict[str, str]) -> dict[str, ast.ClassDef]:
    """Model classes by name; enums and the like are no models."""
    found = {}
    for file, text in models.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not any(
                isinstance(b, ast.Name) and b.id in {"OpenEnum", "RootModel"} for b in node.bases
            ):
                node.decorator_list = [ast.Name(file.removesuffix(".py"))]  # where it lives; the tree is only read
                found[node.name] = node
    return dict(sorted(found.items()))


def _module(node: ast.ClassDef) -> str:
    place = node.decorator_list[0]
    assert isinstance(place, ast.Name)
    return place.id


def _render_examples(
    contract: Contract, classes: dict[str, ast.ClassDef], examples: dict[str, Any], pointers: dict[str, str]
) -> str:
    facts = {}
    for name, node in classes.items():
        schema: Any = contract.schemas
        for part in pointers[name].split("/"):
            schema = schema[part]
        required = schema.get("required", ())
        facts[name] = (
            f"{_module(node)}:{name}",
            pointers[name],
            tuple(
                key
                for key in IDENTITY
                if key in schema["properties"]
                and (key in required or key == "id")
                and isinstance(examples[name].get(key), str)
            ),
        )
    return "\n".join([
        HEADER,
        '"""An example of every model, as JSON data."""\n',
        "from __future__ import annotations\n",
        "from typing import Any, Final\n",
        f"EXAMPLES: Final[dict[str, dict[str, Any]]] = {pprint.pformat(examples, sort_dicts=False, width=110)}\n",
        "#: Where its class is, where its schema is, and which fields tell one from another.",
        f"FACTS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {pprint.pformat(facts, width=110)}\n",
    ])  # fmt: skip


def _render_factory(classes: dict[str, ast.ClassDef]) -> str:
    modules: dict[str, list[str]] = {}
    for name, node in classes.items():
        modules.setdefault(_module(node), []).append(name)
    lines = [
        HEADER,
        '"""A valid example of every model, with what you want changed.\n',
        "Examples are the same every time and fit the contract. `Run`, `StepRun` and `Pipeline` keep to what you give: a run with",
        '``status="failed"`` has an error, one that is ``"running"`` has no end.\n',
        "Example:",
        "    >>> from flext_sdk.testing import factory",
        '    >>> factory.Run(status="failed").error',
        "    'tap-csv ended with exit code 1'",
        "    >>> [pipeline.name for pipeline in factory.batch(factory.Pipeline, 2)]",
        "    ['orders-1', 'orders-2']",
        '"""\n',
        "from __future__ import annotations\n",
        "from typing import TYPE_CHECKING\n",
        "from flext_sdk.testing._build import batch, build, example\n",
        "if TYPE_CHECKING:",
        "    from typing import Unpack\n",
        f"    from flext_sdk.models import {', '.join(sorted(modules))}",
        "    from flext_sdk.testing import _values",
        "",
        f"__all__ = [{', '.join(repr(name) for name in [*classes, 'batch', 'example'])}]\n",
    ]
    for name, node in classes.items():
        doc = (ast.get_docstring(node) or f"A part of the models: {name}.").strip().splitlines()[0]
        lines += [
            "",
            f"def {name}(**values: Unpack[_values.{name}Values]) -> {_module(node)}.{name}:",
            f'    """{doc}"""',
            f"    made: {_module(node)}.{name} = build({name!r}, values)",
            "    return made\n",
        ]
    return "\n".join(lines)


class _Wider(ast.NodeTransformer):
    """From what a field holds to what a factory takes for it."""

    def __init__(self, enums: set[str], models: set[str]) -> None:
        self.enums, self.models = enums, models

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.visit(ast.Name(node.attr))  # pipelines.Problem: the module's own imports do not matter here

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        if name == "Annotated":
            assert isinstance(node.slice, ast.Tuple)
            return self.visit(node.slice.elts[0])
        if name in {"list", "dict"}:
            node.value = ast.Name("Sequence" if name == "list" else "Mapping")
        if name != "Literal":
            node.slice = self.visit(node.slice)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "AwareDatetime":
            return ast.BinOp(ast.Name("datetime"), ast.BitOr(), ast.Name("str"))
        if node.id in self.enums:
            return ast.BinOp(node, ast.BitOr(), ast.Name("str"))
        if node.id in self.models:
            return ast.BinOp(node, ast.BitOr(), ast.parse("Mapping[str, Any]", mode="eval").body)
        return node


def _render_values(models: dict[str, str], classes: dict[str, ast.ClassDef]) -> str:
    enums, homes = set(), {}
    for file, text in models.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name] = file.removesuffix(".py")
                if node.name not in classes:
                    enums.add(node.name)
    used: set[str] = set()
    body = []
    for name, node in classes.items():
        body += ["", f"class {name}Values(TypedDict, total=False):", f'    """Fields of `flext_sdk.{name}`."""\n']
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
        for one in fields:
            wider = _Wider(enums, set(classes)).visit(one.annotation)
            used |= {n.id for n in ast.walk(wider) if isinstance(n, ast.Name)}
            assert isinstance(one.target, ast.Name)
            body.append(f"    {one.target.id}: {ast.unparse(wider)}")
        if not fields:
            body.append("    ...")
    imports: dict[str, list[str]] = {}
    for name in sorted(used & set(homes)):
        imports.setdefault(f"flext_sdk.models.{homes[name]}", []).append(name)
    standard = [n for n in ("Mapping", "Sequence") if n in used]
    typing = [n for n in ("Any", "Literal") if n in used]
    return "\n".join([
        HEADER,
        '"""What factories take; for type checkers alone, there is no such module at run time."""\n',
        "from __future__ import annotations\n",
        f"from collections.abc import {', '.join(standard)}",
        "from datetime import datetime",
        f"from typing import {', '.join([*typing, 'TypedDict'])}\n",
        *[f"from {module} import {', '.join(names)}" for module, names in sorted(imports.items())],
        "",
        *body,
        "",
    ])  # fmt: skip
