"""The targets: messages, versions, states, and what an interrupted run leaves."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flext_sdk.connectors import _batchfiles

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


def test_versions(bench: Any, target: str) -> None:
    head = schema({"a": INT})
    values = lambda: [row["a"] for row in bench.rows(target, "s")]  # noqa: E731
    send(bench, target, head, record(version=1, a=1), STATE)
    assert values() == [1]  # a first load is visible while it runs
    send(bench, target, head, record(version=2, a=2), STATE)
    assert values() == [1]
    send(bench, target, head, record(version=2, a=3), activate(2), record(version=2, a=4), STATE)
    assert values() == [2, 3, 4]
    send(bench, target, head, record(version=3, a=5), STATE)
    send(bench, target, head, record(version=4, a=6), activate(4))
    assert values() == [6]
    send(bench, target, head, record(version=5, a=5), STATE)
    send(bench, target, head, activate(4), record(version=4, a=7))
    assert values() == [6, 7]
    send(bench, target, head, activate(8))
    assert values() == []
    send(bench, target, head, record(a=9), STATE)
    send(bench, target, head, record(version=9, a=10), activate(9))
    assert values() == [10]


def test_a_staged_version_grows_and_widens_with_its_table(bench: Any, database: str) -> None:
    head = schema({"id": INT, "v": INT}, ["id"])
    send(bench, database, head, record(version=1, id=1, v=1), activate(1))
    send(bench, database, head, record(version=2, id=1, v=2), record(version=2, id=2, v=2**53 + 1), STATE)
    send(bench, database, head, record(version=2, id=2, v=2.5, w="x"), record(version=2, id=3, v="t"), activate(2))
    assert sorted(bench.query(database, "SELECT id, v, w FROM s")) == [(1, "2", None), (2, "2.5", "x"), (3, "t", None)]


def test_rows_that_come_again_after_an_unheard_state(bench: Any, target: str) -> None:
    head = schema({"a": INT})
    rows = [{**record(version=1, a=i), "flext_position": ["f.csv", i]} for i in range(1, 6)]
    send(bench, target, head, *rows[:3], STATE)
    send(bench, target, head, *rows, STATE)
    other = {**record(version=1, a=99), "flext_position": ["g.csv", 1]}
    send(bench, target, head, *rows, other, activate(1), STATE)
    assert [row["a"] for row in bench.rows(target, "s")] == [1, 2, 3, 4, 5, 99]


def test_states_come_out_in_order_and_the_last_one_always(bench: Any, target: str) -> None:
    states = [{"type": "STATE", "value": {"n": n}} for n in range(3)]
    result = send(bench, target, states[0], schema({"a": INT}), record(a=1), states[1], states[2], record(a=2))
    heard = [json.loads(line)["n"] for line in result.out.splitlines()]
    assert heard == sorted(heard)
    assert heard[0] == 0
    assert heard[-1] == 2
    assert len(bench.rows(target, "s")) == 2
    assert send(bench, target).out == b""


def test_large_inputs_commit_as_they_go(bench: Any, target: str) -> None:
    lines = [schema({"a": INT})]
    for n in range(3):
        lines += [record(a=i) for i in range(30_000)] + [{"type": "STATE", "value": {"n": n}}]
    result = send(bench, target, *lines)
    assert [json.loads(line)["n"] for line in result.out.splitlines()] == [0, 1, 2]
    assert len(bench.rows(target, "s")) == 90_000
    assert '"value": 90000' in result.err or result.err.count("METRIC") > 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense", "input line 2 is not JSON"),
        (b"nonsense" * 50, "nonsensenonsense..."),
        (b'{"type":"RECORD","stream":"s","record":{"a":1', "input line 2 is not JSON"),
        (b"[1]", "input line 2 is no Singer message: [1]"),
        (b"{}", "input line 2 is no Singer message: {...}"),
        (b'{"type":"RECORD","stream":"s"}', "input line 2 is no Singer message"),
        (b'{"type":"RECORD","stream":"s","record":[1]}', "input line 2: the record of the stream s is no JSON object"),
        (b'{"type":"RECORD","stream":"s","record":{},"version":"x"}', "input line 2 is no Singer message"),
        (
            b'{"type":"RECORD","stream":"t","record":{}}',
            "input line 2: a record of the stream t comes before its SCHEMA",
        ),
        (
            b'{"type":"ACTIVATE_VERSION","stream":"t","version":1}',
            "ACTIVATE_VERSION of the stream t comes before its SCHEMA",
        ),
        (b'{"type":"BATCH","stream":"s"}', "input line 2 is no Singer message: {...}"),
        (b'{"type":"BATCH","stream":"t"}', "input line 2: a BATCH of the stream t comes before its SCHEMA"),
        (
            b'{"type":"BATCH","stream":"s","encoding":{"format":"avro"},"manifest":[]}',
            "batch files in the format avro cannot be read",
        ),
        (
            b'{"type":"BATCH","stream":"s","encoding":{"format":"jsonl"},"manifest":["s3://b/x.gz"]}',
            "the batch file s3://b/x.gz is not on this machine",
        ),
        (
            b'{"type":"BATCH","stream":"s","encoding":{"format":"jsonl"},"manifest":["file:///no%20where"]}',
            "the batch file /no where cannot be read: No such file or directory",
        ),
        (
            b'{"type":"SCHEMA","stream":"t","schema":{"properties":{"a":{}}},"key_properties":["b"]}',
            "has the key b, which is none of its fields",
        ),
        (b"[" * 200_000 + b"]" * 200_000, "input line 2 is not JSON (nested too deeply)"),
    ],
)
def test_messages_that_make_no_sense(bench: Any, target: str, line: bytes, words: str) -> None:
    head = json.dumps(schema({"a": INT})).encode()
    assert words in refused(bench, target, head + b"\n" + line + b"\n" + json.dumps(STATE).encode())


def batch(*places: str, form: str = "jsonl", **more: Any) -> dict[str, Any]:
    encoding = {"format": form, "compression": "gzip"}
    return {"type": "BATCH", "stream": "s", "encoding": encoding, "manifest": list(places), **more}


def test_rows_in_batch_files(bench: Any, target: str) -> None:
    """As the Singer SDK writes them: compressed whatever the message says, with all fields that the tap read."""
    packed = bench.file(
        "a b.json.gz", gzip.compress(b'{"id":1,"n":1.5,"hidden":1}\n{"id":2,"n":12345678901234567890.125}\n')
    )
    plain = bench.file("c.json", '{"id":3,"n":3}\n\n{"id":1,"n":4,"hidden":2}')
    columns = bench.folder / "d.parquet"
    pq.write_table(pa.table({"id": [5, None, 6], "n": [5.5, 1.0, None], "hidden": [[1], [], []]}).slice(0, 1), columns)
    head = schema({"id": INT, "n": NUM}, ["id"])
    send(
        bench,
        target,
        head,
        batch(packed.as_uri(), str(plain)),
        {"type": "STATE", "value": 1},
        batch(columns.as_uri(), form="parquet"),
    )
    rows = {row["id"]: row["n"] for row in bench.rows(target, "s")}
    assert all(set(row) == {"id", "n"} for row in bench.rows(target, "s"))
    assert sorted(rows) == [1, 2, 3, 5]
    assert float(rows[1]) == 4
    assert str(rows[2]).startswith(
        "1.23456" if target in ("target-postgres", "target-jsonl") else "12345678901234567890.125"
    )
    assert float(rows[5]) == 5.5
    assert packed.exists()
    assert plain.exists()


def test_versions_of_batch_files(bench: Any, target: str) -> None:
    files = [bench.file(f"{n}.jsonl", f'{{"a":{n}}}\n').as_uri() for n in range(4)]
    values = lambda: sorted(row["a"] for row in bench.rows(target, "s"))  # noqa: E731
    head = schema({"a": INT})
    send(bench, target, head, activate(1), batch(files[0]), activate(1), STATE)
    assert values() == [0]
    send(bench, target, head, activate(2), batch(files[1]), batch(files[2]), activate(2))
    assert values() == [1, 2]
    send(bench, target, head, batch(files[3], version=3), record(version=3, a=4), activate(3))
    assert values() == [3, 4]
    result = send(bench, target, head, batch(files[0]), activate(4))
    assert 0 in values()
    assert result.talk == ["WARNING input line 3: s: what is gone stays, for its batch files tell no version"]


def test_batch_files_that_are_broken(bench: Any) -> None:
    packed = gzip.compress(b'{"a":1}\n' * 1000)
    for name, content, words in (
        ("cut.gz", packed[:-20], "cut.gz cannot be read: Compressed file ended before the end-of-stream marker"),
        ("bad.gz", packed[:20] + b"xxxx" + packed[24:], "bad.gz cannot be read: "),
        ("text.jsonl", b'{"a":1}\nnonsense\n', "text.jsonl: line 2 is not JSON"),
        ("list.jsonl", b'{"a":1}\n[1]\n', "list.jsonl: every line must be a JSON object"),
    ):
        path = bench.file(name, content)
        assert words in refused(bench, "target-sqlite", [schema({"a": INT}), batch(path.as_uri())])
    path = bench.file("no.parquet", b"PAR1")
    assert "no.parquet cannot be read: " in refused(
        bench, "target-sqlite", [schema({"a": INT}), batch(path.as_uri(), form="parquet")]
    )


def test_large_batch_files_go_in_by_pieces(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_batchfiles, "_PIECE", 100)
    path = bench.file(
        "rows.jsonl", "".join(f'{{"a":{n},"t":"{"x" * (n % 300)}"}}\n' for n in range(1000)).removesuffix("\n")
    )
    send(bench, "target-sqlite", schema({"a": INT, "t": TEXT}), batch(path.as_uri()))
    assert bench.query("target-sqlite", "SELECT count(*), sum(a), sum(length(t)) FROM s") == [
        (1000, 499_500, sum(n % 300 for n in range(1000)))
    ]


def test_blank_lines_and_unknown_messages(bench: Any, target: str) -> None:
    lines = [json.dumps(m).encode() for m in (schema({"a": INT}), {"type": "NEWS"}, {"type": "NEWS"}, record(a=1))]
    result = bench.target(target, b"\n \n".join(lines))
    assert result.code == 0
    assert result.talk == ["WARNING input line 3: messages of the type NEWS are ignored"]
    assert bench.rows(target, "s") == [{"a": 1}]


def test_jsonl_files_of_odd_streams_and_of_others(bench: Any) -> None:
    send(bench, "target-jsonl", schema({"a": INT}, stream="../x/y"), record("../x/y", a=1))
    assert (bench.folder / "out/_x_y.jsonl").read_text() == '{"a":1}\n'
    bench.file("out/s.jsonl", '{"a":0}')
    send(bench, "target-jsonl", schema({"a": INT}), record(a=1))
    with (bench.folder / "out/s.jsonl").open("a") as file:
        file.write('{"a":"mine"}\n')
    send(bench, "target-jsonl", schema({"a": INT}), record(a=2))
    assert [row["a"] for row in bench.rows("target-jsonl", "s")] == [0, 1, "mine", 2]


def test_jsonl_leaves_no_half_of_a_failed_run(bench: Any) -> None:
    send(bench, "target-jsonl", schema({"a": INT}), record(version=1, a=1), activate(1))
    for bad in ([record(version=1, a=2), {"type": "BATCH"}], [record(version=2, a=3), activate(2), {"type": "BATCH"}]):
        refused(bench, "target-jsonl", [schema({"a": INT}), *bad])
        assert bench.rows("target-jsonl", "s") == [{"a": 1}]
        assert sorted(path.name for path in (bench.folder / "out").iterdir()) == [".target-jsonl.json", "s.jsonl"]


def test_a_broken_journal(bench: Any) -> None:
    bench.file("out/.target-jsonl.json", "[]")
    assert ".target-jsonl.json is broken; remove it" in refused(bench, "target-jsonl", [schema({"a": INT})])


@pytest.mark.parametrize("replaced", [False, True])
def test_jsonl_goes_on_where_a_commit_was_cut(bench: Any, replaced: bool) -> None:
    """The journal says that the staging file takes the file's place; the crash came before or after that happened."""
    send(bench, "target-jsonl", schema({"a": INT}), record(version=1, a=1), activate(1))
    journal = bench.destination("target-jsonl") / ".target-jsonl.json"
    data = json.loads(journal.read_text())
    data["s"] |= {"version": 2, "size": 8, "moved": True}
    journal.write_text(json.dumps(data))
    bench.file("out/s.jsonl" if replaced else "out/.s.jsonl.stage", '{"a":2}\n')
    send(bench, "target-jsonl", schema({"a": INT}), record(version=2, a=3))
    assert [row["a"] for row in bench.rows("target-jsonl", "s")] == [2, 3]


def test_jsonl_cuts_off_what_was_never_committed(bench: Any) -> None:
    send(bench, "target-jsonl", schema({"a": INT}), record(version=1, a=1), STATE)
    send(bench, "target-jsonl", schema({"a": INT}), record(version=2, a=2), STATE)
    journal = bench.destination("target-jsonl") / ".target-jsonl.json"
    data = json.loads(journal.read_text())
    data["s"] |= {"size": 8}
    journal.write_text(json.dumps(data))
    for name in ("s.jsonl", ".s.jsonl.stage"):
        with (bench.folder / "out" / name).open("a") as file:
            file.write('{"a":"half')
    send(bench, "target-jsonl", schema({"a": INT}), record(version=2, a=3), activate(2))
    assert [row["a"] for row in bench.rows("target-jsonl", "s")] == [2, 3]
