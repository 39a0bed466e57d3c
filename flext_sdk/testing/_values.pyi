# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""What factories take; for type checkers alone, there is no such module at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from flext_sdk.models.auth import (
    AuditEntry,
    Identity,
    IdentityKind,
    IdentityRole,
    User,
    UserChangeRole,
    UserRequestRole,
    UserRole,
)
from flext_sdk.models.cluster import ClusterNode, ClusterService
from flext_sdk.models.dbt import DbtBranch, DbtEdge, DbtModel, DbtProject
from flext_sdk.models.events import Event
from flext_sdk.models.meltano import (
    MeltanoPlugin,
    MeltanoSchedule,
    MeltanoScheduleRequestCatchup,
    MeltanoSetting,
    MeltanoState,
)
from flext_sdk.models.node import NodeInfo, NodeStatus, PluginHealth
from flext_sdk.models.orchestrations import (
    Orchestration,
    OrchestrationStatus,
    OrchestratorConfig,
    OrchestratorInfo,
    OrchestratorMetrics,
)
from flext_sdk.models.pipelines import (
    DbtCommand,
    DbtDefinition,
    ExtractDefinition,
    LoadDefinition,
    MeltanoDefinition,
    Pipeline,
    PipelineStep,
    Problem,
    ProblemSeverity,
    Schedule,
    ScheduleDefinition,
    ScheduleDefinitionCatchup,
    ScheduleRequestCatchup,
    ScheduleSlot,
    ScheduleSlotStatus,
    StepDefinition,
)
from flext_sdk.models.plugins import FoundPlugin, Plugin, PluginLine, PluginMetadata
from flext_sdk.models.runs import DbtNode, LogEntry, Run, RunStatus, StepRun, StepState, StepStatus
from flext_sdk.models.runtimes import Runtime, RuntimeConfig, RuntimeHealthDetails
from flext_sdk.models.services import (
    FlexcoreMetricsMetrics,
    FlextMetricsRequests,
    FlextMetricsServer,
    ReadinessStatus,
    ServiceSetting,
    ServiceStatus,
    ServiceStatusStatus,
)
from flext_sdk.models.taps import DataPlugin, DiscoveredStream, PluginSetting
from flext_sdk.models.workflows import ActiveWorkflow, Workflow

class ActiveWorkflowValues(TypedDict, total=False):
    """Fields of `flext_sdk.ActiveWorkflow`."""

    orchestration_id: str
    name: str | None
    runtime_type: str | None
    job_id: str | None
    status: str | None
    progress: float | None
    start_time: datetime | str | None
    duration: float | None

class ActiveWorkflowListValues(TypedDict, total=False):
    """Fields of `flext_sdk.ActiveWorkflowList`."""

    success: bool | None
    workflows: Sequence[ActiveWorkflow | Mapping[str, Any]]
    count: int | None

class AuditEntryValues(TypedDict, total=False):
    """Fields of `flext_sdk.AuditEntry`."""

    id: int
    at: datetime | str
    event: str
    username: str | None
    actor: str | None
    address: str | None
    session: str | None
    request_id: str | None
    detail: str | None

class AuditListValues(TypedDict, total=False):
    """Fields of `flext_sdk.AuditList`."""

    entries: Sequence[AuditEntry | Mapping[str, Any]]
    total: int

class BusCommandResultValues(TypedDict, total=False):
    """Fields of `flext_sdk.BusCommandResult`."""

    status: str
    command_id: str
    type: str | None
    result: Any | None
    timestamp: datetime | str | None

class BusQueryResultValues(TypedDict, total=False):
    """Fields of `flext_sdk.BusQueryResult`."""

    status: str
    query_id: str
    type: str | None
    result: Any | None
    timestamp: datetime | str | None

class BusRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.BusRequest`."""

    type: str

class ClusterNodeValues(TypedDict, total=False):
    """Fields of `flext_sdk.ClusterNode`."""

    id: str
    address: str | None
    status: str | None
    role: str | None
    workloads: int | None
    version: str | None
    last_seen: datetime | str | None
    capabilities: Sequence[str]
    loaded_plugins: Sequence[str]

class ClusterNodeListValues(TypedDict, total=False):
    """Fields of `flext_sdk.ClusterNodeList`."""

    nodes: Sequence[ClusterNode | Mapping[str, Any]]
    count: int | None
    timestamp: datetime | str | None

class ClusterServiceValues(TypedDict, total=False):
    """Fields of `flext_sdk.ClusterService`."""

    name: str
    status: str | None
    url: str | None

class ClusterStatusValues(TypedDict, total=False):
    """Fields of `flext_sdk.ClusterStatus`."""

    cluster_id: str | None
    cluster_type: str | None
    status: str
    mode: str | None
    total_nodes: int | None
    healthy_nodes: int | None
    leader_node: str | None
    current_node: str | None
    nodes: Any | None
    services: Sequence[ClusterService | Mapping[str, Any]]

class DataPluginValues(TypedDict, total=False):
    """Fields of `flext_sdk.DataPlugin`."""

    name: str
    type: str | None
    version: str | None
    variant: str | None
    status: str | None
    description: str | None
    capabilities: Sequence[str]
    configured: bool | None
    config: Mapping[str, Any] | None
    settings: Mapping[str, Any]

class DbtBranchValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtBranch`."""

    graph: str
    type: str | None
    materialized: str | None
    tests: int | None

class DbtDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtDefinition`."""

    project: str
    command: DbtCommand | str
    select: Sequence[str]
    exclude: Sequence[str]
    vars: Mapping[str, Any]
    env: Mapping[str, str | float | bool]
    full_refresh: bool
    profiles: str | None
    profile: str | None
    target: str | None
    threads: int | None

class DbtEdgeValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtEdge`."""

    from_: str
    to: str

class DbtInitValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtInit`."""

    name: str
    folder: str | None
    database: str | None
    pipeline: str | None
    base_path: str | None

class DbtLineageValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtLineage`."""

    project: str | None
    nodes: Sequence[DbtModel | Mapping[str, Any]]
    edges: Sequence[DbtEdge | Mapping[str, Any]]
    drawing: Sequence[DbtBranch | Mapping[str, Any]]

class DbtModelValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtModel`."""

    id: str
    name: str
    type: str
    materialized: str | None
    relation: str | None
    file: str | None
    package: str | None
    description: str | None
    tags: Sequence[str]
    columns: Sequence[str]
    tests: int | None
    depends_on: Sequence[str]

class DbtModelListValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtModelList`."""

    models: Sequence[DbtModel | Mapping[str, Any]]
    total: int

class DbtNodeValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtNode`."""

    name: str
    type: str | None
    status: str
    duration: float | None
    rows: int | None
    failures: int | None
    message: str | None
    file: str | None
    line: int | None
    compiled: str | None
    id: str | None

class DbtProjectValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtProject`."""

    name: str
    folder: str
    profiles: str | None
    registered: bool | None
    pipeline: str | None
    profile: str | None
    target: str | None
    adapter: str | None
    manifest: str | None
    problem: str | None
    last_run_status: str | None
    last_run_at: datetime | str | None
    files: Sequence[str]

class DbtProjectListValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtProjectList`."""

    projects: Sequence[DbtProject | Mapping[str, Any]]
    total: int

class DbtRegistrationValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtRegistration`."""

    folder: str
    name: str | None
    profiles: str | None
    base_path: str | None

class DbtRunRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.DbtRunRequest`."""

    project: str
    base_path: str | None
    command: DbtCommand | str
    select: Sequence[str]
    exclude: Sequence[str]
    vars: Mapping[str, Any]
    env: Mapping[str, str | float | bool]
    full_refresh: bool
    profiles: str | None
    profile: str | None
    target: str | None
    threads: int | None

class DiscoveredStreamValues(TypedDict, total=False):
    """Fields of `flext_sdk.DiscoveredStream`."""

    stream: str
    keys: Sequence[str]
    replication: str | None
    replication_key: str | None
    fields: Sequence[str]
    selected: bool | None

class DiscoveryValues(TypedDict, total=False):
    """Fields of `flext_sdk.Discovery`."""

    name: str | None
    count: int | None
    streams: Sequence[DiscoveredStream | Mapping[str, Any]]
    catalog: Mapping[str, Any]
    patterns: Sequence[str]
    unused: Sequence[str]

class ErrorValues(TypedDict, total=False):
    """Fields of `flext_sdk.Error`."""

    error: str
    message: str | None
    code: str | None
    hint: str | None
    details: Any | None
    problems: Sequence[Problem | Mapping[str, Any]]
    request_id: str | None
    timestamp: datetime | str | None

class EventValues(TypedDict, total=False):
    """Fields of `flext_sdk.Event`."""

    id: str
    type: str
    data: Mapping[str, Any]
    source: str | None
    version: int | None
    timestamp: datetime | str | None

class EventCountValues(TypedDict, total=False):
    """Fields of `flext_sdk.EventCount`."""

    count: int
    timestamp: datetime | str | None
    node_id: str | None

class EventListValues(TypedDict, total=False):
    """Fields of `flext_sdk.EventList`."""

    events: Sequence[Event | Mapping[str, Any]]
    count: int | None
    total: int | None
    limit: int | None
    last_id: str | None
    missed: int | None
    node_id: str | None
    timestamp: datetime | str | None

class EventPublishedValues(TypedDict, total=False):
    """Fields of `flext_sdk.EventPublished`."""

    status: str
    event_id: str
    timestamp: datetime | str | None

class EventRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.EventRequest`."""

    type: str
    data: Mapping[str, Any]

class ExecuteRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.ExecuteRequest`."""

    operation: str
    config: Mapping[str, Any]
    base_path: str | None

class ExecutionValues(TypedDict, total=False):
    """Fields of `flext_sdk.Execution`."""

    plugin_name: str
    operation: str | None
    status: str
    result: Any | None
    duration: float | None
    timestamp: datetime | str | None

class ExtractDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.ExtractDefinition`."""

    plugin: str
    config: Mapping[str, Any]
    select: Sequence[str]

class FlexcoreMetricsValues(TypedDict, total=False):
    """Fields of `flext_sdk.FlexcoreMetrics`."""

    metrics: FlexcoreMetricsMetrics | Mapping[str, Any]
    node_id: str | None
    series: Mapping[str, float]

class FlexcoreMetricsMetricsValues(TypedDict, total=False):
    """Fields of `flext_sdk.FlexcoreMetricsMetrics`."""

    uptime: float | None
    requests: int | None
    errors: int | None
    memory_usage: float | None
    executions: int | None
    failures: int | None
    orchestrations: Mapping[str, int]
    events: int | None

class FlextMetricsValues(TypedDict, total=False):
    """Fields of `flext_sdk.FlextMetrics`."""

    server: FlextMetricsServer | Mapping[str, Any]
    requests: FlextMetricsRequests | Mapping[str, Any]
    runs: Mapping[str, int]
    records: int | None
    series: Mapping[str, float]

class FlextMetricsRequestsValues(TypedDict, total=False):
    """Fields of `flext_sdk.FlextMetricsRequests`."""

    total: int | None
    errors: int | None

class FlextMetricsServerValues(TypedDict, total=False):
    """Fields of `flext_sdk.FlextMetricsServer`."""

    uptime: float | None
    version: str | None
    memory: int | None

class FoundPluginValues(TypedDict, total=False):
    """Fields of `flext_sdk.FoundPlugin`."""

    name: str
    type: str | None
    status: str | None
    description: str | None
    package: str | None
    publisher: str | None
    licence: str | None
    version: str | None
    latest: str | None
    tested: str | None
    problems: Sequence[str]
    instead: str | None

class FoundPluginListValues(TypedDict, total=False):
    """Fields of `flext_sdk.FoundPluginList`."""

    plugins: Sequence[FoundPlugin | Mapping[str, Any]]
    count: int | None
    updated_at: datetime | str | None

class HealthValues(TypedDict, total=False):
    """Fields of `flext_sdk.Health`."""

    status: str
    service: str | None
    version: str | None
    timestamp: datetime | str | None
    uptime: float | None
    port: int | None
    components: Mapping[str, str]

class IdentityValues(TypedDict, total=False):
    """Fields of `flext_sdk.Identity`."""

    username: str
    role: IdentityRole | str
    roles: Sequence[str]
    kind: IdentityKind | str | None
    email: str | None
    session: str | None
    expires_at: datetime | str | None
    session_expires_at: datetime | str | None
    source: str | None
    access_token: str | None

class IndexUpdateValues(TypedDict, total=False):
    """Fields of `flext_sdk.IndexUpdate`."""

    source: str | None

class InstallRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.InstallRequest`."""

    plugin_id: str | None
    plugin_type: str | None
    source_node_id: str | None
    requirements: Sequence[str] | None
    version: str | None
    python: str | None
    program: str | None
    lock: Mapping[str, Any] | None
    confirmed: bool | None

class IntrospectionValues(TypedDict, total=False):
    """Fields of `flext_sdk.Introspection`."""

    active: bool
    identity: Identity | Mapping[str, Any] | None

class LoadDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.LoadDefinition`."""

    plugin: str
    config: Mapping[str, Any]

class LogEntryValues(TypedDict, total=False):
    """Fields of `flext_sdk.LogEntry`."""

    id: int | None
    timestamp: datetime | str | None
    level: str | None
    message: str
    source: str | None
    step: str | None
    execution_id: str | None
    logger: str | None
    request_id: str | None
    exception: str | None

class LogListValues(TypedDict, total=False):
    """Fields of `flext_sdk.LogList`."""

    logs: Sequence[LogEntry | Mapping[str, Any]]
    execution_id: str | None
    last_id: int | None
    cursor: str | None
    missed: int | None

class LoginRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.LoginRequest`."""

    username: str
    password: str
    device_info: str | None

class LogoutRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.LogoutRequest`."""

    token: str

class MeltanoAddValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoAdd`."""

    project: str | None
    type: str
    name: str
    from_ref: str | None

class MeltanoConfigRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoConfigRequest`."""

    project: str | None
    set: Mapping[str, Any]
    unset: Sequence[str]
    extras: bool

class MeltanoDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoDefinition`."""

    project: str
    run: Sequence[str]
    environment: str | None
    state_id_suffix: str | None

class MeltanoInitValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoInit`."""

    project: str

class MeltanoInstallValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoInstall`."""

    project: str | None
    plugins: Sequence[str]
    clean: bool

class MeltanoInvokeValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoInvoke`."""

    project: str | None
    plugin: str
    arguments: Sequence[str]

class MeltanoPluginValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoPlugin`."""

    type: str
    name: str
    variant: str | None
    inherit_from: str | None
    pip_url: str | None
    executable: str | None
    installed: bool | None
    note: str | None

class MeltanoPluginListValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoPluginList`."""

    plugins: Sequence[MeltanoPlugin | Mapping[str, Any]]
    total: int

class MeltanoProjectValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoProject`."""

    project: str
    name: str
    meltano_version: str | None

class MeltanoRunRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoRunRequest`."""

    project: str | None
    tasks: Sequence[str]
    environment: str | None
    full_refresh: bool
    state_id_suffix: str | None
    force: bool

class MeltanoScheduleValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoSchedule`."""

    name: str
    interval: str | None
    runs: str | None
    enabled: bool | None
    timezone: str | None
    catchup: str | None
    next_runs: Sequence[datetime | str]
    last: ScheduleSlot | Mapping[str, Any] | None

class MeltanoScheduleListValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoScheduleList`."""

    schedules: Sequence[MeltanoSchedule | Mapping[str, Any]]
    total: int

class MeltanoScheduleRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoScheduleRequest`."""

    project: str | None
    interval: str | None
    extractor: str | None
    loader: str | None
    job: str | None
    timezone: str | None
    enabled: bool | None
    catchup: MeltanoScheduleRequestCatchup | str | None
    remove: bool

class MeltanoSettingValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoSetting`."""

    name: str
    value: Any | None
    source: str | None
    kind: str | None
    secret: bool | None
    env: str | None
    description: str | None

class MeltanoSettingsValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoSettings`."""

    component: str
    settings: Sequence[MeltanoSetting | Mapping[str, Any]]

class MeltanoStateValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoState`."""

    state_id: str
    state: Mapping[str, Any]

class MeltanoStateListValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoStateList`."""

    states: Sequence[MeltanoState | Mapping[str, Any]]
    total: int

class MeltanoStateRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoStateRequest`."""

    project: str | None
    state: Mapping[str, Any]

class MeltanoStopValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoStop`."""

    project: str | None
    execution_id: str | None
    force: bool

class MeltanoTestValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoTest`."""

    project: str | None
    plugins: Sequence[str]
    config: str | None

class MeltanoUpgradeValues(TypedDict, total=False):
    """Fields of `flext_sdk.MeltanoUpgrade`."""

    project: str | None
    version: str | None

class NodeInfoValues(TypedDict, total=False):
    """Fields of `flext_sdk.NodeInfo`."""

    node_id: str
    node_type: str | None
    version: str | None
    capabilities: Sequence[str]
    loaded_plugins: int | None
    status: str | None
    uptime: float | None
    communication_status: str | None
    discovered_nodes: int | None

class NodeInfoAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.NodeInfoAnswer`."""

    success: bool | None
    node: NodeInfo | Mapping[str, Any]

class NodeStatusValues(TypedDict, total=False):
    """Fields of `flext_sdk.NodeStatus`."""

    node_id: str | None
    status: str
    loaded_plugins: int | None
    timestamp: datetime | str | None
    active_orchestrations: int | None
    plugin_health: PluginHealth | Mapping[str, Any] | None

class NodeStatusAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.NodeStatusAnswer`."""

    success: bool | None
    status: NodeStatus | Mapping[str, Any]

class OrchestrationValues(TypedDict, total=False):
    """Fields of `flext_sdk.Orchestration`."""

    id: str
    name: str | None
    runtime_type: str | None
    command: str | None
    args: Sequence[str]
    workflow_id: str | None
    job_id: str | None
    status: OrchestrationStatus | str
    start_time: datetime | str | None
    end_time: datetime | str | None
    duration: float | None
    progress: float | None
    result: Any | None
    error: str | None
    hint: str | None
    metadata: Mapping[str, Any]
    logs: Sequence[str]

class OrchestrationAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestrationAnswer`."""

    success: bool | None
    orchestration: Orchestration | Mapping[str, Any]

class OrchestrationCanceledValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestrationCanceled`."""

    success: bool | None
    orchestration_id: str
    status: str
    message: str | None

class OrchestrationListValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestrationList`."""

    success: bool | None
    orchestrations: Sequence[Orchestration | Mapping[str, Any]]
    count: int | None
    total: int | None
    filters: Mapping[str, Any]

class OrchestrationRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestrationRequest`."""

    name: str
    runtime_type: str
    command: str
    args: Sequence[str]
    config: Mapping[str, Any] | None
    timeout: int | None
    priority: str | None
    metadata: Mapping[str, Any]
    base_path: str | None

class OrchestrationStartedValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestrationStarted`."""

    success: bool | None
    orchestration_id: str
    job_id: str | None
    status: OrchestrationStatus | str
    start_time: datetime | str | None
    duration: float | None
    message: str | None

class OrchestratorConfigValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestratorConfig`."""

    max_concurrent_jobs: int | None
    default_timeout: float | None
    health_check_interval: float | None
    metrics_update_interval: float | None

class OrchestratorInfoValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestratorInfo`."""

    orchestrator: str | None
    version: str | None
    status: str | None
    uptime: float | None
    metrics: OrchestratorMetrics | Mapping[str, Any] | None
    windmill: Mapping[str, Any] | None
    runtimes: Sequence[str]
    config: OrchestratorConfig | Mapping[str, Any] | None

class OrchestratorInfoAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestratorInfoAnswer`."""

    success: bool | None
    info: OrchestratorInfo | Mapping[str, Any]

class OrchestratorMetricsValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestratorMetrics`."""

    total_orchestrations: int | None
    active_orchestrations: int | None
    completed_orchestrations: int | None
    failed_orchestrations: int | None
    average_execution: float | None
    runtime_distribution: Mapping[str, int]
    last_orchestration: datetime | str | None
    orchestrator_start_time: datetime | str | None

class OrchestratorMetricsAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.OrchestratorMetricsAnswer`."""

    success: bool | None
    metrics: OrchestratorMetrics | Mapping[str, Any]
    windmill_metrics: Mapping[str, Any] | None

class PasswordRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.PasswordRequest`."""

    password: str
    current_password: str | None

class PipelineValues(TypedDict, total=False):
    """Fields of `flext_sdk.Pipeline`."""

    id: str
    name: str
    description: str | None
    is_active: bool
    status: str | None
    tags: Sequence[str]
    steps: Sequence[PipelineStep | Mapping[str, Any]]
    step_count: int | None
    variables: Mapping[str, Any]
    configuration: Mapping[str, Any]
    max_concurrent_runs: int | None
    schedule: Schedule | Mapping[str, Any] | str | None
    last_run_status: str | None
    last_run_at: datetime | str | None
    created_at: datetime | str | None
    updated_at: datetime | str | None
    version: int | None

class PipelineDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.PipelineDefinition`."""

    name: str
    description: str | None
    tags: Sequence[str]
    schedule: ScheduleDefinition | Mapping[str, Any] | None
    variables: Mapping[str, str | float | bool]
    max_concurrent_runs: int
    steps: Sequence[StepDefinition | Mapping[str, Any]]
    configuration: Mapping[str, Any]
    base_path: str | None

class PipelineListValues(TypedDict, total=False):
    """Fields of `flext_sdk.PipelineList`."""

    pipelines: Sequence[Pipeline | Mapping[str, Any]]
    total: int

class PipelineStateValues(TypedDict, total=False):
    """Fields of `flext_sdk.PipelineState`."""

    pipeline_id: str | None
    name: str | None
    states: Sequence[StepState | Mapping[str, Any]]

class PipelineStatusValues(TypedDict, total=False):
    """Fields of `flext_sdk.PipelineStatus`."""

    pipeline_id: str | None
    name: str
    status: str
    is_active: bool | None
    health_status: str | None
    execution_count: int | None
    success_count: int | None
    failure_count: int | None
    last_execution: Run | Mapping[str, Any] | None
    next_execution: datetime | str | None

class PipelineStepValues(TypedDict, total=False):
    """Fields of `flext_sdk.PipelineStep`."""

    id: str | None
    name: str
    order: int | None
    plugin_id: str | None
    configuration: Mapping[str, Any] | None
    depends_on: Sequence[str]
    extract: ExtractDefinition | Mapping[str, Any] | None
    load: LoadDefinition | Mapping[str, Any] | None
    dbt: DbtDefinition | Mapping[str, Any] | None
    meltano: MeltanoDefinition | Mapping[str, Any] | None
    retries: int | None
    timeout: str | float | None
    state: Mapping[str, Any] | None

class PluginValues(TypedDict, total=False):
    """Fields of `flext_sdk.Plugin`."""

    name: str
    type: str | None
    version: str | None
    status: str | None
    description: str | None
    active: bool | None

class PluginConditionValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginCondition`."""

    success: bool | None
    plugin_id: str
    health: Mapping[str, Any]
    checked_at: datetime | str | None

class PluginGoneValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginGone`."""

    success: bool | None
    plugin_id: str
    unloaded_at: datetime | str | None
    message: str | None

class PluginHealthValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginHealth`."""

    total: int | None
    healthy: int | None
    unhealthy: int | None
    unknown: int | None

class PluginInfoValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginInfo`."""

    success: bool | None
    plugin_id: str | None
    metadata: PluginMetadata | Mapping[str, Any]

class PluginLineValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginLine`."""

    timestamp: datetime | str | None
    level: str | None
    operation: str | None
    message: str

class PluginLinesValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginLines`."""

    lines: Sequence[PluginLine | Mapping[str, Any]]
    count: int | None

class PluginListValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginList`."""

    plugins: Sequence[Plugin | Mapping[str, Any]]
    count: int | None

class PluginLockValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginLock`."""

    format: int
    plugins: Sequence[Mapping[str, Any]]

class PluginMetadataValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginMetadata`."""

    id: str | None
    name: str
    type: str | None
    version: str | None
    latest: str | None
    status: str | None
    description: str | None
    author: str | None
    licence: str | None
    origin: str | None
    program: str | None
    python: str | None
    size: float | None
    installed_at: datetime | str | None
    packages: Mapping[str, str]
    needs: Sequence[str]
    problems: Sequence[str]
    instead: str | None
    tested: Mapping[str, Any] | None
    capabilities: Sequence[str]
    dependencies: Sequence[str]
    settings: Mapping[str, Any]
    config: Mapping[str, Any] | None

class PluginSettingValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginSetting`."""

    name: str
    value: Any | None
    origin: str | None
    required: bool | None
    secret: bool | None
    type: str | None
    choices: Sequence[Any]
    description: str | None

class PluginSettingsValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginSettings`."""

    name: str
    valid: bool | None
    settings: Sequence[PluginSetting | Mapping[str, Any]]
    problems: Sequence[Problem | Mapping[str, Any]]

class PluginWorkValues(TypedDict, total=False):
    """Fields of `flext_sdk.PluginWork`."""

    success: bool | None
    id: str
    name: str | None
    runtime_type: str | None
    status: OrchestrationStatus | str
    start_time: datetime | str | None
    message: str | None

class ProblemValues(TypedDict, total=False):
    """Fields of `flext_sdk.Problem`."""

    path: str
    message: str
    hint: str | None
    severity: ProblemSeverity | str
    file: str | None
    line: int | None
    column: int | None

class ReadinessValues(TypedDict, total=False):
    """Fields of `flext_sdk.Readiness`."""

    status: ReadinessStatus | str
    service: str | None
    timestamp: datetime | str | None
    checks: Mapping[str, str]

class RefreshRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.RefreshRequest`."""

    refresh_token: str

class RevocationValues(TypedDict, total=False):
    """Fields of `flext_sdk.Revocation`."""

    revoked: int

class RevokeRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.RevokeRequest`."""

    session: str | None
    user: str | None

class RunValues(TypedDict, total=False):
    """Fields of `flext_sdk.Run`."""

    execution_id: str
    pipeline_id: str | None
    pipeline: str | None
    status: RunStatus | str
    trigger: str | None
    scheduled_for: datetime | str | None
    retry_of: str | None
    full_refresh: bool | None
    variables: Mapping[str, Any]
    created_at: datetime | str | None
    started_at: datetime | str | None
    completed_at: datetime | str | None
    duration: float | None
    steps_executed: int | None
    steps_total: int | None
    current_step: str | None
    records: int | None
    bytes: int | None
    rate: float | None
    restarts: int | None
    error: str | None
    hint: str | None
    steps: Sequence[StepRun | Mapping[str, Any]]

class RunListValues(TypedDict, total=False):
    """Fields of `flext_sdk.RunList`."""

    runs: Sequence[Run | Mapping[str, Any]]
    total: int

class RuntimeValues(TypedDict, total=False):
    """Fields of `flext_sdk.Runtime`."""

    type: str
    status: str | None
    capabilities: Sequence[str]
    last_seen: datetime | str | None
    active: int | None
    config: RuntimeConfig | Mapping[str, Any] | None
    message: str | None

class RuntimeAnswerValues(TypedDict, total=False):
    """Fields of `flext_sdk.RuntimeAnswer`."""

    success: bool | None
    runtime: Runtime | Mapping[str, Any]

class RuntimeConfigValues(TypedDict, total=False):
    """Fields of `flext_sdk.RuntimeConfig`."""

    max_concurrency: int | None
    timeout: float | None

class RuntimeHealthValues(TypedDict, total=False):
    """Fields of `flext_sdk.RuntimeHealth`."""

    success: bool | None
    runtime: str
    status: str
    checked_at: datetime | str | None
    details: RuntimeHealthDetails | Mapping[str, Any] | None

class RuntimeHealthDetailsValues(TypedDict, total=False):
    """Fields of `flext_sdk.RuntimeHealthDetails`."""

    response_time: float | None
    availability: str | None
    message: str | None

class RuntimeListValues(TypedDict, total=False):
    """Fields of `flext_sdk.RuntimeList`."""

    success: bool | None
    runtimes: Sequence[Runtime | Mapping[str, Any]]
    include_inactive: bool | None

class ScheduleValues(TypedDict, total=False):
    """Fields of `flext_sdk.Schedule`."""

    cron: str | None
    timezone: str
    enabled: bool | None
    catchup: str | None
    next_runs: Sequence[datetime | str]
    last: ScheduleSlot | Mapping[str, Any] | None

class ScheduleDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.ScheduleDefinition`."""

    cron: str
    timezone: str
    enabled: bool
    catchup: ScheduleDefinitionCatchup | str

class ScheduleRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.ScheduleRequest`."""

    cron: str | None
    timezone: str | None
    enabled: bool | None
    catchup: ScheduleRequestCatchup | str | None
    remove: bool

class ScheduleSlotValues(TypedDict, total=False):
    """Fields of `flext_sdk.ScheduleSlot`."""

    scheduled_for: datetime | str | None
    status: ScheduleSlotStatus | str
    execution_id: str | None
    reason: str | None

class SelectRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.SelectRequest`."""

    patterns: Sequence[str]
    config: Mapping[str, Any] | None
    base_path: str | None

class ServiceConfigValues(TypedDict, total=False):
    """Fields of `flext_sdk.ServiceConfig`."""

    service: str
    settings: Sequence[ServiceSetting | Mapping[str, Any]]

class ServiceInfoValues(TypedDict, total=False):
    """Fields of `flext_sdk.ServiceInfo`."""

    service: str
    version: str
    description: str | None
    environment: str | None
    timestamp: datetime | str | None
    capabilities: Sequence[str]
    features: Sequence[str]

class ServiceListValues(TypedDict, total=False):
    """Fields of `flext_sdk.ServiceList`."""

    services: Sequence[ServiceStatus | Mapping[str, Any]]
    total: int

class ServiceSettingValues(TypedDict, total=False):
    """Fields of `flext_sdk.ServiceSetting`."""

    name: str
    value: Any | None
    origin: str | None
    description: str | None

class ServiceStatusValues(TypedDict, total=False):
    """Fields of `flext_sdk.ServiceStatus`."""

    name: str
    status: ServiceStatusStatus | str
    url: str | None
    port: int | None
    pid: int | None
    version: str | None
    started_at: datetime | str | None
    uptime: float | None
    memory: int | None
    message: str | None

class SettingsChangeValues(TypedDict, total=False):
    """Fields of `flext_sdk.SettingsChange`."""

    values: Mapping[str, Any]
    unset: Sequence[str]
    base_path: str | None

class StartRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.StartRequest`."""

    variables: Mapping[str, str | float | bool]
    step_override: Sequence[str]
    full_refresh: bool

class StateRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.StateRequest`."""

    state: Mapping[str, Any]
    step: str | None

class StepDefinitionValues(TypedDict, total=False):
    """Fields of `flext_sdk.StepDefinition`."""

    name: str
    extract: ExtractDefinition | Mapping[str, Any] | None
    load: LoadDefinition | Mapping[str, Any] | None
    dbt: DbtDefinition | Mapping[str, Any] | None
    meltano: MeltanoDefinition | Mapping[str, Any] | None
    depends_on: Sequence[str]
    retries: int
    timeout: str | float | None
    fast: bool
    state: Mapping[str, Any] | None

class StepRunValues(TypedDict, total=False):
    """Fields of `flext_sdk.StepRun`."""

    name: str
    status: StepStatus | str
    attempt: int | None
    started_at: datetime | str | None
    completed_at: datetime | str | None
    duration: float | None
    records: int | None
    bytes: int | None
    rate: float | None
    streams: Mapping[str, int]
    error: str | None
    exit_code: int | None
    doing: str | None
    done: int | None
    total: int | None
    nodes: Sequence[DbtNode | Mapping[str, Any]]

class StepStateValues(TypedDict, total=False):
    """Fields of `flext_sdk.StepState`."""

    step: str
    state: Mapping[str, Any]
    execution_id: str | None
    updated_at: datetime | str | None

class StopRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.StopRequest`."""

    execution_id: str | None
    force: bool

class TapListValues(TypedDict, total=False):
    """Fields of `flext_sdk.TapList`."""

    taps: Sequence[DataPlugin | Mapping[str, Any]]
    count: int | None
    source: str | None
    message: str | None

class TargetListValues(TypedDict, total=False):
    """Fields of `flext_sdk.TargetList`."""

    targets: Sequence[DataPlugin | Mapping[str, Any]]
    count: int | None
    source: str | None
    message: str | None

class TokenPairValues(TypedDict, total=False):
    """Fields of `flext_sdk.TokenPair`."""

    access_token: str
    refresh_token: str | None
    token_type: str
    expires_in: int
    expires_at: datetime | str
    refresh_expires_at: datetime | str | None
    session: str | None
    user: User | Mapping[str, Any] | None

class TrialRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.TrialRequest`."""

    config: Mapping[str, Any] | None
    base_path: str | None

class TrialVerdictValues(TypedDict, total=False):
    """Fields of `flext_sdk.TrialVerdict`."""

    name: str
    verdict: str
    message: str | None
    hint: str | None
    streams: Mapping[str, int]
    seconds: float | None

class UpdateRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.UpdateRequest`."""

    version: str | None
    python: str | None

class UserValues(TypedDict, total=False):
    """Fields of `flext_sdk.User`."""

    id: str | None
    username: str
    email: str | None
    role: UserRole | str
    roles: Sequence[str]
    active: bool | None
    created_at: datetime | str | None
    updated_at: datetime | str | None
    last_login_at: datetime | str | None

class UserChangeValues(TypedDict, total=False):
    """Fields of `flext_sdk.UserChange`."""

    role: UserChangeRole | str | None
    email: str | None

class UserListValues(TypedDict, total=False):
    """Fields of `flext_sdk.UserList`."""

    users: Sequence[User | Mapping[str, Any]]
    total: int

class UserRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.UserRequest`."""

    username: str
    password: str
    role: UserRequestRole | str
    email: str | None

class ValidationReportValues(TypedDict, total=False):
    """Fields of `flext_sdk.ValidationReport`."""

    valid: bool
    name: str | None
    problems: Sequence[Problem | Mapping[str, Any]]

class WorkflowValues(TypedDict, total=False):
    """Fields of `flext_sdk.Workflow`."""

    id: str
    name: str | None
    status: str | None
    description: str | None
    runtime_type: str | None
    job_id: str | None
    events: int | None
    progress: float | None
    duration: float | None
    created_at: datetime | str | None
    updated_at: datetime | str | None

class WorkflowExecutionValues(TypedDict, total=False):
    """Fields of `flext_sdk.WorkflowExecution`."""

    status: str
    workflow_id: str
    execution_id: str | None
    node_id: str | None
    timestamp: datetime | str | None

class WorkflowListValues(TypedDict, total=False):
    """Fields of `flext_sdk.WorkflowList`."""

    success: bool | None
    workflows: Sequence[Workflow | Mapping[str, Any]]
    count: int | None
    node_id: str | None
    timestamp: datetime | str | None

class WorkflowRequestValues(TypedDict, total=False):
    """Fields of `flext_sdk.WorkflowRequest`."""

    variables: Mapping[str, str | float | bool]
    full_refresh: bool | None

class WorkflowStatusValues(TypedDict, total=False):
    """Fields of `flext_sdk.WorkflowStatus`."""

    workflow_id: str
    execution_id: str | None
    status: str
    progress: float | None
    started_at: datetime | str | None
    updated_at: datetime | str | None
    events: int | None
    last_event: str | None
    error: str | None
    hint: str | None
    node_id: str | None
