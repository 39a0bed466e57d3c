"""A home folder of the test's own, and the command line."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from flext_cli.main import main
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


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def flext(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Run a command line in this process, with standard streams that are no terminal."""

    def run(*arguments: str, text: str = "", **environ: str) -> Done:
        streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            code = main(list(arguments))
        for stream in streams.values():
            stream.flush()
        return Done(code, *[stream.buffer.getvalue().decode() for stream in streams.values()])

    return run
