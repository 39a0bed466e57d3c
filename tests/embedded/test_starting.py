"""Ports that are taken, and starts that fail."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.settings import Paths
from flext_sdk.embedded.supervisor import spawn
from flext_sdk.errors import (
    ConfigurationError,
    DeadlineExceededError,
    MissingExtraError,
    ServiceUnavailableError,
)

ROOT = Path(supervisor.__file__).parents[3]
ONE = ("flexcore",)


def paths_of(environ: dict[str, str]) -> Paths:
    return Paths(Path(environ["FLEXT_HOME"]))


# -- ports -------------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_passed_over_and_the_other_remembered(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        paths = paths_of(environ)
        paths.state.mkdir(parents=True)
        paths.ports.write_text(json.dumps({"flexcore": busy}))
        first = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
        assert first.port != busy
        supervisor.stop("flexcore", environ=environ)
    again = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    assert again.port == first.port


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError) as error:
            supervisor.start("flexcore", environ={**environ, "FLEXT_FLEXCORE_PORT": str(port)})
    assert error.value.code == "PORT_TAKEN"
    assert error.value.message.startswith(f"flexcore did not start: port {port} is taken by ")
    assert f"(process {os.getpid()})" in error.value.message
    assert error.value.hint == "Set FLEXT_FLEXCORE_PORT to another port, or to 0 for any free one."
    assert supervisor.running(environ=environ) == {}


def test_a_port_that_was_asked_for_is_used(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = supervisor.ensure_running(services=ONE, environ={**environ, "FLEXT_FLEXCORE_PORT": str(port)})["flexcore"]
    assert found.port == port
    (setting,) = (each for each in supervisor.config("flexcore", environ=environ)["settings"] if each["name"] == "port")
    assert (setting["value"], setting["origin"]) == (port, "environment")


# -- starts that fail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("FLEXT_LOG_LEVEL", "loud", "FLEXT_LOG_LEVEL is not a level: 'loud'"),
        ("FLEXT_SERVICE_PORT", "http", "FLEXT_SERVICE_PORT is not a port: 'http'"),
        ("FLEXT_SHUTDOWN_GRACE", "-1", "FLEXT_SHUTDOWN_GRACE is not a number of seconds"),
        (
            "FLEXT_PLUGIN_TIMEOUT",
            "soon",
            "flexcore did not start: FLEXT_PLUGIN_TIMEOUT is not a number of seconds: 'soon'",
        ),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(environ: dict[str, str], name: str, value: str, text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        supervisor.start("flexcore", environ={**environ, name: value})
    assert error.value.message.startswith(text)
    assert "\n" not in error.value.message
    assert error.value.hint
    assert error.value.exit_code == 4
    assert supervisor.running(environ=environ) == {}


def test_a_start_that_takes_too_long_leaves_nothing_behind(environ: dict[str, str]) -> None:
    with pytest.raises(DeadlineExceededError, match="flexcore was not ready after 0 seconds"):
        supervisor.start("flexcore", timeout=0, environ=environ)
    with pytest.raises(DeadlineExceededError, match="flexcore is not running"):
        supervisor.wait("flexcore", timeout=0, environ=environ)
    assert not paths_of(environ).state_file("flexcore").exists()
    assert supervisor.start("flexcore", environ=environ)[0]["message"] == "started"


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(MissingExtraError) as error:
        spawn.check_installed(lambda name: name != "uvicorn")
    assert error.value.hint == 'Install it: pip install "flext-sdk[embedded]"'


@pytest.mark.parametrize(
    ("output", "kind", "message", "hint"),
    [
        ("error[PORT_TAKEN]: port 1 is taken\nhint: Use 2.\n", ConfigurationError, "port 1 is taken", "Use 2."),
        ("error[START_FAILED]: OSError: no\n", ServiceUnavailableError, "OSError: no", "Its log: "),
        ("Traceback\n  x\nMemoryError: out\n", ServiceUnavailableError, "MemoryError: out", "Its log: "),
        ("", ServiceUnavailableError, "it ended without a word", "Its log: "),
        (None, ServiceUnavailableError, "it ended without a word", "Its log: "),
    ],
)
def test_the_reason_of_a_failed_start_is_read_from_what_it_wrote(
    tmp_path: Path, output: str | None, kind: type, message: str, hint: str
) -> None:
    paths = Paths(tmp_path)
    paths.logs.mkdir()
    if output is not None:
        paths.output_file("flext").write_text(output)
    error = spawn.failure("flext", paths)
    assert type(error) is kind
    assert error.message == f"flext did not start: {message}"
    assert error.hint is not None
    assert error.hint.startswith(hint)


def test_a_program_that_cannot_be_started_is_told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spawn.sys, "executable", "/nowhere/python")
    with pytest.raises(ServiceUnavailableError, match="cannot start flexcore: No such file"):
        supervisor.start("flexcore", environ=environ)


def test_a_service_gets_no_bytecode_setting_and_finds_the_source_tree(tmp_path: Path) -> None:
    found = spawn.environment(Paths(tmp_path), {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "/elsewhere", "A": "1"})
    assert found == {"A": "1", "FLEXT_HOME": str(tmp_path), "PYTHONPATH": f"{ROOT}{os.pathsep}/elsewhere"}
