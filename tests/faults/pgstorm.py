"""The storm of kills on PostgreSQL: from one table into another, by a replication key.

`python -m tests.faults.pgstorm 50` does fifty kills for each victim.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from tests.connectors.pgserver import Server, running

from .kills import blow
from .storm import PipelineStorm


class PostgresStorm(PipelineStorm):
    """From one table into another one of the same database, which stays until its server is gone."""

    victims: ClassVar = {
        "tap": ("connectors.tap_postgres",),
        "target": ("connectors.target_postgres",),
        "service": ("embedded.host\0flext\0",),
        "everything": (),
    }

    def __init__(self, folder: Path, server: Server, *, seed: int = 1, rows: int = 5_000) -> None:
        self.server = server
        self.database = folder.name
        with server.connect() as connection:
            connection.execute(f'CREATE DATABASE "{self.database}"')
        with server.connect(self.database) as connection:
            connection.execute("CREATE TABLE rows (id int PRIMARY KEY, name text, amount int)")
        settings = server.settings(self.database)
        super().__init__(
            folder,
            {"plugin": "tap-postgres", "config": {**settings, "replication_key": "id"}},
            {"plugin": "target-postgres", "config": {**settings, "schema": "out"}},
            seed=seed,
            rows=rows,
        )

    def add(self, first: int, last: int) -> None:
        with self.server.connect(self.database) as connection:
            connection.execute(
                "INSERT INTO rows SELECT i, 'name ' || i, i * 37 %% 1009 FROM generate_series(CAST(%s AS int), %s) AS i",
                [first, last],
            )

    def found(self) -> tuple[int, ...]:
        with self.server.connect(self.database) as connection:
            return tuple(
                connection.execute("SELECT count(*), count(DISTINCT id), sum(id), sum(amount) FROM out.rows").fetchone()
            )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with running() as server:
        blow(lambda folder: PostgresStorm(folder, server, seed=count), count, PostgresStorm.victims)
