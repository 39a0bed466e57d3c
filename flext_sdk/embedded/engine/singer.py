"""One try of a step: a tap and a target joined by a pipe of the operating system.

No byte of the data passes through Python. What is read here is what the target prints (states), what both say on
stderr, and the guard's report. Everything is read without blocking in one loop, so neither program can be held up by
the other's talk.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk.embedded.engine.lines import LevelReader, LineSplitter, Masker, metric_of, readable
from flext_sdk.embedded.engine.state import read_state
from flext_sdk.embedded.store.logs import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.embedded.engine.events import StopSignal
    from flext_sdk.embedded.engine.process import ProcessGroup

GRACE = 4.0
TICK = 0.1
_READ = 1 << 16
# A state has an entry for each stream, and for each partition of one; a hundred kilobytes are not rare.
MAX_STATE = 16 << 20
MAX_CATALOG = 64 << 20
_SHOWN = 1 << 16
# How long a grandchild may hold an end of a pipe open after both programs have ended.
_DRAIN = 0.5
# How long a tap may take to notice that its target is gone.
_ORPHANED_TAP = 2.0

Ending = Literal["completed", "failed", "stopped", "timeout"]


@dataclass(slots=True)
class Progress:
    """What was moved so far; ``size`` in bytes."""

    records: int = 0
    size: int = 0
    streams: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Progress) -> Progress:
        """Both together."""
        names = dict.fromkeys([*self.streams, *other.streams])
        streams = {name: self.streams.get(name, 0) + other.streams.get(name, 0) for name in names}
        return Progress(self.records + other.records, self.size + other.size, streams)


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended.

    Attributes:
        ending: ``stopped`` when it was asked to, ``timeout`` when it took too long.
        error: One line about a failure.
        hint: What to do about it.
        exit_code: Of the program that failed; negative for a signal.
    """

    ending: Ending
    error: str | None = None
    hint: str | None = None
    exit_code: int | None = None


@dataclass(slots=True)
class Listener:
    """What a try tells while it goes on. All calls come from the thread that runs it.

    Attributes:
        line: Level, name of the program, text.
        state: A state that the target confirmed.
        progress: Called about ten times a second.
    """

    line: Callable[[int, str, str], None]
    state: Callable[[dict[str, Any]], None]
    progress: Callable[[Progress], None]


@dataclass(slots=True)
class _Side:
    """One program and what it said."""

    name: str
    code: int | None = None
    splitter: LineSplitter = field(default_factory=LineSplitter)
    level: LevelReader = field(default_factory=LevelReader)
    last: str = ""
    last_error: str = ""
    metrics: dict[str, int] = field(default_factory=dict)

    @property
    def saying(self) -> str:
        return self.last_error or self.last


class Pair:
    """Runs a tap and a target until both have ended.

    Args:
        group: The two, just started.
        tap: Name of the tap.
        target: Name of the target.
        listener: Hears what happens.
        stop: Asks to stop.
        mask: Hides secrets in what the programs say.
        deadline: When it has taken too long, by ``clock``; None for never.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        group: ProcessGroup,
        *,
        tap: str,
        target: str,
        listener: Listener,
        stop: StopSignal,
        mask: Masker,
        deadline: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._group = group
        self._sides = {"tap": _Side(tap), "target": _Side(target)}
        self._listener = listener
        self._stop = stop
        self._mask = mask
        self._deadline = deadline
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._output = LineSplitter(MAX_STATE)
        self._report = LineSplitter()
        self._ends: list[str] = []
        self._tap_pid: int | None = None
        self._trouble: str | None = None
        self._size = 0
        self._killed_tap = False
        self._ending: Ending | None = None
        self._kill_at: float | None = None
        self._target_left_at: float | None = None
        self._group_left_at: float | None = None

    def run(self) -> Result:
        """Reads until the end, and says what it was."""
        ends = {"report": self._group.report, "output": self._group.stdout, **self._group.stderr}
        for role, descriptor in ends.items():
            self._selector.register(descriptor, selectors.EVENT_READ, role)
        with self._selector:
            while self._selector.get_map() and not self._drained():
                self._read(TICK)
                self._measure()
                self._supervise(self._clock())
        self._finish_lines()
        self._measure()
        if self._all_ended():
            self._group.wait(1.0)
        return Result(self._ending) if self._ending is not None else self._verdict()

    def _drained(self) -> bool:
        """Whether both have ended and what they left in the pipes was read."""
        if self._group.alive():
            return False
        now = self._clock()
        self._group_left_at = self._group_left_at or now
        return now - self._group_left_at > _DRAIN

    def _supervise(self, now: float) -> None:
        if self._kill_at is not None:
            if now >= self._kill_at or self._stop.reason == "force":
                self._group.signal(signal.SIGKILL)
            return
        if self._all_ended():
            return
        self._ending = self._asked_to_end(now)
        self._killed_tap = self._ending is None and self._tap_is_left_over(now)
        if self._ending is not None or self._killed_tap:
            self._kill_at = now + GRACE
            self._group.signal(signal.SIGTERM)

    def _asked_to_end(self, now: float) -> Ending | None:
        if self._stop.reason is not None:
            return "stopped"
        if self._deadline is not None and now >= self._deadline:
            return "timeout"
        return None

    def _tap_is_left_over(self, now: float) -> bool:
        """Whether the target has ended and the tap goes on as if nothing had happened."""
        if self._sides["target"].code is None:
            return False
        self._target_left_at = self._target_left_at or now
        return now - self._target_left_at > _ORPHANED_TAP

    def _all_ended(self) -> bool:
        return all(side.code is not None for side in self._sides.values())

    def _read(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            data = os.read(key.fd, _READ)
            if not data:
                self._selector.unregister(key.fd)
            elif key.data == "report":
                for line, _ in self._report.feed(data):
                    self._reported(json.loads(line))
            elif key.data == "output":
                self._took_output(data)
            else:
                for line, cut in self._sides[key.data].splitter.feed(data):
                    self._said(key.data, line, cut=cut)

    def _took_output(self, data: bytes) -> None:
        for line, cut in self._output.feed(data):
            self._printed(line, cut=cut)

    def _reported(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "started":
            self._tap_pid = event["pids"].get("tap")
        elif event["event"] == "left":
            name = self._sides["tap"].name
            told = f"left process {event['pid']} behind, which held its output open and wrote nothing; it was ended"
            self._listener.line(LEVELS["warning"], name, told)
        elif event["event"] == "error":
            self._trouble = self._trouble or f"{self._sides[event['role']].name} cannot be started: {event['message']}"
        else:
            self._sides[event["role"]].code = event["code"]
            self._ends.append(event["role"])
            if event["role"] == "tap":
                self._tap_pid = None
                self._size = event["written"] if event["written"] is not None else self._size

    def _printed(self, line: bytes, *, cut: bool) -> None:
        if not line.strip():
            return
        state = None if cut else read_state(line)
        if state is not None:
            self._listener.state(state)
        else:
            text = readable(line[:_SHOWN], cut=cut or len(line) > _SHOWN, mask=self._mask)
            what = (
                f"printed more than {MAX_STATE >> 20} MiB in one line" if cut else "printed something that is no state"
            )
            self._listener.line(LEVELS["warning"], self._sides["target"].name, f"{what}: {text}")

    def _said(self, role: str, line: bytes, *, cut: bool) -> None:
        side = self._sides[role]
        text = readable(line, cut=cut, mask=self._mask)
        if not text.strip():
            return
        metric = metric_of(text)
        if metric is not None:
            _count(side.metrics, metric)
            return
        level = side.level(text)
        side.last = text.strip()
        if level >= LEVELS["error"]:
            side.last_error = side.last
        self._listener.line(level, side.name, text)

    def _measure(self) -> None:
        if self._tap_pid is not None:
            size = written_bytes(self._tap_pid)
            self._size = max(self._size, size)
        # A tap that counts nothing may have a target that does.
        streams = self._sides["tap"].metrics or self._sides["target"].metrics
        self._listener.progress(Progress(sum(streams.values()), self._size, dict(streams)))

    def _finish_lines(self) -> None:
        for line, cut in self._output.rest():
            self._printed(line, cut=cut)
        for role, side in self._sides.items():
            for line, cut in side.splitter.rest():
                self._said(role, line, cut=cut)

    def _verdict(self) -> Result:
        tap, target = self._sides["tap"], self._sides["target"]
        if self._trouble is not None:
            return Result("failed", self._trouble, "Check that the plugin is installed.", 127)
        if tap.code is None and target.code is None:
            return Result(
                "failed",
                "tap and target were ended from outside",
                "Look for a shortage of memory, or who else ended them.",
            )
        if tap.code == 0 and target.code == 0:
            return Result("completed")
        target_first = self._ends[:1] == ["target"]
        if target.code == 0 and (self._killed_tap or (target_first and _broke_its_pipe(tap))):
            message = f"{target.name} ended before {tap.name} had sent everything"
            return Result("failed", message, f"Read the log for what {target.name} said.", 0)
        failed = [side for side in (tap, target) if side.code != 0]
        if len(failed) == 2 and (self._killed_tap or target_first):
            failed = [target]  # the tap only followed
        first = failed[0]
        return Result("failed", "; ".join(map(_describe, failed)), _hint(first), first.code)


def _broke_its_pipe(tap: _Side) -> bool:
    """Whether a tap failed only because nobody took its rows."""
    return tap.code == -signal.SIGPIPE or "broken pipe" in tap.saying.lower() or "BrokenPipe" in tap.saying


def _describe(side: _Side) -> str:
    if side.code is None:
        what = f"{side.name} was ended"
    elif side.code < 0:
        what = f"{side.name} was killed by {_signal_name(-side.code)}"
    else:
        what = f"{side.name} failed with exit code {side.code}"
    return f"{what}: {_shortened(side.saying)}" if side.saying else f"{what} and said nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _hint(side: _Side) -> str:
    if side.code == -signal.SIGKILL:
        return "Something ended it by force; often the machine was short of memory."
    if side.code == 127:
        return "Check that the plugin is installed."
    return f"Read the log for what {side.name} said before, and check its settings."


def _shortened(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _count(counts: dict[str, int], metric: Mapping[str, object]) -> None:
    tags = metric.get("tags")
    value = metric.get("value")
    if metric.get("metric") != "record_count" or metric.get("type") != "counter" or not isinstance(value, int | float):
        return
    # singer-python calls the stream "endpoint".
    stream = (tags.get("stream") or tags.get("endpoint")) if isinstance(tags, dict) else None
    name = str(stream or "")
    counts[name] = counts.get(name, 0) + max(0, int(value))


def written_bytes(pid: int) -> int:
    """Bytes that a process has written; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("wchar:")), 0)


class Discovery(Pair):
    """Asks a tap, which runs alone, for its catalog: its whole output is one document.

    The arguments are those of :class:`Pair`; ``target`` is not used.
    """

    def __init__(self, group: ProcessGroup, **options: Any) -> None:  # noqa: ANN401
        super().__init__(group, target="", **options)
        self._document = bytearray()
        self._too_large = False
        self._sides["target"].code = 0

    def catalog(self) -> tuple[Result, dict[str, Any] | None]:
        """Runs it, and gives how it ended and, where that was well, the catalog."""
        result = self.run()
        if self._too_large:
            name = self._sides["tap"].name
            message = f"{name} discovered more than {MAX_CATALOG >> 20} MiB, which is no catalog"
            return Result("failed", message, f"Run {name} --discover by hand."), None
        if result.ending != "completed":
            return result, None
        try:
            catalog = json.loads(bytes(self._document))
        except (ValueError, RecursionError):
            catalog = None
        if isinstance(catalog, dict) and isinstance(catalog.get("streams"), list):
            return result, catalog
        name = self._sides["tap"].name
        return Result(
            "failed", f"{name} discovered no catalog: what it printed is not one", f"Run {name} --discover by hand.", 0
        ), None

    def _took_output(self, data: bytes) -> None:
        self._document += data[: max(0, MAX_CATALOG + 1 - len(self._document))]
        if len(self._document) > MAX_CATALOG and not self._too_large:
            self._too_large = True
            self._group.signal(signal.SIGKILL)

    def _tap_is_left_over(self, now: float) -> bool:  # noqa: ARG002
        return False

    def _measure(self) -> None:
        return
