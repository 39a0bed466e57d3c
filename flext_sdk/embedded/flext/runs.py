"""Use-cases about runs: starting, stopping, looking at them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.flext.pipelines import PipelineService, in_progress
from flext_sdk.embedded.flext.schedules import next_times
from flext_sdk.embedded.flext.topics import TopicError, log_filter
from flext_sdk.embedded.flext.views import log_view, run_view
from flext_sdk.embedded.store.clock import Now, rfc3339
from flext_sdk.embedded.store.database import StoreError
from flext_sdk.embedded.store.pipelines import BusyError, StoredPipeline
from flext_sdk.embedded.store.runs import NewRun, RunStore, StoredRun
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import did_you_mean, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.engine.durable import Engine
    from flext_sdk.embedded.store.logs import LogFilter, LogLine, LogStore

_UNHEALTHY_AFTER = 3


class RunService:
    """What can be done with runs.

    Args:
        pipelines: The pipelines.
        runs: Where runs are stored.
        logs: Where their log lines are stored.
        engine: Does them.
        ended: Told about a run that ends without the engine.
        now: The clock.
    """

    def __init__(
        self,
        pipelines: PipelineService,
        runs: RunStore,
        logs: LogStore,
        engine: Engine,
        *,
        ended: Callable[[StoredRun], None],
        now: Now,
    ) -> None:
        self._pipelines = pipelines
        self._runs = runs
        self._logs = logs
        self._engine = engine
        self._ended = ended
        self._now = now

    def start(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Starts a run."""
        pipeline = self._pipelines.require(name)
        steps = [step["name"] for step in pipeline.definition.get("steps", ())]
        chosen, variables = request.get("step_override") or None, request.get("variables") or {}
        problems = [
            problem(f"/step_override/{index}", f"{pipeline.name} has no step {step!r}{did_you_mean(step, steps)}")
            for index, step in enumerate(chosen or ())
            if step not in steps
        ]
        known = pipeline.definition.get("variables", {})
        problems += [
            problem(
                f"/variables/{key}",
                f"{pipeline.name} has no variable {key!r}{did_you_mean(key, known)}",
                hint="A run can replace the variables of the definition.",
            )
            for key in variables
            if key not in known
        ]
        if problems:
            raise validation_failed(problems)
        wanted = steps if chosen is None else [step for step in steps if step in chosen]
        return self._start(pipeline, wanted, variables=variables, full_refresh=bool(request.get("full_refresh")))

    def retry(self, run_id: str) -> dict[str, Any]:
        """Starts a run of the steps that did not complete in another one."""
        old = self.require(run_id)
        if old.status not in {"failed", "cancelled"}:
            why = "it completed" if old.status == "completed" else "it is still going on"
            raise ApiError(
                409,
                "RUN_NOT_RETRYABLE",
                f"the run {run_id} cannot be retried: {why}",
                hint=f"Start a new run: flext pipeline start {old.pipeline}",
            )
        pipeline = self._pipelines.require(old.pipeline_id)
        left = {step.name for step in old.steps if step.status != "completed"}
        # A pipeline without steps of its own is run by definitions that each run brings along.
        definition = pipeline.definition if "steps" in pipeline.definition else old.definition
        steps = [step["name"] for step in definition.get("steps", ()) if step["name"] in left]
        if not steps:
            message = f"{pipeline.name} no longer has the steps that did not complete in {run_id}"
            raise ApiError(
                409, "NOTHING_TO_RETRY", message, hint=f"Start a new run: flext pipeline start {pipeline.name}"
            )
        known = pipeline.definition.get("variables", {})
        variables = {key: value for key, value in old.variables.items() if key in known}
        return self._start(
            pipeline,
            steps,
            variables=variables,
            full_refresh=old.full_refresh,
            trigger="retry",
            retry_of=old.id,
            definition=definition,
        )

    def stop(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Asks runs to stop."""
        pipeline = self._pipelines.require(name)
        wanted = request.get("execution_id")
        if wanted is not None:
            self._belongs(self.require(wanted), pipeline)
        going_on = [run.id for run in self._runs.active(pipeline.id) if wanted in {None, run.id}]
        if not going_on:
            what = f"the run {wanted}" if wanted else pipeline.name
            raise ApiError(
                409, "NOT_RUNNING", f"{what} is not running", hint=f"See its runs: flext pipeline runs {pipeline.name}"
            )
        force = bool(request.get("force"))
        views = []
        for run_id in going_on:
            status = self._runs.request_stop(run_id, force=force)
            self._engine.cancel(run_id, force=force)
            run = self._runs.find(run_id)
            if run is not None:
                views.append(run_view(run, self._now()))
                # It waited for its turn, so the engine will not tell of its end.
                if status == "cancelled" and run.started_at is None:
                    self._ended(run)
        return {"runs": views, "total": len(views)}

    def status(self, name: str) -> dict[str, Any]:
        """How a pipeline is doing."""
        pipeline = self._pipelines.require(name)
        now = self._now()
        newest, _ = self._runs.page(pipeline_id=pipeline.id, status=None, limit=1, offset=0)
        counts = self._runs.counts(pipeline.id)
        schedule = pipeline.definition.get("schedule")
        coming = next_times(schedule, now, 1) if schedule and pipeline.is_active else []
        return {
            "pipeline_id": pipeline.id,
            "name": pipeline.name,
            "status": newest[0].status if newest else "idle",
            "is_active": pipeline.is_active,
            "health_status": health(self._runs.recent_ends(pipeline.id, _UNHEALTHY_AFTER)),
            "execution_count": sum(counts.values()),
            "success_count": counts.get("completed", 0),
            "failure_count": counts.get("failed", 0),
            "last_execution": run_view(newest[0], now) if newest else None,
            "next_execution": rfc3339(coming[0]) if coming else None,
        }

    def logs(self, name: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """Log lines of a run.

        Without ``after`` the last ones; with it the first ones behind that id, so that who asks again and again misses
        none.
        """
        pipeline = self._pipelines.require(name)
        wanted = query.get("execution_id")
        if wanted is None:
            newest, _ = self._runs.page(pipeline_id=pipeline.id, status=None, limit=1, offset=0)
            if not newest:
                return {"logs": [], "execution_id": None, "last_id": 0}
            run = newest[0]
        else:
            run = self.require(wanted)
            self._belongs(run, pipeline)
        try:
            chosen = log_filter(query)
        except TopicError as error:
            raise validation_failed([problem("/grep", f"query parameter 'grep': {error}")], what="query") from None
        # What is stored from now on is left to the next request, so the answer can say how far it has come.
        last = self._logs.last_id(run.id)
        after, count = query.get("after"), query["tail"]
        chosen = replace(chosen, after=after or 0, upto=last)
        lines = self._logs.lines(run.id, count, chosen, oldest_first=after is not None) if count else []
        if after is not None and len(lines) == count:
            last = lines[-1].id if lines else after
        views = [log_view(line, run.id) for line in lines]
        answer: dict[str, Any] = {"logs": views, "execution_id": run.id, "last_id": max(last, after or 0)}
        if after is not None and count and (missed := self._missed(run.id, after, chosen, lines, last)):
            answer["missed"] = missed
        return answer

    def _missed(self, run_id: str, after: int, chosen: LogFilter, lines: Sequence[LogLine], last: int) -> int:
        """How many lines between two ids are gone."""
        if chosen.all_fit:
            return max(0, last - after) - len(lines)
        return self._logs.missed(run_id, after, last)

    def page(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """A page of runs."""
        name = query.get("pipeline")
        pipeline = self._pipelines.require(name) if name is not None else None
        found, total = self._runs.page(
            pipeline_id=pipeline.id if pipeline else None,
            status=query.get("status"),
            limit=query["limit"],
            offset=query["offset"],
        )
        now = self._now()
        return {"runs": [run_view(run, now) for run in found], "total": total}

    def pipeline(self, name: str) -> StoredPipeline:
        """A pipeline as stored."""
        return self._pipelines.require(name)

    def begin(
        self, pipeline: StoredPipeline, definition: Mapping[str, Any], *, full_refresh: bool = False
    ) -> dict[str, Any]:
        """Starts a run of a definition that is not the pipeline's own: one command of a dbt project."""
        steps = [step["name"] for step in definition["steps"]]
        return self._start(pipeline, steps, variables={}, full_refresh=full_refresh, definition=definition)

    def show(self, run_id: str) -> dict[str, Any]:
        """A run."""
        return run_view(self.require(run_id), self._now())

    def require(self, run_id: str) -> StoredRun:
        """A run as stored."""
        found = self._runs.find(run_id)
        if found is None:
            raise ApiError(
                404, "RUN_NOT_FOUND", f"there is no run {run_id!r}", hint="See what there is: flext pipeline runs"
            )
        return found

    def _start(
        self,
        pipeline: StoredPipeline,
        steps: Sequence[str],
        *,
        variables: Mapping[str, Any],
        full_refresh: bool,
        trigger: str = "manual",
        retry_of: str | None = None,
        definition: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        if not pipeline.is_active:
            hint = f"Let it run again: flext pipeline resume {pipeline.name}"
            raise ApiError(409, "PIPELINE_NOT_ACTIVE", f"{pipeline.name} is paused", hint=hint)
        if not steps:
            hint = "Add a step to its definition."
            raise ApiError(409, "PIPELINE_CANNOT_EXECUTE", f"{pipeline.name} has no steps", hint=hint)
        new = NewRun(
            pipeline_id=pipeline.id,
            pipeline=pipeline.name,
            definition=definition or pipeline.definition,
            steps=steps,
            variables=variables,
            full_refresh=full_refresh,
            trigger=trigger,
            retry_of=retry_of,
            max_concurrent_runs=pipeline.definition.get("max_concurrent_runs", 1),
        )
        try:
            run = self._runs.create(new)
        except BusyError as busy:
            raise in_progress(pipeline.name, busy.run_id, "Wait for it, or stop it") from None
        if run is None:  # deleted between two statements
            self._pipelines.require(pipeline.id)
            raise ApiError(409, "PIPELINE_CANNOT_EXECUTE", f"{pipeline.name} was deleted meanwhile")
        try:
            self._engine.submit(run.id)
        except StoreError as error:
            run = self._runs.finish(run.id, "failed", error=str(error), hint=error.hint) or run
            self._ended(run)
        return run_view(run, self._now())

    def _belongs(self, run: StoredRun, pipeline: StoredPipeline) -> None:
        if run.pipeline_id != pipeline.id:
            hint = f"flext pipeline runs {pipeline.name}"
            raise ApiError(
                404, "RUN_NOT_FOUND", f"the run {run.id} is none of {pipeline.name}, but of {run.pipeline}", hint=hint
            )


def health(ends: Sequence[str]) -> str:
    """Health of a pipeline by how its last runs ended, newest first; runs that were stopped do not count."""
    if not ends:
        return "unknown"
    if ends[0] != "failed":
        return "healthy"
    return "unhealthy" if len(ends) >= _UNHEALTHY_AFTER and set(ends) == {"failed"} else "warning"
