"""What the fields of JSON records hold."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
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
    for name, values in _columns(records).items():
        types = set(map(type, values))
        kinds = frozenset(_KINDS[kind] for kind in types if kind in _KINDS)
        if Decimal in types:
            kinds |= _decimals(values)
        if str in types:
            kinds |= kind_of_strings([value for value in values if isinstance(value, str)])
        known[name] = join(join(NOTHING, kinds, mixed=True), known.get(name, NOTHING), mixed=True)


def _columns(records: Sequence[dict[str, Any]]) -> dict[str, Sequence[Any]]:
    """The values of each field, in the order in which fields appear."""
    names = tuple(records[0]) if records else ()
    if len(names) > 1 and set(map(len, records)) == {len(names)}:
        try:  # most files have the same fields in each row
            return dict(zip(names, zip(*map(itemgetter(*names), records), strict=True), strict=True))
        except KeyError:
            pass
    columns: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            if name in columns:
                columns[name].append(value)
            else:
                columns[name] = [value]
    return dict(columns)


def _decimals(values: Sequence[Any]) -> Kinds:
    """Numbers beyond 64 bits: those written without point and exponent are integers."""
    found = (value for value in values if isinstance(value, Decimal))
    return frozenset("integer" if value.as_tuple().exponent == 0 else "number" for value in found)
