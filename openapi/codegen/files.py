"""Writing generated files: formatted, only when changed, and without orphans."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADER = '# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.\n'


def write(path: Path, text: str) -> None:
    """Write a file when its content differs, so that a second run changes nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def format_python(root: Path, paths: list[Path]) -> None:
    """Sort imports and format with the project's own settings."""
    if not paths:
        return
    ruff = _program("ruff")
    names = [str(p) for p in paths]
    subprocess.run(
        [ruff, "check", "--quiet", "--fix-only", "--select", "I,F401,UP037,RUF022", *names], cwd=root, check=True
    )
    subprocess.run([ruff, "format", "--quiet", *names], cwd=root, check=True)


def remove_orphans(folder: Path, keep: set[Path], pattern: str = "**/*.py") -> None:
    """Delete generated files that no contract stands behind any more."""
    for path in sorted(folder.glob(pattern)):
        if path not in keep and path.is_file():
            path.unlink()
    for sub in sorted((p for p in folder.glob("**/") if p != folder), reverse=True):
        if sub.name == "__pycache__":
            shutil.rmtree(sub, ignore_errors=True)
        elif sub.is_dir() and not any(sub.iterdir()):
            sub.rmdir()


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name + (".exe" if os.name == "nt" else ""))
    return str(beside) if beside.exists() else name
