"""``target-postgres``: writes Singer streams to tables of a PostgreSQL database."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _target_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._target import Sink

NAME = "target-postgres"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    from flext_sdk.connectors._pgtarget import PostgresStore
    from flext_sdk.connectors._postgres import connect, explained
    from flext_sdk.connectors._sqlsink import SqlSink

    with closing(connect(NAME, settings)) as connection, explained("the database says"):
        yield SqlSink(NAME, PostgresStore(connection, settings["schema"], settings["lock_timeout"]))


def _probe(settings: Settings) -> None:
    from psycopg import sql

    from flext_sdk.connectors._postgres import connect, explained

    schema = sql.Identifier(settings["schema"])
    with closing(connect(NAME, settings)) as connection, explained("the database says"):
        there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [settings["schema"]]).fetchone()
        if there is None:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("CREATE TABLE {}._flext_probe (a integer)").format(schema))
        connection.rollback()


def main(argv: list[str] | None = None) -> int:
    """Runs ``target-postgres``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _target_cli.run(NAME, argv, _open, _probe)


if __name__ == "__main__":
    sys.exit(main())
