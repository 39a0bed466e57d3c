# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Settings of taps and targets: from arguments, a file, standard input, or a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.arguments import many
from flext_sdk._core.runs import field
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._documents import read_mapping
from flext_sdk.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.operations import Operation
    from flext_sdk._sync.resource import Resource
    from flext_sdk.models.taps import PluginSettings, TrialVerdict

__all__ = ["change_settings", "here", "judged"]


def here(resource: Resource) -> str | None:
    """The folder that relative paths start from; servers elsewhere have no use for one of this machine."""
    return str(Path.cwd()) if resource._client.is_local else None


def judged(found: TrialVerdict, *, raise_on_failure: bool) -> TrialVerdict:
    """The verdict of a trial.

    Raises:
        RunFailedError: It is a bad one, and such is an error.
    """
    if raise_on_failure and field(found, "verdict") == "failed":
        raise RunFailedError(
            str(field(found, "message")), run=found, code="TRIAL_FAILED", hint=field(found, "hint") or None
        )
    return found


def change_settings(
    resource: Resource,
    show: Operation[PluginSettings],
    store: Operation[PluginSettings],
    name: str,
    *,
    values: Mapping[str, Any] | None,
    unset: Sequence[str] | None,
    file: str | Path | None,
    ask: bool,
    on_ask: Callable[[Mapping[str, Any]], str | None] | None,
) -> PluginSettings:
    """Show the settings of a plugin, or store some.

    Args:
        resource: The resource that asks.
        show: Operation that shows them.
        store: Operation that stores them.
        name: The plugin.
        values: Settings to store.
        unset: Settings to forget.
        file: A file with settings, ``-`` for standard input.
        ask: Ask for every setting.
        on_ask: Asked for a setting; None leaves it as it is.

    Raises:
        UsageError: There is nobody to ask, or an answer is none.
    """
    given: dict[str, Any] = {}
    if file is not None:
        given |= read_mapping(str(file))
    given |= values or {}
    if not given and not unset:
        found = resource._call(show, path={"name": name})
        if ask and on_ask is None:
            raise UsageError("there is nobody to ask", hint="Give the settings with --set KEY=VALUE, or --file FILE.")
        if on_ask is None or (field(found, "valid") and not ask):
            return found
        settings: Sequence[Any] = field(found, "settings")
        wanted = [each for each in settings if ask or (field(each, "required") and field(each, "origin") == "not set")]
        for setting in wanted:
            keys = ("name", "value", "secret", "type", "choices", "description", "required", "origin")
            answer = rt.to_thread(on_ask, {key: field(setting, key) for key in keys})
            if answer is not None:
                given[str(field(setting, "name"))] = _typed(answer, field(setting, "type"))
        if not given:
            return found
    body = {"values": given, "unset": many(unset) or [], "base_path": here(resource)}
    return resource._call(store, path={"name": name}, body=body)


def _typed(text: str, kind: str | None) -> Any:  # noqa: ANN401 - any JSON
    """What somebody typed, in the type that the setting wants; the service says what does not fit."""
    if "string" in (kind or "string").split("|"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
