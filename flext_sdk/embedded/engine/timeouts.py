"""Lengths of time as a definition writes them."""

from __future__ import annotations

import math
import re

_LENGTH = re.compile(r"\s*(?:(\d+(?:\.\d+)?)\s*h)?\s*(?:(\d+(?:\.\d+)?)\s*m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)\s*s?)?\s*")
_LONGEST = 30 * 24 * 3600


def seconds_of(value: str | float) -> float:
    """Seconds of a length: a number of seconds, or ``90s``, ``30m``, ``2h``, ``1h30m``.

    Raises:
        ValueError: If it is none, or not above zero, or longer than thirty days; the message says which.
    """
    if isinstance(value, str):
        found = _LENGTH.fullmatch(value.lower())
        if found is None or not any(found.groups()):
            raise ValueError(f"{value!r} is no length of time")
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        length = hours * 3600 + minutes * 60 + seconds
    else:
        length = float(value)
    if not math.isfinite(length) or length <= 0:
        raise ValueError("a timeout must be longer than nothing")
    if length > _LONGEST:
        raise ValueError("a timeout must not be longer than 30 days")
    return length


def spoken(seconds: float) -> str:
    """A length for people: ``90 s``, ``30 min``, ``2 h``.

    Example:
        ``spoken(5400)`` gives ``1 h 30 min``.
    """
    rest = round(seconds, 3)
    parts = []
    for length, unit in ((3600, "h"), (60, "min")):
        count = int(rest // length)
        if count:
            parts.append(f"{count} {unit}")
            rest -= count * length
    if rest or not parts:
        parts.append(f"{rest:g} s")
    return " ".join(parts)
