"""dbt's commands: which there are, which options each takes, and the arguments that they make."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk.embedded.dbt.projects import Project


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        words: As dbt has it.
        selects: Whether it takes ``--select`` and ``--exclude``.
        refreshes: Whether it takes ``--full-refresh``.
    """

    words: tuple[str, ...]
    selects: bool = True
    refreshes: bool = False
    threads: bool = True


COMMANDS: Final[Mapping[str, Command]] = {
    "run": Command(("run",), refreshes=True),
    "test": Command(("test",)),
    "build": Command(("build",), refreshes=True),
    "compile": Command(("compile",)),
    "seed": Command(("seed",), refreshes=True),
    "snapshot": Command(("snapshot",)),
    "docs": Command(("docs", "generate", "--static")),
    "parse": Command(("parse",), selects=False),
    "deps": Command(("deps",), selects=False, threads=False),
}
_GLOBAL: Final = (
    "--log-format", "json", "--log-level", "info", "--no-use-colors", "--no-send-anonymous-usage-stats",
)  # fmt: skip


def arguments(step: Mapping[str, Any], project: Project, *, full_refresh: bool) -> list[str]:
    """Arguments for dbt.

    Args:
        step: What stands under ``dbt`` in the step, references filled in.
        project: The project.
        full_refresh: Whether the whole run is one.
    """
    command = COMMANDS[step["command"]]
    found = [*_GLOBAL, *command.words, "--project-dir", str(project.folder)]
    found += ["--profiles-dir", str(project.profiles_dir), "--target", project.target]
    if step.get("profile"):
        found += ["--profile", str(step["profile"])]
    if command.words != ("deps",):
        found += ["--target-path", str(project.target_path)]
    if command.selects:
        for option in ("select", "exclude"):
            if step.get(option):
                found += [f"--{option}", *map(str, step[option])]
    if command.threads and step.get("threads"):
        found += ["--threads", str(step["threads"])]
    if command.refreshes and (full_refresh or step.get("full_refresh")):
        found.append("--full-refresh")
    if step.get("vars"):
        found += ["--vars", json.dumps(step["vars"])]
    return found
