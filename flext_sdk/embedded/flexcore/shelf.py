"""The operations of FlexCore about which plugins there are: list, search, info, enable, disable, logs, lock."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.plugins.logs import PluginLog
from flext_sdk.embedded.plugins.wanted import lock_document
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from flext_sdk.embedded.plugins.catalogue import Catalogue
    from flext_sdk.embedded.plugins.entry import Entry
    from flext_sdk.embedded.plugins.plugin import Plugin
    from flext_sdk.embedded.web.call import Call, Handler


class Shelf:
    """Handlers about which plugins there are.

    Args:
        catalogue: The plugins.
        home: The folder that holds everything.
        emit: Publishes an event, of a type and with data.
    """

    def __init__(
        self, catalogue: Catalogue, home: Path, emit: Callable[[str, Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        self._catalogue = catalogue
        self._home = home
        self._emit = emit

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {
            "plugins.list": self.list,
            "plugins.search": self.search,
            "plugins.info": self.info,
            "plugins.enable": self.enable,
            "plugins.disable": self.disable,
            "plugins.logs": self.logs,
            "plugins.lock": self.lock,
        }

    def list(self, _call: Call) -> dict[str, Any]:
        """All plugins that are there, by name."""
        found = [plugin_view(plugin) for plugin in self._catalogue.all()]
        return {"plugins": found, "count": len(found)}

    def search(self, call: Call) -> dict[str, Any]:
        """What the index has, and the product."""
        text, kind = call.query.get("q") or "", call.query.get("type")
        there = {plugin.name: plugin for plugin in self._catalogue.all()}
        words = text.lower().split()
        own = [
            _own_view(plugin)
            for plugin in there.values()
            if plugin.origin == "product"
            and all(word in f"{plugin.name} {plugin.kind} {plugin.description} FLEXT".lower() for word in words)
        ]
        others = [self._found(entry, there.get(entry.name)) for entry in self._catalogue.index.search(text)]
        found = [view for view in [*own, *others] if kind is None or view["type"] == kind]
        return {"plugins": found, "count": len(found), "updated_at": self._catalogue.index.updated_at}

    def _found(self, entry: Entry, plugin: Plugin | None) -> dict[str, Any]:
        tested = entry.tested
        return {
            "name": entry.name,
            "type": entry.kind,
            "status": "broken" if entry.broken else "available" if plugin is None else status(plugin),
            "description": entry.description,
            "package": entry.package,
            "publisher": entry.publisher,
            "licence": entry.licence,
            "version": plugin.version if plugin is not None else tested.version if tested else None,
            "latest": self._catalogue.index.latest(entry.name),
            "tested": f"Python {tested.python}, {tested.date}" if tested else None,
            "problems": ([entry.broken] if entry.broken else []) + [*entry.problems],
            "instead": entry.instead,
        }

    def info(self, call: Call) -> dict[str, Any]:
        """One plugin in full."""
        name = call.path["plugin_id"]
        plugin = self._catalogue.find(name)
        entry = self._catalogue.entry(name) if plugin is None else self._catalogue.index.find(name)
        if plugin is None and entry is None:
            raise not_found(self._catalogue, name)
        found = _of_entry(entry) if entry is not None else {"needs": [], "problems": []}
        if plugin is not None:
            found |= _of_plugin(plugin)
        found["latest"] = self._catalogue.index.latest(name)
        return {"success": True, "plugin_id": found["name"], "metadata": {"config": None, **found}}

    async def enable(self, call: Call) -> dict[str, Any]:
        """Switch a plugin on."""
        return await self._switch(call.path["plugin_id"], on=True)

    async def disable(self, call: Call) -> dict[str, Any]:
        """Switch a plugin off."""
        return await self._switch(call.path["plugin_id"], on=False)

    async def _switch(self, name: str, *, on: bool) -> dict[str, Any]:
        plugin = await asyncio.to_thread(self._catalogue.find, name)
        if plugin is None:
            raise not_found(self._catalogue, name)
        try:
            await asyncio.to_thread(self._catalogue.installed.switch, name, on=on)
        except OSError as error:
            what = "on" if on else "off"
            raise ApiError(500, "STORE", f"{name} cannot be switched {what}: {error.strerror}") from error
        if plugin.enabled != on:
            await self._emit("plugin.enabled" if on else "plugin.disabled", {"plugin": name})
        found = await asyncio.to_thread(self._catalogue.find, name)
        return plugin_view(found or plugin)

    def logs(self, call: Call) -> dict[str, Any]:
        """What was done with a plugin; one that is gone has a log still."""
        name = call.path["plugin_id"]
        known = self._catalogue.find(name) is not None or self._catalogue.index.find(name) is not None
        lines = PluginLog(self._home, name).last(call.query["tail"]) if Path(name).name == name else []
        if not known and not lines:
            raise not_found(self._catalogue, name)
        return {"lines": lines, "count": len(lines)}

    def lock(self, call: Call) -> dict[str, Any]:
        """Exact versions of everything."""
        names = call.query.get("plugin") or [plugin.name for plugin in self._catalogue.installed.all()]
        found = []
        for name in names:
            if self._catalogue.is_own(name):
                message = f"{name} comes with the product: its version is that of flext-sdk"
                raise ApiError(409, "PLUGIN_IN_PRODUCT", message, hint="Lock the package flext-sdk instead.")
            plugin = self._catalogue.installed.find(name)
            environment = self._catalogue.environments.find(name) if plugin else None
            if plugin is None or environment is None:
                raise not_found(self._catalogue, name)
            found.append((plugin, environment.lock))
        return lock_document(found)


def not_found(catalogue: Catalogue, name: str) -> ApiError:
    """The answer where there is no plugin of a name."""
    message, hint = catalogue.missing(name)
    return ApiError(404, "PLUGIN_NOT_FOUND", message, hint=hint)


def status(plugin: Plugin) -> str:
    """How a plugin that is there stands."""
    return "unavailable" if not plugin.usable else "loaded" if plugin.enabled else "disabled"


def plugin_view(plugin: Plugin) -> dict[str, Any]:
    """A plugin in short, as the contract has it."""
    return {
        "name": plugin.name,
        "type": plugin.kind,
        "version": plugin.version,
        "status": status(plugin),
        "description": plugin.description,
        "active": plugin.usable and plugin.enabled,
    }


def _own_view(plugin: Plugin) -> dict[str, Any]:
    return {
        **{key: value for key, value in plugin_view(plugin).items() if key != "active"},
        "package": "flext-sdk",
        "publisher": plugin.publisher,
        "licence": plugin.licence,
        "latest": None,
        "tested": None,
        "problems": [],
        "instead": None,
    }


def _of_entry(entry: Entry) -> dict[str, Any]:
    tested = entry.tested
    return {
        "id": entry.name,
        "name": entry.name,
        "type": entry.kind,
        "status": "broken" if entry.broken else "available",
        "version": tested.version if tested else None,
        "description": entry.description,
        "author": entry.publisher,
        "licence": entry.licence,
        "capabilities": list(entry.capabilities),
        "dependencies": list(entry.requirements),
        "settings": dict(entry.settings),
        "program": entry.program,
        "origin": None,
        "needs": list(entry.needs),
        "problems": ([entry.broken] if entry.broken else []) + [*entry.problems],
        "instead": entry.instead,
        "tested": None
        if tested is None
        else {"python": tested.python, "date": tested.date, "version": tested.version, "how": tested.how},
    }


def _of_plugin(plugin: Plugin) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": plugin.name,
        "name": plugin.name,
        "type": plugin.kind,
        "status": status(plugin),
        "version": plugin.version,
        "description": plugin.description,
        "author": plugin.publisher,
        "licence": plugin.licence,
        "capabilities": list(plugin.capabilities),
        "dependencies": list(plugin.requirements),
        "settings": dict(plugin.settings_schema),
        "origin": plugin.origin,
    }
    if plugin.origin != "product":
        found |= {
            "program": Path(plugin.argv[0]).name,
            "python": plugin.python,
            "size": plugin.size,
            "installed_at": None if plugin.installed_at is None else plugin.installed_at.isoformat(),
            "packages": dict(plugin.packages),
        }
    return found
