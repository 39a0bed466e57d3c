"""Settings: what is in force and where it comes from, and config.yaml."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from flext_sdk._async import _local
from flext_sdk._async import _rt as rt
from flext_sdk._core.annotations import command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._async.client import AsyncFlext
    from flext_sdk.profiles._types import SettingInfo, SettingValue
    from flext_sdk.profiles.configfile import Aliases, ConfigFile

__all__ = ["AsyncConfig"]


class AsyncConfig:
    """Settings: what is in force, where it comes from, and config.yaml.

    Args:
        client: The client whose environment and profile are used.
        home: The folder; ``FLEXT_HOME`` or ``~/.flx`` when left out.
        environ: The environment.
        profile: The profile in force for these calls.
        arguments: Values given for these calls, which stand above all others.
        labels: What those are called, for their origin.
        on_message: Told when a profile that nobody named is broken and left out.
        aliases: Looks at the aliases of a file that is edited or checked, for a program that has commands: gives name,
            what is wrong, and what to do of each that is wrong.

    Example:
        ```python
        from flext_sdk import AsyncConfig

        for value in await AsyncConfig().show():
            print(value["key"], value["value"], value["origin"])
        ```
    """

    def __init__(
        self,
        client: AsyncFlext | None = None,
        *,
        home: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        profile: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        on_message: Callable[[str], object] = _local.say,
        aliases: Aliases = lambda _: (),
    ) -> None:
        self._aliases = aliases
        known = os.environ if client is None else client._environ
        self._environ: Mapping[str, str] = known if environ is None else environ
        self._home = home
        active = client.profile if client is not None else None
        given = {}
        if client is not None:
            given = {name: each.value for name, each in client.settings.items() if each.origin == "argument"}
        self._chosen: dict[str, Any] = {
            "profile": profile or (active.name if active is not None else None),
            "arguments": {**given, **(arguments or {})},
            "labels": labels,
            "notify": on_message,
        }

    def _file(self) -> ConfigFile:
        from flext_sdk.profiles.configfile import ConfigFile

        return ConfigFile(self._home, environ=self._environ, aliases=self._aliases)

    @command("config show", local=True, alone=True)
    async def show(self, *, origins: bool = False) -> Sequence[SettingValue]:
        """Show all settings in force; secrets are masked.

        Args:
            origins: Say for each where it comes from.

        Returns:
            Key, value, and with `origins` the origin of each.

        Raises:
            ConfigurationError: A file or a value is wrong.

        Example:
            ```python
            print({value["key"]: value["value"] for value in await client.config.show()})
            ```

        Command example:
            $ flext config show
            $ flext config show --origins

        See also:
            flext config list
            flext profile show
        """
        rows = await rt.to_thread(lambda: self._file().values(**self._chosen))
        return rows if origins else [{"key": row["key"], "value": row["value"]} for row in rows]

    @command("config get", positional=("key",), local=True, alone=True)
    async def get(self, key: str) -> Any:  # noqa: ANN401 - of any type
        """Show one setting in force.

        Args:
            key: Key of the setting, such as timeouts.call.

        Returns:
            Its value, a secret masked.

        Raises:
            ConfigurationError: There is no such setting, or a file is wrong.

        Example:
            ```python
            print(await client.config.get("timeouts.call"))
            ```

        Command example:
            $ flext config get timeouts.call

        See also:
            flext config set
            flext config list
        """
        return (await rt.to_thread(lambda: self._file().get(key, **self._chosen)))["value"]

    @command(
        "config set",
        positional=("key", "value"),
        columns=("key", "value", "origin"),
        mutating=True,
        local=True,
        alone=True,
    )
    async def set(self, key: str, value: str) -> SettingValue:
        """Set a value in config.yaml; everything else in it stays as it is.

        Args:
            key: Key of the setting, such as timeouts.call.
            value: Its value.

        Returns:
            Key, value and origin.

        Raises:
            ConfigurationError: There is no such setting, or the value makes no sense; then nothing was changed.

        Example:
            ```python
            await client.config.set("timeouts.call", "20")
            ```

        Command example:
            $ flext config set timeouts.call 20
            $ flext config set output.format json

        See also:
            flext config unset
            flext config list
        """
        return await rt.to_thread(lambda: self._file().set(key, value))

    @command("config unset", positional=("key",), mutating=True, local=True, alone=True)
    async def unset(self, key: str) -> None:
        """Take a value out of config.yaml.

        Args:
            key: Key of the setting.

        Raises:
            NotFoundError: It is not set there.
            ConfigurationError: The file is wrong.

        Example:
            ```python
            await client.config.unset("timeouts.call")
            ```

        Command example:
            $ flext config unset timeouts.call

        See also:
            flext config set
        """
        await rt.to_thread(lambda: self._file().unset(key))

    @command("config validate", local=True, alone=True)
    async def validate(self) -> Sequence[Mapping[str, Any]]:
        """Check config.yaml and all profiles.

        Returns:
            The files, all of them right.

        Raises:
            ConfigurationError: Something is wrong; ``problems`` has each fault with its line.

        Example:
            ```python
            await client.config.validate()
            ```

        Command example:
            $ flext config validate

        See also:
            flext config edit
            flext profile list
        """
        files, problems = await rt.to_thread(lambda: self._file().problems())
        if problems:
            from flext_sdk.profiles._document import problem_error

            raise problem_error(problems, str(self._file().home))
        return [{"file": file, "status": "valid"} for file in files]

    @command("config path", local=True, alone=True)
    async def path(self) -> str:
        """Show where config.yaml is, whether there is one or not.

        Returns:
            Its path.

        Raises:
            ConfigurationError: There is no home folder.

        Example:
            ```python
            print(await client.config.path())
            ```

        Command example:
            $ flext config path

        See also:
            flext config edit
        """
        return str((await rt.to_thread(self._file)).path)

    @command("config edit", columns=("file", "changed"), mutating=True, local=True, alone=True)
    async def edit(self, *, editor: str | None = None) -> Mapping[str, Any]:
        """Edit config.yaml; what is wrong is not taken, and the file stays as it was.

        Args:
            editor: The editor; VISUAL or EDITOR of the environment when left out, else vi.

        Returns:
            The file, and whether it was changed.

        Raises:
            ConfigurationError: What was written is wrong; the draft is kept beside the file.

        Example:
            ```python
            await client.config.edit(editor="nano")
            ```

        Command example:
            $ flext config edit

        See also:
            flext config validate
        """
        file = self._file()
        return {"file": str(file.path), "changed": await rt.to_thread(lambda: file.edit(editor=editor))}

    @command(
        "config list",
        columns=("key", "type", "default", "env:VARIABLE", "secret", "help"),
        local=True,
        alone=True,
    )
    async def list(self) -> Sequence[SettingInfo]:
        """List all settings that there are.

        Returns:
            Key, type, default, variable and meaning of each, and whether it is a secret.

        Raises:
            ConfigurationError: There is no home folder.

        Example:
            ```python
            print([setting["key"] for setting in await client.config.list()])
            ```

        Command example:
            $ flext config list

        See also:
            flext config show
        """
        return await rt.to_thread(lambda: self._file().table())
