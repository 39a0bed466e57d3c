"""The table of operations: flext_sdk/_operations.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi.codegen import wire
from openapi.codegen.files import HEADER

if TYPE_CHECKING:
    from openapi.codegen.contract import Contract, OperationSpec, Parameter


def render(contract: Contract) -> str:
    """The module as text."""
    operations = [o for o in contract.operations if not o.websocket]
    imports: dict[str, set[str]] = {}
    for operation in operations:
        model = result_model(contract, operation)
        if model:
            imports.setdefault(contract.module_of(model), set()).add(model)
    lines = [
        HEADER,
        '"""Every operation of both contracts as data."""\n',
        "from __future__ import annotations\n",
        "from typing import TYPE_CHECKING, Any\n",
        "from flext_sdk._core.operations import Operation, Paging, Param\n",
        "if TYPE_CHECKING:",
        *[
            f"    from flext_sdk.models.{module} import {', '.join(sorted(names))}"
            for module, names in sorted(imports.items())
        ],
        "",
    ]
    lines += [_one(contract, operation) for operation in operations]
    lines.append("OPERATIONS: dict[str, Operation[Any]] = {")
    lines += [f"    {o.id!r}: {o.constant}," for o in operations]
    lines.append("}\n")
    return "\n".join(lines)


def result_model(contract: Contract, operation: OperationSpec) -> str | None:
    """The model that a call gives, or that the items of its page are."""
    if operation.response in {None, "text", "json"}:
        return None
    schema = contract.schemas[str(operation.response)]
    if told := schema.get("x-flext", {}).get("model"):
        return str(told)
    key = operation.flext.get("unwrap")
    paging = operation.flext.get("paging")
    if paging:
        return str(schema["properties"][paging["items"]]["items"]["$ref"]).rsplit("/", 1)[-1]
    if key:
        return str(schema["properties"][key]["$ref"]).rsplit("/", 1)[-1]
    return operation.response


def python_result(contract: Contract, operation: OperationSpec) -> str:
    """The type of what a call gives, as it stands in a signature."""
    model = result_model(contract, operation)
    return model or {"text": "str", "json": "Any", None: "None"}[operation.response]


def _one(contract: Contract, operation: OperationSpec) -> str:
    name = f"Operation[{python_result(contract, operation)}]"
    return f"{operation.constant}: {name} = Operation({_arguments(contract, operation, operation.flext)})\n"


def _arguments(contract: Contract, operation: OperationSpec, flext: dict[str, Any], *, variant: bool = False) -> str:
    """What an operation, or one of its variants, is made from."""
    model = result_model(contract, operation)
    response = f"{contract.module_of(model)}:{model}" if model else operation.response
    verb, path = flext.get("method") if variant else operation.verb, flext["path"] if variant else operation.path
    verb = verb or operation.verb
    arguments = [
        f"id={operation.id!r}",
        f"service={operation.service!r}",
        f"group={operation.resource!r}",
        f"method={verb!r}",
        f"path={path!r}",
    ]
    for where, key in (("path", "path_params"), ("query", "query")):
        params = [p for p in operation.parameters if p.where == where and _taken(p, flext, variant=variant)]
        if params:
            arguments.append(f"{key}=({''.join(_param(p, plain=variant and where == 'path') + ', ' for p in params)})")
    if operation.body:
        body = operation.body
        arguments.append(f"body={(body if body == 'json' else f'{contract.module_of(body)}:{body}')!r}")
    if response:
        arguments.append(f"response={response!r}")
    if flext.get("unwrap"):
        arguments.append(f"unwrap={flext['unwrap']!r}")
    if paging := flext.get("paging") or operation.flext.get("paging"):
        paged = any(p.wire == "limit" and _taken(p, flext, variant=variant) for p in operation.parameters)
        extra = "" if paged else ", limit=None, offset=None"
        arguments.append(f"paging=Paging(items={paging['items']!r}, total={paging.get('total')!r}{extra})")
    if operation.flext.get("idempotent") or verb in {"GET", "PUT", "DELETE"}:
        arguments.append("idempotent=True")
    if verb != "GET" and operation.method != "validate":
        arguments.append("mutating=True")
    if operation.flext.get("cache") == "etag":
        arguments.append("cache=True")
    arguments += _quirks(contract, operation, flext, model)
    return ", ".join(arguments)


def _quirks(contract: Contract, operation: OperationSpec, flext: dict[str, Any], model: str | None) -> list[str]:
    """What differs from generation to generation."""
    found = [f"{key}={tuple(flext[key].items())!r}" for key in ("fields", "constants", "send") if key in flext]
    names = wire.names_of(contract, operation, model)
    if names := {**names, **flext.get("wire", {})}:
        found.append(f"wire={tuple(sorted(names.items()))!r}")
    if operation.flext.get("prometheus"):
        found.append(f"prometheus={operation.flext['prometheus']!r}")
    if flext.get("generations"):
        found.append(f"generations={tuple(flext['generations'])!r}")
    if instead := flext.get("instead"):
        found.append(f"instead={tuple(instead.items()) if isinstance(instead, dict) else (('', instead),)!r}")
    if variants := flext.get("variants"):
        each = [f"Operation({_arguments(contract, operation, v, variant=True)})" for v in variants]
        found.append(f"variants=({', '.join(each)},)")
    return found


def _taken(parameter: Parameter, flext: dict[str, Any], *, variant: bool) -> bool:
    """Whether a route takes a parameter; a variant takes what its path names and what it lists under query."""
    if not variant:
        return True
    if parameter.where == "path":
        return parameter.name in re.findall(r"\{(\w+)\}", flext["path"])
    return parameter.name in flext.get("query", [])


def _param(parameter: Parameter, *, plain: bool = False) -> str:
    style = "" if parameter.style == "simple" else f", {parameter.style!r}"
    return f"Param({parameter.name!r}, {(parameter.name if plain else parameter.wire)!r}{style})"
