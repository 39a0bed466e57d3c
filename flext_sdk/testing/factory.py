# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""A valid example of every model, with what you want changed.

Examples are the same every time and fit the contract. `Run`, `StepRun` and `Pipeline` keep to what you give: a run with
``status="failed"`` has an error, one that is ``"running"`` has no end.

Example:
    >>> from flext_sdk.testing import factory
    >>> factory.Run(status="failed").error
    'tap-csv ended with exit code 1'
    >>> [pipeline.name for pipeline in factory.batch(factory.Pipeline, 2)]
    ['orders-1', 'orders-2']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.testing._build import batch, build, example

if TYPE_CHECKING:
    from typing import Unpack

    from flext_sdk.models import (
        auth,
        bus,
        cluster,
        common,
        dbt,
        events,
        meltano,
        node,
        orchestrations,
        pipelines,
        plugins,
        runs,
        runtimes,
        services,
        taps,
        workflows,
    )
    from flext_sdk.testing import _values

__all__ = [
    "ActiveWorkflow",
    "ActiveWorkflowList",
    "AuditEntry",
    "AuditList",
    "BusCommandResult",
    "BusQueryResult",
    "BusRequest",
    "ClusterNode",
    "ClusterNodeList",
    "ClusterService",
    "ClusterStatus",
    "DataPlugin",
    "DbtBranch",
    "DbtDefinition",
    "DbtEdge",
    "DbtInit",
    "DbtLineage",
    "DbtModel",
    "DbtModelList",
    "DbtNode",
    "DbtProject",
    "DbtProjectList",
    "DbtRegistration",
    "DbtRunRequest",
    "DiscoveredStream",
    "Discovery",
    "Error",
    "Event",
    "EventCount",
    "EventList",
    "EventPublished",
    "EventRequest",
    "ExecuteRequest",
    "Execution",
    "ExtractDefinition",
    "FlexcoreMetrics",
    "FlexcoreMetricsMetrics",
    "FlextMetrics",
    "FlextMetricsRequests",
    "FlextMetricsServer",
    "FoundPlugin",
    "FoundPluginList",
    "Health",
    "Identity",
    "IndexUpdate",
    "InstallRequest",
    "Introspection",
    "LoadDefinition",
    "LogEntry",
    "LogList",
    "LoginRequest",
    "LogoutRequest",
    "MeltanoAdd",
    "MeltanoConfigRequest",
    "MeltanoDefinition",
    "MeltanoInit",
    "MeltanoInstall",
    "MeltanoInvoke",
    "MeltanoPlugin",
    "MeltanoPluginList",
    "MeltanoProject",
    "MeltanoRunRequest",
    "MeltanoSchedule",
    "MeltanoScheduleList",
    "MeltanoScheduleRequest",
    "MeltanoSetting",
    "MeltanoSettings",
    "MeltanoState",
    "MeltanoStateList",
    "MeltanoStateRequest",
    "MeltanoStop",
    "MeltanoTest",
    "MeltanoUpgrade",
    "NodeInfo",
    "NodeInfoAnswer",
    "NodeStatus",
    "NodeStatusAnswer",
    "Orchestration",
    "OrchestrationAnswer",
    "OrchestrationCanceled",
    "OrchestrationList",
    "OrchestrationRequest",
    "OrchestrationStarted",
    "OrchestratorConfig",
    "OrchestratorInfo",
    "OrchestratorInfoAnswer",
    "OrchestratorMetrics",
    "OrchestratorMetricsAnswer",
    "PasswordRequest",
    "Pipeline",
    "PipelineDefinition",
    "PipelineList",
    "PipelineState",
    "PipelineStatus",
    "PipelineStep",
    "Plugin",
    "PluginCondition",
    "PluginGone",
    "PluginHealth",
    "PluginInfo",
    "PluginLine",
    "PluginLines",
    "PluginList",
    "PluginLock",
    "PluginMetadata",
    "PluginSetting",
    "PluginSettings",
    "PluginWork",
    "Problem",
    "Readiness",
    "RefreshRequest",
    "Revocation",
    "RevokeRequest",
    "Run",
    "RunList",
    "Runtime",
    "RuntimeAnswer",
    "RuntimeConfig",
    "RuntimeHealth",
    "RuntimeHealthDetails",
    "RuntimeList",
    "Schedule",
    "ScheduleDefinition",
    "ScheduleRequest",
    "ScheduleSlot",
    "SelectRequest",
    "ServiceConfig",
    "ServiceInfo",
    "ServiceList",
    "ServiceSetting",
    "ServiceStatus",
    "SettingsChange",
    "StartRequest",
    "StateRequest",
    "StepDefinition",
    "StepRun",
    "StepState",
    "StopRequest",
    "TapList",
    "TargetList",
    "TokenPair",
    "TrialRequest",
    "TrialVerdict",
    "UpdateRequest",
    "User",
    "UserChange",
    "UserList",
    "UserRequest",
    "ValidationReport",
    "Workflow",
    "WorkflowExecution",
    "WorkflowList",
    "WorkflowRequest",
    "WorkflowStatus",
    "batch",
    "example",
]


def ActiveWorkflow(**values: Unpack[_values.ActiveWorkflowValues]) -> workflows.ActiveWorkflow:
    """An orchestration that is running."""
    made: workflows.ActiveWorkflow = build("ActiveWorkflow", values)
    return made


def ActiveWorkflowList(**values: Unpack[_values.ActiveWorkflowListValues]) -> workflows.ActiveWorkflowList:
    """Orchestrations that are running."""
    made: workflows.ActiveWorkflowList = build("ActiveWorkflowList", values)
    return made


def AuditEntry(**values: Unpack[_values.AuditEntryValues]) -> auth.AuditEntry:
    """Something that happened."""
    made: auth.AuditEntry = build("AuditEntry", values)
    return made


def AuditList(**values: Unpack[_values.AuditListValues]) -> auth.AuditList:
    """A page of entries."""
    made: auth.AuditList = build("AuditList", values)
    return made


def BusCommandResult(**values: Unpack[_values.BusCommandResultValues]) -> bus.BusCommandResult:
    """What became of a command."""
    made: bus.BusCommandResult = build("BusCommandResult", values)
    return made


def BusQueryResult(**values: Unpack[_values.BusQueryResultValues]) -> bus.BusQueryResult:
    """The answer to a query."""
    made: bus.BusQueryResult = build("BusQueryResult", values)
    return made


def BusRequest(**values: Unpack[_values.BusRequestValues]) -> bus.BusRequest:
    """A command or query; what stands beside type are the parameters of the operation."""
    made: bus.BusRequest = build("BusRequest", values)
    return made


def ClusterNode(**values: Unpack[_values.ClusterNodeValues]) -> cluster.ClusterNode:
    """One node."""
    made: cluster.ClusterNode = build("ClusterNode", values)
    return made


def ClusterNodeList(**values: Unpack[_values.ClusterNodeListValues]) -> cluster.ClusterNodeList:
    """The nodes of a cluster."""
    made: cluster.ClusterNodeList = build("ClusterNodeList", values)
    return made


def ClusterService(**values: Unpack[_values.ClusterServiceValues]) -> cluster.ClusterService:
    """A service beside FlexCore."""
    made: cluster.ClusterService = build("ClusterService", values)
    return made


def ClusterStatus(**values: Unpack[_values.ClusterStatusValues]) -> cluster.ClusterStatus:
    """How the cluster is doing."""
    made: cluster.ClusterStatus = build("ClusterStatus", values)
    return made


def DataPlugin(**values: Unpack[_values.DataPluginValues]) -> taps.DataPlugin:
    """A tap or target."""
    made: taps.DataPlugin = build("DataPlugin", values)
    return made


def DbtBranch(**values: Unpack[_values.DbtBranchValues]) -> dbt.DbtBranch:
    """A line of the drawing."""
    made: dbt.DbtBranch = build("DbtBranch", values)
    return made


def DbtDefinition(**values: Unpack[_values.DbtDefinitionValues]) -> pipelines.DbtDefinition:
    """A command of dbt as a step."""
    made: pipelines.DbtDefinition = build("DbtDefinition", values)
    return made


def DbtEdge(**values: Unpack[_values.DbtEdgeValues]) -> dbt.DbtEdge:
    """One thing that stands upon another."""
    made: dbt.DbtEdge = build("DbtEdge", values)
    return made


def DbtInit(**values: Unpack[_values.DbtInitValues]) -> dbt.DbtInit:
    """A dbt project to be made."""
    made: dbt.DbtInit = build("DbtInit", values)
    return made


def DbtLineage(**values: Unpack[_values.DbtLineageValues]) -> dbt.DbtLineage:
    """What stands upon what."""
    made: dbt.DbtLineage = build("DbtLineage", values)
    return made


def DbtModel(**values: Unpack[_values.DbtModelValues]) -> dbt.DbtModel:
    """A model, seed, snapshot or source."""
    made: dbt.DbtModel = build("DbtModel", values)
    return made


def DbtModelList(**values: Unpack[_values.DbtModelListValues]) -> dbt.DbtModelList:
    """What a dbt project consists of."""
    made: dbt.DbtModelList = build("DbtModelList", values)
    return made


def DbtNode(**values: Unpack[_values.DbtNodeValues]) -> runs.DbtNode:
    """What became of one model, test, seed or snapshot."""
    made: runs.DbtNode = build("DbtNode", values)
    return made


def DbtProject(**values: Unpack[_values.DbtProjectValues]) -> dbt.DbtProject:
    """A dbt project."""
    made: dbt.DbtProject = build("DbtProject", values)
    return made


def DbtProjectList(**values: Unpack[_values.DbtProjectListValues]) -> dbt.DbtProjectList:
    """Registered dbt projects."""
    made: dbt.DbtProjectList = build("DbtProjectList", values)
    return made


def DbtRegistration(**values: Unpack[_values.DbtRegistrationValues]) -> dbt.DbtRegistration:
    """A dbt project to be registered."""
    made: dbt.DbtRegistration = build("DbtRegistration", values)
    return made


def DbtRunRequest(**values: Unpack[_values.DbtRunRequestValues]) -> dbt.DbtRunRequest:
    """A command of dbt to be run."""
    made: dbt.DbtRunRequest = build("DbtRunRequest", values)
    return made


def DiscoveredStream(**values: Unpack[_values.DiscoveredStreamValues]) -> taps.DiscoveredStream:
    """A stream of a tap."""
    made: taps.DiscoveredStream = build("DiscoveredStream", values)
    return made


def Discovery(**values: Unpack[_values.DiscoveryValues]) -> taps.Discovery:
    """What a tap discovered."""
    made: taps.Discovery = build("Discovery", values)
    return made


def Error(**values: Unpack[_values.ErrorValues]) -> common.Error:
    """The body of every answer that is not a success."""
    made: common.Error = build("Error", values)
    return made


def Event(**values: Unpack[_values.EventValues]) -> events.Event:
    """Something that happened."""
    made: events.Event = build("Event", values)
    return made


def EventCount(**values: Unpack[_values.EventCountValues]) -> events.EventCount:
    """How many events there are."""
    made: events.EventCount = build("EventCount", values)
    return made


def EventList(**values: Unpack[_values.EventListValues]) -> events.EventList:
    """A page of events."""
    made: events.EventList = build("EventList", values)
    return made


def EventPublished(**values: Unpack[_values.EventPublishedValues]) -> events.EventPublished:
    """An event that was stored."""
    made: events.EventPublished = build("EventPublished", values)
    return made


def EventRequest(**values: Unpack[_values.EventRequestValues]) -> events.EventRequest:
    """An event to publish."""
    made: events.EventRequest = build("EventRequest", values)
    return made


def ExecuteRequest(**values: Unpack[_values.ExecuteRequestValues]) -> plugins.ExecuteRequest:
    """What to execute."""
    made: plugins.ExecuteRequest = build("ExecuteRequest", values)
    return made


def Execution(**values: Unpack[_values.ExecutionValues]) -> plugins.Execution:
    """What a plugin answered."""
    made: plugins.Execution = build("Execution", values)
    return made


def ExtractDefinition(**values: Unpack[_values.ExtractDefinitionValues]) -> pipelines.ExtractDefinition:
    """Where rows come from."""
    made: pipelines.ExtractDefinition = build("ExtractDefinition", values)
    return made


def FlexcoreMetrics(**values: Unpack[_values.FlexcoreMetricsValues]) -> services.FlexcoreMetrics:
    """Counters of FlexCore since it started."""
    made: services.FlexcoreMetrics = build("FlexcoreMetrics", values)
    return made


def FlexcoreMetricsMetrics(**values: Unpack[_values.FlexcoreMetricsMetricsValues]) -> services.FlexcoreMetricsMetrics:
    """A part of the models: FlexcoreMetricsMetrics."""
    made: services.FlexcoreMetricsMetrics = build("FlexcoreMetricsMetrics", values)
    return made


def FlextMetrics(**values: Unpack[_values.FlextMetricsValues]) -> services.FlextMetrics:
    """Counters of FLEXT Service since it started."""
    made: services.FlextMetrics = build("FlextMetrics", values)
    return made


def FlextMetricsRequests(**values: Unpack[_values.FlextMetricsRequestsValues]) -> services.FlextMetricsRequests:
    """A part of the models: FlextMetricsRequests."""
    made: services.FlextMetricsRequests = build("FlextMetricsRequests", values)
    return made


def FlextMetricsServer(**values: Unpack[_values.FlextMetricsServerValues]) -> services.FlextMetricsServer:
    """A part of the models: FlextMetricsServer."""
    made: services.FlextMetricsServer = build("FlextMetricsServer", values)
    return made


def FoundPlugin(**values: Unpack[_values.FoundPluginValues]) -> plugins.FoundPlugin:
    """One plugin of the index."""
    made: plugins.FoundPlugin = build("FoundPlugin", values)
    return made


def FoundPluginList(**values: Unpack[_values.FoundPluginListValues]) -> plugins.FoundPluginList:
    """What a search found."""
    made: plugins.FoundPluginList = build("FoundPluginList", values)
    return made


def Health(**values: Unpack[_values.HealthValues]) -> services.Health:
    """Health of one service."""
    made: services.Health = build("Health", values)
    return made


def Identity(**values: Unpack[_values.IdentityValues]) -> auth.Identity:
    """Who somebody is to the service."""
    made: auth.Identity = build("Identity", values)
    return made


def IndexUpdate(**values: Unpack[_values.IndexUpdateValues]) -> plugins.IndexUpdate:
    """Where a later index is."""
    made: plugins.IndexUpdate = build("IndexUpdate", values)
    return made


def InstallRequest(**values: Unpack[_values.InstallRequestValues]) -> plugins.InstallRequest:
    """What to install."""
    made: plugins.InstallRequest = build("InstallRequest", values)
    return made


def Introspection(**values: Unpack[_values.IntrospectionValues]) -> auth.Introspection:
    """What is known about a token."""
    made: auth.Introspection = build("Introspection", values)
    return made


def LoadDefinition(**values: Unpack[_values.LoadDefinitionValues]) -> pipelines.LoadDefinition:
    """Where rows go."""
    made: pipelines.LoadDefinition = build("LoadDefinition", values)
    return made


def LogEntry(**values: Unpack[_values.LogEntryValues]) -> runs.LogEntry:
    """One line of a log."""
    made: runs.LogEntry = build("LogEntry", values)
    return made


def LogList(**values: Unpack[_values.LogListValues]) -> runs.LogList:
    """Log lines."""
    made: runs.LogList = build("LogList", values)
    return made


def LoginRequest(**values: Unpack[_values.LoginRequestValues]) -> auth.LoginRequest:
    """A name and a password."""
    made: auth.LoginRequest = build("LoginRequest", values)
    return made


def LogoutRequest(**values: Unpack[_values.LogoutRequestValues]) -> auth.LogoutRequest:
    """A token of any kind."""
    made: auth.LogoutRequest = build("LogoutRequest", values)
    return made


def MeltanoAdd(**values: Unpack[_values.MeltanoAddValues]) -> meltano.MeltanoAdd:
    """A plugin to be added."""
    made: meltano.MeltanoAdd = build("MeltanoAdd", values)
    return made


def MeltanoConfigRequest(**values: Unpack[_values.MeltanoConfigRequestValues]) -> meltano.MeltanoConfigRequest:
    """Change of settings; nothing is changed where one of them is wrong."""
    made: meltano.MeltanoConfigRequest = build("MeltanoConfigRequest", values)
    return made


def MeltanoDefinition(**values: Unpack[_values.MeltanoDefinitionValues]) -> pipelines.MeltanoDefinition:
    """A run of a Meltano project as a step of a pipeline."""
    made: pipelines.MeltanoDefinition = build("MeltanoDefinition", values)
    return made


def MeltanoInit(**values: Unpack[_values.MeltanoInitValues]) -> meltano.MeltanoInit:
    """A project to be made."""
    made: meltano.MeltanoInit = build("MeltanoInit", values)
    return made


def MeltanoInstall(**values: Unpack[_values.MeltanoInstallValues]) -> meltano.MeltanoInstall:
    """What to install."""
    made: meltano.MeltanoInstall = build("MeltanoInstall", values)
    return made


def MeltanoInvoke(**values: Unpack[_values.MeltanoInvokeValues]) -> meltano.MeltanoInvoke:
    """A call of a plugin."""
    made: meltano.MeltanoInvoke = build("MeltanoInvoke", values)
    return made


def MeltanoPlugin(**values: Unpack[_values.MeltanoPluginValues]) -> meltano.MeltanoPlugin:
    """A plugin of a Meltano project, or one that can be added."""
    made: meltano.MeltanoPlugin = build("MeltanoPlugin", values)
    return made


def MeltanoPluginList(**values: Unpack[_values.MeltanoPluginListValues]) -> meltano.MeltanoPluginList:
    """Plugins."""
    made: meltano.MeltanoPluginList = build("MeltanoPluginList", values)
    return made


def MeltanoProject(**values: Unpack[_values.MeltanoProjectValues]) -> meltano.MeltanoProject:
    """A Meltano project."""
    made: meltano.MeltanoProject = build("MeltanoProject", values)
    return made


def MeltanoRunRequest(**values: Unpack[_values.MeltanoRunRequestValues]) -> meltano.MeltanoRunRequest:
    """What to run."""
    made: meltano.MeltanoRunRequest = build("MeltanoRunRequest", values)
    return made


def MeltanoSchedule(**values: Unpack[_values.MeltanoScheduleValues]) -> meltano.MeltanoSchedule:
    """A schedule of a Meltano project."""
    made: meltano.MeltanoSchedule = build("MeltanoSchedule", values)
    return made


def MeltanoScheduleList(**values: Unpack[_values.MeltanoScheduleListValues]) -> meltano.MeltanoScheduleList:
    """Schedules."""
    made: meltano.MeltanoScheduleList = build("MeltanoScheduleList", values)
    return made


def MeltanoScheduleRequest(**values: Unpack[_values.MeltanoScheduleRequestValues]) -> meltano.MeltanoScheduleRequest:
    """Change of a schedule; what is left out stays."""
    made: meltano.MeltanoScheduleRequest = build("MeltanoScheduleRequest", values)
    return made


def MeltanoSetting(**values: Unpack[_values.MeltanoSettingValues]) -> meltano.MeltanoSetting:
    """A setting, its value, and where that comes from."""
    made: meltano.MeltanoSetting = build("MeltanoSetting", values)
    return made


def MeltanoSettings(**values: Unpack[_values.MeltanoSettingsValues]) -> meltano.MeltanoSettings:
    """The settings of a component."""
    made: meltano.MeltanoSettings = build("MeltanoSettings", values)
    return made


def MeltanoState(**values: Unpack[_values.MeltanoStateValues]) -> meltano.MeltanoState:
    """A state of a Meltano project."""
    made: meltano.MeltanoState = build("MeltanoState", values)
    return made


def MeltanoStateList(**values: Unpack[_values.MeltanoStateListValues]) -> meltano.MeltanoStateList:
    """States."""
    made: meltano.MeltanoStateList = build("MeltanoStateList", values)
    return made


def MeltanoStateRequest(**values: Unpack[_values.MeltanoStateRequestValues]) -> meltano.MeltanoStateRequest:
    """A state set by hand."""
    made: meltano.MeltanoStateRequest = build("MeltanoStateRequest", values)
    return made


def MeltanoStop(**values: Unpack[_values.MeltanoStopValues]) -> meltano.MeltanoStop:
    """How to stop."""
    made: meltano.MeltanoStop = build("MeltanoStop", values)
    return made


def MeltanoTest(**values: Unpack[_values.MeltanoTestValues]) -> meltano.MeltanoTest:
    """What to test."""
    made: meltano.MeltanoTest = build("MeltanoTest", values)
    return made


def MeltanoUpgrade(**values: Unpack[_values.MeltanoUpgradeValues]) -> meltano.MeltanoUpgrade:
    """What to upgrade."""
    made: meltano.MeltanoUpgrade = build("MeltanoUpgrade", values)
    return made


def NodeInfo(**values: Unpack[_values.NodeInfoValues]) -> node.NodeInfo:
    """What a node is."""
    made: node.NodeInfo = build("NodeInfo", values)
    return made


def NodeInfoAnswer(**values: Unpack[_values.NodeInfoAnswerValues]) -> node.NodeInfoAnswer:
    """Answer that holds a node."""
    made: node.NodeInfoAnswer = build("NodeInfoAnswer", values)
    return made


def NodeStatus(**values: Unpack[_values.NodeStatusValues]) -> node.NodeStatus:
    """How a node is doing."""
    made: node.NodeStatus = build("NodeStatus", values)
    return made


def NodeStatusAnswer(**values: Unpack[_values.NodeStatusAnswerValues]) -> node.NodeStatusAnswer:
    """Answer that holds the state of a node."""
    made: node.NodeStatusAnswer = build("NodeStatusAnswer", values)
    return made


def Orchestration(**values: Unpack[_values.OrchestrationValues]) -> orchestrations.Orchestration:
    """A command that a runtime carries out."""
    made: orchestrations.Orchestration = build("Orchestration", values)
    return made


def OrchestrationAnswer(**values: Unpack[_values.OrchestrationAnswerValues]) -> orchestrations.OrchestrationAnswer:
    """Answer that holds an orchestration."""
    made: orchestrations.OrchestrationAnswer = build("OrchestrationAnswer", values)
    return made


def OrchestrationCanceled(
    **values: Unpack[_values.OrchestrationCanceledValues],
) -> orchestrations.OrchestrationCanceled:
    """An orchestration that was canceled."""
    made: orchestrations.OrchestrationCanceled = build("OrchestrationCanceled", values)
    return made


def OrchestrationList(**values: Unpack[_values.OrchestrationListValues]) -> orchestrations.OrchestrationList:
    """A page of orchestrations."""
    made: orchestrations.OrchestrationList = build("OrchestrationList", values)
    return made


def OrchestrationRequest(**values: Unpack[_values.OrchestrationRequestValues]) -> orchestrations.OrchestrationRequest:
    """What a runtime should carry out."""
    made: orchestrations.OrchestrationRequest = build("OrchestrationRequest", values)
    return made


def OrchestrationStarted(**values: Unpack[_values.OrchestrationStartedValues]) -> orchestrations.OrchestrationStarted:
    """An orchestration that was taken on."""
    made: orchestrations.OrchestrationStarted = build("OrchestrationStarted", values)
    return made


def OrchestratorConfig(**values: Unpack[_values.OrchestratorConfigValues]) -> orchestrations.OrchestratorConfig:
    """Limits of the orchestrator."""
    made: orchestrations.OrchestratorConfig = build("OrchestratorConfig", values)
    return made


def OrchestratorInfo(**values: Unpack[_values.OrchestratorInfoValues]) -> orchestrations.OrchestratorInfo:
    """What carries out orchestrations."""
    made: orchestrations.OrchestratorInfo = build("OrchestratorInfo", values)
    return made


def OrchestratorInfoAnswer(
    **values: Unpack[_values.OrchestratorInfoAnswerValues],
) -> orchestrations.OrchestratorInfoAnswer:
    """Answer that holds what the orchestrator is."""
    made: orchestrations.OrchestratorInfoAnswer = build("OrchestratorInfoAnswer", values)
    return made


def OrchestratorMetrics(**values: Unpack[_values.OrchestratorMetricsValues]) -> orchestrations.OrchestratorMetrics:
    """Numbers about orchestrations."""
    made: orchestrations.OrchestratorMetrics = build("OrchestratorMetrics", values)
    return made


def OrchestratorMetricsAnswer(
    **values: Unpack[_values.OrchestratorMetricsAnswerValues],
) -> orchestrations.OrchestratorMetricsAnswer:
    """Answer that holds the numbers about orchestrations."""
    made: orchestrations.OrchestratorMetricsAnswer = build("OrchestratorMetricsAnswer", values)
    return made


def PasswordRequest(**values: Unpack[_values.PasswordRequestValues]) -> auth.PasswordRequest:
    """A new password."""
    made: auth.PasswordRequest = build("PasswordRequest", values)
    return made


def Pipeline(**values: Unpack[_values.PipelineValues]) -> pipelines.Pipeline:
    """A stored pipeline."""
    made: pipelines.Pipeline = build("Pipeline", values)
    return made


def PipelineDefinition(**values: Unpack[_values.PipelineDefinitionValues]) -> pipelines.PipelineDefinition:
    """A pipeline as its file has it."""
    made: pipelines.PipelineDefinition = build("PipelineDefinition", values)
    return made


def PipelineList(**values: Unpack[_values.PipelineListValues]) -> pipelines.PipelineList:
    """A page of pipelines."""
    made: pipelines.PipelineList = build("PipelineList", values)
    return made


def PipelineState(**values: Unpack[_values.PipelineStateValues]) -> runs.PipelineState:
    """The bookmarks of a pipeline."""
    made: runs.PipelineState = build("PipelineState", values)
    return made


def PipelineStatus(**values: Unpack[_values.PipelineStatusValues]) -> runs.PipelineStatus:
    """How a pipeline is doing."""
    made: runs.PipelineStatus = build("PipelineStatus", values)
    return made


def PipelineStep(**values: Unpack[_values.PipelineStepValues]) -> pipelines.PipelineStep:
    """One step of a stored pipeline."""
    made: pipelines.PipelineStep = build("PipelineStep", values)
    return made


def Plugin(**values: Unpack[_values.PluginValues]) -> plugins.Plugin:
    """One plugin in short."""
    made: plugins.Plugin = build("Plugin", values)
    return made


def PluginCondition(**values: Unpack[_values.PluginConditionValues]) -> plugins.PluginCondition:
    """How a plugin is."""
    made: plugins.PluginCondition = build("PluginCondition", values)
    return made


def PluginGone(**values: Unpack[_values.PluginGoneValues]) -> plugins.PluginGone:
    """A plugin that was removed."""
    made: plugins.PluginGone = build("PluginGone", values)
    return made


def PluginHealth(**values: Unpack[_values.PluginHealthValues]) -> node.PluginHealth:
    """How many plugins are in which state."""
    made: node.PluginHealth = build("PluginHealth", values)
    return made


def PluginInfo(**values: Unpack[_values.PluginInfoValues]) -> plugins.PluginInfo:
    """Answer that holds a plugin."""
    made: plugins.PluginInfo = build("PluginInfo", values)
    return made


def PluginLine(**values: Unpack[_values.PluginLineValues]) -> plugins.PluginLine:
    """One line of a plugin's log."""
    made: plugins.PluginLine = build("PluginLine", values)
    return made


def PluginLines(**values: Unpack[_values.PluginLinesValues]) -> plugins.PluginLines:
    """Lines of a plugin's log."""
    made: plugins.PluginLines = build("PluginLines", values)
    return made


def PluginList(**values: Unpack[_values.PluginListValues]) -> plugins.PluginList:
    """The plugins of a platform."""
    made: plugins.PluginList = build("PluginList", values)
    return made


def PluginLock(**values: Unpack[_values.PluginLockValues]) -> plugins.PluginLock:
    """Exact versions of plugins."""
    made: plugins.PluginLock = build("PluginLock", values)
    return made


def PluginMetadata(**values: Unpack[_values.PluginMetadataValues]) -> plugins.PluginMetadata:
    """One plugin in full."""
    made: plugins.PluginMetadata = build("PluginMetadata", values)
    return made


def PluginSetting(**values: Unpack[_values.PluginSettingValues]) -> taps.PluginSetting:
    """One setting."""
    made: taps.PluginSetting = build("PluginSetting", values)
    return made


def PluginSettings(**values: Unpack[_values.PluginSettingsValues]) -> taps.PluginSettings:
    """The settings of a tap or target."""
    made: taps.PluginSettings = build("PluginSettings", values)
    return made


def PluginWork(**values: Unpack[_values.PluginWorkValues]) -> plugins.PluginWork:
    """Work on plugins that was taken on."""
    made: plugins.PluginWork = build("PluginWork", values)
    return made


def Problem(**values: Unpack[_values.ProblemValues]) -> pipelines.Problem:
    """One thing wrong in a document."""
    made: pipelines.Problem = build("Problem", values)
    return made


def Readiness(**values: Unpack[_values.ReadinessValues]) -> services.Readiness:
    """Whether a service takes work."""
    made: services.Readiness = build("Readiness", values)
    return made


def RefreshRequest(**values: Unpack[_values.RefreshRequestValues]) -> auth.RefreshRequest:
    """A refresh token."""
    made: auth.RefreshRequest = build("RefreshRequest", values)
    return made


def Revocation(**values: Unpack[_values.RevocationValues]) -> auth.Revocation:
    """What was revoked."""
    made: auth.Revocation = build("Revocation", values)
    return made


def RevokeRequest(**values: Unpack[_values.RevokeRequestValues]) -> auth.RevokeRequest:
    """Whose tokens are to be revoked."""
    made: auth.RevokeRequest = build("RevokeRequest", values)
    return made


def Run(**values: Unpack[_values.RunValues]) -> runs.Run:
    """One run of a pipeline."""
    made: runs.Run = build("Run", values)
    return made


def RunList(**values: Unpack[_values.RunListValues]) -> runs.RunList:
    """A page of runs."""
    made: runs.RunList = build("RunList", values)
    return made


def Runtime(**values: Unpack[_values.RuntimeValues]) -> runtimes.Runtime:
    """What can carry out orchestrations."""
    made: runtimes.Runtime = build("Runtime", values)
    return made


def RuntimeAnswer(**values: Unpack[_values.RuntimeAnswerValues]) -> runtimes.RuntimeAnswer:
    """Answer that holds a runtime."""
    made: runtimes.RuntimeAnswer = build("RuntimeAnswer", values)
    return made


def RuntimeConfig(**values: Unpack[_values.RuntimeConfigValues]) -> runtimes.RuntimeConfig:
    """Limits of a runtime."""
    made: runtimes.RuntimeConfig = build("RuntimeConfig", values)
    return made


def RuntimeHealth(**values: Unpack[_values.RuntimeHealthValues]) -> runtimes.RuntimeHealth:
    """Whether a runtime works."""
    made: runtimes.RuntimeHealth = build("RuntimeHealth", values)
    return made


def RuntimeHealthDetails(**values: Unpack[_values.RuntimeHealthDetailsValues]) -> runtimes.RuntimeHealthDetails:
    """What the verdict stands on."""
    made: runtimes.RuntimeHealthDetails = build("RuntimeHealthDetails", values)
    return made


def RuntimeList(**values: Unpack[_values.RuntimeListValues]) -> runtimes.RuntimeList:
    """The runtimes of a platform."""
    made: runtimes.RuntimeList = build("RuntimeList", values)
    return made


def Schedule(**values: Unpack[_values.ScheduleValues]) -> pipelines.Schedule:
    """When a pipeline should run by itself."""
    made: pipelines.Schedule = build("Schedule", values)
    return made


def ScheduleDefinition(**values: Unpack[_values.ScheduleDefinitionValues]) -> pipelines.ScheduleDefinition:
    """When a pipeline should run by itself."""
    made: pipelines.ScheduleDefinition = build("ScheduleDefinition", values)
    return made


def ScheduleRequest(**values: Unpack[_values.ScheduleRequestValues]) -> pipelines.ScheduleRequest:
    """Change of a schedule; what is left out stays."""
    made: pipelines.ScheduleRequest = build("ScheduleRequest", values)
    return made


def ScheduleSlot(**values: Unpack[_values.ScheduleSlotValues]) -> pipelines.ScheduleSlot:
    """A time of a schedule and what became of it."""
    made: pipelines.ScheduleSlot = build("ScheduleSlot", values)
    return made


def SelectRequest(**values: Unpack[_values.SelectRequestValues]) -> taps.SelectRequest:
    """What to choose."""
    made: taps.SelectRequest = build("SelectRequest", values)
    return made


def ServiceConfig(**values: Unpack[_values.ServiceConfigValues]) -> services.ServiceConfig:
    """The settings of a service."""
    made: services.ServiceConfig = build("ServiceConfig", values)
    return made


def ServiceInfo(**values: Unpack[_values.ServiceInfoValues]) -> services.ServiceInfo:
    """What a service is."""
    made: services.ServiceInfo = build("ServiceInfo", values)
    return made


def ServiceList(**values: Unpack[_values.ServiceListValues]) -> services.ServiceList:
    """The services of a platform."""
    made: services.ServiceList = build("ServiceList", values)
    return made


def ServiceSetting(**values: Unpack[_values.ServiceSettingValues]) -> services.ServiceSetting:
    """One setting and where its value came from."""
    made: services.ServiceSetting = build("ServiceSetting", values)
    return made


def ServiceStatus(**values: Unpack[_values.ServiceStatusValues]) -> services.ServiceStatus:
    """One service and how it is doing."""
    made: services.ServiceStatus = build("ServiceStatus", values)
    return made


def SettingsChange(**values: Unpack[_values.SettingsChangeValues]) -> taps.SettingsChange:
    """Settings to store and to forget."""
    made: taps.SettingsChange = build("SettingsChange", values)
    return made


def StartRequest(**values: Unpack[_values.StartRequestValues]) -> runs.StartRequest:
    """How to start a run."""
    made: runs.StartRequest = build("StartRequest", values)
    return made


def StateRequest(**values: Unpack[_values.StateRequestValues]) -> runs.StateRequest:
    """A bookmark set by hand."""
    made: runs.StateRequest = build("StateRequest", values)
    return made


def StepDefinition(**values: Unpack[_values.StepDefinitionValues]) -> pipelines.StepDefinition:
    """One step of a pipeline: extract and load, dbt, or meltano."""
    made: pipelines.StepDefinition = build("StepDefinition", values)
    return made


def StepRun(**values: Unpack[_values.StepRunValues]) -> runs.StepRun:
    """One step of a run."""
    made: runs.StepRun = build("StepRun", values)
    return made


def StepState(**values: Unpack[_values.StepStateValues]) -> runs.StepState:
    """The bookmark of a step."""
    made: runs.StepState = build("StepState", values)
    return made


def StopRequest(**values: Unpack[_values.StopRequestValues]) -> runs.StopRequest:
    """How to stop."""
    made: runs.StopRequest = build("StopRequest", values)
    return made


def TapList(**values: Unpack[_values.TapListValues]) -> taps.TapList:
    """The taps of a platform."""
    made: taps.TapList = build("TapList", values)
    return made


def TargetList(**values: Unpack[_values.TargetListValues]) -> taps.TargetList:
    """The targets of a platform."""
    made: taps.TargetList = build("TargetList", values)
    return made


def TokenPair(**values: Unpack[_values.TokenPairValues]) -> auth.TokenPair:
    """An access token and what renews it."""
    made: auth.TokenPair = build("TokenPair", values)
    return made


def TrialRequest(**values: Unpack[_values.TrialRequestValues]) -> taps.TrialRequest:
    """What to try."""
    made: taps.TrialRequest = build("TrialRequest", values)
    return made


def TrialVerdict(**values: Unpack[_values.TrialVerdictValues]) -> taps.TrialVerdict:
    """How a trial went."""
    made: taps.TrialVerdict = build("TrialVerdict", values)
    return made


def UpdateRequest(**values: Unpack[_values.UpdateRequestValues]) -> plugins.UpdateRequest:
    """Which version to install."""
    made: plugins.UpdateRequest = build("UpdateRequest", values)
    return made


def User(**values: Unpack[_values.UserValues]) -> auth.User:
    """Somebody who can log in."""
    made: auth.User = build("User", values)
    return made


def UserChange(**values: Unpack[_values.UserChangeValues]) -> auth.UserChange:
    """What is to be changed about a user."""
    made: auth.UserChange = build("UserChange", values)
    return made


def UserList(**values: Unpack[_values.UserListValues]) -> auth.UserList:
    """A page of users."""
    made: auth.UserList = build("UserList", values)
    return made


def UserRequest(**values: Unpack[_values.UserRequestValues]) -> auth.UserRequest:
    """A new user."""
    made: auth.UserRequest = build("UserRequest", values)
    return made


def ValidationReport(**values: Unpack[_values.ValidationReportValues]) -> pipelines.ValidationReport:
    """The verdict on a pipeline definition."""
    made: pipelines.ValidationReport = build("ValidationReport", values)
    return made


def Workflow(**values: Unpack[_values.WorkflowValues]) -> workflows.Workflow:
    """One workflow in short."""
    made: workflows.Workflow = build("Workflow", values)
    return made


def WorkflowExecution(**values: Unpack[_values.WorkflowExecutionValues]) -> workflows.WorkflowExecution:
    """A workflow that was started."""
    made: workflows.WorkflowExecution = build("WorkflowExecution", values)
    return made


def WorkflowList(**values: Unpack[_values.WorkflowListValues]) -> workflows.WorkflowList:
    """The workflows of a platform."""
    made: workflows.WorkflowList = build("WorkflowList", values)
    return made


def WorkflowRequest(**values: Unpack[_values.WorkflowRequestValues]) -> workflows.WorkflowRequest:
    """How a workflow should be executed."""
    made: workflows.WorkflowRequest = build("WorkflowRequest", values)
    return made


def WorkflowStatus(**values: Unpack[_values.WorkflowStatusValues]) -> workflows.WorkflowStatus:
    """How a workflow is doing."""
    made: workflows.WorkflowStatus = build("WorkflowStatus", values)
    return made
