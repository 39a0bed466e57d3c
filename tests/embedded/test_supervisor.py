"""Starting, stopping and looking after real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.settings import Paths
from flext_sdk.embedded.supervisor import control, probe
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.embedded.supervisor.state import platform_lock, read_record
from flext_sdk.errors import (
    ConfigurationError,
    DeadlineExceededError,
    ServiceUnavailableError,
    UsageError,
)

ROOT = Path(supervisor.__file__).parents[3]
ONE = ("flexcore",)


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def paths_of(environ: dict[str, str]) -> Paths:
    return Paths(Path(environ["FLEXT_HOME"]))


def python(code: str, environ: dict[str, str], **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, **options
    )  # type: ignore[call-overload]


def test_a_service_from_its_start_to_its_end(environ: dict[str, str]) -> None:
    told: list[str] = []
    assert supervisor.running(environ=environ) == {}
    assert supervisor.status("flexcore", environ=environ)["status"] == "stopped"

    found = supervisor.ensure_running(services=ONE, notify=told.append, environ=environ)["flexcore"]
    assert told == [f"Started the embedded platform: flexcore at {found.url} (to stop it: flext service stop)"]
    assert found.token not in repr(found)
    assert probe.ask(found.port, "/info", token=found.token)[0] == 200  # type: ignore[index]

    assert supervisor.ensure_running(services=ONE, notify=told.append, environ=environ)["flexcore"] == found
    assert supervisor.running(environ=environ) == {"flexcore": found}
    assert len(told) == 1

    now = supervisor.status("flexcore", environ=environ)
    assert (now["status"], now["pid"], now["port"], now["url"]) == ("running", found.pid, found.port, found.url)
    assert now["uptime"] >= 0
    file = paths_of(environ).state_file("flexcore")
    note = json.loads(file.read_text())
    file.write_text(json.dumps({**note, "started_at": "2999-01-01T00:00:00Z"}))  # the clock was set back since
    assert supervisor.status("flexcore", environ=environ)["uptime"] >= now["uptime"]
    file.write_text(json.dumps(note))
    assert now["memory"] > 1_000_000
    assert now["message"] is None
    (again,) = supervisor.start("flexcore", environ=environ)
    assert (again["pid"], again["message"]) == (found.pid, "was running already")
    assert [each["name"] for each in supervisor.wait("flexcore", timeout=5, environ=environ)] == ["flexcore"]

    settings = {
        each["name"]: each
        for each in supervisor.config("flexcore", environ={**environ, "FLEXT_LOG_LEVEL": "debug"})["settings"]
    }
    assert settings["port"]["value"] == found.port
    assert settings["log_level"]["value"] == "info"  # what it runs with, not what the asker has
    assert found.token not in str(settings)
    lines = [entry["message"] for entry in supervisor.logs("flexcore", environ=environ) if entry]
    assert any(found.url in line for line in lines)

    (stopped,) = supervisor.stop("flexcore", environ=environ)
    assert (stopped["status"], stopped["message"]) == ("stopped", "stopped")
    assert start_mark(found.pid) is None
    assert not paths_of(environ).state_file("flexcore").exists()
    assert [each["message"] for each in supervisor.stop(environ=environ)] == ["was not running", "was not running"]
    assert [entry["message"] for entry in supervisor.logs("flexcore", environ=environ) if entry][-2:] == [
        "asked to stop",
        "stopped",
    ]


def test_restart_keeps_the_port_and_the_token(environ: dict[str, str]) -> None:
    before = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    (now,) = supervisor.restart("flexcore", environ=environ)
    after = supervisor.running(environ=environ)["flexcore"]
    assert now["message"] == "restarted"
    assert (after.port, after.token) == (before.port, before.token)
    assert after.pid != before.pid


def test_a_killed_service_is_started_again(environ: dict[str, str]) -> None:
    before = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: start_mark(before.pid) is None)
    assert paths_of(environ).state_file("flexcore").exists()
    assert supervisor.running(environ=environ) == {}
    assert supervisor.status("flexcore", environ=environ)["status"] == "stopped"
    after = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    assert after.pid != before.pid
    assert after.port == before.port


def test_torn_files_do_not_hinder_a_start(environ: dict[str, str]) -> None:
    paths = paths_of(environ)
    paths.state.mkdir(parents=True)
    for file in (paths.state_file("flexcore"), paths.ports, paths.token, paths.service_lock("flexcore"), paths.lock):
        file.write_bytes(b"\xff{torn")
    assert supervisor.status("flexcore", environ=environ)["status"] == "stopped"
    assert supervisor.ensure_running(services=ONE, environ=environ)["flexcore"].port


def test_the_process_of_somebody_else_is_not_touched(environ: dict[str, str]) -> None:
    """The pid of a service that has ended belongs to another process by now."""
    found = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    record = read_record(paths_of(environ), "flexcore")
    assert record is not None
    supervisor.stop("flexcore", environ=environ)
    with subprocess.Popen(["sleep", "60"]) as other:
        content = {
            "name": "flexcore",
            "pid": other.pid,
            "started": record.started,
            "port": found.port,
            "url": found.url,
            "version": "1",
        }
        paths_of(environ).state_file("flexcore").write_text(json.dumps(content))
        assert supervisor.stop("flexcore", environ=environ)[0]["message"] == "was not running"
        assert other.poll() is None
        assert supervisor.ensure_running(services=ONE, environ=environ)["flexcore"].pid != other.pid
        other.kill()


def test_many_that_need_it_at_once_start_it_once(environ: dict[str, str]) -> None:
    code = (
        "from flext_sdk.embedded import supervisor\n"
        "told = []\n"
        "found = supervisor.ensure_running(services=('flexcore',), notify=told.append)\n"
        "print(found['flexcore'].pid, found['flexcore'].token, len(told))"
    )
    processes = [python(code, environ) for _ in range(6)]
    answers = [process.communicate()[0].split() for process in processes]
    assert len({(pid, token) for pid, token, _ in answers}) == 1
    assert sorted(told for _, _, told in answers) == ["0"] * 5 + ["1"]


def test_a_service_survives_the_one_who_started_it(environ: dict[str, str]) -> None:
    """Ctrl-C in that terminal does not reach it, and no pipe of its starter stays open."""
    code = (
        "import os, time\n"
        "from flext_sdk.embedded import supervisor\n"
        "print(supervisor.ensure_running(services=('flexcore',))['flexcore'].pid, flush=True)\n"
        "time.sleep(60)"
    )
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    process = python(code, environ, start_new_session=True, pass_fds=(writing,))
    os.close(writing)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    os.killpg(process.pid, signal.SIGINT)
    process.wait()
    assert process.stdout.read() == ""
    assert os.read(reading, 1) == b""  # every holder of the other end has gone
    os.close(reading)
    assert supervisor.running(environ=environ)["flexcore"].pid == pid


def test_a_frozen_service_is_told_and_killed_in_the_end(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    os.kill(found.pid, signal.SIGSTOP)
    now = supervisor.status("flexcore", environ=environ)
    assert now["status"] == "unhealthy"
    assert "flext service restart flexcore" in now["message"]
    with pytest.raises(ServiceUnavailableError, match="lives, but does not answer"):
        supervisor.start("flexcore", environ=environ)
    (stopped,) = supervisor.stop("flexcore", timeout=0.1, environ=environ)
    assert stopped["message"] == "killed, for it had not ended after 0.1 seconds"
    assert start_mark(found.pid) is None


def test_force_ends_it_at_once(environ: dict[str, str]) -> None:
    found = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    (stopped,) = supervisor.stop("flexcore", force=True, environ=environ)
    assert stopped["message"] == "killed"
    assert start_mark(found.pid) is None
    assert not paths_of(environ).state_file("flexcore").exists()


def test_a_process_of_another_user_is_told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor.ensure_running(services=ONE, environ=environ)

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(control.os, "kill", refuse)
        with pytest.raises(ConfigurationError, match="belongs to another user"):
            supervisor.stop("flexcore", environ=environ)


def test_both_services_side_by_side(environ: dict[str, str]) -> None:
    told: list[str] = []
    found = supervisor.ensure_running(notify=told.append, timeout=60, environ=environ)
    assert list(found) == ["flexcore", "flext"]
    assert len(told) == 1
    assert len({endpoint.port for endpoint in found.values()}) == 2
    answer = probe.ask(found["flext"].port, "/api/v1/services", token=found["flext"].token)
    assert answer is not None
    assert {each["name"]: each["pid"] for each in answer[1]["services"]} == {name: found[name].pid for name in found}
    supervisor.restart("flext", timeout=60, environ=environ)
    after = supervisor.running(environ=environ)
    assert after["flexcore"] == found["flexcore"]
    assert after["flext"].pid != found["flext"].pid
    assert [each["message"] for each in supervisor.stop(environ=environ)] == ["stopped", "stopped"]


# -- starting and stopping in the meantime -----------------------------------------------------------------------------


def test_a_service_that_is_about_to_end_is_waited_for(environ: dict[str, str]) -> None:
    """Its state file has gone already, and its lock is still held."""
    before = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    os.kill(before.pid, signal.SIGTERM)
    until(lambda: not paths_of(environ).state_file("flexcore").exists())
    after = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    assert after.pid != before.pid


def test_a_process_that_holds_the_lock_for_ever_is_told(environ: dict[str, str]) -> None:
    found = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    paths_of(environ).state_file("flexcore").unlink()
    with pytest.raises(DeadlineExceededError, match="another process of flexcore does not come to an end"):
        supervisor.start("flexcore", timeout=0.1, environ=environ)
    # Its lock file still tells who it is.
    assert supervisor.stop("flexcore", environ=environ)[0]["message"] == "stopped"
    assert start_mark(found.pid) is None


def test_a_phase_shows_in_the_status(environ: dict[str, str]) -> None:
    supervisor.ensure_running(services=ONE, environ=environ)
    paths = paths_of(environ)
    held = json.loads(paths.service_lock("flexcore").read_text())
    for phase in ("starting", "stopping"):
        paths.service_lock("flexcore").write_text(json.dumps({**held, "phase": phase}))
        now = supervisor.status("flexcore", environ=environ)
        assert (now["status"], now["pid"]) == (phase, held["pid"])
        assert now["memory"] > 0
        record = paths.state_file("flexcore")
        kept = record.read_bytes()
        record.unlink()
        with pytest.raises(DeadlineExceededError, match=f"flexcore is {phase}"):
            supervisor.wait("flexcore", timeout=0, environ=environ)
        record.write_bytes(kept)


def test_one_that_another_started_by_hand_is_left_alone(environ: dict[str, str]) -> None:
    process = subprocess.Popen([sys.executable, "-m", "flext_sdk.embedded.host", "flexcore"], env=environ, cwd=ROOT)
    until(
        lambda: (
            paths_of(environ).service_lock("flexcore").exists()
            and paths_of(environ).service_lock("flexcore").read_text()
        )
    )
    found = supervisor.ensure_running(services=ONE, environ=environ)["flexcore"]
    assert found.pid == process.pid
    supervisor.stop("flexcore", environ=environ)
    process.wait()


def test_waiting_ends_when_the_service_is_there(environ: dict[str, str]) -> None:
    thread = threading.Thread(target=lambda: supervisor.start("flexcore", environ=environ))
    thread.start()
    (now,) = supervisor.wait("flexcore", timeout=20, environ=environ)
    thread.join()
    assert now["status"] == "running"


def test_what_a_service_waits_for_is_told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk.embedded.supervisor import look

    supervisor.ensure_running(services=ONE, environ=environ)
    for answer, text in (
        (None, "flexcore does not answer"),
        (
            (503, {"status": "starting", "checks": {"store": "ok", "engine": "starting"}}),
            r"flexcore waits for engine \(starting\)",
        ),
        ((503, {"status": "stopping"}), r"flexcore waits for status \(stopping\)"),
    ):
        monkeypatch.setattr(look, "ask", lambda *_arguments, answer=answer, **_options: answer)
        with pytest.raises(DeadlineExceededError, match=text):
            supervisor.wait("flexcore", timeout=0, environ=environ)


def test_bad_health_is_told_in_the_status(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk.embedded.supervisor import look

    supervisor.ensure_running(services=ONE, environ=environ)
    monkeypatch.setattr(look, "health", lambda _port: {"components": {"store": "ok", "engine": "disk full"}})
    now = supervisor.status("flexcore", environ=environ)
    assert (now["status"], now["message"]) == ("running", "engine: disk full")


def test_strange_times_and_processes_have_no_numbers(environ: dict[str, str], tmp_path: Path) -> None:
    from flext_sdk.embedded.supervisor import look

    supervisor.ensure_running(services=ONE, environ=environ)
    file = paths_of(environ).state_file("flexcore")
    for moment in ("", "yesterday", "2026-11-22T08:00:00"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "started": "", "started_at": moment}))
        assert supervisor.status("flexcore", environ=environ)["uptime"] is None
    # Where the system does not tell, a clock that was set back makes nothing less than no time.
    later = {"started": "", "started_at": "2999-01-01T00:00:00Z"}
    file.write_text(json.dumps({**json.loads(file.read_text()), **later}))
    assert supervisor.status("flexcore", environ=environ)["uptime"] == 0
    assert look._memory(1, tmp_path) is None


def test_one_that_ends_right_after_its_start_is_told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_start", lambda *_arguments, **_options: [])
    with pytest.raises(ServiceUnavailableError, match="flexcore ended right after it had started"):
        supervisor.ensure_running(services=ONE, environ=environ)


def test_nothing_is_made_by_looking(environ: dict[str, str]) -> None:
    supervisor.statuses(environ=environ)
    supervisor.stop(environ=environ)
    supervisor.config("flext", environ=environ)
    list(supervisor.logs("flext", environ=environ))
    assert not Path(environ["FLEXT_HOME"]).exists()


def test_stopping_waits_for_one_who_starts(environ: dict[str, str]) -> None:
    paths = paths_of(environ)
    paths.state.mkdir(parents=True)
    with platform_lock(paths, timeout=1):
        now = iter(range(0, 1000, 10))
        with pytest.raises(DeadlineExceededError):
            supervisor.stop(environ=environ, clock=lambda: float(next(now)), sleep=lambda _seconds: None)


@pytest.mark.parametrize("name", ["flexx", "Flext ", ""])
def test_unknown_names(environ: dict[str, str], name: str) -> None:
    for function in (
        supervisor.start,
        supervisor.stop,
        supervisor.restart,
        supervisor.statuses,
        supervisor.status,
        supervisor.config,
        supervisor.wait,
    ):
        with pytest.raises(UsageError, match="there is no service") as error:
            function(name, environ=environ)  # type: ignore[operator]
        assert error.value.hint == "Known: flexcore, flext or all."
