"""What can go wrong with an environment, and what uv's words about it mean."""

from __future__ import annotations

import re
from typing import Final

from flext_sdk._core.redact import redact_text

_LONGEST: Final = 400
# uv draws a tree beside its reasons, with a multiplication sign for a cross.
_DRAWING = re.compile(r"^[\s\u00d7\u2500-\u257f\u25b6]+")
_NOISE = re.compile(
    r"^(Using|Resolved|Prepared|Installed|Uninstalled|Audited|Bytecode compiled|warning:|Creating|Activate) "
)
_HINTS: Final = (
    (
        ("dns error", "Could not connect", "error sending request", "Failed to fetch", "tcp connect error"),
        "The package index cannot be reached: check the network, the proxy, and UV_INDEX_URL if you set it.",
    ),
    (("No space left",), "Make room on the disk, then try again; nothing was changed."),
    (("Permission denied", "Read-only file system"), "Check who owns FLEXT_HOME and that it can be written."),
    (("was not found in the package registry",), "Check the name of the package."),
    (("Because the current Python version", "equires-python"), "The package does not support this Python."),
    (("No solution found",), "The requirements contradict each other, or no release fits; change the versions."),
    (("Failed to build", "build backend"), "It has no wheel and cannot be built here; choose a release with a wheel."),
    (("hash mismatch", "Hash mismatch"), "The file is not the one that was locked; lock again if that is expected."),
)


class EnvironmentFailedError(Exception):
    """An environment cannot be made or used; what was there before is unchanged. The message is one line.

    Attributes:
        hint: What to do about it.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BusyError(EnvironmentFailedError):
    """Somebody else is changing the same environment."""


class StoppedError(EnvironmentFailedError):
    """The work was asked to stop."""


def of_output(what: str, said: str) -> EnvironmentFailedError:
    """The failure that uv told of.

    Args:
        what: What was being done: ``cannot install tap-csv``.
        said: What uv wrote to standard error.

    Example:
        ``of_output("cannot install tap-x", "  No solution found ...")``
    """
    lines = [_DRAWING.sub("", line).strip() for line in said.splitlines() if not _NOISE.match(line)]
    reason = redact_text(" ".join(filter(None, lines)).removeprefix("error: "))
    if len(reason) > _LONGEST:
        reason = reason[: _LONGEST - 1].rstrip() + "…"
    hint = next((hint for words, hint in _HINTS if any(word in said for word in words)), None)
    return EnvironmentFailedError(f"{what}: {reason or 'uv failed and did not say why'}", hint)
