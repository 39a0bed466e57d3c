# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Secrets of profiles: the part of `client.profiles` that keeps them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk._core.annotations import command
from flext_sdk._sync import _rt as rt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from flext_sdk._sync.client import Flext
    from flext_sdk.profiles.store import ProfileStore

__all__ = ["ProfileSecrets"]


class ProfileSecrets:
    """The secrets of profiles; base of `client.profiles`."""

    def __init__(
        self,
        client: Flext | None = None,
        *,
        home: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        profile: str | None = None,
    ) -> None:
        known = os.environ if client is None else client._environ
        self._environ: Mapping[str, str] = known if environ is None else environ
        self._home = home
        active = client.profile if client is not None else None
        self._profile = profile or (active.name if active is not None else None)

    def _store(self) -> ProfileStore:
        from flext_sdk.profiles.store import ProfileStore

        return ProfileStore(self._home, environ=self._environ)

    @command(
        "profile secret set",
        positional=("profile", "name"),
        mutating=True,
        local=True,
        alone=True,
        hidden=("value",),
        files=("file",),
    )
    def secret_set(
        self, profile: str, name: str = "token", *, file: str | Path | None = None, value: str | None = None
    ) -> None:
        """Keep a secret of a profile, encrypted; it is asked for without showing it, or read from standard input.

        The secret named token is what calls are signed with; token-flexcore and token-flext are for one service each.

        Args:
            profile: Name of the profile.
            name: Name of the secret.
            file: File that holds the secret alone, - for standard input.
            value: The secret; the command line never takes it as an argument, for others can read those.

        Raises:
            ConfigurationError: There is no such profile, or the secret cannot be kept.
            UsageError: There is no value.

        Example:
            ```python
            client.profiles.secret_set("dev", "token", value=os.environ["DEV_TOKEN"])
            ```

        Command example:
            $ flext profile secret set dev token
            $ flext profile secret set dev token --file token.txt

        See also:
            flext profile secret list
            flext profile secret remove
        """

        def work() -> None:
            from flext_sdk.profiles._ask import secret_of

            store = self._store()
            store.must_exist(profile)
            given = value if value is not None else secret_of(file, f"{name} of profile {profile}: ")
            store.vault.set(profile, name, given)

        rt.to_thread(work)

    @command("profile secret list", positional=("profile",), local=True, alone=True)
    def secret_list(self, profile: str | None = None) -> Sequence[Mapping[str, Any]]:
        """List the names of the secrets of a profile, or of all; their values are never shown.

        Args:
            profile: Name of the profile; all when left out.

        Returns:
            Profile and name of each secret.

        Raises:
            ConfigurationError: There is no such profile.

        Example:
            ```python
            print(client.profiles.secret_list())
            ```

        Command example:
            $ flext profile secret list
            $ flext profile secret list dev

        See also:
            flext profile secret set
        """

        def work() -> Sequence[Mapping[str, Any]]:
            store = self._store()
            if profile is not None:
                store.must_exist(profile)
            each = [profile] if profile is not None else store.names()
            return [{"profile": one, "name": name} for one in each for name in store.vault.names(one)]

        return rt.to_thread(work)

    @command(
        "profile secret remove",
        positional=("profile", "name"),
        confirm="Remove the secret {name} of profile {profile}?",
        mutating=True,
        local=True,
        alone=True,
    )
    def secret_remove(self, profile: str, name: str = "token") -> None:
        """Remove a secret of a profile.

        Args:
            profile: Name of the profile.
            name: Name of the secret.

        Raises:
            NotFoundError: There is no such secret.

        Example:
            ```python
            client.profiles.secret_remove("dev", "token")
            ```

        Command example:
            $ flext profile secret remove dev token

        See also:
            flext profile secret list
        """
        rt.to_thread(lambda: self._store().vault.remove(profile, name))

    @command(
        "profile secret rotate",
        columns=("profiles", "kept_in:KEY KEPT IN"),
        mutating=True,
        local=True,
        alone=True,
        hidden=("passphrase",),
        metavars={"passphrase_fd": "N"},
    )
    def secret_rotate(
        self,
        *,
        keep: Literal["file", "keyring", "passphrase"] | None = None,
        passphrase_fd: int | None = None,
        passphrase: str | None = None,
    ) -> Mapping[str, Any]:
        """Encrypt all secrets with a new key, and choose where that is kept.

        Args:
            keep: Where the key is kept: in a file of yours alone, in the keyring of the operating system, or under a
                passphrase; as before when left out.
            passphrase_fd: File descriptor to read the new passphrase from.
            passphrase: The new passphrase.

        Returns:
            Where the key is kept, and how many profiles have secrets.

        Raises:
            ConfigurationError: A secret cannot be read, or the key not be kept; then nothing was changed.

        Example:
            ```python
            client.profiles.secret_rotate(keep="file")
            ```

        Command example:
            $ flext profile secret rotate
            $ flext profile secret rotate --keep passphrase

        See also:
            flext profile secret list
        """

        def work() -> Mapping[str, Any]:
            from flext_sdk.profiles._ask import passphrase_of

            vault = self._store().vault
            where = keep or vault.kept_in() or "file"
            word = passphrase
            if where == "passphrase" and word is None:
                word = passphrase_of(passphrase_fd, self._environ, new=True)
            return {"profiles": vault.rotate(keep, passphrase=word), "kept_in": vault.kept_in()}

        return rt.to_thread(work)
