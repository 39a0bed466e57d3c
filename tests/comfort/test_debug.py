"""`flext debug`: what a support person asks, against real services and broken ones."""

import base64
import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import tarfile
import threading
from email.utils import formatdate
from urllib.parse import quote

import pytest
import trustme

from flext_sdk import AsyncFlext, Flext
from flext_sdk._diagnostics import bench, bundle, checks, facts, tracing
from flext_sdk._diagnostics.probe import probe
from flext_sdk.errors import ConfigurationError, FlextError, UsageError

from .conftest import ROOT


def by_name(rows, key="name"):
    return {row[key]: row for row in rows}


def data(flext, *arguments, **more):
    return json.loads(flext("debug", *arguments, "-o", "json", **more).out)


# -- this installation -------------------------------------------------------------------------------------------


def test_info_tells_versions_extras_and_where_settings_come_from(flext, platform):
    environ = {"FLEXT_TIMEOUT": "7", "FLEXT_TOKEN": "hush-hush-token", "FLEXT_URL": "http://127.0.0.1:9"}
    text = flext("debug", "info", "-o", "json", environ=environ).out
    assert "hush-hush" not in text
    found = by_name(json.loads(text))
    assert found["setting timeout"]["value"] == "7.0"
    assert found["setting timeout"]["origin"] == "environment"
    assert found["setting retries"]["origin"] == "default"
    assert found["setting token"]["value"] == "***"
    assert found["home"]["value"] == str(platform.home)
    assert found["extra embedded"]["value"] == "installed"


def test_env_shows_what_is_set_and_no_secret(flext):
    environ = {
        "FLEXT_TOKEN": "hush-a",
        "FLEXT_SECRET_DB": "hush-b",
        "HTTPS_PROXY": "http://me:hush-c@proxy.test:3128",
        "NO_COLOR": "1",
    }
    text = flext("debug", "env", "-o", "json", environ=environ).out
    assert "hush" not in text
    found = by_name(json.loads(text))
    assert found["NO_COLOR"]["value"] == "1"
    assert found["HTTPS_PROXY"]["value"] == "http://***@proxy.test:3128"
    assert "FLEXT_HOME" in found


def test_paths_shows_what_is_there(flext, platform):
    found = by_name(data(flext, "paths"))
    assert found["home"]["path"] == str(platform.home)
    assert found["state"]["exists"] is True
    assert found["state"]["size"] > 0
    assert found["history"]["exists"] is False


def test_check_of_a_platform_that_runs(flext):
    found = by_name(data(flext, "check"))
    for name in (
        "python",
        "extra embedded",
        "permissions",
        "disk",
        "service flext",
        "service flexcore",
        "port of flext",
        "clock",
    ):
        assert found[name]["status"] == "ok", found[name]
    assert "itself listens" in found["port of flext"]["detail"]


def test_check_starts_nothing_and_says_how_to_start(flext, tmp_path):
    home = tmp_path / "empty"
    found = by_name(data(flext, "check", environ={"FLEXT_HOME": str(home)}))
    assert found["service flext"] == {
        "name": "service flext",
        "status": "warning",
        "detail": "it does not run",
        "mend": "flext service start",
    }
    assert not (home / "state").exists()
    assert "can be made" in found["permissions"]["detail"]


def test_check_of_an_address_where_nobody_listens(flext):
    found = by_name(data(flext, "check", environ={"FLEXT_URL": "http://127.0.0.1:1"}))
    assert found["service flext"]["status"] == "failed"
    assert "no connection: connection refused" in found["service flext"]["detail"]
    assert "port of flext" not in found


# -- single checks -----------------------------------------------------------------------------------------------


def test_secrets_that_others_can_read(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "db").write_text("x")
    (tmp_path / "secrets" / "db").chmod(0o644)
    found = checks.permissions({"FLEXT_HOME": str(tmp_path)})
    assert (found.status, found.mend) == ("warning", f"chmod -R go-rwx {tmp_path}")
    (tmp_path / "secrets" / "db").chmod(0o600)
    assert checks.permissions({"FLEXT_HOME": str(tmp_path)}).status == "ok"


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert checks.permissions({"FLEXT_HOME": str(tmp_path)}).status == "failed"


@pytest.mark.parametrize(("free", "status"), [(1 << 20, "failed"), (1 << 29, "warning"), (1 << 40, "ok")])
def test_room_on_the_disk(tmp_path, monkeypatch, free, status):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": free}))
    found = checks.disk({"FLEXT_HOME": str(tmp_path / "below")})
    assert (found.status, bool(found.mend)) == (status, status != "ok")


def test_ports_free_taken_and_wrong():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        found = checks.ports({"FLEXT_SERVICE_PORT": port, "FLEXT_FLEXCORE_PORT": "eighty"}, {})
        assert [each.status for each in found] == ["failed", "warning"]
        assert f"another program listens at {port}" in found[1].detail
    found = checks.ports({"FLEXT_SERVICE_PORT": port, "FLEXT_FLEXCORE_PORT": "0"}, {})
    assert [each.status for each in found] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("date", "status", "told"),
    [
        (None, "ok", "nothing to compare"),
        (formatdate(1_000_000), "ok", "within 1 s"),
        (formatdate(1_000_090), "warning", "90 s behind"),
        (formatdate(999_000), "warning", "1000 s ahead of"),
        ("yesterday", "warning", "a time that is none"),
    ],
)
def test_the_clock(date, status, told):
    found = checks.clock(date, 1_000_000)
    assert (found.status, told in found.detail) == (status, True)


def test_an_interpreter_that_is_too_old(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 11, 9))
    assert checks.versions().status == "failed"


def test_extras_in_part(monkeypatch):
    there = {"duckdb": "2.0", "opentelemetry-api": "1.30"}
    monkeypatch.setattr(checks, "version_of", there.get)
    found = {each.name: each for each in checks.extras()}
    assert found["extra connectors"].status == "warning"
    assert found["extra connectors"].mend == 'pip install "flext-sdk[connectors]"'
    assert found["extra otel"].detail == "installed"
    assert "not needed" in found["extra fast"].detail


class Backend:
    def __init__(self, priority):
        self.priority = priority


@pytest.mark.parametrize(
    ("make", "status"), [(lambda: Backend(5), "ok"), (lambda: Backend(0), "warning"), (lambda: 1 / 0, "warning")]
)
def test_the_keyring(monkeypatch, make, status):
    module = type(sys)("keyring")
    module.get_keyring = make
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "keyring", module)
    assert checks.keyring().status == status
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "a file of yours" in checks.keyring().detail


# -- connectivity ------------------------------------------------------------------------------------------------


def test_connectivity_times_each_step(flext, platform):
    found = by_name(data(flext, "connectivity"), "service")
    for service, url in platform.urls.items():
        link = found[service]
        assert (link["status"], link["http"], link["breakers"], link["tls"]) == ("ok", 200, "closed", None)
        assert link["url"].rstrip("/") == url.rstrip("/")
        assert min(link["dns"], link["connect"], link["first_byte"]) >= 0


def test_connectivity_shows_breakers_that_are_open(platform):
    with Flext("http://127.0.0.1:1", retries=0) as client:
        for _ in range(6):
            with pytest.raises(FlextError):
                client.pipelines.show("x")
        found = {link.service: link for link in client.debug.connectivity()}
        assert "pipelines open" in found["flext"].breakers
        assert found["flext"].message == "no connection: connection refused"
        with pytest.raises(UsageError):
            client.debug.connectivity(timeout=0)


async def test_the_other_colour_finds_the_same(platform):
    async with AsyncFlext(platform.urls["flext"], token=platform.token) as client:
        found = {link.service: link for link in await client.debug.connectivity()}
        assert found["flext"].http == 200
        assert {one.name for one in await client.debug.paths()} >= {"home", "state"}
        assert [one.what for one in await client.debug.performance(rounds=1)][-1] == "call of this client"


def test_only_the_service_that_has_an_address_is_asked(platform):
    with Flext({"flext": platform.urls["flext"]}, token=platform.token) as client:
        assert [link.service for link in client.debug.connectivity()] == ["flext"]


def answering(reply, context=None):
    """A server for one connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener:
            channel, _ = listener.accept()
            with channel:
                try:
                    if context is not None:
                        channel = context.wrap_socket(channel, server_side=True)
                    channel.recv(65536)
                    channel.sendall(reply)
                    channel.close()
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


def asked(url, tls=ssl.create_default_context, **environ):
    return probe("flext", url, timeout=5, tls=tls, environ=environ)


def test_tls_is_timed_and_a_stranger_is_named():
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    port, thread = answering(b"HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n", context)
    found = asked(f"https://localhost:{port}/base", lambda: ours, HTTPS_PROXY="http://proxy.test")
    thread.join(5)
    assert (found.connection.status, found.connection.http) == ("ok", 204)
    assert found.connection.tls > 0
    assert found.date == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert "a proxy is set" in found.connection.message
    port, thread = answering(b"", context)
    found = asked(f"https://localhost:{port}")
    thread.join(5)
    assert found.connection.status == "failed"
    assert found.connection.message.startswith("no TLS: ")
    assert "certificate" in found.connection.message


@pytest.mark.parametrize("reply", [b"220 mail ready\r\n", b"", b"HTTP/1.1 what\r\n\r\n"])
def test_what_does_not_speak_http(reply):
    port, thread = answering(reply)
    found = asked(f"http://127.0.0.1:{port}")
    thread.join(5)
    assert (found.connection.status, found.connection.message) == ("failed", "what answers does not speak HTTP")


def test_a_name_without_address():
    found = asked("http://no-such-host.invalid:80").connection
    assert (found.status, found.dns, found.connect) == ("failed", None, None)
    assert found.message.startswith("no address for the name: ")


def test_a_service_that_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = probe(
            "flext",
            f"http://127.0.0.1:{listener.getsockname()[1]}",
            timeout=0.2,
            tls=ssl.create_default_context,
            environ={},
        )
    assert found.connection.message == "no answer: it took too long"


# -- performance and trace ---------------------------------------------------------------------------------------


def test_performance_gives_ratios(flext):
    found = by_name(data(flext, "performance", "--rounds", "1"), "what")
    assert found["bare interpreter"]["ratio"] is None
    assert found["flext --help"]["beside"] == "bare interpreter"
    assert found["call of this client"]["ratio"] > 0
    refused = flext("debug", "performance", "--rounds", "0", code=2)
    assert "from 1 to 1000" in refused.err


def test_a_request_by_hand_over_tls():
    with pytest.raises(OSError):
        bench.request("https://127.0.0.1:1")


def test_trace_shows_a_tree_and_leaves_the_output_to_the_other_stream(flext):
    result = flext("debug", "trace", "-o", "json", "pipeline", "list", "--limit", "1", "-o", "plain")
    spans = json.loads(result.out)
    assert [span["name"] for span in spans] == [
        "flext pipeline list --limit 1 -o plain",
        "  start",
        "  pipelines.list (flext)",
        "  show and end",
    ]
    assert spans[0]["detail"] == "exit code 0"
    assert spans[2]["detail"] == "HTTP 200"
    total = spans[0]["seconds"]
    assert all(span["start"] + span["seconds"] <= total + 0.05 for span in spans)


def test_trace_of_what_fails(flext):
    result = flext("debug", "trace", "-o", "json", "--", "flext", "pipeline", "show", "nothing-of-that-name")
    spans = json.loads(result.out)
    assert spans[0]["detail"] == "exit code 5"
    assert spans[2]["detail"].startswith("HTTP 404, ")
    assert "no call" in json.loads(flext("debug", "trace", "-o", "json", "pipeline", "lits").out)[1]["name"]
    assert flext("debug", "trace", "debug", "trace", "x", code=2).err.startswith("error: A trace of a trace")
    assert flext("debug", "trace", code=2).err.startswith("error: COMMAND is missing")


def test_trace_of_nothing(platform):
    with Flext(platform.urls["flext"]) as client, pytest.raises(UsageError, match="no command"):
        client.debug.trace(["flext"])
    assert "\n" not in str(tracing.run(["--version"], {**platform.environ, "PYTHONPATH": str(ROOT)}, None)[0].name)


def test_attempts_and_pauses_stand_below_their_call():
    events = [
        {"at": 1.0, "kind": "client"},
        {"at": 1.1, "kind": "request", "id": "a", "name": "pipelines.list (flext)", "attempt": 1},
        {"at": 1.3, "kind": "response", "id": "a", "attempt": 1, "status": 503, "error": "UNAVAILABLE: later"},
        {"at": 1.3, "kind": "pause", "id": "a", "attempt": 2, "delay": 0.5},
        {"at": 1.8, "kind": "request", "id": "a", "name": "pipelines.list (flext)", "attempt": 2},
    ]
    spans = [(span.name, span.seconds, span.detail) for span in tracing.tree(events, "flext x", 0.5, 2.0, 130)]
    assert spans == [
        ("flext x", 1.5, "exit code 130"),
        ("  start", 0.5, ""),
        ("  pipelines.list (flext)", 0.2, "HTTP 503, UNAVAILABLE: later"),
        ("    attempt 1", 0.2, "HTTP 503, UNAVAILABLE: later"),
        ("    pause", 0.5, ""),
        ("    attempt 2", None, "no answer seen"),
        ("  show and end", 0.7, ""),
    ]


# -- bundle ------------------------------------------------------------------------------------------------------

#: Quotes, spaces and letters outside ASCII take other forms in JSON, URLs and Python.
PLANTED = {
    "variable": 'Zb1"seCret/é\\x',
    "token": "Zb2seCretToken",
    "file": "Zb3 seCret'file+y",
    "credentials": "Zb4seCretCredential",
    "config": "Zb5seCret=config",
    "profile": "Zb6seCretProfile",
    "userinfo": "Zb7seCretUserinfo",
    "log": "Zb8seCretLog",
    "second line": "Zb9seCretSecondLine",
    "header": "Zb0seCretHeader",
}


def spellings(secret):
    raw = secret.encode()
    found = {raw, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode(), repr(secret)[1:-1].encode()}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        found.add(text[4 if shift else 0 : len(text) // 4 * 4 - 4])
    return found


def plant(home):
    for folder in ("secrets", "credentials", "profiles", "logs", "state"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "secrets" / "db").write_text(f"{PLANTED['file']}\n{PLANTED['second line']}\n")
    (home / "credentials" / "work.json").write_text(json.dumps({"access": PLANTED["credentials"]}))
    (home / "config.yaml").write_text(
        f"# {PLANTED['config']}\npassword: {PLANTED['config']}\nalias: {{ls: pipeline list}}\n"
    )
    (home / "profiles" / "work.yaml").write_text(
        f"url: https://bob:{PLANTED['userinfo']}@flext.test\nauth: {{client_secret: {PLANTED['profile']}, user: bob}}\n"
    )
    (home / "profiles" / "torn.yaml").write_text(f"password: [{PLANTED['profile']}\n")
    lines = [
        f"password={PLANTED['log']} for bob",
        json.dumps({"event": "x", "api_key": PLANTED["log"], "name": "kept-name"}),
    ]
    for secret in PLANTED.values():
        if secret != PLANTED["log"]:
            lines += [
                f"met {secret} on the way",
                json.dumps({"note": f"as {secret}"}),
                f"GET /x?q={quote(secret, safe='')}",
                repr(secret),
            ]
            lines += [
                "b64 " + base64.b64encode(b"z" * shift + secret.encode() + b"tail").decode() for shift in range(3)
            ]
    (home / "logs" / "flext.log").write_text("\n".join(lines) + "\n")
    (home / "logs" / "long.log").write_text(f"{'x' * 100}\n" * 4000 + "the end\n")


def test_a_bundle_holds_much_and_no_secret(flext, tmp_path, platform):
    home = tmp_path / "flx"
    plant(home)
    environ = {
        "FLEXT_HOME": str(home),
        "FLEXT_SECRET_DB": PLANTED["variable"],
        "FLEXT_TOKEN": PLANTED["token"],
        "UPSTREAM_PASSWORD": PLANTED["header"],
        "FLEXT_URL": platform.urls["flext"],
    }
    result = flext("debug", "bundle", "report.tar.gz", "-o", "json", environ=environ)
    told = json.loads(result.out)
    archive = tmp_path / "report.tar.gz"
    assert told["size"] == archive.stat().st_size
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as opened:
        content = {each.name.removeprefix("flext-bundle/"): opened.extractfile(each).read() for each in opened}
    assert sorted(content) == told["files"]
    for name, text in content.items():
        for where, secret in PLANTED.items():
            for spelling in spellings(secret):
                assert spelling not in text, (name, where, spelling)
    assert not any(PLANTED["token"] in text for text in (result.out, result.err))
    assert b"kept-name" in content["home/logs/flext.log"]
    assert b"pipeline list" in content["home/config.yaml"]
    assert b"client_secret: '***'" in content["home/profiles/work.yaml"]
    assert content["home/profiles/torn.yaml"].startswith(b"# left out: it cannot be read")
    assert content["home/logs/long.log"].endswith(b"the end\n")
    assert len(content["home/logs/long.log"]) < 300_000
    assert not any("secrets" in name or "credentials" in name for name in content)
    assert told["masked"] > 10
    assert {"info.json", "check.json", "connectivity.json", "env.json", "paths.json", "listing.txt"} <= set(content)


def test_a_bundle_of_a_client_knows_its_tokens(tmp_path, platform, monkeypatch):
    home = tmp_path / "flx"
    (home / "logs").mkdir(parents=True)
    (home / "logs" / "x.log").write_text("seen one-token-given and other-header-value and application/json\n")
    monkeypatch.setenv("FLEXT_HOME", str(home))
    headers = {"X-Api-Key": "other-header-value", "X-Kind": "application/json"}
    with Flext(platform.urls["flext"], token={"flext": "one-token-given"}, headers=headers) as client:
        told = client.debug.bundle(tmp_path / "b.tgz")
    with tarfile.open(told.path) as opened:
        text = opened.extractfile("flext-bundle/home/logs/x.log").read()
    assert text == b"seen *** and *** and application/json\n"


def test_a_bundle_that_cannot_be_written_leaves_nothing(flext, tmp_path):
    (tmp_path / "file").write_text("")
    refused = flext("debug", "bundle", "file/report.tar.gz", code=4)
    assert refused.err.startswith("error: The bundle cannot be written")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == ["file"]
    with pytest.raises(ConfigurationError):
        bundle.write(tmp_path / "file" / "x", {"a": "b"})


def test_a_dry_run_writes_no_bundle(flext, tmp_path):
    told = flext("debug", "bundle", "report.tar.gz", "--dry-run").out
    assert told == "client.debug.bundle(file='report.tar.gz')\n"
    assert not (tmp_path / "report.tar.gz").exists()


def test_short_and_common_words_are_no_secrets():
    masker = bundle.Masker(["on", "true", "local", "long-enough"])
    assert masker.text("turn on the true local long-enough") == "turn on the true local ***\n"
    assert masker.text("") == ""
    assert masker.text("[not json") == "[not json\n"


def test_a_log_that_cannot_be_read_is_told(tmp_path):
    assert bundle._tail(tmp_path).startswith("left out: ")


def test_a_package_that_is_not_there():
    assert facts.version_of("no-such-package-of-ours") is None


def test_importing_the_client_imports_none_of_it():
    code = "import sys; from flext_sdk import Flext; Flext('http://127.0.0.1:1'); print([m for m in sys.modules if '_diagnostics' in m])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"
