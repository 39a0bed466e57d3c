"""`--watch` and the pager on a real terminal and in a pipe; `--curl` and `--dry-run`."""

import io
import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime

import pytest

from flext_cli import middleware, params
from flext_cli.output import pager
from flext_cli.output.painter import ENTER, LEAVE, Painter, size_of
from flext_cli.params import table
from flext_cli.watching import watch

from .conftest import ROOT

# -- the painter ---------------------------------------------------------------------------------------------------


def test_only_lines_that_differ_are_written():
    out = []
    painter = Painter(out.append, lambda: (80, 10))
    painter.paint(["head 1", "same", "old"])
    painter.paint(["head 2", "same", "new", "more"])
    painter.paint(["head 2", "same", "new", "more"])
    painter.paint(["head 2"])
    painter.close()
    painter.close()
    first, second, third, last = out
    assert first.startswith(ENTER)
    assert "same" in first
    assert "same" not in second
    assert [part in second for part in ("head 2", "new", "more")] == [True] * 3
    assert third == "".join(f"\x1b[{row};1H\x1b[0m\x1b[K" for row in (2, 3, 4))
    assert last == LEAVE


def test_a_screen_that_is_too_small_and_one_that_changes():
    out, size = [], [(80, 3)]
    painter = Painter(out.append, lambda: size[0])
    painter.paint([f"line {number}" for number in range(9)])
    assert "line 1" in out[0]
    assert "... 7 more lines" in out[0]
    assert "line 2" not in out[0]
    size[0] = (80, 20)
    painter.paint([f"line {number}" for number in range(9)])
    assert "\x1b[2J" in out[1]
    assert all(f"line {number}" in out[1] for number in range(9))


def test_the_size_of_what_is_no_terminal(tmp_path):
    with (tmp_path / "file").open("w") as file:
        assert size_of(file.fileno(), {}) == (80, 24)
        assert size_of(file.fileno(), {"COLUMNS": "33", "LINES": "5"}) == (33, 5)


# -- watching in a pipe --------------------------------------------------------------------------------------------


class Passing(Exception):
    retryable = True
    message = "it is away"


def watched(monkeypatch, capsys, looks, form="table"):
    """What is written for these looks; the last one ends the watching."""
    found = iter(looks)
    waits = []

    def once(out):
        text = next(found, KeyboardInterrupt())
        if isinstance(text, BaseException):
            raise text
        out.write(text)

    with suppress(KeyboardInterrupt):
        watch("flext x", 2, form, once, sleep=waits.append, now=lambda: datetime(2026, 1, 2, 3, 4, 5))
    captured = capsys.readouterr()
    return captured.out, captured.err, waits


@pytest.mark.parametrize(
    ("form", "text"), [("table", "a\n\na\n\nb\n"), ("yaml", "a\n---\na\n---\nb\n"), ("ndjson", "a\na\nb\n")]
)
def test_each_output_follows_the_one_before(monkeypatch, capsys, form, text):
    out, err, waits = watched(monkeypatch, capsys, ["a\n", "a\n", "b\n"], form)
    assert (out, err, waits) == (text, "", [2, 2, 2])


def test_what_may_pass_is_told_and_watching_goes_on(monkeypatch, capsys):
    out, err, _ = watched(monkeypatch, capsys, ["a\n", Passing(), "b\n"])
    assert out == "a\n\nb\n"
    assert err == "error: it is away\nhint: trying again\n"


def test_the_first_look_must_succeed(monkeypatch, capsys):
    with pytest.raises(Passing):
        watched(monkeypatch, capsys, [Passing()])
    with pytest.raises(ValueError, match="for good"):
        watched(monkeypatch, capsys, ["a\n", ValueError("for good")])


def test_a_terminal_is_painted(monkeypatch, tmp_path):
    master, slave = pty.openpty()
    looks = iter(["a\n", Passing(), "b\n"])

    def once(out):
        text = next(looks, KeyboardInterrupt())
        if isinstance(text, BaseException):
            raise text
        out.write(text)

    shown = ""
    with os.fdopen(slave, "w") as stream:
        monkeypatch.setattr("sys.stdout", stream)
        monkeypatch.setenv("TERM", "xterm")
        with suppress(KeyboardInterrupt):
            watch("flext x", 2, "table", once, sleep=lambda _: None, now=lambda: datetime(2026, 1, 2, 3, 4, 5))
        while select.select([master], [], [], 0.5)[0]:
            shown += os.read(master, 65536).decode()
        monkeypatch.undo()
    os.close(master)
    assert shown.startswith(ENTER)
    assert shown.count("every 2 s: flext x    03:04:05") == 1
    assert shown.count("error: it is away (trying again)") == 1
    assert shown.endswith(LEAVE + "b\r\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pipeline", "list", "--watch", "0"], "less than 0.1 seconds"),
        (["pipeline", "list", "--watch", "1", "-o", "csv"], "again and again"),
        (["pipeline", "list", "--watch", "soon"], "no duration"),
        (["pipeline", "start", "x", "--watch", "1"], "unknown option --watch"),
        (["pipeline", "logs", "x", "--watch", "1"], "unknown option --watch"),
    ],
)
def test_what_cannot_be_watched_is_refused(run, arguments, said):
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_in_a_pipe_until_it_is_interrupted(platform):
    process = subprocess.Popen(
        [sys.executable, "-m", "flext_cli", "version", "--watch", "0.1", "-o", "ndjson"],
        env={**outside(platform), "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = [json.loads(process.stdout.readline()) for _ in range(7)]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert [line["name"] for line in lines].count("flext-sdk") >= 2
    assert (process.returncode, err) == (130, "")


# -- on a terminal -------------------------------------------------------------------------------------------------


def outside(platform):
    """The platform's environment on somebody's terminal, wherever the tests run."""
    return {name: value for name, value in platform.environ.items() if name not in {"CI", "NO_COLOR", "PAGER", "LESS"}}


class Terminal:
    """A command on a pseudo-terminal of 80 columns and 12 lines."""

    def __init__(self, *arguments, env):
        master, slave = pty.openpty()
        env = {"TERM": "xterm", "COLUMNS": "80", "LINES": "12", "PYTHONPATH": str(ROOT), **env}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flext_cli", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self._master = master
        self.shown = ""

    def until(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end:
            if not self._read():
                break
        assert text in self.shown, self.shown

    def _read(self):
        if not select.select([self._master], [], [], 30)[0]:
            return False
        try:
            part = os.read(self._master, 65536)
        except OSError:
            return False
        self.shown += part.decode()
        return bool(part)

    def type(self, text):
        os.write(self._master, text.encode())

    def interrupt(self):
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self):
        while self._read():
            pass
        code = self._process.wait(30)
        os.close(self._master)
        return code


def test_watch_paints_over_and_gives_the_terminal_back(platform):
    terminal = Terminal("version", "--watch", "0.2", env=outside(platform))
    terminal.until(ENTER)
    terminal.until("every 0.2 s: flext version")
    terminal.until("\x1b[1;1H", 10)
    before = len(terminal.shown)
    time.sleep(1.5)
    terminal.interrupt()
    assert terminal.end() == 130
    after = terminal.shown[before:]
    painted, _, left = after.partition(LEAVE)
    # Only the clock in the heading changes from one second to the next.
    assert "flext-sdk" not in painted.split("flext-sdk", 1)[-1]
    assert "flext-sdk" in left


def shows(folder, text):
    """A pager that leaves a mark, and shows what it gets."""
    script = folder / "pager"
    script.write_text(f"#!/bin/sh\necho '{text}'\nexec cat\n")
    script.chmod(0o755)
    return str(script)


def test_long_tables_go_through_the_pager(platform, tmp_path):
    env = {**outside(platform), "FLEXT_PAGER": shows(tmp_path, "paged!"), "PAGER": "false"}
    terminal = Terminal("debug", "info", env=env)
    assert terminal.end() == 0
    assert terminal.shown.index("paged!") < terminal.shown.index("flext-sdk")
    assert "setting autostart" in terminal.shown
    short = Terminal("version", env=env)
    assert short.end() == 0
    assert "paged!" not in short.shown


@pytest.mark.parametrize(
    "more",
    [
        {"FLEXT_PAGER": ""},
        {"PAGER": "cat"},
        {"CI": "1", "PAGER": "false"},
        {"TERM": "dumb", "PAGER": "false"},
        {"PAGER": "no-such-pager-here"},
        {"PAGER": "'"},
    ],
)
def test_no_pager_where_none_is_wanted_or_there(platform, more):
    terminal = Terminal("debug", "info", env={**outside(platform), **more})
    assert terminal.end() == 0
    assert "setting autostart" in terminal.shown


def test_a_pager_that_is_left_early_is_no_failure(platform):
    terminal = Terminal("debug", "info", env={**outside(platform), "PAGER": "head -1"})
    assert terminal.end() == 0
    assert "Traceback" not in terminal.shown
    assert "setting autostart" not in terminal.shown


def test_no_pager_in_a_pipe(flext, tmp_path):
    environ = {"PAGER": shows(tmp_path, "paged!"), "LINES": "3"}
    assert "paged!" not in flext("debug", "info", environ=environ).out


class Tty(io.StringIO):
    def isatty(self):
        return True


def test_what_fits_is_written_as_it_is():
    out = io.StringIO()
    paged = pager.Pager(out, 4, {"PAGER": "false"})
    paged.write("a\nb\n")
    paged.flush()
    assert out.getvalue() == ""
    paged.finish()
    assert out.getvalue() == "a\nb\n"


def test_what_does_not_fit_goes_to_the_program(tmp_path):
    out = io.StringIO()
    script = tmp_path / "pager"
    script.write_text(f'#!/bin/sh\necho "$LESS" > {tmp_path}/less\ncat > {tmp_path}/shown\n')
    script.chmod(0o755)
    before = signal.getsignal(signal.SIGINT)
    paged = pager.Pager(out, 2, {"PAGER": str(script), "PATH": os.environ["PATH"]})
    for number in range(5):
        paged.write(f"{number}\n")
    paged.finish()
    assert (out.getvalue(), (tmp_path / "shown").read_text()) == ("", "0\n1\n2\n3\n4\n")
    assert (tmp_path / "less").read_text() == "FRX\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_program_that_is_not_there_and_one_that_is_left():
    out = io.StringIO()
    paged = pager.Pager(out, 1, {"PAGER": "no-such-pager-here"})
    paged.write("a\n")
    paged.write("b\n")
    paged.finish()
    assert out.getvalue() == "a\nb\n"
    paged = pager.Pager(out, 1, {"PAGER": "true", "PATH": os.environ["PATH"]})
    with pytest.raises(pager.Left):
        for _ in range(10_000):
            paged.write("x" * 100 + "\n")
    paged.write("more\n")
    paged.finish()


def test_where_a_pager_has_a_place(monkeypatch):
    monkeypatch.setattr("sys.stdin", Tty())
    assert pager.wanted(Tty(), {"TERM": "xterm"})
    assert not pager.wanted(Tty(), {"TERM": "xterm", "PAGER": "'"})
    assert not pager.wanted(io.StringIO(), {"TERM": "xterm"})


def test_which_pager():
    assert pager.command({}) == ["less"]
    assert pager.command({"PAGER": "more -s"}) == ["more", "-s"]
    assert pager.command({"PAGER": "more", "FLEXT_PAGER": ""}) == []


# -- --curl and --dry-run --------------------------------------------------------------------------------------------


def test_curl_prints_a_command_that_works(flext, platform, tmp_path):
    text = flext("bus", "query", "pipeline.list", "--curl").out
    assert platform.token not in text
    assert '"Authorization: Bearer $FLEXT_TOKEN"' in text
    words = shlex.split(text.replace("\\\n", ""))
    assert words[:2] == ["curl", "-sS"]
    listed = flext("pipeline", "list", "--limit", "1", "--curl").out
    # The words of a shell are those of the request: it is sent here as curl would send it.
    import httpx

    words = shlex.split(listed.replace("\\\n", "").replace("$FLEXT_TOKEN", platform.token))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    answer = httpx.get(next(word for word in words if word.startswith("http")), headers=headers)
    assert answer.status_code == 200


def test_curl_sends_nothing_and_masks_secrets(flext):
    text = flext("pipeline", "start", "nothing-there", "--variables", "password=hush-hush", "--curl").out
    assert "hush-hush" not in text
    assert "-X POST" in text
    assert "--data-binary '{" in text
    assert "-I" in flext("api", "HEAD", "/health", "--curl").out
    assert flext("pipeline", "delete", "nothing-there", "--curl").out.startswith("curl -sS -X DELETE ")


def held(body, headers=None):
    return {
        "method": "POST",
        "url": "http://h/x",
        "headers": {"Host": "h", "X-Api-Key": "***", **(headers or {})},
        "body": body,
    }


def test_curl_of_unusual_requests():
    text = middleware.as_curl(held("it's; rm -rf"))
    assert shlex.split(text.replace("\\\n", "")) == [
        "curl",
        "-sS",
        "-X",
        "POST",
        "http://h/x",
        "-H",
        "X-Api-Key: ***",
        "--data-binary",
        "it's; rm -rf",
    ]
    assert "3 bytes that are no text" in middleware.as_curl(held("\ufffd"), b"\xff\xfe\xfd")
    assert '"Authorization: Bearer $FLEXT_TOKEN"' in middleware.as_curl(held(None, {"Authorization": "***"}))


def test_every_command_that_changes_something_has_a_dry_run():
    for words, entry in table.COMMANDS.items():
        flags = {flag for param in (*params.own(entry), *params.shared(entry)) for flag in param["flags"]}
        assert ("--dry-run" in flags) == bool(entry["mutating"]), words
        if entry["http"]:
            assert "--curl" in flags, words
        reads = not entry["mutating"] and not entry["stream"] and not entry["wait"]
        assert "--watch" not in flags or reads, words


def test_a_dry_run_of_what_is_no_request_shows_the_call(flext, platform):
    assert (
        flext("service", "stop", "flext", "--dry-run").out
        == "client.services.stop(service='flext', force=False, timeout=None)\n"
    )
    found = json.loads(flext("service", "restart", "--dry-run", "-o", "json").out)
    assert found["call"] == "client.services.restart"
    assert found["arguments"]["service"] == "all"
    assert json.loads(flext("service", "status", "flext", "-o", "json").out)[0]["status"] in {"running", "healthy"}
