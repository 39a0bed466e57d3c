"""Schedules of a team: two services on one PostgreSQL server look at the same time, and each slot gets one run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from engine_bench import Bench, eventually, step
from killed_service import Service

from flext_sdk.embedded.flext.schedules import last_slots
from flext_sdk.embedded.store.tables import schedules
from tests.connectors.pgserver import PASSWORD, USER, running

CRON, NAMES = "0 * * * *", ("a", "b", "c")


def test_two_services_on_one_server_execute_each_slot_once(tmp_path: Path) -> None:
    with running() as server, server.database("team") as database:
        url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/{database}"
        services = [Service(tmp_path / name, url) for name in ("one", "two")]
        asking = Bench(tmp_path / "asking", database_url=url)
        try:
            for name in NAMES:
                out = {"out": str(tmp_path / name)}
                hourly = {"cron": CRON, "catchup": "all"}
                asking.define(
                    name, max_concurrent_runs=20, steps=[step("load", ["rows", 1], target=out)], schedule=hourly
                )
            past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=6)
            with asking.database.write() as connection:
                connection.execute(sa.update(schedules).values(cursor=past, next_at=None))

            def runs() -> list[dict]:
                return asking.runs.page({"limit": 100, "offset": 0})["runs"]

            eventually(lambda: len(runs()) >= 18 and all(run["status"] == "completed" for run in runs()), 60)
            for service in services:
                assert service.ask("close") == "closed"
                service.end()
            slots = [f"{slot:%Y-%m-%dT%H:%M}" for slot in last_slots(CRON, "UTC", past, dt.datetime.now(dt.UTC), 24)]
            for name in NAMES:
                mine = [run for run in runs() if run["pipeline"] == name]
                assert sorted(run["scheduled_for"][:16] for run in mine) == slots
                # And each of them was done once.
                assert len((tmp_path / name).read_text().splitlines()) == len(slots)
        finally:
            asking.close()
            for service in services:
                if service.process.poll() is None:
                    service.kill()
