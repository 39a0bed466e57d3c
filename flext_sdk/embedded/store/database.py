"""Opening a database, its transactions and its migrations.

On SQLite the file is in WAL mode. Ordinary writes use ``synchronous=NORMAL``: a crash of the service loses nothing, a
power cut may lose the last moments, and what is lost then (log lines, progress, the end of a step) is written again
when the run goes on. Bookmarks are written with ``synchronous=FULL``: a lost one would make a target without keys take
the same rows twice.
"""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from flext_sdk.embedded.store import tables
from flext_sdk.embedded.store.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_MS = 15_000
_WRITES = "flext_writes"


class StoreError(Exception):
    """The database cannot be used. The message is one line.

    Attributes:
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class _LockedError(StoreError):
    """Another process holds the database."""


class Database:
    """An open database.

    Args:
        url: A SQLAlchemy URL: ``sqlite:////home/me/.flx/state/flext.db`` or ``postgresql+psycopg://...``.

    Raises:
        StoreError: If it cannot be opened, is no database of ours, or was made by a newer version.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError(
                "the database URL cannot be understood", "Write it as sqlite:///FILE or postgresql+psycopg://..."
            ) from None
        if parsed.get_backend_name() == "postgresql" and parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.name = parsed.render_as_string(hide_password=True)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = Path(parsed.database)
            if not path.exists():
                path.touch(mode=0o600)
        self._engine = self._create(parsed, full_sync=False)
        self._durable = self._create(parsed, full_sync=True) if self.is_sqlite else self._engine
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()
        if self._durable is not self._engine:
            self._durable.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: it sees one state of the database."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that writes; on SQLite it is the only one of its kind from its beginning on.

        Args:
            durable: On the disk when it returns, even if the power fails the next moment.
        """
        engine = self._durable if durable else self._engine
        with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            yield connection

    def version(self) -> int:
        """Version of the tables in the file; 0 where there are none."""
        try:
            with self.read() as connection:
                found = connection.execute(sa.select(tables.schema_version.c.version)).scalar()
        except DBAPIError as error:
            if _missing_table(error):
                return 0
            hint = "Check that the file or server is the right one."
            raise _error(error, f"cannot open the database {self.name}", hint) from None
        return int(found or 0)

    def _create(self, url: sa.URL, *, full_sync: bool) -> Engine:
        if not self.is_sqlite:
            return sa.create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=20)
        # Waiting for the file's lock takes place in SQLite, not in the pool, hence few connections for the durable
        # writes.
        engine = sa.create_engine(url, pool_size=1 if full_sync else 5, max_overflow=0 if full_sync else 25)

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401
            connection.isolation_level = None  # BEGIN is written by us, below
            cursor = connection.cursor()
            for pragma in (
                f"busy_timeout={BUSY_TIMEOUT_MS}",
                "journal_mode=WAL",
                f"synchronous={'FULL' if full_sync else 'NORMAL'}",
                "foreign_keys=ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            # A transaction that reads first and writes later could not go on when another one wrote in between.
            writes = connection.get_execution_options().get(_WRITES, False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _open(self) -> None:
        # Switching to WAL, and the last one to close tidying up after it, are the two moments in which SQLite says
        # "locked" at once instead of waiting: whoever opens a file just then tries again.
        patiently = Retrying(
            retry=retry_if_exception_type(_LockedError),
            stop=stop_after_delay(BUSY_TIMEOUT_MS / 1000),
            wait=wait_random(0.01, 0.05),
            reraise=True,
        )
        patiently(self._migrate)

    def _migrate(self) -> None:
        newest = len(VERSIONS)
        found = self.version()
        if found > newest:
            raise StoreError(
                f"the database {self.name} has version {found} of the tables; this release knows only up to {newest}",
                "Use the newer release that made it, or another FLEXT_HOME.",
            )
        if found == newest:
            return
        # Alembic costs as much to import as all of SQLAlchemy, so only now.
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        try:
            with self.write() as connection:
                tables.schema_version.create(connection, checkfirst=True)
                # Another process may have done it while this one waited for the lock.
                current = connection.execute(sa.select(tables.schema_version.c.version)).scalar() or 0
                op = Operations(MigrationContext.configure(connection))
                for name in VERSIONS[current:]:
                    importlib.import_module(f"flext_sdk.embedded.store.versions.{name}").upgrade(op)
                connection.execute(sa.delete(tables.schema_version))
                connection.execute(sa.insert(tables.schema_version).values(id=1, version=newest))
        except DBAPIError as error:
            raise _error(error, f"cannot bring the database {self.name} up to version {newest}") from None


def _missing_table(error: DBAPIError) -> bool:
    text = str(error.orig)
    return "no such table" in text or ("does not exist" in text and "flext_schema_version" in text)


def _error(error: DBAPIError, what: str, hint: str | None = None) -> StoreError:
    reason = " ".join(str(error.orig).split())
    if isinstance(error, OperationalError) and "locked" in reason:
        return _LockedError(
            f"{what}: it is locked by another process", "End the program that holds it, or wait until it is done."
        )
    return StoreError(f"{what}: {reason}", hint)
