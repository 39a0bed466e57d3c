"""What the two services hold in memory while nobody asks anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.performance.measure import Row, absolute, clean_environment

FLEXT = Path(sys.executable).with_name("flext")
CALLS = 1000


def memory() -> Iterator[Row]:
    """After the start, and after a thousand calls to each."""
    if not Path("/proc/self/smaps_rollup").exists():
        yield Row("idle memory of the two services", "", note="this system does not tell it")
        return
    with tempfile.TemporaryDirectory() as home:
        env = {**clean_environment(), "FLEXT_HOME": home}
        # The first start of an installation compiles its modules, which leaves the memory that took behind.
        for action in ("start", "stop", "start"):
            _flext(env, "service", action, "--quiet")
        try:
            pids = {told["name"]: told["pid"] for told in json.loads(_flext(env, "service", "status", "-o", "json"))}
            time.sleep(3)
            yield from _rows(pids, "after the start")
            _ask(home)
            time.sleep(3)
            yield from _rows(pids, f"after {CALLS:,} calls")
        finally:
            _flext(env, "service", "stop", "--quiet")


def _rows(pids: dict[str, int], when: str) -> Iterator[Row]:
    total = 0.0
    for name, pid in pids.items():
        pss, rss = of_process(pid)
        total += pss
        yield absolute(f"idle memory, {name}, {when}", f"PSS (RSS {rss:.0f} MiB)", [pss], " MiB")
    yield absolute(f"idle memory, both, {when}", "PSS", [total], " MiB")


def of_process(pid: int) -> tuple[float, float]:
    """PSS and RSS of a process and its children, in MiB."""
    pss = rss = 0.0
    for one in (pid, *_children(pid)):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]:
            name, value, *_ = line.split()
            pss += int(value) / 1024 if name == "Pss:" else 0
            rss += int(value) / 1024 if name == "Rss:" else 0
    return pss, rss


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="utf-8").split():
            found += [int(child), *_children(int(child))]
    return found


def _ask(home: str) -> None:
    from flext_sdk import Flext

    before = os.environ.get("FLEXT_HOME")
    os.environ["FLEXT_HOME"] = home
    try:
        with Flext() as client:
            for _ in range(CALLS):
                _ = client.pipelines.list().items
                client.cluster.status()
    finally:
        if before is None:
            del os.environ["FLEXT_HOME"]
        else:
            os.environ["FLEXT_HOME"] = before


def _flext(env: dict[str, str], *arguments: str) -> str:
    return subprocess.run([FLEXT, *arguments], env=env, check=True, capture_output=True, text=True).stdout
