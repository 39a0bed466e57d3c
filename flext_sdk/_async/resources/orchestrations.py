"""Orchestrations: what needs patience or a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk import _operations as ops
from flext_sdk._async.resources._orchestrations import AsyncOrchestrationsBase
from flext_sdk._async.waiters import watch
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_wait, many
from flext_sdk._core.runs import field
from flext_sdk.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.models.orchestrations import Orchestration, OrchestratorInfo

__all__ = ["AsyncOrchestrations"]

_COLUMNS = (
    "id",
    "name",
    "runtime_type:RUNTIME",
    "status",
    "progress:PROGRESS:percent",
    "duration:DURATION:duration",
    "result",
    "error",
)
_ENDED = frozenset({"completed", "failed", "canceled", "cancelled", "timeout"})
_NANOSECONDS = 1e9
_LONGEST = 30 * 86400.0


class AsyncOrchestrations(AsyncOrchestrationsBase):
    """Let a runtime carry out commands, and watch them."""

    @command(
        "orchestration execute",
        operation="orchestrations.execute",
        positional=("name", "command", "args"),
        columns=_COLUMNS,
        wait=True,
        mutating=True,
        hidden=("on_progress", "raise_on_failure"),
        metavars={"args": "ARGUMENT...", "config": "KEY=VALUE", "metadata": "KEY=VALUE"},
    )
    async def execute(
        self,
        name: str,
        command: str,
        args: Sequence[str] | None = None,
        *,
        runtime: str = "singer",
        config: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        limit: float | None = None,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: Callable[[Orchestration], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Orchestration:
        """Let a runtime carry out a command.

        The runtime singer carries out the operations of a plugin, and sync, which lets a tap write into a target; the
        runtimes process and python start any program, where the platform allows it. An orchestration waits in the
        queue while as many as may run at once are running. It goes on in the platform; a restart of FlexCore ends it
        as failed. Relative paths in the settings start from the current folder.

        Args:
            name: What you call it.
            command: The command: of singer the name of a plugin, of process that of a program, of python a file.
            args: Its arguments; the first one of singer is the operation.
            runtime: Who carries it out; flext runtime list shows who there is.
            config: Settings: of singer those of the plugin, of process and python cwd and env.
            metadata: Free for your own use; stored as it is.
            limit: Seconds it may take; then it is ended. The platform's own limit when left out.
            wait: Wait until it has ended.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the orchestration while waiting.
            raise_on_failure: Whether one that was waited for and did not end well is an error.

        Returns:
            The `Orchestration`, as it began or, when it was waited for, as it ended.

        Raises:
            ValidationFailedError: The runtime is not there, or cannot do this.
            RunFailedError: It was waited for and did not end well.
            WaitTimeoutError: It had not ended in time; it goes on.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            done = await client.orchestrations.execute(
                "look", "tap-csv", ["discover"], config={"path": "orders.csv"}, wait=True
            )
            print(done.result)
            ```

        Command example:
            $ flext orchestration execute look tap-csv about --wait
            $ flext orchestration execute look tap-csv discover --config path=orders.csv --wait --query result

        See also:
            flext orchestration show
            flext orchestration cancel
            flext runtime list
        """
        check_wait(timeout)
        if limit is not None and not 0 < limit <= _LONGEST:
            raise UsageError(f"limit must be more than 0 and at most {_LONGEST:.0f} seconds, not {limit:g}")
        body = {
            "name": name,
            "runtime_type": runtime,
            "command": command,
            "args": many(args) or [],
            "config": dict(config) if config else None,
            "metadata": dict(metadata) if metadata else None,
            "timeout": None if limit is None else int(limit * _NANOSECONDS),
            # Servers elsewhere have no use for a folder of this machine, and must not be told of it.
            "base_path": str(Path.cwd()) if self._client.is_local else None,
        }
        begun = await self._call(ops.ORCHESTRATIONS_EXECUTE, body=body)
        if not wait:
            return begun
        ident = str(field(begun, "id"))
        return await self.wait(ident, timeout=timeout, on_progress=on_progress, raise_on_failure=raise_on_failure)

    async def wait(
        self,
        orchestration: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[Orchestration], object] | None = None,
        raise_on_failure: bool = True,
    ) -> Orchestration:
        """Wait until an orchestration has ended.

        Args:
            orchestration: Its id.
            timeout: Seconds to wait at most; as long as it takes when left out.
            on_progress: Called with the orchestration after every look at it.
            raise_on_failure: Whether one that did not end well is an error.

        Returns:
            The `Orchestration` as it ended.

        Raises:
            RunFailedError: It did not end well.
            WaitTimeoutError: It had not ended in time; it goes on. Some public servers never tell that one has ended.
            FlextError: Any other failure; see `flext_sdk.errors`.
        """
        found = await watch(
            self,
            await self._call(ops.ORCHESTRATIONS_SHOW, path={"orchestration": orchestration}),
            lambda patient: patient._call(ops.ORCHESTRATIONS_SHOW, path={"orchestration": orchestration}),
            ended=lambda seen: str(field(seen, "status")) in _ENDED,
            seconds=timeout,
            on_progress=on_progress,
            what=orchestration,
            hint=f"Look again: flext orchestration show {orchestration}",
        )
        if raise_on_failure and str(field(found, "status")) != "completed":
            raise _failure(found)
        return found

    async def info(self) -> OrchestratorInfo:
        """What carries out orchestrations, and its limits.

        Returns:
            The `OrchestratorInfo`.

        Raises:
            FlextError: The call failed; see `flext_sdk.errors`.

        Example:
            ```python
            print((await client.orchestrations.info()).config.max_concurrent_jobs)
            ```
        """
        return await self._info()


def _failure(found: Orchestration) -> RunFailedError:
    status, ident, name = (str(field(found, key)) for key in ("status", "id", "name"))
    if status in {"canceled", "cancelled"}:
        return RunFailedError(f"{ident} ({name}) was canceled", run=found, code="RUN_CANCELLED")
    reason = " ".join(str(field(found, "error") or "no reason was given").split())
    what = "took too long" if status == "timeout" else "failed"
    hint = field(found, "hint") or f"See its log: flext orchestration show {ident} --query logs"
    return RunFailedError(f"{ident} ({name}) {what}: {reason}", run=found, hint=hint)
