"""A home folder of the test's own, and the command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from flext_sdk.profiles import ProfileStore

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setenv("FLEXT_HOME", str(folder))
    monkeypatch.chdir(work)
    return folder


@pytest.fixture
def store(home: Path) -> ProfileStore:
    return ProfileStore(home)


@pytest.fixture
def flext(home: Path):
    """Run the command line as a real process."""

    def run(*arguments: str, text: str = "", fds: tuple[int, ...] = (), **environ: str):
        return subprocess.run(
            [sys.executable, "-m", "flext_cli", *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=fds,
            env={**os.environ, **environ},
        )

    return run
