"""The table of operations: flext_sdk/_operations.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    model = result_model(contract, operation)
    response = f"{contract.module_of(model)}:{model}" if model else operation.response
    arguments = [
        f"id={operation.id!r}",
        f"service={operation.service!r}",
        f"group={operation.resource!r}",
        f"method={operation.verb!r}",
        f"path={operation.path!r}",
    ]
    for where, key in (("path", "path_params"), ("query", "query")):
        params = [p for p in operation.parameters if p.where == where]
        if params:
            arguments.append(f"{key}=({''.join(_param(p) + ', ' for p in params)})")
    if operation.body:
        body = operation.body
        arguments.append(f"body={(body if body == 'json' else f'{contract.module_of(body)}:{body}')!r}")
    if response:
        arguments.append(f"response={response!r}")
    if operation.flext.get("unwrap"):
        arguments.append(f"unwrap={operation.flext['unwrap']!r}")
    if paging := operation.flext.get("paging"):
        paged = any(p.wire == "limit" for p in operation.parameters)
        extra = "" if paged else ", limit=None, offset=None"
        arguments.append(f"paging=Paging(items={paging['items']!r}, total={paging.get('total')!r}{extra})")
    if operation.flext.get("idempotent") or operation.verb in {"GET", "PUT", "DELETE"}:
        arguments.append("idempotent=True")
    if operation.verb != "GET" and operation.method != "validate":
        arguments.append("mutating=True")
    if operation.flext.get("cache") == "etag":
        arguments.append("cache=True")
    return (
        f"{operation.constant}: Operation[{python_result(contract, operation)}] = Operation({', '.join(arguments)})\n"
    )


def _param(parameter: Parameter) -> str:
    style = "" if parameter.style == "simple" else f", {parameter.style!r}"
    return f"Param({parameter.name!r}, {parameter.wire!r}{style})"
