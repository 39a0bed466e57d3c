# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The runs of pipelines: what needs patience or a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from flext_sdk import _operations as ops
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_tail, check_wait, many
from flext_sdk._core.runs import field, is_finished
from flext_sdk._sync.resources._pipelines import PipelinesBase
from flext_sdk._sync.streams import following, stored_lines
from flext_sdk._sync.waiters import find_run, wait_for_run

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from flext_sdk.models.runs import LogEntry, Run

__all__ = ["PipelineRuns"]

_RUN_COLUMNS = (
    "execution_id:RUN",
    "pipeline",
    "status",
    "records:ROWS",
    "bytes:READ:bytes",
    "rate:ROWS/S:rate",
    "duration:DURATION:duration",
    "error:ERROR",
)


class PipelineRuns(PipelinesBase):
    """Start, stop and watch the runs of pipelines."""

    @command(
        "pipeline start",
        operation="pipelines.start",
        positional=("name",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"name": "NAME", "variables": "NAME=VALUE"},
    )
    def start(
        self,
        name: str,
        *,
        variables: Mapping[str, Any] | None = None,
        steps: Sequence[str] | None = None,
        full_refresh: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Start a run of a pipeline.

        The run goes on in the platform; it survives a restart of the service. One run of a pipeline at a time, unless
        the definition allows more.

        Args:
            name: Name or id of the pipeline.
            variables: Values that replace those of the definition, and of the profile, for this run.
            steps: Only these steps.
            full_refresh: Read everything again instead of going on from the bookmarks.
            wait: Wait until the run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The `Run`, as it began or, when it was waited for, as it ended.

        Raises:
            NotFoundError: There is no pipeline of that name.
            ConflictError: A run is going on already, or the pipeline is paused.
            RunFailedError: The run was waited for and did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.pipelines.start("orders", variables={"DAY": "2026-01-31"}, wait=True)
            print(run.records)
            ```

        Command example:
            $ flext pipeline start orders --wait
            $ flext pipeline start orders --full-refresh --steps load

        See also:
            flext pipeline status
            flext pipeline logs
            flext pipeline stop
        """
        check_wait(timeout)
        profile = self._client.profile
        body = {
            "variables": {**(profile.variables if profile is not None else {}), **(variables or {})} or None,
            "step_override": many(steps),
            "full_refresh": full_refresh or None,
        }
        run = self._call(ops.PIPELINES_START, path={"name": name}, body=body)
        return self._waited(run, timeout, on_progress, raise_on_failure) if wait else run

    def _waited(
        self, run: Run, seconds: float | None, on_progress: Callable[[Run], object] | None, raise_on_failure: bool
    ) -> Run:
        return wait_for_run(self, run, seconds=seconds, on_progress=on_progress, raise_on_failure=raise_on_failure)

    @command(
        "pipeline stop",
        operation="pipelines.stop",
        positional=("name",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress",),
        metavars={"name": "NAME", "run": "RUN"},
    )
    def stop(
        self,
        name: str,
        *,
        run: str | None = None,
        force: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
    ) -> Sequence[Run]:
        """Stop the runs of a pipeline.

        Taps and targets are asked to end, and ended when they have not after the grace period. What a target has
        confirmed stays and is not read again.

        Args:
            name: Name or id of the pipeline.
            run: Only the run of this id.
            force: End the processes at once instead of asking them first.
            wait: Wait until the runs have ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with each run while waiting.

        Returns:
            Each `Run` that is being stopped or, when it was waited for, has ended.

        Raises:
            NotFoundError: There is no pipeline or run of that name.
            ConflictError: Nothing is running.
            WaitTimeoutError: A run had not ended in time.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for run in client.pipelines.stop("orders", wait=True):
                print(run.execution_id, run.status)
            ```

        Command example:
            $ flext pipeline stop orders --wait

        See also:
            flext pipeline status
            flext pipeline retry
        """
        check_wait(timeout)
        body = {"execution_id": run, "force": force or None}
        found = self._call(ops.PIPELINES_STOP, path={"name": name}, body=body)
        runs: Sequence[Run] = field(found, "runs")
        if not wait:
            return runs
        return [self._waited(one, timeout, on_progress, raise_on_failure=False) for one in runs]

    @command(
        "pipeline retry",
        operation="pipelines.retry",
        positional=("run",),
        columns=_RUN_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"run": "RUN"},
    )
    def retry(
        self,
        run: str,
        *,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Run again what failed in a run.

        A new run that begins with the steps which did not complete; it keeps the variables of the old one. Only for
        runs that failed or were stopped.

        Args:
            run: Id of the run.
            wait: Wait until the new run has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run while waiting.
            raise_on_failure: Whether a run that was waited for and did not succeed is an error.

        Returns:
            The new `Run`.

        Raises:
            NotFoundError: There is no run of that id.
            ConflictError: The run did not fail, or another one is going on.
            RunFailedError: The new run was waited for and did not succeed.
            WaitTimeoutError: The new run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.pipelines.retry(failed.execution_id, wait=True)
            ```

        Command example:
            $ flext pipeline retry RUN --wait

        See also:
            flext pipeline runs
            flext pipeline run-info
        """
        check_wait(timeout)
        new = self._call(ops.PIPELINES_RETRY, path={"run": run})
        return self._waited(new, timeout, on_progress, raise_on_failure) if wait else new

    @command(
        "pipeline wait",
        operation="pipelines.run_info",
        positional=("target",),
        columns=_RUN_COLUMNS,
        wait=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"target": "NAME|RUN"},
    )
    def wait(
        self,
        target: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[Run], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Run:
        """Wait until a run has ended.

        A service that is restarted meanwhile is waited for, up to a minute.

        Args:
            target: Name of a pipeline, for its newest run, or the id of a run.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the run after every look at it.
            raise_on_failure: Whether a run that did not succeed is an error.

        Returns:
            The `Run` as it ended.

        Raises:
            NotFoundError: There is no such pipeline or run, or the pipeline has no run yet.
            RunFailedError: The run did not succeed.
            WaitTimeoutError: The run had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            run = client.pipelines.wait("orders", timeout=600, on_progress=lambda run: print(run.records))
            ```

        Command example:
            $ flext pipeline wait orders

        See also:
            flext pipeline start
            flext pipeline status
        """
        check_wait(timeout)
        return self._waited(find_run(self, target), timeout, on_progress, raise_on_failure)

    @command(
        "pipeline logs",
        operation="pipelines.logs",
        positional=("name",),
        columns=("timestamp:TIME", "level", "step", "source", "message"),
        stream=True,
        aliases={"follow": "-f"},
        metavars={"name": "NAME", "run": "RUN", "since": "TIME"},
    )
    def logs(
        self,
        name: str,
        *,
        run: str | None = None,
        tail: int = 100,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        since: str | None = None,
        grep: str | None = None,
        follow: bool = False,
    ) -> Generator[LogEntry]:
        """Show the log lines of a run.

        Args:
            name: Name or id of the pipeline.
            run: Id of the run; the newest one when left out.
            tail: How many of the last lines, at most 10000.
            level: Only lines of this level or above.
            since: Only lines from this moment on: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d.
            grep: Only lines in whose message this regular expression matches; (?i) at its beginning takes no notice of
                case. There is no look-around and no reference to groups.
            follow: Go on with new lines until the run has ended. A connection that breaks is opened again, and no line
                is lost or comes twice.

        Yields:
            Each `LogEntry`, oldest first.

        Raises:
            NotFoundError: There is no such pipeline or run.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for line in client.pipelines.logs("orders", follow=True):
                print(line.timestamp, line.message)
            ```

        Command example:
            $ flext pipeline logs orders --tail 20
            $ flext pipeline logs orders --follow
            $ flext pipeline logs orders --since 15m --level warning --grep '(?i)timeout|refused'

        See also:
            flext pipeline status
            flext pipeline runs
        """
        check_tail(tail)
        if run is None and follow:
            newest = find_run(self, name)
            run = str(field(newest, "execution_id"))
            follow = not is_finished(newest)
        chosen: dict[str, Any] = {"tail": tail, "level": level, "since": since, "grep": grep}
        if run is None or not follow:
            for line in stored_lines(self, name, run, **chosen):
                yield line
            return
        feed = following(self, name, run, **chosen)
        try:
            while (lines := feed.next()) is not None:
                for line in lines:
                    yield line
        finally:
            feed.close()
