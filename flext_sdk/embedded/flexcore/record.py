"""One orchestration: what is known of it, and how it is written."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from flext_sdk._core.redact import redact_json

ENDED: Final = ("completed", "failed", "canceled", "timeout")
OPEN: Final = ("pending", "submitted", "running")
LINES: Final = 200
_LONGEST: Final = 2000
_MOST_RESULT: Final = 1024 * 1024


def moment(seconds: float) -> str:
    """Seconds since 1970 as the contract writes moments."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def go_duration(seconds: float) -> str:
    """Seconds as Go writes a duration: ``1.2ms``, ``3.5s``, ``5m0s``, ``1h0m0s``."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3f}".rstrip("0").rstrip(".") + "µs" if seconds > 0 else "0s"
    if seconds < 1:
        return f"{seconds * 1e3:.6f}".rstrip("0").rstrip(".") + "ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    told = f"{rest:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{told}" if hours else f"{minutes}m{told}" if minutes else told


@dataclass(slots=True)
class Record:
    """An orchestration.

    Attributes:
        id: ``orch_`` and nanoseconds since 1970.
        request: What was asked for; settings only with their secrets masked.
        status: One of `OPEN` or `ENDED`.
        start: When it was taken on, seconds since 1970.
        end: When it ended.
        clock: The same as ``start`` by the clock that nobody sets.
        progress: 0 to 1.
        lines: The last lines of its log.
    """

    id: str
    request: dict[str, Any]
    status: str
    start: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.monotonic)
    end: float | None = None
    duration: float | None = None
    progress: float = 0.0
    result: Any = None
    error: str | None = None
    hint: str | None = None
    group: int | None = None
    mark: str | None = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))

    @property
    def runtime(self) -> str:
        """Who carries it out."""
        return str(self.request["runtime_type"])

    @property
    def job_id(self) -> str:
        """Name of the job with the runtime."""
        return f"{self.runtime}-{self.id.removeprefix('orch_')}"

    def say(self, line: str) -> None:
        """Add a line to the log."""
        text = line.rstrip()
        if text:
            self.lines.append(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")

    def finish(self, status: str, *, error: str | None = None, hint: str | None = None) -> None:
        """Note how it ended."""
        self.status, self.error, self.hint = status, error, hint
        self.end = time.time()
        self.duration = time.monotonic() - self.clock
        if status == "completed":
            self.progress = 1.0

    def view(self) -> dict[str, Any]:
        """As the contract has it."""
        seconds = time.monotonic() - self.clock if self.duration is None else self.duration
        request = self.request
        return {
            "id": self.id,
            "name": request["name"],
            "runtime_type": self.runtime,
            "command": request["command"],
            "args": list(request.get("args") or []),
            "workflow_id": f"{self.runtime}_execution",
            "job_id": self.job_id,
            "status": self.status,
            "start_time": moment(self.start),
            "end_time": None if self.end is None else moment(self.end),
            "duration": int(seconds * 1e9),
            "progress": self.progress,
            "result": self.result,
            "error": self.error,
            "hint": self.hint,
            "metadata": request.get("metadata") or {},
            "logs": list(self.lines),
        }


def kept_request(body: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a request: everything but the secrets in its settings."""
    return {**body, "config": redact_json(body.get("config"))}


def bounded(result: Any) -> Any:  # noqa: ANN401 - any JSON
    """A result that can be kept; one that is far too large is told about instead."""
    import orjson

    size = len(orjson.dumps(result))
    return result if size <= _MOST_RESULT else {"omitted": True, "bytes": size}
