"""The operations of a plugin: which arguments ask for them, and what its output means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.plugins.metrics import counted
from flext_sdk.embedded.plugins.reasons import reason

__all__ = ["OPERATIONS", "BadOutputError", "PluginOperation", "possible", "reason"]

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.plugins.plugin import Plugin

_VERSION: Final = re.compile(r"\d+(?:\.\w+)+")
_YEAR: Final = re.compile(r"(?<![\w.-])v?(\d+)(?![\w.-])")  # a version of one number, as 2026


class BadOutputError(Exception):
    """The output is not what the operation should give."""


def _object(output: bytes) -> dict[str, Any]:
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadOutputError("its output is not a JSON object")
    return found


def _about(_plugin: Plugin, output: bytes, _errors: str) -> dict[str, Any]:
    return _object(output)


def _discover(_plugin: Plugin, output: bytes, _errors: str) -> dict[str, Any]:
    found = _object(output)
    if not isinstance(found.get("streams"), list):
        raise BadOutputError("its catalog has no list of streams")
    return found


def _version(_plugin: Plugin, output: bytes, _errors: str) -> dict[str, Any]:
    text = output.decode(errors="replace").strip()
    if (found := _VERSION.search(text)) is not None:
        return {"version": found[0], "output": text}
    if (found := _YEAR.search(text)) is not None:
        return {"version": found[1], "output": text}
    raise BadOutputError("it does not tell its version")


def _test(plugin: Plugin, output: bytes, errors: str) -> dict[str, Any]:
    """A tap writes one record of each stream: settings, source and schemas work. A target writes nothing."""
    if plugin.kind == "target":
        return {"success": True, "message": "the settings work and the destination can be written to"}
    streams: dict[str, int] = {}
    for line in output.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            if plugin.origin != "product":
                continue  # the SDK ends this by force, and a line may be cut
            raise BadOutputError("a line of its output is not JSON") from None
        if isinstance(message, dict) and message.get("type") in {"SCHEMA", "RECORD"}:
            name = str(message.get("stream"))
            streams[name] = streams.get(name, 0) + (message["type"] == "RECORD")
    # Taps made with the SDK may end before they have written what they read; what they count tells more.
    for name, records in counted(errors).items():
        streams[name] = max(streams.get(name, 0), records)
    readable = sum(1 for records in streams.values() if records)
    told = f"the settings work: {len(streams)} streams, {readable} of them with records"
    return {"success": True, "message": told, "streams": list(streams)}


@dataclass(frozen=True, slots=True)
class PluginOperation:
    """One operation.

    Attributes:
        arguments: What asks the plugin for it.
        configured: Whether it needs settings.
        kinds: Which plugins have it.
        parse: From the output to the result.
    """

    arguments: tuple[str, ...]
    configured: bool
    kinds: tuple[str, ...]
    parse: Callable[[Plugin, bytes, str], dict[str, Any]]


def possible(plugin: Plugin) -> list[str]:
    """Names of the operations that a plugin has."""
    found = [name for name, each in OPERATIONS.items() if plugin.kind in each.kinds]
    without = {"about", "test", "version"} - set(plugin.capabilities) if plugin.origin != "product" else set()
    if plugin.describes_itself or plugin.kind not in {"tap", "target"}:
        without.discard("version")
    return [name for name in found if name not in without]


OPERATIONS: Final[dict[str, PluginOperation]] = {
    "about": PluginOperation(("--about", "--format=json"), configured=False, kinds=("tap", "target"), parse=_about),
    "discover": PluginOperation(("--discover",), configured=True, kinds=("tap",), parse=_discover),
    "test": PluginOperation(("--test",), configured=True, kinds=("tap", "target"), parse=_test),
    "version": PluginOperation(
        ("--version",), configured=False, kinds=("tap", "target", "dbt", "utility"), parse=_version
    ),
}
