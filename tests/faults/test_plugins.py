"""Taps and targets that misbehave: what they leave behind, what they print, how they stop; and full disks below the real targets."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.connectors.registry import command
from flext_sdk.embedded.engine import process, singer
from flext_sdk.embedded.engine.plugins import Plugin
from tests.engine.engine_bench import Bench, FakePlugins, eventually, gone

RECORD = """print('{"type": "RECORD", "stream": "a", "record": {"id": 1}}', flush=True)\n"""
STATE = """print('{"type": "STATE", "value": {"bookmarks": {"a": 1}}}', flush=True)\n"""
REPEAT = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "STATE":
        print(json.dumps(message["value"]), flush=True)
"""
SAVED = {"load": {"bookmarks": {"a": 1}}}
Run = Callable[..., dict[str, Any]]


class Lab:
    """Runs a tap and a target that are given as code."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.benches: list[Bench] = []

    def begin(self, tap: str, target: str = REPEAT, **step: Any) -> tuple[Bench, str]:
        plugins = FakePlugins()
        for kind, code in (("tap", tap), ("target", target)):
            plugins._plugins[f"{kind}-odd"] = Plugin(f"{kind}-odd", kind, {}, [sys.executable, "-S", "-c", code])
        bench = Bench(self.home, plugins=plugins)
        self.benches.append(bench)
        bench.launch()
        extract = {"plugin": "tap-odd", **step.pop("extract", {})}
        bench.define(steps=[{"name": "load", "extract": extract, "load": {"plugin": "target-odd"}, **step}])
        return bench, bench.begin()

    def run(self, tap: str, target: str = REPEAT, **step: Any) -> tuple[Bench, dict[str, Any]]:
        bench, run_id = self.begin(tap, target, **step)
        return bench, bench.wait(run_id)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path / "home")
    yield made
    for bench in made.benches:
        bench.close()


def forked(tmp_path: Path, then: str) -> str:
    """Code that leaves a child behind, which holds its descriptors."""
    return f"import os, time\nif os.fork() == 0:\n    open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n    {then}\n    os._exit(0)\n"


def test_what_a_tap_leaves_behind_does_not_hold_the_target(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "HELD", 0.3)
    bench, run = lab.run(RECORD + STATE + forked(tmp_path, "time.sleep(60)"))
    assert (run["status"], bench.saved()) == ("completed", SAVED)
    left = int((tmp_path / "pid").read_text())
    assert gone(left)
    told = f"left process {left} behind, which held its output open and wrote nothing; it was ended"
    assert told in bench.messages(run["execution_id"])


def test_what_a_tap_leaves_behind_may_write_on(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "HELD", 0.6)
    slowly = f"[(time.sleep(0.3), os.write(1, b{json.dumps(dict(type='RECORD', stream='a', record={}))!r} + b'\\n')) for _ in range(4)]"
    say = f"os.write(1, {json.dumps(dict(type='STATE', value={'bookmarks': {'a': 1}})).encode() + b'\n'!r})"
    bench, run = lab.run(forked(tmp_path, f"{slowly}; {say}"))
    assert (run["status"], bench.saved()) == ("completed", SAVED)


def test_what_a_target_leaves_behind_is_ended_with_the_run(lab: Lab, tmp_path: Path) -> None:
    bench, run = lab.run(
        RECORD + STATE,
        REPEAT
        + forked(tmp_path, "time.sleep(60)")
        + "while not os.path.exists("
        + repr(str(tmp_path / "pid"))
        + "): pass\n",
    )
    assert (run["status"], bench.saved()) == ("completed", SAVED)
    eventually(lambda: gone(int((tmp_path / "pid").read_text())))


def test_a_tap_that_closes_its_output_early(lab: Lab) -> None:
    bench, run = lab.run(RECORD + STATE + "import os, time\nos.close(1)\ntime.sleep(0.5)\nos._exit(0)\n")
    assert (run["status"], bench.saved()) == ("completed", SAVED)


def test_a_target_that_closes_its_output_early_confirms_nothing(lab: Lab) -> None:
    bench, run = lab.run(RECORD + STATE, "import os, sys\nos.close(1)\nsys.stdin.read()\nos._exit(0)\n")
    assert (run["status"], bench.saved()) == ("completed", {})


def test_a_large_state_is_kept_whole(lab: Lab) -> None:
    bookmarks = {f"partition-{number}": {"since": "2026-01-01T00:00:00Z"} for number in range(5000)}
    code = f"import json\nb = {{f'partition-{{n}}': {{'since': '2026-01-01T00:00:00Z'}} for n in range({len(bookmarks)})}}\n"
    code += "print(json.dumps({'type': 'STATE', 'value': {'bookmarks': b}}), flush=True)\n"
    bench, run = lab.run(RECORD + code)
    assert (run["status"], bench.saved()) == ("completed", {"load": {"bookmarks": bookmarks}})


def test_a_line_of_50_mb_from_either(lab: Lab) -> None:
    tap = RECORD.replace('"id": 1', '"id": "\' + "x" * 50_000_000 + \'"') + STATE
    bench, run = lab.run(tap, "import sys\nsys.stdout.write('y' * 50_000_000 + '\\n')\n" + REPEAT)
    assert (run["status"], bench.saved()) == ("completed", SAVED)
    [told] = [text for text in bench.messages(run["execution_id"]) if "yyy" in text]
    assert told.startswith("printed more than 16 MiB in one line: yyy")
    assert len(told) < 9000


@pytest.mark.parametrize("target", [REPEAT, "import signal, sys\nsignal.signal(15, signal.SIG_IGN)\nsys.stdin.read()"])
def test_a_tap_that_hangs_and_ignores_sigterm_can_be_stopped(
    lab: Lab, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(singer, "GRACE", 0.3)
    ready = tmp_path / "pid"
    hang = f"import os, signal, time\nsignal.signal(15, signal.SIG_IGN)\nopen({str(ready)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    bench, run_id = lab.begin(RECORD + hang, target)
    pid = int(eventually(lambda: ready.exists() and ready.read_text()))
    bench.runs.stop("orders", {})
    assert bench.wait(run_id)["status"] == "cancelled"
    eventually(lambda: gone(pid))


def test_a_tap_that_discovers_without_end(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(singer, "MAX_CATALOG", 1 << 20)
    _, run = lab.run("while True: print('x' * 100000)", extract={"select": ["*.*"]})
    assert run["error"] == "load: tap-odd discovered more than 1 MiB, which is no catalog"
    assert run["hint"] == "Run tap-odd --discover by hand."


SCHEMA = {
    "type": "SCHEMA",
    "stream": "a",
    "schema": {"properties": {"id": {"type": "integer"}, "t": {"type": "string"}}},
    "key_properties": ["id"],
}
FILES = {"target-jsonl": "out", "target-sqlite": "out.sqlite", "target-duckdb": "out.duckdb"}


def load(target: str, folder: Path, *messages: Any, most: int | None = None) -> subprocess.CompletedProcess[bytes]:
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"path": str(folder / FILES[target])}))

    def bound() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # works in any container, also for root

    return subprocess.run(
        [*command(target), "--config", str(settings)],
        input=b"".join(m if isinstance(m, bytes) else json.dumps(m).encode() + b"\n" for m in messages),
        capture_output=True,
        # Or half a module would be kept for those who come later; and what measures coverage would complain too.
        env={name: value for name, value in os.environ.items() if most is None or not name.startswith("COVERAGE")}
        | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=bound,
        check=False,
    )


@pytest.mark.parametrize("target", FILES)
def test_a_disk_that_is_full_below_a_target(target: str, tmp_path: Path) -> None:
    rows = [{"type": "RECORD", "stream": "a", "record": {"id": n, "t": os.urandom(100).hex()}} for n in range(5000)]
    state = {"type": "STATE", "value": {"n": 5000}}
    done = load(target, tmp_path, SCHEMA, *rows, state, most=100_000)
    assert (done.returncode, done.stdout) == (1, b"")  # nothing is confirmed
    [told] = [line for line in done.stderr.decode().splitlines() if "METRIC" not in line]
    assert told.startswith(f"ERROR {target}: ")
    assert str(tmp_path / FILES[target]) in told
    again = load(target, tmp_path, SCHEMA, *rows, state)
    assert (again.returncode, again.stdout) == (0, b'{"n":5000}\n')
    assert count(target, tmp_path) == 5000


def count(target: str, folder: Path) -> int:
    path = folder / FILES[target]
    if target == "target-jsonl":
        return len((path / "a.jsonl").read_bytes().splitlines())
    import sqlite3

    import duckdb

    connection: Any = sqlite3.connect(path) if target == "target-sqlite" else duckdb.connect(str(path))
    try:
        return int(connection.execute("select count(*) from a").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.parametrize("target", ["target-sqlite"])  # all read their input the same way
def test_a_record_of_50_mb_lands_and_garbage_of_50_mb_does_not(target: str, tmp_path: Path) -> None:
    large = {"type": "RECORD", "stream": "a", "record": {"id": 1, "t": "x" * 50_000_000}}
    done = load(target, tmp_path, SCHEMA, large, {"type": "STATE", "value": {}})
    assert (done.returncode, count(target, tmp_path)) == (0, 1), done.stderr[-500:]
    done = load(target, tmp_path, SCHEMA, b"y" * 50_000_000 + b"\n")
    assert done.returncode == 1
    assert len(done.stderr) < 500
    assert b"input line 2 is not JSON" in done.stderr


def test_a_target_dies_by_a_signal_and_says_which(lab: Lab) -> None:
    _, run = lab.run(RECORD + STATE, f"import os\nos.kill(os.getpid(), {int(signal.SIGABRT)})")
    assert run["error"].startswith("load: target-odd was killed by SIGABRT")
