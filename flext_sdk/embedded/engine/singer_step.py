"""Steps with extract and load: a tap and a target, each try from the bookmark that is saved then."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.redact import secret_values
from flext_sdk.embedded.engine.files import RunFolder
from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import Program, child_environment
from flext_sdk.embedded.engine.references import MissingValueError
from flext_sdk.embedded.engine.selection import NothingSelectedError, leaves_fields_out, select
from flext_sdk.embedded.engine.singer import Discovery, Listener, Pair, Progress, Result
from flext_sdk.embedded.engine.state import join
from flext_sdk.embedded.engine.steps import Kind, Step, UnusableError
from flext_sdk.embedded.engine.tuning import tuned_tap, tuned_target
from flext_sdk.embedded.plugins.settings import is_secret
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.engine.plugins import Plugin


@dataclass(slots=True)
class _Prepared:
    """A tap or target that can be started."""

    plugin: Plugin
    settings: dict[str, Any]


@dataclass(slots=True)
class SingerStep(Step):
    """A step that extracts and loads."""

    _confirmed: dict[str, Any] | None = None
    _unsaved: bool = False

    def _try(self) -> Result:
        with ExitStack() as held:
            tap, target = self._prepare(held)
            return self._move(tap, target)

    def _move(self, tap: _Prepared, target: _Prepared) -> Result:
        deadline = self._deadline()
        listener = Listener(self._line, self._confirm, self._progress)
        environ = child_environment(self.tools.environ)
        state = self._first_state()
        if self._confirmed is not None and not self.run.full_refresh:
            self._before += self._latest
        self._confirmed, self._unsaved = None, False
        self._latest, self._reported = Progress(), None
        shared: dict[str, Any] = {"listener": listener, "stop": self.stop, "mask": self._mask, "deadline": deadline}
        with RunFolder(self.tools.folder, self.run.id, self.name) as folder:
            options: list[str] = []
            whole = True
            patterns = self.definition["extract"].get("select") or self.tools.plugins.selection(tap.plugin.name)
            if not patterns and not tap.plugin.describes_itself:
                patterns = ["*"]  # what is made with singer-python reads nothing without a catalog
            if patterns:
                settings = folder.write("discover.json", tap.settings)
                asking = Program("tap", tap.plugin.name, [*tap.plugin.argv, "--config", settings, "--discover"])
                with self._group([asking], environ, self._place(folder.path)) as group:
                    result, catalog = Discovery(group, tap=tap.plugin.name, clock=self.tools.clock, **shared).catalog()
                if catalog is None:
                    return result
                catalog = self._select(catalog, patterns, tap.plugin)
                whole = not leaves_fields_out(catalog)
                options += ["--catalog", folder.write("catalog.json", catalog)]
            self._tune(tap, target, folder.path, whole=whole)
            options += ["--config", folder.write("tap.json", tap.settings)]
            if state:
                options += ["--state", folder.write("state.json", state)]
            programs = (
                Program("tap", tap.plugin.name, [*tap.plugin.argv, *options]),
                Program(
                    "target",
                    target.plugin.name,
                    [*target.plugin.argv, "--config", folder.write("target.json", target.settings)],
                ),
            )
            with self._group(programs, environ, self._place(folder.path)) as group:
                pair = Pair(group, tap=tap.plugin.name, target=target.plugin.name, clock=self.tools.clock, **shared)
                result = pair.run()
        if result.ending == "completed" and self.run.full_refresh:
            self._replace_bookmark()
        return result

    def _place(self, private: Path) -> Path:
        """Current folder of the programs: where the definition came from, if that is told and there still."""
        told = self.run.definition.get("base_path")
        return Path(told) if isinstance(told, str) and os.access(told, os.X_OK) and Path(told).is_dir() else private

    def _tune(self, tap: _Prepared, target: _Prepared, folder: Path, *, whole: bool) -> None:
        """Settings that make it faster, unless the step does not want that."""
        if self.definition.get("fast", True):
            if whole:
                tap.settings = tuned_tap(tap.plugin, tap.settings, target.plugin, folder)
            target.settings = tuned_target(target.plugin, target.settings)

    def _replace_bookmark(self) -> None:
        """A full refresh has succeeded: the old bookmark belongs to rows of before."""
        if self._confirmed is None:
            self.tools.bookmarks.forget(self.run.pipeline_id, self.name)
        else:
            self.tools.bookmarks.save(self.run.pipeline_id, self.name, self._confirmed, self.run.id)

    def _prepare(self, held: ExitStack) -> tuple[_Prepared, _Prepared]:
        resolver = self._resolver()
        base_path = self.run.definition.get("base_path")
        prepared = []
        missing: list[MissingValueError] = []
        for side in ("extract", "load"):
            given = self.definition[side]
            name = given["plugin"]
            plugin = held.enter_context(self.tools.plugins.using(name))
            if plugin is None:
                raise UnusableError(*self.tools.plugins.missing(name))
            if not plugin.enabled:
                raise UnusableError(f"the plugin {name} is switched off", f"Switch it on: flext plugin enable {name}")
            try:
                config = {**self._stored(name), **given.get("config", {})}
                settings = resolver.settings(config, plugin.settings_schema, base_path)
            except MissingValueError as error:
                missing.append(error)
                continue
            prepared.append(_Prepared(plugin, settings))
        written = [secret for one in prepared for secret in _secrets(one)]
        self._mask = Masker({*resolver.sensitive, *written})
        if missing:
            raise UnusableError("; ".join(map(str, missing)), missing[0].hint)
        return prepared[0], prepared[1]

    def _stored(self, name: str) -> Mapping[str, Any]:
        try:
            return self.tools.plugins.stored(name)
        except ConfigurationError as error:
            raise UnusableError(error.message, error.hint) from error

    def _select(self, catalog: dict[str, Any], patterns: list[str], tap: Plugin) -> dict[str, Any]:
        try:
            chosen, unused = select(catalog, patterns, singer_python=not tap.describes_itself)
        except NothingSelectedError as error:
            there = ", ".join(error.streams[:20]) or "none"
            raise UnusableError(
                f"select chooses no stream of {tap.name}; it has: {there}", "Change the patterns under select."
            ) from None
        for pattern in unused:
            self._say("warning", f"the pattern {pattern} under select matches nothing")
        return chosen

    def _first_state(self) -> dict[str, Any] | None:
        if self.run.full_refresh:
            return None
        saved = self.tools.bookmarks.find(self.run.pipeline_id, self.name)
        return saved if saved is not None else self.definition.get("state")

    def _confirm(self, state: dict[str, Any]) -> None:
        base = self._confirmed
        if base is None and not self.run.full_refresh:
            base = self._first_state()
        self._confirmed = join(base, state)
        self._unsaved = True

    def _save(self) -> None:
        """Stores what was confirmed; a full refresh stores its own only when it has succeeded."""
        if self._unsaved and self._confirmed is not None and not self.run.full_refresh:
            self.tools.bookmarks.save(self.run.pipeline_id, self.name, self._confirmed, self.run.id)
            self._unsaved = False

    def _earlier(self) -> Progress:
        """What this run had moved before the service was restarted, where it goes on from a bookmark of its own.

        As with tries: rows that were confirmed are not read again, so they count; where none were, all come again.
        """
        marks = self.tools.bookmarks.all(self.run.pipeline_id) if self.run.restarts else []
        if self.run.full_refresh or not any(mark.step == self.name and mark.run_id == self.run.id for mark in marks):
            return Progress()
        stored = self.run.step(self.name)
        return Progress(stored.records, stored.bytes, dict(stored.streams))


def _secrets(prepared: _Prepared) -> list[str]:
    """Secrets among settings: those that the schema calls so, and those whose name does."""
    told = [
        value
        for key, value in prepared.settings.items()
        if isinstance(value, str) and value and is_secret(prepared.plugin, key)
    ]
    return [*told, *secret_values(prepared.settings)]


def _describe(definition: Mapping[str, Any]) -> str:
    return f"{definition['extract']['plugin']} to {definition['load']['plugin']}"


SINGER = Kind(SingerStep, _describe, rows=True)
