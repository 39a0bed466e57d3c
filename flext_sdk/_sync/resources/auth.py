# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Logging in and out, and what takes a password."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _ask
from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._core.settings import read_token
from flext_sdk._core.types import MASK
from flext_sdk._credentials import Login
from flext_sdk._sync import _local
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._login import login_of
from flext_sdk._sync.resources._auth import AuthBase
from flext_sdk.errors import AuthenticationError, FlextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Service
    from flext_sdk._sync.client import Flext
    from flext_sdk.models.auth import Identity, Introspection, User

__all__ = ["Auth"]

_SHOWN = ("username", "role", "kind", "source", "expires_at", "session_expires_at")
_LOGIN = "login"


class Auth(AuthBase):
    """Log in and out, and manage users."""

    @command(
        "auth login",
        operation="auth.login",
        positional=("username",),
        columns=("username", "role", "source", "session_expires_at:LOG IN AGAIN"),
        hidden=("password", "access_token", "ask", "ask_name", "on_message"),
        metavars={"username": "USER"},
    )
    def login(
        self,
        username: str | None = None,
        *,
        token: bool = False,
        password: str | None = None,
        access_token: str | None = None,
        ask: Callable[[str], str] = _ask.secret,
        ask_name: Callable[[str], str] = _ask.line,
        on_message: Callable[[str], object] = _local.say,
    ) -> Identity:
        """Log in, for this and later programs, until you log out.

        The password is asked for without echo; where there is no terminal it is the first line of standard input.
        FLEXT_USERNAME and FLEXT_PASSWORD come before asking. The tokens are kept encrypted with the secrets of the
        profile in force, and go to the platform you logged in to and to nobody else.

        Args:
            username: Name of the user; asked for when left out.
            token: Log in with an access token in place of a password: it is asked for, or read from standard input or
                FLEXT_TOKEN. It is not renewed.
            password: The password; asked for when left out.
            access_token: An access token in place of a password.
            ask: Asks for a secret.
            ask_name: Asks for the name.
            on_message: Gets a line about what else is to be known.

        Returns:
            Your `Identity`.

        Raises:
            AuthenticationError: Name, password or token is wrong.
            RateLimitError: There were too many failed logins; the error says how long to wait.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.login("ada", password=password)
            ```

        Command example:
            $ flext auth login ada
            $ flext auth login --token

        See also:
            flext auth status
            flext auth logout
        """
        client, logins = self._client, self._client._logins()
        environ = client._environ
        if token or access_token is not None:
            if username is not None or password is not None:
                raise UsageError("A token says who you are: give no name or password with it")
            given = client.settings["token"]
            text = access_token or (given.value if isinstance(given.value, str) else None)
            login = self._token_login(text or _asked(ask, "Token"))
        else:
            name = username or environ.get("FLEXT_USERNAME") or _asked(ask_name, "User name")
            secret = password or environ.get("FLEXT_PASSWORD") or _asked(ask, f"Password of {name}")
            login = self._password_login(name, secret)
        old = self._kept()
        rt.to_thread(logins.keep, login)
        if client._takes_login():
            client._transport.logins = logins
        else:
            on_message(
                f"{client._transport.endpoints.token_origin('flext')} comes before this login as long as it is set"
            )
        if old is not None and old.access_token != login.access_token:
            self._end(old, quiet=True)
        sender = type(self)(client.with_options(token=login.access_token, models=True))
        return _told(sender.whoami(), _LOGIN)

    @command("auth logout", operation="auth.logout", hidden=("on_message",))
    def logout(self, *, on_message: Callable[[str], object] = _local.say) -> None:
        """Log out: forget the tokens, and end the session at the service.

        The tokens are removed from this machine even where the service cannot be asked.

        Args:
            on_message: Gets a line where nobody was logged in.

        Raises:
            FlextError: The service could not be asked; the session there ends by itself.

        Example:
            ```python
            client.auth.logout()
            ```

        Command example:
            $ flext auth logout

        See also:
            flext auth login
            flext auth token revoke
        """
        logins = self._client._logins()
        login = self._kept()
        if not rt.to_thread(logins.forget):
            on_message("you were not logged in")
        if login is not None:
            self._end(login, quiet=False)

    @command("auth status", columns=_SHOWN)
    def status(self) -> Identity:
        """Show whether you are logged in, as whom, and where the token comes from.

        Returns:
            Your `Identity` with its ``source``: ``login``, where a token was given, or ``this machine``.

        Raises:
            AuthenticationError: The service takes no token that there is; exit code 3.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            me = client.auth.status()
            print(me.username, me.source)
            ```

        Command example:
            $ flext auth status

        See also:
            flext auth whoami
        """
        sender = type(self)(self._client.with_options(models=True))
        return _told(sender.whoami(), self._source())

    @command("auth token show", operation="auth.introspect", columns=("access_token", *_SHOWN, "session"))
    def token_show(self, *, reveal: bool = False) -> Identity:
        """Show the access token that calls are sent with, masked, and until when it is good.

        Args:
            reveal: Show the token itself, for use in another program.

        Returns:
            The `Identity` it stands for, with ``access_token``.

        Raises:
            AuthenticationError: There is none, or it is not good.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            token = (client.auth.token_show(reveal=True)).access_token
            ```

        Command example:
            $ flext auth token show
            $ flext auth token show --reveal -o plain --query access_token

        See also:
            flext auth token refresh
        """
        found = self.status()
        token = self._client._transport.token_of("flext", self._client.options)
        return found.model_copy(update={"access_token": token if reveal else MASK})

    @command("auth token refresh", operation="auth.refresh", columns=_SHOWN)
    def token_refresh(self) -> Identity:
        """Fetch new tokens now. Calls do it by themselves when the access token has expired.

        Returns:
            Your `Identity`.

        Raises:
            AuthenticationError: You are not logged in, or your session has ended.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.token_refresh()
            ```

        Command example:
            $ flext auth token refresh

        See also:
            flext auth token show
        """
        logins = self._client._logins()
        login = rt.to_thread(lambda: logins.login)
        if login is None:
            raise _logged_out()
        logins.renewed(login.access_token, self._client.options)
        return self.status()

    def introspect(self, token: str) -> Introspection:
        """Whether an access token is good now, and whose it is; takes the role admin.

        For services that take tokens of the platform.

        Args:
            token: The token.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.
        """
        return self._introspect(body={"token": token})

    @command(
        "auth user create",
        operation="auth.user_create",
        positional=("username",),
        columns=("username", "role", "active:ACTIVE:bool", "email"),
        hidden=("password", "ask"),
        mutating=True,
    )
    def user_create(
        self,
        username: str,
        *,
        role: Literal["reader", "operator", "admin"] = "reader",
        email: str | None = None,
        password: str | None = None,
        ask: Callable[[str], str] = _ask.secret,
    ) -> User:
        """Create a user.

        The password is asked for without echo; where there is no terminal it is the first line of standard input.
        FLEXT_NEW_PASSWORD comes before asking.

        Args:
            username: The name; upper and lower case are the same.
            role: What they may do: a reader sees everything, an operator also creates and runs pipelines, an admin also
                manages users.
            email: Where to reach them.
            password: The password, at least 8 characters; asked for when left out.
            ask: Asks for a secret.

        Returns:
            The `User`.

        Raises:
            ConflictError: There is a user of that name.
            PermissionDeniedError: You are no admin.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_create("ada", role="operator", password=password)
            ```

        Command example:
            $ flext auth user create ada --role operator
            $ flext auth user create bob --email bob@example.org

        See also:
            flext auth user list
            flext auth user set-password
        """
        secret = password or self._new_password(username, ask)
        return self._user_create(body={"username": username, "password": secret, "role": role, "email": email})

    @command(
        "auth user set-password",
        operation="auth.user_set_password",
        positional=("username",),
        hidden=("password", "current_password", "ask"),
        mutating=True,
    )
    def user_set_password(
        self,
        username: str,
        *,
        password: str | None = None,
        current_password: str | None = None,
        ask: Callable[[str], str] = _ask.secret,
    ) -> None:
        """Set a password; all sessions of the user end.

        An admin sets anybody's. Your own takes the present one too: FLEXT_PASSWORD, or it is asked for first.

        Args:
            username: Name of the user.
            password: The new password, at least 8 characters; FLEXT_NEW_PASSWORD, or asked for, when left out.
            current_password: The present password, for your own.
            ask: Asks for a secret.

        Raises:
            AuthenticationError: The present password is wrong.
            NotFoundError: There is no user of that name.
            PermissionDeniedError: It is another user, and you are no admin.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_set_password("ada", password=password)
            ```

        Command example:
            $ flext auth user set-password ada

        See also:
            flext auth user disable
        """
        if current_password is None:
            me = type(self)(self._client.with_options(models=True)).whoami()
            if me.username == username.strip().lower():
                present = self._client._environ.get("FLEXT_PASSWORD")
                current_password = present or _asked(ask, "Present password")
        secret = password or self._new_password(username, ask)
        op: Operation[Any] = ops.AUTH_USER_SET_PASSWORD
        self._call(op, path={"username": username}, body={"password": secret, "current_password": current_password})

    # -- parts -----------------------------------------------------------------------------------------------

    def _new_password(self, username: str, ask: Callable[[str], str]) -> str:
        given = self._client._environ.get("FLEXT_NEW_PASSWORD")
        return given or _asked(ask, f"New password of {username}")

    def _anonymous(self) -> Auth:
        """A copy that sends no token, and hands on plain data."""
        client: Flext = self._client
        return type(self)(client._copy(replace(client.options, anonymous=True, models=False, recorder=None)))

    def _password_login(self, username: str, password: str) -> Login:
        # A wrong password is told at once, and not tried again on its own.
        sender = self._anonymous()
        sender._client._options = replace(sender._client._options, retries=0)
        answer: Any = sender._login(body={"username": username, "password": password})
        return login_of(answer, now=self._client._transport.wall(), origins=self._origins())

    def _token_login(self, text: str) -> Login:
        try:
            token = read_token(text)
        except ValueError as error:
            raise UsageError(f"The token cannot be used: {error}") from None
        try:
            me = type(self)(self._client.with_options(token=token, models=True)).whoami()
        except AuthenticationError as error:
            error.hint = "It is the token that was given just now: log in with another one."
            raise
        until = me.expires_at.timestamp() if me.expires_at is not None else None
        return Login(me.username, token, expires_at=until, origins=self._origins(), session=me.session)

    def _origins(self) -> tuple[str, ...]:
        services: tuple[Service, ...] = ("flext", "flexcore")
        if self._client.is_local:
            return ()
        return tuple(url for name in services if (url := self._client._transport.url_of(name)) is not None)

    def _kept(self) -> Login | None:
        """The login there is; one that cannot be read is none, for it is about to go."""
        logins = self._client._logins()
        try:
            return rt.to_thread(lambda: logins.login)
        except FlextError:
            return None

    def _end(self, login: Login, *, quiet: bool) -> None:
        try:
            self._anonymous()._logout(body={"token": login.refresh_token or login.access_token})
        except FlextError:
            if not quiet:
                raise

    def _source(self) -> str:
        transport = self._client._transport
        if self._client.options.token is not None:
            return "token=..."
        if transport.logins is not None and transport.logins.login is not None:
            return _LOGIN
        return transport.endpoints.token_origin("flext") or "this machine"


def _asked(ask: Callable[[str], str], question: str) -> str:
    answer: str = rt.to_thread(ask, question)
    return answer


def _told(found: Identity, source: str) -> Identity:
    return found.model_copy(update={"source": source})


def _logged_out() -> AuthenticationError:
    return AuthenticationError("You are not logged in", code="NOT_LOGGED_IN", hint="Log in: flext auth login")
