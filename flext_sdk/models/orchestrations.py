# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag orchestrations."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.mixins import OrchestrationMixin
from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum


class OrchestrationStatus(OpenEnum):
    """
    State of an orchestration; completed, failed, canceled and timeout are the last ones.
    """

    pending = "pending"
    submitted = "submitted"
    running = "running"
    completed = "completed"
    failed = "failed"
    canceled = "canceled"
    timeout = "timeout"


class OrchestrationRequest(Model):
    """
    What a runtime should carry out.
    """

    name: str
    """
    What you call it.
    """
    runtime_type: str
    """
    Who carries it out.
    """
    command: str
    """
    The command: of singer the name of a plugin, of process the name of a program, of python a file or -m and a module.
    """
    args: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Its arguments; the first one of singer is the operation.
    """
    config: dict[str, Any] | None = None
    """
    Settings: of singer those of the plugin, of process and python cwd and env.
    """
    timeout: int | None = None
    """
    How long it may take
    """
    priority: str | None = None
    """
    Kept and not looked at.
    """
    metadata: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Free for your own use; stored as it is.
    """
    base_path: str | None = None
    """
    Folder that relative paths in the settings start from.
    """


class OrchestrationStarted(Model):
    """
    An orchestration that was taken on.
    """

    success: bool | None = None
    orchestration_id: str
    job_id: str | None = None
    status: OrchestrationStatus
    start_time: AwareDatetime | None = None
    duration: float | None = None
    """
    How long taking it on took, as 1.2ms on the wire.
    """
    message: str | None = None


class Orchestration(OrchestrationMixin):
    """
    A command that a runtime carries out.
    """

    id: str
    name: str | None = None
    """
    What its caller called it.
    """
    runtime_type: str | None = None
    """
    Who carries it out.
    """
    command: str | None = None
    """
    What is carried out.
    """
    args: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Its arguments.
    """
    workflow_id: str | None = None
    """
    singer_execution, process_execution, meltano_execution, ...
    """
    job_id: str | None = None
    """
    Name of the job with the runtime.
    """
    status: OrchestrationStatus
    start_time: AwareDatetime | None = None
    """
    When it was taken on.
    """
    end_time: AwareDatetime | None = None
    """
    When it ended.
    """
    duration: float | None = None
    """
    Seconds it took; nanoseconds on the wire.
    """
    progress: float | None = None
    """
    How far it is, 0 to 1.
    """
    result: Any | None = None
    """
    What it gave; its shape depends on the runtime.
    """
    error: str | None = None
    """
    Why it failed.
    """
    hint: str | None = None
    """
    What to do about it.
    """
    metadata: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    What its caller sent along.
    """
    logs: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    The last lines of its log, 200 at most.
    """


class OrchestrationAnswer(Model):
    """
    Answer that holds an orchestration.
    """

    success: bool | None = None
    orchestration: Orchestration


class OrchestrationCanceled(Model):
    """
    An orchestration that was canceled.
    """

    success: bool | None = None
    orchestration_id: str
    status: str
    """
    canceled; cancelled on the wire.
    """
    message: str | None = None


class OrchestratorMetrics(Model):
    """
    Numbers about orchestrations.
    """

    total_orchestrations: int | None = None
    """
    All that are stored.
    """
    active_orchestrations: int | None = None
    """
    Those that have not ended.
    """
    completed_orchestrations: int | None = None
    """
    Those that ended well.
    """
    failed_orchestrations: int | None = None
    """
    Those that failed or took too long.
    """
    average_execution: float | None = None
    """
    Seconds that those took which ended; milliseconds on the wire.
    """
    runtime_distribution: Annotated[dict[str, int], NullAsEmpty] = Field(default_factory=dict)
    """
    How many of each runtime.
    """
    last_orchestration: AwareDatetime | None = None
    """
    When the newest one began.
    """
    orchestrator_start_time: AwareDatetime | None = None
    """
    When the orchestrator started.
    """


class OrchestratorConfig(Model):
    """
    Limits of the orchestrator.
    """

    max_concurrent_jobs: int | None = None
    """
    How many run at once; the others wait.
    """
    default_timeout: float | None = None
    """
    Seconds that one may take that says nothing about it.
    """
    health_check_interval: float | None = None
    """
    Seconds between two looks at a running one.
    """
    metrics_update_interval: float | None = None
    """
    Seconds between two writes of its progress.
    """


class OrchestrationList(Model):
    """
    A page of orchestrations.
    """

    success: bool | None = None
    orchestrations: Annotated[list[Orchestration], NullAsEmpty]
    count: int | None = None
    """
    How many this answer holds.
    """
    total: int | None = None
    """
    How many there are in all; public servers do not tell.
    """
    filters: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)


class OrchestratorMetricsAnswer(Model):
    """
    Answer that holds the numbers about orchestrations.
    """

    success: bool | None = None
    metrics: OrchestratorMetrics
    windmill_metrics: dict[str, Any] | None = None
    """
    Numbers of the workflow engine of public servers; the embedded platform has none.
    """


class OrchestratorInfo(Model):
    """
    What carries out orchestrations.
    """

    orchestrator: str | None = None
    version: str | None = None
    status: str | None = None
    """
    operational.
    """
    uptime: float | None = None
    """
    Seconds since it started; as 1m30s on the wire.
    """
    metrics: OrchestratorMetrics | None = None
    windmill: dict[str, Any] | None = None
    """
    The workflow engine of public servers; the embedded platform has none.
    """
    runtimes: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Runtimes that can be used.
    """
    config: OrchestratorConfig | None = None


class OrchestratorInfoAnswer(Model):
    """
    Answer that holds what the orchestrator is.
    """

    success: bool | None = None
    info: OrchestratorInfo
