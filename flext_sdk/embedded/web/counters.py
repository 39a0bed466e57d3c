"""What a service counts about itself."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Counters:
    """Counters since the process began.

    Attributes:
        clock: Seconds that only grow.
        requests: Requests answered, WebSockets included.
        errors: Answers of 500 and above.
        extra: Counters of one service, by name (``executions`` of FlexCore).
    """

    clock: Callable[[], float] = time.monotonic
    requests: int = 0
    errors: int = 0
    extra: Counter[str] = field(default_factory=Counter)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def uptime(self) -> float:
        """Seconds since the process began."""
        return round(self.clock() - self.started, 3)


def memory(pid: int | str = "self", *, proc: Path = Path("/proc")) -> int | None:
    """Bytes of memory that a process holds, or None where the system does not tell.

    Args:
        pid: The process; our own when left out.
        proc: Where the process file system is mounted.
    """
    try:
        pages = int((proc / str(pid) / "statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
