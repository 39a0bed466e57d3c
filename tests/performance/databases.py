"""Rows a CPU second of first-party connectors, beside those made with Meltano's SDK: `python -m tests.performance.databases`.

`--sdk FOLDER` names a folder with bin/tap-postgres and bin/target-postgres of MeltanoLabs (they do not fit into one environment); without it only
the first-party pairs are measured. CPU is that of tap and target, not that of the PostgreSQL server.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.connectors.pgserver import PASSWORD, USER, Server, running
from tests.performance.runs import environment, write_csv

BIN = Path(sys.executable).parent
ROWS = 100_000
DATABASE = "bench"
COLUMNS = (
    "id bigint PRIMARY KEY, name text, city text, amount bigint, price numeric(10,2), active boolean, day date, "
    "moment timestamptz, note text, code text"
)


def cpu(arguments: list[Any], settings: Path, *, stdin: Path | None = None, stdout: Path | None = None) -> float:
    """CPU seconds of one program that reads a file of messages, or writes one."""
    with open(stdin or os.devnull, "rb") as source, open(stdout or os.devnull, "wb") as sink:  # noqa: PTH123
        process = subprocess.Popen(
            [*arguments, "--config", settings], stdin=source, stdout=sink, stderr=subprocess.PIPE,
            env=environment(settings.parent),
        )  # fmt: skip
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments}: exit code {process.returncode}: {said.decode()[-500:]}")
    return usage.ru_utime + usage.ru_stime


class Bench:
    """Files, a server, and what each program needs."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.csv = folder / "orders.csv"
        write_csv(self.csv, ROWS)
        self.parquet = folder / "orders.parquet"
        pq.write_table(pacsv.read_csv(self.csv), self.parquet)
        self.duckdb = folder / "orders.duckdb"
        with duckdb.connect(str(self.duckdb)) as connection:
            connection.execute(f"CREATE TABLE orders AS FROM '{self.parquet}'")
        with server.connect(DATABASE) as connection:
            connection.execute(f"CREATE TABLE orders ({COLUMNS})")
            with connection.cursor().copy("COPY orders FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(self.csv.read_bytes())

    def settings(self, name: str, value: dict[str, Any]) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value))
        return path

    def tap(self, name: str) -> float:
        """CPU seconds of a first-party tap; its messages are kept."""
        value: dict[str, Any] = {"path": str(getattr(self, name, "")), "keys": ["id"]}
        if name == "postgres":
            value = self.server.settings(DATABASE, tables=["orders"])
        return cpu([BIN / f"tap-{name}"], self.settings(name, value), stdout=self.folder / f"{name}.singer")

    def target(self, name: str, messages: Path) -> float:
        """CPU seconds of a first-party target on an empty destination."""
        out = self.folder / f"out-{name}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        value = {"path": str(out / "w" if name != "parquet" else out)}
        if name == "postgres":
            self.drop("out")
            value = self.server.settings(DATABASE, schema="out")
        seconds = cpu([BIN / f"target-{name}"], self.settings(f"to-{name}", value), stdin=messages)
        self.check(name, out)
        return seconds

    def check(self, name: str, out: Path) -> None:
        """Every row has arrived."""
        if name == "postgres":
            with self.server.connect(DATABASE) as connection:
                found = connection.execute("SELECT count(*), sum(amount) FROM out.orders").fetchone()
        elif name == "parquet":
            (found,) = duckdb.sql(f"SELECT count(*), sum(amount) FROM '{out}/orders/*.parquet'").fetchall()
        else:
            with duckdb.connect(str(out / "w")) as connection:
                found = connection.execute("SELECT count(*), sum(amount) FROM orders").fetchone()
        assert tuple(map(int, found)) == (ROWS, sum(n * 37 % 100_003 for n in range(ROWS))), found

    def drop(self, schema: str) -> None:
        with self.server.connect(DATABASE) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")

    def sdk_tap(self, programs: Path) -> float:
        where = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "database": DATABASE,
            "user": USER,
            "password": PASSWORD,
        }
        settings = self.settings("sdk-tap", where | {"filter_schemas": ["public"]})
        messages, catalog = self.folder / "sdk.singer", self.folder / "catalog.json"
        cpu([programs / "tap-postgres", "--discover"], settings, stdout=catalog)
        found = json.loads(catalog.read_text())
        for stream in found["streams"]:
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = True
        catalog.write_text(json.dumps(found))
        seconds = cpu([programs / "tap-postgres", "--catalog", catalog], settings, stdout=messages)
        assert messages.read_bytes().count(b'"RECORD"') == ROWS
        return seconds

    def sdk_target(self, programs: Path, *, best: bool) -> float:
        """With what it does by default, or with what makes it fastest."""
        self.drop("sdk")
        value = self.server.settings(DATABASE, default_target_schema="sdk")
        value |= {"validate_records": False, "use_copy": True} if best else {}
        return cpu(
            [programs / "target-postgres"], self.settings("sdk-to", value), stdin=self.folder / "postgres.singer"
        )


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sdk", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running() as server, server.database(DATABASE):
        bench = Bench(Path(folder), server)
        found: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            for tap in ("csv", "duckdb", "parquet", "postgres"):
                found.setdefault(f"tap-{tap}", []).append(bench.tap(tap))
            for tap, target in (("parquet", "duckdb"), ("postgres", "duckdb"), ("csv", "postgres"), ("csv", "parquet")):
                found.setdefault(f"target-{target} after tap-{tap}", []).append(
                    bench.target(target, bench.folder / f"{tap}.singer")
                )
            if options.sdk:
                programs = options.sdk / "bin"
                found.setdefault("SDK tap-postgres", []).append(bench.sdk_tap(programs))
                found.setdefault("SDK target-postgres, COPY", []).append(bench.sdk_target(programs, best=True))
                found.setdefault("SDK target-postgres", []).append(bench.sdk_target(programs, best=False))
                found.setdefault("target-postgres after tap-postgres", []).append(
                    bench.target("postgres", bench.folder / "postgres.singer")
                )
        for name, seconds in found.items():
            middle = statistics.median(seconds)
            print(f"{name:<38} {middle:7.2f} CPU s {ROWS / middle:10,.0f} rows per CPU s")


if __name__ == "__main__":
    main()
