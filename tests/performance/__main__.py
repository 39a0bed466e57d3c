"""`make bench`: every figure is a ratio of two things measured in turn in this one run."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.performance import follow, runs, server
from tests.performance.measure import Row, process_cpu, ratio

PYTHON = sys.executable
FLEXT = str(Path(PYTHON).with_name("flext"))


def start_up() -> list[Row]:
    """What a process costs before it does anything."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    bare = process_cpu([PYTHON, "-c", "pass"], environment)
    rows = []
    for what, command in (
        ("flext --help", [FLEXT, "--help"]),
        ("flext pipeline --help", [FLEXT, "pipeline", "--help"]),
        ("flext pipeline start --help", [FLEXT, "pipeline", "start", "--help"]),
        ("flext --version", [FLEXT, "--version"]),
    ):
        rows.append(
            ratio(what, "bare interpreter, CPU", process_cpu(command, environment), bare, rounds=41, goal="<= 1.25")
        )
    imported = process_cpu([PYTHON, "-c", "import flext_sdk"], environment)
    rows.append(ratio("import flext_sdk", "bare interpreter, CPU", imported, bare, rounds=41, goal="<= 1.15"))
    return rows


def calls() -> list[Row]:
    """What a call costs in this thread."""
    import httpx

    from flext_sdk import Flext

    url = server.serve()
    raw = httpx.Client(base_url=url)
    client = Flext(url, token="t")
    rows = [
        ratio(
            "one small typed call",
            "raw httpx, undecoded, CPU",
            _thread_cpu(lambda: client.pipelines.show("orders"), 200),
            _thread_cpu(lambda: raw.get("/api/v1/pipelines/orders").content, 200),
            rounds=11,
        ),
        ratio(
            "a list of 100 typed items",
            "raw httpx, undecoded, CPU",
            _thread_cpu(lambda: client.pipelines.list(limit=100).items, 100),
            _thread_cpu(lambda: raw.get("/api/v1/pipelines?limit=100").content, 100),
            rounds=11,
        ),
    ]
    client.close()
    raw.close()
    return rows


def _thread_cpu(function: Callable[[], object], times: int) -> Callable[[], float]:
    def run() -> float:
        before = time.thread_time()
        for _ in range(times):
            function()
        return time.thread_time() - before

    return run


def main() -> None:
    """Measure and print."""
    parts = {"start-up": start_up, "calls": calls, "runs": runs.measure, "follow": follow.measure}
    chosen = sys.argv[1:] or list(parts)
    print(f"{'what':<46} {'beside':<34} {'ratio':>8}   quartiles   goal")
    for name in chosen:
        for row in parts[name]():
            print(row.text(), flush=True)


if __name__ == "__main__":
    main()
