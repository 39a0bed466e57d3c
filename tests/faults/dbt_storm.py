"""Kills at random moments while dbt builds an incremental, keyed model; afterwards every row must be there once.

`python -m tests.faults.dbt_storm 50` does fifty kills for each victim: dbt, the service, and all at once as when the machine loses power.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, ClassVar

from flext_sdk import FlextError
from tests.dbt.dbt_shared import shared_environments

from .kills import Storm, blow

MODEL = """{{ config(materialized='incremental', unique_key='id') }}
select range as id, range * 37 % 1009 as amount from range({{ var('rows') }})
{% if is_incremental() %} where range >= (select coalesce(max(id), -1) - 100 from {{ this }}) {% endif %}
"""


class DbtStorm(Storm):
    """A platform of its own and a project whose model grows."""

    victims: ClassVar = {"dbt": ("dbt/launcher.py",), "service": ("embedded.host\0flext\0",), "everything": ()}

    def __init__(self, folder: Path, *, seed: int = 1) -> None:
        super().__init__(folder, seed=seed, environments=shared_environments().folder)
        self.rows = 0
        with self.client() as client:
            client.dbt.init("storm", folder=folder / "storm")
        (folder / "storm" / "models" / "rows.sql").write_text(MODEL, encoding="utf-8")
        tests = folder / "storm" / "tests" / "whole.sql"
        tests.parent.mkdir()
        tests.write_text(
            "select * from (select count(*) as n, count(distinct id) as d, sum(id) as s from {{ ref('rows') }})\n"
            "where n <> {{ var('rows') }} or d <> n or s <> {{ var('rows') }}::bigint * ({{ var('rows') }} - 1) // 2\n",
            encoding="utf-8",
        )
        with self.client() as client, self.measured():
            client.dbt.build("storm", timeout=120, **self.grown())

    def grown(self) -> dict[str, Any]:
        """What to build, with more rows than before."""
        self.rows += 200_000
        return {"select": ["rows"], "vars": {"rows": self.rows}}

    def strike(self, victim: str) -> bool:
        """Let dbt's own test count: the second build fails where a row is missing or doubled, or nothing can be built."""
        options = self.grown()
        with self.client() as client:
            run = client.dbt.build("storm", wait=False, **options)
            struck = self.kill(victim)
        with self.client() as client:
            # A killed dbt fails its run, as it should; a killed service goes on with it.
            with suppress(FlextError) if victim == "dbt" else nullcontext():
                client.pipelines.wait(run.execution_id, timeout=120)
            client.dbt.build("storm", timeout=120, **options)
        assert not self.pids("dbt")
        return struck

    def told(self) -> str:
        return f"{self.rows:,} rows, each there once"


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    blow(lambda folder: DbtStorm(folder, seed=count), count, DbtStorm.victims, every=5)
