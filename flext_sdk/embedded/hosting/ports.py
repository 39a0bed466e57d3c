"""The port of a service: the one it had, the usual one, or any free one."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.settings import DEFAULT_PORTS, HOST, PORT_VARIABLES, wanted_port
from flext_sdk.embedded.supervisor.probe import listens
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.settings import Service

_BACKLOG: Final = 2048
_LISTEN: Final = "0A"
_PROC: Final = Path("/proc")


def bind(service: Service, environ: Mapping[str, str], remembered: int | None) -> socket.socket:
    """A socket bound to the service's port on the loopback interface.

    A port that the environment names is the one or none. Otherwise the port it had last is tried first, so that clients
    find it again, then the usual one (unless any free port was asked for), then any free one.

    Args:
        service: Which service.
        environ: Environment variables.
        remembered: Port that it had last.

    Raises:
        ConfigurationError: The port that the environment names is taken, or not allowed.
    """
    wanted = wanted_port(service, environ)
    if wanted:
        return _fixed(service, wanted)
    candidates = [remembered, None if wanted == 0 else DEFAULT_PORTS[service]]
    for port in dict.fromkeys(candidates):
        if port is not None:
            try:
                return _bound(port)
            except OSError:
                continue
    return _bound(0)


def _fixed(service: Service, port: int) -> socket.socket:
    try:
        return _bound(port)
    except OSError as error:
        by = owner(port)
        reason = f"is taken{f' by {by}' if by else ''}" if listens(port) else f"cannot be used: {error.strerror}"
        raise ConfigurationError(
            f"port {port} {reason}",
            code="PORT_TAKEN",
            hint=f"Set {PORT_VARIABLES[service]} to another port, or to 0 for any free one.",
        ) from error


def _bound(port: int) -> socket.socket:
    # With SO_REUSEADDR some systems let a second socket take 127.0.0.1 from one that listens on all addresses.
    if port and listens(port):
        raise OSError(errno.EADDRINUSE, "Address already in use")
    # With the protocol named, asyncio sets TCP_NODELAY on what it accepts; without, each answer waits 40 ms for an
    # acknowledgement between its head and its body.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        # With SO_REUSEADDR two may bind a port at the same time, and only the second one to listen is told. Better
        # here, where there is another port, than when the service is ready.
        found.listen(_BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def owner(port: int, *, proc: Path = _PROC) -> str | None:
    """Who listens at a port: ``"python3 (process 4711)"``, or None where the system does not tell us.

    Args:
        port: The port.
        proc: Where the process file system is mounted.
    """
    inode = _inode(port, proc)
    if inode is None:
        return None
    for folder in proc.glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) == f"socket:[{inode}]" for handle in (folder / "fd").iterdir()):
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:
            continue  # another user's process, or one that has just ended
    return None


def _inode(port: int, proc: Path) -> str | None:
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                return fields[9]
    return None
