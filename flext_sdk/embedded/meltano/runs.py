"""Runs of Meltano in the run store: each project has a pipeline of its own there, which people do not see in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flext.views import run_view
from flext_sdk.embedded.meltano.projects import project_key
from flext_sdk.embedded.store.pipelines import BusyError, NameTakenError
from flext_sdk.embedded.store.runs import NewRun
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flext_sdk.embedded.engine.durable import Engine
    from flext_sdk.embedded.flext.runs import RunService
    from flext_sdk.embedded.store.clock import Now
    from flext_sdk.embedded.store.pipelines import PipelineStore, StoredPipeline
    from flext_sdk.embedded.store.runs import RunStore

KIND: Final = "meltano"
#: Meltano itself sees to it that the same tap and target do not run twice at once.
AT_ONCE: Final = 20


class MeltanoRuns:
    """Starts, stops and lists the runs of projects.

    Args:
        pipelines: Where pipelines are stored.
        runs: Where runs are stored.
        service: The use-cases about runs.
        engine: Does them.
        now: The clock.
    """

    def __init__(
        self, pipelines: PipelineStore, runs: RunStore, service: RunService, engine: Engine, *, now: Now
    ) -> None:
        self._pipelines = pipelines
        self._runs = runs
        self._service = service
        self._engine = engine
        self._now = now

    def start(
        self, folder: Path | None, name: str, step: Mapping[str, Any], *, full_refresh: bool = False
    ) -> dict[str, Any]:
        """Starts a run.

        Args:
            folder: The project; None for what concerns Meltano itself.
            name: Name of the run's only step.
            step: What the step does.
            full_refresh: Whether everything is read again.
        """
        pipeline = self.pipeline(pipeline_name(folder), {})
        given = {"project": str(folder), **step} if folder is not None else dict(step)
        definition = {"name": pipeline.name, "steps": [{"name": name, "meltano": _literal(given)}]}
        new = NewRun(
            pipeline_id=pipeline.id,
            pipeline=pipeline.name,
            definition=definition,
            steps=[name],
            full_refresh=full_refresh,
            max_concurrent_runs=AT_ONCE,
        )
        try:
            run = self._runs.create(new)
        except BusyError as busy:
            message = f"{AT_ONCE} runs of this project are going on"
            hint = "Wait for one of them, or stop it: flext meltano stop"
            raise ApiError(409, "RUN_IN_PROGRESS", message, hint=hint, details={"execution_id": busy.run_id}) from None
        if run is None:
            raise ApiError(409, "PIPELINE_CANNOT_EXECUTE", "the project was forgotten meanwhile")
        self._engine.submit(run.id)
        return run_view(run, self._now())

    def pipeline(self, name: str, definition: Mapping[str, Any]) -> StoredPipeline:
        """The pipeline of that name, made now where there is none."""
        found = self._pipelines.find(name)
        if found is not None:
            return found
        try:
            return self._pipelines.create({"name": name, **definition}, KIND)
        except NameTakenError:  # by another request, a moment ago
            made = self._pipelines.find(name)
            if made is None:
                raise
            return made

    def of(self, folder: Path) -> list[StoredPipeline]:
        """The pipelines of a project: that of its runs and those of its schedules."""
        name = pipeline_name(folder)
        mine = (found for found in self._pipelines.of_kind(KIND))
        return [found for found in mine if found.name == name or found.name.startswith(f"{name}:")]

    def page(self, folder: Path, query: Mapping[str, Any]) -> dict[str, Any]:
        """A page of the runs of a project."""
        ids = [found.id for found in self.of(folder)]
        found, total = self._runs.page(pipeline_id=ids, status=None, limit=query["limit"], offset=query["offset"])
        now = self._now()
        return {"runs": [run_view(run, now) for run in found], "total": total}

    def stop(self, folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        """Asks runs of a project to stop."""
        wanted = request.get("execution_id")
        views: list[dict[str, Any]] = []
        for pipeline in self.of(folder):
            going_on = [run.id for run in self._runs.active(pipeline.id) if wanted in {None, run.id}]
            for run_id in going_on:
                asked = {"execution_id": run_id, "force": bool(request.get("force"))}
                views += self._service.stop(pipeline.id, asked)["runs"]
        if not views:
            what = f"the run {wanted}" if wanted else f"the project {folder.name}"
            raise ApiError(409, "NOT_RUNNING", f"{what} is not running", hint="See the runs: flext meltano runs")
        return {"runs": views, "total": len(views)}

    def refuse_while_running(self, folder: Path) -> None:
        """Raises ApiError where a run of the project goes on."""
        for pipeline in self.of(folder):
            for run in self._runs.active(pipeline.id):
                raise ApiError(
                    409,
                    "RUN_IN_PROGRESS",
                    f"{folder.name} is running: {run.id}",
                    hint="States are not changed while it runs; stop it first: flext meltano stop",
                    details={"execution_id": run.id},
                )


def pipeline_name(folder: Path | None) -> str:
    """Name of the pipeline under which the runs of a project are kept: ``meltano:shop-1a2b3c4d``."""
    return f"{KIND}:{project_key(folder) if folder is not None else 'itself'}"


def _literal(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A value as it is: what looks like a reference is none, for no person wrote it into a pipeline's file."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list | tuple):
        return [_literal(item) for item in value]
    return {key: _literal(item) for key, item in value.items()} if isinstance(value, dict) else value
