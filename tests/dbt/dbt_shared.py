"""The environment that all tests with dbt share."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from flext_sdk.embedded.dbt.environment import REQUIREMENTS, DbtEnvironments
from flext_sdk.embedded.environments import Environments

ROOT = Path(__file__).resolve().parents[2]


def shared_environments() -> Environments:
    key = hashlib.sha256(repr((REQUIREMENTS, sys.version)).encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / "flext-tests" / f"dbt-{key}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    found = Environments(folder, environ=environ)
    DbtEnvironments(found).ready("duckdb", heard=lambda _line: None)
    return found
