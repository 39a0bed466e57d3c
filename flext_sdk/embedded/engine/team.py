"""Which workers on a server live: each holds a lock there, which the server takes back by itself when it has died.

So nobody has to agree on a clock, and nothing has to be written again and again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Iterable

# Locks are numbers: those of this class are ours, and of a name its hash is taken.
_CLASS: Final = 0x666C7874
_TAKE: Final = sa.text("SELECT pg_try_advisory_lock(:class, hashtext(:name))")
_GIVE_BACK: Final = sa.text("SELECT pg_advisory_unlock(:class, hashtext(:name))")


class Team:
    """The workers on one PostgreSQL database.

    Args:
        url: Where the engine's tables are.
        name: This worker; the same again when it is started again.
    """

    def __init__(self, url: str, name: str) -> None:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.name = name
        self._engine = sa.create_engine(parsed, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: sa.Connection | None = None
        self._here = False
        self._missed: set[str] = set()

    def join(self) -> None:
        """Take the lock that says that this worker lives; again where the connection was lost.

        Where the server has not noticed yet that the process before this one is gone, the next look does so.
        """
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            self._here = self._here or self._take(self._connection, self.name)
            self._connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError:
            self.leave()
            self._connection = self._engine.connect()
            self._here = self._take(self._connection, self.name)

    def gone(self, names: Iterable[str]) -> list[str]:
        """Those of these workers that are dead.

        A worker whose connection was lost takes its lock again within a look; so only who is missed twice is dead.

        Args:
            names: Workers, this one perhaps among them.
        """
        self.join()
        assert self._connection is not None
        missing = set()
        for name in {*names} - {self.name}:
            if self._take(self._connection, name):
                self._connection.execute(_GIVE_BACK, {"class": _CLASS, "name": name})
                missing.add(name)
        found, self._missed = sorted(missing & self._missed), missing
        return found

    def leave(self) -> None:
        """Give the lock back."""
        self._here = False
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):  # it was lost, and the lock with it
                connection.execute(_GIVE_BACK, {"class": _CLASS, "name": self.name})
            connection.invalidate()
            connection.close()

    @staticmethod
    def _take(connection: sa.Connection, name: str) -> bool:
        return bool(connection.execute(_TAKE, {"class": _CLASS, "name": name}).scalar())
