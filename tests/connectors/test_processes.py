"""Real processes joined by real pipes: what they do together, and when one of them dies."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

PIPE = subprocess.PIPE


def pair(bench: Any, tap: dict[str, Any], target: str, state: Any = None) -> tuple[Any, Any]:
    """Starts a tap and a target behind it."""
    args = ["--state", bench.json("state.json", state)] if state else []
    first = bench.process("tap-csv", tap, *args, stdout=PIPE, stderr=PIPE)
    second = bench.process(target, bench.settings_of(target), stdin=first.stdout, stdout=PIPE, stderr=PIPE)
    first.stdout.close()
    return first, second


def finish(process: Any) -> tuple[int, bytes, str]:
    out, err = (
        process.communicate(timeout=120)
        if process.stdout and not process.stdout.closed
        else (b"", process.stderr.read())
    )
    process.wait(timeout=60)
    for stream in (process.stdout, process.stderr, process.stdin):
        if stream and not stream.closed:
            stream.close()
    return process.returncode, out, err.decode()


def many(bench: Any, rows: int) -> Any:
    with (bench.folder / "many.csv").open("w") as file:
        file.write("id,name,amount,day,at,flag,note,big,code,empty\n")
        for i in range(rows):
            file.write(
                f"{i},name {i % 97},{i / 8},2026-01-{i % 28 + 1:02},2026-01-01T00:00:{i % 60:02}Z,{'true' if i % 2 else 'false'},"
                f'"a ""note"" of {i}",{10**15 + i},{i:08},\n'
            )
    return bench.folder / "many.csv"


def test_50_000_rows_arrive_complete(bench: Any, database: str) -> None:
    path = many(bench, 50_000)
    tap, target = pair(bench, {"path": str(path), "keys": ["id"]}, database)
    code, out, err = finish(target)
    assert (code, finish(tap)[0]) == (0, 0), err
    assert json.loads(out.splitlines()[-1])["bookmarks"]["many"]["complete"] is True
    digest = hashlib.sha256()
    rows = bench.query(
        database, "SELECT id, name, amount, CAST(day AS VARCHAR), flag, note, big, code, empty FROM many ORDER BY id"
    )
    for row in rows:
        digest.update(repr((*row[:2], float(row[2]), row[3], bool(row[4]), *row[5:])).encode())
    expected = hashlib.sha256()
    for i in range(50_000):
        row = (
            i,
            f"name {i % 97}",
            i / 8,
            f"2026-01-{i % 28 + 1:02}",
            bool(i % 2),
            f'a "note" of {i}',
            10**15 + i,
            f"{i:08}",
            None,
        )
        expected.update(repr(row).encode())
    assert len(rows) == 50_000
    assert digest.hexdigest() == expected.hexdigest()


def test_a_reader_that_leaves_gets_one_line_not_a_traceback(bench: Any) -> None:
    tap = bench.process("tap-csv", {"path": str(many(bench, 50_000))}, stdout=PIPE, stderr=PIPE)
    tap.stdout.readline()
    tap.stdout.close()
    code, _, err = finish(tap)
    assert code == 1
    assert [line for line in err.splitlines() if "METRIC" not in line] == [
        "ERROR tap-csv: the program that read the output has gone"
    ]


def test_a_tap_that_dies_in_the_middle_of_a_line(bench: Any, target: str) -> None:
    process = bench.process(target, bench.settings_of(target), stdin=PIPE, stdout=PIPE, stderr=PIPE)
    process.stdin.write(
        b'{"type":"SCHEMA","stream":"s","schema":{"properties":{"a":{"type":"integer"}}},"key_properties":[]}\n'
    )
    process.stdin.write(b'{"type":"RECORD","stream":"s","record":{"a":1}}\n{"type":"RECORD","str')
    code, out, err = finish(process)
    assert (code, out) == (1, b"")
    assert "input line 3 is not JSON" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signals_take_back_the_open_batch(bench: Any, target: str, number: int, code: int) -> None:
    process = bench.process(target, bench.settings_of(target), stdin=PIPE, stdout=PIPE, stderr=PIPE)
    head = b'{"type":"SCHEMA","stream":"s","schema":{"properties":{"a":{"type":"integer"}}},"key_properties":[]}\n'
    rows = b"".join(b'{"type":"RECORD","stream":"s","record":{"a":%d}}\n' % i for i in range(30_000))
    process.stdin.write(head + rows + b'{"type":"STATE","value":{"n":1}}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"n": 1}
    process.stdin.write(rows * 2)
    process.stdin.flush()
    process.send_signal(number)
    returned, out, err = finish(process)
    assert (returned, out) == (code, b"")
    assert "Traceback" not in err
    assert len(bench.rows(target, "s")) == 30_000


def test_a_signal_ends_a_tap(bench: Any) -> None:
    tap = bench.process("tap-csv", {"path": str(many(bench, 50_000))}, stdout=PIPE, stderr=PIPE)
    tap.stdout.readline()
    tap.send_signal(signal.SIGTERM)
    code, _, err = finish(tap)
    assert code == 143
    assert "Traceback" not in err


def test_states_do_not_wait_for_a_tap_that_pauses(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    process = bench.process(
        "target-sqlite", {"path": str(bench.destination("target-sqlite"))}, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    process.stdin.write(b'{"type":"SCHEMA","stream":"s","schema":{"properties":{"a":{}}},"key_properties":[]}\n')
    process.stdin.write(b'{"type":"RECORD","stream":"s","record":{"a":1}}\n{"type":"STATE","value":{"n":1}}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"n": 1}  # while the input stays open
    assert len(bench.rows("target-sqlite", "s")) == 1
    assert finish(process)[0] == 0


@pytest.mark.parametrize("database", ["target-sqlite", "target-duckdb"])
def test_a_locked_database_is_waited_for_but_not_for_ever(bench: Any, database: str) -> None:
    path = str(bench.destination(database))
    holder: Any = sqlite3.connect(path, isolation_level=None) if database == "target-sqlite" else duckdb.connect(path)
    holder.execute("CREATE TABLE held (x INTEGER)")
    holder.execute("BEGIN IMMEDIATE" if database == "target-sqlite" else "BEGIN TRANSACTION")
    process = bench.process(
        database, {"path": path, "lock_timeout": 0.3}, stdin=subprocess.DEVNULL, stdout=PIPE, stderr=PIPE
    )
    code, out, err = finish(process)
    holder.close()
    assert (code, out) == (1, b"")
    assert err == f"ERROR {database}: {path} is locked by another process, and still was after 0.3 s (lock_timeout)\n"


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("target-sqlite", []),
        ("target-sqlite", ["id"]),
        ("target-duckdb", []),
        ("target-duckdb", ["id"]),
        ("target-postgres", []),
        ("target-postgres", ["id"]),
        ("target-parquet", []),
        ("target-parquet", ["id"]),
        ("target-jsonl", []),
    ],
    indirect=["target"],
)
def test_killed_again_and_again_every_row_is_there_once(bench: Any, target: str, keys: list[str]) -> None:
    path = many(bench, 150_000)
    state: Any = None
    for attempt in range(4):
        _tap, process = pair(bench, {"path": str(path), "keys": keys}, target, state)
        if attempt < 3:
            line = process.stdout.readline()  # a state is announced: the run is under way
            if line and attempt != 1:  # once, the runner does not hear it
                state = json.loads(line)
            os.kill(process.pid, signal.SIGKILL)
        code, out, err = finish(process)
        finish(_tap)
    assert code == 0, err
    assert json.loads(out.splitlines()[-1])["bookmarks"]["many"]["complete"] is True
    ids = [row["id"] for row in bench.rows(target, "many")]
    assert len(ids) == 150_000
    assert sorted(ids) == list(range(150_000))


def test_a_full_device(bench: Any) -> None:
    with Path("/dev/full").open("wb") as full:
        tap = bench.process("tap-csv", {"path": str(many(bench, 10))}, stdout=full, stderr=PIPE)
        code, _, err = finish(tap)
    assert code == 1
    assert err.splitlines()[-1] == "ERROR tap-csv: No space left on device"


def test_a_file_that_changes_between_the_passes(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk.connectors import _plan

    path = many(bench, 100)
    monkeypatch.setattr(_plan, "_KEEP", 0)
    real = _plan.Planner.plan

    def plan(*args: Any) -> Any:
        made = real(*args)
        path.write_bytes(path.read_bytes().replace(b"name 5", b"nome 5"))
        return made

    monkeypatch.setattr(_plan.Planner, "plan", plan)
    result = bench.tap({"path": str(path)})
    assert result.code == 1
    assert result.talk == [f"ERROR tap-csv: {path} changed while it was read; run again"]

    def plan_and_cut(*args: Any) -> Any:
        made = real(*args)
        path.write_bytes(b"id\n")
        return made

    monkeypatch.setattr(_plan.Planner, "plan", plan_and_cut)
    assert "got shorter while it was read; run again" in bench.tap({"path": str(path)}).talk[0]
