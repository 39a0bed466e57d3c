"""A server that answers at once with prepared bytes, so that the client is what is measured."""

from __future__ import annotations

import json
import socket
import threading

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


def _answer(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


ONE = _answer(ITEM)
LIST = _answer({"pipelines": [{**ITEM, "name": f"orders-{n}"} for n in range(100)], "total": 100})


def serve() -> str:
    """Serve on a free port in this process's threads; gives the address.

    Only the caller's own thread is measured by `time.thread_time`, so the server may share the process.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_talk, args=(connection,), daemon=True).start()


def _talk(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = b""
    with connection:
        while chunk := connection.recv(65536):
            data += chunk
            while b"\r\n\r\n" in data:
                head, _, data = data.partition(b"\r\n\r\n")
                connection.sendall(
                    LIST if b"GET /api/v1/pipelines?" in head or b"GET /api/v1/pipelines " in head else ONE
                )
