# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""dbt: projects, what they consist of, their documentation, and the runs of their commands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import many
from flext_sdk._core.runs import field
from flext_sdk._site import Site
from flext_sdk._sync.dbt_commands import DbtCommands
from flext_sdk._sync.dbt_runs import RUN_COLUMNS
from flext_sdk.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from typing import Any

    from flext_sdk._core.operations import Operation
    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.dbt import DbtLineage, DbtModel, DbtProject
    from flext_sdk.models.runs import LogEntry, Run

__all__ = ["Dbt"]

_PROJECT_COLUMNS = ("name", "folder", "adapter", "profile", "target", "manifest", "last_run_status:LAST RUN", "problem")
_MODEL_COLUMNS = ("name", "type", "materialized", "relation", "tests", "tags", "file")
_METAVARS = {"project": "PROJECT", "profiles": "PATH", "folder": "FOLDER", "run": "RUN", "since": "TIME"}


class Dbt(DbtCommands):
    """Transform what was loaded, with dbt."""

    @command(
        "data dbt init",
        operation="dbt.init",
        positional=("name",),
        columns=("name", "folder", "adapter", "files"),
        mutating=True,
        metavars={**_METAVARS, "name": "NAME", "database": "FILE", "pipeline": "PIPELINE"},
    )
    def init(
        self,
        name: str,
        *,
        folder: str | Path | None = None,
        database: str | Path | None = None,
        pipeline: str | None = None,
    ) -> DbtProject:
        """Make a new dbt project that runs at once.

        With a DuckDB file, or a pipeline that loads into one, it gets a staging model for each table, tests on their
        keys and a mart; without, a seed to begin with. The project is registered under its name.

        Args:
            name: What it is called: letters, digits and _.
            folder: Where; a folder of its name when left out.
            database: A DuckDB file whose tables it works on.
            pipeline: A pipeline that loads into a DuckDB file; the project works on its tables.

        Returns:
            The `DbtProject`, with the files that were written.

        Raises:
            ConflictError: The folder is in use, or the name means another project.
            NotFoundError: There is no such database or pipeline.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            project = client.dbt.init("shop", database="warehouse.duckdb")
            client.dbt.build("shop")
            ```

        Command example:
            $ flext data dbt init shop
            $ flext data dbt init shop --pipeline orders

        See also:
            flext data dbt build
        """
        given = {"folder": folder, "database": database, "pipeline": pipeline}
        body = {key: str(value) for key, value in given.items() if value is not None}
        return self._init(body={"name": name, "base_path": str(Path.cwd()), **body})

    @command(
        "data dbt register",
        operation="dbt.register",
        positional=("folder",),
        columns=_PROJECT_COLUMNS,
        mutating=True,
        metavars={**_METAVARS, "name": "NAME"},
    )
    def register(
        self, folder: str | Path, *, name: str | None = None, profiles: str | Path | None = None
    ) -> DbtProject:
        """Give a dbt project a name.

        Commands take the name from then on, wherever they are given. Nothing in the project is changed.

        Args:
            folder: Where it is.
            name: What to call it; its own name when left out.
            profiles: A profiles.yml, or its folder, that all its commands take.

        Returns:
            The `DbtProject`.

        Raises:
            NotFoundError: There is no such folder.
            ConflictError: The name means another project.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.dbt.register("transform", name="shop")
            ```

        Command example:
            $ flext data dbt register ./transform --name shop

        See also:
            flext data dbt projects
            flext data dbt forget
        """
        given = {"name": name, "profiles": profiles}
        body = {key: str(value) for key, value in given.items() if value is not None}
        return self._register(body={"folder": str(folder), "base_path": str(Path.cwd()), **body})

    @command(
        "data dbt show", operation="dbt.show", positional=("project",), columns=_PROJECT_COLUMNS, metavars=_METAVARS
    )
    def show(self, project: str | Path = ".") -> DbtProject:
        """Show a dbt project.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.

        Returns:
            The `DbtProject`.

        Raises:
            NotFoundError: There is no such project.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            project = client.dbt.show("shop")
            print(project.adapter, project.problem)
            ```

        Command example:
            $ flext data dbt show shop

        See also:
            flext data dbt projects
        """
        return self._show(project=str(project), base_path=str(Path.cwd()))

    @command(
        "data dbt models",
        operation="dbt.models",
        positional=("project",),
        columns=_MODEL_COLUMNS,
        wait=True,
        hidden=("on_progress",),
        metavars={**_METAVARS, "types": "TYPE"},
    )
    def models(
        self,
        project: str | Path = ".",
        *,
        types: Sequence[Literal["model", "seed", "snapshot", "source", "test", "exposure", "function"]] | None = None,
        stale: bool = False,
        on_progress: Callable[[Run], object] | None = None,
    ) -> Sequence[DbtModel]:
        """List what a dbt project consists of.

        It is read from the manifest that dbt made last; where a file of the project is newer, dbt makes another first.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            types: Only these types; all but tests when left out.
            stale: Take the manifest as it is, though files are newer.
            on_progress: Called with the run, where dbt is started.

        Returns:
            Each `DbtModel`.

        Raises:
            NotFoundError: There is no such project.
            RunFailedError: dbt cannot read the project.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for model in client.dbt.models("shop"):
                print(model.name, model.materialized)
            ```

        Command example:
            $ flext data dbt models shop
            $ flext data dbt models shop --types source,test -o json

        See also:
            flext data dbt lineage
        """
        base = str(Path.cwd())
        query = {"project": str(project), "base_path": base, "stale": stale, "types": many(types)}
        found = self._parsed(ops.DBT_MODELS, query, on_progress)
        models: Sequence[DbtModel] = field(found, "models")
        return models

    @command(
        "data dbt lineage",
        operation="dbt.lineage",
        positional=("project",),
        columns=("drawing:LINEAGE",),
        wait=True,
        hidden=("on_progress",),
        metavars={**_METAVARS, "model": "MODEL"},
    )
    def lineage(
        self,
        project: str | Path = ".",
        *,
        model: str | None = None,
        stale: bool = False,
        on_progress: Callable[[Run], object] | None = None,
    ) -> DbtLineage:
        """Draw what in a dbt project stands upon what.

        It is read from the manifest that dbt made last; where a file of the project is newer, dbt makes another first.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            model: Only what this model stands on, and what stands upon it.
            stale: Take the manifest as it is, though files are newer.
            on_progress: Called with the run, where dbt is started.

        Returns:
            The `DbtLineage`: nodes, edges, and the drawing.

        Raises:
            NotFoundError: There is no such project or model.
            RunFailedError: dbt cannot read the project.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            graph = client.dbt.lineage("shop")
            print(graph.edges)
            ```

        Command example:
            $ flext data dbt lineage shop
            $ flext data dbt lineage shop --model orders_by_day -o json

        See also:
            flext data dbt models
        """
        base = str(Path.cwd())
        query = {"project": str(project), "base_path": base, "stale": stale, "model": model}
        return self._parsed(ops.DBT_LINEAGE, query, on_progress)

    def _parsed[T](self, op: Operation[T], query: Mapping[str, Any], on_progress: Callable[[Run], object] | None) -> T:
        """An answer from the manifest, which dbt makes anew where it is old."""
        try:
            return self._call(op, query=query)
        except ConflictError as error:
            if error.code != "MANIFEST_STALE":
                raise
        self._start(
            "parse", query["project"], {}, wait=True, timeout=None, on_progress=on_progress, raise_on_failure=True
        )
        return self._call(op, query=query)

    @command(
        "data dbt docs",
        operation="dbt.docs",
        positional=("project",),
        columns=RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "on_message"),
        metavars={**_METAVARS, "vars": "NAME=VALUE", "env": "NAME=VALUE", "port": "PORT"},
    )
    def docs(
        self,
        project: str | Path = ".",
        *,
        serve: bool = False,
        port: int = 0,
        select: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        vars: Mapping[str, Any] | None = None,
        env: Mapping[str, Any] | None = None,
        target: str | None = None,
        profiles: str | Path | None = None,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        on_message: Callable[[str], object] | None = None,
    ) -> Run:
        """Build the documentation of a dbt project, and show it in a browser.

        The site is written to target in the project, also as one page, static_index.html. With serve that page is
        served on 127.0.0.1 until Ctrl-C.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            serve: Serve it on this machine until Ctrl-C.
            port: Port to serve it on; a free one when left out.
            select: Only these models.
            exclude: What to leave out.
            vars: Variables of the project; no secrets, dbt writes them down.
            env: Environment variables for `env_var()`; `${secret:NAME}` is filled in when it runs.
            target: Another output than the profile's default.
            profiles: A profiles.yml, or its folder; the project's own when left out.
            timeout: Seconds to wait for the site at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            on_message: Called with the address, once it is served.

        Returns:
            The `Run` that built it.

        Raises:
            NotFoundError: There is no such project.
            RunFailedError: It cannot be built.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.dbt.docs("shop")
            ```

        Command example:
            $ flext data dbt docs shop
            $ flext data dbt docs shop --serve

        See also:
            flext data dbt lineage
        """
        given = {"select": select, "exclude": exclude, "vars": vars, "env": env, "target": target, "profiles": profiles}
        # A port that is taken is told before the work, not after it.
        site = Site(port) if serve else None
        try:
            run = self._start(
                "docs", project, given, wait=True, timeout=timeout, on_progress=on_progress, raise_on_failure=True
            )
            if site is not None:
                site.page = self._docs(project=str(project), base_path=str(Path.cwd()))
                with site, suppress(KeyboardInterrupt):
                    if on_message is not None:
                        on_message(f"the documentation is at {site.url}; Ctrl-C ends it")
                    while True:
                        self._client._transport.sleep(0.5)
        finally:
            if site is not None:
                site.close()
        return run

    @command(
        "data dbt runs",
        operation="pipelines.runs",
        positional=("project",),
        columns=(
            "execution_id:RUN",
            "status",
            "steps.0.name:COMMAND",
            "started_at:STARTED:ago",
            "duration:DURATION:duration",
            "error:ERROR",
        ),
        metavars=_METAVARS,
    )
    def runs(self, project: str | Path = ".", *, limit: int = 50) -> Page[Run]:
        """List the runs of a dbt project, newest first.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            limit: Items fetched with one request, 1 to 100.

        Returns:
            A page of `Run`; iterating over it goes on through all pages.

        Raises:
            NotFoundError: There is no such project.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for run in client.dbt.runs("shop"):
                print(run.status, run.error)
            ```

        Command example:
            $ flext data dbt runs shop

        See also:
            flext data dbt logs
        """
        return self._client.pipelines.runs(self._named(project), limit=limit)

    @command(
        "data dbt logs",
        operation="pipelines.logs",
        positional=("project",),
        columns=("timestamp:TIME", "level", "source", "message"),
        stream=True,
        aliases={"follow": "-f"},
        metavars=_METAVARS,
    )
    def logs(
        self,
        project: str | Path = ".",
        *,
        run: str | None = None,
        tail: int = 100,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        since: str | None = None,
        follow: bool = False,
    ) -> Generator[LogEntry]:
        """Show what dbt said in a run.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            run: Id of the run; the newest one when left out.
            tail: How many of the last lines, at most 10000.
            level: Only lines of this level or above.
            since: Only lines from this moment on: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d.
            follow: Go on with new lines until the run has ended.

        Yields:
            Each `LogEntry`, oldest first.

        Raises:
            NotFoundError: There is no such project or run.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for line in client.dbt.logs("shop", follow=True):
                print(line.message)
            ```

        Command example:
            $ flext data dbt logs shop --follow

        See also:
            flext data dbt runs
        """
        name = self._named(project)
        for line in self._client.pipelines.logs(name, run=run, tail=tail, level=level, since=since, follow=follow):
            yield line

    @command(
        "data dbt stop",
        operation="pipelines.stop",
        positional=("project",),
        columns=("execution_id:RUN", "pipeline:PROJECT", "status", "duration:DURATION:duration"),
        wait=True,
        mutating=True,
        hidden=("on_progress",),
        metavars=_METAVARS,
    )
    def stop(
        self,
        project: str | Path = ".",
        *,
        run: str | None = None,
        force: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
    ) -> Sequence[Run]:
        """Stop what dbt does in a project.

        Args:
            project: Name of a registered project, or its folder; the present folder when left out.
            run: Only the run of this id.
            force: End dbt at once instead of asking it first.
            wait: Wait until it has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.

        Returns:
            Each `Run` that is being stopped or, when it was waited for, has ended.

        Raises:
            NotFoundError: There is no such project.
            ConflictError: Nothing is running.
            WaitTimeoutError: It had not ended in time.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.dbt.stop("shop", wait=True)
            ```

        Command example:
            $ flext data dbt stop shop --wait

        See also:
            flext data dbt runs
        """
        name = self._named(project)
        return self._client.pipelines.stop(
            name, run=run, force=force, wait=wait, timeout=timeout, on_progress=on_progress
        )
