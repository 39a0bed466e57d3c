"""What FlexCore keeps: its events, its orchestrations, and the answers under callers' keys.

A SQLite file of this node alone, read and written with the standard library: what is kept is a journal with few
columns, and the libraries of FLEXT Service's store would cost a runtime that mostly waits half of its memory again. It
is opened when it is first needed. A crash of the service loses nothing; a power cut may lose the last moments.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.web.errors import ApiError, store_hint

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

_BUSY_SECONDS: Final = 15.0
_VERSIONS: Final = (
    """
    CREATE TABLE events (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        type TEXT NOT NULL,
        source TEXT NOT NULL,
        data TEXT NOT NULL,
        version INTEGER NOT NULL,
        timestamp TEXT NOT NULL
    );
    CREATE INDEX events_by_type ON events (type, number);
    CREATE TABLE orchestrations (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        runtime_type TEXT NOT NULL,
        start_time TEXT NOT NULL,
        end_time TEXT,
        duration INTEGER,
        pid INTEGER,
        mark TEXT,
        document TEXT NOT NULL
    );
    CREATE INDEX orchestrations_by_status ON orchestrations (status, number);
    CREATE INDEX orchestrations_by_runtime ON orchestrations (runtime_type, number);
    CREATE TABLE answers (
        key TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        owner TEXT NOT NULL,
        answer TEXT,
        created REAL NOT NULL
    );
    """,
)
"""Statements from one version of the tables to the next; ``PRAGMA user_version`` tells the one of a file."""


class Ledger:
    """The file. Its methods block for a moment and may be called from any thread.

    Args:
        path: The file; made when something is first written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._fault: str | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self._connection is not None or self._path.exists()

    @property
    def state(self) -> str:
        """``"ok"``, or what is wrong with the file."""
        return self._fault or "ok"

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction; the only one of this process while it goes on.

        Raises:
            ApiError: 500 STORE: the file cannot be used.
        """
        import sqlite3

        with self._lock:
            try:
                connection = self._opened()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    with suppress(sqlite3.Error):  # after a full disk there may be no transaction any more
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._failed(error) from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A look at the tables.

        Raises:
            ApiError: 500 STORE: the file cannot be used.
        """
        import sqlite3

        with self._lock:
            try:
                yield self._opened()
            except sqlite3.Error as error:
                raise self._failed(error) from error

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            import sqlite3

            if not self._path.exists():
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._path.touch(mode=0o600)
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                self._migrate(connection)
            except BaseException:
                connection.close()
                raise
            connection.row_factory = sqlite3.Row
            self._connection = connection
            self._fault = None
        return self._connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > len(_VERSIONS):
            raise self._unusable(
                f"it has version {found} of the tables; this release knows only up to {len(_VERSIONS)}",
                "Use the newer release that made it, or another FLEXT_HOME.",
            )
        for number, statements in enumerate(_VERSIONS[found:], found + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {statements} PRAGMA user_version={number}; COMMIT;")

    def _failed(self, error: sqlite3.Error) -> ApiError:
        reason = " ".join(str(error).split())
        return self._unusable(
            reason,
            store_hint(reason) or "Look at the file; moved away, FlexCore begins a new one at its next start.",
        )

    def _unusable(self, reason: str, hint: str) -> ApiError:
        self._fault = f"{self._path.name}: {reason}"
        return ApiError(500, "STORE", f"cannot use {self._path}: {reason}", hint=hint)


def listed(rows: list[Any]) -> list[dict[str, Any]]:
    """Rows as mappings."""
    return [dict(row) for row in rows]
