"""Sessions of users and their tokens.

A session begins with a login and holds a chain of token pairs: each refresh token is good for one use, which gives the
next pair. One that comes again was stolen or copied, so its whole session ends. Tokens are random; only their hashes
are stored. Each request looks its token up, so that what is revoked is no good from that moment on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.tables import auth_sessions as sessions
from flext_sdk.embedded.store.tables import auth_tokens as tokens
from flext_sdk.embedded.store.tables import auth_users as users
from flext_sdk.embedded.web.access import Principal
from flext_sdk.embedded.web.gate import ACCESS_PREFIX

if TYPE_CHECKING:
    from flext_sdk.embedded.store.database import Database

REFRESH_PREFIX = "flxr_"
_LEFT = dt.timedelta(days=1)
"""How long a session that has ended is kept, to tell a token that comes late from one that never was."""

type Secret = Callable[[], str]
"""Gives the random part of a token."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long things are good for.

    Attributes:
        access: Of an access token.
        refresh: Of a refresh token that nobody uses.
        session: Of a session, however busy.
    """

    access: dt.timedelta = dt.timedelta(minutes=15)
    refresh: dt.timedelta = dt.timedelta(days=7)
    session: dt.timedelta = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pair of tokens."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    session: str
    username: str
    access_expires_at: dt.datetime
    refresh_expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there are no new tokens: the old one is unknown or expired, or it came a second time."""

    reason: Literal["unknown", "reused"]
    username: str | None = None
    session: str | None = None


class SessionStore:
    """Sessions and tokens; safe to use from many threads and processes.

    Args:
        database: Where they are.
        now: The clock.
        lifetimes: How long they are good for.
        secret: Gives the random part of a token.
    """

    def __init__(
        self,
        database: Database,
        now: Now = utc_now,
        lifetimes: Lifetimes | None = None,
        secret: Secret = secrets.token_urlsafe,
    ) -> None:
        self._database = database
        self._now = now
        self._lifetimes = lifetimes or Lifetimes()
        self._secret = secret

    def open(self, user_id: str, username: str) -> Issued:
        """Begins a session."""
        now = self._now()
        session, ends = uuid.uuid4().hex, now + self._lifetimes.session
        with self._database.write(durable=True) as connection:
            gone = sa.or_(sessions.c.expires_at < now - _LEFT, sessions.c.revoked_at < now - _LEFT)
            connection.execute(sa.delete(sessions).where(gone))
            values = {"id": session, "user_id": user_id, "created_at": now, "expires_at": ends}
            connection.execute(sa.insert(sessions).values(values))
            return self._issue(connection, now, session, ends, username)[1]

    def rotate(self, refresh: str, key: str | None) -> Issued | Refused:
        """New tokens for a refresh token.

        Args:
            refresh: The token.
            key: The caller's idempotency key: with the same one the answer can be asked for again if it was lost.
        """
        now, mark = self._now(), _hash(key) if key else None
        with self._database.write(durable=True) as connection:
            found = connection.execute(
                sa.select(tokens, sessions.c.expires_at, sessions.c.revoked_at, users.c.username, users.c.active)
                .join(sessions, sessions.c.id == tokens.c.session_id)
                .join(users, users.c.id == sessions.c.user_id)
                .where(tokens.c.refresh_hash == _hash(refresh))
                .with_for_update()
            )
            row = found.mappings().first()
            if row is None:
                return Refused("unknown")
            username, session = row["username"], row["session_id"]
            if row["revoked_at"] is not None or not row["active"]:
                return Refused("unknown", username, session)
            if row["replaced"] or (row["rotated_to"] is not None and not self._lost(connection, row, mark)):
                self._end(connection, sessions.c.id == session, now)
                return Refused("reused", username, session)
            if min(row["refresh_expires_at"], row["expires_at"]) <= now:
                return Refused("unknown", username, session)
            if row["rotated_to"] is not None:
                connection.execute(sa.update(tokens).where(tokens.c.id == row["rotated_to"]).values(replaced=True))
            made, issued = self._issue(connection, now, session, row["expires_at"], username)
            change = sa.update(tokens).where(tokens.c.id == row["id"])
            connection.execute(change.values(rotated_to=made, rotation_key=mark))
            return issued

    def principal(self, access: str) -> Principal | None:
        """Whose access token this is; None when it is not good now."""
        now = self._now()
        query = (
            sa.select(
                tokens.c.id,
                tokens.c.used,
                tokens.c.session_id,
                tokens.c.access_expires_at,
                sessions.c.expires_at,
                users.c.username,
                users.c.role,
                users.c.email,
            )
            .join(sessions, sessions.c.id == tokens.c.session_id)
            .join(users, users.c.id == sessions.c.user_id)
            .where(
                tokens.c.access_hash == _hash(access),
                tokens.c.replaced.is_(False),
                tokens.c.access_expires_at > now,
                sessions.c.revoked_at.is_(None),
                sessions.c.expires_at > now,
                users.c.active.is_(True),
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or (not row["used"] and not self._first_use(row["id"])):
            return None
        return Principal(
            username=row["username"],
            role=row["role"],
            email=row["email"],
            session=row["session_id"],
            expires_at=row["access_expires_at"],
            session_expires_at=row["expires_at"],
            token=access,
        )

    def find(self, token: str) -> tuple[str, str] | None:
        """Session and user of a token of any kind, good or not."""
        mark = _hash(token)
        query = (
            sa.select(tokens.c.session_id, users.c.username)
            .join(sessions, sessions.c.id == tokens.c.session_id)
            .join(users, users.c.id == sessions.c.user_id)
            .where(sa.or_(tokens.c.access_hash == mark, tokens.c.refresh_hash == mark))
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row is not None else None

    def owner(self, session: str) -> str | None:
        """Name of the user whose session this is."""
        query = sa.select(users.c.username).join(sessions, sessions.c.user_id == users.c.id)
        with self._database.read() as connection:
            name: str | None = connection.execute(query.where(sessions.c.id == session)).scalar()
            return name

    def revoke(self, session: str) -> int:
        """Ends a session; how many that are, 0 or 1."""
        with self._database.write(durable=True) as connection:
            return self._end(connection, sessions.c.id == session, self._now())

    def revoke_user(self, user_id: str) -> int:
        """Ends all sessions of a user; how many that are."""
        with self._database.write(durable=True) as connection:
            return self._end(connection, sessions.c.user_id == user_id, self._now())

    def _first_use(self, token: str) -> bool:
        # From now on a caller has it, so the answer that brought it was not lost.
        with self._database.write() as connection:
            change = sa.update(tokens).where(tokens.c.id == token, tokens.c.replaced.is_(False)).values(used=True)
            return bool(connection.execute(change).rowcount)

    def _lost(self, connection: sa.Connection, row: Any, mark: str | None) -> bool:  # noqa: ANN401 - a row
        """Whether the answer to the first use was lost on its way."""
        if mark is None or mark != row["rotation_key"]:
            return False
        query = sa.select(tokens.c.used, tokens.c.rotated_to).where(tokens.c.id == row["rotated_to"])
        following = connection.execute(query).one()
        return not following.used and following.rotated_to is None

    def _issue(
        self, connection: sa.Connection, now: dt.datetime, session: str, ends: dt.datetime, username: str
    ) -> tuple[str, Issued]:
        issued = Issued(
            access=ACCESS_PREFIX + self._secret(),
            refresh=REFRESH_PREFIX + self._secret(),
            session=session,
            username=username,
            access_expires_at=min(now + self._lifetimes.access, ends),
            refresh_expires_at=min(now + self._lifetimes.refresh, ends),
        )
        made = uuid.uuid4().hex
        connection.execute(
            sa.insert(tokens).values(
                id=made,
                session_id=session,
                access_hash=_hash(issued.access),
                refresh_hash=_hash(issued.refresh),
                access_expires_at=issued.access_expires_at,
                refresh_expires_at=issued.refresh_expires_at,
                used=False,
                replaced=False,
            )
        )
        return made, issued

    def _end(self, connection: sa.Connection, which: sa.ColumnElement[bool], now: dt.datetime) -> int:
        running = sa.update(sessions).where(which, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
        return connection.execute(running.values(revoked_at=now)).rowcount


def _hash(token: str) -> str:
    # No salt: a token is 256 random bits, which nobody can try out.
    return hashlib.sha256(token.encode()).hexdigest()
