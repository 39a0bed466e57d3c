"""Cron expressions, time zones, and the moments (slots) that a schedule means.

Clocks that are changed for summer time: a schedule for every hour (the hour field is ``*``) follows the real time, so
it skips no hour and runs in both of two equal ones. Any other schedule means the time on the wall: a time that does
not exist because clocks go forward is the moment at which they do, and one that comes twice is the first of the two.
"""

from __future__ import annotations

import datetime as dt
import heapq
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, available_timezones

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORDS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_COUNT = 3
# Longer than any change of clocks, of which the longest was a day: Samoa left out 30 December 2011.
_FARTHEST_CHANGE = dt.timedelta(hours=26)
# How far back slots are looked for, step by step, so that a year's downtime costs no more than a day's.
_WINDOWS = tuple(dt.timedelta(hours=hours) for hours in (2, 48, 24 * 40, 24 * 400, 24 * 366 * 9))


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
    if not schedule.get("enabled", True):
        return []
    return list(islice(slots(schedule["cron"], schedule.get("timezone") or "UTC", now), count))


def slots(cron: str, timezone: str, after: dt.datetime) -> Iterator[dt.datetime]:
    """The moments of a schedule after a moment, in UTC, each once and in order; it ends where there are no more.

    Args:
        cron: Five fields or a word, as :func:`cron_problem` accepts it.
        timezone: Name of the time zone of the fields.
        after: Only later ones.
    """
    zone = ZoneInfo(timezone)
    local = after.astimezone(zone)
    start = local.replace(tzinfo=None)
    if (after - _FARTHEST_CHANGE).astimezone(zone).utcoffset() != local.utcoffset():
        # Clocks were changed a while ago: earlier times on the wall may still come, or come again.
        start -= _FARTHEST_CHANGE
    hourly = _every_hour(cron)
    waiting: list[dt.datetime] = []
    last = after.astimezone(dt.UTC)
    for wall in _walls(cron, start):
        # Of two equal hours the second comes later than walls that are not read yet.
        first = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        while waiting and waiting[0] <= first:
            found = heapq.heappop(waiting)
            if found > last:
                last = found
                yield found
        for moment in _moments(wall, zone, hourly=hourly):
            heapq.heappush(waiting, moment)
    for found in sorted(waiting):
        if found > last:
            last = found
            yield found


def last_slots(cron: str, timezone: str, after: dt.datetime, until: dt.datetime, count: int) -> list[dt.datetime]:
    """The last moments of a schedule between two moments, oldest first.

    Args:
        cron: Five fields or a word.
        timezone: Name of the time zone of the fields.
        after: Only later ones.
        until: Not later than this.
        count: How many at most.
    """
    found: list[dt.datetime] = []
    for window in _WINDOWS:
        begin = max(after, until - window)
        found = []
        for slot in slots(cron, timezone, begin):
            if slot > until:
                break
            found.append(slot)
        if len(found) >= count or begin == after:
            break
    return found[-count:]


def _walls(cron: str, start: dt.datetime) -> Iterator[dt.datetime]:
    """Times on the wall that a schedule means, without a zone."""
    from croniter import croniter
    from croniter.croniter import CroniterError

    expression = croniter(WORDS.get(cron, cron), start)
    try:
        while True:
            yield expression.get_next(dt.datetime)
    except (CroniterError, OverflowError, ValueError):  # there are no more, or the calendar ends
        return


def _moments(wall: dt.datetime, zone: ZoneInfo, *, hourly: bool) -> list[dt.datetime]:
    """The moments at which a clock on the wall shows a time; a time that is left out is the moment of the change."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if early == late:
        return [early]
    if early < late:
        return [early, late] if hourly else [early]
    # The clock never shows it: then the first is as much too late as the second is too early.
    return [] if hourly else [_change(late, early, zone)]


def _change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment between two at which the clocks are changed, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=256)
def _every_hour(cron: str) -> bool:
    from croniter import croniter

    hours = croniter.expand(WORDS.get(cron, cron))[0][1]
    return hours == ["*"] or len(hours) == 24
