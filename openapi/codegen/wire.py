"""Which values of an answer have another form on the wire than in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openapi.codegen.contract import Contract, OperationSpec

#: Forms that are numbers in Python.
NUMBERS = {"nanoseconds", "milliseconds", "seconds", "uptime", "percent", "fraction", "bytes"}
_DEEPEST = 6


def form_of(schema: dict[str, Any]) -> str | None:
    """The form that a property has on the wire, where that is not its form in Python."""
    extension = schema.get("x-flext")
    return extension.get("wire") if isinstance(extension, dict) else None


def names_of(contract: Contract, operation: OperationSpec, model: str | None) -> dict[str, str]:
    """Path to form, for an answer without its envelope; ``[]`` stands for the items of a list.

    The answer's own schema and that of the model are both looked at: another generation's answer has the model's names.
    """
    found: dict[str, str] = {}
    if model is not None:
        _walk(contract, {"$ref": model}, "", found, 0)
    if operation.response in contract.schemas:
        value = contract.schemas[str(operation.response)]
        key = operation.flext.get("unwrap")
        if paging := operation.flext.get("paging"):
            value = value["properties"][paging["items"]]["items"]
        elif key:
            value = value["properties"][key]
        _walk(contract, value, "", found, 0)
    return found


def _walk(contract: Contract, schema: dict[str, Any], path: str, found: dict[str, str], depth: int) -> None:
    if "$ref" in schema:
        schema = contract.schemas[schema["$ref"].rsplit("/", 1)[-1]]
    form = form_of(schema)
    if form and path:
        found[path] = form
    if depth > _DEEPEST:
        return
    for key, value in schema.get("properties", {}).items():
        _walk(contract, value, f"{path}.{key}" if path else key, found, depth + 1)
    if "items" in schema:
        _walk(contract, schema["items"], f"{path}[]", found, depth + 1)
