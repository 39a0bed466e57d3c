"""Settings of plugins that are stored, so that pipelines need not repeat them; secrets among them are encrypted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flext_sdk._core.redact import MASK, is_secret_name
from flext_sdk.embedded.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flext_sdk.embedded.plugins.plugin import Plugin
    from flext_sdk.embedded.vault import Vault


class StoredSettings:
    """Stored settings by plugin.

    Args:
        folder: Where those are that are no secrets; ``home/plugins``.
        vault: Where the secrets are.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def get(self, name: str) -> dict[str, Any]:
        """All settings of a plugin, secrets too.

        Raises:
            ConfigurationError: A secret cannot be opened.
        """
        found = self._plain(name)
        begin = f"plugins/{name}/"
        for key in self._vault.list(begin):
            secret = self._vault.get(key)
            if secret is not None:
                found[key.removeprefix(begin)] = json.loads(secret)
        return found

    def has(self, name: str) -> bool:
        """Whether any are stored."""
        return bool(self._plain(name) or self._vault.list(f"plugins/{name}/"))

    def change(self, plugin: Plugin, values: Mapping[str, Any], unset: Sequence[str] = ()) -> None:
        """Stores settings and forgets others.

        Args:
            plugin: The plugin.
            values: Settings.
            unset: Names of settings to forget.

        Raises:
            ConfigurationError: They cannot be stored.
            OSError: They cannot be stored.
        """
        plain = self._plain(plugin.name)
        for key in [*unset, *values]:
            plain.pop(key, None)
        for key, value in values.items():
            if not is_secret(plugin, key):
                plain[key] = value
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._file(plugin.name), json.dumps(plain, indent=1).encode())
        for key in unset:
            self._vault.delete(f"plugins/{plugin.name}/{key}")
        for key, value in values.items():
            if is_secret(plugin, key):
                self._vault.set(f"plugins/{plugin.name}/{key}", json.dumps(value))

    def chosen(self, name: str) -> list[str]:
        """Patterns of the streams and fields that are read where a step says nothing about it."""
        try:
            found = json.loads((self._folder / f"{name}.select.json").read_bytes())
        except (OSError, ValueError):
            return []
        return [str(each) for each in found] if isinstance(found, list) else []

    def choose(self, name: str, patterns: Sequence[str]) -> None:
        """Stores such patterns; none: everything is read again.

        Raises:
            OSError: They cannot be stored.
        """
        file = self._folder / f"{name}.select.json"
        if not patterns:
            file.unlink(missing_ok=True)
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(file, json.dumps([*patterns]).encode())

    def _plain(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads(self._file(name).read_bytes())
        except (OSError, ValueError):
            return {}
        return dict(found) if isinstance(found, dict) else {}

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.settings.json"


def is_secret(plugin: Plugin, key: str) -> bool:
    """Whether a setting is a secret: its schema says so, or its name does."""
    schema = _properties(plugin).get(key)
    told = isinstance(schema, dict) and (
        schema.get("secret") or schema.get("writeOnly") or schema.get("format") == "password"
    )
    return bool(told) or is_secret_name(key)


def shown(plugin: Plugin, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings of a plugin with their values and where these come from, secrets masked.

    Args:
        plugin: The plugin.
        stored: What is stored.
    """
    properties, required = _properties(plugin), plugin.settings_schema.get("required") or []
    found = []
    for name in [*properties, *(key for key in stored if key not in properties)]:
        schema = properties.get(name)
        described: Mapping[str, Any] = schema if isinstance(schema, dict) else {}
        value = stored.get(name, described.get("default"))
        secret = is_secret(plugin, name)
        kinds = described.get("type")
        kind = [each for each in kinds if each != "null"] if isinstance(kinds, list) else [kinds] if kinds else []
        found.append(
            {
                "name": name,
                "value": MASK if secret and value is not None else value,
                "origin": "stored" if name in stored else "default" if "default" in described else "not set",
                "required": name in required,
                "secret": secret,
                "type": "|".join(map(str, kind)) or None,
                "choices": [each for each in described.get("enum") or [] if each is not None],
                "description": described.get("description") or described.get("title"),
            }
        )
    return found


def _properties(plugin: Plugin) -> Mapping[str, Any]:
    found: Mapping[str, Any] = plugin.settings_schema.get("properties") or {}
    return found
