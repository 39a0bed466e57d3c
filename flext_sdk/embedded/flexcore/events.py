"""Events: what happened, kept in the order in which it did."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_json
from flext_sdk.embedded.flexcore.node import NODE_ID
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.flexcore.ledger import Ledger
    from flext_sdk.embedded.web.call import Call, Handler

    type Listener = tuple[str, Callable[[Mapping[str, Any]], object]]

_LOG: Final = logging.getLogger("flext.events")
_ID: Final = re.compile(r"event-([0-9]{1,18})\Z")
_TRIM_EVERY: Final = 1000
KEEP: Final = 100_000


class Events:
    """Publishes and lists events.

    Args:
        ledger: Where they are kept.
        keep: How many of the newest are kept.
        listeners: Who is told, each with a pattern of types.
    """

    def __init__(self, ledger: Ledger, *, keep: int = KEEP, listeners: Sequence[Listener] = ()) -> None:
        self._ledger = ledger
        self._keep = keep
        self._listeners = listeners
        # One thread: they are told in the order in which things happened, and hold nobody up.
        self._telling = ThreadPoolExecutor(max_workers=1, thread_name_prefix="listeners") if listeners else None

    def handlers(self) -> dict[str, Handler]:
        """The handlers by operationId."""
        return {"events.list": self.list, "events.publish": self.publish, "events.count": self.count}

    def append(self, kind: str, data: Mapping[str, Any], *, source: str = "flexcore") -> tuple[str, str]:
        """Keep an event.

        Args:
            kind: Its type, ``"orchestration.completed"``.
            data: More about it.
            source: Who publishes it.

        Returns:
            Its id and its moment.

        Raises:
            ApiError: It cannot be kept.
        """
        moment = now()
        text = json.dumps(data, separators=(",", ":"))
        with self._ledger.write() as connection:
            number = connection.execute(
                "INSERT INTO events (type, source, data, version, timestamp) VALUES (?, ?, ?, 1, ?)",
                (kind, source, text, moment),
            ).lastrowid
            if number and number % _TRIM_EVERY == 0:
                connection.execute("DELETE FROM events WHERE number <= ?", (number - self._keep,))
        event = {"id": f"event-{number}", "type": kind, "source": source, "data": json.loads(text), "timestamp": moment}
        if self._telling is not None:
            self._telling.submit(self._tell, event)
        return f"event-{number}", moment

    def _tell(self, event: dict[str, Any]) -> None:
        for pattern, listener in self._listeners:
            if fnmatchcase(event["type"], pattern):
                try:
                    listener(event)
                except Exception as error:  # noqa: BLE001 - somebody else's code
                    _LOG.warning("the handler of %s failed at %s: %r", pattern, event["id"], error)

    async def emit(self, kind: str, data: Mapping[str, Any]) -> None:
        """Keep an event about something that has happened already: what fails here must not undo it."""
        try:
            await asyncio.to_thread(self.append, kind, redact_json(dict(data)))
        except ApiError as error:
            _LOG.warning("the event %s is not kept: %s", kind, error.message)

    def stored(self) -> int:
        """How many there are; 0 without opening anything where nothing was ever kept."""
        return self._count(None) if self._ledger.exists else 0

    def list(self, call: Call) -> dict[str, Any]:
        """A page of them."""
        query = call.query
        where, values = _matching(query.get("type"))
        after = query.get("after")
        if after is not None:
            where, values = [*where, "number > ?"], [*values, self._number(after)]
        condition = f" WHERE {' AND '.join(where)}" if where else ""
        order = "ASC" if after is not None else "DESC"
        with self._ledger.read() as connection:
            total = connection.execute(f"SELECT count(*) FROM events{condition}", values).fetchone()[0]  # noqa: S608 - fixed words
            rows = connection.execute(
                f"SELECT * FROM events{condition} ORDER BY number {order} LIMIT ? OFFSET ?",  # noqa: S608 - likewise
                (*values, query["limit"], query["offset"]),
            ).fetchall()
        found = [
            {
                "id": f"event-{row['number']}",
                "type": row["type"],
                "data": json.loads(row["data"]),
                "source": row["source"],
                "version": row["version"],
                "timestamp": row["timestamp"],
            }
            for row in rows
        ]
        return {
            "events": found,
            "count": len(found),
            "total": total,
            "limit": query["limit"],
            "node_id": NODE_ID,
            "timestamp": now(),
        }

    def publish(self, call: Call) -> dict[str, Any]:
        """Keep an event of a caller's. Without data, what else stands in the body is the data."""
        body = dict(call.body)
        kind = body.pop("type")
        data = body.pop("data", None)
        identity, moment = self.append(kind, {**body, **(data or {})}, source="client")
        return {"status": "published", "event_id": identity, "timestamp": moment}

    def count(self, call: Call) -> dict[str, Any]:
        """How many there are."""
        return {"count": self._count(call.query.get("type")), "timestamp": now(), "node_id": NODE_ID}

    def _count(self, kind: str | None) -> int:
        where, values = _matching(kind)
        condition = f" WHERE {' AND '.join(where)}" if where else ""
        with self._ledger.read() as connection:
            return int(connection.execute(f"SELECT count(*) FROM events{condition}", values).fetchone()[0])  # noqa: S608 - likewise

    def _number(self, identity: str) -> int:
        found = _ID.match(identity)
        if found is None:
            raise ApiError(
                404, "EVENT_NOT_FOUND", f"there is no event {identity!r}", hint="Ids of events are such as event-12."
            )
        return int(found[1])


def _matching(kind: str | None) -> tuple[list[str], list[Any]]:
    if kind is None:
        return [], []
    if kind.endswith("*"):
        # Not LIKE: its wildcards would be live in the caller's text, and it takes no notice of case.
        return ["substr(type, 1, ?) = ?"], [len(kind) - 1, kind[:-1]]
    return ["type = ?"], [kind]
