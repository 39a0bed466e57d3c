"""Failed logins, counted by user and by address, so that guessing gets slower and slower."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.tables import auth_attempts as attempts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.store.database import Database

FORGET = dt.timedelta(hours=1)
"""Failures are forgotten after so long without another one."""
LONGEST = 900
"""Seconds that one has to wait at most."""


class AttemptStore:
    """Counts attempts.

    An attempt counts as a failure from its beginning until it succeeds: many at the same time are no way around.

    Args:
        database: Where they are.
        now: The clock.
    """

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def begin(self, free: Mapping[str, int]) -> int:
        """Begins an attempt.

        Args:
            free: How many failures each subject (``user:ada``, ``address:127.0.0.1``) has before it must wait.

        Returns:
            0 when it may go on, else the seconds to wait; then nothing is counted.
        """
        while True:
            try:
                return self._begin(free)
            except sa.exc.IntegrityError:
                continue  # on a server two may write the first failure of a subject at the same time

    def _begin(self, free: Mapping[str, int]) -> int:
        now = self._now()
        with self._database.write() as connection:
            connection.execute(sa.delete(attempts).where(attempts.c.updated_at < now - FORGET))
            query = sa.select(attempts).where(attempts.c.subject.in_(free)).with_for_update()
            known = {row["subject"]: row for row in connection.execute(query).mappings()}
            waits = [row["blocked_until"] - now for row in known.values() if row["blocked_until"] is not None]
            longest = max(waits, default=dt.timedelta())
            if longest > dt.timedelta():
                return -int(-longest.total_seconds() // 1)
            for subject, least in free.items():
                failures = known[subject]["failures"] + 1 if subject in known else 1
                over = failures - least
                blocked = now + dt.timedelta(seconds=min(LONGEST, 2 ** min(over, 20))) if over >= 0 else None
                values = {"failures": failures, "blocked_until": blocked, "updated_at": now}
                connection.execute(
                    sa.update(attempts).where(attempts.c.subject == subject).values(values)
                    if subject in known
                    else sa.insert(attempts).values(subject=subject, **values)
                )
        return 0

    def succeed(self, subject: str, others: str) -> None:
        """An attempt was right: the subject's failures are forgotten, and this attempt is taken from the other's."""
        with self._database.write() as connection:
            connection.execute(sa.delete(attempts).where(attempts.c.subject == subject))
            update = sa.update(attempts).where(attempts.c.subject == others, attempts.c.failures > 0)
            connection.execute(update.values(failures=attempts.c.failures - 1, blocked_until=None))

    def forget(self, subject: str) -> None:
        """Forget a subject's failures."""
        with self._database.write() as connection:
            connection.execute(sa.delete(attempts).where(attempts.c.subject == subject))
