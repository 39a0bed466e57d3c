"""The fake behind httpx, so that all of the SDK above the wire is the real one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from flext_sdk._async._sender import load_httpx

load_httpx()  # before anything else imports it, with its command line

import httpx  # noqa: E402 - see above

from flext_sdk.testing.fake import URLS  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from flext_sdk._core.types import Service
    from flext_sdk.testing.answers import Answer
    from flext_sdk.testing.fake import FakeFlext
    from flext_sdk.testing.faults import Effect

__all__ = ["Sent", "async_client", "installed", "sync_client"]

_HOSTS: dict[str, Service] = {url.removeprefix("http://"): name for name, url in URLS.items()}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it would go over the wire.

    Attributes:
        service: Who is asked; None where the address is the caller's own.
        method: HTTP method.
        url: Path and query.
        headers: Its headers.
        content: Its body.
        patience: Seconds that the client waits for an answer.
    """

    service: Service | None
    method: str
    url: str
    headers: list[tuple[str, str]]
    content: bytes
    patience: float


def sync_client(fake: FakeFlext) -> httpx.Client:
    """An httpx client that asks the fake."""
    return httpx.Client(transport=_Transport(fake), trust_env=False)


def async_client(fake: FakeFlext) -> httpx.AsyncClient:
    """Like `sync_client`, for coroutines."""
    return httpx.AsyncClient(transport=_AsyncTransport(fake), trust_env=False)


@contextmanager
def installed(fake: FakeFlext) -> Iterator[None]:
    """Let clients that are made without an httpx client of their own ask the fake."""
    from flext_sdk import AsyncFlext, Flext

    with _given(Flext, fake, is_async=False), _given(AsyncFlext, fake, is_async=True):
        yield


@contextmanager
def _given(kind: type[Any], fake: FakeFlext, *, is_async: bool) -> Iterator[None]:
    original = kind.__init__

    def init(self: Any, base_url: Any = None, **options: Any) -> None:  # noqa: ANN401 - as the original
        if options.get("http_client") is None:
            options = {**fake._options({}, is_async=is_async), **{k: v for k, v in options.items() if v is not None}}
            options.pop("base_url")
            base_url = URLS if base_url is None else base_url
        original(self, base_url, **options)

    with mock.patch.object(kind, "__init__", init):
        yield


class _Transport(httpx.BaseTransport):
    def __init__(self, fake: FakeFlext) -> None:
        self._fake = fake

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, request.read())
        effects, answer = self._fake._handle(sent)
        for seconds in _pauses(effects, answer):
            self._fake.clock.sleep(min(seconds, sent.patience))
            _check(seconds, sent, request)
        return _response(effects, answer, request)


class _AsyncTransport(httpx.AsyncBaseTransport):
    def __init__(self, fake: FakeFlext) -> None:
        self._fake = fake

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sent = _sent(request, await request.aread())
        effects, answer = self._fake._handle(sent)
        for seconds in _pauses(effects, answer):
            await self._fake.clock.asleep(min(seconds, sent.patience))
            _check(seconds, sent, request)
        return _response(effects, answer, request)


def _sent(request: httpx.Request, content: bytes) -> Sent:
    limits = request.extensions.get("timeout", {})
    return Sent(
        service=_HOSTS.get(request.url.host),
        method=request.method,
        url=request.url.raw_path.decode("ascii"),
        headers=[(name, value) for name, value in request.headers.multi_items() if name != "host"],
        content=content,
        patience=limits.get("read") or float("inf"),
    )


def _pauses(effects: Sequence[Effect], answer: Answer) -> list[float]:
    found = [effect.seconds for effect in effects if effect.kind == "delay"]
    return [*found, *([answer.delay] if answer.delay else [])]


def _check(seconds: float, sent: Sent, request: httpx.Request) -> None:
    if seconds >= sent.patience:
        raise httpx.ReadTimeout("no answer in time", request=request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that may end in the middle."""

    def __init__(self, content: bytes, share: float | None) -> None:
        self._content = content
        self._share = share

    def _parts(self) -> Iterator[bytes]:
        if self._share is None:
            yield self._content
            return
        yield self._content[: int(len(self._content) * self._share)]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts():
            yield part


def _response(effects: Sequence[Effect], answer: Answer, request: httpx.Request) -> httpx.Response:
    status, headers = answer.status or 200, dict(answer.headers)
    content = answer.body if isinstance(answer.body, bytes) else b""
    share = None
    for effect in effects:
        match effect.kind:
            case "refused":
                raise httpx.ConnectError("Connection refused", request=request)
            case "dropped":
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
            case "answer":
                status, headers, content = effect.status, dict(effect.headers), effect.content
                break
            case "replaced":
                content = effect.content
            case "cut":
                share = effect.share
            case "delay":
                pass
    return httpx.Response(status, headers=headers, stream=_Body(content, share))
