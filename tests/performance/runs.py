"""A run of the platform beside the bare shell pipe of the same two programs, and a million rows counted and summed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.performance.measure import Row, clean_environment, ratio

ROWS = 300_000
BIN = Path(sys.executable).parent
HEADER = "id,name,city,amount,price,active,day,moment,note,code"


def write_csv(path: Path, rows: int) -> None:
    """A CSV file of ten columns."""
    cities = ["Berlin", "Lisboa", "São Paulo", "Kraków", "Oslo"]
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for n in range(rows):
            day = f"2026-{1 + n % 12:02d}-{1 + n % 28:02d}"
            file.write(
                f"{n},name {n},{cities[n % 5]},{n * 37 % 100_003},{n % 9973 / 100:.2f},{'true' if n % 3 else 'false'},{day},"
                f'{day}T{n % 24:02d}:{n % 60:02d}:00Z,"note, {n}",{n:08d}\n'
            )


def environment(home: Path) -> dict[str, str]:
    """The environment of a platform of its own."""
    return {**clean_environment(), "FLEXT_HOME": str(home)}


def measure() -> Iterator[Row]:
    """Rows a second of a run, as a ratio to the shell pipe (above 1: ours is faster)."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        source = base / "rows.csv"
        write_csv(source, ROWS)
        home = base / "home"
        shell = {**environment(home)}
        try:
            for target, file in (("target-duckdb", "out.duckdb"), ("target-sqlite", "out.sqlite")):
                pipeline = _definition(base, source, target, base / f"run-{file}")
                subprocess.run(
                    [BIN / "flext", "pipeline", "create", str(pipeline), "--quiet"],
                    env=shell,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )

                def run(name: str = pipeline.stem, out: Path = base / f"run-{file}") -> float:
                    _remove(out)
                    answer = subprocess.run(
                        [BIN / "flext", "pipeline", "start", name, "--full-refresh", "--wait", "--quiet", "-o", "json"],
                        env=shell, check=True, capture_output=True,
                    )  # fmt: skip
                    found = json.loads(answer.stdout)
                    if found["records"] != ROWS:
                        raise RuntimeError(f"{found['records']} rows of {ROWS}")
                    return float(found["duration"])

                def pipe(program: str = target, out: Path = base / f"pipe-{file}") -> float:
                    _remove(out)
                    return _shell_pipe(base, source, program, out, shell)

                what = f"{ROWS:,} rows, tap-csv to {target}, rows/s"
                yield ratio(what, "bare shell pipe, wall", pipe, run, rounds=5, goal=">= 0.98")
        finally:
            subprocess.run(
                [BIN / "flext", "service", "stop", "--quiet"],
                env=shell,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )


def _definition(base: Path, source: Path, target: str, out: Path) -> Path:
    path = base / f"bench-{target}.json"
    step = {
        "name": "load",
        "extract": {"plugin": "tap-csv", "config": {"path": str(source), "keys": ["id"]}},
        "load": {"plugin": target, "config": {"path": str(out)}},
    }
    path.write_text(json.dumps({"name": path.stem, "steps": [step]}), encoding="utf-8")
    return path


def _shell_pipe(base: Path, source: Path, program: str, out: Path, shell: dict[str, str]) -> float:
    tap, target = base / "tap.json", base / "target.json"
    tap.write_text(json.dumps({"path": str(source), "keys": ["id"]}), encoding="utf-8")
    target.write_text(json.dumps({"path": str(out)}), encoding="utf-8")
    line = f"{BIN}/tap-csv --config {tap} | {BIN}/{program} --config {target}"
    before = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", line], env=shell, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - before


def _remove(path: Path) -> None:
    for name in (path, *path.parent.glob(f"{path.name}[.-]*")):
        name.unlink(missing_ok=True)


def million() -> None:
    """A million rows into SQLite and DuckDB through the platform; counts and sums must be equal to the file's."""
    import duckdb

    rows = 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        source = base / "rows.csv"
        write_csv(source, rows)
        shell = environment(base / "home")
        try:
            for target, file in (("target-sqlite", "out.sqlite"), ("target-duckdb", "out.duckdb")):
                pipeline = _definition(base, source, target, base / file)
                before = time.perf_counter()
                subprocess.run(
                    [BIN / "flext", "pipeline", "create", str(pipeline), "--start", "--wait"], env=shell, check=True
                )
                print(f"{target}: {time.perf_counter() - before:.1f} s")
        finally:
            subprocess.run([BIN / "flext", "service", "stop"], env=shell, check=False)
        query = "select count(*), sum(id), sum(amount), sum(cast(round(price * 100) as bigint)), sum(length(note)), count(distinct code), min(day), max(day) from {}"
        expected = duckdb.sql(query.format(f"read_csv('{source}', types={{'code': 'VARCHAR'}})")).fetchall()[0]
        in_duckdb = duckdb.connect(str(base / "out.duckdb"), read_only=True).execute(query.format("rows")).fetchone()
        in_sqlite = sqlite3.connect(base / "out.sqlite").execute(query.format("rows")).fetchone()
        for name, found in (("file", expected), ("duckdb", in_duckdb), ("sqlite", in_sqlite)):
            print(f"{name:<8}", *map(str, found or ()))
        if not [*map(str, expected or ())] == [*map(str, in_duckdb or ())] == [*map(str, in_sqlite or ())]:
            sys.exit("the sums differ")
        print("counts and sums are equal")


if __name__ == "__main__":
    million()
