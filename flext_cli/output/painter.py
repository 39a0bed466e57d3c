"""A screen that is painted again and again, where only the lines that differ are written.

The other screen of the terminal is used, so that what stood there before comes back; at the end the last picture is
written to the ordinary one, where it stays.
"""

import os
from collections.abc import Callable, Sequence

# Without a cursor, and without breaking lines: one of data is one of the screen.
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


class Painter:
    """Paints pictures of lines.

    Args:
        put: Writes to the terminal and sends it off.
        size: Columns and lines of the terminal, asked before each picture.
    """

    def __init__(self, put: Callable[[str], object], size: Callable[[], tuple[int, int]]) -> None:
        self._put = put
        self._size = size
        self._shown: list[str] = []
        self._last_size: tuple[int, int] | None = None
        self._open = False

    def paint(self, lines: Sequence[str]) -> None:
        """Show lines; what does not fit below is left out, and the last line says how many there are."""
        size = self._size()
        height = max(2, size[1])
        shown = list(lines)
        if len(shown) > height:
            shown = [*shown[: height - 1], f"... {len(lines) - height + 1} more lines"]
        out = []
        if not self._open:
            out.append(ENTER)
            self._open = True
        elif size != self._last_size:
            out.append("\x1b[2J")
            self._shown = []
        for number in range(max(len(shown), len(self._shown))):
            line = shown[number] if number < len(shown) else ""
            before = self._shown[number] if number < len(self._shown) else ""
            if line != before:
                out.append(f"\x1b[{number + 1};1H{line}\x1b[0m\x1b[K")
        self._shown, self._last_size = shown, size
        if out:
            self._put("".join(out))

    def close(self) -> None:
        """Give the terminal back as it was."""
        if self._open:
            self._open = False
            self._put(LEAVE)


def size_of(descriptor: int, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> tuple[int, int]:
    """Columns and lines of a terminal; `COLUMNS` and `LINES` win."""
    try:
        columns, lines = os.get_terminal_size(descriptor)
    except (OSError, ValueError):
        columns, lines = 80, 24
    given = [environ.get(name, "") for name in ("COLUMNS", "LINES")]
    wide, high = (int(text) if text.isdecimal() else 0 for text in given)
    return wide or columns or 80, high or lines or 24
