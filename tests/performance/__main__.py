"""`make bench`: every figure is a ratio of two things measured in turn in this one run.

``python -m tests.performance [PART ...] [--markdown]``; without a part all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.performance import calls, commands, completion, connectors, follow, runs, services
from tests.performance.measure import Row, clean_environment, process_cpu, ratio

PYTHON = sys.executable
FLEXT = str(Path(PYTHON).with_name("flext"))


def start_up() -> Iterator[Row]:
    """What a process costs before it does anything."""
    environment = clean_environment()
    bare = process_cpu([PYTHON, "-c", "pass"], environment)
    for what, command in (
        ("flext --help", [FLEXT, "--help"]),
        ("flext pipeline --help", [FLEXT, "pipeline", "--help"]),
        ("flext pipeline start --help", [FLEXT, "pipeline", "start", "--help"]),
        ("flext --version", [FLEXT, "--version"]),
    ):
        run = process_cpu(command, environment)
        yield ratio(what, "bare interpreter, CPU", run, bare, rounds=41, goal="<= 1.25")
    imported = process_cpu([PYTHON, "-c", "import flext_sdk"], environment)
    yield ratio("import flext_sdk", "bare interpreter, CPU", imported, bare, rounds=41, goal="<= 1.15")


PARTS: dict[str, Callable[[], Iterable[Row]]] = {
    "start-up": start_up,
    "commands": commands.measure,
    "completion": completion.measure,
    "cold": calls.cold,
    "calls": calls.calls,
    "others": calls.others,
    "resilience": calls.resilience,
    "flight": calls.flight,
    "construction": calls.construction,
    "runs": runs.measure,
    "follow": follow.measure,
    "connectors": connectors.measure,
    "memory": services.memory,
}


def main() -> None:
    """Measure and print."""
    words = sys.argv[1:]
    markdown = "--markdown" in words
    chosen = [word for word in words if not word.startswith("-")] or list(PARTS)
    if unknown := [word for word in chosen if word not in PARTS]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if markdown:
        print("| what | beside | figure | quartiles | goal |\n|---|---|---|---|---|")
    else:
        print(f"{'what':<54} {'beside':<34} {'figure':>9}   quartiles     goal")
    for name in chosen:
        for row in PARTS[name]():
            print(row.markdown() if markdown else row.text(), flush=True)


if __name__ == "__main__":
    main()
