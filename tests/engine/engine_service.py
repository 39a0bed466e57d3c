"""The service over HTTP and WebSocket, in a thread of the tests."""

from __future__ import annotations

import json
import socket
import threading

import httpx
import pytest
from engine_bench import CONTRACT, FakePlugins, base_environment, eventually
from websockets.sync.client import connect

from flext_sdk.embedded.flext.app import create
from flext_sdk.embedded.hosting.server import Server
from flext_sdk.embedded.settings import HostSettings
from flext_sdk.embedded.web.problems import Checker

SPECS = list(CONTRACT.operations())


class Client(httpx.Client):
    """Checks each answer against the contract."""

    def send(self, request, **options):
        response = super().send(request, **options)
        path = request.url.path
        for spec in sorted(SPECS, key=lambda spec: "{" in spec.path):
            wanted, given = spec.path.split("/"), path.split("/")
            fits = len(wanted) == len(given) and all(
                w == g or w.startswith("{") for w, g in zip(wanted, given, strict=True)
            )
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
        (home / "state").mkdir(parents=True, exist_ok=True)
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
            connect(
                f"ws://127.0.0.1:{self.port}/ws", additional_headers={"Authorization": "Bearer t0ken"}, max_size=None
            )
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
        if not self.thread.is_alive():
            return
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
