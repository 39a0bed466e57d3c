"""What seldom happens: odd signatures, odd errors, odd terminals."""

import io
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pytest

from flext_cli import middleware, params, terminal
from flext_cli.build import hint_of, hints, parse
from flext_cli.execute import Command
from flext_cli.help import Page, wrap
from flext_cli.main import WrongUsage
from flext_cli.output import columns, errors, values
from flext_cli.output.emit import Emitter, Settings
from flext_cli.output.progress import Progress, describe
from flext_cli.output.text import shorten
from flext_sdk._core.messages import Headers, Request, Timeouts


class Terminal(io.StringIO):
    def isatty(self):
        return True


def entry(*given, kind="none", **more):
    base = {"params": given, "output": {"kind": kind, "columns": ()}, "mutating": False, "http": None, "confirm": None}
    return base | {"wait": False, "attribute": "x"} | more


def param(name, type_, kind="option", **more):
    flags = () if kind == "positional" else (f"--{name}",)
    base = {"name": name, "kind": kind, "flags": flags, "metavar": "", "type": type_, "choices": (), "default": None}
    return base | {"required": False, "help": ""} | more


# -- signatures --------------------------------------------------------------------------------------------------


def odd(self, a: "Missing", b: "Literal['x', 'y'] | None", c: int | None, d: str | Path): ...  # noqa: F821


def test_annotations_that_cannot_be_resolved_leave_the_table_to_decide():
    found = hints(odd)
    assert set(found) == {"b", "c", "d"}
    assert hint_of(param("a", "int"), found) is int
    assert hint_of(param("a", "choice", choices=("p", "q")), found) == Literal["p", "q"]
    assert hint_of(param("b", "choice"), found) == Literal["x", "y"]
    assert hint_of(param("c", "str"), found) is int
    assert hint_of(param("d", "path"), found) is str


def test_a_required_option_is_asked_for(fake):
    with pytest.raises(WrongUsage, match="--level N is missing"):
        parse("x y", entry(param("level", "int", required=True)), odd, [])


def test_what_the_parser_alone_objects_to_is_still_one_line(fake, monkeypatch):
    import cyclopts

    def refuse(*_, **__):
        raise cyclopts.CycloptsError(msg="two\nlines.")

    monkeypatch.setattr(cyclopts.App, "parse_args", refuse)
    with pytest.raises(WrongUsage, match=r"^two lines$"):
        parse("x y", entry(), odd, [])


def test_a_switch_that_is_on_can_be_switched_off(fake):
    on = param("cache", "bool", "flag", default=True)
    assert params.negatives(on) == ("--no-cache",)
    assert parse("x y", entry(on), odd, ["--no-cache"]).own == {"cache": False}
    listed = param("cache", "bool", "flag", default=True, flags=("--cache", "--no-cache"))
    assert params.negatives(listed) == ("--no-cache",)
    assert parse("x y", entry(listed), odd, ["--cache"]).own == {"cache": True}
    assert params.negatives(param("x", "bool", "positional")) == ()


def test_a_flag_of_the_command_hides_only_that_flag_of_a_shared_option(fake):
    own = param("output", "path", flags=("--output",))
    shared = {each["name"]: each["flags"] for each in params.shared(entry(own))}
    assert shared["output"] == ("-o",)
    parsed = parse("x y", entry(own), odd, ["--output", "f.json", "-o", "json"])
    assert (parsed.own, parsed.shared) == ({"output": "f.json"}, {"output": "json"})


# -- help --------------------------------------------------------------------------------------------------------


def test_text_is_filled_and_long_words_stay_whole():
    assert wrap("", 10) == [""]
    assert wrap("a bb ccc", 4) == ["a bb", "ccc"]
    assert wrap("x" * 20 + " y", 10) == ["x" * 20, "y"]
    page = Page(200, colour=False)
    assert page.width == 110
    page.paragraphs("one\ntwo\n  code\nthree\n\nfour")
    assert page.lines == ["one two", "  code", "three", "", "four"]
    page.rows([])
    page.rows([("term", "")])
    assert page.lines[-1] == "  term"


def test_defaults_are_shown_as_they_are_typed(fake):
    from flext_cli import help as pages
    from flext_cli.params import table

    given = (
        param("cache", "bool", "flag", default=True),
        param("tags", "list", default=("a", "b")),
        param("level", "int", required=True),
        param("ratio", "float", default=0.5),
        param("name", "str", "positional", default="all"),
    )
    bare = {"summary": "S.", "description": "", "examples": (), "module": "m", "method": "f", "see": ()}
    table.COMMANDS.add("bare", entry(*given, **bare))
    page = pages.command(Page(100, colour=False), "bare")
    for part in (
        "--cache, --no-cache  [default yes]",
        "[may be repeated; default a, b]",
        "--level N",
        "[required]",
        "[default 0.5]",
        "bare [NAME]",
    ):
        assert part in page
    assert "Examples:" not in page
    table.COMMANDS.add("lone one", entry(**bare))
    assert "Examples:" not in pages.group(Page(100, colour=False), "lone")
    table.GROUPS[""]["commands"].clear()
    assert "\nCommands:" not in pages.root(Page(100, colour=False))


# -- progress ----------------------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(("environ", "told"), [({"CI": "true"}, True), ({}, False)])
def test_the_log_of_a_build_gets_a_line_every_ten_seconds_and_a_pipe_none(environ, told):
    clock, out = Clock(), io.StringIO()
    progress = Progress(out, clock=clock, environ=environ)
    for second in range(25):
        clock.now = float(second)
        progress.update({"pipeline": "p", "status": "running", "steps_total": 3, "steps_executed": 1})
    assert out.getvalue() == ("p running · 1/3 steps · 10.0s\np running · 1/3 steps · 20.0s\n" if told else "")
    progress.finish({"other": "thing"})
    assert out.getvalue().endswith("p running · 1/3 steps · 24.0s\n")


def test_a_terminal_is_painted_ten_times_a_second_at_most():
    clock, out = Clock(), Terminal()
    progress = Progress(out, live=True, clock=clock)
    for step in range(100):
        clock.now = step / 100
        progress.update({"status": "running"})
    assert out.getvalue().count("running") == 10
    progress.clear()
    progress.clear()
    assert out.getvalue().count("\r\x1b[K") == 11
    assert out.getvalue().endswith("\r\x1b[K")


def test_what_is_no_state_is_not_shown():
    out = Terminal()
    progress = Progress(out, live=True)
    progress.update("text")
    progress.finish(None)
    assert out.getvalue() == ""


def test_a_state_in_one_line():
    assert describe({}, 1) == "1.0s"
    assert describe({"status": "running", "current_step": "load"}, 61) == "running · step load · 1m 01s"
    assert (
        describe({"current_step": "b", "steps_total": 2, "steps_executed": 2, "records": 0}, 0)
        == "step 2/2 b · 0 rows · 0s"
    )


@pytest.mark.parametrize(("environ", "live"), [({}, True), ({"TERM": "dumb"}, False), ({"CI": "true"}, False)])
def test_lines_are_painted_over_only_where_that_works(environ, live):
    assert terminal.live(Terminal(), environ) is live
    assert terminal.live(io.StringIO(), environ) is False


def test_messages_and_progress_do_not_run_into_each_other(fake, monkeypatch, capsys):
    import sys

    from flext_cli.main import main

    err = Terminal()
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["tour"]) == 0
    told = err.getvalue()
    assert told.startswith("first\\x1b\n\r\x1b[Kp running · ")
    assert "\r\x1b[Ksecond\n" in told
    assert told.endswith("\nnext:\n  $ flext thing list\n  $ flext --help\n")
    assert capsys.readouterr().out == "N\n1\n"
    err.truncate(0)
    assert main(["tour", "--quiet"]) == 0
    assert "first" not in err.getvalue()
    assert "next" not in err.getvalue()


# -- terminals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "stream", "wanted"),
    [
        ({}, Terminal(), True),
        ({}, io.StringIO(), False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, Terminal(), False),
        ({"FORCE_COLOR": "1"}, io.StringIO(), True),
        ({"CLICOLOR_FORCE": "0"}, io.StringIO(), False),
        ({"TERM": "dumb"}, Terminal(), False),
        ({"CLICOLOR": "0"}, Terminal(), False),
        ({}, None, False),
    ],
)
def test_colour(environ, stream, wanted):
    assert terminal.colour(stream, environ) is wanted


def test_width():
    assert terminal.width(io.StringIO(), {"COLUMNS": "120"}) == 120
    assert terminal.width(io.StringIO(), {"COLUMNS": "wide"}) == 80
    assert terminal.width(None, {"COLUMNS": "0"}) == 80
    closed = io.StringIO()
    closed.close()
    assert terminal.is_terminal(closed) is False


# -- errors ------------------------------------------------------------------------------------------------------


class Failure(Exception):
    exit_code = 2

    def __init__(self, *problems):
        self.problems = problems

    def to_dict(self):
        return {"message": "wrong", "hint": None}


class Loose:
    path = "/a"
    message = "loose"


def test_problems_of_any_shape_are_told(capsys):
    assert errors.report(Failure({"message": "plain", "file": "f"}, Loose(), {"message": "nowhere"}), "table") == 2
    assert capsys.readouterr().err == "error: wrong\nf: plain\n/a: loose\nnowhere\n"


def test_a_single_problem_that_is_the_message_is_told_once(capsys):
    errors.lines("f.yaml:5:2: no YAML", None, [{"message": "no YAML", "file": "f.yaml", "line": 5, "column": 2}])
    assert capsys.readouterr().err == "error: f.yaml:5:2: no YAML\n"


def test_the_format_of_a_broken_line_is_guessed():
    assert errors.asked_format(["x", "-o"], {"FLEXT_OUTPUT": "yaml"}) == "yaml"
    assert errors.asked_format(["-ojson"], {}) == "json"
    assert errors.asked_format(["--output", "csv"], {}) == "csv"


def test_debug_shows_where_an_error_of_the_sdk_comes_from(run):
    told = run("thing", "show", "missing", "--debug").err
    assert "Traceback" in told
    assert told.endswith("hint: see: flext thing list\n")


def test_a_body_that_is_no_json_is_shown_as_text():
    request = Request(
        "POST", "http://h/x", Headers({"content-type": "text/plain"}), b"a\x1bb", 1, "request", Timeouts(1, 1, 1, 1)
    )
    held = middleware.described(request)
    assert held["body"] == "a\x1bb"
    assert middleware.as_text(held) == "POST http://h/x\ncontent-type: text/plain\n\na\\x1bb\n"
    request.content = None
    assert middleware.as_text(middleware.described(request)).endswith("text/plain\n")


def test_text_that_is_no_plain_str_is_still_text():
    class Word(str):
        __slots__ = ()

    assert values.plain({"a": Word("x"), "b": [Word("y")]}) == {"a": "x", "b": ["y"]}
    assert values.plain(MappingProxyType({"a": 1})) == {"a": 1}
    assert shorten("日本日本", 3) == "日…"
    assert shorten("abcdef", 1) == "…"
    assert shorten("", 0) == ""


def test_ages_count_from_now():
    out = io.StringIO()
    Emitter(Settings(), out, columns.parse(["at::ago"])).emit([{"at": 0}], "list")
    assert out.getvalue() == "AT\n1970-01-01\n"


def test_an_interrupt_without_anything_to_stop_says_nothing(fake, monkeypatch, capsys):
    command = Command("thing show", ["x"])
    assert command._interrupted() == 130
    assert capsys.readouterr().err == ""


def test_the_end_of_a_run_is_told_before_what_comes_after_it_and_once():
    out = Terminal()
    progress = Progress(out, live=True, clock=lambda: 1.0)
    progress.update({"pipeline": "p", "status": "running"})
    assert not progress.ended
    progress.update({"pipeline": "p", "status": "completed", "duration": 2.0})
    assert progress.ended
    progress.finish({})
    out.write("table p: 3 rows\n")
    progress.finish([{"n": 1}])
    assert out.getvalue().endswith("\r\x1b[Kp completed · 2.0s\ntable p: 3 rows\n")
