# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag runs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.mixins import RunMixin
from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum


class RunStatus(OpenEnum):
    """
    State of a run; stopping goes over to cancelled.
    """

    pending = "pending"
    running = "running"
    stopping = "stopping"
    completed = "completed"
    failed = "failed"
    cancelled = "cancelled"


class StepStatus(OpenEnum):
    """
    State of a step; a step is skipped when one that it depends on did not complete.
    """

    pending = "pending"
    running = "running"
    completed = "completed"
    failed = "failed"
    cancelled = "cancelled"
    skipped = "skipped"


class LogLevel(OpenEnum):
    """
    Weight of a log line.
    """

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


class DbtNode(Model):
    """
    What became of one model, test, seed or snapshot.
    """

    name: str
    type: str | None = None
    """
    model, test, seed, snapshot ...
    """
    status: str
    """
    running, success, pass, warn, error, fail, skipped or cancelled.
    """
    duration: float | None = None
    """
    Seconds.
    """
    rows: int | None = None
    """
    Rows that it wrote, where the database tells.
    """
    failures: int | None = None
    """
    Rows that a test found.
    """
    message: str | None = None
    """
    What is wrong.
    """
    file: str | None = None
    """
    Where it is defined.
    """
    line: int | None = None
    """
    Line in that file.
    """
    compiled: str | None = None
    """
    The compiled file.
    """
    id: str | None = None
    """
    dbt's id: model.shop.orders.
    """


class StartRequest(Model):
    """
    How to start a run.
    """

    variables: Annotated[dict[str, str | float | bool], NullAsEmpty] = Field(default_factory=dict)
    """
    Values that replace those of the definition for this run.
    """
    step_override: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Only these steps.
    """
    full_refresh: bool = False
    """
    Read everything again instead of going on from the bookmarks.
    """


class StopRequest(Model):
    """
    How to stop.
    """

    execution_id: str | None = None
    """
    Only this run.
    """
    force: bool = False
    """
    End the processes at once instead of asking them first.
    """


class StepRun(Model):
    """
    One step of a run.
    """

    name: str
    status: StepStatus
    attempt: int | None = None
    """
    Number of the try, counted from 1.
    """
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    duration: float | None = None
    """
    Seconds.
    """
    records: int | None = None
    bytes: int | None = None
    rate: float | None = None
    """
    Rows a second.
    """
    streams: Annotated[dict[str, int], NullAsEmpty] = Field(default_factory=dict)
    """
    Rows read by stream.
    """
    error: str | None = None
    exit_code: int | None = None
    """
    Exit code of the program that failed.
    """
    doing: str | None = None
    """
    What it does just now, where that is not its work yet: installing dbt for duckdb.
    """
    done: int | None = None
    """
    Models, tests and the like that are done; null where the step has none.
    """
    total: int | None = None
    """
    How many there are to do.
    """
    nodes: Annotated[list[DbtNode], NullAsEmpty] = Field(default_factory=list)
    """
    What became of each; while it goes on, those that are being done and those that failed.
    """


class StepState(Model):
    """
    The bookmark of a step.
    """

    step: str
    state: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Singer state as the target confirmed it.
    """
    execution_id: str | None = None
    """
    The run it comes from; null when it was set by hand.
    """
    updated_at: AwareDatetime | None = None


class StateRequest(Model):
    """
    A bookmark set by hand.
    """

    state: Annotated[dict[str, Any], NullAsEmpty]
    """
    Singer state; the bookmarks by stream are under the key bookmarks.
    """
    step: str | None = None
    """
    The step; needed where the pipeline has more than one.
    """


class LogEntry(Model):
    """
    One line of a log.
    """

    id: int | None = None
    """
    Grows from line to line of one run.
    """
    timestamp: AwareDatetime | None = None
    level: str | None = None
    """
    debug, info, warning or error.
    """
    message: str
    source: str | None = None
    """
    engine, the name of a tap or target, or the name of a service.
    """
    step: str | None = None
    """
    Step of the run.
    """
    execution_id: str | None = None
    """
    The run it belongs to.
    """
    logger: str | None = None
    """
    Part of the service that wrote it.
    """
    request_id: str | None = None
    """
    The request that it is about.
    """
    exception: str | None = None
    """
    Where an error of the service came from, with its lines.
    """


class Run(RunMixin):
    """
    One run of a pipeline.
    """

    execution_id: str
    """
    Id of the run.
    """
    pipeline_id: str | None = None
    """
    Id of the pipeline.
    """
    pipeline: str | None = None
    """
    Name of the pipeline.
    """
    status: RunStatus
    trigger: str | None = None
    """
    manual, retry or schedule.
    """
    scheduled_for: AwareDatetime | None = None
    """
    The time of the schedule that it was started for.
    """
    retry_of: str | None = None
    """
    The run that this one retries.
    """
    full_refresh: bool | None = None
    variables: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Values this run was given.
    """
    created_at: AwareDatetime | None = None
    """
    When it was asked for.
    """
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    """
    When it ended, in whatever way.
    """
    duration: float | None = None
    """
    Seconds from start to end or to now.
    """
    steps_executed: int | None = None
    """
    Steps that ended.
    """
    steps_total: int | None = None
    current_step: str | None = None
    records: int | None = None
    """
    Rows read so far.
    """
    bytes: int | None = None
    """
    Bytes that went from taps to targets so far.
    """
    rate: float | None = None
    """
    Rows a second over the run.
    """
    restarts: int | None = None
    """
    How often the run went on after its service had stopped.
    """
    error: str | None = None
    """
    Why it failed.
    """
    hint: str | None = None
    """
    What to do about it.
    """
    steps: Annotated[list[StepRun], NullAsEmpty] = Field(default_factory=list)


class PipelineStatus(Model):
    """
    How a pipeline is doing.
    """

    pipeline_id: str | None = None
    name: str
    status: str
    """
    Status of the newest run; idle where there is none.
    """
    is_active: bool | None = None
    health_status: str | None = None
    """
    healthy, warning after one failed run, unhealthy after three in a row, unknown without runs.
    """
    execution_count: int | None = None
    success_count: int | None = None
    failure_count: int | None = None
    last_execution: Run | None = None
    next_execution: AwareDatetime | None = None


class PipelineState(Model):
    """
    The bookmarks of a pipeline.
    """

    pipeline_id: str | None = None
    name: str | None = None
    states: Annotated[list[StepState], NullAsEmpty]


class LogList(Model):
    """
    Log lines.
    """

    logs: Annotated[list[LogEntry], NullAsEmpty]
    execution_id: str | None = None
    """
    The run they belong to.
    """
    last_id: int | None = None
    """
    Id up to which the log was looked through; ask with it as after for what comes next.
    """
    cursor: str | None = None
    """
    Of a service's own log: the place behind these lines; ask with it as after for what comes next.
    """
    missed: int | None = None
    """
    How many lines behind the id in after are no longer kept; left out where there are none.
    """


class RunList(Model):
    """
    A page of runs.
    """

    runs: Annotated[list[Run], NullAsEmpty]
    total: int
    """
    How many there are in all.
    """
