"""Orchestrations: programs that really run, their queue, their end, and what is known of them afterwards."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from flext_sdk import RunFailedError, UsageError, ValidationFailedError, WaitTimeoutError
from flext_sdk.embedded import supervisor
from flext_sdk.embedded.supervisor.process import start_mark

EXECUTE = "/api/v1/orchestration/execute"
ENDED = {"completed", "failed", "canceled", "timeout"}
SLEEP = "import time; time.sleep(120)"


def submit(http: httpx.Client, code: str, *, status: int = 200, **more: Any) -> Any:
    request = {"name": "job", "runtime_type": "process", "command": sys.executable, "args": ["-c", code], **more}
    answer = http.post(EXECUTE, json=request)
    assert answer.status_code == status, answer.text
    return answer.json()


def show(http: httpx.Client, identity: str) -> dict[str, Any]:
    answer = http.get(f"/api/v1/orchestration/{identity}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["orchestration"])


def ended(http: httpx.Client, eventually: Any, identity: str) -> dict[str, Any]:
    return dict(eventually(lambda: (found := show(http, identity))["status"] in ENDED and found))


def run(http: httpx.Client, eventually: Any, code: str, **more: Any) -> dict[str, Any]:
    return ended(http, eventually, submit(http, code, **more)["orchestration_id"])


# -- running -------------------------------------------------------------------------------------------------------------


def test_a_program_runs_to_its_end_with_its_arguments_folder_and_variables(
    http: httpx.Client, eventually: Any, tmp_path: Path
) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['DAY'], 'FLEXT_HOME' in os.environ); print('note', file=sys.stderr)"
    found = run(http, eventually, code, config={"cwd": str(tmp_path), "env": {"DAY": "friday"}}, metadata={"a": [1]})
    assert found["status"] == "completed", found
    assert found["result"] == {"exit_code": 0, "output": f"{tmp_path} friday False\n"}
    assert sorted(found["logs"]) == sorted([f"{tmp_path} friday False", f"{Path(sys.executable).name}: note"])
    assert (found["progress"], found["error"], found["metadata"]) == (1.0, None, {"a": [1]})
    assert found["duration"] > 1_000_000
    assert found["workflow_id"] == "process_execution"
    assert found["start_time"] < found["end_time"]


def test_the_runtime_python_runs_a_file(http: httpx.Client, eventually: Any, tmp_path: Path) -> None:
    (tmp_path / "csv.py").write_text("raise SystemExit('must not be imported')")
    (tmp_path / "job.py").write_text("import csv, sys; print(sys.argv[1:])")
    request = {"name": "p", "runtime_type": "python", "command": str(tmp_path / "job.py"), "args": ["a b"]}
    found = ended(http, eventually, http.post(EXECUTE, json=request).json()["orchestration_id"])
    assert found["result"]["output"] == "['a b']\n"


def test_a_program_that_fails_tells_why(http: httpx.Client, eventually: Any) -> None:
    found = run(http, eventually, "import sys; print('half'); sys.exit('no such table')")
    assert found["status"] == "failed"
    assert found["error"].endswith("ended with code 1: no such table")
    assert found["result"] == {"exit_code": 1, "output": "half\n"}
    killed = run(http, eventually, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert (killed["status"], killed["error"]) == ("failed", f"{Path(sys.executable).name} was ended by signal 9")
    absent = submit(http, "", command="/nowhere/program")
    assert "cannot be started: No such file" in ended(http, eventually, absent["orchestration_id"])["error"]


def test_a_program_may_tell_how_far_it_is(http: httpx.Client, eventually: Any) -> None:
    code = "import json, time; print(json.dumps({'progress': 0.4}), flush=True); print('{\"progress\": 9}', flush=True); time.sleep(120)"
    identity = submit(http, code)["orchestration_id"]
    found = eventually(lambda: (view := show(http, identity))["progress"] == 0.4 and view["logs"] and view)
    assert found["status"] == "running"
    assert found["logs"] == ['{"progress": 9}']
    active = http.get("/api/v1/workflows/active").json()
    assert [each["progress"] for each in active["workflows"] if each["orchestration_id"] == identity] == [0.4]
    http.post(f"/api/v1/orchestration/{identity}/cancel")
    assert show(http, identity)["progress"] == 0.4


def test_a_program_that_says_much_costs_little(http: httpx.Client, eventually: Any) -> None:
    found = run(http, eventually, "print('x' * 3_000_000); [print(n) for n in range(100_000)]; print('y' * 20_000_000)")
    assert found["status"] == "completed"
    assert len(found["result"]["output"]) == 64 * 1024
    assert len(found["logs"]) <= 200
    assert max(map(len, found["logs"])) < 2100


def test_what_a_program_leaves_behind_does_not_outlive_it(http: httpx.Client, eventually: Any) -> None:
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid)"
    found = run(http, eventually, code)
    assert found["status"] == "completed"
    # It was killed before the answer; the system takes a moment to take it away.
    eventually(lambda: start_mark(int(found["result"]["output"])) is None)


def test_secrets_stand_in_no_log_result_or_file(world: Any, http: httpx.Client, eventually: Any) -> None:
    code = "import os, sys; print(os.environ['DB_PASSWORD']); sys.exit('refused: ' + os.environ['DB_PASSWORD'])"
    found = run(http, eventually, code, config={"env": {"DB_PASSWORD": "hunter2hunter2"}})
    assert found["status"] == "failed"
    assert "hunter2" not in json.dumps(found)
    for file in (world.home / "state").glob("flexcore.db*"):
        assert b"hunter2" not in file.read_bytes()
    assert "hunter2" not in (world.home / "logs" / "flexcore.log").read_text()


# -- ending --------------------------------------------------------------------------------------------------------------


def test_cancelling_ends_the_whole_group_also_one_that_does_not_listen(http: httpx.Client, eventually: Any) -> None:
    inner = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(120)"
    )
    code = f"import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', {inner!r}]); print(c.pid, flush=True); time.sleep(120)"
    identity = submit(http, code)["orchestration_id"]
    logs = eventually(lambda: len(found := show(http, identity)["logs"]) == 2 and found)
    child = next(int(line) for line in logs if line.isdigit())
    answer = http.post(f"/api/v1/orchestration/{identity}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    eventually(lambda: start_mark(child) is None)  # killed before the answer, gone in a moment
    found = show(http, identity)
    assert (found["status"], found["error"]) == ("canceled", None)
    # Sent again after the answer was lost it says the same; what ended in another way cannot be canceled.
    assert http.post(f"/api/v1/orchestration/{identity}/cancel").status_code == 200
    done = run(http, eventually, "")
    refused = http.post(f"/api/v1/orchestration/{done['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "ORCHESTRATION_ENDED")
    absent = http.post("/api/v1/orchestration/orch_0/cancel")
    assert (absent.status_code, absent.json()["code"]) == (404, "ORCHESTRATION_NOT_FOUND")


def test_one_that_takes_too_long_is_ended(http: httpx.Client, eventually: Any) -> None:
    found = run(http, eventually, f"print('begun', flush=True); {SLEEP}", timeout=700_000_000)
    assert found["status"] == "timeout"
    assert found["error"] == "it had not ended within 0.7 seconds"


def test_more_than_may_run_at_once_wait_for_their_turn(http: httpx.Client, eventually: Any) -> None:
    first, second = (submit(http, SLEEP) for _ in range(2))
    third, fourth = (submit(http, "print('at last')") for _ in range(2))
    assert [third["status"], fourth["status"]] == ["pending", "pending"]
    assert http.post(f"/api/v1/orchestration/{fourth['orchestration_id']}/cancel").status_code == 200
    eventually(lambda: show(http, first["orchestration_id"])["status"] == "running")
    assert show(http, third["orchestration_id"])["status"] == "pending"
    assert http.get("/api/v1/node/status").json()["status"]["active_orchestrations"] == 3
    assert http.get("/api/v1/runtimes/process/status").json()["runtime"]["active"] == 3
    http.post(f"/api/v1/orchestration/{first['orchestration_id']}/cancel")
    assert ended(http, eventually, third["orchestration_id"])["result"]["output"] == "at last\n"
    http.post(f"/api/v1/orchestration/{second['orchestration_id']}/cancel")
    assert show(http, fourth["orchestration_id"])["status"] == "canceled"


# -- surviving -----------------------------------------------------------------------------------------------------------


def test_what_goes_on_when_flexcore_dies_is_ended_and_told_of_by_the_next_one(
    lone: Callable[..., Any], eventually: Any
) -> None:
    world = lone(FLEXT_ALLOW_PROCESSES="1", FLEXT_MAX_ORCHESTRATIONS="1")
    with world.http() as http:
        running = submit(http, f"import os; print(os.getpid(), flush=True); {SLEEP}")["orchestration_id"]
        pid = int(eventually(lambda: show(http, running)["logs"])[0])
        waiting = submit(http, "")["orchestration_id"]
        # The process group stands in the file within a second; only then can the next one find it.
        with sqlite3.connect(f"file:{world.home}/state/flexcore.db?mode=ro", uri=True) as file:
            eventually(lambda: file.execute("SELECT pid FROM orchestrations WHERE id = ?", (running,)).fetchone()[0])
        file.close()
    service = supervisor.status("flexcore", environ=world.environ)["pid"]
    os.kill(service, signal.SIGKILL)
    eventually(lambda: start_mark(service) is None)
    world = lone(FLEXT_ALLOW_PROCESSES="1")
    with world.http() as http:
        for identity in (running, waiting):
            found = show(http, identity)
            assert (found["status"], found["hint"]) == ("failed", "Execute it again.")
            assert found["error"] == "FlexCore ended while this was going on"
        eventually(lambda: start_mark(pid) is None)
        told = http.get("/api/v1/flexcore/events", params={"type": "orchestration.failed"}).json()["events"]
        assert [event["data"]["id"] for event in told] == [waiting, running]
        assert http.get("/api/v1/orchestration/list", params={"status": "failed"}).json()["total"] == 2


def test_a_service_that_is_stopped_ends_its_programs(lone: Callable[..., Any], eventually: Any) -> None:
    world = lone(FLEXT_ALLOW_PROCESSES="1")
    with world.http() as http:
        identity = submit(http, f"import os; print(os.getpid(), flush=True); {SLEEP}")["orchestration_id"]
        pid = int(eventually(lambda: show(http, identity)["logs"])[0])
    supervisor.stop("flexcore", environ=world.environ)
    eventually(lambda: start_mark(pid) is None)
    with lone().http() as http:
        found = show(http, identity)
        assert (found["status"], found["error"]) == ("failed", "FlexCore was stopped")


def test_nothing_is_opened_before_it_is_needed(lone: Callable[..., Any]) -> None:
    world = lone()
    with world.http() as http:
        assert http.get("/api/v1/flexcore/metrics").json()["metrics"]["events"] == 0
        assert not (world.home / "state" / "flexcore.db").exists()
        assert http.get("/api/v1/flexcore/events/count").json()["count"] == 0
        assert (world.home / "state" / "flexcore.db").stat().st_mode & 0o777 == 0o600


def test_the_same_key_executes_once(http: httpx.Client) -> None:
    request = {"name": "once", "runtime_type": "singer", "command": "tap-csv", "args": ["version"]}
    first, second = (http.post(EXECUTE, json=request, headers={"Idempotency-Key": "key-1"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = http.post(EXECUTE, json={**request, "name": "twice"}, headers={"Idempotency-Key": "key-1"})
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    # A refusal gives the same refusal, and an operation that is safe to repeat is simply done again.
    bad = {**request, "command": "tap-nothing"}
    assert [http.post(EXECUTE, json=bad, headers={"Idempotency-Key": "key-2"}).status_code for _ in range(2)] == [
        422,
        422,
    ]
    tries = [
        http.post("/api/v1/runtimes/singer/health", headers={"Idempotency-Key": "key-3"}).json()["checked_at"]
        for _ in range(2)
    ]
    assert tries[0] < tries[1]


# -- singer --------------------------------------------------------------------------------------------------------------


def test_singer_operations_and_a_tap_that_writes_into_a_target(world: Any, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,name\n1,a\n2,b\n")
    base = {"path": str(tmp_path / "orders.csv")}
    with world.client() as client:
        execute = client.orchestrations.execute
        assert execute("v", "tap-csv", ["version"], wait=True).result["version"]
        assert execute("a", "tap-csv", wait=True).result["name"] == "tap-csv"  # about, where nothing is said
        found = execute("d", "tap-csv", ["discover"], config=base, wait=True)
        assert [stream["stream"] for stream in found.result["streams"]] == ["orders"]
        both = {"tap": base, "target": {"path": str(tmp_path / "out")}}
        moved = execute("s", "tap-csv", ["sync", "target-jsonl"], config=both, wait=True, limit=60)
        assert moved.result["state"]["bookmarks"]["orders"]
        assert len((tmp_path / "out" / "orders.jsonl").read_text().splitlines()) == 2
        with pytest.raises(RunFailedError) as caught:
            execute("f", "tap-csv", ["discover"], config={"path": str(tmp_path / "none.csv")}, wait=True)
        assert caught.value.exit_code == 9
        assert "none.csv" in caught.value.message
        (tmp_path / "file").write_text("")
        bad = {"tap": base, "target": {"path": str(tmp_path / "file")}}
        with pytest.raises(RunFailedError, match="target-jsonl"):
            execute("f", "tap-csv", ["sync", "target-jsonl"], config=bad, wait=True)
        failed = execute("f", "tap-csv", ["discover"], config={"path": "/none"}, wait=True, raise_on_failure=False)
        assert failed.status == "failed"


@pytest.mark.parametrize(
    ("change", "place", "text"),
    [
        ({"runtime_type": "singr"}, "/runtime_type", "did you mean 'singer'?"),
        ({"command": "tap-cvs"}, "/command", "did you mean 'tap-csv'?"),
        ({"args": ["discovr"]}, "/args/0", "did you mean 'discover'?"),
        ({"args": ["about", "more"]}, "/args/1", "takes no further argument"),
        ({"command": "target-jsonl", "args": ["sync", "x"]}, "/args/0", "no operation 'sync'"),
        ({"args": ["sync"]}, "/args", "needs one more argument"),
        ({"args": ["sync", "a", "b"]}, "/args", "takes one target"),
        ({"args": ["sync", "target-nothing"]}, "/args/1", "there is no plugin"),
        ({"args": ["sync", "tap-csv"]}, "/args/1", "is no target"),
        ({"args": ["sync", "target-jsonl"], "config": {"tap": 1}}, "/config/tap", "must be a mapping"),
        ({"args": ["sync", "target-jsonl"], "config": {"tp": {}}}, "/config/tp", "did you mean 'tap'?"),
        ({"args": ["sync", "target-jsonl"], "config": {"tap": {"path": "a"}}}, "/config/tap/path", "a relative path"),
        ({"args": ["discover"], "config": {"path": "a.csv"}}, "/config/path", "a relative path"),
        ({"args": ["discover"], "config": {"path": "a.csv"}, "base_path": "b"}, "/base_path", "absolute"),
        ({"runtime_type": "process", "config": {"cdw": "/"}}, "/config/cdw", "did you mean 'cwd'?"),
        ({"runtime_type": "process", "config": {"cwd": "/nowhere"}}, "/config/cwd", "absolute path of a folder"),
        ({"runtime_type": "process", "config": {"env": {"A": 1}}}, "/config/env", "from name to text"),
        ({"runtime_type": "process", "args": ["a\0b"]}, "", "NUL"),
        ({"name": ""}, "/name", "must not be empty"),
        ({"timeout": -1}, "/timeout", "at least 0"),
        ({"extra": 1}, "/extra", "unknown key"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_place(
    http: httpx.Client, change: dict[str, Any], place: str, text: str
) -> None:
    request = {"name": "bad", "runtime_type": "singer", "command": "tap-csv", **change}
    answer = http.post(EXECUTE, json=request)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_FAILED")
    (problem,) = answer.json()["problems"]
    assert problem["path"] == place
    assert text in problem["message"]


@pytest.mark.parametrize(
    ("runtime", "told"),
    [("process", "disabled"), ("python", "disabled"), ("meltano", "not installed"), ("ray", "not implemented"), ("kubernetes", "not implemented")],
)  # fmt: skip
def test_runtimes_that_cannot_be_used_say_so_and_what_to_use(platform: Any, runtime: str, told: str) -> None:
    headers = {"Authorization": f"Bearer {platform.token}"}
    with httpx.Client(base_url=platform.urls["flexcore"], headers=headers) as http:
        answer = http.post(EXECUTE, json={"name": "x", "runtime_type": runtime, "command": "true"})
        assert (answer.status_code, answer.json()["code"]) == (422, "RUNTIME_NOT_AVAILABLE")
        assert told in answer.json()["error"]
        assert answer.json()["hint"]
        health = http.post(f"/api/v1/runtimes/{runtime}/health").json()
        assert (health["status"], health["details"]["availability"]) == ("unhealthy", "0%")
        assert runtime not in [r["type"] for r in http.get("/api/v1/runtimes/list").json()["runtimes"]]
        everything = http.get("/api/v1/runtimes/list", params={"include_inactive": True}).json()["runtimes"]
        assert runtime in [r["type"] for r in everything]


def test_runtimes_that_can_be_used_are_tried_for_real(http: httpx.Client) -> None:
    for runtime in ("singer", "process", "python"):
        assert http.post(f"/api/v1/runtimes/{runtime}/health").json()["status"] == "healthy"
    answer = http.get("/api/v1/runtimes/singr/status")
    assert (answer.status_code, answer.json()["code"]) == (404, "RUNTIME_NOT_FOUND")
    assert "did you mean 'singer'" in answer.json()["error"]


# -- lists, numbers, the client --------------------------------------------------------------------------------------------


def test_lists_and_numbers(world: Any, http: httpx.Client, eventually: Any) -> None:
    for _ in range(3):
        run(http, eventually, "")
    with world.client() as client:
        newest = [one.id for one in client.orchestrations.list(runtime="process", status="completed", limit=2)]
        assert len(newest) >= 3
        assert newest == sorted(newest, reverse=True)
        page = client.orchestrations.list(limit=1)
        assert (len(page.items), page.has_next) == (1, True)
        everything = http.get("/api/v1/orchestration/list", params={"limit": 0}).json()
        assert everything["count"] == everything["total"] == page.total
        metrics = client.orchestrations.metrics()
        assert metrics.total_orchestrations == page.total
        assert metrics.runtime_distribution["process"] >= 3
        assert 0 < metrics.average_execution < 60
        info = client.orchestrations.info()
        assert (info.config.max_concurrent_jobs, info.config.default_timeout) == (2, 3600)
        assert info.runtimes == ["singer", "process", "python"]
        counted = client.services.metrics("flexcore").metrics
        assert counted.orchestrations["completed"] >= 3
        settings = {s["name"]: s["value"] for s in supervisor.config("flexcore", environ=world.environ)["settings"]}
        assert (settings["allow_processes"], settings["max_orchestrations"]) == ("1", "2")


def test_waiting_tells_of_progress_of_time_and_of_a_cancel(world: Any, http: httpx.Client, eventually: Any) -> None:
    with world.client() as client:
        seen: list[str] = []
        done = client.orchestrations.execute(
            "w", sys.executable, ["-c", "print(1)"], runtime="process", wait=True, on_progress=lambda o: seen.append(str(o.status))
        )  # fmt: skip
        assert seen[-1] == done.status == "completed"
        identity = submit(http, SLEEP)["orchestration_id"]
        with pytest.raises(WaitTimeoutError):
            client.orchestrations.wait(identity, timeout=0.05)
        client.orchestrations.cancel(identity)
        with pytest.raises(RunFailedError, match="was canceled"):
            client.orchestrations.wait(identity)
        slow = submit(http, SLEEP, timeout=10_000_000)["orchestration_id"]
        with pytest.raises(RunFailedError, match="took too long"):
            client.orchestrations.wait(slow)
        with pytest.raises(UsageError, match="limit"):
            client.orchestrations.execute("w", "x", limit=0)
        with pytest.raises(ValidationFailedError):
            client.orchestrations.execute("w", "tap-nothing")
