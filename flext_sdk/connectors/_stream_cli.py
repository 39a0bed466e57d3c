"""From the command line to what a tap of typed tables does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.connectors import _cli
from flext_sdk.connectors._errors import UsageError
from flext_sdk.connectors._settings import Settings, read_object

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from flext_sdk.connectors._stream import Source


def run(
    name: str, argv: Sequence[str] | None, open_source: Callable[[Settings], AbstractContextManager[Source]]
) -> int:
    """Runs a tap.

    Args:
        name: Its name.
        argv: Arguments without the program.
        open_source: Opens the source; turns its errors into ``ConnectorError``.

    Returns:
        The exit code.
    """

    def body(options: argparse.Namespace, settings: Settings) -> None:
        if options.discover and options.test:
            raise UsageError("--discover and --test exclude each other")
        catalog = read_object(options.catalog, "--catalog") if options.catalog else None
        state = read_object(options.state, "--state") if options.state else {}
        with open_source(settings) as source:
            # Imported late: --help and --about need none of it.
            from flext_sdk.connectors._stream import TableTap

            tap = TableTap(name, source)
            if options.discover:
                tap.discover()
            elif options.test in ("schema", "records"):
                tap.test(catalog, records=options.test == "records")
            else:
                tap.sync(catalog, state)

    return _cli.run(name, argv, body)
