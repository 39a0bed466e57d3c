"""Whatever a CSV file holds arrives, and arrives unaltered."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk.connectors import _blocks

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.one_of(
    TEXT,
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(
        [
            "007",
            "-0",
            "0",
            "1e5",
            "1e400",
            "true",
            "False",
            "NaN",
            "inf",
            "12345678901234567890",
            "1.10",
            "+1",
            ".5",
            "9" * 18,
        ]
    ),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat(" ")),
)
COLUMN = st.one_of(
    st.lists(VALUES, max_size=12),
    st.lists(st.integers().map(str), max_size=12),
    st.lists(st.floats(allow_nan=False).map(repr), max_size=12),
    st.lists(st.datetimes().map(lambda moment: moment.isoformat()), max_size=12),
)


@st.composite
def tables(draw: Any) -> tuple[list[str], list[list[str]]]:
    names = draw(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=6),
            min_size=1,
            max_size=5,
            unique_by=str.casefold,
        )
    )
    columns = [draw(COLUMN) for _ in names]
    rows = max(map(len, columns))
    return names, [[column[i] if i < len(column) else "" for column in columns] for i in range(rows)]


def same(sent: str, landed: Any) -> bool:
    """Whether a value of a table says what the text of the CSV file said."""
    if landed is None:
        return sent == ""
    if isinstance(landed, bool):
        return str(landed).lower() == sent.lower()
    if isinstance(landed, float):
        return float(sent) == landed
    if isinstance(landed, int):
        return str(landed) == sent or str(bool(landed)).lower() == sent.lower()
    # a date and a time may be joined by a T instead of a blank
    return landed == sent or landed == sent[:10] + "T" + sent[11:]


def text_of(names: list[str], rows: list[list[str]], line_end: str, quoting: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end, quoting=quoting)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()


@given(
    table=tables(),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    cut_end=st.booleans(),
    block=st.sampled_from([10, 100, 4 << 20]),
)
@settings(max_examples=60, deadline=None)
def test_csv_arrives_unaltered_as_records(
    bench_in: Any, table: Any, line_end: str, quoting: Any, cut_end: bool, block: int
) -> None:
    names, rows = table
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(_blocks, "BLOCK", block):
        bench = bench_in(Path(folder))
        content = text_of(names, rows, line_end, quoting)
        if cut_end and rows:
            content = content.removesuffix(line_end)
        path = bench.file("t.csv", content)
        result = bench.tap({"path": str(path)})
        assert result.code == 0, result.err
        seen = list(csv.reader(io.StringIO(content, newline="")))[1:]
        seen = [row for row in seen if row]
        assert len(result.records) == len(seen)
        for record, row in zip(result.records, seen, strict=True):
            assert all(same(text, record[name]) for name, text in zip(names, row, strict=True)), (record, row)
        again = bench.tap({"path": str(path)}, result.state)
        assert again.records == []
        assert again.schema == result.schema


@given(table=tables())
@settings(max_examples=25, deadline=None)
def test_csv_arrives_unaltered_in_tables_and_files(bench_in: Any, table: Any) -> None:
    names, rows = table
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_in(Path(folder))
        path = bench.file("t.csv", text_of(names, rows, "\n", csv.QUOTE_MINIMAL))
        sent = bench.tap({"path": str(path)})
        for program in ("target-sqlite", "target-duckdb", "target-jsonl"):
            result = bench.target(program, sent.out)
            assert result.code == 0, result.err
            landed = bench.rows(program, "t")
            assert len(landed) == len(sent.records)
            for record, row in zip(sent.records, landed, strict=True):
                for value, there in zip(record.values(), row.values(), strict=True):
                    if isinstance(there, str) and there != value:
                        assert _moment(str(value)) == _moment(there), (value, there)
                    else:
                        assert value == there, (value, there)


def _moment(text: str) -> Any:
    import datetime as dt

    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.timestamp()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "a", "A", "select", "ünï", "with space", 'quo"te', "", "date", "rowid"])
SCHEMAS = st.sampled_from(
    [
        {"type": ["null", "integer"]},
        {"type": "string"},
        {"type": ["string", "null"], "format": "date-time"},
        {"type": ["string", "null"], "format": "date"},
        {"type": "number"},
        {"type": ["boolean", "null"]},
        {"type": ["object", "null"], "properties": {}},
        {"type": "array"},
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        {"type": "null"},
        {},
    ]
)


@given(
    schema=st.dictionaries(FIELDS, SCHEMAS, min_size=1),
    records=st.lists(st.dictionaries(FIELDS, JSON), max_size=6),
    split=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_any_record_lands_whatever_its_schema_said(bench_in: Any, schema: Any, records: list[Any], split: int) -> None:
    head = {"type": "SCHEMA", "stream": "any", "schema": {"properties": schema}, "key_properties": []}
    lines = [{"type": "RECORD", "stream": "any", "record": record} for record in records]
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_in(Path(folder))
        for program in ("target-sqlite", "target-duckdb"):
            for part in (lines[:split], lines[split:]):
                result = bench.target(program, [head, *part, {"type": "STATE", "value": {"n": len(part)}}])
                assert result.code == 0, result.err
                assert json.loads(result.out.splitlines()[-1]) == {"n": len(part)}
            names = [name for (name,) in bench.query(program, _names(program))]
            rows = bench.query(program, 'SELECT * FROM "any"')
            assert len(rows) == len(records)
            for record, row in zip(records, rows, strict=True):
                given_values = [value for value in record.values() if value is not None]
                assert len([value for value in row if value is not None]) == len(given_values), (
                    record,
                    dict(zip(names, row, strict=False)),
                )


def _names(program: str) -> str:
    return (
        "SELECT name FROM pragma_table_info('any')"
        if program == "target-sqlite"
        else 'SELECT column_name FROM (DESCRIBE "any")'
    )
