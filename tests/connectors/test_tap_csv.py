"""tap-csv: what it makes of files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from flext_sdk.connectors import _blocks, _plan


def one(bench: Any, content: str | bytes, **settings: Any) -> Any:
    return bench.tap({"path": str(bench.file("t.csv", content)), **settings})


@pytest.mark.parametrize(
    ("texts", "schema", "values"),
    [
        (["1", "-20", ""], {"type": ["integer", "null"]}, [1, -20, None]),
        (["1", "2.50", "3e2"], {"type": ["number", "null"]}, [1, 2.5, 300.0]),
        (["9223372036854775807", "1"], {"type": ["integer", "null"]}, [9223372036854775807, 1]),
        (["9223372036854775808", "1"], {"type": ["string", "null"]}, ["9223372036854775808", "1"]),
        (["9007199254740993", "1.5"], {"type": ["string", "null"]}, ["9007199254740993", "1.5"]),
        (["0.12345678901234567890", "1"], {"type": ["string", "null"]}, ["0.12345678901234567890", "1"]),
        (["0.30000000000000004", "1"], {"type": ["number", "null"]}, [0.30000000000000004, 1]),
        (["007", "1"], {"type": ["string", "null"]}, ["007", "1"]),
        (["-0", "1"], {"type": ["string", "null"]}, ["-0", "1"]),
        (["1e999", "1"], {"type": ["string", "null"]}, ["1e999", "1"]),
        (["NaN", "1"], {"type": ["string", "null"]}, ["NaN", "1"]),
        (["true", "False", "TRUE"], {"type": ["boolean", "null"]}, [True, False, True]),
        (["true", "yes"], {"type": ["string", "null"]}, ["true", "yes"]),
        (["1", "true"], {"type": ["string", "null"]}, ["1", "true"]),
        (["2026-02-28", "0001-01-01"], {"type": ["string", "null"], "format": "date"}, ["2026-02-28", "0001-01-01"]),
        (["2026-02-30"], {"type": ["string", "null"]}, ["2026-02-30"]),
        (["0000-01-01"], {"type": ["string", "null"]}, ["0000-01-01"]),
        (
            ["2026-02-28 10:00:00", "2026-02-28T10:00:00.123456"],
            {"type": ["string", "null"], "format": "date-time"},
            ["2026-02-28T10:00:00", "2026-02-28T10:00:00.123456"],
        ),
        (
            ["2026-02-28T10:00:00Z", "2026-02-28T10:00:00+05:30"],
            {"type": ["string", "null"], "format": "date-time"},
            ["2026-02-28T10:00:00Z", "2026-02-28T10:00:00+05:30"],
        ),
        (
            ["2026-02-28T10:00:00Z", "2026-02-28 10:00:00"],
            {"type": ["string", "null"]},
            ["2026-02-28T10:00:00Z", "2026-02-28 10:00:00"],
        ),
        (["2026-02-28T10:00:00.123456789"], {"type": ["string", "null"]}, ["2026-02-28T10:00:00.123456789"]),
        (["2026-02-28", "2026-02-28T10:00:00"], {"type": ["string", "null"]}, ["2026-02-28", "2026-02-28T10:00:00"]),
        (['""', ""], {"type": ["string", "null"]}, ["", None]),
        (['""', "5"], {"type": ["integer", "null"]}, [None, 5]),
        (['""', "2026-01-01"], {"type": ["string", "null"], "format": "date"}, [None, "2026-01-01"]),
        (['""', "x"], {"type": ["string", "null"]}, ["", "x"]),
        (["", ""], {"type": ["string", "null"]}, [None, None]),
    ],
)
def test_types(bench: Any, texts: list[str], schema: dict[str, Any], values: list[Any]) -> None:
    result = one(bench, "n,v\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts)))
    assert result.code == 0, result.err
    assert result.schema["v"] == schema
    landed = [record["v"] for record in result.records]
    assert landed == values
    assert [type(value) for value in landed] == [type(value) for value in values]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_blocks, "BLOCK", 500)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("kept", [True, False])
def test_the_whole_file_decides_not_its_beginning(bench: Any, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not kept:
        monkeypatch.setattr(_plan, "_KEEP", 100)
    rows = "".join(f"{i},{i}\n" for i in range(300))
    result = one(bench, "a,b\n" + rows + "x,2.5\n")
    assert [result.schema[name]["type"][0] for name in "ab"] == ["string", "number"]
    assert result.records == [{"a": str(i), "b": i} for i in range(300)] + [{"a": "x", "b": 2.5}]
    assert len(result.of("STATE")) > 3
    assert [message["type"] for message in result.messages[-2:]] == ["ACTIVATE_VERSION", "STATE"]
    assert [message["flext_position"] for message in result.of("RECORD")] == [["t.csv", i] for i in range(1, 302)]


def test_quoting_line_ends_and_a_byte_order_mark(bench: Any) -> None:
    content = '\ufeffid,note\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,5" pipe\r\n3,tab\there\r\n4,\x01'
    result = one(bench, content)
    assert [record["note"] for record in result.records] == ['two\r\nlines, "quoted"', '5" pipe', "tab\there", "\x01"]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("value", ['"a\nb"', 'a"b', '"""\n"', "plain", '"' + "long\n" * 300 + '"'])
def test_rows_are_cut_at_row_ends_only(bench: Any, value: str) -> None:
    content = "id,v\n" + "".join(f"{i},{value}\n" for i in range(200))
    result = one(bench, content)
    rows = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [[str(record["id"]), record["v"]] for record in result.records] == rows
    assert len(result.of("STATE")) > 2


def test_a_row_of_50_mb(bench: Any) -> None:
    result = one(bench, b'id,v\n1,"' + b"x\n" * (25 << 20) + b'"\n2,y\n')
    assert [len(record["v"]) for record in result.records] == [50 << 20, 1]


def test_other_delimiter_quote_encoding_nulls_and_no_header(bench: Any) -> None:
    result = one(
        bench,
        "1\t'a\tb'\tNA\n2\té\t''\n".encode("cp1252"),
        delimiter="\\t",
        quote_char="'",
        encoding="cp1252",
        null_values=["NA"],
        header=False,
    )
    assert result.records == [
        {"column_1": 1, "column_2": "a\tb", "column_3": None},
        {"column_1": 2, "column_2": "é", "column_3": ""},
    ]


def test_without_quotes_a_quote_is_a_character(bench: Any) -> None:
    assert one(bench, 'a,b\n"x,"y\n', quote_char="").records == [{"a": '"x', "b": '"y'}]


def test_names_of_columns(bench: Any) -> None:
    result = one(bench, 'id, x ,,id,id_2,"two\nlines"\n1,2,3,4,5,6\n')
    assert list(result.records[0]) == ["id", "x", "column_3", "id_3", "id_2", "two\nlines"]
    assert result.talk == [f"WARNING {bench.folder}/t.csv: the header has id twice; column 4 is called id_3"]


def test_a_header_alone_is_a_stream_without_rows(bench: Any) -> None:
    result = one(bench, "a,b\n")
    assert list(result.schema) == ["a", "b"]
    assert result.records == []


@pytest.mark.parametrize("content", ["", "a,b", "\n\n"])
def test_nothing_to_read_is_an_error(bench: Any, content: str) -> None:
    result = one(bench, content)
    assert result.code == 1
    assert result.out == b""
    assert result.talk[-1] == "ERROR tap-csv: there is nothing to read: every file is empty"


@pytest.mark.parametrize(
    ("content", "settings", "words"),
    [
        ("a,b\n1,2\n3\n", {}, "row 2: 1 fields instead of 2 (on_ragged_rows"),
        ('a,b\n1,"x\ny"\n3,4,5\n', {}, "row 2: 3 fields instead of 2 (on_ragged"),
        (b"a,b\n1,x\n2,\xff\n", {}, "row 2, byte 10 (0xff) is not utf-8; set encoding"),
        (b"a,\xff\n1,x\n", {}, "the header, byte 2 (0xff) is not utf-8"),
        ("a,b\r1,2\r", {}, "line ends must be LF or CRLF"),
        ("a\n1\n", {"keys": ["id"]}, "t: the key field id does not exist; there are: a"),
        ("a\n1\n", {"keys": {"x": ["a"]}}, "keys names the stream x, but there are only: t"),
        ("a\n1\n", {"delimiter": ";;"}, 'delimiter must be one ASCII character, not ";;"'),
        ("a\n1\n", {"delimiter": '"'}, 'delimiter and quote_char must differ, both are "'),
        ("a\n1\n", {"encoding": "utf-16"}, "encoding: utf-16 does not keep ASCII as it is; convert the files to UTF-8"),
        ("a\n1\n", {"encoding": "klingon"}, "encoding: klingon is not known"),
    ],
)
def test_one_clear_line_and_no_message(bench: Any, content: Any, settings: dict[str, Any], words: str) -> None:
    result = one(bench, content, **settings)
    assert result.code == 1
    assert result.out == b""
    assert len(result.talk) == 1
    assert words in result.talk[0]
    assert result.talk[0].startswith("ERROR tap-csv: ")


def test_ragged_rows_can_be_skipped(bench: Any) -> None:
    result = one(bench, 'a,b\n1,2\n3\n4,"5"\n6,7,8\n', on_ragged_rows="skip")
    assert [record["a"] for record in result.records] == [1, 4]
    assert result.talk == [f"WARNING {bench.folder}/t.csv: 2 ragged rows skipped from row 2 on"]


def test_folders_globs_and_stream_names(bench: Any) -> None:
    bench.file("d/b-1.csv", "x\n1\n")
    bench.file("d/a.tsv", "x\n1\n")
    bench.file("d/notes.md", "x")
    bench.file("d/.hidden.csv", "x\n1\n")
    bench.file("d/e/a.csv", "x\n2\n")
    streams = lambda settings: [m["stream"] for m in bench.tap(settings).of("SCHEMA")]  # noqa: E731
    assert streams({"path": str(bench.folder / "d")}) == ["a", "b_1"]
    assert streams({"path": str(bench.folder / "d/**/*.csv"), "stream_names": "path"}) == ["b_1", "e_a"]
    assert streams({"path": str(bench.folder / "d/**/a.*"), "stream": "all"}) == ["all"]
    clash = bench.tap({"path": str(bench.folder / "d/**/a.*")})
    assert clash.code == 1
    assert "the files a.tsv and e/a.csv would both be the stream a; set stream_names to path" in clash.talk[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.csv", "path: there is no file or folder"),
        ("*.nothing", "path: no file matches"),
        ("empty", "holds no file ending in .csv, .tsv, .txt"),
    ],
)
@pytest.mark.parametrize("mode", ["--discover", "--test", None])
def test_paths_that_lead_nowhere(bench: Any, path: str, words: str, mode: str | None) -> None:
    (bench.folder / "empty").mkdir()
    result = bench.run("tap-csv", {"path": str(bench.folder / path)}, *([mode] if mode else []))
    assert result.code == 1
    assert result.out == b""
    assert words in result.talk[0]


def test_discover_select_and_read(bench: Any) -> None:
    path = bench.file("t.csv", "id,amount,secret,at\n7,1.5,x,2026-01-01T00:00:00Z\n")
    settings = {"path": str(path), "keys": ["id"]}
    catalog = json.loads(bench.run("tap-csv", settings, "--discover").out)
    (entry,) = catalog["streams"]
    assert (entry["tap_stream_id"], entry["key_properties"]) == ("t", ["id"])
    assert entry["metadata"][0]["metadata"]["table-key-properties"] == ["id"]
    assert {tuple(part["breadcrumb"]): part["metadata"]["inclusion"] for part in entry["metadata"]}[
        ("properties", "id")
    ] == "automatic"
    assert bench.tap(settings, catalog=catalog).schema == entry["schema"]["properties"]
    for part in entry["metadata"]:
        if part["breadcrumb"] in (["properties", "secret"], ["properties", "id"]):
            part["metadata"]["selected"] = False
    entry["schema"]["properties"]["amount"] = {"type": ["string", "null"]}
    result = bench.tap(settings, catalog=catalog)
    assert result.records == [{"id": 7, "amount": "1.5", "at": "2026-01-01T00:00:00Z"}]
    assert result.schema["amount"] == {"type": ["string", "null"]}
    entry["metadata"][0]["metadata"]["selected"] = False
    nothing = bench.tap(settings, catalog=catalog)
    assert nothing.code == 1
    assert "it selects no stream" in nothing.talk[0]


def test_a_catalog_of_other_streams_and_a_broken_one(bench: Any) -> None:
    path = bench.file("t.csv", "id\n7\n")
    other = {"stream": "gone", "schema": {}, "metadata": []}
    result = bench.tap({"path": str(path)}, catalog={"streams": [{"tap_stream_id": "t"}, other]})
    assert result.records == [{"id": 7}]
    assert "there is no file for the stream gone" in result.talk[0]
    for broken, words in [
        ({}, 'it must hold {"streams": [...]}'),
        ({"streams": [{}]}, "a stream has no tap_stream_id"),
        ({"streams": [{"stream": "t", "metadata": [7]}]}, "the entry of the stream t is broken"),
    ]:
        assert words in bench.tap({"path": str(path)}, catalog=broken).talk[0]


def test_new_columns_are_read_even_if_the_catalog_is_older(bench: Any) -> None:
    path = bench.file("t.csv", "id,b\n7,8\n")
    catalog = {"streams": [{"stream": "t", "schema": {"properties": {"id": {"type": "integer"}}}, "metadata": []}]}
    assert bench.tap({"path": str(path)}, catalog=catalog).records == [{"id": 7, "b": 8}]


def test_selection_words_of_other_runners(bench: Any) -> None:
    path = bench.file("t.csv", "a,b,c,d\n1,2,3,4\n")
    entry = {
        "tap_stream_id": "t",
        "key_properties": None,
        "schema": {"selected": True, "properties": {"c": {"selected": False}}},
        "metadata": [
            {"breadcrumb": [], "metadata": {"table-key-properties": ["a"]}},
            {"breadcrumb": ["properties", "a"], "metadata": {"selected-by-default": False}},
            {"breadcrumb": ["properties", "b"], "metadata": {"inclusion": "unsupported"}},
        ],
    }
    result = bench.tap({"path": str(path)}, catalog={"streams": [entry]})
    assert result.records == [{"a": 1, "d": 4}]
    assert result.of("SCHEMA")[0]["key_properties"] == ["a"]


def test_the_three_tests(bench: Any) -> None:
    path = bench.file("t.csv", "id,b\n7,8\n9,10\n")
    kinds = lambda mode: [m["type"] for m in bench.run("tap-csv", {"path": str(path)}, mode).messages]  # noqa: E731
    assert kinds("--test=schema") == ["SCHEMA"]
    assert kinds("--test") == ["SCHEMA", "RECORD"]
    assert kinds("--test=records") == ["SCHEMA", "RECORD"]
    assert kinds("--test=all") == ["SCHEMA", "RECORD", "RECORD", "STATE", "ACTIVATE_VERSION", "STATE"]
    bench.file("t.csv", "id\n")
    result = bench.run("tap-csv", {"path": str(path)}, "--test")
    assert '"value": 0, "tags": {"stream": "t"' in result.err
    assert result.code == 0
    bench.file("t.csv", "")
    assert bench.run("tap-csv", {"path": str(path)}, "--test").code == 1
    assert bench.run("tap-csv", {"path": str(path)}, "--discover").code == 1
    assert bench.run("tap-csv", {"path": str(path)}, "--test", "--discover").code == 2


def test_metrics_count_the_records(bench: Any) -> None:
    result = one(bench, "id\n1\n2\n")
    line = next(line for line in result.err.splitlines() if "METRIC" in line)
    assert json.loads(line.removeprefix("INFO METRIC: ")) == {
        "type": "counter",
        "metric": "record_count",
        "value": 2,
        "tags": {"stream": "t", "tap": "tap-csv"},
    }


def test_an_unreadable_file(bench: Any) -> None:
    folder = bench.folder / "d.csv"
    folder.mkdir()
    (folder / "x.csv").mkdir()
    result = bench.tap({"path": str(folder)})
    assert result.code == 1
    assert "holds no file ending in" in result.talk[0]
