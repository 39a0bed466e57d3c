"""The one way a handler says no."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flext_sdk._core.redact import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


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


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DRIVERS = ("sqlite3", "pysqlite3", "psycopg")


def storage_failed(error: BaseException) -> ApiError | None:
    """The answer to a request that failed because the disk or the database of the service did; None for all else.

    Args:
        error: What the handler raised.
    """
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _FULL:
            return _full()
        if type(each).__module__.partition(".")[0] in _DRIVERS:
            reason = " ".join(str(each).split())
            if "is full" in reason:
                return _full()
            if "locked" in reason:
                return ApiError(
                    503,
                    "STORE_LOCKED",
                    "the database of the service is locked by another program",
                    hint="End the program that holds it, or wait until it is done.",
                )
            return ApiError(
                500, "STORE_FAILED", f"the database of the service failed: {reason}", hint=store_hint(reason)
            )
    return None


def store_hint(reason: str) -> str | None:
    """What to do about a database that says this; None where that cannot be told."""
    if "full" in reason or "I/O" in reason:
        return "Look whether the disk below FLEXT_HOME is full or failing. What was asked for was not stored."
    if "readonly" in reason or "read-only" in reason:
        return "The files below FLEXT_HOME cannot be written to. What was asked for was not stored."
    return None


def _full() -> ApiError:
    return ApiError(
        507,
        "DISK_FULL",
        "the disk of the service is full",
        hint="Make room on the disk that holds FLEXT_HOME. What was asked for was not stored.",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None:
            return
        yield seen
        seen = getattr(seen, "orig", None) or seen.__cause__ or seen.__context__


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
    if not path or f"{named!r}" in message:
        return message
    # Behind "password: " whoever masks secrets would take the next word for one.
    return f"{message} (at {path})" if is_secret_name(named) else f"{path}: {message}"
