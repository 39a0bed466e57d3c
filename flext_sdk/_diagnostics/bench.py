"""How long starting and calling take here, beside a bare interpreter and a bare request."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from flext_sdk._diagnostics.records import DebugMeasure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["compared", "measured", "request", "start_ups"]

BARE = "bare interpreter"
STARTS = (
    (BARE, ("-c", "pass")),
    ("import flext_sdk", ("-c", "import flext_sdk")),
    ("a client", ("-c", "from flext_sdk import Flext; Flext(transport='slim')")),
    ("flext --help", ("-m", "flext_cli", "--help")),
)


def start_ups(environ: Mapping[str, str], rounds: int) -> list[DebugMeasure]:
    """What a process costs before it does anything."""
    # Compiled modules are kept, as in any installation.
    env = {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def start(arguments: Sequence[str]) -> Callable[[], object]:
        command = [sys.executable, *arguments]
        return lambda: subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    return measured({name: start(arguments) for name, arguments in STARTS}, rounds)


def request(url: str) -> None:
    """One request for the health of a service, by hand."""
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health")
        connection.getresponse().read()
    finally:
        connection.close()


def measured(
    actions: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[DebugMeasure]:
    """Time actions in turn; the first is the yardstick of the others, and a first round is thrown away.

    Args:
        actions: What is done, by its name.
        rounds: How often.
        clock: Seconds that only grow.
    """
    costs: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            began = clock()
            action()
            if number:
                costs[name].append(clock() - began)
    return compared(costs)


def compared(costs: Mapping[str, Sequence[float]]) -> list[DebugMeasure]:
    """Medians, and the ratios to the first, round by round."""
    beside, *others = costs
    found = [DebugMeasure(beside, statistics.median(costs[beside]))]
    for name in others:
        ratios = [ours / max(theirs, 1e-9) for ours, theirs in zip(costs[name], costs[beside], strict=True)]
        found.append(DebugMeasure(name, statistics.median(costs[name]), beside, round(statistics.median(ratios), 2)))
    return found
