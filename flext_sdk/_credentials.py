"""Where the tokens of a login are kept between two programs.

`TokenStore` is the seam: whatever has its four methods can hold them. `VaultTokenStore` keeps each among the encrypted
secrets of the profile that it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.errors import ConfigurationError
from flext_sdk.profiles._find import LOGIN_PREFIX, home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Login", "TokenStore", "VaultTokenStore", "login_key"]

_EARLY = 10.0
"""Seconds before its end at which an access token is renewed; a tenth of its time where that is less."""


@dataclass(frozen=True, slots=True)
class Login:
    """The tokens of one login, and where they may be sent.

    Attributes:
        username: Who logged in.
        access_token: Sent with each request.
        refresh_token: What renews it; None where somebody gave an access token alone.
        expires_at: When the access token expires, in seconds since 1970; None for never.
        lifetime: Seconds that it was good for when it came.
        origins: Addresses of the services that may see the tokens; empty for the platform of this machine.
        renewal_key: Key under which the next tokens are asked for, so that a lost answer can be asked for again.
        session: Id of the session.
    """

    username: str
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    lifetime: float = 0.0
    origins: tuple[str, ...] = ()
    renewal_key: str = field(default_factory=secrets.token_hex, repr=False)
    session: str | None = None

    def fresh(self, now: float) -> bool:
        """Whether the access token can be sent as it is.

        Args:
            now: Seconds since 1970.
        """
        if self.expires_at is None or self.refresh_token is None:
            return True
        return now < self.expires_at - min(_EARLY, self.lifetime / 10)

    def may_go_to(self, url: str) -> bool:
        """Whether the tokens may be sent to the service at an address."""
        return not self.origins or url in self.origins

    def to_dict(self) -> dict[str, Any]:
        """Plain data, tokens in clear: for a `TokenStore` alone."""
        return {name: getattr(self, name) for name in self.__slots__} | {"origins": list(self.origins)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Login:
        """The reverse of `to_dict`.

        Raises:
            ValueError: It is not what `to_dict` gave.
        """
        try:
            values = {name: data[name] for name in cls.__slots__}
            return cls(**(values | {"origins": tuple(values["origins"])}))
        except (KeyError, TypeError) as error:
            raise ValueError("it is no login") from error


class TokenStore(Protocol):
    """Keeps logins under a key; see `login_key`. Safe to use from threads and processes."""

    def load(self, key: str) -> Login | None:
        """The login under a key.

        Raises:
            ConfigurationError: What is kept cannot be read.
        """
        ...

    def save(self, key: str, login: Login) -> None:
        """Keep a login, in one step."""
        ...

    def delete(self, key: str) -> bool:
        """Forget a login; False where there is none."""
        ...

    def try_lock(self, key: str) -> Callable[[], None] | None:
        """Take the right to renew a login, which one program at a time has; None when another one has it.

        Returns:
            What gives it back. It ends with the process, too.
        """
        ...


def login_key(issuer: str) -> str:
    """Name of the login at a platform, among the secrets of a profile.

    Args:
        issuer: Address of FLEXT Service, or ``local``.
    """
    return LOGIN_PREFIX + hashlib.sha256(issuer.encode()).hexdigest()[:24]


class VaultTokenStore:
    """The logins of one profile, encrypted as its secrets are.

    Args:
        profile: Name of the profile.
        environ: The environment.

    Raises:
        ConfigurationError: There is no home folder.
        MissingExtraError: What encrypts them is not installed; so it is told before anybody logs in.
    """

    def __init__(self, profile: str, environ: Mapping[str, str] = os.environ) -> None:
        from flext_sdk.profiles._keys import sealer
        from flext_sdk.profiles.vault import Vault

        home = home_of(environ)
        if home is None:
            raise ConfigurationError("There is no home folder to keep a login in", hint="Set FLEXT_HOME.")
        sealer(bytes(32))
        self._folder = Path(home) / "credentials"
        self._profile = profile
        self._vault = Vault(home, environ=environ)

    def load(self, key: str) -> Login | None:
        """The login under a key.

        Raises:
            ConfigurationError: What is kept cannot be read.
        """
        text = self._vault.get(self._profile, key)
        if text is None:
            return None
        try:
            return Login.from_dict(json.loads(text))
        except ValueError:
            raise ConfigurationError(
                f"The login of profile {self._profile} cannot be understood", hint="Log in again: flext auth login"
            ) from None

    def save(self, key: str, login: Login) -> None:
        """Keep a login.

        Raises:
            ConfigurationError: It cannot be kept; what there was stays.
        """
        text = json.dumps(login.to_dict())
        self._vault.exchange(self._profile, lambda kept: {**kept, key: text})

    def delete(self, key: str) -> bool:
        """Forget a login; False where there is none.

        Raises:
            ConfigurationError: What is kept cannot be read or changed.
        """
        found = False

        def without(kept: dict[str, str]) -> dict[str, str]:
            nonlocal found
            found = kept.pop(key, None) is not None
            return kept

        self._vault.exchange(self._profile, without)
        return found

    def try_lock(self, key: str) -> Callable[[], None] | None:
        """Take the right to renew a login; None when another thread or process has it.

        Raises:
            ConfigurationError: The lock file cannot be made.
        """
        import fcntl

        from flext_sdk.profiles._files import failed, make_folder

        make_folder(self._folder)
        path = self._folder / f"{self._profile}.{key}.lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise failed("lock", path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return lambda: os.close(handle)
