# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The way of every call: one deadline, attempts, circuit breaker, middleware, error mapping."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import partial
from random import random as _random
from typing import TYPE_CHECKING, Protocol

from flext_sdk import errors
from flext_sdk._core import debuglog
from flext_sdk._core.breaker import Breakers
from flext_sdk._core.deadline import CONNECT, READ, Deadline
from flext_sdk._core.failures import TransportFailure, no_answer_hint, token_hint
from flext_sdk._core.messages import Headers, Request, Response
from flext_sdk._core.retry import ALWAYS, IF_REPEATABLE, Decision, Failure, Policy, decide, parse_retry_after
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from flext_sdk._core.breaker import Breaker
    from flext_sdk._core.generations import Server
    from flext_sdk._core.types import Service
    from flext_sdk._sync._local import Endpoint

__all__ = ["Exchange", "Middleware", "Options", "Outgoing", "Transport"]

IDEMPOTENCY_KEY = "Idempotency-Key"
REQUEST_ID = "X-Request-ID"


class Middleware(Protocol):
    """Code around every attempt; it may change the request, the answer, or answer by itself."""

    def __call__(self, request: Request, call_next: Callable[[Request], rt.Awaits[Response]]) -> Response:
        """Handle one attempt; ``call_next`` sends it."""
        ...


class Endpoints(Protocol):
    """Finds the address and token of a service."""

    def get(self, service: Service, *, autostart: bool = True) -> Endpoint:
        """The address and token; with ``autostart`` a service of this machine is started when it does not run."""
        ...

    def forget(self) -> bool:
        """Forget what was found, for the service may have moved; False when it cannot move."""
        ...

    def known(self, service: Service) -> str | None:
        """The address as far as it is known now."""
        ...

    def origin(self, service: Service) -> str | None:
        """Where the address was given, in words; None for a service of this machine that is looked up."""
        ...

    def token_origin(self, service: Service) -> str | None:
        """Where the token was given, in words; None where none was."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What `Flext.with_options` can change.

    Attributes:
        timeout: Seconds of one call with everything.
        retries: Attempts after the first one.
        headers: More headers, sent with every request.
        middleware: Run around every attempt, the first one outermost.
        models: False gives plain data instead of models.
        token: Replaces the token of the service.
        breaker: False asks the service whatever the circuit breaker says; for looking whether it is back.
        autostart: False starts no service of this machine for a call.
        recorder: Gets the exchange of each call, for raw responses.
    """

    timeout: float = 60.0
    retries: int = 2
    headers: tuple[tuple[str, str], ...] = ()
    middleware: tuple[Middleware, ...] = ()
    models: bool = True
    token: str | Mapping[Service, str] | None = None
    breaker: bool = True
    autostart: bool = True
    recorder: Callable[[Exchange], None] | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call, ready to be sent.

    Attributes:
        operation: Id of the operation.
        service: Who answers.
        group: Group of operations, for the breaker.
        method: HTTP method.
        path: Path and query.
        content: Body, or None.
        repeatable: May be sent twice without a key.
        mutating: Gets an idempotency key.
        headers: More headers of this call.
    """

    operation: str
    service: Service
    group: str
    method: str
    path: str
    content: bytes | None = None
    repeatable: bool = False
    mutating: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of a call.

    Attributes:
        response: The last answer.
        request_id: Id of the request.
        attempts: How often it was sent.
        elapsed: Seconds of the whole call.
    """

    response: Response
    request_id: str
    attempts: int
    elapsed: float


@dataclass(slots=True)
class _Trip:
    """One call on its way; everything that changes between attempts."""

    out: Outgoing
    options: Options
    policy: Policy
    deadline: Deadline
    breaker: Breaker | None
    headers: Headers
    request_id: str
    attempt: int = 0
    failure: Failure | None = None
    error: errors.FlextError | None = None
    keyed: bool = False
    decision: Decision = field(default_factory=lambda: Decision(retry=False))


class Transport:
    """Sends calls. Shared by a client and all its copies; safe to use from many tasks or threads.

    Args:
        endpoints: Finds addresses and tokens.
        client: The caller's own httpx client.
        user_agent: Who we are.
        clock: Seconds that only grow.
        wall: Seconds since 1970.
        sleep: Pauses.
        random: Gives a number from 0 to 1.
        environ: Where proxies are looked up.
        connect: Opens a WebSocket.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        *,
        client: httpx.Client | None = None,
        user_agent: str = "flext-sdk",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], rt.Awaits[None]] = rt.sleep,
        random: Callable[[], float] = _random,
        environ: Mapping[str, str] = os.environ,
        connect: Callable[..., rt.Awaits[rt.WebSocket]] = rt.connect_websocket,
    ) -> None:
        self.endpoints = endpoints
        self.connect = connect
        self.clock = clock
        self.sleep = sleep
        self.breakers = Breakers(clock)
        self.servers: dict[tuple[Service, str | None], Server] = {}
        self.closed = False
        self.user_agent = user_agent
        self._wall = wall
        self._random = random
        self._sender = Sender(client, environ)

    def close(self) -> None:
        """Close all connections. A call made after that is an error."""
        self.closed = True
        self._sender.close()

    def exchange(self, out: Outgoing, options: Options) -> Exchange:
        """Send a call until there is a good answer, and give that.

        Raises:
            FlextError: If there is none; see `flext_sdk.errors`.
        """
        if self.closed:
            raise _closed()
        trip = self._trip(out, options)
        try:
            response = self._attempt(trip)
        except errors.FlextError as error:
            # tenacity costs more than the rest of a call: it comes in when there is something to repeat.
            if not self._wants_more(trip, error):
                raise
            response = self._repeat(trip)
        return Exchange(
            response, response.headers.get(REQUEST_ID, trip.request_id), trip.attempt, trip.deadline.elapsed
        )

    def _trip(self, out: Outgoing, options: Options) -> _Trip:
        request_id = os.urandom(16).hex()
        headers = Headers([("Accept", "application/json"), ("User-Agent", self.user_agent), (REQUEST_ID, request_id)])
        if out.content is not None:
            headers["Content-Type"] = "application/json"
        if out.mutating:
            headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        for name, value in (*options.headers, *out.headers):
            headers[name] = value
        return _Trip(
            out=out,
            options=options,
            policy=Policy(retries=options.retries),
            deadline=Deadline(options.timeout, self.clock),
            breaker=self.breakers.get(out.service, out.group) if options.breaker else None,
            headers=headers,
            request_id=headers[REQUEST_ID],
        )

    def _repeat(self, trip: _Trip) -> Response:
        debuglog.retrying(trip.decision.delay, trip.attempt + 1)
        self.sleep(trip.decision.delay)

        def again(state: object) -> bool:
            error = state.outcome.exception()  # type: ignore[attr-defined]
            return isinstance(error, errors.FlextError) and self._wants_more(trip, error)

        def pause(_state: object) -> float:
            debuglog.retrying(trip.decision.delay, trip.attempt + 1)
            return trip.decision.delay

        retrying = rt.retrying(
            sleep=self.sleep,
            wait=pause,
            retry=lambda state: state.outcome.failed and again(state),
            stop=lambda _state: False,
            reraise=True,
        )
        response: Response = retrying(self._attempt, trip)
        return response

    def _wants_more(self, trip: _Trip, error: errors.FlextError) -> bool:
        if trip.failure is None:
            return False
        trip.decision = decide(
            trip.policy,
            trip.failure,
            attempt=trip.attempt,
            remaining=trip.deadline.remaining(),
            total=trip.deadline.seconds,
            repeatable=trip.out.repeatable or trip.keyed,
            random=self._random,
        )
        if trip.decision.reason is not None and not isinstance(error, errors.DeadlineExceededError):
            error.hint = _joined(f"Not tried again: {trip.decision.reason}.", error.hint)
        elif not trip.decision.retry and trip.attempt > 1:
            error.hint = _joined(f"Tried {trip.attempt} times.", error.hint)
        return trip.decision.retry

    def _attempt(self, trip: _Trip) -> Response:
        if trip.deadline.expired and trip.error is not None:
            raise trip.error
        breaker = trip.breaker
        if breaker is not None:
            try:
                breaker.before()
            except errors.CircuitOpenError:
                trip.failure = None
                if trip.error is not None:  # it opened between our own attempts: what they met says more
                    raise trip.error from None
                raise
        trip.attempt += 1
        trip.failure = None
        try:
            response = self._send(trip)
        except TransportFailure as failure:
            # Middleware may have lost the answer, or not have sent the request: then the wire knows of no failure.
            trip.failure = Failure(failure.kind)
            error = self._no_answer(trip, failure)
            if breaker is not None:
                breaker.failure(error)
            trip.error = error
            raise error from failure.__cause__
        except BaseException:
            if breaker is not None:
                breaker.abandon()
            raise
        failed = response.status >= 500 and response.status != 501
        if breaker is not None and not failed:
            breaker.success()
        if response.status < 300:
            return response
        refused = self._refused(trip, response)
        if breaker is not None and failed:
            breaker.failure(refused)
        trip.error = refused
        raise refused

    def _send(self, trip: _Trip) -> Response:
        endpoint = self.endpoints.get(trip.out.service, autostart=trip.options.autostart)
        headers = Headers(trip.headers)
        self._authorize(headers, trip.out.service, endpoint, trip.options)
        request = Request(
            method=trip.out.method,
            url=endpoint.url + trip.out.path,
            headers=headers,
            content=trip.out.content,
            attempt=trip.attempt,
            operation=trip.out.operation,
            timeouts=trip.deadline.timeouts(),
        )
        send: Callable[[Request], rt.Awaits[Response]] = partial(self._over_the_wire, trip)
        for layer in reversed(trip.options.middleware):
            send = partial(layer, call_next=send)
        return send(request)

    def _authorize(self, headers: Headers, service: Service, endpoint: Endpoint, options: Options) -> None:
        token = options.token if options.token is not None else endpoint.token
        if token is not None and not isinstance(token, str):
            token = token.get(service, endpoint.token)
        if token is not None and "authorization" not in headers:
            headers["Authorization"] = f"Bearer {token}"

    def socket_address(self, service: Service, path: str, options: Options) -> tuple[str, dict[str, str]]:
        """Address and headers of a WebSocket of a service."""
        if self.closed:
            raise _closed()
        endpoint = self.endpoints.get(service, autostart=options.autostart)
        headers = Headers([("User-Agent", self.user_agent), *options.headers])
        self._authorize(headers, service, endpoint, options)
        return f"ws{endpoint.url.removeprefix('http')}{path}", dict(headers.pairs())

    def _over_the_wire(self, trip: _Trip, request: Request) -> Response:
        # Middleware may have taken the key away: what counts is what goes out.
        trip.keyed = trip.keyed or IDEMPOTENCY_KEY in request.headers
        debuglog.sent(request)
        try:
            response = self._sender.send(request, trip.deadline)
        except TransportFailure as failure:
            debuglog.failed(failure.reason)
            trip.failure = Failure(failure.kind)
            raise
        debuglog.received(response)
        return response

    def _no_answer(self, trip: _Trip, failure: TransportFailure) -> errors.FlextError:
        service, what = trip.out.service, trip.out.operation
        if failure.kind == "timeout" or trip.deadline.expired:
            limit = trip.deadline.seconds if trip.deadline.expired else READ
            return errors.DeadlineExceededError(
                f"{what}: no answer from {service} within {limit:g} s",
                hint="It may still be done. Give more time: --timeout, or timeout=...",
                request_id=trip.request_id,
                retryable=trip.out.repeatable or trip.keyed,
            )
        return self._unreachable(trip, failure)

    def _unreachable(self, trip: _Trip, failure: TransportFailure) -> errors.ConnectionFailedError:
        from flext_sdk._core.redact import redact_url

        url = self.url_of(trip.out.service)
        if failure.kind == "connect":
            self.endpoints.forget()
        at = f" at {redact_url(url)}" if url else ""
        told = f"no connection within {CONNECT:g} s" if failure.reason == "no connection in time" else failure.reason
        if failure.kind == "broken":
            message = f"The connection to {trip.out.service}{at} broke: {told}"
        else:
            message = f"Cannot connect to {trip.out.service}{at}: {told}"
        hint = no_answer_hint(failure.kind, trip.out.service, url, self.endpoints.origin(trip.out.service))
        return errors.ConnectionFailedError(message, hint=hint, request_id=trip.request_id, retryable=True)

    def url_of(self, service: Service) -> str | None:
        """The address of a service as far as it is known now; finds nothing out."""
        return self.endpoints.known(service)

    def _refused(self, trip: _Trip, response: Response) -> errors.APIStatusError:
        from flext_sdk._core.envelopes import error_from  # reads what only a refusal has

        wait = parse_retry_after(response.headers, self._wall())
        status = response.status
        trip.failure = Failure("status", status, wait)
        error = error_from(
            status,
            response.headers,
            response.content,
            operation=trip.out.operation,
            service=trip.out.service,
            sent_request_id=trip.request_id,
            retry_after=wait,
            retryable=status in ALWAYS or (status in IF_REPEATABLE and (trip.out.repeatable or trip.keyed)),
        )
        if status == 401 and (not error.hint or any(word in error.hint for word in ("FLEXT_TOKEN", "Authorization"))):
            error.hint = self._token_hint(trip)  # here it is known where the token came from
        return error

    def _token_hint(self, trip: _Trip) -> str:
        service, options = trip.out.service, trip.options
        url, origin = self.url_of(service), self.endpoints.origin(service)
        if "authorization" in trip.headers:
            return token_hint(url, origin, "the header Authorization")
        given = "token=..." if options.token is not None else self.endpoints.token_origin(service)
        return token_hint(url, origin, given)


def _joined(first: str, hint: str | None) -> str:
    return f"{first} {hint}" if hint else first


def _closed() -> errors.UsageError:
    return errors.UsageError("This client is closed", hint="Make a new one, or call it inside the with block.")


def check_headers(headers: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """Headers as they are sent.

    Raises:
        UsageError: If a name or value cannot be part of a request. The value is not told, it may be a secret.
    """
    pairs = [] if headers is None else list(headers.items()) if hasattr(headers, "items") else list(headers)
    for name, value in pairs:
        good_name = bool(name) and name.isascii() and all(c.isalnum() or c in "!#$%&'*+-.^_`|~" for c in name)
        if not good_name:
            raise errors.UsageError(f"{name!r} cannot be the name of a header")
        if not isinstance(value, str) or any(c in value for c in "\r\n\0") or not value.isascii():
            raise errors.UsageError(f"The value of header {name} has a line break or a character outside ASCII")
    return tuple((str(name), value) for name, value in pairs)
