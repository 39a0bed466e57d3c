"""What a follower asks for: ``pipeline_logs:RUN?after=12&level=warning&grep=timeout``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from flext_sdk.embedded.pattern import Pattern, PatternError
from flext_sdk.embedded.store.logs import LEVELS, LogFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TAIL: Final = 10_000
_NUMBERS: Final = ("after", "tail")
_OPTIONS: Final = (*_NUMBERS, "since", "level", "grep")


class TopicError(ValueError):
    """There is no such topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and what of it is wanted.

    Attributes:
        name: ``pipeline_logs`` or ``pipelines``.
        run_id: The run; empty for all.
        after: The last id that is known already.
        tail: How many of the stored lines come first, where ``after`` was not given.
        wanted: Which lines.
        query: The options that choose lines, as text; two with the same ones want the same.
    """

    name: str
    run_id: str
    after: int
    tail: int | None
    wanted: LogFilter
    query: str

    @property
    def filters(self) -> bool:
        """Whether lines are left out."""
        return bool(self.query)

    @property
    def key(self) -> str:
        """Name and run, as they stand in frames."""
        return f"{self.name}:{self.run_id}" if self.run_id else self.name


def parse_topic(text: str) -> Topic:
    """Read a topic.

    Raises:
        TopicError: It is none; the message says why.
    """
    key, _, query = text.partition("?")
    name, _, run_id = key.partition(":")
    if key not in {"pipelines", "pipeline_logs"} and (name != "pipeline_logs" or not run_id):
        raise TopicError(f"there is no topic {text[:100]}")
    try:
        options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=10))
    except ValueError:
        raise TopicError(f"there is no topic {text[:100]}") from None
    for option, value in options.items():
        if option not in _OPTIONS or name == "pipelines":
            raise TopicError(f"{key} has no option {option[:40]}; there are {', '.join(_OPTIONS)}")
        if option in _NUMBERS and not (value.isascii() and value.isdigit() and len(value) < 19):
            raise TopicError(f"{option} is a number, not {value[:40]!r}")
    tail = min(int(options["tail"]), MAX_TAIL) if "tail" in options and "after" not in options else None
    chosen = "&".join(f"{option}={value}" for option, value in sorted(options.items()) if option not in _NUMBERS)
    return Topic(name, run_id, int(options.get("after", 0)), tail, log_filter(options), chosen)


def log_filter(options: Mapping[str, Any]) -> LogFilter:
    """The filter in the options ``since``, ``level`` and ``grep`` of a topic or a query.

    Raises:
        TopicError: One of them makes no sense.
    """
    since, level, grep = options.get("since"), options.get("level"), options.get("grep")
    if level is not None and level not in LEVELS:
        raise TopicError(f"level is one of {', '.join(LEVELS)}, not {str(level)[:40]!r}")
    try:
        return LogFilter(
            since=None if since is None else _moment(since),
            level=0 if level is None else LEVELS[level],
            grep=None if grep is None else Pattern(grep),
        )
    except PatternError as error:
        raise TopicError(f"grep: {error}") from None
    except ValueError:
        raise TopicError(f"since is a moment such as 2026-01-31T08:00:00Z, not {str(since)[:40]!r}") from None


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
