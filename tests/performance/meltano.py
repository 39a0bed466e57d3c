"""`python -m tests.performance.meltano`: fast Meltano commands beside plain Meltano, in turn in one run.

Plain `meltano ...` beside `flext meltano ...`, and beside the platform's answer alone, which is what the SDK waits for in a process
that is there already. CPU seconds, for wall time depends on who else works; that of the helper and its copies counts as ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
            host.ask("names", folder)
            rows: list[Row] = []
            for name, plain, words, (do, given) in COMMANDS:
                theirs = process_cpu([meltano, *plain], environment.environ)
                command = process_cpu([FLEXT, "meltano", *words], ours)

                def asked(do: str = do, given: dict[str, Any] = given) -> float:
                    before = cpu_of(host)
                    host.ask(do, folder, **given)
                    return cpu_of(host) - before

                def whole(command: Callable[[], float] = command, asked: Callable[[], float] = asked) -> float:
                    return command() + asked()

                what = f"plain meltano {name}, CPU"
                rows.append(ratio(what, "flext meltano and its answer", theirs, whole, rounds=ROUNDS, goal=">= 5"))
                rows.append(ratio(what, "the answer alone (SDK)", theirs, asked, rounds=ROUNDS, goal=">= 5"))
            for row in rows:
                sys.stdout.write(row.text() + "\n")
        finally:
            host.close()
            os.chdir(ROOT)
            flext("service", "stop")
    shutil.rmtree(place, ignore_errors=True)


def cpu_of(host: Host) -> float:
    """CPU seconds of the helper and of its copies that have ended."""
    worker = host._worker
    if worker is None:
        return 0.0
    fields = Path(f"/proc/{worker._process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    assert NAME == "meltano"
    main()
