"""Circuit breakers, one for each service and group of operations.

The states are pybreaker's; when to try again is decided here, because pybreaker reads the wall clock and lets any
number of calls through while half-open. Its ``call()`` holds a lock, so it is only ever given a function that returns
or raises at once: the I/O happens outside.

Success costs one attribute read: a breaker makes its pybreaker object at its first failure.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flext_sdk._core.debuglog import LOGGER
from flext_sdk.errors import CircuitOpenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pybreaker import CircuitBreaker

__all__ = ["FAIL_MAX", "RESET_AFTER", "Breaker", "BreakerEvent", "Breakers"]

BreakerState = Literal["closed", "open", "half-open"]

FAIL_MAX = 5
"""Failures in a row that open a breaker."""
RESET_AFTER = 15.0
"""Seconds an open breaker waits before it lets one call through."""


@dataclass(frozen=True, slots=True)
class BreakerEvent:
    """A breaker changed its state.

    Attributes:
        name: ``"flext/pipelines"``.
        before: State it had.
        after: State it has.
        at: Moment on the client's clock, in seconds.
    """

    name: str
    before: BreakerState
    after: BreakerState
    at: float


class Breaker:
    """The breaker of one service and group. Safe to use from many threads.

    Args:
        name: ``"flext/pipelines"``.
        clock: Seconds that only grow.
        notify: Called with every change of state.
        fail_max: Failures in a row that open it.
        reset_after: Seconds until one call is let through.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], float],
        notify: Callable[[BreakerEvent], None],
        fail_max: int = FAIL_MAX,
        reset_after: float = RESET_AFTER,
    ) -> None:
        self.name = name
        self.fail_max = fail_max
        self.reset_after = reset_after
        self._clock = clock
        self._notify = notify
        self._lock = threading.Lock()
        self._circuit: CircuitBreaker | None = None
        self._opened_at = 0.0
        self._probe = False
        self._clean = True

    def __repr__(self) -> str:
        """Its name and state."""
        return f"Breaker({self.name!r}, {self.state!r})"

    @property
    def clean(self) -> bool:
        """Whether nothing has failed since the last success; then there is nothing to ask and nothing to tell."""
        return self._clean

    @property
    def state(self) -> BreakerState:
        """``closed`` (calls pass), ``open`` (refused) or ``half-open`` (one call is trying)."""
        return "closed" if self._circuit is None else _state(self._circuit)

    @property
    def failures(self) -> int:
        """Failures in a row."""
        return 0 if self._circuit is None else self._circuit.fail_counter

    def before(self) -> None:
        """Ask whether a call may be made; call it before every attempt.

        Raises:
            CircuitOpenError: If it may not.
        """
        if self._clean:
            return
        with self._lock:
            circuit = self._circuit
            if circuit is None or _state(circuit) == "closed":
                return
            wait = self._opened_at + self.reset_after - self._clock()
            if _state(circuit) == "open" and wait <= 0:
                self._move(circuit, circuit.half_open)
            elif _state(circuit) == "open" or self._probe:
                raise self._refusal(max(wait, 0.0))
            self._probe = True

    def success(self) -> None:
        """Tell that the service answered."""
        if self._clean:
            return
        with self._lock:
            circuit = self._circuit
            if circuit is None or _state(circuit) == "open":
                return  # the answer of a call that was on its way when others opened the breaker
            self._probe = False
            self._move(circuit, lambda: circuit.call(_nothing))
            self._clean = _state(circuit) == "closed"

    def failure(self, error: Exception) -> None:
        """Tell that the service did not answer, or failed."""
        with self._lock:
            circuit = self._circuit = self._circuit or self._make()
            self._clean = False
            if _state(circuit) == "open":
                return
            self._probe = False
            self._move(circuit, lambda: _failing(circuit, error))
            if _state(circuit) == "open":
                self._opened_at = self._clock()

    def abandon(self) -> None:
        """Tell that nobody knows: the call was cancelled. It counts as neither, and another may try."""
        if not self._clean:
            with self._lock:
                self._probe = False

    def _make(self) -> CircuitBreaker:
        from pybreaker import CircuitBreaker

        return CircuitBreaker(
            fail_max=self.fail_max, reset_timeout=self.reset_after, name=self.name, throw_new_error_on_trip=False
        )

    def _move(self, circuit: CircuitBreaker, change: Callable[[], object]) -> None:
        before = _state(circuit)
        change()
        after = _state(circuit)
        if before != after:
            self._notify(BreakerEvent(self.name, before, after, self._clock()))

    def _refusal(self, wait: float) -> CircuitOpenError:
        service = self.name.partition("/")[0]
        return CircuitOpenError(
            f"Not sent: {service} failed {self.fail_max} times in a row ({self.name}); next try in {wait:.0f} s",
            retry_after=wait,
            hint=f"See what it does: flext service status {service}",
        )


def _state(circuit: CircuitBreaker) -> BreakerState:
    state: BreakerState = circuit.current_state  # type: ignore[assignment]
    return state


def _nothing() -> None:
    return None


def _failing(circuit: CircuitBreaker, error: Exception) -> None:
    def fail() -> None:
        raise error

    # The error travels on by itself; raised here it would only gather frames that mean nothing.
    trace = error.__traceback__
    try:
        circuit.call(fail)
    except Exception as seen:  # noqa: BLE001 - it is the error handed in
        seen.with_traceback(trace)


class Breakers:
    """All breakers of a client, with their latest changes.

    Args:
        clock: Seconds that only grow.
        fail_max: Failures in a row that open a breaker.
        reset_after: Seconds until an open breaker lets one call through.
    """

    def __init__(
        self, clock: Callable[[], float], *, fail_max: int = FAIL_MAX, reset_after: float = RESET_AFTER
    ) -> None:
        self._clock = clock
        self._fail_max = fail_max
        self._reset_after = reset_after
        self._lock = threading.Lock()
        self._all: dict[tuple[str, str], Breaker] = {}
        self._listeners: list[Callable[[BreakerEvent], object]] = []
        self.events: deque[BreakerEvent] = deque(maxlen=100)
        """The latest changes, oldest first."""

    def get(self, service: str, group: str) -> Breaker:
        """Return the breaker of a service and group; it is made when it does not exist."""
        found = self._all.get((service, group))
        if found is None:
            with self._lock:
                found = self._all.setdefault(
                    (service, group),
                    Breaker(
                        f"{service}/{group}",
                        clock=self._clock,
                        notify=self._tell,
                        fail_max=self._fail_max,
                        reset_after=self._reset_after,
                    ),
                )
        return found

    def __iter__(self) -> Iterator[Breaker]:
        return iter(list(self._all.values()))

    def __repr__(self) -> str:
        """All of them with their states."""
        return f"Breakers({list(self)!r})"

    def subscribe(self, listener: Callable[[BreakerEvent], object]) -> None:
        """Call ``listener`` with every change of state, in the thread that causes it; it must not block.

        What it raises is logged. Subscribing twice is the same as once.
        """
        with self._lock:
            if listener not in self._listeners:
                self._listeners.append(listener)

    def _tell(self, event: BreakerEvent) -> None:
        self.events.append(event)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a watcher must not break the call it watches
                LOGGER.exception("A listener of the circuit breakers failed")
