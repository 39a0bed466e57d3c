"""The operations of FlexCore about plugins."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import MASK, redact_text, secret_values
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.flexcore import program
from flext_sdk.embedded.flexcore.operations import OPERATIONS, BadOutputError, PluginOperation, possible, reason
from flext_sdk.embedded.flexcore.shelf import not_found
from flext_sdk.embedded.plugins.catalogue import Catalogue
from flext_sdk.embedded.plugins.describe import environ_of
from flext_sdk.embedded.plugins.logs import PluginLog
from flext_sdk.embedded.web.call import Call, Handler, cancel_on_disconnect
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import did_you_mean, one_of, pointer, problem
from flext_sdk.embedded.web.system import now
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from flext_sdk.connectors.registry import Connector
    from flext_sdk.embedded.flexcore.program import Outcome
    from flext_sdk.embedded.plugins.plugin import Plugin
    from flext_sdk.embedded.settings import HostSettings
    from flext_sdk.embedded.web.counters import Counters

_FIELDS: Final = ("operation", "config", "base_path", "params", "plugin_id")
_SHORTEST_SECRET: Final = 4


class PluginHandlers:
    """Handlers of the plugin operations.

    Args:
        settings: Settings of the process.
        metrics: Where executions are counted.
        connectors: The plugins by name.
        emit: Publishes an event, of a type and with data.
    """

    def __init__(
        self,
        settings: HostSettings,
        metrics: Counters,
        connectors: Mapping[str, Connector] | None = None,
        *,
        emit: Callable[[str, Mapping[str, Any]], Awaitable[None]] | None = None,
    ) -> None:
        self.environ = environ_of(settings.environment, own=True)
        self.catalogue = Catalogue(settings.home, settings.environment, connectors)
        self._home = settings.home
        self._emit = emit
        self._metrics = metrics
        self._folder = settings.state_dir / "plugins"
        self._timeout = _timeout(settings.environment)

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {"plugins.execute": self.execute, "plugins.health": self.health}

    def ready(self) -> dict[str, str]:
        """State of what FlexCore needs."""
        return {"plugins": "ok"}

    def clean(self) -> None:
        """Remove settings files that a killed process left behind; they may hold secrets."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @cancel_on_disconnect
    async def execute(self, call: Call) -> dict[str, Any]:
        """Run a plugin for one operation, and give what it says."""
        with self.catalogue.using(call.path["name"]) as plugin:
            if plugin is None:
                raise not_found(self.catalogue, call.path["name"])
            return await self._execute(plugin, call.body)

    async def _execute(self, plugin: Plugin, body: Mapping[str, Any]) -> dict[str, Any]:
        name, operation = _operation(plugin, body)
        config = _config(plugin, body) if operation.configured else {}
        begun = time.monotonic()
        self._metrics.extra["executions"] += 1
        try:
            result = self._parsed(plugin, name, operation, config, await self._run(plugin, name, operation, config))
        except ApiError as error:
            await self._told("plugin.failed", plugin, name, begun, error=error.message)
            raise
        await self._told("plugin.executed", plugin, name, begun)
        return {
            "plugin_name": plugin.name,
            "operation": name,
            "status": "executed",
            "result": result,
            "duration": round(time.monotonic() - begun, 3),
            "timestamp": now(),
        }

    @cancel_on_disconnect
    async def health(self, call: Call) -> dict[str, Any]:
        """Start a plugin, to see whether it works."""
        with self.catalogue.using(call.path["plugin_id"]) as plugin:
            if plugin is None:
                raise not_found(self.catalogue, call.path["plugin_id"])
            begun = time.monotonic()
            status, message = await self._health(plugin)
        if status == "healthy" and not plugin.enabled:
            status, message = "disabled", f"it works, and is switched off: flext plugin enable {plugin.name}"
        found = {
            "status": status,
            "message": message,
            "version": plugin.version,
            "seconds": round(time.monotonic() - begun, 3),
        }
        return {"success": True, "plugin_id": plugin.name, "health": found, "checked_at": now()}

    async def _health(self, plugin: Plugin) -> tuple[str, str]:
        again = "" if plugin.origin == "product" else f"; install it again: flext plugin install {plugin.name}"
        if not plugin.usable:
            return "unhealthy", f"something of it is missing{again}"
        asked = "--version" if "version" in possible(plugin) else "--help"
        try:
            with self._private_folder() as folder:
                outcome = await program.run(
                    [*plugin.argv, asked], environ=self._environ_of(plugin), folder=folder, timeout=self._timeout
                )
        except TimeoutError:
            return "unhealthy", f"it said nothing within {self._timeout:g} seconds"
        except (OSError, program.OutputTooLargeError) as error:
            return "unhealthy", f"it cannot be started: {getattr(error, 'strerror', None) or error}{again}"
        if outcome.code:
            return "unhealthy", f"{redact_text(reason(outcome.errors))}{again}"
        return "healthy", "it starts"

    async def _told(self, kind: str, plugin: Plugin, operation: str, begun: float, **more: str) -> None:
        log = PluginLog(self._home, plugin.name)
        error = more.get("error")
        log.write(operation, error or "executed", level="error" if error else "info")
        if self._emit is not None:
            duration = round(time.monotonic() - begun, 3)
            await self._emit(kind, {"plugin": plugin.name, "operation": operation, "duration": duration, **more})

    def _environ_of(self, plugin: Plugin) -> dict[str, str]:
        return environ_of(self.environ, own=plugin.origin == "product")

    def usable(self) -> Sequence[bool]:
        """For each plugin whether it can be used."""
        return [plugin.usable for plugin in self.catalogue.all()]

    async def _run(self, plugin: Plugin, name: str, operation: PluginOperation, config: Mapping[str, Any]) -> Outcome:
        with self._private_folder() as folder:
            argv = [*plugin.argv, *operation.arguments]
            if operation.configured:
                file = folder / "config.json"
                # A file, for arguments can be read by everybody on this machine.
                with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                    json.dump(config, out)
                argv += ["--config", str(file)]
            try:
                return await program.run(argv, environ=self._environ_of(plugin), folder=folder, timeout=self._timeout)
            except TimeoutError:
                raise ApiError(
                    422,
                    "PLUGIN_TIMEOUT",
                    f"{plugin.name} {name} did not end within {self._timeout:g} seconds, so it was stopped",
                    hint="Give it less to look at, or set FLEXT_PLUGIN_TIMEOUT (seconds) and restart flexcore.",
                ) from None
            except program.OutputTooLargeError:
                raise ApiError(
                    502, "PLUGIN_BAD_OUTPUT", f"{plugin.name} {name} wrote too much to be an answer"
                ) from None
            except OSError as error:
                raise ApiError(
                    502, "PLUGIN_NOT_STARTED", f"{plugin.name} cannot be started: {error.strerror}"
                ) from error

    @contextmanager
    def _private_folder(self) -> Iterator[Path]:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def _parsed(
        self, plugin: Plugin, name: str, operation: PluginOperation, config: Mapping[str, Any], outcome: Outcome
    ) -> dict[str, Any]:
        if outcome.code < 0:
            raise ApiError(502, "PLUGIN_CRASHED", f"{plugin.name} {name} was ended by signal {-outcome.code}")
        if outcome.code:
            told = masked(reason(outcome.errors), config)
            message = told if told.startswith(plugin.name) else f"{plugin.name}: {told}"
            raise ApiError(422, "PLUGIN_FAILED", message, details={"exit_code": outcome.code})
        try:
            return operation.parse(plugin, outcome.output, outcome.errors)
        except BadOutputError as error:
            raise ApiError(502, "PLUGIN_BAD_OUTPUT", f"{plugin.name} {name}: {error}") from None


def _timeout(environ: Mapping[str, str]) -> float:
    """Seconds an operation may take; less than a call of the SDK, so that its caller gets the reason."""
    text = environ.get("FLEXT_PLUGIN_TIMEOUT") or "50"
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise ConfigurationError(
            f"FLEXT_PLUGIN_TIMEOUT is not a number of seconds: {text!r}", hint="Use a number from 1 to 86400."
        )
    return seconds


def _operation(plugin: Plugin, body: Mapping[str, Any]) -> tuple[str, PluginOperation]:
    unknown = [key for key in body if key not in _FIELDS]
    if unknown:
        hint = f"Known keys: {', '.join(_FIELDS)}."
        problems = [
            problem(pointer([key]), f"unknown key {key!r}{did_you_mean(key, _FIELDS)}", hint=hint) for key in unknown
        ]
        raise validation_failed(problems)
    name = body["operation"]
    known = possible(plugin)
    if name not in known:
        message = f"{plugin.name} has no operation {name!r}{did_you_mean(name, known)}"
        hint = f"It has {one_of(known)}." if known else "It has none."
        raise validation_failed([problem("/operation", message, hint=hint)])
    return name, OPERATIONS[name]


def _config(plugin: Plugin, body: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, with relative paths made absolute."""
    given = body.get("params")
    params: Mapping[str, Any] = given if isinstance(given, dict) else {}
    config = dict(body.get("config") or params.get("config") or {})
    base = body.get("base_path") or params.get("base_path")
    return absolute_paths(plugin, config, base)


def absolute_paths(
    plugin: Plugin, config: Mapping[str, Any], base: str | None, *, place: Sequence[str] = ("config",)
) -> dict[str, Any]:
    """The settings of a plugin with relative paths made absolute.

    Args:
        plugin: The plugin; its settings say which of them are paths.
        config: The settings.
        base: Folder that relative ones start from.
        place: Where the settings stand in the request.

    Raises:
        ApiError: 422: there is a relative path and no such folder.
    """
    found = dict(config)
    if base is not None and not (is_path(base) and Path(base).is_absolute()):
        raise validation_failed(
            [problem("/base_path", "must be an absolute path", hint="The SDK fills it in by itself.")]
        )
    for name, schema in (plugin.settings_schema.get("properties") or {}).items():
        value = found.get(name)
        if schema.get("format") != "path" or not isinstance(value, str) or not value:
            continue
        if not is_path(value):
            raise validation_failed([problem(pointer([*place, name]), "no file can have this path")])
        path = Path(value).expanduser()
        if not path.is_absolute():
            if base is None:
                message = "a relative path, and there is no base_path that it could start from"
                raise validation_failed([problem(pointer([*place, name]), message, hint="Give an absolute path.")])
            path = Path(base) / path
        found[name] = str(path)
    return found


def masked(text: str, config: Mapping[str, Any]) -> str:
    """What a program said, without the secrets that it was given."""
    for value in sorted(set(secret_values(config)), key=len, reverse=True):
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, MASK)
    return redact_text(text)
