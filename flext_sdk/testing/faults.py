"""Faults on purpose: slow, lost and broken answers, for the fake and for real clients.

Each function makes a `Fault`; which requests it hits is chosen by its keywords: the first ``times`` ones, only the
``nth``, some with a ``probability`` (decided by ``seed``, so a test always sees the same), or only those of some
``operations``. Without any of them it hits all.

Example:
    ```python
    from flext_sdk import Flext
    from flext_sdk.testing import faults

    def test_reports_survive_a_bad_network(flext_platform):
        bad = faults.middleware(faults.drop(probability=0.3, seed=7), faults.status(503, times=2))
        with flext_platform.client(middleware=[bad]) as client:
            assert report(client)
    ```
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from flext_sdk._core.failures import TransportFailure
from flext_sdk._core.messages import Headers, Response
from flext_sdk.testing.answers import error_body, written

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from flext_sdk._async.calls import AsyncMiddleware
    from flext_sdk._core.messages import Request
    from flext_sdk._sync.calls import Middleware

__all__ = [
    "Effect",
    "Fault",
    "async_middleware",
    "close_half_way",
    "drop",
    "garbage",
    "latency",
    "middleware",
    "refuse",
    "status",
]

_GARBAGE = b"\x00\xff<<< this is not what you asked for >>>\x00"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to one exchange.

    Attributes:
        kind: ``delay``: wait before it. ``refused``: no connection. ``dropped``: the request arrives and its answer
            never does. ``answer``: answered with something else, and nothing arrives. ``replaced``: the request
            arrives, and the body of its answer is something else. ``cut``: the body ends in the middle.
        seconds: Of a delay.
        status: Of an answer.
        headers: Of an answer.
        content: Body of an answer or a replacement.
        share: How much of a body that is cut still comes, from 0 to 1.
    """

    kind: Literal["delay", "refused", "dropped", "answer", "replaced", "cut"]
    seconds: float = 0.0
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    share: float = 0.5


@dataclass(slots=True)
class Fault:
    """An effect, and which requests it hits. Safe to use from many threads.

    Attributes:
        effect: What it does.
        times: How many requests it hits at most; None for no limit.
        nth: Only this one of the requests that it is asked about, counted from 1.
        probability: How likely a request is hit, from 0 to 1.
        operations: Ids of operations that it is about; empty for all.
        seed: Decides together with ``probability``.
        seen: How many requests it was asked about.
        hits: How many it has hit.
    """

    effect: Effect
    times: int | None = None
    nth: int | None = None
    probability: float = 1.0
    operations: Sequence[str] = ()
    seed: int = 0
    seen: int = 0
    hits: int = 0
    _random: random.Random = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, not {self.probability}")
        if (self.times is not None and self.times < 0) or (self.nth is not None and self.nth < 1):
            raise ValueError("times is not below 0, and nth not below 1")
        self._random = random.Random(self.seed)  # noqa: S311 - the same every time is what it is for

    def strikes(self, operation: str) -> bool:
        """Whether the next request of that operation is hit; asking counts."""
        if self.operations and operation not in self.operations:
            return False
        with self._lock:
            self.seen += 1
            hit = (
                (self.nth is None or self.seen == self.nth)
                and (self.times is None or self.hits < self.times)
                and (self.probability >= 1 or self._random.random() < self.probability)
            )
            self.hits += hit
            return hit


def latency(
    seconds: float,
    *,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """Answers come late; longer than the client waits for an answer, it meets a timeout.

    Args:
        seconds: How late.
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    return Fault(Effect("delay", seconds=seconds), times, nth, probability, operations, seed)


def drop(
    *,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """The request arrives, and the connection is closed without an answer.

    Args:
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    return Fault(Effect("dropped"), times, nth, probability, operations, seed)


def refuse(
    *,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """There is no connection: the request does not arrive.

    Args:
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    return Fault(Effect("refused"), times, nth, probability, operations, seed)


def status(
    code: int,
    *,
    message: str | None = None,
    retry_after: float | None = None,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """An error is answered, and the request does not arrive.

    Args:
        code: HTTP status.
        message: What it says.
        retry_after: Seconds in the header Retry-After.
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    body, kind = error_body("flext", code, message or f"a fault on purpose: {code}")
    headers = [("Content-Type", kind)]
    if retry_after is not None:
        headers.append(("Retry-After", f"{retry_after:g}"))
    effect = Effect("answer", status=code, headers=tuple(headers), content=written(body)[0])
    return Fault(effect, times, nth, probability, operations, seed)


def garbage(
    content: bytes = _GARBAGE,
    *,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """The request arrives, and the body of its answer is no JSON.

    Args:
        content: What comes instead.
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    return Fault(Effect("replaced", content=content), times, nth, probability, operations, seed)


def close_half_way(
    share: float = 0.5,
    *,
    times: int | None = None,
    nth: int | None = None,
    probability: float = 1.0,
    operations: Sequence[str] = (),
    seed: int = 0,
) -> Fault:
    """The request arrives, and its connection is closed in the middle of the answer.

    Args:
        share: How much of the body still comes, from 0 to 1.
        times: How many requests at most.
        nth: Only this one, counted from 1.
        probability: How likely, from 0 to 1.
        operations: Only these.
        seed: Decides together with ``probability``.
    """
    return Fault(Effect("cut", share=share), times, nth, probability, operations, seed)


def middleware(*faults: Fault, sleep: Callable[[float], None] = time.sleep) -> Middleware:
    """Faults as middleware of a `Flext`.

    Args:
        faults: Which ones; each is asked about every attempt.
        sleep: Pauses for `latency`.

    Example:
        ```python
        client = Flext(middleware=[faults.middleware(faults.status(503, times=2))])
        ```
    """

    def layer(request: Request, call_next: Callable[[Request], Response]) -> Response:
        after: list[Effect] = []
        for effect in _struck(faults, request):
            if effect.kind == "delay":
                sleep(min(effect.seconds, request.timeouts.read))
                _check_delay(effect, request)
            elif (found := _instead(effect)) is not None:
                return found
            else:
                after.append(effect)
        return _changed(call_next(request), after)

    return layer


def async_middleware(*faults: Fault, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncMiddleware:
    """Faults as middleware of an `AsyncFlext`.

    Args:
        faults: Which ones; each is asked about every attempt.
        sleep: Pauses for `latency`.
    """

    async def layer(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        after: list[Effect] = []
        for effect in _struck(faults, request):
            if effect.kind == "delay":
                await sleep(min(effect.seconds, request.timeouts.read))
                _check_delay(effect, request)
            elif (found := _instead(effect)) is not None:
                return found
            else:
                after.append(effect)
        return _changed(await call_next(request), after)

    return layer


def _struck(faults: Sequence[Fault], request: Request) -> Iterator[Effect]:
    # One after the other: a delay that ends the attempt must not count for the faults behind it.
    return (fault.effect for fault in faults if fault.strikes(request.operation))


def _check_delay(effect: Effect, request: Request) -> None:
    if effect.seconds >= request.timeouts.read:
        raise TransportFailure("timeout", "no answer in time")


def _instead(effect: Effect) -> Response | None:
    """What comes without the service being asked."""
    if effect.kind == "refused":
        raise TransportFailure("connect", "connection refused")
    if effect.kind == "answer":
        return Response(effect.status, Headers(effect.headers), effect.content)
    return None


def _changed(response: Response, effects: Sequence[Effect]) -> Response:
    """What comes of an answer of the service."""
    for effect in effects:
        if effect.kind in {"dropped", "cut"}:
            raise TransportFailure("broken", "the server closed the connection")
        response = Response(response.status, response.headers, effect.content, response.elapsed)
    return response
