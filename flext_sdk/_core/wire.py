"""Answers put into shape: what generations of the services write in different ways becomes one form.

Go writes a duration as nanoseconds or as ``1m30.5s``, a missing moment as the year 1, a share as 0 to 1 or 0 to 100.
The contract names the form of such a value (``x-flext: {wire: ...}``); here it becomes seconds, null and 0 to 1, before
models are made and for plain data alike.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json

__all__ = ["FORMS", "go_seconds", "reshape", "value_at"]

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|h|m|s)"
_DURATION = re.compile(rf"([-+]?)((?:{_PART})+)")
_PIECE = re.compile(_PART)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*%")
# A clock in milliseconds shows more than this since 1973; one in seconds will not before the year 5138.
_MOST_SECONDS = 1e11


def go_seconds(text: str) -> float | None:
    """Seconds of a duration as Go writes it, ``"1h2m3.5s"`` or ``"1.2ms"``; None when it is none."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return 0.0 if text.strip() == "0" else None
    seconds = sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(found[2]))
    return -seconds if found[1] == "-" else seconds


def _number(value: Json) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number: float = value
        return number
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _seconds(value: Json) -> float | None:
    number = _number(value)
    return number if number is not None or not isinstance(value, str) else go_seconds(value)


def _nanoseconds(value: Json) -> float | None:
    # time.Duration is a whole number; what has a fraction was turned into seconds already.
    if isinstance(value, int) and not isinstance(value, bool):
        return value / 1e9
    return _seconds(value)


def _milliseconds(value: Json) -> float | None:
    number = _number(value)
    return number / 1e3 if number is not None else _seconds(value)


def _percent(value: Json) -> float | None:
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    number = _number(found[1] if found else value)
    return None if number is None else min(max(number / 100, 0.0), 1.0)


def _fraction(value: Json) -> float | None:
    number = _number(value)
    if number is None or number > 1:
        return _percent(value)
    return max(number, 0.0)


def _bytes(value: Json) -> float | None:
    number = _number(value)
    if number is not None or not isinstance(value, str):
        return number
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        return None
    return float(found[1]) * (1024.0 if found[3] else 1000.0) ** _POWERS[found[2].lower()]


def _moment(value: Json) -> Json:
    if isinstance(value, str):
        return None if not value or value.startswith("0001-01-01") else value
    number = _number(value)
    if number is None:
        return value
    if not 0 < number < 1e20:
        return None
    while number > _MOST_SECONDS:
        number /= 1e3
    return datetime.fromtimestamp(number, UTC).isoformat().replace("+00:00", "Z")


def _spelling(value: Json) -> Json:
    return "canceled" if isinstance(value, str) and value.lower() in {"cancelled", "canceled"} else value


FORMS: dict[str, Callable[[Json], Json]] = {
    "bytes": _bytes,
    "fraction": _fraction,
    "milliseconds": _milliseconds,
    "moment": _moment,
    "nanoseconds": _nanoseconds,
    "percent": _percent,
    "seconds": _seconds,
    "spelling": _spelling,
    "uptime": _seconds,
}
"""What each form of the contract becomes. What cannot be understood becomes null: it must not cost an answer."""


def reshape(operation: Operation[Any], value: Json) -> Json:
    """An answer, or one item of a page, with the names and forms that the models have.

    Args:
        operation: The route that gave it.
        value: Decoded JSON; it is changed in place.
    """
    if not isinstance(value, dict):
        return value
    for name, source in operation.fields:
        if value_at(value, name) is None and (found := value_at(value, source)) is not None:
            _put(value, name, found)
    for name, constant in operation.constants:
        value.setdefault(name, constant)
    for path, form in operation.wire:
        _apply(value, _steps(path), FORMS[form])
    return value


def value_at(value: Json, path: str) -> Json:
    """What stands at a place such as ``metrics.executions``; None when nothing does."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _put(value: MutableMapping[str, Json], path: str, found: Json) -> None:
    *parents, last = path.split(".")
    for key in parents:
        value = value.setdefault(key, {})
        if not isinstance(value, dict):
            return
    value[last] = found


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.replace("[]", ".[]").split("."))


def _apply(holder: Json, steps: tuple[str, ...], form: Callable[[Json], Json]) -> None:
    step, rest = steps[0], steps[1:]
    if step == "[]":
        for index, item in enumerate(holder) if isinstance(holder, list) else ():
            if rest:
                _apply(item, rest, form)
            else:
                holder[index] = form(item)
    elif isinstance(holder, dict) and holder.get(step) is not None:
        if rest:
            _apply(holder[step], rest, form)
        else:
            holder[step] = form(holder[step])
