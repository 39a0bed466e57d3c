"""FlexCore as a real process: every operation of its contract, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from embedded_help import answer_problems, platform_environ

from flext_sdk.connectors.registry import CONNECTORS
from flext_sdk.embedded import supervisor
from flext_sdk.embedded.flexcore import plugins
from flext_sdk.embedded.flexcore.operations import OPERATIONS, BadOutputError, reason
from flext_sdk.embedded.flexcore.plugins import PluginHandlers
from flext_sdk.embedded.flexcore.shelf import plugin_view
from flext_sdk.embedded.plugins import catalogue
from flext_sdk.embedded.plugins.catalogue import Catalogue
from flext_sdk.embedded.plugins.plugin import Plugin
from flext_sdk.embedded.settings import HostSettings
from flext_sdk.embedded.supervisor import Endpoint
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.embedded.web.call import Call
from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.counters import Counters, memory
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.errors import ConfigurationError

EXECUTE = "/api/v1/flexcore/plugins/{}/execute"


@pytest.fixture(scope="module")
def flexcore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Path]]:
    environ = platform_environ(tmp_path_factory.mktemp("flexcore"), FLEXT_DATABASE_URL="postgresql://u:hunter2@h/db")
    try:
        yield (
            supervisor.ensure_running(services=("flexcore",), environ=environ)["flexcore"],
            Path(environ["FLEXT_HOME"]),
        )
    finally:
        supervisor.stop("flexcore", environ=environ)


@pytest.fixture
def http(flexcore: tuple[Endpoint, Path]) -> Iterator[httpx.Client]:
    endpoint, _ = flexcore
    with httpx.Client(
        base_url=endpoint.url, headers={"Authorization": f"Bearer {endpoint.token}"}, timeout=30
    ) as found:
        yield found


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("id,name\n1,a\n2,b\n")
    return path


# -- the contract ------------------------------------------------------------------------------------------------------


def test_every_operation_answers_as_the_contract_says(
    http: httpx.Client, flexcore_contract: Contract, csv: Path
) -> None:
    answered = set()

    def check(operation: str, response: httpx.Response, status: int = 200) -> Any:
        assert response.status_code == status, response.text
        assert answer_problems(flexcore_contract, operation, status, response.json()) == []
        answered.add(operation)
        return response.json()

    health = check("services.flexcore_health", http.get("/health", headers={"Authorization": ""}))
    assert (health["status"], health["service"]) == ("healthy", "flexcore")
    assert check("services.flexcore_ready", http.get("/ready"))["status"] == "ready"
    assert "plugins" in check("services.flexcore_info", http.get("/info"))["features"]
    before = check("services.flexcore_metrics", http.get("/api/v1/flexcore/metrics"))["metrics"]
    listed = check("plugins.list", http.get("/api/v1/flexcore/plugins"))
    assert {plugin["name"]: plugin["type"] for plugin in listed["plugins"]} == {
        c.name: c.kind for c in CONNECTORS.values()
    }
    assert listed["count"] == len(CONNECTORS)
    shown = check("plugins.info", http.get("/api/v1/plugins/tap-csv/metadata"))["metadata"]
    assert shown["settings"]["required"] == ["path"]
    for operation in ("about", "discover", "test", "version"):
        body = {"operation": operation, "config": {"path": str(csv)}}
        assert check("plugins.execute", http.post(EXECUTE.format("tap-csv"), json=body))["operation"] == operation
    assert check("plugins.search", http.get("/api/v1/plugins/search", params={"q": "csv"}))["count"] >= 2
    health = check("plugins.health", http.get("/api/v1/plugins/tap-csv/health"))["health"]
    assert (health["status"], health["message"]) == ("healthy", "it starts")
    lines = check("plugins.logs", http.get("/api/v1/plugins/tap-csv/logs"))["lines"]
    assert [line["operation"] for line in lines] == ["about", "discover", "test", "version"]
    assert check("plugins.disable", http.post("/api/v1/plugins/tap-csv/disable"))["status"] == "disabled"
    assert check("plugins.enable", http.post("/api/v1/plugins/tap-csv/enable"))["status"] == "loaded"
    assert check("plugins.lock", http.get("/api/v1/plugins/lock"))["plugins"] == []
    after = check("services.flexcore_metrics", http.get("/api/v1/flexcore/metrics"))["metrics"]
    assert after["executions"] == before["executions"] + 4
    assert after["requests"] > before["requests"]
    assert after["memory_usage"] > 1_000_000
    mine = ("services.", "plugins.")  # the others are asked in tests/flexcore and tests/plugins
    elsewhere = {"plugins.install", "plugins.update", "plugins.update_index", "plugins.uninstall"}
    assert answered | elsewhere == {spec.id for spec in flexcore_contract.operations() if spec.id.startswith(mine)}


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/v1/plugins/tap-cvs/metadata", {}, 404, "PLUGIN_NOT_FOUND"),
        ("POST", EXECUTE.format("nothing"), {"json": {"operation": "about"}}, 404, "PLUGIN_NOT_FOUND"),
        ("GET", "/nothing", {}, 404, "ROUTE_NOT_FOUND"),
        ("PUT", "/health", {}, 405, "METHOD_NOT_ALLOWED"),
        ("POST", EXECUTE.format("tap-csv"), {"content": b"{"}, 400, "INVALID_JSON"),
        ("POST", EXECUTE.format("tap-csv"), {"json": []}, 422, "VALIDATION_FAILED"),
        ("GET", "/health?verbose=1", {}, 422, "VALIDATION_FAILED"),
        ("GET", "/ready", {"headers": {"Authorization": "Bearer wrong"}}, 401, "UNAUTHENTICATED"),
        ("GET", "/ready", {"headers": {"Host": "evil.example"}}, 403, "HOST_NOT_ALLOWED"),
        ("GET", "/ready", {"headers": {"Origin": "http://evil.example"}}, 403, "ORIGIN_NOT_ALLOWED"),
        ("POST", EXECUTE.format("tap-csv"), {"content": b" " * (11 * 1024 * 1024)}, 413, "BODY_TOO_LARGE"),
    ],
)
def test_refusals_have_the_envelope_of_the_contract(
    http: httpx.Client,
    flexcore_contract: Contract,
    method: str,
    path: str,
    options: dict[str, Any],
    status: int,
    code: str,
) -> None:
    response = http.request(method, path, **options)
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert answer_problems(flexcore_contract, "plugins.list", 500, body) == []
    assert body["request_id"] == response.headers["x-request-id"]


# -- what plugins really say -------------------------------------------------------------------------------------------


def execute(http: httpx.Client, plugin: str, operation: str, **body: Any) -> Any:
    response = http.post(EXECUTE.format(plugin), json={"operation": operation, **body})
    assert response.status_code == 200, response.text
    return response.json()["result"]


def test_a_catalog_of_a_relative_path(http: httpx.Client, csv: Path) -> None:
    result = execute(http, "tap-csv", "discover", config={"path": csv.name}, base_path=str(csv.parent))
    (stream,) = result["streams"]
    assert (stream["stream"], list(stream["schema"]["properties"])) == ("orders", ["id", "name"])


def test_the_older_form_with_params(http: httpx.Client, csv: Path) -> None:
    params = {"config": {"path": csv.name}, "base_path": str(csv.parent)}
    result = execute(http, "tap-csv", "test", params=params, plugin_id="tap-csv")
    assert (result["success"], result["streams"]) == (True, ["orders"])


def test_a_target_is_tested_and_leaves_nothing(http: httpx.Client, tmp_path: Path) -> None:
    assert execute(http, "target-sqlite", "test", config={"path": str(tmp_path / "x.db")})["success"]
    assert not (tmp_path / "x.db").exists()


def test_every_connector_tells_what_it_is(http: httpx.Client) -> None:
    for connector in CONNECTORS.values():
        assert execute(http, connector.name, "about")["settings"] == connector.settings_schema
        assert execute(http, connector.name, "version")["version"] == connector.version


@pytest.mark.parametrize(
    ("plugin", "body", "path", "message", "hint"),
    [
        (
            "tap-csv",
            {"operation": "discver"},
            "/operation",
            "tap-csv has no operation 'discver'; did you mean 'discover'?",
            "It has about, discover, test or version.",
        ),
        (
            "target-jsonl",
            {"operation": "discover"},
            "/operation",
            "target-jsonl has no operation 'discover'",
            "It has about, test or version.",
        ),
        (
            "tap-csv",
            {"operation": "about", "cofig": {}},
            "/cofig",
            "unknown key 'cofig'; did you mean 'config'?",
            "Known keys: operation, config, base_path, params, plugin_id.",
        ),
        ("tap-csv", {"operation": 3}, "/operation", "expected text, got a number", "about, discover, test or version."),
        (
            "tap-csv",
            {"operation": "test", "base_path": "data"},
            "/base_path",
            "must be an absolute path",
            "The SDK fills it in by itself.",
        ),
        (
            "tap-csv",
            {"operation": "test", "config": {"path": "a.csv"}},
            "/config/path",
            "a relative path, and there is no base_path that it could start from",
            "Give an absolute path.",
        ),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_started(
    http: httpx.Client, plugin: str, body: dict[str, Any], path: str, message: str, hint: str
) -> None:
    response = http.post(EXECUTE.format(plugin), json=body)
    assert response.status_code == 422
    (problem,) = response.json()["problems"]
    assert (problem["path"], problem["message"], problem["hint"]) == (path, message, hint)


def test_a_plugin_that_fails_tells_why_in_one_line(http: httpx.Client, tmp_path: Path) -> None:
    response = http.post(
        EXECUTE.format("tap-csv"), json={"operation": "test", "config": {"path": str(tmp_path / "none.csv")}}
    )
    body = response.json()
    assert (response.status_code, body["code"]) == (422, "PLUGIN_FAILED")
    assert body["error"].startswith("tap-csv: path: there is no file")
    assert "\n" not in body["error"]
    assert body["details"] == {"exit_code": 1}


def test_settings_are_in_no_argument_list_and_in_no_file_afterwards(
    http: httpx.Client, flexcore: tuple[Endpoint, Path], tmp_path: Path
) -> None:
    """The tap blocks on a named pipe, so that it can be looked at while it runs."""
    endpoint, home = flexcore
    os.mkfifo(tmp_path / "secret-name.csv")
    body = json.dumps({"operation": "discover", "config": {"path": str(tmp_path / "secret-name.csv")}}).encode()
    head = f"POST {EXECUTE.format('tap-csv')} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {endpoint.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(head.encode() + body)
        pid = wait_for_child(endpoint.pid)
        arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        given = dict(part.partition("=")[::2] for part in Path(f"/proc/{pid}/environ").read_text().split("\0"))
        config = Path(arguments[arguments.index("--config") + 1])
        assert config.stat().st_mode & 0o777 == 0o600
        assert json.loads(config.read_text()) == {"path": str(tmp_path / "secret-name.csv")}
    # Nobody waits for the answer any more: the plugin ends.
    until_gone(pid)
    assert "secret-name" not in " ".join(arguments)
    assert not [name for name in given if name.startswith("FLEXT_")]
    end = time.monotonic() + 10
    while config.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    assert list((home / "state" / "plugins").iterdir()) == []


def wait_for_child(parent: int) -> int:
    """The process that a service has started, once it is the program it is to be."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if children and "--config" in Path(f"/proc/{children[0]}/cmdline").read_text():
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("no process was started")


def until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while start_mark(pid) is not None:
        assert time.monotonic() < end, "the plugin is still there"
        time.sleep(0.02)


def test_stopping_the_service_ends_its_plugins(tmp_path: Path, environ: dict[str, str]) -> None:
    endpoint = supervisor.ensure_running(services=("flexcore",), environ={**environ, "FLEXT_SHUTDOWN_GRACE": "1"})[
        "flexcore"
    ]
    os.mkfifo(tmp_path / "pipe.csv")
    body = json.dumps({"operation": "discover", "config": {"path": str(tmp_path / "pipe.csv")}}).encode()
    head = f"POST {EXECUTE.format('tap-csv')} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {endpoint.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(head.encode() + body)
        pid = wait_for_child(endpoint.pid)
        (stopped,) = supervisor.stop("flexcore", environ=environ)
    assert stopped["message"] == "stopped"
    until_gone(pid)
    assert not (Path(environ["FLEXT_HOME"]) / "state" / "plugins").exists()


# -- plugins that misbehave --------------------------------------------------------------------------------------------


def handlers(tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch, **environ: str) -> PluginHandlers:
    """Handlers whose only plugin runs the given code."""
    (tmp_path / "state").mkdir()
    monkeypatch.setattr(catalogue, "argv_of", lambda _connector: (sys.executable, "-c", code))
    settings = HostSettings("flexcore", tmp_path, 1, "t", environment={**os.environ, **environ})
    return PluginHandlers(settings, Counters(), {"tap-bad": replace(CONNECTORS["tap-csv"], name="tap-bad")})


def call(operation: str = "discover", **config: Any) -> Call:
    body = {"operation": operation, "config": {"path": "/x", **config}}
    return Call("plugins.execute", path={"name": "tap-bad"}, body=body)


@pytest.mark.parametrize(
    ("code", "operation", "status", "name", "message"),
    [
        ("print('[]')", "discover", 502, "PLUGIN_BAD_OUTPUT", "tap-bad discover: its output is not a JSON object"),
        ("print('x')", "about", 502, "PLUGIN_BAD_OUTPUT", "tap-bad about: its output is not a JSON object"),
        ("print('{}')", "discover", 502, "PLUGIN_BAD_OUTPUT", "tap-bad discover: its catalog has no list of streams"),
        ("print('v')", "version", 502, "PLUGIN_BAD_OUTPUT", "tap-bad version: it does not tell its version"),
        ("print('x')", "test", 502, "PLUGIN_BAD_OUTPUT", "tap-bad test: a line of its output is not JSON"),
        ("import os; os.kill(os.getpid(), 11)", "about", 502, "PLUGIN_CRASHED", "tap-bad about was ended by signal 11"),
        ("raise SystemExit(1)", "about", 422, "PLUGIN_FAILED", "tap-bad: it ended without a word"),
        ("1/0", "about", 422, "PLUGIN_FAILED", "tap-bad: ZeroDivisionError: division by zero"),
        (
            "import time; time.sleep(60)",
            "about",
            422,
            "PLUGIN_TIMEOUT",
            "tap-bad about did not end within 0.5 seconds, so it was stopped",
        ),
    ],
)
async def test_a_plugin_that_misbehaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, operation: str, status: int, name: str, message: str
) -> None:
    timeout = "0.5" if name == "PLUGIN_TIMEOUT" else "20"
    with pytest.raises(ApiError) as error:
        await handlers(tmp_path, code, monkeypatch, FLEXT_PLUGIN_TIMEOUT=timeout).execute(call(operation))
    assert (error.value.status, error.value.code, error.value.message) == (status, name, message)


async def test_secrets_stay_out_of_what_a_plugin_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import json, sys; c = json.load(open(sys.argv[-1])); print('ERROR cannot log in with', c['password'], c['auth']['token'], c['keys'][0]['secret'], file=sys.stderr); sys.exit(1)"
    with pytest.raises(ApiError) as error:
        await handlers(tmp_path, code, monkeypatch).execute(
            call(password="hunter2", auth={"token": "hunter3"}, keys=[{"secret": "hunter4", "n": 1}], pin="abc")
        )
    assert "hunter" not in error.value.message
    assert error.value.message.startswith("tap-bad: cannot log in with ***")


async def test_a_plugin_that_writes_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins.program, "_MOST_OUTPUT", 1000)
    with pytest.raises(ApiError) as error:
        await handlers(tmp_path, "while True: print('x' * 1000)", monkeypatch).execute(call())
    assert error.value.code == "PLUGIN_BAD_OUTPUT"


async def test_a_plugin_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = handlers(tmp_path, "", monkeypatch)
    monkeypatch.setattr(catalogue, "argv_of", lambda _connector: ("/nowhere/tap",))
    with pytest.raises(ApiError) as error:
        await made.execute(call())
    assert (error.value.status, error.value.code) == (502, "PLUGIN_NOT_STARTED")


def test_a_connector_that_cannot_be_loaded_is_listed_as_such(tmp_path: Path) -> None:
    connector = replace(CONNECTORS["tap-csv"], module="flext_sdk.connectors.tap_nothing")
    found = [plugin_view(plugin) for plugin in Catalogue(tmp_path, {}, {"tap-csv": connector}).all()]
    assert [(plugin["status"], plugin["active"]) for plugin in found] == [("unavailable", False)]


def test_what_a_killed_service_left_behind_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "state" / "plugins" / "x"
    left.mkdir(parents=True)
    (left / "config.json").write_text("{}")
    PluginHandlers(HostSettings("flexcore", tmp_path, 1, "t"), Counters()).clean()
    assert not left.exists()


def test_a_wrong_timeout(tmp_path: Path) -> None:
    for text in ("0", "x", "-1", "nan"):
        with pytest.raises(ConfigurationError, match="FLEXT_PLUGIN_TIMEOUT"):
            PluginHandlers(
                HostSettings("flexcore", tmp_path, 1, "t", environment={"FLEXT_PLUGIN_TIMEOUT": text}), Counters()
            )


@pytest.mark.parametrize(
    ("errors", "line"),
    [
        ("INFO starting\nERROR no such file\nINFO bye\n", "no such file"),
        ("Traceback\nValueError: x\n\n", "ValueError: x"),
        ("CRITICAL a\nERROR b", "b"),
        ("", "it ended without a word"),
    ],
)
def test_the_reason_of_a_failure(errors: str, line: str) -> None:
    assert reason(errors) == line


def test_other_messages_of_a_tap_do_not_count() -> None:
    output = (
        b'{"type": "STATE", "value": {}}\n[]\n{"type": "SCHEMA", "stream": "a"}\n{"type": "RECORD", "stream": "b"}\n'
    )
    tap = Plugin("tap-csv", "tap", {}, ())
    result = OPERATIONS["test"].parse(tap, output, "")
    assert result["streams"] == ["a", "b"]
    assert result["message"] == "the settings work: 2 streams, 1 of them with records"


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("tap-x 1.2.3rc1", "1.2.3rc1"),
        ("tap-s3 v2026", "2026"),
        ("4", "4"),
        ("tap-x 0.5 (python 3)", "0.5"),
        ("x-3 7", "7"),
    ],
)
def test_versions_as_programs_tell_them(told: str, version: str) -> None:
    tap = Plugin("tap-csv", "tap", {}, ())
    assert OPERATIONS["version"].parse(tap, told.encode(), "")["version"] == version
    with pytest.raises(BadOutputError):
        OPERATIONS["version"].parse(tap, b"\xff tap-s3", "")


def test_memory_where_the_system_does_not_tell(tmp_path: Path) -> None:
    assert memory(proc=tmp_path) is None
    assert (memory() or 0) > 1_000_000


def test_the_service_was_ended_by_no_test(flexcore: tuple[Endpoint, Path]) -> None:
    assert start_mark(flexcore[0].pid) is not None
    assert signal.SIGTERM
