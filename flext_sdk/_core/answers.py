"""Answers that are kept: the service is asked each time, but what has not changed is not sent again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from flext_sdk._core.messages import Headers, Response

if TYPE_CHECKING:
    from flext_sdk._core.messages import Request

__all__ = ["AnswerCache", "Kept"]

_OWN = frozenset({"x-request-id", "idempotency-key", "traceparent", "tracestate", "baggage", "user-agent"})


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and the mark by which the service knows it again."""

    etag: str
    response: Response


class AnswerCache:
    """Answers with an ETag. Nothing is ever given without the service having said that it still holds.

    The key is the whole request with its headers, the token among them: what one token may see, another one never gets.
    Safe to use from many threads.

    Args:
        entries: Most answers.
        size: Most bytes of all bodies; a body of more than an eighth of it is not kept.
    """

    def __init__(self, *, entries: int = 256, size: int = 8 * 2**20) -> None:
        self._entries = entries
        self._size = size
        self._held = 0
        self._all: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._all)

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        return self._held

    def find(self, request: Request) -> tuple[bytes | None, Kept | None]:
        """The key of a request and what is kept for it. Whoever asks conditionally by themselves gets no key."""
        names = request.headers
        if "if-none-match" in names or "if-modified-since" in names or "range" in names:
            return None, None
        # Hashed, so that no token lies about longer than its client.
        told = sorted((name.lower(), value) for name, value in names.pairs())
        parts = [request.method, request.url, *(f"{n}\0{v}" for n, v in told if n not in _OWN)]
        key = blake2b("\n".join(parts).encode(), digest_size=20).digest()
        with self._lock:
            kept = self._all.get(key)
            if kept is not None:
                self._all.move_to_end(key)
        return key, kept

    def settle(self, key: bytes, kept: Kept | None, response: Response) -> Response:
        """The answer for the caller: the kept one for 304, otherwise the new one, which is kept when it has an ETag."""
        if response.status == 304 and kept is not None:
            headers = Headers(kept.response.headers.pairs())
            for name, value in response.headers.pairs():
                if name.lower() not in {"content-length", "content-encoding", "content-type"}:
                    headers[name] = value
            return Response(kept.response.status, headers, kept.response.content, response.elapsed)
        if response.status == 200:
            etag = response.headers.get("etag")
            rules = response.headers.get("cache-control", "").lower()
            fits = len(response.content) <= self._size // 8
            self._put(key, Kept(etag, response) if etag and fits and "no-store" not in rules else None)
        return response

    def _put(self, key: bytes, kept: Kept | None) -> None:
        with self._lock:
            before = self._all.pop(key, None)
            if before is not None:
                self._held -= len(before.response.content)
            if kept is None:
                return
            self._all[key] = kept
            self._held += len(kept.response.content)
            while len(self._all) > self._entries or self._held > self._size:
                _, oldest = self._all.popitem(last=False)
                self._held -= len(oldest.response.content)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._all.clear()
            self._held = 0
