"""Paired measuring: what is compared runs in turn, so that a busy machine slows both alike."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Row:
    """One line of the report: a ratio, or with a unit a figure of its own; with `note` one that could not be had."""

    what: str
    beside: str
    value: float = 0.0
    spread: tuple[float, float] | None = None
    goal: str = ""
    unit: str = ""
    note: str = ""

    def text(self) -> str:
        """The line as it is printed."""
        shown = f"{self.what:<54} {self.beside:<34} "
        if self.note:
            return shown + self.note
        spread = f"{_figure(self.spread[0])}-{_figure(self.spread[1])}" if self.spread else ""
        return f"{shown}{_figure(self.value) + self.unit:>9}   {spread:<13} {self.goal}"

    def markdown(self) -> str:
        """The line of a table in the documentation."""
        spread = f"{_figure(self.spread[0])}-{_figure(self.spread[1])}" if self.spread else ""
        return (
            f"| {self.what} | {self.beside} | {self.note or _figure(self.value) + self.unit} | {spread} | {self.goal} |"
        )


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def of_pairs(what: str, beside: str, ours: Sequence[float], theirs: Sequence[float], goal: str = "") -> Row:
    """Median and quartiles of the ratios, pair by pair."""
    return _row(what, beside, [a / b for a, b in zip(ours, theirs, strict=True)], goal)


def absolute(what: str, beside: str, values: Sequence[float], unit: str, goal: str = "") -> Row:
    """Median and quartiles of values that have a unit."""
    return _row(what, beside, list(values), goal, unit)


def _row(what: str, beside: str, found: list[float], goal: str, unit: str = "") -> Row:
    found.sort()
    quarter = len(found) // 4
    return Row(what, beside, statistics.median(found), (found[quarter], found[-1 - quarter]), goal, unit)


def race[K](runners: Mapping[K, Callable[[], float]], rounds: int) -> dict[K, list[float]]:
    """What each costs in each round; the order is another one every time, and a first round is thrown away."""
    costs: dict[K, list[float]] = {name: [] for name in runners}
    order = list(runners)
    for number in range(rounds + 1):
        random.shuffle(order)
        for name in order:
            cost = runners[name]()
            if number:
                costs[name].append(cost)
    return costs


def ratio(
    what: str, beside: str, ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int, goal: str = ""
) -> Row:
    """Median of the ratios of `ours()` to `theirs()`, pair by pair."""
    costs = race({"ours": ours, "theirs": theirs}, rounds)
    return of_pairs(what, beside, costs["ours"], costs["theirs"], goal)


def clean_environment() -> dict[str, str]:
    """The environment without what makes every start compile again, and without settings of ours."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE" and not k.startswith("FLEXT_")}


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


def thread_cpu(function: Callable[[], object], times: int) -> Callable[[], float]:
    """A function that gives this thread's CPU seconds for calling `function` so many times."""

    def run() -> float:
        before = time.thread_time()
        for _ in range(times):
            function()
        return time.thread_time() - before

    return run


class Worker:
    """A client in a process of its own; see `tests.performance.clients`.

    Args:
        name: The client.
        url: The server.
        python: The interpreter that has it.
    """

    def __init__(self, name: str, url: str, python: str | Path = sys.executable) -> None:
        script = Path(__file__).with_name("clients.py")
        self._process = subprocess.Popen(
            [python, str(script), name, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**clean_environment(), "PYTHONPATH": ""},
        )

    def cost(self, op: str, times: int) -> tuple[float, float]:
        """CPU and wall seconds of so many calls."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{op} {times}\n")
        self._process.stdin.flush()
        cpu, wall = self._process.stdout.readline().split()
        return float(cpu), float(wall)

    def cpu(self, op: str, times: int) -> Callable[[], float]:
        """A function that gives the CPU seconds of one call, over so many."""
        return lambda: self.cost(op, times)[0] / times

    def wall(self, op: str, times: int) -> Callable[[], float]:
        """A function that gives the wall seconds of one call, over so many."""
        return lambda: self.cost(op, times)[1] / times

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
