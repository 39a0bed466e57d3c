# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Find out what is wrong: this installation, the way to the services, the time things take."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from flext_sdk._core.annotations import command
from flext_sdk._core.redact import is_secret_name, redact_text
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._sender import tls_context
from flext_sdk._sync.resource import Resource
from flext_sdk.errors import FlextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flext_sdk._core.types import Service
    from flext_sdk._diagnostics.probe import Probe
    from flext_sdk._diagnostics.records import (
        DebugBundle,
        DebugCheck,
        DebugConnection,
        DebugFact,
        DebugMeasure,
        DebugPath,
        DebugSpan,
    )

__all__ = ["Debug"]

_SERVICES: tuple[Service, ...] = ("flexcore", "flext")


class Debug(Resource):
    """Find out what is wrong: this installation, the way to the services, the time things take.

    Nothing is changed, and no service is started.
    """

    @command("debug info", columns=("name", "value", "origin"), local=True)
    def info(self) -> Sequence[DebugFact]:
        """Show versions, extras and the settings in force with their origins.

        Returns:
            A `DebugFact` each; secrets are masked.

        Example:
            ```python
            for fact in client.debug.info():
                print(fact.name, fact.value)
            ```

        Command example:
            $ flext debug info
            $ flext debug info -o json

        See also:
            flext debug check
        """
        from flext_sdk._diagnostics import facts

        return rt.to_thread(facts.info, os.environ, self._client.settings, self._client.profile)

    @command("debug env", columns=("name", "value", "origin:MEANING"), local=True)
    def env(self) -> Sequence[DebugFact]:
        """Show the environment variables that matter here and are set, secrets masked.

        Returns:
            A `DebugFact` each, with what the variable means where it is a setting.

        Example:
            ```python
            print([fact.name for fact in client.debug.env()])
            ```

        Command example:
            $ flext debug env

        See also:
            flext debug info
        """
        from flext_sdk._diagnostics import facts

        return facts.environment(os.environ)

    @command("debug paths", columns=("name", "path", "exists::bool", "mode", "size::bytes"), local=True)
    def paths(self) -> Sequence[DebugPath]:
        """Show where FLEXT keeps its files on this machine.

        Returns:
            A `DebugPath` each.

        Example:
            ```python
            print({one.name: one.path for one in client.debug.paths()})
            ```

        Command example:
            $ flext debug paths
            $ flext debug paths --query "[?name=='logs'].path"

        See also:
            flext debug bundle
        """
        from flext_sdk._diagnostics import facts

        return rt.to_thread(facts.paths, os.environ)

    @command("debug check", columns=("name", "status", "detail", "mend:TO MEND IT"), local=True)
    def check(self) -> Sequence[DebugCheck]:
        """Check everything a support person would ask, and say how to mend what is wrong.

        Python, extras, permissions, disk, keyring, settings, profile, secrets, ports, services and the clock. Services
        that do not run are not started.

        Returns:
            A `DebugCheck` each, in the order in which they depend on one another.

        Example:
            ```python
            wrong = [one for one in client.debug.check() if one.status != "ok"]
            ```

        Command example:
            $ flext debug check
            $ flext debug check --query "[?status!='ok']"

        See also:
            flext debug connectivity
            flext debug bundle
        """
        from flext_sdk._diagnostics import checks
        from flext_sdk._diagnostics.records import DebugCheck

        found = rt.to_thread(checks.local, os.environ, self._named())
        probes = self._probes(5.0)
        ours = {each.connection.service: each.connection.url or "" for each in probes if each.connection.status == "ok"}
        if self._client.is_local:
            found += rt.to_thread(checks.ports, os.environ, ours)
        for each in probes:
            link = each.connection
            if link.status == "ok" and link.http is not None and link.http < 500:
                found.append(DebugCheck(f"service {link.service}", "ok", f"answers at {link.url}"))
            elif link.status == "stopped":
                found.append(DebugCheck(f"service {link.service}", "warning", "it does not run", "flext service start"))
            else:
                told = link.message or f"HTTP {link.http}"
                mend = "flext service restart" if self._client.is_local else "flext debug connectivity"
                found.append(DebugCheck(f"service {link.service}", "failed", f"{link.url}: {told}", mend))
        dates = [each.date for each in probes if each.date]
        return [*found, checks.clock(dates[0] if dates else None, time.time())]

    @command("debug validate", columns=("name", "status", "detail"), local=True)
    def validate(self) -> Sequence[DebugCheck]:
        """Check everything that settings come from: variables, config.yaml, profiles, and whether secrets can be read.

        Returns:
            A `DebugCheck` for each variable that is set, each file and each profile's secrets, all of them right.

        Raises:
            ConfigurationError: Something is wrong; ``problems`` has each fault with its file and line.

        Example:
            ```python
            print([one.name for one in client.debug.validate()])
            ```

        Command example:
            $ flext debug validate
            $ flext debug validate -o json

        See also:
            flext config validate
            flext debug check
        """
        from flext_sdk._diagnostics import settings

        found = rt.to_thread(settings.validate, os.environ, self._named())
        settings.must_be_right(found)
        return found

    def _named(self) -> str | None:
        """The profile that was named for this client; any other is found anew."""
        active = self._client.profile
        return active.name if active is not None and active.origin == "argument" else None

    @command(
        "debug connectivity",
        columns=(
            "service", "status", "url", "dns::duration", "connect::duration", "tls::duration",
            "first_byte:FIRST BYTE:duration",
            "http", "breakers", "message",
        ),
        local=True,
    )  # fmt: skip
    def connectivity(self, *, timeout: float = 5.0) -> Sequence[DebugConnection]:
        """Time each step to the services: name, connection, TLS, first byte; and show the circuit breakers.

        Args:
            timeout: Seconds for each step.

        Returns:
            A `DebugConnection` for each service.

        Example:
            ```python
            for link in client.debug.connectivity():
                print(link.service, link.status, link.first_byte)
            ```

        Command example:
            $ flext debug connectivity
            $ flext debug connectivity --timeout 2 -o json

        See also:
            flext debug check
            flext service health
        """
        if timeout <= 0:
            raise UsageError("timeout must be above zero", hint="For example --timeout 5")
        return [each.connection for each in self._probes(timeout)]

    def _probes(self, timeout: float) -> list[Probe]:
        return [each for name in _SERVICES for each in self._probe(name, timeout)]

    def _probe(self, name: Service, timeout: float) -> list[Probe]:
        from flext_sdk._diagnostics.probe import Probe, probe
        from flext_sdk._diagnostics.records import DebugConnection

        breakers = self._breakers(name)
        endpoints = self._client._transport.endpoints
        if not self._client.is_local and endpoints.known(name) is None:
            return []  # this platform has the other one alone
        try:
            url = (endpoints.get(name, autostart=False)).url
        except FlextError as error:
            told = redact_text(error.message)
            status: Literal["stopped", "failed"] = "stopped" if error.code == "SERVICE_NOT_RUNNING" else "failed"
            return [Probe(DebugConnection(name, None, status, breakers=breakers, message=told))]
        work = partial(probe, name, url, timeout=timeout, tls=tls_context, environ=os.environ, breakers=breakers)
        return [rt.to_thread(work)]

    def _breakers(self, service: Service) -> str:
        open_ones = sorted(
            f"{each.name.partition('/')[2]} {each.state}"
            for each in self._client.breakers
            if each.name.startswith(f"{service}/") and each.state != "closed"
        )
        return ", ".join(open_ones) or "closed"

    @command(
        "debug performance",
        columns=("what", "seconds:TIME:duration", "ratio::", "beside"),
        local=True,
    )
    def performance(self, *, rounds: int = 7) -> Sequence[DebugMeasure]:
        """Measure start-up and calls on this machine, as ratios taken in turn in one run.

        Starts are compared with a bare interpreter. Calls (the health of FLEXT Service) are compared with the same
        request sent by hand over a connection of its own; they are left out where the service does not run.

        Args:
            rounds: How often each is done; the median is shown.

        Returns:
            A `DebugMeasure` each.

        Raises:
            UsageError: `rounds` is not from 1 to 1,000.

        Example:
            ```python
            for one in client.debug.performance(rounds=3):
                print(one.what, one.ratio)
            ```

        Command example:
            $ flext debug performance
            $ flext debug performance --rounds 21

        See also:
            flext debug trace
        """
        from flext_sdk._diagnostics import bench

        if not 1 <= rounds <= 1000:
            raise UsageError("rounds must be from 1 to 1000", hint="For example --rounds 21")
        found = rt.to_thread(bench.start_ups, os.environ, rounds)
        link = next(iter(self._probe("flext", 5.0)), None)
        if link is None or link.connection.status != "ok":
            return found
        base = link.connection.url or ""
        by_hand: list[float] = []
        ours: list[float] = []
        for number in range(rounds + 1):
            begun = time.perf_counter()
            rt.to_thread(bench.request, base)
            between = time.perf_counter()
            self._client.request("GET", "/health")
            if number:
                by_hand.append(between - begun)
                ours.append(time.perf_counter() - between)
        return [*found, *bench.compared({"request by hand": by_hand, "call of this client": ours})]

    @command(
        "debug trace",
        positional=("command",),
        columns=("name", "start::duration", "seconds:TIME:duration", "detail"),
        metavars={"command": "COMMAND..."},
        local=True,
    )
    def trace(self, command: Sequence[str]) -> Sequence[DebugSpan]:
        """Run a command of `flext` and show its calls, attempts and pauses as a timed tree.

        The command really runs. Its own output goes to standard error, so that the tree alone is on standard output.
        Options behind the command's first word belong to the command.

        Args:
            command: Words and options of the command.

        Returns:
            A `DebugSpan` each, the command itself first.

        Raises:
            UsageError: There is no command.

        Example:
            ```python
            for span in client.debug.trace(["pipeline", "list"]):
                print(span.name, span.seconds)
            ```

        Command example:
            $ flext debug trace pipeline list --limit 5
            $ flext debug trace -o json service status

        See also:
            flext debug performance
        """
        from flext_sdk._diagnostics import tracing

        words = [command] if isinstance(command, str) else list(command)
        # What chooses the platform for this command chooses it for that one.
        chosen = {"FLEXT_PROFILE": self._named()}
        address = self._client.settings["base_url"]
        if address.origin == "argument" and isinstance(address.value, str):
            chosen |= {"FLEXT_URL": address.value, "FLEXT_SERVICE_URL": "", "FLEXT_FLEXCORE_URL": ""}
        given = {name: value for name, value in chosen.items() if value is not None}
        return rt.to_thread(tracing.run, words, {**os.environ, **given}, sys.stderr)

    @command(
        "debug bundle",
        positional=("file",),
        columns=("path", "size:SIZE:bytes", "masked", "files"),
        files=("file",),
        mutating=True,
        local=True,
    )
    def bundle(self, file: str | Path | None = None) -> DebugBundle:
        """Write an archive for a bug report: versions, checks, settings and the ends of logs, every secret masked.

        It holds what `debug info`, `check`, `connectivity`, `env` and `paths` show, the configuration and profiles, the
        last 256 KiB of each log, and a list of files. Tokens, credentials and secrets are not in it; their values are
        masked wherever else they stand. Look into it before you send it: it is yours.

        Args:
            file: Where to write it; `flext-bundle-TIME.tar.gz` in the present folder when left out.

        Returns:
            The `DebugBundle`.

        Raises:
            ConfigurationError: It cannot be written.

        Example:
            ```python
            print((client.debug.bundle("report.tar.gz")).files)
            ```

        Command example:
            $ flext debug bundle
            $ flext debug bundle report.tar.gz

        See also:
            flext debug check
        """
        from flext_sdk._diagnostics import bundle
        from flext_sdk._diagnostics.records import DebugBundle

        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        path = bundle.place(file if file is not None else f"flext-bundle-{stamp}.tar.gz")
        reports = {
            "info": [one.to_dict() for one in self.info()],
            "check": [one.to_dict() for one in self.check()],
            "connectivity": [one.to_dict() for one in self.connectivity()],
            "env": [one.to_dict() for one in self.env()],
            "paths": [one.to_dict() for one in self.paths()],
        }
        tokens = self._client.settings.get_value("token")
        more = list(tokens.values()) if isinstance(tokens, dict) else [tokens or ""]
        more += [value for name, value in self._client.options.headers if is_secret_name(name)]

        def work() -> DebugBundle:
            masker = bundle.Masker(bundle.known_secrets(os.environ, more))
            files = bundle.collect(os.environ, reports, masker)
            size = bundle.write(path, files)
            return DebugBundle(str(path), size, sorted(files), masker.count)

        return rt.to_thread(work)
