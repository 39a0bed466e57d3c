"""Answers of a real platform, written down once and given again."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from flext_sdk._core.messages import json_or_none
from flext_sdk._core.redact import MASK, redact_json, redact_text, redact_url
from flext_sdk.testing.answers import Answer
from flext_sdk.testing.contract import Contracts, ContractViolation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from types import TracebackType

    from flext_sdk._core.messages import Request, Response
    from flext_sdk._core.types import Json
    from flext_sdk.testing._rules import Condition
    from flext_sdk.testing.answers import Call

__all__ = ["Recorder", "rules_of"]

_FORMAT = 1
_KEPT_HEADERS = ("content-type", "retry-after", "etag")


class Recorder:
    """Middleware that writes down what a platform answered, for `FakeFlext.replay`.

    Secrets are not written: the headers of requests never, and in bodies, paths and answers whatever has the name or
    the form of a secret, and every value given as ``secrets`` or sent as a token.

    Args:
        file: Where to write; JSON.
        secrets: Values that must not appear.

    Example:
        ```python
        with Recorder("answers.json") as recorder, Flext(middleware=[recorder.middleware]) as client:
            client.pipelines.show("orders")

        FakeFlext(strict=False).replay("answers.json")
        ```
    """

    def __init__(self, file: str | Path, *, secrets: Iterable[str] = ()) -> None:
        self.file = Path(file)
        self._secrets = {secret for secret in secrets if secret}
        self._exchanges: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def middleware(self, request: Request, call_next: Callable[[Request], Response]) -> Response:
        """Write down one attempt of a `Flext`."""
        response = call_next(request)
        self._note(request, response)
        return response

    async def async_middleware(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Write down one attempt of an `AsyncFlext`."""
        response = await call_next(request)
        self._note(request, response)
        return response

    def _note(self, request: Request, response: Response) -> None:
        token = request.headers.get("authorization", "").partition(" ")[2]
        parts = urlsplit(request.url)
        kind = response.headers.get("content-type", "")
        noted = {
            "operation": request.operation,
            "method": request.method,
            "path": redact_url(f"{parts.path}?{parts.query}" if parts.query else parts.path),
            "body": _masked(json_or_none(request.content) if request.content else None),
            "status": response.status,
            "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
            "answer": _masked(_read(response.content, kind)),
        }
        with self._lock:
            if token:
                self._secrets.add(token)
            self._exchanges.append(noted)

    def save(self) -> Path:
        """Write the file, in one go.

        Returns:
            The file.

        Raises:
            OSError: It cannot be written.
        """
        with self._lock:
            found = _without(self._exchanges, self._secrets)
        text = json.dumps({"format": _FORMAT, "exchanges": found}, indent=1, ensure_ascii=False) + "\n"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=f".{self.file.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).replace(self.file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return self.file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()


def _read(content: bytes, kind: str) -> Json:
    if not content:
        return None
    value = json_or_none(content) if "json" in kind else None
    return value if value is not None else content.decode("utf-8", errors="replace")


def _masked(value: Json) -> Json:
    return redact_text(value) if isinstance(value, str) else redact_json(value)


def _without(value: Json, secrets: set[str]) -> Json:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return {_without(key, secrets): _without(item, secrets) for key, item in value.items()}
    return [_without(item, secrets) for item in value] if isinstance(value, list) else value


def rules_of(file: str | Path) -> Iterator[tuple[str, list[Answer], Condition]]:
    """What a recording says: operation, its answers in order, and for which requests.

    Requests that were the same get the answers in the order in which they came.

    Args:
        file: What a `Recorder` wrote.

    Raises:
        ContractViolation: It is no recording.
    """
    path = Path(file)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        exchanges = data["exchanges"] if data["format"] == _FORMAT else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContractViolation(f"{path} is no recording", [("", str(error))]) from None
    if not isinstance(exchanges, list):
        raise ContractViolation(f"{path} is no recording", [("/format", f"expected {_FORMAT}, got {data['format']!r}")])
    contracts = Contracts(strict=False)
    found: dict[str, tuple[str, list[Answer], Condition]] = {}
    for one in exchanges:
        known, _ = contracts.find(_service(one), one["method"], one["path"])
        key = json.dumps([known.id, one["path"], one["body"]], sort_keys=True)
        _, answers, _ = found.setdefault(key, (known.id, [], _same(one)))
        answers.append(Answer(one["answer"], one["status"], one["headers"], checked=one["status"] < 400))
    return iter(found.values())


def _service(one: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Service or None
    from flext_sdk._operations import OPERATIONS

    operation = OPERATIONS.get(one["operation"])
    return None if operation is None else operation.service


def _same(one: Mapping[str, Any]) -> Condition:
    wanted, body = _parts(one["path"]), one["body"]

    def same(call: Call) -> bool:
        return _parts(redact_url(call.url)) == wanted and (body is None or _masked(call.body) == body)

    return same


def _parts(url: str) -> tuple[str, dict[str, list[str]]]:
    path, _, query = url.partition("?")
    return path, parse_qs(query)
