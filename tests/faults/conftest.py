"""The two colours and all ways of the transport, and servers that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.servers import RawServer, Step
from tests.transport.conftest import every, time

__all__ = ["every", "raw", "time"]


@pytest.fixture
def raw() -> Iterator[Callable[..., RawServer]]:
    """Makes servers that answer with any bytes."""
    made: list[RawServer] = []

    def make(*steps: Step) -> RawServer:
        made.append(RawServer(*steps))
        return made[-1]

    yield make
    for one in made:
        one.close()


Flext = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_flext(tmp_path: Path) -> Flext:
    """Runs `flext` as a program of its own, with a home of its own."""

    def run(
        *words: str,
        stdin: str | bytes | None = None,
        home: Path | None = None,
        before: Callable[[], None] | None = None,
        **environ: str,
    ) -> subprocess.CompletedProcess[str]:
        # What measures coverage writes a file at the end, and would complain of a disk that is full for it too.
        dropped = ("FLEXT_",) if before is None else ("FLEXT_", "COVERAGE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        done = subprocess.run(
            [sys.executable, "-m", "flext_cli", *words],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env={**kept, "FLEXT_HOME": str(home or tmp_path / "home"), "FLEXT_AUTOSTART": "0", **environ},
            preexec_fn=before,
            timeout=120,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
