"""What the terminal can do: width and colour.

Imports `os` alone, because help asks these questions before anything else is loaded.
"""

import os

BOLD = "\x1b[1m"
DIM = "\x1b[2m"
RED = "\x1b[31m"
GREEN = "\x1b[32m"
YELLOW = "\x1b[33m"
CYAN = "\x1b[36m"
RESET = "\x1b[0m"

FALLBACK_WIDTH = 80


def is_terminal(stream: object) -> bool:
    """Tell whether a stream is a terminal; a closed or missing stream is not one."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError, OSError):
        return False


def live(stream: object, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> bool:
    """Tell whether a line can be painted over: on a terminal that is not dumb, and not in a build's log."""
    return is_terminal(stream) and environ.get("TERM") != "dumb" and not environ.get("CI")


def width(stream: object, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> int:
    """Columns of a terminal; `COLUMNS` wins, 80 where nothing is known."""
    try:
        columns = int(environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns  # type: ignore[attr-defined]
        except (AttributeError, ValueError, OSError):
            columns = 0
    return columns if columns > 0 else FALLBACK_WIDTH


def colour(stream: object, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> bool:
    """Tell whether to write colours to a stream.

    `NO_COLOR` (any text) forbids, then `CLICOLOR_FORCE` or `FORCE_COLOR` (anything but empty and 0) demands, then
    `TERM=dumb` or `CLICOLOR=0` forbids; otherwise a terminal gets colours and a pipe does not.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") not in {"", "0"} or environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    if environ.get("TERM") == "dumb" or environ.get("CLICOLOR") == "0":
        return False
    return is_terminal(stream)
