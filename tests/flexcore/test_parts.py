"""Parts of FlexCore that a whole service would take too long to bring to these states."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.embedded.flexcore import events as events_module
from flext_sdk.embedded.flexcore import orchestrator as orchestrator_module
from flext_sdk.embedded.flexcore.events import Events
from flext_sdk.embedded.flexcore.job import Stage
from flext_sdk.embedded.flexcore.journal import Journal
from flext_sdk.embedded.flexcore.keys import Keys
from flext_sdk.embedded.flexcore.ledger import Ledger
from flext_sdk.embedded.flexcore.orchestrator import Orchestrator
from flext_sdk.embedded.flexcore.record import Record
from flext_sdk.embedded.flexcore.runtimes import Job, runtimes
from flext_sdk.embedded.flexcore.settings import Limits
from flext_sdk.embedded.plugins.catalogue import Catalogue
from flext_sdk.embedded.web.call import Answer, Call
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.idempotency import steady

BODY = {"name": "n", "runtime_type": "process", "command": "c"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "state" / "flexcore.db")
    yield found
    found.close()


class Told:
    def __init__(self) -> None:
        self.kinds: list[str] = []

    async def __call__(self, kind: str, _data: Mapping[str, Any]) -> None:
        self.kinds.append(kind)


def make(ledger: Ledger, tmp_path: Path, **limits: Any) -> tuple[Orchestrator, Told]:
    told = Told()
    folder = tmp_path / "work"
    return Orchestrator(
        Journal(ledger), ledger, Limits(**limits), environ=dict(os.environ), folder=folder, emit=told
    ), told


def job(code: str, finish: Any = lambda ended: ended.codes) -> Job:
    return Job(lambda _folder: [Stage("py", [sys.executable, "-I", "-c", code])], finish)


async def test_a_queue_that_is_full_takes_no_more(ledger: Ledger, tmp_path: Path) -> None:
    orchestrator, told = make(ledger, tmp_path, concurrent=1, waiting=1)
    first = await orchestrator.submit(BODY, job("import time; time.sleep(60)"))
    second = await orchestrator.submit(BODY, job("pass"))
    # The first may have begun while the second was being written down; what counts is that the second waits.
    assert first.status in {"submitted", "running"}
    assert second.status == "pending"
    with pytest.raises(ApiError) as caught:
        await orchestrator.submit(BODY, job("pass"))
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (429, "5")
    await orchestrator.cancel("orch_nothing")
    await orchestrator.close()
    assert [r.status for r in (first, second)] == ["failed", "failed"]
    assert orchestrator.active == 0
    assert told.kinds.count("orchestration.failed") == 2
    with pytest.raises(ApiError, match="is stopping"):
        await orchestrator.submit(BODY, job("pass"))


async def test_one_that_is_cancelled_before_it_began_ends_too(ledger: Ledger, tmp_path: Path) -> None:
    orchestrator, _ = make(ledger, tmp_path)
    record = await orchestrator.submit(BODY, job("pass"))
    await orchestrator.cancel(record.id)
    assert record.status == "canceled"
    await orchestrator.close()


async def test_a_fault_of_ours_ends_it_as_failed(ledger: Ledger, tmp_path: Path) -> None:
    orchestrator, _ = make(ledger, tmp_path)
    record = await orchestrator.submit(BODY, job("pass", finish=lambda _ended: 1 / 0))
    while orchestrator.active:
        await asyncio.sleep(0.01)
    assert (record.status, record.error) == ("failed", "FlexCore failed to carry this out")


async def test_an_end_that_cannot_be_kept_is_an_end(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    orchestrator, _ = make(ledger, tmp_path)
    record = await orchestrator.submit(BODY, job("import sys, time; print(1, file=sys.stderr); time.sleep(0.3)"))

    def full(*_args: object) -> None:
        raise ApiError(500, "STORE", "disk full")

    monkeypatch.setattr(Journal, "write", full)
    while orchestrator.active:
        await asyncio.sleep(0.01)
    assert record.status == "completed"
    assert f"the end of {record.id} is not kept: disk full" in caplog.text


async def test_a_long_one_is_written_now_and_then(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orchestrator_module, "WRITE_EVERY", 0.01)
    orchestrator, _ = make(ledger, tmp_path)
    code = "import sys, time\nfor n in range(20): print(n, file=sys.stderr, flush=True); time.sleep(0.02)"
    record = await orchestrator.submit(BODY, job(code))
    seen = set()
    while orchestrator.active:
        found = Journal(ledger).find(record.id)
        seen.add(len(found["logs"]) if found else 0)
        await asyncio.sleep(0.01)
    assert len(seen) > 3


async def test_an_event_that_cannot_be_kept_undoes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "flexcore.db"
    path.mkdir()
    ledger = Ledger(path)
    await Events(ledger).emit("a.b", {"x": 1})
    assert "the event a.b is not kept" in caplog.text
    assert ledger.state != "ok"


def test_only_the_newest_events_are_kept(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "_TRIM_EVERY", 10)
    events = Events(ledger, keep=5)
    assert events.stored() == 0
    for n in range(30):
        events.append("t", {"n": n})
    assert events.stored() == 5
    page = events.list(Call("events.list", query={"limit": 10, "offset": 0}))
    assert [event["data"]["n"] for event in page["events"]] == [29, 28, 27, 26, 25]


def test_only_the_newest_that_ended_are_kept(ledger: Ledger) -> None:
    journal = Journal(ledger, keep=3)
    going_on = Record("orch_0", BODY, "running")
    journal.write(going_on.view())
    for n in range(1, 8):
        record = Record(f"orch_{n}", BODY, "running")
        record.finish("completed")
        journal.write(record.view())
    found, total = journal.page(status=None, runtime=None, limit=0, offset=0)
    assert [each["id"] for each in found] == ["orch_7", "orch_6", "orch_5", "orch_0"]
    assert total == 4


def test_keys_of_one_that_died_may_be_taken_again(ledger: Ledger) -> None:
    clock = [1000.0]
    dead, alive = (Keys(ledger, clock=lambda: clock[0]) for _ in range(2))
    assert dead.begin("k", "events.publish", "f") is None
    with pytest.raises(ApiError) as caught:
        dead.begin("k", "events.publish", "f")
    assert caught.value.status == 409
    assert alive.begin("k", "events.publish", "f") is None
    alive.abandon("k", "events.publish", "f")
    assert alive.begin("k", "events.publish", "g") is None
    alive.finish("k", "events.publish", "g", Answer(200, {"a": 1}))
    assert alive.begin("k", "events.publish", "g") == Answer(200, {"a": 1})
    clock[0] += 25 * 3600
    assert alive.begin("k", "events.publish", "other") is None
    for operation in ("plugins.execute", "runtimes.health"):
        assert alive.begin("k", operation, "x") is None
        alive.finish("k", operation, "x", Answer(200))
        alive.abandon("k", operation, "x")


def test_keys_end_after_a_day_whatever_happens_to_the_clock(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, passed = [1_000_000_000.0], [50.0]
    clock = steady(lambda: seconds[0], lambda: passed[0])
    monkeypatch.setattr("flext_sdk.embedded.flexcore.keys.steady", lambda: clock)
    keys, answer = Keys(ledger), Answer(200, {"a": 1})
    keys.begin("k", "events.publish", "f")
    keys.finish("k", "events.publish", "f", answer)
    for wall in (2_000_000_000.0, 1_000.0):
        seconds[0] = wall
        assert keys.begin("k", "events.publish", "f") == answer
    seconds[0] = 1_000_000_000 - 365 * 86_400  # set back by a year, and started anew
    clock = steady(lambda: seconds[0], lambda: passed[0])
    restarted = Keys(ledger)
    assert restarted.begin("k", "events.publish", "f") == answer
    passed[0] += 86_400 + 1
    assert restarted.begin("k", "events.publish", "new") is None


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.write() as connection:
        connection.execute(
            "INSERT INTO events (type, source, data, version, timestamp) VALUES ('a', 'b', '{}', 1, 'now')"
        )
        raise ZeroDivisionError
    assert Events(ledger).stored() == 0
    with pytest.raises(ApiError, match="no such table"), ledger.read() as connection:
        connection.execute("SELECT * FROM not_there")


def test_without_connectors_singer_cannot_be_used(tmp_path: Path) -> None:
    found = runtimes(Limits(), Catalogue(tmp_path, {}, {}))["singer"]
    assert (found.status, found.prepare) == ("not_installed", None)
