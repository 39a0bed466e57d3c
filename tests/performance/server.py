"""A server that answers at once with prepared bytes, so that the client is what is measured. Run it as a program."""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ITEM = {
    "id": "0190c1de-0000-7000-8000-000000000001",
    "name": "orders",
    "description": "Orders of the web shop",
    "is_active": True,
    "status": "active",
    "tags": ["demo", "shop"],
    "step_count": 1,
    "last_run_status": "completed",
    "last_run_at": "2026-11-22T10:00:00Z",
    "created_at": "2026-11-01T10:00:00Z",
    "updated_at": "2026-11-22T10:00:00Z",
    "version": 3,
}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _answer(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


ONE = _answer(ITEM)
LIST = _answer({"pipelines": [{**ITEM, "name": f"orders-{n}"} for n in range(100)], "total": 100})


@contextmanager
def running() -> Iterator[str]:
    """The address of a server in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "tests.performance.server"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _serve() -> None:
    # No event loop: what it costs would be paid by every client that is measured.
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, None)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ, bytearray())
                continue
            connection = key.fileobj  # type: ignore[assignment]
            if not _talk(connection, key.data):
                selector.unregister(connection)
                connection.close()


def _talk(connection: socket.socket, held: bytearray) -> bool:
    try:
        data = connection.recv(65536)
        held += data
        while (end := held.find(b"\r\n\r\n")) >= 0:
            head = bytes(held[:end])
            length = _LENGTH.search(head) if head.startswith(b"P") else None
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(held) < whole:
                break
            del held[:whole]
            connection.sendall(LIST if head.startswith((b"GET /api/v1/pipelines?", b"GET /api/v1/pipelines ")) else ONE)
    except OSError:
        return False
    return bool(data)


if __name__ == "__main__":
    _serve()
