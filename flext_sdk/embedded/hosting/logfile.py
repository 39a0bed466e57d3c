"""The log of a service: one JSON object a line, in parts of bounded size."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any, Final

from flext_sdk._core.redact import redact_text
from flext_sdk.embedded.supervisor.reader import KEPT_PARTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PART_SIZE: Final = 5 * 1024 * 1024
_TALKATIVE: Final = ("uvicorn.error", "alembic")
_LEVELS: Final = {"critical": "error", "warn": "warning", "notset": "debug"}


class JsonLines(logging.Formatter):
    """Writes a record as the contract's ``LogEntry``, secrets masked; with ``request_id`` and ``exception``.

    Args:
        source: Name of the service; a record may name another through ``extra={"source": ...}``.
        request: Gives the id of the request that is being worked on.
    """

    def __init__(self, source: str, request: Callable[[], str | None]) -> None:
        super().__init__()
        self._source = source
        self._request = request

    def format(self, record: logging.LogRecord) -> str:
        """One line, without a line break in it."""
        level = record.levelname.lower()
        moment = datetime.fromtimestamp(record.created, UTC)
        found: dict[str, Any] = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _LEVELS.get(level, level),
            "message": redact_text(record.getMessage()),
            "source": getattr(record, "source", self._source),
            "logger": record.name,
        }
        identity = self._request()
        if identity is not None:
            found["request_id"] = identity
        if record.exc_info and record.exc_info[0] is not None:
            found["exception"] = redact_text("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(found, default=str)


def set_up(path: Path, *, source: str, level: str, request: Callable[[], str | None]) -> logging.Handler:
    """Send everything that is logged in this process to a file.

    Args:
        path: The newest part; older ones get .1 to .5.
        source: Name of the service.
        level: Least level that is logged.
        request: Gives the id of the request that is being worked on.

    Raises:
        OSError: The file cannot be written.
    """
    handler = RotatingFileHandler(path, maxBytes=PART_SIZE, backupCount=KEPT_PARTS, encoding="utf-8")
    handler.setFormatter(JsonLines(source, request))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The gate writes a line a request; what uvicorn says of starting and stopping is for those who look closely.
    # The same goes for alembic, which names each of its own plugins.
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    logging.captureWarnings(capture=True)
    return handler
