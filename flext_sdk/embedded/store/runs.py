"""Queries on runs and their steps.

Every change of a status is one statement that names the statuses it may come from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, new_run_id, utc_now
from flext_sdk.embedded.store.pipelines import ACTIVE, BusyError, active_runs
from flext_sdk.embedded.store.tables import pipelines, runs, step_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection, RowMapping

    from flext_sdk.embedded.store.database import Database

ENDED = ("completed", "failed", "cancelled")
STEP_ENDED = ("completed", "failed", "cancelled", "skipped")


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step of a run."""

    name: str
    status: str
    attempt: int
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    records: int
    bytes: int
    streams: dict[str, int]
    error: str | None
    hint: str | None
    exit_code: int | None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run with its steps, in the order of the definition."""

    id: str
    pipeline_id: str
    pipeline: str
    status: str
    trigger: str
    scheduled_for: dt.datetime | None
    retry_of: str | None
    full_refresh: bool
    force_stop: bool
    variables: dict[str, Any]
    definition: dict[str, Any]
    created_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    restarts: int
    error: str | None
    hint: str | None
    steps: tuple[StoredStep, ...]

    def step(self, name: str) -> StoredStep:
        """A step by its name."""
        return next(step for step in self.steps if step.name == name)


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run is started with.

    Attributes:
        steps: Names of the steps it has, in the order of the definition.
        scheduled_for: The moment of the schedule that it is for.
    """

    pipeline_id: str
    pipeline: str
    definition: Mapping[str, Any]
    steps: Sequence[str]
    variables: Mapping[str, Any] = field(default_factory=dict)
    full_refresh: bool = False
    trigger: str = "manual"
    retry_of: str | None = None
    max_concurrent_runs: int = 1
    scheduled_for: dt.datetime | None = None


class RunStore:
    """Runs by id.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def create(self, new: NewRun) -> StoredRun | None:
        """Stores a run that waits for its turn; None when the pipeline is gone.

        Raises:
            BusyError: If as many runs as the definition allows are going on. Looking and storing is one transaction.
        """
        with self._database.write() as connection:
            return create_run(connection, new, self._now())

    def find(self, run_id: str) -> StoredRun | None:
        """A run with its steps."""
        with self._database.read() as connection:
            return _find(connection, run_id)

    def page(
        self, *, pipeline_id: str | Sequence[str] | None, status: str | None, limit: int, offset: int
    ) -> tuple[list[StoredRun], int]:
        """A page of runs of one pipeline, of some, or of all, newest first, and how many there are in all."""
        conditions: list[sa.ColumnElement[bool]] = []
        if pipeline_id is not None:
            conditions.append(runs.c.pipeline_id.in_([pipeline_id] if isinstance(pipeline_id, str) else pipeline_id))
        if status is not None:
            conditions.append(runs.c.status == status)
        page = (
            sa.select(runs)
            .where(*conditions)
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(runs).where(*conditions)).scalar_one()
            return _with_steps(connection, connection.execute(page).mappings().all()), total

    def active(self, pipeline_id: str | None = None) -> list[StoredRun]:
        """Runs that have not ended, oldest first."""
        query = sa.select(runs).where(runs.c.status.in_(ACTIVE))
        if pipeline_id is not None:
            query = query.where(runs.c.pipeline_id == pipeline_id)
        with self._database.read() as connection:
            return _with_steps(
                connection, connection.execute(query.order_by(runs.c.created_at, runs.c.id)).mappings().all()
            )

    def waiting_for(self, time: dt.timedelta) -> list[str]:
        """Ids of the runs that have been waiting for their turn for so long, or since before the clock was set back."""
        now = self._now()
        long = sa.or_(runs.c.created_at < now - time, runs.c.created_at > now)
        query = sa.select(runs.c.id).where(runs.c.status == "pending", long)
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(runs.c.created_at).limit(100)).scalars())

    def counts(self, pipeline_id: str) -> dict[str, int]:
        """How many runs of a pipeline have each status."""
        query = (
            sa.select(runs.c.status, sa.func.count()).where(runs.c.pipeline_id == pipeline_id).group_by(runs.c.status)
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def recent_ends(self, pipeline_id: str, limit: int) -> list[str]:
        """Statuses of the newest runs that completed or failed, newest first."""
        query = sa.select(runs.c.status).where(
            runs.c.pipeline_id == pipeline_id, runs.c.status.in_(("completed", "failed"))
        )
        with self._database.read() as connection:
            return list(
                connection.execute(query.order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)).scalars()
            )

    def begin(self, run_id: str) -> StoredRun | None:
        """The run's turn has come: a waiting one is running now, a running one goes on after a restart.

        A run that was asked to stop meanwhile keeps its status.
        """
        with self._database.write() as connection:
            chosen = sa.update(runs).where(runs.c.id == run_id)
            started = connection.execute(
                chosen.where(runs.c.status == "pending").values(status="running", started_at=self._now())
            ).rowcount
            if not started:
                again = chosen.where(runs.c.status.in_(("running", "stopping"))).values(restarts=runs.c.restarts + 1)
                connection.execute(again)
            _mirror(connection, run_id)
            return _find(connection, run_id)

    def request_stop(self, run_id: str, *, force: bool) -> str | None:
        """Asks a run to stop.

        Returns:
            Its status now: ``cancelled`` where it had not begun, ``stopping`` where it has, else what it ended with;
            None when unknown.
        """
        with self._database.write() as connection:
            chosen = sa.update(runs).where(runs.c.id == run_id)
            connection.execute(chosen.where(runs.c.status == "running").values(status="stopping"))
            if force:
                connection.execute(chosen.where(runs.c.status == "stopping").values(force_stop=True))
            waiting = chosen.where(runs.c.status == "pending").values(status="cancelled", completed_at=self._now())
            if connection.execute(waiting).rowcount:
                connection.execute(sa.update(step_runs).where(step_runs.c.run_id == run_id).values(status="cancelled"))
            _mirror(connection, run_id)
            return connection.execute(sa.select(runs.c.status).where(runs.c.id == run_id)).scalar()

    def stop_requested(self, run_id: str) -> tuple[bool, bool]:
        """Whether a run should stop, and whether at once. A run that is gone should."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(runs.c.status, runs.c.force_stop).where(runs.c.id == run_id)).first()
        return (True, True) if row is None else (row[0] != "running", bool(row[1]))

    def finish(
        self, run_id: str, status: str, *, error: str | None = None, hint: str | None = None
    ) -> StoredRun | None:
        """The run has ended; what had ended before is not changed."""
        with self._database.write() as connection:
            open_run = sa.update(runs).where(runs.c.id == run_id, runs.c.status.not_in(ENDED))
            values = {"status": status, "completed_at": self._now(), "error": error, "hint": hint}
            if connection.execute(open_run.values(values)).rowcount:
                left = {"failed": "skipped"}.get(status, "cancelled")
                steps = sa.update(step_runs).where(step_runs.c.run_id == run_id)
                connection.execute(steps.where(step_runs.c.status == "pending").values(status=left))
                cut = steps.where(step_runs.c.status == "running")
                connection.execute(
                    cut.values(status="failed" if status == "failed" else "cancelled", completed_at=self._now())
                )
            _mirror(connection, run_id)
            return _find(connection, run_id)

    def begin_step(self, run_id: str, name: str, attempt: int) -> None:
        """A try of a step begins."""
        cleared = {"completed_at": None, "error": None, "hint": None, "exit_code": None}
        begun = {"started_at": sa.func.coalesce(step_runs.c.started_at, self._now())}
        self._step(run_id, name, {"status": "running", "attempt": attempt, **cleared, **begun})

    def progress(
        self,
        run_id: str,
        name: str,
        *,
        records: int,
        size: int,
        streams: Mapping[str, int],
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """What a step has moved so far.

        Args:
            run_id: The run.
            name: The step.
            records: Rows read.
            size: Bytes from tap to target.
            streams: Rows by stream.
            details: More about it, in the form that the kind of the step has.
        """
        values = {"records": records, "bytes": size, "streams": dict(streams)}
        self._step(run_id, name, {**values, "details": None if details is None else dict(details)})

    def finish_step(
        self,
        run_id: str,
        name: str,
        status: str,
        *,
        error: str | None = None,
        hint: str | None = None,
        exit_code: int | None = None,
    ) -> None:
        """A step has ended."""
        self._step(
            run_id,
            name,
            {"status": status, "completed_at": self._now(), "error": error, "hint": hint, "exit_code": exit_code},
        )

    def _step(self, run_id: str, name: str, values: dict[str, Any]) -> None:
        with self._database.write() as connection:
            chosen = sa.update(step_runs).where(step_runs.c.run_id == run_id, step_runs.c.name == name)
            connection.execute(chosen.values(values))


def create_run(connection: Connection, new: NewRun, now: dt.datetime) -> StoredRun | None:
    """Stores a run within a transaction that writes; None when the pipeline is gone.

    Raises:
        BusyError: If as many runs as the definition allows are going on.
    """
    going_on = active_runs(connection, new.pipeline_id)
    if len(going_on) >= new.max_concurrent_runs:
        raise BusyError(going_on[-1])
    newest = sa.select(runs.c.created_at).where(runs.c.pipeline_id == new.pipeline_id)
    latest = connection.execute(newest.order_by(runs.c.created_at.desc()).limit(1)).scalar()
    if latest is not None and latest >= now:
        # The clock was set back: the run that was begun last must still be the last one.
        now = latest + dt.timedelta(milliseconds=1)
    key = new_run_id(now)
    values = {
        "id": key,
        "pipeline_id": new.pipeline_id,
        "pipeline": new.pipeline,
        "status": "pending",
        "trigger": new.trigger,
        "scheduled_for": new.scheduled_for,
        "retry_of": new.retry_of,
        "full_refresh": new.full_refresh,
        "force_stop": False,
        "variables": dict(new.variables),
        "definition": dict(new.definition),
        "created_at": now,
        "restarts": 0,
    }
    touched = sa.update(pipelines).where(pipelines.c.id == new.pipeline_id)
    if not connection.execute(touched.values(last_run_id=key, last_run_status="pending", last_run_at=now)).rowcount:
        return None
    connection.execute(sa.insert(runs).values(values))
    steps = [_new_step(key, position, name) for position, name in enumerate(new.steps)]
    if steps:
        connection.execute(sa.insert(step_runs), steps)
    return _find(connection, key)


def _new_step(run_id: str, position: int, name: str) -> dict[str, Any]:
    counts = {"attempt": 0, "records": 0, "bytes": 0, "streams": {}}
    return {"run_id": run_id, "name": name, "position": position, "status": "pending", **counts}


def _mirror(connection: Connection, run_id: str) -> None:
    """Writes the status of a run into its pipeline, where lists look for it."""
    status = sa.select(runs.c.status).where(runs.c.id == run_id).scalar_subquery()
    begun = (
        sa.select(sa.func.coalesce(runs.c.started_at, runs.c.created_at)).where(runs.c.id == run_id).scalar_subquery()
    )
    newest = sa.update(pipelines).where(pipelines.c.last_run_id == run_id)
    connection.execute(newest.values(last_run_status=status, last_run_at=begun))


def _find(connection: Connection, run_id: str) -> StoredRun | None:
    rows = connection.execute(sa.select(runs).where(runs.c.id == run_id)).mappings().all()
    return next(iter(_with_steps(connection, rows)), None)


def _with_steps(connection: Connection, rows: Sequence[RowMapping]) -> list[StoredRun]:
    keys = [row["id"] for row in rows]
    steps: dict[str, list[StoredStep]] = {key: [] for key in keys}
    if keys:
        query = sa.select(step_runs).where(step_runs.c.run_id.in_(keys)).order_by(step_runs.c.position)
        for row in connection.execute(query).mappings():
            values = dict(row)
            values.pop("position")
            steps[values.pop("run_id")].append(StoredStep(**values))
    return [StoredRun(**row, steps=tuple(steps[row["id"]])) for row in rows]
