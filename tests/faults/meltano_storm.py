"""Kills at random moments while Meltano runs a tap and a target; afterwards every row must be there once.

`python -m tests.faults.meltano_storm 50` does fifty kills for each victim: Meltano, the process that keeps Meltano imported, the service,
and all at once as when the machine loses power.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any, ClassVar

from flext_sdk import FlextError
from tests.meltano.meltano_shared import shared_environments

from .kills import Storm, blow
from .storm import counted, expected, write_rows

TASKS = ["tap-csv", "target-sqlite"]
STATE = "dev:tap-csv-to-target-sqlite"


class MeltanoStorm(Storm):
    """A platform of its own, and a project whose source grows."""

    victims: ClassVar = {
        "meltano": ("--run-id\0",),
        "service": ("embedded.host\0flext\0",),
        "everything": (),
        "host": ("meltano/program.py\0",),
    }

    def __init__(self, folder: Path, *, seed: int = 1, rows: int = 5_000) -> None:
        super().__init__(folder, seed=seed, environments=shared_environments().folder)
        self.project = folder / "shop"
        self.rows = 0
        self.step = rows
        with self.client() as client:
            self.given: dict[str, Any] = {"project": str(self.project)}
            client.meltano.init(**self.given)
            client.meltano.add("extractor", "tap-csv", **self.given)
            client.meltano.add("loader", "target-sqlite", **self.given)
            client.meltano.config("tap-csv", set={"path": "rows.csv", "keys": '["id"]'}, **self.given)
            client.meltano.config("target-sqlite", set={"path": "out.sqlite"}, **self.given)
            self.grow()
            with self.measured():
                client.meltano.run(TASKS, timeout=120, **self.given)

    def grow(self) -> None:
        """Add rows to the source."""
        write_rows(self.project / "rows.csv", self.rows, self.rows + self.step - 1)
        self.rows += self.step

    def strike(self, victim: str) -> bool:
        """Begin a run, and let another one follow, which Meltano refuses while it believes that the first still goes on."""
        self.grow()
        with self.client() as client:
            run = client.meltano.run(TASKS, wait=False, **self.given)
            struck = self.kill(victim)
        with self.client() as client:
            # A killed Meltano fails its run, as it should; all others go on with it.
            with suppress(FlextError) if victim == "meltano" else nullcontext():
                client.pipelines.wait(run.execution_id, timeout=120)
            client.meltano.run(TASKS, timeout=120, **self.given)
            assert counted(self.project / "out.sqlite") == expected(self.rows), f"after killing {victim}"
            self.settled(client.meltano.state_show(STATE, **self.given).state)
        assert not self.pids("meltano")
        return struck

    def settled(self, state: Any) -> None:
        """Whether Meltano's own books are in order: where it goes on from, and that nothing is said to be going on."""
        (mark,) = json.loads(json.dumps(state))["singer_state"]["bookmarks"]["rows"]["files"].values()
        assert (mark["rows"], mark["offset"]) == (self.rows, (self.project / "rows.csv").stat().st_size)
        with closing(sqlite3.connect(self.project / ".meltano" / "meltano.db")) as connection:
            (running,) = connection.execute("select count(*) from runs where state = 'RUNNING'").fetchone()
        assert running == 0, f"{running} runs that Meltano believes to be going on"

    def told(self) -> str:
        return f"{self.rows:,} rows, each there once"


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    blow(lambda folder: MeltanoStorm(folder, seed=count), count, MeltanoStorm.victims)
