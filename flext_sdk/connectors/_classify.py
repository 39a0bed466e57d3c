"""What a column of texts holds, found with Arrow's kernels.

The same texts give the same answer, in whatever blocks they come.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from flext_sdk.connectors._json import float_is_exact
from flext_sdk.connectors._kinds import NOTHING, STRING, Kinds, join

if TYPE_CHECKING:
    from flext_sdk.connectors._types import Array, Scalar

# As JSON writes a number, so that the text itself is the value: "007", "+1", ".5" and "1." stay text.
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_BOOLEAN = r"^(true|false|True|False|TRUE|FALSE)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
_DATETIME = _TIME + "$"
_DATETIMETZ = _TIME + r"(Z|[+-][0-9]{2}:[0-9]{2})$"
_LOOKS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("number", _NUMBER),
        ("boolean", _BOOLEAN),
        ("date", _DATE),
        ("datetime", _DATETIME),
        ("datetimetz", _DATETIMETZ),
    )
)


def classify(column: Array, known: Kinds) -> Kinds:
    """The kinds of a column together with what is known of it from other blocks.

    Args:
        column: Arrow array of strings.
        known: Kinds found so far.
    """
    if known == STRING or column.null_count == len(column):
        return known
    column = column.drop_null()
    texts = column
    if pc.any(pc.equal(column, "")).as_py():
        texts = column.filter(pc.not_equal(column, ""))
        if len(texts) == 0:
            return join(known, frozenset({"empty"}), mixed=False)
        known = join(known, frozenset({"empty"}), mixed=False)
    return join(known, _kind(texts), mixed=False)


def kind_of_strings(texts: list[str]) -> Kinds:
    """The kind of texts that are known to be texts (in JSON): ``string``, ``date``, ``datetime`` or ``datetimetz``."""
    if not texts:
        return NOTHING
    looks = _look(texts[0])
    if looks in ("date", "datetime", "datetimetz") and _FITS[looks](pa.array(texts, pa.large_string())):
        return frozenset({looks})
    return STRING


def fits_kind(texts: Array, kind: str) -> bool:
    """Whether all of some texts, nulls left out, are of a kind that is no plain text."""
    return len(texts) == 0 or _FITS[kind](texts)


def _look(text: str) -> str:
    return next((kind for kind, pattern in _LOOKS if pattern.match(text)), "string")


def _kind(texts: Array) -> Kinds:
    looks = _look(texts[0].as_py())
    if looks == "number":
        return _number(texts)
    return frozenset({looks}) if looks == "string" or _FITS[looks](texts) else STRING


def _number(texts: Array) -> Kinds:
    if pc.max(pc.binary_length(texts)).as_py() <= 20:
        try:
            numbers = texts.cast(pa.int64())
            # Casting back shows leading zeros, a plus sign and minus zero.
            if numbers.cast(texts.type).equals(texts):
                low, high = pc.min_max(numbers).values()
                return frozenset({"integer" if low.as_py() > -(10**15) and high.as_py() < 10**15 else "long"})
        except pa.ArrowInvalid:
            pass
    if not _matches(texts, _NUMBER):
        return STRING
    # Fifteen digits always have the value of the float they are read as; longer ones are looked at one by one.
    doubtful = texts.filter(pc.match_substring_regex(texts, r"[0-9.]{16}|[eE]|^-?0[0-9.]*$"))
    return frozenset({"number"}) if all(_exact(text) for text in doubtful.to_pylist()) else STRING


def _exact(text: str) -> bool:
    # Minus zero as an integer would lose its sign.
    return text != "-0" and float_is_exact(text)


def _matches(texts: Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern)).as_py())


def _casts(texts: Array, pattern: str, kind: Scalar) -> bool:
    """Whether all texts have the form and are dates of the calendar (the year 0 is none)."""
    if not _matches(texts, pattern) or pc.any(pc.starts_with(texts, "0000")).as_py():
        return False
    try:
        texts.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


_FITS = {
    "boolean": lambda texts: _matches(texts, _BOOLEAN),
    "date": lambda texts: _casts(texts, _DATE, pa.date32()),
    "datetime": lambda texts: _casts(texts, _DATETIME, pa.timestamp("us")),
    "datetimetz": lambda texts: _casts(texts, _DATETIMETZ, pa.timestamp("us", "UTC")),
}
