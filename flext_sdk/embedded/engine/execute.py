"""A run: its steps in the order of their dependencies, those that do not depend on each other side by side."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.engine.events import Reason, ServiceStopping, StopSignal
from flext_sdk.embedded.engine.timeouts import spoken
from flext_sdk.embedded.store.logs import LEVELS
from flext_sdk.embedded.store.runs import ENDED, STEP_ENDED, StoredRun

if TYPE_CHECKING:
    from flext_sdk.embedded.engine.steps import Tools

_log = logging.getLogger("flext.engine")

# Calls the work of one step, or gives what it gave before where the engine remembers.
CallStep = Callable[[Callable[[], str]], str]
# Makes such a caller for the step of this name. All are made at the beginning, in the order of the definition,
# whichever step is first later: an engine that numbers its steps must number them alike each time.
Reserve = Callable[[str], CallStep]


class RunExecutor:
    """Executes runs; one for a service.

    Args:
        tools: What steps work with.
        parallel: How many steps of one run may go on at once.
        ended: Called with each run that has ended, after its last log line was written.
    """

    def __init__(self, tools: Tools, *, parallel: int, ended: Callable[[StoredRun], None]) -> None:
        self._tools = tools
        self._parallel = parallel
        self._ended = ended
        self._lock = threading.Condition()
        self._signals: dict[str, StopSignal] = {}
        self._closing = False

    def execute(self, run_id: str, reserve: Reserve) -> str:
        """Does a run, or what is left of it.

        Returns:
            Its status at the end.

        Raises:
            ServiceStopping: When the service ends before the run does.
        """
        signal = self._enter(run_id)
        try:
            run = self._tools.runs.begin(run_id)
            if run is None or run.status in ENDED:
                return "gone" if run is None else run.status
            try:
                return self._execute(run, signal, reserve)
            except Exception:  # noqa: BLE001
                # Anything that comes here is a fault of ours or of the machine (a full disk); the run must not stay
                # open.
                _log.exception("run %s failed inside the engine", run_id)
                self._finish(
                    run, "failed", "the engine failed", "Look at the log of the service: flext service logs flext"
                )
                return "failed"
        finally:
            self._leave(run_id)

    def stop(self, run_id: str, reason: Reason) -> None:
        """Asks a run that goes on in this process to stop."""
        with self._lock:
            signal = self._signals.get(run_id)
        if signal is not None:
            signal.set(reason)

    def close(self, patience: float) -> bool:
        """Lets all runs pause, and takes no more.

        Args:
            patience: Seconds to wait for them.

        Returns:
            Whether all of them did.
        """
        deadline = time.monotonic() + patience
        with self._lock:
            self._closing = True
            for signal in self._signals.values():
                signal.set("service")
            while self._signals:
                left = deadline - time.monotonic()
                if left <= 0 or not self._lock.wait(left):
                    return not self._signals
        return True

    def _enter(self, run_id: str) -> StopSignal:
        with self._lock:
            if self._closing:
                raise ServiceStopping
            return self._signals.setdefault(run_id, StopSignal())

    def _leave(self, run_id: str) -> None:
        with self._lock:
            self._signals.pop(run_id, None)
            self._lock.notify_all()

    def _execute(self, run: StoredRun, signal: StopSignal, reserve: Reserve) -> str:
        self._say(run, "info", "the run goes on after a restart of the service" if run.restarts else "the run begins")
        self._tools.changed(run.id, "progress" if run.restarts else "started")
        if run.status == "stopping":
            signal.set("force" if run.force_stop else "cancel")
        statuses = self._do_steps(run, signal, reserve)
        if signal.reason == "service" and any(status not in STEP_ENDED for status in statuses.values()):
            raise ServiceStopping
        return self._conclude(run, signal, statuses)

    def _do_steps(self, run: StoredRun, signal: StopSignal, reserve: Reserve) -> dict[str, str]:
        definitions = {step["name"]: step for step in run.definition.get("steps", ())}
        callers = {step.name: reserve(step.name) for step in run.steps}
        statuses = {step.name: "pending" for step in run.steps}
        going: dict[Future[str], str] = {}
        with ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix=f"run-{run.id}") as pool:
            while True:
                for name in _ready(statuses, definitions):
                    if signal.reason is not None:
                        break
                    statuses[name] = "running"
                    work = self._work(run, definitions[name], signal)
                    # The engine finds out by context variables which of its workflows a thread works for.
                    going[pool.submit(contextvars.copy_context().run, callers[name], work)] = name
                self._skip(run, statuses, definitions)
                if not going:
                    break
                for future in wait(going, return_when=FIRST_COMPLETED).done:
                    name = going.pop(future)
                    try:
                        statuses[name] = future.result()
                    except ServiceStopping:
                        statuses[name] = "paused"
        return statuses

    def _work(self, run: StoredRun, definition: Mapping[str, Any], signal: StopSignal) -> Callable[[], str]:
        def work() -> str:
            name = str(definition["name"])
            before = run.step(name)
            # The store may know what the engine does not: the service died between the two.
            if before.status in STEP_ENDED:
                return before.status
            if signal.reason == "service":
                raise ServiceStopping
            started = self._tools.clock()
            kind = self._tools.kind_of(definition)
            self._say(run, "info", f"step {name} begins: {kind.describe(definition)}", name)
            status = kind.make(self._tools, run, definition, signal).execute()
            length = spoken(max(0.1, round(self._tools.clock() - started, 1)))
            after = self._tools.runs.find(run.id)
            rows = f", {after.step(name).records} rows read" if after is not None and kind.rows else ""
            level = "info" if status == "completed" else "warning"
            self._say(run, level, f"step {name} {_PAST_STEP[status]} after {length}{rows}", name)
            return status

        return work

    def _skip(self, run: StoredRun, statuses: dict[str, str], definitions: Mapping[str, Mapping[str, Any]]) -> None:
        """Gives up the steps that wait for one which did not complete."""
        changed = True
        while changed:
            changed = False
            for name, status in statuses.items():
                if status != "pending":
                    continue
                lost = [
                    other for other in _needs(definitions[name], statuses) if statuses[other] in {"failed", "skipped"}
                ]
                if lost:
                    statuses[name] = "skipped"
                    changed = True
                    self._tools.runs.finish_step(run.id, name, "skipped", error=f"the step {lost[0]} did not complete")
                    self._say(run, "warning", f"step {name} is skipped: the step {lost[0]} did not complete", name)

    def _conclude(self, run: StoredRun, signal: StopSignal, statuses: Mapping[str, str]) -> str:
        if "failed" in statuses.values():
            stored = self._tools.runs.find(run.id)
            name = next(name for name, status in statuses.items() if status == "failed")
            step = stored.step(name) if stored is not None else None
            self._finish(run, "failed", f"{name}: {step.error if step else 'failed'}", step.hint if step else None)
            return "failed"
        if signal.reason is not None and any(status != "completed" for status in statuses.values()):
            self._finish(run, "cancelled", None, None)
            return "cancelled"
        self._finish(run, "completed", None, None)
        return "completed"

    def _finish(self, run: StoredRun, status: str, error: str | None, hint: str | None) -> None:
        # Before the status changes: whoever waits for the end finds every line.
        self._say(run, "error" if status == "failed" else "info", f"the run {_PAST[status]}")
        self._tools.recorder.flush()
        ended = self._tools.runs.finish(run.id, status, error=error, hint=hint)
        if ended is not None:
            self._ended(ended)

    def _say(self, run: StoredRun, level: str, text: str, step: str | None = None) -> None:
        self._tools.recorder.write(run.id, LEVELS[level], "engine", text, step)


_PAST_STEP = {"failed": "failed", "cancelled": "was stopped", "completed": "is completed"}
_PAST = {"failed": "has failed", "cancelled": "was stopped", "completed": "is completed"}


def _needs(definition: Mapping[str, Any], statuses: Mapping[str, str]) -> list[str]:
    """The steps that a step waits for; one that is no part of this run was done in another, or is not wanted."""
    return [name for name in definition.get("depends_on", ()) if name in statuses]


def _ready(statuses: Mapping[str, str], definitions: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        name
        for name, status in statuses.items()
        if status == "pending" and all(statuses[other] == "completed" for other in _needs(definitions[name], statuses))
    ]
