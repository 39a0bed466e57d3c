"""Profiles: settings for dev, staging and production on one machine, and their secrets.

`Profiles` and `Config` (in `flext_sdk` itself, with `AsyncProfiles` and `AsyncConfig`) are what the
commands ``flext profile`` and ``flext config`` call. Here stands what they are made of.

Importing this package loads nothing else: each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flext_sdk.profiles._find import LOCAL as LOCAL
    from flext_sdk.profiles._find import ActiveProfile as ActiveProfile
    from flext_sdk.profiles._keys import VaultError as VaultError
    from flext_sdk.profiles.configfile import ConfigFile as ConfigFile
    from flext_sdk.profiles.store import ProfileStore as ProfileStore
    from flext_sdk.profiles.vault import Vault as Vault

__all__ = ["LOCAL", "ActiveProfile", "ConfigFile", "ProfileStore", "Vault", "VaultError"]

_HOMES = {
    "LOCAL": "_find",
    "ActiveProfile": "_find",
    "VaultError": "_keys",
    "ConfigFile": "configfile",
    "ProfileStore": "store",
    "Vault": "vault",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=__import__(__name__))
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
