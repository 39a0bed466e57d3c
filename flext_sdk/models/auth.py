# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag auth."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum


class LoginRequest(Model):
    """
    A name and a password.
    """

    username: str
    """
    Name of the user.
    """
    password: str
    """
    The password.
    """
    device_info: str | None = None
    """
    What logs in; the audit shows it.
    """


class RefreshRequest(Model):
    """
    A refresh token.
    """

    refresh_token: str
    """
    The token.
    """


class LogoutRequest(Model):
    """
    A token of any kind.
    """

    token: str
    """
    The token.
    """


class RevokeRequest(Model):
    """
    Whose tokens are to be revoked.
    """

    session: str | None = None
    """
    One session by its id.
    """
    user: str | None = None
    """
    All sessions of this user.
    """


class Revocation(Model):
    """
    What was revoked.
    """

    revoked: int
    """
    Sessions that were ended.
    """


class IdentityRole(OpenEnum):
    """
    What they may do.
    """

    reader = "reader"
    operator = "operator"
    admin = "admin"


class IdentityKind(OpenEnum):
    """
    A user who logged in
    """

    user = "user"
    machine = "machine"


class Identity(Model):
    """
    Who somebody is to the service.
    """

    username: str
    """
    Name of the user; owner for the machine's own token.
    """
    role: IdentityRole
    roles: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    The role and those that it includes.
    """
    kind: IdentityKind | None = None
    email: str | None = None
    session: str | None = None
    """
    Id of the session.
    """
    expires_at: AwareDatetime | None = None
    """
    When the access token expires; null for never.
    """
    session_expires_at: AwareDatetime | None = None
    """
    When one has to log in again.
    """
    source: str | None = None
    """
    Where the token came from; the client says so, not the service.
    """
    access_token: str | None = None
    """
    The token itself, where it was asked for; the client adds it.
    """


class Introspection(Model):
    """
    What is known about a token.
    """

    active: bool
    """
    Whether it is good now.
    """
    identity: Identity | None = None
    """
    Whose it is; null when it is not good.
    """


class UserRole(OpenEnum):
    """
    What they may do.
    """

    reader = "reader"
    operator = "operator"
    admin = "admin"


class User(Model):
    """
    Somebody who can log in.
    """

    id: str | None = None
    username: str
    """
    The name; upper and lower case are the same.
    """
    email: str | None = None
    role: UserRole
    roles: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    The role and those that it includes.
    """
    active: bool | None = None
    """
    Whether they may log in.
    """
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    last_login_at: AwareDatetime | None = None


class UserList(Model):
    """
    A page of users.
    """

    users: Annotated[list[User], NullAsEmpty]
    total: int


class UserRequestRole(OpenEnum):
    """
    What they may do.
    """

    reader = "reader"
    operator = "operator"
    admin = "admin"


class UserRequest(Model):
    """
    A new user.
    """

    username: str
    """
    The name: letters, digits, dots, underscores, hyphens and @.
    """
    password: str
    """
    At least 8 characters.
    """
    role: UserRequestRole = UserRequestRole.reader
    email: str | None = None
    """
    Where to reach them.
    """


class UserChangeRole(OpenEnum):
    """
    What they may do.
    """

    reader = "reader"
    operator = "operator"
    admin = "admin"


class UserChange(Model):
    """
    What is to be changed about a user.
    """

    role: UserChangeRole | None = None
    email: str | None = None
    """
    Where to reach them.
    """


class PasswordRequest(Model):
    """
    A new password.
    """

    password: str
    """
    At least 8 characters.
    """
    current_password: str | None = None
    """
    The present password; an admin needs none for others.
    """


class AuditEntry(Model):
    """
    Something that happened.
    """

    id: int
    at: AwareDatetime
    """
    When.
    """
    event: str
    """
    login, login_failed, login_blocked, logout, refresh, refresh_reused, revoke, user_create, user_update, ...
    """
    username: str | None = None
    """
    Whom it is about.
    """
    actor: str | None = None
    """
    Who did it.
    """
    address: str | None = None
    """
    Where it came from.
    """
    session: str | None = None
    """
    Id of the session.
    """
    request_id: str | None = None
    """
    Id of the request; the service's log has it too.
    """
    detail: str | None = None
    """
    More about it.
    """


class AuditList(Model):
    """
    A page of entries.
    """

    entries: Annotated[list[AuditEntry], NullAsEmpty]
    total: int


class TokenPair(Model):
    """
    An access token and what renews it.
    """

    access_token: str
    """
    Sent with each request as a bearer token.
    """
    refresh_token: str | None = None
    """
    Good for one use.
    """
    token_type: str
    """
    bearer.
    """
    expires_in: int
    """
    Seconds that the access token is good for.
    """
    expires_at: AwareDatetime
    """
    When the access token expires.
    """
    refresh_expires_at: AwareDatetime | None = None
    """
    When the refresh token expires.
    """
    session: str | None = None
    """
    Id of the session.
    """
    user: User | None = None
