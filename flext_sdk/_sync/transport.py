# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The way of every call: one deadline, attempts, circuit breaker, middleware, error mapping."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import partial
from random import random as _random
from typing import TYPE_CHECKING

from flext_sdk import errors
from flext_sdk._core import debuglog
from flext_sdk._core.breaker import Breakers
from flext_sdk._core.deadline import CONNECT, READ, Deadline
from flext_sdk._core.failures import TransportFailure, no_answer_hint, token_hint
from flext_sdk._core.messages import Headers, Request, Response
from flext_sdk._core.retry import ALWAYS, IF_REPEATABLE, Decision, Failure, Policy, decide, parse_retry_after
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._pool import ANSWER_LIMIT
from flext_sdk._sync._sender import Sender
from flext_sdk._sync.calls import Exchange, Options, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from flext_sdk._core.answers import AnswerCache
    from flext_sdk._core.breaker import Breaker
    from flext_sdk._core.generations import Server
    from flext_sdk._core.types import Service
    from flext_sdk._sync._local import Endpoint
    from flext_sdk._sync._sender import TransportChoice
    from flext_sdk._sync.calls import Endpoints
    from flext_sdk._telemetry import CallSpan

__all__ = ["Transport"]

IDEMPOTENCY_KEY = "Idempotency-Key"
REQUEST_ID = "X-Request-ID"


_NO = Decision(retry=False)


@dataclass(slots=True)
class _Trip:
    """One call on its way; everything that changes between attempts."""

    out: Outgoing
    options: Options
    deadline: Deadline
    breaker: Breaker | None
    headers: Headers
    request_id: str
    attempt: int = 0
    failure: Failure | None = None
    error: errors.FlextError | None = None
    keyed: bool = False
    decision: Decision = _NO
    span: CallSpan | None = None


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
        transport: Which of our own connections to use.
        answer_limit: Bytes that an answer may have.
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
        transport: TransportChoice = "auto",
        answer_limit: int = ANSWER_LIMIT,
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
        self._sender = Sender(client, environ, transport, answer_limit)
        self._answers: AnswerCache | None = None

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
        if options.telemetry is None:
            return self._go(trip)
        with options.telemetry.call(
            # A path as somebody typed it would give each call a name of its own.
            name=out.operation if out.template else "request",
            service=out.service,
            method=out.method,
            template=out.template,
            request_id=trip.request_id,
        ) as trip.span:
            return self._go(trip)

    def _go(self, trip: _Trip) -> Exchange:
        try:
            response = self._attempt(trip)
        except errors.FlextError as error:
            # tenacity costs more than the rest of a call: it comes in when there is something to repeat.
            if not self._wants_more(trip, error):
                raise
            response = self._repeat(trip)
        return Exchange(response, trip.request_id, trip.attempt, trip.deadline.elapsed)

    def _trip(self, out: Outgoing, options: Options) -> _Trip:
        has_body = out.content is not None
        headers = (options.prepared.get(has_body) or self._prepare(options, has_body=has_body)).copy()
        for name, value in out.headers:
            headers[name] = value
        request_id = headers.get(REQUEST_ID)
        if request_id is None:
            request_id = headers[REQUEST_ID] = os.urandom(16).hex()
        if out.mutating and IDEMPOTENCY_KEY not in headers:
            headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        return _Trip(
            out,
            options,
            Deadline(options.timeout, self.clock),
            self.breakers.get(out.service, out.group) if options.breaker else None,
            headers,
            request_id,
        )

    def _prepare(self, options: Options, *, has_body: bool) -> Headers:
        headers = Headers([("Accept", "application/json"), ("User-Agent", self.user_agent)])
        if has_body:
            headers["Content-Type"] = "application/json"
        for name, value in options.headers:
            headers[name] = value
        options.prepared[has_body] = headers
        return headers

    def _repeat(self, trip: _Trip) -> Response:
        self._retries(trip)
        self.sleep(trip.decision.delay)

        def again(state: object) -> bool:
            error = state.outcome.exception()  # type: ignore[attr-defined]
            return isinstance(error, errors.FlextError) and self._wants_more(trip, error)

        def pause(_state: object) -> float:
            self._retries(trip)
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
            Policy(retries=trip.options.retries),
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
        breaker = trip.breaker
        if trip.attempt or (breaker is not None and not breaker.clean):
            self._admit(trip)
        trip.attempt += 1
        trip.failure = None
        watched = trip.span is not None or bool(trip.options.hooks)
        began = self.clock() if watched else 0.0
        if watched:
            self._begins(trip)
        try:
            response = self._send(trip)
        except TransportFailure as failure:
            # Middleware may have lost the answer, or not have sent the request: then the wire knows of no failure.
            trip.failure = Failure(failure.kind)
            raise self._lost(trip, failure, began) from failure.__cause__
        except BaseException:
            if breaker is not None:
                breaker.abandon()
            raise
        if response.status >= 300:
            raise self._turned_away(trip, response, began)
        if breaker is not None and not breaker.clean:
            breaker.success()
        if watched:
            self._ended(trip, response.status, began, None)
        return response

    def _admit(self, trip: _Trip) -> None:
        """Look whether another attempt may be made.

        Raises:
            FlextError: If not.
        """
        if trip.deadline.expired and trip.error is not None:
            raise trip.error
        if trip.breaker is None:
            return
        try:
            trip.breaker.before()
        except errors.CircuitOpenError:
            trip.failure = None
            if trip.error is not None:  # it opened between our own attempts: what they met says more
                raise trip.error from None
            raise

    def _lost(self, trip: _Trip, failure: TransportFailure, began: float) -> errors.FlextError:
        error = self._no_answer(trip, failure)
        if trip.breaker is not None:
            if failure.kind == "large":
                trip.breaker.success()
            else:
                trip.breaker.failure(error)
        trip.error = error
        self._ended(trip, None, began, error)
        return error

    def _turned_away(self, trip: _Trip, response: Response, began: float) -> errors.FlextError:
        failed = response.status >= 500 and response.status != 501
        refused = self._refused(trip, response)
        if trip.breaker is not None:
            if failed:
                trip.breaker.failure(refused)
            else:
                trip.breaker.success()
        trip.error = refused
        self._ended(trip, response.status, began, refused)
        return refused

    def _send(self, trip: _Trip) -> Response:
        out, options = trip.out, trip.options
        endpoint = self.endpoints.at_hand(out.service)
        if endpoint is None:
            endpoint = self.endpoints.get(out.service, autostart=options.autostart)
        headers = trip.headers.copy()
        self._authorize(headers, out.service, endpoint, options)
        url = endpoint.url + out.path
        if trip.span is not None:
            trip.span.sends(headers, url)
        request = Request(out.method, url, headers, out.content, trip.attempt, out.operation, trip.deadline.timeouts())
        if options.cache and out.cacheable:
            return self._revalidated(trip, request)
        if not options.middleware:
            return self._over_the_wire(trip, request)
        return self._layered(trip, request)

    def _layered(self, trip: _Trip, request: Request) -> Response:
        send: Callable[[Request], rt.Awaits[Response]] = partial(self._over_the_wire, trip)
        for layer in reversed(trip.options.middleware):
            send = partial(layer, call_next=send)
        return send(request)

    def _revalidated(self, trip: _Trip, request: Request) -> Response:
        if self._answers is None:
            from flext_sdk._core.answers import AnswerCache

            self._answers = AnswerCache()
        answers = self._answers
        key, kept = answers.find(request)
        if kept is not None:
            request.headers["If-None-Match"] = kept.etag
        response = self._layered(trip, request)
        return response if key is None else answers.settle(key, kept, response)

    def _begins(self, trip: _Trip) -> None:
        from flext_sdk._core.hooks import RequestEvent, tell

        out = trip.out
        event = RequestEvent(out.operation, out.service, out.method, trip.attempt, trip.request_id)
        for hooks in trip.options.hooks:
            tell(hooks.on_request, event)

    def _ended(self, trip: _Trip, status: int | None, began: float, error: errors.FlextError | None) -> None:
        from flext_sdk._core.hooks import ResponseEvent, tell

        out, elapsed = trip.out, self.clock() - began
        if trip.span is not None:
            trip.span.ended(trip.attempt, status, elapsed, error)
        event = ResponseEvent(out.operation, out.service, trip.attempt, trip.request_id, status, elapsed, error)
        for hooks in trip.options.hooks:
            tell(hooks.on_response, event)

    def _retries(self, trip: _Trip) -> None:
        from flext_sdk._core.hooks import RetryEvent, tell

        out, delay, attempt = trip.out, trip.decision.delay, trip.attempt + 1
        debuglog.retrying(delay, attempt)
        if trip.span is not None:
            trip.span.retries(attempt, delay)
        event = RetryEvent(out.operation, out.service, attempt, trip.request_id, delay, trip.error)
        for hooks in trip.options.hooks:
            tell(hooks.on_retry, event)

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
        watched = debuglog.LOGGER.isEnabledFor(debuglog.DEBUG)
        if watched:
            debuglog.sent(request)
        try:
            response = self._sender.send(request, trip.deadline, again=trip.keyed or trip.out.repeatable)
        except TransportFailure as failure:
            if watched:
                debuglog.failed(failure.reason)
            trip.failure = Failure(failure.kind)
            raise
        if watched:
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
        if failure.kind == "large":
            return errors.ResponseDecodeError(
                f"{what}: the answer of {service} is too large: {failure.reason}",
                code="ANSWER_TOO_LARGE",
                hint="Ask for less at once, or allow more: FLEXT_ANSWER_LIMIT=256MB, or answer_limit=...",
                request_id=trip.request_id,
            )
        return self._unreachable(trip, failure)

    def _unreachable(self, trip: _Trip, failure: TransportFailure) -> errors.ConnectionFailedError:
        from flext_sdk._core.redact import redact_url

        url = self.url_of(trip.out.service)
        if failure.kind == "connect":
            self.endpoints.forget()
        at = f" at {redact_url(url)}" if url else ""
        told = f"no connection within {CONNECT:g} s" if failure.reason == "no connection in time" else failure.reason
        if failure.kind == "garbled":
            message = f"The answer of {trip.out.service}{at} cannot be understood: {told}"
        elif failure.kind == "broken":
            message = f"The connection to {trip.out.service}{at} broke: {told}"
        else:
            message = f"Cannot connect to {trip.out.service}{at}: {told}"
        hint = no_answer_hint(failure.kind, trip.out.service, url, self.endpoints.origin(trip.out.service))
        return errors.ConnectionFailedError(message, hint=hint, request_id=trip.request_id, retryable=True)

    def told_address(self, service: Service) -> str:
        """The address of a service in words, and where it was given."""
        from flext_sdk._core.redact import redact_url

        url, origin = self.url_of(service), self.endpoints.origin(service)
        return f"{redact_url(url) if url else service}{f', which comes from {origin}' if origin else ''}"

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
