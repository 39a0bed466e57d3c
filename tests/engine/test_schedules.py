"""Schedules: which moments they mean, and that each gets one run, whatever happens."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest
import sqlalchemy as sa
from engine_bench import Bench, eventually, step
from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk.embedded.flext.scheduler import MOST_CAUGHT_UP, Scheduler
from flext_sdk.embedded.flext.schedules import last_slots, next_times, slots
from flext_sdk.embedded.store import schedules as schedule_store
from flext_sdk.embedded.store.database import Database
from flext_sdk.embedded.store.tables import schedules
from flext_sdk.embedded.web.errors import ApiError


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc]


def moments(cron: str, zone: str, after: dt.datetime, count: int) -> list[str]:
    return [f"{slot:%m-%d %H:%M}" for slot in islice(slots(cron, zone, after), count)]


def test_a_time_that_clocks_leave_out_is_the_moment_of_the_change():
    # 29 March 2026 in Berlin: 02:00 becomes 03:00, at 01:00 UTC.
    assert moments("30 2 * * *", "Europe/Berlin", utc(2026, 3, 27, 12), 3) == [
        "03-28 01:30",
        "03-29 01:00",
        "03-30 00:30",
    ]
    assert moments("*/20 2 29 3 *", "Europe/Berlin", utc(2026, 3, 27), 1) == ["03-29 01:00"]
    assert moments("0 3 * * *", "Europe/Berlin", utc(2026, 3, 28, 12), 2) == ["03-29 01:00", "03-30 01:00"]


def test_a_time_that_comes_twice_is_the_first_of_the_two():
    # 25 October 2026 in Berlin: 03:00 becomes 02:00 again.
    assert moments("30 2 * * *", "Europe/Berlin", utc(2026, 10, 24, 12), 2) == ["10-25 00:30", "10-26 01:30"]


def test_a_schedule_for_every_hour_follows_the_real_time():
    assert moments("15 * * * *", "Europe/Berlin", utc(2026, 3, 28, 23, 30), 3) == [
        "03-29 00:15",
        "03-29 01:15",
        "03-29 02:15",
    ]
    assert moments("*/30 * * * *", "Europe/Berlin", utc(2026, 10, 24, 23, 45), 6) == [
        "10-25 00:00",
        "10-25 00:30",
        "10-25 01:00",
        "10-25 01:30",
        "10-25 02:00",
        "10-25 02:30",
    ]


def test_words_and_a_day_that_an_island_left_out():
    assert moments("@yearly", "UTC", utc(2026, 2, 1), 1) == ["01-01 00:00"]
    assert moments("@weekly", "Asia/Tokyo", utc(2026, 11, 22, 12), 1) == ["11-28 15:00"]
    # 30 December 2011 did not take place in Samoa.
    assert moments("0 12 30 12 *", "Pacific/Apia", utc(2011, 12, 1), 2) == ["12-30 10:00", "12-29 22:00"]
    assert next_times({"cron": "@daily", "enabled": False}, utc(2026, 1, 1)) == []


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
CRONS = st.sampled_from(
    ["* * * * *", "*/7 * * * *", "30 2 * * *", "0 */5 * * *", "59 23 * * 0", "@daily", "0 0 31 * *"]
)
WHEN = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2028, 1, 1), timezones=st.just(dt.UTC))


@settings(deadline=None, max_examples=60)
@given(CRONS, ZONES, WHEN)
def test_slots_come_in_order_and_going_on_from_one_misses_none(cron, zone, after):
    found = list(islice(slots(cron, zone, after), 8))
    assert found == sorted(set(found))
    assert all(slot > after for slot in found)
    assert list(islice(slots(cron, zone, found[2]), 5)) == found[3:]
    assert last_slots(cron, zone, after, found[-1], 3) == found[-3:]
    assert last_slots(cron, zone, found[1], found[2] - dt.timedelta(seconds=1), 3) == []


class Clock:
    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock(utc(2026, 5, 1, 11, 59, 30))


@pytest.fixture
def timed(tmp_path, clock):
    """A platform whose scheduler looks only when it is told to."""
    found = Bench(tmp_path / "home", now=clock)
    yield found
    found.close()


def runs_of(bench, name="orders"):
    return bench.runs.page({"pipeline": name, "limit": 100, "offset": 0})["runs"][::-1]


def slots_of(bench, name="orders"):
    return [run["scheduled_for"][5:16] for run in runs_of(bench, name)]


def look(bench, clock, *parts, seconds=0):
    """Sets the clock, looks, and waits for the runs that were started."""
    clock.now = utc(*parts, seconds)
    started = bench.scheduler.look()
    for run in started:
        bench.wait(run)
    return started


def test_a_run_at_its_time_and_once(timed, clock):
    timed.define(schedule={"cron": "0 * * * *"})
    assert timed.scheduler.look() == []
    assert len(look(timed, clock, 2026, 5, 1, 12, 0)) == 1
    assert look(timed, clock, 2026, 5, 1, 12, 0, seconds=1) == []
    assert look(timed, clock, 2026, 5, 1, 12, 59) == []
    assert len(look(timed, clock, 2026, 5, 1, 13, 0)) == 1
    (first, second) = runs_of(timed)
    assert (first["trigger"], first["status"]) == ("schedule", "completed")
    assert second["scheduled_for"] == "2026-05-01T13:00:00.000Z"
    shown = timed.pipelines.schedule("orders", {})
    assert shown["next_runs"][0] == "2026-05-01T14:00:00.000Z"
    assert shown["last"] == {
        "scheduled_for": "2026-05-01T13:00:00.000Z",
        "status": "started",
        "execution_id": second["execution_id"],
        "reason": None,
    }


def test_several_schedules_and_one_that_is_broken(timed, clock):
    for name in ("a", "b", "c"):
        timed.define(name, schedule={"cron": "0 * * * *"})
    with timed.database.write() as connection:
        connection.execute(
            sa.text(
                "UPDATE schedules SET cron = 'broken' WHERE revision = 1 AND pipeline_id = "
                "(SELECT id FROM pipelines WHERE name = 'b')"
            )
        )
    assert len(look(timed, clock, 2026, 5, 1, 12, 0)) == 2


def test_skip_leaves_out_what_came_while_the_service_was_down(timed, clock):
    timed.define(schedule={"cron": "0 * * * *"})
    timed.scheduler.look()
    assert look(timed, clock, 2026, 5, 1, 15, 30) == []
    last = timed.pipelines.schedule("orders", {})["last"]
    assert (last["status"], last["scheduled_for"][11:16]) == ("missed", "15:00")
    assert "was not running" in last["reason"]
    look(timed, clock, 2026, 5, 1, 16, 0, seconds=40)
    assert slots_of(timed) == ["05-01T16:00"]


def test_latest_makes_up_for_the_newest(timed, clock):
    timed.define(schedule={"cron": "0 * * * *", "catchup": "latest"})
    timed.scheduler.look()
    for _ in range(3):
        look(timed, clock, 2026, 5, 1, 15, 30)
    assert slots_of(timed) == ["05-01T15:00"]


def test_all_makes_up_for_each_in_order_and_for_a_bounded_number(timed, clock):
    timed.define(schedule={"cron": "0 * * * *", "catchup": "all"})
    timed.scheduler.look()
    for second in range(5):
        look(timed, clock, 2026, 5, 1, 14, 30, seconds=second)
    assert slots_of(timed) == ["05-01T12:00", "05-01T13:00", "05-01T14:00"]
    timed.engine.hold = True
    timed.define("many", max_concurrent_runs=50, schedule={"cron": "0 * * * *", "catchup": "all"})
    timed.scheduler.look()
    for second in range(MOST_CAUGHT_UP + 3):
        clock.now = utc(2026, 5, 20, 0, 30, second)
        timed.scheduler.look()
    found = slots_of(timed, "many")
    assert len(found) == MOST_CAUGHT_UP
    assert (found[0], found[-1]) == ("05-19T01:00", "05-20T00:00")


def test_a_run_that_still_goes_on_takes_the_next_slot(timed, clock):
    timed.engine.hold = True
    timed.define("skips", schedule={"cron": "* * * * *"})
    timed.define("waits", schedule={"cron": "* * * * *", "catchup": "all"})
    timed.scheduler.look()
    clock.now = utc(2026, 5, 1, 12, 0)
    first, second = timed.scheduler.look()
    for minute in (1, 2, 3):
        clock.now = utc(2026, 5, 1, 12, minute)
        assert timed.scheduler.look() == []
    timed.engine.hold = False
    for run in (first, second):
        timed.engine.go(run)
        timed.wait(run)
    look(timed, clock, 2026, 5, 1, 12, 3, seconds=30)
    look(timed, clock, 2026, 5, 1, 12, 3, seconds=31)
    look(timed, clock, 2026, 5, 1, 12, 3, seconds=32)
    # It may begin up to a minute late; what is older is left out.
    assert slots_of(timed, "skips") == ["05-01T12:00", "05-01T12:03"]
    assert slots_of(timed, "waits") == ["05-01T12:00", "05-01T12:01", "05-01T12:02", "05-01T12:03"]


def test_a_slot_that_was_left_out_because_of_a_run_says_which(timed, clock):
    timed.engine.hold = True
    timed.define(schedule={"cron": "0 * * * *"})
    timed.scheduler.look()
    clock.now = utc(2026, 5, 1, 12)
    (run,) = timed.scheduler.look()
    clock.now = utc(2026, 5, 1, 13)
    assert timed.scheduler.look() == []
    assert timed.pipelines.schedule("orders", {})["last"]["status"] == "started"
    clock.now = utc(2026, 5, 1, 13, 1)
    assert timed.scheduler.look() == []
    last = timed.pipelines.schedule("orders", {})["last"]
    assert (last["status"], last["reason"]) == ("missed", f"the run {run} was still going on")
    timed.engine.go(run)
    timed.wait(run)


def test_nothing_is_made_up_for_a_pause(timed, clock):
    timed.define(schedule={"cron": "0 * * * *", "catchup": "all"})
    timed.scheduler.look()
    assert timed.pipelines.set_active("orders", active=False)["schedule"]["next_runs"] == []
    assert look(timed, clock, 2026, 5, 1, 13, 30) == []
    assert timed.pipelines.set_active("orders", active=True)["schedule"]["next_runs"] != []
    assert look(timed, clock, 2026, 5, 1, 13, 31) == []
    assert len(look(timed, clock, 2026, 5, 1, 14, 0)) == 1
    timed.pipelines.schedule("orders", {"enabled": False})
    assert look(timed, clock, 2026, 5, 1, 16, 30) == []
    timed.pipelines.schedule("orders", {"enabled": True, "cron": "30 * * * *"})
    assert len(look(timed, clock, 2026, 5, 1, 17, 30)) == 1
    timed.pipelines.schedule("orders", {"catchup": "skip"})
    timed.pipelines.schedule("orders", {"remove": True})
    assert look(timed, clock, 2026, 5, 1, 18, 30) == []
    assert slots_of(timed) == ["05-01T14:00", "05-01T17:30"]


def test_a_clock_that_is_set_back_repeats_nothing_and_stops_nothing(timed, clock):
    def at(*parts):
        clock.now = utc(*parts)
        return len(timed.scheduler.look())

    timed.engine.hold = True
    timed.define(max_concurrent_runs=50, schedule={"cron": "0 * * * *", "catchup": "all"})
    assert [at(2026, 5, 1, 11, 59), at(2026, 5, 1, 12, 0)] == [0, 1]
    assert [at(2026, 5, 1, 11, 30), at(2026, 5, 1, 11, 45), at(2026, 5, 1, 12, 0)] == [0, 0, 0]
    assert at(2026, 5, 1, 13, 0) == 1
    # And one that was years ahead does not keep the schedule waiting for years.
    assert [at(2031, 1, 1, 0, 0) for _ in range(MOST_CAUGHT_UP + 1)] == [1] * MOST_CAUGHT_UP + [0]
    assert [at(2026, 5, 1, 13, 30), at(2026, 5, 1, 14, 0)] == [0, 1]


def test_two_services_on_one_store_start_a_slot_once(tmp_path, clock, timed):
    other = Bench(tmp_path / "home", now=clock)
    try:
        timed.define(schedule={"cron": "* * * * *"})
        for minute in range(5):
            clock.now = utc(2026, 5, 1, 12, minute)
            started = [*timed.scheduler.look(), *other.scheduler.look()]
            assert len(started) == (1 if minute or started else 0)
            for run in started:
                timed.wait(run)
        found = slots_of(timed)
        assert found == sorted(set(found))
        assert found[-1] == "05-01T12:04"
    finally:
        other.close()


def test_a_slot_that_another_service_took_between_looking_and_taking(timed, clock):
    timed.define(schedule={"cron": "0 * * * *"})
    timed.scheduler.look()
    clock.now = utc(2026, 5, 1, 12)
    (seen,) = timed.schedules.due(clock.now)
    assert len(timed.scheduler.look()) == 1
    assert timed.schedules.start(seen, clock.now, None) is None
    assert timed.schedules.advance(seen, clock.now, None, missed=clock.now, reason="x") is False


def test_a_kill_between_the_slot_and_the_start(timed, clock):
    """The run is stored with its slot; whoever comes next hands it over, and no second one is made."""
    timed.engine.hold = True
    timed.define(schedule={"cron": "0 * * * *"})
    stranger = Scheduler(timed.schedules, lambda _run: None, now=clock)
    stranger.look()
    clock.now = utc(2026, 5, 1, 12)
    (run,) = stranger.look()
    assert timed.scheduler.look() == []
    timed._recheck()
    assert timed.engine.submitted == []
    clock.now = utc(2026, 5, 1, 12, 1)
    timed._recheck()
    timed._recheck()
    assert timed.engine.submitted == [run]


def test_a_pipeline_without_steps_and_one_that_never_comes(timed, clock):
    timed.define(steps=[], schedule={"cron": "0 * * * *"})
    timed.scheduler.look()
    assert look(timed, clock, 2026, 5, 1, 12, 0) == []
    assert timed.pipelines.schedule("orders", {})["last"]["reason"] == "the pipeline has no steps"
    assert look(timed, clock, 2026, 5, 1, 12, 1) == []


def test_slots_are_remembered_in_bounded_number(timed, clock, monkeypatch):
    monkeypatch.setattr(schedule_store, "KEEP_SLOTS", 3)
    timed.define(schedule={"cron": "0 * * * *"})
    timed.scheduler.look()
    for hour in range(12, 18):
        look(timed, clock, 2026, 5, 1, hour, 0)
    with timed.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM schedule_slots")).scalar() == 3


def test_a_real_clock(tmp_path):
    bench = Bench(tmp_path / "home")
    bench.scheduler = Scheduler(bench.schedules, bench.engine.submit, recheck=bench._recheck, every=0.02)
    bench.launch()
    try:
        bench.define(schedule={"cron": "* * * * *", "catchup": "latest"})
        with bench.database.write() as connection:
            past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
            connection.execute(sa.update(schedules).values(cursor=past, next_at=None))
        (run,) = eventually(lambda: runs_of(bench))[:1]
        assert bench.wait(run["execution_id"])["status"] == "completed"
    finally:
        bench.close()


def test_a_scheduler_survives_that_the_store_is_away(tmp_path, caplog):
    class Store:
        looked = 0

        def due(self, _now):
            self.looked += 1
            raise OSError("away")

    store = Store()
    scheduler = Scheduler(store, lambda _run: None, every=0.01)  # type: ignore[arg-type]
    scheduler.launch()
    eventually(lambda: store.looked > 2)
    scheduler.close()
    assert "schedules cannot be looked at" in caplog.text


def test_tables_of_before_get_their_schedules(tmp_path, monkeypatch):
    from flext_sdk.embedded.store import database as module

    path = tmp_path / "flext.db"
    monkeypatch.setattr(module, "VERSIONS", ("v0001_initial",))
    old = Database(f"sqlite:///{path}")
    insert = (
        "INSERT INTO pipelines (id, name, search_text, definition, is_active, version, created_at, updated_at) "
        "VALUES (:id, :id, '', :definition, 1, 1, '2026-01-01', '2026-01-01')"
    )
    with old.write() as connection:
        for key, definition in (("a", '{"name": "a", "schedule": {"cron": "@daily"}}'), ("b", '{"name": "b"}')):
            connection.execute(sa.text(insert), {"id": key, "definition": definition})
    old.close()
    monkeypatch.undo()
    new = Database(f"sqlite:///{path}")
    with new.read() as connection:
        found = connection.execute(sa.text("SELECT pipeline_id, timezone, catchup, active FROM schedules")).all()
    assert [tuple(row) for row in found] == [("a", "UTC", "skip", 1)]
    new.close()


def test_what_belongs_to_a_tool_is_not_listed_nor_changed(timed):
    stored = timed.pipeline_store.create({"name": "meltano:shop", "steps": [step("load")]}, "meltano")
    assert timed.pipelines.page({"sort": "name", "limit": 10, "offset": 0})["total"] == 0
    assert timed.pipeline_store.all_names() == []
    assert [found.id for found in timed.pipeline_store.of_kind("meltano")] == [stored.id]
    assert timed.pipelines.show("meltano:shop")["id"] == stored.id
    for change in (
        lambda: timed.pipelines.delete("meltano:shop"),
        lambda: timed.pipelines.schedule("meltano:shop", {"cron": "@daily"}),
    ):
        with pytest.raises(ApiError) as caught:
            change()
        assert caught.value.code == "NOT_A_PIPELINE"
