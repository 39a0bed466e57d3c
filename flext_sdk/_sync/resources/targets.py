# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Targets: settings, and whether they work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.configuring import change_settings, here, judged
from flext_sdk._sync.resources._targets import TargetsBase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.models.taps import PluginSettings, TrialVerdict

__all__ = ["Targets"]


class Targets(TargetsBase):
    """Set up and try targets."""

    @command(
        "data targets config",
        operation="targets.config",
        positional=("name",),
        columns=("name", "valid:VALID:bool", "settings", "problems"),
        mutating=True,
        hidden=("on_ask",),
        metavars={"set": "KEY=VALUE", "unset": "KEY"},
        files=("file",),
    )
    def config(
        self,
        name: str,
        *,
        set: Mapping[str, Any] | None = None,
        unset: Sequence[str] | None = None,
        file: str | Path | None = None,
        ask: bool = False,
        on_ask: Callable[[Mapping[str, Any]], str | None] | None = None,
    ) -> PluginSettings:
        """Show the settings of a target, or store some.

        Pipelines use what is stored here wherever their steps say nothing else. Secrets are encrypted and never shown.
        With nothing to store, a person at a terminal is asked for what is needed and has no value yet.

        Args:
            name: Name of the target.
            set: Settings to store.
            unset: Settings to forget.
            file: A YAML or JSON file with settings, - for standard input.
            ask: Ask for every setting.
            on_ask: Asked for a setting, as a mapping; gives its value as text, or None to leave it as it is.

        Returns:
            The `PluginSettings`: each with its value and where it comes from.

        Raises:
            NotFoundError: There is no target of that name.
            ValidationFailedError: A setting does not fit; nothing was stored.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            settings = client.targets.config("target-duckdb", set={"path": "warehouse.duckdb"})
            print(settings.valid)
            ```

        Command example:
            $ flext data targets config target-duckdb --set path=warehouse.duckdb
            $ flext data targets config target-duckdb -o json

        See also:
            flext data targets test
            flext data targets info
        """
        return change_settings(
            self,
            ops.TARGETS_SETTINGS,
            ops.TARGETS_CONFIG,
            name,
            values=set,
            unset=unset,
            file=file,
            ask=ask,
            on_ask=on_ask,
        )

    @command(
        "data targets test",
        operation="targets.test",
        positional=("name",),
        columns=("name", "verdict", "message", "hint", "seconds"),
        hidden=("raise_on_failure",),
        metavars={"config": "KEY=VALUE"},
    )
    def test(
        self, name: str, *, config: Mapping[str, Any] | None = None, raise_on_failure: bool = True
    ) -> TrialVerdict:
        """Try whether the settings of a target work.

        They are held against its schema, and it is made to write where they point. What that leaves behind is removed.

        Args:
            name: Name of the target.
            config: Settings above those that are stored.
            raise_on_failure: Whether settings that do not work are an error.

        Returns:
            The `TrialVerdict`: ok or failed, with the reason in one line.

        Raises:
            RunFailedError: They do not work.
            NotFoundError: There is no target of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            print((client.targets.test("target-duckdb", config={"path": "warehouse.duckdb"})).message)
            ```

        Command example:
            $ flext data targets test target-duckdb --config path=warehouse.duckdb

        See also:
            flext data targets config
        """
        body = {"config": dict(config) if config else None, "base_path": here(self)}
        found = self._call(ops.TARGETS_TEST, path={"name": name}, body=body)
        return judged(found, raise_on_failure=raise_on_failure)
