"""The database: migrations, what is refused, lists, keys, retention."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading

import pytest
import sqlalchemy as sa
from engine_bench import Bench, eventually, step

from flext_sdk.embedded.engine.recorder import LogRecorder
from flext_sdk.embedded.store import database as database_module
from flext_sdk.embedded.store import tables
from flext_sdk.embedded.store.clock import utc_now
from flext_sdk.embedded.store.database import Database, StoreError
from flext_sdk.embedded.store.idempotency import KeyStore
from flext_sdk.embedded.store.logs import LogFilter, LogLine, LogStore
from flext_sdk.embedded.store.runs import NewRun
from flext_sdk.embedded.store.versions import VERSIONS
from flext_sdk.embedded.web.call import Answer
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.idempotency import steady


def url(tmp_path, name="x.db"):
    return f"sqlite:///{tmp_path / name}"


def test_migrations_make_exactly_the_tables_that_the_code_has(tmp_path):
    database = Database(url(tmp_path))
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    assert database.version() == 4
    database.close()
    assert oct((tmp_path / "x.db").stat().st_mode & 0o777) == "0o600"


def test_migrations_run_once_and_only_when_needed(tmp_path, monkeypatch):
    Database(url(tmp_path)).close()
    monkeypatch.setattr(database_module.importlib, "import_module", pytest.fail)
    Database(url(tmp_path)).close()


def test_two_services_may_open_a_new_database_together(tmp_path):
    errors = []

    def work():
        try:
            Database(url(tmp_path)).close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_failed_migration_leaves_nothing_behind(tmp_path, monkeypatch):
    real = database_module.importlib.import_module

    class Broken:
        @staticmethod
        def upgrade(op):
            real("flext_sdk.embedded.store.versions.v0001_initial").upgrade(op)
            op.execute("this is no SQL")

    monkeypatch.setattr(database_module.importlib, "import_module", lambda name: Broken)
    with pytest.raises(StoreError, match="cannot bring the database"):
        Database(url(tmp_path))
    with sqlite3.connect(tmp_path / "x.db") as raw:
        assert raw.execute("select count(*) from sqlite_master where name = 'runs'").fetchone() == (0,)
    raw.close()
    monkeypatch.undo()
    Database(url(tmp_path)).close()


def test_a_database_of_a_newer_release_is_left_alone(tmp_path):
    Database(url(tmp_path)).close()
    with sqlite3.connect(tmp_path / "x.db") as raw:
        raw.execute("update flext_schema_version set version = 99")
    raw.close()
    with pytest.raises(
        StoreError, match=f"has version 99 of the tables; this release knows only up to {len(VERSIONS)}"
    ) as caught:
        Database(url(tmp_path))
    assert caught.value.hint


def test_what_is_no_database(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is something else" * 200)
    with pytest.raises(StoreError, match=r"cannot open the database .*: file is not a database"):
        Database(url(tmp_path))
    with pytest.raises(StoreError, match="cannot be understood"):
        Database("what?")


def test_a_locked_database_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    holder = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    holder.execute("begin exclusive")
    try:
        with pytest.raises(StoreError, match="it is locked by another process"):
            Database(url(tmp_path))
    finally:
        holder.close()


def test_passwords_of_urls_are_not_shown():
    with pytest.raises(StoreError) as caught:
        Database("postgresql://me:hunter2@127.0.0.1:1/nothing")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_lists_are_filtered_sorted_and_paged(bench):
    for number, (name, tags, text) in enumerate(
        [
            ("alpha", ["x"], "Größe 100%"),
            ("beta", ["x", "y"], None),
            ("gamma", [], "under_score"),
            ("delta", ["y"], "100 more"),
        ]
    ):
        bench.define(
            name,
            steps=[step(f"s{number}", *([["leave", 1]] if name == "beta" else []))],
            tags=tags,
            description=text or "",
        )
    bench.pipelines.set_active("gamma", active=False)
    bench.run("beta")
    bench.run("delta")

    def names(limit=50, offset=0, sort="name", **query):
        page = bench.pipelines.page({"limit": limit, "offset": offset, "sort": sort, **query})
        return [entry["name"] for entry in page["pipelines"]], page["total"]

    assert names() == (["alpha", "beta", "delta", "gamma"], 4)
    assert names(sort="-name", limit=2, offset=1) == (["delta", "beta"], 4)
    assert names(sort="-created_at") == (["delta", "gamma", "beta", "alpha"], 4)
    assert names(sort="-updated_at")[0][0] == "gamma"
    assert names(tags=["x"]) == (["alpha", "beta"], 2)
    assert names(tags=["x", "y"]) == (["beta"], 1)
    assert names(active=False) == (["gamma"], 1)
    assert names(active=True)[1] == 3
    assert names(q="GRÖSSE") == (["alpha"], 1)
    assert names(q="100%") == (["alpha"], 1)
    assert names(q="r_s") == (["gamma"], 1)
    assert names(status="failed") == (["beta"], 1)
    assert names(status="completed") == (["delta"], 1)
    runs = bench.runs.page({"limit": 1, "offset": 0})
    assert runs["total"] == 2
    assert runs["runs"][0]["pipeline"] == "delta"
    assert [run["pipeline"] for run in bench.runs.page({"limit": 5, "offset": 0, "pipeline": "beta"})["runs"]] == [
        "beta"
    ]
    assert [run["pipeline"] for run in bench.runs.page({"limit": 5, "offset": 0, "status": "failed"})["runs"]] == [
        "beta"
    ]


def test_keys_are_kept_for_a_day(tmp_path):
    now = [1_000_000.0]
    database = Database(url(tmp_path))
    keys = KeyStore(database, lambda: now[0])
    assert keys.begin("k", "op", "f") is None
    with pytest.raises(ApiError) as caught:
        keys.begin("k", "op", "f")
    assert (caught.value.status, caught.value.code) == (409, "IDEMPOTENCY_IN_PROGRESS")
    keys.finish("k", "op", "f", Answer(201, {"a": [1]}, {"X": "y"}))
    assert keys.begin("k", "op", "f") == Answer(201, {"a": [1]}, {"X": "y"})
    with pytest.raises(ApiError) as caught:
        keys.begin("k", "other", "g")
    assert (caught.value.status, caught.value.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert keys.begin("l", "op", "f") is None
    keys.abandon("l", "op", "f")
    assert keys.begin("l", "op", "f") is None
    # Another process may take over what a process that died had begun.
    other = KeyStore(database, lambda: now[0])
    assert other.begin("l", "op", "f") is None
    with pytest.raises(ApiError):
        other.begin("l", "op", "f")
    now[0] += 25 * 3_600
    assert keys.begin("k", "op", "g") is None
    database.close()


def test_keys_end_after_a_day_whatever_happens_to_the_clock(tmp_path, monkeypatch):
    """Set forward and back while the service runs, and set back by a year while it does not."""
    seconds, passed = [1_000_000_000.0], [50.0]
    clock = steady(lambda: seconds[0], lambda: passed[0])
    monkeypatch.setattr("flext_sdk.embedded.store.idempotency.steady", lambda: clock)
    database = Database(url(tmp_path))
    try:
        keys, answer = KeyStore(database), Answer(201, {"a": 1})
        keys.begin("k", "op", "f")
        keys.finish("k", "op", "f", answer)
        for wall in (2_000_000_000.0, 1_000.0):
            seconds[0] = wall
            passed[0] += 3_600
            assert keys.begin("k", "op", "f") == answer
        passed[0] += 23 * 3_600
        assert keys.begin("k", "op", "other") is None
        keys.finish("k", "op", "other", answer)

        seconds[0] = 1_000_000_000 - 365 * 86_400
        clock = steady(lambda: seconds[0], lambda: passed[0])
        restarted = KeyStore(database)
        assert restarted.begin("k", "op", "other") == answer
        passed[0] += 86_400 + 1
        assert restarted.begin("k", "op", "new") is None
    finally:
        database.close()


def test_what_waits_for_its_turn_is_found_when_the_clock_was_set_back(tmp_path):
    moment = [utc_now()]
    bench = Bench(tmp_path, now=lambda: moment[0])
    try:
        bench.define()
        pipeline = bench.pipelines.require("orders")
        run = bench.run_store.create(NewRun(
            pipeline_id=pipeline.id, pipeline="orders", definition={}, steps=[], trigger="manual", max_concurrent_runs=1
        ))  # fmt: skip
        assert bench.run_store.waiting_for(dt.timedelta(seconds=30)) == []
        moment[0] -= dt.timedelta(days=365)
        assert bench.run_store.waiting_for(dt.timedelta(seconds=30)) == [run.id]
    finally:
        bench.close()


def test_old_runs_and_lines_are_forgotten(bench):
    bench.define(steps=[step("load", ["rows", 1])])
    ids = [bench.run()["execution_id"] for _ in range(3)]
    pipeline = bench.pipelines.require("orders").id
    assert bench.logs.forget_old_runs(pipeline, keep=2) == [ids[0]]
    assert [run["execution_id"] for run in bench.runs.page({"limit": 9, "offset": 0})["runs"]] == ids[:0:-1]
    assert bench.messages(ids[0]) == []
    lines = bench.logs.after(ids[1], 0, 100)
    bench.logs.trim(ids[1], lines[-1].id, keep=2)
    assert bench.logs.after(ids[1], 0, 100) == lines[-2:]


def test_what_is_forgotten_is_told_to_the_engine(bench, monkeypatch):
    monkeypatch.setattr("flext_sdk.embedded.store.logs.LogStore.forget_old_runs.__defaults__", (1,))
    bench.define(steps=[step("load")])
    first, second = bench.run()["execution_id"], bench.run()["execution_id"]
    eventually(lambda: bench.engine.forgotten == [first])
    bench.pipelines.delete("orders")
    assert bench.engine.forgotten == [first, second]


def test_a_talkative_run_keeps_its_last_lines(bench, monkeypatch):
    monkeypatch.setattr("flext_sdk.embedded.engine.recorder.KEEP_LINES", 100)
    bench.define(steps=[step("load", ["spam", 1000])])
    run = bench.run()
    lines = bench.logs.after(run["execution_id"], 0, 10_000)
    assert 100 <= len(lines) < 1000
    assert lines[-1].message == "the run is completed"


def test_the_recorder_waits_for_a_slow_disk_and_outlives_a_broken_one(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("flext_sdk.embedded.engine.recorder.MAX_WAITING", 5)
    bench = Bench(tmp_path / "home")
    bench.define()
    bench.engine.hold = True
    run_id = bench.begin()
    stored = []

    class Slow(LogStore):
        def append(self, batches):
            if any(line.message == "broken" for lines in batches.values() for line in lines):
                raise OSError(28, "No space left on device")
            super().append(batches)

    recorder = LogRecorder(Slow(bench.database), lambda _run, lines: stored.extend(lines))
    for number in range(50):
        recorder.write(run_id, 20, "engine", f"line {number}")
    recorder.flush()
    recorder.write(run_id, 20, "engine", "broken")
    recorder.flush()
    recorder.write(run_id, 20, "engine", "after")
    recorder.write("deleted", 20, "engine", "nobody")
    recorder.close()
    assert [line.message for line in stored if line.message != "nobody"] == [
        *(f"line {number}" for number in range(50)),
        "after",
    ]
    assert "could not be stored" in caplog.text
    bench.close()


def test_lines_are_filtered(tmp_path):
    bench = Bench(tmp_path / "home")
    bench.define()
    bench.engine.hold = True
    run_id = bench.begin()
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    lines = [LogLine(n, start + dt.timedelta(seconds=n), 20 + 10 * (n % 2), "tap", None, f"m{n}") for n in range(1, 11)]
    bench.logs.append({run_id: lines})

    def ids(count, *, oldest_first=False, **wanted):
        return [line.id for line in bench.logs.lines(run_id, count, LogFilter(**wanted), oldest_first=oldest_first)]

    assert ids(3) == [8, 9, 10]
    assert ids(3, after=2, oldest_first=True) == [3, 4, 5]
    assert ids(99, level=30) == [1, 3, 5, 7, 9]
    assert ids(99, since=start + dt.timedelta(seconds=9)) == [9, 10]
    assert ids(0) == []

    def shown(**query):
        return [line["id"] for line in bench.runs.logs("orders", {"tail": 2, **query})["logs"]]

    assert shown() == [9, 10]
    assert shown(after=0) == [1, 2]
    assert shown(level="warning") == [7, 9]
    assert shown(since="2026-01-01T00:00:10Z") == [10]
    assert shown(since="2026-01-01T00:00:10") == [10]
    assert shown(execution_id=run_id) == [9, 10]
    bench.close()


def test_times_are_utc_on_any_database():
    kind = tables.UtcDateTime()
    moment = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    from sqlalchemy.dialects import postgresql, sqlite

    assert kind.process_bind_param(moment, sqlite.dialect()) == dt.datetime(2026, 1, 1, 10)
    assert kind.process_bind_param(moment, postgresql.dialect()) == moment
    assert kind.process_result_value(moment, postgresql.dialect()).utcoffset() == dt.timedelta(0)
    assert kind.process_bind_param(None, sqlite.dialect()) is None


def test_a_reader_sees_one_state_of_the_database(tmp_path):
    database = Database(url(tmp_path))
    count = sa.select(sa.func.count()).select_from(tables.idempotency_keys)
    with database.read() as reader:
        assert reader.execute(count).scalar_one() == 0
        KeyStore(database).begin("k", "op", "f")
        assert reader.execute(count).scalar_one() == 0
    with database.read() as reader:
        assert reader.execute(count).scalar_one() == 1
    database.close()
