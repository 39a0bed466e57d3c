"""Long tables through a pager, on a terminal alone.

What fits the screen is written as it is. `FLEXT_PAGER` names the program, else `PAGER`, else `less` is tried; an empty
value or `cat` switches it off, as do a dumb terminal and `CI`.
"""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import TextIO

from flext_cli import terminal

# What less is told where the user has told it nothing: end at once where all fits, keep colours, leave the text there.
LESS = "FRX"


def command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The pager and its arguments; empty for none."""
    chosen = next((environ[name] for name in ("FLEXT_PAGER", "PAGER") if name in environ), "less")
    try:
        words = shlex.split(chosen)
    except ValueError:
        return []
    return [] if words[:1] == ["cat"] else words


def wanted(out: object, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> bool:
    """Whether a pager has a place here: what it shows goes to a terminal, and somebody sits there."""
    return terminal.live(out, environ) and terminal.is_terminal(sys.stdin) and bool(command(environ))


class Pager:
    """A place to write to: kept until it is more than the screen holds, then handed to the pager as it comes."""

    def __init__(self, out: TextIO, height: int, environ: Mapping[str, str] = os.environ) -> None:
        self._out = out
        self._height = height
        self._environ = environ
        self._kept: list[str] = []
        self._lines = 0
        self._process: subprocess.Popen[str] | None = None
        self._before: object = None
        self._direct = False
        self._gone = False

    def write(self, text: str) -> int:
        """Take text."""
        if self._direct:
            return self._out.write(text)
        if self._process is not None:
            self._hand_over(text)
            return len(text)
        self._kept.append(text)
        self._lines += text.count("\n")
        # The prompt needs a line, too.
        if self._lines >= self._height:
            self._start()
        return len(text)

    def flush(self) -> None:
        """Nothing: what is kept may yet fit the screen."""

    def _start(self) -> None:
        environ = {**self._environ, **({} if "LESS" in self._environ else {"LESS": LESS})}
        text = "".join(self._kept)
        self._kept.clear()
        self._out.flush()
        try:
            self._process = subprocess.Popen(command(self._environ), stdin=subprocess.PIPE, env=environ, text=True)
        except OSError:
            self._direct = True
            self._out.write(text)
            return
        # Ctrl-C belongs to the pager while it shows something, as in all programs that use one.
        self._before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._hand_over(text)

    def _hand_over(self, text: str) -> None:
        if self._gone or self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(text)
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            # Left with q: the rest is not wanted, and nothing is wrong.
            self._gone = True
            raise Left from None

    def finish(self) -> None:
        """Write what was kept, or wait for the person to leave the pager."""
        if self._process is None:
            self._out.write("".join(self._kept))
            self._kept.clear()
            self._out.flush()
            return
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except OSError:
            pass  # it was left before it had read all
        self._process.wait()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]


class Left(Exception):  # noqa: N818 - an answer, not an error
    """The person has left the pager; nothing more needs to be fetched."""
