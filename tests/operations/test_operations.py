"""Every operation of both contracts, asked of the running services over plain HTTP; each answer is held against the contract."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from flext_sdk.testing.contract import Contracts
from openapi.codegen import contract

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "meltano"))

from meltano_shared import shared_environments  # noqa: E402

CHECKED = Contracts(strict=True)
SPEC = contract.load(ROOT / "openapi")
OPERATIONS = {operation.id: operation for operation in SPEC.operations}


class World:
    """The platform, a pipeline with a finished run, and what a request needs to know of them."""

    def __init__(self, platform: Any, folder: Path) -> None:
        self.folder = folder
        headers = {"Authorization": f"Bearer {platform.token}"}
        self.clients = {
            name: httpx.Client(base_url=url, headers=headers, timeout=30) for name, url in platform.urls.items()
        }
        self.platform = platform
        (folder / "rows.csv").write_text("id,name\n1,a\n2,b\n", encoding="utf-8")
        self.call("flext", "POST", "/api/v1/pipelines", json=self.definition("contract"))
        self.run = self.start("contract")

    def definition(self, name: str, source: str = "rows.csv") -> dict[str, Any]:
        return {
            "name": name,
            "tags": ["contract"],
            "base_path": str(self.folder),
            "steps": [
                {
                    "name": "load",
                    "extract": {"plugin": "tap-csv", "config": {"path": source, "keys": ["id"]}},
                    "load": {"plugin": "target-jsonl", "config": {"path": f"out-{name}"}},
                }
            ],
        }

    def call(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        return self.clients[service].request(method, path, **options)

    def start(self, name: str) -> str:
        answer = self.call("flext", "POST", f"/api/v1/pipelines/{name}/execute", json={})
        assert answer.status_code == 202, answer.text
        run = answer.json()["execution_id"]
        for _ in range(600):
            found = self.call("flext", "GET", f"/api/v1/runs/{run}").json()
            if found["status"] in {"completed", "failed", "cancelled"}:
                return str(run)
            time.sleep(0.05)
        raise AssertionError("the run does not end")

    def fresh(self, name: str, source: str = "rows.csv") -> str:
        self.call("flext", "DELETE", f"/api/v1/pipelines/{name}")
        answer = self.call("flext", "POST", "/api/v1/pipelines", json=self.definition(name, source))
        assert answer.status_code == 201, answer.text
        return name


@pytest.fixture(scope="module")
def world(platform: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(platform, tmp_path_factory.mktemp("contract"))


def failed_run(world: World) -> str:
    name = world.fresh("fails", "not-there.csv")
    return world.start(name)


def dbt_project(world: World, name: str = "shop") -> str:
    """A registered project with a manifest and a page, as dbt would have left them."""
    folder = world.folder / name
    if not folder.exists():
        answer = world.call("flext", "POST", "/api/v1/dbt/init", json={"name": name, "folder": str(folder)})
        assert answer.status_code == 201, answer.text
        model = {
            "resource_type": "model",
            "name": "orders",
            "original_file_path": "models/orders.sql",
            "config": {"materialized": "table"},
            "depends_on": {"nodes": ["source.shop.raw"]},
        }
        source = {"resource_type": "source", "source_name": "web", "name": "raw"}
        (folder / "target").mkdir()
        found = {"nodes": {"model.shop.orders": model}, "sources": {"source.shop.raw": source}}
        (folder / "target" / "manifest.json").write_text(json.dumps(found), encoding="utf-8")
        (folder / "target" / "static_index.html").write_text("<html></html>", encoding="utf-8")
        ahead = time.time() + 30
        os.utime(folder / "target" / "manifest.json", (ahead, ahead))
    else:
        world.call("flext", "POST", "/api/v1/dbt/projects", json={"name": name, "folder": str(folder)})
    return name


def meltano(world: World, **more: Any) -> dict[str, Any]:
    """A Meltano project with a tap, a state and a schedule."""
    folder = world.folder / "meltano-shop"
    if not folder.exists():
        link = Path(world.platform.home) / "environments" / "meltano"
        if not link.exists():
            # The environment that all runs of the suite share.
            link.parent.mkdir(mode=0o700, exist_ok=True)
            link.symlink_to(shared_environments().folder / "meltano")
        answer = world.call("flext", "POST", "/api/v1/meltano/projects", json={"project": str(folder)})
        assert answer.status_code == 201, answer.text
        for kind, plugin in (("extractor", "tap-csv"), ("loader", "target-jsonl")):
            given = {"project": str(folder), "type": kind, "name": plugin}
            assert world.call("flext", "POST", "/api/v1/meltano/plugins", json=given).status_code == 201
        given = {"project": str(folder), "state": {"singer_state": {"bookmarks": {}}}}
        assert world.call("flext", "PUT", "/api/v1/meltano/state/dev:x", json=given).status_code == 200
    return {"project": str(folder), **more}


def look(world: World) -> dict[str, Any]:
    return {"name": "look", "runtime_type": "singer", "command": "tap-csv", "args": ["about"]}


def orchestration(world: World) -> str:
    answer = world.call("flexcore", "POST", "/api/v1/orchestration/execute", json=look(world))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["orchestration_id"])


def ended_orchestration(world: World) -> str:
    name = orchestration(world)
    for _ in range(600):
        found = world.call("flexcore", "GET", f"/api/v1/orchestration/{name}").json()["orchestration"]
        if found["status"] in {"completed", "failed"}:
            return name
        time.sleep(0.05)
    raise AssertionError("the orchestration does not end")


PASSWORD = "correct horse"


def user(world: World, name: str) -> str:
    world.call("flext", "DELETE", f"/api/v1/auth/users/{name}")
    made = world.call("flext", "POST", "/api/v1/auth/users", json={"username": name, "password": PASSWORD})
    assert made.status_code == 201, made.text
    return name


def login(world: World, name: str) -> dict[str, str]:
    answer = world.call(
        "flext", "POST", "/api/v1/auth/login", json={"username": user(world, name), "password": PASSWORD}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


#: How each operation is asked for, and with which status it answers: (path values, query, body).
type Asked = Callable[[World], tuple[dict[str, str], dict[str, Any], Any]]
CASES: dict[str, tuple[int, Asked]] = {
    "auth.login": (200, lambda w: ({}, {}, {"username": user(w, "logs-in"), "password": PASSWORD})),
    "auth.refresh": (200, lambda w: ({}, {}, {"refresh_token": login(w, "refreshes")["refresh_token"]})),
    "auth.logout": (204, lambda w: ({}, {}, {"token": login(w, "leaves")["access_token"]})),
    "auth.whoami": (200, lambda w: ({}, {}, None)),
    "auth.introspect": (200, lambda w: ({}, {}, {"token": login(w, "looked-at")["access_token"]})),
    "auth.token_revoke": (200, lambda w: ({}, {}, {"session": login(w, "revoked")["session"]})),
    "auth.user_list": (200, lambda w: ({}, {"limit": 5}, None)),
    "auth.user_create": (201, lambda w: ({}, {}, {"username": f"new{time.time_ns()}", "password": PASSWORD})),
    "auth.user_update": (200, lambda w: ({"username": user(w, "changes")}, {}, {"role": "operator"})),
    "auth.user_delete": (204, lambda w: ({"username": user(w, "goes")}, {}, None)),
    "auth.user_set_password": (204, lambda w: ({"username": user(w, "forgot")}, {}, {"password": "another one"})),
    "auth.user_disable": (200, lambda w: ({"username": user(w, "kept-out")}, {}, None)),
    "auth.user_enable": (200, lambda w: ({"username": user(w, "let-in")}, {}, None)),
    "auth.audit": (200, lambda w: ({}, {"username": user(w, "written-down")}, None)),
    "services.flext_health": (200, lambda w: ({}, {}, None)),
    "services.flext_ready": (200, lambda w: ({}, {}, None)),
    "services.flext_metrics": (200, lambda w: ({}, {}, None)),
    "services.flext_info": (200, lambda w: ({}, {}, None)),
    "services.list": (200, lambda w: ({}, {}, None)),
    "services.status": (200, lambda w: ({"service": "flexcore"}, {}, None)),
    "services.logs": (200, lambda w: ({"service": "flext"}, {"tail": 5, "level": "info", "grep": "listens"}, None)),
    "services.config": (200, lambda w: ({"service": "flext"}, {}, None)),
    "services.flexcore_health": (200, lambda w: ({}, {}, None)),
    "services.flexcore_ready": (200, lambda w: ({}, {}, None)),
    "services.flexcore_info": (200, lambda w: ({}, {}, None)),
    "services.flexcore_metrics": (200, lambda w: ({}, {}, None)),
    "plugins.list": (200, lambda w: ({}, {}, None)),
    "plugins.info": (200, lambda w: ({"plugin_id": "tap-csv"}, {}, None)),
    "plugins.search": (200, lambda w: ({}, {"q": "postgres", "type": "target"}, None)),
    "plugins.install": (409, lambda w: ({}, {}, {"plugin_id": "tap-strange", "requirements": ["tap-strange==1.0"]})),
    "plugins.update": (404, lambda w: ({"plugin_id": "lc-tap-jsonl"}, {}, {"version": "1.0"})),
    "plugins.update_index": (200, lambda w: ({}, {}, {"source": str(w.folder / "nowhere.json")})),
    "plugins.lock": (200, lambda w: ({}, {}, None)),
    "plugins.uninstall": (409, lambda w: ({"plugin_id": "tap-csv"}, {}, None)),
    "plugins.enable": (200, lambda w: ({"plugin_id": "target-sqlite"}, {}, None)),
    "plugins.disable": (200, lambda w: ({"plugin_id": "target-sqlite"}, {}, None)),
    "plugins.health": (200, lambda w: ({"plugin_id": "tap-csv"}, {}, None)),
    "plugins.logs": (200, lambda w: ({"plugin_id": "tap-csv"}, {"tail": 5}, None)),
    "taps.list": (200, lambda w: ({}, {}, None)),
    "taps.info": (200, lambda w: ({"name": "tap-csv"}, {}, None)),
    "taps.settings": (200, lambda w: ({"name": "tap-csv"}, {}, None)),
    "taps.config": (200, lambda w: ({"name": "tap-jsonl"}, {}, {"values": {"stream": "rows"}})),
    "taps.test": (
        200,
        lambda w: ({"name": "tap-csv"}, {}, {"config": {"path": "rows.csv"}, "base_path": str(w.folder)}),
    ),
    "taps.discover": (200, lambda w: ({"name": "tap-csv"}, {}, {"config": {"path": str(w.folder / "rows.csv")}})),
    "taps.select": (
        200,
        lambda w: ({"name": "tap-csv"}, {}, {"patterns": [], "config": {"path": str(w.folder / "rows.csv")}}),
    ),
    "targets.list": (200, lambda w: ({}, {}, None)),
    "targets.info": (200, lambda w: ({"name": "target-duckdb"}, {}, None)),
    "targets.settings": (200, lambda w: ({"name": "target-duckdb"}, {}, None)),
    "targets.config": (422, lambda w: ({"name": "target-sqlite"}, {}, {"values": {"path": 5}})),
    "targets.test": (200, lambda w: ({"name": "target-jsonl"}, {}, {"config": {"path": str(w.folder)}})),
    "plugins.execute": (
        200,
        lambda w: (
            {"name": "tap-csv"},
            {},
            {"operation": "discover", "config": {"path": "rows.csv"}, "base_path": str(w.folder)},
        ),
    ),
    "orchestrations.execute": (200, lambda w: ({}, {}, look(w))),
    "orchestrations.list": (200, lambda w: ({}, {"status": "completed", "runtime_type": "singer", "limit": 5}, None)),
    "orchestrations.show": (200, lambda w: ({"id": orchestration(w)}, {}, None)),
    "orchestrations.cancel": (409, lambda w: ({"id": ended_orchestration(w)}, {}, None)),
    "orchestrations.info": (200, lambda w: ({}, {}, None)),
    "orchestrations.metrics": (200, lambda w: ({}, {}, None)),
    "runtimes.list": (200, lambda w: ({}, {"include_inactive": True}, None)),
    "runtimes.status": (200, lambda w: ({"type": "singer"}, {}, None)),
    "runtimes.health": (200, lambda w: ({"type": "singer"}, {}, None)),
    "workflows.definitions": (200, lambda w: ({}, {}, None)),
    "workflows.active": (200, lambda w: ({}, {}, None)),
    "workflows.list": (200, lambda w: ({}, {}, None)),
    "workflows.execute": (200, lambda w: ({"id": w.fresh("flows")}, {}, {"full_refresh": True})),
    "workflows.status": (200, lambda w: ({"id": "contract"}, {}, None)),
    "node.info": (200, lambda w: ({}, {}, None)),
    "node.status": (200, lambda w: ({}, {}, None)),
    "cluster.status": (200, lambda w: ({}, {}, None)),
    "cluster.nodes": (200, lambda w: ({}, {}, None)),
    "events.list": (200, lambda w: ({}, {"type": "orchestration.*", "limit": 5}, None)),
    "events.publish": (200, lambda w: ({}, {}, {"type": "test.happened", "data": {"a": 1}})),
    "events.count": (200, lambda w: ({}, {"type": "test.happened"}, None)),
    "bus.command": (200, lambda w: ({}, {}, {"type": "pipelines.resume", "name": "contract"})),
    "bus.query": (200, lambda w: ({}, {}, {"type": "pipelines.status", "name": "contract"})),
    "dbt.projects": (200, lambda w: (dbt_project(w) and {}, {}, None)),
    "dbt.register": (201, lambda w: ({}, {}, {"name": dbt_project(w), "folder": str(w.folder / "shop")})),
    "dbt.forget": (204, lambda w: ({"project": dbt_project(w, "leaves")}, {}, None)),
    "dbt.show": (200, lambda w: ({}, {"project": dbt_project(w)}, None)),
    "dbt.init": (201, lambda w: ({}, {}, {"name": "fresh", "base_path": str(w.folder)})),
    "dbt.run": (202, lambda w: ({}, {}, {"project": dbt_project(w, "runs"), "command": "parse"})),
    "dbt.models": (200, lambda w: ({}, {"project": dbt_project(w), "types": "model,source"}, None)),
    "dbt.lineage": (200, lambda w: ({}, {"project": dbt_project(w), "model": "orders"}, None)),
    "dbt.docs": (200, lambda w: ({}, {"project": dbt_project(w)}, None)),
    "meltano.init": (409, lambda w: ({}, {}, meltano(w))),
    "meltano.list": (200, lambda w: ({}, meltano(w), None)),
    "meltano.add": (409, lambda w: ({}, {}, meltano(w, type="tap", name="tap-csv"))),
    "meltano.config": (200, lambda w: ({"component": "tap-csv"}, {}, meltano(w, set={"path": "rows.csv"}))),
    "meltano.schedule": (
        200,
        lambda w: (
            {"name": "daily"},
            {},
            meltano(w, extractor="tap-csv", loader="target-jsonl", interval="@daily"),
        ),
    ),
    "meltano.schedules": (200, lambda w: ({}, meltano(w), None)),
    "meltano.state_list": (200, lambda w: ({}, meltano(w), None)),
    "meltano.state_show": (200, lambda w: ({"state_id": "dev:x"}, meltano(w), None)),
    "meltano.state_set": (200, lambda w: ({"state_id": "dev:x"}, {}, meltano(w, state={"singer_state": {}}))),
    "meltano.state_clear": (404, lambda w: ({"state_id": "dev:nothing"}, meltano(w), None)),
    "meltano.install": (202, lambda w: ({}, {}, meltano(w))),
    "meltano.invoke": (202, lambda w: ({}, {}, meltano(w, plugin="tap-csv", arguments=["--version"]))),
    "meltano.test": (202, lambda w: ({}, {}, meltano(w))),
    "meltano.run": (404, lambda w: ({}, {}, meltano(w, tasks=["tap-nothing"]))),
    "meltano.runs": (200, lambda w: ({}, meltano(w), None)),
    "meltano.stop": (409, lambda w: ({}, {}, meltano(w, execution_id="nothing"))),
    "meltano.upgrade": (422, lambda w: ({}, {}, meltano(w, version="3.9"))),
    "pipelines.list": (200, lambda w: ({}, {"tags": "contract", "limit": 10, "sort": "name"}, None)),
    "pipelines.create": (201, lambda w: ({}, {}, w.definition(f"new-{time.time_ns()}"))),
    "pipelines.validate": (200, lambda w: ({}, {}, {"name": "x", "steps": [{"name": "a"}]})),
    "pipelines.show": (200, lambda w: ({"name": "contract"}, {}, None)),
    "pipelines.update": (200, lambda w: ({"name": "contract"}, {}, w.definition("contract"))),
    "pipelines.delete": (204, lambda w: ({"name": w.fresh("gone")}, {}, None)),
    "pipelines.start": (202, lambda w: ({"name": w.fresh("starts")}, {}, {"full_refresh": True})),
    "pipelines.stop": (409, lambda w: ({"name": w.fresh("stops")}, {}, {})),
    "pipelines.status": (200, lambda w: ({"name": "contract"}, {}, None)),
    "pipelines.logs": (200, lambda w: ({"name": "contract"}, {"tail": 5, "level": "info"}, None)),
    "pipelines.export": (200, lambda w: ({"name": "contract"}, {"format": "json"}, None)),
    "pipelines.pause": (200, lambda w: ({"name": w.fresh("pauses")}, {}, None)),
    "pipelines.resume": (200, lambda w: ({"name": "contract"}, {}, None)),
    "pipelines.schedule": (200, lambda w: ({"name": "contract"}, {}, {"cron": "15 * * * *"})),
    "pipelines.state_show": (200, lambda w: ({"name": "contract"}, {}, None)),
    "pipelines.state_set": (200, lambda w: ({"name": w.fresh("states")}, {}, {"state": {"bookmarks": {"rows": {}}}})),
    "pipelines.state_clear": (200, lambda w: ({"name": w.fresh("clears")}, {"step": "load"}, None)),
    "pipelines.runs": (200, lambda w: ({}, {"pipeline": "contract", "status": "completed"}, None)),
    "pipelines.run_info": (200, lambda w: ({"run": w.run}, {}, None)),
    "pipelines.retry": (202, lambda w: ({"run": failed_run(w)}, {}, None)),
}


def test_every_http_operation_is_asked_here() -> None:
    assert set(CASES) == {o.id for o in SPEC.operations if not o.websocket}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_as_the_contract_says(world: World, name: str) -> None:
    status, asked = CASES[name]
    operation = OPERATIONS[name]
    path, query, body = asked(world)
    for key, value in path.items():
        assert f"{{{key}}}" in operation.path
        operation_path = operation.path.replace(f"{{{key}}}", value)
        path = {key: operation_path}
    target = next(iter(path.values()), operation.path)
    options: dict[str, Any] = {"params": query}
    if body is not None:
        options["json"] = body
    answer = world.call(operation.service, operation.verb, target, **options)
    assert answer.status_code == status, answer.text
    assert answer.headers["x-request-id"]
    held_against_the_contract(operation, answer)
    if name == "dbt.run":
        # It began; what dbt makes of it is told elsewhere.
        world.call("flext", "POST", "/api/v1/pipelines/dbt:runs/stop", json={"force": True})


def held_against_the_contract(operation: Any, answer: httpx.Response) -> None:
    """Fields that the contract does not have are faults, too."""
    known = CHECKED.operation(operation.id)
    kind = answer.headers.get("content-type", "").split(";")[0]
    if answer.status_code == known.success:
        assert kind == (known.spec.media_type or "")
    body = None if not answer.content else answer.json() if kind == "application/json" else answer.text
    known.check_answer(answer.status_code, body)


def test_following_gives_every_line_once_and_then_the_run(world: World) -> None:
    """The operation "pipelines.follow" is a WebSocket."""
    assert OPERATIONS["pipelines.follow"].websocket
    from websockets.sync.client import connect

    url = world.platform.urls["flext"].replace("http", "ws", 1) + "/ws"
    lines: list[dict[str, Any]] = []
    with connect(url, additional_headers={"Authorization": f"Bearer {world.platform.token}"}) as socket:
        socket.send(json.dumps({"type": "subscribe", "data": f"pipeline_logs:{world.run}?after=0"}))
        while True:
            frame = json.loads(socket.recv(timeout=20))
            assert {"type", "topic", "data", "timestamp", "message_id"} <= set(frame)
            if frame["type"] == "pipeline_completed":
                break
            if frame["type"] == "pipeline_log":
                lines += frame["data"].get("logs") or [frame["data"]["log"]]
    assert frame["data"]["execution_id"] == world.run
    stored = world.call(
        "flext", "GET", "/api/v1/pipelines/contract/logs", params={"execution_id": world.run, "tail": 10000}
    ).json()["logs"]
    assert [line["id"] for line in lines] == [line["id"] for line in stored]
    assert lines


def test_following_gives_every_event_once(world: World) -> None:
    """The operation "events.follow" is a WebSocket."""
    assert OPERATIONS["events.follow"].websocket
    from websockets.sync.client import connect

    publish = {"type": "followed.one", "data": {}}
    first = world.call("flexcore", "POST", "/api/v1/flexcore/events", json=publish).json()["event_id"]
    url = world.platform.urls["flexcore"].replace("http", "ws", 1) + "/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {world.platform.token}"}) as socket:
        assert json.loads(socket.recv(timeout=20))["type"] == "welcome"
        socket.send(json.dumps({"type": "subscribe", "data": f"events?after={first}&type=followed.*"}))
        assert json.loads(socket.recv(timeout=20))["type"] == "subscribed"
        second = world.call("flexcore", "POST", "/api/v1/flexcore/events", json=publish).json()["event_id"]
        frame = json.loads(socket.recv(timeout=20))
    assert (frame["type"], [event["id"] for event in frame["data"]["events"]]) == ("domain_event", [second])
    known = CHECKED.operation("events.list")
    known.check_answer(200, {"events": frame["data"]["events"], "last_id": frame["data"]["last_id"]})
