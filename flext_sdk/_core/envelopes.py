"""The error bodies of all generations of the services, read into one form and mapped to our errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flext_sdk import errors
from flext_sdk._core.messages import decode_text, json_or_none
from flext_sdk._core.redact import redact_json, redact_text, redact_url
from flext_sdk.errors import APIStatusError, Problem

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = ["ErrorInfo", "error_from", "read_error"]

_MAX_MESSAGE = 500
_REQUEST_ID = ("x-request-id", "x-correlation-id", "request-id")
_VERSION = ("x-flext-version", "x-service-version", "x-api-version", "server")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\- ]{1,79}")
_FRAMEWORK = frozenset({"error", "message", "detail", "status", "request_id", "timestamp"})
_ABSENT = re.compile(r"(404[ :]*)?(page )?not found\.?", re.IGNORECASE)

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    405: errors.NotSupportedError,
    409: errors.ConflictError,
    412: errors.PreconditionError,
    429: errors.RateLimitedError,
    501: errors.NotSupportedError,
}
_HINTS = {
    401: "Give the token of the service: FLEXT_TOKEN, or token=...",
    403: "The token is known to the service, but it may not do this.",
    421: "The service does not answer for this host name; use the address it printed at its start.",
    429: "Ask less often, or raise the number of retries and the timeout.",
    500: "The fault is in the service; its log tells more under the id of the request.",
    502: "What answers stands before the service and does not reach it; is the service running?",
    504: "What answers stands before the service and got nothing from it in time; is the service running?",
    503: "The service is starting or overloaded; try again in a moment.",
}


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What an error body says.

    Attributes:
        message: One line.
        code: The service's own word for it, upper case.
        hint: What to do.
        details: More, as it came, secrets masked.
        problems: Faults of the input.
        request_id: Id of the request.
        absent: The body is the one of a route that does not exist.
    """

    message: str
    code: str | None = None
    hint: str | None = None
    details: Json = None
    problems: tuple[Problem, ...] = ()
    request_id: str | None = None
    absent: bool = False


def read_error(status: int, headers: Mapping[str, str], content: bytes) -> ErrorInfo:
    """Read an error answer of any of the services' generations.

    Understood are ``{error: text}`` with message, code, hint, details and problems; ``{error: {type, message,
    details}}``; ``{success: false, error}``; ``{detail: text or list}``; ``{status: "unhealthy", error}``; problem
    details (RFC 9457); text; HTML; nothing.
    """
    request_id = next((value for name in _REQUEST_ID if (value := headers.get(name))), None)
    body = json_or_none(content)
    if isinstance(body, Mapping):
        return _from_mapping(status, body, request_id)
    text = body if isinstance(body, str) else decode_text(content, headers.get("content-type", ""))
    text = _line(_title(text))
    absent = status == 404 and (not text or _ABSENT.fullmatch(text) is not None or "text/plain" in _type(headers))
    return ErrorInfo(text or _phrase(status), request_id=request_id, absent=absent)


def _from_mapping(status: int, body: Mapping[str, Json], request_id: str | None) -> ErrorInfo:
    nested = body.get("error")
    inner: Mapping[str, Json] = nested if isinstance(nested, Mapping) else {}
    detail = body.get("detail")
    texts = (body.get("message"), inner.get("message"), nested, detail, body.get("title"))
    message = next((line for text in texts if isinstance(text, str) and (line := _line(text))), "")
    problems = _problems(body.get("problems")) or _problems(inner.get("problems")) or _located(detail)
    if not message:
        message = f"{len(problems)} problems in the input" if len(problems) > 1 else ""
        message = message or (problems[0].message if problems else _phrase(status))
    details = body.get("details", inner.get("details"))
    if details is None and status == 503 and "error" not in body and "status" in body:
        details = body  # a service that is degraded tells its health with this status
    if isinstance(details, str) and details and details not in message:
        message = _line(f"{message}: {details}")  # the public servers tell the reason here
    meta = body.get("meta")
    found_id = body.get("request_id") or (meta.get("request_id") if isinstance(meta, Mapping) else None)
    hint = body.get("hint")
    # A framework's own answer carries nothing but the phrase; an API's "pipeline x not found" says more.
    absent = status == 404 and (
        (_FRAMEWORK.issuperset(body) and _ABSENT.fullmatch(message) is not None)
        or body.get("code") == "ROUTE_NOT_FOUND"
    )
    return ErrorInfo(
        message=message,
        code=_code(body.get("code")) or _code(inner.get("code")) or _code(inner.get("type")),
        hint=_line(hint) if isinstance(hint, str) and hint else None,
        details=redact_json(details) if details not in (None, "", {}, []) else None,
        problems=problems,
        request_id=str(found_id) if found_id else request_id,
        absent=absent,
    )


def _code(value: Json) -> str | None:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        return None
    return re.sub(r"[^A-Z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value).upper()).strip("_")


def _problems(value: Json) -> tuple[Problem, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Problem(
            path=str(item.get("path") or ""),
            message=_line(str(item.get("message") or "not valid")),
            hint=_line(str(item["hint"])) if item.get("hint") else None,
            severity="warning" if item.get("severity") == "warning" else "error",
        )
        for item in value
        if isinstance(item, Mapping)
    )


def _located(value: Json) -> tuple[Problem, ...]:
    """FastAPI's list of ``{loc, msg, type}``."""
    if not isinstance(value, list):
        return ()
    found = []
    for item in value:
        if isinstance(item, Mapping) and "msg" in item:
            place = item.get("loc")
            parts = list(place) if isinstance(place, list | tuple) else []
            parts = parts[1:] if parts[:1] in (["body"], ["query"], ["path"]) else parts
            found.append(Problem("".join(f"/{part}" for part in parts), _line(str(item["msg"]))))
    return tuple(found)


def _title(text: str) -> str:
    if not text.lstrip().startswith("<"):
        return text
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return title[1] if title else ""


def _line(text: str) -> str:
    line = redact_text(" ".join("".join(c if c.isprintable() else " " for c in text[:5000]).split()))
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 3] + "..."


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase} ({status})"
    except ValueError:
        return f"The service answered with status {status}"


def _type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").lower()


def error_from(
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    *,
    operation: str,
    service: str,
    sent_request_id: str | None = None,
    retry_after: float | None = None,
    retryable: bool = False,
) -> APIStatusError:
    """The error for an answer.

    Args:
        status: HTTP status, 300 or above.
        headers: Headers of the answer.
        content: Body of the answer.
        operation: Id of the operation, for the message of an operation that the server does not have.
        service: Name of the service.
        sent_request_id: Id that was sent, used when the answer tells none.
        retry_after: Seconds the service asks to wait.
        retryable: The same call may succeed a little later.
    """
    info = read_error(status, headers, content)
    request_id = info.request_id or sent_request_id
    if info.absent or status in {405, 501}:
        return _not_supported(status, headers, info, operation, service, request_id)
    if status in {400, 422} and (info.problems or status == 422):
        return errors.ValidationFailedError(
            info.message,
            problems=info.problems,
            code=info.code,
            hint=info.hint,
            status=status,
            request_id=request_id,
            details=info.details,
        )
    # What stands before a service has no codes: with one the service itself tells of something that it asked.
    by_itself = info.code is not None and status in {502, 504}
    general = _HINTS.get(status) or (_HINTS[500] if status >= 500 else None)
    message, hint = info.message, info.hint or (None if by_itself else general)
    if 300 <= status < 400:
        to = headers.get("location", "")
        told = f": {_line(redact_url(to))}" if to else ""
        message = f"{service} sends this request to another address (status {status}){told}"
        hint = "Set the base URL to that address if you trust it: a request with a token is not sent on by itself."
    kind = _BY_STATUS.get(status) or (errors.ServerError if status >= 500 else APIStatusError)
    error = kind(
        message,
        code=info.code,
        hint=hint,
        status=status,
        request_id=request_id,
        retryable=retryable,
        details=info.details,
    )
    if isinstance(error, errors.RateLimitedError | errors.ServerError):
        error.retry_after = retry_after
    return error


def _not_supported(
    status: int, headers: Mapping[str, str], info: ErrorInfo, operation: str, service: str, request_id: str | None
) -> errors.NotSupportedError:
    version = next((value for name in _VERSION if (value := headers.get(name))), None)
    told = f" ({_line(version)})" if version else ""
    return errors.NotSupportedError(
        f"This {service} server{told} does not support {operation}",
        code=info.code if info.code and not info.absent else None,
        hint=f"Its answer was: {info.message}. Check the address, or use a newer server.",
        status=status,
        request_id=request_id,
        details=info.details,
    )
