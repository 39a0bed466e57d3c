"""The key that encrypts secrets: where it is kept, and how it is got.

``credentials/key.json`` describes the key and, where it is kept in a file, holds it. While a key is being changed it
holds the old one, too, so that whatever ends the change, every secret has its key.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk.errors import ConfigurationError, MissingExtraError
from flext_sdk.profiles._files import read_text, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Kind", "Passphrase", "VaultError", "derive", "from_outside", "sealer"]

Kind = Literal["file", "keyring", "passphrase"]
Passphrase = str | None
SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}
_SERVICE = "flext-sdk"
_read_fds: dict[tuple[int, int, int], str] = {}


class VaultError(ConfigurationError):
    """Secrets cannot be read or kept; those that there are stay as they are."""

    default_code = "SECRETS"


def sealer(key: bytes) -> AESGCM:
    """The cipher: AES-256 in GCM, which also notices every change.

    Raises:
        MissingExtraError: If ``cryptography`` is not installed.
    """
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as error:
        raise MissingExtraError("Keeping secrets", "secrets") from error
    return AESGCM(key)


def derive(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    """A key from a passphrase with scrypt.

    Raises:
        VaultError: If the costs are out of what is sensible, as only a changed file has them.
    """
    import hashlib

    n, r, p = (cost.get(name) for name in ("n", "r", "p"))
    if not (isinstance(n, int) and 1 << 14 <= n <= 1 << 20 and n & (n - 1) == 0 and r == 8 and p in {1, 2, 3, 4}):
        raise VaultError("The costs of the passphrase are not sensible; the file was changed")
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def from_outside(environ: Mapping[str, str], *, what: str = "secrets") -> str:
    """The passphrase: from the file descriptor in ``FLEXT_PASSPHRASE_FD``, else asked for on the terminal.

    Raises:
        VaultError: If there is neither.
    """
    if given := environ.get("FLEXT_PASSPHRASE_FD", "").strip():
        return from_descriptor(given)
    if sys.stdin is not None and sys.stdin.isatty():
        from flext_sdk._ask import typed

        return typed(f"Passphrase of the {what}: ")
    raise VaultError(
        f"The {what} need a passphrase, and there is no terminal to ask on",
        code="PASSPHRASE_NEEDED",
        hint="Give it through a file descriptor: FLEXT_PASSPHRASE_FD=3 flext ... 3<FILE",
    )


def from_descriptor(number: str | int) -> str:
    """The first line of an open file descriptor; it is read once and remembered.

    Raises:
        VaultError: If it cannot be read.
    """
    try:
        handle = int(number)
        state = os.fstat(handle)
        # The number may stand for another file by now.
        known = (handle, state.st_dev, state.st_ino)
        if known not in _read_fds:
            with os.fdopen(os.dup(handle), "rb") as file:
                _read_fds[known] = file.read(65_536).decode().splitlines()[0]
        found = _read_fds[known]
    except (ValueError, OSError, IndexError, OverflowError):
        raise VaultError(
            "The passphrase's file descriptor cannot be read, or has no line",
            code="PASSPHRASE_NEEDED",
            hint="Open it for the command: FLEXT_PASSPHRASE_FD=3 flext ... 3<FILE",
        ) from None
    if not found:
        raise VaultError("The passphrase is empty", code="PASSPHRASE_NEEDED")
    return found


def encode(content: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(content).decode()


def decode(text: Any, where: str) -> bytes:  # noqa: ANN401 - of a file
    """Bytes of text in a file.

    Raises:
        VaultError: If it is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise damaged(where) from None


def damaged(where: str) -> VaultError:
    """The error for a file that is not as it was written."""
    return VaultError(
        f"{where} was changed or damaged since it was written; nothing was taken from it and nothing overwritten",
        code="SECRETS_DAMAGED",
        hint="Put it back from a backup, or move it away and set the secrets again.",
    )


class Ring:
    """The keys of a home folder, the one in use first."""

    def __init__(self, home: Path, environ: Mapping[str, str], ask: Callable[[], str] | None = None) -> None:
        self.path = home / "credentials" / "key.json"
        self._home = home
        self._ask = ask or (lambda: from_outside(environ))
        self._opened: dict[str, bytes] = {}

    def entries(self) -> list[dict[str, Any]]:
        """What is known about each key.

        Raises:
            VaultError: If the file is damaged, or others can read it.
        """
        text = read_text(self.path)
        if text is None:
            return []
        if os.name == "posix" and self.path.stat().st_mode & 0o077:
            raise VaultError(
                f"Other users can read {self.path}; the key in it is not used",
                code="KEY_NOT_PRIVATE",
                hint=f"Close it: chmod 600 {self.path}; then change the key: flext profile secret rotate",
            )
        try:
            keys = json.loads(text)["keys"]
            assert all(isinstance(key["id"], str) and key["kind"] in {"file", "keyring", "passphrase"} for key in keys)
        except (ValueError, KeyError, TypeError, AssertionError):
            raise damaged(str(self.path)) from None
        return list(keys)

    def current(self) -> tuple[str, bytes]:
        """Id and key in use; made when there is none.

        Raises:
            VaultError: If it cannot be got.
        """
        entries = self.entries()
        if not entries:
            entry = self._first()
            self.save([entry])
            entries = [entry]
        return entries[0]["id"], self._open(entries[0])

    def _first(self) -> dict[str, Any]:
        """A key where nobody said how to keep it.

        A keyring may be there and yet take nothing: without a desktop there is nobody who could unlock it.
        """
        if keyring() is None:
            return self.make("file")
        try:
            return self.make("keyring")
        except VaultError as error:
            return {**self.make("file"), "because": error.message}

    def by_id(self, wanted: str) -> bytes:
        """The key with which something was encrypted.

        Raises:
            VaultError: If it is not there, or cannot be got.
        """
        entry = next((one for one in self.entries() if one["id"] == wanted), None)
        if entry is None:
            raise VaultError(
                "The key of these secrets is not on this machine",
                code="KEY_MISSING",
                hint=f"Put {self.path} back from a backup, or remove the secrets and set them again.",
            )
        return self._open(entry)

    def make(self, kind: Kind, passphrase: str | None = None) -> dict[str, Any]:
        """A new key, kept as `kind` says; it is in use only once it was saved.

        Raises:
            VaultError: If it cannot be kept that way.
        """
        key, name = secrets.token_bytes(32), secrets.token_hex(8)
        entry: dict[str, Any] = {"id": name, "kind": kind}
        if kind == "file":
            entry["key"] = encode(key)
        elif kind == "keyring":
            ring = keyring()
            if ring is None:
                raise _no_keyring()
            try:
                ring.set_password(_SERVICE, name, encode(key))
            except Exception as error:  # each backend has errors of its own
                raise VaultError(
                    f"The keyring did not take the key: {type(error).__name__}", hint="Is it locked? Unlock it."
                ) from error
        else:
            salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
            outer = derive(passphrase or self._ask(), salt, SCRYPT)
            sealed = sealer(outer).encrypt(nonce, key, name.encode())
            entry |= {"salt": encode(salt), "nonce": encode(nonce), "key": encode(sealed), **SCRYPT}
        self._opened[name] = key
        return entry

    def save(self, entries: list[dict[str, Any]]) -> None:
        """Write the list of keys."""
        write(self.path, json.dumps({"version": 1, "keys": entries}, indent=2) + "\n")

    def forget(self, entry: Mapping[str, Any]) -> None:
        """Remove an old key from the keyring, if it is in it."""
        ring = keyring() if entry["kind"] == "keyring" else None
        if ring is not None:
            from contextlib import suppress

            with suppress(Exception):
                ring.delete_password(_SERVICE, entry["id"])

    def _open(self, entry: Mapping[str, Any]) -> bytes:
        name = entry["id"]
        if name not in self._opened:
            key = self._opener(entry)
            if len(key) != 32:
                raise damaged(str(self.path))
            self._opened[name] = key
        return self._opened[name]

    def _opener(self, entry: Mapping[str, Any]) -> bytes:
        where = str(self.path)
        if entry["kind"] == "file":
            return decode(entry.get("key"), where)
        if entry["kind"] == "keyring":
            ring = keyring()
            if ring is None:
                raise _no_keyring()
            try:
                text = ring.get_password(_SERVICE, entry["id"])
            except Exception as error:  # each backend has errors of its own
                raise VaultError(
                    f"The keyring did not give the key: {type(error).__name__}", hint="Is it locked? Unlock it."
                ) from error
            if text is None:
                raise VaultError("The key of the secrets is no longer in the keyring", code="KEY_MISSING")
            return decode(text, "The key in the keyring")
        outer = derive(self._ask(), decode(entry.get("salt"), where), entry)
        return unseal(
            outer, entry, name_of(entry), VaultError("The passphrase is wrong", code="WRONG_PASSPHRASE"), where
        )


def name_of(entry: Mapping[str, Any]) -> bytes:
    """What an entry's key is bound to."""
    return str(entry["id"]).encode()


def unseal(key: bytes, sealed: Mapping[str, Any], bound: bytes, wrong: VaultError, where: str) -> bytes:
    """Decrypt.

    Raises:
        VaultError: `wrong`, where the key does not fit, or the text was changed.
    """
    cipher = sealer(key)
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(decode(sealed.get("nonce"), where), decode(sealed.get("key"), where), bound)
    except (InvalidTag, ValueError):
        raise wrong from None


def keyring() -> Any:  # noqa: ANN401 - of a library that may not be installed
    """The operating system's keyring, or None where there is none that can keep anything."""
    try:
        import keyring as found
    except ModuleNotFoundError:
        return None
    try:
        usable = float(found.get_keyring().priority) >= 1
    except Exception:  # noqa: BLE001 - whatever a backend says, it is of no use then
        return None
    return found if usable else None


def _no_keyring() -> VaultError:
    return VaultError(
        "The key of the secrets belongs into the keyring of the operating system, and there is none here",
        code="NO_KEYRING",
        hint='Install the package "keyring" and unlock it; or put key.json of the folder credentials back.',
    )
