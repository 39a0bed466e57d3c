"""The process of one service, started by hand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flext_sdk.embedded import host, supervisor
from flext_sdk.embedded.hosting import ports
from flext_sdk.errors import ConfigurationError

ROOT = Path(host.__file__).parents[2]


def run(environ: dict[str, str], *arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    what = ["-c", code] if code else ["-m", "flext_sdk.embedded.host"]
    return subprocess.run(
        [sys.executable, *what, *arguments],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.mark.parametrize("arguments", [(), ("flexx",), ("flexcore", "flext")])
def test_a_wrong_command_line(
    environ: dict[str, str], arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert host.main(arguments, environ) == 2
    assert capsys.readouterr().err == "error[USAGE]: name one service: flexcore or flext\n"


def test_a_second_process_ends_at_once(environ: dict[str, str]) -> None:
    found = supervisor.ensure_running(services=("flexcore",), environ=environ)["flexcore"]
    done = run(environ, "flexcore")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error[ALREADY_RUNNING]: flexcore is running already (process {found.pid})",
        "hint: See it: flext service status",
    ]
    assert supervisor.running(environ=environ)["flexcore"] == found


def test_ctrl_c_ends_it_cleanly(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "flext_sdk.embedded.host", "flexcore"],
        env=environ,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    supervisor.wait("flexcore", timeout=20, environ=environ)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == ""
    assert process.returncode == 0
    assert not (Path(environ["FLEXT_HOME"]) / "state" / "flexcore.json").exists()


def test_a_failed_start_is_one_line_and_its_traceback_is_in_the_log(environ: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from flext_sdk.embedded import host\n"
        "from flext_sdk.embedded.flexcore import app, plugins\n"
        "def clean(self): raise OSError(28, 'No space left on device')\n"
        "plugins.PluginHandlers.clean = clean\n"
        "sys.exit(host.main(['flexcore']))"
    )
    done = run(environ, code=code)
    assert done.returncode == 1
    assert done.stderr == "error[START_FAILED]: No space left on device\n"
    log = (Path(environ["FLEXT_HOME"]) / "logs" / "flexcore.log").read_text()
    assert "Traceback" in log
    assert not (Path(environ["FLEXT_HOME"]) / "state" / "flexcore.json").exists()


@pytest.mark.parametrize(
    ("fault", "code", "line"),
    [
        ("def create(settings): raise ValueError('two\\nlines')", 1, "error[START_FAILED]: ValueError: two"),
        ("def create(settings): raise ValueError", 1, "error[START_FAILED]: ValueError: no reason given"),
        (
            "def create(settings): import no_such_module",
            4,
            "error[MISSING_EXTRA]: The embedded platform needs the extra 'embedded', which is not installed",
        ),
    ],
)
def test_an_application_that_cannot_be_made_is_one_line(
    environ: dict[str, str], fault: str, code: int, line: str
) -> None:
    program = (
        "import sys\n"
        "from flext_sdk.embedded import host\n"
        "from flext_sdk.embedded.flexcore import app\n"
        f"{fault}\n"
        "app.create = create\n"
        "sys.exit(host.main(['flexcore']))"
    )
    done = run(environ, code=program)
    assert done.returncode == code
    assert done.stderr.splitlines()[0] == line


def test_flexcore_does_not_load_what_only_the_other_service_needs() -> None:
    code = (
        "import sys; import flext_sdk.embedded.host, flext_sdk.embedded.flexcore.app, flext_sdk.embedded.hosting.server;"
        "print(sorted({'sqlalchemy', 'dbos', 'alembic', 'websockets', 'pydantic', 'httpx', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    assert run(dict(os.environ), code=code).stdout.strip() == "[]"


# -- ports -------------------------------------------------------------------------------------------------------------


def test_the_remembered_port_comes_first(environ: dict[str, str]) -> None:
    port = free_port()
    for given in (environ, {**environ, "FLEXT_FLEXCORE_PORT": ""}):
        with ports.bind("flexcore", given, port) as found:
            assert found.getsockname() == ("127.0.0.1", port)


def test_the_usual_port_comes_next(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    usual = free_port()
    monkeypatch.setattr(ports, "DEFAULT_PORTS", {"flexcore": usual})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = taken.getsockname()[1]
        with ports.bind("flexcore", {}, busy) as found:
            assert found.getsockname()[1] == usual
            found.listen()
            with ports.bind("flexcore", {}, None) as other:
                assert other.getsockname()[1] not in {usual, busy}


def test_a_port_that_is_bound_on_all_addresses_counts_as_taken() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with ports.bind("flexcore", {"FLEXT_FLEXCORE_PORT": "0"}, port) as found:
            assert found.getsockname()[1] != port


def test_a_port_that_may_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(port: int) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ports, "_bound", refuse)
    with pytest.raises(ConfigurationError, match="port 1 cannot be used: Permission denied"):
        ports.bind("flexcore", {"FLEXT_FLEXCORE_PORT": "1"}, None)


def test_small_answers_are_not_held_back(environ: dict[str, str]) -> None:
    """What is accepted gets TCP_NODELAY from asyncio; for that it looks at the protocol of the listener."""
    with ports.bind("flexcore", environ, None) as found:
        assert found.proto == socket.IPPROTO_TCP


def test_who_has_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert ports.owner(port) == f"{Path('/proc/self/comm').read_text().strip()} (process {os.getpid()})"
        assert ports.owner(port, proc=tmp_path) is None
    assert ports.owner(port) is None
