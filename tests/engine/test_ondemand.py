"""The engine is started by the first run, and at once where runs are left to go on with."""

from __future__ import annotations

import subprocess
import sys

import pytest
from engine_bench import Bench, step

from flext_sdk.embedded.engine.ondemand import OnDemandEngine
from flext_sdk.embedded.store.database import StoreError


class Spy:
    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *given, **named: self.told.append((name, *given, *named.values()))


@pytest.fixture
def made():
    return []


def on_demand(made, *, needed=False, check=lambda: None):
    def make():
        made.append(Spy())
        return made[-1]

    return OnDemandEngine(make, needed=lambda: needed, check=check)


def test_nothing_is_made_until_a_run_comes(made):
    engine = on_demand(made)
    engine.launch()
    engine.cancel("r1", force=False)
    engine.forget([])
    assert made == []
    engine.submit("r1")
    engine.submit("r2")
    engine.cancel("r1", force=True)
    engine.forget(["r0"])
    engine.close(2.0)
    (spy,) = made
    assert spy.told == [
        ("launch",), ("submit", "r1"), ("submit", "r2"), ("cancel", "r1", True), ("forget", ["r0"]), ("close", 2.0)
    ]  # fmt: skip


def test_it_starts_at_once_where_work_is_left(made):
    engine = on_demand(made, needed=True)
    engine.launch()
    assert made[0].told == [("launch",)]


def test_what_can_be_told_cheaply_is_told_at_the_start(made):
    def check():
        raise StoreError("the engine's database cannot be used")

    with pytest.raises(StoreError):
        on_demand(made, check=check).launch()
    assert made == []


def test_closed_it_takes_nothing_more(made):
    engine = on_demand(made)
    engine.close(1.0)
    with pytest.raises(RuntimeError):
        engine.submit("r1")
    assert made == []


def test_a_run_whose_engine_cannot_start_has_failed_and_says_why(tmp_path):
    bench = Bench(tmp_path / "home", engine=None)
    bench.launch()
    try:
        bench.define(steps=[step("s", ["rows", 1], target={"out": str(tmp_path / "s.jsonl")})])
        (tmp_path / "home" / "state" / "dbos.db").write_bytes(b"this is no database" * 100)
        run = bench.run()
        assert run["status"] == "failed"
        assert "the engine's database cannot be used" in run["error"]
    finally:
        bench.close()


def test_an_idle_service_has_not_imported_the_engine():
    code = "import sys, flext_sdk.embedded.flext.app; print(sorted({'dbos', 'psycopg', 'sqlalchemy.orm'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
