"""The public names of flext_sdk and where each lives: flext_sdk/_exports.py, and the list that type checkers read in flext_sdk/__init__.py."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from openapi.codegen.files import HEADER
from openapi.codegen.resources import class_name, has_override

if TYPE_CHECKING:
    from pathlib import Path

    from openapi.codegen.contract import Contract

#: Hand-written names that users import; everything in flext_sdk.errors.__all__ and every model of the contracts comes beside them.
FIXED = {
    "Flext": "flext_sdk._sync.client",
    "AsyncFlext": "flext_sdk._async.client",
    "Page": "flext_sdk._sync.pagination",
    "AsyncPage": "flext_sdk._async.pagination",
    "Middleware": "flext_sdk._sync.calls",
    "AsyncMiddleware": "flext_sdk._async.calls",
    "BreakerEvent": "flext_sdk._core.breaker",
    "BulkItem": "flext_sdk._core.outcomes",
    "BulkProgress": "flext_sdk._core.outcomes",
    "BulkResult": "flext_sdk._core.outcomes",
    "ActiveProfile": "flext_sdk.profiles._find",
    "DebugBundle": "flext_sdk._diagnostics.records",
    "DebugCheck": "flext_sdk._diagnostics.records",
    "DebugConnection": "flext_sdk._diagnostics.records",
    "DebugFact": "flext_sdk._diagnostics.records",
    "DebugMeasure": "flext_sdk._diagnostics.records",
    "DebugPath": "flext_sdk._diagnostics.records",
    "DebugSpan": "flext_sdk._diagnostics.records",
    "GapEvent": "flext_sdk._core.hooks",
    "Hooks": "flext_sdk._core.hooks",
    "RequestEvent": "flext_sdk._core.hooks",
    "ResponseEvent": "flext_sdk._core.hooks",
    "RetryEvent": "flext_sdk._core.hooks",
    "RawResponse": "flext_sdk._core.messages",
    "Request": "flext_sdk._core.messages",
    "Response": "flext_sdk._core.messages",
    "__version__": "flext_sdk._version",
}


def names(contract: Contract, package: Path, models: dict[str, str]) -> dict[str, str]:
    """Public name to module, sorted.

    Args:
        contract: Both contracts.
        package: The folder flext_sdk.
        models: Generated model modules as text, by file name.
    """
    found = dict(FIXED)
    errors = ast.parse((package / "errors.py").read_text(encoding="utf-8"))
    for node in errors.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            found |= dict.fromkeys(ast.literal_eval(node.value), "flext_sdk.errors")
    for file, text in models.items():
        for node in ast.parse(text).body:
            # The wire's Error is a shape, not an exception: it stays in flext_sdk.models, away from what `except` takes.
            if isinstance(node, ast.ClassDef) and node.name != "Error":
                found[node.name] = f"flext_sdk.models.{file.removesuffix('.py')}"
    for resource in contract.resources:
        for colour in ("_async", "_sync"):
            name = class_name(resource.name).removeprefix("" if colour == "_async" else "Async")
            module = (
                resource.name if has_override(package / "_async" / "resources", resource.name) else f"_{resource.name}"
            )
            found[name] = f"flext_sdk.{colour}.resources.{module}"
    return dict(sorted(found.items(), key=lambda item: item[0].casefold()))


def render_map(public: dict[str, str]) -> str:
    """The module with the map."""
    lines = [
        HEADER,
        '"""Where each public name lives; `flext_sdk.__getattr__` imports a name when it is first asked for."""\n',
        "EXPORTS = {",
    ]
    lines += [f"    {name!r}: {module!r}," for name, module in public.items()]
    return "\n".join([*lines, "}", ""])


def render_init(public: dict[str, str]) -> str:
    """The package's `__init__`: lazy at run time, plain imports for type checkers."""
    imports: dict[str, list[str]] = {}
    for name, module in public.items():
        imports.setdefault(module, []).append(name)
    lines = [
        HEADER,
        '"""Typed Python SDK for the FLEXT data platform.\n',
        "Importing this package imports nothing else: each name is loaded when it is first used.\n",
        "Example:",
        "    ```python",
        "    from flext_sdk import Flext\n",
        "    with Flext() as client:",
        "        for pipeline in client.pipelines.list():",
        "            print(pipeline.name)",
        "    ```",
        '"""\n',
        "TYPE_CHECKING = False  # importing typing costs more than all of this module\n",
        "if TYPE_CHECKING:",
        *[
            f"    from {module} import {', '.join(f'{n} as {n}' for n in found)}"
            for module, found in sorted(imports.items())
        ],
        "",
        f"__all__ = [{', '.join(repr(n) for n in public)}]\n\n",
        "def __getattr__(name: str) -> object:",
        "    from flext_sdk._exports import EXPORTS\n",
        "    module = EXPORTS.get(name)",
        "    if module is None:",
        "        message = f\"module 'flext_sdk' has no attribute {name!r}\"",
        "        raise AttributeError(message, name=name, obj=__import__(__name__))",
        "    from importlib import import_module\n",
        "    value: object = getattr(import_module(module), name)",
        "    globals()[name] = value  # the next time costs nothing",
        "    return value\n\n",
        "def __dir__() -> list[str]:",
        "    return sorted({*globals(), *__all__} - {'TYPE_CHECKING'})",
        "",
    ]
    return "\n".join(lines)
