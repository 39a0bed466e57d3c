"""Kills at random moments while dbt builds an incremental, keyed model; afterwards every row must be there once.

`python -m tests.faults.dbt_storm 50` does fifty kills for each victim: dbt, the service, and all at once as when the machine loses power.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from flext_sdk import Flext, FlextError
from flext_sdk.embedded import supervisor

from .storm import PROC, _lives

VICTIMS = ("dbt", "service", "everything")
MODEL = """{{ config(materialized='incremental', unique_key='id') }}
select range as id, range * 37 % 1009 as amount from range({{ var('rows') }})
{% if is_incremental() %} where range >= (select coalesce(max(id), -1) - 100 from {{ this }}) {% endif %}
"""


class DbtStorm:
    """A platform of its own and a project whose model grows."""

    def __init__(self, folder: Path, environments: Path | None, *, seed: int = 1) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.rows = 0
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}
        self.environ = {
            **kept,
            "FLEXT_HOME": str(folder / "home"),
            "FLEXT_FLEXCORE_PORT": "0",
            "FLEXT_SERVICE_PORT": "0",
        }
        if environments is not None:
            (folder / "home").mkdir(mode=0o700)
            (folder / "home" / "environments").symlink_to(environments)
        with self.client() as client:
            client.dbt.init("storm", folder=folder / "storm")
        (folder / "storm" / "models" / "rows.sql").write_text(MODEL, encoding="utf-8")
        self.tests = folder / "storm" / "tests" / "whole.sql"
        self.tests.parent.mkdir()
        self.tests.write_text(
            "select * from (select count(*) as n, count(distinct id) as d, sum(id) as s from {{ ref('rows') }})\n"
            "where n <> {{ var('rows') }} or d <> n or s <> {{ var('rows') }}::bigint * ({{ var('rows') }} - 1) // 2\n",
            encoding="utf-8",
        )

    def client(self) -> Flext:
        """A client of the running platform, which is started where a kill has ended it."""
        found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=self.environ)
        return Flext({name: end.url for name, end in found.items()}, token=next(iter(found.values())).token)

    def strike(self, victim: str) -> None:
        """Start a build, kill the victim at a random moment, let everything come back, and let dbt's own test count.

        Raises:
            RunFailedError: A row is missing or doubled, or the project can no longer be built.
            AssertionError: Something was left behind.
        """
        self.rows += 200_000
        options = {"select": ["rows"], "vars": {"rows": self.rows}}
        with self.client() as client:
            run = client.dbt.build("storm", wait=False, **options)
            time.sleep(self.random.uniform(0.0, 5.0))
            struck = self._pids(victim)
            for pid in struck:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            while any(_lives(pid) for pid in struck):
                time.sleep(0.01)
        with self.client() as client:
            with suppress(FlextError):  # a killed dbt fails its run, as it should
                client.pipelines.wait(run.execution_id, timeout=120)
            client.dbt.build("storm", timeout=120, **options)
            assert not self._pids("dbt")

    def close(self) -> None:
        """Stop the platform."""
        supervisor.stop("all", environ=self.environ)

    def _pids(self, victim: str) -> list[int]:
        home = str(self.folder / "home")
        wanted = {"dbt": ("dbt/launcher.py",), "service": ("embedded.host\0flext\0",)}.get(
            victim, ("dbt/launcher.py", "embedded.host", "engine/guard.py")
        )
        found = []
        for entry in PROC.iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                # dbt's own environment has nothing of ours; its order lies under our home.
                mine = home in line or f"FLEXT_HOME={home}\0" in (entry / "environ").read_bytes().decode(
                    errors="replace"
                )
                if mine and any(word in line for word in wanted):
                    found.append(int(entry.name))
        return found


def main(times: int, environments: Path | None) -> None:
    """A storm of so many kills for each victim."""
    for victim in VICTIMS:
        with tempfile.TemporaryDirectory() as folder:
            storm = DbtStorm(Path(folder), environments, seed=times)
            try:
                for number in range(times):
                    storm.strike(victim)
                    if (number + 1) % 5 == 0 or number + 1 == times:
                        print(f"{victim}: {number + 1} kills, {storm.rows:,} rows, each there once", flush=True)
            finally:
                storm.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
