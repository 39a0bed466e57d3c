"""What Arrow's parser says of lines of JSON, held against what reading each value says."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flext_sdk.connectors import _blocks, _jsonl
from flext_sdk.connectors._blocks import Block, Layout
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._files import SourceFile
from flext_sdk.connectors._jsoncheck import holds_what_is_known
from flext_sdk.connectors._kinds import Kinds

FILE = SourceFile(Path("x.jsonl"), "x.jsonl")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
NAMES = st.sampled_from(["a", "b", "", "ü", "a.b", '"'])
# Values as a file may spell them, right or wrong.
SPELLED = st.sampled_from(
    ["0", "-0", "7", "-12", "1.5", "-0.0", "1.0", "1e5", "1E-7", "1e400", "-1e400", "01", "+1", ".5", "1.", "0x1", "NaN", "-Infinity",
     "Infinity", "9223372036854775807", "9223372036854775808", "12345678901234567890123", "0.1234567890123456789", "true", "false", "null",
     "True", "tru", '""', '"x"', '"2026-01-01"', '"2026-02-30"', '"0000-01-01"', '"2026-01-01T10:00:00"', '"2026-01-01 10:00:00.123456"',
     '"2026-01-01T10:00:00Z"', '"2026-01-01T10:00:00+02:00"', '"2026-01-01T10:00:00.1234567Z"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00"', '"\\u0000"',
     '"\\x"', '"\t"', '"a\x00b"', "[]", "[1]", "{}", '{"x":1}', "[[[[]]]]", '"5"', "", "1 2", "1,", "}", '1}{"a":1', '"}\n{"', '1}\n{"a":1']
)  # fmt: skip


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return "\n" not in text


LINES = st.one_of(
    st.dictionaries(NAMES, st.one_of(SPELLED, TEXT.map(json.dumps), st.integers().map(str), st.floats(allow_nan=False).map(repr))).map(
        lambda record: "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in record.items()) + "}"
    ),
    st.sampled_from(["", " ", '{"a":1} ', '{"a":1,"a":2}', '{"a":1}{"a":2}', "[1]", "1", '{"a":1}x', '\ufeff{"a":1}', '\x0c{"a":1}', '{"a":', "1}"]),
)  # fmt: skip
PLAIN = st.sampled_from([[], ["integer"], ["number"], ["boolean"], ["string"], ["date"], ["datetime"], ["datetimetz"], ["integer", "string"], ["object"]])  # fmt: skip


def block_of(raw: bytes) -> Block:
    lines = [line for part in raw.split(b"\n") if (line := part.strip())]
    return Block(0, raw, 1, len(lines), (lines, FILE))


def read(block: Block, known: dict[str, Kinds]) -> dict[str, Kinds] | None:
    """What is known after each value was looked at, or None where a line is wrong."""
    after = dict(known)
    with mock.patch.object(_jsonl, "holds_what_is_known", return_value=False):
        try:
            _jsonl.JsonlFormat().observe(block, Layout(0), after)
        except ConnectorError:
            return None
    return after


@given(
    lines=st.lists(LINES, max_size=4),
    ends=st.sampled_from(["\n", "\r\n", "\n\n"]),
    known=st.dictionaries(NAMES, PLAIN.map(frozenset), min_size=1),
    noise=st.none() | st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=2)),
)
@example(["{}"], "\n", {"a": frozenset()}, None)
@example(['{"a":NaN}'], "\n", {"a": frozenset({"number"})}, None)
@example(['{"a":1}{"a":2}', '{"a":', "1}"], "\n", {"a": frozenset({"integer"})}, None)
@settings(max_examples=400, deadline=None)
def test_what_arrow_takes_for_known_is_known(
    lines: list[str], ends: str, known: dict[str, Kinds], noise: tuple[int, bytes] | None
) -> None:
    raw = "".join(line + ends for line in lines).encode("utf-8", "surrogatepass")
    if noise:
        raw = raw[: noise[0]] + noise[1] + raw[noise[0] :]
    block = block_of(raw)
    # Also beside what was found in the same rows before something got into them.
    found = read(block_of("".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass")), {})
    for before in (known, found or known):
        if holds_what_is_known(raw, block.data[0], before):
            assert read(block, before) == before


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.integers(-(2**63), 2**63 - 1),
                "ratio": st.floats(allow_nan=False, allow_infinity=False),
                "ok": st.booleans() | st.none(),
                "day": st.dates().map(str),
                "moment": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
                "text": TEXT,
            }
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=50, deadline=None)
def test_ordinary_rows_need_no_second_look(records: list[dict[str, Any]]) -> None:
    raw = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    block = block_of(raw)
    known = read(block, {})
    assert known
    if all(len(kinds) == 1 for kinds in known.values()):
        assert holds_what_is_known(raw, block.data[0], known)


def test_a_row_nested_without_end_is_no_trouble() -> None:
    raw = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
    for kinds in ({"string"}, {"integer"}, set(), {"array"}):
        assert not holds_what_is_known(raw, [raw[:-1]], {"a": frozenset(kinds)})


@given(
    records=st.lists(
        st.dictionaries(NAMES, st.one_of(SPELLED.filter(is_json), TEXT.map(json.dumps), st.integers(0, 99).map(str)), max_size=3),
        min_size=1,
        max_size=12,
    ),
    more=st.integers(0, 6),
    keyed=st.booleans(),
    size=st.sampled_from([20, 60, 200]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_the_tap_says_the_same_either_way(
    bench_in: Any, records: list[dict[str, str]], more: int, keyed: bool, size: int
) -> None:
    lines = ["{" + ",".join([f'"id":{n}', *(f"{json.dumps(k)}:{v}" for k, v in record.items())]) + "}\n" for n, record in enumerate(records)]  # fmt: skip
    parts = ["".join(lines[: len(lines) - more]), "".join(lines)]
    said = []
    for patched in (False, True):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(_blocks, "BLOCK", size):
            bench = bench_in(Path(folder))
            state, told = None, []
            for content in parts:
                path = bench.file("t.jsonl", content)
                with mock.patch.object(_jsonl, "holds_what_is_known", (lambda *_: False) if patched else holds_what_is_known):  # fmt: skip
                    result = bench.tap({"path": str(path), **({"keys": ["id"]} if keyed else {})}, state, program="tap-jsonl")  # fmt: skip
                told.append([_without_times(message) for message in result.messages] + [result.code])
                state = result.state if result.of("STATE") else None
            said.append(told)
    assert said[0] == said[1]


def _without_times(message: dict[str, Any]) -> str:
    """A message without its version and what the operating system says of the file."""
    text = json.dumps({**message, "version": bool(message.get("version"))})
    value = json.loads(text)
    for mark in value.get("value", {}).get("bookmarks", {}).values():
        mark["version"] = bool(mark["version"])
        for file in mark["files"].values():
            file["stat"] = bool(file["stat"])
    return json.dumps(value)


@pytest.mark.parametrize("selected", [True, False])
def test_a_large_file_is_read_twice_and_sent_unaltered(
    bench: Any, monkeypatch: pytest.MonkeyPatch, selected: bool
) -> None:
    monkeypatch.setattr(_blocks, "BLOCK", 1000)
    monkeypatch.setattr("flext_sdk.connectors._plan._KEEP", 0)
    rows = [{"id": n, "note": "x" * (n % 40), "more": None if n < 200 else n / 8} for n in range(400)]
    path = bench.file("t.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    catalog = json.loads(bench.run("tap-jsonl", {"path": str(path)}, "--discover").out)
    for entry in catalog["streams"][0]["metadata"]:
        if entry["breadcrumb"] == ["properties", "note"]:
            entry["metadata"]["selected"] = selected
    result = bench.tap({"path": str(path)}, None, catalog, "tap-jsonl")
    assert result.records == (rows if selected else [{"id": row["id"], "more": row["more"]} for row in rows])
    assert result.schema["more"] == {"type": ["number", "null"]}
    with path.open("a") as file:
        file.write('{"id": 400}\n{"id": 401, "no')
    again = bench.tap({"path": str(path)}, result.state, catalog, "tap-jsonl")
    assert again.records == [{"id": 400}]
    assert "row 402, the last one, is not complete yet" in again.err
