"""Services: start, stop and look after them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from flext_sdk import _operations as ops
from flext_sdk._async import _local
from flext_sdk._async import _rt as rt
from flext_sdk._async.routes import server_of
from flext_sdk._async.services import AsyncServiceAccess, names_of, one_name
from flext_sdk._core.annotations import command
from flext_sdk._core.arguments import check_tail
from flext_sdk._core.deadline import Deadline
from flext_sdk._core.failures import no_answer_hint
from flext_sdk._core.runs import intervals, moment
from flext_sdk.errors import NotSupportedError, WaitTimeoutError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from flext_sdk._core.generations import Server
    from flext_sdk._core.retry import FailureKind
    from flext_sdk.models.runs import LogEntry
    from flext_sdk.models.services import FlexcoreMetrics, FlextMetrics, Health, ServiceConfig, ServiceStatus

__all__ = ["AsyncServices"]

_COLUMNS = ("name", "status", "url", "pid", "version", "uptime:UPTIME:duration", "memory:MEMORY:bytes", "message")
_LOG: tuple[str, ...] = ("timestamp:TIME", "level", "message")


class AsyncServices(AsyncServiceAccess):
    """Start, stop and look after the services.

    Those of this machine are looked after as processes; looking at them never starts them. Services with an address
    of their own are asked over HTTP, and cannot be started or stopped from here.
    """

    @command("service list", columns=_COLUMNS)
    async def list(self) -> Sequence[ServiceStatus]:
        """List the services of this platform and how they are doing.

        Returns:
            A `ServiceStatus` each.

        Raises:
            FlextError: Any failure; see `flext_sdk.errors`.

        Example:
            ```python
            for service in await client.services.list():
                print(service.name, service.status, service.url)
            ```

        Command example:
            $ flext service list

        See also:
            flext service status
            flext service start
        """
        return await self._statuses("all")

    @command("service status", positional=("service",), columns=_COLUMNS, metavars={"service": "SERVICE"})
    async def status(self, service: Literal["all", "flexcore", "flext"] = "all") -> Sequence[ServiceStatus]:
        """Show how services are doing.

        Args:
            service: The service: flexcore, flext, or all.

        Returns:
            A `ServiceStatus` each.

        Raises:
            FlextError: Any failure; see `flext_sdk.errors`.

        Example:
            ```python
            flext, = await client.services.status("flext")
            print(flext.status, flext.uptime)
            ```

        Command example:
            $ flext service status
            $ flext service status flext -o json

        See also:
            flext service health
            flext service logs
        """
        return await self._statuses(service)

    @command(
        "service health",
        positional=("service",),
        columns=("service", "status", "version", "uptime:UPTIME:duration", "components", "message"),
        metavars={"service": "SERVICE"},
    )
    async def health(self, service: Literal["all", "flexcore", "flext"] = "all") -> Sequence[Health]:
        """Ask services whether they answer, and how their parts are.

        Args:
            service: The service: flexcore, flext, or all.

        Returns:
            A `Health` each. Of several services, one that does not answer is ``unreachable``, with the reason.

        Raises:
            ConnectionFailedError: None of them answers.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            for health in await client.services.health():
                print(health.service, health.status)
            ```

        Command example:
            $ flext service health

        See also:
            flext service status
        """
        names = names_of(service, self._reachable())
        found = await rt.gather_bounded([partial(self._one_health, name) for name in names], 4)
        errors = [error for _, error in found if error is not None]
        if len(errors) == len(found):
            raise errors[0]
        return [health for health, _ in found]

    @command(
        "service start",
        positional=("service",),
        columns=_COLUMNS,
        mutating=True,
        local=True,
        metavars={"service": "SERVICE"},
    )
    async def start(
        self, service: Literal["all", "flexcore", "flext"] = "all", *, timeout: float = 30.0
    ) -> Sequence[ServiceStatus]:
        """Start services of this machine. What runs already is left alone.

        Args:
            service: The service: flexcore, flext, or all.
            timeout: Seconds until they must be up.

        Returns:
            A `ServiceStatus` each.

        Raises:
            NotSupportedError: The services are not those of this machine.
            FlextError: One could not be started; see `flext_sdk.errors`.

        Example:
            ```python
            await client.services.start()
            ```

        Command example:
            $ flext service start
            $ flext service start flext

        See also:
            flext service stop
            flext service status
        """
        return await self._manage("start", service, timeout=timeout)

    @command(
        "service stop",
        positional=("service",),
        columns=_COLUMNS,
        mutating=True,
        local=True,
        metavars={"service": "SERVICE"},
    )
    async def stop(
        self,
        service: Literal["all", "flexcore", "flext"] = "all",
        *,
        force: bool = False,
        timeout: float | None = None,
    ) -> Sequence[ServiceStatus]:
        """Stop services of this machine. Runs that are going on go on when their service is started again.

        Args:
            service: The service: flexcore, flext, or all.
            force: End the processes at once instead of asking them first.
            timeout: Seconds after which a process that was asked is ended.

        Returns:
            A `ServiceStatus` each.

        Raises:
            NotSupportedError: The services are not those of this machine.
            FlextError: One could not be stopped; see `flext_sdk.errors`.

        Example:
            ```python
            await client.services.stop()
            ```

        Command example:
            $ flext service stop

        See also:
            flext service start
        """
        return await self._manage("stop", service, force=force, timeout=timeout)

    @command(
        "service restart",
        positional=("service",),
        columns=_COLUMNS,
        mutating=True,
        local=True,
        metavars={"service": "SERVICE"},
    )
    async def restart(
        self,
        service: Literal["all", "flexcore", "flext"] = "all",
        *,
        force: bool = False,
        timeout: float = 30.0,
    ) -> Sequence[ServiceStatus]:
        """Stop services of this machine and start them again.

        Args:
            service: The service: flexcore, flext, or all.
            force: End the processes at once instead of asking them first.
            timeout: Seconds until they must be up.

        Returns:
            A `ServiceStatus` each.

        Raises:
            NotSupportedError: The services are not those of this machine.
            FlextError: One could not be restarted; see `flext_sdk.errors`.

        Example:
            ```python
            await client.services.restart("flext")
            ```

        Command example:
            $ flext service restart flext

        See also:
            flext service status
        """
        return await self._manage("restart", service, force=force, timeout=timeout)

    @command("service wait", positional=("service",), columns=_COLUMNS, metavars={"service": "SERVICE"})
    async def wait(
        self, service: Literal["all", "flexcore", "flext"] = "all", *, timeout: float = 60.0
    ) -> Sequence[ServiceStatus]:
        """Wait until services take work.

        Args:
            service: The service: flexcore, flext, or all.
            timeout: Seconds to wait at most.

        Returns:
            A `ServiceStatus` each.

        Raises:
            WaitTimeoutError: One was not ready in time.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            await client.services.wait(timeout=30)
            ```

        Command example:
            $ flext service wait --timeout 30

        See also:
            flext service start
        """
        transport = self._client._transport
        deadline = Deadline(timeout, transport.clock)
        asking = self._quietly()
        for name in names_of(service, self._reachable()):
            for pause in intervals():
                reason = await asking._not_ready(name)
                if reason is None:
                    break
                if deadline.expired:
                    url = transport.url_of(name)
                    # What has no address does not run; its log would tell nothing new.
                    kind: FailureKind = "connect" if url is None else "broken"
                    raise WaitTimeoutError(
                        f"{name} was not ready within {timeout:g} s: {reason}",
                        hint=no_answer_hint(kind, name, url, transport.endpoints.origin(name)),
                    )
                await transport.sleep(min(pause, deadline.remaining()))
        return await self._statuses(service)

    @command(
        "service logs",
        positional=("service",),
        columns=_LOG,
        stream=True,
        aliases={"follow": "-f"},
        metavars={"service": "SERVICE", "since": "TIME"},
    )
    async def logs(
        self,
        service: Literal["flexcore", "flext"],
        *,
        tail: int = 100,
        level: Literal["debug", "info", "warning", "error"] | None = None,
        since: str | None = None,
        grep: str | None = None,
        follow: bool = False,
    ) -> AsyncGenerator[LogEntry]:
        """Show a service's own log.

        Args:
            service: The service: flexcore or flext.
            tail: How many of the last lines, at most 10000.
            level: Only lines of this level or above.
            since: Only lines from this moment on: 2026-01-31T08:00:00Z, or how long ago, as 90s, 15m, 2h or 1d.
            grep: Only lines in whose message this regular expression matches; (?i) at its beginning takes no notice of
                case. There is no look-around and no reference to groups. A traceback belongs to the message.
            follow: Go on with new lines until interrupted.

        Yields:
            Each `LogEntry`, oldest first.

        Raises:
            FlextError: Any failure; see `flext_sdk.errors`.

        Example:
            ```python
            async for line in client.services.logs("flext", tail=20):
                print(line.level, line.message)
            ```

        Command example:
            $ flext service logs flext --tail 20
            $ flext service logs flexcore --follow
            $ flext service logs flext --since 15m --level warning --grep '(?i)timeout|refused'

        See also:
            flext service status
        """
        name = one_name(service)
        check_tail(tail)
        chosen = {"level": level, "since": moment(since), "grep": grep}
        lines = self._local_lines if self._client.is_local else self._remote_lines
        async for line in lines(name, tail, follow, chosen):
            yield line

    @command(
        "service config",
        positional=("service",),
        columns=("settings",),
        metavars={"service": "SERVICE"},
    )
    async def config(self, service: Literal["flexcore", "flext"]) -> ServiceConfig:
        """Show the settings a service runs with, and where each came from.

        Public servers show no settings; of those it is what they tell about themselves.

        Args:
            service: The service: flexcore or flext.

        Returns:
            The `ServiceConfig`; secrets are masked.

        Raises:
            FlextError: Any failure; see `flext_sdk.errors`.

        Example:
            ```python
            for setting in (await client.services.config("flext")).settings:
                print(setting.name, setting.value, setting.origin)
            ```

        Command example:
            $ flext service config flext

        See also:
            flext service status
        """
        name = one_name(service)
        if self._client.is_local:
            return self._shaped(ops.SERVICES_CONFIG, await _local.supervise("config", name))
        if "flext" not in self._reachable():
            return self._shaped(ops.SERVICES_CONFIG, await self._told_config(name))
        try:
            return await self._call(ops.SERVICES_CONFIG, path={"service": name})
        except NotSupportedError:
            return self._shaped(ops.SERVICES_CONFIG, await self._told_config(name))

    async def capabilities(self, service: Literal["flexcore", "flext"]) -> Server:
        """Which generation of a service answers, and with that what it can do.

        The server is asked once; the answer is kept as long as the client. Calls find this out by themselves.

        Args:
            service: The service: flexcore or flext.

        Returns:
            The `Server`: generation, version, and ``supports(operation)``.

        Raises:
            UsageError: There is no such service.

        Example:
            ```python
            server = await client.services.capabilities("flexcore")
            print(server.generation, server.version)
            ```
        """
        name = one_name(service)
        if self._client.is_local:
            await self._client._transport.endpoints.get(name)
        return await server_of(self._client, name)

    @command("service metrics", positional=("service",), metavars={"service": "SERVICE"})
    async def metrics(self, service: Literal["flexcore", "flext"]) -> FlextMetrics | FlexcoreMetrics:
        """Show the counters of a service since it started.

        Args:
            service: The service: flexcore or flext.

        Returns:
            The counters.

        Raises:
            FlextError: Any failure; see `flext_sdk.errors`.

        Example:
            ```python
            print((await client.services.metrics("flext")).requests.total)
            ```

        Command example:
            $ flext service metrics flext

        See also:
            flext service health
        """
        if one_name(service) == "flext":
            return await self._quietly()._call(ops.SERVICES_FLEXT_METRICS)
        return await self._quietly()._call(ops.SERVICES_FLEXCORE_METRICS)
