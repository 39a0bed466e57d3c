"""The HTTP server of a service's process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import uvicorn

from flext_sdk.embedded.hosting.heads import WatchedProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

_KEEP_ALIVE = 75


class Server(uvicorn.Server):
    """uvicorn that tells when it takes requests, and when it no longer does.

    Args:
        app: What it serves.
        grace: Seconds that requests get to end.
        websockets: Whether there are WebSockets; loading their library takes time.
        ready: Called once requests are taken.
        stopping: Called at the first signal to end.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        grace: float,
        websockets: bool,
        ready: Callable[[], None],
        stopping: Callable[[], None],
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                http=WatchedProtocol,
                ws="websockets-sansio" if websockets else "none",
                ws_max_size=1 << 20,
                # Longer than the clients' own, so that a connection about to be used is never closed by the server.
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=max(1, round(grace)),
            )
        )
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; then tells that requests are taken."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; tells first, so that nobody new comes here.

        Not in the signal handler: it may interrupt a write to the very log that it would write to.
        """
        logging.getLogger("flext.host").info("asked to stop")
        self._stopping()
        await super().shutdown(sockets=sockets)


def cause(app: Any) -> Exception | None:  # noqa: ANN401 - Starlette's state is untyped
    """Why an application did not start, as `flext_sdk.embedded.web.app.build_app` noted it."""
    return getattr(app.state, "failure", None)
