"""The files by which services and those who look for them know of one another."""

from __future__ import annotations

import errno
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.files import try_lock, write_atomically
from flext_sdk.embedded.supervisor.probe import health
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.errors import ConfigurationError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flext_sdk.embedded.settings import Paths

_PHASES: Final = ("starting", "running", "stopping")
PAUSE: Final = 0.02
"""Seconds between two looks at something that another process is about to change."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a service notes about itself once it takes requests.

    Attributes:
        name: Which service.
        pid: Its process.
        started: Start of the process, see `flext_sdk.embedded.supervisor.process.start_mark`.
        port: Port on 127.0.0.1.
        url: Where it listens.
        version: Its version.
        started_at: When it started, RFC 3339.
        settings: Its settings in the shape of the contract's ``ServiceSetting``.
    """

    name: str
    pid: int
    started: str
    port: int
    url: str
    version: str
    started_at: str = ""
    settings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a service's lock: its process, from its first moment to its last.

    Attributes:
        pid: The process.
        started: Start of the process.
        phase: ``starting``, ``running`` or ``stopping``.
    """

    pid: int
    started: str
    phase: str


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def make_folders(paths: Paths) -> None:
    """Make the home folder and what belongs into it, for the owner alone.

    Raises:
        ConfigurationError: They cannot be made or written to.
    """
    try:
        for folder in (paths.home, paths.state, paths.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths.state.chmod(0o700)
        paths.logs.chmod(0o700)
    except OSError as error:
        raise _not_writable(paths, error) from error
    if not os.access(paths.state, os.W_OK | os.X_OK):
        raise _not_writable(paths, PermissionError(13, "Permission denied", str(paths.state)))


def _not_writable(paths: Paths, error: OSError) -> ConfigurationError:
    reason, hint = error.strerror, "Set FLEXT_HOME to a folder of yours."
    if isinstance(error, FileExistsError):
        reason = "it is not a folder"
    elif error.errno in _FULL:
        hint = "Make room on its disk, or set FLEXT_HOME to a folder on another one."
    return ConfigurationError(
        f"cannot write to {error.filename or paths.home}: {reason}", code="HOME_NOT_WRITABLE", hint=hint
    )


def token(paths: Paths) -> str:
    """The token that callers must send; made when there is none.

    Raises:
        ConfigurationError: It cannot be read or written.
    """
    try:
        found = _read_token(paths.token)
        if found:
            return found
        import secrets  # with its hashes it is worth a tenth of a command that only looks whether we run

        made = f"{secrets.token_urlsafe(32)}\n".encode()
        if found is not None:  # broken
            write_atomically(paths.token, made)
        else:
            fresh = paths.state / f".token.{secrets.token_hex(8)}"
            write_atomically(fresh, made)
            # A link fails where somebody else was faster, and then that token is the one.
            with suppress(FileExistsError):
                os.link(fresh, paths.token)
            fresh.unlink()
        return _read_token(paths.token) or ""
    except OSError as error:
        raise _not_writable(paths, error) from error


def _read_token(path: Path) -> str | None:
    """The token; empty where the file holds none, None where there is no file."""
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def write_record(paths: Paths, record: Record) -> None:
    """Tell others where a service listens."""
    write_atomically(paths.state_file(record.name), json.dumps(asdict(record), indent=1).encode())


def remove_record(paths: Paths, name: str, pid: int) -> None:
    """Take the note of a process away, and no other's."""
    record = read_record(paths, name)
    if record is not None and record.pid == pid:
        paths.state_file(name).unlink(missing_ok=True)


def read_record(paths: Paths, name: str) -> Record | None:
    """What a service noted, or None when there is nothing that can be read: torn and foreign files count as nothing."""
    found = _load(paths.state_file(name))
    try:
        record = Record(**_known(Record, found))
    except TypeError:
        return None
    texts: tuple[object, ...] = (record.started, record.url, record.version, record.started_at)
    settings: object = record.settings
    sound = record.name == name and _is_pid(record.pid) and _is_port(record.port) and isinstance(settings, list)
    return record if sound and all(isinstance(text, str) for text in texts) else None


def live_record(paths: Paths, name: str, *, proc: Path | None = None) -> Record | None:
    """What a service noted, if the process that noted it still lives.

    Args:
        paths: Where things are.
        name: Which service.
        proc: Where the process file system is mounted, when not at the usual place.
    """
    record = read_record(paths, name)
    if record is None:
        return None
    mark = start_mark(record.pid, proc=proc) if proc else start_mark(record.pid)
    if mark is None:
        return None
    if mark and record.started:
        return record if mark == record.started else None
    # The system does not tell when processes start, so ask who answers at the port; without the token, as it may be
    # anyone.
    answer = health(record.port)
    return record if answer is not None and answer.get("service") == name else None


def write_holder(lock: int, holder: Holder) -> None:
    """Note in the held lock file who holds it."""
    content = json.dumps(asdict(holder)).encode()
    os.ftruncate(lock, 0)
    os.pwrite(lock, content, 0)


def holder(paths: Paths, name: str) -> Holder | None:
    """The process that holds a service's lock, if it still lives."""
    try:
        found = Holder(**_known(Holder, _load(paths.service_lock(name))))
    except TypeError:
        return None
    if not (_is_pid(found.pid) and found.phase in _PHASES):
        return None
    mark = start_mark(found.pid)
    return found if mark is not None and (not mark or mark == found.started) else None


def remembered_port(paths: Paths, name: str) -> int | None:
    """The port that a service had last."""
    found = _load(paths.ports).get(name)
    return found if _is_port(found) else None


def remember_port(paths: Paths, name: str, port: int) -> None:
    """Note the port, so that it is tried first next time."""
    kept = {key: value for key, value in _load(paths.ports).items() if _is_port(value)}
    if kept.get(name) != port:
        write_atomically(paths.ports, json.dumps({**kept, name: port}).encode())


@contextmanager
def platform_lock(
    paths: Paths,
    *,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock under which services are started and stopped.

    Args:
        paths: Where things are.
        timeout: Seconds to wait for another process that has it.
        clock: Seconds that only grow.
        sleep: Waits that many seconds.

    Raises:
        DeadlineExceededError: The other process did not give it back in time.
    """
    end = clock() + timeout
    while True:
        with try_lock(paths.lock) as taken:
            if taken is not None:
                yield
                return
        if clock() >= end:
            raise DeadlineExceededError(
                f"another process has been starting or stopping the services for {timeout:g} seconds",
                hint="Look at flext service status, then try again.",
            )
        sleep(PAUSE)


def _load(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _known(kind: type[Record | Holder], found: Mapping[str, Any]) -> dict[str, Any]:
    """What this release knows of a note; a newer one may have written more."""
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in found.items() if name in names}


def _is_pid(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 < value < 1 << 31


def _is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
