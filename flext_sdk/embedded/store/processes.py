"""Which process groups belong to runs: a service that starts after a crash finds what its predecessor left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from flext_sdk.embedded.store.tables import processes

if TYPE_CHECKING:
    from flext_sdk.embedded.store.database import Database


@dataclass(frozen=True, slots=True)
class StoredProcess:
    """The leader of a process group; ``started`` tells it from a later process with the same id."""

    pid: int
    started: str
    run_id: str
    step: str


class ProcessStore:
    """Process groups of one worker.

    Args:
        database: Where they are.
        host: Name of the worker, which no other one has.
    """

    def __init__(self, database: Database, host: str) -> None:
        self._database = database
        self._host = host

    def add(self, process: StoredProcess) -> None:
        """Remembers a group."""
        values = {"started": process.started, "run_id": process.run_id, "step": process.step}
        with self._database.write() as connection:
            connection.execute(
                sa.delete(processes).where(processes.c.host == self._host, processes.c.pid == process.pid)
            )
            connection.execute(sa.insert(processes).values(host=self._host, pid=process.pid, **values))

    def remove(self, pid: int) -> None:
        """Forgets a group that has ended."""
        with self._database.write() as connection:
            connection.execute(sa.delete(processes).where(processes.c.host == self._host, processes.c.pid == pid))

    def all(self) -> list[StoredProcess]:
        """All groups of this worker."""
        query = sa.select(processes.c.pid, processes.c.started, processes.c.run_id, processes.c.step)
        with self._database.read() as connection:
            return [
                StoredProcess(**row)
                for row in connection.execute(query.where(processes.c.host == self._host)).mappings()
            ]
