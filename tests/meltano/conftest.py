"""Meltano for tests: one environment for all runs of the suite, kept in .cache and made when its requirements change."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "engine")]

from meltano_bench import MeltanoBench  # noqa: E402
from meltano_shared import shared_environments  # noqa: E402

from flext_sdk.embedded.environments import Environments  # noqa: E402


@pytest.fixture(scope="session")
def environments() -> Environments:
    return shared_environments()


@pytest.fixture(scope="module")
def bench(tmp_path_factory, environments):
    """A platform with Meltano and with the connectors that come with it."""
    found = MeltanoBench(tmp_path_factory.mktemp("meltano") / "home", environments=environments)
    found.launch()
    yield found
    found.close()


@pytest.fixture(scope="module")
def made(bench, tmp_path_factory):
    """A project with a tap and a target, made by our commands; not to be changed."""
    return bench.project(tmp_path_factory.mktemp("projects") / "shop")


@pytest.fixture
def project(made, tmp_path):
    """A copy of that project."""
    return Path(shutil.copytree(made, tmp_path / "shop", symlinks=True))
