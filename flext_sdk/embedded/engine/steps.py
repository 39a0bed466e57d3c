"""One step of a run: as many tries as it may take, each from the bookmark that is saved then."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flext_sdk._core.redact import secret_values
from flext_sdk.embedded.engine.events import Change, Recorder, ServiceStopping, StopSignal
from flext_sdk.embedded.engine.files import RunFolder
from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import Clock, ProcessGroup, Program, child_environment, identity
from flext_sdk.embedded.engine.references import MissingValueError, Resolver, Secrets
from flext_sdk.embedded.engine.selection import NothingSelectedError, select
from flext_sdk.embedded.engine.singer import Discovery, Listener, Pair, Progress, Result
from flext_sdk.embedded.engine.state import join
from flext_sdk.embedded.engine.timeouts import seconds_of, spoken
from flext_sdk.embedded.engine.tuning import tuned_tap, tuned_target
from flext_sdk.embedded.plugins.settings import is_secret
from flext_sdk.embedded.store.logs import LEVELS
from flext_sdk.embedded.store.processes import ProcessStore, StoredProcess
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.embedded.engine.plugins import Plugin, Plugins
    from flext_sdk.embedded.store.bookmarks import BookmarkStore
    from flext_sdk.embedded.store.runs import RunStore, StoredRun

REPORT_EVERY = 0.5
MAX_BACKOFF = 60.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with.

    Attributes:
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
    changed: Callable[[str, Change], None] = lambda _run_id, _what: None
    backoff: float = 1.0
    clock: Clock = time.monotonic
    chance: Callable[[], float] = random.random


class _UnusableError(Exception):
    """The step cannot be done, however often it is tried."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(slots=True)
class _Prepared:
    """A tap or target that can be started."""

    plugin: Plugin
    settings: dict[str, Any]


@dataclass(slots=True)
class Step:
    """A step of a run that is going on.

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
    _confirmed: dict[str, Any] | None = None
    _unsaved: bool = False
    _reported_at: float = 0.0
    _before: Progress = field(default_factory=Progress)
    _latest: Progress = field(default_factory=Progress)
    _reported: Progress | None = None
    _mask: Masker = field(default_factory=Masker)

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
            except _UnusableError as error:
                result, again = Result("failed", str(error), error.hint), False
            except OSError as error:
                result = Result(
                    "failed",
                    f"the step cannot be started: {error.strerror}",
                    "Look at the disk and the limits of the machine.",
                )
            self._save(final=True)
            if result.ending == "completed":
                return self._ended("completed", result)
            if result.ending == "stopped" or self.stop.reason is not None:
                return self._stopped()
            if result.ending == "timeout":
                limit = spoken(seconds_of(self.definition["timeout"]))
                result = Result("failed", f"the step took longer than {limit}", "Give it more time: timeout.")
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

    def _try(self) -> Result:
        with ExitStack() as held:
            tap, target = self._prepare(held)
            return self._move(tap, target)

    def _move(self, tap: _Prepared, target: _Prepared) -> Result:
        timeout = self.definition.get("timeout")
        deadline = None if timeout is None else self.tools.clock() + seconds_of(timeout)
        listener = Listener(self._line, self._confirm, self._progress)
        environ = child_environment(self.tools.environ)
        state = self._first_state()
        if self._confirmed is not None and not self.run.full_refresh:
            self._before += self._latest
        self._confirmed, self._unsaved = None, False
        self._latest, self._reported = Progress(), None
        shared: dict[str, Any] = {"listener": listener, "stop": self.stop, "mask": self._mask, "deadline": deadline}
        with RunFolder(self.tools.folder, self.run.id, self.name) as folder:
            self._tune(tap, target, folder.path)
            options = ["--config", folder.write("tap.json", tap.settings)]
            patterns = self.definition["extract"].get("select") or self.tools.plugins.selection(tap.plugin.name)
            if not patterns and not tap.plugin.describes_itself:
                patterns = ["*"]  # what is made with singer-python reads nothing without a catalog
            if patterns:
                asking = Program("tap", tap.plugin.name, [*tap.plugin.argv, *options, "--discover"])
                with self._group([asking], environ, folder.path) as group:
                    result, catalog = Discovery(group, tap=tap.plugin.name, clock=self.tools.clock, **shared).catalog()
                if catalog is None:
                    return result
                options += ["--catalog", folder.write("catalog.json", self._select(catalog, patterns, tap.plugin))]
            if state:
                options += ["--state", folder.write("state.json", state)]
            programs = (
                Program("tap", tap.plugin.name, [*tap.plugin.argv, *options]),
                Program(
                    "target",
                    target.plugin.name,
                    [*target.plugin.argv, "--config", folder.write("target.json", target.settings)],
                ),
            )
            with self._group(programs, environ, folder.path) as group:
                pair = Pair(group, tap=tap.plugin.name, target=target.plugin.name, clock=self.tools.clock, **shared)
                result = pair.run()
        if result.ending == "completed" and self.run.full_refresh:
            self._replace_bookmark()
        return result

    def _tune(self, tap: _Prepared, target: _Prepared, folder: Path) -> None:
        """Settings that make it faster, unless the step does not want that."""
        if self.definition.get("fast", True):
            tap.settings = tuned_tap(tap.plugin, tap.settings, target.plugin, folder)
            target.settings = tuned_target(target.plugin, target.settings)

    def _replace_bookmark(self) -> None:
        """A full refresh has succeeded: the old bookmark belongs to rows of before."""
        if self._confirmed is None:
            self.tools.bookmarks.forget(self.run.pipeline_id, self.name)
        else:
            self.tools.bookmarks.save(self.run.pipeline_id, self.name, self._confirmed, self.run.id)

    def _prepare(self, held: ExitStack) -> tuple[_Prepared, _Prepared]:
        variables = {**self.run.definition.get("variables", {}), **self.run.variables}
        resolver = Resolver(variables, self.tools.environ, self.tools.secrets)
        base_path = self.run.definition.get("base_path")
        prepared = []
        missing: list[MissingValueError] = []
        for side in ("extract", "load"):
            given = self.definition[side]
            name = given["plugin"]
            plugin = held.enter_context(self.tools.plugins.using(name))
            if plugin is None:
                raise _UnusableError(*self.tools.plugins.missing(name))
            if not plugin.enabled:
                raise _UnusableError(f"the plugin {name} is switched off", f"Switch it on: flext plugin enable {name}")
            try:
                config = {**self._stored(name), **given.get("config", {})}
                settings = resolver.settings(config, plugin.settings_schema, base_path)
            except MissingValueError as error:
                missing.append(error)
                continue
            prepared.append(_Prepared(plugin, settings))
        written = [secret for one in prepared for secret in _secrets(one)]
        self._mask = Masker({*resolver.sensitive, *written})
        if missing:
            raise _UnusableError("; ".join(map(str, missing)), missing[0].hint)
        return prepared[0], prepared[1]

    def _stored(self, name: str) -> Mapping[str, Any]:
        try:
            return self.tools.plugins.stored(name)
        except ConfigurationError as error:
            raise _UnusableError(error.message, error.hint) from error

    def _select(self, catalog: dict[str, Any], patterns: list[str], tap: Plugin) -> dict[str, Any]:
        try:
            chosen, unused = select(catalog, patterns, singer_python=not tap.describes_itself)
        except NothingSelectedError as error:
            there = ", ".join(error.streams[:20]) or "none"
            raise _UnusableError(
                f"select chooses no stream of {tap.name}; it has: {there}", "Change the patterns under select."
            ) from None
        for pattern in unused:
            self._say("warning", f"the pattern {pattern} under select matches nothing")
        return chosen

    def _first_state(self) -> dict[str, Any] | None:
        if self.run.full_refresh:
            return None
        saved = self.tools.bookmarks.find(self.run.pipeline_id, self.name)
        return saved if saved is not None else self.definition.get("state")

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

    def _confirm(self, state: dict[str, Any]) -> None:
        base = self._confirmed
        if base is None and not self.run.full_refresh:
            base = self._first_state()
        self._confirmed = join(base, state)
        self._unsaved = True

    def _save(self, *, final: bool = False) -> None:
        """Stores what was confirmed; a full refresh stores its own only when it has succeeded."""
        if self._unsaved and self._confirmed is not None and not self.run.full_refresh:
            self.tools.bookmarks.save(self.run.pipeline_id, self.name, self._confirmed, self.run.id)
            self._unsaved = False
        if final:
            self._report()

    def _progress(self, progress: Progress) -> None:
        now = self.tools.clock()
        self._latest = progress
        if now - self._reported_at < REPORT_EVERY:
            return
        self._reported_at = now
        self._save()
        self._report()
        stop, force = self.tools.runs.stop_requested(self.run.id)
        if stop:
            self.stop.set("force" if force else "cancel")

    def _earlier(self) -> Progress:
        """What this run had moved before the service was restarted, where it goes on from a bookmark of its own.

        As with tries: rows that were confirmed are not read again, so they count; where none were, all come again.
        """
        marks = self.tools.bookmarks.all(self.run.pipeline_id) if self.run.restarts else []
        if self.run.full_refresh or not any(mark.step == self.name and mark.run_id == self.run.id for mark in marks):
            return Progress()
        stored = self.run.step(self.name)
        return Progress(stored.records, stored.bytes, dict(stored.streams))

    def _report(self) -> None:
        total = self._before + self._latest
        if total != self._reported:
            self.tools.runs.progress(
                self.run.id, self.name, records=total.records, size=total.size, streams=total.streams
            )
            self._reported = total
            self.tools.changed(self.run.id, "progress")

    def _line(self, level: int, source: str, text: str) -> None:
        self.tools.recorder.write(self.run.id, level, source, text, self.name)

    def _say(self, level: str, text: str) -> None:
        self._line(LEVELS[level], "engine", self._mask(text))


def _secrets(prepared: _Prepared) -> list[str]:
    """Secrets among settings: those that the schema calls so, and those whose name does."""
    told = [
        value
        for key, value in prepared.settings.items()
        if isinstance(value, str) and value and is_secret(prepared.plugin, key)
    ]
    return [*told, *secret_values(prepared.settings)]
