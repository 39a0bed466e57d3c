# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""After a failure: what it is told as, and whether the call is tried again. Loaded when a call first fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk import errors
from flext_sdk._core.deadline import CONNECT, READ
from flext_sdk._core.envelopes import error_from
from flext_sdk._core.failures import no_answer_hint, token_hint
from flext_sdk._core.redact import redact_url
from flext_sdk._core.retry import ALWAYS, IF_REPEATABLE, Failure, Policy, decide, parse_retry_after
from flext_sdk._sync import _rt as rt

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._core.failures import TransportFailure
    from flext_sdk._core.messages import Response
    from flext_sdk._credentials import Login
    from flext_sdk._sync._trip import Trip
    from flext_sdk._sync.calls import Endpoints

__all__ = ["no_answer", "refused", "repeat", "wants_more"]


def wants_more(trip: Trip, error: errors.FlextError, random: Callable[[], float]) -> bool:
    """Decide whether there will be another attempt; where not, the error's hint tells why."""
    if trip.failure is None:
        return False
    decision = trip.decision = decide(
        Policy(retries=trip.options.retries),
        trip.failure,
        attempt=trip.attempt,
        remaining=trip.deadline.remaining(),
        total=trip.deadline.seconds,
        repeatable=trip.repeatable,
        random=random,
    )
    if decision.reason is not None and not isinstance(error, errors.DeadlineExceededError):
        error.hint = _joined(f"Not tried again: {decision.reason}.", error.hint)
    elif not decision.retry and trip.attempt > 1:
        error.hint = _joined(f"Tried {trip.attempt} times.", error.hint)
    return decision.retry


def repeat(
    trip: Trip,
    attempt: Callable[[Trip], rt.Awaits[Response]],
    *,
    sleep: Callable[[float], rt.Awaits[None]],
    random: Callable[[], float],
) -> Response:
    """Make the further attempts of a call whose first one failed and is to be repeated.

    Raises:
        FlextError: What the last attempt failed with.
    """

    def pause(_state: object = None) -> float:
        delay = trip.decision.delay if trip.decision is not None else 0.0
        trip.retries(delay)
        return delay

    def again(state: object) -> bool:
        error = state.outcome.exception()  # type: ignore[attr-defined]
        return isinstance(error, errors.FlextError) and wants_more(trip, error, random)

    sleep(pause())
    retrying = rt.retrying(
        sleep=sleep,
        wait=pause,
        retry=lambda state: state.outcome.failed and again(state),
        stop=lambda _state: False,
        reraise=True,
    )
    response: Response = retrying(attempt, trip)
    return response


def no_answer(trip: Trip, failure: TransportFailure, endpoints: Endpoints) -> errors.FlextError:
    """The error of an attempt that no whole answer came to."""
    service, what = trip.out.service, trip.out.operation
    if failure.kind == "timeout" or trip.deadline.expired:
        limit = trip.deadline.seconds if trip.deadline.expired else READ
        return errors.DeadlineExceededError(
            f"{what}: no answer from {service} within {limit:g} s",
            hint="It may still be done. Give more time: --timeout, or timeout=...",
            request_id=trip.request_id,
            retryable=trip.repeatable,
        )
    if failure.kind == "large":
        return errors.ResponseDecodeError(
            f"{what}: the answer of {service} is too large: {failure.reason}",
            code="ANSWER_TOO_LARGE",
            hint="Ask for less at once, or allow more: FLEXT_ANSWER_LIMIT=256MB, or answer_limit=...",
            request_id=trip.request_id,
        )
    url = endpoints.known(service)
    if failure.kind == "connect":
        endpoints.forget()
    at = f" at {redact_url(url)}" if url else ""
    told = f"no connection within {CONNECT:g} s" if failure.reason == "no connection in time" else failure.reason
    if failure.kind == "garbled":
        message = f"The answer of {service}{at} cannot be understood: {told}"
    elif failure.kind == "broken":
        message = f"The connection to {service}{at} broke: {told}"
    else:
        message = f"Cannot connect to {service}{at}: {told}"
    hint = no_answer_hint(failure.kind, service, url, endpoints.origin(service))
    return errors.ConnectionFailedError(message, hint=hint, request_id=trip.request_id, retryable=True)


def refused(
    trip: Trip, response: Response, endpoints: Endpoints, now: float, login: Login | None = None
) -> errors.APIStatusError:
    """The error of an answer with an error's status; sets the trip's failure too.

    Args:
        trip: The call.
        response: The answer.
        endpoints: Where the address and the token come from.
        now: The moment of the answer, in seconds since 1970.
        login: The login at hand, whether it was sent or not.
    """
    wait = parse_retry_after(response.headers, now)
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
        retryable=status in ALWAYS or (status in IF_REPEATABLE and trip.repeatable),
    )
    if status == 401 and (not error.hint or any(word in error.hint for word in ("FLEXT_TOKEN", "Authorization"))):
        error.hint = _token_hint(trip, endpoints, login)  # here it is known where the token came from
    return error


def _token_hint(trip: Trip, endpoints: Endpoints, login: Login | None) -> str:
    service = trip.out.service
    url, origin = endpoints.known(service), endpoints.origin(service)
    if "authorization" in trip.headers:
        return token_hint(url, origin, "the header Authorization")
    given = "token=..." if trip.options.token is not None else endpoints.token_origin(service)
    if given is None and login is not None and url is not None and not login.may_go_to(url):
        # Somebody who has logged in would not see why the same words ask for it again.
        return (
            f"Your login is for {' and '.join(login.origins)}, and was not sent to {url}: "
            "log in again (flext auth login) while both services have the addresses that are meant."
        )
    return token_hint(url, origin, given)


def _joined(first: str, hint: str | None) -> str:
    return f"{first} {hint}" if hint else first
