# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The commands of dbt, each a run: started, waited for, with the result of each model and test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_wait
from flext_sdk._core.request import plain_data
from flext_sdk._sync.resources._dbt import DbtBase
from flext_sdk._sync.waiters import wait_for_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.models.runs import Run

__all__ = ["RUN_COLUMNS", "DbtRuns"]

RUN_COLUMNS = (
    "execution_id:RUN",
    "pipeline:PROJECT",
    "status",
    "steps.0.done:DONE",
    "duration:DURATION:duration",
    "error:ERROR",
    "steps.0.nodes:RESULTS",
)


class DbtRuns(DbtBase):
    """Run the commands of dbt."""

    def _start(
        self,
        command: str,
        project: str | Path,
        options: Mapping[str, Any],
        *,
        wait: bool,
        timeout: float | None,
        on_progress: Callable[[Run], object] | None,
        raise_on_failure: bool,
    ) -> Run:
        check_wait(timeout)
        profiles = options.get("profiles")
        body = {
            **{name: value for name, value in options.items() if value not in (None, False)},
            "project": str(project),
            "base_path": str(Path.cwd()),
            "command": command,
            "profiles": str(profiles) if profiles is not None else None,
        }
        run = self._run(body={name: value for name, value in body.items() if value is not None})
        if not wait:
            return run
        return wait_for_run(self, run, seconds=timeout, on_progress=on_progress, raise_on_failure=raise_on_failure)

    def _named(self, project: str | Path) -> str:
        """The name under which the runs of a project are found."""
        found = plain_data(self._show(project=str(project), base_path=str(Path.cwd())))
        return str(found["pipeline"])

    @command(
        "data dbt run",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def run(
        self,
        project: str | Path,
        *,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        full_refresh: bool = False,
        vars: Mapping[str, Any] | None = None,
        env: Mapping[str, Any] | None = None,
        target: str | None = None,
        profile: str | None = None,
        profiles: str | Path | None = None,
        threads: int | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Build the models of a dbt project.

        Views and tables are made in the database that the profile names. A model that fails is told with its line and
        its compiled file.

        Args:
            project: Name of a registered project, or its folder.
            select: What to work on, as dbt selects: `staging+`, `tag:daily`.
            exclude: What to leave out.
            full_refresh: Build incremental models and seeds anew.
            vars: Variables of the project; no secrets, dbt writes them down.
            env: Environment variables for `env_var()`; `${secret:NAME}` is filled in when it runs.
            target: Another output than the profile's default.
            profile: Another profile than the project's.
            profiles: A profiles.yml, or its folder; the project's own when left out.
            threads: How many models at once.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`, as it ended or, when it was not waited for, as it began.

        Raises:
            NotFoundError: There is no such project.
            ConflictError: Another command is going on in the project.
            RunFailedError: The run was waited for and did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.dbt.run("shop", select=["staging+"])
            print(run.status)
            ```

        Command example:
            $ flext data dbt run shop
            $ flext data dbt run shop --select staging+ --full-refresh

        See also:
            flext data dbt build
            flext data dbt test
        """
        options = {
            "select": select,
            "exclude": exclude,
            "full_refresh": full_refresh,
            "vars": vars,
            "env": env,
            "target": target,
            "profile": profile,
            "profiles": profiles,
            "threads": threads,
        }
        return self._start(
            "run",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )

    @command(
        "data dbt test",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def test(
        self,
        project: str | Path,
        *,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        vars: Mapping[str, Any] | None = None,
        env: Mapping[str, Any] | None = None,
        target: str | None = None,
        profile: str | None = None,
        profiles: str | Path | None = None,
        threads: int | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Run the tests of a dbt project.

        One test that fails makes the run fail: which test, how many rows it found, and where its compiled query is.

        Args:
            project: Name of a registered project, or its folder.
            select: What to work on, as dbt selects: `staging+`, `tag:daily`.
            exclude: What to leave out.
            vars: Variables of the project; no secrets, dbt writes them down.
            env: Environment variables for `env_var()`; `${secret:NAME}` is filled in when it runs.
            target: Another output than the profile's default.
            profile: Another profile than the project's.
            profiles: A profiles.yml, or its folder; the project's own when left out.
            threads: How many models at once.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`, as it ended or, when it was not waited for, as it began.

        Raises:
            NotFoundError: There is no such project.
            ConflictError: Another command is going on in the project.
            RunFailedError: The run was waited for and did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.dbt.test("shop")
            print(run.status)
            ```

        Command example:
            $ flext data dbt test shop
            $ flext data dbt test ./transform --select orders

        See also:
            flext data dbt run
            flext data dbt build
        """
        options = {
            "select": select,
            "exclude": exclude,
            "vars": vars,
            "env": env,
            "target": target,
            "profile": profile,
            "profiles": profiles,
            "threads": threads,
        }
        return self._start(
            "test",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )

    @command(
        "data dbt build",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def build(
        self,
        project: str | Path,
        *,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        full_refresh: bool = False,
        vars: Mapping[str, Any] | None = None,
        env: Mapping[str, Any] | None = None,
        target: str | None = None,
        profile: str | None = None,
        profiles: str | Path | None = None,
        threads: int | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Load seeds, build models, take snapshots and run tests, in the order of the graph.

        What stands on a model that failed, or on one whose test failed, is skipped.

        Args:
            project: Name of a registered project, or its folder.
            select: What to work on, as dbt selects: `staging+`, `tag:daily`.
            exclude: What to leave out.
            full_refresh: Build incremental models and seeds anew.
            vars: Variables of the project; no secrets, dbt writes them down.
            env: Environment variables for `env_var()`; `${secret:NAME}` is filled in when it runs.
            target: Another output than the profile's default.
            profile: Another profile than the project's.
            profiles: A profiles.yml, or its folder; the project's own when left out.
            threads: How many models at once.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`, as it ended or, when it was not waited for, as it began.

        Raises:
            NotFoundError: There is no such project.
            ConflictError: Another command is going on in the project.
            RunFailedError: The run was waited for and did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.dbt.build("shop")
            print(run.status)
            ```

        Command example:
            $ flext data dbt build shop
            $ flext data dbt build shop --select +orders_by_day

        See also:
            flext data dbt run
            flext data dbt lineage
        """
        options = {
            "select": select,
            "exclude": exclude,
            "full_refresh": full_refresh,
            "vars": vars,
            "env": env,
            "target": target,
            "profile": profile,
            "profiles": profiles,
            "threads": threads,
        }
        return self._start(
            "build",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )
