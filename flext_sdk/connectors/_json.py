"""JSON with nothing lost: orjson where it is exact, the standard library where it would not be.

orjson reads every number with a fraction as a 64-bit float and turns integers above 64 bits into floats. Lines where
that could happen are found cheaply (a long run of digits) and read again with ``Decimal`` for exactly those numbers
that a float cannot hold.
"""

from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

import orjson

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from flext_sdk.connectors._types import Json

# Digits and the point become "0", everything else stays: a number that needs a closer look shows as 17 zeros in a row.
_FOLD = bytes(0x30 if byte in b"0123456789." else byte for byte in range(256))
_RUN = b"0" * 17


def may_be_inexact(data: bytes) -> bool:
    """Whether some number in ``data`` could be too long for a 64-bit integer or float."""
    return _RUN in data.translate(_FOLD)


def float_is_exact(text: str) -> bool:
    """Whether a decimal text has the same value as the 64-bit float it is read as (``0.1`` has: a float prints so)."""
    number = float(text)
    return isfinite(number) and Decimal(repr(number)) == Decimal(text)


def _exact_float(text: str) -> float | Decimal:
    return float(text) if float_is_exact(text) else Decimal(text)


def _exact_int(text: str) -> int | Decimal:
    number = Decimal(text) if len(text) > 18 else int(text)
    if isinstance(number, Decimal) and -(2**63) <= number < 2**63:
        return int(number)
    return number


def loads_exact(data: bytes) -> Json:
    """Reads JSON; numbers that neither int64 nor float64 holds come as ``Decimal``, as do ``NaN`` and ``Infinity``.

    Raises:
        ValueError: If it is not JSON.
    """
    try:
        return json.loads(data, parse_float=_exact_float, parse_int=_exact_int, parse_constant=Decimal)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def loads(data: bytes) -> Json:
    """Reads one JSON text exactly, the fast way where possible.

    Raises:
        ValueError: If it is not JSON.
    """
    if may_be_inexact(data):
        return loads_exact(data)
    try:
        return orjson.loads(data)
    except ValueError:
        return loads_exact(data)  # NaN, Infinity, lone surrogates: written by Python's json, refused by orjson


def _fragment(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"{value} has no JSON form")


def dumps(value: Json) -> bytes:
    """Writes what :func:`loads` read.

    Raises:
        TypeError: For a NaN or an infinity inside, which JSON cannot hold, or a lone surrogate.
    """
    try:
        return orjson.dumps(value, default=_fragment)
    except TypeError as error:
        raise TypeError(str(error.__cause__ or error)) from None


def parse_lines(lines: list[bytes], first: int, what: str) -> list[Json]:
    """JSON, one text a line; None for a blank one.

    Args:
        lines: The lines.
        first: Number of the first one.
        what: What stands before the number in a message: ``input line``.

    Raises:
        ConnectorError: If one is not JSON.
    """
    data = b",".join(lines)
    if not may_be_inexact(data):
        try:
            found: list[Json] = orjson.loads(b"[" + data + b"]")
        except ValueError:
            found = []
        if len(found) == len(lines):
            return found
    return [_parse_line(line, number, what) for number, line in enumerate(lines, first)]


def _parse_line(line: bytes, number: int, what: str) -> Json:
    if not line.strip():
        return None
    try:
        return loads(line)
    except ValueError as error:
        raise ConnectorError(f"{what} {number} is not JSON ({error}): {shorten(line)}") from None


def shorten(line: bytes) -> str:
    """A line for a message; what may hold data is not shown."""
    if line.lstrip().startswith(b"{"):
        return "{...}"
    text = line[:81].decode("utf-8", "replace")
    return text[:80] + "..." if len(text) > 80 else text
