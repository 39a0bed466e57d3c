"""What the public services answer, generation by generation, with all their ways of writing: through the client and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from flext_cli.main import main
from flext_sdk import (
    AsyncFlext,
    BadRequestError,
    Flext,
    NotFoundError,
    NotSupportedError,
    ServerError,
    WaitTimeoutError,
)
from flext_sdk import _operations as ops
from flext_sdk._async.routes import explained
from flext_sdk._core.generations import Server, classify

type Start = Callable[[str], Any]


def client_of(server: Any, service: str = "flexcore") -> Flext:
    return Flext(base_url={service: server.url}, token="t", retries=0)


# -- FlexCore with /api/v1/orchestration ---------------------------------------------------------------------------------


def test_orchestrations_of_the_orchestrator_generation(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client:
        nightly, hourly = client.orchestrations.list()
        assert (nightly.status, nightly.duration, nightly.progress, nightly.logs) == ("canceled", 90.5, 0.1, [])
        assert nightly.is_finished
        assert not nightly.succeeded
        assert nightly.start_time == datetime(2026, 2, 20, 8, 0, 0, 123456, UTC)
        assert (hourly.progress, hourly.end_time, hourly.metadata) == (1, None, {})
        assert hourly.duration == pytest.approx(5e-9)  # a whole number is nanoseconds, however small
        shown = client.orchestrations.show("orch_1")
        assert (shown.duration, shown.progress, shown.logs) == (1.5, 0.25, ["a", "b"])
        begun = client.orchestrations.execute("nightly", "run", ["tap", "target"], runtime="meltano", limit=1.5)
        assert (begun.id, begun.status, begun.job_id) == ("orch_1771581600000000001", "submitted", "job-1")
        assert begun.duration == pytest.approx(0.0012)
        sent = server.seen[-1][2]
        assert sent == {
            "name": "nightly", "runtime_type": "meltano", "command": "run", "args": ["tap", "target"], "timeout": 1_500_000_000,
        }  # fmt: skip
        assert client.orchestrations.cancel("orch_1").status == "canceled"
        metrics = client.orchestrations.metrics()
        assert (metrics.average_execution, metrics.runtime_distribution, metrics.last_orchestration) == (
            1.2505,
            {},
            None,
        )
        info = client.orchestrations.info()
        assert (info.uptime, info.runtimes, info.config.default_timeout) == (3723.5, [], 1800)
        with pytest.raises(NotFoundError, match="Orchestration not found"):
            client.orchestrations.show("orch_9")


def test_one_that_never_ends_is_waited_for_no_longer_than_was_said(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client, pytest.raises(WaitTimeoutError) as caught:
        client.orchestrations.wait("orch_1", timeout=0.05)
    assert caught.value.run.status == "running"


def test_runtimes_node_and_cluster_of_the_orchestrator_generation(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client:
        meltano, ray = client.runtimes.list(include_inactive=True)
        assert (meltano.capabilities, ray.capabilities, ray.last_seen) == (["extract", "load"], [], None)
        assert client.runtimes.status("meltano").config.timeout == 300
        assert client.runtimes.health("meltano").details.response_time == 0.15
        node = client.node.info()
        assert (node.node_id, node.uptime, node.capabilities) == ("flexcore-a", None, [])  # its uptime is a moment
        assert client.node.status().plugin_health.healthy == 1
        cluster = client.cluster.status()
        assert (cluster.total_nodes, cluster.current_node, cluster.status) == (2, "flexcore-a", "active")
        nodes = list(client.cluster.nodes())
        assert [(n.id, n.address, n.last_seen is None) for n in nodes] == [
            ("flexcore-a", "http://10.0.0.1:8080", False),
            ("flexcore-b", "http://10.0.0.2:8080", True),
        ]
        assert nodes[1].loaded_plugins == ["p1"]


def test_workflows_and_plugins_of_the_orchestrator_generation(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client:
        assert [w.id for w in client.workflows.list()] == ["meltano_execution", "ray_execution"]
        assert [w.runtime_type for w in client.workflows.definitions()] == ["meltano", "ray"]
        (active,) = client.workflows.list(active=True)
        assert (active.id, active.duration, active.progress) == ("orch_1", 150.5, 0.25)
        assert active.created_at == datetime(2026, 2, 20, 9, tzinfo=UTC)
        status = client.workflows.status("orch_1")
        assert (status.workflow_id, status.execution_id, status.progress) == ("meltano_execution", "orch_1", 0.25)
        (plugin,) = client.plugins.list()
        assert (plugin.name, plugin.status, plugin.active) == ("meltano-plugin", "loaded", True)
        assert client.plugins.info("p1").capabilities == []
        done = client.plugins.execute("p1", "about", config={"a": 1})
        assert (done.plugin_name, done.status, done.result) == ("p1", "executed", {"ok": True})
        assert done.timestamp == datetime(2026, 2, 20, 10, tzinfo=UTC)
    sent = next(body for method, path, body in server.seen if path == "/api/v1/plugins/p1/execute")
    assert sent == {"plugin_id": "p1", "operation": "about", "params": {"a": 1}}


def test_a_server_is_asked_what_it_is_once_and_the_fitting_route_is_first_from_then_on(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client:
        client.plugins.list()
        client.plugins.list()
        client.with_options(timeout=5).plugins.list()
    assert server.paths() == [
        "GET /api/v1/flexcore/plugins",
        "GET /health",
        "GET /api/v1/plugins/list",
        "GET /api/v1/plugins/list",
        "GET /api/v1/plugins/list",
    ]


def test_what_a_server_lacks_is_told_with_its_name_and_a_way_round(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    with client_of(server) as client:
        with pytest.raises(NotSupportedError) as caught:
            client.events.list()
        error = caught.value
        assert error.message == (
            f"flexcore 1.4.0 (the generation with /api/v1/orchestration) at {server.url} does not support events.list"
        )
        assert error.hint == "Instead: flext orchestration list tells what was carried out."
        assert error.details["generation"] == "orchestrator"
        assert error.exit_code == 1
        with pytest.raises(NotSupportedError, match=r"does not support bus\.command"):
            client.bus.command("pipelines.start")
        with pytest.raises(NotSupportedError) as caught:
            client.workflows.execute("orders")
        assert "flext orchestration execute" in str(caught.value.hint)
        found = client.services.capabilities("flexcore")
        assert (found.generation, found.version, str(found)) == (
            "orchestrator", "1.4.0", "flexcore 1.4.0 (the generation with /api/v1/orchestration)",
        )  # fmt: skip
        assert found.supports(ops.ORCHESTRATIONS_EXECUTE)
        assert found.supports(ops.PLUGINS_LIST)
        assert found.supports(ops.EVENTS_LIST) is False
    assert server.paths().count("GET /health") == 1


def test_a_server_that_stands_alone_says_so_and_what_to_use(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    bus = {"status": 503, "body": {"error": "Communication bus not available"}}
    server.answers["GET /api/v1/plugins/communication/status"] = bus
    with client_of(server) as client:
        for call in (client.cluster.status, lambda: list(client.cluster.nodes())):
            with pytest.raises(ServerError, match="Communication bus not available") as caught:
                call()
            assert str(caught.value.hint).startswith("Instead: flext node info")


def test_the_reason_of_a_failure_is_told(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    failed = {"error": "Failed to execute orchestration", "details": "runtime ray is not registered"}
    server.answers["POST /api/v1/orchestration/execute"] = {"status": 500, "body": failed}
    server.answers["GET /api/v1/orchestration/metrics"] = {"status": 500, "text": "", "type": "text/plain"}
    with client_of(server) as client:
        with pytest.raises(ServerError, match=r"^Failed to execute orchestration: runtime ray is not registered"):
            client.orchestrations.execute("a", "b", runtime="ray")
        with pytest.raises(BadRequestError, match=r"^Failed to cancel orchestration: orchestration orch_9 not found"):
            client.orchestrations.cancel("orch_9")
        with pytest.raises(ServerError, match="500"):  # a panic has no body
            client.orchestrations.metrics()


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("flexcore-orchestrator", "flexcore"),
        ("flexcore-container", "flexcore"),
        ("flexcore-plain", "flexcore"),
        ("flext-published", "flext"),
        ("flext-echo", "flext"),
        ("flext-control-panel", "flext"),
    ],
)
async def test_whatever_a_public_server_lacks_there_is_something_to_use_instead(
    recorded: Start, name: str, service: str
) -> None:
    server = recorded(name)
    told = []
    async with AsyncFlext(base_url={service: server.url}, token="t") as client:
        found = await client.services.capabilities(service)
        for op in ops.OPERATIONS.values():
            if op.service == service and found.supports(op) is not True:
                error = await explained(client, op, NotSupportedError("x", hint="y", status=404))
                told.append(error)
    assert told
    assert [error.message for error in told if not error.message.startswith(str(found))] == []
    assert [error.message for error in told if not str(error.hint).startswith("Instead: ")] == []


# -- FlexCore with /api/v1/flexcore --------------------------------------------------------------------------------------


def test_the_container_generation(recorded: Start) -> None:
    server = recorded("flexcore-container")
    with client_of(server) as client:
        assert client.workflows.execute("orders").status == "executed"
        status = client.workflows.status("orders")
        assert (status.status, status.progress) == ("running", 0.01)  # of 100
        assert [p.name for p in client.plugins.list()] == ["postgres-extractor"]
        assert client.plugins.execute("postgres-extractor", "run").result == "success"
        assert (client.cluster.status().leader_node, client.cluster.status().total_nodes) == ("node-1", 3)
        assert [n.workloads for n in client.cluster.nodes()] == [5, 3]
        started, ended = client.events.list(limit=10)
        assert (started.type, ended.timestamp) == ("PipelineExecutionStarted", None)
        assert client.events.publish("orders.loaded", data={"rows": 1}).event_id == "event-1771581600"
        assert client.bus.command("any", data={"a": 1}).command_id == "cmd-1771581600"
        assert server.seen[-1][2] == {"type": "any", "a": 1}
        assert client.bus.query("any", data={"type": "x"}).result == {"data": "sample"}
        assert server.seen[-1][2] == {"type": "any", "data": {"type": "x"}}
        with pytest.raises(NotSupportedError) as caught:
            client.orchestrations.list()
        assert "flexcore-container 2.0.0" in caught.value.message
        assert caught.value.hint == "Instead: flext events list tells what happened there."
        with pytest.raises(NotSupportedError, match=r"workflows\.list"):  # neither route is there
            client.workflows.list()


def test_the_real_variant_of_the_container_generation_and_its_ill_health(recorded: Start) -> None:
    server = recorded("flexcore-container-real")
    with client_of(server) as client:
        (health,) = client.services.health("flexcore")
        assert (health.status, health.components["plugin_system"]) == ("degraded", "no_plugins")
        assert client.services.capabilities("flexcore").generation == "container"
        (workflow,) = client.workflows.list()
        assert (workflow.id, workflow.status, workflow.events) == ("orders", "completed", 4)
        assert client.workflows.status("orders").last_event == "WorkflowCompleted"
        assert list(client.plugins.list()) == []
        assert client.cluster.status().cluster_type == "simulated"
        assert [n.role for n in client.cluster.nodes()] == ["primary"]
        assert list(client.events.list()) == []
        assert client.events.count() == 12
        node = client.node.info()
        assert (node.node_id, node.version, node.status) == ("node-7", "2.0.0", "operational")
        assert client.node.status().status == "operational"
        metrics = client.services.metrics("flexcore").metrics
        assert (metrics.uptime, metrics.requests, metrics.memory_usage) == (93784, 120, 12_500_000)
        with pytest.raises(ServerError, match="workflow service unavailable"):
            client.workflows.execute("none")


def test_a_parameter_that_the_other_route_does_not_take_is_not_dropped_in_silence(recorded: Start) -> None:
    server = recorded("flexcore-container")
    with client_of(server) as client:
        client.events.list(type="a", after="event-1")  # the same route: the server may know it or not
        assert "type=a" in server.seen[-1][1]


# -- FlexCore with no more than health -----------------------------------------------------------------------------------


def test_a_server_with_no_more_than_health(recorded: Start) -> None:
    server = recorded("flexcore-plain")
    with client_of(server) as client:
        metrics = client.services.metrics("flexcore")
        assert (metrics.metrics.requests, metrics.metrics.uptime, metrics.metrics.memory_usage) == (
            42,
            3600.5,
            25_000_000,
        )
        assert metrics.series["flexcore_requests_total"] == 42
        assert client.node.status().status == "healthy"
        with pytest.raises(NotSupportedError, match="no more than health"):  # 405 in text
            client.orchestrations.execute("a", "b")
        config = client.services.config("flexcore")
        assert {s.name: s.value for s in config.settings} == {
            "url": server.url, "version": "0.9.0", "environment": "staging",
        }  # fmt: skip


# -- FLEXT Service -------------------------------------------------------------------------------------------------------


def test_metrics_and_settings_of_public_flext_services(recorded: Start) -> None:
    published, echo, panel = (recorded(f"flext-{name}") for name in ("published", "echo", "control-panel"))
    with client_of(published, "flext") as client:
        told = client.services.metrics("flext")
        assert (told.server.uptime, told.server.version, told.requests.total) == (10800, "1.0.0", 42)
        assert list(client.pipelines.list()) == []
        assert client.services.capabilities("flext").generation == "published"
    with client_of(echo, "flext") as client:
        told = client.services.metrics("flext")
        assert (told.server.uptime, told.server.memory) == (10800, 16777216)
        assert (told.requests.total, told.requests.errors, told.series["go_goroutines"]) == (42, 3, 12)
        (health,) = client.services.health("flext")
        assert health.timestamp == datetime.fromtimestamp(1771581600, UTC)
        with pytest.raises(NotSupportedError) as caught:
            client.pipelines.status("orders")
        assert caught.value.hint == "Instead: flext pipeline show tells whether it is active."
        plain = client.with_options(models=False)
        assert plain.services.metrics("flext")["requests"] == {"total": 42, "errors": 3}
        assert plain.services.health("flext")[0]["timestamp"] == "2026-02-20T10:00:00Z"
    with client_of(panel, "flext") as client:
        settings = {s.name: s.value for s in client.services.config("flext").settings}
        assert (settings["environment"], settings["architecture"], settings["debug"]) == ("production", "clean", False)
        with pytest.raises(NotSupportedError) as caught:
            client.pipelines.stop("orders")
        assert caught.value.message == f"flext 2.0.0 (the control panel) at {panel.url} does not support pipelines.stop"


def test_runs_of_public_servers_that_end_at_once(recorded: Start) -> None:
    server = recorded("flext-echo")
    begun = {"execution_id": "e1", "pipeline_id": "p", "started_at": "2026-02-20T10:00:00Z"}
    with client_of(server, "flext") as client:
        for status in ("completed", "completed_no_steps"):
            server.answers["POST /api/v1/pipelines/orders/execute"] = {
                "status": 202, "body": {**begun, "status": status},
            }  # fmt: skip
            assert client.pipelines.start("orders", wait=True).status == status


@pytest.mark.parametrize(
    "schedule", [None, "@daily", {"cron_expression": "0 * * * *", "timezone": "UTC", "is_active": True}]
)
@pytest.mark.parametrize("envelope", [False, True])
def test_pipelines_of_all_kinds_of_public_servers(recorded: Start, schedule: Any, envelope: bool) -> None:
    pipeline = {
        "id": "5b1c", "name": "orders", "is_active": True, "steps": None, "tags": None, "configuration": {},
        "schedule": schedule, "created_at": "2026-02-20T10:00:00.123456789Z", "version": 3,
    }  # fmt: skip
    server = recorded("flext-published")
    shown = {"data": pipeline, "success": True, "timestamp": 1771581600} if envelope else pipeline
    listed = {"pipelines": [pipeline], "total": 1}
    server.answers["GET /api/v1/pipelines/orders"] = {"body": shown}
    server.answers["GET /api/v1/pipelines"] = {"body": {"data": listed, "success": True} if envelope else listed}
    with client_of(server, "flext") as client:
        found = client.pipelines.show("orders")
        assert (found.name, found.steps, found.tags, found.version) == ("orders", [], [], 3)
        told = found.schedule
        assert (told if schedule is None or isinstance(schedule, str) else told.cron_expression) == (
            schedule["cron_expression"] if isinstance(schedule, dict) else schedule
        )
        assert [each.name for each in client.pipelines.list()] == ["orders"]


async def test_the_other_colour_finds_the_same(recorded: Start) -> None:
    server = recorded("flexcore-orchestrator")
    async with AsyncFlext(base_url={"flexcore": server.url}, token="t") as client:
        assert [node.id async for node in client.cluster.nodes()] == ["flexcore-a", "flexcore-b"]
        assert (await client.plugins.execute("p1", "about")).status == "executed"
        with pytest.raises(NotSupportedError):
            await client.events.count()
        server_found = await client.services.capabilities("flexcore")
        assert server_found.generation == "orchestrator"


# -- the commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
def flext(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(server: Any, *words: str, service: str = "FLEXCORE") -> tuple[int, str, str]:
        monkeypatch.setenv(f"FLEXT_{service}_URL", server.url)
        capsys.readouterr()
        code = main(list(words))
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


@pytest.mark.parametrize(
    ("generation", "words", "shown"),
    [
        ("flexcore-orchestrator", "orchestration list", ["nightly", "1m 30s", "10%", "canceled"]),
        ("flexcore-orchestrator", "orchestration show orch_1", ["25%", "1.5s"]),
        ("flexcore-orchestrator", "orchestration metrics", ["1.3s"]),
        ("flexcore-orchestrator", "workflow list --active", ["orch_1", "25%"]),
        ("flexcore-orchestrator", "workflow status orch_1", ["25%"]),
        ("flexcore-orchestrator", "runtime list", ["not_implemented"]),
        ("flexcore-orchestrator", "runtime health meltano", ["150ms"]),
        ("flexcore-orchestrator", "node info", ["flexcore-a"]),
        ("flexcore-orchestrator", "cluster nodes", ["flexcore-b"]),
        ("flexcore-orchestrator", "plugin list", ["meltano-plugin"]),
        ("flexcore-container", "workflow status orders", ["1%"]),
        ("flexcore-container", "cluster status", ["node-1"]),
        ("flexcore-container", "events list", ["PipelineExecutionStarted"]),
        ("flexcore-container", "events publish a.b --data n=1", ["event-1771581600"]),
        ("flexcore-container", "bus query x", ["sample"]),
        ("flexcore-container-real", "service metrics flexcore", ["1d 02h", "11.9 MiB"]),
        ("flexcore-container-real", "service health flexcore", ["degraded"]),
        ("flexcore-plain", "service metrics flexcore", ["3600.5"]),
        ("flexcore-plain", "service config flexcore", ["staging"]),
    ],
)
def test_commands_show_answers_of_every_generation(
    recorded: Start, flext: Callable[..., tuple[int, str, str]], generation: str, words: str, shown: list[str]
) -> None:
    code, out, err = flext(recorded(generation), *words.split())
    assert (code, err) == (0, "")
    for text in shown:
        assert text in out


def test_a_command_that_the_server_lacks_says_so_in_one_line(
    recorded: Start, flext: Callable[..., tuple[int, str, str]]
) -> None:
    server = recorded("flexcore-orchestrator")
    code, out, err = flext(server, "events", "list")
    assert (code, out) == (1, "")
    message, hint = err.splitlines()
    assert "does not support events.list" in message
    assert "flext orchestration list" in hint
    code, _, err = flext(server, "events", "list", "-o", "json")
    told = json.loads(err)
    assert told.get("error", told)["details"]["generation"] == "orchestrator"


# -- telling them apart --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "health", "generation"),
    [
        ("flexcore", {"status": "healthy", "service": "flexcore", "components": {}, "uptime": 1.0}, "embedded"),
        ("flexcore", {"status": "ok", "service": "flexcore"}, "orchestrator"),
        ("flexcore", {"status": "healthy", "service": "flexcore-container-real"}, "container"),
        ("flexcore", {"status": "healthy", "timestamp": "x"}, "plain"),
        ("flexcore", {"status": "ok", "service": "another"}, "unknown"),
        ("flext", {"status": "healthy", "service": "flext", "components": {}, "uptime": 1.0}, "embedded"),
        ("flext", {"status": "ok", "service": "flext", "version": 2}, "control-panel"),
        ("flext", {"status": "healthy", "version": "1", "uptime": "3h"}, "published"),
        ("flext", {"status": "healthy", "timestamp": 1, "request_id": "r"}, "echo"),
        ("flext", {"status": "healthy"}, "unknown"),
        ("flext", None, "unknown"),
        ("flext", [], "unknown"),
    ],
)
def test_generations_are_told_apart_by_their_health(service: Any, health: Any, generation: str) -> None:
    assert classify(service, health).generation == generation


def test_what_is_not_known_is_not_claimed() -> None:
    assert Server("flexcore").supports(ops.EVENTS_LIST) is None
    assert Server("flexcore", "embedded").supports(ops.EVENTS_LIST) is True
    assert Server("flext", "published").supports(ops.PIPELINES_LIST) is None
    assert Server("flext", "published").supports(ops.PIPELINES_STOP) is False
    assert str(Server("flext")) == "flext"


def test_a_server_that_knows_a_limit_and_no_offset_is_asked_for_more(recorded: Start) -> None:
    server = recorded("flexcore-container")
    items = [{"id": f"e{n}", "type": "t"} for n in range(7)]
    server.answers["GET /api/v1/flexcore/events"] = lambda query: {
        "body": {"events": items[: int(query["limit"])], "count": min(7, int(query["limit"])), "limit": 1}
    }
    with client_of(server) as client:
        assert [e.id for e in client.events.list(limit=3)] == [item["id"] for item in items]
        assert [e["id"] for e in client.with_options(models=False).events.list(limit=7)] == [i["id"] for i in items]


def test_a_parameter_that_the_other_route_lacks_is_refused_and_not_dropped(recorded: Start) -> None:
    from dataclasses import replace

    server = recorded("flexcore-orchestrator")
    variant = replace(ops.RUNTIMES_LIST, path="/api/v1/runtimes/list", query=())
    absent = replace(ops.RUNTIMES_LIST, path="/nothing", variants=(variant,))
    with client_of(server) as client:
        assert [r.type for r in client.runtimes._page(absent, query={"include_inactive": False})] == ["meltano", "ray"]
        with pytest.raises(NotSupportedError, match="does not take include_inactive"):
            client.runtimes._page(absent, query={"include_inactive": True})


def test_a_server_that_cannot_be_asked_stays_unknown(recorded: Start) -> None:
    server = recorded("flexcore-plain")
    server.answers["GET /health"] = {"status": 500, "body": {"error": "no"}}
    with client_of(server) as client:
        with pytest.raises(NotSupportedError) as caught:
            client.events.list()
        assert "does not support events.list" in caught.value.message
        assert caught.value.details["generation"] == "unknown"
        assert client.services.capabilities("flexcore").generation == "unknown"
    server.close()
    with client_of(server) as client:
        assert client.services.capabilities("flexcore").generation == "unknown"
