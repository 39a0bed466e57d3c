"""Plugins: what needs patience, a file, or somebody's consent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._async import _rt as rt
from flext_sdk._async._documents import read_json, write_json
from flext_sdk._async.resources._plugins import AsyncPluginsBase
from flext_sdk._async.resources.orchestrations import AsyncOrchestrations
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_wait, many
from flext_sdk._core.request import plain_data
from flext_sdk._core.runs import field
from flext_sdk.errors import ConflictError, FlextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.models.orchestrations import Orchestration
    from flext_sdk.models.plugins import Execution, PluginLock

__all__ = ["AsyncPlugins"]

_COLUMNS = (
    "id",
    "name",
    "status",
    "result.version:VERSION",
    "result.size:SIZE:bytes",
    "duration:DURATION:duration",
    "error",
)


class AsyncPlugins(AsyncPluginsBase):
    """Find, install, look after and execute plugins."""

    @command(
        "plugin execute",
        operation="plugins.execute",
        positional=("name", "operation"),
        columns=("plugin_name:PLUGIN", "operation", "status", "result"),
        mutating=True,
        metavars={"name": "NAME", "operation": "OPERATION", "config": "KEY=VALUE"},
    )
    async def execute(self, name: str, operation: str, *, config: Mapping[str, Any] | None = None) -> Execution:
        """Execute an operation of a plugin and give its result.

        The operations are about (what the plugin is and which settings it takes), discover (the streams of a tap),
        test (whether the settings work) and version. Relative paths in the settings start from the current folder.

        Args:
            name: Name of the plugin.
            operation: The operation: about, discover, test or version.
            config: Values for the plugin's settings.

        Returns:
            The `Execution`.

        Raises:
            NotFoundError: There is no plugin of that name.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            answer = await client.plugins.execute("tap-csv", "discover", config={"path": "orders.csv"})
            print(answer.result)
            ```

        Command example:
            $ flext plugin execute tap-csv about
            $ flext plugin execute tap-csv discover --config path=orders.csv --query result.streams[].stream

        See also:
            flext plugin info
        """
        body = {"operation": operation, "config": dict(config or {}), "base_path": str(Path.cwd())}
        return await self._call(ops.PLUGINS_EXECUTE, path={"name": name}, body=body)

    @command(
        "plugin install",
        operation="plugins.install",
        positional=("name",),
        columns=_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "on_message", "on_confirm"),
        metavars={"name": "NAME", "requirement": "REQUIREMENT", "python": "VERSION", "program": "PROGRAM"},
        files=("lock",),
    )
    async def install(
        self,
        name: str | None = None,
        *,
        requirement: Sequence[str] | None = None,
        version: str | None = None,
        kind: Literal["tap", "target", "dbt", "utility"] | None = None,
        program: str | None = None,
        python: str | None = None,
        lock: str | Path | Mapping[str, Any] | None = None,
        yes: bool = False,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Orchestration], object] | None = None,
        on_message: Callable[[str], object] | None = None,
        on_confirm: Callable[[str], bool] | None = None,
    ) -> Orchestration:
        """Install a plugin into an environment of its own.

        A plugin of the index is installed by its name. Anything else, a package by its requirement, a folder, a wheel
        or an address, is installed only after somebody has agreed to it, for its code is run. What is installed under
        that name already stays in use until the new one has answered, and whenever something goes wrong.

        The installation goes on when its caller goes away; Ctrl-C, or cancelling the task, cancels it.

        Args:
            name: Name of a plugin of the index; or a requirement, folder, wheel or address.
            requirement: Packages, folders, wheels or addresses that it is made of, its own first; name is then what it
                will be called.
            version: Exact version, instead of the newest one that is known to fit.
            kind: What it is, where its name does not tell.
            program: Its program, where that cannot be found out.
            python: Version or path of the interpreter that it gets.
            lock: A file that flext plugin lock wrote, - for standard input: install exactly what it says.
            yes: Install what is not in the index without asking.
            wait: Wait until it is installed.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the orchestration while waiting.
            on_message: Called with each line that the installer says.
            on_confirm: Asked before anything is installed that is not in the index; gives whether to do so.

        Returns:
            The `Orchestration` that installs; its result tells name, version, program and size.

        Raises:
            NotFoundError: The index has no plugin of that name.
            ConflictError: It comes with the product, is being changed, or nobody has agreed to install it.
            ValidationFailedError: It is known not to work, or the requirement makes no sense.
            RunFailedError: It was waited for and could not be installed; the former one is still there.
            WaitTimeoutError: It was not installed in time; the installation goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.plugins.install("meltanolabs-target-csv")
            print(done.result["version"])
            ```

        Command example:
            $ flext plugin install meltanolabs-target-csv
            $ flext plugin install tap-mine --requirement ./tap-mine --yes
            $ flext plugin install --lock flext-plugins.lock

        See also:
            flext plugin search
            flext plugin update
            flext plugin lock
        """
        check_wait(timeout)
        body = {
            "plugin_id": self._absolute(name) if name else None,
            "plugin_type": kind,
            "requirements": [self._absolute(each) for each in requirement] if requirement else None,
            "version": version,
            "program": program,
            "python": python,
            "lock": await self._lock_of(lock),
            "confirmed": yes,
        }
        try:
            begun = await self._call(ops.PLUGINS_INSTALL, body=body)
        except ConflictError as error:
            if error.code != "CONFIRMATION_REQUIRED" or on_confirm is None:
                raise
            if not on_confirm(error.message):
                raise
            begun = await self._call(ops.PLUGINS_INSTALL, body={**body, "confirmed": True})
        return await self._waited(begun, wait, timeout, on_progress, on_message)

    @command(
        "plugin update",
        operation="plugins.update",
        positional=("name",),
        columns=_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "on_message"),
        metavars={"name": "NAME", "python": "VERSION"},
    )
    async def update(
        self,
        name: str,
        *,
        version: str | None = None,
        python: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Orchestration], object] | None = None,
        on_message: Callable[[str], object] | None = None,
    ) -> Orchestration:
        """Install the newest version of a plugin that fits.

        The old one stays in use until the new one has answered, and whenever something goes wrong. Runs that have
        begun with the old one end with it.

        Args:
            name: Name of the plugin.
            version: Exact version, instead of the newest one that is known to fit.
            python: Version or path of the interpreter that it gets.
            wait: Wait until it is installed.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the orchestration while waiting.
            on_message: Called with each line that the installer says.

        Returns:
            The `Orchestration` that updates; its result tells name, version, program and size.

        Raises:
            NotFoundError: It is not installed.
            ConflictError: It comes with the product, or is being changed.
            RunFailedError: It was waited for and could not be installed; the old one is still there.
            WaitTimeoutError: It was not installed in time; the update goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.plugins.update("meltanolabs-target-csv")
            print(done.result["version"])
            ```

        Command example:
            $ flext plugin update meltanolabs-target-csv

        See also:
            flext plugin install
            flext plugin index update
        """
        check_wait(timeout)
        body = {"version": version, "python": python}
        begun = await self._call(ops.PLUGINS_UPDATE, path={"name": name}, body=body)
        return await self._waited(begun, wait, timeout, on_progress, on_message)

    @command(
        "plugin index update",
        operation="plugins.update_index",
        columns=("id", "status", "result.plugins:PLUGINS", "result.new:NEW", "result.newer:NEWER", "error"),
        wait=True,
        mutating=True,
        hidden=("on_progress", "on_message"),
        metavars={"source": "FILE|ADDRESS"},
    )
    async def update_index(
        self,
        *,
        source: str | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Callable[[Orchestration], object] | None = None,
        on_message: Callable[[str], object] | None = None,
    ) -> Orchestration:
        """Bring the index of plugins up to date.

        Asks the package index for the newest versions, and takes the entries of a later index from a file or an
        address. It needs a network; nothing that is installed changes.

        Args:
            source: A file or an address with a later index; FLEXT_PLUGIN_INDEX of the service when left out.
            wait: Wait until it is done.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the orchestration while waiting.
            on_message: Called with each line about what is being done.

        Returns:
            The `Orchestration`; its result tells how many plugins there are, which are new, and which installed ones
            have newer versions.

        Raises:
            RunFailedError: It was waited for and failed: no network, or the source is no index.
            WaitTimeoutError: It was not done in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.plugins.update_index()
            print(done.result["newer"])
            ```

        Command example:
            $ flext plugin index update
            $ flext plugin index update --source plugins.json

        See also:
            flext plugin search
            flext plugin update
        """
        check_wait(timeout)
        begun = await self._call(ops.PLUGINS_UPDATE_INDEX, body={"source": self._absolute(source) if source else None})
        return await self._waited(begun, wait, timeout, on_progress, on_message)

    @command(
        "plugin lock",
        operation="plugins.lock",
        positional=("names",),
        columns=("format", "plugins"),
        metavars={"names": "NAME..."},
        files=("file",),
    )
    async def lock(self, names: Sequence[str] | None = None, *, file: str | Path | None = None) -> PluginLock:
        """Write down the exact versions, with hashes, of everything that installed plugins are made of.

        Installing from the lock gives the same again, on this machine or another one. What was installed from a
        folder or a file of this machine has no hash.

        Args:
            names: Only these plugins; all that are installed when left out.
            file: Where to write it, as JSON; a file that is there is replaced.

        Returns:
            The `PluginLock`.

        Raises:
            NotFoundError: One of them is not installed.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.plugins.lock(file="flext-plugins.lock")
            ```

        Command example:
            $ flext plugin lock --file flext-plugins.lock
            $ flext plugin lock meltanolabs-target-csv -o json

        See also:
            flext plugin install
        """
        found = await self._call(ops.PLUGINS_LOCK, query={"names": many(names)})
        if file is not None:
            await write_json(str(file), plain_data(found))
        return found

    # -- what they share -----------------------------------------------------------------------------------------------

    async def _waited(
        self,
        begun: Orchestration,
        wait: bool,
        timeout: float | None,
        on_progress: Callable[[Orchestration], object] | None,
        on_message: Callable[[str], object] | None,
    ) -> Orchestration:
        if not wait:
            return begun
        orchestrations = AsyncOrchestrations(self._client)
        ident, told = str(field(begun, "id")), 0

        async def look(found: Orchestration) -> None:
            nonlocal told
            lines: Sequence[str] = field(found, "logs") or ()
            if on_message is not None:
                for line in lines[told:]:
                    await rt.resolved(on_message(line))
            told = len(lines)
            if on_progress is not None:
                await rt.resolved(on_progress(found))

        try:
            return await orchestrations.wait(ident, timeout=timeout, on_progress=look)
        except rt.Interrupted:
            # Nobody wants it any more; what was there before is still there.
            with suppress(FlextError):  # it has ended meanwhile, or the service has
                await orchestrations.cancel(ident)
            raise

    def _absolute(self, text: str) -> str:
        """A path of this machine in full; anything else as it is."""
        written = text.startswith((".", "~", "/")) or text.endswith((".whl", ".tar.gz", ".json"))
        if "://" in text or not written or not self._client.is_local:
            return text
        return str(Path(text).expanduser().absolute())

    async def _lock_of(self, lock: str | Path | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if lock is None or not isinstance(lock, str | Path):
            return lock
        found = await read_json(str(lock))
        if not isinstance(found, dict):
            raise UsageError(f"{lock} is no lock of plugins", hint="Write one: flext plugin lock --file FILE")
        return found
