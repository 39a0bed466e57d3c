"""Answers under callers' keys, for those operations of FlexCore that must not be done twice."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.web.call import Answer
from flext_sdk.embedded.web.idempotency import in_progress, key_reused, steady

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.flexcore.ledger import Ledger

KEPT: Final = frozenset({
    "orchestrations.execute", "workflows.execute", "events.publish", "bus.command",
    "plugins.install", "plugins.update", "plugins.update_index",
})  # fmt: skip
"""The others may be repeated: they change nothing, or end the same."""
_SECONDS: Final = 24 * 3600.0


class Keys:
    """The frame's ``IdempotencyStore`` in the ledger.

    A key whose request never ended belongs to this process or to one that died; in the second case whoever sends it
    again may have it.

    Args:
        ledger: Where the keys are.
        clock: Seconds since 1970; those of `steady` when left out.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] | None = None) -> None:
        self._ledger = ledger
        self._clock = steady() if clock is None else clock
        self._owner = uuid.uuid4().hex

    def begin(self, key: str, operation_id: str, fingerprint: str) -> Answer | None:
        """Take a key, or give the answer that is kept under it.

        Raises:
            ApiError: The key was used for something else, or its first request is going on.
        """
        if operation_id not in KEPT:
            return None
        now = self._clock()
        with self._ledger.write() as connection:
            connection.execute("DELETE FROM answers WHERE created < ?", (now - _SECONDS,))
            # The clock was set back since the service before this one: from now on they have a day, not for ever.
            connection.execute("UPDATE answers SET created = ? WHERE created > ?", (now, now))
            row = connection.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
            if row is not None and row["fingerprint"] != fingerprint:
                raise key_reused(key)
            if row is not None and row["answer"] is not None:
                return Answer(**json.loads(row["answer"]))
            if row is not None and row["owner"] == self._owner:
                raise in_progress(key)
            connection.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, NULL, ?)", (key, fingerprint, self._owner, now)
            )
        return None

    def finish(self, key: str, operation_id: str, fingerprint: str, answer: Answer) -> None:
        """Keep an answer."""
        if operation_id not in KEPT:
            return
        kept = {
            "status": answer.status,
            "body": answer.body,
            "headers": dict(answer.headers),
            "media_type": answer.media_type,
        }
        with self._ledger.write() as connection:
            connection.execute(
                "UPDATE answers SET answer = ? WHERE key = ? AND fingerprint = ?", (json.dumps(kept), key, fingerprint)
            )

    def abandon(self, key: str, operation_id: str, fingerprint: str) -> None:
        """Give a key back."""
        if operation_id not in KEPT:
            return
        with self._ledger.write() as connection:
            connection.execute(
                "DELETE FROM answers WHERE key = ? AND fingerprint = ? AND answer IS NULL", (key, fingerprint)
            )
