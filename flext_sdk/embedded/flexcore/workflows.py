"""Workflows: the pipelines of FLEXT Service, as FlexCore tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flext_sdk.embedded.flexcore.node import NODE_ID
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    from flext_sdk.embedded.flexcore.neighbours import Neighbours
    from flext_sdk.embedded.web.call import Call, Handler

_PAGE: Final = 100
_MOST: Final = 10_000


class WorkflowHandlers:
    """Handlers about workflows.

    Args:
        neighbours: Asks FLEXT Service.
    """

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {
            "workflows.list": self.list,
            "workflows.execute": self.execute,
            "workflows.status": self.status,
        }

    def list(self, _call: Call) -> dict[str, Any]:
        """All of them."""
        found: list[dict[str, Any]] = []
        while len(found) < _MOST:
            query = {"limit": _PAGE, "offset": len(found), "sort": "name"}
            page = self._neighbours.ask("flext", "GET", "/api/v1/pipelines", query=query)["pipelines"]
            found += page
            if len(page) < _PAGE:
                break
        workflows = [
            {
                "id": pipeline["name"],
                "name": pipeline["name"],
                "description": pipeline.get("description"),
                "status": pipeline.get("last_run_status") or "idle",
                "runtime_type": "pipeline",
                "created_at": pipeline.get("created_at"),
                "updated_at": pipeline.get("updated_at"),
            }
            for pipeline in found
        ]
        return {"workflows": workflows, "count": len(workflows), "node_id": NODE_ID, "timestamp": now()}

    def execute(self, call: Call) -> dict[str, Any]:
        """Start a run of one."""
        name = call.path["id"]
        path = f"/api/v1/pipelines/{quote(name, safe='')}/execute"
        try:
            run = self._neighbours.ask("flext", "POST", path, body=call.body or {}, key=call.idempotency_key)
        except ApiError as error:
            raise _named(error, name) from error
        return {
            "status": "executed",
            "workflow_id": name,
            "execution_id": run["execution_id"],
            "node_id": NODE_ID,
            "timestamp": now(),
        }

    def status(self, call: Call) -> dict[str, Any]:
        """How one is doing, or one of its runs."""
        name = call.path["id"]
        quoted = quote(name, safe="")
        try:
            found = self._neighbours.ask("flext", "GET", f"/api/v1/pipelines/{quoted}/status")
            workflow, run, events = found["name"], found.get("last_execution"), found.get("execution_count")
        except ApiError as error:
            if error.status != 404:
                raise
            try:
                run = self._neighbours.ask("flext", "GET", f"/api/v1/runs/{quoted}")
            except ApiError as second:
                raise _named(error if second.status == 404 else second, name) from second
            workflow, events = run.get("pipeline") or name, None
        return {
            "workflow_id": workflow,
            "node_id": NODE_ID,
            "events": events,
            **(_run(run) if run else {"status": "idle", "progress": 0, "started_at": None, "last_event": None}),
        }


def _run(run: dict[str, Any]) -> dict[str, Any]:
    status = run["status"]
    done, steps = run.get("steps_executed") or 0, run.get("steps_total") or 0
    progress = 100 if status == "completed" else min(100, int(100 * done / steps)) if steps else 0
    return {
        "execution_id": run["execution_id"],
        "status": status,
        "progress": progress,
        "started_at": run.get("started_at"),
        "updated_at": run.get("completed_at") or run.get("started_at") or run.get("created_at"),
        "last_event": f"pipeline.{status}",
        "error": run.get("error"),
        "hint": run.get("hint"),
    }


def _named(error: ApiError, name: str) -> ApiError:
    """The error about a pipeline, as one about a workflow where there is none."""
    if error.status != 404:
        return error
    near = error.hint if error.hint and error.hint.startswith("Did you mean") else None
    hint = near or "See what there is: flext workflow list"
    return ApiError(404, "WORKFLOW_NOT_FOUND", f"there is no workflow {name!r}", hint=hint)
