"""The command line on a small program of its own (`fake_program.py`), in this process and in real ones."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAM = HERE / "fake_program.py"
# What the machine's owner has set must not decide what a test sees.
STRANGE = (
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "COLUMNS",
    "FLEXT_OUTPUT",
    "FLEXT_URL",
    "FLEXT_TOKEN",
    "PYTHONIOENCODING",
)


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


fake_program = _load("fake_program")
differential = _load("differential")

# A slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in STRANGE:
        monkeypatch.delenv(name, raising=False)
    # Names and aliases of the person who runs the tests are none of theirs.
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The fake program in place of the real table and client."""
    import flext_sdk
    from flext_cli.params import table

    for name, value in fake_program.table().items():
        monkeypatch.setattr(table, name, value)
    monkeypatch.setitem(flext_sdk.__dict__, "Flext", fake_program.FakeFlext)
    fake_program.CALLS.clear()
    return fake_program


@pytest.fixture
def run(fake: ModuleType, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command line in this process."""
    from flext_cli.main import main

    def call(*arguments: str) -> Result:
        capsys.readouterr()
        code = main(list(arguments))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


def environment(**more: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in STRANGE}
    return env | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | more


@pytest.fixture
def program() -> Callable[..., Result]:
    """Run a command line in a process of its own."""

    def call(*arguments: str, stdin: str = "", **env: str) -> Result:
        done = subprocess.run(
            [sys.executable, str(PROGRAM), *arguments],
            input=stdin,
            env=environment(**env),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return call
