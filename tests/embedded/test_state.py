"""The files by which services and those who look for them know of one another."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.files import try_lock, write_atomically
from flext_sdk.embedded.settings import Paths
from flext_sdk.embedded.supervisor import probe
from flext_sdk.embedded.supervisor import state as states
from flext_sdk.embedded.supervisor.process import reap, start_mark
from flext_sdk.embedded.supervisor.state import Holder, Record
from flext_sdk.errors import ConfigurationError, DeadlineExceededError


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path / "home")
    states.make_folders(found)
    return found


def record(**changes: Any) -> Record:
    mine = {"pid": os.getpid(), "started": start_mark(os.getpid()) or "", "port": 8080}
    return Record(**{"name": "flexcore", "url": "http://127.0.0.1:8080", "version": "1", **mine, **changes})


def ended_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


# -- which process it is -----------------------------------------------------------------------------------------------


def test_a_record_of_a_living_process_is_believed(paths: Paths) -> None:
    states.write_record(paths, record())
    assert states.live_record(paths, "flexcore") == record()
    assert states.live_record(paths, "flext") is None


def test_a_record_of_an_ended_process_is_stale(paths: Paths) -> None:
    states.write_record(paths, record(pid=ended_pid()))
    assert states.live_record(paths, "flexcore") is None


def test_a_record_whose_pid_belongs_to_another_by_now_is_stale(paths: Paths) -> None:
    states.write_record(paths, record(started="boot:1"))
    assert states.live_record(paths, "flexcore") is None


def test_a_process_that_waits_to_be_reaped_has_ended() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(7)"], stdin=subprocess.PIPE
    )
    assert start_mark(process.pid)
    assert reap(process.pid) is None
    assert process.stdin is not None
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert start_mark(process.pid) is None
    assert reap(process.pid) == 7
    assert reap(process.pid) is None
    process.returncode = 7


def test_where_the_system_does_not_tell_the_service_itself_is_asked(paths: Paths, tmp_path: Path) -> None:
    nothing = tmp_path / "no-proc"
    assert start_mark(os.getpid(), proc=nothing) == ""
    assert start_mark(ended_pid(), proc=nothing) is None
    with answering(b'HTTP/1.1 200 OK\r\n\r\n{"service": "flexcore"}', times=2) as port:
        states.write_record(paths, record(port=port))
        assert states.live_record(paths, "flexcore", proc=nothing) == record(port=port)
        states.write_record(paths, record(name="flext", port=port))
        assert states.live_record(paths, "flext", proc=nothing) is None
    assert states.live_record(paths, "flext", proc=nothing) is None


def test_processes_of_others_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert start_mark(1, proc=tmp_path / "no-proc") == ""


# -- torn and foreign files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "flexcore"}',
        b'{"name": "flexcore", "more": 1}',
    ],
)
def test_a_file_that_cannot_be_read_counts_as_nothing(paths: Paths, content: bytes) -> None:
    for file in (paths.state_file("flexcore"), paths.service_lock("flexcore"), paths.ports):
        file.write_bytes(content)
    assert states.read_record(paths, "flexcore") is None
    assert states.holder(paths, "flexcore") is None
    assert states.remembered_port(paths, "flexcore") is None
    states.remember_port(paths, "flexcore", 4711)
    assert states.remembered_port(paths, "flexcore") == 4711


@given(
    st.fixed_dictionaries(
        {
            name: st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.none())
            for name in ("name", "pid", "started", "port", "url", "version")
        },
        optional={"settings": st.none() | st.lists(st.none()), "started_at": st.integers() | st.text()},
    )
)
def test_a_record_of_any_content_is_sound_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    paths = Paths(tmp_path_factory.getbasetemp() / "any-content")
    states.make_folders(paths)
    for made in (content, {**content, "name": "flexcore"}):
        paths.state_file("flexcore").write_text(json.dumps(made))
        found = states.read_record(paths, "flexcore")
        if found is not None:
            assert found.name == "flexcore"
            assert found.pid > 1
            assert 0 < found.port < 65536
            assert isinstance(found.url, str)
        states.live_record(paths, "flexcore")


@pytest.mark.parametrize("port", [0, -1, 65536, "80", True, None, 1.5])
def test_a_remembered_port_must_be_one(paths: Paths, port: Any) -> None:
    paths.ports.write_text(json.dumps({"flexcore": port, "flext": 9000}))
    assert states.remembered_port(paths, "flexcore") is None
    states.remember_port(paths, "flexcore", 9001)
    assert json.loads(paths.ports.read_text()) == {"flext": 9000, "flexcore": 9001}


def test_only_the_own_record_is_removed(paths: Paths) -> None:
    states.remove_record(paths, "flexcore", 1)
    states.write_record(paths, record())
    states.remove_record(paths, "flexcore", os.getpid() + 1)
    assert paths.state_file("flexcore").exists()
    states.remove_record(paths, "flexcore", os.getpid())
    assert not paths.state_file("flexcore").exists()


# -- the holder of a lock ----------------------------------------------------------------------------------------------


def test_the_holder_of_a_lock_is_known_while_it_lives(paths: Paths) -> None:
    mine = Holder(os.getpid(), start_mark(os.getpid()) or "", "starting")
    with try_lock(paths.service_lock("flexcore")) as lock:
        assert lock is not None
        states.write_holder(lock, Holder(os.getpid(), mine.started, "a much longer word"))
        states.write_holder(lock, mine)
        assert states.holder(paths, "flexcore") == mine
        with try_lock(paths.service_lock("flexcore")) as second:
            assert second is None
        states.write_holder(lock, Holder(ended_pid(), "x", "running"))
    assert states.holder(paths, "flexcore") is None
    with try_lock(paths.service_lock("flexcore")) as lock:
        assert lock is not None


@pytest.mark.parametrize(
    "content",
    [{"pid": 0, "started": "", "phase": "running"}, {"pid": os.getpid(), "started": "", "phase": "odd"}, {"pid": "x"}],
)
def test_a_strange_holder_counts_as_none(paths: Paths, content: dict[str, Any]) -> None:
    paths.service_lock("flexcore").write_text(json.dumps(content))
    assert states.holder(paths, "flexcore") is None


def test_the_platform_lock_is_waited_for(paths: Paths) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with (
        states.platform_lock(paths, timeout=1),
        pytest.raises(
            DeadlineExceededError, match="another process has been starting or stopping the services for 5 seconds"
        ),
        states.platform_lock(paths, timeout=5, clock=lambda: now[0], sleep=sleep),
    ):
        pass
    assert now[0] >= 5
    with states.platform_lock(paths, timeout=0):
        pass


# -- folders and the token ---------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_is_the_owners_alone(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "a" / "home")
    paths.state.mkdir(parents=True, mode=0o755)
    states.make_folders(paths)
    states.token(paths)
    assert (mode(paths.state), mode(paths.logs), mode(paths.token)) == (0o700, 0o700, 0o600)


def test_the_token_is_made_once(paths: Paths) -> None:
    made = states.token(paths)
    assert len(made) >= 40
    assert states.token(paths) == made
    assert [path.name for path in paths.state.iterdir()] == ["token"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff"])
def test_a_broken_token_is_made_again(paths: Paths, content: bytes) -> None:
    paths.token.write_bytes(content)
    made = states.token(paths)
    assert len(made) >= 40
    assert states.token(paths) == made


def test_a_token_that_others_can_read_is_closed(paths: Paths) -> None:
    made = states.token(paths)
    paths.token.chmod(0o644)
    assert states.token(paths) == made
    assert mode(paths.token) == 0o600


def test_two_that_make_the_token_at_once_get_the_same(paths: Paths) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(states.token(paths))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_a_token_that_another_makes_at_this_very_moment_is_kept(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    look, looks = states._read_token, []

    def read(path: Path) -> str | None:
        found = look(path)
        looks.append(found)
        if len(looks) == 1:
            paths.token.write_text("of another\n")
        return found

    monkeypatch.setattr(states, "_read_token", read)
    assert states.token(paths) == "of another"
    assert paths.token.read_text() == "of another\n"


def test_a_home_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"cannot write to .*file.*: Not a directory") as error:
        states.make_folders(Paths(tmp_path / "file" / "home"))
    assert (error.value.code, error.value.hint) == ("HOME_NOT_WRITABLE", "Set FLEXT_HOME to a folder of yours.")


def test_a_home_that_cannot_be_written_to_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    with pytest.raises(ConfigurationError, match=r"cannot write to .*state: Permission denied"):
        states.make_folders(paths)


def test_a_token_that_cannot_be_read_is_told(paths: Paths) -> None:
    paths.token.mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot write to .*token"):
        states.token(paths)


def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "new")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


# -- asking over the socket --------------------------------------------------------------------------------------------


class answering:
    """Something that listens and says one thing."""

    def __init__(self, answer: bytes, times: int = 1) -> None:
        self.answer = answer
        self.times = times
        self.asked: list[bytes] = []

    def __enter__(self) -> int:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return self.listener.getsockname()[1]

    def serve(self) -> None:
        for _ in range(self.times):
            connection, _ = self.listener.accept()
            with connection:
                self.asked.append(connection.recv(65536))
                connection.sendall(self.answer)

    def __exit__(self, *_exception: object) -> None:
        self.thread.join()
        self.listener.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"HTTP/1.1 OK\r\n\r\n{}",
        b"HTTP/1.1 500 no\r\n\r\n{}",
    ],
)
def test_what_is_no_healthy_service_is_none(answer: bytes) -> None:
    with answering(answer) as port:
        assert probe.health(port) is None


def test_the_token_goes_out_only_when_it_is_given() -> None:
    server = answering(b'HTTP/1.1 503 x\r\n\r\n{"status": "starting"}', times=2)
    with server as port:
        assert probe.ask(port, "/ready", token="secret") == (503, {"status": "starting"})
        assert probe.ask(port, "/health") == (503, {"status": "starting"})
    assert [b"Bearer secret" in asked for asked in server.asked] == [True, False]
    assert not probe.listens(port)
    assert probe.health(port) is None
