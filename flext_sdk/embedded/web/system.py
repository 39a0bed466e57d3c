"""Operations that both services have: health, readiness, info, metrics, and the services of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flext_sdk._core.runs import moment
from flext_sdk._version import __version__
from flext_sdk.embedded.supervisor import look
from flext_sdk.embedded.supervisor.choosing import Wanted, wanted
from flext_sdk.embedded.web.call import Answer, Call, Handler
from flext_sdk.embedded.web.counters import memory
from flext_sdk.embedded.web.errors import validation_failed
from flext_sdk.embedded.web.problems import problem
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from flext_sdk.embedded.settings import HostSettings, Service
    from flext_sdk.embedded.web.counters import Counters

type Ready = Callable[[], Mapping[str, str]]
"""State of each thing that a service waits for: ``"ok"``, ``"starting"``, ``"stopping"``, or what is wrong."""

CAPABILITIES: Mapping[Service, tuple[str, ...]] = {
    "flexcore": ("plugins", "plugin_execution", "orchestration", "workflows", "events", "bus"),
    "flext": ("pipelines", "runs", "bookmarks", "log_streaming", "services"),
}
_DESCRIPTIONS: Mapping[Service, str] = {
    "flexcore": "The runtime that holds plugins and orchestrates.",
    "flext": "Pipelines and their runs.",
}


def now() -> str:
    """The present moment as the contract writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def system_handlers(
    settings: HostSettings,
    service: Service,
    metrics: Counters,
    ready: Ready,
    *,
    extra: Callable[[], Mapping[str, Any]] = dict,
) -> dict[str, Handler]:
    """Handlers of the system operations of a service.

    Args:
        settings: Settings of the process.
        service: Which service; ``flext`` has those about the services of this machine too.
        metrics: Its counters.
        ready: Tells what it waits for. Called in the event loop, so it must be quick.
        extra: More counters for the metrics: ``executions`` of FlexCore, ``runs`` and ``records`` of FLEXT Service.
            Called in a thread.

    Returns:
        Handlers by operationId.
    """
    system = _System(settings, service, metrics, ready, extra)
    found: dict[str, Handler] = {
        f"services.{service}_health": system.health,
        f"services.{service}_ready": system.ready,
        f"services.{service}_info": system.info,
        f"services.{service}_metrics": system.metrics,
    }
    if service == "flext":
        found |= {
            "services.list": system.services,
            "services.status": system.service,
            "services.logs": system.logs,
            "services.config": system.config,
        }
    return found


class _System:
    def __init__(
        self,
        settings: HostSettings,
        service: Service,
        metrics: Counters,
        ready: Ready,
        extra: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._settings = settings
        self._service: Service = service
        self._metrics = metrics
        self._ready = ready
        self._extra = extra
        # The supervisor's functions ask the environment for the home folder; ours may have been given by hand.
        self._environ = {**settings.environment, "FLEXT_HOME": str(settings.home)}

    async def health(self, _call: Call) -> dict[str, Any]:
        checks = dict(self._ready())
        return {
            "status": "healthy" if _good(checks) else "degraded",
            "service": self._service,
            "version": __version__,
            "timestamp": now(),
            "uptime": self._metrics.uptime,
            "port": self._settings.port,
            "components": checks,
        }

    async def ready(self, _call: Call) -> Answer:
        checks = dict(self._ready())
        status = "ready" if _good(checks) else "stopping" if "stopping" in checks.values() else "starting"
        body = {"status": status, "service": self._service, "timestamp": now(), "checks": checks}
        return Answer(200 if status == "ready" else 503, body)

    async def info(self, _call: Call) -> dict[str, Any]:
        words = "features" if self._service == "flexcore" else "capabilities"
        return {
            "service": self._service,
            "version": __version__,
            "description": _DESCRIPTIONS[self._service],
            "environment": self._settings.name,
            "timestamp": now(),
            words: list(CAPABILITIES[self._service]),
        }

    def metrics(self, _call: Call) -> dict[str, Any]:
        count, more, held = self._metrics, self._extra(), memory() or 0
        if self._service == "flexcore":
            numbers = {"uptime": count.uptime, "requests": count.requests, "errors": count.errors, "memory_usage": held}
            return {"metrics": {**numbers, **more}, "node_id": "flexcore-local"}
        return {
            "server": {"uptime": count.uptime, "version": __version__, "memory": held},
            "requests": {"total": count.requests, "errors": count.errors},
            **more,
        }

    def services(self, _call: Call) -> dict[str, Any]:
        found = look.statuses(environ=self._environ)
        return {"services": found, "total": len(found)}

    def service(self, call: Call) -> dict[str, Any]:
        return look.status(call.path["service"], environ=self._environ)

    def logs(self, call: Call) -> dict[str, Any]:
        query = call.query
        what = _wanted(query)
        found, cursor = look.lines(
            call.path["service"], query["tail"], after=query.get("after"), what=what, environ=self._environ
        )
        return {"logs": found, "cursor": cursor}

    def config(self, call: Call) -> dict[str, Any]:
        return look.config(call.path["service"], environ=self._environ)


def _wanted(query: Mapping[str, Any]) -> Wanted:
    since = query.get("since")
    try:
        start = moment(since)
    except UsageError:
        message = f"query parameter 'since': {since!r} is no moment such as 2026-01-31T08:00:00Z"
        raise validation_failed([problem("/since", message)], what="query") from None
    try:
        return wanted(start, query.get("level"), query.get("grep"))
    except UsageError as error:
        name, _, told = error.message.partition(": ")
        raise validation_failed([problem(f"/{name}", f"query parameter {name!r}: {told}")], what="query") from None


def _good(checks: Mapping[str, str]) -> bool:
    return all(state == "ok" for state in checks.values())
