"""The comforts of the command line: in this process, in real shells, on a real terminal."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of FLEXT, and a home, that nobody else uses."""
    folder = tmp_path / "flx"
    folder.mkdir()
    monkeypatch.setenv("FLEXT_HOME", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR", "PAGER", "FLEXT_PAGER", "LESS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def names(home: Path) -> Callable[..., None]:
    """Names as ordinary calls leave them."""

    def put(kind: str, *found: str, key: str = "p_") -> None:
        folder = home / "cache" / "names" / key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / kind).write_text("".join(f"{name}\n" for name in sorted(found)))

    return put


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command line in this process."""
    from flext_cli.main import main

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        code = main(list(arguments))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def flext(platform, tmp_path: Path) -> Callable[..., Result]:
    """Run the real command against the real platform, with a cache of its own."""

    def call(*arguments: str, code: int | None = 0, environ: Mapping[str, str] | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "flext_cli", *arguments],
            env={**platform.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with `flext` in it, for shells that call it by name."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "flext"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m flext_cli "$@"\n')
    script.chmod(0o755)
    return folder


def path_with(folder: Path) -> str:
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
