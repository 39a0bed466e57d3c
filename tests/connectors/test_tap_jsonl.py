"""tap-jsonl: lines pass as they are; types are found on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest


def one(bench: Any, content: str | bytes, **more: Any) -> Any:
    return bench.tap({"path": str(bench.file("t.jsonl", content))}, program="tap-jsonl", **more)


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ("1 2 null", {"type": ["integer", "null"]}),
        ("1 2.5", {"type": ["number", "null"]}),
        ("1.5 2", {"type": ["number", "null"]}),
        ("true", {"type": ["boolean", "null"]}),
        ('"a" "b"', {"type": ["string", "null"]}),
        ('"2026-01-01" "2026-02-28"', {"type": ["string", "null"], "format": "date"}),
        ('"2026-01-01" "x"', {"type": ["string", "null"]}),
        ('"2026-01-01T00:00:00Z"', {"type": ["string", "null"], "format": "date-time"}),
        ('"2026-01-01" 1', {"type": ["integer", "string", "null"]}),
        ('{"x":1} null', {"type": ["object", "null"]}),
        ('[1] {"x":1}', {"type": ["object", "array", "null"]}),
        ('"007" "1"', {"type": ["string", "null"]}),
        ("123456789012345678901234567890 1", {"type": ["integer", "null"]}),
        ("0.123456789012345678901234567890 1", {"type": ["number", "null"]}),
        ("null", {"type": ["string", "null"]}),
    ],
)
def test_types(bench: Any, values: str, schema: dict[str, Any]) -> None:
    lines = [f'{{"v": {value}}}' for value in values.split(" ")]
    result = one(bench, "\n".join(lines) + "\n")
    assert result.code == 0, result.err
    assert result.schema["v"] == schema
    sent = [line for line in result.out.decode().splitlines() if '"RECORD"' in line]
    assert all(line in out for line, out in zip(lines, sent, strict=True))


def test_blank_lines_a_byte_order_mark_and_new_fields(bench: Any) -> None:
    result = one(bench, '\ufeff{"a":1}\r\n\r\n  {"b":"x"}  \n')
    assert result.records == [{"a": 1}, {"b": "x"}]
    assert list(result.schema) == ["a", "b"]


def test_deselected_fields_are_left_out_exactly(bench: Any) -> None:
    metadata = [{"breadcrumb": ["properties", "secret"], "metadata": {"selected": False}}]
    catalog = {
        "streams": [{"tap_stream_id": "t", "schema": {"properties": {"n": {"type": "integer"}}}, "metadata": metadata}]
    }
    result = one(bench, '{"n":12345678901234567890123,"secret":"x"}\n{"n":1,"secret":"y"}\n', catalog=catalog)
    assert b"secret" not in result.out
    assert b'{"n":12345678901234567890123}' in result.out
    assert list(result.schema) == ["n"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a":1}\n{"a"\n', "row 2 is not JSON"),
        ('{"a":1}\n[1]\n', "row 2 must be a JSON object"),
        ('{"a":1},{"a":2}\n', "row 1 is not JSON"),
        ('{"a":NaN}\n', "row 1 is not JSON"),
        (b'{"a":"\xff"}\n', "row 1 is not JSON"),
        ("", "every file is empty"),
    ],
)
def test_lines_that_are_no_objects(bench: Any, content: Any, words: str) -> None:
    result = one(bench, content)
    assert result.code == 1
    assert result.out == b""
    assert words in result.talk[-1]


def test_keys_become_key_properties(bench: Any) -> None:
    path = bench.file("t.jsonl", '{"id":1}\n')
    result = bench.tap({"path": str(path), "keys": ["id"]}, program="tap-jsonl")
    assert result.of("SCHEMA")[0]["key_properties"] == ["id"]
    catalog = json.loads(bench.run("tap-jsonl", {"path": str(path), "keys": ["id"]}, "--discover").out)
    assert catalog["streams"][0]["key_properties"] == ["id"]


def test_a_type_that_widens_reads_anew(bench: Any) -> None:
    first = one(bench, '{"v":"2026-01-01"}\n')
    second = one(bench, '{"v":"2026-01-01"}\n{"v":"x"}\n', state=first.state)
    assert len(second.records) == 2
    third = one(bench, '{"v":"2026-01-01"}\n{"v":"x"}\n{"v":null}\n', state=second.state)
    assert third.records == [{"v": None}]
