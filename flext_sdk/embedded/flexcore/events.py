"""Events: what happened, kept in the order in which it did."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_json
from flext_sdk.embedded.flexcore.node import NODE_ID
from flext_sdk.embedded.pattern import Pattern, PatternError
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.problems import problem
from flext_sdk.embedded.web.system import now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.flexcore.ledger import Ledger
    from flext_sdk.embedded.web.call import Call, Handler

    type Listener = tuple[str, Callable[[Mapping[str, Any]], object]]

_LOG: Final = logging.getLogger("flext.events")
_ID: Final = re.compile(r"event-([0-9]{1,18})\Z")
_TRIM_EVERY: Final = 1000
KEEP: Final = 100_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events: of a type, from a moment on, matching an expression in type and data."""

    type: str | None = None
    since: str | None = None
    grep: Pattern | None = None

    def condition(self, connection: sqlite3.Connection, after: int | None) -> tuple[str, list[Any]]:
        """As a WHERE clause and its values."""
        where: list[str] = [] if after is None else ["number > ?"]
        values: list[Any] = [] if after is None else [after]
        if self.type is not None and self.type.endswith("*"):
            # Not LIKE: its wildcards would be live in the caller's text, and it takes no notice of case.
            where, values = [*where, "substr(type, 1, ?) = ?"], [*values, len(self.type) - 1, self.type[:-1]]
        elif self.type is not None:
            where, values = [*where, "type = ?"], [*values, self.type]
        if self.since is not None:
            where, values = [*where, "timestamp >= ?"], [*values, self.since]
        if self.grep is not None:
            # The connection is held while the query goes on, so nobody else meets this function.
            connection.create_function("flext_grep", 1, self.grep, deterministic=True)
            where = [*where, "flext_grep(type || ' ' || data)"]
        return f" WHERE {' AND '.join(where)}" if where else "", values


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
        self.listeners: set[Callable[[], None]] = set()
        """Called, in any thread, when an event was kept."""
        self._told = listeners
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
        for listener in tuple(self.listeners):
            listener()
        event = {"id": f"event-{number}", "type": kind, "source": source, "data": json.loads(text), "timestamp": moment}
        if self._telling is not None:
            self._telling.submit(self._tell, event)
        return f"event-{number}", moment

    def _tell(self, event: dict[str, Any]) -> None:
        for pattern, listener in self._told:
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
        choice = self.chosen(query)
        after = None if query.get("after") is None else self.number(query["after"])
        order = "DESC" if after is None else "ASC"
        with self._ledger.read() as connection:
            newest = self._newest(connection)
            missed = 0 if after is None or query["offset"] else self._missed(connection, after)
            condition, values = choice.condition(connection, after)
            total = connection.execute(f"SELECT count(*) FROM events{condition}", values).fetchone()[0]  # noqa: S608 - fixed words
            rows = connection.execute(
                f"SELECT * FROM events{condition} ORDER BY number {order} LIMIT ? OFFSET ?",  # noqa: S608 - likewise
                (*values, query["limit"], query["offset"]),
            ).fetchall()
        last = rows[-1]["number"] if after is not None and len(rows) == query["limit"] else max(newest, after or 0)
        return {
            "events": [_view(row) for row in rows],
            "count": len(rows),
            "total": total,
            "limit": query["limit"],
            "last_id": f"event-{last}",
            **({"missed": missed} if missed else {}),
            "node_id": NODE_ID,
            "timestamp": now(),
        }

    def chosen(self, options: Mapping[str, Any]) -> Choice:
        """Which events the options ``type``, ``since`` and ``grep`` choose.

        Raises:
            ApiError: 422: one of them makes no sense.
        """
        since, grep = options.get("since"), options.get("grep")
        try:
            moment = None if since is None else _moment(since)
            pattern = None if grep is None else Pattern(grep)
        except PatternError as error:
            raise validation_failed([problem("/grep", f"query parameter 'grep': {error}")], what="query") from None
        except ValueError:
            message = f"query parameter 'since': {since!r} is no moment such as 2026-01-31T08:00:00Z"
            raise validation_failed([problem("/since", message)], what="query") from None
        return Choice(options.get("type"), moment, pattern)

    def after(self, choice: Choice, number: int, limit: int) -> tuple[Sequence[dict[str, Any]], int, int]:
        """The next events behind one, the number up to which they were looked through, and how many are gone."""
        with self._ledger.read() as connection:
            newest, missed = self._newest(connection), self._missed(connection, number)
            condition, values = choice.condition(connection, number)
            rows = connection.execute(
                f"SELECT * FROM events{condition} ORDER BY number LIMIT ?",  # noqa: S608 - fixed words
                (*values, limit),
            ).fetchall()
        last = rows[-1]["number"] if len(rows) == limit else max(newest, number)
        return [_view(row) for row in rows], last, missed

    def before_last(self, choice: Choice, count: int) -> int:
        """The number behind which the last so many begin."""
        with self._ledger.read() as connection:
            newest = self._newest(connection)
            condition, values = choice.condition(connection, None)
            rows = connection.execute(
                f"SELECT number FROM events{condition} ORDER BY number DESC LIMIT ?",  # noqa: S608 - fixed words
                (*values, count),
            ).fetchall()
        return rows[-1]["number"] - 1 if rows else newest

    def _missed(self, connection: sqlite3.Connection, number: int) -> int:
        """How many behind an event are no longer kept; numbers grow by one."""
        oldest = connection.execute("SELECT min(number) FROM events").fetchone()[0]
        return 0 if oldest is None else max(0, oldest - number - 1)

    def _newest(self, connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT coalesce(max(number), 0) FROM events").fetchone()[0])

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
        with self._ledger.read() as connection:
            condition, values = Choice(kind).condition(connection, None)
            return int(connection.execute(f"SELECT count(*) FROM events{condition}", values).fetchone()[0])  # noqa: S608 - likewise

    def number(self, identity: str) -> int:
        """The number in an id.

        Raises:
            ApiError: 404: no event has such an id.
        """
        found = _ID.match(identity)
        if found is None:
            raise ApiError(
                404, "EVENT_NOT_FOUND", f"there is no event {identity!r}", hint="Ids of events are such as event-12."
            )
        return int(found[1])


def _view(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": f"event-{row['number']}",
        "type": row["type"],
        "data": json.loads(row["data"]),
        "source": row["source"],
        "version": row["version"],
        "timestamp": row["timestamp"],
    }


def _moment(text: str) -> str:
    """A moment as it is kept, so that texts compare as the moments do."""
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return found.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
