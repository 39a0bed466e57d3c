"""Logging in, tokens and users."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flext.passwords import Hasher
from flext_sdk.embedded.store.attempts import AttemptStore
from flext_sdk.embedded.store.clock import Now, rfc3339, utc_now
from flext_sdk.embedded.store.sessions import Issued, Lifetimes, Refused, SessionStore
from flext_sdk.embedded.store.users import AuditStore, StoredUser, UserStore
from flext_sdk.embedded.web.access import OWNER, Principal, caller, included, require
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.store.database import Database
    from flext_sdk.embedded.web.call import Call

FREE_BY_USER: Final = 5
"""Wrong passwords for one user before the next attempt has to wait: 1 s, then twice as long each time."""
FREE_BY_ADDRESS: Final = 50
"""The same for one address; behind one there may be many people."""
LIFETIMES: Final = {
    "access": ("FLEXT_ACCESS_TOKEN_SECONDS", 900),
    "refresh": ("FLEXT_REFRESH_TOKEN_SECONDS", 7 * 86_400),
    "session": ("FLEXT_SESSION_SECONDS", 30 * 86_400),
}
_MOST_SECONDS: Final = 366 * 86_400


def lifetimes(environ: Mapping[str, str]) -> Lifetimes:
    """How long tokens are good for.

    Raises:
        ConfigurationError: A setting is no number of seconds.
    """
    found = {}
    for name, (variable, default) in LIFETIMES.items():
        text = environ.get(variable, "") or str(default)
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_SECONDS):
            raise ConfigurationError(
                f"{variable} is not a number of seconds: {text!r}", hint=f"Use a number from 1 to {_MOST_SECONDS}."
            )
        found[name] = dt.timedelta(seconds=int(text))
    return Lifetimes(**found)


def hasher(environ: Mapping[str, str]) -> Hasher:
    """What hashes passwords.

    Raises:
        ConfigurationError: A setting is no cost.
    """
    text = environ.get("FLEXT_PASSWORD_COST", "") or str(Hasher().ln)
    if not (text.isascii() and text.isdigit() and 10 <= int(text) <= 20):
        raise ConfigurationError(
            f"FLEXT_PASSWORD_COST is not a cost: {text!r}",
            hint="Use a number from 10 (for tests) to 20; each step doubles time and memory, and 15 takes 32 MiB.",
        )
    return Hasher(ln=int(text))


class AuthService:
    """The use-cases behind ``/api/v1/auth``; also tells the gate whose a token is.

    Args:
        database: Where users and tokens are.
        now: The clock.
        lifetimes: How long tokens are good for.
        hasher: Hashes passwords.
    """

    def __init__(
        self,
        database: Database,
        now: Now = utc_now,
        lifetimes: Lifetimes | None = None,
        hasher: Hasher | None = None,
    ) -> None:
        self._users = UserStore(database, now)
        self._audit = AuditStore(database, now)
        self._attempts = AttemptStore(database, now)
        self._sessions = SessionStore(database, now, lifetimes)
        self._hasher = hasher or Hasher()
        self._now = now

    def principal(self, token: str) -> Principal | None:
        """Whose access token this is; None when it is not good now."""
        return self._sessions.principal(token)

    # -- tokens ----------------------------------------------------------------------------------------------

    def login(self, call: Call) -> dict[str, Any]:
        """Tokens for a name and a password.

        Raises:
            ApiError: 401 or 429.
        """
        name = _lower(call.body["username"])
        user = self._proved(call, name, call.body["password"], "name or password is wrong")
        issued = self._sessions.open(user.id, name)
        self._users.logged_in(name)
        self._note(call, "login", name, actor=name, session=issued.session, detail=call.body.get("device_info"))
        return self._pair(issued)

    def refresh(self, call: Call) -> dict[str, Any]:
        """New tokens for a refresh token.

        Raises:
            ApiError: 401.
        """
        found = self._sessions.rotate(call.body["refresh_token"], call.idempotency_key)
        if isinstance(found, Issued):
            self._note(call, "refresh", found.username, actor=found.username, session=found.session)
            return self._pair(found)
        raise self._refused(call, found)

    def logout(self, call: Call) -> None:
        """Ends the session of a token."""
        found = self._sessions.find(call.body["token"])
        if found is not None and self._sessions.revoke(found[0]):
            self._note(call, "logout", found[1], actor=found[1], session=found[0])

    def introspect(self, call: Call) -> dict[str, Any]:
        """Whether a token is good, and whose it is."""
        found = self.principal(call.body["token"])
        return {"active": found is not None, "identity": identity(found) if found is not None else None}

    def revoke(self, call: Call) -> dict[str, Any]:
        """Ends sessions.

        Raises:
            ApiError: 403 or 404.
        """
        me, body = caller.get() or OWNER, call.body or {}
        session, name = body.get("session"), _lower(body["user"]) if body.get("user") else None
        if session is not None:
            owner = self._sessions.owner(session)
            if owner != me.username:
                require(me, "admin", call.operation_id)
            if owner is None or (name is not None and name != owner):
                raise ApiError(404, "SESSION_NOT_FOUND", f"there is no session {session!r}")
            count, name = self._sessions.revoke(session), owner
        else:
            if name is None and me.kind == "machine":
                message = "the machine's own token is no session: say whose tokens are to be revoked"
                raise ApiError(422, "NO_SESSION", message, hint="Name a user: flext auth token revoke --user NAME")
            name = name or me.username
            if name != me.username:
                require(me, "admin", call.operation_id)
            count = self._sessions.revoke_user(self._user(name).id)
        self._note(call, "revoke", name, session=session, detail=f"{count} sessions")
        return {"revoked": count}

    # -- users -----------------------------------------------------------------------------------------------

    def user_list(self, call: Call) -> dict[str, Any]:
        """A page of users."""
        found, total = self._users.page(call.query["limit"], call.query["offset"])
        return {"users": [view(user) for user in found], "total": total}

    def user_create(self, call: Call) -> dict[str, Any]:
        """Creates a user.

        Raises:
            ApiError: 409 or 422.
        """
        body = call.body
        name = _lower(body["username"])
        if name == OWNER.username:
            raise validation_failed([problem("/username", f"{name!r} is what the machine's own token is called")])
        role = body.get("role", "reader")
        user = self._users.create(name, self._hasher.hash(body["password"]), role, body.get("email"))
        if user is None:
            message = f"there is a user {name!r}"
            raise ApiError(409, "USER_EXISTS", message, hint=f"Change them: flext auth user update {name}")
        self._note(call, "user_create", name, detail=f"role {role}")
        return view(user)

    def user_update(self, call: Call) -> dict[str, Any]:
        """Changes role or address.

        Raises:
            ApiError: 404.
        """
        changes = {key: value for key, value in call.body.items() if value is not None}
        user = self._user(call.path["username"])
        if changes:
            user = self._users.change(user.username, **changes) or user
            self._note(call, "user_update", user.username, detail=", ".join(f"{k} {v}" for k, v in changes.items()))
        return view(user)

    def user_delete(self, call: Call) -> None:
        """Deletes a user.

        Raises:
            ApiError: 404.
        """
        user = self._user(call.path["username"])
        self._users.delete(user.username)
        self._note(call, "user_delete", user.username)

    def set_password(self, call: Call) -> None:
        """Sets a password and ends all sessions of the user.

        Raises:
            ApiError: 401, 403, 404 or 429.
        """
        me, name = caller.get() or OWNER, _lower(call.path["username"])
        if name != me.username:
            require(me, "admin", call.operation_id)
            user = self._user(name)
        else:
            user = self._proved(call, name, call.body.get("current_password") or "", "the present password is wrong")
        self._users.change(name, password=self._hasher.hash(call.body["password"]))
        self._sessions.revoke_user(user.id)
        self._attempts.forget(f"user:{name}")
        self._note(call, "password_set", name)

    def set_active(self, call: Call, *, active: bool) -> dict[str, Any]:
        """Keeps a user out, or lets them in again.

        Raises:
            ApiError: 404.
        """
        user = self._user(call.path["username"])
        user = self._users.change(user.username, active=active) or user
        if active:
            self._attempts.forget(f"user:{user.username}")
        else:
            self._sessions.revoke_user(user.id)
        self._note(call, "user_enable" if active else "user_disable", user.username)
        return view(user)

    def audit(self, call: Call) -> dict[str, Any]:
        """A page of entries."""
        name = call.query.get("username")
        found, total = self._audit.page(call.query["limit"], call.query["offset"], _lower(name) if name else None)
        return {"entries": [{**entry, "at": rfc3339(entry["at"])} for entry in found], "total": total}

    # -- parts -----------------------------------------------------------------------------------------------

    def _proved(self, call: Call, name: str, password: str, message: str) -> StoredUser:
        """The user of a name whose password this is.

        Raises:
            ApiError: 401, or 429 when there were too many failures.
        """
        user_key, address_key = f"user:{name}", f"address:{call.address}"
        wait = self._attempts.begin({user_key: FREE_BY_USER, address_key: FREE_BY_ADDRESS})
        if wait:
            self._note(call, "login_blocked", name, actor=name, detail=f"{wait} s to wait")
            raise ApiError(
                429,
                "TOO_MANY_ATTEMPTS",
                f"there were too many failed logins; the next one is possible in {wait} s",
                hint="Wait that long. An admin can let the user in at once: flext auth user enable NAME",
                headers={"Retry-After": str(wait)},
            )
        kept = self._users.password(name)
        right = self._hasher.verify(password, kept)
        user = self._users.get(name)
        if not right or kept is None or user is None or not user.active:
            # The same answer for all: who there is, and who is kept out, is nobody's business.
            self._note(call, "login_failed", name, actor=name)
            raise ApiError(401, "WRONG_CREDENTIALS", message, hint="Try again: flext auth login")
        self._attempts.succeed(user_key, address_key)
        if self._hasher.outdated(kept):
            self._users.change(name, password=self._hasher.hash(password))
        return user

    def _refused(self, call: Call, found: Refused) -> ApiError:
        if found.reason == "reused":
            self._note(call, "refresh_reused", found.username, session=found.session, detail="the session was ended")
            message = "the refresh token was used before, so the session was ended: somebody else may have it too"
            return ApiError(401, "TOKEN_REUSED", message, hint="Log in again: flext auth login")
        message = "the refresh token is not known, has expired or was revoked"
        return ApiError(401, "TOKEN_INVALID", message, hint="Log in again: flext auth login")

    def _user(self, username: str) -> StoredUser:
        user = self._users.get(_lower(username))
        if user is None:
            shown = username[:60]
            raise ApiError(404, "USER_NOT_FOUND", f"there is no user {shown!r}", hint="See them: flext auth user list")
        return user

    def _pair(self, issued: Issued) -> dict[str, Any]:
        seconds = (issued.access_expires_at - self._now()).total_seconds()
        return {
            "access_token": issued.access,
            "refresh_token": issued.refresh,
            "token_type": "bearer",
            "expires_in": max(0, round(seconds)),
            "expires_at": rfc3339(issued.access_expires_at),
            "refresh_expires_at": rfc3339(issued.refresh_expires_at),
            "session": issued.session,
            "user": view(self._user(issued.username)),
        }

    def _note(
        self,
        call: Call,
        event: str,
        username: str | None,
        *,
        actor: str | None = None,
        session: str | None = None,
        detail: str | None = None,
    ) -> None:
        me = caller.get()
        self._audit.add(
            event,
            username=username,
            actor=actor or (me.username if me is not None else None),
            address=call.address or None,
            session=session,
            request_id=call.request_id or None,
            detail=detail,
        )


def view(user: StoredUser) -> dict[str, Any]:
    """A user as the contract has them."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "roles": included(user.role),
        "active": user.active,
        "created_at": rfc3339(user.created_at),
        "updated_at": rfc3339(user.updated_at),
        "last_login_at": rfc3339(user.last_login_at),
    }


def identity(principal: Principal) -> dict[str, Any]:
    """Whoever asks, as the contract has them."""
    return {
        "username": principal.username,
        "role": principal.role,
        "roles": included(principal.role),
        "kind": principal.kind,
        "email": principal.email,
        "session": principal.session,
        "expires_at": rfc3339(principal.expires_at),
        "session_expires_at": rfc3339(principal.session_expires_at),
    }


def _lower(name: str) -> str:
    return name.strip().lower()
