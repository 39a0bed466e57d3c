"""Events, the bus, workflows, the node and its cluster."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from flext_sdk import AsyncFlext, ConflictError, NotFoundError, RunFailedError, ValidationFailedError
from flext_sdk.connectors.registry import CONNECTORS
from flext_sdk.embedded import supervisor

EVENTS = "/api/v1/flexcore/events"


@pytest.fixture(scope="session")
def pipeline(world: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("data")
    (folder / "rows.csv").write_text("id\n1\n")
    with world.client() as client:
        client.pipelines.create(
            {
                "name": "rows",
                "base_path": str(folder),
                "description": "Some rows",
                "steps": [
                    {
                        "name": "load",
                        "extract": {"plugin": "tap-csv", "config": {"path": "rows.csv"}},
                        "load": {"plugin": "target-jsonl", "config": {"path": "out"}},
                    }
                ],
            }
        )
    return "rows"


# -- events --------------------------------------------------------------------------------------------------------------


def test_events_are_listed_by_type_and_from_one_on(world: Any) -> None:
    with world.client() as client:
        before = client.events.count()
        ids = [client.events.publish(f"paging.{n}", data={"n": n}).event_id for n in range(5)]
        client.events.publish("Paging.other")
        newest = client.events.list(type="paging.*")
        assert [e.data["n"] for e in newest] == [4, 3, 2, 1, 0]
        assert (newest.items[0].source, newest.items[0].version) == ("client", 1)
        assert [e.id for e in client.events.list(after=ids[1], type="paging.*")] == ids[2:]
        assert [e.data["n"] for e in client.events.list(type="paging.*", limit=2)] == [4, 3, 2, 1, 0]
        assert [e.type for e in client.events.list(type="paging.3")] == ["paging.3"]
        assert client.events.count(type="paging.*") == 5
        assert client.events.count() == before + 6
        with pytest.raises(NotFoundError, match="event 'nothing'"):
            client.events.list(after="nothing")


def test_what_stands_beside_the_type_is_the_data(http: httpx.Client) -> None:
    identity = http.post(EVENTS, json={"type": "beside", "rows": 3, "data": {"a": 1}}).json()["event_id"]
    found = http.get(EVENTS, params={"type": "beside"}).json()["events"][0]
    assert (found["id"], found["data"]) == (identity, {"rows": 3, "a": 1})
    for bad in ({}, {"type": ""}, {"type": "a b"}, {"type": "a", "data": 1}, [], "x"):
        assert http.post(EVENTS, json=bad).status_code == 422
    assert http.get(EVENTS, params={"type": "a' OR 1=1 --"}).json()["total"] == 0


def test_the_platform_tells_of_its_own_doings(world: Any) -> None:
    with world.client() as client:
        done = client.orchestrations.execute("own", "tap-csv", ["version"], wait=True)
        client.plugins.execute("tap-csv", "version")
        with pytest.raises(ValidationFailedError):
            client.plugins.execute("tap-csv", "discover", config={"path": "/nowhere.csv"})
        mine = [e for e in client.events.list(type="orchestration.*") if e.data["id"] == done.id]
        assert [e.type.split(".")[1] for e in mine][::-1] == ["submitted", "started", "completed"]
        assert mine[0].data["duration"] >= 0
        assert next(iter(client.events.list(type="plugin.executed"))).data["plugin"] == "tap-csv"
        assert "nowhere.csv" in next(iter(client.events.list(type="plugin.failed"))).data["error"]


# -- the bus -------------------------------------------------------------------------------------------------------------


def test_commands_and_queries_reach_the_operations_of_both_services(world: Any, pipeline: str) -> None:
    with world.client() as client:
        run = client.bus.command("pipelines.start", data={"name": pipeline, "full_refresh": True}).result
        client.pipelines.wait(run["execution_id"])
        status = client.bus.query("pipelines.status", data={"name": pipeline}).result
        assert (status["status"], status["execution_count"]) == ("completed", 1)
        listed = client.bus.query("pipelines.list", data={"limit": 1, "tags": ["none"]}).result
        assert listed["total"] == 0
        exported = client.bus.query("pipelines.export", data={"name": pipeline, "format": "yaml"}).result
        assert exported.startswith("name: rows")
        definition = client.bus.query("pipelines.export", data={"name": pipeline, "format": "json"}).result
        changed = client.bus.command("pipelines.update", data={**_json(definition), "description": "Changed"})
        assert changed.result["description"] == "Changed"
        begun = client.bus.command(
            "orchestrations.execute", data={"name": "b", "runtime_type": "singer", "command": "tap-csv"}
        ).result
        shown = client.bus.query("orchestrations.show", data={"orchestration": begun["orchestration_id"]}).result
        assert shown["orchestration"]["name"] == "b"
        filtered = client.bus.query("events.list", data={"type": "command.executed", "limit": 1}).result
        assert filtered["events"][0]["data"]["type"] == "orchestrations.execute"
        client.bus.command("pipelines.pause", data={"name": pipeline})
        with pytest.raises(ConflictError):
            client.bus.command("pipelines.start", data={"name": pipeline})
        client.bus.command("pipelines.resume", data={"name": pipeline})
        with pytest.raises(NotFoundError, match="'nothing'"):
            client.bus.query("pipelines.show", data={"name": "nothing"})


def _json(value: Any) -> dict[str, Any]:
    import json

    return dict(json.loads(value) if isinstance(value, str) else value)


@pytest.mark.parametrize(
    ("kind", "body", "place", "message", "hint"),
    [
        ("commands", {"type": "pipelines.strat"}, "/type", "did you mean 'pipelines.start'?", "pipelines.start, "),
        ("commands", {"type": "zzz"}, "/type", "no command 'zzz'", "Known: "),
        ("commands", {"type": "pipelines.status"}, "/type", "it only reads", "flext bus query pipelines.status"),
        ("queries", {"type": "pipelines.start"}, "/type", "it changes", "flext bus command pipelines.start"),
        ("queries", {"type": "pipelines.follow"}, "/type", "no query", "pipelines.logs"),
        ("commands", {"type": "bus.command"}, "/type", "no command 'bus.command'", "Known: "),
        ("queries", {"type": "pipelines.show"}, "/name", "'name' is missing", "Give it in the data: name=..."),
        (
            "queries",
            {"type": "pipelines.show", "name": ".."},
            "/name",
            "'name' is missing",
            "Give it in the data: name=...",
        ),
        (
            "queries",
            {"type": "pipelines.show", "name": ["a"]},
            "/name",
            "'name' is missing",
            "Give it in the data: name=...",
        ),
        ("queries", {"type": "pipelines.list", "limt": 1}, "/limt", "did you mean 'limit'?", "It takes "),
        ("queries", {"type": "node.info", "a": 1}, "/a", "unknown parameter 'a'", "It takes none."),
        ("queries", {}, "", "'type'", None),
    ],
)
def test_what_the_bus_cannot_hand_on_is_told_with_what_is_near(
    http: httpx.Client, kind: str, body: dict[str, Any], place: str, message: str, hint: str | None
) -> None:
    answer = http.post(f"/api/v1/flexcore/{kind}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_FAILED")
    problem = answer.json()["problems"][0]
    assert (problem["path"] or "") == place
    assert message in problem["message"]
    assert hint is None or hint in problem["hint"]


def test_without_flext_service_the_bus_and_workflows_say_so(lone: Callable[..., Any]) -> None:
    world = lone()
    with world.http() as http:
        answer = http.post("/api/v1/flexcore/queries", json={"type": "pipelines.list"})
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_NOT_RUNNING")
        assert answer.json()["hint"] == "Start it: flext service start flext"
        assert http.get("/api/v1/flexcore/workflows").status_code == 503
        assert http.post("/api/v1/flexcore/queries", json={"type": "node.info"}).status_code == 200
        cluster = http.get("/api/v1/flexcore/cluster/status").json()
        assert {s["name"]: s["status"] for s in cluster["services"]} == {"flexcore": "running", "flext": "stopped"}


# -- workflows -----------------------------------------------------------------------------------------------------------


def test_workflows_are_the_pipelines(world: Any, pipeline: str) -> None:
    with world.client() as client:
        found = {workflow.id: workflow for workflow in client.workflows.list()}
        assert (found["rows"].runtime_type, found["rows"].name) == ("pipeline", "rows")
        client.pipelines.create({"name": "fresh", "steps": []}) if "fresh" not in found else None
        idle = client.workflows.status("fresh")
        assert (idle.status, idle.progress, idle.execution_id) == ("idle", 0, None)
        started = client.workflows.execute("rows", full_refresh=True)
        client.pipelines.wait(started.execution_id)
        status = client.workflows.status("rows")
        assert (status.status, status.progress, status.execution_id) == ("completed", 1, started.execution_id)
        assert status.last_event == "pipeline.completed"
        by_run = client.workflows.status(started.execution_id)
        assert (by_run.workflow_id, by_run.progress) == ("rows", 1)
        for call in (client.workflows.status, client.workflows.execute):
            with pytest.raises(NotFoundError, match="there is no workflow 'nothing'"):
                call("nothing")
            with pytest.raises(NotFoundError) as caught:
                call("rowss")
            assert caught.value.hint == "Did you mean rows?"
        kinds = {workflow.runtime_type: workflow.status for workflow in client.workflows.definitions()}
        assert (kinds["singer"], kinds["ray"]) == ("running", "not_implemented")


async def test_a_workflow_can_be_waited_for(world: Any, pipeline: str, tmp_path: Path) -> None:
    seen: list[str] = []
    async with AsyncFlext(world.urls, token=world.token) as client:
        done = await client.workflows.execute(
            pipeline, full_refresh=True, wait=True, on_progress=lambda status: seen.append(str(status.status))
        )
        assert (done.status, seen[-1]) == ("completed", "completed")
        assert (await client.workflows.wait(done.execution_id)).execution_id == done.execution_id
    with world.client() as client:
        plain = client.with_options(models=False).workflows.execute(pipeline, full_refresh=True, wait=True)
        assert plain["status"] == "completed"
        (tmp_path / "lost.csv").write_text("id\n1\n")
        extract = {"plugin": "tap-csv", "config": {"path": str(tmp_path / "lost.csv")}}
        load = {"plugin": "target-jsonl", "config": {"path": str(tmp_path / "out")}}
        client.pipelines.create({"name": "lost", "steps": [{"name": "say", "extract": extract, "load": load}]})
        (tmp_path / "lost.csv").unlink()
        with pytest.raises(RunFailedError, match="of lost failed: ") as caught:
            client.workflows.execute("lost", wait=True)
        hint = caught.value.hint
        failed = client.workflows.execute("lost", wait=True, raise_on_failure=False)
        assert hint == client.pipelines.run_info(failed.execution_id).hint
        assert failed.status == "failed"
        with pytest.raises(NotFoundError, match="there is no workflow 'nothing'"):
            client.workflows.wait("nothing")


# -- the node ------------------------------------------------------------------------------------------------------------


def test_the_node_tells_of_itself_and_of_the_services_beside_it(world: Any) -> None:
    with world.client() as client:
        node, cluster = client.node.info(), client.cluster.status()
        assert (node.node_type, node.loaded_plugins) == ("flexcore", len(CONNECTORS))
        assert 0 < node.uptime < 3600
        assert (cluster.total_nodes, cluster.mode, cluster.leader_node) == (1, "standalone", node.node_id)
        assert {s.name: s.status for s in cluster.services} == {"flexcore": "running", "flext": "running"}
        (only,) = client.cluster.nodes()
        assert (only.role, only.address) == ("leader", world.urls["flexcore"])
        assert client.node.status().plugin_health.total == len(CONNECTORS)
        assert client.services.capabilities("flexcore").generation == "embedded"
        assert client.services.capabilities("flext").generation == "embedded"


def test_a_ledger_that_cannot_be_used_is_told_and_does_not_keep_the_plugins_away(lone: Callable[..., Any]) -> None:
    world = lone()
    file = world.home / "state" / "flexcore.db"
    supervisor.stop("flexcore", environ=world.environ)
    file.write_bytes(b"this is no database" * 100)
    world = lone()
    with world.http() as http:
        assert http.get("/health").json()["status"] == "degraded"
        assert "not a database" in http.get("/health").json()["components"]["ledger"]
        assert http.get("/api/v1/node/info").json()["node"]["status"] == "degraded"
        answer = http.get(EVENTS)
        assert (answer.status_code, answer.json()["code"]) == (500, "STORE")
        assert str(file) in answer.json()["error"]
        version = http.post("/api/v1/flexcore/plugins/tap-csv/execute", json={"operation": "version"})
        assert version.status_code == 200
        submitted = http.post(
            "/api/v1/orchestration/execute", json={"name": "x", "runtime_type": "singer", "command": "tap-csv"}
        )
        assert submitted.status_code == 500
        assert http.get("/api/v1/node/status").json()["status"]["active_orchestrations"] == 0


def test_a_ledger_of_a_newer_release_is_left_alone(lone: Callable[..., Any]) -> None:
    world = lone()
    with world.http() as http:
        http.get(f"{EVENTS}/count")
    supervisor.stop("flexcore", environ=world.environ)
    path = world.home / "state" / "flexcore.db"
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    with lone().http() as http:
        answer = http.get(EVENTS)
        assert answer.status_code == 500
        assert "knows only up to 1" in answer.json()["error"]
        assert "newer release" in answer.json()["hint"]


def test_a_setting_that_makes_no_sense_stops_the_start(tmp_path: Path) -> None:
    from flext_sdk.embedded.flexcore.settings import limits
    from flext_sdk.errors import ConfigurationError

    assert limits({}).allow_processes is False
    assert limits({"FLEXT_ALLOW_PROCESSES": "Yes", "FLEXT_MAX_ORCHESTRATIONS": "3"}).concurrent == 3
    for name, value in (
        ("FLEXT_ALLOW_PROCESSES", "maybe"),
        ("FLEXT_MAX_ORCHESTRATIONS", "0"),
        ("FLEXT_MAX_ORCHESTRATIONS", "1.5"),
        ("FLEXT_ORCHESTRATION_TIMEOUT", "soon"),
        ("FLEXT_ORCHESTRATION_TIMEOUT", "nan"),
    ):
        with pytest.raises(ConfigurationError, match=name):
            limits({name: value})


def test_ill_neighbours_are_told_of(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk.embedded.flexcore.neighbours import Neighbours
    from flext_sdk.embedded.settings import HostSettings
    from flext_sdk.embedded.web.errors import ApiError

    settings = HostSettings("flexcore", world.home, 1, world.token)
    with pytest.raises(ApiError, match="does not answer") as caught:
        Neighbours(settings).ask("flexcore", "GET", "/health")
    assert (caught.value.status, caught.value.code) == (503, "SERVICE_UNREACHABLE")
    monkeypatch.setattr("flext_sdk.embedded.flexcore.neighbours._MOST", 10)
    with pytest.raises(ApiError, match="more than 10 bytes"):
        Neighbours(settings).ask("flext", "GET", "/health")
    monkeypatch.undo()
    with pytest.raises(ApiError, match="nothing at /none") as caught:
        Neighbours(settings).ask("flext", "GET", "/none")
    assert (caught.value.status, caught.value.code) == (404, "ROUTE_NOT_FOUND")
