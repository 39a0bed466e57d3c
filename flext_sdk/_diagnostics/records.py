"""What the methods of `client.debug` give back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flext_sdk._core.types import Json

__all__ = ["DebugBundle", "DebugCheck", "DebugConnection", "DebugFact", "DebugMeasure", "DebugPath", "DebugSpan"]


class _Record:
    def to_dict(self) -> dict[str, Json]:
        """The record as plain data."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, slots=True)
class DebugFact(_Record):
    """One thing about this installation.

    Attributes:
        name: What it is.
        value: How it is; secrets are masked.
        origin: Where the value comes from, where that is known.
    """

    name: str
    value: str | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class DebugPath(_Record):
    """A file or folder of FLEXT.

    Attributes:
        name: What it is for.
        path: Where it is.
        exists: Whether it is there.
        mode: Its permissions as `ls -l` shows them; None where it is not there.
        size: Bytes; of a folder those of all files in it, links not followed.
    """

    name: str
    path: str
    exists: bool
    mode: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DebugCheck(_Record):
    """The result of one check.

    Attributes:
        name: What was looked at.
        status: ``ok``, ``warning`` (works, but not as it should) or ``failed``.
        detail: What was found.
        mend: What to do about it; empty where nothing is to be done.
    """

    name: str
    status: Literal["ok", "warning", "failed"]
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class DebugConnection(_Record):
    """One attempt to reach a service, step by step; what was not come to is None.

    Attributes:
        service: Who was asked.
        url: Its address.
        status: ``ok``, ``failed``, or ``stopped`` for a service of this machine that does not run.
        dns: Seconds until the name had an address.
        connect: Seconds until the connection stood.
        tls: Seconds of the TLS handshake.
        first_byte: Seconds from the request to the first byte of the answer.
        http: HTTP status of the answer.
        breakers: States of the circuit breakers of this client for the service, ``closed`` where no call was made.
        message: What went wrong, or what else is to be known.
    """

    service: str
    url: str | None
    status: Literal["ok", "failed", "stopped"]
    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    http: int | None = None
    breakers: str = "closed"
    message: str = ""


@dataclass(frozen=True, slots=True)
class DebugMeasure(_Record):
    """How long something takes on this machine.

    Attributes:
        what: What was done.
        seconds: Median of the rounds.
        beside: What it is compared with; empty for the yardsticks themselves.
        ratio: Median of the ratios, round by round; None for a yardstick.
    """

    what: str
    seconds: float
    beside: str = ""
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class DebugSpan(_Record):
    """A part of a traced command.

    Attributes:
        name: What was done, indented by its depth.
        start: Seconds from the start of the command.
        seconds: How long it took; None where its end was not seen.
        detail: Status, error, or exit code.
        depth: 0 for the command itself.
    """

    name: str
    start: float
    seconds: float | None
    detail: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class DebugBundle(_Record):
    """An archive for a bug report.

    Attributes:
        path: Where it is.
        size: Its bytes.
        files: What is in it.
        masked: How many times a secret was masked.
    """

    path: str
    size: int
    files: list[str]
    masked: int
