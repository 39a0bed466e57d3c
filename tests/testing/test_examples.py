"""The examples of the guide are tests themselves: they are run as a reader would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "testing"


def test_the_examples_pass(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("FLEXT_", "PYTEST_"))}
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "-o", "asyncio_mode=auto",
            "--rootdir", str(tmp_path), "--basetemp", str(tmp_path / "base"), str(EXAMPLES),
        ],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b16 passed\b", done.stdout), done.stdout


def test_the_guide_names_all_there_is() -> None:
    import flext_sdk.testing
    from flext_sdk.testing import plugin

    guide = (ROOT / "docs" / "guides" / "testing.md").read_text(encoding="utf-8")
    assert [name for name in (*flext_sdk.testing.__all__, *plugin.__all__) if name not in guide] == []
