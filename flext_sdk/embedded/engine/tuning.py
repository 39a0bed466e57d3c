"""Settings that make plugins of others faster and change no row: those of plugins made with the Singer SDK.

Two thirds of such a target's time go into holding each row against its schema, and most of the rest into one JSON line
a row. What somebody has set in the pipeline stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flext_sdk.embedded.plugins.plugin import Plugin


def tuned_target(plugin: Plugin, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a target that loads without checking what the tap has made sure of already.

    Args:
        plugin: The target.
        settings: Its settings.
    """
    if plugin.origin == "product":
        return dict(settings)
    known = _properties(plugin)
    cheap = {"validate_records": False, "use_copy": True}
    return {**{key: value for key, value in cheap.items() if key in known}, **settings}


def tuned_tap(plugin: Plugin, settings: Mapping[str, Any], target: Plugin, folder: Path) -> dict[str, Any]:
    """Settings of a tap that hands rows over in files, where both ends can.

    Not for a tap that is to leave fields out: the SDK writes those into the files nevertheless.

    Args:
        plugin: The tap.
        settings: Its settings.
        target: Who reads the files.
        folder: Where they may be, until the run has ended.
    """
    able = "batch" in plugin.capabilities and "batch" in target.capabilities and "batch_config" in _properties(plugin)
    if not able or "batch_config" in settings:
        return dict(settings)
    files = folder / "batches"
    files.mkdir(mode=0o700, exist_ok=True)
    batch = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": files.as_uri(), "prefix": ""},
        "batch_size": 100_000,
    }
    return {**settings, "batch_config": batch}


def _properties(plugin: Plugin) -> Mapping[str, Any]:
    found: Mapping[str, Any] = plugin.settings_schema.get("properties") or {}
    return found
