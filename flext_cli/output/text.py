"""Text that goes to a terminal: harmless, measured, shortened."""

import unicodedata

# Joiners hold emoji and Indic letters together and cannot move the cursor or change the reading order.
_HARMLESS = frozenset("\u200c\u200d")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def safe(text: str) -> str:
    """Escape what could steer a terminal: control, direction-changing and other invisible characters.

    Data comes from servers, files and plugins: an escape sequence in a pipeline's name must not rewrite the screen.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char in _HARMLESS or unicodedata.category(char) not in _ESCAPED_CATEGORIES else _escape(char)
        for char in text
    )


def _escape(char: str) -> str:
    short = _SHORT.get(char)
    if short:
        return short
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Make safe text of one line; line breaks become spaces."""
    return safe(" ".join(text.split()) if not text.isprintable() else text.strip())


def width(text: str) -> int:
    """Columns that text takes on a terminal: wide East Asian characters and emoji count two, combining marks none."""
    if text.isascii():
        return len(text)
    total = 0
    for char in text:
        if char in _HARMLESS or unicodedata.category(char) in {"Mn", "Me"}:
            continue
        total += 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
    return total


def shorten(text: str, columns: int, ellipsis: str = "…") -> str:
    """Cut text to at most `columns` terminal columns; an ellipsis tells that something is missing."""
    if width(text) <= columns:
        return text
    room = columns - len(ellipsis)
    if room <= 0:
        return ellipsis[:columns]
    taken = kept = 0
    while taken + (size := width(text[kept])) <= room:
        taken += size
        kept += 1
    return text[:kept] + ellipsis


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill text with spaces to `columns` terminal columns."""
    if text.isascii():
        return text.rjust(columns) if right else text.ljust(columns)
    gap = " " * (columns - width(text))
    return gap + text if right else text + gap
