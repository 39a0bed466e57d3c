"""Cron expressions, time zones and the next times."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = ("@hourly", "@daily", "@weekly", "@monthly")
_COUNT = 3


def cron_problem(cron: str) -> tuple[str, str] | None:
    """What is wrong with a cron expression, and a hint; None when it is good."""
    from croniter import croniter  # type: ignore[import-untyped]
    from croniter.croniter import CroniterError  # type: ignore[import-untyped]

    hint = f"Five fields: minute, hour, day of month, month, day of week; or {', '.join(WORDS)}."
    if cron.startswith("@"):
        return None if cron in WORDS else (f"{cron!r} is no schedule", hint)
    fields = cron.split()
    if len(fields) != 5:
        return f"a schedule has five fields, this one has {len(fields)}", hint
    try:
        expression = croniter(cron, dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
        expression.get_next(dt.datetime)
    except CroniterError as error:
        return f"{cron!r} is no schedule: {' '.join(str(error).split())}", hint
    except (ValueError, KeyError, AttributeError, IndexError):
        return f"{cron!r} is no schedule", hint
    return None


def timezone_problem(name: str) -> tuple[str, str | None] | None:
    """What is wrong with the name of a time zone, and a hint; None when it is good."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name gives an OSError
        near = get_close_matches(name, available_timezones(), n=1, cutoff=0.6)
        return (
            f"there is no time zone {name!r}",
            f"Did you mean {near[0]}?" if near else "Use a name such as UTC or Europe/Berlin.",
        )
    return None


def next_times(schedule: Mapping[str, Any], now: dt.datetime, count: int = _COUNT) -> list[dt.datetime]:
    """The next times of a schedule in UTC; none while it is not enabled.

    Args:
        schedule: As in the definition.
        now: The present moment.
        count: How many.
    """
    from croniter import croniter

    if not schedule.get("enabled", True):
        return []
    zone = ZoneInfo(schedule.get("timezone") or "UTC")
    expression = croniter(schedule["cron"], now.astimezone(zone))
    return [expression.get_next(dt.datetime).astimezone(dt.UTC) for _ in range(count)]
