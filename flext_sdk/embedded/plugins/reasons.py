"""Why a program failed, from what it wrote to standard error."""

from __future__ import annotations

import re
from typing import Final

_RAISED: Final = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Refused|Failure)\b: \S")


def reason(errors: str) -> str:
    """The line that says why: the last error, or what a traceback ends with, or else the last line.

    Args:
        errors: What a program wrote to standard error.
    """
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("ERROR ", "CRITICAL "))]
    if marked:
        return marked[-1].partition(" ")[2]
    # It says more than the frames in front of it, and log lines may follow it.
    raised = [line for line in lines if _RAISED.match(line)]
    if raised:
        return raised[-1]
    return lines[-1] if lines else "it ended without a word"
