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
    from flext_sdk._async.client import AsyncFlext as AsyncFlext
    from flext_sdk._async.pagination import AsyncPage as AsyncPage
    from flext_sdk._async.resources._cluster import AsyncCluster as AsyncCluster
    from flext_sdk._async.resources._node import AsyncNode as AsyncNode
    from flext_sdk._async.resources._runtimes import AsyncRuntimes as AsyncRuntimes
    from flext_sdk._async.resources.auth import AsyncAuth as AsyncAuth
    from flext_sdk._async.resources.bus import AsyncBus as AsyncBus
    from flext_sdk._async.resources.events import AsyncEvents as AsyncEvents
    from flext_sdk._async.resources.orchestrations import AsyncOrchestrations as AsyncOrchestrations
    from flext_sdk._async.resources.pipelines import AsyncPipelines as AsyncPipelines
    from flext_sdk._async.resources.plugins import AsyncPlugins as AsyncPlugins
    from flext_sdk._async.resources.services import AsyncServices as AsyncServices
    from flext_sdk._async.resources.workflows import AsyncWorkflows as AsyncWorkflows
    from flext_sdk._core.breaker import BreakerEvent as BreakerEvent
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
    from flext_sdk._sync.client import Flext as Flext
    from flext_sdk._sync.pagination import Page as Page
    from flext_sdk._sync.resources._cluster import Cluster as Cluster
    from flext_sdk._sync.resources._node import Node as Node
    from flext_sdk._sync.resources._runtimes import Runtimes as Runtimes
    from flext_sdk._sync.resources.auth import Auth as Auth
    from flext_sdk._sync.resources.bus import Bus as Bus
    from flext_sdk._sync.resources.events import Events as Events
    from flext_sdk._sync.resources.orchestrations import Orchestrations as Orchestrations
    from flext_sdk._sync.resources.pipelines import Pipelines as Pipelines
    from flext_sdk._sync.resources.plugins import Plugins as Plugins
    from flext_sdk._sync.resources.services import Services as Services
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
    from flext_sdk.models.events import Event as Event
    from flext_sdk.models.events import EventCount as EventCount
    from flext_sdk.models.events import EventList as EventList
    from flext_sdk.models.events import EventPublished as EventPublished
    from flext_sdk.models.events import EventRequest as EventRequest
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
    from flext_sdk.models.pipelines import ExtractDefinition as ExtractDefinition
    from flext_sdk.models.pipelines import LoadDefinition as LoadDefinition
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
    from flext_sdk.models.pipelines import StepDefinition as StepDefinition
    from flext_sdk.models.pipelines import ValidationReport as ValidationReport
    from flext_sdk.models.plugins import ExecuteRequest as ExecuteRequest
    from flext_sdk.models.plugins import Execution as Execution
    from flext_sdk.models.plugins import Plugin as Plugin
    from flext_sdk.models.plugins import PluginInfo as PluginInfo
    from flext_sdk.models.plugins import PluginList as PluginList
    from flext_sdk.models.plugins import PluginMetadata as PluginMetadata
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
    from flext_sdk.models.workflows import ActiveWorkflow as ActiveWorkflow
    from flext_sdk.models.workflows import ActiveWorkflowList as ActiveWorkflowList
    from flext_sdk.models.workflows import Workflow as Workflow
    from flext_sdk.models.workflows import WorkflowExecution as WorkflowExecution
    from flext_sdk.models.workflows import WorkflowList as WorkflowList
    from flext_sdk.models.workflows import WorkflowRequest as WorkflowRequest
    from flext_sdk.models.workflows import WorkflowStatus as WorkflowStatus

__all__ = [
    "EXIT_CODES",
    "APIStatusError",
    "ActiveWorkflow",
    "ActiveWorkflowList",
    "AsyncAuth",
    "AsyncBus",
    "AsyncCluster",
    "AsyncEvents",
    "AsyncFlext",
    "AsyncNode",
    "AsyncOrchestrations",
    "AsyncPage",
    "AsyncPipelines",
    "AsyncPlugins",
    "AsyncRuntimes",
    "AsyncServices",
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
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
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
    "Health",
    "Hooks",
    "Identity",
    "IdentityKind",
    "IdentityRole",
    "Introspection",
    "LoadDefinition",
    "LogEntry",
    "LogLevel",
    "LogList",
    "LoginRequest",
    "LogoutRequest",
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
    "PluginHealth",
    "PluginInfo",
    "PluginList",
    "PluginMetadata",
    "Plugins",
    "PreconditionError",
    "Problem",
    "ProblemSeverity",
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
    "ServerError",
    "ServiceConfig",
    "ServiceInfo",
    "ServiceList",
    "ServiceSetting",
    "ServiceStatus",
    "ServiceStatusStatus",
    "ServiceUnavailableError",
    "Services",
    "StartRequest",
    "StateRequest",
    "StepDefinition",
    "StepRun",
    "StepState",
    "StepStatus",
    "StopRequest",
    "TokenPair",
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
    return sorted({*globals(), *__all__})
