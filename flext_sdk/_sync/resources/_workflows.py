# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""List and execute workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.workflows import Workflow, WorkflowExecution, WorkflowStatus


class WorkflowsBase(Resource):
    """List and execute workflows."""

    def _definitions(self) -> Page[Workflow]:
        """GET /api/v1/workflows/definitions: the kinds of workflow that runtimes have."""
        return self._page(ops.WORKFLOWS_DEFINITIONS)

    def _active(self) -> Page[Workflow]:
        """GET /api/v1/workflows/active: the orchestrations that are running."""
        return self._page(ops.WORKFLOWS_ACTIVE)

    def _list(self) -> Page[Workflow]:
        """GET /api/v1/flexcore/workflows: list the workflows of this platform."""
        return self._page(ops.WORKFLOWS_LIST)

    def _execute(self, workflow: str, *, body: Any = None) -> WorkflowExecution:
        """POST /api/v1/flexcore/workflows/{id}/execute: execute a workflow."""
        return self._call(ops.WORKFLOWS_EXECUTE, path={"workflow": workflow}, body=body)

    @command(
        "workflow status",
        operation="workflows.status",
        positional=("workflow",),
        columns=(
            "workflow_id:WORKFLOW",
            "execution_id:RUN",
            "status",
            "progress:PROGRESS:percent",
            "started_at:STARTED:ago",
            "events",
            "last_event",
            "error",
        ),
    )
    def status(self, workflow: str) -> WorkflowStatus:
        """Tell how a workflow is doing.

        The newest run of the pipeline of that name; of a run, when its id is given.

        Args:
            workflow: Name of the workflow, or id of one of its runs.

        Returns:
            The `WorkflowStatus`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            status = client.workflows.status("orders")
            print(status.status, status.progress)
            ```

        Command example:
            $ flext workflow status orders

        See also:
            flext workflow execute
            flext pipeline status
        """
        return self._call(ops.WORKFLOWS_STATUS, path={"workflow": workflow})
