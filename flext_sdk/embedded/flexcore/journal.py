"""The orchestrations in the ledger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flexcore.record import ENDED, OPEN, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.embedded.flexcore.ledger import Ledger

KEEP: Final = 1000
_MARKS: Final = {OPEN: ",".join("?" * len(OPEN)), ENDED: ",".join("?" * len(ENDED))}


class Journal:
    """Writes and finds orchestrations.

    Args:
        ledger: Where they are kept.
        keep: How many of those that ended are kept.
    """

    def __init__(self, ledger: Ledger, *, keep: int = KEEP) -> None:
        self._ledger = ledger
        self._keep = keep

    def write(self, view: Mapping[str, Any], group: int | None = None, mark: str | None = None) -> None:
        """Keep the present state of one.

        Args:
            view: The orchestration as the contract has it.
            group: Process group of its programs.
            mark: What tells the leader of that from a later process with the same id.
        """
        names = ("id", "status", "runtime_type", "start_time", "end_time", "duration")
        values = (*(view[name] for name in names), group, mark, json.dumps(view, separators=(",", ":")))
        with self._ledger.write() as connection:
            connection.execute(
                "INSERT INTO orchestrations"
                " (id, status, runtime_type, start_time, end_time, duration, pid, mark, document)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status,"
                " end_time = excluded.end_time, duration = excluded.duration, pid = excluded.pid, mark = excluded.mark,"
                " document = excluded.document",
                values,
            )
            if view["status"] in ENDED:
                connection.execute(
                    f"DELETE FROM orchestrations WHERE status IN ({_MARKS[ENDED]}) AND number <= ("  # noqa: S608 - fixed words
                    f"SELECT number FROM orchestrations WHERE status IN ({_MARKS[ENDED]})"
                    " ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    (*ENDED, *ENDED, self._keep),
                )

    def find(self, identity: str) -> dict[str, Any] | None:
        """One of them as the contract has it."""
        with self._ledger.read() as connection:
            row = connection.execute("SELECT document FROM orchestrations WHERE id = ?", (identity,)).fetchone()
        return None if row is None else json.loads(row["document"])

    def page(
        self, *, status: str | None, runtime: str | None, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Some of them, the newest first, and how many there are in all."""
        chosen = [("status = ?", status), ("runtime_type = ?", runtime)]
        where = " AND ".join(text for text, value in chosen if value is not None) or "1"
        values = [value for _, value in chosen if value is not None]
        with self._ledger.read() as connection:
            total = connection.execute(f"SELECT count(*) FROM orchestrations WHERE {where}", values).fetchone()[0]  # noqa: S608 - fixed words
            rows = connection.execute(
                f"SELECT document FROM orchestrations WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",  # noqa: S608 - likewise
                (*values, limit if limit > 0 else -1, offset),
            ).fetchall()
        return [json.loads(row["document"]) for row in rows], total

    def unfinished(self) -> Sequence[tuple[dict[str, Any], int | None, str | None]]:
        """Those that a process before this one did not end: document, process group and the mark of its leader."""
        with self._ledger.read() as connection:
            rows = connection.execute(
                f"SELECT document, pid, mark FROM orchestrations WHERE status IN ({_MARKS[OPEN]}) ORDER BY number",  # noqa: S608 - fixed words
                OPEN,
            ).fetchall()
        return [(json.loads(row["document"]), row["pid"], row["mark"]) for row in rows]

    def interrupted(self, document: Mapping[str, Any], now: float) -> None:
        """Note that one ended with the process that carried it out."""
        ended = {
            **document,
            "status": "failed",
            "end_time": moment(now),
            "error": "FlexCore ended while this was going on",
            "hint": "Execute it again.",
        }
        with self._ledger.write() as connection:
            connection.execute(
                "UPDATE orchestrations SET status = ?, end_time = ?, pid = NULL, mark = NULL, document = ?"
                " WHERE id = ?",
                ("failed", ended["end_time"], json.dumps(ended, separators=(",", ":")), document["id"]),
            )

    def numbers(self) -> dict[str, Any]:
        """Counts and the mean duration, in the names of the contract; durations in milliseconds."""
        with self._ledger.read() as connection:
            by_status = dict(connection.execute("SELECT status, count(*) FROM orchestrations GROUP BY 1").fetchall())
            by_runtime = dict(
                connection.execute("SELECT runtime_type, count(*) FROM orchestrations GROUP BY 1").fetchall()
            )
            mean, last = connection.execute(
                f"SELECT avg(CASE WHEN status IN ({_MARKS[ENDED]}) THEN duration END), max(start_time)"  # noqa: S608 - fixed words
                " FROM orchestrations",
                ENDED,
            ).fetchone()
        return {
            "total_orchestrations": sum(by_status.values()),
            "active_orchestrations": sum(by_status.get(status, 0) for status in OPEN),
            "completed_orchestrations": by_status.get("completed", 0),
            "failed_orchestrations": by_status.get("failed", 0) + by_status.get("timeout", 0),
            "average_execution": None if mean is None else round(mean / 1e6, 3),
            "runtime_distribution": by_runtime,
            "last_orchestration": last,
        }

    def last_seen(self, runtime: str) -> str | None:
        """When a runtime carried out something last."""
        with self._ledger.read() as connection:
            found = connection.execute(
                "SELECT max(coalesce(end_time, start_time)) FROM orchestrations WHERE runtime_type = ?", (runtime,)
            ).fetchone()[0]
        return None if found is None else str(found)
