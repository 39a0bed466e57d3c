"""The operations of FlexCore that change what is installed.

What takes long is an orchestration of the runtime ``plugins``, whose program is the installer: it can be watched and
cancelled like any other, and goes on when its caller goes away.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.environments import BusyError, EnvironmentFailedError
from flext_sdk.embedded.flexcore.job import Stage
from flext_sdk.embedded.flexcore.record import moment
from flext_sdk.embedded.flexcore.runtimes import Job, JobFailedError
from flext_sdk.embedded.flexcore.shelf import not_found
from flext_sdk.embedded.plugins.logs import PluginLog
from flext_sdk.embedded.plugins.wanted import (
    UnwantedError,
    Wanted,
    from_index,
    from_lock,
    from_requirements,
    is_requirement,
)
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from flext_sdk.embedded.flexcore.job import Ended
    from flext_sdk.embedded.flexcore.orchestrator import Orchestrator
    from flext_sdk.embedded.plugins.catalogue import Catalogue
    from flext_sdk.embedded.plugins.plugin import Plugin
    from flext_sdk.embedded.settings import HostSettings
    from flext_sdk.embedded.web.call import Call, Handler

RUNTIME: Final = "plugins"
# Not once: an installer that was just killed, or its orphaned uv, holds on to its lock for a moment.
_PRUNE_AFTER: Final = (0.0, 1.0, 10.0, 60.0)
_STATUS: Final = {"VALIDATION": 422, "PLUGIN_BROKEN": 422}


class Installing:
    """Handlers that install and remove plugins.

    Args:
        catalogue: The plugins.
        orchestrator: Carries the work out.
        settings: Settings of the process.
        emit: Publishes an event, of a type and with data.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        orchestrator: Orchestrator,
        settings: HostSettings,
        emit: Callable[[str, Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        self._catalogue = catalogue
        self._orchestrator = orchestrator
        self._home = settings.home
        self._source = settings.environment.get("FLEXT_PLUGIN_INDEX") or None
        self._emit = emit
        self._pruning: asyncio.Task[None] | None = None

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {
            "plugins.install": self.install,
            "plugins.update": self.update,
            "plugins.update_index": self.update_index,
            "plugins.uninstall": self.uninstall,
        }

    async def prune(self) -> None:
        """Begin to remove what killed processes left behind; requests do not wait for it."""
        self._pruning = asyncio.create_task(self._prune())

    async def _prune(self) -> None:
        for pause in _PRUNE_AFTER:
            await asyncio.sleep(pause)
            await asyncio.to_thread(self._catalogue.environments.prune)

    # -- what is wanted ------------------------------------------------------------------------------------------------

    async def install(self, call: Call) -> dict[str, Any]:
        """Take an installation on."""
        body = call.body or {}
        try:
            wanted = await asyncio.to_thread(self._wanted, body)
        except UnwantedError as error:
            raise ApiError(_STATUS.get(error.code, 409), error.code, str(error), hint=error.hint) from None
        for each in wanted:
            self._refuse_own(each.name)
        strange = [each for each in wanted if each.origin == "requirement"]
        if strange and not body.get("confirmed"):
            raise ApiError(
                409,
                "CONFIRMATION_REQUIRED",
                strange[0].warning(),
                hint="Install it only if you trust where it comes from; --yes says that you do.",
                details={"requirements": list(strange[0].requirements)},
            )
        return await self._submit("install", wanted)

    def _wanted(self, body: Mapping[str, Any]) -> list[Wanted]:
        name, requirements = body.get("plugin_id") or None, list(body.get("requirements") or ())
        python, program, kind = (body.get(key) or None for key in ("python", "program", "plugin_type"))
        if body.get("lock") is not None:
            return from_lock(body["lock"], [name] if name else [])
        if name is None and not requirements:
            raise UnwantedError("VALIDATION", "say what to install", "Name a plugin: flext plugin search")
        if not requirements and name is not None and is_requirement(name):
            name, requirements = None, [name]
        if requirements:
            return [from_requirements(name, requirements, program=program, kind=kind, python=python)]
        assert name is not None
        self._refuse_own(name)
        entry = self._catalogue.entry(name)
        if entry is None:
            message, _ = self._catalogue.missing(name)
            hint = f"A package of that name: flext plugin install {name} --requirement {name}"
            raise ApiError(404, "PLUGIN_NOT_FOUND", message, hint=hint)
        return [from_index(entry, version=body.get("version") or None, python=python)]

    def _refuse_own(self, name: str) -> None:
        if self._catalogue.is_own(name):
            others = [entry.name for entry in self._catalogue.index.of_package(name) if not entry.broken]
            hint = f"The public one is called {others[0]} here." if others else "It is there: flext plugin info " + name
            raise ApiError(409, "PLUGIN_IN_PRODUCT", f"{name} comes with the product", hint=hint)

    async def update(self, call: Call) -> dict[str, Any]:
        """Take an update on."""
        name, body = call.path["plugin_id"], call.body or {}
        self._refuse_own(name)
        plugin = await asyncio.to_thread(self._catalogue.installed.find, name)
        if plugin is None:
            raise not_found(self._catalogue, name)
        try:
            wanted = self._newer(plugin, body.get("version") or None, body.get("python") or None)
        except UnwantedError as error:
            raise ApiError(_STATUS.get(error.code, 409), error.code, str(error), hint=error.hint) from None
        return await self._submit("update", [wanted])

    def _newer(self, plugin: Plugin, version: str | None, python: str | None) -> Wanted:
        entry = self._catalogue.index.find(plugin.name)
        if entry is not None and plugin.origin in {"index", "lock"}:
            return from_index(entry, version=version, python=python)
        if version is not None:
            hint = f"Install it with another requirement: flext plugin install {plugin.name} --requirement ..."
            raise UnwantedError("VALIDATION", f"{plugin.name} is not of the index, so it has no --version", hint)
        return from_requirements(
            plugin.name,
            plugin.requirements,
            program=Path(plugin.argv[0]).name,
            kind=plugin.kind,
            python=python,
        )

    async def update_index(self, call: Call) -> dict[str, Any]:
        """Take an update of the index on."""
        source = (call.body or {}).get("source") or self._source
        request = {"action": "index", "home": str(self._home), "source": source}
        return await self._take_on("update the index", "index", ["index"], request)

    async def uninstall(self, call: Call) -> dict[str, Any]:
        """Remove a plugin."""
        name = call.path["plugin_id"]
        if self._catalogue.is_own(name):
            hint = f"Switch it off: flext plugin disable {name}"
            raise ApiError(409, "PLUGIN_IN_PRODUCT", f"{name} comes with the product and stays", hint=hint)
        if await asyncio.to_thread(self._catalogue.installed.find, name) is None:
            raise not_found(self._catalogue, name)
        self._refuse_busy([name])
        try:
            await asyncio.to_thread(self._catalogue.environments.remove, name)
            await asyncio.to_thread(self._catalogue.installed.switch, name, on=True)
        except BusyError as error:
            raise ApiError(409, "PLUGIN_BUSY", str(error), hint=error.hint) from None
        except EnvironmentFailedError as error:
            raise ApiError(500, "STORE", str(error), hint=error.hint) from None
        await asyncio.to_thread(PluginLog(self._home, name).write, "uninstall", f"Uninstalled {name}")
        await self._emit("plugin.uninstalled", {"plugin": name})
        return {"success": True, "plugin_id": name, "unloaded_at": now(), "message": f"{name} is uninstalled"}

    # -- the work ------------------------------------------------------------------------------------------------------

    async def _submit(self, action: str, wanted: Sequence[Wanted]) -> dict[str, Any]:
        names = [each.name for each in wanted]
        request = {"action": action, "home": str(self._home), "plugins": [each.document() for each in wanted]}
        return await self._take_on(f"{action} {', '.join(names)}"[:200], action, names, request)

    def _refuse_busy(self, names: Sequence[str]) -> None:
        for record in self._orchestrator.records.values():
            busy = set(record.request.get("args") or ()) & set(names) if record.runtime == RUNTIME else set()
            if busy:
                raise ApiError(
                    409,
                    "PLUGIN_BUSY",
                    f"{min(busy)} is just being changed ({record.id})",
                    hint=f"Wait for it, or end it: flext orchestration cancel {record.id}",
                )

    async def _take_on(self, title: str, action: str, names: list[str], request: dict[str, Any]) -> dict[str, Any]:
        self._refuse_busy(names)
        body = {"name": title, "runtime_type": RUNTIME, "command": action, "args": names}
        record = await self._orchestrator.submit(
            body, Job(lambda folder: [_stage(folder, request)], self._finished(action))
        )
        return {
            "success": True,
            "id": record.id,
            "name": title,
            "runtime_type": RUNTIME,
            "status": record.status,
            "start_time": moment(record.start),
            "message": f"taken on: flext orchestration show {record.id}",
        }

    def _finished(self, action: str) -> Callable[[Ended], Any]:
        loop = asyncio.get_running_loop()

        def finish(ended: Ended) -> Any:  # noqa: ANN401 - any JSON
            try:
                answer = json.loads(ended.output)
            except ValueError:
                # Killed from outside: nobody has removed what it had begun.
                asyncio.run_coroutine_threadsafe(self.prune(), loop)
                raise JobFailedError("the installer ended without an answer", hint="See the log.") from None
            if "result" not in answer:
                raise JobFailedError(answer["error"], hint=answer.get("hint"))
            for plugin in answer["result"].get("plugins", []) if action != "index" else []:
                told = {"plugin": plugin["name"], "version": plugin["version"]}
                kind = "plugin.updated" if plugin["replaced"] else "plugin.installed"
                asyncio.run_coroutine_threadsafe(_awaited(self._emit(kind, told)), loop)
            return answer["result"]

        return finish


async def _awaited(what: Awaitable[None]) -> None:
    await what


def _stage(folder: Path, request: Mapping[str, Any]) -> Stage:
    # A file, for addresses of packages may hold passwords, and everybody can read arguments.
    file = folder / "request.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(request, out)
    return Stage("", [sys.executable, "-P", "-m", "flext_sdk.embedded.plugins.work", str(file)])
