"""One step of a run, of whatever kind: as many tries as it may take.

What a try does depends on the kind of the step; each kind is a subclass of :class:`Step` and one entry of
``Tools.kinds``, under the word that it has in a definition: ``extract`` (with ``load``), ``dbt``, ``meltano``.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.engine.events import Change, Recorder, ServiceStopping, StopSignal
from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import Clock, ProcessGroup, Program, identity
from flext_sdk.embedded.engine.references import Resolver
from flext_sdk.embedded.engine.singer import Progress, Result
from flext_sdk.embedded.engine.timeouts import seconds_of, spoken
from flext_sdk.embedded.store.logs import LEVELS
from flext_sdk.embedded.store.processes import ProcessStore, StoredProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.embedded.engine.plugins import Plugins
    from flext_sdk.embedded.engine.references import Secrets
    from flext_sdk.embedded.store.bookmarks import BookmarkStore
    from flext_sdk.embedded.store.runs import RunStore, StoredRun

REPORT_EVERY = 0.5
MAX_BACKOFF = 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of steps.

    Attributes:
        make: Makes a step of a run that is to be done.
        describe: Says in a few words what the step of a definition does: ``tap-csv to target-duckdb``.
        rows: Whether it moves rows that are worth a word at its end.
    """

    make: Callable[[Tools, StoredRun, Mapping[str, Any], StopSignal], Step]
    describe: Callable[[Mapping[str, Any]], str]
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with.

    Attributes:
        kinds: The kinds of steps, by the word that tells a step's kind in its definition.
        folder: Where the files of runs are put.
        backoff: Seconds before the first repetition of a step; doubled each time, plus or minus a quarter by chance.
    """

    runs: RunStore
    bookmarks: BookmarkStore
    processes: ProcessStore
    recorder: Recorder
    plugins: Plugins
    secrets: Secrets
    environ: Mapping[str, str]
    folder: Path
    kinds: Mapping[str, Kind]
    changed: Callable[[str, Change], None] = lambda _run_id, _what: None
    backoff: float = 1.0
    clock: Clock = time.monotonic
    chance: Callable[[], float] = random.random

    def kind_of(self, definition: Mapping[str, Any]) -> Kind:
        """The kind of a step; that of ``extract`` and ``load`` where no other word stands in it."""
        return next((kind for word, kind in self.kinds.items() if word in definition), self.kinds["extract"])


class UnusableError(Exception):
    """The step cannot be done, however often it is tried."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(slots=True)
class Step(ABC):
    """A step of a run that is going on.

    A subclass says what one try is, and may keep what is to outlive a try.

    Attributes:
        tools: What it works with.
        run: The run.
        definition: The step in the run's definition.
        stop: Asks to stop.
    """

    tools: Tools
    run: StoredRun
    definition: Mapping[str, Any]
    stop: StopSignal
    _reported_at: float = 0.0
    _before: Progress = field(default_factory=Progress)
    _latest: Progress = field(default_factory=Progress)
    _details: dict[str, Any] | None = None
    _reported: tuple[Progress, dict[str, Any] | None] | None = None
    _mask: Masker = field(default_factory=Masker)

    @abstractmethod
    def _try(self) -> Result:
        """Does it once.

        Raises:
            UnusableError: When it cannot be done, however often it is tried.
            OSError: When the machine refuses.
        """

    def _deadline(self) -> float | None:
        """When a try that begins now has taken too long, by the clock of the tools; None for never."""
        timeout = self.definition.get("timeout")
        return None if timeout is None else self.tools.clock() + seconds_of(timeout)

    def _resolver(self) -> Resolver:
        """Fills references to variables, the environment and secrets in."""
        variables = {**self.run.definition.get("variables", {}), **self.run.variables}
        return Resolver(variables, self.tools.environ, self.tools.secrets)

    def _earlier(self) -> Progress:
        """What this run had moved before the service was restarted, where the step goes on from there."""
        return Progress()

    def _save(self) -> None:
        """Keeps what a later try can go on from; called with every report and at the end of every try."""
        return

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.definition["name"])

    def execute(self) -> str:
        """Does the step.

        Returns:
            ``completed``, ``failed`` or ``cancelled``, as stored.

        Raises:
            ServiceStopping: When the service ends; the step is to be done again.
        """
        tries = 1 + int(self.definition.get("retries", 0))
        attempt = max(1, self.run.step(self.name).attempt)
        self._before = self._earlier()
        while True:
            self.tools.runs.begin_step(self.run.id, self.name, attempt)
            self.tools.changed(self.run.id, "progress")
            again = attempt < tries
            try:
                result = self._try()
            except UnusableError as error:
                result, again = Result("failed", str(error), error.hint), False
            except OSError as error:
                result = Result(
                    "failed",
                    f"the step cannot be started: {error.strerror}",
                    "Look at the disk and the limits of the machine.",
                )
            # The count before the bookmark: after a kill between the two some rows count twice, but none is left out.
            self._report()
            self._save()
            if result.ending == "completed":
                return self._ended("completed", result)
            if result.ending == "stopped" or self.stop.reason is not None:
                return self._stopped()
            if result.ending == "timeout":
                limit = spoken(seconds_of(self.definition["timeout"]))
                result = Result(
                    "failed",
                    f"the step took longer than {limit}",
                    "Give the step more time: timeout in the definition.",
                )
            if not again:
                return self._ended("failed", result)
            self._say("warning", f"{result.error}; try {attempt} of {tries}")
            if self._pause(attempt):
                return self._stopped()
            attempt += 1

    def _pause(self, attempt: int) -> bool:
        """Waits before the next try; gives whether the run was asked to stop meanwhile."""
        seconds = min(MAX_BACKOFF, self.tools.backoff * 2 ** (attempt - 1)) * (0.75 + 0.5 * self.tools.chance())
        return self.stop.wait(seconds)

    def _stopped(self) -> str:
        if self.stop.reason == "service":
            raise ServiceStopping
        return self._ended("cancelled", Result("stopped"))

    def _ended(self, status: str, result: Result) -> str:
        error = self._mask(result.error) if result.error else None
        if error:
            self._say("error", error)
        self.tools.runs.finish_step(
            self.run.id,
            self.name,
            status,
            error=error,
            hint=result.hint,
            exit_code=result.exit_code if status == "failed" else None,
        )
        self.tools.changed(self.run.id, "progress")
        return status

    @contextmanager
    def _group(self, programs: Sequence[Program], environ: Mapping[str, str], cwd: Path) -> Iterator[ProcessGroup]:
        """Processes that a later service finds if this one dies."""
        group = ProcessGroup(programs, environ=environ, cwd=cwd)
        try:
            started = identity(group.pid)
            if started is not None:
                self.tools.processes.add(StoredProcess(group.pid, started, self.run.id, self.name))
            yield group
        finally:
            group.close()
            self.tools.processes.remove(group.pid)

    def _progress(self, progress: Progress) -> None:
        now = self.tools.clock()
        self._latest = progress
        if now - self._reported_at < REPORT_EVERY:
            return
        self._reported_at = now
        self._report()
        self._save()
        stop, force = self.tools.runs.stop_requested(self.run.id)
        if stop:
            self.stop.set("force" if force else "cancel")

    def _report(self) -> None:
        total = self._before + self._latest
        if (total, self._details) != self._reported:
            self.tools.runs.progress(
                self.run.id,
                self.name,
                records=total.records,
                size=total.size,
                streams=total.streams,
                details=self._details,
            )
            self._reported = total, self._details
            self.tools.changed(self.run.id, "progress")

    def _line(self, level: int, source: str, text: str) -> None:
        self.tools.recorder.write(self.run.id, level, source, text, self.name)

    def _say(self, level: str, text: str) -> None:
        self._line(LEVELS[level], "engine", self._mask(text))
