# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The tokens of whoever logged in: found, sent to the right services alone, renewed once."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from flext_sdk._credentials import Login
from flext_sdk._sync import _rt as rt
from flext_sdk._sync.calls import Options, Outgoing
from flext_sdk.errors import AuthenticationError, ConflictError, ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._core.types import Json
    from flext_sdk._credentials import TokenStore
    from flext_sdk._sync.transport import Transport

__all__ = ["Logins", "login_of"]

_PATH = "/api/v1/auth/refresh"
_PAUSE = 0.02
_PATIENCE = 60.0
_AGAIN = "Log in again: flext auth login"


def login_of(answer: Json, *, now: float, origins: tuple[str, ...]) -> Login:
    """The login in a service's answer.

    Args:
        answer: A `TokenPair` as plain data.
        now: Seconds since 1970, by the clock of this machine: the service's may be wrong.
        origins: Services that may see the tokens.

    Raises:
        ResponseDecodeError: It is none.
    """
    try:
        seconds = float(answer["expires_in"])
        access, refresh = str(answer["access_token"]), answer.get("refresh_token")
        username, session = str(answer["user"]["username"]), answer.get("session")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResponseDecodeError("The service's answer to a login has no tokens in it") from error
    return Login(username, access, refresh, now + seconds, seconds, origins, session=session)


class Logins:
    """The login of one client at one platform. Shared by all copies of the client.

    Args:
        transport: What sends the request for new tokens.
        store: Where logins are kept.
        key: Name of the login there.
        wall: Seconds since 1970.
    """

    def __init__(self, transport: Transport, store: TokenStore, key: str, wall: Callable[[], float]) -> None:
        self._transport = transport
        self._store = store
        self._key = key
        self._wall = wall
        self._login: Login | None = None
        self._looked = False
        self._turns: rt.PerLoop[rt.Lock] = rt.PerLoop()

    @property
    def login(self) -> Login | None:
        """The login there is.

        Raises:
            ConfigurationError: What is kept cannot be read.
        """
        if not self._looked:
            self._login = self._store.load(self._key)
            self._looked = True
        return self._login

    def keep(self, login: Login) -> None:
        """Somebody has logged in."""
        self._store.save(self._key, login)
        self._login, self._looked = login, True

    def forget(self) -> bool:
        """Somebody has logged out; False where nobody was logged in."""
        self._login, self._looked = None, True
        return self._store.delete(self._key)

    def token(self, url: str, options: Options) -> str | None:
        """The access token for a service, renewed where it has expired; None where nobody is logged in there.

        Args:
            url: Address of the service.
            options: Options of the call.

        Raises:
            AuthenticationError: It has expired and cannot be renewed.
            FlextError: Renewing failed.
        """
        login = self.login if not self._looked else self._login
        if login is None or not login.may_go_to(url):
            return None
        if not login.fresh(self._wall()):
            login = self.renewed(login.access_token, options)
        return login.access_token

    def renewed(self, stale: str, options: Options) -> Login:
        """The login with another access token than the one that is no longer good.

        Many may ask at the same time, in tasks, threads and processes: one of them fetches the tokens for all.

        Args:
            stale: The access token that is no longer good.
            options: Options of the call that needs it.

        Raises:
            AuthenticationError: The service gives no new one.
            FlextError: It cannot be asked.
        """
        with self._turns.get(rt.Lock):
            known = self._login
            if known is not None and known.access_token != stale and known.fresh(self._wall()):
                return known
            release = self._turn()
            try:
                return self._renew(stale, options)
            finally:
                release()

    def _turn(self) -> Callable[[], None]:
        end = time.monotonic() + _PATIENCE
        while (release := self._store.try_lock(self._key)) is None:
            if time.monotonic() > end:
                raise ConflictError(
                    "Another program holds the login and does not let go",
                    hint="End it, and try again.",
                    code="LOGIN_HELD",
                )
            rt.sleep(_PAUSE)
        return release

    def _renew(self, stale: str, options: Options) -> Login:
        current = self._store.load(self._key)
        if current is None:
            self._login = None
            raise AuthenticationError("You have been logged out", code="LOGGED_OUT", hint=_AGAIN)
        if current.access_token != stale and current.fresh(self._wall()):
            self._login = current
            return current
        if current.refresh_token is None:
            raise AuthenticationError(
                "The access token that you logged in with is no longer good", code="TOKEN_EXPIRED", hint=_AGAIN
            )
        out = Outgoing(
            "auth.refresh",
            "flext",
            "auth",
            "POST",
            _PATH,
            json.dumps({"refresh_token": current.refresh_token}).encode(),
            mutating=True,
            # Kept with the token: whoever lost the answer, even by being killed, can ask for it again.
            headers=(("Idempotency-Key", current.renewal_key),),
            template=_PATH,
        )
        plain = Options(timeout=options.timeout, retries=options.retries, autostart=options.autostart, anonymous=True)
        try:
            exchange = self._transport.exchange(out, plain)
        except AuthenticationError as error:
            raise AuthenticationError(
                f"Your login is no longer good: {error.message}",
                code=error.code,
                hint=_AGAIN,
                status=error.status,
                request_id=error.request_id,
            ) from None
        try:
            answer = json.loads(exchange.response.content)
        except ValueError as error:
            raise ResponseDecodeError("The service's answer to a login is not JSON") from error
        login = login_of(answer, now=self._wall(), origins=current.origins)
        self._store.save(self._key, login)
        self._login = login
        return login
