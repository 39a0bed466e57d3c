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


@pytest.fixture
def run_flext(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `flext` as a program of its own, with a home of its own."""

    def run(
        *words: str, stdin: str | None = None, home: Path | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEXT_")}
        return subprocess.run(
            [sys.executable, "-m", "flext_cli", *words],
            input=stdin,
            capture_output=True,
            text=True,
            env={**kept, "FLEXT_HOME": str(home or tmp_path / "home"), "FLEXT_AUTOSTART": "0", **environ},
            timeout=60,
            check=False,
        )

    return run
