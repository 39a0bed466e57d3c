"""The whole service over HTTP and WebSocket: every operation answers as the contract says, followers miss nothing."""

from __future__ import annotations

import json
import time

import pytest
from engine_bench import eventually, step
from engine_service import Running
from websockets.exceptions import ConnectionClosed


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    found = Running(tmp_path_factory.mktemp("service"))
    yield found
    found.close()


def test_every_operation_answers_as_the_contract_says(service, tmp_path):
    get, post = service.http.get, service.post
    service.define(
        "orders",
        step("load", ["rows", 4], ["state", {"bookmarks": {"orders": 4}}]),
        tags=["t"],
        schedule={"cron": "@daily"},
    )
    base = "/api/v1/pipelines"
    assert get("/health").json()["status"] == "healthy"
    assert get("/ready").json()["checks"] == {"store": "ok", "engine": "ok"}
    assert get(base, params={"tags": "t", "active": "true", "q": "ord"}).json()["total"] == 1
    assert get(f"{base}/orders").json()["name"] == "orders"
    assert post(f"{base}/validate", {"name": "x y"}).json()["valid"] is False
    assert post(base, {"name": "x y"}).status_code == 422
    run_id = service.start("orders")
    run = service.wait(run_id)
    assert (run["status"], run["records"]) == ("completed", 4)
    assert get(f"{base}/orders/status").json()["health_status"] == "healthy"
    logs = get(f"{base}/orders/logs", params={"tail": 2}).json()
    assert logs["logs"][-1]["message"] == "the run is completed"
    assert get("/api/v1/runs", params={"pipeline": "orders"}).json()["total"] == 1
    assert get(f"{base}/orders/state").json()["states"][0]["execution_id"] == run_id
    assert service.http.put(f"{base}/orders/state", json={"state": {"bookmarks": {"orders": 1}}}).status_code == 200
    assert service.http.delete(f"{base}/orders/state", params={"stream": "orders"}).json()["states"][0]["state"] == {
        "bookmarks": {}
    }
    assert "name: orders" in get(f"{base}/orders/export").text
    assert json.loads(get(f"{base}/orders/export", params={"format": "json"}).text)["name"] == "orders"
    assert post(f"{base}/orders/pause").json()["is_active"] is False
    assert post(f"{base}/orders/execute").json()["code"] == "PIPELINE_NOT_ACTIVE"
    assert post(f"{base}/orders/resume").json()["is_active"] is True
    assert post(f"{base}/orders/schedule").json()["cron"] == "@daily"
    assert post(f"{base}/orders/schedule", {"cron": "@hourly"}).json()["cron"] == "@hourly"
    assert post(f"{base}/orders/stop").json()["code"] == "NOT_RUNNING"
    assert post(f"/api/v1/runs/{run_id}/retry").json()["code"] == "RUN_NOT_RETRYABLE"
    assert get("/api/v1/runs/none").status_code == 404
    changed = service.http.put(f"{base}/orders", json={"name": "orders", "steps": [step("load", ["leave", 1])]})
    assert changed.json()["version"] == 3
    failed = service.wait(service.start("orders"))
    again = post(f"/api/v1/runs/{failed['execution_id']}/retry").json()
    assert service.wait(again["execution_id"])["retry_of"] == failed["execution_id"]
    metrics = get("/metrics").json()
    assert metrics["runs"]["completed"] >= 1
    assert metrics["records"] >= 4
    assert service.http.delete(f"{base}/orders").status_code == 204
    assert service.http.delete(f"{base}/orders").status_code == 404


def test_the_same_key_starts_one_run(service):
    service.define("keyed", step("load"))
    path = "/api/v1/pipelines/keyed/execute"
    first = service.post(path, {}, **{"Idempotency-Key": "k1"})
    second = service.post(path, {}, **{"Idempotency-Key": "k1"})
    assert first.json()["execution_id"] == second.json()["execution_id"]
    assert (first.status_code, second.status_code) == (202, 202)
    other = service.post(path, {"full_refresh": True}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    service.wait(first.json()["execution_id"])
    assert service.http.get("/api/v1/runs", params={"pipeline": "keyed"}).json()["total"] == 1


def test_followers_get_every_line_once(service, tmp_path):
    mark = tmp_path / "mark"
    service.define("talk", step("load", ["spam", 1500], ["wait", str(mark)], ["spam", 1500]))
    run_id = service.start("talk")
    early, late, end = service.socket(), service.socket(), service.socket()
    early.say("subscribe", f"pipeline_logs:{run_id}")
    assert early.next()["type"] == "subscribed"
    eventually(lambda: service.http.get("/api/v1/pipelines/talk/logs", params={"after": 1400}).json()["logs"])
    late.say("subscribe", f"pipeline_logs:{run_id}?after=700")
    mark.touch()
    frames = early.until("pipeline_completed")
    assert all(len(frame["data"]["logs"]) <= 50 for frame in frames if frame["type"] == "pipeline_log")
    assert frames[0]["data"]["pipeline"] == "talk"
    assert frames[-1]["data"]["execution_id"] == run_id
    assert frames[-1]["data"]["status"] == "completed"
    ids = [line["id"] for line in early.lines(frames)]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) > 3000
    assert [line["id"] for line in late.lines(late.until("pipeline_completed"))] == ids[700:]
    end.say("subscribe", f"pipeline_logs:{run_id}?after={ids[-3]}")
    assert [line["id"] for line in end.lines(end.until("pipeline_completed"))] == ids[-2:]
    for follower in (early, late, end):
        follower.connection.close()


def test_a_follower_that_does_not_read_loses_nothing(service):
    service.define("slow", step("load", ["spam", 4000, "x" * 500]))
    run_id = service.start("slow")
    follower = service.socket()
    follower.say("subscribe", f"pipeline_logs:{run_id}")
    service.wait(run_id)
    time.sleep(0.2)
    ids = [line["id"] for line in follower.lines(follower.until("pipeline_completed"))]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) > 4000
    follower.connection.close()


def test_public_topics(service, tmp_path):
    follower = service.socket()
    follower.say("subscribe", "pipelines")
    follower.say("subscribe", "pipeline_logs")
    assert [follower.next()["type"] for _ in range(2)] == ["subscribed", "subscribed"]
    service.define("news", step("load", ["rows", 3]))
    run_id = service.start("news")
    frames = follower.until("pipeline_completed")
    while not any(line["message"] == "the run is completed" for line in follower.lines(frames)):
        frames.append(follower.next())
    events = [frame for frame in frames if frame["topic"] == "pipelines"]
    assert events[0]["type"] == "subscribed" or events[0]["type"] == "pipeline_started"
    assert events[-1]["type"] == "pipeline_completed"
    assert events[-1]["data"]["records"] == 3
    found = follower.lines(frames)
    assert [line["id"] for line in found] == list(range(1, len(found) + 1))
    assert {line["execution_id"] for line in found} == {run_id}
    for topic in ("pipelines", "pipeline_logs"):
        follower.say("unsubscribe", topic)
        assert follower.until("unsubscribed")[-1]["topic"] == topic
    service.wait(service.start("news"))
    follower.say("ping")
    assert [frame["type"] for frame in follower.until("pong")] == ["pong"]
    follower.connection.close()


def test_what_cannot_be_understood_is_answered(service):
    follower = service.socket()
    for text in (
        "hello",
        "[]",
        '{"data": 1}',
        '{"type": "dance"}',
        '{"type": "subscribe", "data": 5}',
        '{"type": "subscribe", "data": "weather"}',
        '{"type": "subscribe", "data": "pipeline_logs:"}',
        '{"type": "subscribe", "data": "pipeline_logs:x?before=5"}',
        '{"type": "subscribe", "data": "pipeline_logs:x?after=-5"}',
        '{"type": "subscribe", "data": "pipeline_logs:none"}',
    ):
        follower.connection.send(text)
        frame = follower.next()
        assert frame["type"] == "error"
        assert frame["data"]["message"]
    follower.connection.send(b'{"type": "ping"}')
    assert follower.next()["type"] == "pong"
    follower.connection.send("x" * 5000)
    with pytest.raises(ConnectionClosed):
        follower.next()
    assert follower.connection.close_code == 1009


def test_one_connection_follows_a_bounded_number_of_runs(service, tmp_path, monkeypatch):
    monkeypatch.setattr("flext_sdk.embedded.flext.follow.MAX_TOPICS", 1)
    mark = tmp_path / "mark"
    for name in ("m1", "m2"):
        service.define(name, step("load", ["wait", str(mark)]))
    first, second = service.start("m1"), service.start("m2")
    follower = service.socket()
    follower.say("subscribe", f"pipeline_logs:{first}")
    follower.until("subscribed")
    follower.say("subscribe", f"pipeline_logs:{second}")
    assert "at most 1" in follower.until("error")[-1]["data"]["message"]
    follower.say("unsubscribe", f"pipeline_logs:{first}")
    follower.until("unsubscribed")
    mark.touch()
    service.wait(first)
    service.wait(second)
    follower.connection.close()


def test_a_run_that_is_stopped_before_it_began_is_told_too(service, tmp_path):
    mark = tmp_path / "mark"
    names = [f"q{number}" for number in range(5)]  # one more than run at once
    for name in names:
        service.define(name, step("load", ["wait", str(mark)]))
    runs = [service.start(name) for name in names]
    states = eventually(
        lambda: (
            found
            if sorted(found := [service.http.get(f"/api/v1/runs/{run}").json()["status"] for run in runs])
            == ["pending", *["running"] * 4]
            else None
        )
    )
    waiting = states.index("pending")
    follower = service.socket()
    follower.say("subscribe", f"pipeline_logs:{runs[waiting]}")
    follower.until("subscribed")
    answer = service.post(f"/api/v1/pipelines/{names[waiting]}/stop").json()
    assert [run["status"] for run in answer["runs"]] == ["cancelled"]
    assert follower.until("pipeline_completed")[-1]["data"]["status"] == "cancelled"
    mark.touch()
    for index, run in enumerate(runs):
        assert service.wait(run)["status"] == ("cancelled" if index == waiting else "completed")
    follower.connection.close()
