# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Set up and try taps and targets; transform with dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.taps import DataPlugin, Discovery, PluginSettings, TrialVerdict


class TapsBase(Resource):
    """Set up and try taps and targets; transform with dbt."""

    @command(
        "data taps list",
        operation="taps.list",
        columns=("name", "version", "status", "configured:CONFIGURED:bool", "description"),
    )
    def list(self) -> Page[DataPlugin]:
        """List the taps that pipelines can use.

        Returns:
            A page of `DataPlugin`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for tap in client.taps.list():
                print(tap.name, tap.status)
            ```

        Command example:
            $ flext data taps list

        See also:
            flext data taps info
            flext data taps config
            flext plugin search
        """
        return self._page(ops.TAPS_LIST)

    @command(
        "data taps info",
        operation="taps.info",
        positional=("name",),
        columns=("name", "version", "status", "description", "capabilities", "configured:CONFIGURED:bool", "settings"),
    )
    def info(self, name: str) -> DataPlugin:
        """Show what a tap can do and which settings it takes.

        Args:
            name: Name of the tap.

        Returns:
            The `DataPlugin`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            print(client.taps.info("tap-csv").settings)
            ```

        Command example:
            $ flext data taps info tap-csv

        See also:
            flext data taps config
            flext data taps test
        """
        return self._call(ops.TAPS_INFO, path={"name": name})

    def _settings(self, name: str) -> PluginSettings:
        """GET /api/v1/singer/taps/{name}/config: the settings of a tap, with where each value comes from; secrets are masked."""
        return self._call(ops.TAPS_SETTINGS, path={"name": name})

    def _config(self, name: str, *, body: Any) -> PluginSettings:
        """PUT /api/v1/singer/taps/{name}/config: store settings of a tap; secrets among them are encrypted."""
        return self._call(ops.TAPS_CONFIG, path={"name": name}, body=body)

    def _test(self, name: str, *, body: Any = None) -> TrialVerdict:
        """POST /api/v1/singer/test/tap/{name}: try whether the settings of a tap work."""
        return self._call(ops.TAPS_TEST, path={"name": name}, body=body)

    def _discover(self, name: str, *, body: Any = None) -> Discovery:
        """POST /api/v1/singer/taps/{name}/discover: the streams that a tap finds with its settings."""
        return self._call(ops.TAPS_DISCOVER, path={"name": name}, body=body)

    def _select(self, name: str, *, body: Any) -> Discovery:
        """PUT /api/v1/singer/taps/{name}/select: choose the streams and fields that pipelines read with a tap where their steps do not."""
        return self._call(ops.TAPS_SELECT, path={"name": name}, body=body)
