"""``tap-rest``: reads lists of records from an HTTP API as Singer streams."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from flext_sdk.connectors import _stream_cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings
    from flext_sdk.connectors._stream import Source


@contextmanager
def _open(settings: Settings) -> Iterator[Source]:
    from flext_sdk.connectors._http import Api
    from flext_sdk.connectors._rest import RestSource

    with closing(Api(settings)) as api:
        yield RestSource(api, settings)


def main(argv: list[str] | None = None) -> int:
    """Runs ``tap-rest``.

    Args:
        argv: Arguments without the program; None for those of the process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong command line, 130 interrupted, 143 terminated.
    """
    return _stream_cli.run("tap-rest", argv, _open)


if __name__ == "__main__":
    sys.exit(main())
