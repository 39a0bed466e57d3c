# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The way of every call: one deadline, attempts, circuit breaker, middleware, error mapping."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import partial
from random import random as _random
from typing import TYPE_CHECKING

from flext_sdk import errors
from flext_sdk._core import debuglog
from flext_sdk._core.breaker import Breakers
from flext_sdk._core.deadline import Deadline
from flext_sdk._core.failures import TransportFailure
from flext_sdk._core.messages import Headers, Request, Response
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._pool import ANSWER_LIMIT
from flext_sdk._sync._sender import Sender
from flext_sdk._sync._trip import Trip
from flext_sdk._sync.calls import Exchange, Options, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from flext_sdk._core.answers import AnswerCache
    from flext_sdk._core.generations import Server
    from flext_sdk._core.types import Service
    from flext_sdk._credentials import TokenStore
    from flext_sdk._sync._local import Endpoint
    from flext_sdk._sync._login import Logins
    from flext_sdk._sync._sender import TransportChoice
    from flext_sdk._sync.calls import Endpoints

__all__ = ["Transport"]

IDEMPOTENCY_KEY = "Idempotency-Key"
REQUEST_ID = "X-Request-ID"


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
        self.logins: Logins | None = None
        self.token_store: TokenStore | None = None
        self.connect = connect
        self.clock = clock
        self.sleep = sleep
        self.breakers = Breakers(clock)
        self.servers: dict[tuple[Service, str | None], Server] = {}
        self.closed = False
        self.user_agent = user_agent
        self.wall = wall
        self.random = random
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

    def _go(self, trip: Trip) -> Exchange:
        try:
            response = self._attempt(trip)
        except errors.FlextError as error:
            # tenacity costs more than the rest of a call: it comes in when there is something to repeat.
            from flext_sdk._sync import _again

            if not _again.wants_more(trip, error, self.random):
                raise
            response = _again.repeat(trip, self._attempt, sleep=self.sleep, random=self.random)
        return Exchange(response, trip.request_id, trip.attempt, trip.deadline.elapsed)

    def _trip(self, out: Outgoing, options: Options) -> Trip:
        has_body = out.content is not None
        headers = (options.prepared.get(has_body) or self._prepare(options, has_body=has_body)).copy()
        for name, value in out.headers:
            headers[name] = value
        request_id = headers.get(REQUEST_ID)
        if request_id is None:
            request_id = headers[REQUEST_ID] = os.urandom(16).hex()
        if out.mutating and IDEMPOTENCY_KEY not in headers:
            headers[IDEMPOTENCY_KEY] = os.urandom(16).hex()
        return Trip(
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

    def _attempt(self, trip: Trip) -> Response:
        breaker = trip.breaker
        if trip.attempt or (breaker is not None and not breaker.clean):
            self._admit(trip)
        trip.attempt += 1
        trip.failure = None
        watched = trip.watched
        began = self.clock() if watched else 0.0
        if watched:
            trip.begins()
        try:
            response = self._send(trip)
        except TransportFailure as failure:
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
            trip.ended(response.status, self.clock() - began, None)
        return response

    def _admit(self, trip: Trip) -> None:
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

    def _lost(self, trip: Trip, failure: TransportFailure, began: float) -> errors.FlextError:
        from flext_sdk._sync._again import no_answer

        # Middleware may have lost the answer, or not have sent the request: then the wire knows of no failure.
        trip.fails(failure)
        error = trip.error = no_answer(trip, failure, self.endpoints)
        if trip.breaker is not None:
            if failure.kind == "large":
                trip.breaker.success()
            else:
                trip.breaker.failure(error)
        trip.ended(None, self.clock() - began, error)
        return error

    def _turned_away(self, trip: Trip, response: Response, began: float) -> errors.FlextError:
        from flext_sdk._sync._again import refused

        login = self.logins.login if response.status == 401 and self.logins is not None else None
        error = trip.error = refused(trip, response, self.endpoints, self.wall(), login)
        if trip.breaker is not None:
            if response.status >= 500 and response.status != 501:
                trip.breaker.failure(error)
            else:
                trip.breaker.success()
        trip.ended(response.status, self.clock() - began, error)
        return error

    def _send(self, trip: Trip) -> Response:
        out, options = trip.out, trip.options
        endpoint = self.endpoints.at_hand(out.service)
        if endpoint is None:
            endpoint = self.endpoints.get(out.service, autostart=options.autostart)
        headers = trip.headers.copy()
        token = self._login_token(headers, endpoint, options) if self.logins is not None else None
        self._authorize(headers, out.service, endpoint, options, token)
        url = endpoint.url + out.path
        if trip.span is not None:
            trip.span.sends(headers, url)
        request = Request(out.method, url, headers, out.content, trip.attempt, out.operation, trip.deadline.timeouts())
        response = self._through(trip, request)
        if token is None or response.status != 401 or self.logins is None:
            return response
        # Expired by the service's clock, or revoked: new tokens, and once more.
        login = self.logins.renewed(token, options)
        headers = request.headers.copy()
        headers["Authorization"] = f"Bearer {login.access_token}"
        return self._through(trip, replace(request, headers=headers, timeouts=trip.deadline.timeouts()))

    def _through(self, trip: Trip, request: Request) -> Response:
        if trip.options.cache and trip.out.cacheable:
            return self._revalidated(trip, request)
        if not trip.options.middleware:
            return self._over_the_wire(trip, request)
        return self._layered(trip, request)

    def _layered(self, trip: Trip, request: Request) -> Response:
        send: Callable[[Request], rt.Awaits[Response]] = partial(self._over_the_wire, trip)
        for layer in reversed(trip.options.middleware):
            send = partial(layer, call_next=send)
        return send(request)

    def _revalidated(self, trip: Trip, request: Request) -> Response:
        if self._answers is None:
            from flext_sdk._core.answers import AnswerCache

            self._answers = AnswerCache()
        answers = self._answers
        key, kept = answers.find(request)
        if kept is not None:
            request.headers["If-None-Match"] = kept.etag
        response = self._layered(trip, request)
        return response if key is None else answers.settle(key, kept, response)

    def _login_token(self, headers: Headers, endpoint: Endpoint, options: Options) -> str | None:
        """The token of whoever logged in, where no other is meant."""
        if self.logins is None or options.anonymous or options.token is not None or "authorization" in headers:
            return None
        return self.logins.token(endpoint.url, options)

    def _authorize(
        self, headers: Headers, service: Service, endpoint: Endpoint, options: Options, login: str | None
    ) -> None:
        if options.anonymous:
            return
        token = login if login is not None else options.token if options.token is not None else endpoint.token
        if token is not None and not isinstance(token, str):
            token = token.get(service, endpoint.token)
        if token is not None and "authorization" not in headers:
            headers["Authorization"] = f"Bearer {token}"

    def token_of(self, service: Service, options: Options) -> str | None:
        """The token that a call to a service is sent with; None where there is none."""
        endpoint = self.endpoints.get(service, autostart=options.autostart)
        headers = Headers(options.headers)
        login = self._login_token(headers, endpoint, options)
        self._authorize(headers, service, endpoint, options, login)
        return headers.get("authorization", "").partition(" ")[2] or None

    def socket_address(self, service: Service, path: str, options: Options) -> tuple[str, dict[str, str]]:
        """Address and headers of a WebSocket of a service."""
        if self.closed:
            raise _closed()
        endpoint = self.endpoints.get(service, autostart=options.autostart)
        headers = Headers([("User-Agent", self.user_agent), *options.headers])
        login = self._login_token(headers, endpoint, options)
        self._authorize(headers, service, endpoint, options, login)
        return f"ws{endpoint.url.removeprefix('http')}{path}", dict(headers.pairs())

    def _over_the_wire(self, trip: Trip, request: Request) -> Response:
        # Middleware may have taken the key away: what counts is what goes out.
        trip.keyed = trip.keyed or IDEMPOTENCY_KEY in request.headers
        watched = debuglog.LOGGER.isEnabledFor(debuglog.DEBUG)
        if watched:
            debuglog.sent(request)
        try:
            response = self._sender.send(request, trip.deadline, again=trip.repeatable)
        except TransportFailure as failure:
            if watched:
                debuglog.failed(failure.reason)
            trip.fails(failure)
            raise
        if watched:
            debuglog.received(response)
        return response

    def told_address(self, service: Service) -> str:
        """The address of a service in words, and where it was given."""
        from flext_sdk._core.redact import redact_url

        url, origin = self.url_of(service), self.endpoints.origin(service)
        return f"{redact_url(url) if url else service}{f', which comes from {origin}' if origin else ''}"

    def url_of(self, service: Service) -> str | None:
        """The address of a service as far as it is known now; finds nothing out."""
        return self.endpoints.known(service)


def _closed() -> errors.UsageError:
    return errors.UsageError("This client is closed", hint="Make a new one, or call it inside the with block.")
