"""tap-parquet and target-parquet."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flext_sdk.connectors import _parquet, _ties

INT, TEXT = {"type": ["null", "integer"]}, {"type": ["null", "string"]}


def write(bench: Any, name: str, table: Any, **options: Any) -> Path:
    path = bench.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(table, dict):
        table = pa.table(table)
    pq.write_table(table, path, **options)
    return path


def tap(bench: Any, path: Path, state: Any = None, catalog: Any = None, **settings: Any) -> Any:
    return bench.tap({"path": str(path), **settings}, state, catalog, "tap-parquet")


def ids(result: Any) -> list[int]:
    assert result.code == 0, result.err
    return [record["id"] for record in result.records]


def head(keys: list[str], stream: str = "s", **fields: Any) -> dict[str, Any]:
    return {"type": "SCHEMA", "stream": stream, "schema": {"properties": fields}, "key_properties": keys}


def row(stream: str = "s", version: int | None = None, **fields: Any) -> dict[str, Any]:
    message = {"type": "RECORD", "stream": stream, "record": fields}
    return message if version is None else message | {"version": version}


def landed(bench: Any) -> list[dict[str, Any]]:
    return pq.read_table(bench.folder / "parquet" / "s").to_pylist()


def files(bench: Any) -> list[str]:
    folder = bench.folder / "parquet"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_values_of_all_types_come_unaltered(bench: Any) -> None:
    moment = dt.datetime(2026, 1, 1, 1, 2, 3)
    columns: dict[str, tuple[Any, list[Any], Any]] = {
        "i8": (pa.int8(), [-1], -1),
        "u64": (pa.uint64(), [2**64 - 1], 2**64 - 1),
        "f": (pa.float64(), [0.1], 0.1),
        "f32": (pa.float32(), [0.1], 0.10000000149011612),
        "minus": (pa.float64(), [-0.0], -0.0),
        "dec": (pa.decimal128(30, 2), [Decimal("12345678901234567890.10")], 12345678901234567890.10),
        "yes": (pa.bool_(), [True], True),
        "text": (pa.string(), ['q"\\\n\x01ü'], 'q"\\\n\x01ü'),
        "large": (pa.large_string(), ["x"], "x"),
        "view": (pa.string_view(), ["x"], "x"),
        "day": (pa.date32(), [dt.date(2026, 2, 28)], "2026-02-28"),
        "day64": (pa.date64(), [dt.date(2026, 2, 28)], "2026-02-28"),
        "ts": (pa.timestamp("us"), [moment], "2026-01-01T01:02:03"),
        "ms": (pa.timestamp("ms"), [moment.replace(microsecond=5000)], "2026-01-01T01:02:03.005"),
        "ns": (pa.timestamp("ns"), [1767229323000000001], "2026-01-01T01:02:03.000000001"),
        "ns_whole": (pa.timestamp("ns"), [1767229323000001000], "2026-01-01T01:02:03.000001"),
        "tz": (pa.timestamp("us", "Europe/Berlin"), [moment.replace(tzinfo=dt.UTC)], "2026-01-01T01:02:03Z"),
        "time": (pa.time64("us"), [dt.time(10, 30)], "10:30:00.000000"),
        "span": (pa.duration("ms"), [dt.timedelta(seconds=1.5)], "PT1.500S"),
        "bin": (pa.binary(), [b"\x00\xff"], "00ff"),
        "fix": (pa.binary(2), [b"ab"], "6162"),
        "list": (pa.list_(pa.timestamp("us")), [[moment, None]], ["2026-01-01T01:02:03", None]),
        "struct": (pa.struct([("a", pa.decimal128(5, 2)), ("b", pa.binary())]), [{"a": Decimal("1.10"), "b": b"x"}], {"a": 1.1, "b": "78"}),
        "map": (pa.map_(pa.string(), pa.int64()), [[("k", 1)]], {"k": 1}),
        "none": (pa.null(), [None], None),
        "dict": (pa.dictionary(pa.int8(), pa.string()), ["x"], "x"),
        "a.b": (pa.int64(), [7], 7),
    }  # fmt: skip
    table = pa.table({name: pa.array([*values, None], kind) for name, (kind, values, _) in columns.items()})
    result = tap(bench, write(bench, "t.parquet", table))
    assert result.code == 0, result.err
    first, second = result.records
    for name, (_, _, wanted) in columns.items():
        assert first[name] == wanted, name
    assert set(second.values()) == {None}
    assert b'"dec":12345678901234567890.10' in result.out
    assert b'"minus":-0.0' in result.out
    assert result.schema["bin"] == {"type": ["string", "null"], "contentEncoding": "base16"}
    assert result.schema["day"] == {"type": ["string", "null"], "format": "date"}
    assert result.schema["map"]["type"] == ["object", "null"]
    odd = tap(bench, write(bench, "odd.parquet", {"x": [float("nan"), float("-inf")], "m": pa.array([[], []], pa.map_(pa.string(), pa.int8()))}))  # fmt: skip
    assert b'{"x":NaN,"m":{}}' in odd.out
    assert b'{"x":-Infinity,"m":{}}' in odd.out


def test_files_of_a_folder_and_their_streams(bench: Any) -> None:
    write(bench, "d/a/x.parquet", {"id": [1]})
    write(bench, "d/a/y.parquet", {"id": [2.5], "more": ["m"]})
    write(bench, "d/b/x.parquet", {"id": [3]})
    pattern = bench.folder / "d" / "**" / "*.parquet"
    assert "would both be the stream x" in tap(bench, pattern).talk[0]
    by_folder = tap(bench, pattern, stream_names="folder")
    assert [message["stream"] for message in by_folder.of("SCHEMA")] == ["a", "b"]
    assert by_folder.schema["id"]["type"] == ["number", "null"]
    assert by_folder.records == [{"id": 1}, {"id": 2.5, "more": "m"}, {"id": 3}]
    one = tap(bench, pattern, stream="all", keys=["id"])
    assert [message["record"]["id"] for message in one.of("RECORD")] == [1, 2.5, 3]
    assert one.of("ACTIVATE_VERSION") == []


def test_later_runs_read_new_and_changed_files(bench: Any) -> None:
    write(bench, "d/1.parquet", {"id": [1, 2]})
    settings: dict[str, Any] = {"stream": "s", "keys": ["id"]}
    first = tap(bench, bench.folder / "d", **settings)
    assert ids(first) == [1, 2]
    os.utime(bench.folder / "d" / "1.parquet")
    second = tap(bench, bench.folder / "d", first.state, **settings)
    assert ids(second) == []
    write(bench, "d/2.parquet", {"id": [3]})
    third = tap(bench, bench.folder / "d", second.state, **settings)
    assert ids(third) == [3]
    write(bench, "d/1.parquet", {"id": [1, 9]})
    fourth = tap(bench, bench.folder / "d", third.state, **settings)
    assert ids(fourth) == [1, 9]
    assert "1.parquet was rewritten, so it is read anew" in fourth.err
    changed = tap(
        bench, bench.folder / "d", fourth.state, stream="s", keys=["id"], catalog={"streams": [{"stream": "s"}]}
    )
    assert ids(changed) == []


def test_rows_without_keys_go_when_their_file_is_rewritten(bench: Any) -> None:
    path = write(bench, "s.parquet", {"id": [1, 2]})
    first = tap(bench, path)
    assert bench.target("target-parquet", first.out).code == 0
    write(bench, "s.parquet", {"id": [2, 3]})
    second = tap(bench, path, first.state)
    assert bench.target("target-parquet", second.out).code == 0
    assert [found["id"] for found in landed(bench)] == [2, 3]
    third = tap(bench, path, second.state, keys=["id"])
    assert ids(third) == [2, 3]
    assert "keys, replication key or selected fields have changed, so everything is read anew" in third.err
    catalog = json.loads(bench.run("tap-parquet", {"path": str(path)}, "--discover").out)
    catalog["streams"][0]["replication_method"] = "FULL_TABLE"
    full = tap(bench, path, catalog=catalog)
    assert ids(tap(bench, path, full.state, catalog=catalog)) == [2, 3]


def test_a_run_that_stops_in_a_file_goes_on_behind_what_was_confirmed(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_parquet, "_BATCH_ROWS", 10)
    path = write(bench, "s.parquet", {"id": range(100)}, row_group_size=25)
    whole = tap(bench, path)
    lines = whole.out.splitlines()
    places = [number for number, line in enumerate(lines) if b'"STATE"' in line[:20]]
    assert len(places) > 9
    for stop in (0, 4, 8):
        before = [json.loads(line)["record"]["id"] for line in lines[: places[stop]] if b'"RECORD"' in line[:20]]
        rest = tap(bench, path, json.loads(lines[places[stop]])["value"])
        assert before + ids(rest) == list(range(100))
        assert rest.of("RECORD")[0]["flext_position"] == ["s.parquet", len(before) + 1]
        assert len(rest.of("ACTIVATE_VERSION")) == 1


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize(
    ("kind", "values", "later"),
    [
        (pa.int64(), [1, 3, None, 3], [3, 2, 4]),
        (pa.float64(), [0.1, 0.3, None, 0.3], [0.3, 0.2, 0.4]),
        (pa.string(), ["a", "c", None, "c"], ["c", "b", "d"]),
        (pa.decimal128(30, 2), [Decimal(1), Decimal(3), None, Decimal(3)], [Decimal(3), Decimal(2), Decimal(4)]),
        (pa.date32(), [dt.date(2026, 1, day) if day else None for day in (1, 3, 0, 3)], [dt.date(2026, 1, day) for day in (3, 2, 4)]),
        (pa.timestamp("ns", "UTC"), [10**18, 3 * 10**18 + 1, None, 3 * 10**18 + 1], [3 * 10**18 + 2, 2 * 10**18, 4 * 10**18]),
        (pa.timestamp("ms"), [10**12, 3 * 10**12, None, 3 * 10**12], [3 * 10**12, 2 * 10**12, 4 * 10**12]),
        (pa.dictionary(pa.int8(), pa.string()), ["a", "c", None, "c"], ["c", "b", "d"]),
    ],
)  # fmt: skip
def test_files_written_anew_are_read_by_replication_key(
    bench: Any, kind: Any, values: Any, later: Any, keyed: bool
) -> None:
    path = write(bench, "s.parquet", {"id": [1, 2, 3, 4], "k": pa.array(values, kind)})
    settings: dict[str, Any] = {"replication_key": "k"} | ({"keys": ["id"]} if keyed else {})
    first = tap(bench, path, **settings)
    assert ids(first) == [1, 2, 3, 4]
    assert len(first.of("ACTIVATE_VERSION")) == (0 if keyed else 1)
    write(bench, "s.parquet", {"id": [1, 2, 3, 4, 5, 6, 7], "k": pa.array([*values, *later], kind)})
    second = tap(bench, path, first.state, **settings)
    assert ids(second) == [5, 7]
    assert second.of("ACTIVATE_VERSION") == []
    assert ids(tap(bench, path, second.state, **settings)) == []
    write(bench, "s.parquet", {"id": [8], "k": pa.array([later[2]], kind)})
    assert ids(tap(bench, path, second.state, **settings)) == [8]


def test_the_bounds_of_a_replication_key(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(bench, "s.parquet", {"id": [1, 2], "k": [1, 1], "l": [[1], [2]]})
    assert "l cannot be a replication key" in tap(bench, path, replication_key="l").talk[0]
    assert "replication_key names the stream x" in tap(bench, path, replication_key={"x": "k"}).talk[0]
    by_hand = {
        "bookmarks": {
            "s": {**tap(bench, path, replication_key="k").state["bookmarks"]["s"], "replication_key_value": "x"}
        }
    }
    write(bench, "s.parquet", {"id": [1, 2, 3], "k": [1, 1, 2], "l": [[1], [2], []]})
    assert "the bookmark of the stream s holds no value of k" in tap(bench, path, by_hand, replication_key="k").talk[0]
    write(bench, "d/1.parquet", {"id": [1], "k": [1]})
    write(bench, "d/2.parquet", {"id": [1]})
    assert "it lacks the replication key k" in tap(bench, bench.folder / "d", stream="s", replication_key="k").talk[0]
    monkeypatch.setattr(_ties, "KEYLESS", 1)
    write(bench, "s.parquet", {"id": [1, 2, 3], "k": [1, 1, 1]})
    assert "more than 1 rows share one value of k" in tap(bench, path, replication_key="k").talk[0]


def test_what_cannot_be_read_is_said_in_one_line(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.file("d/x.parquet", "id\n1\n")
    assert "x.parquet: it is no Parquet file, or a broken one" in tap(bench, bench.folder / "d").talk[0]
    whole = write(bench, "e/x.parquet", {"id": range(1000)}).read_bytes()
    bench.file("e/x.parquet", whole[: len(whole) // 2] + whole[-200:])
    assert len(tap(bench, bench.folder / "e").talk) == 1
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert "it has several columns called a" in tap(bench, write(bench, "f/x.parquet", twice)).talk[0]
    path = write(bench, "s.parquet", {"id": [1]})
    assert "the key field x does not exist; there are: id" in tap(bench, path, keys=["x"]).talk[0]
    broken = {"bookmarks": {"s": {"format": 1, "files": {"s.parquet": {}}}}}
    assert "the bookmark of the stream s is broken" in tap(bench, path, broken).talk[0]
    assert ids(tap(bench, path, {"bookmarks": {"s": {"format": 99}}})) == [1]
    far = pa.table({"at": pa.array([2**62], pa.timestamp("ms"))})
    assert "lies outside the years that can be written" in tap(bench, write(bench, "g.parquet", far)).talk[0]
    none = {"streams": [{"stream": "s", "schema": {"properties": {"id": {"selected": False}}}}]}
    assert "s: no field of it is selected" in tap(bench, path, catalog=none).talk[0]
    assert (
        "--catalog: it selects no stream that the source has"
        in tap(bench, path, catalog={"streams": [{"stream": "z"}]}).talk[-1]
    )
    state = tap(bench, path).state
    entry = state["bookmarks"]["s"]["files"]["s.parquet"]
    entry["stat"], entry["rows"] = [], 5
    assert "it has fewer rows than the bookmark says" in tap(bench, path, state).talk[-1]
    real = _parquet._batches

    def batches(*args: Any) -> Any:
        for table in real(*args):
            write(bench, "s.parquet", {"id": [1, 2, 3]})
            yield table

    monkeypatch.setattr(_parquet, "_batches", batches)
    assert tap(bench, path).talk == [f"ERROR tap-parquet: {path} changed while it was read; run again"]


def test_testing_and_discovery(bench: Any) -> None:
    path = write(bench, "s.parquet", {"id": [5, 6], "k": [1, 2]})
    result = bench.run("tap-parquet", {"path": str(path), "replication_key": "k"}, "--test")
    assert result.records == [{"id": 5, "k": 1}]
    catalog = json.loads(bench.run("tap-parquet", {"path": str(path), "replication_key": "k"}, "--discover").out)
    assert catalog["streams"][0]["replication_method"] == "INCREMENTAL"
    assert {tuple(entry["breadcrumb"]): entry["metadata"]["inclusion"] for entry in catalog["streams"][0]["metadata"]} == {
        (): "available", ("properties", "id"): "available", ("properties", "k"): "automatic",
    }  # fmt: skip


# -- target ------------------------------------------------------------------------------------------------------------


def test_types_and_compression(bench: Any) -> None:
    fields = {"i": INT, "n": {"type": "number"}, "b": {"type": "boolean"}, "t": TEXT, "o": {"type": "object"},
              "d": {"type": "string", "format": "date"}, "at": {"type": "string", "format": "date-time"}}  # fmt: skip
    record = {
        "i": 2**63 - 1,
        "n": 0.1,
        "b": True,
        "t": "x",
        "o": {"a": [1]},
        "d": "2026-02-28",
        "at": "2026-01-01T10:00:00+02:00",
    }
    for word, codec in (("snappy", "SNAPPY"), ("zstd", "ZSTD"), ("gzip", "GZIP"), ("none", "UNCOMPRESSED")):
        folder = bench.folder / word
        data = b"".join(json.dumps(m).encode() + b"\n" for m in (head([], **fields), row(**record)))
        assert bench.run("target-parquet", {"path": str(folder), "compression": word}, stdin=data).code == 0
        (path,) = (folder / "s").iterdir()
        assert pq.read_metadata(path).row_group(0).column(0).compression == codec
    table = pq.read_table(path)
    assert [str(field.type) for field in table.schema] == [
        "int64", "double", "bool", "string", "string", "date32[day]", "timestamp[us, tz=UTC]",
    ]  # fmt: skip
    assert table.to_pylist() == [
        record | {"o": '{"a":[1]}', "d": dt.date(2026, 2, 28), "at": dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)}
    ]
    refused = bench.run("target-parquet", {"path": "x", "compression": "rar", "rows_per_file": 0})
    assert "compression must be one of snappy, zstd, gzip, none" in refused.talk[0]
    assert "rows_per_file must be 1 or more" in refused.talk[0]


def test_each_key_stands_once_over_all_files(bench: Any) -> None:
    messages: list[Any] = [head(["id"], id=INT, v=INT)]
    for v in range(4):
        messages += [row(id=i, v=v) for i in range(v * 5, v * 5 + 15)] + [{"type": "STATE", "value": v}]
    data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
    settings = bench.settings_of("target-parquet", rows_per_file=10)
    for _ in range(2):
        assert bench.run("target-parquet", settings, stdin=data).code == 0
        found = {each["id"]: each["v"] for each in landed(bench)}
        assert len(landed(bench)) == len(found) == 30
        assert found == {i: min(i // 5, 3) for i in range(30)}
    assert bench.target("target-parquet", [messages[0], *(row(id=i, v=9) for i in range(30))]).code == 0
    assert {each["v"] for each in landed(bench)} == {9}
    assert len([name for name in files(bench) if name.endswith(".parquet")]) == 1


def test_all_files_have_the_same_columns_when_the_schema_grows(bench: Any) -> None:
    settings = bench.settings_of("target-parquet", rows_per_file=1)
    steps = [
        [head([], a=INT), row(a=1), {"type": "STATE", "value": 1}, row(a=2)],
        [head([], a=INT, b=TEXT), row(a=3, b="x")],
        [head([], a={"type": "number"}, b=TEXT), row(a=2.5)],
        [head([], a=TEXT), row(a="z")],
    ]
    for messages in steps:
        data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
        assert bench.run("target-parquet", settings, stdin=data).code == 0
        schemas = {
            str(pq.read_schema(bench.folder / "parquet" / name)) for name in files(bench) if name.endswith(".parquet")
        }
        assert len(schemas) == 1
    assert sorted((each["a"], each["b"]) for each in landed(bench) if each["b"]) == [("3.0", "x")]
    assert sorted(each["a"] for each in landed(bench)) == ["1.0", "2.0", "2.5", "3.0", "z"]


def test_a_new_version_shows_only_when_it_is_whole(bench: Any) -> None:
    assert (
        bench.target(
            "target-parquet",
            [head([], a=INT), row(version=1, a=1), {"type": "ACTIVATE_VERSION", "stream": "s", "version": 1}],
        ).code
        == 0
    )
    settings = bench.settings_of("target-parquet", rows_per_file=1)
    half = [head([], a=INT), row(version=2, a=2), {"type": "STATE", "value": 1}]
    data = b"".join(json.dumps(message).encode() + b"\n" for message in half)
    assert bench.run("target-parquet", settings, stdin=data).code == 0
    assert landed(bench) == [{"a": 1}]
    assert [name for name in files(bench) if name.endswith(".stage")] == ["s/.part-000002.parquet.stage"]
    done = [head([], a=INT), row(version=2, a=3), {"type": "ACTIVATE_VERSION", "stream": "s", "version": 2}]
    assert bench.target("target-parquet", done).code == 0
    assert sorted(each["a"] for each in landed(bench)) == [2, 3]
    assert not [name for name in files(bench) if name.endswith((".stage", ".new"))]
    emptied = [head([], a=INT), {"type": "ACTIVATE_VERSION", "stream": "s", "version": 3}]
    assert bench.target("target-parquet", emptied).code == 0
    assert landed(bench) == []


def test_a_killed_target_leaves_no_half_file_and_the_next_run_cleans_up(bench: Any) -> None:
    process = bench.process(
        "target-parquet", bench.settings_of("target-parquet"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    line = json.dumps(row(a=1)).encode() + b"\n"
    process.stdin.write(
        json.dumps(head([], a=INT)).encode() + b"\n" + line * 30_000 + b'{"type":"STATE","value":1}\n' + line * 60_000
    )
    process.stdin.flush()
    process.stdout.readline()
    folder = bench.folder / "parquet" / "s"
    while not list(folder.glob(".*.new")):
        process.poll()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for end in (process.stdin, process.stdout):
        end.close()
    assert list(folder.glob(".*.new"))
    assert len(pq.read_table(folder)) == 30_000
    assert sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet")) == 30_000
    assert bench.target("target-parquet", [head([], a=INT), row(a=2)]).code == 0
    assert not list(folder.glob(".*"))
    assert len(pq.read_table(folder)) == 30_001


def test_a_crash_between_the_journal_and_the_names_is_finished(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk.connectors._parquetstore import ParquetStore

    assert bench.target("target-parquet", [head(["a"], a=INT, v=INT), row(a=1, v=1)]).code == 0
    with monkeypatch.context() as patch:
        real = ParquetStore._finish
        calls: list[int] = []

        def crash(self: Any) -> None:
            calls.append(1)
            if len(calls) > 1:
                os._exit(9)
            real(self)

        patch.setattr(ParquetStore, "_finish", crash)
        child = os.fork()
        if not child:
            bench.target("target-parquet", [head(["a"], a=INT, v=INT), row(a=1, v=2), row(a=2, v=2)])
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert landed(bench) == [{"a": 1, "v": 1}]
    assert bench.target("target-parquet", []).code == 0
    assert sorted((each["a"], each["v"]) for each in landed(bench)) == [(1, 2), (2, 2)]


def test_a_folder_has_one_writer(bench: Any) -> None:
    settings = bench.settings_of("target-parquet", rows_per_file=1)  # confirmed at the first row, not in a minute
    process = bench.process("target-parquet", settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    messages = [head([], a=INT), head([], "other", a=INT), row("other", a=1), {"type": "STATE", "value": 1}]
    process.stdin.write(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
    process.stdin.flush()
    assert process.stdout.readline()
    result = bench.run("target-parquet", bench.settings_of("target-parquet", lock_timeout=0.1))
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()
    folder = bench.folder / "parquet"
    assert result.talk == [
        f"ERROR target-parquet: {folder} is written to by another process, and still was after 0.1 s (lock_timeout)"
    ]
    assert pq.read_table(folder / "s").num_rows == 0  # the columns can be seen


def test_files_that_somebody_removed(bench: Any) -> None:
    settings = bench.settings_of("target-parquet", rows_per_file=1)
    messages: list[Any] = [head([], a=INT)]
    for a in range(3):
        messages += [row(a=a), {"type": "STATE", "value": a}]
    data = b"".join(json.dumps(message).encode() + b"\n" for message in messages)
    assert bench.run("target-parquet", settings, stdin=data).code == 0
    (bench.folder / "parquet" / "s" / "part-000002.parquet").unlink()
    result = bench.target("target-parquet", [head([], a=INT), row(a=9)])
    assert "files have been removed" in result.talk[0]
    assert sorted(each["a"] for each in landed(bench)) == [0, 2, 9]
    bench.file("parquet/.target-parquet.json", "{")
    assert "is broken; move the folder away and load it anew" in bench.target("target-parquet", messages).talk[0]


def test_there_and_back(bench: Any) -> None:
    csv = bench.file(
        "s.csv", "id,name,at,n\n" + "".join(f'{i},"n {i}",2026-01-01T00:00:{i % 60:02}Z,{i / 4}\n' for i in range(500))
    )
    assert bench.target("target-parquet", bench.tap({"path": str(csv)}).out).code == 0
    back = tap(bench, bench.folder / "parquet" / "**" / "*.parquet", stream_names="folder")
    assert back.records == bench.tap({"path": str(csv)}).records
    assert back.of("SCHEMA")[0]["stream"] == "s"


def test_types_that_parquet_files_rarely_hold() -> None:
    from flext_sdk.connectors import _arrow
    from flext_sdk.connectors._errors import ConnectorError

    interval = pa.array([pa.MonthDayNano([1, 2, 3_500_000_000]), None], pa.month_day_nano_interval())
    text = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    identity = pa.array([bytes.fromhex(text.replace("-", "")), None], pa.uuid())
    repeated = pa.array([7, 7], pa.run_end_encoded(pa.int32(), pa.int64()))
    nested = pa.array(
        [[[("k", {"x": dt.timedelta(seconds=1)})]]],
        pa.list_(pa.map_(pa.string(), pa.struct([("x", pa.duration("s"))]))),
    )
    for column, kind, wanted in (
        (interval, "string", ["P1M2DT3.500000000S", None]),
        (identity, "string", [text, None]),
        (repeated, "integer", ["7", "7"]),
        (nested, "array", ['[{"k":{"x":1.0}}]']),
    ):
        assert _arrow.kind_of(column.type) == kind
        assert _arrow.as_text(column, kind).to_pylist() == wanted
    assert _arrow.kind_of(pa.list_(pa.int64())) == "array"
    with pytest.raises(
        ConnectorError, match=r"s: the field u cannot be read: values of the type .* have no form in JSON"
    ):
        _arrow.checked_kinds("s", [("u", _Odd())])


class _Odd:
    """A type of a later Arrow."""

    id = 200

    def __str__(self) -> str:
        return "odd"
