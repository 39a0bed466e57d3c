"""Steps of the kind dbt: one process of dbt for each try."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import secret_values
from flext_sdk.embedded.dbt.commands import arguments
from flext_sdk.embedded.dbt.events import Told
from flext_sdk.embedded.dbt.failures import complete, verdict
from flext_sdk.embedded.dbt.projects import Project, open_project
from flext_sdk.embedded.engine.files import RunFolder
from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import Program, child_environment
from flext_sdk.embedded.engine.references import MissingValueError
from flext_sdk.embedded.engine.singer import Progress, Result
from flext_sdk.embedded.engine.single import Single
from flext_sdk.embedded.engine.steps import Kind, Step, UnusableError
from flext_sdk.embedded.environments import EnvironmentFailedError
from flext_sdk.embedded.files import try_lock
from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flext_sdk.embedded.dbt.environment import DbtEnvironments
    from flext_sdk.embedded.engine.events import StopSignal
    from flext_sdk.embedded.engine.steps import Tools
    from flext_sdk.embedded.store.runs import StoredRun

# dbt ends within a second when it is asked to; a database may take longer to give a query up.
GRACE: Final = 4.0
MOST_NODES: Final = 2_000
_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_SECRET_VARIABLE: Final = re.compile(r"DBT_ENV_SECRET_|(?:^|_)(?:PASSWORD|PASS|TOKEN|SECRET|KEY)$", re.IGNORECASE)
_PATHS: Final = {"properties": {"project": {"format": "path"}, "profiles": {"format": "path"}}}


@dataclass(slots=True)
class DbtStep(Step):
    """A step that runs a command of dbt.

    Attributes:
        environments: Where dbt is.
        locks: Folder of the locks: one dbt in a project at a time.
    """

    environments: DbtEnvironments = field(kw_only=True)
    locks: Path = field(kw_only=True)

    def _try(self) -> Result:
        deadline = self._deadline()
        self._details = {"done": 0, "total": None, "nodes": []}
        step, environ = self._settings()
        try:
            project = self._project(step, environ)
        except ProjectError as error:
            raise UnusableError(str(error), error.hint) from None
        try:
            self._install(project.adapter)
            with self._alone(project.folder) as alone:
                if not alone:
                    return Result("stopped")
                name = self.environments.name(project.adapter)
                with self.environments.environments.using(name) as environment:
                    python = str(environment.bin / "python")
                    return self._dbt(project, step, environ, python, deadline)
        except EnvironmentFailedError as error:
            if self.stop.reason is not None:
                return Result("stopped")
            return Result("failed", str(error), error.hint)

    def _settings(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What stands under ``dbt`` with references filled in, and dbt's environment."""
        resolver = self._resolver()
        base_path = self.run.definition.get("base_path")
        try:
            step = resolver.settings(self.definition["dbt"], _PATHS, base_path)
        except MissingValueError as error:
            raise UnusableError(str(error), error.hint) from None
        given = {str(key): _as_text(value) for key, value in (step.get("env") or {}).items()}
        environ = child_environment(self.tools.environ) | given
        hidden = {value for key, value in environ.items() if _SECRET_VARIABLE.search(key) and value}
        self._mask = Masker({*resolver.sensitive, *hidden, *secret_values(step)})
        return step, environ

    def _project(self, step: Mapping[str, Any], environ: Mapping[str, str]) -> Project:
        profiles = step.get("profiles")
        return open_project(
            Path(step["project"]),
            environ=environ,
            profiles=Path(profiles) if profiles else None,
            profile=step.get("profile"),
            target=step.get("target"),
        )

    def _install(self, adapter: str) -> None:
        def heard(text: str) -> None:
            self._say("info", text)
            self._details = {**(self._details or {}), "doing": f"installing dbt for {adapter}"}
            self._progress(self._latest)

        self.environments.ready(adapter, heard=heard, stop=self.stop)

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[bool]:
        """Waits until no other run works in the project; gives False when it was asked to stop meanwhile."""
        self.locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.locks / f"{project_key(folder)}.lock"
        told = False
        while True:
            with try_lock(path) as handle:
                if handle is not None:
                    yield True
                    return
            if not told:
                self._say("info", "another run works in this dbt project; this one waits until it has ended")
                self._details = {**(self._details or {}), "doing": "waiting for another run in the project"}
                told = True
            self._progress(self._latest)
            if self.stop.wait(0.2):
                yield False
                return

    def _dbt(
        self, project: Project, step: Mapping[str, Any], environ: Mapping[str, str], python: str, deadline: float | None
    ) -> Result:
        told = Told(lambda level, text: self._line(level, "dbt", text), self._mask)
        order = {"arguments": arguments(step, project, full_refresh=self.run.full_refresh)}

        def tick() -> None:
            self._tell(told)

        with RunFolder(self.tools.folder, self.run.id, self.name) as folder:
            argv = [python, str(_LAUNCHER), folder.write("order.json", order)]
            with self._group([Program("dbt", "dbt", argv)], environ, project.folder) as group:
                single = Single(
                    group,
                    printed=told.printed,
                    said=told.said,
                    tick=tick,
                    stop=self.stop,
                    grace=GRACE,
                    deadline=deadline,
                    clock=self.tools.clock,
                )
                ending = single.run()
        complete(told, project)
        self._tell(told, ended=True)
        if ending != "completed":
            return Result(ending)
        if single.trouble is not None:
            return Result("failed", f"dbt cannot be started: {single.trouble}", "Read the log of the service.", 127)
        for node in told.nodes.values():
            if node.failed and node.message:
                place = f"{node.file}, line {node.line}" if node.line is not None else node.file
                compiled = f"; compiled: {node.compiled}" if node.compiled else ""
                self._say("error", f"{node.type} {node.name} ({place}): {node.message}{compiled}")
        return verdict(told, single.code, project, step.get("select") or ())

    def _tell(self, told: Told, *, ended: bool = False) -> None:
        nodes = list(told.nodes.values())
        if ended:
            for node in nodes:
                node.status = "cancelled" if node.status == "running" else node.status
        # While it goes on only what is worth knowing at once; all of them in one document at the end.
        shown = nodes if ended else [node for node in nodes if node.status == "running" or node.failed]
        self._details = {
            "done": told.done,
            "total": told.total,
            "nodes": [node.to_dict() for node in shown[:MOST_NODES]],
        }
        rows = {node.name: node.rows for node in nodes if node.rows is not None}
        self._progress(Progress(sum(rows.values()), 0, rows))


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else "true" if value is True else "false" if value is False else str(value)


def project_key(folder: Path) -> str:
    """A short name for a folder that no other folder has."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def describe(definition: Mapping[str, Any]) -> str:
    """``dbt build in transform``."""
    step = definition["dbt"]
    return f"dbt {step['command']} in {step['project']}"


def dbt_kind(environments: DbtEnvironments, locks: Path) -> Kind:
    """The kind of steps with ``dbt``.

    Args:
        environments: Where dbt is.
        locks: Folder of the locks.
    """

    def make(tools: Tools, run: StoredRun, definition: Mapping[str, Any], stop: StopSignal) -> DbtStep:
        return DbtStep(tools, run, definition, stop, environments=environments, locks=locks)

    return Kind(make, describe)
