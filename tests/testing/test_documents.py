"""The Python of the documents stands there as a reader can copy it: every name in it comes from somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# These call a program of the reader's.
THEIRS = {"needing_attention", "nightly_report"}


def test_an_example_can_be_copied(tmp_path: Path) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "guides").glob("*.md")]
    for page in pages:
        found = re.findall(r"^( *)```python\n(.*?)^\1```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        for number, (_, code) in enumerate(found, 1):
            (tmp_path / f"{page.stem}_{number}.py").write_text(textwrap.dedent(code), encoding="utf-8")
    assert len([*tmp_path.iterdir()]) > 25
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--isolated", "--no-cache", "--quiet", "--select", "F821,E9", "--output-format", "concise", tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = [line for line in done.stdout.splitlines() if not any(f"`{name}`" in line for name in THEIRS)]
    assert told == [], "\n".join(told)
