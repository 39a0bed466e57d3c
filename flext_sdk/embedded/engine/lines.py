"""From what a program says to log lines: splitting, levels, secrets, lengths."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from flext_sdk.embedded.store.logs import LEVELS

MAX_LINE = 8_192
_MAX_PENDING = 65_536
MASK = "***"
_SHORTEST_SECRET = 3

_LEVELS = {
    "TRACE": "debug",
    "DEBUG": "debug",
    "INFO": "info",
    "NOTICE": "info",
    "WARN": "warning",
    "WARNING": "warning",
    "ERROR": "error",
    "ERR": "error",
    "CRITICAL": "error",
    "FATAL": "error",
    "PANIC": "error",
}
_WORD = "|".join(_LEVELS)
# "INFO text", "[info] text", "INFO: text", "INFO:root:text", "2026-11-22 10:00:00,123 | INFO     | tap | text",  # noqa: ERA001
# "2026-11-22T10:00:00Z INFO text", "time=... level=INFO message=...".
_LEVEL = re.compile(
    rf"^\s*(?:[\[(]?\d[\d\-/:.,TZ+ ]{{6,40}}[\])]?\s*[|\-]?\s*)?[\[(]?(?P<word>{_WORD})\b[\])]?"
    rf"|\blevel=\"?(?P<pair>{_WORD})\b"
    rf"|^[\w .\-]{{1,60}}\s\|\s(?P<column>{_WORD})\s*\|",
    re.IGNORECASE,
)
# Escape sequences of terminals, and control characters but tab: neither belongs into somebody's terminal later.
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_TRACEBACK = re.compile(r"^(Traceback \(most recent call last\)|\s+\+ Exception Group Traceback)")


class LineSplitter:
    r"""Cuts a stream of bytes into lines; what of a line goes beyond the longest is dropped.

    Args:
        longest: Bytes of a line that are kept; 64 KiB when left out.

    Example:
        ``list(LineSplitter().feed(b"one\\ntwo\\n"))`` gives ``[(b"one", False), (b"two", False)]``; True says that a
        line was cut.
    """

    def __init__(self, longest: int = _MAX_PENDING) -> None:
        self._longest = longest
        self._pending = bytearray()
        self._cut = False

    def feed(self, data: bytes) -> Iterable[tuple[bytes, bool]]:
        """Adds bytes and gives the lines that are whole now."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._add(piece)
            yield self._take()
        self._add(rest)

    def rest(self) -> Iterable[tuple[bytes, bool]]:
        """The last line, where it has no end."""
        if self._pending:
            yield self._take()

    def _add(self, piece: bytes) -> None:
        room = self._longest - len(self._pending)
        self._pending += piece[:room]
        self._cut |= len(piece) > room

    def _take(self) -> tuple[bytes, bool]:
        line, cut = bytes(self._pending), self._cut
        self._pending.clear()
        self._cut = False
        return line, cut


class Masker:
    """Hides values in text, in the spellings they take in JSON, URLs and Python.

    Values shorter than three characters are not hidden: text without them would mean nothing. A value of several lines
    is hidden line by line too, because logs come in lines.

    Args:
        values: What to hide.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        spellings: set[str] = set()
        for value in values:
            for part in {value, *(line.strip() for line in value.splitlines() if len(line.strip()) >= 8)}:
                spellings |= {part, json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]}
                spellings |= {quote(part, safe=""), quote_plus(part), quote(part), repr(part)[1:-1]}
        found = sorted((text for text in spellings if len(text) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, found))) if found else None
        self.longest = len(found[0]) if found else 0

    def __call__(self, text: str) -> str:
        """The text with the values replaced."""
        return self._pattern.sub(MASK, text) if self._pattern else text


def readable(raw: bytes, *, cut: bool, mask: Masker) -> str:
    """A line for the log: text without control characters and secrets, of bounded length.

    Args:
        raw: The bytes of the line.
        cut: Whether more followed that was dropped.
        mask: Hides secrets.
    """
    text = _CONTROL.sub(" ", _ESCAPES.sub("", raw.decode("utf-8", "replace"))).rstrip()
    if cut and mask.longest:
        text = text[: -mask.longest]  # the beginning of a secret would not be recognised
    text = mask(text)
    if cut or len(text) > MAX_LINE:
        return f"{text[:MAX_LINE]} [... the line was longer]"
    return text


class LevelReader:
    """Tells the level of each line of one program; the lines of a traceback are errors."""

    def __init__(self) -> None:
        self._in_traceback = False

    def __call__(self, text: str) -> int:
        """The level of the next line."""
        if _TRACEBACK.match(text):
            self._in_traceback = True
            return LEVELS["error"]
        if self._in_traceback:
            # It ends with the first line that is not indented: the exception itself.
            self._in_traceback = text.startswith((" ", "\t")) or not text
            return LEVELS["error"]
        return level_of(text)


def level_of(text: str) -> int:
    """The level that a line says it has; info where it says nothing."""
    if text.startswith("{"):
        level = _json_level(text)
        if level is not None:
            return level
    found = _LEVEL.search(text)
    word = next((part for part in found.groups() if part), "") if found else ""
    return LEVELS[_LEVELS.get(word.upper(), "info")]


def _json_level(text: str) -> int | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    word = str(data.get("level") or data.get("levelname") or data.get("severity") or "").upper()
    return LEVELS[_LEVELS[word]] if word in _LEVELS else None


def metric_of(text: str) -> dict[str, object] | None:
    """The METRIC message in a line, as taps and targets write it on stderr: ``INFO METRIC: {...}``."""
    _, found, body = text.partition("METRIC: ")
    if not found:
        return None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


Say = Callable[[int, str], None]
