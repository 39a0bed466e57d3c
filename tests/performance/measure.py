"""Paired measuring: what is compared runs in turn, so that a busy machine slows both alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    what: str
    beside: str
    ratio: float
    spread: tuple[float, float]
    goal: str = ""

    def text(self) -> str:
        """The line as it is printed."""
        low, high = self.spread
        return f"{self.what:<46} {self.beside:<34} {self.ratio:>8.2f}   {low:.2f}-{high:.2f}   {self.goal}"


def ratio(
    what: str, beside: str, ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int, goal: str = ""
) -> Row:
    """Median of the ratios of `ours()` to `theirs()`, pair by pair, the order turned each time; one pair is thrown away first."""
    ours(), theirs()
    found = []
    for number in range(rounds):
        if number % 2:
            a, b = ours(), theirs()
        else:
            b, a = theirs(), ours()
        found.append(a / b)
    found.sort()
    quarter = len(found) // 4
    return Row(what, beside, statistics.median(found), (found[quarter], found[-1 - quarter]), goal)


def process_cpu(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Callable[[], float]:
    """A function that runs a command and gives the CPU seconds (user and system) of the whole process."""

    def run() -> float:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{arguments}: exit code {process.returncode}")
        return usage.ru_utime + usage.ru_stime

    return run


def cpu_of(function: Callable[[], object], times: int) -> Callable[[], float]:
    """A function that gives this process's CPU seconds for calling `function` so many times."""

    def run() -> float:
        before = time.process_time()
        for _ in range(times):
            function()
        return time.process_time() - before

    return run
