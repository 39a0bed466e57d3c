# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""One request over the wire. HTTP libraries live here and in the two modules below, and nowhere else.

Five ways, tried in this order:

1. the caller's own httpx client,
2. a client of httpx, where somebody has put themselves between httpx and the wire (respx, tracers), where the
   environment names a proxy, or where only httpx understands the address,
3. the extra ``fast`` where it is installed, nobody said ``stock`` or ``slim``, and nobody waits for Ctrl-C,
4. connections of the standard library, where nobody said ``stock`` and it is plain http without an event loop,
5. connections of httpcore, below httpx's client, which costs more than the wire.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk._core.failures import TransportFailure, classify, too_large
from flext_sdk._core.messages import Headers, Response
from flext_sdk._core.patches import Patches
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._pool import ANSWER_LIMIT, KEEPALIVE, MOST, NotPlainError, Pool, decoded, origin_of
from flext_sdk._sync._watch import SharedWatch

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from types import ModuleType

    import httpx

    from flext_sdk._core.deadline import Deadline
    from flext_sdk._core.messages import Request
    from flext_sdk._sync._fast import Fast

__all__ = ["Sender", "TransportChoice"]

TransportChoice = Literal["auto", "stock", "fast", "slim"]
"""``auto`` takes the extra ``fast`` where it is installed; but not in the main thread, where Ctrl-C would have to wait
until the answer is there. Then, and where it is missing, ``auto`` is ``slim``: the standard library alone, which starts
sooner and costs no more a call; that one is ``stock`` for https and in an event loop."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_tls_lock = threading.Lock()
_import_lock = threading.Lock()
_patches = Patches(rt.PATCH_POINTS)


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
def _context() -> ssl.SSLContext:
    return load_httpx().create_ssl_context()  # type: ignore[no-any-return]


def tls_context() -> ssl.SSLContext:
    """The TLS context of this process: certificates as httpx finds them."""
    # Loading the certificates takes 30-48 ms: once in a process, and never for http.
    with _tls_lock:
        return _context()


@cache
def _mask_log() -> None:
    """Httpx logs each address (INFO) as it is; secrets in queries must not be in a log."""
    import logging

    from flext_sdk._core.redact import redact_url

    def masked(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            url = load_httpx().URL
            record.args = tuple(redact_url(str(each)) if isinstance(each, url) else each for each in record.args)
        return True

    logging.getLogger("httpx").addFilter(masked)


class Sender:
    """Sends requests and reads whole answers; keeps connections open for the next ones.

    Args:
        client: The caller's own httpx client, used and never closed; None for connections of our own.
        environ: Where proxies are looked up.
        transport: Which of our own connections to use.
        largest: Bytes that an answer may have, decompressed.
    """

    def __init__(
        self,
        client: httpx.Client | None = None,
        environ: Mapping[str, str] = os.environ,
        transport: TransportChoice = "auto",
        largest: int = ANSWER_LIMIT,
    ) -> None:
        self._client = client
        self._largest = largest
        self._has_proxy = any(environ.get(name) or environ.get(name.upper()) for name in _PROXIES)
        # A certificate that httpx trusts because of these variables would be unknown to the other library.
        self._own_trust = any(environ.get(name) for name in _CERTIFICATES)
        self._transport = transport
        self._pools: rt.PerLoop[Pool] = rt.PerLoop()
        self._fasts: rt.PerLoop[Fast | None] = rt.PerLoop()
        self._slims: rt.PerLoop[Any] = rt.PerLoop()
        self._clients: rt.PerLoop[httpx.Client] = rt.PerLoop()

    def send(self, request: Request, deadline: Deadline, *, again: bool) -> Response:
        """Send one request and read the whole answer.

        Args:
            request: The request.
            deadline: When reading must end.
            again: The request may be sent twice.

        Raises:
            TransportFailure: If no whole answer came.
        """
        if self._client is None and not self._has_proxy and not _patches.found():
            https = request.url.startswith("https:")
            try:
                # The fast library does not look at signals while it waits.
                if self._transport == "fast" or (self._transport == "auto" and not rt.waits_for_signals()):
                    fast = self._fasts.get(self._make_fast)
                    if fast is not None and not (self._own_trust and https):
                        return fast.send(request, deadline)
                if self._transport in {"auto", "slim"} and not https:
                    slim = self._slims.get(self._make_slim)
                    if slim is not None:
                        return slim.send(request, deadline, again=again)  # type: ignore[no-any-return]
                return self._pools.get(self._make_pool).send(request, deadline, again=again)
            except NotPlainError:
                pass
        return self._through_client(request, deadline)

    def _through_client(self, request: Request, deadline: Deadline) -> Response:
        lib = load_httpx()
        _mask_log()
        started = deadline.elapsed
        limits = request.timeouts
        client = self._client or self._clients.get(lambda: _make_client(lib))
        try:
            with rt.within(deadline):
                answer = client.send(
                    client.build_request(
                        request.method,
                        request.url,
                        headers=request.headers.pairs(),
                        content=request.content,
                        timeout=lib.Timeout(
                            connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool
                        ),
                    ),
                    stream=True,
                    follow_redirects=False,
                )
                try:
                    content = _read(answer, deadline, self._largest)
                finally:
                    answer.close()
        except TimeoutError as error:
            raise TransportFailure("timeout", "the answer did not end in time") from error
        except (lib.HTTPError, lib.InvalidURL, lib.StreamError, OSError, RuntimeError) as error:
            raise classify(error) from error
        return Response(
            status=answer.status_code,
            headers=Headers(answer.headers.multi_items()),
            content=content,
            elapsed=deadline.elapsed - started,
        )

    def _make_fast(self) -> Fast | None:
        from flext_sdk._sync._fast import Fast

        return Fast.make(required=self._transport == "fast", largest=self._largest)

    def _make_pool(self) -> Pool:
        return Pool(tls_context, largest=self._largest)

    def _make_slim(self) -> Any:  # noqa: ANN401 - of the sync tree alone
        return rt.slim(origin_of, decoded, NotPlainError, MOST, KEEPALIVE, self._largest)

    def close(self) -> None:
        """Close the connections of our own."""
        self._pools.clear(_close_pool)
        self._fasts.clear(_close_fast)
        self._slims.clear(_close_slim)
        self._clients.clear(_close_client)


def _read(answer: httpx.Response, deadline: Deadline, largest: int) -> bytes:
    parts = []
    size = 0
    for part in rt.chunks(answer):
        parts.append(part)
        size += len(part)
        if size > largest:
            parts.clear()  # the error keeps this frame alive
            raise too_large(largest)
        # Each read has its own limit; a server that sends a byte now and then would never hit one of them.
        if deadline.expired:
            raise TransportFailure("timeout", "the answer did not end in time")
    return b"".join(parts)


def _make_client(lib: ModuleType) -> httpx.Client:
    # A service of this machine is never behind a proxy, whatever NO_PROXY says.
    direct = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}
    made: httpx.Client = lib.Client(verify=tls_context(), trust_env=True, mounts=direct)
    # There is no public way to say what opens connections behind a proxy. Without it each read has its limit alone.
    for transport in (made._transport, *made._mounts.values()):
        pool: Any = getattr(transport, "_pool", None)
        if hasattr(pool, "_network_backend"):
            pool._network_backend = SharedWatch()
    return made


def _close_pool(pool: Pool) -> None:
    pool.close()


def _close_fast(fast: Fast | None) -> None:
    if fast is not None:
        fast.close()


def _close_slim(slim: Any) -> None:  # noqa: ANN401 - as above
    if slim is not None:
        slim.close()


def _close_client(client: httpx.Client) -> None:
    client.close()
