"""Text of the command line to the values that SDK methods take, where a plain conversion is not enough."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flext_cli._types import Data

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(text: str) -> float:
    """Seconds of `30`, `1.5`, `90s`, `5m`, `2h`, `500ms`.

    Raises:
        ValueError: If it is no duration, or a negative one.
    """
    number, factor = text.strip(), 1.0
    for unit in sorted(_UNITS, key=len, reverse=True):
        if number.endswith(unit):
            number, factor = number.removesuffix(unit), _UNITS[unit]
            break
    try:
        value = float(number) * factor
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f'"{text}" is no duration; write seconds, or 90s, 5m, 2h')
    return value


def listed(texts: Iterable[str]) -> list[str]:
    """Items of a repeatable option; `a,b` gives two."""
    return [item.strip() for text in texts for item in text.split(",") if item.strip()]


def mapped(texts: Iterable[str]) -> dict[str, Any]:
    """A mapping from `KEY=VALUE` items (values as JSON where they are JSON, else as text) and whole JSON objects.

    Raises:
        ValueError: If an item is neither.
    """
    out: dict[str, Any] = {}
    for text in texts:
        if text.lstrip().startswith("{"):
            try:
                found = json.loads(text)
            except ValueError as error:
                raise ValueError(f"not a JSON object: {error}") from error
            out.update(found)
            continue
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f'"{text}" is not KEY=VALUE and not a JSON object')
        out[key] = typed(value)
    return out


def typed(text: str) -> Data:
    """JSON if the text is JSON, else the text: `5` is a number, `"5"` and `x` are texts."""
    try:
        return json.loads(text, parse_constant=_reject)
    except (ValueError, RecursionError):
        return text


def _reject(constant: str) -> Data:
    raise ValueError(constant)  # NaN and Infinity are words, not JSON


def named(values: Mapping[str, Any], question: str) -> str:
    """Fill the `{parameter}` places of a question."""
    for name, value in values.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        question = question.replace("{" + name + "}", shown)
    return question
