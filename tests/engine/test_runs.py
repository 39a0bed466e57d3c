"""Runs with real processes: what is moved, what is saved, and how each way of failing is told."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from engine_bench import base_environment, eventually, gone, lines, step

from flext_sdk.embedded.engine.process import ProcessGroup, Program
from flext_sdk.embedded.web.errors import ApiError


def test_rows_states_and_progress_of_a_run(bench, tmp_path):
    out = tmp_path / "out.jsonl"
    do = (
        ["schema"],
        ["rows", 30],
        ["state", {"bookmarks": {"orders": 30}}],
        ["rows", 12, "items"],
        ["err", "WARNING careful"],
    )
    bench.define(steps=[step("load", *do, target={"out": str(out)})])
    run = bench.run()
    assert run["status"] == "completed"
    assert run["records"] == 42
    assert run["steps"][0]["streams"] == {"orders": 30, "items": 12}
    assert len(lines(out)) == 42
    assert run["bytes"] > 42 * 40
    assert run["rate"] > 0
    assert bench.saved() == {"load": {"bookmarks": {"orders": 30}}}
    logged = bench.runs.logs("orders", {"tail": 100, "level": "warning"})["logs"]
    assert [(line["level"], line["source"], line["message"]) for line in logged] == [
        ("warning", "tap-fake", "WARNING careful")
    ]
    assert not any("METRIC" in message for message in bench.messages(run["execution_id"]))


def test_second_run_goes_on_from_the_bookmark(bench, tmp_path):
    out = tmp_path / "out.jsonl"
    bench.define(steps=[step("load", ["resume", "orders", 5], target={"out": str(out)})])
    assert bench.run()["records"] == 5
    assert bench.run()["records"] == 0
    bench.pipelines.update(
        "orders", {"name": "orders", "steps": [step("load", ["resume", "orders", 8], target={"out": str(out)})]}
    )
    assert bench.run()["records"] == 3
    assert [row["id"] for row in lines(out)] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_state_of_the_definition_is_used_where_there_is_no_bookmark(bench, tmp_path):
    seen = tmp_path / "seen"
    bench.define(
        steps=[step("load", ["dump", str(seen)], ["state", {"bookmarks": {"b": 2}}], state={"bookmarks": {"a": 1}})]
    )
    bench.run()
    bench.run()
    first, second = lines(seen)
    assert first["--state"] == {"bookmarks": {"a": 1}}
    assert second["--state"] == {"bookmarks": {"a": 1, "b": 2}}


def test_full_refresh_starts_from_nothing_and_replaces_on_success(bench, tmp_path):
    seen, tries = tmp_path / "seen", tmp_path / "tries"
    do = (["dump", str(seen)], ["state", {"bookmarks": {"orders": 1}}], ["fail_first", str(tries), 1])
    bench.define(steps=[step("load", *do)])
    bench.pipelines.set_state("orders", {"bookmarks": {"orders": 9, "old": 1}}, None)
    assert bench.run(full_refresh=True)["status"] == "failed"
    assert bench.saved() == {"load": {"bookmarks": {"orders": 9, "old": 1}}}
    assert bench.run(full_refresh=True)["status"] == "completed"
    assert bench.saved() == {"load": {"bookmarks": {"orders": 1}}}
    assert [entry["--state"] for entry in lines(seen)] == [None, None]


def test_full_refresh_without_any_state_forgets_the_old_one(bench):
    bench.define(steps=[step("load", ["rows", 1])])
    bench.pipelines.set_state("orders", {"bookmarks": {"orders": 9}}, None)
    bench.run(full_refresh=True)
    assert bench.saved() == {}


def test_bookmark_is_saved_only_when_the_target_confirmed_it(bench):
    state = ["state", {"bookmarks": {"orders": 10}}]
    bench.define(steps=[step("load", ["rows", 10], state, target={"keep_states": True})])
    assert bench.run()["status"] == "completed"
    assert bench.saved() == {}


def test_confirmed_states_are_kept_when_the_run_fails_later(bench):
    do = (
        ["rows", 10],
        ["state", {"bookmarks": {"orders": 10}}],
        ["rows", 5],
        ["err", "ERROR source is away"],
        ["leave", 4],
    )
    bench.define(steps=[step("load", *do)])
    run = bench.run()
    assert run["status"] == "failed"
    assert bench.saved() == {"load": {"bookmarks": {"orders": 10}}}


@pytest.mark.parametrize(
    ("do", "target", "error", "code"),
    [
        (
            [["err", "CRITICAL no such table"], ["leave", 3]],
            {},
            "tap-fake failed with exit code 3: CRITICAL no such table",
            3,
        ),
        ([["kill", 40]], {}, "tap-fake was killed by signal 40 and said nothing", -40),
        ([["leave", 2]], {}, "tap-fake failed with exit code 2 and said nothing", 2),
        ([["kill", signal.SIGSEGV]], {}, "tap-fake was killed by SIGSEGV and said nothing", -11),
        (
            [["rows", 9], ["rows", 200000]],
            {"leave_after": 5, "code": 7},
            "target-fake failed with exit code 7: ValueError: this row is not to my taste",
            7,
        ),
        ([["rows", 9], ["rows", 200000]], {"die_after": 3}, "target-fake was killed by SIGKILL and said nothing", -9),
        ([["rows", 3]], {"code_at_end": 5, "say": ["disk full"]}, "target-fake failed with exit code 5: disk full", 5),
        (
            [["err", "ERROR one"], ["leave", 1]],
            {"code_at_end": 2, "say": ["ERROR two"], "linger": 0.3},
            "tap-fake failed with exit code 1: ERROR one; target-fake failed with exit code 2: ERROR two",
            1,
        ),
        (
            [
                ["err", 'Traceback (most recent call last):\n  File "x", line 1\nKeyError: 7'],
                ["err", "bye"],
                ["leave", 1],
            ],
            {},
            "tap-fake failed with exit code 1: KeyError: 7",
            1,
        ),
    ],
)
def test_what_failed_is_told_in_one_line(bench, do, target, error, code):
    bench.define(steps=[step("load", *do, target=target)])
    run = bench.run()
    assert run["status"] == "failed"
    assert run["error"] == f"load: {error}"
    assert run["hint"]
    assert run["steps"][0]["error"] == error
    assert run["steps"][0]["exit_code"] == code


def test_a_tap_that_does_not_notice_the_end_of_its_target_is_ended(bench):
    bench.define(
        steps=[
            step("load", ["rows", 1], ["ignore_pipe_and_hang"], target={"leave_at_once": 1, "say": ["ERROR no space"]})
        ]
    )
    run = bench.run()
    assert run["error"] == "load: target-fake failed with exit code 1: ERROR no space"


def test_a_target_that_leaves_early_without_an_error_is_one(bench):
    bench.define(steps=[step("load", ["rows", 1], ["ignore_pipe_and_hang"], target={"leave_at_once": 0})])
    assert bench.run()["error"] == "load: target-fake ended before tap-fake had sent everything"


def test_a_plugin_that_cannot_be_started(bench):
    bench.define(steps=[step("load") | {"extract": {"plugin": "tap-absent"}}])
    run = bench.run()
    assert run["error"] == "load: tap-absent cannot be started: No such file or directory"
    assert run["hint"] == "Check that the plugin is installed."


def test_a_plugin_that_is_gone_when_the_run_begins(bench):
    bench.define(steps=[step("load", retries=5)])
    bench.plugins.forget("tap-fake")
    run = bench.run()
    assert run["error"] == "load: there is no plugin 'tap-fake'"
    assert run["steps"][0]["attempt"] == 1


def test_both_ended_from_outside(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["touch", str(mark)], ["wait", "/nowhere"])])
    run_id = bench.begin()
    eventually(mark.exists)
    [found] = bench.processes.all()
    os.kill(found.pid, signal.SIGKILL)
    assert bench.wait(run_id)["error"] == "load: tap and target were ended from outside"
    eventually(lambda: gone(int(mark.read_text())))


def test_garbage_from_both_does_no_harm(bench):
    noise = ["", "hello", "[1, 2]", "null", '{"bookmarks"', '{"type": "STATE", "value": {"bookmarks": {"x": 1}}}']
    do = (["err", "\x1b[31mred\x1b[0m\x07 <NUL> end"], ["err", "y" * 200_000], ["rows", 1])
    bench.define(steps=[step("load", *do, target={"print": noise})])
    run = bench.run()
    assert run["status"] == "completed"
    assert bench.saved() == {"load": {"bookmarks": {"x": 1}}}
    messages = bench.messages(run["execution_id"])
    assert "red    end" in messages
    assert "printed something that is no state: hello" in messages
    assert sum(message.startswith("printed something") for message in messages) == 4
    [cut] = [message for message in messages if message.startswith("yyy")]
    assert cut.endswith("[... the line was longer]")
    assert len(cut) < 9000


def test_much_talk_on_stderr_blocks_nobody(bench, tmp_path):
    out = tmp_path / "out"
    bench.define(steps=[step("load", ["spam", 20_000], ["rows", 1000], target={"out": str(out)})])
    run = bench.run()
    assert run["status"] == "completed"
    assert len(lines(out)) == 1000
    logged = bench.logs.after(run["execution_id"], 0, 100_000)
    assert [line.id for line in logged] == list(range(1, len(logged) + 1))
    assert [line.message for line in logged if line.source == "tap-fake"] == [
        f"INFO line {number}" for number in range(20_000)
    ]


def test_retries_go_on_from_the_bookmark_of_the_try_before(bench, tmp_path):
    seen, tries = tmp_path / "seen", tmp_path / "tries"
    do = (["dump", str(seen)], ["rows", 2], ["state", {"bookmarks": {"orders": 2}}], ["fail_first", str(tries), 2])
    bench.define(steps=[step("load", *do, retries=3)])
    run = bench.run()
    assert run["status"] == "completed"
    assert run["steps"][0]["attempt"] == 3
    assert run["records"] == 6  # what was confirmed in one try counts in the next
    assert [entry["--state"] for entry in lines(seen)] == [
        None,
        {"bookmarks": {"orders": 2}},
        {"bookmarks": {"orders": 2}},
    ]
    assert any("ERROR try 1 did not work; try 1 of 4" in message for message in bench.messages(run["execution_id"]))


def test_rows_of_a_try_without_any_bookmark_do_not_count_twice(bench, tmp_path):
    bench.define(steps=[step("load", ["rows", 5], ["fail_first", str(tmp_path / "tries"), 1], retries=1)])
    assert bench.run()["records"] == 5


def test_retries_come_to_an_end(bench):
    bench.define(steps=[step("load", ["leave", 1], retries=2)])
    run = bench.run()
    assert run["status"] == "failed"
    assert run["steps"][0]["attempt"] == 3


def test_timeout_ends_the_processes_of_each_try(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["touch", str(mark)], ["wait", "/nowhere"], timeout=3, retries=1)])
    run = bench.run()
    assert run["error"] == "load: the step took longer than 3 s"
    assert run["steps"][0]["attempt"] == 2
    assert gone(int(mark.read_text()))
    assert bench.processes.all() == []


def test_stop_ends_the_processes(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["touch", str(mark)], ["forever"]), step("after", depends_on=["load"])])
    run_id = bench.begin()
    eventually(mark.exists)
    eventually(lambda: bench.runs.show(run_id)["records"] > 0)
    answer = bench.runs.stop("orders", {})
    assert [run["status"] for run in answer["runs"]] == ["stopping"]
    run = bench.wait(run_id)
    assert run["status"] == "cancelled"
    assert [entry["status"] for entry in run["steps"]] == ["cancelled", "cancelled"]
    assert gone(int(mark.read_text()))
    saved = bench.saved()["load"]["bookmarks"]["orders"]
    assert saved > 0
    assert bench.processes.all() == []
    assert not (bench.home / "state" / "runs").exists() or not list((bench.home / "state" / "runs").iterdir())


def test_stop_by_force_does_not_wait_for_those_who_do_not_listen(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(
        steps=[step("load", ["ignore_term"], ["touch", str(mark)], ["wait", "/nowhere"], target={"ignore_term": True})]
    )
    run_id = bench.begin()
    eventually(mark.exists)
    bench.runs.stop("orders", {"execution_id": run_id})
    bench.runs.stop("orders", {"execution_id": run_id, "force": True})
    assert bench.wait(run_id)["status"] == "cancelled"
    assert gone(int(mark.read_text()))


def test_those_who_ignore_sigterm_are_killed_after_the_grace_period(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("flext_sdk.embedded.engine.singer.GRACE", 0.3)
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["ignore_term"], ["touch", str(mark)], ["wait", "/nowhere"])])
    run_id = bench.begin()
    eventually(mark.exists)
    bench.runs.stop("orders", {})
    assert bench.wait(run_id)["status"] == "cancelled"
    assert gone(int(mark.read_text()))


def test_stop_is_seen_in_the_store_too(bench, tmp_path):
    """Another process of a team writes there."""
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["touch", str(mark)], ["forever"])])
    run_id = bench.begin()
    eventually(mark.exists)
    assert bench.run_store.request_stop(run_id, force=True) == "stopping"
    assert bench.wait(run_id)["status"] == "cancelled"


def test_stop_between_two_tries(bench):
    object.__setattr__(bench.engine.executor._tools, "backoff", 60.0)
    bench.define(steps=[step("load", ["leave", 1], retries=1)])
    run_id = bench.begin()
    eventually(lambda: any("try 1 of 2" in message for message in bench.messages(run_id)))
    bench.runs.stop("orders", {})
    assert bench.wait(run_id)["status"] == "cancelled"


def test_stop_of_a_run_that_waits_for_its_turn(bench):
    bench.define()
    bench.engine.hold = True
    run_id = bench.begin()
    assert bench.runs.stop("orders", {})["runs"][0]["status"] == "cancelled"
    bench.engine.go(run_id)
    run = bench.wait(run_id)
    assert run["started_at"] is None
    assert bench.messages(run_id) == []


def test_stop_when_nothing_runs(bench):
    bench.define()
    with pytest.raises(ApiError) as caught:
        bench.runs.stop("orders", {})
    assert (caught.value.status, caught.value.code) == (409, "NOT_RUNNING")


def test_one_run_at_a_time(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["wait", str(mark)])])
    answers: list[object] = []

    def start():
        try:
            answers.append(bench.begin())
        except ApiError as error:
            answers.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [run_id] = [answer for answer in answers if isinstance(answer, str)]
    refused = [answer for answer in answers if isinstance(answer, ApiError)]
    assert len(refused) == 7
    assert {(error.status, error.code, error.details["execution_id"]) for error in refused} == {
        (409, "RUN_IN_PROGRESS", run_id)
    }
    assert all(error.hint for error in refused)
    for action in (
        lambda: bench.pipelines.delete("orders"),
        lambda: bench.pipelines.set_state("orders", {}, None),
        lambda: bench.pipelines.clear_state("orders", None, None),
    ):
        with pytest.raises(ApiError) as caught:
            action()
        assert caught.value.code == "RUN_IN_PROGRESS"
    mark.touch()
    assert bench.wait(run_id)["status"] == "completed"


def test_more_runs_at_a_time_where_the_definition_allows_it(bench, tmp_path):
    mark = tmp_path / "mark"
    bench.define(steps=[step("load", ["wait", str(mark)])], max_concurrent_runs=2)
    first, second = bench.begin(), bench.begin()
    with pytest.raises(ApiError):
        bench.begin()
    stopped = bench.runs.stop("orders", {"execution_id": first})
    assert [run["execution_id"] for run in stopped["runs"]] == [first]
    assert bench.wait(first)["status"] == "cancelled"
    mark.touch()
    assert bench.wait(second)["status"] == "completed"


def test_steps_run_in_order_and_side_by_side(bench, tmp_path):
    """b and c can only end together: each waits for what the other has written."""
    one, two, three = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    steps = [
        step("d", ["wait", str(three)], depends_on=["b", "c"]),
        step("a", ["rows", 1]),
        step("b", ["touch", str(one)], ["wait", str(two)], depends_on=["a"]),
        step("c", ["wait", str(one)], ["touch", str(two)], ["touch", str(three)], depends_on=["a"]),
    ]
    bench.define(steps=steps)
    run = bench.run()
    assert run["status"] == "completed"
    times = {entry["name"]: (entry["started_at"], entry["completed_at"]) for entry in run["steps"]}
    assert times["a"][1] <= times["b"][0]
    assert max(times["b"][1], times["c"][1]) <= times["d"][0]
    assert [entry["name"] for entry in run["steps"]] == ["d", "a", "b", "c"]


def test_what_depends_on_a_failed_step_is_skipped(bench):
    steps = [
        step("bad", ["leave", 1]),
        step("next", depends_on=["bad"]),
        step("last", depends_on=["next"]),
        step("other", ["rows", 3]),
    ]
    bench.define(steps=steps)
    run = bench.run()
    assert run["status"] == "failed"
    assert [entry["status"] for entry in run["steps"]] == ["failed", "skipped", "skipped", "completed"]
    assert run["steps"][2]["error"] == "the step next did not complete"
    assert run["steps_executed"] == 2
    assert run["records"] == 3


def test_retry_runs_what_did_not_complete(bench, tmp_path):
    out, tries = tmp_path / "out", tmp_path / "tries"
    steps = [
        step("good", ["rows", 1], target={"out": str(out)}),
        step("bad", ["fail_first", str(tries), 1], depends_on=["good"]),
        step("next", depends_on=["bad"]),
    ]
    bench.define(steps=steps, variables={"DAY": "1"})
    old = bench.run(variables={"DAY": "2"})
    assert old["status"] == "failed"
    new = bench.wait(bench.runs.retry(old["execution_id"])["execution_id"])
    assert new["status"] == "completed"
    assert (new["trigger"], new["retry_of"], new["variables"]) == ("retry", old["execution_id"], {"DAY": "2"})
    assert [entry["name"] for entry in new["steps"]] == ["bad", "next"]
    assert len(lines(out)) == 1
    with pytest.raises(ApiError) as caught:
        bench.runs.retry(new["execution_id"])
    assert (caught.value.status, caught.value.code) == (409, "RUN_NOT_RETRYABLE")
    bench.pipelines.update("orders", {"name": "orders", "steps": [step("else")]})
    with pytest.raises(ApiError) as caught:
        bench.runs.retry(old["execution_id"])
    assert caught.value.code == "NOTHING_TO_RETRY"


def test_only_some_steps(bench):
    bench.define(steps=[step("a"), step("b", ["rows", 1], depends_on=["a"]), step("c")])
    run = bench.run(step_override=["b"])
    assert [(entry["name"], entry["status"]) for entry in run["steps"]] == [("b", "completed")]
    with pytest.raises(ApiError) as caught:
        bench.begin(step_override=["b", "bb"], variables={"X": 1})
    assert [entry["path"] for entry in caught.value.problems] == ["/step_override/1", "/variables/X"]


def test_select_discovers_and_chooses(bench, tmp_path):
    seen = tmp_path / "seen"
    bench.define(steps=[step("load", ["dump", str(seen)], select=["orders.*", "!orders.note", "ordres.*"])])
    run = bench.run()
    assert run["status"] == "completed"
    [entry] = lines(seen)
    catalog = {stream["stream"]: stream for stream in entry["--catalog"]["streams"]}
    chosen = {
        (name, tuple(meta["breadcrumb"])): meta["metadata"]["selected"]
        for name, stream in catalog.items()
        for meta in stream["metadata"]
    }
    assert chosen == {
        ("orders", ()): True,
        ("orders", ("properties", "id")): True,
        ("orders", ("properties", "note")): False,
        ("items", ()): False,
        ("items", ("properties", "id")): False,
    }
    assert entry["modes"] == {"--config": "0o600", "--catalog": "0o600"}
    assert "the pattern ordres.* under select matches nothing" in bench.messages(run["execution_id"])


@pytest.mark.parametrize(
    ("discover", "select", "error"),
    [
        ("garbage", ["*"], "tap-fake discovered no catalog: what it printed is not one"),
        ("fail", ["*"], "tap-fake failed with exit code 3: ERROR cannot look"),
        ("hang", ["*"], "the step took longer than 0.5 s"),
        (None, ["nothing.*"], "select chooses no stream of tap-fake; it has: orders, items"),
    ],
)
def test_discovery_that_goes_wrong(bench, discover, select, error):
    timeout = {"timeout": 0.5} if discover == "hang" else {}
    bench.define(steps=[step("load", tap={"discover": discover}, select=select, **timeout)])
    assert bench.run()["error"] == f"load: {error}"
    assert bench.processes.all() == []


def test_what_children_get_and_what_they_do_not(tmp_path):
    from engine_bench import Bench

    private = {
        "FLEXT_TOKEN": "t0k3n-of-the-service",
        "FLEXT_SECRET_DOOR": "s3cr3t-door",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PLAIN": "yes",
    }
    bench = Bench(tmp_path / "home", private)
    bench.launch()
    try:
        seen = tmp_path / "seen"
        bench.define(steps=[step("load", ["dump", str(seen)], tap={"password": "${secret:DOOR}"})])
        assert bench.run()["status"] == "completed"
        [entry] = lines(seen)
        assert entry["config"]["password"] == "s3cr3t-door"
        assert "s3cr3t-door" not in json.dumps(entry["argv"])
        assert "s3cr3t-door" not in json.dumps(entry["env"])
        assert entry["env"]["PLAIN"] == "yes"
        assert not {key for key in entry["env"] if key.startswith("FLEXT_")}
        assert "PYTHONDONTWRITEBYTECODE" not in entry["env"]
    finally:
        bench.close()


def test_a_fault_of_the_engine_itself_ends_the_run(bench, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("out of order")

    monkeypatch.setattr("flext_sdk.embedded.engine.singer_step.SingerStep._prepare", broken)
    bench.define()
    run = bench.run()
    assert (run["status"], run["error"]) == ("failed", "the engine failed")
    assert "out of order" in caplog.text


def test_a_full_disk_is_a_failed_step(bench, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flext_sdk.embedded.engine.files.RunFolder.write", full)
    bench.define()
    assert bench.run()["error"] == "load: the step cannot be started: No space left on device"


def test_counts_that_are_none(bench):
    other = json.dumps({"type": "timer", "metric": "job_duration", "value": 3.5, "tags": {}})
    odd = json.dumps({"type": "counter", "metric": "record_count", "value": "many", "tags": None})
    plain = json.dumps({"type": "counter", "metric": "record_count", "value": 2, "tags": {"endpoint": "old"}})
    nameless = json.dumps({"type": "counter", "metric": "record_count", "value": 1})
    do = (["err", f"INFO METRIC: {body}"] for body in (other, odd, plain, nameless))
    bench.define(steps=[step("load", *do, ["end_without_newline"])])
    run = bench.run()
    assert run["steps"][0]["streams"] == {"old": 2, "": 1}
    assert "INFO the last words" in bench.messages(run["execution_id"])


def test_a_target_that_counts_stands_in_for_a_tap_that_does_not(bench):
    body = json.dumps({"type": "counter", "metric": "record_count", "value": 7, "tags": {"stream": "orders"}})
    bench.define(steps=[step("load", target={"say": [f"INFO METRIC: {body}"]})])
    assert bench.run()["records"] == 7


def test_no_signal_is_lost_while_a_group_starts(tmp_path):
    """Whenever SIGTERM comes, all end of it; nobody has to be killed."""
    programs = (Program("tap", "tap", ["sleep", "300"]), Program("target", "target", ["cat"]))
    for delay in range(0, 60, 3):
        group = ProcessGroup(programs, environ=base_environment(), cwd=tmp_path)
        try:
            time.sleep(delay / 1000)
            group.signal(signal.SIGTERM)
            eventually(lambda: not group.alive())  # noqa: B023 - asked at once
        finally:
            group.close()


def test_a_group_that_cannot_be_started_leaves_nothing_open(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    before = set(Path("/proc/self/fd").iterdir())
    with pytest.raises(FileNotFoundError):
        ProcessGroup([Program("tap", "tap", ["true"])], environ={}, cwd=tmp_path)
    assert len(set(Path("/proc/self/fd").iterdir()) - before) <= 1


def test_a_step_that_the_store_knows_as_done_is_not_done_again(bench, tmp_path):
    """The service died after the step had ended and before the engine heard of it."""
    out = tmp_path / "out"
    bench.define(steps=[step("a", ["rows", 1], target={"out": str(out)}), step("b", ["rows", 2], depends_on=["a"])])
    bench.engine.hold = True
    run_id = bench.begin()
    bench.run_store.begin(run_id)
    bench.run_store.finish_step(run_id, "a", "completed")
    bench.engine.go(run_id)
    run = bench.wait(run_id)
    assert (run["status"], run["records"], run["restarts"]) == ("completed", 2, 1)
    assert not out.exists()
