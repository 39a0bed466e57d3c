"""A few cuts for each kind of client; `python -m tests.faults.cuts 100` does many."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cuts import KINDS, cut


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_comes_once_over_a_connection_that_is_cut_again_and_again(kind: str, tmp_path: Path) -> None:
    lines, cuts, _ = cut(tmp_path, kind, 10, seed=3, rate=4_000)
    assert lines > 100
    assert cuts >= 10
