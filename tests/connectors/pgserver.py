"""A PostgreSQL server of the tests' own, on a free loopback port, gone with its folder afterwards.

Any installation serves: the newest below /usr/lib/postgresql, or that of PATH.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "loader", "pg-secret-7x"


class Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def settings(self, database: str, **more: Any) -> dict[str, Any]:
        """Settings of a connector."""
        where = {"host": "127.0.0.1", "port": self.port, "database": database, "user": USER, "password": PASSWORD}
        return where | more

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection that commits at once."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=USER, password=PASSWORD, autocommit=True,
            options="-c timezone=UTC",
        )  # fmt: skip

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A database that is dropped in the end."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield name
        finally:
            with self.connect() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def programs() -> Path:
    """The folder of initdb and postgres."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("these tests need a PostgreSQL server: install the package postgresql")
    return Path(found).resolve().parent


@contextmanager
def running() -> Iterator[Server]:
    """Starts a server and stops it again."""
    folder = Path(tempfile.mkdtemp(prefix="flext-pg-"))
    identity: dict[str, Any] = {}
    if os.getuid() == 0:  # PostgreSQL does not run as root
        with suppress(KeyError):
            owner = pwd.getpwnam("postgres")
            identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        if not identity:
            identity = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chown(folder, identity["user"], identity["group"])
    data = folder / "data"
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    process: subprocess.Popen[bytes] | None = None
    try:
        subprocess.run(
            [programs() / "initdb", "-D", data, "-U", USER, "--pwfile", secret, "-A", "scram-sha-256", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, **identity,
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": str(folder), "fsync": "off",
            "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "256MB", "jit": "off",
        }  # fmt: skip
        argv: list[Any] = [programs() / "postgres", "-D", data]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(argv, cwd=folder, env=environment, stdout=log, stderr=log, **identity)
        server = Server(port)
        _wait(server, process, folder / "log")
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            server.connect().close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not answer within 30 seconds")
