"""Time and identity, passed in so that tests can choose them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable

Now = Callable[[], dt.datetime]
Entropy = Callable[[int], bytes]

# Crockford's base 32: no i, l, o, u, so that an id can be read out and typed.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> dt.datetime:
    """The present moment in UTC."""
    return dt.datetime.now(dt.UTC)


def rfc3339(moment: dt.datetime | None) -> str | None:
    """A moment as the contract writes it: UTC, milliseconds, ``Z``.

    Example:
        ``rfc3339(utc_now())`` gives ``2026-11-22T10:00:00.123Z``.
    """
    if moment is None:
        return None
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_run_id(now: dt.datetime, entropy: Entropy = os.urandom) -> str:
    """An id of 13 characters that sorts by time: nine for the milliseconds, four by chance."""
    milliseconds = int(now.timestamp() * 1000)
    chance = int.from_bytes(entropy(3), "big") & 0xFFFFF
    return _base32(milliseconds, 9) + _base32(chance, 4)


def _base32(number: int, width: int) -> str:
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range((width - 1) * 5, -1, -5))
