"""The environment that all tests with Meltano share."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from flext_sdk.embedded.environments import Environments
from flext_sdk.embedded.meltano.environment import REQUIREMENTS, MeltanoEnvironment

ROOT = Path(__file__).resolve().parents[2]


def shared_environments() -> Environments:
    key = hashlib.sha256(repr((REQUIREMENTS, sys.version)).encode()).hexdigest()[:12]
    folder = ROOT / ".cache" / "flext-tests" / f"meltano-{key}"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    found = Environments(folder, environ=environ)
    MeltanoEnvironment(found, environ).ready(heard=lambda _line: None)
    return found
