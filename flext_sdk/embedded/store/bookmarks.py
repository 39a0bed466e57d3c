"""Queries on bookmarks: one Singer state for each step of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.pipelines import BusyError, active_runs
from flext_sdk.embedded.store.tables import bookmarks, pipelines

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from flext_sdk.embedded.store.database import Database


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The bookmark of a step; ``run_id`` is None where it was set by hand."""

    step: str
    state: dict[str, Any]
    run_id: str | None
    updated_at: dt.datetime


class BookmarkStore:
    """Bookmarks by pipeline and step.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def find(self, pipeline_id: str, step: str) -> dict[str, Any] | None:
        """The state that the next run of a step starts from."""
        query = sa.select(bookmarks.c.state).where(bookmarks.c.pipeline_id == pipeline_id, bookmarks.c.step == step)
        with self._database.read() as connection:
            return connection.execute(query).scalar()

    def all(self, pipeline_id: str) -> list[Bookmark]:
        """All bookmarks of a pipeline."""
        query = sa.select(bookmarks.c.step, bookmarks.c.state, bookmarks.c.run_id, bookmarks.c.updated_at)
        with self._database.read() as connection:
            rows = connection.execute(
                query.where(bookmarks.c.pipeline_id == pipeline_id).order_by(bookmarks.c.step)
            ).mappings()
            return [Bookmark(**row) for row in rows]

    def save(self, pipeline_id: str, step: str, state: Mapping[str, Any], run_id: str) -> None:
        """Stores what a target confirmed; it is on the disk when this returns.

        Nothing happens when the pipeline is gone.
        """
        with self._database.write(durable=True) as connection:
            if connection.execute(sa.select(pipelines.c.id).where(pipelines.c.id == pipeline_id)).scalar() is not None:
                self._put(connection, pipeline_id, step, state, run_id)

    def set_by_hand(self, pipeline_id: str, step: str, state: Mapping[str, Any]) -> None:
        """Stores a bookmark that a person gave.

        Raises:
            BusyError: If a run is going on.
        """
        with self._database.write(durable=True) as connection:
            _refuse_while_running(connection, pipeline_id)
            self._put(connection, pipeline_id, step, state, None)

    def clear(self, pipeline_id: str, *, step: str | None, stream: str | None) -> int:
        """Forgets bookmarks.

        Args:
            pipeline_id: The pipeline.
            step: Only this step.
            stream: Only this stream of the steps' states.

        Returns:
            How many bookmarks were changed or deleted.

        Raises:
            BusyError: If a run is going on.
        """
        with self._database.write(durable=True) as connection:
            _refuse_while_running(connection, pipeline_id)
            query = sa.select(bookmarks.c.step, bookmarks.c.state).where(bookmarks.c.pipeline_id == pipeline_id)
            if step is not None:
                query = query.where(bookmarks.c.step == step)
            changed = 0
            for name, state in connection.execute(query).all():
                chosen = (bookmarks.c.pipeline_id == pipeline_id, bookmarks.c.step == name)
                if stream is None:
                    connection.execute(sa.delete(bookmarks).where(*chosen))
                    changed += 1
                elif stream in (state.get("bookmarks") or {}):
                    kept = {key: mark for key, mark in state["bookmarks"].items() if key != stream}
                    values = {"state": state | {"bookmarks": kept}, "run_id": None, "updated_at": self._now()}
                    connection.execute(sa.update(bookmarks).where(*chosen).values(values))
                    changed += 1
            return changed

    def forget(self, pipeline_id: str, step: str) -> None:
        """Deletes the bookmark of a step."""
        with self._database.write(durable=True) as connection:
            connection.execute(
                sa.delete(bookmarks).where(bookmarks.c.pipeline_id == pipeline_id, bookmarks.c.step == step)
            )

    def _put(
        self, connection: sa.Connection, pipeline_id: str, step: str, state: Mapping[str, Any], run_id: str | None
    ) -> None:
        values = {"state": dict(state), "run_id": run_id, "updated_at": self._now()}
        chosen = sa.update(bookmarks).where(bookmarks.c.pipeline_id == pipeline_id, bookmarks.c.step == step)
        if not connection.execute(chosen.values(values)).rowcount:
            connection.execute(sa.insert(bookmarks).values(pipeline_id=pipeline_id, step=step, **values))


def _refuse_while_running(connection: sa.Connection, pipeline_id: str) -> None:
    going_on = active_runs(connection, pipeline_id)
    if going_on:
        raise BusyError(going_on[-1])
