"""Queries on log lines, and how long they are kept.

Retention: of each pipeline the newest :data:`KEEP_RUNS` runs that ended, with their lines; of each run the newest
:data:`KEEP_LINES` lines. Older ones are deleted when a run ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from flext_sdk.embedded.store.runs import ENDED
from flext_sdk.embedded.store.tables import log_lines, runs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from flext_sdk.embedded.store.database import Database

KEEP_RUNS = 200
KEEP_LINES = 50_000
SCAN = 1_000
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
LEVEL_NAMES = {number: name for name, number in LEVELS.items()}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; ``id`` grows from line to line of one run."""

    id: int
    timestamp: dt.datetime
    level: int
    source: str
    step: str | None
    message: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines: between two ids, written at or after a moment, of a level or above, matching an expression."""

    after: int = 0
    since: dt.datetime | None = None
    level: int = 0
    grep: Callable[[str], bool] | None = None
    upto: int | None = None

    @property
    def all_fit(self) -> bool:
        """Whether no line is left out but by its id."""
        return self.since is None and not self.level and self.grep is None

    def fits(self, line: LogLine) -> bool:
        """Whether a line is wanted, whatever its id."""
        return (
            line.level >= self.level
            and (self.since is None or line.timestamp >= self.since)
            and (self.grep is None or self.grep(line.message))
        )


_COLUMNS = (
    log_lines.c.id,
    log_lines.c.timestamp,
    log_lines.c.level,
    log_lines.c.source,
    log_lines.c.step,
    log_lines.c.message,
)


class LogStore:
    """Log lines of runs.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, batches: dict[str, list[LogLine]]) -> None:
        """Stores lines of several runs in one transaction; lines of a run that was deleted meanwhile are dropped."""
        with self._database.write() as connection:
            known = set(connection.execute(sa.select(runs.c.id).where(runs.c.id.in_(list(batches)))).scalars())
            rows = [
                {
                    "run_id": run_id,
                    "id": line.id,
                    "timestamp": line.timestamp,
                    "level": line.level,
                    "source": line.source,
                    "step": line.step,
                    "message": line.message,
                }
                for run_id, lines in batches.items()
                if run_id in known
                for line in lines
            ]
            if rows:
                connection.execute(sa.insert(log_lines), rows)

    def last_id(self, run_id: str) -> int:
        """Id of the newest line of a run; 0 where there is none."""
        query = sa.select(sa.func.max(log_lines.c.id)).where(log_lines.c.run_id == run_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar() or 0

    def after(self, run_id: str, after: int, limit: int) -> list[LogLine]:
        """The next lines behind an id, oldest first."""
        query = sa.select(*_COLUMNS).where(log_lines.c.run_id == run_id, log_lines.c.id > after)
        with self._database.read() as connection:
            return [
                LogLine(**row) for row in connection.execute(query.order_by(log_lines.c.id).limit(limit)).mappings()
            ]

    def missed(self, run_id: str, after: int, upto: int) -> int:
        """How many lines between two ids are no longer there, or never came here; ids grow by one."""
        if upto <= after:
            return 0
        query = sa.select(sa.func.count()).where(log_lines.c.run_id == run_id)
        with self._database.read() as connection:
            kept = connection.execute(query.where(log_lines.c.id > after, log_lines.c.id <= upto)).scalar() or 0
        return upto - after - kept

    def lines(self, run_id: str, count: int, wanted: LogFilter, *, oldest_first: bool = False) -> list[LogLine]:
        """The last lines that fit, or the first ones, oldest first in both cases."""
        if wanted.grep is None:
            rows = self._some(run_id, count, wanted, oldest_first=oldest_first)
            return rows if oldest_first else rows[::-1]
        found: list[LogLine] = []
        while len(found) < count:
            # An expression is no matter of the database: it looks the same on all of them, and takes bounded time.
            rows = self._some(run_id, SCAN, wanted, oldest_first=oldest_first)
            found += filter(wanted.fits, rows)
            if len(rows) < SCAN:
                break
            edge = rows[-1].id
            wanted = replace(wanted, after=edge) if oldest_first else replace(wanted, upto=edge - 1)
        found = found[:count]
        return found if oldest_first else found[::-1]

    def _some(self, run_id: str, count: int, wanted: LogFilter, *, oldest_first: bool) -> list[LogLine]:
        query = sa.select(*_COLUMNS).where(log_lines.c.run_id == run_id, log_lines.c.id > wanted.after)
        if wanted.upto is not None:
            query = query.where(log_lines.c.id <= wanted.upto)
        if wanted.since is not None:
            query = query.where(log_lines.c.timestamp >= wanted.since)
        if wanted.level:
            query = query.where(log_lines.c.level >= wanted.level)
        order = log_lines.c.id.asc() if oldest_first else log_lines.c.id.desc()
        with self._database.read() as connection:
            return [LogLine(**row) for row in connection.execute(query.order_by(order).limit(count)).mappings()]

    def trim(self, run_id: str, newest: int, keep: int = KEEP_LINES) -> None:
        """Deletes the oldest lines of a run.

        Args:
            run_id: The run.
            newest: Id of its newest line.
            keep: How many lines stay.
        """
        with self._database.write() as connection:
            connection.execute(
                sa.delete(log_lines).where(log_lines.c.run_id == run_id, log_lines.c.id <= newest - keep)
            )

    def forget_old_runs(self, pipeline_id: str, keep: int = KEEP_RUNS) -> Sequence[str]:
        """Deletes the oldest runs of a pipeline that ended, with their lines.

        Returns:
            Their ids.
        """
        newest_first = sa.select(runs.c.id).where(runs.c.pipeline_id == pipeline_id, runs.c.status.in_(ENDED))
        query = newest_first.order_by(runs.c.created_at.desc(), runs.c.id.desc()).offset(keep).limit(1000)
        with self._database.write() as connection:
            old = list(connection.execute(query).scalars())
            if old:
                connection.execute(sa.delete(runs).where(runs.c.id.in_(old)))
            return old
