# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""One request over the wire. httpx lives here and nowhere else.

Requests go straight to httpx's transport, below its client, which costs more than the wire. Where the caller brings a
client of their own, or the environment names a proxy, the ordinary way through the client is taken.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING

from flext_sdk._core.failures import TransportFailure, classify
from flext_sdk._core.messages import Headers, Response
from flext_sdk._sync import _rt as rt

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from types import ModuleType

    import httpx

    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request

__all__ = ["Sender"]

_KEEPALIVE = 4.0  # seconds; below the 5 s after which uvicorn closes an idle connection
# httpcore holds all connections, busy ones too, against this limit: with its default of 20, 32 threads would open a new
# connection for nearly every request.
_KEPT = 64
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_tls_lock = threading.Lock()
_import_lock = threading.Lock()


def load_httpx() -> ModuleType:
    """Import httpx without its command line, which would bring click and rich where they are installed."""
    if "httpx" not in sys.modules:
        with _import_lock:
            # None in its place makes the import fail in the way that httpx expects where click is not installed.
            sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
            try:
                import httpx
            finally:
                if sys.modules.get("httpx._main") is None:
                    sys.modules.pop("httpx._main", None)
    # Not what stands in sys.modules: that may be half made by another thread, and this statement waits for it.
    import httpx

    return httpx


@cache
def _tls() -> ssl.SSLContext:
    # Loading the certificates takes 30-48 ms: once in a process, and never for http.
    return load_httpx().create_ssl_context()  # type: ignore[no-any-return]


@cache
def _no_tls() -> ssl.SSLContext:
    # A transport wants a context even for http, where it is never used; one without certificates costs nothing.
    return load_httpx().create_ssl_context(verify=False)  # type: ignore[no-any-return]


class Sender:
    """Sends requests and reads whole answers; keeps connections open for the next ones.

    Args:
        client: The caller's own httpx client, used and never closed; None for connections of our own.
        environ: Where proxies are looked up.
    """

    def __init__(self, client: httpx.Client | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._client = client
        self._has_proxy = any(environ.get(name) or environ.get(name.upper()) for name in _PROXIES)
        self._plain: rt.PerLoop[httpx.HTTPTransport] = rt.PerLoop()
        self._secure: rt.PerLoop[httpx.HTTPTransport] = rt.PerLoop()
        self._clients: rt.PerLoop[httpx.Client] = rt.PerLoop()

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send one request and read the whole answer.

        Raises:
            TransportFailure: If no whole answer came.
        """
        lib = load_httpx()
        started = deadline.elapsed
        try:
            answer = self._open(lib, request)
            try:
                content = self._read(answer, deadline)
            finally:
                answer.close()
        except TransportFailure:
            raise
        except (lib.HTTPError, lib.InvalidURL, lib.StreamError, OSError, RuntimeError) as error:
            raise classify(error) from error
        return Response(
            status=answer.status_code,
            headers=Headers(answer.headers.multi_items()),
            content=content,
            elapsed=deadline.elapsed - started,
        )

    def _open(self, lib: ModuleType, request: Request) -> httpx.Response:
        limits = request.timeouts
        if self._client is None and not self._has_proxy:
            made: httpx.Request = lib.Request(
                request.method,
                request.url,
                headers=request.headers.pairs(),
                content=request.content,
                extensions={
                    "timeout": {
                        "connect": limits.connect,
                        "read": limits.read,
                        "write": limits.write,
                        "pool": limits.pool,
                    }
                },
            )
            answer = rt.handle(self._transport(lib, secure=request.url.startswith("https:")), made)
            answer.request = made
            return answer
        client = self._client or self._clients.get(lambda: self._make_client(lib))
        return client.send(
            client.build_request(
                request.method,
                request.url,
                headers=request.headers.pairs(),
                content=request.content,
                timeout=lib.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            ),
            stream=True,
            follow_redirects=False,
        )

    def _transport(self, lib: ModuleType, *, secure: bool) -> httpx.HTTPTransport:
        pool = self._secure if secure else self._plain

        def make() -> httpx.HTTPTransport:
            with _tls_lock:
                context = _tls() if secure else _no_tls()
            limits = lib.Limits(max_connections=100, max_keepalive_connections=_KEPT, keepalive_expiry=_KEEPALIVE)
            made: httpx.HTTPTransport = lib.HTTPTransport(verify=context, limits=limits)
            return made

        return pool.get(make)

    def _make_client(self, lib: ModuleType) -> httpx.Client:
        with _tls_lock:
            context = _tls()
        # A service of this machine is never behind a proxy, whatever NO_PROXY says.
        direct = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
        made: httpx.Client = lib.Client(verify=context, trust_env=True, mounts=direct)
        return made

    def _read(self, answer: httpx.Response, deadline: Deadline) -> bytes:
        parts = []
        for part in rt.chunks(answer):
            parts.append(part)
            # Each read has its own limit; a server that sends a byte now and then would never hit one of them.
            if deadline.expired:
                raise TransportFailure("timeout", "the answer did not end in time")
        return b"".join(parts)

    def close(self) -> None:
        """Close the connections of our own."""
        self._plain.clear(_close)
        self._secure.clear(_close)
        self._clients.clear(_close)


def _close(thing: httpx.HTTPTransport | httpx.Client) -> None:
    thing.close()
