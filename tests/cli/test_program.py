"""The command as a process: start-up, pipes, signals, terminals, encodings."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys

import pytest

from flext_cli.main import main

from .conftest import PROGRAM, environment

GUARD = """
import sys
sys.argv = ["flext", *{arguments!r}]
from flext_cli.main import main
code = main()
sys.stderr.write(" ".join(sorted(sys.modules)))
sys.exit(code)
"""

# What the interpreter itself brings along, and the parts of this package that answer.
OURS = {"flext_cli", "flext_cli.main", "flext_cli.params", "flext_cli._table", "flext_cli.help", "flext_cli.terminal"}


@contextlib.contextmanager
def started(*arguments, **options):
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments],
        env=environment(**options.pop("env", {})),
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def unmeasured():
    """An environment in which coverage does not load itself into the process, and is not counted."""
    return {name: value for name, value in environment().items() if not name.startswith("COV")}


def modules(code):
    """Modules of an interpreter after it ran some code that writes their names to standard error."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=unmeasured(), capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stderr.split())


BARE = "import sys, os; sys.stderr.write(' '.join(sys.modules))"


@pytest.mark.parametrize(
    ("arguments", "group"),
    [
        (["--help"], None),
        (["--version"], None),
        (["pipeline"], "pipeline"),
        (["pipeline", "start", "--help"], "pipeline"),
        (["api", "--help"], "_root"),
    ],
)
def test_help_loads_what_it_shows_and_next_to_nothing_else(arguments, group):
    loaded = modules(GUARD.format(arguments=arguments)) - modules(BARE)
    assert loaded <= OURS | {f"flext_cli._table.{group}"}
    assert {name for name in loaded if name.startswith("flext_cli._table.")} == (
        {f"flext_cli._table.{group}"} if group else set()
    )


END = """
import sys
{before}
from flext_cli.main import program
sys.argv = ["flext", *{arguments!r}]
try:
    sys.exit(program())
finally:
    sys.stderr.write("the long end\\n")
"""


@pytest.mark.parametrize(
    ("arguments", "code", "out"),
    [
        (["--version"], 0, "flext "),
        (["--help"], 0, "Command line of"),
        (["--help-json"], 0, "{"),
        (["__complete", "pipeline", ".sta"], 0, "start\t"),
        (["__complete"], 2, ""),
    ],
)
def test_the_short_end_loses_nothing(capsys, arguments, code, out):
    assert main(arguments) == code
    expected = capsys.readouterr()
    for before, ending in (("", ""), ("import atexit", "the long end\n")):
        script = [sys.executable, "-S", "-c", END.format(before=before, arguments=arguments)]
        done = subprocess.run(script, env=unmeasured(), capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (code, expected.out, ending)
    assert expected.out.startswith(out)


def test_exit_codes(program):
    assert program("--version").code == 0
    assert program("thing", "show", "missing").code == 5
    assert program("thing", "show", "bug").code == 1
    assert program("thing", "start", "bad", "--wait").code == 9
    wrong = program("thng", "list")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == 'error: unknown group or command "thng"\nhint: did you mean flext thing?\n'


def test_a_pipe_has_the_same_content_as_a_terminal_but_no_colour(program):
    piped = program("thing", "list", "--limit", "3").out
    code, screen = on_terminal("thing", "list", "--limit", "3")
    assert code == 0
    assert "\x1b[31mfailed\x1b[0m" in screen
    assert "\x1b[" not in piped
    bare = re.sub(r"\x1b\[[0-9;]*m", "", screen).replace("\r\n", "\n")
    assert bare.startswith(piped)
    assert "\x1b[" not in on_terminal("thing", "list", "--limit", "3", env={"NO_COLOR": "1"})[1]
    assert "\x1b[" not in on_terminal("thing", "list", "--limit", "3", env={"TERM": "dumb"})[1]
    assert "\x1b[31mfailed" in program("thing", "list", "--limit", "3", CLICOLOR_FORCE="1").out


def test_a_narrow_terminal_gets_narrow_lines():
    _, screen = on_terminal("thing", "list", "--limit", "3", "--no-color", env={"COLUMNS": "34"})
    rows = screen.replace("\r\n", "\n").splitlines()[:4]
    assert max(map(len, rows)) <= 34
    assert any("…" in row for row in rows)


@pytest.mark.parametrize(
    "arguments", [["thing", "logs", "x", "--tail", "1000000"], ["thing", "list", "--all", "-o", "ndjson"]]
)
def test_a_closed_pipe_is_silent(arguments):
    with started(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"FAKE_COUNT": "1000000"}) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_a_pipe_that_closes_before_the_end_is_silent_at_exit_too():
    # All output fits the buffer, so it is the last flush that finds the pipe closed.
    with started("thing", "show", "x", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_ctrl_c_while_following_ends_cleanly():
    with started("thing", "logs", "x", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == b"no longer watching; it goes on (to end it: flext thing stop x)\n"
    assert b"Traceback" not in out


def test_ctrl_c_while_waiting_ends_cleanly():
    code, screen = on_terminal("thing", "start", "slow", "--wait", interrupt_at=b"running")
    assert code == 130
    assert screen.endswith("\r\x1b[K\r\nno longer watching; it goes on (to end it: flext thing stop slow)\r\n")


def test_a_follower_sees_each_line_when_it_comes():
    with started("thing", "logs", "x", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"2026-01-02T03:04:05Z  info  line 0 of x\n"
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)


def test_progress_is_one_line_that_is_painted_over():
    code, screen = on_terminal("thing", "start", "orders", "--wait", "-o", "json", only_errors=True)
    assert code == 0
    assert "\r\x1b[Korders running" in screen
    assert screen.count("\n") == 1
    assert screen.rstrip().split("\x1b[K")[-1].startswith("orders completed")


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1)])
def test_a_question_is_asked_on_a_terminal(answer, code):
    found, screen = on_terminal("thing", "stop", "orders", typed=answer)
    assert found == code
    assert screen.startswith("Stop orders? [y/N] ")


def test_an_encoding_without_the_characters_is_no_crash(program):
    for form in ("table", "json", "yaml", "plain", "csv"):
        result = program("api", "GET", "/ü/日本", "-o", form, PYTHONIOENCODING="ascii")
        assert result.code == 0
        assert result.out.isascii()
        assert "u65e5" in result.out.lower()
    assert json.loads(program("api", "GET", "/ü/日本", "-o", "json", PYTHONIOENCODING="ascii").out)["path"] == "/ü/日本"
    assert program("thing", "show", "ü", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").code == 0
    wrong = program("thing", "show", "ü", "日本", PYTHONIOENCODING="ascii")
    assert (wrong.code, wrong.err.splitlines()[0]) == (2, 'error: unexpected argument "\\u65e5\\u672c"')


def on_terminal(*arguments, env=None, typed=b"", only_errors=False, interrupt_at=None):
    """Run on a pseudo-terminal; returns the exit code and all that was shown."""
    master, slave = pty.openpty()
    stdout = subprocess.DEVNULL if only_errors else slave
    with started(*arguments, stdin=slave, stdout=stdout, stderr=slave, env={"TERM": "xterm"} | (env or {})) as process:
        os.close(slave)
        if typed:
            os.write(master, typed)
        shown = b""
        while select.select([master], [], [], 30)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not part:
                break
            shown += part
            if interrupt_at is not None and interrupt_at in shown:
                os.killpg(process.pid, signal.SIGINT)
                interrupt_at = None
        process.wait(30)
    os.close(master)
    text = shown.decode()
    return process.returncode, text.removeprefix(typed.decode().replace("\n", "\r\n")) if typed else text
