"""The operations of FlexCore about orchestrations and runtimes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from flext_sdk._version import __version__
from flext_sdk.embedded.flexcore import program
from flext_sdk.embedded.flexcore.orchestrator import WRITE_EVERY
from flext_sdk.embedded.flexcore.record import go_duration, moment
from flext_sdk.embedded.flexcore.runtimes import Runtime, find, prepare
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flext_sdk.embedded.flexcore.journal import Journal
    from flext_sdk.embedded.flexcore.orchestrator import Orchestrator
    from flext_sdk.embedded.flexcore.settings import Limits
    from flext_sdk.embedded.web.call import Call, Handler
    from flext_sdk.embedded.web.counters import Counters

_PROBE_SECONDS = 20.0


class OrchestrationHandlers:
    """Handlers about orchestrations and runtimes.

    Args:
        orchestrator: Carries them out.
        journal: Where they are kept.
        runtimes: Who can.
        limits: How many, how long.
        metrics: Where executions are counted.
        environ: Variables of the programs.
        home: Folder that a runtime is tried in.
    """

    def __init__(
        self,
        orchestrator: Orchestrator,
        journal: Journal,
        runtimes: Mapping[str, Runtime],
        limits: Limits,
        metrics: Counters,
        *,
        environ: Mapping[str, str],
        home: Path,
    ) -> None:
        self._orchestrator = orchestrator
        self._journal = journal
        self._runtimes = runtimes
        self._limits = limits
        self._metrics = metrics
        self._environ = environ
        self._home = home
        self._began = time.time()

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {
            "orchestrations.execute": self.execute,
            "orchestrations.list": self.list,
            "orchestrations.show": self.show,
            "orchestrations.cancel": self.cancel,
            "orchestrations.info": self.info,
            "orchestrations.metrics": self.metrics,
            "runtimes.list": self.runtimes,
            "runtimes.status": self.runtime,
            "runtimes.health": self.health,
            "workflows.definitions": self.definitions,
            "workflows.active": self.active,
        }

    # -- orchestrations ------------------------------------------------------------------------------------------------

    async def execute(self, call: Call) -> dict[str, Any]:
        """Take one on."""
        began = time.monotonic()
        job = prepare(self._runtimes, call.body)
        record = await self._orchestrator.submit(call.body, job)
        self._metrics.extra["executions"] += 1
        waits = " and waits for its turn" if record.status == "pending" else ""
        return {
            "success": True,
            "orchestration_id": record.id,
            "job_id": record.job_id,
            "status": record.status,
            "start_time": moment(record.start),
            "duration": go_duration(time.monotonic() - began),
            "message": f"the orchestration was taken on{waits}",
        }

    async def list(self, call: Call) -> dict[str, Any]:
        """A page of them, without their logs."""
        query = call.query
        status, runtime = query.get("status"), query.get("runtime_type")
        found, total = await asyncio.to_thread(
            self._journal.page, status=status, runtime=runtime, limit=query["limit"], offset=query["offset"]
        )
        live = self._orchestrator.records
        views = [live[each["id"]].view() if each["id"] in live else each for each in found]
        for view in views:
            view.pop("logs", None)
        return {
            "success": True,
            "orchestrations": views,
            "count": len(views),
            "total": total,
            "filters": {"status": status or "", "runtime_type": runtime or "", "limit": query["limit"]},
        }

    async def show(self, call: Call) -> dict[str, Any]:
        """One of them."""
        return {"success": True, "orchestration": await self._view(call.path["id"])}

    async def cancel(self, call: Call) -> dict[str, Any]:
        """End one of them."""
        identity = call.path["id"]
        before = await self._view(identity)
        if before["end_time"] is None:
            await self._orchestrator.cancel(identity)
        status = (await self._view(identity))["status"]
        if status != "canceled":
            raise ApiError(
                409, "ORCHESTRATION_ENDED", f"{identity} is {status} already", hint="Only what goes on can be canceled."
            )
        return {
            "success": True,
            "orchestration_id": identity,
            "status": "cancelled",
            "message": "the orchestration is canceled, and its programs are gone",
        }

    async def _view(self, identity: str) -> dict[str, Any]:
        live = self._orchestrator.records.get(identity)
        if live is not None:
            return live.view()
        found = await asyncio.to_thread(self._journal.find, identity)
        if found is None:
            raise ApiError(
                404,
                "ORCHESTRATION_NOT_FOUND",
                f"there is no orchestration {identity!r}",
                hint="See what there is: flext orchestration list",
            )
        return found

    async def info(self, _call: Call) -> dict[str, Any]:
        """What carries them out."""
        info = {
            "orchestrator": "flexcore",
            "version": __version__,
            "status": "operational",
            "uptime": go_duration(self._metrics.uptime),
            "metrics": await self._numbers(),
            "windmill": None,
            "runtimes": [each.type for each in self._runtimes.values() if each.prepare is not None],
            "config": {
                "max_concurrent_jobs": self._limits.concurrent,
                "default_timeout": go_duration(self._limits.timeout),
                "health_check_interval": "0s",
                "metrics_update_interval": go_duration(WRITE_EVERY),
            },
        }
        return {"success": True, "info": info}

    async def metrics(self, _call: Call) -> dict[str, Any]:
        """How many there were."""
        return {"success": True, "metrics": await self._numbers(), "windmill_metrics": None}

    async def _numbers(self) -> dict[str, Any]:
        found = await asyncio.to_thread(self._journal.numbers)
        return {**found, "orchestrator_start_time": moment(self._began)}

    # -- runtimes ------------------------------------------------------------------------------------------------------

    def runtimes(self, call: Call) -> dict[str, Any]:
        """Who can carry them out."""
        everything = call.query["include_inactive"]
        found = [self._shown(each) for each in self._runtimes.values() if everything or each.prepare is not None]
        return {"success": True, "runtimes": found, "include_inactive": everything}

    def runtime(self, call: Call) -> dict[str, Any]:
        """One of them."""
        found = find(self._runtimes, call.path["type"])
        limits = {"max_concurrency": self._limits.concurrent, "timeout": go_duration(self._limits.timeout)}
        return {"success": True, "runtime": {**self._shown(found), "config": limits}}

    def _shown(self, runtime: Runtime) -> dict[str, Any]:
        return {
            "type": runtime.type,
            "status": runtime.status,
            "capabilities": list(runtime.capabilities),
            "last_seen": self._journal.last_seen(runtime.type),
            "active": self._orchestrator.active_of(runtime.type),
            "message": runtime.message,
        }

    async def health(self, call: Call) -> dict[str, Any]:
        """Try one of them."""
        runtime = find(self._runtimes, call.path["type"])
        began = time.monotonic()
        message = runtime.message
        if runtime.prepare is not None:
            message = await self._tried(runtime)
        good = runtime.prepare is not None and message is None
        return {
            "success": True,
            "runtime": runtime.type,
            "status": "healthy" if good else "unhealthy",
            "checked_at": now(),
            "details": {
                "response_time": go_duration(time.monotonic() - began),
                "availability": "100%" if good else "0%",
                "message": message,
            },
        }

    async def _tried(self, runtime: Runtime) -> str | None:
        """What is wrong; None when it works."""
        try:
            outcome = await program.run(runtime.probe, environ=self._environ, folder=self._home, timeout=_PROBE_SECONDS)
        except TimeoutError:
            return f"it did not answer within {_PROBE_SECONDS:g} seconds"
        except OSError as error:
            return f"it cannot be started: {error.strerror or error}"
        return None if outcome.code == 0 else f"it ended with code {outcome.code}"

    # -- as workflows --------------------------------------------------------------------------------------------------

    def definitions(self, _call: Call) -> dict[str, Any]:
        """The kinds of workflow that runtimes have."""
        found = [
            {
                "id": f"{each.type}_execution",
                "name": f"{each.type.capitalize()} execution",
                "runtime_type": each.type,
                "status": each.status,
                "description": f"A command carried out by the runtime {each.type}.",
            }
            for each in self._runtimes.values()
        ]
        return {"success": True, "workflows": found}

    async def active(self, _call: Call) -> dict[str, Any]:
        """The orchestrations that are running."""
        running = [each.view() for each in self._orchestrator.records.values() if each.status == "running"]
        found = [
            {
                "orchestration_id": view["id"],
                **{name: view[name] for name in ("name", "runtime_type", "job_id", "status", "progress", "start_time")},
                "duration": go_duration(view["duration"] / 1e9),
            }
            for view in running[:100]
        ]
        return {"success": True, "workflows": found, "count": len(found)}
