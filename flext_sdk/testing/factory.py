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

    from flext_sdk.models import common, pipelines, plugins, runs, services
    from flext_sdk.testing import _values

__all__ = [
    "Error",
    "ExecuteRequest",
    "Execution",
    "ExtractDefinition",
    "FlexcoreMetrics",
    "FlexcoreMetricsMetrics",
    "FlextMetrics",
    "FlextMetricsRequests",
    "FlextMetricsServer",
    "Health",
    "LoadDefinition",
    "LogEntry",
    "LogList",
    "Pipeline",
    "PipelineDefinition",
    "PipelineList",
    "PipelineState",
    "PipelineStatus",
    "PipelineStep",
    "Plugin",
    "PluginInfo",
    "PluginList",
    "PluginMetadata",
    "Problem",
    "Readiness",
    "Run",
    "RunList",
    "Schedule",
    "ScheduleDefinition",
    "ScheduleRequest",
    "ServiceConfig",
    "ServiceInfo",
    "ServiceList",
    "ServiceSetting",
    "ServiceStatus",
    "StartRequest",
    "StateRequest",
    "StepDefinition",
    "StepRun",
    "StepState",
    "StopRequest",
    "ValidationReport",
    "batch",
    "example",
]


def Error(**values: Unpack[_values.ErrorValues]) -> common.Error:
    """The body of every answer that is not a success."""
    made: common.Error = build("Error", values)
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


def Health(**values: Unpack[_values.HealthValues]) -> services.Health:
    """Health of one service."""
    made: services.Health = build("Health", values)
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


def PluginInfo(**values: Unpack[_values.PluginInfoValues]) -> plugins.PluginInfo:
    """Answer that holds a plugin."""
    made: plugins.PluginInfo = build("PluginInfo", values)
    return made


def PluginList(**values: Unpack[_values.PluginListValues]) -> plugins.PluginList:
    """The plugins of a platform."""
    made: plugins.PluginList = build("PluginList", values)
    return made


def PluginMetadata(**values: Unpack[_values.PluginMetadataValues]) -> plugins.PluginMetadata:
    """One plugin in full."""
    made: plugins.PluginMetadata = build("PluginMetadata", values)
    return made


def Problem(**values: Unpack[_values.ProblemValues]) -> pipelines.Problem:
    """One thing wrong in a document."""
    made: pipelines.Problem = build("Problem", values)
    return made


def Readiness(**values: Unpack[_values.ReadinessValues]) -> services.Readiness:
    """Whether a service takes work."""
    made: services.Readiness = build("Readiness", values)
    return made


def Run(**values: Unpack[_values.RunValues]) -> runs.Run:
    """One run of a pipeline."""
    made: runs.Run = build("Run", values)
    return made


def RunList(**values: Unpack[_values.RunListValues]) -> runs.RunList:
    """A page of runs."""
    made: runs.RunList = build("RunList", values)
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


def StartRequest(**values: Unpack[_values.StartRequestValues]) -> runs.StartRequest:
    """How to start a run."""
    made: runs.StartRequest = build("StartRequest", values)
    return made


def StateRequest(**values: Unpack[_values.StateRequestValues]) -> runs.StateRequest:
    """A bookmark set by hand."""
    made: runs.StateRequest = build("StateRequest", values)
    return made


def StepDefinition(**values: Unpack[_values.StepDefinitionValues]) -> pipelines.StepDefinition:
    """One step of a pipeline; this release runs steps that extract and load."""
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


def ValidationReport(**values: Unpack[_values.ValidationReportValues]) -> pipelines.ValidationReport:
    """The verdict on a pipeline definition."""
    made: pipelines.ValidationReport = build("ValidationReport", values)
    return made
