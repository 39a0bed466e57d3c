"""Meltano projects: what needs a folder, patience or a stream."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._async._documents import read_definition
from flext_sdk._async.resources._meltano import AsyncMeltanoBase
from flext_sdk._async.streams import following, stored_lines
from flext_sdk._async.waiters import wait_for_run
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_tail, check_wait, many
from flext_sdk._core.runs import field, is_finished, run_error
from flext_sdk.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from flext_sdk._async.pagination import AsyncPage
    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json
    from flext_sdk.models.meltano import MeltanoPlugin, MeltanoSettings
    from flext_sdk.models.runs import LogEntry, Run

__all__ = ["AsyncMeltano"]

_RUN_COLUMNS = ("execution_id:RUN", "pipeline", "status", "records:ROWS", "duration:DURATION:duration", "error:ERROR")
_HIDDEN = ("on_progress", "raise_on_failure")
_MARK = "meltano.yml"


class AsyncMeltano(AsyncMeltanoBase):
    """Make, configure and run Meltano projects.

    Every method takes the folder of a project; left out it is the current folder, or the nearest one above it that
    has a meltano.yml.
    """

    async def _call[T](
        self,
        op: Operation[T],
        *,
        path: Mapping[str, Json] | None = None,
        query: Mapping[str, Json] | None = None,
        body: Json = None,
    ) -> T:
        if isinstance(body, dict) and "project" in body:
            body = {**body, "project": _folder(body["project"], search=op is not ops.MELTANO_INIT)}
        return await super()._call(op, path=path or {}, query=_located(query), body=body)

    def _page[T](
        self, op: Operation[T], *, path: Mapping[str, Json] | None = None, query: Mapping[str, Json] | None = None
    ) -> AsyncPage[T]:
        asked = query or {}
        return super()._page(op, path=path or {}, query=asked if asked.get("available") else _located(asked))

    @command(
        "meltano add",
        operation="meltano.add",
        positional=("type", "name"),
        columns=("type", "name", "variant", "installed:INSTALLED:bool", "pip_url:PACKAGE", "note"),
        mutating=True,
        hidden=("on_progress",),
        metavars={"type": "TYPE", "name": "NAME", "from_ref": "FILE", "project": "FOLDER"},
    )
    async def add(
        self,
        type: str,
        name: str,
        *,
        install: bool = True,
        from_ref: str | None = None,
        project: str | None = None,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
    ) -> MeltanoPlugin:
        """Add a plugin to a Meltano project.

        The definition comes from the index that is part of this product, or from a file; no network is needed for
        that, only for installing a package. See what there is with flext meltano list --available.

        Args:
            type: What it is: extractor (or tap), loader (or target), utility, transformer, mapper, orchestrator.
            name: Name of the plugin.
            install: Install it too, and wait until that is done.
            from_ref: A YAML file with the plugin's definition, in the form of Meltano's hub.
            project: Folder of the project; the current folder, or one above it, when left out.
            timeout: Seconds that installing may take; as long as it takes when left out.
            on_progress: Called with the run that installs.

        Returns:
            The `MeltanoPlugin`.

        Raises:
            NotFoundError: There is no such project, or no plugin of that name.
            ConflictError: The project has the plugin already.
            RunFailedError: It was added but cannot be installed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            plugin = await client.meltano.add("extractor", "tap-csv", project="shop")
            print(plugin.name, plugin.variant)
            ```

        Command example:
            $ flext meltano add extractor tap-csv
            $ flext meltano add loader target-postgres --no-install

        See also:
            flext meltano list
            flext meltano config
        """
        body = {"type": type, "name": name, "from_ref": _absolute(from_ref) if from_ref else None, "project": project}
        plugin = await self._call(ops.MELTANO_ADD, body=body)
        if not install or field(plugin, "installed"):
            return plugin
        await self.install([name], project=project, timeout=timeout, on_progress=on_progress)
        return self._shaped(ops.MELTANO_ADD, {**_plain(plugin), "installed": True})

    @command(
        "meltano install",
        operation="meltano.install",
        positional=("plugins",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=_HIDDEN,
        metavars={"plugins": "PLUGIN...", "project": "FOLDER"},
    )
    async def install(
        self,
        plugins: Sequence[str] | None = None,
        *,
        clean: bool = False,
        project: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Install the plugins of a Meltano project.

        Args:
            plugins: Only these; all of them when left out.
            clean: Make their environments new.
            project: Folder of the project; the current folder, or one above it, when left out.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`.

        Raises:
            NotFoundError: There is no such project or plugin.
            RunFailedError: A plugin cannot be installed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.meltano.install(project="shop")
            ```

        Command example:
            $ flext meltano install
            $ flext meltano install target-postgres --clean

        See also:
            flext meltano add
            flext meltano list
        """
        check_wait(timeout)
        body = {"plugins": many(plugins), "clean": clean or None, "project": project}
        run = await self._call(ops.MELTANO_INSTALL, body=body)
        return await self._ended(run, wait, timeout, on_progress, raise_on_failure)

    @command(
        "meltano run",
        operation="meltano.run",
        positional=("tasks",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=_HIDDEN,
        metavars={"tasks": "TAP TARGET...", "project": "FOLDER", "environment": "NAME", "state_id_suffix": "TEXT"},
    )
    async def run(
        self,
        tasks: Sequence[str],
        *,
        environment: str | None = None,
        full_refresh: bool = False,
        state_id_suffix: str | None = None,
        force: bool = False,
        project: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Run taps, targets and jobs of a Meltano project.

        What `meltano run` does, as a run of this platform: its log is structured, it can be stopped, and it goes on
        when this program ends. See its lines with flext meltano logs --follow.

        Args:
            tasks: Plugins and jobs in their order: a tap and its target.
            environment: Meltano environment; the project's default when left out.
            full_refresh: Read everything again instead of going on from the state.
            state_id_suffix: What is added to the ids of the states.
            force: Run though Meltano says that the same is running already.
            project: Folder of the project; the current folder, or one above it, when left out.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`, as it ended or, when it was not waited for, as it began.

        Raises:
            NotFoundError: There is no such project, plugin or job.
            RunFailedError: The run was waited for and did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = await client.meltano.run(["tap-csv", "target-jsonl"], project="shop")
            print(run.records)
            ```

        Command example:
            $ flext meltano run tap-csv target-jsonl
            $ flext meltano run nightly --no-wait

        See also:
            flext meltano logs
            flext meltano stop
            flext meltano schedule
        """
        check_wait(timeout)
        body = {
            "tasks": many(tasks) or [],
            "environment": environment,
            "full_refresh": full_refresh or None,
            "state_id_suffix": state_id_suffix,
            "force": force or None,
            "project": project,
        }
        return await self._ended(
            await self._call(ops.MELTANO_RUN, body=body), wait, timeout, on_progress, raise_on_failure
        )

    @command(
        "meltano logs",
        operation="pipelines.logs",
        positional=("run",),
        columns=("timestamp:TIME", "level", "source", "message"),
        stream=True,
        aliases={"follow": "-f"},
        metavars={"run": "RUN", "project": "FOLDER"},
    )
    async def logs(
        self,
        run: str | None = None,
        *,
        tail: int = 100,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        follow: bool = False,
        project: str | None = None,
    ) -> AsyncGenerator[LogEntry]:
        """Show the log lines of a run of a Meltano project.

        Args:
            run: Id of the run; the project's newest one when left out.
            tail: How many of the last lines, at most 10000.
            level: Only lines of this level or above.
            follow: Go on with new lines until the run has ended.
            project: Folder of the project; the current folder, or one above it, when left out.

        Yields:
            Each `LogEntry`, oldest first.

        Raises:
            NotFoundError: There is no such run.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            async for line in client.meltano.logs(project="shop", follow=True):
                print(line.source, line.message)
            ```

        Command example:
            $ flext meltano logs --follow

        See also:
            flext meltano runs
            flext meltano run
        """
        check_tail(tail)
        found = await self._newest(project) if run is None else await self._run_of(run)
        name, key = str(field(found, "pipeline")), str(field(found, "execution_id"))
        if not follow or is_finished(found):
            for line in await stored_lines(self, name, key, tail=tail, level=level, since=None):
                yield line
            return
        feed = await following(self, name, key, tail=tail, level=level)
        try:
            while (lines := await feed.next()) is not None:
                for line in lines:
                    yield line
        finally:
            await feed.close()

    @command(
        "meltano stop",
        operation="meltano.stop",
        positional=(),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress",),
        metavars={"run": "RUN", "project": "FOLDER"},
    )
    async def stop(
        self,
        *,
        run: str | None = None,
        force: bool = False,
        project: str | None = None,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
    ) -> Sequence[Run]:
        """Stop the runs of a Meltano project.

        Meltano and its plugins are asked to end, and ended when they have not after the grace period.

        Args:
            run: Only the run of this id.
            force: End the processes at once instead of asking them first.
            project: Folder of the project; the current folder, or one above it, when left out.
            wait: Wait until the runs have ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with each run while waiting.

        Returns:
            Each `Run` that is being stopped or, when it was waited for, has ended.

        Raises:
            ConflictError: Nothing is running.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.meltano.stop(project="shop", wait=True)
            ```

        Command example:
            $ flext meltano stop --wait

        See also:
            flext meltano run
            flext meltano runs
        """
        check_wait(timeout)
        body = {"execution_id": run, "force": force or None, "project": project}
        found = await self._call(ops.MELTANO_STOP, body=body)
        runs: Sequence[Run] = field(found, "runs")
        return [await self._ended(one, wait, timeout, on_progress, raise_on_failure=False) for one in runs]

    @command(
        "meltano invoke",
        operation="meltano.invoke",
        positional=("plugin", "arguments"),
        columns=("message",),
        stream=True,
        mutating=True,
        metavars={"plugin": "PLUGIN", "arguments": "ARGUMENT...", "project": "FOLDER"},
    )
    async def invoke(
        self, plugin: str, arguments: Sequence[str] | None = None, *, project: str | None = None
    ) -> AsyncGenerator[LogEntry]:
        """Call a plugin of a Meltano project with arguments of its own.

        Arguments that begin with a dash stand behind --.

        Args:
            plugin: Name of the plugin, with a command of its own behind a colon: dbt-duckdb:run.
            arguments: Arguments for its program.
            project: Folder of the project; the current folder, or one above it, when left out.

        Yields:
            Each line that the plugin prints, as a `LogEntry`.

        Raises:
            NotFoundError: There is no such project or plugin.
            RunFailedError: The plugin failed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            async for line in client.meltano.invoke("tap-csv", ["--version"], project="shop"):
                print(line.message)
            ```

        Command example:
            $ flext meltano invoke tap-csv -- --version

        See also:
            flext meltano test
        """
        body = {"plugin": plugin, "arguments": many(arguments), "project": project}
        begun = await self._call(ops.MELTANO_INVOKE, body=body)
        name, key = str(field(begun, "pipeline")), str(field(begun, "execution_id"))
        feed = await following(self, name, key, tail=10_000)
        try:
            while (lines := await feed.next()) is not None:
                for line in lines:
                    if field(line, "source") == plugin:
                        yield line
        finally:
            await feed.close()
        error = run_error(await self._run_of(key))
        if error is not None:
            raise error

    @command(
        "meltano test",
        operation="meltano.test",
        positional=("plugins",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=_HIDDEN,
        metavars={"plugins": "PLUGIN...", "project": "FOLDER"},
    )
    async def test(
        self,
        plugins: Sequence[str] | None = None,
        *,
        project: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Run the tests that the plugins of a Meltano project define.

        Args:
            plugins: Only these plugins, or tests as plugin:test; all of them when left out.
            project: Folder of the project; the current folder, or one above it, when left out.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`.

        Raises:
            NotFoundError: There is no such project or plugin.
            RunFailedError: A test failed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.meltano.test(project="shop")
            ```

        Command example:
            $ flext meltano test

        See also:
            flext meltano config
        """
        check_wait(timeout)
        body = {"plugins": many(plugins), "project": project}
        return await self._ended(
            await self._call(ops.MELTANO_TEST, body=body), wait, timeout, on_progress, raise_on_failure
        )

    @command(
        "meltano upgrade",
        operation="meltano.upgrade",
        positional=(),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=_HIDDEN,
        metavars={"version": "VERSION", "project": "FOLDER"},
    )
    async def upgrade(
        self,
        *,
        version: str | None = None,
        project: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Upgrade Meltano, and the project in the current folder with it.

        Meltano's environment is made anew with the newest release that works here, beside the old one, which stays in
        use until the new one has answered. Then the project's database and the files that Meltano looks after are
        brought up to date. Outside a project only the environment is upgraded.

        Args:
            version: Version of Meltano: 4.4.1, or 4.4 for its newest; the newest that works when left out.
            project: Folder of the project; the current folder, or one above it, when left out.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`; its log says from which version to which.

        Raises:
            RunFailedError: It cannot be upgraded; the log says why, and the old one is still there.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.meltano.upgrade()
            ```

        Command example:
            $ flext meltano upgrade

        See also:
            flext meltano logs
        """
        check_wait(timeout)
        found = project or _above(Path.cwd())
        body = {"version": version, **({"project": str(found)} if found else {})}
        return await self._ended(
            await self._call(ops.MELTANO_UPGRADE, body=body), wait, timeout, on_progress, raise_on_failure
        )

    @command(
        "meltano config",
        operation="meltano.config",
        positional=("component",),
        columns=("component", "settings"),
        mutating=True,
        metavars={
            "component": "COMPONENT",
            "set": "KEY=VALUE",
            "unset": "KEY",
            "from_file": "FILE",
            "project": "FOLDER",
        },
    )
    async def config(
        self,
        component: str,
        *,
        set: Mapping[str, Any] | None = None,
        from_file: str | None = None,
        unset: Sequence[str] | None = None,
        test: bool = False,
        extras: bool = False,
        project: str | None = None,
        timeout: float | None = None,
    ) -> MeltanoSettings:
        """Show, change or try the settings of a plugin or of a Meltano project.

        Without options it shows them and where each value comes from; secrets are masked. Meltano keeps what is secret
        in the project's .env and the rest in meltano.yml. Where one name or value is wrong nothing is changed. A
        secret is better given in a file or on standard input than with --set, which others on this machine can see.

        Args:
            component: Name of a plugin, or meltano for the project's own settings.
            set: Values by name.
            from_file: A YAML or JSON file with values by name; - is standard input.
            unset: Names of settings that lose their value.
            test: Try the settings afterwards, as Meltano does it, and wait for the verdict.
            extras: Show Meltano's own settings of a plugin too; their names begin with _.
            project: Folder of the project; the current folder, or one above it, when left out.
            timeout: Seconds that trying may take.

        Returns:
            The `MeltanoSettings` after the change.

        Raises:
            NotFoundError: There is no such project or plugin.
            ValidationFailedError: There is no such setting, or it takes no such value.
            RunFailedError: The settings were tried and do not work.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.meltano.config("tap-csv", set={"path": "orders.csv"}, test=True, project="shop")
            ```

        Command example:
            $ flext meltano config tap-csv
            $ flext meltano config tap-csv --set path=orders.csv --test

        See also:
            flext meltano add
            flext meltano run
        """
        values = dict(set or {})
        if from_file is not None:
            values = {**(await read_definition(from_file)).body, **values}
            values.pop("base_path", None)
        body: dict[str, Json] = {
            "set": values or None,
            "unset": many(unset),
            "extras": extras or None,
            "project": project,
        }
        settings = await self._call(ops.MELTANO_CONFIG, path={"component": component}, body=body)
        if test:
            run = await self._call(ops.MELTANO_TEST, body={"config": component, "project": project})
            await self._ended(run, wait=True, seconds=timeout, on_progress=None, raise_on_failure=True)
        return settings

    async def _ended(
        self,
        run: Run,
        wait: bool,
        seconds: float | None,
        on_progress: Callable[[Run], object] | None,
        raise_on_failure: bool,
    ) -> Run:
        if not wait:
            return run
        return await wait_for_run(
            self, run, seconds=seconds, on_progress=on_progress, raise_on_failure=raise_on_failure
        )

    async def _run_of(self, run: str) -> Run:
        try:
            return await self._call(ops.PIPELINES_RUN_INFO, path={"run": run})
        except NotFoundError as error:
            # To the service it is a run like any other.
            error.hint = "See what there is: flext meltano runs"
            raise

    async def _newest(self, project: str | None) -> Run:
        found = await self.runs(project=project, limit=1)
        if not found.items:
            raise NotFoundError(
                "The project has no run yet", code="NO_RUN", hint="Start one: flext meltano run TAP TARGET"
            )
        return found.items[0]


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a model or plain data
    return value if isinstance(value, dict) else value.model_dump(mode="json")


def _located(query: Mapping[str, Json] | None) -> dict[str, Json]:
    asked = dict(query or {})
    return {**asked, "project": _folder(asked["project"])} if "project" in asked else asked


def _folder(given: object, *, search: bool = True) -> str:
    """The folder of a project, absolute."""
    if given:
        return _absolute(str(given))
    here = Path.cwd()
    return str((_above(here) if search else None) or here)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _above(folder: Path) -> Path | None:
    """The nearest folder that has a meltano.yml, from this one upwards."""
    return next((place for place in (folder, *folder.parents) if (place / _MARK).is_file()), None)
