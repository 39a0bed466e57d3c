"""The small parts: lines, levels, masking, selection, states, references, lengths of time, process identity."""

from __future__ import annotations

import datetime as dt
import fnmatch
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.engine import process
from flext_sdk.embedded.engine.lines import LevelReader, LineSplitter, Masker, level_of, metric_of, readable
from flext_sdk.embedded.engine.references import LocalSecrets, MissingValueError, Resolver, references
from flext_sdk.embedded.engine.selection import NothingSelectedError, pattern_problem, select
from flext_sdk.embedded.engine.state import join, read_state
from flext_sdk.embedded.engine.timeouts import seconds_of, spoken
from flext_sdk.embedded.store.clock import new_run_id, rfc3339
from flext_sdk.embedded.store.logs import LEVELS


@given(st.lists(st.binary(max_size=40).map(lambda piece: piece.replace(b"\n", b""))), st.integers(1, 7))
def test_lines_are_the_same_however_they_arrive(texts, size):
    data = b"".join(text + b"\n" for text in texts) + b"rest"
    splitter = LineSplitter()
    found = [line for start in range(0, len(data), size) for line in splitter.feed(data[start : start + size])]
    found += splitter.rest()
    assert found == [(text, False) for text in [*texts, b"rest"]]
    assert list(splitter.rest()) == []


def test_endless_lines_do_not_fill_the_memory():
    splitter = LineSplitter()
    for _ in range(100):
        assert list(splitter.feed(b"x" * 10_000)) == []
    [(line, cut), (following, cut_too)] = splitter.feed(b"\nnext\n")
    assert (len(line), cut, following, cut_too) == (65_536, True, b"next", False)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("INFO reading", "info"),
        ("WARNING careful", "warning"),
        ("[error] bad", "error"),
        ("DEBUG:root:deep", "debug"),
        ("2026-11-22 10:00:00,123 | ERROR    | tap-x | bad", "error"),
        ("2026-11-22T10:00:00Z WARN slow", "warning"),
        ("time=2026-11-22 name=tap level=CRITICAL message=x", "error"),
        ('{"level": "warning", "event": "x"}', "warning"),
        ('{"severity": "ERROR"}', "error"),
        ('{"no": "level"}', "info"),
        ('{"broken": ', "info"),
        ("there was no error at all", "info"),
        ("information about errors", "info"),
        ("", "info"),
    ],
)
def test_levels(text, level):
    assert level_of(text) == LEVELS[level]


def test_the_lines_of_a_traceback_are_errors():
    read = LevelReader()
    text = 'INFO a\nTraceback (most recent call last):\n  File "x"\n\n    y = 1\nValueError: bad\nINFO b'
    assert [read(line) for line in text.split("\n")] == [20, 40, 40, 40, 40, 40, 20]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('INFO METRIC: {"type": "counter", "value": 3}', {"type": "counter", "value": 3}),
        ("INFO METRIC: nothing", None),
        ("INFO METRIC: [1]", None),
        ("INFO", None),
    ],
)
def test_metrics(text, found):
    assert metric_of(text) == found


secrets = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=5, max_size=30).filter(
    lambda text: text.strip() == text
)


@given(secrets)
def test_no_spelling_of_a_secret_is_shown(secret):
    from urllib.parse import quote

    mask = Masker([secret])
    for spelling in (secret, json.dumps({"x": secret}), f"https://h/?p={quote(secret, safe='')}", repr([secret])):
        shown = mask(f"before {spelling} after")
        assert secret not in shown
        assert "***" in shown


def test_masking_of_several_lines_and_of_what_is_cut():
    key = "-----BEGIN-----\nAAAABBBBCCCC\nDDDD\n-----END-----"
    mask = Masker([key, "longsecret", "ab"])
    assert mask("AAAABBBBCCCC and longsecret and ab") == "*** and *** and ab"
    cut = readable(b"x" * 100 + b"longsec", cut=True, mask=mask)
    assert "longsec" not in cut
    assert readable(b"\xff\xfe caf\xc3\xa9\r", cut=False, mask=Masker()) == "\ufffd\ufffd café"


CATALOG = {
    "streams": [
        {
            "tap_stream_id": "public-orders",
            "stream": "orders",
            "schema": {"properties": {"id": {}, "note": {}, "address": {"properties": {"city": {}, "zip": {}}}}},
            "metadata": [
                {"breadcrumb": [], "metadata": {"inclusion": "available"}},
                {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}},
                {"breadcrumb": ["properties", "odd"], "metadata": {"inclusion": "unsupported", "selected": True}},
            ],
        },
        {
            "tap_stream_id": "items",
            "stream": "items",
            "schema": {"properties": {"id": {}, "note": {}}},
            "selected": True,
        },
        {"tap_stream_id": "sales.refunds", "schema": {"properties": {"id": {}}}},
        {"tap_stream_id": "empty", "schema": {}},
    ]
}


def chosen(*patterns):
    catalog, unused = select(CATALOG, patterns)
    return {
        (stream.get("stream") or stream["tap_stream_id"], *entry["breadcrumb"][1::2])
        for stream in catalog["streams"]
        for entry in stream["metadata"]
        if entry["metadata"].get("selected")
    }, unused


ORDERS = {
    ("orders",),
    ("orders", "id"),
    ("orders", "note"),
    ("orders", "address"),
    ("orders", "address", "city"),
    ("orders", "address", "zip"),
}


@pytest.mark.parametrize(
    ("patterns", "expected", "unused"),
    [
        (["orders"], ORDERS, []),
        (["orders.*"], ORDERS, []),
        (["ord*.*", "!orders.note"], ORDERS - {("orders", "note")}, []),
        (["orders.note"], {("orders",), ("orders", "id"), ("orders", "note")}, []),
        (
            ["orders.address.city"],
            {("orders",), ("orders", "id"), ("orders", "address"), ("orders", "address", "city")},
            [],
        ),
        (["!orders", "!items.*", "!empty"], {("sales.refunds",), ("sales.refunds", "id")}, []),
        (["sales.refunds.*"], {("sales.refunds",), ("sales.refunds", "id")}, []),
        (["sales.refunds"], {("sales.refunds",), ("sales.refunds", "id")}, []),
        (["empty", "none.*", "!nope"], {("empty",)}, ["none.*", "!nope"]),
        (["items", "!items.id"], {("items",), ("items", "note")}, []),
    ],
)
def test_selection(patterns, expected, unused):
    assert chosen(*patterns) == (expected, unused)


def test_selection_leaves_the_catalog_as_it_is_and_says_when_nothing_is_left():
    before = json.dumps(CATALOG)
    with pytest.raises(NothingSelectedError) as caught:
        select(CATALOG, ["nothing"])
    assert caught.value.streams == ["orders", "items", "sales.refunds", "empty"]
    catalog, _ = select(CATALOG, ["orders"])
    assert catalog["streams"][1]["selected"] is False
    assert json.dumps(CATALOG) == before


parts = st.sampled_from(["a", "b", "*", "a*", "?"])


@given(st.lists(st.tuples(st.booleans(), parts, parts), min_size=1, max_size=4))
def test_selection_agrees_with_a_plain_reading_of_the_patterns(given_patterns):
    patterns = [f"{'!' if out else ''}{stream}.{field}" for out, stream, field in given_patterns]
    catalog = {"streams": [{"stream": stream, "schema": {"properties": {"a": {}, "b": {}}}} for stream in ("a", "b")]}
    expected = set()
    for stream in ("a", "b"):
        if any(out and field == "*" and fnmatch.fnmatchcase(stream, name) for out, name, field in given_patterns):
            continue
        for field in ("a", "b"):
            into = [
                fnmatch.fnmatchcase(stream, s) and fnmatch.fnmatchcase(field, f)
                for out, s, f in given_patterns
                if not out
            ]
            out_of = [
                fnmatch.fnmatchcase(stream, s) and fnmatch.fnmatchcase(field, f) for out, s, f in given_patterns if out
            ]
            if (any(into) or not into) and not any(out_of):
                expected.add((stream, field))
    try:
        result, _ = select(catalog, patterns)
    except NothingSelectedError:
        result = {"streams": []}
    found = {
        (stream["stream"], entry["breadcrumb"][1])
        for stream in result["streams"]
        for entry in stream["metadata"]
        if entry["breadcrumb"] and entry["metadata"]["selected"]
    }
    assert found == expected
    assert all(pattern_problem(pattern) is None for pattern in patterns)


def test_an_empty_pattern_is_wrong():
    assert pattern_problem("") == "a pattern must not be empty"


@pytest.mark.parametrize(
    ("line", "state"),
    [
        (b'{"bookmarks": {"a": 1}}', {"bookmarks": {"a": 1}}),
        (b'{"type": "STATE", "value": {"b": 1}}', {"b": 1}),
        (b"[]", None),
        (b"null", None),
        (b"hello", None),
        (b"[" * 100_000, None),
    ],
)
def test_reading_states(line, state):
    assert read_state(line) == state


def test_joining_states():
    assert join(None, {"bookmarks": {"a": 1}}) == {"bookmarks": {"a": 1}}
    assert join({"bookmarks": {"a": {"x": 1, "y": 1}, "b": 1}, "other": 1}, {"bookmarks": {"a": {"x": 2}}}) == {
        "bookmarks": {"a": {"x": 2}, "b": 1},
        "other": 1,
    }
    assert join({"bookmarks": []}, {"bookmarks": {"a": 1}}) == {"bookmarks": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("30m", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1.5 h", 5400),
        (2.5, 2.5),
        ("10min", 600),
        ("1H 2M 3S", 3723),
    ],
)
def test_lengths_of_time(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "0", 0, -5, "5d", "m", "1e3", float("nan"), float("inf"), "800h"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(ValueError):
        seconds_of(text)


def test_lengths_of_time_for_people():
    assert [spoken(value) for value in (0.5, 90, 1800, 5400, 7261.25, 0)] == [
        "0.5 s",
        "1 min 30 s",
        "30 min",
        "1 h 30 min",
        "2 h 1 min 1.25 s",
        "0 s",
    ]


def test_run_ids_sort_by_time():
    moments = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=7 * number) for number in range(100)]
    ids = [new_run_id(moment) for moment in moments]
    assert ids == sorted(ids)
    assert len(set(ids)) == 100
    assert {len(found) for found in ids} == {13}
    assert rfc3339(moments[1]) == "2026-01-01T00:00:00.007Z"


def resolver(tmp_path, **environ):
    folder = tmp_path / "secrets"
    folder.mkdir(exist_ok=True)
    return Resolver({"DAY": "1", "N": 5, "YES": True}, environ, LocalSecrets(environ, folder))


SCHEMA = {
    "properties": {
        "path": {"type": "string", "format": "path"},
        "port": {"type": ["integer", "null"]},
        "fast": {"type": "boolean"},
    }
}


def test_references_are_filled_in(tmp_path):
    found = resolver(tmp_path, HOST="h", PORT="5432", FLEXT_SECRET_PASS_WORD="pw", FAST="TRUE", ODD="x")
    (tmp_path / "secrets" / "key.pem").write_text("line\nline2\n")
    (tmp_path / "secrets" / "key.pem").chmod(0o600)
    settings = {
        "path": "data/${DAY}.csv",
        "port": "${env:PORT}",
        "fast": "${env:FAST}",
        "url": "https://u:${secret:pass-word}@${env:HOST}/${N}/${YES}",
        "n": "${N}",
        "yes": "${YES}",
        "literal": "$${N} costs $5",
        "nested": {"keys": ["${secret:key.pem}", 1, None]},
    }
    assert found.settings(settings, SCHEMA, "/srv") == {
        "path": "/srv/data/1.csv",
        "port": 5432,
        "fast": True,
        "url": "https://u:pw@h/5/true",
        "n": 5,
        "yes": True,
        "literal": "${N} costs $5",
        "nested": {"keys": ["line\nline2", 1, None]},
    }
    assert found.sensitive == {"pw", "h", "5432", "TRUE", "line\nline2"}
    assert found.settings({"port": "${env:ODD}", "fast": "${env:ODD}"}, SCHEMA, None) == {"port": "x", "fast": "x"}


def test_everything_that_is_missing_is_told(tmp_path):
    found = resolver(tmp_path)
    with pytest.raises(MissingValueError) as caught:
        found.settings({"a": "${env:GONE} ${secret:GONE}", "b": ["${GONE}"], "c": "${env:GONE}"}, {}, None)
    assert (
        str(caught.value)
        == "the environment variable GONE is not set; the secret GONE is not there; the variable GONE has no value"
    )
    assert caught.value.hint


def test_secret_files_must_be_private_and_text(tmp_path):
    found = resolver(tmp_path).secrets
    file = tmp_path / "secrets" / "S"
    file.write_bytes(b"\xff")
    file.chmod(0o640)
    with pytest.raises(MissingValueError, match="others may read"):
        found.get("S")
    file.chmod(0o600)
    with pytest.raises(MissingValueError, match="not UTF-8"):
        found.get("S")
    (tmp_path / "secrets" / "D").mkdir(mode=0o700)
    with pytest.raises(MissingValueError, match="Is a directory"):
        found.get("D")
    assert found.get("none") is None
    assert LocalSecrets({"FLEXT_SECRET_lower": "x"}, tmp_path).get("lower") == "x"


def test_references_of_a_text():
    assert [(found.kind, found.name) for found in references("a ${B} $${C} ${env:D} ${secret:e-f}")] == [
        ("variable", "B"),
        ("env", "D"),
        ("secret", "e-f"),
    ]


def test_who_a_process_is(monkeypatch, tmp_path):
    import os

    mine = process.identity(os.getpid())
    assert mine is not None
    assert mine == process.identity(os.getpid())
    assert process.identity(2**22 + 1) is None
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    ps = bin_folder / "ps"
    ps.write_text("#!/bin/sh\necho 'S    Sun Nov 22 10:00:00 2026'\n")
    ps.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}:{os.environ['PATH']}")
    assert process._ps_identity(1) == "Sun Nov 22 10:00:00 2026"
    ps.write_text("#!/bin/sh\nexit 1\n")
    assert process._ps_identity(1) is None


def test_a_path_is_folded_only_where_that_leads_to_the_same_place(tmp_path: Path) -> None:
    from flext_sdk.embedded.engine.references import absolute

    (tmp_path / "far" / "inner").mkdir(parents=True)
    (tmp_path / "near").symlink_to(tmp_path / "far" / "inner")
    assert absolute("../data.csv", tmp_path / "pipelines") == str(tmp_path / "data.csv")
    assert absolute("../data.csv", tmp_path / "near") == str(tmp_path / "near" / ".." / "data.csv")
    assert absolute("/x/y.csv", tmp_path) == "/x/y.csv"
