"""Strategies for hypothesis, made from the contracts.

Needs hypothesis, which the extra does not bring.

Example:
    ```python
    from hypothesis import given
    from flext_sdk import Run
    from flext_sdk.testing import strategies

    @given(strategies.models(Run))
    def test_every_run_has_a_line_in_the_report(run):
        assert run.execution_id in report_line(run)
    ```
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "flext_sdk.testing.strategies needs hypothesis: pip install hypothesis", name="hypothesis"
    ) from error

from flext_sdk.testing._examples import FACTS
from flext_sdk.testing.contract import Contracts, documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import SearchStrategy

    from flext_sdk._core.types import Json
    from flext_sdk.embedded.web.contract import Contract

__all__ = ["answers", "bodies", "data", "models"]

_DEPTH = 3


def models[T](model: type[T]) -> SearchStrategy[T]:
    """Any instance of a model that the contract allows.

    Args:
        model: A model of the SDK: ``flext_sdk.Run``.

    Raises:
        KeyError: It is no model of the contract.
    """
    return data(model.__name__).map(model.model_validate)  # type: ignore[attr-defined]


def data(name: str) -> SearchStrategy[dict[str, Any]]:
    """The same as JSON data.

    Args:
        name: Name of the model, ``"Run"``.

    Raises:
        KeyError: There is no such model.
    """
    root, *path = FACTS[name][1].split("/")
    contract = documents()["flext"]
    if root not in contract.document["components"]["schemas"]:
        contract = documents()["flexcore"]
    schema: Any = contract.document["components"]["schemas"][root]
    for part in path:
        schema = contract.resolve(schema[part])
    return _Maker(contract).of(schema, 0)


def bodies(operation: str) -> SearchStrategy[Any]:
    """Any body that an operation takes.

    Args:
        operation: Id of the operation, ``"pipelines.create"``.

    Raises:
        ContractViolation: There is no such operation.
        ValueError: It takes no body.
    """
    known = Contracts().operation(operation)
    if known.spec.body is None:
        raise ValueError(f"{operation} takes no body")
    return _Maker(documents()[known.service]).of(known.spec.body, 0)


def answers(operation: str) -> SearchStrategy[Any]:
    """Any body of a good answer of an operation; None where it has none.

    Args:
        operation: Id of the operation, ``"pipelines.show"``.

    Raises:
        ContractViolation: There is no such operation.
    """
    known = Contracts().operation(operation)
    schema = known.spec.responses.get(str(known.success))
    if schema is None:
        return st.none() if known.spec.media_type is None else _text()
    return _Maker(documents()[known.service]).of(schema, 0)


def _text(**limits: int) -> SearchStrategy[str]:
    # Half of a pair of surrogates is no text that JSON can carry.
    return st.text(st.characters(codec="utf-8"), **limits)


def _moments() -> SearchStrategy[str]:
    zoned = st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants it so and adds the zone
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
    return zoned.map(lambda moment: moment.isoformat().replace("+00:00", "Z"))


_ANYTHING: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


class _Maker:
    """From the part of JSON Schema that the contracts use to strategies."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of(self, schema: Mapping[str, Any], depth: int) -> SearchStrategy[Any]:
        schema = self._contract.resolve(schema)
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        forms = schema.get("oneOf") or schema.get("anyOf")
        if forms:
            return st.one_of([self.of(form, depth) for form in forms])
        kinds = schema.get("type")
        if kinds is None:
            return self._object(schema, depth) if "properties" in schema else _ANYTHING
        if not isinstance(kinds, list):
            return self._typed(kinds, schema, depth)
        if schema.get("x-flext", {}).get("wire") is not None:
            # Text stands here for the way a public server writes it; what is made up here comes from ours.
            kinds = [kind for kind in kinds if kind not in {"string", "object"}] or kinds
        return st.one_of([self._typed(kind, schema, depth) for kind in kinds])

    def _typed(self, kind: str, schema: Mapping[str, Any], depth: int) -> SearchStrategy[Any]:
        makers: dict[str, Callable[[], SearchStrategy[Any]]] = {
            "null": st.none,
            "boolean": st.booleans,
            "integer": lambda: st.integers(schema.get("minimum", -(2**53)), schema.get("maximum", 2**53)),
            "number": lambda: _numbers(schema),
            "string": lambda: _strings(schema),
            "array": lambda: st.lists(
                self.of(schema.get("items", {}), depth + 1),
                min_size=schema.get("minItems", 0),
                max_size=min(schema.get("maxItems", 5), 0 if depth >= _DEPTH and not schema.get("minItems") else 5),
            ),
            "object": lambda: self._object(schema, depth),
        }
        return makers[kind]()

    def _object(self, schema: Mapping[str, Any], depth: int) -> SearchStrategy[dict[str, Any]]:
        properties = schema.get("properties", {})
        required = set(schema.get("required", ()))
        if not properties:
            rest = schema.get("additionalProperties", True)
            if rest is False:
                return st.just({})
            values = _ANYTHING if rest is True else self.of(rest, depth + 1)
            return st.dictionaries(_text(min_size=1, max_size=10), values, max_size=3)
        made: dict[str, SearchStrategy[Json]] = {name: self.of(inner, depth + 1) for name, inner in properties.items()}
        return st.fixed_dictionaries(
            {name: value for name, value in made.items() if name in required},
            optional={name: value for name, value in made.items() if name not in required},
        )


def _numbers(schema: Mapping[str, Any]) -> SearchStrategy[float]:
    found = st.floats(schema.get("minimum", -1e15), schema.get("maximum", 1e15), allow_nan=False, allow_infinity=False)
    return found.filter(math.isfinite)


def _strings(schema: Mapping[str, Any]) -> SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return _moments()
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=True)
    return _text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 40), 40))
