"""Secrets of profiles, encrypted.

One file a profile, ``credentials/NAME.json``: the names of its secrets can be read, their values are one text under
AES-256-GCM, bound to the profile and the names. A file that was changed, or belongs to another profile, is refused.
"""

from __future__ import annotations

import json
import os
import secrets as random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import read_name
from flext_sdk.errors import ConfigurationError, NotFoundError
from flext_sdk.profiles._files import locked, read_text, remove, write
from flext_sdk.profiles._find import LOGIN_PREFIX
from flext_sdk.profiles._keys import Kind, Ring, VaultError, damaged, decode, encode, sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Vault", "VaultError"]

_VERSION = 1
_LONGEST = 65_536


class Vault:
    """The encrypted secrets of all profiles of a home folder.

    Any text may be kept under any name of letters, digits, ``-`` and ``_``. The names ``token``, ``token-flexcore`` and
    ``token-flext`` are those that a client sends. Logins stand beside them, under names that begin with ``login-``.
    They are encrypted with the secrets and renamed with the profile, but not listed, copied or exported, for two
    programs that renew the same login end it.

    Args:
        home: The folder, ``~/.flx``.
        environ: The environment; ``FLEXT_PASSPHRASE_FD`` may name a file descriptor with the passphrase.
        ask: Gives the passphrase, where the key is kept under one.

    Example:
        ```python
        from flext_sdk.profiles import Vault

        vault = Vault("/tmp/some-folder")
        vault.set("dev", "token", "a-secret")
        print(vault.names("dev"))
        ```
    """

    def __init__(
        self,
        home: str | os.PathLike[str],
        *,
        environ: Mapping[str, str] = os.environ,
        ask: Callable[[], str] | None = None,
    ) -> None:
        self._home = Path(home)
        self._ring = Ring(self._home, environ, ask)

    def __repr__(self) -> str:
        """Where it is."""
        return f"Vault({str(self._home)!r})"

    def names(self, profile: str) -> list[str]:
        """Names of a profile's secrets; needs no key.

        Raises:
            VaultError: If the file is damaged.
        """
        return [name for name in self._kept(profile) if not name.startswith(LOGIN_PREFIX)]

    def has_login(self, profile: str) -> bool:
        """Whether somebody is logged in with a profile, as far as this machine knows; needs no key.

        Raises:
            VaultError: If the file is damaged.
        """
        return any(name.startswith(LOGIN_PREFIX) for name in self._kept(profile))

    def get(self, profile: str, name: str) -> str | None:
        """A secret, or None.

        Raises:
            VaultError: If it cannot be decrypted.
        """
        return self._read(profile).get(name)

    def token(self, profile: str) -> str | dict[str, str] | None:
        """The token that a client of this profile sends: one for both services, or one for each.

        Raises:
            VaultError: If it cannot be decrypted.
        """
        # A profile with nothing but a login needs no key for this.
        if not any(name.startswith("token") for name in self._kept(profile)):
            return None
        found = self._read(profile)
        each = {
            service: text
            for service in ("flexcore", "flext")
            if (text := found.get(f"token-{service}") or found.get("token")) is not None
        }
        return found.get("token") if len(set(each.values())) == 1 and "token" in found else each or None

    def set(self, profile: str, name: str, value: str) -> None:
        """Keep a secret.

        Raises:
            VaultError: If it cannot be kept; what there was stays.
            ConfigurationError: If the name is none.
        """
        self.update(profile, {name: value})

    def update(self, profile: str, changes: Mapping[str, str | None]) -> None:
        """Set and remove several secrets in one step; None removes one.

        Raises:
            VaultError: If they cannot be kept; what there was stays.
            ConfigurationError: If a name or a value is none.
        """
        for name, value in changes.items():
            if name.startswith(LOGIN_PREFIX):
                raise ConfigurationError(
                    f"Names that begin with {LOGIN_PREFIX} are for logins",
                    code="BAD_NAME",
                    hint="Log in: flext auth login",
                )
            _check(name, value)
        with locked(self._home):
            found = self._read(profile)
            for name, value in changes.items():
                if value is None:
                    found.pop(name, None)
                else:
                    found[name] = value
            self._write(profile, found)

    def exchange(self, profile: str, change: Callable[[dict[str, str]], Mapping[str, str] | None]) -> dict[str, str]:
        """Look at a profile's secrets and change them while everybody else waits.

        Args:
            profile: The profile.
            change: Gets the secrets; gives all that shall be kept, or None to leave them as they are.

        Returns:
            The secrets as they are afterwards.

        Raises:
            VaultError: If they cannot be read or kept.
        """
        with locked(self._home):
            found = self._read(profile)
            wanted = change(dict(found))
            if wanted is None or wanted == found:
                return found
            for name, value in wanted.items():
                _check(name, value)
            self._write(profile, wanted)
            return dict(wanted)

    def remove(self, profile: str, name: str) -> None:
        """Remove a secret.

        Raises:
            NotFoundError: If there is none of that name.
            VaultError: If the others cannot be kept.
        """
        with locked(self._home):
            if name not in self.names(profile):
                raise NotFoundError(
                    f"Profile {profile} has no secret {name!r}",
                    code="NO_SECRET",
                    hint=f"See: flext profile secret list {profile}",
                )
            self.update(profile, {name: None})

    def all(self, profile: str) -> dict[str, str]:
        """All secrets of a profile.

        Raises:
            VaultError: If they cannot be decrypted.
        """
        return {name: value for name, value in self._read(profile).items() if not name.startswith(LOGIN_PREFIX)}

    def drop(self, profile: str) -> None:
        """Remove all secrets of a profile; needs no key."""
        with locked(self._home):
            remove(self._path(profile))

    def copy(self, profile: str, other: str) -> None:
        """Give another profile all that is kept for one, logins too: the first step of a rename.

        Raises:
            VaultError: If they cannot be decrypted.
        """
        with locked(self._home):
            found = self._read(profile)
            if found:
                self._write(other, found)

    def rotate(self, keep: Kind | None = None, *, passphrase: str | None = None) -> int:
        """Make a new key and encrypt everything anew.

        Whenever this is interrupted, each secret can be read: the old key goes last.

        Args:
            keep: Where the new key is kept: ``file``, ``keyring`` or ``passphrase``; as the old one when left out.
            passphrase: The new passphrase.

        Returns:
            How many profiles' secrets were encrypted anew.

        Raises:
            VaultError: If a secret cannot be read, or the key not be kept; then nothing was changed.
        """
        with locked(self._home):
            before = self._ring.entries()
            profiles = [path.stem for path in sorted((self._home / "credentials").glob("*.json")) if path.stem != "key"]
            kept = {profile: self._read(profile) for profile in profiles}
            entry = self._ring.make(keep or (before[0]["kind"] if before else "file"), passphrase)
            self._ring.save([entry, *before])
            for profile, found in kept.items():
                self._write(profile, found)
            self._ring.save([entry])
            for old in before:
                self._ring.forget(old)
            return len(kept)

    def kept_in(self) -> str | None:
        """Where the key is kept: ``file``, ``keyring`` or ``passphrase``; None while there is no key."""
        entries = self._ring.entries()
        return str(entries[0]["kind"]) if entries else None

    def not_in_keyring(self) -> str | None:
        """Why the key is in a file though there is a keyring; None where that is not so."""
        entries = self._ring.entries()
        return entries[0].get("because") if entries else None

    def values(self) -> Iterator[str]:
        """All secrets of all profiles and their logins, for masking them; what cannot be read is left out."""
        for path in (self._home / "credentials").glob("*.json"):
            if path.stem != "key":
                try:
                    yield from self._read(path.stem).values()
                except ConfigurationError:
                    continue

    # -- the file ---------------------------------------------------------------------------------------------

    def _path(self, profile: str) -> Path:
        try:
            name = read_name(profile)
        except ValueError as error:
            raise ConfigurationError(f"That is no name for a profile: {error}", code="BAD_NAME") from None
        if name == "key":
            raise ConfigurationError("A profile cannot be named 'key'", code="BAD_NAME")
        return self._home / "credentials" / f"{name}.json"

    def _kept(self, profile: str) -> list[str]:
        found = self._file(profile)
        return [] if found is None else sorted(found["names"])

    def _file(self, profile: str) -> dict[str, Any] | None:
        path = self._path(profile)
        text = read_text(path)
        if text is None:
            return None
        try:
            found = json.loads(text)
            assert found["version"] == _VERSION
            assert isinstance(found["key"], str)
            assert all(isinstance(name, str) for name in found["names"])
        except (ValueError, KeyError, TypeError, AssertionError):
            raise damaged(str(path)) from None
        return dict(found)

    def _read(self, profile: str) -> dict[str, str]:
        found = self._file(profile)
        if found is None:
            return {}
        where = str(self._path(profile))
        cipher = sealer(self._ring.by_id(found["key"]))
        from cryptography.exceptions import InvalidTag

        try:
            plain = cipher.decrypt(
                decode(found.get("nonce"), where),
                decode(found.get("data"), where),
                _bound(profile, found["key"], found["names"]),
            )
        except (InvalidTag, ValueError):
            raise damaged(where) from None
        return dict(json.loads(plain))

    def _write(self, profile: str, values: Mapping[str, str]) -> None:
        if not values:
            remove(self._path(profile))
            return
        name, key = self._ring.current()
        nonce, names = random.token_bytes(12), sorted(values)
        sealed = sealer(key).encrypt(nonce, json.dumps(dict(values)).encode(), _bound(profile, name, names))
        data = {
            "version": _VERSION,
            "profile": profile,
            "key": name,
            "names": names,
            "nonce": encode(nonce),
            "data": encode(sealed),
        }
        write(self._path(profile), json.dumps(data, indent=2) + "\n")


def _bound(profile: str, key: str, names: list[str]) -> bytes:
    return json.dumps(["flext-secrets", _VERSION, profile, key, names]).encode()


def _check(name: str, value: str | None) -> None:
    try:
        read_name(name)
    except ValueError as error:
        raise ConfigurationError(f"That is no name for a secret: {error}", code="BAD_NAME") from None
    if value is not None and not 0 < len(value) <= _LONGEST:
        raise ConfigurationError(f"The value of {name} is empty or too long", code="BAD_SECRET")
    if (
        name.startswith("token")
        and value is not None
        and (not value.isascii() or not value.isprintable() or " " in value)
    ):
        raise ConfigurationError(
            f"The value of {name} is no token: it has a space, a line break or a character outside ASCII",
            code="BAD_SECRET",
        )
