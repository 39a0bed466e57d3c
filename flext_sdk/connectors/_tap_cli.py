"""From the command line to what a file tap does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.connectors import _cli
from flext_sdk.connectors._errors import UsageError
from flext_sdk.connectors._settings import Settings, read_object

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from flext_sdk.connectors._blocks import Format


def run(name: str, argv: Sequence[str] | None, make: Callable[[Settings], Format]) -> int:
    """Runs a file tap.

    Args:
        name: Its name.
        argv: Arguments without the program.
        make: Makes the file format from the settings.

    Returns:
        The exit code.
    """

    def body(options: argparse.Namespace, settings: Settings) -> None:
        if options.discover and options.test:
            raise UsageError("--discover and --test exclude each other")
        # Imported late: --help and --about need none of it.
        from flext_sdk.connectors._files import find
        from flext_sdk.connectors._tap import FileTap

        reader = make(settings)
        tap = FileTap(name, reader, find(settings, reader.suffixes))
        catalog = read_object(options.catalog, "--catalog") if options.catalog else None
        if options.discover:
            tap.discover()
        elif options.test in ("schema", "records"):
            tap.test(catalog, records=options.test == "records")
        else:
            tap.sync(catalog, read_object(options.state, "--state") if options.state else {})

    return _cli.run(name, argv, body)
