"""Answers kept under the caller's key, so that a request sent twice is done once."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.embedded.web.call import Answer

MAX_KEY = 255


class IdempotencyStore(Protocol):
    """Where answers are kept. The methods are called in a thread, from several at once."""

    def begin(self, key: str, operation_id: str, fingerprint: str) -> Answer | None:
        """Take the key, or give the answer that it got before.

        Args:
            key: The caller's key.
            operation_id: The operation; the same key with another one is another fingerprint.
            fingerprint: What was asked for, see `fingerprint`.

        Returns:
            The kept answer, or None when the work is to be done now; `finish` or `abandon` follows then.

        Raises:
            ApiError: 422 IDEMPOTENCY_KEY_REUSED (`key_reused`) or 409 IDEMPOTENCY_IN_PROGRESS (`in_progress`).
        """
        ...

    def finish(self, key: str, operation_id: str, fingerprint: str, answer: Answer) -> None:
        """Keep the answer."""
        ...

    def abandon(self, key: str, operation_id: str, fingerprint: str) -> None:
        """Give the key back: the work failed in a way that may not happen again."""
        ...


def steady(wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = time.monotonic) -> Callable[[], float]:
    """A clock that agrees with another one now, and goes on evenly when that one is set.

    By it a key is kept as long as was said, and no longer, whatever happens to the clock of the machine.

    Args:
        wall: Seconds since 1970.
        elapsed: Seconds that only grow.
    """
    begun = wall() - elapsed()
    return lambda: begun + elapsed()


def fingerprint(operation_id: str, path: Mapping[str, str], query: Mapping[str, Any], body: Any) -> str:  # noqa: ANN401 - any JSON
    """Hash of what was asked for; the order of keys does not matter."""
    parts = orjson.dumps([operation_id, dict(path), dict(query), body], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(parts).hexdigest()


def checked_key(text: str | None) -> str | None:
    """The key, or None when there is none.

    Raises:
        ApiError: 400 when it is too long or has characters that cannot be logged.
    """
    if not text:
        return None
    if len(text) > MAX_KEY or not text.isascii() or not text.isprintable():
        raise ApiError(
            400,
            "INVALID_IDEMPOTENCY_KEY",
            f"the header Idempotency-Key is not usable: at most {MAX_KEY} printable ASCII characters",
            hint="Send a UUID.",
        )
    return text


def keeps(status: int) -> bool:
    """Whether an answer of this status is final, so that the same request would get it again."""
    return status < 500 and status not in (408, 429)


def key_reused(key: str) -> ApiError:
    """The key came with another request before."""
    return ApiError(
        422,
        "IDEMPOTENCY_KEY_REUSED",
        f"the Idempotency-Key {key!r} was used for another request",
        hint="Use a new key for every call, and the same one only to send that call again.",
    )


def in_progress(key: str) -> ApiError:
    """The first request with the key is still being worked on."""
    return ApiError(
        409,
        "IDEMPOTENCY_IN_PROGRESS",
        f"the request with the Idempotency-Key {key!r} is still being worked on",
        hint="Send it again in a second.",
        headers={"Retry-After": "1"},
    )
