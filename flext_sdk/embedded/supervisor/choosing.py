"""Which lines of a service's log are wanted.

A service writes what an exception said into the very line that tells of it, so a traceback belongs to its line: it is
searched with the message and comes with it. What the service did not write itself, the last words of an interpreter or
half a line of a process that was killed, has neither level nor time. Such lines that follow one another are one saying:
an error, written before the next line that has a time, and chosen by an expression as a whole.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.runs import LEVELS, at_least, written
from flext_sdk.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

__all__ = ["HELD", "Chooser", "Wanted", "wanted"]

HELD: Final = 200
"""Lines of one saying that are kept in mind until one of them matches."""

type Entry = dict[str, Any]
"""The contract's ``LogEntry``."""


def _own(line: str, source: str) -> Entry | None:
    """A line in the shape of the contract's ``LogEntry``; None where the service did not write it."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("message"), str):
        return None
    return {"source": source, **found}


def _strange(line: str, source: str) -> Entry:
    """A line that the service did not write itself: an error without a time."""
    return {"level": "error", "message": line, "source": source}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lines written at or after a moment, of a level or above, matching an expression.

    Attributes:
        since: The moment.
        level: debug, info, warning or error; a line of another level always is wanted.
        grep: Whether the expression matches somewhere in a text.
    """

    since: datetime | None = None
    level: str | None = None
    grep: Callable[[str], bool] | None = None

    def fits(self, entry: Entry, upto: datetime) -> bool:
        """Whether a line of the service is wanted.

        Args:
            entry: The line.
            upto: When it was written at the latest; counts where it has no time.
        """
        return (
            at_least(entry.get("level"), self.level)
            and (self.since is None or (written(entry) or upto) >= self.since)
            and (self.grep is None or _matches(self.grep, entry))
        )


def wanted(since: datetime | None = None, level: str | None = None, grep: str | None = None) -> Wanted:
    """What is wanted, checked as the services check their queries, and refused in the same words.

    Args:
        since: The moment, with a time zone.
        level: The least level.
        grep: The regular expression.

    Raises:
        UsageError: There is no such level, or the expression is none.
        MissingExtraError: Matching needs what is not installed.
    """
    if level is not None and level not in LEVELS:
        raise UsageError(f"level: expected debug, info, warning or error, got {level[:60]!r}")
    return Wanted(since, level, None if grep is None else _pattern(grep))


def _pattern(text: str) -> Callable[[str], bool]:
    try:
        from flext_sdk.embedded.pattern import MAX_PATTERN, Pattern, PatternError
    except ModuleNotFoundError as error:
        raise MissingExtraError("Matching lines of a log", "embedded") from error
    if not text:
        raise UsageError("grep: must not be empty")
    if len(text) > MAX_PATTERN:
        raise UsageError(f"grep: must have at most {MAX_PATTERN} characters")
    try:
        return Pattern(text)
    except PatternError as error:
        raise UsageError(f"grep: {error}") from None


class Chooser:
    """Chooses among the lines of one part of a log.

    Args:
        what: What is wanted.
        source: Name of the service.
    """

    def __init__(self, what: Wanted, source: str) -> None:
        self.what = what
        self._source = source
        self._held: deque[Entry] = deque(maxlen=HELD)
        self._said = False

    def reset(self) -> None:
        """What comes next follows nothing."""
        self._held.clear()
        self._said = False

    def next(self, line: bytes, upto: datetime) -> list[Entry]:
        """What is to be shown after the next line was read: nothing, the line, or with it what it goes on from.

        Args:
            line: The line.
            upto: When it was written at the latest.
        """
        text = line.decode(errors="replace")
        entry = _own(text, self._source)
        if entry is not None:
            self.reset()
            return [entry] if self.what.fits(entry, upto) else []
        entry = _strange(text, self._source)
        if self.what.since is not None and upto < self.what.since:
            return []
        if self.what.grep is None or self._said:
            return [entry]
        self._held.append(entry)
        if not self.what.grep(text):
            return []
        self._said = True
        found = list(self._held)
        self._held.clear()
        return found

    def resume(self, before: Iterable[bytes]) -> None:
        """Go on behind lines that were looked through already.

        Args:
            before: They, the newest first; read no further back than what comes next may go on from.
        """
        self.reset()
        if self.what.grep is None:
            return
        run: list[str] = []
        for line in before:
            text = line.decode(errors="replace")
            if _own(text, self._source) is not None:
                break
            run.append(text)
        self._said = any(map(self.what.grep, run))
        if not self._said:
            self._held.extend(_strange(text, self._source) for text in reversed(run))

    def last(self, lines: Iterable[bytes], count: int, upto: datetime) -> list[Entry]:
        """The last lines that are wanted, newest first.

        Args:
            lines: All lines, newest first.
            count: How many are wanted at most.
            upto: When the newest was written at the latest.
        """
        found: list[Entry] = []
        run: list[bytes] = []
        for line in lines:
            entry = _own(line.decode(errors="replace"), self._source)
            if entry is None:
                run.append(line)
                if self.what.grep is not None:
                    continue
            found += self._run(run, upto)
            run = []
            if entry is not None:
                upto = written(entry) or upto
                if self.what.fits(entry, upto):
                    found.append(entry)
            if len(found) >= count:
                return found[:count]
        return [*found, *self._run(run, upto)][:count]

    def _run(self, run: list[bytes], upto: datetime) -> list[Entry]:
        """What is shown of lines that follow one another, newest first."""
        if not run:
            return []
        self.reset()
        found = [entry for line in reversed(run) for entry in self.next(line, upto)]
        self.reset()
        return found[::-1]


def _matches(grep: Callable[[str], bool], entry: Entry) -> bool:
    traceback = entry.get("exception")
    return grep(entry["message"]) or (isinstance(traceback, str) and grep(traceback.rstrip("\n")))
