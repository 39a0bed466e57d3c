"""``tap-duckdb``: reads tables of a DuckDB file as Singer streams."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _stream_cli
from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._stream import Source

NAME = "tap-duckdb"


@contextmanager
def _open(settings: Settings) -> Iterator[Source]:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import duckdb

    from flext_sdk.connectors._duckdb import connect
    from flext_sdk.connectors._duckdbtap import DuckDbSource

    path = Path(settings["path"]).expanduser()
    if path.is_dir():
        raise ConnectorError(f"path: {path} is a folder, not a database file")
    if not path.exists():
        raise ConnectorError(f"path: there is no file {path}")
    with TemporaryDirectory(prefix="tap-duckdb-") as folder:  # for what does not fit into memory when it sorts
        connection = connect(path, settings["lock_timeout"], read_only=True)
        try:
            connection.execute("SET temp_directory = ?", [folder])
            yield DuckDbSource(connection, settings)
        except duckdb.Error as error:
            raise ConnectorError(f"{path}: {str(error).partition(chr(10))[0]}") from None
        finally:
            connection.close()


def main(argv: list[str] | None = None) -> int:
    """Runs ``tap-duckdb``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _stream_cli.run(NAME, argv, _open)


if __name__ == "__main__":
    sys.exit(main())
