"""Reading the logs that the services write."""

from __future__ import annotations

import os
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from zlib import crc32

from flext_sdk.embedded.supervisor.choosing import Chooser, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEPT_PARTS: Final = 5
_BLOCK: Final = 1 << 16
_MARK: Final = 64


def tail(path: Path, count: int, source: str, what: Wanted | None = None) -> list[dict[str, Any]]:
    """The last lines of a log that are wanted, oldest first; older parts are read as far as they are needed.

    Args:
        path: The newest part.
        count: How many lines.
        source: Name of the service.
        what: Which lines; all when left out.
    """
    with closing(Follower(path, source, what)) as follower:
        return follower.tail(count)


class Follower:
    """Reads a log from its present end on, through rotations and restarts of the service.

    The part that is read is held open: after a rotation it is read to its end, whatever it is called by then, and every
    part behind it comes next. So no line is lost between two looks, and none comes twice. What is not wanted is read
    like the rest and left out.

    Args:
        path: The newest part.
        source: Name of the service.
        what: Which lines are wanted; all when left out.
        after: The `cursor` of another follower, to go on where that one was.
    """

    def __init__(self, path: Path, source: str, what: Wanted | None = None, *, after: str | None = None) -> None:
        self._parts = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT_PARTS + 1))]
        self._source = source
        self._what = Wanted() if what is None else what
        self._chooser = Chooser(self._what, source)
        self._since = max(_facts(part)[1] for part in self._parts)
        self._file = _opened(path)
        self._position = 0
        self._mark = b""
        if after is not None:
            self._resume(after)
        elif self._file is not None:
            self._position = _end_of_lines(self._file)
            self._remember()
        if self._file is not None:
            self._chooser.resume(_backwards(self._file, self._position))

    @property
    def cursor(self) -> str:
        """The place that was come to: the file, how far into it, and by what to know that it is still the same."""
        own = 0 if self._file is None else os.fstat(self._file.fileno()).st_ino
        return f"{own:x}-{self._position}-{crc32(self._mark):x}"

    def _resume(self, cursor: str) -> None:
        inode, position, check = (int(text, base) for text, base in zip(cursor.split("-"), (16, 10, 16), strict=True))
        kept = [n for n, part in enumerate(self._parts) if _facts(part)[0]]
        number = next((n for n in kept if _facts(self._parts[n])[0] == inode), None)
        if number is not None:
            self._begin(number, position)
            if crc32(self._mark) == check and len(self._mark) == min(position, _MARK):
                return
        # Emptied: all of the newest part is new. No longer kept, or no log yet: all that is kept came later.
        self._begin(0 if number == 0 else max(kept, default=0), 0)

    def _begin(self, number: int, position: int) -> None:
        self.close()
        self._file, self._position, self._mark = _opened(self._parts[number]), position, b""
        if self._file is not None:
            self._remember()

    def read(self, count: int) -> list[dict[str, Any]]:
        """The next lines that are wanted and there already.

        Args:
            count: How many at most; where the last of them goes on from lines before it, those come with it.
        """
        found: list[dict[str, Any]] = []
        while len(found) < count:
            number, before = self._number(), self._position
            found += self._read(last=number != 0, count=count - len(found))
            if self._position == before and (number == 0 or not self._go_on(number)):
                break
        return found

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def tail(self, count: int) -> list[dict[str, Any]]:
        """The last lines that are wanted before the place from which `news` goes on, oldest first."""
        if self._file is None or count == 0:
            return []
        choose = Chooser(self._what, self._source).last
        found = choose(_backwards(self._file, self._position), count, _changed(self._file))
        number = self._number() or 0
        for part in self._parts[number + 1 :]:
            if len(found) >= count:
                break
            if (file := _opened(part)) is not None:
                with file:
                    upto = _changed(file)
                    if self._what.since is None or upto >= self._what.since:
                        found += choose(_backwards(file, _end_of_lines(file)), count - len(found), upto)
        return found[::-1]

    def news(
        self, *, sleep: Callable[[float], None] = time.sleep, pause: float = 0.1
    ) -> Iterator[dict[str, Any] | None]:
        """New lines that are wanted, as they are written; None after each look that found none.

        Args:
            sleep: Waits that many seconds.
            pause: Seconds between two looks.
        """
        while True:
            # Looked at before reading: once another part is the newest, nobody writes to this one any more.
            number = self._number()
            lines = self._read(last=number != 0)
            yield from lines
            if number != 0 and self._go_on(number):
                continue
            if not lines:
                yield None
                sleep(pause)

    def _number(self) -> int | None:
        """Which part is being read: 0 is the newest, None is one that is gone."""
        if self._file is None:
            return None
        own = os.fstat(self._file.fileno()).st_ino
        return next((number for number, part in enumerate(self._parts) if _facts(part)[0] == own), None)

    def _go_on(self, number: int | None) -> bool:
        """Open the part behind the one that was read to its end; False when there is none yet."""
        if number is None:
            # Renamed away or removed: what was written to later comes behind it, the oldest of it first.
            since = os.fstat(self._file.fileno()).st_mtime_ns if self._file is not None else self._since
            following = max((n for n, part in enumerate(self._parts) if n and _facts(part)[1] > since), default=0)
        else:
            following = number - 1
        file = _opened(self._parts[following])
        if file is None:
            return False
        if self._number() != number:  # rotated at this very moment: the names mean other parts now
            file.close()
            return True
        self.close()
        self._file, self._position, self._mark = file, 0, b""
        self._chooser.reset()
        return True

    def _read(self, *, last: bool, count: int | None = None) -> list[dict[str, Any]]:
        """Lines that are wanted and complete now; of a part that nobody writes to any more all that is left.

        No more lines are looked at than it takes to find so many.
        """
        if self._file is None:
            return []
        self._file.seek(self._position - len(self._mark))
        content = self._file.read()
        if content.startswith(self._mark):
            content = content[len(self._mark) :]
        else:  # emptied, and perhaps written to again
            self._position, self._mark = self._file.seek(0), b""
            self._chooser.reset()
            content = self._file.read()
        complete = content if last else content[: content.rfind(b"\n") + 1]
        if not complete:
            return []
        found: list[dict[str, Any]] = []
        upto, come = _changed(self._file), 0
        while come < len(complete) and (count is None or len(found) < count):
            end = complete.find(b"\n", come) + 1 or len(complete)
            line = complete[come:end].rstrip(b"\n")
            if line.strip():
                found += self._chooser.next(line, upto)
            come = end
        self._position += come
        self._remember()
        return found

    def _remember(self) -> None:
        """What stands before the place that was come to: by it a file that was emptied is known."""
        assert self._file is not None
        self._file.seek(max(0, self._position - _MARK))
        self._mark = self._file.read(min(self._position, _MARK))


def _opened(path: Path) -> BinaryIO | None:
    try:
        return path.open("rb")
    except OSError:
        return None


def _facts(path: Path) -> tuple[int, int]:
    """Inode and time of the last change; zeros where there is no such file."""
    try:
        facts = path.stat()
    except OSError:
        return 0, 0
    return facts.st_ino, facts.st_mtime_ns


def _end_of_lines(file: BinaryIO) -> int:
    """The place behind the last complete line."""
    position = file.seek(0, os.SEEK_END)
    while position > 0:
        step = min(_BLOCK, position)
        position = file.seek(position - step)
        found = file.read(step).rfind(b"\n")
        if found >= 0:
            return position + found + 1
    return 0


def _changed(file: BinaryIO) -> datetime:
    """When a part was written to last; none of its lines is younger."""
    return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)


def _backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    """The lines before a place that is the end of a line, the last one first."""
    position, rest = end, b""
    while position > 0:
        step = min(_BLOCK, position)
        position = file.seek(position - step)
        first, *lines = (file.read(step) + rest).split(b"\n")
        yield from (line for line in reversed(lines) if line.strip())
        rest = first
    if rest.strip():
        yield rest
