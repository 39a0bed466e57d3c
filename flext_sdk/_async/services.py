"""How services are reached: those of this machine through their supervisor, all others over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from flext_sdk import _operations as ops
from flext_sdk._async import _local
from flext_sdk._async import _rt as rt
from flext_sdk._async.resources._services import AsyncServicesBase
from flext_sdk._core.operations import Operation
from flext_sdk._core.redact import redact_url
from flext_sdk._core.request import plain_data
from flext_sdk._core.runs import at_least, field, intervals, written
from flext_sdk.errors import (
    ConfigurationError,
    ConnectionFailedError,
    DeadlineExceededError,
    FlextError,
    NotSupportedError,
    ServerError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from flext_sdk._core.types import Json, Service
    from flext_sdk.models.runs import LogEntry
    from flext_sdk.models.services import Health, ServiceStatus

__all__ = ["AsyncServiceAccess", "names_of", "one_name"]

_AT_ONCE = 1_000
_SERVICES: tuple[Service, ...] = ("flexcore", "flext")
_GONE = (ConnectionFailedError, DeadlineExceededError, ServerError)
_HEALTH: dict[Service, Operation[Health]] = {
    "flexcore": ops.SERVICES_FLEXCORE_HEALTH,
    "flext": ops.SERVICES_FLEXT_HEALTH,
}
_INFO = {"flexcore": ops.SERVICES_FLEXCORE_INFO, "flext": ops.SERVICES_FLEXT_INFO}
_TOLD = frozenset(
    {"version", "environment", "debug", "port", "build_time", "commit", "description", "architecture", "name"}
)
_READY = {"flexcore": ops.SERVICES_FLEXCORE_READY, "flext": ops.SERVICES_FLEXT_READY}


class AsyncServiceAccess(AsyncServicesBase):
    """Looks at services and manages those of this machine; the public methods stand upon it."""

    async def _one_health(self, name: Service) -> tuple[Health, FlextError | None]:
        try:
            health = await self._quietly()._call(_HEALTH[name])
        except _GONE as error:
            if isinstance(error, ServerError) and isinstance(error.details, Mapping) and "status" in error.details:
                told = {"service": name, **error.details}  # it answers, and says itself that it is ill
                return self._shaped(_HEALTH[name], told), None
            gone = {"service": name, "status": "unreachable", "message": error.message}
            return self._shaped(_HEALTH[name], gone), error
        if not field(health, "service"):
            health = self._shaped(_HEALTH[name], {**plain_data(health), "service": name})
        return health, None

    async def _not_ready(self, name: Service) -> str | None:
        try:
            await self._call(_READY[name])
        except NotSupportedError:  # a server without /ready: then it is as ready as it is healthy
            error = (await self._one_health(name))[1]
            return None if error is None else error.message
        except _GONE as error:
            return error.message
        return None

    async def _told_config(self, name: Service) -> Json:
        """What a server that has no settings to show says of itself, in the shape of settings."""
        found = await self._plain()._call(_INFO[name])
        info = found if isinstance(found, Mapping) else {}
        settings = [
            {"name": key, "value": value, "origin": "server"}
            for key, value in info.items()
            if key in _TOLD and value is not None and not isinstance(value, Mapping)
        ]
        url = self._client._transport.url_of(name)
        if url is not None:
            settings.insert(0, {"name": "url", "value": redact_url(url), "origin": "argument or environment"})
        return {"service": name, "settings": settings}

    def _plain(self) -> Self:
        """The same, but looking only, and for plain data."""
        return type(self)(self._client._looking().with_options(models=False))

    async def _local_lines(
        self, name: Service, tail: int, follow: bool, chosen: Mapping[str, Any]
    ) -> AsyncGenerator[LogEntry]:
        lines = await _local.supervise("logs", name, tail=tail, follow=follow, heartbeat=True, **chosen)
        done = object()
        while (line := await rt.to_thread(next, lines, done)) is not done:
            if line is not None:  # None is a look that found nothing: a chance to be interrupted
                yield self._shaped(_LOG_LINE, line)

    async def _remote_lines(
        self, name: Service, tail: int, follow: bool, chosen: Mapping[str, Any]
    ) -> AsyncGenerator[LogEntry]:
        seen: Sequence[LogEntry] = []
        cursor: Any = None
        pauses = intervals(0.2, 2.0)
        query: dict[str, Any] = {"tail": tail, **chosen}
        while True:
            found = await self._call(ops.SERVICES_LOGS, path={"service": name}, query=query)
            lines: Sequence[LogEntry] = field(found, "logs") or []
            # A service without cursors gives the last ones again and again.
            new = lines if cursor else _after(seen, lines)
            for line in new:
                # The service chooses. Embedded ones that are older refuse what they do not know; this is for what may
                # stand between. An expression is not matched here, where nothing matches in linear time.
                if at_least(field(line, "level"), chosen["level"]) and _not_before(line, chosen["since"]):
                    yield line
            if not follow:
                return
            seen, cursor = lines or seen, field(found, "cursor")
            query = {"tail": _AT_ONCE, "after": cursor, **chosen}
            if new:
                pauses = intervals(0.2, 2.0)
            if len(lines) < _AT_ONCE or not cursor:
                await self._client._transport.sleep(next(pauses))

    def _quietly(self) -> Self:
        """The same, but looking starts nothing and no breaker answers for the service."""
        return type(self)(self._client._looking())

    def _reachable(self) -> Sequence[Service]:
        """The services that have an address; all of them on this machine."""
        if self._client.is_local:
            return _SERVICES
        return [name for name in _SERVICES if self._client._transport.url_of(name) is not None]

    async def _manage(self, what: str, service: str, **options: Any) -> Sequence[ServiceStatus]:  # noqa: ANN401 - the supervisor's own
        names_of(service, _SERVICES)
        if not self._client.is_local:
            raise NotSupportedError(
                f"Only services of this machine can be {_PAST[what]} from here",
                hint="Unset FLEXT_URL, FLEXT_FLEXCORE_URL, FLEXT_SERVICE_URL and base_url, or do it where they run.",
            )
        found = await _local.supervise(what, service, **options)
        self._client._transport.endpoints.forget()
        return [self._shaped(ops.SERVICES_STATUS, one) for one in found]

    async def _statuses(self, service: str) -> Sequence[ServiceStatus]:
        names = names_of(service, self._reachable())
        if self._client.is_local:
            found = await _local.supervise("statuses", service)
            return [self._shaped(ops.SERVICES_STATUS, one) for one in found]
        return await rt.gather_bounded([partial(self._asked, name) for name in names], 4)

    async def _asked(self, name: Service) -> ServiceStatus:
        """The status of a service as its health and its address tell it."""
        url = self._client._transport.url_of(name)
        try:
            health: Any = await self._plain()._call(_HEALTH[name])
        except _GONE as error:
            state = "unhealthy" if isinstance(error, ServerError) else "stopped"
            return self._shaped(
                ops.SERVICES_STATUS, {"name": name, "status": state, "url": url, "message": error.message}
            )
        told = str(health.get("status", "")).lower()
        state = "running" if told in {"", "ok", "healthy", "up", "running", "ready"} else "unhealthy"
        status = {
            "name": name,
            "status": state,
            "url": url,
            "version": health.get("version"),
            "uptime": health.get("uptime") if isinstance(health.get("uptime"), int | float) else None,
            "message": None if state == "running" else f"it says it is {told}",
        }
        return self._shaped(ops.SERVICES_STATUS, status)


_PAST = {"start": "started", "stop": "stopped", "restart": "restarted"}
_LOG_LINE: Operation[LogEntry] = Operation(
    id="services.logs", service="flext", group="services", method="GET", path="", response="runs:LogEntry"
)


def names_of(service: str, known: Sequence[Service]) -> Sequence[Service]:
    if service != "all":
        return [one_name(service)]
    if not known:
        raise ConfigurationError("No service has an address", hint="Set FLEXT_URL, or give base_url=...")
    return known


def one_name(service: str) -> Service:
    for name in _SERVICES:
        if name == service:
            return name
    raise UsageError(f"There is no service {service!r}", hint="flexcore or flext.")


def _not_before(line: LogEntry, since: datetime | None) -> bool:
    """Whether a line may have been written at or after a moment; one that does not say when may."""
    when = written(line)
    return since is None or when is None or when >= since


def _after(seen: Sequence[LogEntry], lines: Sequence[LogEntry]) -> Sequence[LogEntry]:
    """What follows the last line that was seen; all of it when that line is gone."""
    if not seen:
        return lines
    last = seen[-1]
    for index in range(len(lines) - 1, -1, -1):
        if lines[index] == last:
            return lines[index + 1 :]
    return lines
