"""Kills at random moments while a pipeline loads; afterwards every row must be there once.

`python -m tests.faults.storm 100` does a hundred kills for each victim: the tap, the target, the service, and all at once as when the
machine loses power. The test suite does a few (test_storm.py).
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import ClassVar

from flext_sdk import FlextError

from .kills import Storm, blow

#: Rows added before each kill: enough for a run to be in the middle of something at any moment.
ROWS = 20_000


class PipelineStorm(Storm):
    """A growing source, and a keyed table that a pipeline loads it into."""

    def __init__(
        self, folder: Path, extract: dict[str, object], load: dict[str, object], *, seed: int, rows: int
    ) -> None:
        super().__init__(folder, seed=seed)
        self.rows = 0
        self.step = rows
        self.grow()
        with self.client() as client:
            client.pipelines.create({"name": "storm", "steps": [{"name": "load", "extract": extract, "load": load}]})
            with self.measured():
                client.pipelines.start("storm", wait=True, timeout=120)

    def add(self, first: int, last: int) -> None:
        """Add rows of these numbers to the source."""
        raise NotImplementedError

    def found(self) -> tuple[int, ...]:
        """Rows, different ids, and sums of the loaded table."""
        raise NotImplementedError

    def grow(self) -> None:
        """Add rows to the source."""
        self.add(self.rows, self.rows + self.step - 1)
        self.rows += self.step

    def strike(self, victim: str) -> bool:
        self.grow()
        with self.client() as client:
            run = client.pipelines.start("storm")
            struck = self.kill(victim)
        with self.client() as client:
            # A killed tap or target fails its run, as it should; a killed service goes on with it.
            with suppress(FlextError) if victim in {"tap", "target"} else nullcontext():
                client.pipelines.wait(run.execution_id, timeout=60)
            client.pipelines.start("storm", wait=True, timeout=120)
        assert self.found() == expected(self.rows), f"after killing {victim}"
        return struck

    def told(self) -> str:
        return f"{self.rows:,} rows, each there once"


class CsvStorm(PipelineStorm):
    """From a CSV file into SQLite."""

    victims: ClassVar = {
        "tap": ("connectors.tap_csv",),
        "target": ("connectors.target_sqlite",),
        "service": ("embedded.host\0flext\0",),
        "everything": (),
    }

    def __init__(self, folder: Path, *, seed: int = 1, rows: int = ROWS) -> None:
        self.source = folder / "rows.csv"
        self.table = folder / "out.sqlite"
        super().__init__(
            folder,
            {"plugin": "tap-csv", "config": {"path": str(self.source), "keys": ["id"]}},
            {"plugin": "target-sqlite", "config": {"path": str(self.table)}},
            seed=seed,
            rows=rows,
        )

    def add(self, first: int, last: int) -> None:
        write_rows(self.source, first, last)

    def found(self) -> tuple[int, ...]:
        return counted(self.table)


def write_rows(file: Path, first: int, last: int) -> None:
    """Append rows to a CSV file, which is made with its head when there is none."""
    with file.open("a", encoding="utf-8") as out:
        if not out.tell():
            out.write("id,name,amount\n")
        for number in range(first, last + 1):
            out.write(f"{number},name {number},{number * 37 % 1009}\n")


def counted(table: Path) -> tuple[int, ...]:
    """Rows, different ids, and sums of the table of a SQLite file."""
    with sqlite3.connect(table) as connection:
        return tuple(
            connection.execute("select count(*), count(distinct id), sum(id), sum(amount) from rows").fetchone()
        )


def expected(rows: int) -> tuple[int, ...]:
    """What is found where each of so many rows is there once."""
    return rows, rows, rows * (rows - 1) // 2, sum(number * 37 % 1009 for number in range(rows))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    blow(lambda folder: CsvStorm(folder, seed=count), count, CsvStorm.victims)
