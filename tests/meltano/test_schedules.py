"""Schedules of Meltano projects: kept in meltano.yml, executed by this platform."""

from __future__ import annotations

import datetime as dt
import os

import pytest
import yaml
from meltano_bench import MeltanoBench

from flext_sdk.embedded.web.errors import ApiError


class Clock:
    now = dt.datetime(2026, 5, 1, 11, 59, 30, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def bench(tmp_path_factory, environments, clock):
    """A platform whose scheduler looks only when it is told to."""
    found = MeltanoBench(tmp_path_factory.mktemp("timed") / "home", environments=environments, now=clock)
    yield found
    found.close()


def refused(call, *given) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call(*given)
    return caught.value


def test_a_schedule_is_made_executed_changed_and_removed(bench, project, clock):
    schedule, where = bench.meltano_schedules.schedule, {"project": str(project)}
    new = {"extractor": "tap-csv", "loader": "target-jsonl", "interval": "@hourly"}
    made = schedule("hourly", {**where, **new, "catchup": "latest"})
    assert (made["runs"], made["enabled"], made["next_runs"][0]) == (
        "tap-csv target-jsonl",
        True,
        "2026-05-01T12:00:00.000Z",
    )
    assert yaml.safe_load((project / "meltano.yml").read_text())["schedules"] == [
        {**new, "name": "hourly", "transform": "skip"}
    ]
    assert bench.scheduler.look() == []
    clock.now = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    (run,) = bench.scheduler.look()
    ended = bench.wait(run)
    assert (ended["status"], ended["trigger"], ended["records"]) == ("completed", "schedule", 2)
    # The state has the name of the schedule, as with `meltano schedule run`.
    assert [one["state_id"] for one in bench.meltano.states(where)["states"]] == ["hourly"]
    assert schedule("hourly", where)["last"]["execution_id"] == run
    assert bench.meltano_runs.page(project, {"limit": 5, "offset": 0})["total"] == 1
    off = schedule("hourly", {**where, "enabled": False})
    assert (off["enabled"], off["catchup"], off["next_runs"]) == (False, "latest", [])
    clock.now += dt.timedelta(hours=3)
    assert bench.scheduler.look() == []
    changed = schedule("hourly", {**where, "interval": "30 2 * * *", "enabled": True, "timezone": "Europe/Berlin"})
    assert changed["next_runs"][0] == "2026-05-02T00:30:00.000Z"
    assert schedule("hourly", {**where, "remove": True})["interval"] is None
    assert bench.meltano_schedules.page(where)["total"] == 0
    assert bench.meltano_runs.of(project) == []


def test_a_change_by_hand_is_noticed(bench, project):
    schedule, where = bench.meltano_schedules.schedule, {"project": str(project)}
    schedule("daily", {**where, "extractor": "tap-csv", "loader": "target-jsonl", "interval": "@daily"})
    path = project / "meltano.yml"

    def write(interval: str | None, step: int) -> None:
        document = yaml.safe_load(path.read_text())
        document["schedules"][0] |= {"interval": interval} if interval else {"name": "other"}
        path.write_text(yaml.safe_dump(document))
        os.utime(path, (step, step))

    name = next(found.name for found in bench.meltano_runs.of(project))

    def stored() -> dict:
        return bench.pipeline_store.find(name).definition["schedule"]

    bench.meltano_schedules.follow()
    assert stored()["cron"] == "@daily"
    write("@weekly", 1)
    bench.meltano_schedules.follow()
    bench.meltano_schedules.follow()
    assert (stored()["cron"], stored()["enabled"]) == ("@weekly", True)
    path.write_text("a: [")
    os.utime(path, (2, 2))
    bench.meltano_schedules.follow()
    assert stored()["enabled"] is True
    path.write_text(yaml.safe_dump({"version": 1, "schedules": []}))
    os.utime(path, (3, 3))
    bench.meltano_schedules.follow()
    assert stored()["enabled"] is False
    path.unlink()
    bench.pipeline_store.replace(
        bench.pipeline_store.find(name).id,
        {**bench.pipeline_store.find(name).definition, "schedule": {"cron": "@daily", "enabled": True}},
    )
    bench.meltano_schedules.follow()


def test_what_no_schedule_can_be(bench, made):
    schedule, where = bench.meltano_schedules.schedule, {"project": str(made)}
    pair = {**where, "extractor": "tap-csv", "loader": "target-jsonl"}
    assert refused(schedule, "x", where).code == "SCHEDULE_NOT_FOUND"
    assert refused(schedule, "x", pair).problems[0]["path"] == "/interval"
    assert refused(schedule, "x", {**where, "interval": "@daily"}).problems[0]["path"] == "/extractor"
    assert refused(schedule, "x", {**pair, "interval": "@daily", "job": "j"}).problems[0]["path"] == "/job"
    assert refused(schedule, "x", {**pair, "interval": "@once"}).problems[0]["path"] == "/cron"
    assert refused(schedule, "x", {**pair, "interval": "61 * * * *"}).problems[0]["path"] == "/cron"
    assert refused(schedule, "x", {**pair, "interval": "@daily", "timezone": "Mars"}).problems[0]["path"] == "/timezone"
    assert (
        refused(schedule, "x", {**pair, "interval": "@daily", "loader": "target-json"}).hint
        == "Did you mean target-jsonl?"
    )
    assert refused(schedule, "x", {**where, "interval": "@daily", "job": "nightly"}).status == 404
    assert refused(schedule, "x", {**where, "remove": True, "interval": "@daily"}).problems[0]["path"] == "/remove"
    assert yaml.safe_load((made / "meltano.yml").read_text()).get("schedules") is None
