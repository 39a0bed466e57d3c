"""Workflows: lists of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resources._workflows import AsyncWorkflowsBase
from flext_sdk._async.waiters import watch
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_wait
from flext_sdk._core.runs import field, is_finished, replaced, run_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.workflows import Workflow, WorkflowExecution, WorkflowStatus

__all__ = ["AsyncWorkflows"]


class AsyncWorkflows(AsyncWorkflowsBase):
    """List and execute workflows."""

    @command(
        "workflow list",
        operation="workflows.list",
        columns=(
            "id",
            "runtime_type:RUNTIME",
            "status",
            "progress:PROGRESS:percent",
            "updated_at:UPDATED:ago",
            "description",
        ),
    )
    def list(self, *, active: bool = False) -> AsyncPage[Workflow]:
        """The workflows of this platform.

        The pipelines of FLEXT Service; the id of a workflow is the name of its pipeline.

        Args:
            active: The orchestrations that are running, instead.

        Returns:
            A page of `Workflow`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for workflow in client.workflows.list():
                print(workflow.id, workflow.status)
            ```

        Command example:
            $ flext workflow list
            $ flext workflow list --active

        See also:
            flext workflow status
            flext pipeline list
        """
        return self._active() if active else self._list()

    def definitions(self) -> AsyncPage[Workflow]:
        """The kinds of workflow that runtimes have.

        Returns:
            A page of `Workflow`, one for each runtime.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            async for workflow in client.workflows.definitions():
                print(workflow.runtime_type, workflow.description)
            ```
        """
        return self._definitions()

    @command(
        "workflow execute",
        operation="workflows.execute",
        positional=("workflow",),
        columns=("workflow_id:WORKFLOW", "execution_id:RUN", "status", "timestamp"),
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"variables": "NAME=VALUE"},
    )
    async def execute(
        self,
        workflow: str,
        *,
        variables: Mapping[str, Any] | None = None,
        full_refresh: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[WorkflowStatus], object] | None = None,
        raise_on_failure: bool = True,
    ) -> WorkflowExecution:
        """Execute a workflow.

        Starts a run of the pipeline of that name in FLEXT Service, and gives the id of the run.

        Args:
            workflow: Name of the workflow.
            variables: Values that replace those of the definition for this run.
            full_refresh: Read everything again instead of going on from the bookmarks.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the `WorkflowStatus` while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `WorkflowExecution`; its status is how the run ended, when it was waited for.

        Raises:
            NotFoundError: There is no workflow of that name.
            ConflictError: A run is going on already, or the pipeline is paused.
            RunFailedError: It was waited for and did not succeed.
            WaitTimeoutError: It had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.workflows.execute("orders", wait=True)
            print(done.execution_id, done.status)
            ```

        Command example:
            $ flext workflow execute orders
            $ flext workflow execute orders --wait --timeout 600

        See also:
            flext workflow status
            flext pipeline start
        """
        check_wait(timeout)
        body = {"variables": dict(variables) if variables else None, "full_refresh": full_refresh or None}
        begun = await self._call(ops.WORKFLOWS_EXECUTE, path={"workflow": workflow}, body=body)
        if not wait:
            return begun
        # Public servers do not tell the run; what they say of the workflow is of its newest one.
        ended = await self.wait(
            str(field(begun, "execution_id") or workflow),
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )
        return replaced(begun, status=field(ended, "status"))

    async def wait(
        self,
        workflow: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[WorkflowStatus], object] | None = None,
        raise_on_failure: bool = True,
    ) -> WorkflowStatus:
        """Wait until a run of a workflow has ended.

        Args:
            workflow: Name of the workflow, for its newest run, or id of a run.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the status after every look at it.
            raise_on_failure: Whether a run that did not succeed is an error.

        Returns:
            The `WorkflowStatus` as the run ended; of a workflow without a run, which is idle, as it is.

        Raises:
            NotFoundError: There is no workflow and no run of that name.
            RunFailedError: The run did not succeed.
            WaitTimeoutError: It had not ended in time; it goes on. Some public servers never tell that one has ended.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            started = await client.workflows.execute("orders")
            print((await client.workflows.wait(started.execution_id)).progress)
            ```
        """
        found = await watch(
            self,
            await self._call(ops.WORKFLOWS_STATUS, path={"workflow": workflow}),
            lambda patient: patient._call(ops.WORKFLOWS_STATUS, path={"workflow": workflow}),
            ended=lambda seen: is_finished(seen) or field(seen, "status") == "idle",
            seconds=timeout,
            on_progress=on_progress,
            what=workflow,
            hint=f"Look again: flext workflow status {workflow}",
        )
        if raise_on_failure and (error := run_error(found)) is not None:
            raise error
        return found
