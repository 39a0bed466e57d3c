"""What long work tells on standard error while it goes on.

On a terminal one line that is painted over; in the log of a build (`CI` is set) a line now and then; in a pipe only how
it ended; nothing with `--quiet`.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from flext_cli import terminal
from flext_cli._types import Data
from flext_cli.output import values
from flext_cli.output.text import one_line, shorten

CLEAR = "\r\x1b[K"
# A terminal is painted at most this often; a log gets a line at most every ten seconds.
PAINT_EVERY = 0.1
LOG_EVERY = 10.0
ENDED = frozenset({"completed", "failed", "cancelled", "canceled", "timeout"})


class Progress:
    """Shows the state of a run; hand `update` to the SDK as `on_progress`."""

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        live: bool | None = None,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._live = terminal.live(self._stream) if live is None else live
        self._quiet = quiet
        self._lines = self._live or terminal.is_terminal(self._stream) or bool(environ.get("CI"))
        self._clock = clock
        self._began = clock()
        self._shown = float("-inf") if self._live else self._began
        self._painted = False
        self._told = False
        self.last: dict[str, Any] = {}

    def update(self, run: Data) -> None:
        """Take the newest state: a run as a model or a mapping with status, records, bytes, rate, current_step."""
        state = values.plain(run)
        if not isinstance(state, Mapping):
            return
        self.last = dict(state)
        now = self._clock()
        if self._quiet or not self._lines or now - self._shown < (PAINT_EVERY if self._live else LOG_EVERY):
            return
        self._shown = now
        line = one_line(describe(self.last, now - self._began))
        if self._live:
            # Before it is written: an interrupt may come in between, and the line must then be cleared.
            self._painted = True
            self._put(CLEAR + shorten(line, terminal.width(self._stream) - 1))
        else:
            self._put(line + "\n")

    def clear(self) -> None:
        """Take the painted line away, so that what comes next stands alone."""
        if self._painted:
            self._put(CLEAR)
            self._painted = False

    @property
    def ended(self) -> bool:
        """Whether the run that was seen last has ended."""
        return self.last.get("status") in ENDED

    def finish(self, result: Data) -> None:
        """Tell in one line how it ended; once, however often it is called."""
        self.clear()
        if self._told:
            return
        state = values.plain(result)
        if not isinstance(state, Mapping) or not {"execution_id", "runtime_type"} & state.keys():
            # The command gives something else, a pipeline that was created and run: the run was seen last.
            state = self.last
        if state:
            self._told = True
        if not self._quiet and state:
            elapsed = state.get("duration")
            self._put(one_line(describe(state, self._clock() - self._began if elapsed is None else elapsed)) + "\n")

    def _put(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._quiet = True  # standard error is gone; the work goes on


def describe(run: Mapping[str, Any], elapsed: float) -> str:
    """One line on a run: `orders running · step 1/2 load · 1,200,000 rows · 96.1 MiB · 310k/s · 4.1s`."""
    # A run of a pipeline or of a workflow, or an orchestration, which has a name of its own.
    names = [key for key in ("pipeline", "name") if run.get(key)] or ["workflow_id"]
    parts = [" ".join(str(run[key]) for key in (*names, "status") if run.get(key))]
    total = run.get("steps_total")
    ended = run.get("steps_executed") or 0
    if run.get("current_step"):
        position = f" {min(ended + 1, total)}/{total}" if total else ""
        parts.append(f"step{position} {run['current_step']}")
    elif total:
        parts.append(f"{ended}/{total} steps")
    steps = [step for step in run.get("steps") or () if isinstance(step, Mapping)]
    parts += [str(step["doing"]) for step in steps if step.get("doing") and step.get("status") == "running"]
    counted = [step for step in steps if step.get("total")]
    if counted:
        # Models and tests of dbt; the step that goes on comes before those that have ended.
        shown = next((step for step in counted if step.get("status") == "running"), counted[-1])
        parts.append(f"{shown.get('done') or 0}/{shown['total']} nodes")
    if run.get("records") is not None and (run["records"] or not counted):
        parts.append(f"{run['records']:,} rows")
    if run.get("bytes"):
        parts.append(values.size(run["bytes"]))
    if run.get("rate"):
        parts.append(values.rate(run["rate"]))
    parts.append(values.duration(elapsed))
    return " · ".join(part for part in parts if part)
