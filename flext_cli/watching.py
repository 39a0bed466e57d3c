"""`--watch`: a command that only reads, again and again, until Ctrl-C."""

import io
import sys
import time
from collections.abc import Callable
from datetime import datetime

from flext_cli import terminal
from flext_cli.output.errors import lines as tell
from flext_cli.output.painter import Painter, size_of
from flext_cli.output.text import one_line, shorten

SHORTEST = 0.1
BETWEEN = {"table": "\n", "yaml": "---\n"}


def watch(
    what: str,
    every: float,
    form: str,
    once: Callable[[io.StringIO], None],
    *,
    plain: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = datetime.now,
) -> None:
    """Show what a command writes every so many seconds.

    On a terminal one picture stays and only lines that differ are written; elsewhere each output follows the one
    before, whole, with an empty line (tables) or `---` (YAML) between. A failure that may pass is told and the watching
    goes on; the first look must succeed.

    Args:
        what: The command line, for the heading.
        every: Seconds between the end of one look and the beginning of the next.
        form: The output format.
        once: Writes one output.
        plain: Whether colours are forbidden in messages.
        sleep: Waits.
        now: The time of day.

    Raises:
        KeyboardInterrupt: When it is ended.
        Exception: What the first look fails with, and any failure that will not pass.
    """
    on_terminal = terminal.live(sys.stdout)
    painter = Painter(_put, lambda: size_of(sys.stdout.fileno()))
    last = ""
    first = True
    try:
        while True:
            problem = ""
            try:
                buffer = io.StringIO()
                once(buffer)
                text = buffer.getvalue()
            except Exception as error:
                if first or not getattr(error, "retryable", False):
                    raise
                problem = one_line(str(getattr(error, "message", error)))
                text = last
            if on_terminal:
                columns, _ = size_of(sys.stdout.fileno())
                head = f"every {every:g} s: {what}    {now():%H:%M:%S}"
                picture = [shorten(head, columns - 1)]
                picture += [shorten(f"error: {problem} (trying again)", columns - 1)] if problem else [""]
                painter.paint([*picture, *text.splitlines()])
            elif problem:
                tell(problem, "trying again", plain=plain)
            else:
                _put((BETWEEN.get(form, "") if not first else "") + text)
            last, first = text, False
            sleep(every)
    finally:
        painter.close()
        if on_terminal and last:
            _put(last)


def _put(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
