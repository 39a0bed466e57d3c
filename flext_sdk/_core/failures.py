"""What kinds of failure a connection has, told by the names of the errors, so that no HTTP library is needed here."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from flext_sdk._core.settings import is_loopback, readable_size

if TYPE_CHECKING:
    from flext_sdk._core.retry import FailureKind

__all__ = ["NO_DECOMPRESSION", "NO_HTTP", "TransportFailure", "classify", "no_answer_hint", "token_hint", "too_large"]

_KINDS: dict[str, FailureKind] = {
    "ConnectTimeout": "connect",
    "ConnectError": "connect",
    "ProxyError": "connect",
    "DecodingError": "garbled",
    "UnsupportedProtocol": "connect",
    "PoolTimeout": "pool",
    "ReadTimeout": "timeout",
    "WriteTimeout": "timeout",
    # The names of the extra `fast`.
    "ConnectTimeoutError": "connect",
    "PoolTimeoutError": "pool",
    "ReadTimeoutError": "timeout",
    "WriteTimeoutError": "timeout",
    "RequestTimeoutError": "timeout",
}


NO_HTTP = "it is no HTTP"
NO_DECOMPRESSION = "the body cannot be decompressed"
# What h11 and httpcore say of a connection that was closed; all else is an answer that breaks the rules of HTTP.
_CLOSED = ("disconnected", "closed connection", "unexpectedly closed")


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


def too_large(limit: int) -> TransportFailure:
    """The failure of an answer that has more bytes than the limit."""
    return TransportFailure("large", f"it is larger than {readable_size(limit)}")


def classify(error: BaseException) -> TransportFailure:
    """The failure behind an error of the HTTP library or the operating system."""
    name = type(error).__name__
    kind: FailureKind = _KINDS.get(name, "broken")
    if name == "RemoteProtocolError" and not any(word in str(error) for word in _CLOSED):
        kind = "garbled"
    return TransportFailure(
        kind, NO_HTTP if name == "RemoteProtocolError" and kind == "garbled" else _reason(error, name)
    )


def no_answer_hint(kind: FailureKind, service: str, url: str | None, origin: str | None) -> str:
    """What to do about a service that cannot be reached.

    Args:
        kind: As in `flext_sdk._core.retry.Failure`.
        service: Name of the service.
        url: Its address, or None where it is not known.
        origin: Where the address was given, ``"FLEXT_URL"``; None for a service of this machine that was looked up.
    """
    if kind == "garbled":
        told = f"{url or 'the address'}, which comes from {origin}," if origin is not None else "that address"
        return f"Does {told} belong to the service, and not to another program?"
    if kind == "pool":
        return "Close answers that are not needed any more, or make fewer calls at once."
    if origin is not None:
        if kind == "broken":
            return f"Try again in a moment; the address comes from {origin}."
        return f"The address comes from {origin}: correct it, or leave it out to use the platform of this machine."
    if url is not None and not is_loopback(url):
        return "Check the address and the network."
    return f"See its log: flext service logs {service}" if kind == "broken" else "Start it: flext service start"


def token_hint(url: str | None, origin: str | None, token_origin: str | None) -> str:
    """What to do about a token that a service does not accept.

    Args:
        url: Address of the service, or None where it is not known.
        origin: Where the address was given; None for a service of this machine that was looked up.
        token_origin: Where the token was given; None where none was.
    """
    if origin is None and token_origin is None:
        return (
            "Its token is in the file state/token of FLEXT_HOME, which may have changed since the service started: "
            "flext service restart"
        )
    told = (
        f"The token comes from {token_origin}; correct it there."
        if token_origin is not None
        else f"You are not logged in at {url or 'this platform'}: log in (flext auth login), or give a token: "
        "set FLEXT_TOKEN, or --token-file FILE; in Python token=..."
    )
    if url is not None and is_loopback(url):
        told += " A platform of this machine keeps its own in the file state/token of FLEXT_HOME."
    return told


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
    short = name.removesuffix("Error")
    if short == "ConnectTimeout":
        return "no connection in time"
    if short == "PoolTimeout":
        return "all connections are busy"
    if short in {"ReadTimeout", "WriteTimeout", "RequestTimeout"}:
        return "no answer in time"
    from flext_sdk._core.redact import redact_text

    if name == "DecodingError":
        return NO_DECOMPRESSION
    text = " ".join(redact_text(str(error)).split())
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "the certificate of the server is not trusted"
    if "All connection attempts failed" in text:
        return "connection refused"
    if name == "RemoteProtocolError" or any(isinstance(e, ConnectionResetError | BrokenPipeError) for e in chain):
        return "the server closed the connection"
    return text or name
