"""One request by hand, with the time of each step."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flext_sdk._core.redact import redact_text
from flext_sdk._diagnostics.records import DebugConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Probe", "probe"]

HEAD = 65536
PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


class Probe:
    """A connection measured, and the time the service told.

    Attributes:
        connection: The steps.
        date: The header ``Date`` of the answer.
    """

    def __init__(self, connection: DebugConnection, date: str | None = None) -> None:
        self.connection = connection
        self.date = date


def probe(
    service: str,
    url: str,
    *,
    timeout: float,
    tls: Callable[[], ssl.SSLContext],
    environ: Mapping[str, str],
    breakers: str = "closed",
    clock: Callable[[], float] = time.perf_counter,
) -> Probe:
    """Ask a service for its health, without token, over a connection of its own.

    Args:
        service: Who is asked.
        url: Its address.
        timeout: Seconds for each step.
        tls: Makes the TLS context.
        environ: The environment: a proxy in it is told, for this way does not take it.
        breakers: States of the breakers, for the record.
        clock: Seconds that only grow.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    steps: dict[str, Any] = {}
    message, date = "", None
    step, began = "dns", clock()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        steps["dns"], step, began = clock() - began, "connect", clock()
        with socket.socket(family, kind, protocol) as raw:
            raw.settimeout(timeout)
            raw.connect(address)
            steps["connect"] = clock() - began
            channel: socket.socket = raw
            if secure:
                step, began = "tls", clock()
                channel = tls().wrap_socket(raw, server_hostname=host)
                steps["tls"] = clock() - began
            step, began = "first_byte", clock()
            path = parts.path.rstrip("/") + "/health"
            shown = f"[{host}]" if ":" in host else host
            request = f"GET {path} HTTP/1.1\r\nHost: {shown}:{port}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            channel.sendall(request.encode("ascii", "replace"))
            head = channel.recv(HEAD)
            steps["first_byte"] = clock() - began
            status, date = _read_head(head)
            steps["http"] = status
            message = "" if status is not None else "what answers does not speak HTTP"
            if secure:
                channel.close()
    except (OSError, UnicodeError) as error:
        message = f"{_STEPS[step]}: {_reason(error)}"
    if any(environ.get(name) for name in PROXIES) and not host.startswith("127."):
        message = "; ".join(filter(None, [message, "a proxy is set; this is the way without it"]))
    well = steps.get("http") is not None
    found = DebugConnection(
        service, url, "ok" if well else "failed", breakers=breakers, message=redact_text(message), **steps
    )
    return Probe(found, date)


_STEPS = {"dns": "no address for the name", "connect": "no connection", "tls": "no TLS", "first_byte": "no answer"}


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, TimeoutError):
        return "it took too long"
    return str(getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _read_head(head: bytes) -> tuple[int | None, str | None]:
    lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = lines[0].split()
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdecimal():
        return None, None
    date = next((line.partition(":")[2].strip() for line in lines[1:] if line.lower().startswith("date:")), None)
    return int(words[1]), date
