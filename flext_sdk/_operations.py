# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Every operation of both contracts as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk._core.operations import Operation, Paging, Param

if TYPE_CHECKING:
    from flext_sdk.models.auth import AuditEntry, Identity, Introspection, Revocation, TokenPair, User
    from flext_sdk.models.bus import BusCommandResult, BusQueryResult
    from flext_sdk.models.cluster import ClusterNode, ClusterStatus
    from flext_sdk.models.dbt import DbtLineage, DbtModelList, DbtProject
    from flext_sdk.models.events import Event, EventCount, EventPublished
    from flext_sdk.models.meltano import MeltanoPlugin, MeltanoProject, MeltanoSchedule, MeltanoSettings, MeltanoState
    from flext_sdk.models.node import NodeInfo, NodeStatus
    from flext_sdk.models.orchestrations import (
        Orchestration,
        OrchestrationCanceled,
        OrchestratorInfo,
        OrchestratorMetrics,
    )
    from flext_sdk.models.pipelines import Pipeline, Schedule, ValidationReport
    from flext_sdk.models.plugins import (
        Execution,
        FoundPlugin,
        Plugin,
        PluginCondition,
        PluginGone,
        PluginLine,
        PluginLock,
        PluginMetadata,
    )
    from flext_sdk.models.runs import LogList, PipelineState, PipelineStatus, Run, RunList
    from flext_sdk.models.runtimes import Runtime, RuntimeHealth
    from flext_sdk.models.services import (
        FlexcoreMetrics,
        FlextMetrics,
        Health,
        Readiness,
        ServiceConfig,
        ServiceInfo,
        ServiceList,
        ServiceStatus,
    )
    from flext_sdk.models.taps import DataPlugin, Discovery, PluginSettings, TrialVerdict
    from flext_sdk.models.workflows import Workflow, WorkflowExecution, WorkflowStatus

SERVICES_FLEXT_HEALTH: Operation[Health] = Operation(
    id="services.flext_health",
    service="flext",
    group="services",
    method="GET",
    path="/health",
    response="services:Health",
    idempotent=True,
    wire=(("timestamp", "moment"), ("uptime", "seconds")),
)

SERVICES_FLEXT_READY: Operation[Readiness] = Operation(
    id="services.flext_ready",
    service="flext",
    group="services",
    method="GET",
    path="/ready",
    response="services:Readiness",
    idempotent=True,
)

SERVICES_FLEXT_METRICS: Operation[FlextMetrics] = Operation(
    id="services.flext_metrics",
    service="flext",
    group="services",
    method="GET",
    path="/metrics",
    response="services:FlextMetrics",
    idempotent=True,
    wire=(("server.uptime", "seconds"),),
    prometheus="flext",
    generations=("published", "echo"),
    instead=(("control-panel", "flext service health flext; such a server counts nothing."),),
)

SERVICES_FLEXT_INFO: Operation[ServiceInfo] = Operation(
    id="services.flext_info",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/info",
    response="services:ServiceInfo",
    idempotent=True,
    generations=("control-panel",),
    variants=(
        Operation(
            id="services.flext_info",
            service="flext",
            group="services",
            method="GET",
            path="/",
            response="services:ServiceInfo",
            idempotent=True,
            generations=("published", "echo"),
        ),
    ),
)

SERVICES_LIST: Operation[ServiceList] = Operation(
    id="services.list",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/services",
    response="services:ServiceList",
    idempotent=True,
)

SERVICES_STATUS: Operation[ServiceStatus] = Operation(
    id="services.status",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/services/{service}",
    path_params=(Param("service", "service"),),
    response="services:ServiceStatus",
    idempotent=True,
)

SERVICES_LOGS: Operation[LogList] = Operation(
    id="services.logs",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/services/{service}/logs",
    path_params=(Param("service", "service"),),
    query=(
        Param("tail", "tail"),
        Param("after", "after"),
        Param("since", "since"),
        Param("level", "level"),
        Param("grep", "grep"),
    ),
    response="runs:LogList",
    idempotent=True,
    instead=(("", "look at the log where the server runs."),),
)

SERVICES_CONFIG: Operation[ServiceConfig] = Operation(
    id="services.config",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/services/{service}/config",
    path_params=(Param("service", "service"),),
    response="services:ServiceConfig",
    idempotent=True,
)

MELTANO_INIT: Operation[MeltanoProject] = Operation(
    id="meltano.init",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/projects",
    body="meltano:MeltanoInit",
    response="meltano:MeltanoProject",
    mutating=True,
)

MELTANO_LIST: Operation[MeltanoPlugin] = Operation(
    id="meltano.list",
    service="flext",
    group="meltano",
    method="GET",
    path="/api/v1/meltano/plugins",
    query=(
        Param("project", "project"),
        Param("available", "available"),
    ),
    response="meltano:MeltanoPlugin",
    paging=Paging(items="plugins", total="total", limit=None, offset=None),
    idempotent=True,
)

MELTANO_ADD: Operation[MeltanoPlugin] = Operation(
    id="meltano.add",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/plugins",
    body="meltano:MeltanoAdd",
    response="meltano:MeltanoPlugin",
    mutating=True,
)

MELTANO_INSTALL: Operation[Run] = Operation(
    id="meltano.install",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/install",
    body="meltano:MeltanoInstall",
    response="runs:Run",
    mutating=True,
)

MELTANO_RUNS: Operation[Run] = Operation(
    id="meltano.runs",
    service="flext",
    group="meltano",
    method="GET",
    path="/api/v1/meltano/runs",
    query=(
        Param("project", "project"),
        Param("limit", "limit"),
        Param("offset", "offset"),
    ),
    response="runs:Run",
    paging=Paging(items="runs", total="total"),
    idempotent=True,
)

MELTANO_RUN: Operation[Run] = Operation(
    id="meltano.run",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/runs",
    body="meltano:MeltanoRunRequest",
    response="runs:Run",
    mutating=True,
)

MELTANO_STOP: Operation[RunList] = Operation(
    id="meltano.stop",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/stop",
    body="meltano:MeltanoStop",
    response="runs:RunList",
    mutating=True,
)

MELTANO_INVOKE: Operation[Run] = Operation(
    id="meltano.invoke",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/invoke",
    body="meltano:MeltanoInvoke",
    response="runs:Run",
    mutating=True,
)

MELTANO_TEST: Operation[Run] = Operation(
    id="meltano.test",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/test",
    body="meltano:MeltanoTest",
    response="runs:Run",
    mutating=True,
)

MELTANO_UPGRADE: Operation[Run] = Operation(
    id="meltano.upgrade",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/upgrade",
    body="meltano:MeltanoUpgrade",
    response="runs:Run",
    mutating=True,
)

MELTANO_CONFIG: Operation[MeltanoSettings] = Operation(
    id="meltano.config",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/config/{component}",
    path_params=(Param("component", "component"),),
    body="meltano:MeltanoConfigRequest",
    response="meltano:MeltanoSettings",
    idempotent=True,
    mutating=True,
)

MELTANO_SCHEDULES: Operation[MeltanoSchedule] = Operation(
    id="meltano.schedules",
    service="flext",
    group="meltano",
    method="GET",
    path="/api/v1/meltano/schedules",
    query=(Param("project", "project"),),
    response="meltano:MeltanoSchedule",
    paging=Paging(items="schedules", total="total", limit=None, offset=None),
    idempotent=True,
)

MELTANO_SCHEDULE: Operation[MeltanoSchedule] = Operation(
    id="meltano.schedule",
    service="flext",
    group="meltano",
    method="POST",
    path="/api/v1/meltano/schedules/{name}",
    path_params=(Param("name", "name"),),
    body="meltano:MeltanoScheduleRequest",
    response="meltano:MeltanoSchedule",
    idempotent=True,
    mutating=True,
)

MELTANO_STATE_LIST: Operation[MeltanoState] = Operation(
    id="meltano.state_list",
    service="flext",
    group="meltano",
    method="GET",
    path="/api/v1/meltano/state",
    query=(
        Param("project", "project"),
        Param("pattern", "pattern"),
    ),
    response="meltano:MeltanoState",
    paging=Paging(items="states", total="total", limit=None, offset=None),
    idempotent=True,
)

MELTANO_STATE_SHOW: Operation[MeltanoState] = Operation(
    id="meltano.state_show",
    service="flext",
    group="meltano",
    method="GET",
    path="/api/v1/meltano/state/{state_id}",
    path_params=(Param("state_id", "state_id"),),
    query=(Param("project", "project"),),
    response="meltano:MeltanoState",
    idempotent=True,
)

MELTANO_STATE_SET: Operation[MeltanoState] = Operation(
    id="meltano.state_set",
    service="flext",
    group="meltano",
    method="PUT",
    path="/api/v1/meltano/state/{state_id}",
    path_params=(Param("state_id", "state_id"),),
    body="meltano:MeltanoStateRequest",
    response="meltano:MeltanoState",
    idempotent=True,
    mutating=True,
)

MELTANO_STATE_CLEAR: Operation[None] = Operation(
    id="meltano.state_clear",
    service="flext",
    group="meltano",
    method="DELETE",
    path="/api/v1/meltano/state/{state_id}",
    path_params=(Param("state_id", "state_id"),),
    query=(Param("project", "project"),),
    idempotent=True,
    mutating=True,
)

PIPELINES_LIST: Operation[Pipeline] = Operation(
    id="pipelines.list",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines",
    query=(
        Param("limit", "limit"),
        Param("offset", "offset"),
        Param("active", "active"),
        Param("tags", "tags", "csv"),
        Param("search", "q"),
        Param("status", "status"),
        Param("sort", "sort"),
    ),
    response="pipelines:Pipeline",
    paging=Paging(items="pipelines", total="total"),
    idempotent=True,
)

PIPELINES_CREATE: Operation[Pipeline] = Operation(
    id="pipelines.create",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines",
    body="pipelines:PipelineDefinition",
    response="pipelines:Pipeline",
    mutating=True,
)

PIPELINES_VALIDATE: Operation[ValidationReport] = Operation(
    id="pipelines.validate",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/validate",
    body="json",
    response="pipelines:ValidationReport",
    idempotent=True,
)

PIPELINES_SHOW: Operation[Pipeline] = Operation(
    id="pipelines.show",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines/{name}",
    path_params=(Param("name", "name"),),
    response="pipelines:Pipeline",
    idempotent=True,
    cache=True,
)

PIPELINES_UPDATE: Operation[Pipeline] = Operation(
    id="pipelines.update",
    service="flext",
    group="pipelines",
    method="PUT",
    path="/api/v1/pipelines/{name}",
    path_params=(Param("name", "name"),),
    body="pipelines:PipelineDefinition",
    response="pipelines:Pipeline",
    idempotent=True,
    mutating=True,
    instead=(
        ("", "create it under another name: flext pipeline create; the server can only create pipelines and steps."),
    ),
)

PIPELINES_DELETE: Operation[None] = Operation(
    id="pipelines.delete",
    service="flext",
    group="pipelines",
    method="DELETE",
    path="/api/v1/pipelines/{name}",
    path_params=(Param("name", "name"),),
    idempotent=True,
    mutating=True,
    instead=(("", "its API cannot; do it where the server runs."),),
)

PIPELINES_START: Operation[Run] = Operation(
    id="pipelines.start",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/{name}/execute",
    path_params=(Param("name", "name"),),
    body="runs:StartRequest",
    response="runs:Run",
    mutating=True,
)

PIPELINES_STOP: Operation[RunList] = Operation(
    id="pipelines.stop",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/{name}/stop",
    path_params=(Param("name", "name"),),
    body="runs:StopRequest",
    response="runs:RunList",
    mutating=True,
    instead=(("", "end it where the server runs; its API cannot."),),
)

PIPELINES_STATUS: Operation[PipelineStatus] = Operation(
    id="pipelines.status",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines/{name}/status",
    path_params=(Param("name", "name"),),
    response="runs:PipelineStatus",
    idempotent=True,
    instead=(("", "flext pipeline show tells whether it is active."),),
)

PIPELINES_LOGS: Operation[LogList] = Operation(
    id="pipelines.logs",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines/{name}/logs",
    path_params=(Param("name", "name"),),
    query=(
        Param("execution_id", "execution_id"),
        Param("tail", "tail"),
        Param("after", "after"),
        Param("since", "since"),
        Param("level", "level"),
        Param("grep", "grep"),
    ),
    response="runs:LogList",
    idempotent=True,
    instead=(("", "flext pipeline logs --follow, where the server has a WebSocket at /ws."),),
)

PIPELINES_EXPORT: Operation[str] = Operation(
    id="pipelines.export",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines/{name}/export",
    path_params=(Param("name", "name"),),
    query=(Param("format", "format"),),
    response="text",
    idempotent=True,
    instead=(("", "flext pipeline show NAME -o yaml."),),
)

PIPELINES_PAUSE: Operation[Pipeline] = Operation(
    id="pipelines.pause",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/{name}/pause",
    path_params=(Param("name", "name"),),
    response="pipelines:Pipeline",
    idempotent=True,
    mutating=True,
    instead=(("", "its API cannot; do it where the server runs."),),
)

PIPELINES_RESUME: Operation[Pipeline] = Operation(
    id="pipelines.resume",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/{name}/resume",
    path_params=(Param("name", "name"),),
    response="pipelines:Pipeline",
    idempotent=True,
    mutating=True,
    instead=(("", "its API cannot; do it where the server runs."),),
)

PIPELINES_SCHEDULE: Operation[Schedule] = Operation(
    id="pipelines.schedule",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/pipelines/{name}/schedule",
    path_params=(Param("name", "name"),),
    body="pipelines:ScheduleRequest",
    response="pipelines:Schedule",
    idempotent=True,
    mutating=True,
    instead=(("", "give the schedule in the configuration when the pipeline is created."),),
)

PIPELINES_STATE_SHOW: Operation[PipelineState] = Operation(
    id="pipelines.state_show",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/pipelines/{name}/state",
    path_params=(Param("name", "name"),),
    response="runs:PipelineState",
    idempotent=True,
)

PIPELINES_STATE_SET: Operation[PipelineState] = Operation(
    id="pipelines.state_set",
    service="flext",
    group="pipelines",
    method="PUT",
    path="/api/v1/pipelines/{name}/state",
    path_params=(Param("name", "name"),),
    body="runs:StateRequest",
    response="runs:PipelineState",
    idempotent=True,
    mutating=True,
)

PIPELINES_STATE_CLEAR: Operation[PipelineState] = Operation(
    id="pipelines.state_clear",
    service="flext",
    group="pipelines",
    method="DELETE",
    path="/api/v1/pipelines/{name}/state",
    path_params=(Param("name", "name"),),
    query=(
        Param("step", "step"),
        Param("stream", "stream"),
    ),
    response="runs:PipelineState",
    idempotent=True,
    mutating=True,
)

PIPELINES_RUNS: Operation[Run] = Operation(
    id="pipelines.runs",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/runs",
    query=(
        Param("pipeline", "pipeline"),
        Param("status", "status"),
        Param("limit", "limit"),
        Param("offset", "offset"),
    ),
    response="runs:Run",
    paging=Paging(items="runs", total="total"),
    idempotent=True,
    instead=(("", "flext pipeline show tells whether it is active; the server keeps no runs."),),
)

PIPELINES_RUN_INFO: Operation[Run] = Operation(
    id="pipelines.run_info",
    service="flext",
    group="pipelines",
    method="GET",
    path="/api/v1/runs/{run}",
    path_params=(Param("run", "run"),),
    response="runs:Run",
    idempotent=True,
    instead=(("", "the server keeps no runs; flext pipeline show tells of the pipeline."),),
)

PIPELINES_RETRY: Operation[Run] = Operation(
    id="pipelines.retry",
    service="flext",
    group="pipelines",
    method="POST",
    path="/api/v1/runs/{run}/retry",
    path_params=(Param("run", "run"),),
    response="runs:Run",
    mutating=True,
    instead=(("", "start it again: flext pipeline start."),),
)

DBT_PROJECTS: Operation[DbtProject] = Operation(
    id="dbt.projects",
    service="flext",
    group="dbt",
    method="GET",
    path="/api/v1/dbt/projects",
    response="dbt:DbtProject",
    paging=Paging(items="projects", total="total", limit=None, offset=None),
    idempotent=True,
)

DBT_REGISTER: Operation[DbtProject] = Operation(
    id="dbt.register",
    service="flext",
    group="dbt",
    method="POST",
    path="/api/v1/dbt/projects",
    body="dbt:DbtRegistration",
    response="dbt:DbtProject",
    idempotent=True,
    mutating=True,
)

DBT_FORGET: Operation[None] = Operation(
    id="dbt.forget",
    service="flext",
    group="dbt",
    method="DELETE",
    path="/api/v1/dbt/projects/{project}",
    path_params=(Param("project", "project"),),
    idempotent=True,
    mutating=True,
)

DBT_SHOW: Operation[DbtProject] = Operation(
    id="dbt.show",
    service="flext",
    group="dbt",
    method="GET",
    path="/api/v1/dbt/project",
    query=(
        Param("project", "project"),
        Param("base_path", "base_path"),
    ),
    response="dbt:DbtProject",
    idempotent=True,
)

DBT_INIT: Operation[DbtProject] = Operation(
    id="dbt.init",
    service="flext",
    group="dbt",
    method="POST",
    path="/api/v1/dbt/init",
    body="dbt:DbtInit",
    response="dbt:DbtProject",
    mutating=True,
)

DBT_RUN: Operation[Run] = Operation(
    id="dbt.run",
    service="flext",
    group="dbt",
    method="POST",
    path="/api/v1/dbt/runs",
    body="dbt:DbtRunRequest",
    response="runs:Run",
    mutating=True,
)

DBT_MODELS: Operation[DbtModelList] = Operation(
    id="dbt.models",
    service="flext",
    group="dbt",
    method="GET",
    path="/api/v1/dbt/models",
    query=(
        Param("project", "project"),
        Param("base_path", "base_path"),
        Param("stale", "stale"),
        Param("types", "types", "csv"),
    ),
    response="dbt:DbtModelList",
    idempotent=True,
)

DBT_LINEAGE: Operation[DbtLineage] = Operation(
    id="dbt.lineage",
    service="flext",
    group="dbt",
    method="GET",
    path="/api/v1/dbt/lineage",
    query=(
        Param("project", "project"),
        Param("base_path", "base_path"),
        Param("stale", "stale"),
        Param("model", "model"),
    ),
    response="dbt:DbtLineage",
    idempotent=True,
)

DBT_DOCS: Operation[str] = Operation(
    id="dbt.docs",
    service="flext",
    group="dbt",
    method="GET",
    path="/api/v1/dbt/docs",
    query=(
        Param("project", "project"),
        Param("base_path", "base_path"),
    ),
    response="text",
    idempotent=True,
)

TAPS_LIST: Operation[DataPlugin] = Operation(
    id="taps.list",
    service="flext",
    group="taps",
    method="GET",
    path="/api/v1/singer/taps",
    response="taps:DataPlugin",
    paging=Paging(items="taps", total="count", limit=None, offset=None),
    idempotent=True,
    generations=("control-panel",),
)

TAPS_INFO: Operation[DataPlugin] = Operation(
    id="taps.info",
    service="flext",
    group="taps",
    method="GET",
    path="/api/v1/singer/taps/{name}",
    path_params=(Param("name", "name"),),
    response="taps:DataPlugin",
    idempotent=True,
)

TAPS_SETTINGS: Operation[PluginSettings] = Operation(
    id="taps.settings",
    service="flext",
    group="taps",
    method="GET",
    path="/api/v1/singer/taps/{name}/config",
    path_params=(Param("name", "name"),),
    response="taps:PluginSettings",
    idempotent=True,
)

TAPS_CONFIG: Operation[PluginSettings] = Operation(
    id="taps.config",
    service="flext",
    group="taps",
    method="PUT",
    path="/api/v1/singer/taps/{name}/config",
    path_params=(Param("name", "name"),),
    body="taps:SettingsChange",
    response="taps:PluginSettings",
    idempotent=True,
    mutating=True,
)

TAPS_TEST: Operation[TrialVerdict] = Operation(
    id="taps.test",
    service="flext",
    group="taps",
    method="POST",
    path="/api/v1/singer/test/tap/{name}",
    path_params=(Param("name", "name"),),
    body="taps:TrialRequest",
    response="taps:TrialVerdict",
    mutating=True,
)

TAPS_DISCOVER: Operation[Discovery] = Operation(
    id="taps.discover",
    service="flext",
    group="taps",
    method="POST",
    path="/api/v1/singer/taps/{name}/discover",
    path_params=(Param("name", "name"),),
    body="taps:TrialRequest",
    response="taps:Discovery",
    mutating=True,
)

TAPS_SELECT: Operation[Discovery] = Operation(
    id="taps.select",
    service="flext",
    group="taps",
    method="PUT",
    path="/api/v1/singer/taps/{name}/select",
    path_params=(Param("name", "name"),),
    body="taps:SelectRequest",
    response="taps:Discovery",
    idempotent=True,
    mutating=True,
)

TARGETS_LIST: Operation[DataPlugin] = Operation(
    id="targets.list",
    service="flext",
    group="targets",
    method="GET",
    path="/api/v1/singer/targets",
    response="taps:DataPlugin",
    paging=Paging(items="targets", total="count", limit=None, offset=None),
    idempotent=True,
    generations=("control-panel",),
)

TARGETS_INFO: Operation[DataPlugin] = Operation(
    id="targets.info",
    service="flext",
    group="targets",
    method="GET",
    path="/api/v1/singer/targets/{name}",
    path_params=(Param("name", "name"),),
    response="taps:DataPlugin",
    idempotent=True,
)

TARGETS_SETTINGS: Operation[PluginSettings] = Operation(
    id="targets.settings",
    service="flext",
    group="targets",
    method="GET",
    path="/api/v1/singer/targets/{name}/config",
    path_params=(Param("name", "name"),),
    response="taps:PluginSettings",
    idempotent=True,
)

TARGETS_CONFIG: Operation[PluginSettings] = Operation(
    id="targets.config",
    service="flext",
    group="targets",
    method="PUT",
    path="/api/v1/singer/targets/{name}/config",
    path_params=(Param("name", "name"),),
    body="taps:SettingsChange",
    response="taps:PluginSettings",
    idempotent=True,
    mutating=True,
)

TARGETS_TEST: Operation[TrialVerdict] = Operation(
    id="targets.test",
    service="flext",
    group="targets",
    method="POST",
    path="/api/v1/singer/test/target/{name}",
    path_params=(Param("name", "name"),),
    body="taps:TrialRequest",
    response="taps:TrialVerdict",
    mutating=True,
)

AUTH_LOGIN: Operation[TokenPair] = Operation(
    id="auth.login",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/login",
    body="auth:LoginRequest",
    response="auth:TokenPair",
    mutating=True,
    instead=(("", "give the server's token: FLEXT_TOKEN, or --token-file FILE."),),
)

AUTH_REFRESH: Operation[TokenPair] = Operation(
    id="auth.refresh",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/refresh",
    body="auth:RefreshRequest",
    response="auth:TokenPair",
    mutating=True,
)

AUTH_LOGOUT: Operation[None] = Operation(
    id="auth.logout",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/logout",
    body="auth:LogoutRequest",
    idempotent=True,
    mutating=True,
)

AUTH_WHOAMI: Operation[Identity] = Operation(
    id="auth.whoami",
    service="flext",
    group="auth",
    method="GET",
    path="/api/v1/auth/me",
    response="auth:Identity",
    idempotent=True,
)

AUTH_INTROSPECT: Operation[Introspection] = Operation(
    id="auth.introspect",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/introspect",
    body="auth:LogoutRequest",
    response="auth:Introspection",
    idempotent=True,
    mutating=True,
)

AUTH_TOKEN_REVOKE: Operation[Revocation] = Operation(
    id="auth.token_revoke",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/revoke",
    body="auth:RevokeRequest",
    response="auth:Revocation",
    idempotent=True,
    mutating=True,
)

AUTH_USER_LIST: Operation[User] = Operation(
    id="auth.user_list",
    service="flext",
    group="auth",
    method="GET",
    path="/api/v1/auth/users",
    query=(
        Param("limit", "limit"),
        Param("offset", "offset"),
    ),
    response="auth:User",
    paging=Paging(items="users", total="total"),
    idempotent=True,
)

AUTH_USER_CREATE: Operation[User] = Operation(
    id="auth.user_create",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/users",
    body="auth:UserRequest",
    response="auth:User",
    mutating=True,
)

AUTH_USER_UPDATE: Operation[User] = Operation(
    id="auth.user_update",
    service="flext",
    group="auth",
    method="PUT",
    path="/api/v1/auth/users/{username}",
    path_params=(Param("username", "username"),),
    body="auth:UserChange",
    response="auth:User",
    idempotent=True,
    mutating=True,
)

AUTH_USER_DELETE: Operation[None] = Operation(
    id="auth.user_delete",
    service="flext",
    group="auth",
    method="DELETE",
    path="/api/v1/auth/users/{username}",
    path_params=(Param("username", "username"),),
    idempotent=True,
    mutating=True,
)

AUTH_USER_SET_PASSWORD: Operation[None] = Operation(
    id="auth.user_set_password",
    service="flext",
    group="auth",
    method="PUT",
    path="/api/v1/auth/users/{username}/password",
    path_params=(Param("username", "username"),),
    body="auth:PasswordRequest",
    idempotent=True,
    mutating=True,
)

AUTH_USER_DISABLE: Operation[User] = Operation(
    id="auth.user_disable",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/users/{username}/disable",
    path_params=(Param("username", "username"),),
    response="auth:User",
    idempotent=True,
    mutating=True,
)

AUTH_USER_ENABLE: Operation[User] = Operation(
    id="auth.user_enable",
    service="flext",
    group="auth",
    method="POST",
    path="/api/v1/auth/users/{username}/enable",
    path_params=(Param("username", "username"),),
    response="auth:User",
    idempotent=True,
    mutating=True,
)

AUTH_AUDIT: Operation[AuditEntry] = Operation(
    id="auth.audit",
    service="flext",
    group="auth",
    method="GET",
    path="/api/v1/auth/audit",
    query=(
        Param("limit", "limit"),
        Param("offset", "offset"),
        Param("username", "username"),
    ),
    response="auth:AuditEntry",
    paging=Paging(items="entries", total="total"),
    idempotent=True,
)

SERVICES_FLEXCORE_HEALTH: Operation[Health] = Operation(
    id="services.flexcore_health",
    service="flexcore",
    group="services",
    method="GET",
    path="/health",
    response="services:Health",
    idempotent=True,
    wire=(("timestamp", "moment"), ("uptime", "seconds")),
)

SERVICES_FLEXCORE_READY: Operation[Readiness] = Operation(
    id="services.flexcore_ready",
    service="flexcore",
    group="services",
    method="GET",
    path="/ready",
    response="services:Readiness",
    idempotent=True,
)

SERVICES_FLEXCORE_INFO: Operation[ServiceInfo] = Operation(
    id="services.flexcore_info",
    service="flexcore",
    group="services",
    method="GET",
    path="/info",
    response="services:ServiceInfo",
    idempotent=True,
    generations=("orchestrator",),
    variants=(
        Operation(
            id="services.flexcore_info",
            service="flexcore",
            group="services",
            method="GET",
            path="/api/v1/flexcore/status",
            response="services:ServiceInfo",
            idempotent=True,
            constants=(("service", "flexcore-container"),),
            generations=("container",),
        ),
        Operation(
            id="services.flexcore_info",
            service="flexcore",
            group="services",
            method="GET",
            path="/",
            response="services:ServiceInfo",
            idempotent=True,
            generations=("plain",),
        ),
    ),
)

SERVICES_FLEXCORE_METRICS: Operation[FlexcoreMetrics] = Operation(
    id="services.flexcore_metrics",
    service="flexcore",
    group="services",
    method="GET",
    path="/api/v1/flexcore/metrics",
    response="services:FlexcoreMetrics",
    idempotent=True,
    wire=(("metrics.memory_usage", "bytes"), ("metrics.uptime", "seconds")),
    prometheus="flexcore",
    generations=("container",),
    variants=(
        Operation(
            id="services.flexcore_metrics",
            service="flexcore",
            group="services",
            method="GET",
            path="/api/v1/orchestration/metrics",
            response="services:FlexcoreMetrics",
            idempotent=True,
            fields=(
                ("metrics.executions", "metrics.total_orchestrations"),
                ("metrics.failures", "metrics.failed_orchestrations"),
            ),
            wire=(("metrics.memory_usage", "bytes"), ("metrics.uptime", "seconds")),
            prometheus="flexcore",
            generations=("orchestrator",),
        ),
        Operation(
            id="services.flexcore_metrics",
            service="flexcore",
            group="services",
            method="GET",
            path="/metrics",
            response="services:FlexcoreMetrics",
            idempotent=True,
            wire=(("metrics.memory_usage", "bytes"), ("metrics.uptime", "seconds")),
            prometheus="flexcore",
            generations=("plain",),
        ),
    ),
)

PLUGINS_LIST: Operation[Plugin] = Operation(
    id="plugins.list",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/flexcore/plugins",
    response="plugins:Plugin",
    paging=Paging(items="plugins", total="count", limit=None, offset=None),
    idempotent=True,
    cache=True,
    generations=("container",),
    variants=(
        Operation(
            id="plugins.list",
            service="flexcore",
            group="plugins",
            method="GET",
            path="/api/v1/plugins/list",
            response="plugins:Plugin",
            paging=Paging(items="plugins", total="count", limit=None, offset=None),
            idempotent=True,
            cache=True,
            constants=(("status", "loaded"), ("active", True)),
            generations=("orchestrator",),
        ),
    ),
)

PLUGINS_EXECUTE: Operation[Execution] = Operation(
    id="plugins.execute",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/flexcore/plugins/{name}/execute",
    path_params=(Param("name", "name"),),
    body="plugins:ExecuteRequest",
    response="plugins:Execution",
    mutating=True,
    generations=("container",),
    variants=(
        Operation(
            id="plugins.execute",
            service="flexcore",
            group="plugins",
            method="POST",
            path="/api/v1/plugins/{name}/execute",
            path_params=(Param("name", "name"),),
            body="plugins:ExecuteRequest",
            response="plugins:Execution",
            mutating=True,
            fields=(("plugin_name", "plugin_id"), ("timestamp", "executed_at")),
            constants=(("status", "executed"),),
            send=(("plugin_id", "$name"), ("operation", "operation"), ("params", "config")),
            generations=("orchestrator",),
        ),
    ),
)

PLUGINS_SEARCH: Operation[FoundPlugin] = Operation(
    id="plugins.search",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/plugins/search",
    query=(
        Param("query", "q"),
        Param("type", "type"),
    ),
    response="plugins:FoundPlugin",
    paging=Paging(items="plugins", total="count", limit=None, offset=None),
    idempotent=True,
)

PLUGINS_INSTALL: Operation[Orchestration] = Operation(
    id="plugins.install",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/plugins/deploy",
    body="plugins:InstallRequest",
    response="orchestrations:Orchestration",
    mutating=True,
    fields=(("id", "plugin_id"), ("name", "plugin_name"), ("runtime_type", "plugin_type")),
    constants=(("status", "completed"),),
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
    generations=("orchestrator",),
)

PLUGINS_LOCK: Operation[PluginLock] = Operation(
    id="plugins.lock",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/plugins/lock",
    query=(Param("names", "plugin", "repeat"),),
    response="plugins:PluginLock",
    idempotent=True,
)

PLUGINS_UPDATE_INDEX: Operation[Orchestration] = Operation(
    id="plugins.update_index",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/plugins/index/update",
    body="plugins:IndexUpdate",
    response="orchestrations:Orchestration",
    mutating=True,
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
)

PLUGINS_UNINSTALL: Operation[PluginGone] = Operation(
    id="plugins.uninstall",
    service="flexcore",
    group="plugins",
    method="DELETE",
    path="/api/v1/plugins/{plugin_id}",
    path_params=(Param("name", "plugin_id"),),
    response="plugins:PluginGone",
    idempotent=True,
    mutating=True,
    generations=("orchestrator",),
)

PLUGINS_ENABLE: Operation[Plugin] = Operation(
    id="plugins.enable",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/plugins/{plugin_id}/enable",
    path_params=(Param("name", "plugin_id"),),
    response="plugins:Plugin",
    idempotent=True,
    mutating=True,
)

PLUGINS_DISABLE: Operation[Plugin] = Operation(
    id="plugins.disable",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/plugins/{plugin_id}/disable",
    path_params=(Param("name", "plugin_id"),),
    response="plugins:Plugin",
    idempotent=True,
    mutating=True,
)

PLUGINS_UPDATE: Operation[Orchestration] = Operation(
    id="plugins.update",
    service="flexcore",
    group="plugins",
    method="POST",
    path="/api/v1/plugins/{plugin_id}/update",
    path_params=(Param("name", "plugin_id"),),
    body="plugins:UpdateRequest",
    response="orchestrations:Orchestration",
    mutating=True,
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
)

PLUGINS_HEALTH: Operation[PluginCondition] = Operation(
    id="plugins.health",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/plugins/{plugin_id}/health",
    path_params=(Param("name", "plugin_id"),),
    response="plugins:PluginCondition",
    idempotent=True,
    generations=("orchestrator",),
)

PLUGINS_LOGS: Operation[PluginLine] = Operation(
    id="plugins.logs",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/plugins/{plugin_id}/logs",
    path_params=(Param("name", "plugin_id"),),
    query=(Param("tail", "tail"),),
    response="plugins:PluginLine",
    paging=Paging(items="lines", total="count", limit=None, offset=None),
    idempotent=True,
)

PLUGINS_INFO: Operation[PluginMetadata] = Operation(
    id="plugins.info",
    service="flexcore",
    group="plugins",
    method="GET",
    path="/api/v1/plugins/{plugin_id}/metadata",
    path_params=(Param("name", "plugin_id"),),
    response="plugins:PluginMetadata",
    unwrap="metadata",
    idempotent=True,
    cache=True,
    wire=(("size", "bytes"),),
    generations=("orchestrator",),
    instead=(("container", "flext plugin list tells the version and status of each plugin."),),
)

ORCHESTRATIONS_EXECUTE: Operation[Orchestration] = Operation(
    id="orchestrations.execute",
    service="flexcore",
    group="orchestrations",
    method="POST",
    path="/api/v1/orchestration/execute",
    body="orchestrations:OrchestrationRequest",
    response="orchestrations:Orchestration",
    mutating=True,
    fields=(("id", "orchestration_id"),),
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
    generations=("orchestrator",),
    instead=(("container", "execute a workflow or a plugin: flext workflow execute, flext plugin execute."),),
)

ORCHESTRATIONS_LIST: Operation[Orchestration] = Operation(
    id="orchestrations.list",
    service="flexcore",
    group="orchestrations",
    method="GET",
    path="/api/v1/orchestration/list",
    query=(
        Param("status", "status"),
        Param("runtime", "runtime_type"),
        Param("limit", "limit"),
        Param("offset", "offset"),
    ),
    response="orchestrations:Orchestration",
    paging=Paging(items="orchestrations", total="total"),
    idempotent=True,
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
    generations=("orchestrator",),
    instead=(("container", "flext events list tells what happened there."),),
)

ORCHESTRATIONS_INFO: Operation[OrchestratorInfo] = Operation(
    id="orchestrations.info",
    service="flexcore",
    group="orchestrations",
    method="GET",
    path="/api/v1/orchestration/info",
    response="orchestrations:OrchestratorInfo",
    unwrap="info",
    idempotent=True,
    wire=(
        ("config.default_timeout", "seconds"),
        ("config.health_check_interval", "seconds"),
        ("config.metrics_update_interval", "seconds"),
        ("metrics.average_execution", "milliseconds"),
        ("metrics.last_orchestration", "moment"),
        ("metrics.orchestrator_start_time", "moment"),
        ("uptime", "seconds"),
    ),
    generations=("orchestrator",),
)

ORCHESTRATIONS_METRICS: Operation[OrchestratorMetrics] = Operation(
    id="orchestrations.metrics",
    service="flexcore",
    group="orchestrations",
    method="GET",
    path="/api/v1/orchestration/metrics",
    response="orchestrations:OrchestratorMetrics",
    unwrap="metrics",
    idempotent=True,
    wire=(
        ("average_execution", "milliseconds"),
        ("last_orchestration", "moment"),
        ("orchestrator_start_time", "moment"),
    ),
    generations=("orchestrator",),
    instead=(("container", "flext service metrics flexcore."),),
)

ORCHESTRATIONS_SHOW: Operation[Orchestration] = Operation(
    id="orchestrations.show",
    service="flexcore",
    group="orchestrations",
    method="GET",
    path="/api/v1/orchestration/{id}",
    path_params=(Param("orchestration", "id"),),
    response="orchestrations:Orchestration",
    unwrap="orchestration",
    idempotent=True,
    wire=(("duration", "nanoseconds"), ("end_time", "moment"), ("progress", "fraction"), ("start_time", "moment")),
    generations=("orchestrator",),
)

ORCHESTRATIONS_CANCEL: Operation[OrchestrationCanceled] = Operation(
    id="orchestrations.cancel",
    service="flexcore",
    group="orchestrations",
    method="POST",
    path="/api/v1/orchestration/{id}/cancel",
    path_params=(Param("orchestration", "id"),),
    response="orchestrations:OrchestrationCanceled",
    idempotent=True,
    mutating=True,
    wire=(("status", "spelling"),),
    generations=("orchestrator",),
)

RUNTIMES_LIST: Operation[Runtime] = Operation(
    id="runtimes.list",
    service="flexcore",
    group="runtimes",
    method="GET",
    path="/api/v1/runtimes/list",
    query=(Param("include_inactive", "include_inactive"),),
    response="runtimes:Runtime",
    paging=Paging(items="runtimes", total=None, limit=None, offset=None),
    idempotent=True,
    wire=(("config.timeout", "seconds"), ("last_seen", "moment")),
    generations=("orchestrator",),
    instead=(("container", "such a server has plugins only: flext plugin list."),),
)

RUNTIMES_STATUS: Operation[Runtime] = Operation(
    id="runtimes.status",
    service="flexcore",
    group="runtimes",
    method="GET",
    path="/api/v1/runtimes/{type}/status",
    path_params=(Param("runtime", "type"),),
    response="runtimes:Runtime",
    unwrap="runtime",
    idempotent=True,
    wire=(("config.timeout", "seconds"), ("last_seen", "moment")),
    generations=("orchestrator",),
    instead=(("container", "such a server has plugins only: flext plugin list."),),
)

RUNTIMES_HEALTH: Operation[RuntimeHealth] = Operation(
    id="runtimes.health",
    service="flexcore",
    group="runtimes",
    method="POST",
    path="/api/v1/runtimes/{type}/health",
    path_params=(Param("runtime", "type"),),
    response="runtimes:RuntimeHealth",
    idempotent=True,
    mutating=True,
    wire=(("checked_at", "moment"), ("details.response_time", "seconds")),
    generations=("orchestrator",),
    instead=(("container", "flext service health flexcore."),),
)

WORKFLOWS_DEFINITIONS: Operation[Workflow] = Operation(
    id="workflows.definitions",
    service="flexcore",
    group="workflows",
    method="GET",
    path="/api/v1/workflows/definitions",
    response="workflows:Workflow",
    paging=Paging(items="workflows", total=None, limit=None, offset=None),
    idempotent=True,
    wire=(
        ("created_at", "moment"),
        ("duration", "nanoseconds"),
        ("progress", "fraction"),
        ("status", "spelling"),
        ("updated_at", "moment"),
    ),
    generations=("orchestrator",),
)

WORKFLOWS_ACTIVE: Operation[Workflow] = Operation(
    id="workflows.active",
    service="flexcore",
    group="workflows",
    method="GET",
    path="/api/v1/workflows/active",
    response="workflows:Workflow",
    paging=Paging(items="workflows", total="count", limit=None, offset=None),
    idempotent=True,
    fields=(("id", "orchestration_id"), ("created_at", "start_time")),
    wire=(
        ("created_at", "moment"),
        ("duration", "nanoseconds"),
        ("progress", "fraction"),
        ("start_time", "moment"),
        ("status", "spelling"),
        ("updated_at", "moment"),
    ),
    generations=("orchestrator",),
    instead=(("container", "flext workflow list shows all workflows with their states."),),
)

WORKFLOWS_LIST: Operation[Workflow] = Operation(
    id="workflows.list",
    service="flexcore",
    group="workflows",
    method="GET",
    path="/api/v1/flexcore/workflows",
    response="workflows:Workflow",
    paging=Paging(items="workflows", total="count", limit=None, offset=None),
    idempotent=True,
    wire=(
        ("created_at", "moment"),
        ("duration", "nanoseconds"),
        ("progress", "fraction"),
        ("status", "spelling"),
        ("updated_at", "moment"),
    ),
    generations=("container",),
    variants=(
        Operation(
            id="workflows.list",
            service="flexcore",
            group="workflows",
            method="GET",
            path="/api/v1/workflows/definitions",
            response="workflows:Workflow",
            paging=Paging(items="workflows", total=None, limit=None, offset=None),
            idempotent=True,
            wire=(
                ("created_at", "moment"),
                ("duration", "nanoseconds"),
                ("progress", "fraction"),
                ("status", "spelling"),
                ("updated_at", "moment"),
            ),
            generations=("orchestrator",),
        ),
    ),
)

WORKFLOWS_EXECUTE: Operation[WorkflowExecution] = Operation(
    id="workflows.execute",
    service="flexcore",
    group="workflows",
    method="POST",
    path="/api/v1/flexcore/workflows/{id}/execute",
    path_params=(Param("workflow", "id"),),
    body="workflows:WorkflowRequest",
    response="workflows:WorkflowExecution",
    mutating=True,
    generations=("container",),
    instead=(("orchestrator", "let a runtime carry out a command: flext orchestration execute."),),
)

WORKFLOWS_STATUS: Operation[WorkflowStatus] = Operation(
    id="workflows.status",
    service="flexcore",
    group="workflows",
    method="GET",
    path="/api/v1/flexcore/workflows/{id}/status",
    path_params=(Param("workflow", "id"),),
    response="workflows:WorkflowStatus",
    idempotent=True,
    wire=(("progress", "percent"), ("started_at", "moment"), ("status", "spelling"), ("updated_at", "moment")),
    generations=("container",),
    variants=(
        Operation(
            id="workflows.status",
            service="flexcore",
            group="workflows",
            method="GET",
            path="/api/v1/orchestration/{workflow}",
            path_params=(Param("workflow", "workflow"),),
            response="workflows:WorkflowStatus",
            unwrap="orchestration",
            idempotent=True,
            fields=(("execution_id", "id"), ("started_at", "start_time"), ("updated_at", "end_time")),
            wire=(("progress", "fraction"), ("started_at", "moment"), ("status", "spelling"), ("updated_at", "moment")),
            generations=("orchestrator",),
        ),
    ),
)

NODE_INFO: Operation[NodeInfo] = Operation(
    id="node.info",
    service="flexcore",
    group="node",
    method="GET",
    path="/api/v1/node/info",
    response="node:NodeInfo",
    unwrap="node",
    idempotent=True,
    wire=(("uptime", "uptime"),),
    generations=("orchestrator",),
    variants=(
        Operation(
            id="node.info",
            service="flexcore",
            group="node",
            method="GET",
            path="/api/v1/flexcore/status",
            response="node:NodeInfo",
            idempotent=True,
            constants=(("node_type", "flexcore-container"),),
            wire=(("uptime", "uptime"),),
            generations=("container",),
        ),
    ),
)

NODE_STATUS: Operation[NodeStatus] = Operation(
    id="node.status",
    service="flexcore",
    group="node",
    method="GET",
    path="/api/v1/node/status",
    response="node:NodeStatus",
    unwrap="status",
    idempotent=True,
    wire=(("timestamp", "moment"),),
    generations=("orchestrator",),
    variants=(
        Operation(
            id="node.status",
            service="flexcore",
            group="node",
            method="GET",
            path="/api/v1/flexcore/status",
            response="node:NodeStatus",
            idempotent=True,
            wire=(("timestamp", "moment"),),
            generations=("container",),
        ),
        Operation(
            id="node.status",
            service="flexcore",
            group="node",
            method="GET",
            path="/health",
            response="node:NodeStatus",
            idempotent=True,
            wire=(("timestamp", "moment"),),
            generations=("container", "plain"),
        ),
    ),
)

CLUSTER_STATUS: Operation[ClusterStatus] = Operation(
    id="cluster.status",
    service="flexcore",
    group="cluster",
    method="GET",
    path="/api/v1/flexcore/cluster/status",
    response="cluster:ClusterStatus",
    idempotent=True,
    generations=("container",),
    instead=(("orchestrator", "flext node info; without a communication bus such a server stands alone."),),
    variants=(
        Operation(
            id="cluster.status",
            service="flexcore",
            group="cluster",
            method="GET",
            path="/api/v1/plugins/communication/status",
            response="cluster:ClusterStatus",
            unwrap="communication_bus",
            idempotent=True,
            fields=(("total_nodes", "node_count"), ("current_node", "local_node")),
            generations=("orchestrator",),
        ),
    ),
)

CLUSTER_NODES: Operation[ClusterNode] = Operation(
    id="cluster.nodes",
    service="flexcore",
    group="cluster",
    method="GET",
    path="/api/v1/flexcore/cluster/nodes",
    response="cluster:ClusterNode",
    paging=Paging(items="nodes", total="count", limit=None, offset=None),
    idempotent=True,
    wire=(("last_seen", "moment"),),
    generations=("container",),
    instead=(("orchestrator", "flext node info; without a communication bus such a server stands alone."),),
    variants=(
        Operation(
            id="cluster.nodes",
            service="flexcore",
            group="cluster",
            method="GET",
            path="/api/v1/plugins/communication/status",
            response="cluster:ClusterNode",
            unwrap="communication_bus",
            paging=Paging(items="nodes", total="node_count", limit=None, offset=None),
            idempotent=True,
            fields=(("id", "node_id"), ("address", "node_url")),
            wire=(("last_seen", "moment"),),
            generations=("orchestrator",),
        ),
    ),
)

EVENTS_LIST: Operation[Event] = Operation(
    id="events.list",
    service="flexcore",
    group="events",
    method="GET",
    path="/api/v1/flexcore/events",
    query=(
        Param("type", "type"),
        Param("after", "after"),
        Param("limit", "limit"),
        Param("offset", "offset"),
        Param("since", "since"),
        Param("grep", "grep"),
    ),
    response="events:Event",
    paging=Paging(items="events", total="total"),
    idempotent=True,
    wire=(("timestamp", "moment"),),
    generations=("container",),
    instead=(("orchestrator", "flext orchestration list tells what was carried out."),),
)

EVENTS_PUBLISH: Operation[EventPublished] = Operation(
    id="events.publish",
    service="flexcore",
    group="events",
    method="POST",
    path="/api/v1/flexcore/events",
    body="events:EventRequest",
    response="events:EventPublished",
    mutating=True,
    wire=(("timestamp", "moment"),),
    generations=("container",),
    instead=(
        (
            "orchestrator",
            "such a server keeps no events; use one of the container generation, or the embedded platform.",
        ),
    ),
)

EVENTS_COUNT: Operation[EventCount] = Operation(
    id="events.count",
    service="flexcore",
    group="events",
    method="GET",
    path="/api/v1/flexcore/events/count",
    query=(Param("type", "type"),),
    response="events:EventCount",
    idempotent=True,
    wire=(("timestamp", "moment"),),
    generations=("container",),
)

BUS_COMMAND: Operation[BusCommandResult] = Operation(
    id="bus.command",
    service="flexcore",
    group="bus",
    method="POST",
    path="/api/v1/flexcore/commands",
    body="bus:BusRequest",
    response="bus:BusCommandResult",
    mutating=True,
    wire=(("timestamp", "moment"),),
    generations=("container",),
    instead=(
        ("orchestrator", "call the operation itself, or send any request: flext api POST PATH --service flexcore."),
    ),
)

BUS_QUERY: Operation[BusQueryResult] = Operation(
    id="bus.query",
    service="flexcore",
    group="bus",
    method="POST",
    path="/api/v1/flexcore/queries",
    body="bus:BusRequest",
    response="bus:BusQueryResult",
    idempotent=True,
    mutating=True,
    wire=(("timestamp", "moment"),),
    generations=("container",),
    instead=(
        ("orchestrator", "call the operation itself, or send any request: flext api GET PATH --service flexcore."),
    ),
)

OPERATIONS: dict[str, Operation[Any]] = {
    "services.flext_health": SERVICES_FLEXT_HEALTH,
    "services.flext_ready": SERVICES_FLEXT_READY,
    "services.flext_metrics": SERVICES_FLEXT_METRICS,
    "services.flext_info": SERVICES_FLEXT_INFO,
    "services.list": SERVICES_LIST,
    "services.status": SERVICES_STATUS,
    "services.logs": SERVICES_LOGS,
    "services.config": SERVICES_CONFIG,
    "meltano.init": MELTANO_INIT,
    "meltano.list": MELTANO_LIST,
    "meltano.add": MELTANO_ADD,
    "meltano.install": MELTANO_INSTALL,
    "meltano.runs": MELTANO_RUNS,
    "meltano.run": MELTANO_RUN,
    "meltano.stop": MELTANO_STOP,
    "meltano.invoke": MELTANO_INVOKE,
    "meltano.test": MELTANO_TEST,
    "meltano.upgrade": MELTANO_UPGRADE,
    "meltano.config": MELTANO_CONFIG,
    "meltano.schedules": MELTANO_SCHEDULES,
    "meltano.schedule": MELTANO_SCHEDULE,
    "meltano.state_list": MELTANO_STATE_LIST,
    "meltano.state_show": MELTANO_STATE_SHOW,
    "meltano.state_set": MELTANO_STATE_SET,
    "meltano.state_clear": MELTANO_STATE_CLEAR,
    "pipelines.list": PIPELINES_LIST,
    "pipelines.create": PIPELINES_CREATE,
    "pipelines.validate": PIPELINES_VALIDATE,
    "pipelines.show": PIPELINES_SHOW,
    "pipelines.update": PIPELINES_UPDATE,
    "pipelines.delete": PIPELINES_DELETE,
    "pipelines.start": PIPELINES_START,
    "pipelines.stop": PIPELINES_STOP,
    "pipelines.status": PIPELINES_STATUS,
    "pipelines.logs": PIPELINES_LOGS,
    "pipelines.export": PIPELINES_EXPORT,
    "pipelines.pause": PIPELINES_PAUSE,
    "pipelines.resume": PIPELINES_RESUME,
    "pipelines.schedule": PIPELINES_SCHEDULE,
    "pipelines.state_show": PIPELINES_STATE_SHOW,
    "pipelines.state_set": PIPELINES_STATE_SET,
    "pipelines.state_clear": PIPELINES_STATE_CLEAR,
    "pipelines.runs": PIPELINES_RUNS,
    "pipelines.run_info": PIPELINES_RUN_INFO,
    "pipelines.retry": PIPELINES_RETRY,
    "dbt.projects": DBT_PROJECTS,
    "dbt.register": DBT_REGISTER,
    "dbt.forget": DBT_FORGET,
    "dbt.show": DBT_SHOW,
    "dbt.init": DBT_INIT,
    "dbt.run": DBT_RUN,
    "dbt.models": DBT_MODELS,
    "dbt.lineage": DBT_LINEAGE,
    "dbt.docs": DBT_DOCS,
    "taps.list": TAPS_LIST,
    "taps.info": TAPS_INFO,
    "taps.settings": TAPS_SETTINGS,
    "taps.config": TAPS_CONFIG,
    "taps.test": TAPS_TEST,
    "taps.discover": TAPS_DISCOVER,
    "taps.select": TAPS_SELECT,
    "targets.list": TARGETS_LIST,
    "targets.info": TARGETS_INFO,
    "targets.settings": TARGETS_SETTINGS,
    "targets.config": TARGETS_CONFIG,
    "targets.test": TARGETS_TEST,
    "auth.login": AUTH_LOGIN,
    "auth.refresh": AUTH_REFRESH,
    "auth.logout": AUTH_LOGOUT,
    "auth.whoami": AUTH_WHOAMI,
    "auth.introspect": AUTH_INTROSPECT,
    "auth.token_revoke": AUTH_TOKEN_REVOKE,
    "auth.user_list": AUTH_USER_LIST,
    "auth.user_create": AUTH_USER_CREATE,
    "auth.user_update": AUTH_USER_UPDATE,
    "auth.user_delete": AUTH_USER_DELETE,
    "auth.user_set_password": AUTH_USER_SET_PASSWORD,
    "auth.user_disable": AUTH_USER_DISABLE,
    "auth.user_enable": AUTH_USER_ENABLE,
    "auth.audit": AUTH_AUDIT,
    "services.flexcore_health": SERVICES_FLEXCORE_HEALTH,
    "services.flexcore_ready": SERVICES_FLEXCORE_READY,
    "services.flexcore_info": SERVICES_FLEXCORE_INFO,
    "services.flexcore_metrics": SERVICES_FLEXCORE_METRICS,
    "plugins.list": PLUGINS_LIST,
    "plugins.execute": PLUGINS_EXECUTE,
    "plugins.search": PLUGINS_SEARCH,
    "plugins.install": PLUGINS_INSTALL,
    "plugins.lock": PLUGINS_LOCK,
    "plugins.update_index": PLUGINS_UPDATE_INDEX,
    "plugins.uninstall": PLUGINS_UNINSTALL,
    "plugins.enable": PLUGINS_ENABLE,
    "plugins.disable": PLUGINS_DISABLE,
    "plugins.update": PLUGINS_UPDATE,
    "plugins.health": PLUGINS_HEALTH,
    "plugins.logs": PLUGINS_LOGS,
    "plugins.info": PLUGINS_INFO,
    "orchestrations.execute": ORCHESTRATIONS_EXECUTE,
    "orchestrations.list": ORCHESTRATIONS_LIST,
    "orchestrations.info": ORCHESTRATIONS_INFO,
    "orchestrations.metrics": ORCHESTRATIONS_METRICS,
    "orchestrations.show": ORCHESTRATIONS_SHOW,
    "orchestrations.cancel": ORCHESTRATIONS_CANCEL,
    "runtimes.list": RUNTIMES_LIST,
    "runtimes.status": RUNTIMES_STATUS,
    "runtimes.health": RUNTIMES_HEALTH,
    "workflows.definitions": WORKFLOWS_DEFINITIONS,
    "workflows.active": WORKFLOWS_ACTIVE,
    "workflows.list": WORKFLOWS_LIST,
    "workflows.execute": WORKFLOWS_EXECUTE,
    "workflows.status": WORKFLOWS_STATUS,
    "node.info": NODE_INFO,
    "node.status": NODE_STATUS,
    "cluster.status": CLUSTER_STATUS,
    "cluster.nodes": CLUSTER_NODES,
    "events.list": EVENTS_LIST,
    "events.publish": EVENTS_PUBLISH,
    "events.count": EVENTS_COUNT,
    "bus.command": BUS_COMMAND,
    "bus.query": BUS_QUERY,
}
