"""Words, help, version, wrong words: everything that is answered from the table alone."""

import sys

import pytest


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], []])
def test_the_program_says_what_it_can_do(run, arguments):
    result = run(*arguments)
    assert result.code == 0
    for part in (
        "Things on the command line.",
        "thing  Make and look at things.",
        "api",
        "-o, --output FORMAT",
        "-V, --version",
        "130  interrupted",
        "FLEXT_HOME",
    ):
        assert part in result.out
    assert result.err == ""


@pytest.mark.parametrize(
    "arguments", [["thing"], ["thing", "--help"], ["-h", "thing"], ["help", "thing"], ["-o", "json", "thing"]]
)
def test_a_group_lists_its_commands_with_their_arguments_and_examples(run, arguments):
    result = run(*arguments)
    assert result.code == 0
    assert "start NAME " in result.out
    assert "export NAMES..." in result.out
    assert "$ flext thing start orders --wait" in result.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["thing", "start", "-h"],
        ["help", "thing", "start"],
        ["thing", "start", "orders", "--wait", "--help"],
        ["--help", "thing", "start"],
    ],
)
def test_a_command_teaches(run, arguments):
    page = run(*arguments).out
    for part in (
        "flext thing start NAME [OPTIONS]",
        "NAME  Name of the thing.",
        "-v, --variables KEY=VALUE",
        "[may be repeated]",
        "--ratio NUMBER",
        "[default 1]",
        "--wait, --no-wait",
        "--dry-run",
        "$ flext thing start orders --wait",
        "2 usage: bad input",
        "Flext().things.start(name)",
        "POST /things/{name}/start",
    ):
        assert part in page


def test_a_command_shows_only_the_shared_options_that_it_has(run):
    stop, listing = run("thing", "stop", "-h").out, run("thing", "list", "-h").out
    listing = " ".join(listing.split())
    assert "--yes" in stop
    assert "--limit" not in stop
    assert "--limit N" in listing
    assert "[default 50]" in listing
    assert "one of completed, failed, running" in listing
    assert "--active, --no-active" in listing
    assert "--dry-run" not in listing
    assert "flext thing show" in listing.split("See also:")[1]


def test_an_own_option_stands_before_a_shared_one_of_the_same_name(run):
    assert run("thing", "start", "-h").out.count("--timeout") == 1
    assert run("thing", "show", "-h").out.count("--timeout") == 1


def test_help_is_not_taken_from_behind_the_end_of_options(run):
    assert run("thing", "show", "--", "--help").out.startswith("NAME      --help")


def test_help_fits_the_terminal_and_keeps_lists(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    page = run("thing", "start", "--help").out
    assert max(map(len, page.splitlines())) <= 60
    assert "\n- a point\n- another\n" in page


def test_headings_are_bold_where_colour_is_wanted(run, monkeypatch):
    assert "\x1b[" not in run("--help").out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[1mUsage:\x1b[0m" in run("--help").out
    assert "\x1b[" not in run("--help", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("--help").out


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(run, flag):
    assert run(flag).out == "flext 9.8.7\n"


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["thng", "list"], 'unknown group or command "thng"', "did you mean flext thing?"),
        (["thing", "lsit"], 'unknown command "lsit" in thing', "did you mean flext thing list?"),
        (["THING"], 'unknown group or command "THING"', "did you mean flext thing?"),
        (["thing", "expo"], 'unknown command "expo" in thing', "did you mean flext thing export?"),
        (["start", "orders"], 'unknown group or command "start"', "did you mean flext thing start?"),
        (["zzzzzz"], 'unknown group or command "zzzzzz"', "see: flext --help"),
        ([""], 'unknown group or command ""', "see: flext --help"),
        (["thing", ""], 'unknown command "" in thing', "see: flext thing --help"),
        (["tour", ""], 'unexpected argument ""', "see: flext tour --help"),
        (["thing", "qqqqqq"], 'unknown command "qqqqqq" in thing', "see: flext thing --help"),
        (["help", "thing", "lsit"], 'unknown command "lsit" in thing', "did you mean flext thing list?"),
        (["--outptu", "json", "thing"], "unknown option --outptu", "did you mean --output?"),
        (["thing", "--zzzzzz"], "unknown option --zzzzzz", "see: flext thing --help"),
        (["-o"], "-o needs a value: FORMAT", "see: flext --help"),
        (["--", "thing"], "unknown option --", "see: flext --help"),
    ],
)
def test_a_wrong_word_is_one_line_and_a_hint(run, arguments, error, hint):
    result = run(*arguments)
    assert result.code == 2
    assert result.out == ""
    first, second = result.err.splitlines()
    assert first == f"error: {error}"
    assert second.startswith("hint: ")
    assert second.endswith(hint)


def test_a_wrong_word_is_an_object_where_json_is_asked_for(run):
    result = run("-o", "json", "thng")
    assert result.code == 2
    assert '"code": "USAGE"' in result.err
    assert run("--output=json", "thng").err == result.err
    assert run("-ojson", "thng").err == result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["-o", "json", "thing", "show", "x"],
        ["thing", "-o", "json", "show", "x"],
        ["thing", "show", "x", "-o", "json"],
        ["-ojson", "thing", "show", "x"],
        ["--output=json", "thing", "show", "x"],
        ["thing", "show", "-o=json", "x"],
    ],
)
def test_shared_options_stand_anywhere(run, arguments):
    result = run(*arguments)
    assert result.code == 0
    assert result.out.startswith('{\n  "name": "x"')


def test_a_missing_standard_output_is_no_crash(fake, monkeypatch):
    from flext_cli.main import main

    monkeypatch.setattr(sys, "stdout", None)
    assert main(["--version"]) == 0


def test_python_m_is_the_same_command(fake, monkeypatch, capsys):
    import runpy

    monkeypatch.setattr(sys, "argv", ["flext", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("flext_cli", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == "flext 9.8.7\n"
