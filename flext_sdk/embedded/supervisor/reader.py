"""Reading the logs that the services write."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEPT_PARTS: Final = 5
_BLOCK: Final = 1 << 16


def parse(line: str, source: str) -> dict[str, Any]:
    """A line of a log in the shape of the contract's ``LogEntry``.

    What a service did not write itself (the last words of a crashed interpreter) is an error without a time.

    Args:
        line: The line.
        source: Name of the service.
    """
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("message"), str):
        return {"level": "error", "message": line, "source": source}
    return {"source": source, **found}


def tail(path: Path, count: int, source: str) -> list[dict[str, Any]]:
    """The last lines of a log, oldest first; older parts are read as far as they are needed.

    Args:
        path: The newest part.
        count: How many lines.
        source: Name of the service.
    """
    found: list[str] = []
    for part in (path, *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT_PARTS + 1))):
        if len(found) >= count:
            break
        found = _last_lines(part, count - len(found)) + found
    return [parse(line, source) for line in found]


def _last_lines(path: Path, count: int) -> list[str]:
    """The last complete lines of a file, read from its end."""
    try:
        with path.open("rb") as file:
            position = file.seek(0, os.SEEK_END)
            content = b""
            while position > 0 and content.count(b"\n") <= count:
                step = min(_BLOCK, position)
                position = file.seek(position - step)
                content = file.read(step) + content
    except OSError:
        return []
    lines = content.split(b"\n")
    complete = lines[:-1] if position == 0 else lines[1:-1]
    return [line.decode(errors="replace") for line in complete[-count:] if line.strip()]


def follow(
    path: Path,
    source: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
    pause: float = 0.2,
) -> Iterator[dict[str, Any] | None]:
    """New lines as they are written, from the present end on; None after each look that found nothing new.

    It goes on when the log is rotated, and when the service is stopped and started again.

    Args:
        path: The newest part.
        source: Name of the service.
        sleep: Waits that many seconds.
        pause: Seconds between two looks.
    """
    inode, position = _identity(path)
    while True:
        now, size = _identity(path)
        older = path.with_name(f"{path.name}.1")
        if now != inode and inode and _identity(older)[0] == inode:
            # Rotated: what came after our last look stands at the end of the part before.
            yield from _entries(older, position, source)[0]
        if now != inode or size < position:
            inode, position = now, 0
        entries, position = _entries(path, position, source)
        yield from entries
        if not entries:
            yield None
            sleep(pause)


def _identity(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return 0, 0
    return facts.st_ino, facts.st_size


def _entries(path: Path, position: int, source: str) -> tuple[list[dict[str, Any]], int]:
    """Complete lines from a place on, and the place after them."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            content = file.read()
    except OSError:
        return [], position
    complete = content[: content.rfind(b"\n") + 1]
    lines = complete.decode(errors="replace").splitlines()
    return [parse(line, source) for line in lines if line.strip()], position + len(complete)
