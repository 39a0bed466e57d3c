"""Use-cases about pipelines, and secrets from definition to log."""

from __future__ import annotations

import json

import pytest
import yaml
from engine_bench import Bench, lines, step

from flext_sdk.embedded.flext.runs import health
from flext_sdk.embedded.web.errors import ApiError


def refused(action):
    with pytest.raises(ApiError) as caught:
        action()
    return caught.value


def test_create_show_update_delete(bench):
    created = bench.define(tags=["a", "b"], description="first", variables={"X": 1})
    assert (created["version"], created["is_active"], created["status"], created["step_count"]) == (
        1,
        True,
        "active",
        1,
    )
    assert created["last_run_status"] is None
    assert bench.pipelines.show("orders") == created == bench.pipelines.show(created["id"])
    error = refused(bench.define)
    assert (error.status, error.code) == (409, "PIPELINE_EXISTS")
    same = bench.pipelines.update(
        "orders",
        {"name": "orders", "tags": ["a", "b"], "description": "first", "variables": {"X": 1}, "steps": [step("load")]},
    )
    assert same["version"] == 1
    bench.run()
    changed = bench.pipelines.update("orders", {"name": "sales", "tags": ["b"], "steps": [step("load")]})
    assert (changed["version"], changed["id"], changed["tags"]) == (2, created["id"], ["b"])
    assert changed["last_run_status"] == "completed"
    assert bench.runs.page({"limit": 5, "offset": 0, "pipeline": "sales"})["runs"][0]["pipeline"] == "sales"
    error = refused(lambda: bench.pipelines.show("orders"))
    assert (error.status, error.code) == (404, "PIPELINE_NOT_FOUND")
    assert refused(lambda: bench.pipelines.show("salse")).hint == "Did you mean sales?"
    bench.define("other", steps=[])
    assert refused(lambda: bench.pipelines.update("other", {"name": "sales"})).code == "PIPELINE_EXISTS"
    run_id = bench.run("sales")["execution_id"]
    bench.pipelines.delete("sales")
    assert refused(lambda: bench.runs.show(run_id)).code == "RUN_NOT_FOUND"
    assert refused(lambda: bench.pipelines.delete("sales")).status == 404
    assert bench.messages(run_id) == []


def test_nothing_is_stored_of_a_definition_with_problems(bench):
    error = refused(
        lambda: bench.pipelines.create(
            {"name": "x", "steps": [{"name": "a"}, {"name": "b", "extract": {"plugin": "tap-x"}}]}
        )
    )
    assert (error.status, error.code) == (422, "VALIDATION_FAILED")
    assert [entry["path"] for entry in error.problems] == [
        "/steps/0",
        "/steps/0",
        "/steps/1",
        "/steps/1/extract/plugin",
    ]
    assert refused(lambda: bench.pipelines.show("x")).status == 404
    assert bench.pipelines.validate({"name": "x", "steps": [{"name": "a"}]})["valid"] is False
    one = {"name": "a", "extract": {"plugin": "tap-fake"}, "load": {"plugin": "target-fake"}}
    assert bench.pipelines.validate({"name": "x", "steps": [one]}) == {"valid": True, "name": "x", "problems": []}
    assert bench.pipelines.validate([])["name"] is None


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_an_export_can_be_created_again(bench, form, tmp_path):
    bench.define(
        steps=[
            step(
                "load",
                tap={"password": "${secret:DOOR}", "path": "x-${DAY}.csv"},
                select=["orders.*"],
                retries=2,
                timeout="5m",
            )
        ],
        base_path=str(tmp_path),
        variables={"DAY": "1"},
        schedule={"cron": "@daily"},
        description="Größe: ja",
    )
    text = bench.pipelines.export("orders", form)
    document = yaml.safe_load(text) if form == "yaml" else json.loads(text)
    assert "${secret:DOOR}" in text
    assert "Größe" in text
    assert next(iter(document)) == "name"
    bench.pipelines.delete("orders")
    bench.pipelines.create(document)
    assert bench.pipelines.export("orders", form) == text


def test_a_paused_pipeline_does_not_start(bench):
    bench.define()
    assert bench.pipelines.set_active("orders", active=False)["status"] == "paused"
    error = refused(bench.begin)
    assert (error.status, error.code) == (409, "PIPELINE_NOT_ACTIVE")
    assert bench.pipelines.set_active("orders", active=True)["is_active"] is True
    assert bench.run()["status"] == "completed"
    bench.define("empty", steps=[])
    assert refused(lambda: bench.begin("empty")).code == "PIPELINE_CANNOT_EXECUTE"


def test_schedules(bench):
    bench.define()
    assert bench.pipelines.schedule("orders", {}) == {
        "cron": None,
        "timezone": "UTC",
        "enabled": False,
        "catchup": "skip",
        "next_runs": [],
        "last": None,
    }
    assert refused(lambda: bench.pipelines.schedule("orders", {"enabled": True})).problems[0]["path"] == "/cron"
    shown = bench.pipelines.schedule("orders", {"cron": "15 * * * *"})
    assert (shown["cron"], shown["timezone"], shown["enabled"], len(shown["next_runs"])) == (
        "15 * * * *",
        "UTC",
        True,
        3,
    )
    assert bench.pipelines.schedule("orders", {"timezone": "Asia/Tokyo", "catchup": "all"})["catchup"] == "all"
    assert bench.pipelines.schedule("orders", {})["timezone"] == "Asia/Tokyo"
    assert bench.pipelines.show("orders")["version"] == 3
    assert bench.runs.status("orders")["next_execution"] == bench.pipelines.schedule("orders", {})["next_runs"][0]
    problems = refused(lambda: bench.pipelines.schedule("orders", {"cron": "x", "timezone": "y"})).problems
    assert [entry["path"] for entry in problems] == ["/cron", "/timezone"]
    assert bench.pipelines.schedule("orders", {"enabled": False})["next_runs"] == []
    assert refused(lambda: bench.pipelines.schedule("orders", {"remove": True, "cron": "@daily"})).status == 422
    assert bench.pipelines.schedule("orders", {"remove": True})["cron"] is None
    assert "schedule" not in bench.pipelines.export("orders", "yaml")
    assert bench.runs.status("orders")["next_execution"] is None


def test_bookmarks_by_hand(bench):
    bench.define(steps=[step("a"), step("b")])
    bench.define("one", steps=[step("load")])
    state = {"bookmarks": {"orders": 1, "items": 2}, "x": 1}
    shown = bench.pipelines.set_state("one", state, None)
    assert shown["states"][0]["state"] == state
    assert shown["states"][0]["execution_id"] is None
    assert refused(lambda: bench.pipelines.set_state("orders", state, None)).problems[0]["path"] == "/step"
    assert refused(lambda: bench.pipelines.set_state("orders", state, "c")).status == 422
    bench.pipelines.set_state("orders", state, "a")
    bench.pipelines.set_state("orders", state, "b")
    bench.pipelines.set_state("orders", {"y": 1}, "b")
    assert bench.saved() == {"a": state, "b": {"y": 1}}
    bench.pipelines.clear_state("orders", None, "orders")
    assert bench.saved()["a"] == {"bookmarks": {"items": 2}, "x": 1}
    assert refused(lambda: bench.pipelines.clear_state("orders", None, "orders")).code == "STREAM_NOT_FOUND"
    assert refused(lambda: bench.pipelines.clear_state("orders", "bb", None)).status == 422
    bench.pipelines.clear_state("orders", "a", None)
    assert set(bench.saved()) == {"b"}
    bench.pipelines.update("orders", {"name": "orders", "steps": [step("a")]})
    assert bench.pipelines.clear_state("orders", "b", None)["states"] == []
    assert bench.pipelines.clear_state("orders", None, None)["states"] == []


def test_status_and_health(bench, tmp_path):
    tries = tmp_path / "tries"
    bench.define(steps=[step("load", ["fail_first", str(tries), 3])])
    idle = bench.runs.status("orders")
    assert (idle["status"], idle["health_status"], idle["last_execution"], idle["execution_count"]) == (
        "idle",
        "unknown",
        None,
        0,
    )
    seen = []
    for _ in range(4):
        run = bench.run()
        status = bench.runs.status("orders")
        assert status["status"] == run["status"]
        assert status["last_execution"]["execution_id"] == run["execution_id"]
        seen.append(status["health_status"])
    assert seen == ["warning", "warning", "unhealthy", "healthy"]
    assert (status["execution_count"], status["success_count"], status["failure_count"]) == (4, 1, 3)


def test_health_rules():
    assert [
        health(ends)
        for ends in ([], ["completed"], ["failed"], ["failed"] * 2, ["failed"] * 3, ["failed", "failed", "completed"])
    ] == [
        "unknown",
        "healthy",
        "warning",
        "warning",
        "unhealthy",
        "warning",
    ]


def test_logs_of_whom(bench):
    bench.define()
    bench.define("other")
    assert bench.runs.logs("orders", {"tail": 5}) == {"logs": [], "execution_id": None, "last_id": 0}
    run = bench.run()["execution_id"]
    found = bench.runs.logs("orders", {"tail": 1})
    assert found["execution_id"] == run
    assert found["logs"][0]["message"] == "the run is completed"
    assert refused(lambda: bench.runs.logs("other", {"tail": 1, "execution_id": run})).code == "RUN_NOT_FOUND"
    assert refused(lambda: bench.runs.stop("other", {"execution_id": run})).code == "RUN_NOT_FOUND"
    assert refused(lambda: bench.runs.stop("orders", {"execution_id": run})).code == "NOT_RUNNING"
    assert refused(lambda: bench.runs.stop("orders", {"execution_id": "none"})).status == 404
    bench.engine.hold = True
    waiting = bench.begin()
    assert refused(lambda: bench.runs.retry(waiting)).code == "RUN_NOT_RETRYABLE"


def test_secrets_are_nowhere_in_clear(tmp_path):
    secret, plain = "p4ss/w0rd+geheim", "host-of-mine"
    bench = Bench(tmp_path / "home", {"FLEXT_SECRET_DOOR": secret, "DB_HOST": plain})
    bench.launch()
    try:
        do = (
            ["err", f"INFO connecting with {secret} to {plain}"],
            ["err", "INFO https://u:p4ss%2Fw0rd%2Bgeheim@h/"],
            ["err", f"ERROR cannot use {secret}"],
            ["leave", 1],
        )
        bench.define(
            steps=[
                step(
                    "load",
                    *do,
                    tap={"password": "${secret:DOOR}", "path": "/x/${env:DB_HOST}"},
                    target={"print": [f"no state {secret}"]},
                )
            ]
        )
        # What the fake tap says stands in its settings, and so in the definition; everything else must be clean.
        run = bench.run()
        assert run["error"] == "load: tap-fake failed with exit code 1: ERROR cannot use ***"
        messages = bench.messages(run["execution_id"])
        assert "INFO connecting with *** to ***" in messages
        assert "INFO https://u:***@h/" in messages
        assert "printed something that is no state: no state ***" in messages
        assert not any(word in message for message in messages for word in (secret, plain, "p4ss"))
        assert json.dumps(run).count("p4ss") == 0
    finally:
        bench.close()


def test_missing_secrets_fail_the_step_before_anything_starts(bench, tmp_path):
    out = tmp_path / "out"
    bench.define(
        steps=[
            step(
                "load",
                ["rows", 1],
                tap={"password": "${secret:DOOR}"},
                target={"out": str(out), "x": "${env:NOT_THERE}"},
                retries=3,
            )
        ]
    )
    run = bench.run()
    assert run["error"] == "load: the secret DOOR is not there; the environment variable NOT_THERE is not set"
    assert "FLEXT_SECRET_DOOR" in run["hint"]
    assert run["steps"][0]["attempt"] == 1
    assert not out.exists()


def test_variables_of_the_run_replace_those_of_the_definition(bench, tmp_path):
    seen = tmp_path / "seen"
    bench.define(
        steps=[step("load", ["dump", str(seen)], tap={"path": "in/${DAY}.csv", "port": "${PORT}"})],
        variables={"DAY": "1", "PORT": 7},
        base_path=str(tmp_path),
    )
    bench.run()
    bench.run(variables={"DAY": "2"})
    configs = [entry["config"] for entry in lines(seen)]
    assert [config["path"] for config in configs] == [str(tmp_path / "in/1.csv"), str(tmp_path / "in/2.csv")]
    assert [config["port"] for config in configs] == [7, 7]


def test_a_definition_that_changes_does_not_change_a_run_that_goes_on(bench, tmp_path):
    mark, out = tmp_path / "mark", tmp_path / "out"
    bench.define(
        steps=[step("a", ["wait", str(mark)]), step("b", ["rows", 2], target={"out": str(out)}, depends_on=["a"])]
    )
    run_id = bench.begin()
    bench.pipelines.update("orders", {"name": "orders", "steps": []})
    mark.touch()
    assert bench.wait(run_id)["status"] == "completed"
    assert len(lines(out)) == 2


def test_requests_that_cross(bench, monkeypatch):
    """Another request deletes the pipeline between two statements of ours."""
    created = bench.define()
    store = bench.pipelines._pipelines
    find = store.find

    def find_once(name):
        found = find(name)
        store.delete(created["id"])
        return found

    monkeypatch.setattr(store, "find", find_once)
    assert refused(bench.begin).status == 404
    bench.define()
    created = bench.pipelines.page({"limit": 1, "offset": 0, "sort": "name"})["pipelines"][0]
    assert refused(lambda: bench.pipelines.delete("orders")).status == 404
    bench.define()
    created = bench.pipelines.page({"limit": 1, "offset": 0, "sort": "name"})["pipelines"][0]
    assert refused(lambda: bench.pipelines.set_active("orders", active=False)).status == 404
