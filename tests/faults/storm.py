"""Kills at random moments while a pipeline loads; afterwards every row must be there once.

`python -m tests.faults.storm 100` does a hundred kills for each victim: the tap, the target, the service, and all at once as when the
machine loses power. The test suite does a few (test_storm.py).
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from flext_sdk import Flext, FlextError
from flext_sdk.embedded import supervisor

VICTIMS = ("tap", "target", "service", "everything")
#: Rows added before each kill: enough for a run to be in the middle of something at any moment.
ROWS = 20_000
PROC = Path("/proc")


class Storm:
    """A platform of its own, a growing file, and a keyed table it is loaded into."""

    programs = ("connectors.tap_csv", "connectors.target_sqlite")

    def __init__(self, folder: Path, *, seed: int = 1, rows: int = ROWS) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.rows = 0
        self.step = rows
        self.source = folder / "rows.csv"
        self.table = folder / "out.sqlite"
        self.environ = {**kept_environment(), "FLEXT_HOME": str(folder / "home")}
        self.source.write_text("id,name,amount\n", encoding="utf-8")
        self.grow()
        self.create(
            {"plugin": "tap-csv", "config": {"path": str(self.source), "keys": ["id"]}},
            {"plugin": "target-sqlite", "config": {"path": str(self.table)}},
        )

    def create(self, extract: dict[str, object], load: dict[str, object]) -> None:
        """Make the pipeline."""
        with self.client() as client:
            client.pipelines.create({"name": "storm", "steps": [{"name": "load", "extract": extract, "load": load}]})

    def client(self) -> Flext:
        """A client of the running platform, which is started where a kill has ended it."""
        found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=self.environ)
        return Flext({name: end.url for name, end in found.items()}, token=next(iter(found.values())).token)

    def grow(self) -> None:
        """Add rows to the file."""
        with self.source.open("a", encoding="utf-8") as file:
            for number in range(self.rows, self.rows + self.step):
                file.write(f"{number},name {number},{number * 37 % 1009}\n")
        self.rows += self.step

    def strike(self, victim: str) -> None:
        """Start a run, kill the victim at a random moment, let everything come back, and count.

        Raises:
            AssertionError: A row is missing, doubled or altered.
        """
        self.grow()
        with self.client() as client:
            run = client.pipelines.start("storm")
            time.sleep(self.random.uniform(0.0, 1.2))
            struck = self._pids(victim)
            for pid in struck:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            # A killed process still listens for a moment.
            while any(_lives(pid) for pid in struck):
                time.sleep(0.01)
        with self.client() as client:
            with suppress(FlextError):  # a killed tap or target fails its run, as it should
                client.pipelines.wait(run.execution_id, timeout=60)
            client.pipelines.start("storm", wait=True, timeout=120)
        self.check(victim)

    def check(self, after: str) -> None:
        """Hold the table against what it was loaded from."""
        found = self.found()
        expected = (
            self.rows,
            self.rows,
            self.rows * (self.rows - 1) // 2,
            sum(number * 37 % 1009 for number in range(self.rows)),
        )
        assert found == expected, f"after killing {after}: {found}, not {expected}"

    def found(self) -> tuple[int, ...]:
        """Rows, different ids, and sums of the loaded table."""
        with sqlite3.connect(self.table) as connection:
            return tuple(
                connection.execute("select count(*), count(distinct id), sum(id), sum(amount) from rows").fetchone()
            )

    def close(self) -> None:
        """Stop the platform."""
        supervisor.stop("all", environ=self.environ)

    def _pids(self, victim: str) -> list[int]:
        """Processes of this storm's own platform, told by their environment or their settings file."""
        words = {
            "tap": self.programs[:1],
            "target": self.programs[1:],
            "service": ("embedded.host\0flext\0",),
        }
        wanted = words.get(victim, ("connectors.", "embedded.host", "engine.guard", "flext_sdk.embedded"))
        home = str(self.folder / "home")
        found = []
        for entry in PROC.iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                mine = home in line or f"FLEXT_HOME={home}\0" in (entry / "environ").read_bytes().decode(
                    errors="replace"
                )
                if mine and any(word in line for word in wanted):
                    found.append(int(entry.name))
        return found


def kept_environment() -> dict[str, str]:
    """The environment without what a person who runs this has set for FLEXT."""
    return {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def main(times: int) -> None:
    """A storm of so many kills for each victim."""
    for victim in VICTIMS:
        with tempfile.TemporaryDirectory() as folder:
            storm = Storm(Path(folder), seed=times)
            try:
                for number in range(times):
                    storm.strike(victim)
                    if (number + 1) % 10 == 0:
                        print(f"{victim}: {number + 1} kills, {storm.rows:,} rows, each there once", flush=True)
            finally:
                storm.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
