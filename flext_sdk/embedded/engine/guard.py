"""The leader of a process group: starts a tap and a target joined by a pipe, and ends both when the service is gone.

A program of its own, started by :mod:`flext_sdk.embedded.engine.process` as ``python -I guard.py``; standard library
only. It has one thread, so that it may do between fork and exec what the service with its many threads may not.

- Standard input is the lifeline: one line of JSON says what to start, then nothing; its end means that the service has
  died.
- File descriptor ``report`` gets one line of JSON for each event: ``started`` with the process ids, ``exit`` with
  role, code and the bytes that the program wrote (where the system counts them), ``error`` when a program cannot be
  started.
- What a tap leaves behind, and holds its output open without writing, is ended (``left``): the target would wait for
  ever. What either leaves behind in the group at the end is ended too. Linux only: elsewhere nobody tells whose it was.
- It ignores SIGTERM, which the service sends to the whole group, and ends when the last program has ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

GRACE = 3.0
PIPE_SIZE = 1 << 20
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")
_MOST_DESCRIPTORS = 1 << 16


def main(argv: list[str]) -> int:
    """Runs the programs.

    Args:
        argv: The file descriptor of the report.

    Returns:
        The exit code of this process: always 0; how the programs ended is in the report.
    """
    report = int(argv[0])
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    signal.signal(signal.SIGINT, lambda *_: None)
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 65536)
        if not piece:
            return 0
        line += piece
    if asked:
        return 0
    order = json.loads(line)
    _adopt()
    children, pipe = _start(order["programs"], report)
    left = _LeftBehind(pipe, order.get("held", 10.0), report)
    if asked:
        # It came while some of them did not exist yet.
        os.killpg(0, signal.SIGTERM)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(wake_read, select.POLLIN)
    while children:
        for descriptor, _ in poll.poll(None if "tap" in children.values() or left.gone else 200):
            if descriptor == wake_read:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake_read, 4096)
            elif not os.read(0, 4096):
                _end_all(children)
                return 0
        _reap(children, report)
        if not left.gone and children and "tap" not in children.values():
            left.look(children)
    left.end_all()
    return 0


def _tell(report: int, **event: Any) -> None:  # noqa: ANN401
    # The service may be gone; then nobody needs to know.
    with contextlib.suppress(OSError):
        os.write(report, json.dumps(event).encode() + b"\n")


class _LeftBehind:
    """What programs that have ended leave behind: children of theirs, which are ours now.

    Args:
        pipe: Between the tap and the target, as /proc calls it.
        held: Seconds that one may hold it without writing anything.
        report: Where to tell of it.
    """

    def __init__(self, pipe: str, held: float, report: int) -> None:
        self.gone = not pipe
        self._pipe = pipe
        self._held = held
        self._report = report
        self._written: dict[int, tuple[int | None, float]] = {}

    def look(self, children: dict[int, str]) -> None:
        """End those who hold the pipe and have written nothing for too long."""
        holders = [pid for pid in _orphans(children) if self._holds(pid)]
        self.gone = not holders
        now = time.monotonic()
        for pid in holders:
            written = _written(pid)
            before, since = self._written.get(pid, (-1, now))
            self._written[pid] = (written, since if written == before else now)
            if now - self._written[pid][1] >= self._held:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                _tell(self._report, event="left", pid=pid)

    def _holds(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            return any(_link(entry) == self._pipe for entry in (_PROC / str(pid) / "fd").iterdir())
        return False

    def end_all(self) -> None:
        """End what is left in our group; who has left the group wants to live on."""
        for pid in _orphans({}):
            with contextlib.suppress(OSError):
                if os.getpgid(pid) == os.getpgrp():
                    os.kill(pid, signal.SIGKILL)


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _orphans(children: dict[int, str]) -> list[int]:
    """Processes whose parent has ended: they are our children, and none of those we started."""
    found = []
    mine = str(os.getpid())
    with contextlib.suppress(OSError):
        for entry in _PROC.iterdir():
            if entry.name.isdigit() and int(entry.name) not in children:
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                    if fields[1] == mine and fields[0] not in {"Z", "X"}:
                        found.append(int(entry.name))
    return found


def _adopt() -> None:
    """Linux: become the parent of what our programs leave behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _start(programs: list[dict[str, Any]], report: int) -> tuple[dict[int, str], str]:
    """Starts the programs; the standard output of each but the last goes to the next one's standard input."""
    pipe = ""
    children: dict[int, str] = {}
    parent = os.getpid()
    source = os.open(os.devnull, os.O_RDONLY)
    for number, program in enumerate(programs):
        if number < len(programs) - 1:
            following, sink = os.pipe()
            _enlarge(sink)
            pipe = f"pipe:[{os.fstat(sink).st_ino}]"
        else:
            following, sink = -1, program["stdout"]
        # The child is born with our handler for SIGTERM; until it has put the default back, the signal must wait.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            _become(program, source, sink, parent, report)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.close(source)
        os.close(sink)
        os.close(program["stderr"])
        source = following
        children[pid] = program["role"]
    _tell(report, event="started", pids={role: pid for pid, role in children.items()})
    return children, pipe


def _enlarge(pipe: int) -> None:
    # 64 KiB is Linux's default; a bigger pipe means fewer changes from one program to the other.
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


# Nothing between fork and exec, or before one's own SIGKILL, can be measured.
def _become(program: dict[str, Any], source: int, sink: int, parent: int, report: int) -> None:  # pragma: no cover
    """In the child: turns into the program, or tells why not."""
    try:
        # Python ignores SIGPIPE and hands that on; a tap whose target is gone should end.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        _die_with(parent)
        # Copies far away from 0-2 first, or one of the three could overwrite another's source.
        low = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64) for descriptor in (source, sink, program["stderr"])]
        for target, descriptor in enumerate(low):
            os.dup2(descriptor, target, inheritable=True)
        os.closerange(3, report)
        os.closerange(report + 1, _MOST_DESCRIPTORS)
        os.set_inheritable(report, False)  # noqa: FBT003
        os.chdir(program["cwd"])
        os.execvpe(program["argv"][0], program["argv"], os.environ)  # noqa: S606
    except OSError as error:
        _tell(report, event="error", role=program["role"], message=error.strerror or "it cannot be started")
    finally:
        os._exit(127)


def _die_with(parent: int) -> None:  # pragma: no cover
    """Linux: the program gets SIGKILL when this process dies, however it dies."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(127)


def _reap(children: dict[int, str], report: int) -> None:
    while children:
        pid, status, written = _ended()
        if pid == 0:
            return
        role = children.pop(pid, None)
        if role is not None:
            _tell(report, event="exit", role=role, code=os.waitstatus_to_exitcode(status), written=written)


def _ended() -> tuple[int, int, int | None]:
    """A child that has ended, its status and the bytes it wrote; 0 where there is none."""
    written = None
    if sys.platform == "linux":
        # Looked at before it is reaped, while the system still knows what it wrote.
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return 0, 0, None
        written = _written(found.si_pid)
    pid, status = os.waitpid(-1, os.WNOHANG)
    return pid, status, written


def _written(pid: int) -> int | None:
    """Bytes that a process wrote; Linux tells, also of one that has ended and is not yet reaped."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("wchar:")), None)


def _end_all(children: dict[int, str]) -> None:  # pragma: no cover
    """The service is gone: ends the programs, those that do not listen after a while by force."""
    os.killpg(0, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while children and time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            children.pop(pid, None)
        else:
            time.sleep(0.02)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
