# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Typed Python SDK for the FLEXT data platform.

Importing this package imports nothing else: each name is loaded when it is first used.

Example:
    ```python
    from flext_sdk import Flext

    with Flext() as client:
        for pipeline in client.pipelines.list():
            print(pipeline.name)
    ```
"""

TYPE_CHECKING = False  # importing typing costs more than all of this module

if TYPE_CHECKING:
    from flext_sdk._async.calls import AsyncMiddleware as AsyncMiddleware
    from flext_sdk._async.client import AsyncFlext as AsyncFlext
    from flext_sdk._async.pagination import AsyncPage as AsyncPage
    from flext_sdk._async.resources._cluster import AsyncCluster as AsyncCluster
    from flext_sdk._async.resources._node import AsyncNode as AsyncNode
    from flext_sdk._async.resources._runtimes import AsyncRuntimes as AsyncRuntimes
    from flext_sdk._async.resources.auth import AsyncAuth as AsyncAuth
    from flext_sdk._async.resources.bus import AsyncBus as AsyncBus
    from flext_sdk._async.resources.config import AsyncConfig as AsyncConfig
    from flext_sdk._async.resources.dbt import AsyncDbt as AsyncDbt
    from flext_sdk._async.resources.debug import AsyncDebug as AsyncDebug
    from flext_sdk._async.resources.events import AsyncEvents as AsyncEvents
    from flext_sdk._async.resources.meltano import AsyncMeltano as AsyncMeltano
    from flext_sdk._async.resources.orchestrations import AsyncOrchestrations as AsyncOrchestrations
    from flext_sdk._async.resources.pipelines import AsyncPipelines as AsyncPipelines
    from flext_sdk._async.resources.plugins import AsyncPlugins as AsyncPlugins
    from flext_sdk._async.resources.profiles import AsyncProfiles as AsyncProfiles
    from flext_sdk._async.resources.services import AsyncServices as AsyncServices
    from flext_sdk._async.resources.taps import AsyncTaps as AsyncTaps
    from flext_sdk._async.resources.targets import AsyncTargets as AsyncTargets
    from flext_sdk._async.resources.workflows import AsyncWorkflows as AsyncWorkflows
    from flext_sdk._core.breaker import BreakerEvent as BreakerEvent
    from flext_sdk._core.hooks import GapEvent as GapEvent
    from flext_sdk._core.hooks import Hooks as Hooks
    from flext_sdk._core.hooks import RequestEvent as RequestEvent
    from flext_sdk._core.hooks import ResponseEvent as ResponseEvent
    from flext_sdk._core.hooks import RetryEvent as RetryEvent
    from flext_sdk._core.messages import RawResponse as RawResponse
    from flext_sdk._core.messages import Request as Request
    from flext_sdk._core.messages import Response as Response
    from flext_sdk._core.outcomes import BulkItem as BulkItem
    from flext_sdk._core.outcomes import BulkProgress as BulkProgress
    from flext_sdk._core.outcomes import BulkResult as BulkResult
    from flext_sdk._diagnostics.records import DebugBundle as DebugBundle
    from flext_sdk._diagnostics.records import DebugCheck as DebugCheck
    from flext_sdk._diagnostics.records import DebugConnection as DebugConnection
    from flext_sdk._diagnostics.records import DebugFact as DebugFact
    from flext_sdk._diagnostics.records import DebugMeasure as DebugMeasure
    from flext_sdk._diagnostics.records import DebugPath as DebugPath
    from flext_sdk._diagnostics.records import DebugSpan as DebugSpan
    from flext_sdk._sync.calls import Middleware as Middleware
    from flext_sdk._sync.client import Flext as Flext
    from flext_sdk._sync.pagination import Page as Page
    from flext_sdk._sync.resources._cluster import Cluster as Cluster
    from flext_sdk._sync.resources._node import Node as Node
    from flext_sdk._sync.resources._runtimes import Runtimes as Runtimes
    from flext_sdk._sync.resources.auth import Auth as Auth
    from flext_sdk._sync.resources.bus import Bus as Bus
    from flext_sdk._sync.resources.config import Config as Config
    from flext_sdk._sync.resources.dbt import Dbt as Dbt
    from flext_sdk._sync.resources.debug import Debug as Debug
    from flext_sdk._sync.resources.events import Events as Events
    from flext_sdk._sync.resources.meltano import Meltano as Meltano
    from flext_sdk._sync.resources.orchestrations import Orchestrations as Orchestrations
    from flext_sdk._sync.resources.pipelines import Pipelines as Pipelines
    from flext_sdk._sync.resources.plugins import Plugins as Plugins
    from flext_sdk._sync.resources.profiles import Profiles as Profiles
    from flext_sdk._sync.resources.services import Services as Services
    from flext_sdk._sync.resources.taps import Taps as Taps
    from flext_sdk._sync.resources.targets import Targets as Targets
    from flext_sdk._sync.resources.workflows import Workflows as Workflows
    from flext_sdk._version import __version__ as __version__
    from flext_sdk.errors import EXIT_CODES as EXIT_CODES
    from flext_sdk.errors import APIStatusError as APIStatusError
    from flext_sdk.errors import AuthenticationError as AuthenticationError
    from flext_sdk.errors import BadRequestError as BadRequestError
    from flext_sdk.errors import CancelledByUserError as CancelledByUserError
    from flext_sdk.errors import CircuitOpenError as CircuitOpenError
    from flext_sdk.errors import ConfigurationError as ConfigurationError
    from flext_sdk.errors import ConflictError as ConflictError
    from flext_sdk.errors import ConnectionFailedError as ConnectionFailedError
    from flext_sdk.errors import DeadlineExceededError as DeadlineExceededError
    from flext_sdk.errors import FlextError as FlextError
    from flext_sdk.errors import GapWarning as GapWarning
    from flext_sdk.errors import MissingExtraError as MissingExtraError
    from flext_sdk.errors import NotFoundError as NotFoundError
    from flext_sdk.errors import NotSupportedError as NotSupportedError
    from flext_sdk.errors import PermissionDeniedError as PermissionDeniedError
    from flext_sdk.errors import PreconditionError as PreconditionError
    from flext_sdk.errors import RateLimitedError as RateLimitedError
    from flext_sdk.errors import ResponseDecodeError as ResponseDecodeError
    from flext_sdk.errors import RunFailedError as RunFailedError
    from flext_sdk.errors import ServerError as ServerError
    from flext_sdk.errors import ServiceUnavailableError as ServiceUnavailableError
    from flext_sdk.errors import UsageError as UsageError
    from flext_sdk.errors import ValidationFailedError as ValidationFailedError
    from flext_sdk.errors import WaitTimeoutError as WaitTimeoutError
    from flext_sdk.models.auth import AuditEntry as AuditEntry
    from flext_sdk.models.auth import AuditList as AuditList
    from flext_sdk.models.auth import Identity as Identity
    from flext_sdk.models.auth import IdentityKind as IdentityKind
    from flext_sdk.models.auth import IdentityRole as IdentityRole
    from flext_sdk.models.auth import Introspection as Introspection
    from flext_sdk.models.auth import LoginRequest as LoginRequest
    from flext_sdk.models.auth import LogoutRequest as LogoutRequest
    from flext_sdk.models.auth import PasswordRequest as PasswordRequest
    from flext_sdk.models.auth import RefreshRequest as RefreshRequest
    from flext_sdk.models.auth import Revocation as Revocation
    from flext_sdk.models.auth import RevokeRequest as RevokeRequest
    from flext_sdk.models.auth import TokenPair as TokenPair
    from flext_sdk.models.auth import User as User
    from flext_sdk.models.auth import UserChange as UserChange
    from flext_sdk.models.auth import UserChangeRole as UserChangeRole
    from flext_sdk.models.auth import UserList as UserList
    from flext_sdk.models.auth import UserRequest as UserRequest
    from flext_sdk.models.auth import UserRequestRole as UserRequestRole
    from flext_sdk.models.auth import UserRole as UserRole
    from flext_sdk.models.bus import BusCommandResult as BusCommandResult
    from flext_sdk.models.bus import BusQueryResult as BusQueryResult
    from flext_sdk.models.bus import BusRequest as BusRequest
    from flext_sdk.models.cluster import ClusterNode as ClusterNode
    from flext_sdk.models.cluster import ClusterNodeList as ClusterNodeList
    from flext_sdk.models.cluster import ClusterService as ClusterService
    from flext_sdk.models.cluster import ClusterStatus as ClusterStatus
    from flext_sdk.models.dbt import DbtBranch as DbtBranch
    from flext_sdk.models.dbt import DbtEdge as DbtEdge
    from flext_sdk.models.dbt import DbtInit as DbtInit
    from flext_sdk.models.dbt import DbtLineage as DbtLineage
    from flext_sdk.models.dbt import DbtModel as DbtModel
    from flext_sdk.models.dbt import DbtModelList as DbtModelList
    from flext_sdk.models.dbt import DbtProject as DbtProject
    from flext_sdk.models.dbt import DbtProjectList as DbtProjectList
    from flext_sdk.models.dbt import DbtRegistration as DbtRegistration
    from flext_sdk.models.dbt import DbtRunRequest as DbtRunRequest
    from flext_sdk.models.events import Event as Event
    from flext_sdk.models.events import EventCount as EventCount
    from flext_sdk.models.events import EventList as EventList
    from flext_sdk.models.events import EventPublished as EventPublished
    from flext_sdk.models.events import EventRequest as EventRequest
    from flext_sdk.models.meltano import MeltanoAdd as MeltanoAdd
    from flext_sdk.models.meltano import MeltanoConfigRequest as MeltanoConfigRequest
    from flext_sdk.models.meltano import MeltanoInit as MeltanoInit
    from flext_sdk.models.meltano import MeltanoInstall as MeltanoInstall
    from flext_sdk.models.meltano import MeltanoInvoke as MeltanoInvoke
    from flext_sdk.models.meltano import MeltanoPlugin as MeltanoPlugin
    from flext_sdk.models.meltano import MeltanoPluginList as MeltanoPluginList
    from flext_sdk.models.meltano import MeltanoProject as MeltanoProject
    from flext_sdk.models.meltano import MeltanoRunRequest as MeltanoRunRequest
    from flext_sdk.models.meltano import MeltanoSchedule as MeltanoSchedule
    from flext_sdk.models.meltano import MeltanoScheduleList as MeltanoScheduleList
    from flext_sdk.models.meltano import MeltanoScheduleRequest as MeltanoScheduleRequest
    from flext_sdk.models.meltano import MeltanoScheduleRequestCatchup as MeltanoScheduleRequestCatchup
    from flext_sdk.models.meltano import MeltanoSetting as MeltanoSetting
    from flext_sdk.models.meltano import MeltanoSettings as MeltanoSettings
    from flext_sdk.models.meltano import MeltanoState as MeltanoState
    from flext_sdk.models.meltano import MeltanoStateList as MeltanoStateList
    from flext_sdk.models.meltano import MeltanoStateRequest as MeltanoStateRequest
    from flext_sdk.models.meltano import MeltanoStop as MeltanoStop
    from flext_sdk.models.meltano import MeltanoTest as MeltanoTest
    from flext_sdk.models.meltano import MeltanoUpgrade as MeltanoUpgrade
    from flext_sdk.models.node import NodeInfo as NodeInfo
    from flext_sdk.models.node import NodeInfoAnswer as NodeInfoAnswer
    from flext_sdk.models.node import NodeStatus as NodeStatus
    from flext_sdk.models.node import NodeStatusAnswer as NodeStatusAnswer
    from flext_sdk.models.node import PluginHealth as PluginHealth
    from flext_sdk.models.orchestrations import Orchestration as Orchestration
    from flext_sdk.models.orchestrations import OrchestrationAnswer as OrchestrationAnswer
    from flext_sdk.models.orchestrations import OrchestrationCanceled as OrchestrationCanceled
    from flext_sdk.models.orchestrations import OrchestrationList as OrchestrationList
    from flext_sdk.models.orchestrations import OrchestrationRequest as OrchestrationRequest
    from flext_sdk.models.orchestrations import OrchestrationStarted as OrchestrationStarted
    from flext_sdk.models.orchestrations import OrchestrationStatus as OrchestrationStatus
    from flext_sdk.models.orchestrations import OrchestratorConfig as OrchestratorConfig
    from flext_sdk.models.orchestrations import OrchestratorInfo as OrchestratorInfo
    from flext_sdk.models.orchestrations import OrchestratorInfoAnswer as OrchestratorInfoAnswer
    from flext_sdk.models.orchestrations import OrchestratorMetrics as OrchestratorMetrics
    from flext_sdk.models.orchestrations import OrchestratorMetricsAnswer as OrchestratorMetricsAnswer
    from flext_sdk.models.pipelines import DbtCommand as DbtCommand
    from flext_sdk.models.pipelines import DbtDefinition as DbtDefinition
    from flext_sdk.models.pipelines import ExtractDefinition as ExtractDefinition
    from flext_sdk.models.pipelines import LoadDefinition as LoadDefinition
    from flext_sdk.models.pipelines import MeltanoDefinition as MeltanoDefinition
    from flext_sdk.models.pipelines import Pipeline as Pipeline
    from flext_sdk.models.pipelines import PipelineDefinition as PipelineDefinition
    from flext_sdk.models.pipelines import PipelineList as PipelineList
    from flext_sdk.models.pipelines import PipelineStep as PipelineStep
    from flext_sdk.models.pipelines import Problem as Problem
    from flext_sdk.models.pipelines import ProblemSeverity as ProblemSeverity
    from flext_sdk.models.pipelines import Schedule as Schedule
    from flext_sdk.models.pipelines import ScheduleDefinition as ScheduleDefinition
    from flext_sdk.models.pipelines import ScheduleDefinitionCatchup as ScheduleDefinitionCatchup
    from flext_sdk.models.pipelines import ScheduleRequest as ScheduleRequest
    from flext_sdk.models.pipelines import ScheduleRequestCatchup as ScheduleRequestCatchup
    from flext_sdk.models.pipelines import ScheduleSlot as ScheduleSlot
    from flext_sdk.models.pipelines import ScheduleSlotStatus as ScheduleSlotStatus
    from flext_sdk.models.pipelines import StepDefinition as StepDefinition
    from flext_sdk.models.pipelines import ValidationReport as ValidationReport
    from flext_sdk.models.plugins import ExecuteRequest as ExecuteRequest
    from flext_sdk.models.plugins import Execution as Execution
    from flext_sdk.models.plugins import FoundPlugin as FoundPlugin
    from flext_sdk.models.plugins import FoundPluginList as FoundPluginList
    from flext_sdk.models.plugins import IndexUpdate as IndexUpdate
    from flext_sdk.models.plugins import InstallRequest as InstallRequest
    from flext_sdk.models.plugins import Plugin as Plugin
    from flext_sdk.models.plugins import PluginCondition as PluginCondition
    from flext_sdk.models.plugins import PluginGone as PluginGone
    from flext_sdk.models.plugins import PluginInfo as PluginInfo
    from flext_sdk.models.plugins import PluginLine as PluginLine
    from flext_sdk.models.plugins import PluginLines as PluginLines
    from flext_sdk.models.plugins import PluginList as PluginList
    from flext_sdk.models.plugins import PluginLock as PluginLock
    from flext_sdk.models.plugins import PluginMetadata as PluginMetadata
    from flext_sdk.models.plugins import PluginType as PluginType
    from flext_sdk.models.plugins import PluginWork as PluginWork
    from flext_sdk.models.plugins import UpdateRequest as UpdateRequest
    from flext_sdk.models.runs import DbtNode as DbtNode
    from flext_sdk.models.runs import LogEntry as LogEntry
    from flext_sdk.models.runs import LogLevel as LogLevel
    from flext_sdk.models.runs import LogList as LogList
    from flext_sdk.models.runs import PipelineState as PipelineState
    from flext_sdk.models.runs import PipelineStatus as PipelineStatus
    from flext_sdk.models.runs import Run as Run
    from flext_sdk.models.runs import RunList as RunList
    from flext_sdk.models.runs import RunStatus as RunStatus
    from flext_sdk.models.runs import StartRequest as StartRequest
    from flext_sdk.models.runs import StateRequest as StateRequest
    from flext_sdk.models.runs import StepRun as StepRun
    from flext_sdk.models.runs import StepState as StepState
    from flext_sdk.models.runs import StepStatus as StepStatus
    from flext_sdk.models.runs import StopRequest as StopRequest
    from flext_sdk.models.runtimes import Runtime as Runtime
    from flext_sdk.models.runtimes import RuntimeAnswer as RuntimeAnswer
    from flext_sdk.models.runtimes import RuntimeConfig as RuntimeConfig
    from flext_sdk.models.runtimes import RuntimeHealth as RuntimeHealth
    from flext_sdk.models.runtimes import RuntimeHealthDetails as RuntimeHealthDetails
    from flext_sdk.models.runtimes import RuntimeList as RuntimeList
    from flext_sdk.models.services import FlexcoreMetrics as FlexcoreMetrics
    from flext_sdk.models.services import FlexcoreMetricsMetrics as FlexcoreMetricsMetrics
    from flext_sdk.models.services import FlextMetrics as FlextMetrics
    from flext_sdk.models.services import FlextMetricsRequests as FlextMetricsRequests
    from flext_sdk.models.services import FlextMetricsServer as FlextMetricsServer
    from flext_sdk.models.services import Health as Health
    from flext_sdk.models.services import Readiness as Readiness
    from flext_sdk.models.services import ReadinessStatus as ReadinessStatus
    from flext_sdk.models.services import ServiceConfig as ServiceConfig
    from flext_sdk.models.services import ServiceInfo as ServiceInfo
    from flext_sdk.models.services import ServiceList as ServiceList
    from flext_sdk.models.services import ServiceSetting as ServiceSetting
    from flext_sdk.models.services import ServiceStatus as ServiceStatus
    from flext_sdk.models.services import ServiceStatusStatus as ServiceStatusStatus
    from flext_sdk.models.taps import DataPlugin as DataPlugin
    from flext_sdk.models.taps import DiscoveredStream as DiscoveredStream
    from flext_sdk.models.taps import Discovery as Discovery
    from flext_sdk.models.taps import PluginSetting as PluginSetting
    from flext_sdk.models.taps import PluginSettings as PluginSettings
    from flext_sdk.models.taps import SelectRequest as SelectRequest
    from flext_sdk.models.taps import SettingsChange as SettingsChange
    from flext_sdk.models.taps import TapList as TapList
    from flext_sdk.models.taps import TargetList as TargetList
    from flext_sdk.models.taps import TrialRequest as TrialRequest
    from flext_sdk.models.taps import TrialVerdict as TrialVerdict
    from flext_sdk.models.workflows import ActiveWorkflow as ActiveWorkflow
    from flext_sdk.models.workflows import ActiveWorkflowList as ActiveWorkflowList
    from flext_sdk.models.workflows import Workflow as Workflow
    from flext_sdk.models.workflows import WorkflowExecution as WorkflowExecution
    from flext_sdk.models.workflows import WorkflowList as WorkflowList
    from flext_sdk.models.workflows import WorkflowRequest as WorkflowRequest
    from flext_sdk.models.workflows import WorkflowStatus as WorkflowStatus
    from flext_sdk.profiles._find import ActiveProfile as ActiveProfile

__all__ = [
    "EXIT_CODES",
    "APIStatusError",
    "ActiveProfile",
    "ActiveWorkflow",
    "ActiveWorkflowList",
    "AsyncAuth",
    "AsyncBus",
    "AsyncCluster",
    "AsyncConfig",
    "AsyncDbt",
    "AsyncDebug",
    "AsyncEvents",
    "AsyncFlext",
    "AsyncMeltano",
    "AsyncMiddleware",
    "AsyncNode",
    "AsyncOrchestrations",
    "AsyncPage",
    "AsyncPipelines",
    "AsyncPlugins",
    "AsyncProfiles",
    "AsyncRuntimes",
    "AsyncServices",
    "AsyncTaps",
    "AsyncTargets",
    "AsyncWorkflows",
    "AuditEntry",
    "AuditList",
    "Auth",
    "AuthenticationError",
    "BadRequestError",
    "BreakerEvent",
    "BulkItem",
    "BulkProgress",
    "BulkResult",
    "Bus",
    "BusCommandResult",
    "BusQueryResult",
    "BusRequest",
    "CancelledByUserError",
    "CircuitOpenError",
    "Cluster",
    "ClusterNode",
    "ClusterNodeList",
    "ClusterService",
    "ClusterStatus",
    "Config",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DataPlugin",
    "Dbt",
    "DbtBranch",
    "DbtCommand",
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
    "DeadlineExceededError",
    "Debug",
    "DebugBundle",
    "DebugCheck",
    "DebugConnection",
    "DebugFact",
    "DebugMeasure",
    "DebugPath",
    "DebugSpan",
    "DiscoveredStream",
    "Discovery",
    "Event",
    "EventCount",
    "EventList",
    "EventPublished",
    "EventRequest",
    "Events",
    "ExecuteRequest",
    "Execution",
    "ExtractDefinition",
    "FlexcoreMetrics",
    "FlexcoreMetricsMetrics",
    "Flext",
    "FlextError",
    "FlextMetrics",
    "FlextMetricsRequests",
    "FlextMetricsServer",
    "FoundPlugin",
    "FoundPluginList",
    "GapEvent",
    "GapWarning",
    "Health",
    "Hooks",
    "Identity",
    "IdentityKind",
    "IdentityRole",
    "IndexUpdate",
    "InstallRequest",
    "Introspection",
    "LoadDefinition",
    "LogEntry",
    "LogLevel",
    "LogList",
    "LoginRequest",
    "LogoutRequest",
    "Meltano",
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
    "MeltanoScheduleRequestCatchup",
    "MeltanoSetting",
    "MeltanoSettings",
    "MeltanoState",
    "MeltanoStateList",
    "MeltanoStateRequest",
    "MeltanoStop",
    "MeltanoTest",
    "MeltanoUpgrade",
    "Middleware",
    "MissingExtraError",
    "Node",
    "NodeInfo",
    "NodeInfoAnswer",
    "NodeStatus",
    "NodeStatusAnswer",
    "NotFoundError",
    "NotSupportedError",
    "Orchestration",
    "OrchestrationAnswer",
    "OrchestrationCanceled",
    "OrchestrationList",
    "OrchestrationRequest",
    "OrchestrationStarted",
    "OrchestrationStatus",
    "Orchestrations",
    "OrchestratorConfig",
    "OrchestratorInfo",
    "OrchestratorInfoAnswer",
    "OrchestratorMetrics",
    "OrchestratorMetricsAnswer",
    "Page",
    "PasswordRequest",
    "PermissionDeniedError",
    "Pipeline",
    "PipelineDefinition",
    "PipelineList",
    "PipelineState",
    "PipelineStatus",
    "PipelineStep",
    "Pipelines",
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
    "PluginType",
    "PluginWork",
    "Plugins",
    "PreconditionError",
    "Problem",
    "ProblemSeverity",
    "Profiles",
    "RateLimitedError",
    "RawResponse",
    "Readiness",
    "ReadinessStatus",
    "RefreshRequest",
    "Request",
    "RequestEvent",
    "Response",
    "ResponseDecodeError",
    "ResponseEvent",
    "RetryEvent",
    "Revocation",
    "RevokeRequest",
    "Run",
    "RunFailedError",
    "RunList",
    "RunStatus",
    "Runtime",
    "RuntimeAnswer",
    "RuntimeConfig",
    "RuntimeHealth",
    "RuntimeHealthDetails",
    "RuntimeList",
    "Runtimes",
    "Schedule",
    "ScheduleDefinition",
    "ScheduleDefinitionCatchup",
    "ScheduleRequest",
    "ScheduleRequestCatchup",
    "ScheduleSlot",
    "ScheduleSlotStatus",
    "SelectRequest",
    "ServerError",
    "ServiceConfig",
    "ServiceInfo",
    "ServiceList",
    "ServiceSetting",
    "ServiceStatus",
    "ServiceStatusStatus",
    "ServiceUnavailableError",
    "Services",
    "SettingsChange",
    "StartRequest",
    "StateRequest",
    "StepDefinition",
    "StepRun",
    "StepState",
    "StepStatus",
    "StopRequest",
    "TapList",
    "Taps",
    "TargetList",
    "Targets",
    "TokenPair",
    "TrialRequest",
    "TrialVerdict",
    "UpdateRequest",
    "UsageError",
    "User",
    "UserChange",
    "UserChangeRole",
    "UserList",
    "UserRequest",
    "UserRequestRole",
    "UserRole",
    "ValidationFailedError",
    "ValidationReport",
    "WaitTimeoutError",
    "Workflow",
    "WorkflowExecution",
    "WorkflowList",
    "WorkflowRequest",
    "WorkflowStatus",
    "Workflows",
    "__version__",
]


def __getattr__(name: str) -> object:
    from flext_sdk._exports import EXPORTS

    module = EXPORTS.get(name)
    if module is None:
        message = f"module 'flext_sdk' has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=__import__(__name__))
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    globals()[name] = value  # the next time costs nothing
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__} - {"TYPE_CHECKING"})
