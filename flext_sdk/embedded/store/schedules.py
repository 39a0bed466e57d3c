"""Queries on schedules: when each is due, and a row for every slot that was decided.

A slot is a moment at which a schedule says that a run should start. Its row and its run are stored in one transaction,
and the row's key is the slot: so no slot gets two runs, neither after a crash, nor from two services on one database,
nor when a clock is set back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.pipelines import active_runs
from flext_sdk.embedded.store.runs import NewRun, StoredRun, create_run
from flext_sdk.embedded.store.tables import pipelines, schedule_slots, schedules

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from flext_sdk.embedded.store.database import Database

#: Slots that are remembered for each pipeline; that is how far back a clock can be set without a run too many.
KEEP_SLOTS: Final = 1_000
_NEVER: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


class SlotTakenError(Exception):
    """The slot was decided before."""


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """A schedule that is in force.

    Attributes:
        revision: Grows with every change.
        cursor: Slots up to here were decided.
        next_at: The first slot after it; None where nobody has worked it out yet.
    """

    pipeline_id: str
    pipeline: str
    cron: str
    timezone: str
    catchup: str
    revision: int
    cursor: dt.datetime
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StoredSlot:
    """A slot that was decided.

    Attributes:
        status: ``started`` or ``missed``.
        reason: Why it was missed.
    """

    slot: dt.datetime
    status: str
    run_id: str | None
    reason: str | None


class ScheduleStore:
    """Schedules by pipeline.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def due(self, now: dt.datetime) -> list[StoredSchedule]:
        """Schedules in force that have something to decide: a slot has come, or the clock was set back."""
        query = sa.select(
            schedules.c.pipeline_id,
            pipelines.c.name.label("pipeline"),
            schedules.c.cron,
            schedules.c.timezone,
            schedules.c.catchup,
            schedules.c.revision,
            schedules.c.cursor,
            schedules.c.next_at,
        ).join(pipelines, pipelines.c.id == schedules.c.pipeline_id)
        chosen = sa.or_(schedules.c.next_at.is_(None), schedules.c.next_at <= now, schedules.c.cursor > now)
        with self._database.read() as connection:
            rows = connection.execute(query.where(schedules.c.active, chosen).order_by(schedules.c.next_at)).mappings()
            return [StoredSchedule(**row) for row in rows]

    def start(self, schedule: StoredSchedule, slot: dt.datetime, next_at: dt.datetime | None) -> StoredRun | None:
        """Takes a slot and stores its run, both or neither.

        Returns:
            The run; None when the schedule is no longer what it was.

        Raises:
            SlotTakenError: If the slot was decided before.
            BusyError: If as many runs as the definition allows are going on.
        """
        now = self._now()
        with self._database.write() as connection:
            active_runs(connection, schedule.pipeline_id)  # locks the pipeline's row against another service
            if not self._move(connection, schedule, slot, next_at):
                return None
            if _decided(connection, schedule.pipeline_id, slot):
                raise SlotTakenError
            found = connection.execute(
                sa.select(pipelines.c.name, pipelines.c.definition).where(pipelines.c.id == schedule.pipeline_id)
            ).one()
            definition: dict[str, Any] = found.definition
            steps = [step["name"] for step in definition.get("steps", ())]
            if not steps:
                _write_slot(connection, schedule.pipeline_id, slot, now, reason="the pipeline has no steps")
                return None
            new = NewRun(
                pipeline_id=schedule.pipeline_id,
                pipeline=found.name,
                definition=definition,
                steps=steps,
                trigger="schedule",
                max_concurrent_runs=definition.get("max_concurrent_runs", 1),
                scheduled_for=slot,
            )
            run = create_run(connection, new, now)
            if run is not None:
                _write_slot(connection, schedule.pipeline_id, slot, now, run_id=run.id)
            return run

    def advance(
        self,
        schedule: StoredSchedule,
        cursor: dt.datetime,
        next_at: dt.datetime | None,
        *,
        missed: dt.datetime | None = None,
        reason: str | None = None,
    ) -> bool:
        """Leaves slots behind without a run.

        Args:
            schedule: As it was when it was looked at; where it was changed meanwhile, nothing happens.
            cursor: Slots up to here are decided.
            next_at: The first slot after it; None where there is none any more.
            missed: A slot that should be remembered as missed.
            reason: Why it was.

        Returns:
            Whether the schedule was still the same.
        """
        with self._database.write() as connection:
            active_runs(connection, schedule.pipeline_id)
            if not self._move(connection, schedule, cursor, next_at):
                return False
            if missed is not None and not _decided(connection, schedule.pipeline_id, missed):
                _write_slot(connection, schedule.pipeline_id, missed, self._now(), reason=reason)
            return True

    def last(self, pipeline_id: str) -> StoredSlot | None:
        """The slot of a pipeline that was decided last."""
        query = sa.select(
            schedule_slots.c.slot, schedule_slots.c.status, schedule_slots.c.run_id, schedule_slots.c.reason
        )
        newest = query.where(schedule_slots.c.pipeline_id == pipeline_id).order_by(
            schedule_slots.c.decided_at.desc(), schedule_slots.c.slot.desc()
        )
        with self._database.read() as connection:
            row = connection.execute(newest.limit(1)).mappings().first()
            return None if row is None else StoredSlot(**row)

    def _move(
        self, connection: Connection, schedule: StoredSchedule, cursor: dt.datetime, next_at: dt.datetime | None
    ) -> bool:
        # What was looked at must still hold: neither the schedule nor its cursor has been changed by anybody.
        same = sa.update(schedules).where(
            schedules.c.pipeline_id == schedule.pipeline_id,
            schedules.c.active,
            schedules.c.revision == schedule.revision,
            schedules.c.cursor == schedule.cursor,
        )
        # Where no slot is left, a year far away keeps it from being worked out again and again.
        values = {"cursor": cursor, "next_at": next_at or _NEVER}
        return bool(connection.execute(same.values(values)).rowcount)


def _decided(connection: Connection, pipeline_id: str, slot: dt.datetime) -> bool:
    query = sa.select(schedule_slots.c.slot).where(
        schedule_slots.c.pipeline_id == pipeline_id, schedule_slots.c.slot == slot
    )
    return connection.execute(query).first() is not None


def _write_slot(
    connection: Connection,
    pipeline_id: str,
    slot: dt.datetime,
    now: dt.datetime,
    *,
    run_id: str | None = None,
    reason: str | None = None,
) -> None:
    mine = schedule_slots.c.pipeline_id == pipeline_id
    latest = connection.execute(sa.select(sa.func.max(schedule_slots.c.decided_at)).where(mine)).scalar()
    if latest is not None and latest >= now:
        # The clock was set back: what was decided last must still be the last one.
        now = latest + dt.timedelta(milliseconds=1)
    values = {"run_id": run_id, "reason": reason, "decided_at": now, "status": "started" if run_id else "missed"}
    connection.execute(sa.insert(schedule_slots).values(pipeline_id=pipeline_id, slot=slot, **values))
    old = sa.select(schedule_slots.c.slot).where(mine).order_by(schedule_slots.c.slot.desc()).offset(KEEP_SLOTS)
    oldest = connection.execute(old.limit(1)).scalar()
    if oldest is not None:
        connection.execute(sa.delete(schedule_slots).where(mine, schedule_slots.c.slot <= oldest))
