"""`python -m tests.performance.meltano`: runs and fast Meltano commands beside plain Meltano, in turn in one run.

Plain `meltano ...` beside `flext meltano ...`, and beside the platform's answer alone, which is what the SDK waits for in a process
that is there already. CPU seconds, for wall time depends on who else works; that of the helper and its copies counts as ours.

Runs move the same rows by the same two connectors: `meltano run` beside `flext pipeline start --wait`, by wall time and by CPU seconds, those
of the service and of all it has started included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
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
LINES = int(os.environ.get("LINES", "100000"))
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
            rows += runs(folder, meltano, environment.environ, ours)
            for row in rows:
                sys.stdout.write(row.text() + "\n")
        finally:
            host.close()
            os.chdir(ROOT)
            flext("service", "stop")
    shutil.rmtree(place, ignore_errors=True)


def runs(folder: Path, meltano: str, plain: dict[str, str], ours: dict[str, str]) -> list[Row]:
    """Whole runs of the same rows, all of them each time."""
    source, out = folder / "rows.csv", folder / "out"
    source.write_text("id,name,amount\n" + "".join(f"{n},name {n},{n % 977}\n" for n in range(LINES)), encoding="utf-8")
    settings = {"tap-csv": {"path": str(source), "keys": '["id"]'}, "target-jsonl": {"path": str(out)}}
    for plugin, values in settings.items():
        for key, value in values.items():
            subprocess.run([meltano, "config", "set", plugin, key, value], check=True, env=plain, capture_output=True)
    extract = {"plugin": "tap-csv", "config": {"path": str(source), "keys": ["id"]}}
    step = {"name": "load", "extract": extract, "load": {"plugin": "target-jsonl", "config": {"path": str(out)}}}
    definition = json.dumps({"name": "beside", "steps": [step]})
    subprocess.run(
        [FLEXT, "pipeline", "create", "-"], input=definition.encode(), check=True, env=ours, capture_output=True
    )
    look = [FLEXT, "service", "list", "-o", "json", "--query", "[?name=='flext'].pid | [0]"]
    service = int(subprocess.run(look, check=True, env=ours, capture_output=True).stdout)
    theirs = process_cpu([meltano, "run", "--full-refresh", "tap-csv", "target-jsonl"], plain)
    command = process_cpu([FLEXT, "pipeline", "start", "beside", "--full-refresh", "--wait", "-q"], ours)

    def counted(run: Callable[[], float]) -> Callable[[], float]:
        def whole() -> float:
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()  # the target of Meltano's project wants it to be there
            cost = run()
            assert sum(1 for file in out.rglob("*.jsonl") for _ in file.open("rb")) == LINES
            return cost

        return whole

    def ours_by_cpu() -> float:
        before = cpu_seconds(service)
        return command() + cpu_seconds(service) - before

    def by_wall(run: Callable[[], float]) -> Callable[[], float]:
        def wall() -> float:
            begun = time.perf_counter()
            run()
            return time.perf_counter() - begun

        return wall

    what = f"plain meltano run, {LINES:,} rows"
    beside = "flext pipeline start --wait"
    return [
        ratio(f"{what}, CPU", beside, counted(theirs), counted(ours_by_cpu), rounds=ROUNDS, goal="> 1"),
        ratio(f"{what}, wall", beside, counted(by_wall(theirs)), counted(by_wall(command)), rounds=ROUNDS, goal="> 1"),
    ]


def cpu_of(host: Host) -> float:
    """CPU seconds of the helper and of its copies that have ended."""
    worker = host._worker
    return 0.0 if worker is None else cpu_seconds(worker._process.pid)


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process, and of what it started and has seen end."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    assert NAME == "meltano"
    main()
