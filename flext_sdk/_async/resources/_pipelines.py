# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Create, run and watch pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.annotations import command
from flext_sdk._core.runs import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.pipelines import Pipeline, Schedule, ValidationReport
    from flext_sdk.models.runs import LogList, PipelineState, PipelineStatus, Run, RunList


class AsyncPipelinesBase(AsyncResource):
    """Create, run and watch pipelines."""

    @command(
        "pipeline list",
        operation="pipelines.list",
        columns=(
            "name",
            "is_active:ACTIVE:bool",
            "last_run_status:LAST RUN",
            "last_run_at:WHEN:ago",
            "step_count:STEPS",
            "tags",
            "description",
        ),
    )
    def list(
        self,
        *,
        limit: int = 50,
        offset: int = 0,
        active: bool | None = None,
        tags: Sequence[str] | None = None,
        search: str | None = None,
        status: Literal["pending", "running", "stopping", "completed", "failed", "cancelled"] | None = None,
        sort: Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"] = "-created_at",
    ) -> AsyncPage[Pipeline]:
        """List pipelines.

        Newest first, unless sorted otherwise.

        Args:
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.
            active: Only active pipelines, or only paused ones.
            tags: Only pipelines that have all of these tags.
            search: Only pipelines with this text in their name or description; upper and lower case are the same.
            status: Only pipelines whose newest run has this status.
            sort: Order of the list; a minus sign turns it round.

        Returns:
            A page of `Pipeline`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for pipeline in client.pipelines.list(tags=["demo"]):
                print(pipeline.name)
            ```

        Command example:
            $ flext pipeline list --tags demo
            $ flext pipeline list --status failed -o json

        See also:
            flext pipeline show
            flext pipeline status
        """
        return self._page(
            ops.PIPELINES_LIST,
            query={
                "limit": limit,
                "offset": offset,
                "active": active,
                "tags": tags,
                "search": search,
                "status": status,
                "sort": sort,
            },
        )

    async def _create(self, *, body: Any) -> Pipeline:
        """POST /api/v1/pipelines: create a pipeline."""
        return await self._call(ops.PIPELINES_CREATE, body=body)

    async def _validate(self, *, body: Any) -> ValidationReport:
        """POST /api/v1/pipelines/validate: check a pipeline definition without storing it."""
        return await self._call(ops.PIPELINES_VALIDATE, body=body)

    @command(
        "pipeline show",
        operation="pipelines.show",
        positional=("name",),
        columns=(
            "name",
            "description",
            "is_active:ACTIVE:bool",
            "tags",
            "step_count:STEPS",
            "steps",
            "schedule",
            "variables",
            "last_run_status:LAST RUN",
            "last_run_at:WHEN:ago",
            "version",
            "updated_at:UPDATED:ago",
            "id",
        ),
    )
    async def show(self, name: str) -> Pipeline:
        """Show a pipeline with its steps.

        Args:
            name: Name or id of the pipeline.

        Returns:
            The `Pipeline`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            pipeline = await client.pipelines.show("orders")
            print(pipeline.steps)
            ```

        Command example:
            $ flext pipeline show orders
            $ flext pipeline show orders --query 'steps[].name'

        See also:
            flext pipeline export
            flext pipeline status
        """
        return await self._call(ops.PIPELINES_SHOW, path={"name": name})

    async def _update(self, name: str, *, body: Any) -> Pipeline:
        """PUT /api/v1/pipelines/{name}: replace the definition of a pipeline."""
        return await self._call(ops.PIPELINES_UPDATE, path={"name": name}, body=body)

    @command(
        "pipeline delete",
        operation="pipelines.delete",
        positional=("name",),
        confirm="Delete pipeline {name} with its runs, logs and bookmarks?",
        mutating=True,
    )
    async def delete(self, name: str) -> None:
        """Delete a pipeline with its runs, logs and bookmarks.

        What its runs have loaded into targets stays. A pipeline that is running is not deleted; stop it first.

        Args:
            name: Name or id of the pipeline.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.delete("orders")
            ```

        Command example:
            $ flext pipeline delete orders --yes

        See also:
            flext pipeline export
        """
        await self._call(ops.PIPELINES_DELETE, path={"name": name})

    async def _start(self, name: str, *, body: Any = None) -> Run:
        """POST /api/v1/pipelines/{name}/execute: start a run of a pipeline."""
        return await self._call(ops.PIPELINES_START, path={"name": name}, body=body)

    async def _stop(self, name: str, *, body: Any = None) -> RunList:
        """POST /api/v1/pipelines/{name}/stop: stop the runs of a pipeline."""
        return await self._call(ops.PIPELINES_STOP, path={"name": name}, body=body)

    @command(
        "pipeline status",
        operation="pipelines.status",
        positional=("name",),
        columns=(
            "name",
            "status",
            "health_status:HEALTH",
            "is_active:ACTIVE:bool",
            "last_execution.execution_id:RUN",
            "last_execution.current_step:STEP",
            "last_execution.records:ROWS",
            "last_execution.bytes:READ:bytes",
            "last_execution.rate:ROWS/S:rate",
            "last_execution.started_at:STARTED:ago",
            "last_execution.duration:DURATION:duration",
            "last_execution.error:ERROR",
            "execution_count:RUNS",
            "failure_count:FAILED",
        ),
    )
    async def status(self, name: str) -> PipelineStatus:
        """Tell how a pipeline is doing.

        The newest run with its steps and progress, and how many runs went well.

        Args:
            name: Name or id of the pipeline.

        Returns:
            The `PipelineStatus`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            status = await client.pipelines.status("orders")
            print(status.status, status.last_execution)
            ```

        Command example:
            $ flext pipeline status orders

        See also:
            flext pipeline runs
            flext pipeline logs
            flext pipeline wait
        """
        return await self._call(ops.PIPELINES_STATUS, path={"name": name})

    async def _logs(
        self,
        name: str,
        *,
        execution_id: str | None = None,
        tail: int = 100,
        after: int | None = None,
        since: str | datetime | None = None,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        grep: str | None = None,
    ) -> LogList:
        """GET /api/v1/pipelines/{name}/logs: log lines of a run of a pipeline."""
        return await self._call(
            ops.PIPELINES_LOGS,
            path={"name": name},
            query={
                "execution_id": execution_id,
                "tail": tail,
                "after": after,
                "since": moment(since),
                "level": level,
                "grep": grep,
            },
        )

    @command("pipeline export", operation="pipelines.export", positional=("name",))
    async def export(self, name: str, *, format: Literal["yaml", "json"] = "yaml") -> str:
        """Write a pipeline's definition as a file that create accepts.

        References to secrets and variables are written as they were given, never resolved.

        Args:
            name: Name or id of the pipeline.
            format: Form of the text.

        Returns:
            The text.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            text = await client.pipelines.export("orders")
            ```

        Command example:
            $ flext pipeline export orders > orders.yaml

        See also:
            flext pipeline create
            flext pipeline update
        """
        return await self._call(ops.PIPELINES_EXPORT, path={"name": name}, query={"format": format})

    @command(
        "pipeline pause",
        operation="pipelines.pause",
        positional=("name",),
        columns=("name", "is_active:ACTIVE:bool"),
        mutating=True,
    )
    async def pause(self, name: str) -> Pipeline:
        """Pause a pipeline, so that no new run starts.

        A run that is going on is not stopped.

        Args:
            name: Name or id of the pipeline.

        Returns:
            The `Pipeline`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.pause("orders")
            ```

        Command example:
            $ flext pipeline pause orders

        See also:
            flext pipeline resume
        """
        return await self._call(ops.PIPELINES_PAUSE, path={"name": name})

    @command(
        "pipeline resume",
        operation="pipelines.resume",
        positional=("name",),
        columns=("name", "is_active:ACTIVE:bool"),
        mutating=True,
    )
    async def resume(self, name: str) -> Pipeline:
        """Let a paused pipeline run again.

        Args:
            name: Name or id of the pipeline.

        Returns:
            The `Pipeline`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.resume("orders")
            ```

        Command example:
            $ flext pipeline resume orders

        See also:
            flext pipeline pause
        """
        return await self._call(ops.PIPELINES_RESUME, path={"name": name})

    @command(
        "pipeline schedule",
        operation="pipelines.schedule",
        positional=("name",),
        columns=(
            "cron",
            "timezone",
            "enabled:ENABLED:bool",
            "catchup",
            "next_runs:NEXT",
            "last.scheduled_for:LAST:ago",
            "last.status:STATUS",
            "last.execution_id:RUN",
            "last.reason:REASON",
        ),
        mutating=True,
    )
    async def schedule(
        self,
        name: str,
        *,
        cron: str | None = None,
        timezone: str | None = None,
        enabled: bool | None = None,
        catchup: Literal["skip", "latest", "all"] | None = None,
        remove: bool = False,
    ) -> Schedule:
        """Show or change the schedule of a pipeline.

        Without options it shows the schedule, the next times, and what became of the last one. The platform starts the
        runs while it is up. A time at which no run could start within a minute, because the platform was down or the
        run before was still going on, is dealt with by catchup: skip leaves it out, latest starts one run for the
        newest of such times, all starts one for each, one after the other, at most 24. A schedule that is changed, or a
        pipeline that is resumed, counts from then on.

        Args:
            name: Name or id of the pipeline.
            cron: Five fields as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly.
            timezone: Time zone of the fields, such as Europe/Berlin.
            enabled: Whether it is in force.
            catchup: What to do about times that were missed: skip them, run for the latest, or for all (at most
                24).
            remove: Take the schedule away.

        Returns:
            The `Schedule`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.schedule("orders", cron="15 * * * *")
            ```

        Command example:
            $ flext pipeline schedule orders --cron '15 * * * *' --timezone Europe/Berlin
            $ flext pipeline schedule orders --remove

        See also:
            flext pipeline pause
            flext pipeline show
        """
        return await self._call(
            ops.PIPELINES_SCHEDULE,
            path={"name": name},
            body={"cron": cron, "timezone": timezone, "enabled": enabled, "catchup": catchup, "remove": remove},
        )

    @command("pipeline state show", operation="pipelines.state_show", positional=("name",), columns=("states",))
    async def state_show(self, name: str) -> PipelineState:
        """Show the bookmarks that a pipeline's next run starts from.

        Args:
            name: Name or id of the pipeline.

        Returns:
            The `PipelineState`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            state = await client.pipelines.state_show("orders")
            ```

        Command example:
            $ flext pipeline state show orders -o json

        See also:
            flext pipeline state set
            flext pipeline state clear
        """
        return await self._call(ops.PIPELINES_STATE_SHOW, path={"name": name})

    @command(
        "pipeline state set",
        operation="pipelines.state_set",
        positional=("name", "state"),
        columns=("states",),
        mutating=True,
    )
    async def state_set(self, name: str, state: Mapping[str, Any], *, step: str | None = None) -> PipelineState:
        """Set the bookmark of a step by hand.

        Refused while the pipeline runs.

        Args:
            name: Name or id of the pipeline.
            state: Singer state; the bookmarks by stream are under the key bookmarks.
            step: The step; needed where the pipeline has more than one.

        Returns:
            The `PipelineState`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.state_set("orders", {"bookmarks": {}}, step="load")
            ```

        Command example:
            $ flext pipeline state set orders '{"bookmarks": {}}' --step load

        See also:
            flext pipeline state show
        """
        return await self._call(ops.PIPELINES_STATE_SET, path={"name": name}, body={"state": state, "step": step})

    @command(
        "pipeline state clear",
        operation="pipelines.state_clear",
        positional=("name",),
        columns=("states",),
        confirm="Forget the bookmarks of {name}? The next run reads everything again.",
        mutating=True,
    )
    async def state_clear(self, name: str, *, step: str | None = None, stream: str | None = None) -> PipelineState:
        """Forget bookmarks, so that the next run reads everything again.

        Refused while the pipeline runs.

        Args:
            name: Name or id of the pipeline.
            step: Only the bookmarks of this step.
            stream: Only the bookmark of this stream.

        Returns:
            The `PipelineState`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.pipelines.state_clear("orders")
            ```

        Command example:
            $ flext pipeline state clear orders --yes

        See also:
            flext pipeline state show
        """
        return await self._call(ops.PIPELINES_STATE_CLEAR, path={"name": name}, query={"step": step, "stream": stream})

    @command(
        "pipeline runs",
        operation="pipelines.runs",
        positional=("pipeline",),
        columns=(
            "execution_id:RUN",
            "pipeline",
            "status",
            "records:ROWS",
            "rate:ROWS/S:rate",
            "started_at:STARTED:ago",
            "duration:DURATION:duration",
            "trigger",
            "error:ERROR",
        ),
    )
    def runs(
        self,
        pipeline: str | None = None,
        *,
        status: Literal["pending", "running", "stopping", "completed", "failed", "cancelled"] | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> AsyncPage[Run]:
        """List runs, newest first.

        Args:
            pipeline: Only runs of this pipeline.
            status: Only runs with this status.
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.

        Returns:
            A page of `Run`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for run in client.pipelines.runs("orders"):
                print(run.status, run.records)
            ```

        Command example:
            $ flext pipeline runs orders
            $ flext pipeline runs --status failed --limit 5

        See also:
            flext pipeline run-info
            flext pipeline retry
        """
        return self._page(
            ops.PIPELINES_RUNS, query={"pipeline": pipeline, "status": status, "limit": limit, "offset": offset}
        )

    @command(
        "pipeline run-info",
        operation="pipelines.run_info",
        positional=("run",),
        columns=(
            "execution_id:RUN",
            "pipeline",
            "status",
            "records:ROWS",
            "bytes:READ:bytes",
            "rate:ROWS/S:rate",
            "started_at:STARTED:ago",
            "completed_at:ENDED:ago",
            "duration:DURATION:duration",
            "trigger",
            "retry_of",
            "error:ERROR",
            "steps",
        ),
    )
    async def run_info(self, run: str) -> Run:
        """Show a run with its steps.

        Args:
            run: Id of the run.

        Returns:
            The `Run`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = await client.pipelines.run_info(run_id)
            ```

        Command example:
            $ flext pipeline run-info RUN
            $ flext pipeline run-info RUN --query 'steps[].{step: name, rows: records}'

        See also:
            flext pipeline runs
            flext pipeline logs
        """
        return await self._call(ops.PIPELINES_RUN_INFO, path={"run": run})

    async def _retry(self, run: str) -> Run:
        """POST /api/v1/runs/{run}/retry: run again what failed in a run."""
        return await self._call(ops.PIPELINES_RETRY, path={"run": run})
