# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Let a runtime carry out commands, and watch them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.orchestrations import (
        Orchestration,
        OrchestrationCanceled,
        OrchestratorInfo,
        OrchestratorMetrics,
    )


class OrchestrationsBase(Resource):
    """Let a runtime carry out commands, and watch them."""

    def _execute(self, *, body: Any) -> Orchestration:
        """POST /api/v1/orchestration/execute: let a runtime carry out a command."""
        return self._call(ops.ORCHESTRATIONS_EXECUTE, body=body)

    @command(
        "orchestration list",
        operation="orchestrations.list",
        columns=(
            "id",
            "name",
            "runtime_type:RUNTIME",
            "status",
            "progress:PROGRESS:percent",
            "start_time:STARTED:ago",
            "duration:DURATION:duration",
            "error",
        ),
    )
    def list(
        self,
        *,
        status: Literal["pending", "submitted", "running", "completed", "failed", "canceled", "timeout"] | None = None,
        runtime: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Page[Orchestration]:
        """List orchestrations, the newest first.

        Args:
            status: Only those in this state.
            runtime: Only those of this runtime.
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.

        Returns:
            A page of `Orchestration`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for orchestration in client.orchestrations.list(status="failed"):
                print(orchestration.id, orchestration.error)
            ```

        Command example:
            $ flext orchestration list
            $ flext orchestration list --status failed -o json

        See also:
            flext orchestration show
            flext orchestration execute
        """
        return self._page(
            ops.ORCHESTRATIONS_LIST, query={"status": status, "runtime": runtime, "limit": limit, "offset": offset}
        )

    def _info(self) -> OrchestratorInfo:
        """GET /api/v1/orchestration/info: what carries out orchestrations, and its limits."""
        return self._call(ops.ORCHESTRATIONS_INFO)

    @command(
        "orchestration metrics",
        operation="orchestrations.metrics",
        columns=(
            "total_orchestrations:TOTAL",
            "active_orchestrations:ACTIVE",
            "completed_orchestrations:COMPLETED",
            "failed_orchestrations:FAILED",
            "average_execution:AVERAGE:duration",
            "runtime_distribution:RUNTIMES",
            "last_orchestration:LAST:ago",
        ),
    )
    def metrics(self) -> OrchestratorMetrics:
        """Count the orchestrations and tell how long they took.

        Returns:
            The `OrchestratorMetrics`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            metrics = client.orchestrations.metrics()
            print(metrics.failed_orchestrations, metrics.average_execution)
            ```

        Command example:
            $ flext orchestration metrics

        See also:
            flext orchestration list
            flext service metrics
        """
        return self._call(ops.ORCHESTRATIONS_METRICS)

    @command(
        "orchestration show",
        operation="orchestrations.show",
        positional=("orchestration",),
        columns=(
            "id",
            "name",
            "runtime_type:RUNTIME",
            "command",
            "status",
            "progress:PROGRESS:percent",
            "start_time:STARTED:ago",
            "end_time:ENDED:ago",
            "duration:DURATION:duration",
            "result",
            "error",
            "hint",
            "logs",
        ),
    )
    def show(self, orchestration: str) -> Orchestration:
        """Show an orchestration with its result and the last lines of its log.

        Args:
            orchestration: Id of the orchestration.

        Returns:
            The `Orchestration`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            orchestration = client.orchestrations.show("orch_1763827200000000000")
            print(orchestration.status, orchestration.result)
            ```

        Command example:
            $ flext orchestration show ORCHESTRATION
            $ flext orchestration show ORCHESTRATION --query logs

        See also:
            flext orchestration list
            flext orchestration cancel
        """
        return self._call(ops.ORCHESTRATIONS_SHOW, path={"orchestration": orchestration})

    @command(
        "orchestration cancel",
        operation="orchestrations.cancel",
        positional=("orchestration",),
        columns=("orchestration_id:ORCHESTRATION", "status", "message"),
        confirm="Cancel orchestration {orchestration}?",
        mutating=True,
    )
    def cancel(self, orchestration: str) -> OrchestrationCanceled:
        """Cancel an orchestration.

        Its processes are asked to end, and ended when they have not two seconds later.

        Args:
            orchestration: Id of the orchestration.

        Returns:
            The `OrchestrationCanceled`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.orchestrations.cancel("orch_1763827200000000000")
            ```

        Command example:
            $ flext orchestration cancel ORCHESTRATION --yes

        See also:
            flext orchestration show
        """
        return self._call(ops.ORCHESTRATIONS_CANCEL, path={"orchestration": orchestration})
