"""Request and response as the SDK sees them; no type of an HTTP library leaves the transport."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = ["Headers", "RawHeaders", "RawResponse", "Request", "Response", "Timeouts"]


class Headers(MutableMapping[str, str]):
    """Headers; names are compared without case, and a repeated name is joined with a comma."""

    __slots__ = ("_items",)

    def __init__(self, pairs: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
            key = name.lower()
            before = self._items.get(key)
            self._items[key] = (name, f"{before[1]}, {value}") if before else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __setitem__(self, name: str, value: str) -> None:
        self._items[name.lower()] = (name, value)

    def __delitem__(self, name: str) -> None:
        del self._items[name.lower()]

    # The inherited two look a name up by way of an exception, which every call would pay for.
    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    @overload
    def get[D](self, name: str, default: D, /) -> str | D: ...
    def get(self, name: str, default: object = None, /) -> object:
        """The value of a header, or the default."""
        found = self._items.get(name.lower())
        return default if found is None else found[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def pairs(self) -> list[tuple[str, str]]:
        """Names as they were given, with their values."""
        return list(self._items.values())

    def copy(self) -> Headers:
        """The same headers once more, to be changed by themselves."""
        made = Headers.__new__(Headers)
        made._items = self._items.copy()
        return made

    def __repr__(self) -> str:
        """The names only: values may be secrets."""
        return f"Headers({', '.join(self)})"


class RawHeaders(Headers):
    """Headers of an answer as they came. They become text when somebody looks at them; most calls never do.

    Args:
        raw: Names and values, as bytes or text.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Iterable[tuple[bytes | str, bytes | str]]) -> None:  # _items is made at the first look
        self._raw = raw

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - only ever asked for _items
        if name != "_items":
            raise AttributeError(name)
        super().__init__((_text(key), _text(value)) for key, value in self._raw)
        return self._items


def _text(raw: bytes | str) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Timeouts:
    """Limits of one attempt, in seconds; each is clipped to what the call's deadline leaves."""

    connect: float
    read: float
    write: float
    pool: float


@dataclass(slots=True)
class Request:
    """One attempt of a call, as middleware sees it. Middleware may change it before passing it on.

    Attributes:
        method: HTTP method.
        url: Absolute URL with its query.
        headers: Headers that will be sent.
        content: Body, or None.
        attempt: 1 for the first attempt of the call.
        operation: Id of the operation, ``"pipelines.start"``; ``"request"`` for `Flext.request`.
        timeouts: Limits of this attempt.
    """

    method: str
    url: str
    headers: Headers
    content: bytes | None
    attempt: int
    operation: str
    timeouts: Timeouts

    def __repr__(self) -> str:
        """Method and operation; URL and headers may hold secrets."""
        return f"Request({self.method} {self.operation}, attempt={self.attempt})"


@dataclass(slots=True)
class Response:
    """One answer, as middleware sees it.

    Attributes:
        status: HTTP status.
        headers: Headers of the answer.
        content: Whole body.
        elapsed: Seconds from sending the first byte to having the whole body.
    """

    status: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""
    elapsed: float = 0.0

    def __repr__(self) -> str:
        """Status and size."""
        return f"Response({self.status}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class RawResponse[T]:
    """The answer of a call with everything around its value.

    Attributes:
        value: What the plain call returns.
        status: HTTP status.
        headers: Headers of the answer.
        content: Body as bytes.
        request_id: Id of the request in the service's log, or the one that was sent.
        attempts: How often it was sent.
        elapsed: Seconds of the whole call, pauses between attempts included.
    """

    value: T
    status: int
    headers: Headers
    content: bytes
    request_id: str | None
    attempts: int
    elapsed: float

    @property
    def text(self) -> str:
        """The body as text."""
        return decode_text(self.content, self.headers.get("content-type", ""))

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON.

        Raises:
            ValueError: If the body is not JSON.
        """
        return json.loads(self.content)

    def __repr__(self) -> str:
        """Status, size and attempts."""
        return f"RawResponse({self.status}, {len(self.content)} bytes, attempts={self.attempts})"


def decode_text(content: bytes, content_type: str) -> str:
    """Text of a body in the charset its content type names; UTF-8 where it names none or an unknown one."""
    charset = "utf-8"
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset" and value:
            charset = value.strip().strip('"')
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def json_or_none(content: bytes) -> Json:
    """The body as JSON, or None when it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
