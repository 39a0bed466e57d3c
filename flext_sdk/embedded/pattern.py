"""Regular expressions that nobody can make a service hang with.

They are those of JSON Schema's ``pattern`` as the crate `regex` matches them: in time linear in the length of the
text, whatever the expression. So there is no look-around and no reference back to a group. They match anywhere in the
text; ``(?i)`` at the beginning takes no notice of case.
"""

from __future__ import annotations

from typing import Final

import jsonschema_rs

MAX_PATTERN: Final = 256
_SIZE: Final = 1 << 20


class PatternError(ValueError):
    """The text is no such expression."""


class Pattern:
    """A regular expression.

    Args:
        text: The expression, at most 256 characters.

    Raises:
        PatternError: It is none, or too large.

    Example:
        ``Pattern("(?i)error|timeout")("Timeout after 5 s")`` is True.
    """

    __slots__ = ("_matches", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise PatternError(f"a regular expression may have {MAX_PATTERN} characters, this one has {len(text)}")
        options = jsonschema_rs.RegexOptions(size_limit=_SIZE, dfa_size_limit=_SIZE)
        try:
            self._matches = jsonschema_rs.validator_for({"pattern": text}, pattern_options=options).is_valid
        except (ValueError, jsonschema_rs.ValidationError):
            raise PatternError(
                f"{text!r} is no regular expression, or too large (there is no look-around and no reference to groups)"
            ) from None
        self.text = text

    def __call__(self, line: str) -> bool:
        """Whether it matches somewhere in a line."""
        return self._matches(line)
