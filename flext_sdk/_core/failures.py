"""What kinds of failure a connection has, told by the names of the errors, so that no HTTP library is needed here."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flext_sdk._core.retry import FailureKind

__all__ = ["TransportFailure", "classify"]

_KINDS: dict[str, FailureKind] = {
    "ConnectTimeout": "connect",
    "ConnectError": "connect",
    "ProxyError": "connect",
    "UnsupportedProtocol": "connect",
    "PoolTimeout": "pool",
    "ReadTimeout": "timeout",
    "WriteTimeout": "timeout",
}


class TransportFailure(Exception):  # noqa: N818 - it becomes an error of ours before anyone sees it
    """No whole answer came.

    Args:
        kind: As in `flext_sdk._core.retry.Failure`.
        reason: Why, in a few words.
    """

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind
        self.reason = reason


def classify(error: BaseException) -> TransportFailure:
    """The failure behind an error of the HTTP library or the operating system."""
    name = type(error).__name__
    kind: FailureKind = _KINDS.get(name, "broken")
    return TransportFailure(kind, _reason(error, name))


def _reason(error: BaseException, name: str) -> str:  # noqa: PLR0911 - a table of cases
    chain: list[BaseException] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 20:
        chain.append(seen)
        seen = seen.__cause__ or seen.__context__
    if any(isinstance(e, socket.gaierror) for e in chain):
        return "the host name is not known"
    if any(isinstance(e, ConnectionRefusedError) or getattr(e, "errno", 0) == errno.ECONNREFUSED for e in chain):
        return "connection refused"
    if name == "ConnectTimeout":
        return "no connection in time"
    if name == "PoolTimeout":
        return "all connections are busy"
    if name in {"ReadTimeout", "WriteTimeout"}:
        return "no answer in time"
    from flext_sdk._core.redact import redact_text

    text = " ".join(redact_text(str(error)).split())
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "the certificate of the server is not trusted"
    if "All connection attempts failed" in text:
        return "connection refused"
    if name == "RemoteProtocolError" or any(isinstance(e, ConnectionResetError | BrokenPipeError) for e in chain):
        return "the server closed the connection"
    return text or name
