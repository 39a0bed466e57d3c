"""Whether a process is still the one that was noted: its id may belong to another by now."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")


@cache
def _boot(proc: Path) -> str:
    """Id of this start of the machine; start times count from there."""
    try:
        return (proc / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_mark(pid: int, *, proc: Path = PROC) -> str | None:
    """When a process started, as the system tells it.

    Args:
        pid: Process id.
        proc: Where the process file system is mounted.

    Returns:
        A text that no other process with this id will ever have; ``""`` where the system does not tell (it lives, but
        which one it is must be asked in another way); None when there is no such process, or it has ended already and
        only waits to be reaped.
    """
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if (proc / "self").exists() or not _exists(pid) else ""
    return None if fields[0] in "ZX" else f"{_boot(proc)}:{fields[19]}"


def age(mark: str, *, proc: Path = PROC) -> float | None:
    """Seconds since a process started, by a clock that nobody sets; None where the system does not tell.

    Args:
        mark: Its start, see `start_mark`.
        proc: Where the process file system is mounted.
    """
    boot, _, ticks = mark.rpartition(":")
    if not ticks.isdigit() or boot != _boot(proc):
        return None
    try:
        return float((proc / "uptime").read_text().split()[0]) - int(ticks) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def reap(pid: int) -> int | None:
    """Exit code of a child of ours that has ended; None when it has not, or is no child of ours.

    Whoever started a service and lives on would keep its entry in the process table otherwise.
    """
    with suppress(ChildProcessError):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
    return None
