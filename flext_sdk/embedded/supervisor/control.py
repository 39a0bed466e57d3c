"""Starting and stopping services."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flext_sdk.embedded.files import try_lock
from flext_sdk.embedded.settings import SERVICES, Paths, grace, home, log_level, wanted_port
from flext_sdk.embedded.supervisor.look import names_of, statuses
from flext_sdk.embedded.supervisor.probe import health, listens
from flext_sdk.embedded.supervisor.process import reap, start_mark
from flext_sdk.embedded.supervisor.spawn import check_installed, failure, spawn
from flext_sdk.embedded.supervisor.state import (
    PAUSE,
    Record,
    holder,
    live_record,
    make_folders,
    platform_lock,
    remove_record,
    token,
)
from flext_sdk.errors import ConfigurationError, DeadlineExceededError, ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Between taking the lock and noting where it listens, and between taking that away and giving the lock back.
_TORN = 2.0
_EXTRA: Final = 5.0
"""Seconds beyond its own grace period that a service gets before it is killed."""


class Endpoint(NamedTuple):
    """Where a running service is.

    Attributes:
        name: ``flexcore`` or ``flext``.
        url: Where it listens.
        token: What to send as a bearer token.
        pid: Its process.
        port: Its port on 127.0.0.1.
    """

    name: str
    url: str
    token: str
    pid: int
    port: int

    def __repr__(self) -> str:
        """Without the token."""
        return f"Endpoint(name={self.name!r}, url={self.url!r}, pid={self.pid})"


def _silent(_line: str) -> None:
    """Tell nobody."""


def ensure_running(
    *,
    services: Sequence[str] = SERVICES,
    notify: Callable[[str], None] = _silent,
    timeout: float = 30.0,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, Endpoint]:
    """The services, started where they do not run.

    Cheap when they run: the process is looked at and its port is tried, nothing is asked of it.

    Args:
        services: Which ones.
        notify: Gets one line when something was started.
        timeout: Seconds they may take to start.
        environ: Environment variables; the services get them too.

    Returns:
        Where they are, by name.

    Raises:
        ServiceUnavailableError: One did not start; the message has the reason.
        ConfigurationError: A setting is wrong, the home folder is not writable, or the extra ``embedded`` is missing.
        DeadlineExceededError: They were not ready in time.
    """
    paths = Paths(home(environ))
    found = {name: record for name in services if (record := live_record(paths, name)) and listens(record.port)}
    if len(found) < len(services):
        begun = _start(paths, [name for name in services if name not in found], timeout=timeout, environ=environ)
        if begun:
            places = ", ".join(f"{record.name} at {record.url}" for record in begun)
            notify(f"Started the embedded platform: {places} (to stop it: flext service stop)")
        found = {name: _live(paths, name) for name in services}
    return {name: _endpoint(paths, found[name]) for name in services}


def running(*, environ: Mapping[str, str] = os.environ) -> dict[str, Endpoint]:
    """The services that run and answer.

    Args:
        environ: Environment variables.

    Returns:
        Where they are, by name; empty when none runs.
    """
    paths = Paths(home(environ))
    records = [record for name in SERVICES if (record := live_record(paths, name)) and health(record.port) is not None]
    return {record.name: _endpoint(paths, record) for record in records}


def start(
    name: str = "all",
    *,
    timeout: float = 30.0,
    environ: Mapping[str, str] = os.environ,
) -> list[dict[str, Any]]:
    """Start services, side by side; one that runs already is left as it is.

    Args:
        name: ``flexcore``, ``flext`` or ``all``.
        timeout: Seconds they may take to start.
        environ: Environment variables; the services get them too.

    Returns:
        A list of the contract's ``ServiceStatus``; ``message`` tells which were running already.

    Raises:
        UsageError: There is no such service.
        ServiceUnavailableError: One did not start; the message has the reason.
        ConfigurationError: A setting is wrong, the home folder is not writable, or the extra ``embedded`` is missing.
        DeadlineExceededError: They were not ready in time.
    """
    names = names_of(name)
    begun = {record.name for record in _start(Paths(home(environ)), names, timeout=timeout, environ=environ)}
    found = statuses(name, environ=environ)
    return [{**each, "message": "started" if each["name"] in begun else "was running already"} for each in found]


def stop(
    name: str = "all",
    *,
    force: bool = False,
    timeout: float | None = None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[dict[str, Any]]:
    """Stop services: ask them to end, and end those that have not after the grace period.

    Args:
        name: ``flexcore``, ``flext`` or ``all``.
        force: End them at once. Runs that go on are taken up again at the next start.
        timeout: Seconds to wait before a service is killed; a little more than its own grace period when left out.
        environ: Environment variables.
        clock: Seconds that only grow.
        sleep: Waits that many seconds.

    Returns:
        A list of the contract's ``ServiceStatus``; ``message`` tells how each ended.

    Raises:
        UsageError: There is no such service.
        ConfigurationError: A process belongs to another user.
        DeadlineExceededError: Another process is starting or stopping services and does not come to an end.
    """
    names = names_of(name)
    paths = Paths(home(environ))
    seconds = grace(environ) + _EXTRA if timeout is None else timeout
    told: dict[str, str] = {}
    if paths.state.is_dir():
        with platform_lock(paths, timeout=seconds + _EXTRA, clock=clock, sleep=sleep):
            told = _stop(paths, names, force=force, seconds=seconds, clock=clock, sleep=sleep)
    found = statuses(name, environ=environ)
    return [{**each, "message": told.get(each["name"], "was not running")} for each in found]


def restart(
    name: str = "all",
    *,
    force: bool = False,
    timeout: float = 30.0,
    environ: Mapping[str, str] = os.environ,
) -> list[dict[str, Any]]:
    """Stop services and start them again; each gets the port it had.

    Args:
        name: ``flexcore``, ``flext`` or ``all``.
        force: End them at once.
        timeout: Seconds they may take to start.
        environ: Environment variables; the services get them too.

    Returns:
        A list of the contract's ``ServiceStatus``.

    Raises:
        FlextError: As `stop` and `start` do.
    """
    stop(name, force=force, environ=environ)
    return [{**each, "message": "restarted"} for each in start(name, timeout=timeout, environ=environ)]


def _endpoint(paths: Paths, record: Record) -> Endpoint:
    return Endpoint(record.name, record.url, token(paths), record.pid, record.port)


def _live(paths: Paths, name: str) -> Record:
    record = live_record(paths, name)
    if record is None:
        raise ServiceUnavailableError(
            f"{name} ended right after it had started", hint=f"Its log: {paths.log_file(name)}", code="START_FAILED"
        )
    return record


def _start(paths: Paths, names: Sequence[str], *, timeout: float, environ: Mapping[str, str]) -> list[Record]:
    """Start what does not run; gives what was started."""
    check_installed()
    log_level(environ)
    grace(environ)
    for service in SERVICES:
        wanted_port(service, environ)
    make_folders(paths)
    end = time.monotonic() + timeout
    with platform_lock(paths, timeout=timeout):
        token(paths)
        missing = [name for name in names if not _answers(paths, name) and _free(paths, name, end)]
        pending = {name: spawn(name, paths, environ) for name in missing}
        try:
            return [_await_ready(paths, name, pid, end, timeout) for name, pid in pending.items()]
        finally:
            # An error, Ctrl-C or the timeout: nothing is left half-started, and nothing that is ready is ended.
            for name, pid in pending.items():
                record = live_record(paths, name)
                if record is None or record.pid != pid:
                    _kill(pid)


def _answers(paths: Paths, name: str) -> bool:
    """Whether a service runs.

    Raises:
        ServiceUnavailableError: Its process lives and does not answer.
    """
    record = live_record(paths, name)
    if record is None:
        return False
    if health(record.port) is None and live_record(paths, name) is not None:
        raise ServiceUnavailableError(
            f"{name} (process {record.pid}) lives, but does not answer at {record.url}",
            hint=f"Restart it: flext service restart {name} --force",
            code="SERVICE_NOT_ANSWERING",
        )
    return True


def _free(paths: Paths, name: str, end: float) -> bool:
    """Whether a service is to be started; waits for a process that is about to end and still has the service's lock.

    Raises:
        DeadlineExceededError: It has it still.
        ServiceUnavailableError: It runs, and nobody can know where.
    """
    torn = time.monotonic() + _TORN
    while True:
        with try_lock(paths.service_lock(name)) as taken:
            if taken is not None:
                return True
        if live_record(paths, name) is not None:
            return False  # it was about to start, by hand and not by us
        held = holder(paths, name)
        if held is not None and held.phase == "running" and time.monotonic() >= torn:
            raise ServiceUnavailableError(
                f"{name} runs as process {held.pid}, but {paths.state_file(name)} cannot be read",
                hint=f"Restart it, which writes the file anew: flext service restart {name}",
                code="STATE_TORN",
            )
        if time.monotonic() >= end:
            raise DeadlineExceededError(
                f"another process of {name} does not come to an end", hint="Look at: flext service status"
            )
        time.sleep(PAUSE)


def _await_ready(paths: Paths, name: str, pid: int, end: float, timeout: float) -> Record:
    while True:
        record = live_record(paths, name)
        if record is not None and health(record.port) is not None:
            return record
        if reap(pid) is not None or start_mark(pid) is None:
            raise failure(name, paths)
        if time.monotonic() >= end:
            raise DeadlineExceededError(
                f"{name} was not ready after {timeout:g} seconds", hint=f"Its log: {paths.log_file(name)}"
            )
        time.sleep(PAUSE)


def _kill(pid: int) -> None:
    """End a child of ours and wait for it."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _stop(
    paths: Paths,
    names: Sequence[str],
    *,
    force: bool,
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> dict[str, str]:
    """Stop processes side by side; tells how each ended."""
    living: dict[str, tuple[int, str]] = {}
    for name in names:
        found = live_record(paths, name) or holder(paths, name)
        if found is not None:
            living[name] = (found.pid, found.started)
            _signal(name, found.pid, signal.SIGKILL if force else signal.SIGTERM)
    told = dict.fromkeys(living, "killed" if force else "stopped")
    end = clock() + seconds
    while waiting := {name: who for name, who in living.items() if _lives(*who)}:
        if clock() >= end:
            for name, (pid, _) in waiting.items():
                told[name] = f"killed, for it had not ended after {seconds:g} seconds"
                _signal(name, pid, signal.SIGKILL)
            end = clock() + _EXTRA
        sleep(PAUSE)
    for name, (pid, _) in living.items():
        remove_record(paths, name, pid)
    return told


def _lives(pid: int, started: str) -> bool:
    reap(pid)
    mark = start_mark(pid)
    return mark is not None and (not mark or not started or mark == started)


def _signal(name: str, pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise ConfigurationError(f"{name} (process {pid}) belongs to another user and cannot be stopped") from error
