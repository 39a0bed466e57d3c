# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Waiting for runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk import _operations as ops
from flext_sdk._core.arguments import check_wait
from flext_sdk._core.deadline import Deadline
from flext_sdk._core.runs import field, intervals, is_finished, run_error
from flext_sdk._sync import _rt as rt
from flext_sdk.errors import ConnectionFailedError, DeadlineExceededError, NotFoundError, ServerError, WaitTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._sync.resource import Resource
    from flext_sdk.models.runs import Run

__all__ = ["find_run", "wait_for_run", "watch"]

PATIENCE = 60.0
"""Seconds a service may be away while somebody waits for a run: a run survives a restart of its service."""
_LISTS = "See what there is: flext pipeline list, flext pipeline runs"
_PASSING = (ConnectionFailedError, DeadlineExceededError, ServerError)


def find_run(resource: Resource, target: str) -> Run:
    """The newest run of a pipeline, or the run of that id.

    Raises:
        NotFoundError: If there is neither, or the pipeline has no run yet.
    """
    try:
        status = resource._call(ops.PIPELINES_STATUS, path={"name": target})
    except NotFoundError as error:
        try:
            return resource._call(ops.PIPELINES_RUN_INFO, path={"run": target})
        except NotFoundError:
            raise NotFoundError(
                f"There is no pipeline and no run {target!r}",
                code=error.code,
                # The service knows the names that are near.
                hint=near if (near := error.hint or "").startswith("Did you mean") else _LISTS,
                status=error.status,
                request_id=error.request_id,
            ) from None
    run: Run | None = field(status, "last_execution")
    if run is None:
        raise NotFoundError(f"{target} has no run yet", code="NO_RUN", hint=f"Start one: flext pipeline start {target}")
    return run


def watch[S](
    resource: Resource,
    found: S,
    ask: Callable[[Resource], rt.Awaits[S]],
    *,
    ended: Callable[[S], bool],
    seconds: float | None,
    on_progress: Callable[[S], object] | None,
    what: str,
    hint: str,
) -> S:
    """Look at something again and again until it has ended.

    Args:
        resource: The resource that asks.
        found: It, as it was seen last.
        ask: Looks at it, with a resource that asks the service itself whether it is back, and no breaker.
        ended: Whether it has ended.
        seconds: How long to wait; None for as long as it takes.
        on_progress: Called with it after every look.
        what: What it is called where time runs out.
        hint: What to do then.

    Returns:
        It, as it ended.

    Raises:
        WaitTimeoutError: If it had not ended in time; it goes on.
        ConnectionFailedError: If the service stayed away for a minute.
    """
    check_wait(seconds)
    transport = resource._client._transport
    patient = type(resource)(resource._client._watching())
    deadline = Deadline(seconds, transport.clock)
    away = Deadline(PATIENCE, transport.clock)
    for pause in intervals():
        if on_progress is not None:
            rt.resolved(on_progress(found))
        if ended(found):
            break
        if deadline.expired:
            raise WaitTimeoutError(f"{what} has not ended within {seconds:g} s; it goes on", run=found, hint=hint)
        transport.sleep(min(pause, deadline.remaining()))
        try:
            found = ask(patient)
            away = Deadline(PATIENCE, transport.clock)
        except _PASSING:
            if away.expired:
                raise
    return found


def wait_for_run(
    resource: Resource,
    run: Run,
    *,
    seconds: float | None,
    on_progress: Callable[[Run], object] | None,
    raise_on_failure: bool,
) -> Run:
    """Wait until a run has ended.

    Args:
        resource: The resource that asks.
        run: The run as it was seen last.
        seconds: How long to wait; None for as long as it takes.
        on_progress: Called with the run after every look at it.
        raise_on_failure: Whether a run that did not succeed is an error.

    Returns:
        The run as it ended.

    Raises:
        RunFailedError: If it failed or was stopped.
        WaitTimeoutError: If it had not ended in time; it goes on.
        ConnectionFailedError: If the service stayed away for a minute.
    """
    ident = str(field(run, "execution_id"))
    run = watch(
        resource,
        run,
        lambda patient: patient._call(ops.PIPELINES_RUN_INFO, path={"run": ident}),
        ended=is_finished,
        seconds=seconds,
        on_progress=on_progress,
        what=f"Run {ident}",
        hint=f"Wait again: flext pipeline wait {ident}",
    )
    error = run_error(run) if raise_on_failure else None
    if error is not None:
        raise error
    return run
