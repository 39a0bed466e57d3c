"""The home of the platform: not writable, somebody else's, full, a link, no folder; state files torn; made by a newer release; clocks set back."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.hosting import ports
from flext_sdk.embedded.store.clock import utc_now
from flext_sdk.embedded.web.errors import ApiError, storage_failed
from tests.engine.engine_bench import Bench, step
from tests.faults.conftest import Flext

_PR_CAPBSET_DROP = 24
_CAPABILITIES = (1, 2, 3)  # to read, write and change the files of others


def without_power() -> None:
    """In a child, before it becomes the program: root, too, is held by the permissions of files from here on."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in _CAPABILITIES:
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def bounded(size: int) -> Callable[[], None]:
    """No file may grow beyond that, for the program and all it starts: a full disk without a disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}  # or half a module would be kept for those who come later


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    found = tmp_path / "home"
    yield found
    if (found / "state").is_dir():
        found.resolve().chmod(0o700)
        supervisor.stop("all", force=True, environ={**os.environ, "FLEXT_HOME": str(found)})


def told(done: Any, code: int) -> list[str]:
    """The lines of an error: one that says what, one that says what to do."""
    assert (done.returncode, done.stdout) == (code, ""), done
    lines = done.stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["error", "hint"]
    return [line.partition(": ")[2] for line in lines]


def read_only(home: Path) -> None:
    home.mkdir(mode=0o500)


def another_owner(home: Path) -> None:
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(home, 65534, 65534)
    else:  # what another owns and what nobody may enter is the same to us
        home.chmod(0o000)


@pytest.mark.parametrize("command", [("service", "start"), ("pipeline", "list")])
@pytest.mark.parametrize("spoil", [read_only, another_owner])
def test_a_home_that_cannot_be_written_to(
    run_flext: Flext, home: Path, spoil: Callable[[Path], None], command: tuple[str, ...]
) -> None:
    spoil(home)
    done = run_flext(*command, home=home, before=without_power, FLEXT_AUTOSTART="1")
    assert told(done, 4) == [
        f"cannot write to {home / 'state'}: Permission denied",
        "Set FLEXT_HOME to a folder of yours.",
    ]
    assert run_flext("service", "status", home=home, before=without_power).returncode == 0  # looking needs no writing


def a_file(home: Path) -> None:
    home.write_text("x")


def link_to_nowhere(home: Path) -> None:
    home.symlink_to(home.parent / "nowhere" / "x")


def link_to_itself(home: Path) -> None:
    home.symlink_to(home)


@pytest.mark.parametrize("spoil", [a_file, link_to_nowhere, link_to_itself])
def test_a_home_that_is_no_folder(run_flext: Flext, home: Path, spoil: Callable[[Path], None]) -> None:
    spoil(home)
    assert told(run_flext("service", "start", home=home), 4)[0] == f"cannot write to {home}: it is not a folder"


def test_a_home_that_is_a_link_works(run_flext: Flext, home: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    home.symlink_to(tmp_path / "real")
    assert run_flext("service", "start", "flexcore", home=home).returncode == 0
    assert run_flext("plugin", "list", home=home, FLEXT_AUTOSTART="1").returncode == 0
    assert home.is_symlink()
    assert (tmp_path / "real" / "state" / "flexcore.json").exists()


def test_a_disk_that_is_full_before_anything_is_there(run_flext: Flext, home: Path) -> None:
    done = run_flext("service", "start", home=home, before=bounded(0), **NO_BYTECODE)
    message, hint = told(done, 4)
    assert message == f"cannot write to {home}: File too large"
    assert hint == "Make room on its disk, or set FLEXT_HOME to a folder on another one."


def test_a_disk_that_fills_while_services_start(run_flext: Flext, home: Path) -> None:
    done = run_flext("service", "start", home=home, before=bounded(30_000), **NO_BYTECODE)
    message, hint = told(done, 6)
    assert "did not start: " in message
    assert "Error:" not in message  # no name of a class
    assert hint.startswith("Its log: ")
    assert supervisor.running(environ={"FLEXT_HOME": str(home)}) == {}  # none is left half-started
    assert run_flext("service", "start", home=home).returncode == 0  # with room again it goes on


PIPELINE = """
name: {name}
steps:
  - name: load
    extract: {{plugin: tap-csv, config: {{path: rows.csv, keys: [id]}}}}
    load: {{plugin: target-sqlite, config: {{path: out.sqlite}}}}
"""


def test_a_disk_that_fills_while_services_run(run_flext: Flext, home: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,name\n1,a\n")
    for name in ("orders", "more"):
        (tmp_path / f"{name}.yaml").write_text(PIPELINE.format(name=name))
    assert run_flext("service", "start", home=home).returncode == 0
    assert run_flext("pipeline", "create", str(tmp_path / "orders.yaml"), home=home).returncode == 0
    pids = [json.loads((home / "state" / f"{name}.json").read_text())["pid"] for name in ("flexcore", "flext")]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    create = ("pipeline", "create", str(tmp_path / "more.yaml"))
    for command in (("pipeline", "start", "orders"), create, ("events", "publish", "x")):
        done = run_flext(*command, home=home, FLEXT_RETRIES="0")
        assert (done.returncode, done.stdout) == (1, "")
        error, hint, request = done.stderr.splitlines()
        assert "failed: disk I/O error" in error or "disk I/O error" in error
        assert (
            hint
            == "hint: Look whether the disk below FLEXT_HOME is full or failing. What was asked for was not stored."
        )
        assert request.startswith("request: ")
    assert run_flext("pipeline", "list", home=home).returncode == 0
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    names = run_flext("pipeline", "list", "-o", "plain", home=home).stdout
    assert "more" not in names
    assert run_flext(*create, home=home).returncode == 0
    assert run_flext("pipeline", "start", "orders", "--wait", home=home).returncode == 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(28, "No space left on device"), 507, "DISK_FULL"),
        (sqlite3.OperationalError("database or disk is full"), 507, "DISK_FULL"),
        (sqlite3.OperationalError("database is locked"), 503, "STORE_LOCKED"),
        (sqlite3.OperationalError("attempt to write a readonly database"), 500, "STORE_FAILED"),
        (sqlite3.DatabaseError("database disk image is malformed"), 500, "STORE_FAILED"),
    ],
)
def test_what_a_request_is_told_when_the_store_fails(error: Exception, status: int, code: str) -> None:
    for raised in (error, wrapped(error)):
        found = storage_failed(raised)
        assert isinstance(found, ApiError)
        assert (found.status, found.code) == (status, code)
    assert storage_failed(ValueError("x")) is None
    assert storage_failed(OSError(2, "No such file or directory")) is None


def wrapped(error: Exception) -> Exception:
    try:
        raise RuntimeError from error
    except RuntimeError as found:
        return found


def test_two_that_take_the_same_port_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have found it free; whoever is second takes another one, and does not fail when it is ready."""
    monkeypatch.setattr(ports, "listens", lambda _port: False)
    with ports.bind("flext", {"FLEXT_SERVICE_PORT": "0"}, None) as first:
        taken = first.getsockname()[1]
        with ports.bind("flext", {"FLEXT_SERVICE_PORT": "0"}, taken) as second:
            assert second.getsockname()[1] != taken


TORN = [b"", b"{", b'{"pid": ', b"\xff\xfe\x00" * 50, b"[]", b'{"pid": 1}']


def test_a_note_that_is_torn_while_its_service_runs(run_flext: Flext, home: Path) -> None:
    assert run_flext("service", "start", "flexcore", home=home).returncode == 0
    file = home / "state" / "flexcore.json"
    good = file.read_bytes()
    pid = json.loads(good)["pid"]
    for torn in TORN:
        file.write_bytes(torn)
        status = supervisor.status("flexcore", environ={"FLEXT_HOME": str(home)})
        assert (status["status"], status["pid"]) == ("unhealthy", pid)
        assert "try: flext service restart flexcore" in status["message"]
    message, hint = told(run_flext("plugin", "list", home=home, FLEXT_AUTOSTART="1"), 6)
    assert message == f"flexcore runs as process {pid}, but {file} cannot be read"
    assert hint == "Restart it, which writes the file anew: flext service restart flexcore"
    assert run_flext("service", "restart", "flexcore", home=home).returncode == 0
    assert run_flext("plugin", "list", home=home).returncode == 0


def newer_flext(state: Path) -> None:
    with closing(sqlite3.connect(state / "flext.db")) as connection, connection:
        connection.execute("update flext_schema_version set version = 999")


def newer_flexcore(state: Path) -> None:
    with closing(sqlite3.connect(state / "flexcore.db")) as connection:
        connection.execute("pragma user_version = 999")


def test_a_home_of_a_newer_release(run_flext: Flext, home: Path) -> None:
    assert run_flext("service", "start", home=home).returncode == 0
    assert run_flext("events", "publish", "x", home=home).returncode == 0
    assert run_flext("service", "stop", home=home).returncode == 0
    newer_flext(home / "state")
    message, hint = told(run_flext("service", "start", home=home), 4)
    assert message.startswith("flext did not start: the database ")
    assert "version 999 of the tables; this release knows only up to" in message
    assert hint == "Use the newer release that made it, or another FLEXT_HOME."
    run_flext("service", "stop", home=home)
    newer_flexcore(home / "state")
    assert run_flext("service", "start", "flexcore", home=home).returncode == 0
    done = run_flext("events", "list", home=home, FLEXT_RETRIES="0")
    assert done.returncode == 1
    assert "version 999 of the tables; this release knows only up to" in done.stderr


def test_an_older_service_that_a_newer_client_meets(run_flext: Flext, home: Path) -> None:
    """It is used as it is; what it does not know is told with its version (tests/transport/test_errors.py)."""
    assert run_flext("service", "start", "flexcore", home=home).returncode == 0
    file = home / "state" / "flexcore.json"
    note = json.loads(file.read_text())
    file.write_text(json.dumps({**note, "version": "0.0.1"}))
    assert json.loads(run_flext("service", "status", "-o", "json", home=home).stdout)[0]["version"] == "0.0.1"
    assert run_flext("plugin", "list", home=home).returncode == 0
    file.write_text(json.dumps({**note, "from_the_future": 1}))  # and a note with more in it than this release knows
    assert run_flext("plugin", "list", home=home).returncode == 0


def test_a_clock_that_is_set_back_loses_nothing(tmp_path: Path) -> None:
    """The store's clock goes back by three days between two runs: all is kept, and bookmarks and keys go on."""
    back = timedelta(0)
    bench = Bench(tmp_path / "home", now=lambda: utc_now() - back)
    try:
        bench.launch()
        bench.define(steps=[step("load", ["resume", "orders", 5])])
        first = bench.run()
        back = timedelta(days=3)
        second = bench.run()
        assert (first["records"], second["records"]) == (5, 0)  # the bookmark is no time
        assert second["status"] == "completed"
        assert (second["duration"] or 0) >= 0
        assert bench.saved() == {"load": {"bookmarks": {"orders": 5}}}
        order = [run["execution_id"] for run in bench.runs.page({"limit": 10, "offset": 0})["runs"]]
        assert order == [second["execution_id"], first["execution_id"]]  # the last one begun is the last one
        assert bench.runs.status("orders")["last_execution"]["execution_id"] == second["execution_id"]
        assert bench.messages(second["execution_id"])
    finally:
        bench.close()
