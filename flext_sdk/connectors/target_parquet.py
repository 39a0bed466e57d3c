"""``target-parquet``: writes Singer streams to folders of Parquet files."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _folders, _target_cli
from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._target import Sink

NAME = "target-parquet"


@contextmanager
def _open(settings: Settings) -> Iterator[Sink]:
    folder = _folders.checked(settings)
    folder.mkdir(parents=True, exist_ok=True)
    import pyarrow as pa

    from flext_sdk.connectors._parquetstore import ParquetStore
    from flext_sdk.connectors._sqlsink import SqlSink
    from flext_sdk.connectors._target import Pace

    with _folders.locked(folder, settings["lock_timeout"]):
        try:
            store = ParquetStore(folder, settings["compression"], settings["rows_per_file"])
            sink = SqlSink(NAME, store)
            # A commit closes the files, so that there are few and large ones.
            sink.pace = Pace(settings["rows_per_file"], 60.0)
            yield sink
        except pa.ArrowException as error:
            raise ConnectorError(f"{folder}: {str(error).partition(chr(10))[0]}") from None


def _probe(settings: Settings) -> None:
    _folders.probe(_folders.checked(settings))


def main(argv: list[str] | None = None) -> int:
    """Runs ``target-parquet``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _target_cli.run(NAME, argv, _open, _probe)


if __name__ == "__main__":
    sys.exit(main())
