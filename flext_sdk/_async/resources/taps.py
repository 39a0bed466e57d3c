"""Taps: settings, and whether they work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.configuring import change_settings, here, judged
from flext_sdk._async.resources._taps import AsyncTapsBase
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import many

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.models.taps import Discovery, PluginSettings, TrialVerdict

__all__ = ["AsyncTaps"]


class AsyncTaps(AsyncTapsBase):
    """Set up and try taps."""

    @command(
        "data taps config",
        operation="taps.config",
        positional=("name",),
        columns=("name", "valid:VALID:bool", "settings", "problems"),
        mutating=True,
        hidden=("on_ask",),
        metavars={"set": "KEY=VALUE", "unset": "KEY"},
        files=("file",),
    )
    async def config(
        self,
        name: str,
        *,
        set: Mapping[str, Any] | None = None,
        unset: Sequence[str] | None = None,
        file: str | Path | None = None,
        ask: bool = False,
        on_ask: Callable[[Mapping[str, Any]], str | None] | None = None,
    ) -> PluginSettings:
        """Show the settings of a tap, or store some.

        Pipelines use what is stored here wherever their steps say nothing else. Secrets are encrypted and never shown.
        With nothing to store, a person at a terminal is asked for what is needed and has no value yet.

        Args:
            name: Name of the tap.
            set: Settings to store.
            unset: Settings to forget.
            file: A YAML or JSON file with settings, - for standard input.
            ask: Ask for every setting.
            on_ask: Asked for a setting, as a mapping; gives its value as text, or None to leave it as it is.

        Returns:
            The `PluginSettings`: each with its value and where it comes from.

        Raises:
            NotFoundError: There is no tap of that name.
            ValidationFailedError: A setting does not fit; nothing was stored.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            settings = await client.taps.config("tap-csv", set={"path": "orders.csv"})
            print(settings.valid)
            ```

        Command example:
            $ flext data taps config tap-csv --set path=orders.csv
            $ flext data taps config tap-csv -o json

        See also:
            flext data taps test
            flext data taps info
        """
        return await change_settings(
            self,
            ops.TAPS_SETTINGS,
            ops.TAPS_CONFIG,
            name,
            values=set,
            unset=unset,
            file=file,
            ask=ask,
            on_ask=on_ask,
        )

    @command(
        "data taps test",
        operation="taps.test",
        positional=("name",),
        columns=("name", "verdict", "message", "hint", "streams", "seconds"),
        hidden=("raise_on_failure",),
        metavars={"config": "KEY=VALUE"},
    )
    async def test(
        self, name: str, *, config: Mapping[str, Any] | None = None, raise_on_failure: bool = True
    ) -> TrialVerdict:
        """Try whether the settings of a tap work.

        They are held against its schema, its catalog is asked for, and one record of each stream is read.

        Args:
            name: Name of the tap.
            config: Settings above those that are stored.
            raise_on_failure: Whether settings that do not work are an error.

        Returns:
            The `TrialVerdict`: ok, ok_no_records or failed, with the reason in one line.

        Raises:
            RunFailedError: They do not work.
            NotFoundError: There is no tap of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            print((await client.taps.test("tap-csv", config={"path": "orders.csv"})).message)
            ```

        Command example:
            $ flext data taps test tap-csv --config path=orders.csv

        See also:
            flext data taps config
        """
        body = {"config": dict(config) if config else None, "base_path": here(self)}
        found = await self._call(ops.TAPS_TEST, path={"name": name}, body=body)
        return judged(found, raise_on_failure=raise_on_failure)

    @command(
        "data taps discover",
        operation="taps.discover",
        positional=("name",),
        columns=("streams",),
        metavars={"config": "KEY=VALUE"},
    )
    async def discover(self, name: str, *, config: Mapping[str, Any] | None = None) -> Discovery:
        """Show the streams that a tap finds with its settings.

        Args:
            name: Name of the tap.
            config: Settings above those that are stored.

        Returns:
            The `Discovery`: streams with their keys, replication and fields, and the catalog as the tap wrote it.

        Raises:
            NotFoundError: There is no tap of that name.
            ValidationFailedError: The settings do not fit, or the tap cannot discover anything with them.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for stream in (await client.taps.discover("tap-csv", config={"path": "orders.csv"})).streams:
                print(stream.stream, stream.keys)
            ```

        Command example:
            $ flext data taps discover tap-csv --config path=orders.csv --query streams

        See also:
            flext data taps test
        """
        body = {"config": dict(config) if config else None, "base_path": here(self)}
        return await self._call(ops.TAPS_DISCOVER, path={"name": name}, body=body)

    @command(
        "data taps select",
        operation="taps.select",
        positional=("name", "patterns"),
        columns=("patterns", "unused", "streams"),
        mutating=True,
        metavars={"patterns": "PATTERN...", "config": "KEY=VALUE"},
    )
    async def select(
        self,
        name: str,
        patterns: Sequence[str] | None = None,
        *,
        clear: bool = False,
        config: Mapping[str, Any] | None = None,
    ) -> Discovery:
        """Choose the streams and fields that pipelines read with a tap where their steps do not.

        Without patterns it shows what is chosen. What is not there any more when a pipeline runs is told in its log.

        Args:
            name: Name of the tap.
            patterns: Streams and fields: orders or orders.* for a stream, orders.id for a field, !orders.note for all
                but this.
            clear: Forget what was chosen: everything is read again.
            config: Settings above those that are stored, for discovering what there is.

        Returns:
            The `Discovery`: the streams with whether they are chosen, and patterns that match nothing.

        Raises:
            NotFoundError: There is no tap of that name.
            ValidationFailedError: A pattern is none, or they choose nothing; nothing was stored.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.taps.select("tap-csv", ["orders.*", "!orders.note"], config={"path": "orders.csv"})
            ```

        Command example:
            $ flext data taps select tap-csv 'orders.*' --config path=orders.csv
            $ flext data taps select tap-csv --clear --config path=orders.csv

        See also:
            flext data taps discover
        """
        body = {"config": dict(config) if config else None, "base_path": here(self)}
        if not patterns and not clear:
            return await self._call(ops.TAPS_DISCOVER, path={"name": name}, body=body)
        return await self._call(ops.TAPS_SELECT, path={"name": name}, body={**body, "patterns": many(patterns) or []})
