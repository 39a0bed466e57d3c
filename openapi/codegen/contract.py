"""Reads both contracts and gives their operations as plain data."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("flext", "flexcore")
VERBS = ("get", "post", "put", "patch", "delete")
COMMON = "common"
ROLES = ("reader", "operator", "admin")

#: What `x-flext` of an operation may hold; a misspelt key must not be silently ignored.
OPERATION_KEYS = {
    "resource", "method", "command", "positional", "columns", "confirm", "wait", "stream", "idempotent", "override",
    "websocket", "unwrap", "paging", "examples", "python", "see", "generations", "variants", "fields", "constants", "instead",
    "prometheus", "cache", "role", "secret",
}  # fmt: skip
VARIANT_KEYS = {
    "generations", "path", "method", "query", "send", "unwrap", "paging", "fields", "constants", "wire",
}  # fmt: skip


class ContractError(Exception):
    """A contract does not say what the generator needs."""


@dataclass(frozen=True)
class Parameter:
    """A path, query or body parameter of an operation."""

    name: str
    wire: str
    where: Literal["path", "query", "body"]
    annotation: str
    required: bool
    default: Any
    description: str
    style: Literal["simple", "csv", "repeat"] = "simple"


@dataclass(frozen=True)
class OperationSpec:
    """One operation of a contract with all that the generator wants to know."""

    id: str
    service: str
    verb: str
    path: str
    summary: str
    description: str
    tag: str
    resource: str
    method: str
    parameters: tuple[Parameter, ...]
    body: str | None
    body_required: bool
    response: str | None
    flext: dict[str, Any] = field(repr=False)

    @property
    def constant(self) -> str:
        """Name in the operations table: PIPELINES_START."""
        return self.id.replace(".", "_").upper()

    @property
    def override(self) -> bool:
        """Whether the public method is written by hand."""
        return bool(self.flext.get("override"))

    @property
    def websocket(self) -> bool:
        """Whether this is not an HTTP exchange."""
        return bool(self.flext.get("websocket"))


@dataclass(frozen=True)
class Resource:
    """One attribute of the client."""

    name: str
    summary: str
    group: str
    operations: tuple[OperationSpec, ...]


@dataclass(frozen=True)
class Contract:
    """Both documents as one."""

    schemas: dict[str, dict[str, Any]]
    operations: tuple[OperationSpec, ...]
    resources: tuple[Resource, ...]

    def module_of(self, schema: str) -> str:
        """The module in flext_sdk.models that holds a schema."""
        return str(self.schemas[schema].get("x-flext", {}).get("tag", COMMON))


def with_local(contract: Contract, folder: Path) -> Contract:
    """The contract with the resources that have no HTTP behind them, such as `debug`: hand-written modules with a class.

    Args:
        contract: Both contracts.
        folder: The hand-written resources, `flext_sdk/_async/resources`.
    """
    known = {resource.name for resource in contract.resources}
    found = [_local(path) for path in sorted(folder.glob("[!_]*.py")) if path.stem not in known]
    return replace(contract, resources=(*contract.resources, *(each for each in found if each)))


def _local(path: Path) -> Resource | None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = "Async" + "".join(part.title() for part in path.stem.split("_"))
    owner = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), None)
    if owner is None:
        return None
    words = [
        mark.args[0].value
        for method in owner.body
        for mark in getattr(method, "decorator_list", ())
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "command" and isinstance(mark.args[0], ast.Constant)
    ]
    group = str(words[0]).rpartition(" ")[0] if words else path.stem
    return Resource(path.stem, (ast.get_docstring(owner) or "").splitlines()[0], group.split()[0], ())


def load(folder: Path) -> Contract:
    """Read `flext.yaml` and `flexcore.yaml` from a folder.

    Raises:
        ContractError: when an operation lacks what the generator needs, or names are used twice.
    """
    documents = {name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in SERVICES}
    schemas = _merge_schemas(documents)
    operations = tuple(op for name in SERVICES for op in _operations(name, documents[name], schemas))
    _check(operations)
    return Contract(schemas, operations, _resources(documents, operations))


def reference_name(reference: str) -> str:
    """The last part of a `$ref`."""
    return reference.rsplit("/", 1)[-1]


def _merge_schemas(documents: dict[str, Any]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for service, document in documents.items():
        for name, schema in document["components"]["schemas"].items():
            if set(schema) == {"$ref"}:  # a schema that lives in the other document
                continue
            if name in merged:
                raise ContractError(f"{service}.yaml: schema {name} stands in both contracts")
            merged[name] = schema
    return merged


def _operations(service: str, document: dict[str, Any], schemas: dict[str, Any]) -> list[OperationSpec]:
    return [
        _operation(service, document, schemas, path, verb, item)
        for path, item in document["paths"].items()
        for verb in VERBS
        if verb in item
    ]


def _operation(
    service: str, document: dict[str, Any], schemas: dict[str, Any], path: str, verb: str, item: dict[str, Any]
) -> OperationSpec:
    raw = item[verb]
    where = f"{service}.yaml: {verb.upper()} {path}"
    flext = raw.get("x-flext")
    if not flext or not {"resource", "method", "command"} <= set(flext):
        raise ContractError(f"{where}: x-flext must give resource, method and command")
    if unknown := set(flext) - OPERATION_KEYS:
        raise ContractError(f"{where}: unknown keys under x-flext: {', '.join(sorted(unknown))}")
    for variant in flext.get("variants", []):
        if unknown := set(variant) - VARIANT_KEYS or {"generations", "path"} - set(variant):
            raise ContractError(f"{where}: a variant with wrong or missing keys: {', '.join(sorted(unknown))}")
    if raw.get("security") != [] and flext.get("role") not in ROLES:
        raise ContractError(f"{where}: x-flext must say who may do it: role, one of {', '.join(ROLES)}")
    if not flext.get("override") and not flext.get("examples"):
        raise ContractError(f"{where}: an example command line is missing")
    parameters = [_parameter(document, schemas, p) for p in [*item.get("parameters", []), *raw.get("parameters", [])]]
    body, required, properties = _body(schemas, raw, where)
    if body and not flext.get("override"):
        parameters += properties
    return OperationSpec(
        id=raw["operationId"],
        service=service,
        verb=verb.upper(),
        path=path,
        summary=raw["summary"],
        description=raw.get("description", ""),
        tag=raw["tags"][0],
        resource=flext["resource"],
        method=flext["method"],
        parameters=tuple(parameters),
        body=body,
        body_required=required,
        response=_response(document, raw),
        flext=flext,
    )


def _resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        target: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def _parameter(document: dict[str, Any], schemas: dict[str, Any], value: dict[str, Any]) -> Parameter:
    raw = _resolve(document, value)
    schema = raw["schema"]
    style: Literal["simple", "csv", "repeat"] = "simple"
    if schema.get("type") == "array":
        style = "repeat" if raw.get("explode", True) else "csv"
    required = bool(raw.get("required"))
    return Parameter(
        name=raw.get("x-flext", {}).get("name", raw["name"]),
        wire=raw["name"],
        where=raw["in"],
        annotation=annotation(schema, schemas, optional=not required and "default" not in schema),
        required=required,
        default=schema.get("default"),
        description=raw["description"],
        style=style,
    )


def _body(schemas: dict[str, Any], raw: dict[str, Any], where: str) -> tuple[str | None, bool, list[Parameter]]:
    if "requestBody" not in raw:
        return None, False, []
    content = raw["requestBody"]["content"]["application/json"]["schema"]
    required = bool(raw["requestBody"].get("required"))
    if "$ref" not in content:
        return "json", required, []
    name = reference_name(content["$ref"])
    schema = schemas[name]
    properties = []
    for key, value in schema.get("properties", {}).items():
        if "description" not in value and "$ref" not in value:
            raise ContractError(f"{where}: {name}.{key} has no description")
        needed = key in schema.get("required", [])
        properties.append(
            Parameter(
                name=key,
                wire=key,
                where="body",
                annotation=annotation(value, schemas, optional=not needed and value.get("default") is None),
                required=needed,
                default=value.get("default"),
                description=value.get("description", ""),
            )
        )
    return name, required, properties


def annotation(schema: dict[str, Any], schemas: dict[str, Any], *, optional: bool) -> str:
    """The Python type of a parameter as it stands in a signature."""
    if "$ref" in schema:
        return annotation(schemas[reference_name(schema["$ref"])], schemas, optional=optional)
    kind = schema.get("type")
    if "enum" in schema:
        text = f"Literal[{', '.join(repr(v) for v in schema['enum'])}]"
    elif kind == "array":
        text = f"Sequence[{annotation(schema['items'], schemas, optional=False)}]"
    elif kind == "object":
        text = "Mapping[str, Any]"
    elif kind == "string" and schema.get("format") == "date-time":
        text = "str | datetime"
    else:
        names = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
        kinds = kind if isinstance(kind, list) else [kind]
        text = " | ".join(names[k] for k in kinds if k in names) or "Any"
    return f"{text} | None" if optional else text


def _response(document: dict[str, Any], raw: dict[str, Any]) -> str | None:
    for status, value in sorted(raw["responses"].items()):
        if not status.startswith("2"):
            continue
        content = _resolve(document, value).get("content", {})
        if "text/plain" in content:
            return "text"
        if "application/json" in content:
            schema = content["application/json"]["schema"]
            return reference_name(schema["$ref"]) if "$ref" in schema else "json"
    return None


def _check(operations: tuple[OperationSpec, ...]) -> None:
    for what, values in (
        ("operationId", [o.id for o in operations]),
        ("method", [f"{o.resource}.{o.method}" for o in operations if not o.websocket]),
    ):
        twice = sorted({v for v in values if values.count(v) > 1})
        if twice:
            raise ContractError(f"{what} used twice: {', '.join(twice)}")
    for operation in operations:
        if not operation.websocket and operation.id != f"{operation.resource}.{operation.method}":
            raise ContractError(f"operationId {operation.id} should be {operation.resource}.{operation.method}")


def _resources(documents: dict[str, Any], operations: tuple[OperationSpec, ...]) -> tuple[Resource, ...]:
    tags = {tag["name"]: tag for document in documents.values() for tag in document["tags"]}
    names = dict.fromkeys(o.resource for o in operations)
    return tuple(
        Resource(
            name=name,
            summary=tags[name]["x-flext"]["summary"],
            group=tags[name]["x-flext"]["group"],
            operations=tuple(o for o in operations if o.resource == name),
        )
        for name in sorted(names)
    )
