"""Queries on pipelines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.tables import pipeline_tags, pipelines, runs, schedules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.engine import Connection, RowMapping

    from flext_sdk.embedded.store.database import Database

ACTIVE = ("pending", "running", "stopping")
PIPELINE = "pipeline"


class NameTakenError(Exception):
    """Another pipeline has this name."""


class BusyError(Exception):
    """The pipeline has a run that is going on.

    Attributes:
        run_id: That run, the newest where there are several.
    """

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


@dataclass(frozen=True, slots=True)
class StoredPipeline:
    """A row of the table.

    Attributes:
        kind: ``pipeline`` for those that people define; others belong to a tool that keeps its runs here.
    """

    id: str
    name: str
    definition: dict[str, Any]
    is_active: bool
    kind: str
    version: int
    last_run_status: str | None
    last_run_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PipelineFilter:
    """What a list is narrowed to; None and empty mean everything."""

    active: bool | None = None
    tags: Sequence[str] = ()
    search: str | None = None
    status: str | None = None


_COLUMNS = (
    pipelines.c.id,
    pipelines.c.name,
    pipelines.c.definition,
    pipelines.c.is_active,
    pipelines.c.kind,
    pipelines.c.version,
    pipelines.c.last_run_status,
    pipelines.c.last_run_at,
    pipelines.c.created_at,
    pipelines.c.updated_at,
)
_SORTS: dict[str, sa.Column[Any]] = {
    "name": pipelines.c.name,
    "created_at": pipelines.c.created_at,
    "updated_at": pipelines.c.updated_at,
}


class PipelineStore:
    """Pipelines by name or id.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def find(self, name_or_id: str) -> StoredPipeline | None:
        """A pipeline by its name, or else by its id."""
        with self._database.read() as connection:
            return _find(connection, name_or_id)

    def page(self, wanted: PipelineFilter, *, sort: str, limit: int, offset: int) -> tuple[list[StoredPipeline], int]:
        """A page, and how many there are in all.

        Args:
            wanted: What is looked for.
            sort: ``name``, ``created_at`` or ``updated_at``; a minus sign turns it round.
            limit: Rows in the page.
            offset: Rows before it.
        """
        conditions = [pipelines.c.kind == PIPELINE, *_conditions(wanted)]
        column = _SORTS[sort.removeprefix("-")]
        order = column.desc() if sort.startswith("-") else column.asc()
        page = sa.select(*_COLUMNS).where(*conditions).order_by(order, pipelines.c.id).limit(limit).offset(offset)
        with self._database.read() as connection:
            total = connection.execute(
                sa.select(sa.func.count()).select_from(pipelines).where(*conditions)
            ).scalar_one()
            return [_stored(row) for row in connection.execute(page).mappings()], total

    def create(self, definition: Mapping[str, Any], kind: str = PIPELINE) -> StoredPipeline:
        """Stores a new pipeline.

        Args:
            definition: What it does.
            kind: Whose it is; only pipelines of people are listed.

        Raises:
            NameTakenError: If the name is in use.
        """
        now = self._now()
        key = str(uuid.uuid4())
        values = {
            "id": key,
            "is_active": True,
            "kind": kind,
            "version": 1,
            "created_at": now,
            "updated_at": now,
            **_derived(definition),
        }
        try:
            with self._database.write() as connection:
                connection.execute(sa.insert(pipelines).values(values))
                _write_tags(connection, key, definition.get("tags", ()))
                _write_schedule(connection, key, now)
                return _require(connection, key)
        except IntegrityError:
            raise NameTakenError from None

    def replace(self, key: str, definition: Mapping[str, Any]) -> StoredPipeline | None:
        """Stores another definition of a pipeline; gives None when it is gone, and changes nothing when it is the same.

        Raises:
            NameTakenError: If the new name is in use.
        """
        try:
            with self._database.write() as connection:
                found = _find(connection, key)
                if found is None or found.definition == definition:
                    return found
                values = {"version": found.version + 1, "updated_at": self._now(), **_derived(definition)}
                connection.execute(sa.update(pipelines).where(pipelines.c.id == found.id).values(values))
                connection.execute(sa.delete(pipeline_tags).where(pipeline_tags.c.pipeline_id == found.id))
                _write_tags(connection, found.id, definition.get("tags", ()))
                connection.execute(
                    sa.update(runs).where(runs.c.pipeline_id == found.id).values(pipeline=definition["name"])
                )
                _write_schedule(connection, found.id, self._now())
                return _require(connection, found.id)
        except IntegrityError:
            raise NameTakenError from None

    def set_active(self, key: str, active: bool) -> StoredPipeline | None:
        """Pauses a pipeline or lets it run again; None when it is gone."""
        with self._database.write() as connection:
            changed = sa.update(pipelines).where(pipelines.c.id == key, pipelines.c.is_active != active)
            connection.execute(changed.values(is_active=active, updated_at=self._now()))
            _write_schedule(connection, key, self._now())
            return _find(connection, key)

    def delete(self, key: str) -> list[str] | None:
        """Deletes a pipeline with everything that belongs to it.

        Returns:
            Ids of its runs; None where there was no such pipeline.

        Raises:
            BusyError: If a run is going on.
        """
        with self._database.write() as connection:
            going_on = active_runs(connection, key)
            if going_on:
                raise BusyError(going_on[-1])
            gone = list(connection.execute(sa.select(runs.c.id).where(runs.c.pipeline_id == key)).scalars())
            found = connection.execute(sa.delete(pipelines).where(pipelines.c.id == key)).rowcount
            return gone if found else None

    def beginning(self, prefix: str) -> list[StoredPipeline]:
        """Pipelines that lists do not show and whose names begin so, by name."""
        query = sa.select(*_COLUMNS).where(pipelines.c.name.startswith(prefix, autoescape=True))
        with self._database.read() as connection:
            found = connection.execute(query.order_by(pipelines.c.name)).mappings()
            return [_stored(row) for row in found]

    def all_names(self) -> list[str]:
        """Names of all pipelines, for suggestions."""
        with self._database.read() as connection:
            return list(
                connection.execute(
                    sa.select(pipelines.c.name).where(pipelines.c.kind == PIPELINE).limit(5000)
                ).scalars()
            )

    def of_kind(self, kind: str) -> list[StoredPipeline]:
        """All pipelines of a kind, by name."""
        query = sa.select(*_COLUMNS).where(pipelines.c.kind == kind).order_by(pipelines.c.name)
        with self._database.read() as connection:
            return [_stored(row) for row in connection.execute(query).mappings()]


def active_runs(connection: Connection, pipeline_id: str) -> list[str]:
    """Ids of the runs of a pipeline that are going on, oldest first.

    The pipeline's row is locked until the transaction ends.
    """
    # On PostgreSQL the row lock makes "look, then insert" atomic; SQLite's write transaction does so by itself.
    connection.execute(sa.select(pipelines.c.id).where(pipelines.c.id == pipeline_id).with_for_update())
    query = sa.select(runs.c.id).where(runs.c.pipeline_id == pipeline_id, runs.c.status.in_(ACTIVE))
    return list(connection.execute(query.order_by(runs.c.created_at, runs.c.id)).scalars())


def _find(connection: Connection, name_or_id: str) -> StoredPipeline | None:
    for column in (pipelines.c.name, pipelines.c.id):
        row = connection.execute(sa.select(*_COLUMNS).where(column == name_or_id)).mappings().first()
        if row is not None:
            return _stored(row)
    return None


def _require(connection: Connection, key: str) -> StoredPipeline:
    return _stored(connection.execute(sa.select(*_COLUMNS).where(pipelines.c.id == key)).mappings().one())


def _stored(row: RowMapping) -> StoredPipeline:
    return StoredPipeline(**row)


def _derived(definition: Mapping[str, Any]) -> dict[str, Any]:
    description = definition.get("description")
    return {
        "name": definition["name"],
        "description": description,
        # Databases disagree about upper and lower case outside ASCII; Python's folding is the same everywhere.
        "search_text": f"{definition['name']}\n{description or ''}".casefold(),
        "definition": dict(definition),
    }


def _write_schedule(connection: Connection, key: str, now: dt.datetime) -> None:
    """Brings the row that the scheduler looks at in line with the definition."""
    found = _find(connection, key)
    schedule = found.definition.get("schedule") if found is not None else None
    if found is None or not schedule:
        connection.execute(sa.delete(schedules).where(schedules.c.pipeline_id == key))
        return
    wanted = {
        "cron": schedule["cron"],
        "timezone": schedule.get("timezone") or "UTC",
        "active": found.is_active and bool(schedule.get("enabled", True)),
    }
    catchup = schedule.get("catchup") or "skip"
    before = connection.execute(sa.select(schedules).where(schedules.c.pipeline_id == key)).mappings().first()
    if before is None:
        first = {"pipeline_id": key, "catchup": catchup, "revision": 1, "cursor": now, "next_at": None}
        connection.execute(sa.insert(schedules).values(**wanted, **first))
    elif any(before[name] != value for name, value in wanted.items()):
        # Another schedule, or one that was out of force: it counts from now on, and catches nothing up.
        again = {"catchup": catchup, "revision": before["revision"] + 1, "cursor": now, "next_at": None}
        connection.execute(sa.update(schedules).where(schedules.c.pipeline_id == key).values(**wanted, **again))
    elif before["catchup"] != catchup:
        changed = {"catchup": catchup, "revision": before["revision"] + 1}
        connection.execute(sa.update(schedules).where(schedules.c.pipeline_id == key).values(**changed))


def _write_tags(connection: Connection, key: str, tags: Iterable[str]) -> None:
    rows = [{"pipeline_id": key, "tag": tag} for tag in dict.fromkeys(tags)]
    if rows:
        connection.execute(sa.insert(pipeline_tags), rows)


def _conditions(wanted: PipelineFilter) -> list[sa.ColumnElement[bool]]:
    # Not a character of names that people give: what has it belongs to something else, a dbt project for instance.
    conditions: list[sa.ColumnElement[bool]] = [pipelines.c.name.not_like("%:%")]
    if wanted.active is not None:
        conditions.append(pipelines.c.is_active == wanted.active)
    if wanted.status:
        conditions.append(pipelines.c.last_run_status == wanted.status)
    if wanted.search:
        conditions.append(pipelines.c.search_text.contains(wanted.search.casefold(), autoescape=True))
    for tag in dict.fromkeys(wanted.tags):
        tagged = sa.select(pipeline_tags.c.pipeline_id).where(pipeline_tags.c.tag == tag)
        conditions.append(pipelines.c.id.in_(tagged))
    return conditions
