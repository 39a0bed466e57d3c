"""``target-sqlite``: writes Singer streams to tables of a SQLite database."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _target_cli
from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._target import Sink

NAME = "target-sqlite"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    import sqlite3

    from flext_sdk.connectors._sqlite import SqliteStore, connect, explain
    from flext_sdk.connectors._sqlsink import SqlSink

    path, seconds = _target_cli.database_path(settings), settings["lock_timeout"]
    connection = connect(path, seconds)
    try:
        yield SqlSink(NAME, SqliteStore(connection))
    except sqlite3.Error as error:
        raise ConnectorError(explain(path, error, seconds)) from None
    finally:
        connection.close()


def _probe(settings: Settings) -> None:
    def check(path: Path) -> None:
        from flext_sdk.connectors._sqlite import connect

        connect(path, settings["lock_timeout"]).close()

    _target_cli.probe_file(_target_cli.database_path(settings), check)


def main(argv: list[str] | None = None) -> int:
    """Runs ``target-sqlite``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _target_cli.run(NAME, argv, _open, _probe)


if __name__ == "__main__":
    sys.exit(main())
