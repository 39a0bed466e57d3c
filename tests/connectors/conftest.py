"""Runs connectors in this process with real file descriptors, and reads what landed."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from flext_sdk.connectors.registry import CONNECTORS, command

from .pgserver import Server, running

MAINS = {name: importlib.import_module(connector.module).main for name, connector in CONNECTORS.items()}


@dataclass
class Result:
    """What a program left: exit code, stdout, stderr."""

    code: int
    out: bytes
    err: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message.get("type") == kind]

    @property
    def records(self) -> list[dict[str, Any]]:
        return [message["record"] for message in self.of("RECORD")]

    @property
    def schema(self) -> dict[str, Any]:
        return self.of("SCHEMA")[0]["schema"]["properties"]

    @property
    def state(self) -> dict[str, Any]:
        return self.of("STATE")[-1]["value"]

    @property
    def talk(self) -> list[str]:
        return [line for line in self.err.splitlines() if "METRIC" not in line]


class Bench:
    """A folder to work in, and the programs."""

    postgres: Server
    database: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def json(self, name: str, value: Any) -> str:
        return str(self.file(name, json.dumps(value)))

    def run(self, program: str, settings: dict[str, Any] | None = None, *args: str, stdin: bytes = b"") -> Result:
        """Runs a program here; its descriptors 0, 1 and 2 are files."""
        argv = list(args)
        if settings is not None:
            argv += ["--config", self.json("settings.json", settings)]
        saved = [os.dup(number) for number in (0, 1, 2)]
        files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115
        try:
            files[0].write(stdin)
            files[0].seek(0)
            for number, file in enumerate(files):
                os.dup2(file.fileno(), number)
            code = MAINS[program](argv)
        finally:
            for number, old in enumerate(saved):
                os.dup2(old, number)
                os.close(old)
        outputs = []
        for file in files[1:]:
            file.seek(0)
            outputs.append(file.read())
        for file in files:
            file.close()
        return Result(code, outputs[0], outputs[1].decode())

    def tap(self, settings: dict[str, Any], state: Any = None, catalog: Any = None, program: str = "tap-csv") -> Result:
        args = []
        if state is not None:
            args += ["--state", self.json("state.json", state)]
        if catalog is not None:
            args += ["--catalog", self.json("catalog.json", catalog)]
        return self.run(program, settings, *args)

    def target(self, program: str, messages: bytes | list[dict[str, Any]]) -> Result:
        data = messages if isinstance(messages, bytes) else b"".join(json.dumps(m).encode() + b"\n" for m in messages)
        return self.run(program, self.settings_of(program), stdin=data)

    def settings_of(self, program: str, **more: Any) -> dict[str, Any]:
        """Settings that write to this bench's own destination."""
        if program == "target-postgres":
            return self.postgres.settings(self.database, schema="out", **more)
        often = {"rows_per_file": 25_000} if program == "target-parquet" else {}
        return {"path": str(self.destination(program)), **often, **more}

    def destination(self, program: str) -> Path:
        names = {"target-jsonl": "out", "target-parquet": "parquet", "target-sqlite": "w.sqlite"}
        return self.folder / names.get(program, "w.duckdb")

    def query(self, program: str, sql: str) -> list[tuple[Any, ...]]:
        if program == "target-postgres":
            with self.postgres.connect(self.database) as server:
                server.execute("SET search_path = out")
                cursor = server.execute(sql)
                return cursor.fetchall() if cursor.description else []
        if program == "target-sqlite":
            connection: Any = sqlite3.connect(self.destination(program))
        elif program == "target-parquet":
            connection = duckdb.connect()
            for folder in self.destination(program).iterdir():
                if folder.is_dir():
                    name = {"or_ders; tàble-1": 'or""ders; tàble-1'}.get(folder.name, folder.name)
                    connection.execute(f"""CREATE VIEW "{name}" AS SELECT * FROM '{folder}/*.parquet'""")
        else:
            connection = duckdb.connect(str(self.destination(program)))
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def execute(self, program: str, sql: str) -> None:
        """Changes a database, as its user might."""
        if program == "target-postgres":
            with self.postgres.connect(self.database) as server:
                server.execute("CREATE SCHEMA IF NOT EXISTS out")
            self.query(program, sql)
            return
        connect: Any = sqlite3.connect if program == "target-sqlite" else duckdb.connect
        connection = connect(str(self.destination(program)))
        connection.execute(sql)
        connection.commit()
        connection.close()

    def rows(self, program: str, stream: str) -> list[dict[str, Any]]:
        """What landed, as records without nulls, sorted by nothing."""
        if program == "target-jsonl":
            path = self.destination(program) / f"{stream}.jsonl"
            return [json.loads(line) for line in path.read_bytes().splitlines()]
        name = '"' + stream.replace('"', '""') + '"'
        if program == "target-parquet":
            found = pq.read_table(self.destination(program) / stream)
            return [{key: _plain(value) for key, value in row.items()} for row in found.to_pylist()]
        if program == "target-postgres":
            with self.postgres.connect(self.database) as server:
                cursor = server.execute(f"SELECT * FROM out.{name}")
                names = [column.name for column in cursor.description]
                return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor]
        if program == "target-sqlite":
            connection: Any = sqlite3.connect(self.destination(program))
            cursor = connection.execute(f"SELECT * FROM {name}")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
        else:
            connection = duckdb.connect(str(self.destination(program)))
            connection.execute("SET TimeZone = 'UTC'")
            types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {name}").fetchall()}
            columns = []
            for column, kind in types.items():
                quoted = '"' + column.replace('"', '""') + '"'
                columns.append(f"CAST({quoted} AS VARCHAR)" if kind.startswith(("TIMESTAMP", "DATE")) else quoted)
            cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {name}")
            rows = [dict(zip(types, row, strict=True)) for row in cursor.fetchall()]
        connection.close()
        return rows

    def process(self, program: str, settings: dict[str, Any], *args: str, **options: Any) -> subprocess.Popen[bytes]:
        """Starts a program as a process of its own."""
        config = self.json(f"{program}-{len(list(self.folder.iterdir()))}.json", settings)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.Popen([*command(program), "--config", config, *args], env=environment, **options)


def _plain(value: Any) -> Any:
    """A value as the other databases show it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value) if isinstance(value, dt.date) else value


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for all tests."""
    with running() as server:
        yield server


@pytest.fixture
def bench_pg(bench: Bench, postgres: Server) -> Iterator[Bench]:
    """A bench with a database of its own."""
    with postgres.database("bench") as name:
        bench.postgres, bench.database = postgres, name
        yield bench


@pytest.fixture(scope="session")
def bench_in() -> type[Bench]:
    return Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _ready(request: pytest.FixtureRequest, bench: Bench) -> Iterator[str]:
    """The name of a target that the bench can write to."""
    if request.param == "target-postgres":
        server = request.getfixturevalue("postgres")
        with server.database("bench") as name:
            bench.postgres, bench.database = server, name
            yield request.param
    else:
        yield request.param


@pytest.fixture(params=["target-sqlite", "target-duckdb", "target-postgres", "target-parquet"])
def database(request: pytest.FixtureRequest, bench: Bench) -> Iterator[str]:
    yield from _ready(request, bench)


@pytest.fixture(params=["target-sqlite", "target-duckdb", "target-postgres"])
def sql_database(request: pytest.FixtureRequest, bench: Bench) -> Iterator[str]:
    yield from _ready(request, bench)


@pytest.fixture(params=["target-sqlite", "target-duckdb", "target-postgres", "target-parquet", "target-jsonl"])
def target(request: pytest.FixtureRequest, bench: Bench) -> Iterator[str]:
    yield from _ready(request, bench)
