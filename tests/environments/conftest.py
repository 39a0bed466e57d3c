"""Environments that know no index but a folder of wheels."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from wheels import make_wheel

from flext_sdk.embedded.environments import Environments


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder that serves as the only index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    make_wheel(folder)
    return folder


@pytest.fixture
def environ(wheels: Path) -> dict[str, str]:
    return {**os.environ, "UV_FIND_LINKS": str(wheels), "UV_NO_INDEX": "1", "UV_OFFLINE": "1"}


@pytest.fixture
def environments(tmp_path: Path, environ: dict[str, str]) -> Environments:
    return Environments(tmp_path / "environments", environ=environ)
