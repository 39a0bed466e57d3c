# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Make, configure and run Meltano projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.meltano import MeltanoPlugin, MeltanoProject, MeltanoSchedule, MeltanoSettings, MeltanoState
    from flext_sdk.models.runs import Run, RunList


class MeltanoBase(Resource):
    """Make, configure and run Meltano projects."""

    @command(
        "meltano init",
        operation="meltano.init",
        positional=("project",),
        columns=("project", "name", "meltano_version:MELTANO"),
        mutating=True,
    )
    def init(self, project: str) -> MeltanoProject:
        """Make a new Meltano project.

        A folder with a meltano.yml, as Meltano itself makes it, with usage statistics off. Meltano is installed at the
        first use, in an environment of its own.

        Args:
            project: Folder of the project; it must be empty or not be there yet.

        Returns:
            The `MeltanoProject`.

        Raises:
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            project = client.meltano.init("shop")
            ```

        Command example:
            $ flext meltano init shop

        See also:
            flext meltano add
            flext meltano list
        """
        return self._call(ops.MELTANO_INIT, body={"project": project})

    @command(
        "meltano list",
        operation="meltano.list",
        columns=("type", "name", "variant", "installed:INSTALLED:bool", "pip_url:PACKAGE", "note"),
    )
    def list(self, *, project: str | None = None, available: bool = False) -> Page[MeltanoPlugin]:
        """List the plugins of a Meltano project.

        Args:
            project: Folder of the project; where the command is given, the folder that it is given in or one above.
            available: Show what can be added instead; no project is needed for that.

        Returns:
            A page of `MeltanoPlugin`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for plugin in client.meltano.list(project="shop"):
                print(plugin.type, plugin.name)
            ```

        Command example:
            $ flext meltano list
            $ flext meltano list --available

        See also:
            flext meltano add
            flext meltano config
        """
        return self._page(ops.MELTANO_LIST, query={"project": project, "available": available})

    def _add(self, *, body: Any) -> MeltanoPlugin:
        """POST /api/v1/meltano/plugins: add a plugin to a Meltano project."""
        return self._call(ops.MELTANO_ADD, body=body)

    def _install(self, *, body: Any) -> Run:
        """POST /api/v1/meltano/install: install the plugins of a Meltano project."""
        return self._call(ops.MELTANO_INSTALL, body=body)

    @command(
        "meltano runs",
        operation="meltano.runs",
        columns=(
            "execution_id:RUN",
            "pipeline",
            "status",
            "records:ROWS",
            "started_at:STARTED:ago",
            "duration:DURATION:duration",
            "trigger",
            "error:ERROR",
        ),
    )
    def runs(self, *, project: str | None = None, limit: int = 50, offset: int = 0) -> Page[Run]:
        """List the runs of a Meltano project, newest first.

        Args:
            project: Folder of the project; where the command is given, the folder that it is given in or one above.
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.

        Returns:
            A page of `Run`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for run in client.meltano.runs(project="shop"):
                print(run.status, run.records)
            ```

        Command example:
            $ flext meltano runs

        See also:
            flext meltano logs
            flext pipeline run-info
        """
        return self._page(ops.MELTANO_RUNS, query={"project": project, "limit": limit, "offset": offset})

    def _run(self, *, body: Any) -> Run:
        """POST /api/v1/meltano/runs: run taps, targets and jobs of a Meltano project."""
        return self._call(ops.MELTANO_RUN, body=body)

    def _stop(self, *, body: Any) -> RunList:
        """POST /api/v1/meltano/stop: stop the runs of a Meltano project."""
        return self._call(ops.MELTANO_STOP, body=body)

    def _invoke(self, *, body: Any) -> Run:
        """POST /api/v1/meltano/invoke: call a plugin of a Meltano project with arguments of its own."""
        return self._call(ops.MELTANO_INVOKE, body=body)

    def _test(self, *, body: Any) -> Run:
        """POST /api/v1/meltano/test: run the tests that the plugins of a Meltano project define, or try a plugin's settings."""
        return self._call(ops.MELTANO_TEST, body=body)

    def _upgrade(self, *, body: Any) -> Run:
        """POST /api/v1/meltano/upgrade: upgrade Meltano's environment, and a project with it."""
        return self._call(ops.MELTANO_UPGRADE, body=body)

    def _config(self, component: str, *, body: Any) -> MeltanoSettings:
        """POST /api/v1/meltano/config/{component}: show or change the settings of a plugin or of a Meltano project."""
        return self._call(ops.MELTANO_CONFIG, path={"component": component}, body=body)

    @command(
        "meltano schedules",
        operation="meltano.schedules",
        columns=("name", "interval", "runs:DOES", "enabled:ENABLED:bool", "timezone", "next_runs:NEXT"),
    )
    def schedules(self, *, project: str | None = None) -> Page[MeltanoSchedule]:
        """List the schedules of a Meltano project.

        Args:
            project: Folder of the project; where the command is given, the folder that it is given in or one above.

        Returns:
            A page of `MeltanoSchedule`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for schedule in client.meltano.schedules(project="shop"):
                print(schedule.name, schedule.next_runs)
            ```

        Command example:
            $ flext meltano schedules

        See also:
            flext meltano schedule
        """
        return self._page(ops.MELTANO_SCHEDULES, query={"project": project})

    @command(
        "meltano schedule",
        operation="meltano.schedule",
        positional=("name",),
        columns=(
            "name",
            "interval",
            "runs:DOES",
            "enabled:ENABLED:bool",
            "timezone",
            "catchup",
            "next_runs:NEXT",
            "last.scheduled_for:LAST:ago",
            "last.status:STATUS",
            "last.execution_id:RUN",
            "last.reason:REASON",
        ),
        mutating=True,
    )
    def schedule(
        self,
        name: str,
        *,
        project: str | None = None,
        interval: str | None = None,
        extractor: str | None = None,
        loader: str | None = None,
        job: str | None = None,
        timezone: str | None = None,
        enabled: bool | None = None,
        catchup: Literal["skip", "latest", "all"] | None = None,
        remove: bool = False,
    ) -> MeltanoSchedule:
        """Show, make or change a schedule of a Meltano project.

        Without options it shows the schedule. A schedule is kept in meltano.yml, as Meltano itself keeps it, and this
        platform starts its runs while it is up. A schedule that was in meltano.yml before is executed only when it is
        switched on with --enabled. Time zone and catch-up are kept by the platform, for Meltano knows neither.

        Args:
            name: Name of the schedule.
            project: Folder of the project; the current folder
            interval: Five fields as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly.
            extractor: The tap of a new schedule.
            loader: The target of a new schedule.
            job: The job of a new schedule.
            timezone: Time zone of the fields, such as Europe/Berlin.
            enabled: Whether this platform executes it.
            catchup: What to do about times that were missed: skip them, run for the latest, or for all (at most
                24).
            remove: Take the schedule out of meltano.yml.

        Returns:
            The `MeltanoSchedule`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.meltano.schedule("daily", extractor="tap-csv", loader="target-jsonl", interval="@daily", project="shop")
            ```

        Command example:
            $ flext meltano schedule daily --extractor tap-csv --loader target-jsonl --interval @daily
            $ flext meltano schedule daily --no-enabled

        See also:
            flext meltano schedules
            flext meltano run
        """
        return self._call(
            ops.MELTANO_SCHEDULE,
            path={"name": name},
            body={
                "project": project,
                "interval": interval,
                "extractor": extractor,
                "loader": loader,
                "job": job,
                "timezone": timezone,
                "enabled": enabled,
                "catchup": catchup,
                "remove": remove,
            },
        )

    @command("meltano state list", operation="meltano.state_list", columns=("state_id:ID", "state"))
    def state_list(self, *, project: str | None = None, pattern: str | None = None) -> Page[MeltanoState]:
        """List the states that a Meltano project keeps.

        Args:
            project: Folder of the project; where the command is given, the folder that it is given in or one above.
            pattern: Only states whose id fits: dev:*.

        Returns:
            A page of `MeltanoState`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for state in client.meltano.state_list(project="shop"):
                print(state.state_id)
            ```

        Command example:
            $ flext meltano state list

        See also:
            flext meltano state show
        """
        return self._page(ops.MELTANO_STATE_LIST, query={"project": project, "pattern": pattern})

    @command(
        "meltano state show", operation="meltano.state_show", positional=("state_id",), columns=("state_id:ID", "state")
    )
    def state_show(self, state_id: str, *, project: str | None = None) -> MeltanoState:
        """Show a state of a Meltano project.

        Args:
            state_id: Id of the state: dev:tap-csv-to-target-jsonl.
            project: Folder of the project; where the command is given, the folder that it is given in or one above.

        Returns:
            The `MeltanoState`.

        Raises:
            NotFoundError: There is nothing of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            state = client.meltano.state_show("dev:tap-csv-to-target-jsonl", project="shop")
            ```

        Command example:
            $ flext meltano state show dev:tap-csv-to-target-jsonl -o json

        See also:
            flext meltano state set
            flext meltano state clear
        """
        return self._call(ops.MELTANO_STATE_SHOW, path={"state_id": state_id}, query={"project": project})

    @command(
        "meltano state set",
        operation="meltano.state_set",
        positional=("state_id", "state"),
        columns=("state_id:ID", "state"),
        mutating=True,
    )
    def state_set(self, state_id: str, state: Mapping[str, Any], *, project: str | None = None) -> MeltanoState:
        """Set a state of a Meltano project by hand.

        Args:
            state_id: Id of the state: dev:tap-csv-to-target-jsonl.
            state: The state; the bookmarks are under singer_state.
            project: Folder of the project; the current folder

        Returns:
            The `MeltanoState`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.meltano.state_set("dev:tap-csv-to-target-jsonl", {"singer_state": {}}, project="shop")
            ```

        Command example:
            $ flext meltano state set dev:tap-csv-to-target-jsonl '{"singer_state": {}}'

        See also:
            flext meltano state show
        """
        return self._call(ops.MELTANO_STATE_SET, path={"state_id": state_id}, body={"project": project, "state": state})

    @command(
        "meltano state clear",
        operation="meltano.state_clear",
        positional=("state_id",),
        confirm="Forget the state {state_id}? The next run reads everything again.",
        mutating=True,
    )
    def state_clear(self, state_id: str, *, project: str | None = None) -> None:
        """Forget a state of a Meltano project, so that the next run reads everything again.

        Args:
            state_id: Id of the state: dev:tap-csv-to-target-jsonl.
            project: Folder of the project; where the command is given, the folder that it is given in or one above.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.meltano.state_clear("dev:tap-csv-to-target-jsonl", project="shop")
            ```

        Command example:
            $ flext meltano state clear dev:tap-csv-to-target-jsonl --yes

        See also:
            flext meltano state show
        """
        self._call(ops.MELTANO_STATE_CLEAR, path={"state_id": state_id}, query={"project": project})
