"""The targets: whatever a tap of another maker writes lands unaltered, or stops with one clear line."""

from __future__ import annotations

import json
from typing import Any

import pytest

STATE = {"type": "STATE", "value": {"at": 1}}


def schema(properties: dict[str, Any], keys: list[str] | None = None, stream: str = "s") -> dict[str, Any]:
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"type": "object", "properties": properties},
        "key_properties": keys or [],
    }


def record(stream: str = "s", version: int | None = None, **fields: Any) -> dict[str, Any]:
    message = {"type": "RECORD", "stream": stream, "record": fields, "time_extracted": "2026-01-01T00:00:00Z"}
    return message if version is None else {**message, "version": version}


def activate(version: int, stream: str = "s") -> dict[str, Any]:
    return {"type": "ACTIVATE_VERSION", "stream": stream, "version": version}


INT, TEXT, NUM = {"type": ["null", "integer"]}, {"type": ["null", "string"]}, {"type": ["number", "null"]}
TIME = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}


def send(bench: Any, program: str, *messages: Any) -> Any:
    result = bench.target(program, list(messages))
    assert result.code == 0, result.err
    return result


def refused(bench: Any, program: str, data: Any) -> str:
    result = bench.target(program, data)
    assert result.code == 1
    assert len(result.talk) == 1, result.err
    return result.talk[0]


def test_types_of_columns(bench: Any) -> None:
    fields = {
        "i": INT,
        "n": NUM,
        "b": {"type": "boolean"},
        "t": TEXT,
        "at": TIME,
        "d": {"type": "string", "format": "date"},
        "o": {"type": "object"},
    }
    row = {
        "i": 2**63 - 1,
        "n": 0.1,
        "b": True,
        "t": "x",
        "at": "2026-01-01T10:00:00+02:00",
        "d": "2026-02-28",
        "o": {"a": [1, None]},
    }
    send(bench, "target-duckdb", schema(fields), record(**row), record())
    types = {name: kind for name, kind, *_ in bench.query("target-duckdb", "DESCRIBE s")}
    assert types == {
        "i": "BIGINT", "n": "DOUBLE", "b": "BOOLEAN", "t": "VARCHAR", "at": "TIMESTAMP WITH TIME ZONE", "d": "DATE", "o": "JSON",
    }  # fmt: skip
    assert bench.rows("target-duckdb", "s") == [
        {**row, "at": "2026-01-01 08:00:00+00", "o": '{"a":[1,null]}'},
        dict.fromkeys(row),
    ]
    send(bench, "target-sqlite", schema(fields), record(**row), record())
    assert bench.rows("target-sqlite", "s") == [{**row, "b": 1, "o": '{"a":[1,null]}'}, dict.fromkeys(row)]


def test_naive_times_and_their_limits(bench: Any) -> None:
    send(bench, "target-duckdb", schema({"at": TIME}), record(), record(at="2026-01-01T10:00:00.123456"))
    assert bench.query("target-duckdb", "SELECT column_type FROM (DESCRIBE s)") == [("TIMESTAMP",)]
    send(bench, "target-duckdb", schema({"at": TIME}), record(at="2026-01-01T10:00:00Z"))
    assert [row["at"] for row in bench.rows("target-duckdb", "s")] == [
        None,
        "2026-01-01T10:00:00.123456",
        "2026-01-01T10:00:00Z",
    ]


@pytest.mark.parametrize(
    ("kind", "first", "second", "landed"),
    [
        (INT, 1, 2.5, [1.0, 2.5]),
        (INT, 1, 5.0, [1, 5]),
        (INT, 1, "x", ["1", "x"]),
        (INT, 1, True, ["1", "true"]),
        (INT, 2**53 + 1, 2.5, [str(2**53 + 1), "2.5"]),
        (INT, 1, 2**64, ["1", str(2**64)]),
        (NUM, 1.5, "x", ["1.5", "x"]),
        (NUM, 0.1, 2**53 + 1, ["0.1", str(2**53 + 1)]),
        (NUM, 0.30000000000000004, 1, [0.30000000000000004, 1.0]),
        ({"type": "boolean"}, True, "yes", ["true", "yes"]),
        ({"type": "boolean"}, False, 0, ["false", "0"]),
        (TEXT, "007", 7, ["007", "7"]),
        (TEXT, "x", {"a": 1}, ["x", '{"a":1}']),
        ({"type": "object"}, {"a": 1}, "x", ['{"a":1}', '"x"']),
        ({}, "x", 1, ["x", "1"]),
        ({"type": "string", "format": "date"}, "2026-02-28", "2026-02-30", ["2026-02-28", "2026-02-30"]),
        ({"type": "string", "format": "time"}, "10:00", "25:00", ["10:00", "25:00"]),
        (TIME, "2026-01-01T10:00:00", "2026-01-01", ["2026-01-01T10:00:00", "2026-01-01"]),
        (TIME, "2026-01-01T10:00:00Z", "2026-01-01T10:00:00.123456789Z", None),
        (TIME, "0000-01-01T00:00:00", "x", ["0000-01-01T00:00:00", "x"]),
    ],
)
@pytest.mark.parametrize("apart", [True, False])
def test_a_value_that_does_not_fit_widens_its_column(
    bench: Any, database: str, kind: Any, first: Any, second: Any, landed: Any, apart: bool
) -> None:
    if database == "target-postgres" and not {bool, str, dict} & {type(first), type(second)}:
        landed = [first, second]  # a column of numbers holds every number
    elif database == "target-postgres" and first == {"a": 1}:
        landed = [landed[0], "x"]  # its JSON is no text
    send(bench, database, schema({"v": kind}), record(v=first), *([] if apart else [record(v=second)]))
    if apart:
        send(bench, database, schema({"v": kind}), record(v=second))
    values = [row["v"] for row in bench.rows(database, "s")]
    if landed is None:
        landed = [
            "2026-01-01T10:00:00Z" if database == "target-sqlite" or not apart else "2026-01-01T10:00:00+00:00",
            second,
        ]
    if database == "target-postgres":
        assert list(map(str, values)) == list(map(str, landed)) or values == landed
        return
    assert values == landed
    assert list(map(type, values)) == list(map(type, landed))


def test_widening_keeps_rows_keys_indexes_and_foreign_columns(bench: Any) -> None:
    send(bench, "target-sqlite", schema({"id": INT, "v": INT}, ["id"]), record(id=1, v=1))
    bench.query("target-sqlite", "SELECT 1")
    import sqlite3

    with sqlite3.connect(bench.destination("target-sqlite")) as connection:
        connection.execute("CREATE INDEX by_v ON s (v)")
        connection.execute("CREATE VIEW w AS SELECT v FROM s")
        connection.execute("ALTER TABLE s ADD COLUMN mine BLOB")
        connection.execute("UPDATE s SET mine = 'kept'")
    connection.close()
    send(bench, "target-sqlite", schema({"id": INT, "v": INT}, ["id"]), record(id="a", v="x"), record(id=1, v=2))
    assert bench.query("target-sqlite", "SELECT * FROM s ORDER BY id") == [("1", "2", "kept"), ("a", "x", None)]
    assert bench.query("target-sqlite", "SELECT count(*) FROM w") == [(2,)]
    assert ("by_v",) in bench.query("target-sqlite", "SELECT name FROM sqlite_master")


def test_columns_come_with_schemas_and_with_records(bench: Any, database: str) -> None:
    send(
        bench,
        database,
        schema({"a": INT}),
        record(a=1),
        schema({"a": INT, "b": TEXT}),
        record(a=2, b="x"),
        record(a=3, c=[1], d=True, e=None),
    )
    rows = bench.rows(database, "s")
    assert [row["b"] for row in rows] == [None, "x", None]
    assert rows[2]["c"] == "[1]"
    assert rows[2]["d"] in (True, "true", 1)
    assert rows[2]["e"] is None


def test_names_with_anything_in_them(bench: Any, database: str) -> None:
    names = {
        "select": 1,
        "Select": 2,
        "ünï codé": 3,
        'quo"te': 4,
        "a.b": 5,
        "": 6,
        "'; DROP TABLE s; --": 7,
        "SELECT_2": 8,
    }
    stream = 'or"ders; tàble-1'
    head = schema(dict.fromkeys(names, INT), ["select"], stream)
    for _ in range(2):
        send(bench, database, head, {"type": "RECORD", "stream": stream, "record": names})
    quoted = '"' + stream.replace('"', '""') + '"'
    assert bench.query(database, f"SELECT * FROM {quoted}") == [tuple(range(1, 9))]
    flipped = schema(dict.fromkeys(reversed(names), INT), ["select"], stream)
    send(bench, database, flipped, {"type": "RECORD", "stream": stream, "record": names})
    assert bench.query(database, f"SELECT * FROM {quoted}") == [tuple(range(1, 9))]


def test_streams_that_differ_by_case_have_tables_of_their_own(bench: Any, target: str) -> None:
    messages = [
        schema({"a": INT}, stream="Orders"),
        schema({"a": INT}, stream="orders"),
        record("Orders", a=1),
        record("orders", a=2),
    ]
    send(bench, target, *messages)
    send(bench, target, *reversed(messages[:2]), record("Orders", a=3))
    assert [row["a"] for row in bench.rows(target, "Orders")] == [1, 3]
    assert [row["a"] for row in bench.rows(target, "orders_2")] == [2]


def test_upsert_last_one_wins(bench: Any, database: str) -> None:
    head = schema({"a": INT, "b": TEXT, "v": INT}, ["a", "b"])
    send(bench, database, head, record(a=1, b="x", v=1), record(a=1, b="y", v=2), record(a=1, b="x", v=3))
    send(bench, database, head, record(a=1, b="y"), record(a=2, b="x", v=9))
    assert sorted(bench.query(database, "SELECT a, b, v FROM s"), key=str) == [(1, "x", 3), (1, "y", None), (2, "x", 9)]


def test_a_table_of_keys_alone(bench: Any, database: str) -> None:
    send(bench, database, schema({"a": INT}, ["a"]), record(a=1), record(a=1), record(a=2))
    assert bench.query(database, "SELECT count(*) FROM s") == [(2,)]


@pytest.mark.parametrize("row", [{"v": 1}, {"id": None, "v": 1}])
def test_null_in_a_key_is_refused_and_nothing_of_the_batch_stays(
    bench: Any, database: str, row: dict[str, Any]
) -> None:
    head = schema({"id": INT, "v": INT}, ["id"])
    send(bench, database, head, record(id=1), STATE)
    words = refused(bench, database, [head, record(id=2), record(**row), STATE])
    assert words == f"ERROR {database}: s: the key field id is null or missing in input line 3"
    assert bench.query(database, "SELECT id FROM s") == [(1,)]


def test_keys_that_change(bench: Any, database: str) -> None:
    send(bench, database, schema({"a": INT, "b": INT}), record(a=1, b=1), record(a=1, b=2))
    words = refused(bench, database, [schema({"a": INT, "b": INT}, ["a"])])
    assert "the table s holds rows that are not unique by a; drop the table" in words
    send(bench, database, schema({"a": INT, "b": INT}, ["b"]), record(a=5, b=2))
    assert sorted(bench.query(database, "SELECT a, b FROM s")) == [(1, 1), (5, 2)]
    send(bench, database, schema({"a": INT, "b": INT}), record(a=5, b=2))
    assert len(bench.rows(database, "s")) == 3
    send(bench, database, schema({"a": INT, "c": INT}), record())
    assert "not unique by c" in refused(bench, database, [schema({"a": INT, "c": INT}, ["c"])])


def test_a_table_of_someone_else_is_left_alone(bench: Any, sql_database: str) -> None:
    bench.execute(sql_database, 'CREATE TABLE "S" (x INTEGER)')
    assert "a table or view s was there before" in refused(bench, sql_database, [schema({"a": INT}), record(a=1)])
    send(bench, sql_database, schema({"a": INT}, stream="sqlite_x"), record("sqlite_x", a=1))


def test_a_folder_of_someone_else_is_left_alone(bench: Any) -> None:
    bench.file("parquet/S/notes.txt", "mine")
    assert "a table or view s was there before" in refused(bench, "target-parquet", [schema({"a": INT}), record(a=1)])
    assert [path.name for path in (bench.folder / "parquet" / "S").iterdir()] == ["notes.txt"]


def test_a_dropped_table_is_made_again_and_a_dropped_column_too(bench: Any, sql_database: str) -> None:
    send(bench, sql_database, schema({"a": INT, "b": INT}), record(a=1, b=1))
    for sql, rows in (("ALTER TABLE s DROP COLUMN b", [(1, None), (2, 2)]), ("DROP TABLE s", [(2, 2)])):
        bench.execute(sql_database, sql)
        send(bench, sql_database, schema({"a": INT, "b": INT}), record(a=2, b=2))
        assert bench.query(sql_database, "SELECT a, b FROM s") == rows


def test_exact_numbers_everywhere(bench: Any, target: str) -> None:
    data = (
        b'{"type":"SCHEMA","stream":"s","schema":{"properties":{"n":{"type":"number"},"o":{"type":"object"}}},"key_properties":[]}\n'
        b'{"type":"RECORD","stream":"s","record":{"n":1234567890123456789.125,"o":{"x":123456789012345678901234567890,"y":0.1}}}\n'
    )
    assert bench.target(target, data).code == 0
    if target == "target-postgres":
        assert bench.query(target, "SELECT CAST(n AS text), o ->> 'x' FROM s") == [
            ("1234567890123456789.125", "123456789012345678901234567890")
        ]
        return
    (row,) = bench.rows(target, "s")
    text = json.dumps(row) if target != "target-jsonl" else (bench.destination(target) / "s.jsonl").read_text()
    assert "1234567890123456789.125" in text
    assert "123456789012345678901234567890" in text


def test_nan_and_infinity(bench: Any, target: str) -> None:
    head = json.dumps(schema({"n": NUM})).encode()
    data = (
        head
        + b'\n{"type":"RECORD","stream":"s","record":{"n":NaN}}\n{"type":"RECORD","stream":"s","record":{"n":-Infinity}}\n'
    )
    if target == "target-jsonl":
        assert "the field n in input line 2 cannot be stored: NaN has no JSON form" in refused(bench, target, data)
        return
    assert bench.target(target, data).code == 0
    values = [row["n"] for row in bench.rows(target, "s")]
    assert [str(value).lower() for value in values] == (
        ["nan", "-infinity"] if target == "target-sqlite" else ["nan", "-inf"]
    )
    if target in ("target-parquet", "target-postgres"):
        return
    nested = head.replace(b"number", b"object") + b'\n{"type":"RECORD","stream":"s","record":{"o":[NaN]}}\n'
    bench.destination(target).unlink()
    assert "the field o in input line 2 cannot be stored: NaN has no JSON form" in refused(bench, target, nested)


def test_lone_surrogates_are_no_text(bench: Any, target: str) -> None:
    data = json.dumps(schema({"t": TEXT})).encode() + b'\n{"type":"RECORD","stream":"s","record":{"t":"\\ud800"}}\n'
    assert "the field t in input line 2 cannot be stored" in refused(bench, target, data)


def test_a_schema_without_fields(bench: Any, database: str) -> None:
    assert "names no fields" in refused(bench, database, [schema({})])


def test_schemas_of_all_makes(bench: Any) -> None:
    fields = {
        "both": {"type": ["integer", "number"]},
        "either": {"oneOf": [{"type": "object"}, {"type": "array"}]},
        "inner": {"properties": {"x": {}}},
        "odd": True,
    }
    send(bench, "target-duckdb", schema(fields), record(both=1, either=[1], inner={"x": 1}, odd=1))
    types = {name: kind for name, kind, *_ in bench.query("target-duckdb", "DESCRIBE s")}
    assert types == {"both": "DOUBLE", "either": "JSON", "inner": "JSON", "odd": "VARCHAR"}
    send(
        bench,
        "target-duckdb",
        schema({"m": TEXT}, stream="m"),
        record("m", n=1, f=1.5, b=True, t="x"),
        record("m", f=2),
    )
    types = {name: kind for name, kind, *_ in bench.query("target-duckdb", "DESCRIBE m")}
    assert types == {"m": "VARCHAR", "b": "BOOLEAN", "f": "DOUBLE", "n": "BIGINT", "t": "VARCHAR"}


def test_errors_of_the_database_are_one_line(bench: Any, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb
    import psycopg
    import pyarrow as pa

    from flext_sdk.connectors import _duckdb, _parquetstore, _pgtarget, _sqlite

    def fail(*_: Any) -> None:
        import sqlite3

        raise (
            sqlite3.OperationalError("disk full")
            if database == "target-sqlite"
            else duckdb.IOException("disk full\nmore")
        )

    def fail_pg(*_: Any) -> None:
        raise psycopg.OperationalError("disk full")

    def fail_pa(*_: Any) -> None:
        raise pa.ArrowInvalid("disk full\nmore")

    monkeypatch.setattr(_sqlite.SqliteStore, "commit", fail)
    monkeypatch.setattr(_duckdb.DuckDbStore, "commit", fail)
    monkeypatch.setattr(_pgtarget.PostgresStore, "save", fail_pg)
    monkeypatch.setattr(_parquetstore.ParquetStore, "commit", fail_pa)
    place = "the database says" if database == "target-postgres" else bench.destination(database)
    assert refused(bench, database, [schema({"a": INT}), record(a=1), STATE]) == f"ERROR {database}: {place}: disk full"
    monkeypatch.undo()
    assert bench.run(database, bench.settings_of(database)).code == 0
    send(bench, database, schema({"a": INT}), record(a=1))
    assert len(bench.rows(database, "s")) == 1
