# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag services."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime

from flext_sdk._core.model import Model, NullAsEmpty

from . import (
    FlexcoreMetricsMetrics,
    FlextMetricsRequests,
    FlextMetricsServer,
    ReadinessStatus,
    ServiceStatusStatus,
)


class FlexcoreMetrics(Model):
    """
    Counters of FlexCore since it started.
    """

    metrics: FlexcoreMetricsMetrics
    node_id: str | None = None
    """
    Name of the node that answered.
    """


class FlextMetrics(Model):
    """
    Counters of FLEXT Service since it started.
    """

    server: FlextMetricsServer
    requests: FlextMetricsRequests
    runs: Annotated[dict[str, int], NullAsEmpty] = {}
    """
    Runs by status since the service started.
    """
    records: int | None = None
    """
    Rows moved since the service started.
    """


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
    components: Annotated[dict[str, str], NullAsEmpty] = {}
    """
    Health of its parts.
    """


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
    checks: Annotated[dict[str, str], NullAsEmpty] = {}
    """
    State of each thing it waits for.
    """


class ServiceConfig(Model):
    """
    The settings of a service.
    """

    service: str
    """
    Name of the service.
    """
    settings: Annotated[list[ServiceSetting], NullAsEmpty]


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
    capabilities: Annotated[list[str], NullAsEmpty] = []
    """
    What it can do.
    """
    features: Annotated[list[str], NullAsEmpty] = []
    """
    What it can do; FlexCore calls it so.
    """


class ServiceList(Model):
    """
    The services of a platform.
    """

    services: Annotated[list[ServiceStatus], NullAsEmpty]
    total: int


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


class ServiceStatus(Model):
    """
    One service and how it is doing.
    """

    name: str
    """
    flexcore or flext.
    """
    status: ServiceStatusStatus
    """
    Whether it runs and answers.
    """
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
