"""Asking a person for a setting."""

from collections.abc import Mapping
from typing import Any

from flext_cli.output import errors
from flext_cli.output.text import one_line
from flext_sdk._ask import reply, typed


def ask(setting: Mapping[str, Any]) -> str | None:
    """The value that somebody types for a setting, secrets unseen; None when the line is left empty."""
    parts = [str(setting["name"])]
    if setting.get("description"):
        parts.append(f"({one_line(str(setting['description']))})")
    if setting.get("choices"):
        parts.append("one of " + ", ".join(map(str, setting["choices"])))
    if setting.get("value") is not None:
        parts.append(f"[{setting['value']}]")
    prompt = one_line(" ".join(parts)) + ": "
    if setting.get("secret"):
        return typed(prompt) or None
    errors.say(prompt)
    return reply().strip() or None
