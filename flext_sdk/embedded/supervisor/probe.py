"""One small question to a service, without an HTTP library: importing one costs more than everything else here."""

from __future__ import annotations

import json
import socket
from typing import Any, Final

from flext_sdk.embedded.settings import HOST

_MOST: Final = 1 << 20


def listens(port: int, *, timeout: float = 1.0) -> bool:
    """Whether anything takes connections at a port of this machine.

    Args:
        port: The port.
        timeout: Seconds to wait.
    """
    try:
        with socket.create_connection((HOST, port), timeout):
            return True
    except OSError:
        return False


def ask(port: int, path: str, *, token: str | None = None, timeout: float = 2.0) -> tuple[int, dict[str, Any]] | None:
    """Status and JSON body of a GET, or None when there is no such answer.

    Args:
        port: The port, on 127.0.0.1.
        path: What to ask for.
        token: Token to send; only to a process that is known to be ours.
        timeout: Seconds that each part of the exchange may take.
    """
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}", "Connection: close"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    try:
        with socket.create_connection((HOST, port), timeout) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = bytearray()
            while len(answer) < _MOST and (chunk := connection.recv(65536)):
                answer += chunk
        head, _, body = bytes(answer).partition(b"\r\n\r\n")
        found = json.loads(body)
        return (int(head.split(maxsplit=2)[1]), found) if isinstance(found, dict) else None
    except (OSError, ValueError, IndexError):
        return None


def health(port: int, *, timeout: float = 2.0) -> dict[str, Any] | None:
    """What ``GET /health`` says, or None when nobody there answers 200."""
    answer = ask(port, "/health", timeout=timeout)
    return answer[1] if answer is not None and answer[0] == 200 else None
