"""tap-postgres and target-postgres on a real server."""

from __future__ import annotations

import json
import subprocess
import threading
from typing import Any

import pytest

from flext_sdk.connectors import _pgtap, _pgtarget, _ties

from .pgserver import PASSWORD

INT = {"type": ["null", "integer"]}
TYPES = r"""
CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN positive AS numeric CHECK (value > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE kinds (
 id bigint PRIMARY KEY, b boolean, n numeric(40,10), f float8, f4 float4, s text, c char(5), d date, ts timestamp, tz timestamptz,
 j json, jb jsonb, a int[], ta text[], u uuid, bin bytea, m mood, r int4range, i interval, p positive, mo money, t time, cp pair);
INSERT INTO kinds VALUES
(1, true, 12345678901234567890.1234567890, 0.1, 0.1, E'q"\n,\\.\n\\.\nüß', 'ab', '2026-01-01', '2026-01-01 01:02:03.5',
 '2026-01-01 01:02:03+02', E'{"a":\n 1, "b": "x\\ny"}', '{"z": [1, null, 12345678901234567890]}', '{{1,2},{3,NULL}}', E'{"x\\"",y,"\n"}',
 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00ff', 'sad', '[1,5)', '1 day 2 hours', 5, 12.34, '10:00', ROW(1, 'x')),
(2, NULL, 'NaN', '-Infinity', NULL, '', '', 'infinity', '-infinity', '0044-03-15 00:00:00+00 BC', NULL, NULL, NULL, '{}', NULL, '', NULL,
 'empty', NULL, NULL, NULL, NULL, NULL);
"""


def execute(bench: Any, *statements: str) -> None:
    with bench.postgres.connect(bench.database) as server:
        for statement in statements:
            server.execute(statement)


def tap(bench: Any, *, state: Any = None, catalog: Any = None, args: tuple[str, ...] = (), **more: Any) -> Any:
    settings = bench.postgres.settings(bench.database) | more
    options = list(args)
    if state is not None:
        options += ["--state", bench.json("state.json", state)]
    if catalog is not None:
        options += ["--catalog", bench.json("catalog.json", catalog)]
    return bench.run("tap-postgres", settings, *options)


def ids(result: Any) -> list[int]:
    assert result.code == 0, result.err
    return [record["id"] for record in result.records]


def test_values_of_all_types_come_unaltered(bench_pg: Any) -> None:
    execute(bench_pg, TYPES)
    result = tap(bench_pg)
    assert result.code == 0, result.err
    line = result.out.splitlines()[1]
    assert b'"n":12345678901234567890.1234567890,' in line
    assert b'"mo":12.34' in line
    first, second = result.records
    assert first == first | {
        "b": True, "f": 0.1, "f4": 0.1, "s": 'q"\n,\\.\n\\.\nüß', "c": "ab   ", "d": "2026-01-01",
        "ts": "2026-01-01T01:02:03.5", "tz": "2025-12-31T23:02:03Z", "j": {"a": 1, "b": "x\ny"},
        "jb": {"z": [1, None, 12345678901234567890]}, "a": [[1, 2], [3, None]], "ta": ['x"', "y", "\n"],
        "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "bin": "00ff", "m": "sad", "r": "[1,5)", "i": "P1DT2H", "p": 5,
        "t": "10:00:00", "cp": {"x": 1, "y": "x"},
    }  # fmt: skip
    assert str(second["n"]) == "nan"
    assert second["f"] == float("-inf")
    assert (second["s"], second["d"], second["ts"]) == ("", "infinity", "-infinity")
    assert second["tz"] == "0044-03-15 00:00:00+00 BC"
    assert [name for name, value in second.items() if value is None] == ["b", "f4", "j", "jb", "a", "u", "m", "i", "p", "mo", "t", "cp"]  # fmt: skip
    assert result.of("SCHEMA")[0]["key_properties"] == ["id"]
    assert result.schema["bin"] == {"type": ["string", "null"], "contentEncoding": "base16"}
    assert result.schema["tz"]["format"] == "date-time"


@pytest.mark.parametrize("database", ["target-postgres", "target-duckdb", "target-parquet"], indirect=True)
def test_what_comes_out_goes_in_again(bench: Any, postgres: Any, database: str) -> None:
    with postgres.database("source") as name:
        with postgres.connect(name) as server:
            server.execute(TYPES)
            server.execute("DELETE FROM kinds WHERE id = 2")
        sent = bench.run("tap-postgres", postgres.settings(name))
    for _ in range(2):
        assert bench.target(database, sent.out).code == 0
    (row,) = bench.rows(database, "kinds")
    assert str(row["n"]).startswith("12345678901234567890.123456789" if database != "target-postgres" else "1.23456")
    assert row["s"] == 'q"\n,\\.\n\\.\nüß'
    assert json.loads(row["jb"]) == {"z": [1, None, 12345678901234567890]}
    assert row["ta"].replace(" ", "") == '["x\\"","y","\\n"]'
    if database == "target-postgres":
        assert bench.query(database, "SELECT CAST(n AS text) FROM kinds") == [("12345678901234567890.1234567890",)]


def test_discovery_and_selection(bench_pg: Any) -> None:
    execute(
        bench_pg,
        "CREATE TABLE orders (region text, no int, at timestamptz, doc jsonb, v int, PRIMARY KEY (region, no))",
        "CREATE VIEW shown AS SELECT no AS id FROM orders",
        "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (9)",
        "CREATE TABLE columnless ()",
        "INSERT INTO orders VALUES ('n', 1, now(), '[]', 5)",
        "INSERT INTO parted VALUES (3)",
        "CREATE SCHEMA other",
        'CREATE TABLE other."Odd ""name%s" (id int)',
        'INSERT INTO other."Odd ""name%s" VALUES (4)',
    )
    result = tap(bench_pg, args=("--discover",))
    catalog = json.loads(result.out)
    assert [entry["stream"] for entry in catalog["streams"]] == ["orders", "parted", "shown"]
    orders = catalog["streams"][0]
    assert orders["key_properties"] == ["region", "no"]
    assert orders["metadata"][0]["metadata"]["valid-replication-keys"] == ["region", "no", "at", "v"]
    orders["metadata"][0]["metadata"]["selected"] = True
    for entry in orders["metadata"]:
        if entry["breadcrumb"] in (["properties", "doc"], ["properties", "no"], ["properties", "at"]):
            entry["metadata"]["selected"] = False
    catalog["streams"][1]["metadata"][0]["metadata"]["selected"] = False
    assert tap(bench_pg, catalog=catalog, tables=["o*", "public.parted"]).records == [{"region": "n", "no": 1, "v": 5}]
    everywhere = tap(bench_pg, schemas=["public", "other"], tables=["*arted", "other.*"])
    assert [message["stream"] for message in everywhere.of("SCHEMA")] == ['other_Odd "name%s', "public_parted"]
    assert everywhere.records == [{"id": 4}, {"id": 3}]
    assert tap(bench_pg, args=("--test",), tables=["orders"]).records[0]["v"] == 5
    schemas = tap(bench_pg, args=("--test", "schema"))
    assert len(schemas.of("SCHEMA")) == 3
    assert schemas.records == []


def test_every_full_run_drops_what_is_gone(bench_pg: Any) -> None:
    execute(bench_pg, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    first = tap(bench_pg)
    assert bench_pg.target("target-postgres", first.out).code == 0
    execute(bench_pg, "DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (3)")
    second = tap(bench_pg, state=first.state)
    assert second.of("ACTIVATE_VERSION")[0]["version"] > first.of("ACTIVATE_VERSION")[0]["version"]
    assert bench_pg.target("target-postgres", second.out).code == 0
    assert sorted(bench_pg.query("target-postgres", "SELECT id FROM t")) == [(2,), (3,)]


@pytest.mark.parametrize("keyed", [True, False])
def test_later_runs_read_only_what_is_new(bench_pg: Any, keyed: bool) -> None:
    key = "PRIMARY KEY" if keyed else ""
    execute(
        bench_pg,
        f"CREATE TABLE t (id int {key}, at timestamptz, note text)",
        "INSERT INTO t VALUES (1, '2026-01-01', 'a'), (2, '2026-01-03', 'b'), (3, NULL, 'c'), (4, '2026-01-03', 'd')",
    )
    first = tap(bench_pg, replication_key="at")
    assert sorted(ids(first)) == [1, 2, 3, 4]
    assert first.state["bookmarks"]["t"]["replication_key_value"] == "2026-01-03T00:00:00Z"
    assert len(first.of("ACTIVATE_VERSION")) == (0 if keyed else 1)
    assert ids(tap(bench_pg, replication_key="at", state=first.state)) == []
    # A row that gets the last value later, one before it, and newer ones.
    execute(
        bench_pg,
        "INSERT INTO t VALUES (5, '2026-01-03', 'e'), (6, '2026-01-02', 'f'), (7, '2026-01-04', 'g')",
        "UPDATE t SET note = 'changed', at = '2026-01-05' WHERE id = 1",
    )
    second = tap(bench_pg, replication_key="at", state=first.state)
    assert ids(second) == [5, 7, 1]
    assert second.of("ACTIVATE_VERSION") == []
    assert ids(tap(bench_pg, replication_key="at", state=second.state)) == []
    versions = {message.get("version") for message in [*first.of("RECORD"), *second.of("RECORD")]}
    assert len(versions) == 1
    execute(bench_pg, "UPDATE t SET note = 'again' WHERE id = 1")
    assert ids(tap(bench_pg, replication_key="at", state=second.state)) == [1]


@pytest.mark.parametrize(
    ("kind", "values", "more"),
    [
        ("int", ["1", "2"], "3"),
        ("numeric", ["1.5", "12345678901234567890.5"], "12345678901234567890.6"),
        ("date", ["'2026-01-01'", "'2026-01-02'"], "'2026-02-01'"),
        ("timestamp", ["'2026-01-01 10:00'", "'2026-01-01 10:00:00.000001'"], "'2026-01-01 10:00:00.000002'"),
        ("text", ["'a'", "'it''s \"%s\" {}'"], "'z'"),
        ("uuid", ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    ],
)
def test_replication_keys_of_all_kinds(bench_pg: Any, kind: str, values: list[str], more: str) -> None:
    execute(bench_pg, f'CREATE TABLE t (id serial, "K%" {kind})')
    execute(bench_pg, *(f'INSERT INTO t ("K%") VALUES ({value})' for value in values))
    first = tap(bench_pg, replication_key={"t": "K%"}, keys=["id"])
    execute(bench_pg, f'INSERT INTO t ("K%") VALUES ({more})')
    second = tap(bench_pg, replication_key={"t": "K%"}, keys={"t": ["id"]}, state=first.state)
    assert (ids(first), ids(second)) == (list(range(1, len(values) + 1)), [len(values) + 1])


def test_the_catalog_decides_how_a_table_is_read(bench_pg: Any) -> None:
    execute(bench_pg, "CREATE TABLE t (id int PRIMARY KEY, doc jsonb)", "INSERT INTO t VALUES (1, '{}')")
    catalog = json.loads(tap(bench_pg, args=("--discover",)).out)
    entry = catalog["streams"][0]
    entry["replication_method"] = "INCREMENTAL"
    assert "INCREMENTAL needs a replication_key" in tap(bench_pg, catalog=catalog).talk[0]
    entry["replication_key"] = "doc"
    assert "doc cannot be a replication key, its values have no order; possible are: id" in tap(bench_pg, catalog=catalog).talk[0]  # fmt: skip
    entry["replication_key"] = "nope"
    assert "the replication key nope does not exist; there are: id, doc" in tap(bench_pg, catalog=catalog).talk[0]
    entry["replication_key"] = "id"
    first = tap(bench_pg, catalog=catalog)
    assert ids(first) == [1]
    assert first.of("SCHEMA")[0]["bookmark_properties"] == ["id"]
    assert ids(tap(bench_pg, catalog=catalog, state=first.state)) == []
    entry["replication_method"] = "FULL_TABLE"
    assert ids(tap(bench_pg, catalog=catalog, state=first.state, replication_key="id")) == [1]
    by_hand = {"bookmarks": {"t": {"replication_key": "id", "replication_key_value": "x"}}}
    words = tap(bench_pg, replication_key="id", state=by_hand).talk[-1]
    assert words == 'ERROR tap-postgres: the database says: invalid input syntax for type integer: "x"'
    assert "the bookmark of the stream t is broken" in tap(bench_pg, state={"bookmarks": {"t": 5}}).talk[0]


def test_many_chunks_and_a_run_that_stops_in_the_middle(bench_pg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pgtap, "_ROWS", 100)
    execute(bench_pg, "CREATE TABLE t AS SELECT i AS id, i / 30 AS k FROM generate_series(0, 999) AS i")
    whole = tap(bench_pg, replication_key="k")
    assert len(whole.of("STATE")) > 9
    lines = whole.out.splitlines()
    for stop in (3, 7):
        places = [number for number, line in enumerate(lines) if b'"STATE"' in line[:20]]
        head = lines[: places[stop] + 1]
        rest = tap(bench_pg, replication_key="k", state=json.loads(head[-1])["value"])
        assert rest.of("ACTIVATE_VERSION")[0]["version"] == whole.of("ACTIVATE_VERSION")[0]["version"]
        before = [json.loads(line)["record"]["id"] for line in head if b'"RECORD"' in line[:20]]
        assert sorted(before + ids(rest)) == list(range(1000))


def test_rows_without_keys_are_read_anew_when_their_fields_change(bench_pg: Any) -> None:
    execute(bench_pg, "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1), (2)")
    first = tap(bench_pg, replication_key="id")
    execute(bench_pg, "ALTER TABLE t ADD COLUMN more int")
    second = tap(bench_pg, replication_key="id", state=first.state)
    assert ids(second) == [1, 2]
    assert second.of("ACTIVATE_VERSION")[0]["version"] > first.of("ACTIVATE_VERSION")[0]["version"]
    assert "its fields have changed and it has no keys, so everything is read anew" in second.err


def test_more_rows_of_one_value_than_can_be_remembered(bench_pg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ties, "KEYED", 3)
    monkeypatch.setattr(_ties, "KEYLESS", 3)
    execute(bench_pg, "CREATE TABLE t AS SELECT i AS id, 1 AS k FROM generate_series(1, 5) AS i")
    assert "more than 3 rows share one value of k; give the stream keys" in tap(bench_pg, replication_key="k").talk[0]
    first = tap(bench_pg, replication_key="k", keys=["id"])
    assert first.state["bookmarks"]["t"]["ties"] == []
    assert ids(tap(bench_pg, replication_key="k", keys=["id"], state=first.state)) == [1, 2, 3, 4, 5]


def test_all_tables_are_read_as_of_one_moment(bench_pg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(bench_pg, "CREATE TABLE a AS SELECT 1 AS id", "CREATE TABLE b AS SELECT 1 AS id")
    read = _pgtap._Rows.read
    calls: list[int] = []

    def later(self: Any, since: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:  # b is read after this
            execute(bench_pg, "INSERT INTO a VALUES (2)", "INSERT INTO b VALUES (2)")
        return read(self, since)

    monkeypatch.setattr(_pgtap._Rows, "read", later)
    assert ids(tap(bench_pg)) == [1, 1]
    assert ids(tap(bench_pg)) == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"database": "nope"}, 'database "nope" does not exist'),
        ({"port": 1}, "Connection refused"),
        ({"password": "wrong-secret"}, 'password authentication failed for user "loader"'),
        ({"sslmode": "require"}, "server does not support SSL"),
        ({"schemas": ["nope"]}, "schemas: the database has no schema nope"),
        ({"tables": ["nope*"]}, "tables: nothing matches nope* in public"),
        ({"keys": {"zzz": ["id"]}}, "keys names the stream zzz, but there are only: t"),
        ({"keys": ["zzz"]}, "t: the key field zzz does not exist; there are: id"),
        ({"replication_key": "zzz"}, "replication_key: no table has a column zzz"),
        ({"replication_key": {"zzz": "id"}}, "replication_key names the stream zzz, but there are only: t"),
        ({"schemas": ["empty"]}, "there is no table in empty that this user may read"),
        ({"database": None}, "either url or database is required"),
        ({"url": "postgresql://u:sec ret@h:x/d"}, "url cannot be understood"),
        ({"schemas": ["public", "public_t"]}, "two tables would both be the stream public_t_x"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(bench_pg: Any, more: dict[str, Any], words: str) -> None:
    execute(
        bench_pg,
        "CREATE TABLE t (id int)",
        "CREATE SCHEMA empty",
        "CREATE SCHEMA public_t",
        "CREATE TABLE public_t.x (id int)",
    )
    if "public_t" in more.get("schemas", []):
        execute(bench_pg, "CREATE TABLE t_x (id int)")
    result = tap(bench_pg, **more)
    assert result.code == 1
    assert len(result.talk) == 1, result.err
    assert words in result.talk[0]
    assert "secret" not in result.err
    assert PASSWORD not in result.err


def test_a_url_instead_of_its_parts(bench_pg: Any) -> None:
    execute(bench_pg, "CREATE TABLE t AS SELECT 1 AS id")
    url = f"postgresql://loader@127.0.0.1:{bench_pg.postgres.port}/{bench_pg.database}"
    settings = {"url": url, "password": PASSWORD}
    assert ids(bench_pg.run("tap-postgres", settings)) == [1]
    assert ids(bench_pg.run("tap-postgres", {"url": url.replace("loader@", f"loader:{PASSWORD}@")})) == [1]
    result = bench_pg.run("tap-postgres", settings, "--discover", "--test")
    assert (result.code, result.talk) == (2, ["ERROR tap-postgres: --discover and --test exclude each other"])


def test_a_connection_that_breaks(bench_pg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pgtap, "_ROWS", 100)
    execute(bench_pg, "CREATE TABLE t AS SELECT i AS id, repeat('x', 1000) FROM generate_series(1, 50000) AS i")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tap-postgres'"
    process = bench_pg.process(
        "tap-postgres", bench_pg.postgres.settings(bench_pg.database), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    execute(bench_pg, end)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert [line for line in err.decode().splitlines() if "METRIC" not in line][-1].startswith(
        "ERROR tap-postgres: the database says: "
    )


def test_the_target_is_tested_without_a_trace(bench_pg: Any) -> None:
    settings = bench_pg.settings_of("target-postgres")
    assert bench_pg.run("target-postgres", settings, "--test").code == 0
    assert bench_pg.query("target-postgres", "SELECT 1 FROM pg_namespace WHERE nspname = 'out'") == []
    execute(bench_pg, "CREATE ROLE reader LOGIN PASSWORD 'r'")
    try:
        for mode in ([], ["--test"]):
            result = bench_pg.run("target-postgres", settings | {"user": "reader", "password": "r"}, *mode)
            assert result.talk == [
                f"ERROR target-postgres: the database says: permission denied for database {bench_pg.database}"
            ]
    finally:
        execute(bench_pg, "DROP ROLE reader")


def test_a_stream_has_one_writer_and_others_go_on(bench_pg: Any) -> None:
    head = {"type": "SCHEMA", "stream": "s", "schema": {"properties": {"id": INT}}, "key_properties": ["id"]}
    process = bench_pg.process(
        "target-postgres", bench_pg.settings_of("target-postgres"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdin.write(json.dumps(head).encode() + b'\n{"type":"STATE","value":1}\n')
    process.stdin.flush()
    process.stdout.readline()
    data = json.dumps(head).encode() + b'\n{"type":"RECORD","stream":"s","record":{"id":2}}\n'
    settings = bench_pg.settings_of("target-postgres", lock_timeout=0.2)
    refused = bench_pg.run("target-postgres", settings, stdin=data)
    assert refused.talk == [
        (
            "ERROR target-postgres: s is being loaded into out by another process, and still was after 0.2 s (lock_timeout)"
        )
    ]
    assert bench_pg.run("target-postgres", settings, stdin=data.replace(b'"s"', b'"other"')).code == 0
    process.stdin.write(b'{"type":"RECORD","stream":"s","record":{"id":1}}\n')
    waiting = threading.Timer(0.3, process.stdin.close)
    waiting.start()
    assert bench_pg.run("target-postgres", settings | {"lock_timeout": 30}, stdin=data).code == 0
    waiting.join()
    process.wait(timeout=30)
    process.stdout.close()
    assert sorted(bench_pg.query("target-postgres", "SELECT id FROM s")) == [(1,), (2,)]
    assert bench_pg.query("target-postgres", "SELECT id FROM other") == [(2,)]


def test_a_table_that_somebody_holds(bench_pg: Any) -> None:
    head = {"type": "SCHEMA", "stream": "s", "schema": {"properties": {"id": INT}}, "key_properties": []}
    data = json.dumps(head).encode() + b'\n{"type":"RECORD","stream":"s","record":{"id":1}}\n'
    settings = bench_pg.settings_of("target-postgres", lock_timeout=0.2)
    assert bench_pg.run("target-postgres", settings, stdin=data).code == 0
    with bench_pg.postgres.connect(bench_pg.database) as holder, holder.transaction():
        holder.execute("LOCK TABLE out.s")
        result = bench_pg.run("target-postgres", settings, stdin=data)
    assert result.talk == ["ERROR target-postgres: the database says: canceling statement due to lock timeout"]
    assert bench_pg.query("target-postgres", "SELECT count(*) FROM s") == [(1,)]


def test_long_names_that_differ_at_the_end(bench_pg: Any) -> None:
    names = ["ü" * 40 + end for end in "ab"]
    for _ in range(2):
        lines = []
        for stream in ("t" * 70 + "1", "t" * 70 + "2"):
            schema = {"properties": dict.fromkeys(names, INT)}
            lines += [
                {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": [names[0]]},
                {"type": "RECORD", "stream": stream, "record": {names[0]: 1, names[1]: int(stream[-1])}},
            ]
        result = bench_pg.target("target-postgres", lines)
        assert (result.code, result.talk) == (0, [])
    first, second = ("t" * 50, "t" * 48 + "_2")
    assert bench_pg.query("target-postgres", f"SELECT * FROM {first}") == [(1, 1)]
    assert bench_pg.query("target-postgres", f"SELECT * FROM {second}") == [(1, 2)]


@pytest.mark.parametrize("kind", ["number", "string"])
def test_keys_that_are_spelled_in_several_ways(bench_pg: Any, kind: str) -> None:
    fields = {"id": {"type": kind, **({"format": "date-time"} if kind == "string" else {})}, "v": INT}
    same = ["1", "1.0", "1.00"] if kind == "number" else ['"2026-01-01T01:00:00+01:00"', '"2026-01-01T00:00:00Z"']
    head = json.dumps({"type": "SCHEMA", "stream": "s", "schema": {"properties": fields}, "key_properties": ["id"]})
    rows = [f'{{"type":"RECORD","stream":"s","record":{{"id":{text},"v":{n}}}}}' for n, text in enumerate(same)]
    for _ in range(2):
        assert bench_pg.target("target-postgres", "\n".join([head, *rows]).encode()).code == 0
    assert bench_pg.query("target-postgres", "SELECT v FROM s") == [(len(same) - 1,)]


def test_characters_that_a_text_cannot_have(bench_pg: Any) -> None:
    head = {
        "type": "SCHEMA",
        "stream": "s",
        "schema": {"properties": {"t": {"type": "string"}, "o": {"type": "object"}}},
    }
    head["key_properties"] = []
    for value in ({"t": "a\0b"}, {"o": {"x": "a\0b"}}):
        result = bench_pg.target("target-postgres", [head, {"type": "RECORD", "stream": "s", "record": value}])
        assert result.talk == [
            f"ERROR target-postgres: s: the field {min(value)} in input line 2 cannot be stored: PostgreSQL has no character NUL in texts"
        ]
    fine = {"t": "a\\u0000\n\\.\n", "o": {"x": "a\\u0000b"}}
    assert bench_pg.target("target-postgres", [head, {"type": "RECORD", "stream": "s", "record": fine}]).code == 0
    assert bench_pg.query("target-postgres", "SELECT t, o ->> 'x' FROM s") == [(fine["t"], fine["o"]["x"])]


def test_a_column_that_a_view_uses_cannot_change_and_that_is_said(bench_pg: Any) -> None:
    def message(value: Any) -> list[dict[str, Any]]:
        head = {"type": "SCHEMA", "stream": "s", "schema": {"properties": {"id": INT}}, "key_properties": []}
        return [head, {"type": "RECORD", "stream": "s", "record": {"id": value}}]

    assert bench_pg.target("target-postgres", message(1)).code == 0
    bench_pg.execute("target-postgres", "CREATE VIEW v AS SELECT id FROM s")
    result = bench_pg.target("target-postgres", message("x"))
    assert result.talk == [
        "ERROR target-postgres: the database says: cannot alter type of a column used by a view or rule"
    ]
    assert bench_pg.query("target-postgres", "SELECT id FROM s") == [(1,)]


def test_two_that_start_at_the_same_time(bench_pg: Any) -> None:
    """Both find neither schema nor _flext_streams, and both get their table."""
    processes = []
    for stream in ("a", "b", "c"):
        head = {"type": "SCHEMA", "stream": stream, "schema": {"properties": {"id": INT}}, "key_properties": []}
        path = bench_pg.file(
            f"{stream}.singer", json.dumps(head) + f'\n{{"type":"RECORD","stream":"{stream}","record":{{"id":1}}}}\n'
        )
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        settings = bench_pg.settings_of("target-postgres")
        processes.append(bench_pg.process("target-postgres", settings, "--input", str(path), **options))
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert bench_pg.query("target-postgres", "SELECT stream FROM _flext_streams ORDER BY 1") == [("a",), ("b",), ("c",)]


def test_a_connection_of_the_target_that_breaks(bench_pg: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    head = {"type": "SCHEMA", "stream": "s", "schema": {"properties": {"id": INT}}, "key_properties": []}
    insert = _pgtarget.PostgresStore.insert

    def broken(self: Any, *args: Any) -> None:
        execute(
            bench_pg,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'target-postgres'",
        )
        insert(self, *args)

    monkeypatch.setattr(_pgtarget.PostgresStore, "insert", broken)
    result = bench_pg.target("target-postgres", [head, {"type": "RECORD", "stream": "s", "record": {"id": 1}}])
    assert result.code == 1
    assert result.talk[-1].startswith("ERROR target-postgres: the database says: ")
    assert len(result.talk) == 1
