"""Annotated resource methods and the attributes of the client: flext_sdk/_async/resources/_*.py and flext_sdk/_async/_facade.py."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from openapi.codegen.files import HEADER
from openapi.codegen.operations import python_result, result_model

if TYPE_CHECKING:
    from pathlib import Path

    from openapi.codegen.contract import Contract, OperationSpec, Parameter, Resource

WIDTH = 112


def class_name(resource: str) -> str:
    """AsyncPipelines."""
    return "Async" + "".join(part.title() for part in resource.split("_"))


def has_override(folder: Path, resource: str) -> bool:
    """Whether a hand-written subclass stands beside the generated module."""
    return (folder / f"{resource}.py").exists()


def render_resource(contract: Contract, resource: Resource, *, base: bool) -> str:
    """The module of one resource.

    Args:
        contract: Both contracts.
        resource: The resource.
        base: Whether a hand-written subclass is built upon this class.
    """
    operations = [o for o in resource.operations if not o.websocket]
    models: dict[str, set[str]] = {}
    for operation in operations:
        name = result_model(contract, operation)
        if name:
            models.setdefault(contract.module_of(name), set()).add(name)
    methods = "\n".join(textwrap.indent(_method(contract, o), "    ") for o in operations)
    used = methods + " "
    lines = [
        HEADER,
        f'"""{resource.summary}"""\n',
        "from __future__ import annotations\n",
        "from typing import TYPE_CHECKING"
        + "".join(f", {n}" for n in ("Any", "Literal") if f"{n}[" in used or f" {n}" in used or f"{n}]" in used)
        + "\n",
        "from flext_sdk import _operations as ops",
        *(["from flext_sdk._core.annotations import command"] if "@command(" in used else []),
        *(["from flext_sdk._core.runs import moment"] if "moment(" in used else []),
        "from flext_sdk._async.resource import AsyncResource\n",
        "if TYPE_CHECKING:",
        "    from collections.abc import Mapping, Sequence",
        "    from datetime import datetime\n",
        "    from flext_sdk._async.pagination import AsyncPage",
        *[
            f"    from flext_sdk.models.{module} import {', '.join(sorted(names))}"
            for module, names in sorted(models.items())
        ],
        "",
        "",
        f"class {class_name(resource.name)}{'Base' if base else ''}(AsyncResource):",
        f'    """{resource.summary}"""\n',
        methods,
    ]
    return "\n".join(lines)


def render_facade(contract: Contract, folder: Path) -> str:
    """The mixin that gives a client its resources, each imported when it is first asked for."""
    lines = [
        HEADER,
        '"""The resources of a client."""\n',
        "from __future__ import annotations\n",
        "from functools import cached_property",
        "from typing import TYPE_CHECKING, cast\n",
        "if TYPE_CHECKING:",
        "    from flext_sdk._async.client import AsyncFlext",
    ]
    body = [
        "",
        "",
        "class AsyncResources:",
        '    """Attributes of a client; each is imported when it is first used."""\n',
    ]
    for resource in contract.resources:
        name = class_name(resource.name)
        module = resource.name if has_override(folder, resource.name) else f"_{resource.name}"
        lines.append(f"    from flext_sdk._async.resources.{module} import {name}")
        body += [
            "    @cached_property",
            f"    def {resource.name}(self) -> {name}:",
            f'        """{resource.summary}"""',
            f"        from flext_sdk._async.resources.{module} import {name}\n",
            f'        return {name}(cast("AsyncFlext", self))\n',
        ]
    return "\n".join([*lines, *body])


def ordered(operation: OperationSpec) -> list[Parameter]:
    """Parameters as they stand in the signature: path, positional, then the rest by name."""
    positional = list(operation.flext.get("positional", []))
    path = [p for p in operation.parameters if p.where == "path"]
    rest = [p for p in operation.parameters if p.where != "path"]
    chosen = [p for name in positional for p in rest if p.name == name]
    return [*path, *chosen, *[p for p in rest if p not in chosen]]


def _method(contract: Contract, operation: OperationSpec) -> str:
    private = operation.override
    positional = set(operation.flext.get("positional", []))
    parts = ["self"]
    star = False
    for parameter in ordered(operation):
        if not star and parameter.where != "path" and parameter.name not in positional:
            parts.append("*")
            star = True
        default = "" if parameter.required else f" = {parameter.default!r}"
        parts.append(f"{parameter.name}: {parameter.annotation}{default}")
    if private and operation.body:
        if not star:
            parts.append("*")
        parts.append("body: Any" if operation.body_required else "body: Any = None")
    paged = bool(operation.flext.get("paging"))
    result = python_result(contract, operation)
    name = f"_{operation.method}" if private else operation.method
    arguments = [f"ops.{operation.constant}"]
    for where in ("path", "query"):
        pairs = ", ".join(f"{p.name!r}: {_sent(p)}" for p in operation.parameters if p.where == where)
        if pairs:
            arguments.append(f"{where}={{{pairs}}}")
    if operation.body and private:
        arguments.append("body=body")
    elif operation.body:
        pairs = ", ".join(f"{p.wire!r}: {p.name}" for p in operation.parameters if p.where == "body")
        arguments.append(f"body={{{pairs}}}")
    head = "def" if paged else "async def"
    returns = f"AsyncPage[{result}]" if paged else result
    if paged:
        call = f"return self._page({', '.join(arguments)})"
    elif result == "None":
        call = f"await self._call({', '.join(arguments)})"
    else:
        call = f"return await self._call({', '.join(arguments)})"
    lines = [] if private else [_decorator(operation)]
    lines += [
        f"{head} {name}({', '.join(parts)}) -> {returns}:",
        textwrap.indent(_docstring(operation, private=private, paged=paged, result=result), "    "),
    ]
    lines += [f"    {call}", ""]
    return "\n".join(lines)


def _is_moment(parameter: Parameter) -> bool:
    return parameter.where == "query" and parameter.annotation.startswith("str | datetime")


def _sent(parameter: Parameter) -> str:
    """What goes out for a parameter: people say how long ago, services take a moment."""
    return f"moment({parameter.name})" if _is_moment(parameter) else parameter.name


def _decorator(operation: OperationSpec) -> str:
    flext = operation.flext
    arguments = [repr(flext["command"]), f"operation={operation.id!r}"]
    positional = [
        p.name for p in operation.parameters if p.where == "path" and p.name not in flext.get("positional", [])
    ]
    names = (*flext.get("positional", positional),)
    if names:
        arguments.append(f"positional={names!r}")
    if flext.get("columns"):
        arguments.append(f"columns={tuple(flext['columns'])!r}")
    if flext.get("confirm"):
        arguments.append(f"confirm={flext['confirm']!r}")
    arguments += [f"{key}=True" for key in ("wait", "stream") if flext.get(key)]
    if operation.verb != "GET":
        arguments.append("mutating=True")
    if moments := {p.name: "TIME" for p in operation.parameters if _is_moment(p)}:
        arguments.append(f"metavars={moments!r}")
    return f"@command({', '.join(arguments)})"


def _docstring(operation: OperationSpec, *, private: bool, paged: bool, result: str) -> str:
    if private:
        return f'"""{operation.verb} {operation.path}: {_lower(operation.summary)}"""'
    lines = [f'"""{operation.summary}', ""]
    if operation.description:
        lines += [*textwrap.wrap(operation.description, WIDTH), ""]
    if operation.parameters:
        lines.append("Args:")
        for parameter in ordered(operation):
            lines += textwrap.wrap(
                f"{parameter.name}: {_sentence(parameter)}",
                WIDTH - 4,
                initial_indent="    ",
                subsequent_indent="        ",
            )
        lines.append("")
    if result != "None":
        what = (
            f"A page of `{result}`; iterating over it goes on through all pages." if paged else f"{_returned(result)}"
        )
        lines += ["Returns:", f"    {what}", ""]
    lines += ["Raises:"]
    if operation.parameters and any(p.where == "path" for p in operation.parameters):
        lines.append("    NotFoundError: There is nothing of that name.")
    if operation.verb != "GET":
        lines.append("    ConflictError: The present state does not allow it.")
    what = "Any other failure" if lines[-1] != "Raises:" else "The call failed"
    lines += [f"    FlextError: {what}; see `flext_sdk.errors`.", ""]
    if operation.flext.get("python"):
        lines += [
            "Example:",
            "    ```python",
            *textwrap.indent(_awaited(operation, paged=paged), "    ").splitlines(),
            "    ```",
            "",
        ]
    lines += ["Command example:", *[f"    $ {e}" for e in operation.flext["examples"]], ""]
    if operation.flext.get("see"):
        lines += ["See also:", *[f"    flext {words}" for words in operation.flext["see"]], ""]
    while lines[-1] == "":
        lines.pop()
    text = "\n".join([*lines, '"""'])
    return text.replace("\\", "\\\\")


def _sentence(parameter: Parameter) -> str:
    text = parameter.description
    if parameter.where == "query" and parameter.wire == "limit":
        return "Items fetched with one request, 1 to 100."
    if _is_moment(parameter):
        return f"{text.rstrip('.')}: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d."
    return text


def _returned(result: str) -> str:
    return {"str": "The text.", "Any": "The decoded answer."}.get(result, f"The `{result}`.")


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first.isupper() else text[0].lower() + text[1:]


def _awaited(operation: OperationSpec, *, paged: bool) -> str:
    """The example as it is written with the client of this tree; the sync tree drops the keywords again."""
    text = str(operation.flext["python"])
    if paged:
        return text.replace("for ", "async for ", 1)
    call = f"client.{operation.resource}.{operation.method}("
    return text.replace(call, f"await {call}", 1)
