"""tap-duckdb on real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flext_sdk.connectors import _duckdbtap, _ties

TYPES = r"""
CREATE TYPE mood AS ENUM ('sad', 'o]k');
CREATE TABLE kinds (
 id BIGINT PRIMARY KEY, b BOOLEAN, h HUGEINT, bn BIGNUM, d DECIMAL(38, 10), p DECIMAL(2, 2), q DECIMAL(38, 38), f DOUBLE, f4 FLOAT,
 s VARCHAR, da DATE, ts TIMESTAMP, tz TIMESTAMPTZ, tns TIMESTAMP_NS, t TIME, i INTERVAL, u UUID, bin BLOB, j JSON, l INTEGER[],
 fixed INTEGER[2], st STRUCT(a DECIMAL(38, 10), "{0}" DECIMAL(3, 3), t TIMESTAMP), m MAP(INTEGER, VARCHAR), un UNION(n INTEGER, s VARCHAR),
 e mood, bits BIT);
INSERT INTO kinds VALUES
(1, true, 170141183460469231731687303715884105727, 123456789012345678901234567890123456789012345, 12345678901234567890.1234567890, -0.12,
 0.1, 0.1, 0.5, E'q"\n\\üß\x01', '2026-01-01', '2026-01-01 01:02:03.5', '2026-01-01 01:02:03+02', '2026-01-01 01:02:03.123456789', '10:00:00.5',
 INTERVAL '14 months 2 days 3.5 seconds', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00\xFF'::BLOB,
 E'{"a":\n 1, "n": 12345678901234567890.12345678901234567890, "b": "x\\ny"}', [1, NULL], [1, 2],
 {a: 12345678901234567890.1234567890, '{0}': 0.5, t: '2026-01-01 00:00:00'}, MAP {1: 'x'}, 5, 'o]k', '0101');
INSERT INTO kinds (id, f, s, da, ts, tz, i, j, l, m) VALUES
(2, 'nan', '', 'infinity', '-infinity', 'infinity', INTERVAL '-1 day -2 hours', '5', [], MAP {}),
(3, '-inf', NULL, '0044-03-15 (BC)', '0044-03-15 (BC) 00:00:01', '0044-03-15 (BC) 00:00:01+00', INTERVAL '2500000 hours 0.000001 seconds', 'null', NULL, NULL),
(4, '-0', NULL, '10000-01-01', '10000-01-01 00:00:00', '10000-01-01 00:00:00+00', NULL, NULL, NULL, NULL);
"""


@pytest.fixture
def path(bench: Any) -> Path:
    return bench.destination("target-duckdb")


def execute(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in statements:
            connection.execute(statement)


def tap(bench: Any, *args: str, state: Any = None, catalog: Any = None, **more: Any) -> Any:
    options = list(args)
    if state is not None:
        options += ["--state", bench.json("state.json", state)]
    if catalog is not None:
        options += ["--catalog", bench.json("catalog.json", catalog)]
    return bench.run("tap-duckdb", {"path": str(bench.destination("target-duckdb")), **more}, *options)


def ids(result: Any) -> list[int]:
    assert result.code == 0, result.err
    return [record["id"] for record in result.records]


def test_values_of_all_types_come_unaltered(bench: Any, path: Path) -> None:
    execute(path, TYPES)
    result = tap(bench)
    assert result.code == 0, result.err
    line = result.out.splitlines()[1]
    for text in (
        b'"h":170141183460469231731687303715884105727,"bn":123456789012345678901234567890123456789012345,',
        b'"d":12345678901234567890.1234567890,"p":-0.12,"q":0.10000000000000000000000000000000000000,"f":0.1,',
        b'"n": 12345678901234567890.12345678901234567890,',
        b'"st":{"a":12345678901234567890.1234567890,"{0}":0.5',
    ):
        assert text in line
    first, second, third, fourth = result.records
    assert first == first | {
        "b": True, "f4": 0.5, "s": 'q"\n\\üß\x01', "da": "2026-01-01", "ts": "2026-01-01T01:02:03.5",
        "tz": "2025-12-31T23:02:03Z", "tns": "2026-01-01T01:02:03.123456789", "t": "10:00:00.5", "i": "P14M2DT3.5S",
        "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "bin": "00ff", "l": [1, None], "fixed": [1, 2], "m": {"1": "x"},
        "un": {"n": 5}, "e": "o]k", "bits": "0101",
    }  # fmt: skip
    assert first["st"]["t"] == "2026-01-01 00:00:00"
    assert first["j"]["b"] == "x\ny"
    assert str(second["f"]) == "nan"
    assert [second[name] for name in ("s", "da", "ts", "tz", "i", "j", "l", "m")] == [
        "", "infinity", "-infinity", "infinity", "P-1DT-7200S", 5, [], {}
    ]  # fmt: skip
    assert third["f"] == float("-inf")
    assert [third[name] for name in ("s", "da", "tz", "i", "j")] == [None, "0044-03-15 (BC)", "0044-03-15 (BC) 00:00:01+00", "PT9000000000.000001S", None]  # fmt: skip
    assert str(fourth["f"]) == "-0.0"
    assert fourth["ts"] == "10000-01-01 00:00:00"
    assert [name for name, value in fourth.items() if value is not None] == ["id", "f", "da", "ts", "tz"]
    assert result.of("SCHEMA")[0]["key_properties"] == ["id"]
    types = {name: "/".join([*schema["type"][:-1], *[schema[word] for word in ("format", "contentEncoding") if word in schema]]) for name, schema in result.schema.items()}  # fmt: skip
    assert types == {
        **dict.fromkeys(("id", "h", "bn"), "integer"), **dict.fromkeys(("d", "p", "q", "f", "f4"), "number"), "b": "boolean",
        **dict.fromkeys(("s", "t", "i", "u", "e", "bits"), "string"), "da": "string/date",
        **dict.fromkeys(("ts", "tz", "tns"), "string/date-time"), "bin": "string/base16", "j": "object/array",
        **dict.fromkeys(("l", "fixed"), "array"), **dict.fromkeys(("st", "m", "un"), "object"),
    }  # fmt: skip


def test_what_comes_out_goes_in_again(bench: Any, path: Path, database: str) -> None:
    execute(path, TYPES, "DELETE FROM kinds WHERE id > 1")
    sent = tap(bench)
    path.unlink()
    for _ in range(2):
        result = bench.target(database, sent.out)
        assert result.code == 0, result.err
    (row,) = bench.rows(database, "kinds")
    assert row["s"] == 'q"\n\\üß\x01'
    assert str(row["d"]).startswith("12345678901234567890.123456789" if database != "target-postgres" else "1.23456")
    assert "12345678901234567890.12345678901234567890" in row["j"] or database == "target-postgres"
    assert json.loads(row["l"]) == [1, None]


def test_discovery_and_selection(bench: Any, path: Path) -> None:
    execute(
        path,
        "CREATE TABLE orders (region VARCHAR, no INTEGER, seen TIMESTAMPTZ, doc JSON, v INTEGER, PRIMARY KEY (no, region))",
        "CREATE VIEW shown AS SELECT no AS id FROM orders",
        "INSERT INTO orders VALUES ('n', 1, now(), '[]', 5)",
        "CREATE SCHEMA other",
        'CREATE TABLE other."Odd ""name%s{}" (id INTEGER, c0 INTEGER)',
        'INSERT INTO other."Odd ""name%s{}" VALUES (4, 1)',
        "CREATE TEMP TABLE passing AS SELECT 1 AS id",
    )
    catalog = json.loads(tap(bench, "--discover").out)
    assert [entry["stream"] for entry in catalog["streams"]] == ["orders", "shown"]
    orders = catalog["streams"][0]
    assert orders["key_properties"] == ["no", "region"]
    assert orders["metadata"][0]["metadata"]["valid-replication-keys"] == ["region", "no", "seen", "v"]
    for entry in orders["metadata"]:
        if entry["breadcrumb"] in (["properties", "doc"], ["properties", "no"], ["properties", "seen"]):
            entry["metadata"]["selected"] = False
    catalog["streams"][1]["metadata"][0]["metadata"]["selected"] = False
    assert tap(bench, catalog=catalog, tables=["o*", "main.shown"]).records == [{"region": "n", "no": 1, "v": 5}]
    everywhere = tap(bench, schemas=["main", "other"], tables=["*own", "other.*"])
    assert [message["stream"] for message in everywhere.of("SCHEMA")] == ["main_shown", 'other_Odd "name%s{}']
    assert everywhere.records == [{"id": 1}, {"id": 4, "c0": 1}]
    assert tap(bench, "--test", tables=["orders"]).records[0]["v"] == 5
    schemas = tap(bench, "--test", "schema")
    assert (len(schemas.of("SCHEMA")), schemas.records) == (2, [])


def test_tables_that_target_duckdb_wrote_have_their_keys(bench: Any, path: Path) -> None:
    assert bench.target("target-duckdb", _messages("orders", ["ID"], [{"ID": 1}, {"ID": 2}])).code == 0
    assert bench.target("target-duckdb", _messages("notes", [], [{"ID": 1}])).code == 0
    result = tap(bench)
    assert {message["stream"]: message["key_properties"] for message in result.of("SCHEMA")} == {
        "orders": ["ID"],
        "notes": [],
    }
    execute(path, 'ALTER TABLE orders RENAME "ID" TO no')
    assert tap(bench).of("SCHEMA")[1]["key_properties"] == []
    execute(path, "UPDATE _flext_streams SET document = '{'")
    assert tap(bench, keys={"orders": ["no"]}).of("SCHEMA")[1]["key_properties"] == ["no"]
    execute(path, "DROP TABLE _flext_streams", "CREATE TABLE _flext_streams (other INTEGER)")
    assert tap(bench).code == 0


def _messages(stream: str, keys: list[str], records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    schema = {"properties": {"ID": {"type": ["integer", "null"]}}}
    return [
        {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": keys},
        *({"type": "RECORD", "stream": stream, "record": record} for record in records),
    ]


def test_every_full_run_drops_what_is_gone(bench: Any, path: Path) -> None:
    execute(path, "CREATE TABLE t (id INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    first = tap(bench)
    assert bench.target("target-sqlite", first.out).code == 0
    execute(path, "DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (3)")
    second = tap(bench, state=first.state)
    assert second.of("ACTIVATE_VERSION")[0]["version"] > first.of("ACTIVATE_VERSION")[0]["version"]
    assert bench.target("target-sqlite", second.out).code == 0
    assert sorted(bench.query("target-sqlite", "SELECT id FROM t")) == [(2,), (3,)]


@pytest.mark.parametrize("keyed", [True, False])
def test_later_runs_read_only_what_is_new(bench: Any, path: Path, keyed: bool) -> None:
    key = "PRIMARY KEY" if keyed else ""
    execute(
        path,
        f"CREATE TABLE t (id INTEGER {key}, seen TIMESTAMPTZ, note VARCHAR)",
        "INSERT INTO t VALUES (1, '2026-01-01', 'a'), (2, '2026-01-03', 'b'), (3, NULL, 'c'), (4, '2026-01-03', 'd')",
    )
    first = tap(bench, replication_key="seen")
    assert sorted(ids(first)) == [1, 2, 3, 4]
    assert first.state["bookmarks"]["t"]["replication_key_value"] == "2026-01-03T00:00:00Z"
    assert len(first.of("ACTIVATE_VERSION")) == (0 if keyed else 1)
    assert ids(tap(bench, replication_key="seen", state=first.state)) == []
    execute(
        path,
        "INSERT INTO t VALUES (5, '2026-01-03', 'e'), (6, '2026-01-02', 'f'), (7, '2026-01-04', 'g')",
        "UPDATE t SET note = 'changed', seen = '2026-01-05' WHERE id = 1",
    )
    second = tap(bench, replication_key="seen", state=first.state)
    assert ids(second) == [5, 7, 1]
    assert second.of("ACTIVATE_VERSION") == []
    assert ids(tap(bench, replication_key="seen", state=second.state)) == []
    execute(path, "UPDATE t SET note = 'again' WHERE id = 1")
    assert ids(tap(bench, replication_key="seen", state=second.state)) == [1]


@pytest.mark.parametrize(
    ("kind", "values", "more"),
    [
        ("HUGEINT", ["1", "170141183460469231731687303715884105726"], "170141183460469231731687303715884105727"),
        ("DECIMAL(38, 10)", ["1.5", "12345678901234567890.5"], "12345678901234567890.6"),
        ("DECIMAL(2, 2)", ["0.1", "0.11"], "0.12"),
        ("DOUBLE", ["'-inf'", "0.1"], "'nan'"),
        ("FLOAT", ["0.1", "0.2"], "0.20000001"),
        ("DATE", ["'0044-03-15 (BC)'", "'2026-01-02'"], "'infinity'"),
        ("TIMESTAMP", ["'2026-01-01 10:00'", "'10000-01-01 10:00:00.000001'"], "'10000-01-01 10:00:00.000002'"),
        ("TIMESTAMP_NS", ["'2026-01-01 10:00'", "'2026-01-01 10:00:00.000000001'"], "'2026-01-01 10:00:00.000000002'"),
        ("VARCHAR", ["'a'", "'it''s \"%s\" {}'"], "'z'"),
        ("TIME", ["'10:00'"], "'10:00:00.000001'"),
        ("UUID", ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ],
)
def test_replication_keys_of_all_kinds(bench: Any, path: Path, kind: str, values: list[str], more: str) -> None:
    rows = [f"INSERT INTO t VALUES ({number}, {value})" for number, value in enumerate([*values, more], 1)]
    execute(path, f'CREATE TABLE t (id INTEGER, "K%" {kind})', *rows[:-1])
    first = tap(bench, replication_key={"t": "K%"}, keys=["id"])
    execute(path, rows[-1])
    second = tap(bench, replication_key={"t": "K%"}, state=first.state, keys=["id"])
    assert (ids(first), ids(second)) == (list(range(1, len(rows))), [len(rows)])


def test_many_pieces_and_a_run_that_stops_in_the_middle(
    bench: Any, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_duckdbtap, "_ROWS", 100)
    monkeypatch.setattr(_duckdbtap, "_BATCH", 50)
    execute(path, "CREATE TABLE t AS SELECT i AS id, i // 30 AS k FROM range(1000) AS r(i)")
    whole = tap(bench, replication_key="k")
    assert len(whole.of("STATE")) > 9
    lines = whole.out.splitlines()
    for stop in (3, 7):
        places = [number for number, line in enumerate(lines) if b'"STATE"' in line[:20]]
        head = lines[: places[stop] + 1]
        rest = tap(bench, replication_key="k", state=json.loads(head[-1])["value"])
        assert rest.of("ACTIVATE_VERSION")[0]["version"] == whole.of("ACTIVATE_VERSION")[0]["version"]
        before = [json.loads(line)["record"]["id"] for line in head if b'"RECORD"' in line[:20]]
        assert sorted(before + ids(rest)) == list(range(1000))
    monkeypatch.setattr(_ties, "KEYLESS", 3)
    assert "rows share one value of k; give the stream keys" in tap(bench, replication_key="k").talk[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"path": "nope.duckdb"}, "path: there is no file nope.duckdb"),
        ({"path": "."}, "path: . is a folder, not a database file"),
        ({"path": __file__}, "not a valid DuckDB database file"),
        ({"schemas": ["nope"]}, "schemas: the database has no schema nope"),
        ({"schemas": ["empty"]}, "there is no table in empty that this user may read"),
        ({"tables": ["nope*"]}, "tables: nothing matches nope* in main"),
        ({"keys": {"zzz": ["id"]}}, "keys names the stream zzz, but there are only: t"),
        ({"keys": ["zzz"]}, "t: the key field zzz does not exist; there are: id"),
        ({"replication_key": "zzz"}, "replication_key: no table has a column zzz"),
        ({"tables": ["broken"]}, "Could not convert string '1x' to INT32"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(bench: Any, path: Path, more: dict[str, Any], words: str) -> None:
    view = "CREATE VIEW broken AS SELECT CAST(CAST(id AS VARCHAR) || 'x' AS INTEGER) AS id FROM t"
    execute(path, "CREATE TABLE t AS SELECT 1 AS id", view, "CREATE SCHEMA empty")
    result = tap(bench, **{"tables": ["t"]} | more)
    assert result.code == 1
    assert len(result.talk) == 1, result.err
    assert words in result.talk[0]


HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["write", "read"])
def test_a_file_that_another_program_has_open(bench: Any, path: Path, how: str) -> None:
    execute(path, "CREATE TABLE t AS SELECT 1 AS id")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin
    assert holder.stdout
    try:
        assert holder.stdout.readline() == b"held\n"
        result = tap(bench, lock_timeout=0)
        if how == "read":
            assert ids(result) == [1]
        else:
            words = f"ERROR tap-duckdb: {path} is locked by another process, and still was after 0 s (lock_timeout)"
            assert (result.code, result.talk) == (1, [words])
    finally:
        holder.communicate(timeout=60)


CRASH = """
import duckdb, os, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE t AS SELECT 1 AS id")
os._exit(9)
"""


def test_a_file_is_only_read_even_after_a_crash(bench: Any, path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False).returncode == 9
    before = {each.name: each.read_bytes() for each in path.parent.glob("w.duckdb*")}
    assert len(before) == 2
    assert ids(tap(bench, replication_key="id")) == [1]
    assert {each.name: each.read_bytes() for each in path.parent.glob("w.duckdb*")} == before
