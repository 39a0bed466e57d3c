"""Who asks, and what they may do."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from datetime import datetime

    from flext_sdk.embedded.web.call import Call

type Role = Literal["reader", "operator", "admin"]

ROLES: Final[tuple[Role, ...]] = ("reader", "operator", "admin")
"""Each may do what those before it may."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever a request comes from.

    Attributes:
        username: Their name; ``owner`` for the machine's own token.
        role: What they may do.
        kind: ``machine`` for whoever has the machine's own token, else ``user``.
        email: Where to reach them.
        session: Id of their session.
        expires_at: When the access token expires.
        session_expires_at: When they have to log in again.
        token: What they sent, to ask other services on their behalf.
    """

    username: str
    role: Role
    kind: Literal["user", "machine"] = "user"
    email: str | None = None
    session: str | None = None
    expires_at: datetime | None = None
    session_expires_at: datetime | None = None
    token: str = field(default="", repr=False, compare=False)


OWNER: Final = Principal("owner", "admin", "machine")
"""Whoever has the machine's own token."""

caller: ContextVar[Principal | None] = ContextVar("caller", default=None)
"""Who the request that is being worked on comes from; None where nobody had to say so."""


class Authority(Protocol):
    """Knows the tokens of users. Called in a thread."""

    def principal(self, token: str) -> Principal | None:
        """Whose access token this is; None when it is not good now.

        Raises:
            ApiError: It cannot be found out.
        """
        ...


def included(role: Role) -> list[Role]:
    """A role and those that it includes, the least first."""
    return list(ROLES[: ROLES.index(role) + 1])


def require(principal: Principal | None, role: Role, operation: str) -> None:
    """Let a principal through who has the role or a higher one.

    Args:
        principal: Who asks; None where the operation is open to all.
        role: What the operation needs.
        operation: Id of the operation, for the message.

    Raises:
        ApiError: 403: the role is not enough.
    """
    if principal is None or ROLES.index(principal.role) >= ROLES.index(role):
        return
    raise ApiError(
        403,
        "ROLE_REQUIRED",
        f"{operation} needs the role {role}; {principal.username} has the role {principal.role}",
        hint=f"An admin can give it: flext auth user update {principal.username} --role {role}",
        details={"required": role, "role": principal.role},
    )


def require_to_change(call: Call, *looks: str) -> None:
    """Let everybody through who only looks, where the same operation shows and changes.

    Args:
        call: The call; its body holds the changes.
        looks: Keys of the body that change nothing.

    Raises:
        ApiError: 403: something would be changed, and the role is not enough.
    """
    for key, value in (call.body or {}).items():
        if key not in looks and value not in (None, {}, []) and (key, value) != ("remove", False):
            require(caller.get(), "operator", call.operation_id)
