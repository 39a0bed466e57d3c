# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The commands of dbt that come up less often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk._core.annotations import command
from flext_sdk._sync.dbt_runs import RUN_COLUMNS, DbtRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from flext_sdk.models.runs import Run

__all__ = ["DbtCommands"]


class DbtCommands(DbtRuns):
    """Run the other commands of dbt."""

    @command(
        "data dbt compile",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def compile(
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
        """Compile the models of a dbt project without running them.

        The queries are written to target/compiled in the project.

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
            run = client.dbt.compile("shop", select=["orders_by_day"])
            print(run.status)
            ```

        Command example:
            $ flext data dbt compile shop

        See also:
            flext data dbt models
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
            "compile",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )

    @command(
        "data dbt seed",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def seed(
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
        """Load the CSV files of a dbt project into the database.

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
            run = client.dbt.seed("shop", full_refresh=True)
            print(run.status)
            ```

        Command example:
            $ flext data dbt seed shop

        See also:
            flext data dbt build
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
            "seed",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )

    @command(
        "data dbt snapshot",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def snapshot(
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
        """Take the snapshots of a dbt project.

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
            run = client.dbt.snapshot("shop")
            print(run.status)
            ```

        Command example:
            $ flext data dbt snapshot shop

        See also:
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
            "snapshot",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )

    @command(
        "data dbt deps",
        operation="dbt.run",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"project": "PROJECT", "vars": "NAME=VALUE", "env": "NAME=VALUE", "profiles": "PATH"},
    )
    def deps(
        self,
        project: str | Path,
        *,
        vars: Mapping[str, Any] | None = None,
        env: Mapping[str, Any] | None = None,
        target: str | None = None,
        profile: str | None = None,
        profiles: str | Path | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Install the packages that a dbt project asks for.

        They are downloaded into dbt_packages in the project.

        Args:
            project: Name of a registered project, or its folder.
            vars: Variables of the project; no secrets, dbt writes them down.
            env: Environment variables for `env_var()`; `${secret:NAME}` is filled in when it runs.
            target: Another output than the profile's default.
            profile: Another profile than the project's.
            profiles: A profiles.yml, or its folder; the project's own when left out.
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
            run = client.dbt.deps("shop")
            print(run.status)
            ```

        Command example:
            $ flext data dbt deps shop

        See also:
            flext data dbt run
        """
        options = {"vars": vars, "env": env, "target": target, "profile": profile, "profiles": profiles}
        return self._start(
            "deps",
            project,
            options,
            wait=wait,
            timeout=timeout,
            on_progress=on_progress,
            raise_on_failure=raise_on_failure,
        )
