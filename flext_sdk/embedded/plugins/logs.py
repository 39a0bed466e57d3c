"""What plugins said and what was done with them: one file a plugin."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST: Final = 1024 * 1024
_LONGEST: Final = 4000


class PluginLog:
    """The log of a plugin.

    Args:
        home: The folder that holds everything.
        name: The plugin.
    """

    def __init__(self, home: Path, name: str) -> None:
        self._file = home / "logs" / "plugins" / f"{name}.log"

    def write(self, operation: str, message: str, *, level: str = "info") -> None:
        """Adds a line; that it cannot be written is no reason not to do the work.

        Args:
            operation: What was going on.
            message: What was said, without secrets.
            level: debug, info, warning or error.
        """
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"timestamp": moment, "level": level, "operation": operation, "message": message[:_LONGEST]}
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._file.exists() and self._file.stat().st_size > _LARGEST:
                self._file.replace(self._file.with_suffix(".log.1"))
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")

    def last(self, count: int) -> list[dict[str, Any]]:
        """The last lines, oldest first.

        Args:
            count: How many at most.
        """
        lines: list[str] = []
        for file in (self._file.with_suffix(".log.1"), self._file):
            with suppress(OSError):
                lines += file.read_text(encoding="utf-8", errors="replace").splitlines()
        found = []
        for line in lines[-count:] if count else []:
            with suppress(ValueError):
                found.append(json.loads(line))
        return found
