# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Log in and out, and manage users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._sync.resource import Resource

if TYPE_CHECKING:
    from flext_sdk._sync.pagination import Page
    from flext_sdk.models.auth import AuditEntry, Identity, Introspection, Revocation, TokenPair, User


class AuthBase(Resource):
    """Log in and out, and manage users."""

    def _login(self, *, body: Any) -> TokenPair:
        """POST /api/v1/auth/login: log in with a name and a password."""
        return self._call(ops.AUTH_LOGIN, body=body)

    def _refresh(self, *, body: Any) -> TokenPair:
        """POST /api/v1/auth/refresh: get new tokens for a refresh token."""
        return self._call(ops.AUTH_REFRESH, body=body)

    def _logout(self, *, body: Any) -> None:
        """POST /api/v1/auth/logout: end the session that a token belongs to."""
        self._call(ops.AUTH_LOGOUT, body=body)

    @command("auth whoami", operation="auth.whoami", columns=("username", "role", "kind", "email"))
    def whoami(self) -> Identity:
        """Show who you are to the service.

        Without a login on the platform of this machine you are its owner, who has the role admin.

        Returns:
            The `Identity`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            me = client.auth.whoami()
            print(me.username, me.role)
            ```

        Command example:
            $ flext auth whoami
            $ flext auth whoami -o json

        See also:
            flext auth status
            flext auth login
        """
        return self._call(ops.AUTH_WHOAMI)

    def _introspect(self, *, body: Any) -> Introspection:
        """POST /api/v1/auth/introspect: tell whether an access token is good now, and whose it is."""
        return self._call(ops.AUTH_INTROSPECT, body=body)

    @command(
        "auth token revoke",
        operation="auth.token_revoke",
        columns=("revoked",),
        confirm="End these sessions with all their tokens?",
        mutating=True,
    )
    def token_revoke(self, *, session: str | None = None, user: str | None = None) -> Revocation:
        """Revoke tokens at once, on both services.

        Without a session or a user, all of your own. Those of others take the role admin.

        Args:
            session: One session by its id.
            user: All sessions of this user.

        Returns:
            The `Revocation`.

        Raises:
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.token_revoke(user="ada")
            ```

        Command example:
            $ flext auth token revoke --yes
            $ flext auth token revoke --user ada --yes

        See also:
            flext auth logout
            flext auth user disable
        """
        return self._call(ops.AUTH_TOKEN_REVOKE, body={"session": session, "user": user})

    @command(
        "auth user list",
        operation="auth.user_list",
        columns=(
            "username",
            "role",
            "active:ACTIVE:bool",
            "email",
            "last_login_at:LAST LOGIN:ago",
            "created_at:CREATED:ago",
        ),
    )
    def user_list(self, *, limit: int = 50, offset: int = 0) -> Page[User]:
        """List users.

        Args:
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.

        Returns:
            A page of `User`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for user in client.auth.user_list():
                print(user.username, user.role)
            ```

        Command example:
            $ flext auth user list

        See also:
            flext auth user create
        """
        return self._page(ops.AUTH_USER_LIST, query={"limit": limit, "offset": offset})

    def _user_create(self, *, body: Any) -> User:
        """POST /api/v1/auth/users: create a user."""
        return self._call(ops.AUTH_USER_CREATE, body=body)

    @command(
        "auth user update",
        operation="auth.user_update",
        positional=("username",),
        columns=("username", "role", "active:ACTIVE:bool", "email"),
        mutating=True,
    )
    def user_update(
        self, username: str, *, role: Literal["reader", "operator", "admin"] | None = None, email: str | None = None
    ) -> User:
        """Change a user's role or address.

        What is not given stays as it is. A new role holds from the next request on, also for tokens that are in use.

        Args:
            username: Name of the user.
            role: What they may do.
            email: Where to reach them.

        Returns:
            The `User`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_update("ada", role="operator")
            ```

        Command example:
            $ flext auth user update ada --role operator

        See also:
            flext auth user list
        """
        return self._call(ops.AUTH_USER_UPDATE, path={"username": username}, body={"role": role, "email": email})

    @command(
        "auth user delete",
        operation="auth.user_delete",
        positional=("username",),
        confirm="Delete user {username}?",
        mutating=True,
    )
    def user_delete(self, username: str) -> None:
        """Delete a user.

        All sessions of the user end at once. What was written down about them stays.

        Args:
            username: Name of the user.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_delete("ada")
            ```

        Command example:
            $ flext auth user delete ada --yes

        See also:
            flext auth user disable
        """
        self._call(ops.AUTH_USER_DELETE, path={"username": username})

    def _user_set_password(self, username: str, *, body: Any) -> None:
        """PUT /api/v1/auth/users/{username}/password: set a password."""
        self._call(ops.AUTH_USER_SET_PASSWORD, path={"username": username}, body=body)

    @command(
        "auth user disable",
        operation="auth.user_disable",
        positional=("username",),
        columns=("username", "role", "active:ACTIVE:bool"),
        confirm="Keep user {username} out?",
        mutating=True,
    )
    def user_disable(self, username: str) -> User:
        """Keep a user out; all their sessions end at once.

        Args:
            username: Name of the user.

        Returns:
            The `User`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_disable("ada")
            ```

        Command example:
            $ flext auth user disable ada --yes

        See also:
            flext auth user enable
        """
        return self._call(ops.AUTH_USER_DISABLE, path={"username": username})

    @command(
        "auth user enable",
        operation="auth.user_enable",
        positional=("username",),
        columns=("username", "role", "active:ACTIVE:bool"),
        mutating=True,
    )
    def user_enable(self, username: str) -> User:
        """Let a user in again, with no failed logins against them.

        Args:
            username: Name of the user.

        Returns:
            The `User`.

        Raises:
            NotFoundError: There is nothing of that name.
            ConflictError: The present state does not allow it.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            client.auth.user_enable("ada")
            ```

        Command example:
            $ flext auth user enable ada

        See also:
            flext auth user disable
        """
        return self._call(ops.AUTH_USER_ENABLE, path={"username": username})

    @command(
        "auth audit", operation="auth.audit", columns=("at:WHEN:ago", "event", "username", "actor", "address", "detail")
    )
    def audit(self, *, limit: int = 50, offset: int = 0, username: str | None = None) -> Page[AuditEntry]:
        """Show who logged in, failed to, or changed users.

        Newest first. Entries are kept for 180 days.

        Args:
            limit: Items fetched with one request, 1 to 100.
            offset: How many items to leave out at the beginning.
            username: Only what is about this user.

        Returns:
            A page of `AuditEntry`; iterating over it goes on through all pages.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            for entry in client.auth.audit():
                print(entry.at, entry.event, entry.username)
            ```

        Command example:
            $ flext auth audit --username ada

        See also:
            flext auth user list
        """
        return self._page(ops.AUTH_AUDIT, query={"limit": limit, "offset": offset, "username": username})
