"""Which answer a request gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flext_sdk.testing.answers import Call

__all__ = ["Condition", "Rule"]

type Condition = Mapping[str, Any] | Callable[[Call], bool]
"""Arguments that a request must have, or a function that is true for it."""


class Rule:
    """Replies in a row, for some requests.

    Args:
        replies: One after the other, the last one again and again.
        times: How many requests it is for; None for no limit.
        when: Which requests it is for; None for all.
    """

    def __init__(self, replies: Sequence[object], times: int | None, when: Condition | None) -> None:
        self._replies = list(replies)
        self._times = times
        self._when = when
        self._given = 0

    @property
    def is_special(self) -> bool:
        """Whether it is for some requests only."""
        return self._times is not None or self._when is not None

    def applies(self, call: Call) -> bool:
        """Whether it is for that request."""
        if self._times is not None and self._given >= self._times:
            return False
        if self._when is None:
            return True
        if callable(self._when):
            return self._when(call)
        known = {**call.path_params, **call.query, **call.arguments}
        return all(name in known and known[name] == value for name, value in self._when.items())

    def next(self) -> Any:  # noqa: ANN401 - a reply
        """The next reply."""
        reply = self._replies[min(self._given, len(self._replies) - 1)]
        self._given += 1
        return reply
