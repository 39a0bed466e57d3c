from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_bench import Bench


@pytest.fixture
def bench(tmp_path):
    found = Bench(tmp_path / "home")
    found.launch()
    yield found
    found.close()
