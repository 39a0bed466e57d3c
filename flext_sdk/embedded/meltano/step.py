"""Steps of the kind meltano: one process of Meltano for each try."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import Program
from flext_sdk.embedded.engine.references import MissingValueError
from flext_sdk.embedded.engine.singer import Result
from flext_sdk.embedded.engine.single import Single
from flext_sdk.embedded.engine.steps import Kind, Step, UnusableError
from flext_sdk.embedded.environments import EnvironmentFailedError
from flext_sdk.embedded.meltano.environment import NAME
from flext_sdk.embedded.meltano.events import Told
from flext_sdk.embedded.meltano.host import MeltanoError
from flext_sdk.embedded.meltano.projects import open_project, secrets_of
from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.engine.events import StopSignal
    from flext_sdk.embedded.engine.steps import Tools
    from flext_sdk.embedded.environments import Environment
    from flext_sdk.embedded.meltano.environment import MeltanoEnvironment
    from flext_sdk.embedded.meltano.host import Host
    from flext_sdk.embedded.store.runs import StoredRun

# Meltano asks its plugins to end and writes down that it was stopped; that takes about two seconds.
GRACE: Final = 6.0
_PATHS: Final = {"properties": {"project": {"format": "path"}}}
# What is done besides `run`, and the words of Meltano's command for it; those are never in a pipeline's file.
_KILLED: Final = frozenset({-9, 137})


@dataclass(slots=True)
class MeltanoStep(Step):
    """A step that runs a command of Meltano in a project.

    Attributes:
        environment: Where Meltano is.
        host: Keeps Meltano imported.
    """

    environment: MeltanoEnvironment = field(kw_only=True)
    host: Host = field(kw_only=True)

    def _try(self) -> Result:
        given = self._settings()
        deadline = self._deadline()
        try:
            if "upgrade" in given:
                return self._upgrade(given, deadline)
            self._open(given)
            self.environment.ready(heard=self._heard, stop=self.stop)
            with self.environment.environments.using(NAME) as environment:
                return self._meltano(given, environment, deadline)
        except ProjectError as error:
            raise UnusableError(str(error), error.hint) from None
        except EnvironmentFailedError as error:
            return Result("stopped") if self.stop.reason is not None else Result("failed", str(error), error.hint)

    def _heard(self, text: str) -> None:
        self._say("info", text)

    def _settings(self) -> dict[str, Any]:
        resolver = self._resolver()
        try:
            given = resolver.settings(self.definition["meltano"], _PATHS, self.run.definition.get("base_path"))
        except MissingValueError as error:
            raise UnusableError(str(error), error.hint) from None
        self._mask = Masker(resolver.sensitive)
        return given

    def _open(self, given: Mapping[str, Any]) -> None:
        folder = Path(given["project"])
        self._mask = Masker(secrets_of(folder, open_project(folder), self.environment.environ))

    def _meltano(self, given: Mapping[str, Any], environment: Environment, deadline: float | None) -> Result:
        folder = Path(given["project"])
        self._end_earlier(folder)
        mine = str(uuid.uuid4())
        # Stored before it begins: whoever goes on after a kill of the service must know which runs were ours.
        self._details = {"run_ids": [mine]}
        self._report()
        argv = [str(environment.program("meltano")), *arguments(given, mine, full_refresh=self.run.full_refresh)]
        told = Told(self._line, self._mask, source=_source(given))
        environ = self.environment.environ
        with self._group([Program("meltano", "meltano", argv)], environ, folder) as group:
            single = Single(
                group,
                printed=told.printed,
                said=told.said,
                tick=lambda: self._progress(told.progress()),
                stop=self.stop,
                grace=GRACE,
                deadline=deadline,
                clock=self.tools.clock,
            )
            ending = single.run()
        self._progress(told.progress())
        if single.code is None or single.code in _KILLED:
            self._forget(folder, [mine])
        if ending != "completed":
            return Result(ending)
        if single.trouble is not None:
            return Result("failed", f"Meltano cannot be started: {single.trouble}", None, 127)
        if single.code == 0:
            return Result("completed")
        if single.code is None or single.code < 0:
            hint = "Look for a shortage of memory, or who else ended it."
            return Result("failed", "Meltano was ended from outside", hint, single.code)
        return Result("failed", told.failure(single.code), _hint(given), single.code)

    def _end_earlier(self, folder: Path) -> None:
        """Runs of ours that were killed with the service stay "running" in Meltano's database, and block the next."""
        before = self._details or self.run.step(self.name).details or {}
        if self.run.restarts and before.get("run_ids"):
            self._forget(folder, before["run_ids"])

    def _forget(self, folder: Path, run_ids: list[str]) -> None:
        try:
            if self.host.ask("end_runs", folder, run_ids=run_ids):
                self._say("info", "Meltano had no time to write down that its run was ended; that was done for it")
        except (MeltanoError, EnvironmentFailedError) as error:
            self._say("warning", f"Meltano may believe for five minutes that this run goes on: {error}")

    def _upgrade(self, given: Mapping[str, Any], deadline: float | None) -> Result:
        """Another environment first, and then the project with it."""
        before = self.environment.find()
        wanted = given["upgrade"] or {}
        was = before.packages.get("meltano") if before is not None else None
        made = self.environment.create(wanted["requirements"], heard=self._heard, stop=self.stop)
        now = made.packages.get("meltano")
        self._say(
            "info", f"Meltano {was or 'was not there'} -> {now}" if was != now else f"Meltano {now} is the newest"
        )
        self.host.restart()
        if not given.get("project"):
            return Result("completed")
        self._open(given)
        with self.environment.environments.using(NAME) as environment:
            return self._meltano(given, environment, deadline)


def arguments(given: Mapping[str, Any], run_id: str, *, full_refresh: bool) -> list[str]:
    """The arguments of Meltano's program for a step; no settings are among them.

    Args:
        given: What stands under ``meltano`` in the step.
        run_id: Id that Meltano's own run gets.
        full_refresh: Whether everything is read again.
    """
    start = ["--log-format", "json"]
    if given.get("environment"):
        start += ["--environment", given["environment"]]
    if "run" in given:
        options = ["--run-id", run_id]
        options += ["--full-refresh"] if full_refresh else []
        options += ["--state-id-suffix", given["state_id_suffix"]] if given.get("state_id_suffix") else []
        options += ["--force"] if given.get("force") else []
        return [*start, "run", *options, *given["run"]]
    if "schedule" in given:
        return [*start, "schedule", "run", given["schedule"], "--run-id", run_id]
    return [*start, *given["command"]] if "command" in given else [*start, "upgrade", "all", "--skip-package"]


def _source(given: Mapping[str, Any]) -> str:
    command: list[str] = given.get("command") or []
    return command[1] if len(command) > 1 and command[0] == "invoke" else "meltano"


def _hint(given: Mapping[str, Any]) -> str | None:
    if "run" in given:
        return "Read the log, and check the settings: flext meltano config PLUGIN."
    return "Read the log for what was said before."


def describe(definition: Mapping[str, Any]) -> str:
    """``meltano run tap-csv target-jsonl in shop``."""
    given = definition["meltano"]
    words = given.get("command") or (
        ["upgrade"]
        if "upgrade" in given
        else ["schedule run", given["schedule"]]
        if "schedule" in given
        else ["run", *given["run"]]
    )
    where = f" in {Path(given['project']).name}" if given.get("project") else ""
    return f"meltano {' '.join(words)}{where}"


def meltano_kind(environment: MeltanoEnvironment, host: Host) -> Kind:
    """The kind of steps with ``meltano``.

    Args:
        environment: Where Meltano is.
        host: Keeps Meltano imported.
    """

    def make(tools: Tools, run: StoredRun, definition: Mapping[str, Any], stop: StopSignal) -> MeltanoStep:
        return MeltanoStep(tools, run, definition, stop, environment=environment, host=host)

    return Kind(make, describe, rows=True)
