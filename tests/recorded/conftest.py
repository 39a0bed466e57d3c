"""A server on loopback that gives the answers of one generation of the public services, as they were written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

FOLDER = Path(__file__).parent


class Recorded:
    """Answers by method and path; anything else is the text that Gin gives for a route that is not there."""

    def __init__(self, name: str) -> None:
        self.answers: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        self.seen: list[tuple[str, str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                path, _, query = self.path.partition("?")
                owner.seen.append((self.command, self.path, json.loads(content) if content else None))
                found = owner.answers.get(f"{self.command} {path}")
                if callable(found):
                    found = found(dict(parse_qsl(query)))
                if found is None:
                    found = {"status": 404, "text": "404 page not found", "type": "text/plain"}
                if "body" in found:
                    body, kind = json.dumps(found["body"]).encode(), "application/json; charset=utf-8"
                else:
                    text = found["text"] if "text" in found else (FOLDER / found["file"]).read_text(encoding="utf-8")
                    body, kind = text.encode(), found["type"]
                self.send_response(found.get("status", 200))
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def paths(self) -> list[str]:
        return [f"{method} {path.partition('?')[0]}" for method, path, _ in self.seen]

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def recorded() -> Iterator[Callable[[str], Recorded]]:
    started: list[Recorded] = []

    def start(name: str) -> Recorded:
        started.append(Recorded(name))
        return started[-1]

    yield start
    for server in started:
        server.close()
