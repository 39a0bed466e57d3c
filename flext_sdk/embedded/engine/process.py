"""Process groups: starting one, telling whether it is still the same, and ending it for certain."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Sleep = Callable[[float], None]
Clock = Callable[[], float]

HELD = 10.0
"""Seconds that a process which a tap left behind may hold its output open without writing anything."""
_GUARD = Path(__file__).with_name("guard.py")
# What the service must not hand to plugins: its own settings (among them the database's password and FLEXT_SECRET_*),
# and a switch that makes every start of a Python program compile all its modules again.
_PRIVATE_PREFIX = "FLEXT_"
_DROPPED = frozenset({"PYTHONDONTWRITEBYTECODE"})


@dataclass(frozen=True, slots=True)
class Program:
    """One program of a group.

    Attributes:
        role: ``tap`` or ``target``.
        name: Name of the plugin.
        argv: Program and arguments; no secrets, everybody on the machine can read them.
    """

    role: str
    name: str
    argv: Sequence[str]


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment that plugins get: the service's, without what is private to it."""
    return {key: value for key, value in environ.items() if not key.startswith(_PRIVATE_PREFIX) and key not in _DROPPED}


class ProcessGroup:
    """Programs joined by pipes, in a process group of their own with a guard as its leader.

    All ends are non-blocking file descriptors, closed by :meth:`close`.

    Args:
        programs: They are joined from left to right.
        environ: Their environment.
        cwd: Their working folder.

    Attributes:
        pid: Id of the leader and of the group.
        report: Events, one JSON object a line.
        stdout: What the last program prints.
        stderr: What each program says, by role.
    """

    def __init__(self, programs: Sequence[Program], *, environ: Mapping[str, str], cwd: Path) -> None:
        ends: list[tuple[int, int]] = []
        try:
            for _ in range(2 + len(programs)):
                ends.append(os.pipe())  # noqa: PERF401
            reads, writes = [pair[0] for pair in ends], [pair[1] for pair in ends]
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(_GUARD), str(writes[0])],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=writes,
                env=dict(environ),
                start_new_session=True,
            )
        except BaseException:
            for end in (end for pair in ends for end in pair):
                os.close(end)
            raise
        for end in writes:
            os.close(end)
        for end in reads:
            os.set_blocking(end, False)
        self.pid = self._process.pid
        self.report, self.stdout = reads[0], reads[1]
        self.stderr = {program.role: end for program, end in zip(programs, reads[2:], strict=True)}
        self._ends = reads
        order = [
            {"role": program.role, "argv": list(program.argv), "stderr": end, "stdout": writes[1], "cwd": str(cwd)}
            for program, end in zip(programs, writes[2:], strict=True)
        ]
        if self._process.stdin is not None:  # always so; it was asked for
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps({"programs": order, "held": HELD}).encode() + b"\n")
                self._process.stdin.flush()

    def alive(self) -> bool:
        """Whether the leader lives, and with it some program."""
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """Sends a signal to every process of the group."""
        # The leader is our child and not reaped while poll() says it lives, so the id cannot belong to anybody else.
        if self.alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def wait(self, seconds: float) -> None:
        """Waits for the leader, who ends by himself when the last program has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def close(self) -> None:
        """Ends what still lives and closes everything."""
        self.signal(signal.SIGKILL)
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._process.wait()
        for end in self._ends:
            os.close(end)
        self._ends = []


def identity(pid: int) -> str | None:
    """What tells a process from a later one with the same id: when it started. None when there is no such process."""
    return _linux_identity(pid) if Path("/proc/self/stat").exists() else _ps_identity(pid)


def _linux_identity(pid: int) -> str | None:
    try:
        # The name, in parentheses, may hold anything; what follows the last one is numbers.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else f"{boot}:{fields[19]}"


def _ps_identity(pid: int) -> str | None:
    found = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = found.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def end_orphan(
    pid: int, started: str, grace: float, *, sleep: Sleep = time.sleep, clock: Clock = time.monotonic
) -> bool:
    """Ends a process group that a service which died has left behind, and waits until it is gone.

    Args:
        pid: Its leader.
        started: The leader's :func:`identity` when it was started; another process with that id is left alone.
        grace: Seconds between SIGTERM and SIGKILL.
        sleep: Waits.
        clock: Seconds that only grow.

    Returns:
        Whether it was still there.
    """
    if identity(pid) != started:
        return False
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        deadline = clock() + patience
        while identity(pid) == started and clock() < deadline:
            sleep(0.02)
    return True
