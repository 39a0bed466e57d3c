"""What somebody sees who types the real program for the first time, or types it wrong."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from flext_cli import asking, execute
from flext_cli.main import main
from flext_cli.output import errors
from flext_sdk import _ask
from flext_sdk.errors import Problem, UsageError, ValidationFailedError


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def typed(monkeypatch, capsys):
    """Runs the real program; returns exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        code = main([*words])
        found = capsys.readouterr()
        return SimpleNamespace(code=code, out=found.out, err=found.err)

    return run


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["start", "orders"], "flext pipeline start or flext service start?"),
        (["list"], "flext pipeline list or "),
        (["login"], "flext auth login?"),
        (["logs", "orders"], "flext pipeline logs or "),
        (["pipelin", "list"], "flext pipeline?"),
        (["quickstar"], "flext quickstart?"),
    ],
)
def test_a_verb_without_its_group_leads_to_the_command_and_pipelines_come_first(typed, words, hint):
    result = typed(*words)
    assert result.code == 2
    assert f"hint: did you mean {hint}" in result.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{c: nope list}", 'alias "c": unknown group or command "nope"'),
        ("{c: pipeline lst}", 'alias "c": unknown command "lst" in pipeline'),
        ("{c: b, b: pipeline lst}", 'alias "c": unknown command "lst" in pipeline'),
    ],
)
def test_an_alias_that_leads_nowhere_is_named(typed, tmp_path, monkeypatch, text, said):
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path))
    (tmp_path / "config.yaml").write_text(f"alias: {text}\n")
    result = typed("c")
    assert result.code == 2
    assert result.err.startswith(f"error: {said}\nhint: ")


def test_an_alias_that_is_refused_says_so_once_and_what_to_do(typed):
    result = typed("config", "set", "alias.pipeline", "version")
    assert result.code == 2
    assert result.err == 'error: "pipeline" is a command and cannot be an alias\nhint: choose another name\n'


def test_an_empty_profile_name_leads_to_no_other_platform(typed):
    result = typed("-p", "", "pipeline", "delete", "orders", "--yes")
    assert result.code == 2
    assert result.err.startswith("error: --profile: the name is empty\n")


@pytest.mark.parametrize("words", ["plugin lock", "data taps select", "meltano run", "debug trace"])
def test_what_may_be_given_again_has_three_dots(typed, words):
    page = typed(*words.split(), "--help").out
    assert "..." in page
    assert "...." not in page


def test_headings_look_alike_whether_they_were_described_or_not(typed):
    assert typed("config", "set", "timeouts.call", "20").out.splitlines()[0].split() == ["KEY", "timeouts.call"]


@pytest.mark.parametrize("words", ["completion install", "completion show"])
def test_choices_are_told_in_the_order_of_the_help(typed, words):
    assert '"foo" is not one of bash, zsh, fish, powershell\n' in typed(*words.split(), "foo").err


def test_waiting_for_what_does_not_run_says_how_to_start_it(typed, tmp_path, monkeypatch):
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path))
    monkeypatch.setenv("FLEXT_AUTOSTART", "0")
    result = typed("service", "wait", "--timeout", "10ms")
    assert result.code == 7
    assert result.err.endswith("hint: Start it: flext service start\n")


def test_standard_input_is_called_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["pipeline", "create", "-"]) == 2
    assert capsys.readouterr().err.startswith("error: standard input:1:1: The document is empty\n")
    twice = [Problem("/name", "one", line=1, file="-"), Problem("/steps", "two", line=2, file="-")]
    assert errors.report(ValidationFailedError("2 problems in standard input", problems=twice), "table") == 2
    assert capsys.readouterr().err.endswith("standard input\nstandard input:1: one\nstandard input:2: two\n")


def test_an_empty_list_is_told(typed):
    result = typed("profile", "secret", "list")
    assert (result.code, result.out, result.err) == (0, "", "nothing found\n")
    assert typed("profile", "secret", "list", "--quiet").err == ""
    assert typed("profile", "secret", "list", "-o", "json").err == ""


def test_a_field_that_nothing_has_is_told_and_the_rest_is_shown(typed):
    result = typed("config", "list", "--columns", "kye,type", "-o", "csv")
    assert result.code == 0
    assert result.out.startswith("kye,type\r\n,url\r\n")
    assert result.err == "nothing here has a field kye; did you mean key?\n"
    assert typed("config", "list", "--columns", "key", "-o", "csv").err == ""
    assert typed("config", "list", "--columns", "kye", "--quiet").err == ""
    assert typed("config", "list", "--query", "[].{kye: key}", "--columns", "kye").err == ""


# -- what a service objects to, in the words of the command line -----------------------------------------------------


def told(capsys, *problems, form="table", words="pipeline schedule", hint=None):
    error = ValidationFailedError("/cron: as the service says it", problems=problems, hint=hint)
    assert errors.report(error, form, typed=execute._typed(words)) == 2
    return capsys.readouterr().err


def test_an_argument_is_named_as_it_was_typed(capsys):
    five = "a schedule has five fields"
    assert told(capsys, Problem("/cron", five, "Five."), hint="Five.") == f"error: --cron: {five}\nhint: Five.\n"
    grep = Problem("/grep", "query parameter 'grep': '(' is no regular expression")
    assert told(capsys, grep, words="pipeline logs") == "error: --grep: '(' is no regular expression\n"
    word = Problem("/password", "must have at least 8 characters")
    assert told(capsys, word, words="auth user create") == "error: password: must have at least 8 characters\n"
    step = Problem("/step_override/0", "orders has no step 'nope'")
    assert told(capsys, step, words="pipeline start").startswith("error: --steps: orders has no step")
    last = Problem("/args/0", "tap-csv has no operation 'nope'")
    assert told(capsys, last, words="orchestration execute").startswith("error: ARGUMENT: tap-csv has no operation")
    name = Problem("/username", "must not be empty")
    assert told(capsys, name, words="auth user create") == "error: USERNAME: must not be empty\n"


def test_what_python_calls_by_name_is_called_by_its_option(capsys):
    for said, words, shown in (
        ("tail must be between 0 and 10000, not -1", "pipeline logs", "--tail must be between"),
        ("since: 'x' is no moment", "events list", "--since: 'x' is no moment"),
        ("name must be a name, not ''", "pipeline show", "NAME must be a name"),
        ("name or password is wrong", "pipeline show", "name or password"),
        ("level: odd", "pipeline show", "level: odd"),
    ):
        errors.report(UsageError(said), "table", typed=execute._typed(words))
        assert capsys.readouterr().err.startswith(f"error: {shown}")


def test_several_are_told_each_once(capsys):
    said = told(capsys, Problem("/cron", "one", "Mend it."), Problem("/timezone", "two"))
    assert said == "error: 2 problems\n--cron: one (Mend it.)\n--timezone: two\n"


def test_what_lies_in_a_document_or_is_no_argument_keeps_its_place(capsys):
    assert "/nothing: odd" in told(capsys, Problem("/nothing", "odd"), Problem("/cron", "one"))
    assert "o.yaml:4: one" in told(capsys, Problem("/cron", "one", line=4, file="o.yaml"))
    data = json.loads(told(capsys, Problem("/cron", "one"), form="json"))
    assert data["error"]["message"] == "/cron: as the service says it"


# -- Ctrl-D at a question ---------------------------------------------------------------------------------------------


def test_what_comes_after_an_answer_that_was_none_begins_a_line(monkeypatch):
    err = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["profile", "delete", "dev"]) == 1
    assert err.getvalue().endswith("[y/N] \nnothing was done\n")
    with pytest.raises(UsageError):
        _ask.line("User name")
    assert err.getvalue().endswith("User name: \n")
    assert asking.ask({"name": "path"}) is None
    assert err.getvalue().endswith("path: \n")


def test_a_secret_that_is_not_typed_is_none(monkeypatch, capsys):
    def gone(prompt, stream):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", gone)
    assert _ask.typed("Password: ") == ""
    assert asking.ask({"name": "key", "secret": True}) is None
    assert capsys.readouterr().err == "\n\n"
