"""`python -m tests.performance.meltano`: fast Meltano commands beside plain Meltano, in turn in one run.

Three ways of asking the same: the whole of `flext meltano ...`, the SDK in a process that is already there, and plain
`meltano ...` of the same environment. CPU of the helper process and its copies counts for ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flext_sdk.embedded.meltano.environment import NAME, MeltanoEnvironment
from flext_sdk.embedded.meltano.host import Host
from tests.performance.measure import Row, process_cpu, ratio

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "meltano")]

from meltano_shared import shared_environments  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
FLEXT = str(Path(sys.executable).with_name("flext"))
COMMANDS = (
    ("list", ["plugin", "list"], ["list"], ("plugins", {})),
    ("config, show", ["config", "list", "tap-csv"], ["config", "tap-csv"], ("config", {"component": "tap-csv"})),
    (
        "config, set",
        ["config", "set", "tap-csv", "path", "x.csv"],
        ["config", "tap-csv", "--set", "path=x.csv"],
        ("change", {"component": "tap-csv", "set": {"path": "x.csv"}, "unset": []}),
    ),
    ("state list", ["state", "list"], ["state", "list"], ("states", {})),
    ("schedules", ["schedule", "list", "--format", "json"], ["schedules"], ("schedules", {})),
)


def main() -> None:
    """Measures and prints."""
    environments = shared_environments()
    environment = MeltanoEnvironment(environments, dict(os.environ))
    found = environment.find()
    assert found is not None
    meltano = str(found.program("meltano"))
    host = Host(environment)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        home = Path(place) / "home"
        home.mkdir()
        (home / "environments").symlink_to(environments.folder)
        ours = {**environment.environ, "FLEXT_HOME": str(home), "FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0"}

        def flext(*words: str) -> None:
            subprocess.run([FLEXT, *words], check=True, env=ours, cwd=place, capture_output=True)

        try:
            flext("meltano", "init", str(folder))
            for kind, plugin in (("extractor", "tap-csv"), ("loader", "target-jsonl")):
                flext("meltano", "add", kind, plugin, "--project", str(folder))
            os.chdir(folder)
            rows: list[Row] = []
            for name, plain, words, (do, given) in COMMANDS:
                theirs = wall([meltano, *plain], environment.environ)
                whole = wall([FLEXT, "meltano", *words], ours)
                asked = timed(lambda do=do, given=given: host.ask(do, folder, **given))  # type: ignore[misc]
                rows.append(
                    ratio(f"meltano {name}", "flext meltano, wall (ours: 1)", theirs, whole, rounds=ROUNDS, goal=">= 5")
                )
                rows.append(ratio(f"meltano {name}", "the platform's answer (ours: 1)", theirs, asked, rounds=ROUNDS))
            for row in rows:
                sys.stdout.write(row.text() + "\n")
        finally:
            host.close()
            os.chdir(ROOT)
            flext("service", "stop")
    shutil.rmtree(place, ignore_errors=True)


def wall(arguments: list[str], environment: dict[str, str]) -> Callable[[], float]:
    """Seconds that a command takes."""
    run = process_cpu(arguments, environment)
    return timed(run)


def timed(do: Callable[[], object]) -> Callable[[], float]:
    """Seconds that a call takes."""

    def measure() -> float:
        begun = time.perf_counter()
        do()
        return time.perf_counter() - begun

    return measure


if __name__ == "__main__":
    assert NAME == "meltano"
    main()
