"""What every operation must have: a method, a command and a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from openapi.codegen.contract import Contract


def missing(contract: Contract, commands: dict[str, dict[str, Any]], tests: Path) -> list[str]:
    """One line for each thing that an operation lacks.

    A test counts when it names the operation's id; tests/operations keeps one for each against the running services.
    """
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(tests.rglob("*.py")))
    problems = []
    for operation in contract.operations:
        words = operation.flext["command"]
        if words not in commands:
            problems.append(f"{operation.id}: no method carries its command {words!r}")
        if not re.search(rf"[\"']{re.escape(operation.id)}[\"']", text):
            problems.append(f"{operation.id}: no test names it")
    return problems
