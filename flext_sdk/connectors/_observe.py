"""What the fields of JSON records hold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flext_sdk.connectors._classify import kind_of_strings
from flext_sdk.connectors._kinds import NOTHING, Kinds, join

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS: dict[type, str] = {
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
}


def observe_records(records: Sequence[dict[str, Any]], known: dict[str, Kinds]) -> None:
    """Adds what the fields of some records hold to ``known``."""
    types: dict[str, set[type]] = {}
    for record in records:
        for name, value in record.items():
            if name in types:
                types[name].add(type(value))
            else:
                types[name] = {type(value)}
    for name, found in types.items():
        kinds = frozenset(_KINDS[kind] for kind in found if kind in _KINDS)
        if Decimal in found:
            kinds |= _decimals(records, name)
        if str in found:
            texts = [value for record in records if isinstance(value := record.get(name), str)]
            kinds |= kind_of_strings(texts)
        known[name] = join(join(NOTHING, kinds, mixed=True), known.get(name, NOTHING), mixed=True)


def _decimals(records: Sequence[dict[str, Any]], name: str) -> Kinds:
    """Numbers beyond 64 bits: those written without point and exponent are integers."""
    values = [value for record in records if isinstance(value := record.get(name), Decimal)]
    return frozenset("integer" if value.as_tuple().exponent == 0 else "number" for value in values)
