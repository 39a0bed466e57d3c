"""What Meltano writes to its log, line by line, and what that says about how it ended."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.engine.lines import Masker, level_of, metric_of, readable
from flext_sdk.embedded.engine.singer import Progress
from flext_sdk.embedded.store.logs import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable

_MELTANO_LEVELS: Final = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "critical": "error"}
# Fields of a log record that are told in words, beside the event.
_WORTH: Final = ("block_type", "set_number", "success", "err", "exit_codes", "duration_seconds", "status", "error")
_NOISE: Final = ("Need help fixing this problem?", "Meltano 4.", "Traceback (most recent call last)", "Using systemdb")
_LOGGER = re.compile(r"<\S+ (?P<name>\S+) ")
# Meltano names the file of a plugin's settings in its messages; that is of no use once it is deleted.
_RUN_FILE = re.compile(r"command \[(?P<words>.*?)\] returned (?P<code>\d+) with stderr:\s*", re.DOTALL)
_EXIT_CODES: Final = ("exit_codes", "exitcodes")


@dataclass(slots=True)
class Told:
    """Reads what Meltano and its plugins write.

    Attributes:
        line: Called with level, source and text of each line that is worth keeping.
        mask: Hides secrets.
    """

    line: Callable[[int, str, str], None]
    mask: Masker
    source: str = "meltano"
    errors: list[str] = field(default_factory=list)
    plugin_errors: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def said(self, raw: bytes, cut: bool) -> None:
        """A line of standard error: a record as JSON, or text."""
        record = None if cut else _record(raw)
        if record is None:
            self._text(raw, cut)
            return
        message = _one_line(str(record.get("event") or ""))
        source = str(record.get("name") or "") or self._logger(record)
        level = LEVELS[_MELTANO_LEVELS.get(str(record.get("level")), "info")]
        if record.get("stdio"):
            self._plugin(source, message)
            return
        if any(message.startswith(noise) for noise in _NOISE):
            return
        error = record.get("err") or record.get("error")
        if level >= LEVELS["error"]:
            self.errors.append(self.mask(_one_line(str(error)) if error else message))
        extra = ", ".join(f"{key}={_one_line(str(record[key]))}" for key in _WORTH if key in record)
        if message or extra:
            self.line(level, source, self.mask(f"{message} ({extra})" if message and extra else message or extra))
        if record.get("exception"):
            for text in str(record["exception"]).splitlines():
                self.line(LEVELS["error"], source, self.mask(text))

    def printed(self, raw: bytes, cut: bool) -> None:
        """A line of standard output: what a plugin prints that is invoked, or Meltano's answer to a command."""
        text = readable(raw, cut=cut, mask=self.mask)
        if text.strip():
            self.plain.append(text.strip())
            del self.plain[:-50]
            self.line(LEVELS["info"], self.source, text)

    def progress(self) -> Progress:
        """The rows that taps say they have read."""
        return Progress(sum(self._counts.values()), 0, dict(self._counts))

    def failure(self, code: int | None) -> str:
        """Why it failed, in one line."""
        for found in (self.errors, [text for text in self.plain if text.startswith("Error")], self.plain):
            if found:
                reason = found[-1].removeprefix("Error: ")
                if self.plugin_errors and self.plugin_errors[-1] not in reason:
                    reason = f"{reason.rstrip('.')}: {self.plugin_errors[-1]}"
                return _shortened(reason)
        if self.plugin_errors:
            return _shortened(self.plugin_errors[-1])
        return f"Meltano failed with exit code {code} and said nothing"

    def _text(self, raw: bytes, cut: bool) -> None:
        text = readable(raw, cut=cut, mask=self.mask).strip()
        if not text or any(noise in text for noise in _NOISE):
            return
        self.plain.append(text)
        del self.plain[:-50]
        level = LEVELS["error"] if text.startswith("Error") else level_of(text)
        self.line(level, "meltano", text)

    def _plugin(self, name: str, text: str) -> None:
        metric = metric_of(text)
        if metric is not None:
            tags, value = metric.get("tags"), metric.get("value")
            if metric.get("metric") == "record_count" and isinstance(value, int | float) and name.startswith("tap-"):
                stream = str(tags.get("stream") or tags.get("endpoint") or "") if isinstance(tags, dict) else ""
                self._counts[stream] = self._counts.get(stream, 0) + max(0, int(value))
            return
        if not text.strip():
            return
        text = self.mask(text)
        level = level_of(text)
        if level >= LEVELS["error"] or text.startswith(("Error", "error")):
            self.plugin_errors.append(f"{name}: {text.removeprefix('ERROR ').removeprefix(f'{name}: ')}")
            del self.plugin_errors[:-20]
        self.line(level, name, text)

    def _logger(self, record: dict[str, Any]) -> str:
        found = _LOGGER.search(str(record.get("_logger") or ""))
        name = found["name"] if found else "meltano"
        # meltano.plugin.stderr.extractors.tap-csv
        return name.rpartition(".")[2] if ".plugin.std" in name else "meltano"


def _record(raw: bytes) -> dict[str, Any] | None:
    if not raw.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and {"event", "level"} & set(found) else None


def _one_line(text: str) -> str:
    return " ".join(_RUN_FILE.sub("", text).split())


def _shortened(text: str, length: int = 400) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
