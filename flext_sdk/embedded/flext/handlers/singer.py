"""Operations on taps and targets: which there are, their stored settings, whether these work."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.engine.references import absolute
from flext_sdk.embedded.engine.selection import NothingSelectedError, pattern_problem, select
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.plugins.settings import shown
from flext_sdk.embedded.plugins.trial import Trial, TrialFailedError, Verdict
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import Checker, pointer, problem
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flext_sdk.embedded.plugins.catalogue import Catalogue
    from flext_sdk.embedded.plugins.plugin import Plugin
    from flext_sdk.embedded.web.call import Call, Handler
    from flext_sdk.embedded.web.problems import Problem

KINDS = {"taps": "tap", "targets": "target"}


class SingerHandlers:
    """Handlers about taps and targets.

    Args:
        catalogue: The plugins.
        environ: Environment variables for them.
    """

    def __init__(self, catalogue: Catalogue, environ: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self._environ = environ

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        found: dict[str, Handler] = {"taps.discover": self.discover, "taps.select": self.select}
        for plural in KINDS:
            for word, method in (
                ("list", self.list),
                ("info", self.info),
                ("settings", self.settings),
                ("config", self.config),
                ("test", self.test),
            ):
                found[f"{plural}.{word}"] = partial(method, plural)
        return found

    def list(self, plural: str, _call: Call) -> dict[str, Any]:
        """All of a kind."""
        found = [self._view(plugin) for plugin in self._catalogue.all() if plugin.kind == KINDS[plural]]
        return {plural: found, "count": len(found), "source": "platform", "message": f"{len(found)} {plural}"}

    def info(self, plural: str, call: Call) -> dict[str, Any]:
        """One of them in full."""
        plugin = self._find(plural, call.path["name"])
        stored = self._stored(plugin)
        return {
            **self._view(plugin),
            "settings": dict(plugin.settings_schema),
            "config": {each["name"]: each["value"] for each in shown(plugin, stored) if each["origin"] == "stored"},
        }

    def settings(self, plural: str, call: Call) -> dict[str, Any]:
        """Stored settings, defaults, and what is missing."""
        plugin = self._find(plural, call.path["name"])
        return self._settings(plugin, self._stored(plugin))

    def config(self, plural: str, call: Call) -> dict[str, Any]:
        """Store settings."""
        plugin = self._find(plural, call.path["name"])
        body = call.body or {}
        values = _absolute(plugin, body.get("values") or {}, body.get("base_path"), "values")
        unset = list(body.get("unset") or ())
        kept = {key: value for key, value in self._stored(plugin).items() if key not in unset}
        wrong = [each for each in _problems(plugin, {**kept, **values}, "/values") if not _is_missing(each)]
        if wrong:
            raise validation_failed(wrong)
        try:
            self._catalogue.stored_settings.change(plugin, values, unset)
        except OSError as error:
            raise ApiError(500, "STORE", f"the settings cannot be stored: {error.strerror}") from error
        except ConfigurationError as error:
            raise ApiError(500, "STORE", error.message, hint=error.hint) from error
        return self._settings(plugin, {**kept, **values})

    def test(self, plural: str, call: Call) -> dict[str, Any]:
        """Try settings."""
        name, kind = call.path["name"], KINDS[plural]
        with self._using(plural, name) as plugin:
            settings = self._effective(plugin, call.body or {})
            wrong = _problems(plugin, settings, "/config")
            if wrong:
                first = wrong[0]
                where = first["path"].removeprefix("/config").removeprefix("/")
                told = f"the settings do not fit: {where}{': ' if where else ''}{first['message']}"
                hint = first.get("hint") or f"Set it: flext data {plural} config {name} --set KEY=VALUE"
                verdict = Verdict("failed", told, hint)
            else:
                trial = Trial(plugin, settings, self._environ)
                verdict = trial.of_tap() if kind == "tap" else trial.of_target()
        return {
            "name": name,
            "verdict": verdict.verdict,
            "message": verdict.message,
            "hint": verdict.hint,
            "streams": verdict.streams,
            "seconds": round(verdict.seconds, 3),
        }

    def discover(self, call: Call) -> dict[str, Any]:
        """What a tap finds, and what of it is chosen."""
        name, body = call.path["name"], call.body or {}
        return self._chosen(name, self._catalog(name, body), self._catalogue.selection(name))

    def select(self, call: Call) -> dict[str, Any]:
        """Choose streams and fields."""
        name, body = call.path["name"], call.body or {}
        patterns = list(body.get("patterns") or ())
        wrong = [
            problem(pointer(["patterns", index]), told, hint="Write orders.*, orders.id or !orders.note.")
            for index, pattern in enumerate(patterns)
            if (told := pattern_problem(pattern))
        ]
        if wrong:
            raise validation_failed(wrong)
        answer = self._chosen(name, self._catalog(name, body), patterns)
        try:
            self._catalogue.stored_settings.choose(name, patterns)
        except OSError as error:
            raise ApiError(500, "STORE", f"the choice cannot be stored: {error.strerror}") from error
        return answer

    def _chosen(self, name: str, catalog: dict[str, Any], patterns: Sequence[str]) -> dict[str, Any]:
        unused: Sequence[str] = ()
        if patterns:
            try:
                catalog, unused = select(catalog, patterns)
            except NothingSelectedError as error:
                message = f"this chooses no stream of {name}; it has: {', '.join(error.streams[:20]) or 'none'}"
                raise validation_failed([problem("/patterns", message, hint="Change the patterns.")]) from None
        streams = [_stream(each) for each in catalog["streams"] if isinstance(each, dict)]
        return {
            "name": name,
            "count": len(streams),
            "streams": streams,
            "catalog": catalog,
            "patterns": [*patterns],
            "unused": [*unused],
        }

    def _catalog(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with self._using("taps", name) as plugin:
            settings = self._effective(plugin, body)
            wrong = _problems(plugin, settings, "/config")
            if wrong:
                raise validation_failed(wrong)
            try:
                return Trial(plugin, settings, self._environ).discover()
            except TrialFailedError as error:
                raise ApiError(422, "PLUGIN_FAILED", str(error), hint=error.hint) from None

    # -- what they share -----------------------------------------------------------------------------------------------

    @contextmanager
    def _using(self, plural: str, name: str) -> Iterator[Plugin]:
        """One of them, held on the disk."""
        self._find(plural, name)
        with self._catalogue.using(name) as plugin:
            if plugin is None:  # it was removed just now
                raise ApiError(404, "PLUGIN_NOT_FOUND", *self._catalogue.missing(name)[:1])
            yield plugin

    def _find(self, plural: str, name: str) -> Plugin:
        plugin = self._catalogue.find(name)
        if plugin is not None and plugin.kind == KINDS[plural]:
            return plugin
        if plugin is None:
            message, hint = self._catalogue.missing(name)
        else:
            message, hint = (
                f"{name} is a {plugin.kind}, not a {KINDS[plural]}",
                f"flext data {plugin.kind}s info {name}",
            )
        raise ApiError(404, "PLUGIN_NOT_FOUND", message, hint=hint)

    def _stored(self, plugin: Plugin) -> dict[str, Any]:
        try:
            return self._catalogue.stored(plugin.name)
        except ConfigurationError as error:
            raise ApiError(500, "STORE", error.message, hint=error.hint) from error

    def _effective(self, plugin: Plugin, body: Mapping[str, Any]) -> dict[str, Any]:
        given = _absolute(plugin, body.get("config") or {}, body.get("base_path"), "config")
        return {**self._stored(plugin), **given}

    def _settings(self, plugin: Plugin, stored: Mapping[str, Any]) -> dict[str, Any]:
        wrong = _problems(plugin, stored, "")
        return {"name": plugin.name, "valid": not wrong, "settings": shown(plugin, stored), "problems": wrong}

    def _view(self, plugin: Plugin) -> dict[str, Any]:
        state = "unavailable" if not plugin.usable else "loaded" if plugin.enabled else "disabled"
        return {
            "name": plugin.name,
            "type": plugin.kind,
            "version": plugin.version,
            "variant": plugin.publisher,
            "status": state,
            "description": plugin.description,
            "capabilities": [*plugin.capabilities],
            "configured": self._catalogue.stored_settings.has(plugin.name),
        }


def _problems(plugin: Plugin, settings: Mapping[str, Any], place: str) -> list[Problem]:
    """What is wrong with settings; values are not repeated, for there may be secrets among them."""
    found = Checker(plugin.settings_schema, show_values=False).problems(dict(settings))
    return [{**each, "path": f"{place}{each['path']}"} for each in found]


def _is_missing(each: Problem) -> bool:
    """Settings may be stored one by one; only a trial and a run need all of them."""
    return "missing" in each["message"] or "required" in each["message"]


def _absolute(plugin: Plugin, config: Mapping[str, Any], base: object, place: str) -> dict[str, Any]:
    found = dict(config)
    properties: Mapping[str, Any] = plugin.settings_schema.get("properties") or {}
    for name, value in config.items():
        described = properties.get(name)
        if not isinstance(described, dict) or described.get("format") != "path" or not isinstance(value, str):
            continue
        if not is_path(value) or not is_path(str(base or "/")):
            raise validation_failed([problem(pointer([place, name]), "no file can have this path")])
        if Path(value).expanduser().is_absolute():
            found[name] = str(Path(value).expanduser())
        elif isinstance(base, str) and Path(base).is_absolute():
            found[name] = absolute(value, Path(base))
        else:
            message = "a relative path, and there is no base_path that it could start from"
            raise validation_failed([problem(pointer([place, name]), message, hint="Give an absolute path.")])
    return found


def _stream(entry: Mapping[str, Any]) -> dict[str, Any]:
    top: Mapping[str, Any] = next(
        (each.get("metadata") or {} for each in entry.get("metadata") or [] if not each.get("breadcrumb")), {}
    )
    schema = entry.get("schema") or {}
    return {
        "stream": str(entry.get("stream") or entry.get("tap_stream_id")),
        "keys": list(entry.get("key_properties") or top.get("table-key-properties") or []),
        "replication": entry.get("replication_method") or top.get("forced-replication-method"),
        "replication_key": entry.get("replication_key") or next(iter(top.get("valid-replication-keys") or []), None),
        "fields": list(schema.get("properties") or {}),
        "selected": bool(top.get("selected", top.get("selected-by-default", True))),
    }
