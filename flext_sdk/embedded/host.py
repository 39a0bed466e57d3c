"""The process of one service: ``python -m flext_sdk.embedded.host flexcore|flext``.

It takes its settings from the environment and the home folder, listens on 127.0.0.1 alone, notes where once it takes
requests, and ends on SIGTERM. The lock of the service, held for the whole life of the process, keeps a second one away.
The supervisor starts it; it can be started by hand as well.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from flext_sdk._version import __version__
from flext_sdk.embedded.files import try_lock
from flext_sdk.embedded.settings import (
    SERVICES,
    HostSettings,
    Paths,
    Service,
    describe,
    grace,
    home,
    log_level,
)
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.embedded.supervisor.state import (
    Holder,
    Record,
    holder,
    make_folders,
    remember_port,
    remembered_port,
    remove_record,
    token,
    write_holder,
    write_record,
)
from flext_sdk.errors import FlextError, MissingExtraError, UsageError

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence

    from starlette.applications import Starlette

_LOG: Final = logging.getLogger("flext.host")


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run a service until it is told to end.

    Args:
        arguments: Name of the service; those of the command line when left out.
        environ: Environment variables.

    Returns:
        Exit code, see `flext_sdk.errors.EXIT_CODES`. An error is one line on standard error, ``error[CODE]: ...``, and
        a hint one more.
    """
    try:
        return _serve(_service(sys.argv[1:] if arguments is None else arguments), environ)
    except FlextError as error:
        if logging.getLogger().handlers:  # before the log is set up it would go to standard error, a second time
            _LOG.error("%s", error.message)
        sys.stderr.write(f"error[{error.code}]: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"hint: {error.hint}\n")
        return error.exit_code


def _service(arguments: Sequence[str]) -> Service:
    for service in SERVICES:
        if list(arguments) == [service]:
            return service
    raise UsageError(f"name one service: {' or '.join(SERVICES)}")


def _serve(service: Service, environ: Mapping[str, str]) -> int:
    paths = Paths(home(environ))
    make_folders(paths)
    with try_lock(paths.service_lock(service)) as lock:
        if lock is None:
            held = holder(paths, service)
            who = f" (process {held.pid})" if held else ""
            raise FlextError(
                f"{service} is running already{who}", code="ALREADY_RUNNING", hint="See it: flext service status"
            )
        return _Host(service, paths, environ, lock).run()


class _Host:
    """One service's process, with its lock in hand."""

    def __init__(self, service: Service, paths: Paths, environ: Mapping[str, str], lock: int) -> None:
        self._service: Service = service
        self._paths = paths
        self._environ = environ
        self._lock = lock
        self._pid = os.getpid()
        self._started = start_mark(self._pid) or ""
        self._phase("starting")

    def run(self) -> int:
        """Serve until told to end."""
        try:
            from flext_sdk.embedded.hosting.logfile import set_up
            from flext_sdk.embedded.web.gate import request_id

            level = log_level(self._environ)
            set_up(self._paths.log_file(self._service), source=self._service, level=level, request=request_id.get)
            listener = self._listener()
            try:
                return self._serve(self._settings(listener), listener)
            finally:
                listener.close()
        except ImportError as error:
            _LOG.exception("an import failed")
            raise MissingExtraError("The embedded platform", "embedded") from error
        finally:
            remove_record(self._paths, self._service, self._pid)

    def _listener(self) -> socket.socket:
        from flext_sdk.embedded.hosting.ports import bind

        return bind(self._service, self._environ, remembered_port(self._paths, self._service))

    def _settings(self, listener: socket.socket) -> HostSettings:
        return HostSettings(
            service=self._service,
            home=self._paths.home,
            port=listener.getsockname()[1],
            token=token(self._paths),
            log_level=log_level(self._environ),
            environment=dict(self._environ),
            name=self._environ.get("FLEXT_ENVIRONMENT") or "development",
            grace=grace(self._environ),
        )

    def _serve(self, settings: HostSettings, listener: socket.socket) -> int:
        from flext_sdk.embedded.hosting.server import Server, cause

        app = _create(settings)
        # uvicorn hands a signal on when it has ended; the default action would end the process before its last words.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.chdir(settings.home)
        server = Server(
            app,
            grace=settings.grace,
            websockets=True,
            ready=lambda: self._ready(settings),
            stopping=self._stopping,
        )
        _run(server, listener)
        failure = cause(app)
        if failure is not None:
            raise _told(failure)
        _LOG.info("stopped")
        return 0

    def _ready(self, settings: HostSettings) -> None:
        remember_port(self._paths, self._service, settings.port)
        write_record(
            self._paths,
            Record(
                name=self._service,
                pid=self._pid,
                started=self._started,
                port=settings.port,
                url=settings.url,
                version=__version__,
                started_at=settings.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                settings=describe(self._service, settings.home, self._environ, port=settings.port),
            ),
        )
        self._phase("running")
        _LOG.info("%s %s listens at %s", self._service, __version__, settings.url)

    def _stopping(self) -> None:
        self._phase("stopping")
        remove_record(self._paths, self._service, self._pid)

    def _phase(self, phase: str) -> None:
        write_holder(self._lock, Holder(self._pid, self._started, phase))


def _create(settings: HostSettings) -> Starlette:
    try:
        if settings.service == "flexcore":
            from flext_sdk.embedded.flexcore import app as flexcore

            return flexcore.create(settings)
        from flext_sdk.embedded.flext import app as flext

        return flext.create(settings)
    except (FlextError, ImportError):
        raise
    except Exception as error:
        raise _told(error) from error


def _run(server: object, listener: socket.socket) -> None:
    try:
        server.run(sockets=[listener])  # type: ignore[attr-defined]
    except SystemExit:
        _LOG.debug("the server ended by itself")  # its own words for a failed start; the cause is asked for next


def _told(error: Exception) -> FlextError:
    """An error in one line; the log has the rest."""
    if isinstance(error, FlextError):
        return error
    _LOG.error("the service could not be started", exc_info=error)
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return FlextError(f"{error.strerror}{where}", code="START_FAILED")
    first = next(iter(str(error).splitlines()), "") or "no reason given"
    return FlextError(f"{type(error).__name__}: {first}", code="START_FAILED")


if __name__ == "__main__":
    sys.exit(main())
