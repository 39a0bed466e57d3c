"""The storm of kills on PostgreSQL: from one table into another, by a replication key.

`python -m tests.faults.pgstorm 50` does fifty kills for each victim.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from tests.connectors.pgserver import Server, running

from .storm import VICTIMS, Storm, kept_environment


class PostgresStorm(Storm):
    """A platform of its own, a growing table, and a keyed one that it is loaded into."""

    programs = ("connectors.tap_postgres", "connectors.target_postgres")

    def __init__(self, folder: Path, server: Server, database: str, *, seed: int = 1, rows: int = 20_000) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.rows = 0
        self.step = rows
        self.server = server
        self.database = database
        self.environ = {**kept_environment(), "FLEXT_HOME": str(folder / "home")}
        with server.connect(database) as connection:
            connection.execute("CREATE TABLE rows (id int PRIMARY KEY, name text, amount int)")
        self.grow()
        settings = server.settings(database)
        self.create(
            {"plugin": "tap-postgres", "config": {**settings, "replication_key": "id"}},
            {"plugin": "target-postgres", "config": {**settings, "schema": "out"}},
        )

    def grow(self) -> None:
        """Add rows to the table."""
        with self.server.connect(self.database) as connection:
            connection.execute(
                "INSERT INTO rows SELECT i, 'name ' || i, i * 37 %% 1009 FROM generate_series(CAST(%s AS int), %s) AS i",
                [self.rows, self.rows + self.step - 1],
            )
        self.rows += self.step

    def found(self) -> tuple[int, ...]:
        """Rows, different ids, and sums of the loaded table."""
        with self.server.connect(self.database) as connection:
            return tuple(
                connection.execute("SELECT count(*), count(DISTINCT id), sum(id), sum(amount) FROM out.rows").fetchone()
            )


def main(times: int) -> None:
    """A storm of so many kills for each victim."""
    with running() as server:
        for victim in VICTIMS:
            with tempfile.TemporaryDirectory() as folder, server.database("storm") as database:
                storm = PostgresStorm(Path(folder), server, database, seed=times, rows=5_000)
                try:
                    for number in range(times):
                        storm.strike(victim)
                        if (number + 1) % 10 == 0:
                            print(f"{victim}: {number + 1} kills, {storm.rows:,} rows, each there once", flush=True)
                finally:
                    storm.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
