"""Profiles on their way to another machine: the file as it is, below lines of comment that say what it is.

```yaml
# flext profile: dev
# flext secrets: {"salt": ..., "data": ...}     only with a passphrase
services: {url: https://dev.example}            # the file itself, byte by byte
```
"""

from __future__ import annotations

import json
import secrets as random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flext_sdk._core.settings import read_name
from flext_sdk._core.types import MASK
from flext_sdk.errors import ConfigurationError
from flext_sdk.profiles._keys import SCRYPT, VaultError, damaged, decode, derive, encode, sealer
from flext_sdk.profiles._types import ProfileChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk._core.types import Json

__all__ = ["Transfer", "pack", "plan", "unpack"]

_NAME = "# flext profile: "
_SECRETS = "# flext secrets: "
_OPEN = " (its last line has no end)"  # what is written to a terminal or a pipe gets one


@dataclass(frozen=True, slots=True)
class Transfer:
    """A profile outside of its place.

    Attributes:
        name: Its name.
        text: Its file.
        secrets: Its secrets.
    """

    name: str
    text: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def pack(transfer: Transfer, passphrase: str | None) -> str:
    """A profile as text; its secrets are in it only encrypted under the passphrase.

    Raises:
        VaultError: If the passphrase is empty.
    """
    is_open = bool(transfer.text) and not transfer.text.endswith("\n")
    head, body = f"{_NAME}{transfer.name}{_OPEN if is_open else ''}\n", transfer.text + "\n" * is_open
    if passphrase is None or not transfer.secrets:
        return head + body
    if not passphrase:
        raise VaultError("The passphrase is empty", code="PASSPHRASE_NEEDED")
    salt, nonce = random.token_bytes(16), random.token_bytes(12)
    key = derive(passphrase, salt, SCRYPT)
    data = sealer(key).encrypt(nonce, json.dumps(dict(transfer.secrets)).encode(), transfer.name.encode())
    sealed = {"salt": encode(salt), "nonce": encode(nonce), "data": encode(data), **SCRYPT}
    return f"{head}{_SECRETS}{json.dumps(sealed)}\n{body}"


def unpack(text: str, *, name: str | None = None, passphrase: Callable[[], str] | None = None) -> Transfer:
    """A profile from text.

    Args:
        text: What `pack` made, or a profile's file.
        name: Its name here; the one in the text when left out.
        passphrase: Gives the passphrase, called only where there are secrets.

    Raises:
        ConfigurationError: If it has no name, or its secrets cannot be opened.
    """
    theirs = ""
    if text.startswith(_NAME):
        line, _, text = text.partition("\n")
        theirs = line.removeprefix(_NAME).strip()
        if theirs.endswith(_OPEN):
            theirs, text = theirs.removesuffix(_OPEN), text.removesuffix("\n")
    found: dict[str, str] = {}
    if text.startswith(_SECRETS):
        line, _, text = text.partition("\n")
        if passphrase is None:
            raise VaultError("The secrets in it need a passphrase", code="PASSPHRASE_NEEDED")
        found = _opened(line.removeprefix(_SECRETS), passphrase(), theirs)
    wanted = name or theirs
    if not wanted:
        raise ConfigurationError("The text does not say its profile's name", hint="Give one: --name NAME")
    try:
        return Transfer(read_name(wanted), text, found)
    except ValueError as error:
        raise ConfigurationError(f"That is no name for a profile: {error}", code="BAD_NAME") from None


def _opened(line: str, passphrase: str, name: str) -> dict[str, str]:
    where = "The imported text"
    try:
        sealed: dict[str, Any] = dict(json.loads(line))
    except (ValueError, TypeError):
        raise damaged(where) from None
    key = derive(passphrase, decode(sealed.get("salt"), where), sealed)
    cipher = sealer(key)
    from cryptography.exceptions import InvalidTag

    try:
        plain = cipher.decrypt(decode(sealed.get("nonce"), where), decode(sealed.get("data"), where), name.encode())
    except (InvalidTag, ValueError):
        raise VaultError(
            "The passphrase is wrong, or the text was changed; nothing was imported", code="WRONG_PASSPHRASE"
        ) from None
    return dict(json.loads(plain))


def plan(
    transfer: Transfer, after: Mapping[str, Json], before: Mapping[str, Json] | None, kept: Sequence[str], *, same: bool
) -> list[ProfileChange]:
    """What changes when a profile takes the place of the one there is."""
    old, new = _flat(before or {}), _flat(after)
    changes = [
        ProfileChange(key=key, before=old.get(key), after=new.get(key))
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]
    changes += [
        ProfileChange(key=f"secret {name}", before=MASK if name in kept else None, after=MASK)
        for name in sorted(transfer.secrets)
    ]
    if before is None and not changes:
        changes.append(ProfileChange(key="profile", before=None, after="empty"))
    if before is not None and not changes and not same:
        changes.append(ProfileChange(key="comments and layout", before="as they are", after="as imported"))
    return changes


def _flat(data: Mapping[str, Json], path: str = "") -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in data.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{path}{key}.")
        else:
            found[f"{path}{key}"] = value
    return found
