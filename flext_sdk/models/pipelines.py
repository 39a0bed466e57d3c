# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag pipelines."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum


class ProblemSeverity(OpenEnum):
    """
    A warning does not stop the pipeline from being stored.
    """

    error = "error"
    warning = "warning"


class Problem(Model):
    """
    One thing wrong in a document.
    """

    path: str
    """
    Where, as a JSON pointer: /steps/0/extract/plugin.
    """
    message: str
    """
    What is wrong.
    """
    hint: str | None = None
    """
    What to do about it.
    """
    severity: ProblemSeverity = ProblemSeverity.error
    file: str | None = None
    """
    Name of the file that the document was read from.
    """
    line: int | None = None
    """
    Line in that file, counted from 1.
    """
    column: int | None = None
    """
    Column in that line, counted from 1.
    """


class ValidationReport(Model):
    """
    The verdict on a pipeline definition.
    """

    valid: bool
    """
    Whether the definition can be stored and run.
    """
    name: str | None = None
    """
    Name of the pipeline.
    """
    problems: Annotated[list[Problem], NullAsEmpty]
    """
    Every problem found.
    """


class MeltanoDefinition(Model):
    """
    A run of a Meltano project as a step of a pipeline.
    """

    project: str
    """
    Folder of the project; relative to the file.
    """
    run: Annotated[list[str], NullAsEmpty]
    """
    Plugins and jobs in their order: a tap and its target.
    """
    environment: str | None = None
    """
    Meltano environment.
    """
    state_id_suffix: str | None = None
    """
    What is added to the ids of the states.
    """


class ScheduleDefinitionCatchup(OpenEnum):
    """
    What to do about times that were missed: skip them, run for the latest, or for all (at most 24).
    """

    skip = "skip"
    latest = "latest"
    all = "all"


class ScheduleDefinition(Model):
    """
    When a pipeline should run by itself.
    """

    cron: str
    """
    Five fields as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly.
    """
    timezone: str = "UTC"
    """
    Time zone of the fields, such as Europe/Berlin.
    """
    enabled: bool = True
    """
    Whether it is in force.
    """
    catchup: ScheduleDefinitionCatchup = ScheduleDefinitionCatchup.skip


class ExtractDefinition(Model):
    """
    Where rows come from.
    """

    plugin: str
    """
    A tap, such as tap-csv.
    """
    config: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Its settings; ${secret:NAME} and ${env:NAME} are filled in when it runs.
    """
    select: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Streams and fields as patterns: orders.*, !orders.note.
    """


class LoadDefinition(Model):
    """
    Where rows go.
    """

    plugin: str
    """
    A target, such as target-duckdb.
    """
    config: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Its settings.
    """


class DbtCommand(OpenEnum):
    """
    A command of dbt.
    """

    run = "run"
    test = "test"
    build = "build"
    compile = "compile"
    seed = "seed"
    snapshot = "snapshot"
    docs = "docs"
    parse = "parse"
    deps = "deps"


class ScheduleSlotStatus(OpenEnum):
    """
    Whether a run was started for it.
    """

    started = "started"
    missed = "missed"


class ScheduleSlot(Model):
    """
    A time of a schedule and what became of it.
    """

    scheduled_for: AwareDatetime | None = None
    """
    The time.
    """
    status: ScheduleSlotStatus
    execution_id: str | None = None
    """
    That run.
    """
    reason: str | None = None
    """
    Why it was missed.
    """


class ScheduleRequestCatchup(OpenEnum):
    """
    What to do about times that were missed: skip them, run for the latest, or for all (at most 24).
    """

    skip = "skip"
    latest = "latest"
    all = "all"


class ScheduleRequest(Model):
    """
    Change of a schedule; what is left out stays.
    """

    cron: str | None = None
    """
    Five fields as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly.
    """
    timezone: str | None = None
    """
    Time zone of the fields, such as Europe/Berlin.
    """
    enabled: bool | None = None
    """
    Whether it is in force.
    """
    catchup: ScheduleRequestCatchup | None = None
    remove: bool = False
    """
    Take the schedule away.
    """


class DbtDefinition(Model):
    """
    A command of dbt as a step.
    """

    project: str
    """
    Folder of the project, or the name under which it is registered.
    """
    command: DbtCommand
    select: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What to work on, as dbt selects: staging+, tag:daily.
    """
    exclude: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What to leave out.
    """
    vars: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Variables of the project; no secrets, dbt writes them down.
    """
    env: Annotated[dict[str, str | float | bool], NullAsEmpty] = Field(default_factory=dict)
    """
    Environment variables for env_var(); ${secret:NAME} is filled in when it runs.
    """
    full_refresh: bool = False
    """
    Build incremental models anew.
    """
    profiles: str | None = None
    """
    A profiles.yml, or its folder; the project's own when left out.
    """
    profile: str | None = None
    """
    Another profile than the project's.
    """
    target: str | None = None
    """
    Another output than the profile's default.
    """
    threads: int | None = None
    """
    How many models at once.
    """


class PipelineStep(Model):
    """
    One step of a stored pipeline.
    """

    id: str | None = None
    name: str
    order: int | None = None
    """
    Place in the definition.
    """
    plugin_id: str | None = None
    """
    Plugin of the step in services that have one plugin a step.
    """
    configuration: dict[str, Any] | None = None
    depends_on: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    extract: ExtractDefinition | None = None
    load: LoadDefinition | None = None
    dbt: DbtDefinition | None = None
    meltano: MeltanoDefinition | None = None
    retries: int | None = None
    timeout: str | float | None = None
    state: dict[str, Any] | None = None


class Schedule(Model):
    """
    When a pipeline should run by itself.
    """

    cron: str | None = None
    timezone: str = "UTC"
    enabled: bool | None = None
    catchup: str | None = None
    next_runs: Annotated[list[AwareDatetime], NullAsEmpty] = Field(default_factory=list)
    """
    The next times; none while it is not in force.
    """
    last: ScheduleSlot | None = None


class StepDefinition(Model):
    """
    One step of a pipeline: extract and load, dbt, or meltano.
    """

    name: str
    """
    Unique within the pipeline.
    """
    extract: ExtractDefinition | None = None
    load: LoadDefinition | None = None
    dbt: DbtDefinition | None = None
    meltano: MeltanoDefinition | None = None
    depends_on: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Steps that must complete first.
    """
    retries: int = 0
    """
    How often the step is tried again.
    """
    timeout: str | float | None = None
    """
    How long one try may take: seconds, or 90s, 30m, 2h.
    """
    fast: bool = True
    """
    Whether plugins made with the Singer SDK hand rows over in files and load them without validating each again, where both ends can.
    """
    state: dict[str, Any] | None = None
    """
    The Singer state of the first run, where there is no bookmark yet.
    """


class Pipeline(Model):
    """
    A stored pipeline.
    """

    id: str
    """
    Id that never changes.
    """
    name: str
    """
    Unique name.
    """
    description: str | None = None
    is_active: bool = True
    """
    False while it is paused.
    """
    status: str | None = None
    """
    active or paused; other services also say draft, running, completed, failed or archived.
    """
    tags: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    steps: Annotated[list[PipelineStep], NullAsEmpty] = Field(default_factory=list)
    step_count: int | None = None
    variables: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    configuration: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    max_concurrent_runs: int | None = None
    schedule: Schedule | str | None = None
    last_run_status: str | None = None
    """
    Status of the newest run.
    """
    last_run_at: AwareDatetime | None = None
    """
    When the newest run began.
    """
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    version: int | None = None
    """
    Grows with every change of the definition.
    """


class PipelineDefinition(Model):
    """
    A pipeline as its file has it.
    """

    name: str
    """
    Unique name: letters, digits, - and _, a letter or digit first.
    """
    description: str | None = None
    """
    What it is for.
    """
    tags: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Words to find it by.
    """
    schedule: ScheduleDefinition | None = None
    """
    When it should run by itself.
    """
    variables: Annotated[dict[str, str | float | bool], NullAsEmpty] = Field(default_factory=dict)
    """
    Values for ${NAME} places in the settings; a run can give others.
    """
    max_concurrent_runs: int = 1
    """
    How many runs may go on at once.
    """
    steps: Annotated[list[StepDefinition], NullAsEmpty] = Field(default_factory=list)
    """
    What it does.
    """
    configuration: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Free for your own use; stored as it is.
    """
    base_path: str | None = None
    """
    Folder that relative paths in the settings start from; the folder of the file.
    """


class PipelineList(Model):
    """
    A page of pipelines.
    """

    pipelines: Annotated[list[Pipeline], NullAsEmpty]
    total: int
    """
    How many there are in all.
    """
