# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Every operation of both contracts as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk._core.operations import Operation, Paging, Param

if TYPE_CHECKING:
    from flext_sdk.models.pipelines import Pipeline, Schedule, ValidationReport
    from flext_sdk.models.plugins import Execution, Plugin, PluginMetadata
    from flext_sdk.models.runs import LogList, PipelineState, PipelineStatus, Run, RunList
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

SERVICES_FLEXT_HEALTH: Operation[Health] = Operation(
    id="services.flext_health",
    service="flext",
    group="services",
    method="GET",
    path="/health",
    response="services:Health",
    idempotent=True,
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
)

SERVICES_FLEXT_INFO: Operation[ServiceInfo] = Operation(
    id="services.flext_info",
    service="flext",
    group="services",
    method="GET",
    path="/api/v1/info",
    response="services:ServiceInfo",
    idempotent=True,
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
    query=(Param("tail", "tail"),),
    response="runs:LogList",
    idempotent=True,
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
    ),
    response="runs:LogList",
    idempotent=True,
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
)

SERVICES_FLEXCORE_HEALTH: Operation[Health] = Operation(
    id="services.flexcore_health",
    service="flexcore",
    group="services",
    method="GET",
    path="/health",
    response="services:Health",
    idempotent=True,
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
)

SERVICES_FLEXCORE_METRICS: Operation[FlexcoreMetrics] = Operation(
    id="services.flexcore_metrics",
    service="flexcore",
    group="services",
    method="GET",
    path="/api/v1/flexcore/metrics",
    response="services:FlexcoreMetrics",
    idempotent=True,
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
    "services.flexcore_health": SERVICES_FLEXCORE_HEALTH,
    "services.flexcore_ready": SERVICES_FLEXCORE_READY,
    "services.flexcore_info": SERVICES_FLEXCORE_INFO,
    "services.flexcore_metrics": SERVICES_FLEXCORE_METRICS,
    "plugins.list": PLUGINS_LIST,
    "plugins.execute": PLUGINS_EXECUTE,
    "plugins.info": PLUGINS_INFO,
}
