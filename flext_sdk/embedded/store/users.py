"""Users and the audit of what they did."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.tables import auth_audit, auth_users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.store.database import Database
    from flext_sdk.embedded.web.access import Role

KEEP = dt.timedelta(days=180)
"""How long entries of the audit are kept."""


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user as stored; ``username`` is in lower case."""

    id: str
    username: str
    email: str | None
    role: Role
    active: bool
    created_at: dt.datetime
    updated_at: dt.datetime
    last_login_at: dt.datetime | None


_COLUMNS = [column for column in auth_users.c if column.name != "password"]


class UserStore:
    """Users by name.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def create(self, username: str, password: str, role: str, email: str | None) -> StoredUser | None:
        """Stores a user; None where there is one of that name.

        Args:
            username: Name in lower case.
            password: Hash of the password.
            role: Role.
            email: Where to reach them.
        """
        now = self._now()
        values = {"username": username, "email": email, "role": role, "password": password, "active": True}
        try:
            with self._database.write(durable=True) as connection:
                insert = sa.insert(auth_users).values(id=uuid.uuid4().hex, created_at=now, updated_at=now, **values)
                connection.execute(insert)
        except sa.exc.IntegrityError:
            return None
        return self.get(username)

    def get(self, username: str) -> StoredUser | None:
        """A user by name in lower case."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(*_COLUMNS).where(auth_users.c.username == username)).mappings().first()
        return _user(row) if row is not None else None

    def password(self, username: str) -> str | None:
        """Hash of the password."""
        with self._database.read() as connection:
            query = sa.select(auth_users.c.password).where(auth_users.c.username == username)
            return cast("str | None", connection.execute(query).scalar())

    def page(self, limit: int, offset: int) -> tuple[list[StoredUser], int]:
        """Users by name, and how many there are."""
        with self._database.read() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(auth_users)).scalar_one()
            query = sa.select(*_COLUMNS).order_by(auth_users.c.username).limit(limit).offset(offset)
            return [_user(row) for row in connection.execute(query).mappings()], total

    def change(self, username: str, **values: object) -> StoredUser | None:
        """Changes columns of a user; None where there is none of that name."""
        with self._database.write(durable=True) as connection:
            update = sa.update(auth_users).where(auth_users.c.username == username)
            connection.execute(update.values(updated_at=self._now(), **values))
        return self.get(username)

    def logged_in(self, username: str) -> None:
        """Notes that a user has logged in."""
        with self._database.write() as connection:
            update = sa.update(auth_users).where(auth_users.c.username == username)
            connection.execute(update.values(last_login_at=self._now()))

    def delete(self, username: str) -> bool:
        """Deletes a user with all sessions; False where there is none of that name."""
        with self._database.write(durable=True) as connection:
            done = connection.execute(sa.delete(auth_users).where(auth_users.c.username == username))
            return bool(done.rowcount)


class AuditStore:
    """What happened, newest first.

    Args:
        database: Where it is.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, event: str, **values: str | None) -> None:
        """Writes an entry; old ones go."""
        now = self._now()
        with self._database.write() as connection:
            connection.execute(sa.delete(auth_audit).where(auth_audit.c.at < now - KEEP))
            connection.execute(sa.insert(auth_audit).values(at=now, event=event, **values))

    def page(self, limit: int, offset: int, username: str | None = None) -> tuple[list[dict[str, Any]], int]:
        """Entries, and how many there are."""
        query = sa.select(auth_audit)
        count = sa.select(sa.func.count()).select_from(auth_audit)
        if username is not None:
            query, count = (each.where(auth_audit.c.username == username) for each in (query, count))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(auth_audit.c.id.desc()).limit(limit).offset(offset)).mappings()
            found = [{str(name): value for name, value in row.items()} for row in rows]
            return found, connection.execute(count).scalar_one()


def _user(row: Mapping[Any, Any]) -> StoredUser:
    return StoredUser(**{str(key): value for key, value in row.items()})
