"""One page on 127.0.0.1, for as long as somebody looks at it. Standard library only."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Site"]

_HOSTS = ("127.0.0.1", "localhost")


class Site:
    """Serves a page while the block runs.

    Args:
        port: Port to listen on; 0 for a free one.

    Attributes:
        url: Its address.
        page: HTML; to be set before the block begins.

    Raises:
        UsageError: The port cannot be used.

    Example:
        ``site = Site(); site.page = "<h1>hello</h1>"`` and ``with site: print(site.url)``
    """

    def __init__(self, port: int = 0) -> None:
        self.page = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                # Pages of other sites must not read it through a name of theirs that points here.
                known = self.headers.get("Host", "").rsplit(":", 1)[0] in _HOSTS
                content = site.page.encode()
                found = known and self.path.split("?")[0] in {"/", "/index.html"}
                self.send_response(200 if found else 404 if known else 421)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content) if found else 0))
                self.end_headers()
                if found:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "it must be 0 to 65535"
            raise UsageError(f"port {port} cannot be used: {why}", hint="Leave --port out for a free one.") from None
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def close(self) -> None:
        """Lets the port go; on leaving the block that is done."""
        self._server.server_close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self.close()
