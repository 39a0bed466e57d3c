"""Runs and log lines, whether they are models or plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flext_sdk._core.arguments import kind
from flext_sdk.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = [
    "FINISHED",
    "LEVELS",
    "at_least",
    "field",
    "intervals",
    "is_finished",
    "moment",
    "parse_since",
    "replaced",
    "run_error",
    "written",
]

_DONE = frozenset({"completed", "completed_no_steps"})
FINISHED = _DONE | {"failed", "cancelled", "canceled"}
"""Statuses of a run that has ended."""
LEVELS = ("debug", "info", "warning", "error")
"""Levels of log lines, the least first."""
_MOMENT = "Expected: a time such as 2026-01-31T08:00:00Z, or 90s, 15m, 2h, 1d."
_AGO = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def field(record: Json, name: str) -> Json:
    """A field of a model or a mapping; None when there is none."""
    return record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)


def replaced[R](record: R, **values: Json) -> R:
    """A copy of a model or a mapping with other values."""
    if isinstance(record, Mapping):
        return cast("R", {**record, **values})
    return cast("R", cast("Any", record).model_copy(update=values))


def is_finished(run: Json) -> bool:
    """Whether a run has ended, in whatever way."""
    return str(field(run, "status")).lower() in FINISHED


def run_error(run: Json) -> RunFailedError | None:
    """The error of a run that has ended and did not succeed."""
    status = str(field(run, "status")).lower()
    if status not in FINISHED or status in _DONE:
        return None
    name = field(run, "pipeline") or field(run, "pipeline_id") or field(run, "workflow_id")
    ident = field(run, "execution_id")
    what = f"Run {ident} of {name}" if name else f"Run {ident}"
    if status in {"cancelled", "canceled"}:
        return RunFailedError(f"{what} was stopped", run=run, code="RUN_CANCELLED", hint=field(run, "hint"))
    reason = " ".join(str(field(run, "error") or "no reason was given").split())
    hint = field(run, "hint") or (f"See its log: flext pipeline logs {name}" if name else None)
    return RunFailedError(f"{what} failed: {reason}", run=run, hint=hint)


def intervals(first: float = 0.1, last: float = 2.0, growth: float = 1.3) -> Iterator[float]:
    """Pauses between looks at a run, in seconds: short ones first, for short runs, then longer."""
    pause = first
    while True:
        yield pause
        pause = min(last, pause * growth)


def at_least(level: str | None, minimum: str | None) -> bool:
    """Whether a log line of ``level`` is to be shown; an unknown level always is."""
    word = str(level or "").lower()
    word = {"warn": "warning", "critical": "error", "fatal": "error"}.get(word, word)
    if minimum is None or word not in LEVELS or minimum not in LEVELS:
        return True
    return LEVELS.index(word) >= LEVELS.index(minimum)


def written(line: Json) -> datetime | None:
    """When a log line was written, as it says itself; in UTC where it names no zone."""
    found = field(line, "timestamp")
    try:
        found = found if isinstance(found, datetime) else datetime.fromisoformat(found)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def moment(value: str | datetime | timedelta | None) -> datetime | None:
    """`parse_since` as of now.

    Raises:
        UsageError: If it is no moment.
    """
    return parse_since(value, datetime.now(UTC))


def parse_since(value: str | datetime | timedelta | None, now: datetime) -> datetime | None:
    """A moment: RFC 3339 text, or how long ago, ``"90s"``, ``"15m"``, ``"2h"``, ``"1d"`` or a `timedelta`.

    In UTC where no zone is told.

    Raises:
        UsageError: If it is neither.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, timedelta):
        try:
            return now - value
        except OverflowError:
            raise UsageError("since: that is too long ago", hint=_MOMENT) from None
    if not isinstance(value, str):
        raise UsageError(f"since must be a moment; it is {kind(value)}", hint=_MOMENT)
    text = value.strip()
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            return now - timedelta(seconds=float(ago[1]) * _UNITS[ago[2]])
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"since: {text!r} is no moment", hint=_MOMENT) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
