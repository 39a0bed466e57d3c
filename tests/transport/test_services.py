"""Services: of this machine through a supervisor, of others over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from flext_sdk import errors
from flext_sdk._async import _local as async_local
from flext_sdk._async.resources import root as async_root
from flext_sdk._core.runs import field
from flext_sdk._sync import _local as sync_local
from flext_sdk._sync.resources import root as sync_root

from .conftest import Answer, Driver, Seen, Server

HEALTHY = {"status": "ok", "version": "1.2.3", "uptime": 5}


class Supervisor:
    """Stands in for the real one, whose processes are tested elsewhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.up: set[str] = set()
        self.calls: list[tuple[Any, ...]] = []

    def running(self) -> dict[str, Any]:
        self.calls.append(("running",))
        return {name: SimpleNamespace(url=self.url + "/", token=f"token-{name}") for name in self.up}

    def ensure_running(self, *, notify: Any) -> dict[str, Any]:
        self.calls.append(("ensure_running",))
        notify("started flexcore and flext")
        self.up = {"flexcore", "flext"}
        return self.running()

    def statuses(self, name: str = "all") -> list[dict[str, Any]]:
        names = ("flexcore", "flext") if name == "all" else (name,)
        return [{"name": n, "status": "running" if n in self.up else "stopped", "url": self.url} for n in names]

    def start(self, name: str, *, timeout: float) -> list[dict[str, Any]]:
        self.calls.append(("start", name, timeout))
        self.up |= {"flexcore", "flext"} if name == "all" else {name}
        return self.statuses(name)

    def stop(self, name: str, *, force: bool, timeout: float | None) -> list[dict[str, Any]]:
        self.calls.append(("stop", name, force, timeout))
        self.up = set()
        return self.statuses(name)

    def restart(self, name: str, *, force: bool, timeout: float) -> list[dict[str, Any]]:
        raise PermissionError(13, "Permission denied", "/x/state")

    def logs(
        self, name: str, *, tail: int, follow: bool, heartbeat: bool, **chosen: Any
    ) -> Iterator[dict[str, Any] | None]:
        self.calls.append(("logs", name, chosen))
        yield from [None, {"message": f"{name} {tail}", "level": "info"}, None]
        if follow:
            yield {"message": "new", "level": "error"}

    def config(self, name: str) -> dict[str, Any]:
        return {"service": name, "settings": [{"name": "port", "value": 8081, "origin": "default"}]}


@pytest.fixture
def supervisor(server: Server, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    made = Supervisor(server.url)
    for module in (async_local, sync_local):
        monkeypatch.setattr(module, "supervisor", lambda: made)
    return made


async def test_services_of_this_machine_are_started_on_first_use(
    driver: Driver, server: Server, supervisor: Supervisor, capsys: pytest.CaptureFixture[str]
) -> None:
    server.says(Answer(body={"pipelines": [], "total": 0}))
    client = driver.client()
    assert client.is_local
    assert "this machine" in repr(client)
    assert supervisor.calls == []
    for _ in range(2):
        await driver.run(client.pipelines.list)
    assert [s.headers["authorization"] for s in server.seen] == ["Bearer token-flext"] * 2
    assert supervisor.calls == [("running",), ("ensure_running",), ("running",)]
    out = capsys.readouterr()
    assert (out.out, out.err) == ("", "started flexcore and flext\n")


async def test_services_that_run_are_used_as_they_are(driver: Driver, server: Server, supervisor: Supervisor) -> None:
    supervisor.up = {"flext"}
    server.says(Answer(body={"pipelines": [], "total": 0}))
    await driver.run(driver.client(autostart=False).pipelines.list)
    assert supervisor.calls == [("running",)]


@pytest.mark.parametrize("options", [{"autostart": False}, {"_environ": {"FLEXT_AUTOSTART": "0"}}])
async def test_starting_can_be_forbidden(driver: Driver, supervisor: Supervisor, options: dict[str, Any]) -> None:
    client = driver.client(**options)
    with pytest.raises(errors.ServiceUnavailableError, match="flext is not running") as caught:
        await driver.run(client.pipelines.list)
    assert (caught.value.exit_code, caught.value.hint) == (6, "Start it: flext service start")
    assert driver.time.sleeps == []


async def test_a_service_that_moved_is_found_again(driver: Driver, server: Server, supervisor: Supervisor) -> None:
    server.says(Answer(body={"pipelines": [], "total": 0}))
    supervisor.up = {"flexcore", "flext"}
    supervisor.url = "http://127.0.0.1:9"
    client = driver.client()
    with pytest.raises(errors.ConnectionFailedError, match="Cannot connect to flext"):
        await driver.run(client.with_options(retries=0).pipelines.list)
    supervisor.url = server.url
    await driver.run(client.pipelines.list)
    assert len(server.seen) == 1


async def test_the_embedded_platform_may_be_missing(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flext_sdk.embedded.supervisor", None)
    monkeypatch.delattr("flext_sdk.embedded.supervisor", raising=False)
    with pytest.raises(errors.MissingExtraError, match="embedded") as caught:
        await driver.run(driver.client().pipelines.list)
    assert "flext-sdk[embedded]" in str(caught.value.hint)
    assert caught.value.exit_code == 4


async def test_looking_at_local_services_starts_none(driver: Driver, server: Server, supervisor: Supervisor) -> None:
    client = driver.client()
    assert [s.status for s in await driver.run(client.services.list)] == ["stopped", "stopped"]
    with pytest.raises(errors.ServiceUnavailableError):
        await driver.run(client.services.health)
    with pytest.raises(errors.ServiceUnavailableError):
        await driver.run(lambda: client.services.metrics("flext"))
    supervisor.up = {"flext"}
    server.says(Answer(body=HEALTHY))
    first, second = await driver.run(client.services.health)
    assert (first.service, first.status) == ("flexcore", "unreachable")
    assert "not running" in first.message
    assert (second.service, second.status, second.version) == ("flext", "ok", "1.2.3")
    assert not any(call[0] == "ensure_running" for call in supervisor.calls)


async def test_local_services_are_managed(driver: Driver, supervisor: Supervisor) -> None:
    client = driver.client()
    (started,) = await driver.run(lambda: client.services.start("flext"))
    assert (started.name, started.status) == ("flext", "running")
    assert len(await driver.run(lambda: client.services.stop(force=True, timeout=3))) == 2
    assert supervisor.calls == [("start", "flext", 30.0), ("stop", "all", True, 3)]
    with pytest.raises(errors.FlextError, match="Permission denied: /x/state"):
        await driver.run(client.services.restart)
    with pytest.raises(errors.UsageError, match="no service 'web'"):
        await driver.run(lambda: client.services.start("web"))
    with pytest.raises(errors.UsageError, match="did not call a service"):
        await driver.run(lambda: client.raw(client.services.start)("flext"))
    lines = await driver.all(lambda: client.services.logs("flext", tail=7))
    assert [one.message for one in lines] == ["flext 7"]
    lines = await driver.all(lambda: client.with_options(models=False).services.logs("flexcore", follow=True))
    assert [one["message"] for one in lines] == ["flexcore 100", "new"]
    with pytest.raises(errors.UsageError, match="tail"):
        await driver.all(lambda: client.services.logs("flext", tail=10_001))
    config = await driver.run(lambda: client.services.config("flext"))
    assert (config.service, config.settings[0].origin) == ("flext", "default")


async def test_services_elsewhere_are_asked_over_http(driver: Driver, server: Server) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.path == "/api/v1/flexcore/metrics":
            return Answer(body={"metrics": {"requests": 7}})
        if seen.path == "/metrics":
            return Answer(body={"server": {}, "requests": {"total": 9}})
        if seen.path == "/api/v1/services/flext/config":
            return Answer(body={"service": "flext", "settings": []})
        return Answer(body=HEALTHY) if seen.path == "/health" else Answer(status=500)

    server.says(answer)
    client = driver.client({"flext": server.url, "flexcore": server.url})
    found = await driver.run(client.services.status)
    assert [(s.name, s.status, s.url, s.version) for s in found] == [
        ("flexcore", "running", server.url, "1.2.3"),
        ("flext", "running", server.url, "1.2.3"),
    ]
    assert [h.status for h in await driver.run(client.services.health)] == ["ok", "ok"]
    assert (await driver.run(lambda: client.services.metrics("flext"))).requests.total == 9
    assert (await driver.run(lambda: client.services.metrics("flexcore"))).metrics.requests == 7
    assert (await driver.run(lambda: client.services.config("flext"))).service == "flext"
    for verb in ("start", "stop", "restart"):
        with pytest.raises(errors.NotSupportedError, match="Only services of this machine") as caught:
            await driver.run(getattr(client.services, verb))
        assert "FLEXT_URL" in str(caught.value.hint)


async def test_services_elsewhere_that_are_ill_or_gone(driver: Driver, server: Server) -> None:
    server.says(Answer(status=503, body={"status": "unhealthy", "error": "no database"}))
    client = driver.client({"flext": server.url, "flexcore": "http://127.0.0.1:9"}, retries=0)
    core, flext = await driver.run(client.services.list)
    assert (core.status, flext.status, flext.message) == ("stopped", "unhealthy", "no database")
    server.says(Answer(body={"status": "degraded"}))
    (flext,) = await driver.run(lambda: client.services.status("flext"))
    assert (flext.status, flext.message) == ("unhealthy", "it says it is degraded")
    with pytest.raises(errors.ConnectionFailedError):
        await driver.run(lambda: client.services.health("flexcore"))
    for _ in range(7):  # looking again and again never meets an open breaker
        await driver.run(client.services.list)


async def test_waiting_for_services(driver: Driver, server: Server) -> None:
    server.says(
        Answer(drop=True),
        Answer(status=503, body={"status": "starting"}),
        Answer(body={"status": "ready"}),
        Answer(body=HEALTHY),
    )
    client = driver.client({"flext": server.url}, retries=0)
    (ready,) = await driver.run(client.services.wait)
    assert ready.status == "running"
    server.says(Answer(status=503, body={"status": "starting", "error": "the store is not open"}))
    with pytest.raises(errors.WaitTimeoutError, match="flext was not ready within 3 s: the store is not open"):
        await driver.run(lambda: client.services.wait("flext", timeout=3))
    server.says(
        lambda seen: (
            Answer(body=HEALTHY)
            if seen.path == "/health"
            else Answer(status=404, raw=b"404 page not found", headers={"Content-Type": "text/plain"})
        )
    )
    (ready,) = await driver.run(client.services.wait)
    assert ready.status == "running"


async def test_the_log_of_a_service_elsewhere(driver: Driver, server: Server) -> None:
    logs = [{"message": f"line {n}"} for n in range(3)]
    server.says(Answer(body={"logs": logs[:2]}))
    client = driver.client(server.url)
    lines = await driver.all(lambda: client.services.logs("flext", tail=2))
    assert [one.message for one in lines] == ["line 0", "line 1"]
    assert server.seen[0].path == "/api/v1/services/flext/logs?tail=2"
    gone = Answer(status=401, body={"error": "no", "code": "X"})
    server.says(Answer(body={"logs": logs[:2]}), Answer(body={"logs": logs}), Answer(body={"logs": logs[2:]}), gone)
    seen: list[str] = []

    source = client.services.logs("flext", follow=True)
    with pytest.raises(errors.AuthenticationError):
        await driver.all(lambda: noted(source, seen))
    assert seen == ["line 0", "line 1", "line 2"]


async def test_a_log_elsewhere_is_followed_from_place_to_place(driver: Driver, server: Server) -> None:
    same = {"message": "the same", "timestamp": "2026-01-31T08:00:00Z"}
    gone = Answer(status=401, body={"error": "no", "code": "X"})
    server.says(
        Answer(body={"logs": [same], "cursor": "a-1-0"}),
        Answer(body={"logs": [same] * 1_000, "cursor": "a-2-0"}),
        Answer(body={"logs": [same], "cursor": "a-3-0"}),
        gone,
    )
    seen: list[str] = []
    source = driver.client(server.url).services.logs("flext", tail=1, follow=True)
    with pytest.raises(errors.AuthenticationError):
        await driver.all(lambda: noted(source, seen))
    assert len(seen) == 1_002
    paths = [one.path.partition("?")[2] for one in server.seen]
    assert paths == ["tail=1", "tail=1000&after=a-1-0", "tail=1000&after=a-2-0", "tail=1000&after=a-3-0"]
    assert len(driver.time.sleeps) == 2  # where there is more at once, nobody waits


async def test_a_service_elsewhere_chooses_lines(driver: Driver, server: Server) -> None:
    gone = Answer(status=401, body={"error": "no", "code": "X"})
    server.says(
        Answer(body={"logs": [{"message": "a timeout", "level": "error"}], "cursor": "a-1-0"}),
        Answer(body={"logs": [], "cursor": "a-7-0"}),
        Answer(body={"logs": [{"message": "timeout", "level": "error"}], "cursor": "a-9-0"}),
        gone,
    )
    seen: list[str] = []
    chosen = {"since": "2026-01-31T09:00:00+01:00", "level": "warning", "grep": "time|no"}
    source = driver.client(server.url).services.logs("flext", tail=1, follow=True, **chosen)
    with pytest.raises(errors.AuthenticationError):
        await driver.all(lambda: noted(source, seen))
    assert seen == ["a timeout", "timeout"]
    asked = [dict(parse_qsl(one.path.partition("?")[2])) for one in server.seen]
    assert [(one["tail"], one.get("after")) for one in asked] == [
        ("1", None),
        ("1000", "a-1-0"),
        ("1000", "a-7-0"),
        ("1000", "a-9-0"),
    ]
    for one in asked:
        assert datetime.fromisoformat(one["since"]) == datetime(2026, 1, 31, 8, tzinfo=UTC)
        assert (one["level"], one["grep"]) == ("warning", "time|no")


@pytest.mark.parametrize("models", [True, False])
async def test_lines_that_were_not_asked_for_are_not_shown(driver: Driver, server: Server, models: bool) -> None:
    logs = [
        {"message": "too old", "level": "error", "timestamp": "2026-01-31T07:59:59Z"},
        {"message": "too light", "level": "info", "timestamp": "2026-01-31T08:00:00Z"},
        {"message": "both fit", "level": "error", "timestamp": "2026-01-31T08:00:00Z"},
        {"message": "no time", "level": "error"},
        {"message": "no level", "timestamp": "2026-01-31T08:00:00Z"},
    ]
    if not models:  # which are strict about moments
        logs += [{"message": "whenever", "timestamp": "whenever"}, {"message": "old", "timestamp": "2026-01-31T07:00"}]
    server.says(Answer(body={"logs": logs}))
    client = driver.client(server.url).with_options(models=models)
    chosen = {"since": "2026-01-31T08:00:00Z", "level": "warning"}
    lines = await driver.all(lambda: client.services.logs("flext", **chosen))
    assert [field(one, "message") for one in lines] == [
        "both fit",
        "no time",
        "no level",
        *(() if models else ("whenever",)),
    ]


async def test_an_older_service_refuses_to_choose(driver: Driver, server: Server) -> None:
    problem = {"path": "/grep", "message": "unknown query parameter 'grep'", "hint": "Known ones: tail, after."}
    refusal = {"error": problem["message"], "code": "VALIDATION_FAILED", "problems": [problem]}
    server.says(Answer(status=422, body=refusal))
    client = driver.client(server.url)
    with pytest.raises(errors.ValidationFailedError, match="unknown query parameter 'grep'") as caught:
        await driver.all(lambda: client.services.logs("flext", grep="x", follow=True))
    assert caught.value.exit_code == 2


async def test_a_wrong_moment_is_told_before_anything_is_sent(driver: Driver, server: Server) -> None:
    client = driver.client(server.url)
    with pytest.raises(errors.UsageError, match="since: 'yesterday' is no moment"):
        await driver.all(lambda: client.services.logs("flext", since="yesterday", follow=True))
    assert server.seen == []


async def test_what_is_wanted_of_a_log_of_this_machine(driver: Driver, supervisor: Supervisor) -> None:
    client = driver.client()
    before = datetime.now(UTC)
    await driver.all(lambda: client.services.logs("flext", since="15m", level="error", grep="x", follow=True))
    ((_, name, chosen),) = supervisor.calls
    assert (name, chosen["level"], chosen["grep"]) == ("flext", "error", "x")
    assert timedelta(0) <= chosen["since"] - (before - timedelta(minutes=15)) <= datetime.now(UTC) - before


def noted(source: Any, seen: list[str]) -> Any:
    """The same iterator, each message written down as it comes."""
    if hasattr(source, "__anext__"):

        async def later() -> Any:
            async for one in source:
                seen.append(one.message)
                yield one

        return later()
    return (one for one in source if not seen.append(one.message))  # type: ignore[func-returns-value]


async def test_the_commands_of_the_root(
    driver: Driver, server: Server, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = sync_root if driver.colour == "sync" else async_root
    server.says(Answer(body=HEALTHY))
    client = driver.client(server.url)
    assert await driver.run(lambda: root.api(client, "POST", "/x", param={"a": 1}, data={"b": 2})) == HEALTHY
    assert (server.seen[0].path, server.seen[0].json) == ("/x?a=1", {"b": 2})
    found = await driver.run(lambda: root.version(client))
    assert [(one["name"], one["version"]) for one in found][1:] == [("flexcore", "1.2.3"), ("flext", "1.2.3")]
    local = await driver.run(lambda: root.version(driver.client()))
    assert [one["detail"] for one in local][1:] == [server.url] * 2
    for module in (async_local, sync_local):
        monkeypatch.setattr(module, "supervisor", gone)
    (_, missing) = await driver.run(lambda: root.version(driver.client()))
    assert (missing["name"], missing["version"]) == ("services", None)


def gone() -> Any:
    raise errors.MissingExtraError("The embedded platform", "embedded")
