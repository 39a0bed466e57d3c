"""Whether and when a failed attempt is repeated. Pure: the moment, the time left and chance are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Decision", "Failure", "Policy", "backoff", "decide", "parse_retry_after"]

FailureKind = Literal["connect", "pool", "timeout", "broken", "garbled", "large", "status"]

ALWAYS = frozenset({408, 429, 502, 503, 504})
"""Statuses after which any operation may be sent again: the service has not done it."""
IF_REPEATABLE = frozenset({500})
"""Statuses after which nobody knows whether it was done."""
_MAX_WAIT = 10 * 365 * 86400.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in one attempt.

    Attributes:
        kind: ``connect`` and ``pool``: nothing was sent. ``timeout`` and ``broken``: sent, the answer did not come or
            not whole. ``garbled``: what came is no answer that can be understood. ``large``: it is larger than we want.
            ``status``: answered with an error.
        status: HTTP status of ``status``.
        retry_after: Seconds the service asks to wait.
    """

    kind: FailureKind
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how patiently.

    Attributes:
        retries: Attempts after the first one.
        base: Longest first pause, in seconds; it doubles each time.
        cap: Longest pause of all, in seconds.
    """

    retries: int = 2
    base: float = 0.5
    cap: float = 8.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after a failure.

    Attributes:
        retry: Send again.
        delay: Pause before it, in seconds.
        reason: Why not, where that is worth telling; otherwise None.
    """

    retry: bool
    delay: float = 0.0
    reason: str | None = None


def backoff(policy: Policy, attempt: int, random: Callable[[], float]) -> float:
    """Pause after attempt number ``attempt`` (from 1): anything between 0 and the doubled base ("full jitter").

    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    exponent = min(attempt - 1, 60)  # 2 ** 1100 would not fit a float
    return float(random() * min(policy.cap, policy.base * 2.0**exponent))


def decide(
    policy: Policy,
    failure: Failure,
    *,
    attempt: int,
    remaining: float,
    total: float | None,
    repeatable: bool,
    random: Callable[[], float],
) -> Decision:
    """Decide what to do after a failed attempt.

    Args:
        policy: How often and how patiently.
        failure: What went wrong.
        attempt: Number of the attempt that failed, from 1.
        remaining: Seconds left of the call's deadline.
        total: Length of the deadline in seconds, for the message; None for no end.
        repeatable: Doing it twice is the same as once, or an idempotency key went out with it.
        random: Gives a number from 0 to 1.

    Returns:
        The decision. The service's wish to wait is never shortened: when it lies beyond the deadline, the answer is no.
    """
    if not _may_repeat(failure, repeatable=repeatable):
        return Decision(retry=False)
    if attempt > policy.retries:
        return Decision(retry=False)
    if failure.retry_after is not None:
        if failure.retry_after >= remaining:
            left = f"only {_seconds(remaining)} of the {_seconds(total or 0.0)} timeout are left"
            return Decision(retry=False, reason=f"the service asks to wait {_seconds(failure.retry_after)}, but {left}")
        return Decision(retry=True, delay=failure.retry_after)
    delay = backoff(policy, attempt, random)
    if delay >= remaining:
        return Decision(
            retry=False, reason=f"no time is left of the {_seconds(total or 0.0)} timeout for another attempt"
        )
    return Decision(retry=True, delay=delay)


def _may_repeat(failure: Failure, *, repeatable: bool) -> bool:
    if failure.kind in {"connect", "pool"}:
        return True
    if failure.kind == "status":
        return failure.status in ALWAYS or (repeatable and failure.status in IF_REPEATABLE)
    return repeatable and failure.kind != "large"  # it would be as large again


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def parse_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds a service asks to wait: ``retry-after-ms``, or ``Retry-After`` as seconds or as a date.

    Args:
        headers: Headers of the answer, names in any case when the mapping allows it.
        now: The moment of the answer, in seconds since 1970.

    Returns:
        Seconds, never negative; None without a header or with one that makes no sense.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return seconds if seconds is not None else _date(text, now)


def _number(text: str | None) -> float | None:
    # float() also reads "nan", "inf", "1_0" and digits of other scripts.
    if text is None or not text.strip().isascii() or not text.strip().replace(".", "", 1).isdigit():
        return None
    return min(float(text), _MAX_WAIT)


def _date(text: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, moment.timestamp() - now), _MAX_WAIT)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
