"""Singer state: reading what a target prints, and joining it with what is saved.

A state is whatever the tap sent; under ``bookmarks`` it holds one entry a stream. A target prints a state when
everything before it is safe. States are joined stream by stream, a stream's entry being replaced as a whole: a run
that read only some streams must not make the others forget, and inside an entry only the tap knows what belongs
together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def read_state(line: bytes) -> dict[str, Any] | None:
    """The state in a line that a target printed; None where the line holds none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    if data.get("type") == "STATE" and isinstance(data.get("value"), dict):
        value: dict[str, Any] = data["value"]
        return value
    return data


def join(saved: Mapping[str, Any] | None, confirmed: Mapping[str, Any]) -> dict[str, Any]:
    """What is saved after a target confirmed a state.

    Example:
        ``join({"bookmarks": {"a": 1, "b": 1}}, {"bookmarks": {"b": 2}})`` gives ``{"bookmarks": {"a": 1, "b": 2}}``.
    """
    joined = {**(saved or {}), **confirmed}
    before, after = (saved or {}).get("bookmarks"), confirmed.get("bookmarks")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        joined["bookmarks"] = {**before, **after}
    return joined
