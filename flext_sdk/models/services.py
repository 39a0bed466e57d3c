# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag services."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum


class Health(Model):
    """
    Health of one service.
    """

    status: str
    """
    ok or healthy when all is well, degraded or unhealthy otherwise.
    """
    service: str | None = None
    """
    Name of the service.
    """
    version: str | None = None
    """
    Version of the service.
    """
    timestamp: AwareDatetime | None = None
    uptime: float | None = None
    """
    Seconds since it started.
    """
    port: int | None = None
    components: Annotated[dict[str, str], NullAsEmpty] = Field(default_factory=dict)
    """
    Health of its parts.
    """


class ReadinessStatus(OpenEnum):
    ready = "ready"
    starting = "starting"
    stopping = "stopping"


class Readiness(Model):
    """
    Whether a service takes work.
    """

    status: ReadinessStatus
    service: str | None = None
    """
    Name of the service.
    """
    timestamp: AwareDatetime | None = None
    checks: Annotated[dict[str, str], NullAsEmpty] = Field(default_factory=dict)
    """
    State of each thing it waits for.
    """


class ServiceInfo(Model):
    """
    What a service is.
    """

    service: str
    """
    Name of the service.
    """
    version: str
    """
    Version of the service.
    """
    description: str | None = None
    environment: str | None = None
    """
    development, or what the operator called it.
    """
    timestamp: AwareDatetime | None = None
    capabilities: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What it can do.
    """
    features: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    What it can do; FlexCore calls it so.
    """


class ServiceStatusStatus(OpenEnum):
    """
    Whether it runs and answers.
    """

    running = "running"
    starting = "starting"
    stopping = "stopping"
    stopped = "stopped"
    unhealthy = "unhealthy"


class ServiceStatus(Model):
    """
    One service and how it is doing.
    """

    name: str
    """
    flexcore or flext.
    """
    status: ServiceStatusStatus
    url: str | None = None
    """
    Where it listens.
    """
    port: int | None = None
    pid: int | None = None
    """
    Process id on this machine.
    """
    version: str | None = None
    started_at: AwareDatetime | None = None
    uptime: float | None = None
    """
    Seconds since it started.
    """
    memory: int | None = None
    """
    Bytes of memory it holds.
    """
    message: str | None = None
    """
    What happened, or what is wrong.
    """


class ServiceSetting(Model):
    """
    One setting and where its value came from.
    """

    name: str
    value: Any | None = None
    """
    The value; secrets are masked.
    """
    origin: str | None = None
    """
    default, environment, state file or command line.
    """
    description: str | None = None


class FlextMetricsServer(Model):
    uptime: float | None = None
    """
    Seconds since it started.
    """
    version: str | None = None
    memory: int | None = None
    """
    Bytes of memory it holds.
    """


class FlextMetricsRequests(Model):
    total: int | None = None
    """
    Requests answered.
    """
    errors: int | None = None
    """
    Answers of 500 and above.
    """


class FlextMetrics(Model):
    """
    Counters of FLEXT Service since it started.
    """

    server: FlextMetricsServer
    requests: FlextMetricsRequests
    runs: Annotated[dict[str, int], NullAsEmpty] = Field(default_factory=dict)
    """
    Runs by status since the service started.
    """
    records: int | None = None
    """
    Rows moved since the service started.
    """
    series: Annotated[dict[str, float], NullAsEmpty] = Field(default_factory=dict)
    """
    Everything the server counts, where it tells it in Prometheus' text format.
    """


class FlexcoreMetricsMetrics(Model):
    uptime: float | None = None
    """
    Seconds since it started.
    """
    requests: int | None = None
    """
    Requests answered.
    """
    errors: int | None = None
    """
    Answers of 500 and above.
    """
    memory_usage: float | None = None
    """
    Bytes of memory it holds.
    """
    executions: int | None = None
    """
    Plugin operations and orchestrations executed.
    """
    failures: int | None = None
    """
    Those of them that failed.
    """
    orchestrations: Annotated[dict[str, int], NullAsEmpty] = Field(default_factory=dict)
    """
    Orchestrations by status since the service started.
    """
    events: int | None = None
    """
    Events stored.
    """


class FlexcoreMetrics(Model):
    """
    Counters of FlexCore since it started.
    """

    metrics: FlexcoreMetricsMetrics
    node_id: str | None = None
    """
    Name of the node that answered.
    """
    series: Annotated[dict[str, float], NullAsEmpty] = Field(default_factory=dict)
    """
    Everything the server counts, where it tells it in Prometheus' text format.
    """


class ServiceList(Model):
    """
    The services of a platform.
    """

    services: Annotated[list[ServiceStatus], NullAsEmpty]
    total: int


class ServiceConfig(Model):
    """
    The settings of a service.
    """

    service: str
    """
    Name of the service.
    """
    settings: Annotated[list[ServiceSetting], NullAsEmpty]
