"""Writers: what goes out comes back in, a terminal is safe, a pipe loses nothing."""

import csv
import io
import json
import unicodedata
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flext_cli import convert, paging, terminal
from flext_cli.output import columns, table, values
from flext_cli.output import csv as csv_writer
from flext_cli.output import json as json_writer
from flext_cli.output import ndjson as ndjson_writer
from flext_cli.output import plain as plain_writer
from flext_cli.output import yaml as yaml_writer
from flext_cli.output.emit import Emitter, Settings
from flext_cli.output.query import QueryError, compiled
from flext_cli.output.text import one_line, pad, safe, shorten, width

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANY_TEXT = st.text()
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4), max_leaves=12
)


class Model:
    def __init__(self, **data):
        self.data = data

    def to_dict(self):
        return self.data


def emit(value, kind="model", form="table", **settings):
    out = io.StringIO(newline="")
    described = columns.parse(settings.pop("described")) if "described" in settings else ()
    Emitter(Settings(format=form, now=lambda: NOW, **settings), out, described).emit(value, kind)
    return out.getvalue()


def rendered(write, *arguments, **more):
    out = io.StringIO(newline="")
    write(*arguments, out.write, **more)
    return out.getvalue()


# -- what goes out comes back in --------------------------------------------------------------------------------


@given(ANY_JSON, st.booleans())
def test_json_gives_back_any_value(value, ascii_only):
    text = rendered(json_writer.write, value, ascii_only=ascii_only)
    assert json.loads(text) == value
    assert text.endswith("\n")
    assert not ascii_only or text.isascii()


@given(st.lists(ANY_JSON, max_size=5), st.booleans())
def test_a_streamed_json_list_is_the_same_list(items, ascii_only):
    text = rendered(json_writer.write_items, iter(items), ascii_only=ascii_only)
    assert json.loads(text) == items


@given(st.lists(ANY_JSON, max_size=5))
def test_ndjson_has_one_line_for_each_item(items):
    text = rendered(ndjson_writer.write, iter(items))
    assert [json.loads(line) for line in text.split("\n")[:-1]] == items


@given(ANY_JSON, st.booleans())
def test_yaml_gives_back_any_value(value, ascii_only):
    text = rendered(yaml_writer.write, value, ascii_only=ascii_only)
    assert yaml.safe_load(text) == value
    assert not ascii_only or text.isascii()


@given(st.lists(ANY_JSON, max_size=4))
def test_a_streamed_yaml_list_is_the_same_list(items):
    assert yaml.safe_load(rendered(yaml_writer.write_items, iter(items))) == items


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), max_size=5))
def test_csv_gives_back_any_text(rows):
    text = rendered(csv_writer.write, iter(rows), ["a", "b"])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a", "b"], *rows]
    assert text.startswith("a,b\r\n")


@given(st.lists(st.lists(ANY_TEXT, min_size=3, max_size=3), max_size=5))
def test_plain_has_one_line_for_each_row_and_can_be_undone(rows):
    text = rendered(plain_writer.write, iter(rows))
    back = [
        [
            field.replace("\\\\", "\0")
            .replace("\\t", "\t")
            .replace("\\n", "\n")
            .replace("\\r", "\r")
            .replace("\0", "\\")
            for field in line.split("\t")
        ]
        for line in text.split("\n")[:-1]
    ]
    assert len(back) == len(rows)
    assert all("\0" in "".join(row) or row == read for row, read in zip(rows, back, strict=True))


def test_json_that_json_does_not_know_becomes_null():
    value = {"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": float("-inf")}}
    assert json.loads(json_writer.dumps(value)) == {"a": None, "b": [None, 1.5], "c": {"d": None}}


def test_lone_surrogates_do_not_stop_yaml():
    assert yaml_writer.dumps({"a": "x\ud800"}) == 'a: "x\\uD800"\n'


def test_a_json_list_is_closed_when_its_source_breaks_and_absent_when_nothing_came():
    def source(count):
        yield from range(count)
        raise RuntimeError

    for count, text in ((2, "[\n  0,\n  1\n]\n"), (0, "")):
        out = io.StringIO()
        with pytest.raises(RuntimeError):
            json_writer.write_items(source(count), out.write)
        assert out.getvalue() == text


# -- tables ------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), max_size=6), st.integers(10, 60) | st.none(), st.booleans())
def test_a_table_never_steers_the_terminal(rows, size, colour):
    out = io.StringIO(newline="")
    table.write(rows, ["A", "B"], out.write, table.Look(columns=size, colour=colour))
    text = out.getvalue()
    for code in (terminal.BOLD, terminal.RESET, terminal.RED, terminal.GREEN, terminal.YELLOW):
        text = text.replace(code, "") if colour else text
    assert all(
        char == "\n" or char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        for char in text
    )
    # A line each below the headings, or a paragraph of two lines each where there is no room for both columns.
    assert len(text.splitlines()) in ({len(rows) + 1, 3 * len(rows) - 1} if rows else {0})
    if size is not None and size >= 14:
        assert all(width(line) <= size for line in text.split("\n"))


@given(ANY_TEXT, st.integers(1, 30))
def test_shortened_text_fits_and_is_whole_when_it_fitted(text, columns_):
    text = safe(text)
    cut = shorten(text, columns_)
    assert width(cut) <= columns_
    assert cut == text if width(text) <= columns_ else cut.endswith("…")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202eabc", "\\u202eabc"),
        ("\U000e0001", "\\U000e0001"),
        ("\x9b", "\\x9b"),
        ("naïve 日本 🎉", "naïve 日本 🎉"),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text, escaped):
    assert safe(text) == escaped


@pytest.mark.parametrize(("text", "columns_"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👩\u200d🚒", 2), ("", 0)])
def test_width_counts_columns(text, columns_):
    assert width(text) == columns_
    assert width(pad(text, 8)) == 8
    assert pad(text, 8, right=True).endswith(text)


def test_wide_characters_stay_aligned():
    out = io.StringIO()
    table.write([["日本", "x"], ["ab", "y"]], ["NAME", "B"], out.write, table.Look())
    assert out.getvalue() == "NAME  B\n日本  x\nab    y\n"


def test_a_pipe_gets_every_character_and_a_terminal_what_fits():
    rows = [["n" * 50, "short", "d" * 80]]
    pipe, screen = io.StringIO(), io.StringIO()
    table.write(rows, ["A", "B", "C"], pipe.write, table.Look())
    table.write(rows, ["A", "B", "C"], screen.write, table.Look(columns=60))
    assert "n" * 50 in pipe.getvalue()
    assert "d" * 80 in pipe.getvalue()
    _, line = screen.getvalue().splitlines()
    assert len(line) <= 60
    assert line.count("…") == 2
    assert "short" in line
    ascii_only = io.StringIO()
    table.write(rows, None, ascii_only.write, table.Look(columns=60, ellipsis="..."))
    assert ascii_only.getvalue().isascii()


def test_a_table_is_narrowed_evenly_and_never_to_nothing():
    assert table.fit([40, 10, 30], 50) == [18, 10, 18]
    assert table.fit([20, 20], None) == [20, 20]
    assert table.fit([20, 20], 5) == [6, 6]
    assert table.fit([3, 4], 5) == [3, 4]
    assert table.fit([24, 40], 50, firm=[0]) == [24, 24]
    assert table.fit([24, 40], 20, firm=[0]) == [12, 6]


def narrow(rows, headings, columns, **options):
    out = io.StringIO()
    table.write(rows, headings, out.write, table.Look(columns=columns), **options)
    return out.getvalue().splitlines()


def test_a_narrow_terminal_loses_empty_columns_before_an_id_is_cut():
    rows = [["run-1796053127537692248", "done", "-", "a b c d"], ["run-2", "done", "-", "-"]]
    assert narrow(rows, ["ID", "STATE", "MESSAGE", "ERROR"], 41)[1] == "run-1796053127537692248  done   a b c d"
    assert narrow(rows, ["ID", "STATE", "MESSAGE", "ERROR"], 38)[1] == "run-1796053127537692248  done   a b c…"
    assert "MESSAGE" in narrow(rows, ["ID", "STATE", "MESSAGE", "ERROR"], 80)[0]
    assert "MESSAGE" in narrow(rows, ["ID", "STATE", "MESSAGE", "ERROR"], 41, asked=True)[0]
    assert narrow([["-", "-"]], ["SOMETHING", "ELSE"], 10) == ["SOMETHING", "-"]


def test_long_tables_are_streamed():
    written = []
    seen = []

    def rows():
        for number in range(5000):
            seen.append(len(written))
            yield [str(number), "x"]

    assert table.write(rows(), ["N", "X"], written.append, table.Look()) == 5000
    assert seen[-1] > 30
    assert sum(text.count("\n") for text in written) == 5001


def test_states_are_coloured_where_they_stand():
    out = io.StringIO()
    table.write(
        [["failed-job", "failed"], ["b", "completed"], ["c", "odd"]],
        ["NAME", "STATUS"],
        out.write,
        table.Look(colour=True),
    )
    lines = out.getvalue().splitlines()
    assert lines[0] == "\x1b[1mNAME        STATUS\x1b[0m"
    assert lines[1] == "failed-job  \x1b[31mfailed\x1b[0m"
    assert lines[2].endswith("\x1b[32mcompleted\x1b[0m")
    assert lines[3] == "c           odd"


# -- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("duration", 0, "0s"), ("duration", 0.0004, "<1ms"), ("duration", 0.0006, "1ms"), ("duration", 0.45, "450ms"), ("duration", 3.21, "3.2s"), ("duration", 59.96, "1m 00s"), ("duration", 245, "4m 05s"),
        ("duration", 7380, "2h 03m"), ("duration", 100800, "1d 04h"), ("duration", -90, "-1m 30s"), ("duration", "12", "12.0s"), ("duration", "odd", "odd"),
        ("duration", None, "-"), ("duration", True, "yes"), ("duration", float("nan"), "nan"), ("duration", 0.9999, "1.0s"),
        ("bytes", 512, "512 B"), ("bytes", 1536, "1.5 MiB".replace("M", "K")), ("bytes", 5 * 1024**3, "5.0 GiB"), ("bytes", 3 * 1024**5, "3.0 PiB"), ("bytes", None, "-"),
        ("rate", 950, "950/s"), ("rate", 12345, "12.3k/s"), ("rate", 2.5, "2.5/s"), ("rate", 3e6, "3.0M/s"), ("rate", 5e12, "5000.0G/s"), ("rate", "x", "x"),
        ("percent", 0.42, "42%"), ("percent", 42, "42%"), ("percent", 1, "100%"), ("percent", None, "-"),
        ("bool", 1, "yes"), ("bool", "", "no"), ("bool", None, "-"),
        ("", None, "-"), ("", True, "yes"), ("", [], "-"), ("", {}, "-"), ("", ["a", 1, None], "a, 1, -"), ("", {"a": 1, "b": None}, "a=1, b=-"), ("", [{"a": 1}], '[{"a":1}]'),
        ("", {"a": {"b": 1}}, '{"a":{"b":1}}'), ("", 1.5, "1.5"), ("", "", "-"),
        ("ago", "2026-03-01T11:57:00Z", "3m ago"), ("ago", "2026-03-01T14:00:00+00:00", "in 2h"), ("ago", "2026-02-27T11:00:00", "2d ago"), ("ago", "2026-03-01T12:00:00Z", "now"),
        ("ago", "2025-01-01T00:00:00Z", "2025-01-01"), ("ago", NOW.timestamp() - 5, "5s ago"), ("ago", "yesterday", "yesterday"), ("ago", None, "-"), ("ago", True, "yes"), ("ago", 1e300, "1e+300"),
        ("ago", "2026-03-01T11:57:00.123456789Z", "2m ago"),
        ("", "2026-12-30T15:37:10.044000Z", "2026-12-30T15:37:10Z"), ("", "2026-12-30T15:37:10.5+02:00", "2026-12-30T15:37:10+02:00"), ("", "2026-12-30T15:37:10Z", "2026-12-30T15:37:10Z"),
        ("", "2026-12-30 15:37:10.044", "2026-12-30 15:37:10.044"), ("", "nineteen characters.and more", "nineteen characters.and more"),
        ("", "2026-13-30T15:37:10.044000Z", "2026-13-30T15:37:10.044000Z"), ("", ["2026-12-30T15:37:10.0Z", 1], "2026-12-30T15:37:10Z, 1"), ("", ["2026-12-30T15:37:10.000Z", "2026-12-31T15:37:10.000Z"], "2026-12-30T15:37:10Z, 2026-12-31T15:37:10Z"),
    ],
)  # fmt: skip
def test_formats(form, value, text):
    assert values.formatter(form, lambda: NOW)(value) == text


def test_lines_that_arrive_keep_milliseconds():
    shown = values.formatter("", lambda: NOW, live=True)
    assert shown("2026-12-30T15:37:10.044999Z") == "2026-12-30T15:37:10.044Z"
    assert [shown("text"), shown(None), shown("2026-12-30T15:37:10Z")] == ["text", "-", "2026-12-30T15:37:10Z"]


def test_programs_get_all_of_a_moment():
    assert emit({"at": "2026-12-30T15:37:10.044999Z"}, form="csv").split() == ["at", "2026-12-30T15:37:10.044999Z"]


def test_anything_becomes_plain_data():
    class Word(StrEnum):
        YES = "yes"

    data = {
        1: Word.YES,
        "when": datetime(2026, 1, 2, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "path": Path("a/b"),
        "raw": b"x\xff",
        "model": Model(inner=Model(deep=1)),
        "many": (1, {2}),
        "left": timedelta(seconds=1),
    }
    assert values.plain(data) == {
        "1": "yes",
        "when": "2026-01-02T00:00:00+00:00",
        "day": "2026-01-02",
        "path": "a/b",
        "raw": "x\ufffd",
        "model": {"inner": {"deep": 1}},
        "many": [1, [2]],
        "left": "0:00:01",
    }
    assert type(values.plain(Word.YES)) is str


def test_paths_lead_into_data():
    data = {"a": {"b": [{"c": 1}]}, "x.y": 2}
    assert values.lookup(data, "a.b.0.c") == 1
    assert values.lookup(data, "x.y") == 2
    assert values.lookup(data, "a.b.7.c") is None
    assert values.lookup(data, "a.nothing.c") is None
    assert values.lookup("text", "a") is None


def test_columns_are_described_in_one_word():
    first, second, third = columns.parse(["name", "last_run.status:LAST", "took::duration"])
    assert (first.heading, first.named) == ("NAME", False)
    assert (second.path, second.heading, second.named) == ("last_run.status", "LAST", True)
    assert (third.heading, third.format) == ("TOOK", "duration")
    for wrong, message in ((["a:B:odd"], "no format"), ([":B"], "no field"), ([], "no field")):
        with pytest.raises(ValueError, match=message):
            columns.parse(wrong)


# -- any result, any format --------------------------------------------------------------------------------------

ROWS = [{"name": "a", "size": 5, "in": {"x": "1"}}, {"name": "b", "size": 1234, "in": {"x": None}}]


def test_a_list_of_records_in_every_format():
    show = {"value": ROWS, "kind": "list", "described": ["name", "size", "in.x:X"]}
    assert emit(**show) == "NAME  SIZE  X\na        5  1\nb     1234  -\n"
    assert emit(**show, form="csv") == "name,size,X\r\na,5,1\r\nb,1234,\r\n"
    assert emit(**show, form="plain") == "a\t5\t1\nb\t1234\t\n"
    assert json.loads(emit(**show, form="json")) == ROWS
    assert emit(**show, form="ndjson").splitlines()[0] == '{"name":"a","size":5,"in":{"x":"1"}}'
    assert yaml.safe_load(emit(**show, form="yaml")) == ROWS


def test_records_that_nobody_described_show_their_keys():
    assert emit(ROWS, "list") == "NAME  SIZE  IN\na        5  x=1\nb     1234  x=-\n"


def test_a_record_is_names_and_values_and_lists_of_records_below():
    record = Model(name="a", took=75, steps=[{"name": "s", "ok": True}], meta={"k": {"deep": 1}}, note=None)
    assert (
        emit(record)
        == "name         a\ntook         75\nmeta.k.deep  1\nnote         -\n\nsteps:\nNAME  OK\ns     yes\n"
    )
    assert (
        emit(record, described=["name", "took:TOOK:duration", "steps"])
        == "NAME  a\nTOOK  1m 15s\n\nSTEPS:\nNAME  OK\ns     yes\n"
    )
    assert emit(record, columns=columns.parse(["took::duration"])) == "TOOK  1m 15s\n"
    assert emit(record, form="plain", columns=columns.parse(["name", "took"])) == "a\t75\n"
    assert emit(record, form="plain").splitlines()[1] == "took\t75"
    assert emit(record, form="csv").startswith("name,took,steps,meta,note\r\na,75,")
    assert json.loads(emit(record, form="json", columns=columns.parse(["name", "meta.k.deep:DEEP"]))) == {
        "name": "a",
        "DEEP": 1,
    }


def test_what_has_parts_of_its_own_stands_below():
    steps = [{"name": "s", "load": {"plugin": "t", "config": {"path": "p"}}, "id": None, "ok": True}]
    assert emit({"steps": steps}) == "steps:\nNAME  LOAD PLUGIN  LOAD CONFIG  OK\ns     t            path=p       yes\n"
    schema = {"type": "object", "properties": {"path": {"type": ["string", "null"]}}, "note": "a\x1b"}
    shown = emit({"name": "x", "schema": schema}, described=["name", "schema"])
    assert shown.startswith(
        "NAME  x\n\nSCHEMA:\n  type: object\n  properties:\n    path:\n      type:\n      - string\n"
    )
    assert "\x1b" not in shown
    assert emit({"all": [{"a": None}]}) == "all:\nA\n-\n"
    assert emit({"a": {"b": {"c": {"d": {"e": 1}}}}}) == "a.b.c:\n  d:\n    e: 1\n"


def test_records_below_have_units():
    steps = [{"name": "s", "duration": 1.154, "bytes": 47231, "rate": 208.0}, {"name": "t", "duration": "odd"}]
    shown = emit({"steps": steps}).splitlines()
    assert [line.split() for line in shown[2:]] == [["s", "1.2s", "46.1", "KiB", "208/s"], ["t", "odd", "-", "-"]]


def test_what_is_counted_has_units():
    data = {"server": {"uptime": 90.5, "memory": 2048, "version": "1"}, "requests": {"total": 3}}
    shown = "server.uptime   1m 30s\nserver.memory   2.0 KiB\nserver.version  1\nrequests.total  3\n"
    assert emit(data) == shown
    assert emit(data, query=lambda found: {"size": found["requests"]["total"]}) == "size  3\n"


def test_keys_that_hold_dots_lose_nothing():
    assert emit({"counters": {"a.b": 1, "c": {"d.e": 2}}}) == "counters.a.b    1\ncounters.c.d.e  2\n"


def test_names_are_bold_and_states_coloured_on_a_colour_terminal():
    shown = emit({"name": "x", "status": "failed"}, look=table.Look(colour=True))
    assert shown == "\x1b[1mname  \x1b[0m  x\n\x1b[1mstatus\x1b[0m  \x1b[31mfailed\x1b[0m\n"


@pytest.mark.parametrize(
    ("form", "text"),
    [("table", ""), ("json", "null\n"), ("yaml", "null\n"), ("csv", ""), ("plain", ""), ("ndjson", "")],
)
def test_nothing_is_nothing(form, text):
    assert emit(None, "none", form) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("table", "# help\n"),
        ("plain", "# help\n"),
        ("json", '"# help\\n"\n'),
        ("yaml", "|\n  # help\n"),
        ("ndjson", '"# help\\n"\n'),
    ],
)
def test_text_is_text(form, text):
    assert emit("# help\n", "text", form) == text


def test_text_ends_with_a_line_break():
    assert emit("x", "text") == "x\n"
    assert emit(5, "json") == "5\n"


@pytest.mark.parametrize(
    ("form", "text"),
    [("table", ""), ("json", "[]\n"), ("yaml", "[]\n"), ("ndjson", ""), ("csv", "name\r\n"), ("plain", "")],
)
def test_an_empty_list(form, text):
    assert emit(iter([]), "page", form, described=["name"]) == text


def test_a_query_selects_and_shapes():
    names = compiled("[].name")
    assert emit(iter(ROWS), "page", query=names, described=["size"]) == "a\nb\n"
    assert emit(iter(ROWS), "page", "plain", query=names) == "a\nb\n"
    assert emit(iter(ROWS), "page", "csv", query=names) == "a\r\nb\r\n"
    assert emit(iter(ROWS), "page", query=compiled("[].[name, size]")) == "a  5\nb  1234\n"
    assert emit(iter(ROWS), "page", query=compiled("[].{n: name}")) == "N\na\nb\n"
    assert json.loads(emit(iter(ROWS), "page", "json", query=compiled("[?size > `10`]"))) == ROWS[1:]
    assert emit(Model(a={"b": 3}), query=compiled("a.b")) == "3\n"
    assert emit(Model(a=1), query=compiled("nothing")) == ""


def test_a_query_is_checked_before_and_told_when_it_does_not_fit():
    with pytest.raises(ValueError, match="near character 3"):
        compiled("[*")
    with pytest.raises(ValueError, match="not a JMESPath"):
        compiled("")
    with pytest.raises(QueryError, match=r"abs\(\) takes number, not array"):
        emit(ROWS, "list", query=compiled("abs(@)"))
    with pytest.raises(QueryError, match="nothing_like_that"):
        emit(ROWS, "list", query=compiled("nothing_like_that(@)"))


def test_a_stream_is_written_record_by_record():
    out = io.StringIO()
    seen = []

    def source():
        for number in range(3):
            seen.append(out.getvalue())
            yield Model(at="12:00", level="info" if number else "warning", message=f"m{number}\n")

    Emitter(Settings(), out, columns.parse(["at", "level", "message"])).emit(source(), "stream")
    assert seen[1] == "12:00  warning  m0\\n\n"
    assert out.getvalue().splitlines()[1] == "12:00  info     m1\\n"
    assert emit((Model(a=n) for n in range(3)), "stream", "ndjson", query=compiled("a")) == "0\n1\n2\n"
    assert emit((Model(a=n) for n in range(2)), "stream", query=compiled("{n: a}")) == "0\n1\n"
    assert (
        emit((Model(a="failed") for _ in range(1)), "stream", look=table.Look(colour=True), described=["a"])
        == "\x1b[31mfailed\x1b[0m\n"
    )


def test_lists_of_lists_of_several_lengths():
    assert emit([["a"], ["b", "c"]], "list") == "a\nb  c\n"


# -- text of the command line to values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [("30", 30), ("1.5", 1.5), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400), ("500ms", 0.5), (" 1 s", 1)],
)
def test_durations(text, number):
    assert convert.seconds(text) == number


@pytest.mark.parametrize("text", ["", "x", "-5", "5y", "nan", "inf", "1e400"])
def test_no_durations(text):
    with pytest.raises(ValueError, match="no duration"):
        convert.seconds(text)


def test_mappings():
    assert convert.mapped(
        ["a=1", "b=x=y", "c=", 'd={"e": [true]}', 'f="5"', '{"g": null, "a": 2}', "h=NaN", "i=01"]
    ) == {
        "a": 2,
        "b": "x=y",
        "c": "",
        "d": {"e": [True]},
        "f": "5",
        "g": None,
        "h": "NaN",
        "i": "01",
    }
    for wrong in ("novalue", "=x", "{broken"):
        with pytest.raises(ValueError, match="JSON object"):
            convert.mapped([wrong])


@given(
    st.dictionaries(
        st.text(min_size=1).filter(lambda key: "=" not in key and not key.lstrip().startswith("{")),
        ANY_JSON,
        max_size=4,
    )
)
def test_any_json_value_can_be_given_as_key_and_value(data):
    assert convert.mapped([f"{key}={json.dumps(value)}" for key, value in data.items()]) == data


def test_lists_are_split_at_commas():
    assert convert.listed(["a,b", " c ", ",", "d"]) == ["a", "b", "c", "d"]


def test_questions_are_filled():
    assert convert.named({"name": "orders", "steps": ["a", "b"]}, "Delete {name} ({steps})?") == "Delete orders (a, b)?"


# -- what is shown of a list -------------------------------------------------------------------------------------

ITEMS = [
    {"name": f"n{number}", "size": size, "tags": ["x"] if number % 2 else [], "on": number > 2}
    for number, size in enumerate((5, 30, None, 7, "odd"))
]


def chosen(**options):
    return [item["name"] for item in paging.Selection(ITEMS, **{"limit": None} | options)]


def test_filters():
    assert chosen(filters=["name=N1"]) == ["n1"]
    assert chosen(filters=["name=n?", "tags=x"]) == ["n1", "n3"]
    assert chosen(filters=["tags!=x"]) == ["n0", "n2", "n4"]
    assert chosen(filters=["on=true", "size=7"]) == ["n3"]
    assert chosen(filters=["size="]) == ["n2"]
    for wrong in ("name", "=x", "!=x"):
        with pytest.raises(ValueError, match="FIELD=VALUE"):
            paging.filter_of(wrong)


def test_order():
    assert chosen(sort="size") == ["n0", "n3", "n1", "n4", "n2"]
    assert chosen(sort="name:desc", limit=2) == ["n4", "n3"] == chosen(sort="-name", limit=2)
    assert chosen(sort="size:desc") == ["n4", "n1", "n3", "n0", "n2"]
    for wrong in ("", "name:down", ":desc", "-", "-name:desc"):
        with pytest.raises(ValueError, match="FIELD:desc"):
            paging.order_of(wrong)


def unknown(**options):
    selection = paging.Selection(ITEMS, **{"limit": None} | options)
    list(selection)
    return selection.unknown


def test_fields_that_no_item_has_are_known_afterwards():
    assert unknown(filters=["nope=1", "name=n1"]) == ["nope"]
    assert unknown(filters=["nope!=1"], sort="size:desc", fields=["name", "odd.part"]) == ["nope", "odd.part"]
    assert unknown(sort="nope") == ["nope"]
    assert unknown(fields=["size.of"]) == []
    assert unknown() is None
    assert paging.Selection(ITEMS, limit=0, fields=["nope"]).unknown is None


def test_no_more_is_fetched_than_is_shown():
    taken = []

    class Page:
        total = 1000

        def __iter__(self):
            for number in range(1000):
                taken.append(number)
                yield {"n": number}

    selection = paging.Selection(Page(), limit=10)
    assert len(list(selection)) == 10
    assert len(taken) == 10
    assert selection.more
    assert selection.shown == 10


@pytest.mark.parametrize(("count", "more"), [(2, False), (3, True)])
def test_whether_there_is_more_is_known_without_a_total(count, more):
    selection = paging.Selection(iter([{}] * count), limit=2)
    assert len(list(selection)) == 2
    assert selection.more is more


def test_one_line():
    assert one_line(" a\n  b\x1b ") == "a b\\x1b"


def test_a_terminal_too_narrow_for_a_table_gets_a_paragraph_a_row():
    rows = [["orders", "completed", "1,200", "3m ago"], ["customers", "failed", "0", "2d ago"]]
    out = []
    count = table.write(rows, ["NAME", "STATUS", "ROWS", "WHEN"], out.append, table.Look(columns=20))
    assert count == 2
    assert "".join(out) == (
        "NAME    orders\nSTATUS  completed\nROWS    1,200\nWHEN    3m ago\n"
        "\nNAME    customers\nSTATUS  failed\nROWS    0\nWHEN    2d ago\n"
    )


def test_a_heading_that_reads_like_a_state_has_no_colour_of_its_own():
    out = []
    table.write([["a", "active"]], ["NAME", "ACTIVE"], out.append, table.Look(columns=80, colour=True))
    assert out[0] == "\x1b[1mNAME  ACTIVE\x1b[0m\n"
    assert "\x1b[32mactive\x1b[0m" in out[1]
