"""The engine on DBOS, with services that are stopped and killed in the middle of runs."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from engine_bench import Bench, eventually, gone, lines, step
from killed_service import Service

from flext_sdk.embedded.engine import durable
from flext_sdk.embedded.engine.process import identity
from flext_sdk.embedded.store.database import StoreError
from flext_sdk.embedded.store.processes import StoredProcess


@pytest.fixture
def durable_bench(tmp_path):
    opened = []

    def open_bench(**options):
        bench = Bench(tmp_path / "home", engine=None, **options)
        opened.append(bench)
        bench.launch()
        return bench

    yield open_bench
    opened[-1].close()


def three_steps(tmp_path: Path) -> list[dict]:
    return [
        step("first", ["rows", 2], ["touch", str(tmp_path / "first")], target={"out": str(tmp_path / "first.jsonl")}),
        step(
            "second",
            ["resume", "orders", 40],
            tap={"path": str(tmp_path / "gate")},
            target={"out": str(tmp_path / "second.jsonl")},
            depends_on=["first"],
        ),
        step("third", ["rows", 1], target={"out": str(tmp_path / "third.jsonl")}, depends_on=["second"]),
    ]


@pytest.mark.parametrize("how", ["kill", "close"])
def test_a_run_goes_on_after_its_service_ended(tmp_path, durable_bench, how):
    home = tmp_path / "home"
    setup = Bench(home)
    setup.define(steps=three_steps(tmp_path))
    setup.close()
    service = Service(home)
    run_id = service.ask("start orders")
    watch = Bench(home)  # looks only
    eventually(lambda: watch.saved().get("second", {}).get("bookmarks", {}).get("orders", 0) >= 3)
    [left] = watch.processes.all()
    if how == "kill":
        service.kill()
    else:
        assert service.ask("close") == "closed"
        service.end()
        assert watch.processes.all() == []
        assert gone(left.pid)
        assert watch.runs.show(run_id)["status"] == "running"
    before = watch.saved()["second"]["bookmarks"]["orders"]
    watch.close()
    (tmp_path / "gate").touch()
    bench = durable_bench()
    run = bench.wait(run_id)
    assert run["status"] == "completed"
    assert run["restarts"] == 1
    assert gone(left.pid)
    assert bench.processes.all() == []
    assert len(lines(tmp_path / "first.jsonl")) == 2
    assert len(lines(tmp_path / "third.jsonl")) == 1
    ids = [row["id"] for row in lines(tmp_path / "second.jsonl")]
    assert set(ids) == set(range(1, 41))
    # What was confirmed before is not read again, but for the rows on their way when the service died.
    assert len(ids) <= 40 + 9 - before
    assert 40 <= run["steps"][1]["records"] <= 49
    assert "the run goes on after a restart of the service" in bench.messages(run_id)
    numbers = [line.id for line in bench.logs.after(run_id, 0, 10_000)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not (home / "state" / "runs").exists() or not any((home / "state" / "runs").iterdir())


def test_a_run_that_was_stopping_is_cancelled_after_a_restart(tmp_path, durable_bench):
    home = tmp_path / "home"
    setup = Bench(home)
    setup.define(steps=[step("load", ["ignore_term"], ["touch", str(tmp_path / "mark")], ["wait", "/nowhere"])])
    setup.close()
    service = Service(home)
    run_id = service.ask("start orders")
    eventually((tmp_path / "mark").exists)
    watch = Bench(home)
    watch.run_store.request_stop(run_id, force=False)
    service.kill()
    watch.close()
    bench = durable_bench()
    assert bench.wait(run_id)["status"] == "cancelled"
    eventually(lambda: gone(int((tmp_path / "mark").read_text())))


def test_the_engine_from_start_to_end(tmp_path, durable_bench, monkeypatch):
    """One engine for several questions, for launching one takes a second."""
    bench = durable_bench()
    assert bench.ready() == {"store": "ok", "engine": "ok"}
    bench.define(steps=[step("load", ["rows", 3])])
    assert bench.run()["status"] == "completed"
    # Stopping.
    bench.define("long", steps=[step("load", ["touch", str(tmp_path / "mark")], ["forever"])])
    run_id = bench.begin("long")
    eventually((tmp_path / "mark").exists)
    bench.runs.stop("long", {"force": True})
    assert bench.wait(run_id)["status"] == "cancelled"
    # A run that is taken twice runs once.
    out = tmp_path / "out"
    bench.define("twice", steps=[step("load", ["rows", 1], target={"out": str(out)})])
    run_id = bench.begin("twice")
    bench.engine.submit(run_id)
    assert bench.wait(run_id)["status"] == "completed"
    bench.engine.submit(run_id)
    assert len(lines(out)) == 1
    # What is deleted is forgotten by both.
    from dbos import DBOS

    assert DBOS.get_workflow_status(run_id) is not None
    bench.pipelines.delete("twice")
    assert DBOS.get_workflow_status(run_id) is None
    # Several at once.
    for number in range(3):
        bench.define(f"p{number}", steps=[step("a", ["rows", 1]), step("b", ["rows", 1])])
    runs = [bench.begin(f"p{number}") for number in range(3)]
    assert {bench.wait(run)["records"] for run in runs} == {2}
    assert bench.tally.view() == {
        "runs": {"completed": 5, "cancelled": 1},
        "records": 3
        + 1
        + 6
        + bench.runs.show(bench.runs.page({"status": "cancelled", "limit": 1, "offset": 0})["runs"][0]["execution_id"])[
            "records"
        ],
    }


def test_what_the_two_memories_disagree_about(tmp_path, durable_bench):
    home = tmp_path / "home"
    setup = Bench(home)
    setup.define(steps=[step("load", ["rows", 1])])
    setup.define("lost", steps=[step("load", ["rows", 1])])
    setup.engine.hold = True
    unknown = setup.begin("orders")  # stored, and never submitted
    lost = setup.begin("lost")
    setup.close()
    first = Bench(home, engine=None)
    first.engine._runs = first.run_store
    from dbos import DBOS

    # The run is over for DBOS, and open in the store.
    first.run_store.begin(lost)
    first.engine._reconcile = lambda: None
    first.launch()
    first.engine.submit(lost)
    DBOS.cancel_workflow(lost)
    first.close()
    with first.database.write() as connection:
        connection.execute(
            sa.text("update runs set status = 'running', completed_at = null where id = :id"), {"id": lost}
        )
    bench = durable_bench()
    assert bench.wait(unknown)["status"] == "completed"
    run = bench.wait(lost)
    assert run["status"] == "failed"
    assert run["error"] == "the run was cut off and cannot go on"
    assert lost in run["hint"]


def test_left_over_processes_and_files_are_found_at_the_next_start(tmp_path):
    home = tmp_path / "home"
    bench = Bench(home)
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
        ],
        start_new_session=True,
        stdout=subprocess.PIPE,
    )
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    try:
        started = identity(stubborn.pid)
        assert started is not None
        bench.processes.add(StoredProcess(stubborn.pid, started, "run", "load"))
        bench.processes.add(StoredProcess(other.pid, "another one with the same id", "run", "load"))
        secret = home / "state" / "runs" / "run" / "load" / "tap.json"
        secret.parent.mkdir(parents=True)
        secret.write_text("{}")
        bench.launch()
        assert stubborn.wait(10) == -signal.SIGKILL
        assert other.poll() is None
        assert bench.processes.all() == []
        assert not secret.exists()
    finally:
        bench.close()
        stubborn.stdout.close()
        other.kill()
        other.wait()
        assert identity(other.pid) is None


def test_an_older_sqlite_is_replaced_or_refused(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = durable.sqlite_engine(url)
    with engine.connect() as connection:
        version = connection.execute(sa.text("select sqlite_version()")).scalar_one()
    engine.dispose()
    assert tuple(map(int, version.split("."))) >= (3, 42)
    assert oct((tmp_path / "x.db").stat().st_mode & 0o777) == "0o600"
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 30, 0))
    monkeypatch.setitem(sys.modules, "pysqlite3", None)
    with pytest.raises(StoreError, match=r"the engine needs SQLite 3\.42"):
        durable.sqlite_engine(url)


def test_a_database_that_is_none(tmp_path):
    home = tmp_path / "home"
    bench = Bench(home, engine=None)
    (home / "state" / "dbos.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="the engine's database cannot be used"):
        bench.launch()
    bench.close()


def test_a_service_that_closes_takes_no_more(tmp_path):
    bench = Bench(tmp_path / "home")
    bench.define()
    bench.engine.hold = True
    run_id = bench.begin()
    assert bench.engine.executor.close(1)
    bench.engine.go(run_id)
    for thread in bench.engine.threads:
        thread.join()
    assert bench.runs.show(run_id)["status"] == "pending"
    assert bench.ready()["engine"] == "starting"
    bench.close()
    assert bench.ready() == {"store": "stopping", "engine": "stopping"}


def test_patience_has_an_end(tmp_path):
    bench = Bench(tmp_path / "home")
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["ignore_term"], ["touch", str(mark)], ["wait", "/nowhere"])])
    bench.begin()
    eventually(mark.exists)
    assert not bench.engine.executor.close(0.05)
    os.kill(int(mark.read_text()), signal.SIGKILL)
    bench.close()
