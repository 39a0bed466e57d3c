"""Secrets at rest: encrypted in a file of the state folder, with a key that its owner alone can read.

It keeps secrets out of backups of the settings, of diffs and of what is shown to others. Whoever can read both files as
this user can read the secrets; a key kept elsewhere can be given with ``FLEXT_VAULT_KEY``.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.files import write_atomically
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cryptography.fernet import Fernet

_VARIABLE: Final = "FLEXT_VAULT_KEY"


class Vault:
    """Secrets by name.

    Args:
        home: The folder that holds everything.
        environ: Environment variables; ``FLEXT_VAULT_KEY`` stands above the key file.

    Example:
        >>> vault = Vault(home)
        >>> vault.set("plugins/tap-x/password", "hunter2")
        >>> vault.get("plugins/tap-x/password")
        'hunter2'
    """

    def __init__(self, home: Path, environ: Mapping[str, str] | None = None) -> None:
        self._file = home / "state" / "vault.json"
        self._key = home / "state" / "vault.key"
        self._given = (environ or {}).get(_VARIABLE)

    def get(self, name: str) -> str | None:
        """A secret; None when there is none of that name.

        Raises:
            ConfigurationError: It cannot be read: the key is another one, or a file is damaged.
        """
        found = self._entries().get(name)
        return None if found is None else self._opened(name, found)

    def set(self, name: str, value: str) -> None:
        """Keep a secret.

        Args:
            name: What it is called.
            value: The secret.

        Raises:
            ConfigurationError: The key is no key, or it cannot be written.
        """
        sealed = self._cipher(make=True).encrypt(value.encode()).decode()
        with self._changing() as entries:
            entries[name] = sealed

    def delete(self, name: str) -> bool:
        """Forget a secret; gives whether there was one."""
        if name not in self._entries():
            return False
        with self._changing() as entries:
            return entries.pop(name, None) is not None

    def list(self, prefix: str = "") -> list[str]:
        """Names of the secrets, sorted.

        Args:
            prefix: Only those that begin with this.
        """
        return sorted(name for name in self._entries() if name.startswith(prefix))

    def _entries(self) -> dict[str, str]:
        try:
            found = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"the vault {self._file} cannot be read", hint="Restore it, or remove it and set the secrets again."
            ) from error
        return dict(found)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                entries = self._entries()
                yield entries
                write_atomically(self._file, json.dumps(entries, indent=1).encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise ConfigurationError(f"the vault {self._file} cannot be written: {error.strerror}") from error

    def _opened(self, name: str, sealed: str) -> str:
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher(make=False).decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ConfigurationError(
                f"the secret {name} cannot be opened: it was closed with another key",
                hint=f"Give that key ({_VARIABLE}, or {self._key}), or set the secret again.",
            ) from None

    def _cipher(self, *, make: bool) -> Fernet:
        from cryptography.fernet import Fernet

        text = self._given or self._stored_key(make=make)
        try:
            return Fernet(text)
        except ValueError:
            where = _VARIABLE if self._given else str(self._key)
            raise ConfigurationError(f"{where} holds no key", hint="A key is 32 bytes in URL-safe base64.") from None

    def _stored_key(self, *, make: bool) -> str:
        from cryptography.fernet import Fernet

        with suppress(FileNotFoundError):
            return self._key.read_text(encoding="ascii").strip()
        if not make:
            raise ConfigurationError(f"the key {self._key} is gone", hint="Restore it, or set the secrets again.")
        self._key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Fernet.generate_key()
        try:
            # Linked into place: of two that make one at once, the second finds the first one's.
            beside = self._key.with_name(f".{self._key.name}.{os.getpid()}")
            write_atomically(beside, fresh)
            try:
                os.link(beside, self._key)
            finally:
                beside.unlink()
        except FileExistsError:
            pass
        except OSError as error:
            raise ConfigurationError(f"the key {self._key} cannot be written: {error.strerror}") from error
        return self._key.read_text(encoding="ascii").strip()
