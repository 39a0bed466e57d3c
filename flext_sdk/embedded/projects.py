"""What projects of dbt and of Meltano have in common."""

from __future__ import annotations


class ProjectError(Exception):
    """A project cannot be used; the message is one line.

    Attributes:
        code: Stable word for programs.
        hint: What to do about it.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
