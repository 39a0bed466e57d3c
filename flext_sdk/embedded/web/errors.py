"""The one way a handler says no."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ApiError(Exception):
    """An answer that is not a success.

    Args:
        status: HTTP status, 400 to 599.
        code: Stable upper-case word for programs, ``"PIPELINE_NOT_FOUND"``.
        message: One line: what went wrong.
        hint: What to do about it.
        details: Anything more; its shape depends on the code.
        problems: Faults of a document, in the shape of the contract's ``Problem``.
        headers: Headers to send besides the usual ones, ``{"Retry-After": "2"}``.

    Example:
        >>> raise ApiError(404, "PIPELINE_NOT_FOUND", "there is no pipeline 'ordres'", hint="Did you mean 'orders'?")
        Traceback (most recent call last):
        flext_sdk.embedded.web.errors.ApiError: there is no pipeline 'ordres'
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        details: Any = None,  # noqa: ANN401 - any JSON
        problems: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
        self.problems = tuple(problems)
        self.headers = dict(headers or {})

    def body(self, request_id: str, now: datetime | None = None) -> dict[str, Any]:
        """The error envelope of the contract.

        Args:
            request_id: Id of the request, so that a person can quote it.
            now: Moment to write into it; the present when left out.
        """
        found: dict[str, Any] = {
            "error": self.message,
            "message": self.message,
            "code": self.code,
            "hint": self.hint,
            "request_id": request_id,
            "timestamp": (now or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if self.details is not None:
            found["details"] = self.details
        if self.problems:
            found["problems"] = [dict(problem) for problem in self.problems]
        return found


def validation_failed(problems: Sequence[Mapping[str, Any]], *, what: str = "request") -> ApiError:
    """422 VALIDATION_FAILED for a list of problems.

    Args:
        problems: At least one fault, in the shape of the contract's ``Problem``.
        what: What was checked, ``"pipeline definition"``.
    """
    first = _sentence(problems[0])
    message = first if len(problems) == 1 else f"the {what} has {len(problems)} problems; the first: {first}"
    hint = problems[0].get("hint") if len(problems) == 1 else None
    return ApiError(422, "VALIDATION_FAILED", message, hint=hint, problems=problems)


def _sentence(problem: Mapping[str, Any]) -> str:
    """The message, with the place where that does not show from the message."""
    message, path = str(problem["message"]), str(problem["path"])
    named = path.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return message if not path or f"{named!r}" in message else f"{path}: {message}"
