"""Whatever the records, every format that a program reads gives them back, and a table shows each once."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from flext_cli.output import columns
from flext_cli.output.emit import Emitter, Settings

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
FLAT = st.dictionaries(
    st.sampled_from(["name", "note", "count", "odd key", "日本"]),
    TEXT | st.integers() | st.booleans() | st.none(),
    max_size=5,
)
DEEP = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(TEXT, DEEP, max_size=4), max_size=6)


def written(value: Any, kind: str, form: str, described: tuple[str, ...] = (), **more: Any) -> str:
    out = io.StringIO(newline="")
    Emitter(Settings(format=form, **more), out, columns.parse(described) if described else ()).emit(value, kind)
    return out.getvalue()


READERS = {
    "json": json.loads,
    "yaml": yaml.safe_load,
    "ndjson": lambda text: [json.loads(line) for line in text.split("\n")[:-1]],
}


@given(RECORDS, st.sampled_from(sorted(READERS)), st.booleans(), st.booleans())
def test_any_records_come_back_from_what_programs_read(
    records: Any, form: str, streamed: bool, ascii_only: bool
) -> None:
    text = written(iter(records) if streamed else records, "page", form, ascii_only=ascii_only)
    found = READERS[form](text) if text else []
    assert (found or []) == records
    assert not ascii_only or text.isascii()
    assert not text or text.endswith("\n")


@given(st.dictionaries(TEXT, DEEP, min_size=1, max_size=4), st.sampled_from(["json", "yaml"]))
def test_one_record_comes_back(record: dict[str, Any], form: str) -> None:
    assert READERS[form](written(record, "model", form)) == record


@given(st.lists(FLAT, min_size=1, max_size=8), st.booleans())
def test_chosen_columns_are_the_same_in_every_format(records: list[dict[str, Any]], streamed: bool) -> None:
    chosen = columns.parse(("name", "note"))

    def shown(form: str) -> str:
        return written(iter(records) if streamed else records, "page", form, columns=chosen)

    as_json = json.loads(shown("json"))
    assert [[row.get("name"), row.get("note")] for row in as_json] == [[r.get("name"), r.get("note")] for r in records]
    rows = list(csv.reader(io.StringIO(shown("csv"), newline="")))
    assert len(rows) == len(records) + 1
    for row, record in zip(rows[1:], records, strict=True):
        for cell, name in zip(row, ("name", "note"), strict=True):
            if isinstance(record.get(name), str):
                assert cell == record[name]
    assert shown("plain").count("\n") == len(records)


@given(st.lists(FLAT, min_size=1, max_size=8), st.integers(0, 200))
def test_a_table_has_a_line_a_record_however_long_it_is(records: list[dict[str, Any]], more: int) -> None:
    many = records * (1 + more)
    text = written(iter(many), "page", "table", ("name", "note", "count"))
    assert text.count("\n") == len(many) + 1
