"""Starts runs at the times of their schedules.

One thread looks once a second which slots have come; a query on an index, so thousands of schedules cost no more than
one. What to do about a slot that could not start within a minute of its time (the service was down, or as many runs as
allowed were going on) is the schedule's ``catchup``: ``skip`` leaves it out, ``latest`` starts the newest such slot as
soon as it can, ``all`` starts each, oldest first, one after the other, but not more than the newest 24.

Slots of a time in which the pipeline was paused or the schedule not in force are never made up for.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from itertools import islice
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.flext.schedules import last_slots, slots
from flext_sdk.embedded.store.clock import Now, rfc3339, utc_now
from flext_sdk.embedded.store.pipelines import BusyError
from flext_sdk.embedded.store.schedules import ScheduleStore, SlotTakenError, StoredSchedule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LATE: Final = dt.timedelta(minutes=1)
MOST_CAUGHT_UP: Final = 24
_LOOK_EVERY: Final = 1.0
_RECHECK_EVERY: Final = 30

_log = logging.getLogger("flext.scheduler")


class Scheduler:
    """Executes schedules; one for a service, any number for a database.

    Args:
        store: The schedules.
        submit: Hands a stored run to the engine.
        recheck: Called now and then: hands over what a service that died had stored and not handed over.
        now: The clock; it may be set back and forward.
        every: Seconds between two looks.
    """

    def __init__(
        self,
        store: ScheduleStore,
        submit: Callable[[str], None],
        *,
        recheck: Callable[[], None] = lambda: None,
        now: Now = utc_now,
        every: float = _LOOK_EVERY,
    ) -> None:
        self._store = store
        self._submit = submit
        self._recheck = recheck
        self._now = now
        self._every = every
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def launch(self) -> None:
        """Begins to look."""
        self._thread = threading.Thread(target=self._work, name="scheduler", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Starts no more runs."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> list[str]:
        """Decides every slot that has come.

        Returns:
            Ids of the runs that were started.
        """
        started: list[str] = []
        for schedule in self._store.due(self._now()):
            try:
                started += self._decide(schedule)
            except Exception:  # noqa: BLE001
                # One schedule that cannot be executed must not keep the others from being so.
                _log.exception("the schedule of %s cannot be executed", schedule.pipeline)
        return started

    def _work(self) -> None:
        looks = 0
        while not self._ending.wait(self._every):
            try:
                self.look()
                looks += 1
                if looks % _RECHECK_EVERY == 0:
                    self._recheck()
            except Exception:  # noqa: BLE001
                # The database is away for a moment; the slots are still there when it is back.
                _log.exception("schedules cannot be looked at")

    def _decide(self, schedule: StoredSchedule) -> Sequence[str]:
        now = self._now()
        if schedule.cursor > now:
            # The clock was set back. Slots that are repeated by that have a row, and get no second run.
            self._store.advance(schedule, now, _first(schedule, now))
            return ()
        count = MOST_CAUGHT_UP if schedule.catchup == "all" else 1
        waiting = last_slots(schedule.cron, schedule.timezone, schedule.cursor, now, count)
        if not waiting:
            self._store.advance(schedule, schedule.cursor, _first(schedule, now))
            return ()
        if schedule.catchup == "skip" and now - waiting[0] > LATE:
            self._miss(schedule, waiting[0], "the service was not running then, or its clock was set forward")
            return ()
        return self._start(schedule, waiting[0], now)

    def _start(self, schedule: StoredSchedule, slot: dt.datetime, now: dt.datetime) -> Sequence[str]:
        try:
            run = self._store.start(schedule, slot, _first(schedule, slot))
        except SlotTakenError:
            self._store.advance(schedule, slot, _first(schedule, slot))
            return ()
        except BusyError as busy:
            # It is tried again with the next look; while it waits a newer slot may take its place.
            if schedule.catchup == "skip" and now + dt.timedelta(seconds=self._every) - slot > LATE:
                self._miss(schedule, slot, f"the run {busy.run_id} was still going on")
            return ()
        if run is None:
            return ()
        _log.info("%s starts by its schedule for %s: run %s", schedule.pipeline, rfc3339(slot), run.id)
        self._submit(run.id)
        return [run.id]

    def _miss(self, schedule: StoredSchedule, slot: dt.datetime, reason: str) -> None:
        if self._store.advance(schedule, slot, _first(schedule, slot), missed=slot, reason=reason):
            _log.warning("%s missed %s: %s", schedule.pipeline, rfc3339(slot), reason)


def _first(schedule: StoredSchedule, after: dt.datetime) -> dt.datetime | None:
    return next(islice(slots(schedule.cron, schedule.timezone, after), 1), None)
