"""Text that goes to a terminal: harmless, measured, shortened."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

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


class _Columns(dict[str, int]):
    """Columns of a character by itself, each looked up once."""

    def __missing__(self, char: str) -> int:
        code = ord(char)
        # The second and third parts of a Korean syllable are written into its first.
        inner = 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF
        if inner or char in _HARMLESS or unicodedata.category(char) in {"Mn", "Me"}:
            columns = 0
        else:
            columns = 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        self[char] = columns
        return columns


_COLUMNS = _Columns()
_LONG = 200
_JOINER = "\u200d"
_AS_EMOJI = "\ufe0f"
_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_JOINING = _TONES | {_JOINER, _AS_EMOJI}


def width(text: str) -> int:
    """Columns that text takes on a terminal.

    Wide East Asian characters and emoji take two, combining marks none, and so many emoji as are joined to one take as
    many as one.
    """
    if text.isascii():
        return len(text)
    # A table asks three times: for its columns, whether the cell fits, and how much is to be filled.
    return _kept(text) if len(text) < _LONG else _measured(text)


def _measured(text: str) -> int:
    if _JOINING.isdisjoint(text):
        return sum(map(_COLUMNS.__getitem__, text))
    return sum(columns for _, columns in _clusters(text))


_kept = lru_cache(4096)(_measured)


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """What a reader takes for one character, and its columns: marks, skin tones and joined emoji stay together."""
    cluster, columns, joined = "", 0, False
    for char in text:
        own = _COLUMNS[char]
        if cluster and (not own or (char in _TONES and columns == 2) or (joined and _is_picture(char))):
            if char == _AS_EMOJI and not (cluster[0].isspace() or cluster[0].isalpha()):
                columns = 2
            cluster += char
        else:
            if cluster:
                yield cluster, columns
            cluster, columns = char, own
        joined = char == _JOINER and _is_picture(cluster[0])
    if cluster:
        yield cluster, columns


def _is_picture(char: str) -> bool:
    return _COLUMNS[char] == 2 or unicodedata.category(char) == "So"


def shorten(text: str, columns: int, ellipsis: str = "…") -> str:
    """Cut text to at most `columns` terminal columns; an ellipsis tells that something is missing."""
    if width(text) <= columns:
        return text
    room = columns - len(ellipsis)
    if room <= 0:
        return ellipsis[:columns]
    if text.isascii():
        return text[:room] + ellipsis
    kept, taken = "", 0
    for cluster, size in _clusters(text):
        taken += size
        if taken > room:
            break
        kept += cluster
    return kept + ellipsis


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill text with spaces to `columns` terminal columns."""
    if text.isascii():
        return text.rjust(columns) if right else text.ljust(columns)
    gap = " " * (columns - width(text))
    return gap + text if right else text + gap
