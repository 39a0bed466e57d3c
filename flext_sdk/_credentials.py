"""Where the tokens of a login are kept between two programs.

`TokenStore` is the seam: whatever has its four methods can hold them. `FileTokenStore` keeps each login in a file of
its own that only its owner can read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LOCAL", "FileTokenStore", "Login", "TokenStore", "credentials_folder", "login_key"]

LOCAL = "local"
"""Stands for the platform of this machine, whose ports may change."""
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


def credentials_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the logins, below ``FLEXT_HOME`` or ``~/.flx``."""
    return Path(environ.get("FLEXT_HOME") or "~/.flx").expanduser() / "credentials"


def login_key(issuer: str, profile: str = "default") -> str:
    """Name of a login: one for each profile and platform.

    Args:
        issuer: Address of FLEXT Service, or `LOCAL`.
        profile: Name of the profile.
    """
    return f"login-{hashlib.sha256(f'{profile}\n{issuer}'.encode()).hexdigest()[:24]}"


class FileTokenStore:
    """Logins as files that only their owner can read.

    Args:
        folder: Where they are; made when the first one is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Login | None:
        """The login under a key.

        Raises:
            ConfigurationError: The file cannot be read, is none of ours, or others can read it.
        """
        import json

        path = self._path(key)
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    raise ConfigurationError(
                        f"Others than you may read {path}, which holds your login", hint=f"chmod 600 {path}"
                    )
                return Login.from_dict(json.loads(file.read()))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(f"The login in {path} cannot be read: {error.strerror or error}") from error
        except ValueError:
            raise ConfigurationError(
                f"The login in {path} cannot be understood", hint="Log in again: flext auth login"
            ) from None

    def save(self, key: str, login: Login) -> None:
        """Keep a login.

        Raises:
            ConfigurationError: It cannot be written.
        """
        import json
        import tempfile

        path = self._path(key)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=f".{key}.")  # made with 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(login.to_dict(), file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise ConfigurationError(f"The login cannot be kept in {path}: {error.strerror or error}") from error

    def delete(self, key: str) -> bool:
        """Forget a login; False where there is none.

        Raises:
            ConfigurationError: The file cannot be removed.
        """
        path = self._path(key)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise ConfigurationError(f"The login in {path} cannot be removed: {error.strerror or error}") from error
        return True

    def try_lock(self, key: str) -> Callable[[], None] | None:
        """Take the right to renew a login; None when another thread or process has it.

        Raises:
            ConfigurationError: The lock file cannot be made.
        """
        import fcntl

        path = self._folder / f"{key}.lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be made: {error.strerror or error}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return lambda: os.close(handle)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
