"""Our connectors beside those that others made with the Singer SDK: rows a CPU second, each start included."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.performance import peers
from tests.performance.measure import Row, clean_environment, of_pairs, race
from tests.performance.runs import write_csv

BIN = Path(sys.executable).parent
OURS, THEIRS = 300_000, 20_000
"""Rows of a run: theirs take long enough as it is."""
ROUNDS = 3
GOAL = ">= 10"

# Our program, its settings, theirs, its settings; PATH, FOLDER and OUT are put in.
TAPS = (
    ("tap-csv", {"path": "PATH.csv"}, "tap-csv-folder", {"filesystem": "local", "path": "FOLDER", "read_mode": "one_stream_per_file"}),
    ("tap-jsonl", {"path": "PATH.jsonl"}, "tap-jsonl", {"path": "PATH.jsonl"}),
)  # fmt: skip
TARGETS = (
    ("target-jsonl", {"path": "OUT"}, "target-csv", {"output_path": "OUT"}),
    ("target-jsonl", {"path": "OUT"}, "target-jsonl", {"destination_path": "OUT"}),
    ("target-sqlite", {"path": "OUT/rows.sqlite"}, "target-csv", {"output_path": "OUT"}),
)
PACKAGES = {"target-csv": "meltanolabs-target-csv"}


def measure() -> Iterator[Row]:
    """Pair by pair."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        many, few = _data(base, OURS), _data(base, THEIRS)
        for ours, our_settings, theirs, settings in TAPS:
            job = _job(BIN / ours, our_settings, many, OURS)
            yield _row(ours, theirs, job, partial(_job, settings=settings, data=few, rows=THEIRS))
        for ours, our_settings, theirs, settings in TARGETS:
            job = _job(BIN / ours, our_settings, many, OURS, feed=many / "messages")
            other = partial(_job, settings=settings, data=few, rows=THEIRS, feed=few / "messages")
            yield _row(ours, theirs, job, other)


def _row(ours: str, theirs: str, job: Callable[[], float], other: Callable[[Path], Callable[[], float]]) -> Row:
    what = f"{ours}, rows per CPU second"
    try:
        program = peers.plugin(theirs)
    except peers.NotInstalledError as reason:
        return Row(what, theirs, note=str(reason))
    package = PACKAGES.get(theirs, theirs)
    costs = race({"ours": job, "theirs": other(program)}, ROUNDS)
    beside = f"{package} {peers.version(package, program.parent)}"
    return of_pairs(what, beside, costs["theirs"], costs["ours"], GOAL)


def _data(base: Path, rows: int) -> Path:
    """A folder with the same rows as CSV, as JSON lines, and as Singer messages."""
    folder = base / str(rows)
    (folder / "csv").mkdir(parents=True)
    source = folder / "csv" / "rows.csv"
    write_csv(source, rows)
    with source.open(newline="", encoding="utf-8") as file, (folder / "rows.jsonl").open("w", encoding="utf-8") as out:
        for row in csv.DictReader(file):
            told = {**row, "id": int(row["id"]), "amount": int(row["amount"]), "price": float(row["price"])}
            out.write(json.dumps({**told, "active": row["active"] == "true"}) + "\n")
    config = folder / "tap.json"
    config.write_text(json.dumps({"path": str(folder / "rows.jsonl")}), encoding="utf-8")
    with (folder / "messages").open("wb") as out:
        subprocess.run(
            [BIN / "tap-jsonl", "--config", config],
            stdout=out,
            stderr=subprocess.DEVNULL,
            check=True,
            env=clean_environment(),
        )
    return folder


def _job(
    program: Path, settings: Mapping[str, str], data: Path, rows: int, feed: Path | None = None
) -> Callable[[], float]:
    """A function that gives the CPU seconds of a row."""
    out = data / f"out-{program.name}-{len(list(data.iterdir()))}"
    out.mkdir()
    places = {
        "PATH.csv": data / "csv" / "rows.csv",
        "PATH.jsonl": data / "rows.jsonl",
        "FOLDER": data / "csv",
        "OUT": out,
        "OUT/rows.sqlite": out / "rows.sqlite",
    }
    told = {key: str(places.get(value, value)) for key, value in settings.items()}
    config = out.with_suffix(".json")
    config.write_text(json.dumps(told), encoding="utf-8")

    def run() -> float:
        for file in out.iterdir():
            file.unlink()
        with (feed or Path(os.devnull)).open("rb") as source:
            process = subprocess.Popen(
                [program, "--config", config], stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=clean_environment(), cwd=out,
            )  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{program}: exit code {process.returncode}")
        return (usage.ru_utime + usage.ru_stime) / rows

    return run
