"""FlexCore and FLEXT Service as real processes, for tests."""

from __future__ import annotations

import atexit
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from flext_sdk import AsyncFlext, Flext
    from flext_sdk._core.types import Service

__all__ = ["Platform"]

_SERVICES: tuple[Service, ...] = ("flexcore", "flext")


class Platform:
    """The two services in a folder of their own, on ports that are free, with a token of their own.

    Nothing of the person who runs the tests is seen: neither their settings nor their platform. Passwords are hashed at
    the least cost.

    Args:
        home: Folder that becomes ``FLEXT_HOME``.
        environ: Environment variables to start from; those of this process when left out. Variables that begin with
            ``FLEXT_`` are left out either way.
        settings: Variables for the services, such as ``{"FLEXT_LOG_LEVEL": "debug"}``.

    Attributes:
        home: The folder.
        environ: The environment the services have, with ``FLEXT_HOME``; what a ``flext`` of your own needs to use them.

    Example:
        ```python
        with Platform(tmp_path) as platform, platform.client() as client:
            client.pipelines.create("orders.yaml", start=True, wait=True)
        ```
    """

    def __init__(
        self,
        home: str | Path,
        *,
        environ: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = Path(home)
        # Without compiled bytecode every start of a plugin would compile all of it again.
        dropped = ("PYTHONDONTWRITEBYTECODE",)
        kept = os.environ if environ is None else environ
        self.environ: dict[str, str] = {
            **{k: v for k, v in kept.items() if not k.startswith("FLEXT_") and k not in dropped},
            "FLEXT_HOME": str(self.home),
            "FLEXT_FLEXCORE_PORT": "0",
            "FLEXT_SERVICE_PORT": "0",
            # Tests make users and log them in; what makes guessing dear would make that slow.
            "FLEXT_PASSWORD_COST": "10",
            **(settings or {}),
        }
        self.urls: dict[str, str] = {}
        """Address of each service, by name."""
        self.pids: dict[str, int] = {}
        """Process of each service, by name."""
        self.token = ""
        """The token of both."""

    def start(self, *, timeout: float = 60.0) -> Self:
        """Start the services that do not run.

        Args:
            timeout: Seconds they may take.

        Raises:
            MissingExtraError: The extra ``embedded`` is not installed.
            FlextError: They do not start.
        """
        from flext_sdk.embedded import supervisor

        found = supervisor.ensure_running(timeout=timeout, environ=self.environ)
        self.urls = {name: endpoint.url for name, endpoint in found.items()}
        self.pids = {name: endpoint.pid for name, endpoint in found.items()}
        self.token = next(iter(found.values())).token
        atexit.register(self.stop)  # a session that is interrupted may not come to its fixtures' ends
        return self

    def stop(self) -> None:
        """End the services; by their process ids where they do not end by themselves."""
        from flext_sdk.embedded import supervisor
        from flext_sdk.errors import FlextError

        atexit.unregister(self.stop)
        pids, self.pids = self.pids, {}
        if not pids:
            return
        with suppress(FlextError, OSError):
            supervisor.stop("all", environ=self.environ)
        for pid in pids.values():
            self._end(pid)

    def kill(self, service: Service) -> None:
        """Kill a service with SIGKILL, as a machine that fails would; `start` starts it again.

        Args:
            service: Which one.
        """
        self._end(self.pids.pop(service))

    def _end(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            if self._is_ours(pid):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is still the one that was started: an id is used again once its process is gone."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return b"flext_sdk.embedded.host" in words

    def client(self, **options: Any) -> Flext:  # noqa: ANN401 - those of Flext
        """A client of this platform.

        Args:
            options: As of `flext_sdk.Flext`.
        """
        from flext_sdk import Flext

        return Flext(**self._options(options))

    def async_client(self, **options: Any) -> AsyncFlext:  # noqa: ANN401 - those of AsyncFlext
        """Like `client`, for coroutines."""
        from flext_sdk import AsyncFlext

        return AsyncFlext(**self._options(options))

    def _options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {"base_url": self.urls, "token": self.token, "_environ": {}, **options}

    def text_of_logs(self) -> str:
        """What both services have written so far; to be shown when a test fails."""
        files = sorted((self.home / "logs").glob("*")) if (self.home / "logs").is_dir() else []
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')}" for file in files if file.is_file())

    def wait_until_gone(self, service: Service, *, seconds: float = 10.0) -> bool:
        """Whether a service that is ending has ended in time.

        Args:
            service: Which one.
            seconds: How long to look.
        """
        pid = self.pids.get(service)
        until = time.monotonic() + seconds
        while pid is not None and self._is_ours(pid) and time.monotonic() < until:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.02)
        return pid is None or not self._is_ours(pid)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        """Where it is; its token is a secret."""
        return f"Platform({str(self.home)!r}, {self.urls or 'stopped'})"
