# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Start, stop and look after the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flext_sdk import _operations as ops
from flext_sdk._async.resource import AsyncResource
from flext_sdk._core.runs import moment

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


class AsyncServicesBase(AsyncResource):
    """Start, stop and look after the services."""

    async def _flext_health(self) -> Health:
        """GET /health: health of FLEXT Service."""
        return await self._call(ops.SERVICES_FLEXT_HEALTH)

    async def _flext_ready(self) -> Readiness:
        """GET /ready: readiness of FLEXT Service."""
        return await self._call(ops.SERVICES_FLEXT_READY)

    async def _flext_metrics(self) -> FlextMetrics:
        """GET /metrics: counters of FLEXT Service since it started."""
        return await self._call(ops.SERVICES_FLEXT_METRICS)

    async def _flext_info(self) -> ServiceInfo:
        """GET /api/v1/info: version and abilities of FLEXT Service."""
        return await self._call(ops.SERVICES_FLEXT_INFO)

    async def _list(self) -> ServiceList:
        """GET /api/v1/services: the services of this platform."""
        return await self._call(ops.SERVICES_LIST)

    async def _status(self, service: Literal["flexcore", "flext"]) -> ServiceStatus:
        """GET /api/v1/services/{service}: one service of this platform."""
        return await self._call(ops.SERVICES_STATUS, path={"service": service})

    async def _logs(
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
        return await self._call(
            ops.SERVICES_LOGS,
            path={"service": service},
            query={"tail": tail, "after": after, "since": moment(since), "level": level, "grep": grep},
        )

    async def _config(self, service: Literal["flexcore", "flext"]) -> ServiceConfig:
        """GET /api/v1/services/{service}/config: the settings a service runs with, and where each came from."""
        return await self._call(ops.SERVICES_CONFIG, path={"service": service})

    async def _flexcore_health(self) -> Health:
        """GET /health: health of FlexCore."""
        return await self._call(ops.SERVICES_FLEXCORE_HEALTH)

    async def _flexcore_ready(self) -> Readiness:
        """GET /ready: readiness of FlexCore."""
        return await self._call(ops.SERVICES_FLEXCORE_READY)

    async def _flexcore_info(self) -> ServiceInfo:
        """GET /info: version and features of FlexCore."""
        return await self._call(ops.SERVICES_FLEXCORE_INFO)

    async def _flexcore_metrics(self) -> FlexcoreMetrics:
        """GET /api/v1/flexcore/metrics: counters of FlexCore since it started."""
        return await self._call(ops.SERVICES_FLEXCORE_METRICS)
