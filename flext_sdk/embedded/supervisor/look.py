"""Looking at services without changing anything."""

from __future__ import annotations

import os
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flext_sdk._core.runs import moment
from flext_sdk.embedded.settings import SERVICES, Paths, Service, describe, home
from flext_sdk.embedded.supervisor.choosing import wanted
from flext_sdk.embedded.supervisor.probe import ask, health
from flext_sdk.embedded.supervisor.process import PROC, age
from flext_sdk.embedded.supervisor.reader import Follower
from flext_sdk.embedded.supervisor.state import holder, live_record, token
from flext_sdk.errors import DeadlineExceededError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flext_sdk.embedded.supervisor.choosing import Wanted
    from flext_sdk.embedded.supervisor.state import Record


def names_of(name: str) -> tuple[Service, ...]:
    """The services that a name stands for: one of them, or ``all``.

    Raises:
        UsageError: There is no such service.
    """
    if name == "all":
        return SERVICES
    for service in SERVICES:
        if service == name:
            return (service,)
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), (*SERVICES, "all"), n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"there is no service {name!r}{meant}", code="UNKNOWN_SERVICE", hint="Known: flexcore, flext or all."
    )


def one_name(name: str) -> Service:
    """The service of that name.

    Raises:
        UsageError: There is no such service, or it is ``all``.
    """
    found = names_of(name)
    if len(found) > 1:
        raise UsageError("name one service here: flexcore or flext", code="UNKNOWN_SERVICE")
    return found[0]


def status(name: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """How one service is doing.

    Args:
        name: ``flexcore`` or ``flext``.
        environ: Environment variables.

    Returns:
        The contract's ``ServiceStatus``.

    Raises:
        UsageError: There is no such service.
    """
    return _status(Paths(home(environ)), one_name(name))


def statuses(name: str = "all", *, environ: Mapping[str, str] = os.environ) -> list[dict[str, Any]]:
    """How services are doing.

    Args:
        name: ``flexcore``, ``flext`` or ``all``.
        environ: Environment variables.

    Returns:
        A list of the contract's ``ServiceStatus``.

    Raises:
        UsageError: There is no such service.
    """
    paths = Paths(home(environ))
    return [_status(paths, each) for each in names_of(name)]


def _status(paths: Paths, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "status": "stopped",
        "url": None,
        "port": None,
        "pid": None,
        "version": None,
        "started_at": None,
        "uptime": None,
        "memory": None,
        "message": None,
    }
    held = holder(paths, name)
    if held is not None and held.phase != "running":
        return {**found, "status": held.phase, "pid": held.pid, "memory": _memory(held.pid)}
    record = live_record(paths, name)
    if record is None and held is not None:
        message = f"it runs, but {paths.state_file(name)} cannot be read; try: flext service restart {name}"
        return {**found, "status": "unhealthy", "pid": held.pid, "memory": _memory(held.pid), "message": message}
    if record is None:
        return found
    answer = health(record.port)
    return {
        **found,
        "status": "unhealthy" if answer is None else "running",
        "url": record.url,
        "port": record.port,
        "pid": record.pid,
        "version": record.version,
        "started_at": record.started_at or None,
        "uptime": _uptime(record),
        "memory": _memory(record.pid),
        "message": _message(name, answer),
    }


def _message(name: str, answer: Mapping[str, Any] | None) -> str | None:
    if answer is None:
        return f"the process lives, but does not answer; try: flext service restart {name}"
    bad = [f"{part}: {state}" for part, state in answer.get("components", {}).items() if state != "ok"]
    return "; ".join(bad) or None


def _uptime(record: Record) -> float | None:
    seconds = age(record.started)
    if seconds is None:  # the system does not tell
        try:
            seconds = max(0.0, (datetime.now(UTC) - datetime.fromisoformat(record.started_at)).total_seconds())
        except (ValueError, TypeError):
            return None
    return round(seconds, 3)


def _memory(pid: int, proc: Path = PROC) -> int | None:
    """Bytes of memory that a process holds, or None where the system does not tell."""
    try:
        return int((proc / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def config(name: str, *, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings that a service runs with, or would run with when it is started now.

    Args:
        name: ``flexcore`` or ``flext``.
        environ: Environment variables.

    Returns:
        The contract's ``ServiceConfig``; secrets are masked.

    Raises:
        UsageError: There is no such service.
        ConfigurationError: A setting is wrong.
    """
    service = one_name(name)
    folder = home(environ)
    record = live_record(Paths(folder), service)
    settings = record.settings if record is not None else describe(service, folder, environ)
    return {"service": service, "settings": settings}


def logs(
    name: str,
    *,
    tail: int = 100,
    follow: bool = False,
    since: datetime | None = None,
    level: str | None = None,
    grep: str | None = None,
    heartbeat: bool = False,
    environ: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[dict[str, Any] | None]:
    """The log of a service.

    Args:
        name: ``flexcore`` or ``flext``.
        tail: How many of the last lines that are wanted.
        follow: Go on with new lines as they are written, until the caller stops asking.
        since: Only lines from this moment on.
        level: Only lines of this level or above.
        grep: Only lines that match this expression.
        heartbeat: While following, give None now and then where nothing is new, so that the caller can look up.
        environ: Environment variables.
        sleep: Waits that many seconds.

    Returns:
        An iterator of the contract's ``LogEntry``, oldest first.

    Raises:
        UsageError: There is no such service, no such level, or the expression is none.
        MissingExtraError: Matching needs what is not installed.
    """
    service = one_name(name)
    what = wanted(moment(since), level, grep)
    path = Paths(home(environ)).log_file(service)
    return _logs(Follower(path, service, what), tail, follow=follow, heartbeat=heartbeat, sleep=sleep)


def lines(
    name: str,
    count: int,
    *,
    after: str | None = None,
    what: Wanted | None = None,
    environ: Mapping[str, str] = os.environ,
) -> tuple[list[dict[str, Any]], str]:
    """The last lines of the log of a service that are wanted, or the first ones behind a place.

    Args:
        name: ``flexcore`` or ``flext``.
        count: How many lines.
        after: The place; the one that was given with the lines before.
        what: Which lines; all when left out.
        environ: Environment variables.

    Returns:
        The contract's ``LogEntry`` each, oldest first, and the place up to which the log was looked through.

    Raises:
        UsageError: There is no such service.
    """
    service = one_name(name)
    with closing(Follower(Paths(home(environ)).log_file(service), service, what, after=after)) as follower:
        found = follower.tail(count) if after is None else follower.read(count)
        return found, follower.cursor


def _logs(
    follower: Follower, count: int, *, follow: bool, heartbeat: bool, sleep: Callable[[float], None]
) -> Iterator[dict[str, Any] | None]:
    with closing(follower):
        yield from follower.tail(count)
        for entry in follower.news(sleep=sleep) if follow else ():
            if entry is not None or heartbeat:
                yield entry


def wait(
    name: str = "all",
    *,
    timeout: float = 30.0,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[dict[str, Any]]:
    """Wait until services take work.

    Args:
        name: ``flexcore``, ``flext`` or ``all``.
        timeout: Seconds.
        environ: Environment variables.
        clock: Seconds that only grow.
        sleep: Waits that many seconds.

    Returns:
        A list of the contract's ``ServiceStatus``.

    Raises:
        UsageError: There is no such service.
        DeadlineExceededError: They do not yet, after that time.
    """
    names = names_of(name)
    paths = Paths(home(environ))
    end = clock() + timeout
    while True:
        missing = {each: reason for each in names if (reason := _not_ready(paths, each))}
        if not missing:
            return [_status(paths, each) for each in names]
        if clock() >= end:
            told = "; ".join(f"{each} {reason}" for each, reason in missing.items())
            raise DeadlineExceededError(
                f"not ready after {timeout:g} seconds: {told}", hint="Start what is not running: flext service start"
            )
        sleep(0.1)


def _not_ready(paths: Paths, name: str) -> str | None:
    record = live_record(paths, name)
    if record is None:
        held = holder(paths, name)
        return f"is {held.phase}" if held is not None else "is not running"
    answer = ask(record.port, "/ready", token=token(paths))
    if answer is None:
        return "does not answer"
    if answer[0] == 200:
        return None
    checks = answer[1].get("checks") or {"status": answer[1].get("status", answer[0])}
    return "waits for " + ", ".join(f"{part} ({state})" for part, state in checks.items() if state != "ok")
