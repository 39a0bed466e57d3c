"""Factories are made from the contract, and a contract that no example fits stops the generator."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from openapi.codegen import contract, factories
from openapi.codegen.contract import ContractError

ROOT = Path(__file__).resolve().parents[2]
SPEC = contract.load(ROOT / "openapi")
MODELS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "flext_sdk" / "models").glob("*.py")
    if path.name != "__init__.py"
}


def changed(change: Any) -> contract.Contract:
    schemas = copy.deepcopy(SPEC.schemas)
    change(schemas)
    return contract.Contract(schemas, SPEC.operations, SPEC.resources)


def test_an_example_of_the_contract_comes_before_the_rules() -> None:
    told = changed(lambda s: s["Plugin"]["properties"]["version"].update(example="9.9.9"))
    assert "'version': '9.9.9'" in factories.render(told, MODELS)["_examples.py"]
    whole = changed(lambda s: s["Plugin"].update(example={"name": "tap-own"}))
    assert factories.Examples(whole).of("PluginList") == {"plugins": [{"name": "tap-own"}], "count": 1}


def test_a_constraint_that_no_rule_meets_stops_the_generator() -> None:
    strange = changed(lambda s: s["Plugin"]["properties"]["version"].update(pattern="^[A-Z]{9}$"))
    with pytest.raises(ContractError, match="the example of Plugin does not fit its schema"):
        factories.render(strange, MODELS)


def test_a_model_without_a_schema_stops_the_generator() -> None:
    with pytest.raises(ContractError, match="no schema is found for the models Stray"):
        factories.render(SPEC, {**MODELS, "stray.py": "class Stray(Model):\n    name: str\n"})


def test_values_are_wider_than_fields() -> None:
    text = factories.render(SPEC, MODELS)["_values.pyi"]
    run = text.partition("class RunValues")[2].partition("\nclass ")[0]
    assert "status: RunStatus | str" in run
    assert "created_at: datetime | str" in run
    assert "steps: Sequence[StepRun | Mapping[str, Any]]" in run


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "odd word"),
        ({"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000001"),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": "boolean"}, True),
        ({"type": "number"}, 1.0),
        ({"const": 5}, 5),
        ({"default": "x", "type": "string"}, "x"),
        ({"enum": ["b", "a"]}, "b"),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"type": ["string", "null"]}, None),
        ({"type": ["string", "integer"]}, "odd word"),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "array", "items": {}}, []),
        ({"type": "object", "properties": {"deep": {"type": "boolean"}, "any": {}}}, {"deep": True}),
    ],
)
def test_examples_of_what_has_no_value_of_its_own(schema: dict[str, Any], value: Any) -> None:
    made = changed(lambda s: s.update(Odd={"type": "object", "properties": {"odd_word": schema}}))
    assert factories.Examples(made).of("Odd") == {"odd_word": value}


def test_mappings_in_lists_have_their_own_schema() -> None:
    found: dict[str, str] = {}
    schema = {"properties": {"items_of": {"type": "array", "items": {"properties": {"a": {}}}}}}
    factories._pointers("Odd", schema, "Odd", found)
    assert found == {"Odd": "Odd", "OddItemsOfItem": "Odd/properties/items_of/items"}
