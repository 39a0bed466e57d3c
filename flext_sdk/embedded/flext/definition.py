"""Checking a pipeline definition: its shape by the contract, then what it means. Every problem is told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.embedded.engine.references import (
    MissingValueError,
    Secrets,
    absolute,
    has_reference,
    references,
    secret_hint,
    walk,
)
from flext_sdk.embedded.engine.selection import pattern_problem
from flext_sdk.embedded.engine.timeouts import seconds_of
from flext_sdk.embedded.files import is_path
from flext_sdk.embedded.flext.dependencies import dependency_problems
from flext_sdk.embedded.flext.schedules import cron_problem, timezone_problem
from flext_sdk.embedded.web.problems import Checker, Problem, did_you_mean, pointer, problem
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from flext_sdk.embedded.engine.plugins import Plugin, Plugins
    from flext_sdk.embedded.web.contract import Contract

_OTHERS = ("dbt", "meltano")
_SIDES = (("extract", "tap"), ("load", "target"))
_VARIABLE_HINT = "Letters, digits and _, a letter or _ first."


@dataclass(slots=True)
class Checked:
    """The verdict.

    Attributes:
        definition: What is to be stored; meaningful only where ``valid``.
        problems: Errors and warnings in the order of the document.
    """

    definition: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """What keeps it from being stored."""
        return [entry for entry in self.problems if entry["severity"] == "error"]

    @property
    def valid(self) -> bool:
        """Whether it can be stored and run."""
        return not self.errors


class KindChecker(Protocol):
    """Checks what stands under the word of a kind of steps: ``dbt``, ``meltano``."""

    def __call__(
        self, here: tuple[str | int, ...], given: dict[str, Any], base_path: object
    ) -> tuple[dict[str, Any], list[Problem], bool]:
        """Looks at it; its shape is checked by the contract, and its references are checked, too.

        Args:
            here: Where it stands: ``("steps", 0, "dbt")``.
            given: What stands there.
            base_path: Folder of the definition's file.

        Returns:
            What is to be stored, problems, and whether the folder of the file is needed when it runs.
        """
        ...


class DefinitionChecker:
    """Checks definitions.

    Args:
        contract: Knows the shape.
        plugins: Which taps and targets there are.
        secrets: Which secrets there are.
        environ: The service's environment.
        kinds: Checks for the kinds of steps besides extract and load, by their words.
    """

    def __init__(
        self,
        contract: Contract,
        plugins: Plugins,
        secrets: Secrets,
        environ: Mapping[str, str],
        kinds: Mapping[str, KindChecker] = MappingProxyType({}),
    ) -> None:
        self._shape = Checker(contract.schema("PipelineDefinition"))
        self._plugins = plugins
        self._secrets = secrets
        self._environ = environ
        self._kinds = kinds
        self._settings: dict[tuple[str, str, datetime | None], Checker] = {}

    def check(self, document: object) -> Checked:
        """Looks at a definition.

        Paths among the settings of plugins that are relative are made absolute, from ``base_path``; one that holds a
        reference is left as it is, and ``base_path`` is stored only where there is such a one.
        """
        found = self._shape.problems(document)
        if not isinstance(document, dict):
            return Checked({}, found)
        steps = document.get("steps")
        steps = steps if isinstance(steps, list) else []
        later = {
            (f"/steps/{index}/{word}", word)
            for index, step in enumerate(steps)
            if isinstance(step, dict)
            for word in _OTHERS
            if word in step and word not in self._kinds
        }
        found = [entry for entry in found if entry["path"] not in {path for path, _ in later}]
        for path, word in later:
            message = f"steps with {word} come in a later release; this one runs steps with extract and load"
            found.append(problem(path, message, hint="Take the step out for now."))
        found += self._document_problems(document)
        found += dependency_problems(steps)
        base_path = document.get("base_path")
        definition = {key: value for key, value in document.items() if key != "base_path" and value is not None}
        stored_steps, needs_base = [], False
        for index, step in enumerate(steps):
            if isinstance(step, dict):
                more, step_problems, relative = self._step(index, step, document, base_path)
                stored_steps.append(more)
                found += step_problems
                needs_base |= relative
        if "steps" in definition:
            definition["steps"] = stored_steps
        if needs_base:
            definition["base_path"] = base_path
        return Checked(definition, _in_order(found, document))

    def _document_problems(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        for path, text in walk({key: value for key, value in document.items() if key != "base_path"}):
            if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
                yield problem(path, "holds a character that no text can hold (a NUL or half a surrogate pair)")
        tags = document.get("tags")
        if isinstance(tags, list):
            for index, tag in enumerate(tags):
                if tag in tags[:index]:
                    yield problem(
                        pointer(["tags", index]), f"the tag {tag!r} stands here twice", hint="Take one of the two out."
                    )
        variables = document.get("variables")
        if isinstance(variables, dict):
            for name in variables:
                if not name.isidentifier() or not name.isascii():
                    yield problem(
                        pointer(["variables", name]), f"{name!r} is no name of a variable", hint=_VARIABLE_HINT
                    )
        base_path = document.get("base_path")
        if isinstance(base_path, str) and not (is_path(base_path) and Path(base_path).is_absolute()):
            yield problem("/base_path", "must be an absolute path", hint="Clients send the folder of the file.")
        yield from schedule_problems(document.get("schedule"), "/schedule")

    def _step(
        self, index: int, step: dict[str, Any], document: Mapping[str, Any], base_path: object
    ) -> tuple[dict[str, Any], list[Problem], bool]:
        found: list[Problem] = []
        stored, relative = dict(step), False
        here = ("steps", index)
        words = [word for word in _OTHERS if word in step]
        for word in words:
            if len(words) > 1 or any(side in step for side, _ in _SIDES):
                message = f"a step has either extract and load, or {' or '.join(_OTHERS)}; this one has more"
                found.append(problem(pointer((*here, word)), message, hint="Make two steps of it, with depends_on."))
            given = step[word]
            if word in self._kinds and isinstance(given, dict):
                found += self._reference_problems((*here, word), given, document.get("variables"))
                stored[word], more, needs_base = self._kinds[word]((*here, word), given, base_path)
                found += more
                relative |= needs_base
        for side, kind in _SIDES:
            given = step.get(side)
            if given is None and not words:
                found.append(
                    problem(
                        pointer(here),
                        f"the step has no {side!r}",
                        hint=f"Say which {kind} it uses: {side}: {{plugin: ...}}",
                    )
                )
            if isinstance(given, dict):
                stored[side], more, needs_base = self._side((*here, side), given, kind, document, base_path)
                found += more
                relative |= needs_base
        timeout = step.get("timeout")
        if isinstance(timeout, str | int | float) and not isinstance(timeout, bool):
            try:
                seconds_of(timeout)
            except ValueError as error:
                found.append(problem(pointer([*here, "timeout"]), str(error), hint="Write seconds, or 90s, 30m, 2h."))
        return stored, found, relative

    def _side(
        self,
        here: tuple[str | int, ...],
        given: dict[str, Any],
        kind: str,
        document: Mapping[str, Any],
        base_path: object,
    ) -> tuple[dict[str, Any], list[Problem], bool]:
        found: list[Problem] = []
        config = given.get("config", {})
        plugin, fault = self._plugin(here, given.get("plugin"), kind)
        found += fault
        select = given.get("select")
        if isinstance(select, list) and kind == "tap":
            for index, pattern in enumerate(select):
                wrong = pattern_problem(pattern) if isinstance(pattern, str) and pattern else None
                if wrong:
                    found.append(
                        problem(
                            pointer([*here, "select", index]), wrong, hint="Write orders.*, orders.id or !orders.note."
                        )
                    )
        if not isinstance(config, dict):
            return dict(given), found, False
        found += self._reference_problems((*here, "config"), config, document.get("variables"))
        if plugin is None:
            return dict(given), found, False
        try:
            stored_settings = self._plugins.stored(plugin.name)
        except ConfigurationError as error:
            stored_settings = {}
            found.append(problem(pointer([*here, "plugin"]), error.message, hint=error.hint, severity="warning"))
        found += self._settings_problems((*here, "config"), {**stored_settings, **config}, plugin)
        stored, more, relative = _paths((*here, "config"), config, plugin, base_path)
        # Which settings of other people's plugins are paths nobody says, so they run in the folder of the file.
        relative |= plugin.origin != "product" and isinstance(base_path, str)
        return {**given, "config": stored} if "config" in given else dict(given), found + more, relative

    def _plugin(self, here: tuple[str | int, ...], name: object, kind: str) -> tuple[Plugin | None, list[Problem]]:
        if not isinstance(name, str) or not name:
            return None, []
        place = pointer([*here, "plugin"])
        plugin = self._plugins.find(name)
        if plugin is None:
            known = [other for other in self._plugins.names() if other.startswith(f"{kind}-")] or self._plugins.names()
            message, hint = self._plugins.missing(name)
            if message.startswith("there is no plugin"):
                message, hint = (
                    f"there is no plugin {name!r}{did_you_mean(name, known)}",
                    f"Known: {', '.join(known)}.",
                )
            return None, [problem(place, message, hint=hint if known else None)]
        if not plugin.enabled:
            hint = f"Switch it on: flext plugin enable {name}"
            return plugin, [problem(place, f"the plugin {name} is switched off", hint=hint, severity="warning")]
        if plugin.kind != kind:
            side = "extracts" if kind == "tap" else "loads"
            return None, [problem(place, f"{name} is a {plugin.kind}; what {side} must be a {kind}")]
        return plugin, []

    def _settings_problems(
        self, here: tuple[str | int, ...], config: dict[str, Any], plugin: Plugin
    ) -> Iterator[Problem]:
        # An update may bring other settings.
        key = (plugin.name, plugin.version, plugin.installed_at)
        checker = self._settings.get(key)
        if checker is None:
            # Settings may hold a password that somebody wrote down plainly; messages must not repeat it.
            checker = self._settings[key] = Checker(plugin.settings_schema, show_values=False)
        filled_later = {path for path, text in walk(config) if has_reference(text)}
        for entry in checker.problems(config):
            # What a reference stands for is known only when it runs.
            if entry["path"] not in filled_later:
                message = f"{plugin.name}: {entry['message']}"
                yield problem(pointer(here) + entry["path"], message, hint=entry.get("hint"))

    def _reference_problems(
        self, here: tuple[str | int, ...], config: dict[str, Any], variables: object
    ) -> Iterator[Problem]:
        for path, text in walk(config):
            place = pointer(here) + path
            try:
                found = references(text)
            except ValueError as error:
                yield problem(place, str(error), hint="Write $${ for a ${ that is meant as it stands.")
                continue
            for reference in found:
                if reference.kind == "variable":
                    known = variables if isinstance(variables, dict) else {}
                    if reference.name not in known:
                        message = f"the variable {reference.name} is not defined{did_you_mean(reference.name, known)}"
                        yield problem(
                            place,
                            message,
                            hint=f"Give it a value: variables: {{{reference.name}: ...}}; a run can replace it.",
                        )
                elif reference.kind == "env":
                    if reference.name not in self._environ:
                        message = f"the environment variable {reference.name} is not set in the service"
                        yield problem(place, message, hint="Set it before the pipeline runs.", severity="warning")
                else:
                    yield from self._secret_problem(place, reference.name)

    def _secret_problem(self, place: str, name: str) -> Iterator[Problem]:
        try:
            if self._secrets.get(name) is None:
                hint = secret_hint(name)
                yield problem(place, f"the secret {name} is not there", hint=hint, severity="warning")
        except MissingValueError as error:
            yield problem(place, str(error), hint=error.hint, severity="warning")


def schedule_problems(schedule: object, here: str) -> Iterator[Problem]:
    """What is wrong with the cron expression and the time zone of a schedule of the right shape."""
    if not isinstance(schedule, dict):
        return
    cron, zone = schedule.get("cron"), schedule.get("timezone")
    if isinstance(cron, str) and cron:
        wrong = cron_problem(cron)
        if wrong:
            yield problem(f"{here}/cron", wrong[0], hint=wrong[1])
    if isinstance(zone, str):
        odd = timezone_problem(zone)
        if odd:
            yield problem(f"{here}/timezone", odd[0], hint=odd[1])


def _paths(
    here: tuple[str | int, ...], config: dict[str, Any], plugin: Plugin, base_path: object
) -> tuple[dict[str, Any], list[Problem], bool]:
    """Settings with absolute paths, problems, and whether a path must wait for the run because of a reference."""
    properties: Mapping[str, Any] = plugin.settings_schema.get("properties") or {}
    stored, found, waits = dict(config), [], False
    for name, value in config.items():
        if properties.get(name, {}).get("format") != "path" or not isinstance(value, str) or not value:
            continue
        base = Path(base_path) if isinstance(base_path, str) and is_path(base_path) else None
        if has_reference(value):
            waits |= base is not None
        elif not is_path(value):
            found.append(problem(pointer([*here, name]), "no file can have this path"))
        elif base is not None:
            stored[name] = absolute(value, base)
        elif Path(value).expanduser().is_absolute():
            stored[name] = str(Path(value).expanduser())
        else:
            hint = "Give an absolute path, or the folder that it starts from as base_path."
            found.append(
                problem(
                    pointer([*here, name]),
                    "the path is relative, and there is no folder that it starts from",
                    hint=hint,
                )
            )
    return stored, found, waits


def _in_order(found: Sequence[Problem], document: Mapping[str, Any]) -> list[Problem]:
    """From top to bottom; what is said about a place twice, once."""

    def place(entry: Problem) -> tuple[int, ...]:
        node: Any = document
        order: list[int] = []
        for part in entry["path"].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                order.append(list(node).index(key))
                node = node[key]
            elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
                order.append(int(key))
                node = node[int(key)]
            else:
                break
        return tuple(order)

    unique = {(entry["path"], entry["message"]): entry for entry in found}
    return sorted(unique.values(), key=place)
