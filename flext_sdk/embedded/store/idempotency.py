"""Answers kept under the caller's key for a day, so that a request that is sent twice is done once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

import sqlalchemy as sa

from flext_sdk.embedded.store.tables import idempotency_keys as keys
from flext_sdk.embedded.web.call import Answer
from flext_sdk.embedded.web.idempotency import in_progress, key_reused, steady

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.store.database import Database

KEEP = dt.timedelta(hours=24)


class KeyStore:
    """The frame's ``IdempotencyStore`` on the database.

    A key whose request never ended belongs to this process or to one that died; in the second case whoever sends it
    again may have it.

    Args:
        database: Where the keys are.
        clock: Seconds since 1970; those of `steady` when left out.
    """

    def __init__(self, database: Database, clock: Callable[[], float] | None = None) -> None:
        self._database = database
        self._clock = steady() if clock is None else clock
        self._owner = uuid.uuid4().hex

    def begin(self, key: str, operation_id: str, fingerprint: str) -> Answer | None:
        """Takes a key, or gives the answer that is kept under it.

        Raises:
            ApiError: If the key was used for something else, or its first request is going on.
        """
        now = dt.datetime.fromtimestamp(self._clock(), dt.UTC)
        with self._database.write() as connection:
            connection.execute(sa.delete(keys).where(keys.c.created_at < now - KEEP))
            # The clock was set back since the service before this one: from now on they have a day, not for ever.
            connection.execute(sa.update(keys).where(keys.c.created_at > now).values(created_at=now))
            row = connection.execute(sa.select(keys).where(keys.c.key == key).with_for_update()).mappings().first()
            taken = {"fingerprint": fingerprint, "operation_id": operation_id, "owner": self._owner, "created_at": now}
            if row is None:
                connection.execute(sa.insert(keys).values(key=key, **taken))
                return None
            if row["fingerprint"] != fingerprint:
                raise key_reused(key)
            if row["answer"] is not None:
                return Answer(**row["answer"])
            if row["owner"] == self._owner:
                raise in_progress(key)
            connection.execute(sa.update(keys).where(keys.c.key == key).values(taken))
            return None

    def finish(self, key: str, operation_id: str, fingerprint: str, answer: Answer) -> None:  # noqa: ARG002
        """Keeps an answer."""
        kept = {
            "status": answer.status,
            "body": answer.body,
            "headers": dict(answer.headers),
            "media_type": answer.media_type,
        }
        with self._database.write() as connection:
            connection.execute(
                sa.update(keys).where(keys.c.key == key, keys.c.fingerprint == fingerprint).values(answer=kept)
            )

    def abandon(self, key: str, operation_id: str, fingerprint: str) -> None:  # noqa: ARG002
        """Gives a key back."""
        mine = sa.delete(keys).where(keys.c.key == key, keys.c.fingerprint == fingerprint, keys.c.answer.is_(None))
        with self._database.write() as connection:
            connection.execute(mine)
