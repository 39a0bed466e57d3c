"""From the command line to a running target."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flext_sdk.connectors import _cli
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._settings import Settings

if TYPE_CHECKING:
    import argparse

    from flext_sdk.connectors._target import Sink

type OpenSink = Callable[[Settings], AbstractContextManager[Sink]]


def run(name: str, argv: Sequence[str] | None, open_sink: OpenSink, probe: Callable[[Settings], None]) -> int:
    """Runs a target.

    Args:
        name: Its name.
        argv: Arguments without the program.
        open_sink: Opens the destination; turns its errors into ``ConnectorError``.
        probe: Checks that the destination can be written to, and leaves nothing behind.

    Returns:
        The exit code.
    """

    def body(options: argparse.Namespace, settings: Settings) -> None:
        if options.test:
            probe(settings)
            return
        with _input(options.input) as descriptor, open_sink(settings) as sink:
            from flext_sdk.connectors._target import Target

            Target(name, sink).run(descriptor)

    return _cli.run(name, argv, body)


@contextmanager
def _input(path: str | None) -> Iterator[int]:
    if path is None:
        _widen_pipe(0)
        yield 0
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ConnectorError(f"--input: cannot read {path}: {error.strerror}") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _widen_pipe(descriptor: int) -> None:
    """A pipe of 1 MB lets tap and target run side by side, not wake each other every 64 KB. Linux only, only a wish."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 1 << 20)
    except (ImportError, AttributeError, OSError):
        return


def database_path(settings: Settings) -> Path:
    """The path of a database file, checked as far as that can be done without opening it.

    Raises:
        ConnectorError: If its folder is missing, or it is a folder itself.
    """
    path = Path(settings["path"]).expanduser()
    if path.is_dir():
        raise ConnectorError(f"path: {path} is a folder, not a database file")
    if not path.parent.is_dir():
        raise ConnectorError(f"path: there is no folder {path.parent}")
    return path


def probe_file(path: Path, opener: Callable[[Path], None]) -> None:
    """Opens a database for writing; one that was not there is removed again."""
    new = not path.exists()
    try:
        opener(path)
    finally:
        if new:
            path.unlink(missing_ok=True)
