# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Start, stop and look after the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.runs import moment
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from datetime import datetime

    from flext_sdk.models.runs import LogList
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


class ServicesBase(Resource):
    """Start, stop and look after the services."""

    def _flext_health(self) -> Health:
        """GET /health: health of FLEXT Service."""
        return self._call(ops.SERVICES_FLEXT_HEALTH)

    def _flext_ready(self) -> Readiness:
        """GET /ready: readiness of FLEXT Service."""
        return self._call(ops.SERVICES_FLEXT_READY)

    def _flext_metrics(self) -> FlextMetrics:
        """GET /metrics: counters of FLEXT Service since it started."""
        return self._call(ops.SERVICES_FLEXT_METRICS)

    def _flext_info(self) -> ServiceInfo:
        """GET /api/v1/info: version and abilities of FLEXT Service."""
        return self._call(ops.SERVICES_FLEXT_INFO)

    def _list(self) -> ServiceList:
        """GET /api/v1/services: the services of this platform."""
        return self._call(ops.SERVICES_LIST)

    def _status(self, service: Literal["flexcore", "flext"]) -> ServiceStatus:
        """GET /api/v1/services/{service}: one service of this platform."""
        return self._call(ops.SERVICES_STATUS, path={"service": service})

    def _logs(
        self,
        service: Literal["flexcore", "flext"],
        *,
        tail: int = 100,
        after: str | None = None,
        since: str | datetime | None = None,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        grep: str | None = None,
    ) -> LogList:
        """GET /api/v1/services/{service}/logs: the last lines of a service's own log."""
        return self._call(
            ops.SERVICES_LOGS,
            path={"service": service},
            query={"tail": tail, "after": after, "since": moment(since), "level": level, "grep": grep},
        )

    def _config(self, service: Literal["flexcore", "flext"]) -> ServiceConfig:
        """GET /api/v1/services/{service}/config: the settings a service runs with, and where each came from."""
        return self._call(ops.SERVICES_CONFIG, path={"service": service})

    def _flexcore_health(self) -> Health:
        """GET /health: health of FlexCore."""
        return self._call(ops.SERVICES_FLEXCORE_HEALTH)

    def _flexcore_ready(self) -> Readiness:
        """GET /ready: readiness of FlexCore."""
        return self._call(ops.SERVICES_FLEXCORE_READY)

    def _flexcore_info(self) -> ServiceInfo:
        """GET /info: version and features of FlexCore."""
        return self._call(ops.SERVICES_FLEXCORE_INFO)

    def _flexcore_metrics(self) -> FlexcoreMetrics:
        """GET /api/v1/flexcore/metrics: counters of FlexCore since it started."""
        return self._call(ops.SERVICES_FLEXCORE_METRICS)
