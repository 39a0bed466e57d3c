# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag workflows."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty


class Workflow(Model):
    """
    One workflow in short.
    """

    id: str
    """
    Name of the pipeline; id of the orchestration where those are listed.
    """
    name: str | None = None
    status: str | None = None
    """
    State of its newest run; idle before the first one.
    """
    description: str | None = None
    runtime_type: str | None = None
    """
    Who carries it out.
    """
    job_id: str | None = None
    events: int | None = None
    """
    How many runs there were; public servers count events.
    """
    progress: float | None = None
    """
    How far it is, 0 to 1.
    """
    duration: float | None = None
    """
    Seconds it is running.
    """
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None


class ActiveWorkflow(Model):
    """
    An orchestration that is running.
    """

    orchestration_id: str
    name: str | None = None
    runtime_type: str | None = None
    job_id: str | None = None
    status: str | None = None
    progress: float | None = None
    start_time: AwareDatetime | None = None
    duration: float | None = None


class WorkflowRequest(Model):
    """
    How a workflow should be executed.
    """

    variables: Annotated[dict[str, str | float | bool], NullAsEmpty] = Field(default_factory=dict)
    """
    Values that replace those of the definition.
    """
    full_refresh: bool | None = None
    """
    Read everything again instead of going on from the bookmarks.
    """


class WorkflowExecution(Model):
    """
    A workflow that was started.
    """

    status: str
    """
    executed; where the run was waited for
    """
    workflow_id: str
    execution_id: str | None = None
    """
    Id of the run; public servers do not tell.
    """
    node_id: str | None = None
    timestamp: AwareDatetime | None = None


class WorkflowStatus(Model):
    """
    How a workflow is doing.
    """

    workflow_id: str
    execution_id: str | None = None
    """
    The run this is about.
    """
    status: str
    """
    State of the run; idle before the first one.
    """
    progress: float | None = None
    """
    How far it is, 0 to 1; 0 to 100 on the wire.
    """
    started_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    events: int | None = None
    """
    How many runs there were; public servers count events.
    """
    last_event: str | None = None
    """
    What happened last.
    """
    error: str | None = None
    """
    Why it failed.
    """
    hint: str | None = None
    """
    What to do about that.
    """
    node_id: str | None = None


class WorkflowList(Model):
    """
    The workflows of a platform.
    """

    success: bool | None = None
    workflows: Annotated[list[Workflow], NullAsEmpty]
    count: int | None = None
    node_id: str | None = None
    timestamp: AwareDatetime | None = None


class ActiveWorkflowList(Model):
    """
    Orchestrations that are running.
    """

    success: bool | None = None
    workflows: Annotated[list[ActiveWorkflow], NullAsEmpty]
    count: int | None = None
