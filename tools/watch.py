"""Runs a command again whenever a Python or YAML file of the project changes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

FOLDERS = ("flext_sdk", "flext_cli", "openapi", "tests")


def snapshot() -> dict[Path, int]:
    """Modification times of all files that matter."""
    return {
        p: p.stat().st_mtime_ns for folder in FOLDERS for p in Path(folder).rglob("*") if p.suffix in {".py", ".yaml"}
    }


def main() -> None:
    """Run, wait for a change, run again."""
    before: dict[Path, int] = {}
    while True:
        now = snapshot()
        if now != before:
            before = now
            subprocess.run(sys.argv[1:], check=False)
            print("waiting for a change; Ctrl-C ends", flush=True)
        time.sleep(0.5)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
