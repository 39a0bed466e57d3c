"""``target-duckdb``: writes Singer streams to tables of a DuckDB database."""

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

NAME = "target-duckdb"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    path = _target_cli.database_path(settings)
    import duckdb

    from flext_sdk.connectors._duckdb import DuckDbStore, connect
    from flext_sdk.connectors._sqlsink import SqlSink

    connection = connect(path, settings["lock_timeout"])
    try:
        yield SqlSink(NAME, DuckDbStore(connection))
    except duckdb.Error as error:
        raise ConnectorError(f"{path}: {str(error).partition(chr(10))[0]}") from None
    finally:
        connection.close()


def _probe(settings: Settings) -> None:
    def check(path: Path) -> None:
        import duckdb

        from flext_sdk.connectors._duckdb import connect

        connection = connect(path, settings["lock_timeout"])
        try:
            connection.execute("BEGIN TRANSACTION")
            connection.execute("CREATE TABLE _flext_probe (a INTEGER)")
            connection.execute("ROLLBACK")
        except duckdb.Error as error:
            raise ConnectorError(f"{path}: {str(error).partition(chr(10))[0]}") from None
        finally:
            connection.close()

    _target_cli.probe_file(_target_cli.database_path(settings), check)


def main(argv: list[str] | None = None) -> int:
    """Runs ``target-duckdb``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _target_cli.run(NAME, argv, _open, _probe)


if __name__ == "__main__":
    sys.exit(main())
