"""The targets: messages, versions, states, and what an interrupted run leaves."""

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
        (b'{"type":"BATCH","stream":"s"}', "input line 2: BATCH is not supported; remove batch_config"),
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
