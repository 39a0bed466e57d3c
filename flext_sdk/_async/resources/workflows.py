"""Workflows: lists of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resources._workflows import AsyncWorkflowsBase
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk.models.workflows import Workflow, WorkflowExecution

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
        mutating=True,
        metavars={"variables": "NAME=VALUE"},
    )
    async def execute(
        self, workflow: str, *, variables: Mapping[str, Any] | None = None, full_refresh: bool = False
    ) -> WorkflowExecution:
        """Execute a workflow.

        Starts a run of the pipeline of that name in FLEXT Service, and gives the id of the run.

        Args:
            workflow: Name of the workflow.
            variables: Values that replace those of the definition for this run.
            full_refresh: Read everything again instead of going on from the bookmarks.

        Returns:
            The `WorkflowExecution`.

        Raises:
            NotFoundError: There is no workflow of that name.
            ConflictError: A run is going on already, or the pipeline is paused.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            started = await client.workflows.execute("orders")
            print(started.execution_id)
            ```

        Command example:
            $ flext workflow execute orders

        See also:
            flext workflow status
            flext pipeline start
        """
        body = {"variables": dict(variables) if variables else None, "full_refresh": full_refresh or None}
        return await self._call(ops.WORKFLOWS_EXECUTE, path={"workflow": workflow}, body=body)
