"""The whole service over HTTP and WebSocket: every operation answers as the contract says, followers miss nothing."""

from __future__ import annotations

import json
import socket
import threading
import time

import httpx
import pytest
from engine_bench import CONTRACT, FakePlugins, base_environment, eventually, step
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from flext_sdk.embedded.flext.app import create
from flext_sdk.embedded.hosting.server import Server
from flext_sdk.embedded.settings import HostSettings
from flext_sdk.embedded.web.problems import Checker
from flext_sdk.errors import ConfigurationError

SPECS = list(CONTRACT.operations())


class Client(httpx.Client):
    """Checks each answer against the contract."""

    def send(self, request, **options):
        response = super().send(request, **options)
        path = request.url.path
        for spec in sorted(SPECS, key=lambda spec: "{" in spec.path):
            wanted, given = spec.path.split("/"), path.split("/")
            fits = len(wanted) == len(given) and all(w == g or w.startswith("{") for w, g in zip(wanted, given, strict=True))
            if fits and spec.method == request.method:
                schema = spec.responses.get(str(response.status_code), spec.responses.get("default"))
                if response.headers.get("content-type", "").startswith("application/json"):
                    assert Checker(CONTRACT.schema(schema)).problems(response.json()) == []
                break
        else:
            pytest.fail(f"no operation for {request.method} {path}")
        return response


class Running:
    def __init__(self, home):
        self.home = home
        (home / "state").mkdir(parents=True)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        settings = HostSettings("flext", home, self.port, "t0ken", environment=base_environment())
        app = create(settings, plugins=FakePlugins(), backoff=0.01)
        ready = threading.Event()
        self.server = Server(app, grace=1, websockets=True, ready=ready.set, stopping=lambda: None)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]})
        self.thread.start()
        assert ready.wait(30)
        self.http = Client(base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": "Bearer t0ken"})

    def socket(self):
        return Follower(
            connect(f"ws://127.0.0.1:{self.port}/ws", additional_headers={"Authorization": "Bearer t0ken"}, max_size=None)
        )

    def post(self, path, body=None, **headers):
        return self.http.post(path, json=body, headers=headers)

    def define(self, name, *steps, **more):
        response = self.post("/api/v1/pipelines", {"name": name, "steps": list(steps), **more})
        assert response.status_code == 201, response.text

    def start(self, name):
        response = self.post(f"/api/v1/pipelines/{name}/execute", {})
        assert response.status_code == 202, response.text
        return response.json()["execution_id"]

    def wait(self, run_id):
        def ended():
            run = self.http.get(f"/api/v1/runs/{run_id}").json()
            return run if run["status"] in {"completed", "failed", "cancelled"} else None

        return eventually(ended)

    def close(self):
        self.server.should_exit = True
        self.thread.join(30)
        self.http.close()
        assert not self.thread.is_alive()


class Follower:
    def __init__(self, connecting):
        self.connection = connecting.__enter__()
        assert self.next()["type"] == "welcome"

    def next(self):
        frame = json.loads(self.connection.recv(timeout=30))
        assert set(frame) == {"type", "topic", "data", "timestamp", "message_id"}
        return frame

    def say(self, kind, data=None):
        self.connection.send(json.dumps({"type": kind, "data": data}))

    def until(self, kind):
        frames = []
        while True:
            frames.append(self.next())
            if frames[-1]["type"] == kind:
                return frames

    def lines(self, frames):
        return [line for frame in frames if frame["type"] == "pipeline_log" for line in frame["data"]["logs"]]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    found = Running(tmp_path_factory.mktemp("service"))
    yield found
    found.close()


def test_every_operation_answers_as_the_contract_says(service, tmp_path):
    get, post = service.http.get, service.post
    service.define("orders", step("load", ["rows", 4], ["state", {"bookmarks": {"orders": 4}}]), tags=["t"], schedule={"cron": "@daily"})
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
    assert service.http.delete(f"{base}/orders/state", params={"stream": "orders"}).json()["states"][0]["state"] == {"bookmarks": {}}
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
    follower.connection.send("x" * 600)
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


def test_a_database_that_cannot_be_used_is_a_configuration_error(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "flext.db").write_bytes(b"nonsense" * 500)
    with pytest.raises(ConfigurationError) as caught:
        create(HostSettings("flext", tmp_path, 1, "t"))
    assert caught.value.exit_code == 4
    assert caught.value.hint
