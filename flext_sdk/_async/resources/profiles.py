"""Profiles: list, make, change and carry them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._async import _rt as rt
from flext_sdk._async.secrets import AsyncProfileSecrets
from flext_sdk._core.annotations import command
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.profiles._types import ProfileChange, ProfileInfo, SettingValue

__all__ = ["AsyncProfiles"]

_COLUMNS = ("name", "active", "environment", "protected", "url", "extends", "description", "problem")


class AsyncProfiles(AsyncProfileSecrets):
    """Profiles: settings for several platforms, and their secrets.

    Args:
        client: The client whose environment and profile are used.
        home: The folder; ``FLEXT_HOME`` or ``~/.flx`` when left out.
        environ: The environment.
        profile: The profile in force for these calls.

    Example:
        ```python
        from flext_sdk import AsyncProfiles

        profiles = AsyncProfiles()
        for profile in await profiles.list():
            print(profile["name"], profile["url"])
        ```
    """

    @command("profile list", columns=_COLUMNS, local=True, alone=True)
    async def list(self) -> Sequence[ProfileInfo]:
        """List the profiles.

        Returns:
            A mapping each: name, active, environment, protected, url, extends, description, problem.

        Raises:
            ConfigurationError: ``config.yaml`` is broken.

        Example:
            ```python
            print([profile["name"] for profile in await client.profiles.list()])
            ```

        Command example:
            $ flext profile list

        See also:
            flext profile show
            flext profile use
        """
        return await rt.to_thread(lambda: self._store().list(self._profile))

    @command("profile show", positional=("name",), local=True, alone=True)
    async def show(self, name: str | None = None, *, origins: bool = False) -> Sequence[SettingValue]:
        """Show what a profile holds with all that it extends; secrets are masked.

        Args:
            name: Name of the profile; the active one when left out.
            origins: Say for each value which profile it comes from.

        Returns:
            Key, value, and with `origins` the origin of each value.

        Raises:
            ConfigurationError: There is no such profile, or it is broken.

        Example:
            ```python
            for value in await client.profiles.show("local", origins=True):
                print(value["key"], value["value"], value["origin"])
            ```

        Command example:
            $ flext profile show
            $ flext profile show staging --origins

        See also:
            flext config show
            flext profile set
        """

        def look() -> Sequence[SettingValue]:
            store = self._store()
            return store.show(name or store.current(self._profile)[0], origins=origins)

        return await rt.to_thread(look)

    @command("profile create", positional=("name", "url"), columns=_COLUMNS, mutating=True, local=True, alone=True)
    async def create(
        self,
        name: str,
        url: str | None = None,
        *,
        extends: Sequence[str] | None = None,
        description: str | None = None,
        environment: str | None = None,
        protected: bool = False,
        settings: Mapping[str, Any] | None = None,
    ) -> ProfileInfo:
        """Make a profile.

        Args:
            name: Its name: letters, digits, - and _.
            url: Address of its services.
            extends: Profiles it builds on; what a later one says wins.
            description: What it is for.
            environment: What kind of environment it is, such as production.
            protected: Whether commands that change something ask for its name first.
            settings: More settings, by their keys.

        Returns:
            The profile as in a list.

        Raises:
            ConflictError: There is one of this name.
            ConfigurationError: A value makes no sense.

        Example:
            ```python
            await client.profiles.create("staging", "https://staging.example:8081", settings={"timeouts.call": 20})
            ```

        Command example:
            $ flext profile create dev http://127.0.0.1:8081
            $ flext profile create prod https://flext.example --environment production --protected
            $ flext profile create staging --extends prod --settings timeouts.call=20

        See also:
            flext profile use
            flext profile set
        """
        return await rt.to_thread(
            lambda: self._store().create(
                name,
                url=url,
                extends=tuple(extends or ()),
                description=description,
                environment=environment,
                protected=protected or None,
                settings=settings,
            )
        )

    @command(
        "profile use",
        positional=("name",),
        columns=_COLUMNS,
        mutating=True,
        local=True,
        alone=True,
        files=("project",),
        metavars={"project": "FOLDER"},
    )
    async def use(self, name: str, *, project: str | Path | None = None) -> ProfileInfo:
        """Make a profile the active one.

        Args:
            name: Name of the profile; local stands for the services of this machine.
            project: Only in this folder and below it, by a file .flext-profile.

        Returns:
            The profile as in a list.

        Raises:
            ConfigurationError: There is no such profile, or it is broken.

        Example:
            ```python
            await client.profiles.use("local")
            ```

        Command example:
            $ flext profile use dev
            $ flext profile use staging --project .

        See also:
            flext profile list
        """
        return await rt.to_thread(lambda: self._store().use(name, project=project))

    @command(
        "profile delete",
        positional=("name",),
        confirm="Delete profile {name} and its secrets?",
        mutating=True,
        local=True,
        alone=True,
    )
    async def delete(self, name: str) -> None:
        """Delete a profile with its secrets.

        Args:
            name: Name of the profile.

        Raises:
            ConflictError: Other profiles extend it.
            ConfigurationError: There is no such profile.

        Example:
            ```python
            await client.profiles.delete("old")
            ```

        Command example:
            $ flext profile delete old

        See also:
            flext profile list
        """
        await rt.to_thread(lambda: self._store().delete(name))

    @command(
        "profile set",
        positional=("name", "key", "value"),
        columns=_COLUMNS,
        mutating=True,
        local=True,
        alone=True,
    )
    async def set(self, name: str, key: str, value: str | None = None, *, unset: bool = False) -> ProfileInfo:
        """Set one value in a profile, or take it out; everything else in the file stays as it is.

        Keys are those of `flext config list`, and description, environment, protected, extends, variables.NAME.

        Args:
            name: Name of the profile.
            key: What to set.
            value: The value.
            unset: Take the value out.

        Returns:
            The profile as in a list.

        Raises:
            UsageError: There is no value, or one too many.
            ConfigurationError: There is no such profile or setting, or the value makes no sense.

        Example:
            ```python
            await client.profiles.set("dev", "timeouts.call", "20")
            ```

        Command example:
            $ flext profile set dev timeouts.call 20
            $ flext profile set prod protected true
            $ flext profile set dev timeouts.call --unset

        See also:
            flext profile show
            flext config list
        """
        if (value is None) is not unset:
            raise UsageError("Give a value, or --unset", hint="For example: flext profile set dev timeouts.call 20")
        return await rt.to_thread(lambda: self._store().set(name, key, value))

    @command("profile rename", positional=("name", "new"), columns=_COLUMNS, mutating=True, local=True, alone=True)
    async def rename(self, name: str, new: str) -> ProfileInfo:
        """Give a profile another name; what extends it, and its secrets, follow.

        Args:
            name: Name of the profile.
            new: Its new name.

        Returns:
            The profile as in a list.

        Raises:
            ConflictError: The new name is taken.
            ConfigurationError: There is no such profile.

        Example:
            ```python
            await client.profiles.rename("dev", "development")
            ```

        Command example:
            $ flext profile rename dev development

        See also:
            flext profile copy
        """
        return await rt.to_thread(lambda: self._store().rename(name, new))

    @command("profile copy", positional=("name", "new"), columns=_COLUMNS, mutating=True, local=True, alone=True)
    async def copy(self, name: str, new: str, *, secrets: bool = False) -> ProfileInfo:
        """Make a profile like another one.

        Args:
            name: Name of the profile.
            new: Name of the copy.
            secrets: Copy its secrets, too.

        Returns:
            The copy as in a list.

        Raises:
            ConflictError: The new name is taken.
            ConfigurationError: There is no such profile.

        Example:
            ```python
            await client.profiles.copy("dev", "dev2")
            ```

        Command example:
            $ flext profile copy dev dev2

        See also:
            flext profile rename
        """
        return await rt.to_thread(lambda: self._store().copy(name, new, secrets=secrets))

    @command(
        "profile export",
        positional=("name",),
        local=True,
        alone=True,
        hidden=("passphrase",),
        files=("file",),
        metavars={"passphrase_fd": "N"},
    )
    async def export(
        self,
        name: str,
        *,
        secrets: bool = False,
        file: str | Path | None = None,
        passphrase_fd: int | None = None,
        passphrase: str | None = None,
    ) -> str | None:
        """Write a profile as text to take elsewhere, comments and all; without its secrets, unless asked for.

        Args:
            name: Name of the profile.
            secrets: Put its secrets in, encrypted under a passphrase that is asked for.
            file: File to write, for its owner alone; standard output when left out.
            passphrase_fd: File descriptor to read the passphrase from.
            passphrase: The passphrase.

        Returns:
            The text, or None when it went into a file.

        Raises:
            ConfigurationError: There is no such profile, or its secrets cannot be read.

        Example:
            ```python
            text = await client.profiles.export("dev")
            ```

        Command example:
            $ flext profile export dev > dev.yaml
            $ flext profile export dev --secrets --file dev.yaml

        See also:
            flext profile import
        """

        def work() -> str | None:
            from flext_sdk.profiles._ask import passphrase_of
            from flext_sdk.profiles._files import write

            store = self._store()
            word = None
            if secrets and store.vault.names(name):
                word = passphrase or passphrase_of(passphrase_fd, self._environ, new=True)
            text = store.export(name, passphrase=word)
            if file is None:
                return text
            write(Path(file).expanduser(), text)
            return None

        return await rt.to_thread(work)

    @command(
        "profile import",
        positional=("file",),
        columns=_COLUMNS,
        confirm="Import it?",
        mutating=True,
        local=True,
        alone=True,
        hidden=("passphrase", "on_changes"),
        files=("file",),
        metavars={"file": "FILE", "passphrase_fd": "N"},
    )
    async def import_(
        self,
        file: str | Path,
        *,
        name: str | None = None,
        passphrase_fd: int | None = None,
        passphrase: str | None = None,
        on_changes: Callable[[Sequence[ProfileChange]], bool] = lambda _: True,
    ) -> ProfileInfo | None:
        """Take a profile from a file that `flext profile export` wrote; shows what will change, and asks.

        Args:
            file: The file, - for standard input.
            name: Name of the profile here; as in the file when left out.
            passphrase_fd: File descriptor to read the passphrase of its secrets from.
            passphrase: The passphrase.
            on_changes: Told what will change; False leaves everything as it is.

        Returns:
            The profile as in a list, or None when nothing was to be changed.

        Raises:
            ConfigurationError: The file is no profile, or the passphrase does not open it.

        Example:
            ```python
            await client.profiles.import_("dev.yaml", name="dev2")
            ```

        Command example:
            $ flext profile import dev.yaml
            $ flext profile import dev.yaml --name dev2 --yes

        See also:
            flext profile export
        """

        def work() -> ProfileInfo | None:
            from flext_sdk.profiles._ask import passphrase_of, text_of

            store = self._store()

            def ask() -> str:
                return passphrase or passphrase_of(passphrase_fd, self._environ)

            found, changes = store.preview(text_of(file), name=name, passphrase=ask)
            if not changes:
                return store.import_(found)
            return store.import_(found) if on_changes(changes) else None

        return await rt.to_thread(work)
