"""From a command line to a call of the SDK, and from its result or error to output and exit code."""

import contextlib
import io
import json
import sys

import pytest


def calls(fake, name):
    return [given for called, given in fake.CALLS if called == name]


# -- arguments ---------------------------------------------------------------------------------------------------


def test_only_what_was_given_reaches_the_method(run, fake):
    assert run("thing", "start", "orders").code == 0
    assert calls(fake, "start") == [
        {"name": "orders", "tag": None, "variables": None, "ratio": 1.0, "full": False, "wait": False, "timeout": None}
    ]


def test_every_kind_of_parameter(run, fake):
    line = [
        "thing",
        "start",
        "orders",
        "--tag",
        "a,b",
        "--tag",
        "c",
        "-v",
        "DAY=2026-01-01",
        "-v",
        "N=5",
        "--variables",
        '{"x": [1]}',
        "--ratio",
        "0.5",
        "--full",
        "--wait",
        "--timeout",
        "5m",
    ]
    assert run(*line).code == 0
    assert calls(fake, "start") == [
        {
            "name": "orders",
            "tag": ["a", "b", "c"],
            "variables": {"DAY": "2026-01-01", "N": 5, "x": [1]},
            "ratio": 0.5,
            "full": True,
            "wait": True,
            "timeout": 300.0,
        }
    ]


def test_switches_that_are_undecided_can_be_set_both_ways(run, fake):
    for flags, value in (([], None), (["--active"], True), (["--no-active"], False)):
        fake.CALLS.clear()
        run("thing", "list", *flags)
        assert calls(fake, "list")[0]["active"] is value


def test_a_lone_dash_is_a_value(run):
    assert json.loads(run("thing", "create", "-", "-o", "json").out)["config"] == "-"
    assert json.loads(run("api", "POST", "/x", "-d", "-", "-f", "a=-", "-o", "json").out) == {
        "method": "POST",
        "path": "/x",
        "field": {"a": "-"},
        "data": "-",
    }


def test_positional_lists_and_choices_that_begin_with_a_dash(run):
    assert run("thing", "export", "a", "b,c", "--sort", "-name").out == "a b c -name\n"
    assert run("thing", "export", "--sort=-name", "--", "-x").out == "-x -name\n"


def test_words_that_look_like_nothing_stay_words(run, fake):
    run("thing", "start", "none", "--tag", "null")
    assert calls(fake, "start")[0]["name"] == "none"
    assert calls(fake, "start")[0]["tag"] == ["null"]


@pytest.mark.parametrize(
    ("line", "error", "hint"),
    [
        ("thing start", "NAME is missing", "see: flext thing start --help"),
        ("thing start a b", 'unexpected argument "b"', "see: flext thing start --help"),
        ("thing start a -", 'unexpected argument "-"', "see: flext thing start --help"),
        ("thing list --waiting", "unknown option --waiting", "see: flext thing list --help"),  # nothing like --filter
        ("thing export a --zzzz", "unknown option --zzzz", "what belongs to NAMES and begins with a dash stands behind --; see: flext thing export --help"),
        ("thing start a --wiat", "unknown option --wiat", "did you mean --wait?"),
        ("thing start a --zzzz=1", "unknown option --zzzz", "see: flext thing start --help"),
        ("thing start a --ratio x", '--ratio: "x" is not a number', "see: flext thing start --help"),
        ("thing start a --ratio -", '--ratio: "-" is not a number', "see: flext thing start --help"),
        ("thing start a --ratio 1 --ratio 2", "--ratio is given more than once", "see: flext thing start --help"),
        ("thing start a --timeout never", '--timeout: "never" is no duration; write seconds, or 90s, 5m, 2h', "see: flext thing start --help"),
        ("thing start a -v x", '--variables: "x" is not KEY=VALUE and not a JSON object', "see: flext thing start --help"),
        ("thing start a --tag", "--tag needs a value: TEXT", "see: flext thing start --help"),
        ("thing start a --yes", "unknown option --yes", "see: flext thing start --help"),
        ("thing list --status complete", '--status: "complete" is not one of completed, failed, running', "did you mean completed?"),
        ("thing list --status 7", '--status: "7" is not one of completed, failed, running', "see: flext thing list --help"),
        ("thing list --limit many", '--limit: "many" is not a whole number', "see: flext thing list --help"),
        ("thing list --limit -1", "--limit: it cannot be negative", "see: flext thing list --help"),
        ("thing list --filter x", '--filter: "x" is not FIELD=VALUE', "see: flext thing list --help"),
        ("thing list --sort x:up", '--sort: "x:up" is not FIELD or FIELD:desc', "see: flext thing list --help"),
        ("thing list --columns a:B:odd", '--columns: "odd" is no format; there are ago, duration, bytes, rate, percent, bool', "see: flext thing list --help"),
        ("thing list --query [*", "--query: not a JMESPath expression near character 3: [*", "see: flext thing list --help"),
        ("thing list -o xml", '-o: "xml" is not one of table, json, ndjson, yaml, csv, plain', "see: flext thing list --help"),
        ("thing create f --labels x,z", '--labels: "z" is not one of x, y', "see: flext thing create --help"),
        ("thing list --active=maybe", '--active: "maybe" is not yes or no', "see: flext thing list --help"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_before_anything_is_done(run, fake, line, error, hint):
    result = run(*line.split())
    assert result.code == 2
    assert result.out == ""
    assert result.err == f"error: {error}\nhint: {hint}\n"
    assert fake.CALLS == []


def test_a_wrong_environment_names_the_variable(run, monkeypatch):
    monkeypatch.setenv("FLEXT_OUTPUT", "xml")
    assert run("thing", "show", "x").err.startswith('error: FLEXT_OUTPUT: "xml" is not one of')
    monkeypatch.setenv("FLEXT_OUTPUT", "json")
    assert run("thing", "show", "x").out.startswith("{")
    assert run("thing", "show", "x", "-o", "plain").out.startswith("name\tx")


def test_the_client_gets_what_was_asked_for(run, fake, tmp_path):
    token = tmp_path / "token"
    token.write_text("abc\n")
    run("thing", "show", "x", "--url", "http://h:1", "--timeout", "2m", "--token-file", str(token))
    assert calls(fake, "client") == [{"base_url": "http://h:1", "token": "abc", "timeout": 120.0, "autostart": None}]
    assert fake.CALLS[-1][0] == "close"


def test_a_token_file_that_is_none(run, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for name, reason in (
        (tmp_path / "absent", "No such file or directory"),
        (empty, "the file is empty"),
        (binary, "it is not text"),
    ):
        result = run("thing", "show", "x", "--token-file", str(name))
        assert result.code == 2
        assert result.err.splitlines()[0] == f"error: --token-file {name}: {reason}"


# -- lists -------------------------------------------------------------------------------------------------------


def test_a_list_shows_fifty_and_says_that_there_are_more(run, fake):
    result = run("thing", "list")
    assert len(result.out.splitlines()) == 51
    assert result.out.splitlines()[:2] == [
        "NAME       STATUS     ROWS  TOOK  TAGS",
        "thing-000  completed     0  4.2s  -",
    ]
    assert result.err == "50 of 120 shown; --limit N or --all shows more\n"
    assert calls(fake, "list")[0]["limit"] == 50
    assert len(calls(fake, "fetch")) == 1
    assert run("thing", "list", "-q").err == ""


@pytest.mark.parametrize(
    ("flags", "count", "size"),
    [
        (["--limit", "7"], 7, 7),
        (["--limit", "110"], 110, 100),
        (["--all"], 120, 100),
        (["--limit", "0"], 0, 100),
        (["--limit", "120"], 120, 100),
    ],
)
def test_a_limit_counts_over_all_pages(run, fake, flags, count, size):
    result = run("thing", "list", *flags, "-o", "json")
    assert len(json.loads(result.out)) == count
    assert calls(fake, "list")[0]["limit"] == size
    assert ("shown" in result.err) == (count < 120)


def test_filters_and_order_look_at_everything(run):
    names = json.loads(
        run(
            "thing",
            "list",
            "--filter",
            "name=*-11?",
            "--filter",
            "tags=a",
            "--sort",
            "rows:desc",
            "--limit",
            "2",
            "-o",
            "json",
            "--query",
            "[].name",
        ).out
    )
    assert names == ["thing-119", "thing-117"]
    result = run("thing", "list", "--filter", "name=*-11?", "--limit", "2")
    assert result.err == "2 shown; --limit N or --all shows more\n"
    assert run("thing", "list", "--filter", "name=nothing").err == "nothing found\n"
    assert run("thing", "list", "--filter", "name=nothing", "-o", "json").out == "[]\n"


def test_chosen_columns(run):
    assert (
        run("thing", "list", "--limit", "1", "--columns", "id,last.at:WHEN").out
        == "ID  WHEN\n 0  2026-01-02T03:04:05Z\n"
    )
    assert (
        run("thing", "list", "--limit", "1", "--columns", "id", "--columns", "rows", "-o", "csv").out
        == "id,rows\r\n0,0\r\n"
    )


# -- confirmation ------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "code", "stopped"), [("y\n", 0, 1), ("YES\n", 0, 1), ("n\n", 1, 0), ("\n", 1, 0), ("", 1, 0)]
)
def test_a_destructive_command_asks(fake, monkeypatch, answer, code, stopped):
    from flext_cli.main import main

    err = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["thing", "stop", "ord\x1bers"]) == code
    assert err.getvalue().startswith("Stop ord\\x1bers? [y/N] ")
    assert len(calls(fake, "stop")) == stopped
    assert ("nothing was done" in err.getvalue()) == (stopped == 0)


def test_without_a_terminal_it_refuses_unless_told_yes(run, fake):
    result = run("thing", "stop", "orders")
    assert result.code == 2
    assert (
        result.err
        == "error: this asks for confirmation, and there is no terminal to ask on\nhint: give --yes if you mean it\n"
    )
    assert fake.CALLS == []
    assert run("thing", "stop", "orders", "--yes").code == 0
    assert run("-y", "thing", "stop", "orders", "--force").code == 0
    assert calls(fake, "stop")[-1] == {"name": "orders", "force": True}


# -- dry run and debug -------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_request_and_sends_nothing(run, fake):
    result = run("thing", "start", "orders", "--dry-run")
    assert result.code == 0
    assert result.out == (
        "POST http://127.0.0.1:8081/things/orders/start?token=***\nauthorization: Bearer ***\ncontent-type: application/json\n\n"
        '{\n  "password": "***",\n  "full": true\n}\n'
    )
    assert calls(fake, "sent") == []
    assert calls(fake, "client")[0]["autostart"] is False
    assert run("thing", "stop", "orders", "--dry-run").out.startswith("DELETE http://")
    assert calls(fake, "sent") == []


def test_a_dry_run_is_data_too(run):
    told = json.loads(run("thing", "start", "orders", "--dry-run", "-o", "json").out)
    assert told["method"] == "POST"
    assert told["body"] == {"password": "***", "full": True}
    assert run("thing", "start", "orders", "--dry-run", "--query", "method").out == "POST\n"


def test_a_dry_run_needs_no_running_platform(run, fake, monkeypatch):
    from flext_sdk.errors import ServiceUnavailableError

    real = fake.FakeFlext.send

    def send(self, method, path, content):
        if calls(fake, "client")[-1]["base_url"] is None:
            raise ServiceUnavailableError("nothing runs here")
        return real(self, method, path, content)

    monkeypatch.setattr(fake.FakeFlext, "send", send)
    assert run("thing", "start", "orders", "--dry-run").out.startswith("POST http://127.0.0.1:8081/")
    assert calls(fake, "client")[-1]["base_url"] == {
        "flexcore": "http://127.0.0.1:8080",
        "flext": "http://127.0.0.1:8081",
    }
    assert calls(fake, "sent") == []


def test_a_dry_run_of_what_only_reads_sends_the_reading(run, fake, monkeypatch):
    monkeypatch.setattr(fake.Things, "start", lambda self, name, **_: self._client.send("GET", f"/things/{name}", None))
    result = run("thing", "start", "orders", "--dry-run")
    assert (result.code, result.out, result.err) == (0, "", "nothing would be changed\n")
    assert calls(fake, "sent") == [{"method": "GET", "path": "/things/orders"}]


def test_a_dry_run_that_fails_otherwise_says_so(run, fake, monkeypatch):
    monkeypatch.setattr(fake.Things, "start", fake.Things.show)
    assert run("thing", "start", "missing", "--dry-run").code == 5


def test_debug_shows_the_exchange_without_secrets(run):
    result = run("thing", "start", "orders", "--debug")
    for line in (
        "> POST http://127.0.0.1:8081/things/orders/start?token=*** (attempt 2)",
        "> authorization: Bearer ***",
        '> {"password":"***","full":true}',
        "< 201 in 12.5 ms",
        "< x-request-id: req-2",
        '< {"token":"***","ok":true}',
    ):
        assert line in result.err.splitlines()
    assert "hunter2" not in result.err
    assert "topsecret" not in result.err
    assert "PIPELINE" not in result.err


def test_debug_shows_what_broke(run):
    result = run("thing", "stop", "unreachable", "--yes", "--debug")
    assert result.code == 1
    assert "< OSError: connection refused" in result.err
    assert "Traceback" in result.err


# -- long work ---------------------------------------------------------------------------------------------------


def test_waiting_tells_progress_on_a_terminal_and_ends_with_a_summary(fake, monkeypatch, capsys):
    from flext_cli.main import main

    err = Terminal()
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["thing", "start", "orders", "--wait", "-o", "json"]) == 0
    told = err.getvalue()
    assert "\r\x1b[Korders running · step 1/2 load · 1,200 rows · 2.0 KiB · 300/s · " in told
    assert told.endswith("\r\x1b[Korders completed · 2/2 steps · 1,200 rows · 2.0 KiB · 300/s · 4.0s\n")
    assert json.loads(capsys.readouterr().out)["status"] == "completed"


def test_waiting_in_a_pipe_ends_with_one_line_and_quietly_with_none(run):
    result = run("thing", "start", "orders", "--wait")
    assert result.err == "orders completed · 2/2 steps · 1,200 rows · 2.0 KiB · 300/s · 4.0s\n"
    assert result.out.startswith("pipeline")
    assert run("thing", "start", "orders", "--wait", "--quiet").err == ""
    assert run("thing", "start", "orders").err == ""


def test_a_run_that_failed_has_its_own_exit_code(run):
    result = run("thing", "start", "bad", "--wait")
    assert result.code == 9
    assert result.out == ""
    assert result.err == "error: the run of bad failed: the tap died\nhint: see: flext thing logs bad\n"
    told = json.loads(run("thing", "start", "bad", "--wait", "-o", "json").err)
    assert told["error"]["run"]["status"] == "failed"


@pytest.mark.parametrize("words", [["thing", "start", "orders", "--wait"], ["thing", "logs", "orders", "--follow"]])
def test_an_interrupt_ends_the_watching_and_says_so(fake, monkeypatch, capsys, words):
    from flext_cli.main import main

    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fake.time, "sleep", broken)
    if "start" in words:
        monkeypatch.setattr(fake.Page, "__iter__", broken)
        words = ["thing", "start", "slow", "--wait"]
    assert main(words) == 130
    name = words[2]
    assert capsys.readouterr().err == f"no longer watching; it goes on (to end it: flext thing stop {name})\n"
    assert main([*words, "-q"]) == 130
    assert capsys.readouterr().err == ""


def test_an_interrupt_elsewhere_says_nothing(run, fake, monkeypatch):
    def broken(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(fake.Things, "show", broken)
    result = run("thing", "show", "x")
    assert (result.code, result.out, result.err) == (130, "", "")
    monkeypatch.setattr("flext_cli.execute.run", broken)
    assert run("thing", "show", "x").code == 130


# -- errors ------------------------------------------------------------------------------------------------------


def test_an_error_of_the_service_is_a_line_and_a_hint(run):
    result = run("thing", "show", "missing")
    assert (result.code, result.out) == (5, "")
    assert result.err == 'error: no thing is called "missing"\nhint: see: flext thing list\n'


def test_an_error_is_an_object_where_json_is_asked_for(run):
    for form in ("json", "ndjson"):
        result = run("thing", "show", "missing", "-o", form)
        told = json.loads(result.err)["error"]
        assert (result.code, result.out) == (5, "")
        assert {name: told[name] for name in ("code", "status", "hint", "retryable")} == {
            "code": "THING_NOT_FOUND",
            "status": 404,
            "hint": "see: flext thing list",
            "retryable": False,
        }


def test_an_error_cannot_steer_the_terminal_and_names_the_request(run):
    result = run("thing", "show", "broken")
    assert result.code == 1
    assert result.err == "error: it fell \\x1b[31mover\nrequest: req-1\n"


def test_the_word_error_is_red_where_colour_is_wanted(run, monkeypatch):
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert run("thing", "show", "missing").err.startswith("\x1b[1m\x1b[31merror:\x1b[0m no thing")
    assert run("thing", "show", "missing", "--no-color").err.startswith("error: no thing")


def test_problems_of_a_document_have_their_place(run):
    result = run("thing", "create", "wrong.yaml")
    assert result.code == 2
    assert result.err == (
        "error: the definition has 2 problems\n"
        "wrong.yaml:4:7: unknown plugin tap-cvs (did you mean tap-csv?)\n"
        "/name: no name is given\n"
        "wrong.yaml:1:1: warning: no tags\n"
    )
    problems = json.loads(run("thing", "create", "wrong.yaml", "-o", "json").err)["error"]["problems"]
    assert problems[0] == {
        "path": "/steps/0",
        "message": "unknown plugin tap-cvs",
        "hint": "did you mean tap-csv?",
        "severity": "error",
        "line": 4,
        "column": 7,
        "file": "wrong.yaml",
    }


def test_a_mistake_of_ours_is_one_line_and_a_traceback_only_if_wanted(run):
    result = run("thing", "show", "bug")
    assert result.code == 1
    assert result.err == "internal error: KeyError: 'secret place'; please report it (--debug shows where)\n"
    loud = run("thing", "show", "bug", "--debug").err
    assert "Traceback" in loud
    assert loud.endswith("internal error: KeyError: 'secret place'; please report it\n")
    assert json.loads(run("thing", "show", "bug", "-o", "json").err)["error"]["code"] == "INTERNAL"


def test_a_missing_package_is_one_line(run):
    result = run("thing", "show", "needs")
    assert result.code == 4
    assert (
        result.err == 'error: the package "uvicorn" is not installed\nhint: Install it: pip install "flext-sdk[all]"\n'
    )


def test_a_query_that_does_not_fit_the_data(run):
    result = run("thing", "show", "x", "--query", "abs(name)")
    assert result.code == 2
    assert result.err.splitlines()[0] == "error: --query: abs() takes number, not string"


class Full(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


class Closed(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


@pytest.mark.parametrize("line", ["thing list", "--help"])
def test_a_full_disk_behind_the_output(fake, monkeypatch, capsys, line):
    from flext_cli.main import main

    monkeypatch.setattr(sys, "stdout", Full())
    assert main(line.split()) == 1
    assert capsys.readouterr().err == "error: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("line", ["thing list", "--help", "thing logs x"])
def test_a_reader_that_went_away(fake, monkeypatch, capsys, line):
    from flext_cli.main import main

    monkeypatch.setattr(sys, "stdout", Closed())
    assert main(line.split()) == 141
    assert capsys.readouterr().err == ""


def test_standard_error_may_be_gone(fake, monkeypatch):
    from flext_cli.main import main

    monkeypatch.setattr(sys, "stderr", Closed())
    assert main(["thing", "show", "missing"]) == 5
    assert main(["thing", "start", "orders", "--wait"]) == 0
    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["thing", "list"]) == 1


def test_a_choice_is_known_in_any_case(run):
    assert json.loads(run("thing", "show", "x", "-o", "JSON").out)["name"] == "x"
    assert run("thing", "list", "--status", "Failed", "-o", "plain").code == 0
    told = run("thing", "show", "missing", "-o", "Json")
    assert json.loads(told.err)["error"]["code"]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("thing start a --wa", "did you mean --wait?"),
        ("thing list --f", "did you mean --filter?"),
        ("thing list --col x", "did you mean --columns?"),
        ("thing list --no", "did you mean --no-active or --no-color?"),
        ("--qui thing list", "did you mean --quiet?"),
        ("thing s", "did you mean flext thing show or flext thing start or flext thing stop?"),
    ],
)
def test_the_beginning_of_a_name_is_enough_for_a_hint(run, line, hint):
    told = run(*line.split())
    assert told.code == 2
    assert told.err.splitlines()[1] == f"hint: {hint}"


def test_more_than_any_list_has_is_everything(run):
    assert run("thing", "list", "--limit", str(10**30), "-o", "plain").code == 0


def test_what_was_typed_does_not_push_the_error_off_the_screen(run):
    assert len(run("x" * 5000).err) < 1200


@pytest.mark.parametrize(("line", "error"), [
    ("--url foo", "--url: it does not begin with http:// or https://"),
    ("--timeout 0", "--timeout: it must be above zero"),
])  # fmt: skip
def test_a_shared_option_that_makes_no_sense_is_named_by_its_flag(run, line, error):
    told = run("thing", "show", "x", *line.split())
    assert (told.code, told.err.splitlines()[0]) == (2, f"error: {error}")


def test_a_note_of_the_client_obeys_quiet(fake):
    from flext_cli.execute import Command

    for flags, shown in (((), True), (("-q",), False)):
        command = Command("thing show", ["x", *flags])
        fake.CALLS.clear()
        with contextlib.redirect_stderr(io.StringIO()) as err:
            command._client()._notify("Started\x1b the platform")
        assert (err.getvalue() == "Started\\x1b the platform\n") is shown
        assert bool(err.getvalue()) is shown


def test_a_timeout_without_waiting_is_refused_instead_of_ignored(run) -> None:
    done = run("thing", "start", "orders", "--timeout", "5")
    assert done.code == 2
    assert "add --wait" in done.err
