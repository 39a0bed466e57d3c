"""Everything the SDK raises.

```text
FlextError                          exit code 1
├── UsageError                      2    a wrong argument, found before anything was sent
├── ConfigurationError              4    a wrong or missing setting
│   └── MissingExtraError           4    an optional package is not installed
├── ConnectionFailedError           6    no answer from the service
│   ├── ServiceUnavailableError     6    a service of this machine is not running
│   └── CircuitOpenError            6    not asked: the service failed too often a moment ago
├── DeadlineExceededError           7    the call took longer than its timeout
├── WaitTimeoutError                7    the run was not finished in the time given; it goes on
├── APIStatusError                  1    the service answered with an error
│   ├── BadRequestError             1    400
│   ├── ValidationFailedError       2    400 or 422 with a list of problems
│   ├── AuthenticationError         3    401
│   ├── PermissionDeniedError       3    403
│   ├── NotFoundError               5    404
│   ├── ConflictError               8    409
│   ├── PreconditionError           8    412
│   ├── RateLimitedError            1    429
│   ├── ServerError                 1    5xx
│   └── NotSupportedError           1    this server does not have the operation
├── ResponseDecodeError             1    the answer is not what the contract says
├── RunFailedError                  9    the run itself failed
└── CancelledByUserError            130  interrupted
```

A `GapWarning` is no error: what is followed goes on behind the gap.

Every error has ``code`` (stable, for programs), ``message`` (one line), ``hint`` (what to do), ``status``,
``request_id``, ``retryable`` and ``exit_code``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = [
    "EXIT_CODES",
    "APIStatusError",
    "AuthenticationError",
    "BadRequestError",
    "CancelledByUserError",
    "CircuitOpenError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "DeadlineExceededError",
    "FlextError",
    "GapWarning",
    "MissingExtraError",
    "NotFoundError",
    "NotSupportedError",
    "PermissionDeniedError",
    "PreconditionError",
    "Problem",
    "RateLimitedError",
    "ResponseDecodeError",
    "RunFailedError",
    "ServerError",
    "ServiceUnavailableError",
    "UsageError",
    "ValidationFailedError",
    "WaitTimeoutError",
]

EXIT_CODES: dict[int, str] = {
    0: "success",
    1: "failed",
    2: "usage: bad input",
    3: "authentication or permission",
    4: "configuration",
    5: "not found",
    6: "cannot connect",
    7: "timed out",
    8: "conflict",
    9: "the run itself failed",
    130: "interrupted",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a document.

    Attributes:
        path: JSON pointer into the document, ``"/steps/0/extract/plugin"``.
        message: What is wrong.
        hint: What to do about it.
        severity: ``"error"`` or ``"warning"``.
        line: Line in the file, from 1.
        column: Column in the file, from 1.
        file: Name of the file; ``"-"`` is standard input.
    """

    path: str
    message: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"
    line: int | None = None
    column: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        """``file:line:column: message (at /path)``, with what is known."""
        file = "standard input" if self.file == "-" else self.file
        place = ":".join(str(part) for part in (file, self.line, self.column) if part is not None)
        where = f" (at {self.path})" if self.path else ""
        return f"{place}: {self.message}{where}" if place else f"{self.message}{where}"

    def to_dict(self) -> dict[str, Any]:
        """The problem as plain data, without what is not known."""
        names = ("path", "message", "hint", "severity", "file", "line", "column")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class FlextError(Exception):
    """Base of all errors of the SDK.

    Args:
        message: One line: what went wrong, and where.
        code: Stable upper-case word for programs; each class has a default.
        hint: What to do about it; a traceback shows it below the message.
        status: HTTP status, when a service answered.
        request_id: Id of the request in the service's log.
        retryable: The same call may succeed a little later.
        details: More from the service, as it sent it.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "FLEXT_ERROR"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool = False,
        details: Json = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint  # also a note, so that a traceback shows it
        self.status = status
        self.request_id = request_id
        self.retryable = retryable
        self.details = details

    @property
    def hint(self) -> str | None:
        """What to do about it."""
        return self._hint

    @hint.setter
    def hint(self, hint: str | None) -> None:
        self._hint = hint
        notes = [note for note in getattr(self, "__notes__", []) if not note.startswith("Hint: ")]
        self.__notes__ = [*notes, f"Hint: {hint}"] if hint else notes

    def __reduce__(self) -> tuple[Any, ...]:
        # The default rebuilds from args alone and would lose the keyword fields, for instance in a process pool.
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))

    def to_dict(self) -> dict[str, Any]:
        """The error as plain data: code, message, hint, status, retryable, request_id, and details if any."""
        found: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "status": self.status,
            "retryable": self.retryable,
            "request_id": self.request_id,
        }
        if self.details is not None:
            found["details"] = self.details
        return found


def _rebuild(cls: type[FlextError], message: str, state: dict[str, Any]) -> FlextError:
    error = cls.__new__(cls, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class UsageError(FlextError):
    """A wrong argument, found before anything was sent."""

    exit_code = 2
    default_code = "USAGE"


class ConfigurationError(FlextError):
    """A setting is wrong or missing."""

    exit_code = 4
    default_code = "CONFIGURATION"


class MissingExtraError(ConfigurationError):
    """An optional part of the SDK is not installed.

    Args:
        what: What needs it, ``"The embedded platform"``.
        extra: Name of the extra, ``"embedded"``.
    """

    default_code = "MISSING_EXTRA"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed",
            hint=f'Install it: pip install "flext-sdk[{extra}]"',
        )
        self.extra = extra


class ConnectionFailedError(FlextError):
    """The service could not be reached, or the connection broke."""

    exit_code = 6
    default_code = "CONNECTION_FAILED"


class ServiceUnavailableError(ConnectionFailedError):
    """A service of this machine is not running and was not started."""

    default_code = "SERVICE_NOT_RUNNING"


class CircuitOpenError(ConnectionFailedError):
    """Nothing was sent: the circuit breaker is open after too many failures.

    Args:
        message: One line.
        retry_after: Seconds until the service is tried again.
        hint: What to do about it.
    """

    default_code = "CIRCUIT_OPEN"

    def __init__(self, message: str, *, retry_after: float, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, retryable=True)
        self.retry_after = retry_after


class DeadlineExceededError(FlextError):
    """The call, with all its attempts and pauses, took longer than its timeout."""

    exit_code = 7
    default_code = "DEADLINE_EXCEEDED"


class WaitTimeoutError(FlextError):
    """The run was not finished in the time given. The run itself goes on.

    Args:
        message: One line.
        run: The run as it was seen last.
        hint: What to do about it.
    """

    exit_code = 7
    default_code = "WAIT_TIMEOUT"

    def __init__(self, message: str, *, run: Any = None, hint: str | None = None) -> None:  # noqa: ANN401 - a model or a dict
        super().__init__(message, hint=hint, retryable=True)
        self.run = run


class APIStatusError(FlextError):
    """The service answered with an error status."""

    default_code = "API_ERROR"


class BadRequestError(APIStatusError):
    """400: the service does not understand the request."""

    default_code = "BAD_REQUEST"


class ValidationFailedError(APIStatusError):
    """The input is not valid; ``problems`` holds every fault found.

    Args:
        message: One line.
        problems: The faults, in the order of the document.
        code: As in `FlextError`.
        hint: As in `FlextError`.
        status: As in `FlextError`; None when the fault was found before anything was sent.
        request_id: As in `FlextError`.
        details: As in `FlextError`.
    """

    exit_code = 2
    default_code = "VALIDATION_FAILED"

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        code: str | None = None,
        hint: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        details: Json = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint, status=status, request_id=request_id, details=details)
        self.problems: tuple[Problem, ...] = tuple(problems)

    def to_dict(self) -> dict[str, Any]:
        """As in `FlextError`, with ``problems``."""
        return {**super().to_dict(), "problems": [problem.to_dict() for problem in self.problems]}


class AuthenticationError(APIStatusError):
    """401: no token, or a wrong one."""

    exit_code = 3
    default_code = "UNAUTHENTICATED"


class PermissionDeniedError(APIStatusError):
    """403: the token is good, but this is not allowed."""

    exit_code = 3
    default_code = "PERMISSION_DENIED"


class NotFoundError(APIStatusError):
    """404: there is nothing of that name."""

    exit_code = 5
    default_code = "NOT_FOUND"


class ConflictError(APIStatusError):
    """409: the state of the thing does not allow it, for instance a run is going already."""

    exit_code = 8
    default_code = "CONFLICT"


class PreconditionError(APIStatusError):
    """412: the thing was changed by someone else meanwhile."""

    exit_code = 8
    default_code = "PRECONDITION_FAILED"


class RateLimitedError(APIStatusError):
    """429: too many requests.

    ``retry_after`` holds the seconds the service asks to wait, or None.
    """

    default_code = "RATE_LIMITED"
    retry_after: float | None = None


class ServerError(APIStatusError):
    """5xx: the service failed.

    ``retry_after`` holds the seconds the service asks to wait, or None.
    """

    default_code = "SERVER_ERROR"
    retry_after: float | None = None


class NotSupportedError(APIStatusError):
    """This server does not have the operation."""

    default_code = "NOT_SUPPORTED"


class ResponseDecodeError(FlextError):
    """The answer is not what the contract says."""

    default_code = "RESPONSE_DECODE"


class RunFailedError(FlextError):
    """A run ended and did not succeed.

    Args:
        message: One line, with the error of the run.
        run: The run as the service reported it: a model, or a dict with ``models=False``.
        code: As in `FlextError`.
        hint: What to do about it.
    """

    exit_code = 9
    default_code = "RUN_FAILED"

    def __init__(self, message: str, *, run: Any = None, code: str | None = None, hint: str | None = None) -> None:  # noqa: ANN401 - a model or a dict
        super().__init__(message, code=code, hint=hint)
        self.run = run

    def to_dict(self) -> dict[str, Any]:
        """As in `FlextError`, with ``run`` as plain data."""
        to_dict = getattr(self.run, "to_dict", None)
        run = to_dict() if to_dict is not None else self.run
        return {**super().to_dict(), "run": dict(run) if isinstance(run, Mapping) else run}


class GapWarning(UserWarning):
    """Somebody who follows a log or events was so far behind that a part is no longer kept.

    `Hooks.on_gap` is told instead, where there is such a hook. To be stopped by it, make it an error:
    ``warnings.simplefilter("error", GapWarning)``.
    """


class CancelledByUserError(FlextError):
    """The user interrupted the work."""

    exit_code = 130
    default_code = "CANCELLED"

    def __init__(self, message: str = "Interrupted", *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
