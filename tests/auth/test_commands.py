"""flext auth through its real entry point, with and without a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import People

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "flext_cli"]
type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environ(elsewhere: Callable[..., dict[str, str]], tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_")}
    return {**kept, **elsewhere(), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def flext(environ: dict[str, str]) -> Run:
    def run(*arguments: str, stdin: str = "", code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=environ | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


def on_terminal(environ: dict[str, str], arguments: list[str], typed: list[tuple[str, str]]) -> tuple[int, str]:
    """Run a command on a terminal of its own; type each answer once its question stands there."""
    pid, master = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [*COMMAND, *arguments], environ)  # pragma: no cover - another process
    shown = ""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            part = os.read(master, 4096).decode()
        except OSError:
            break
        if not part:
            break
        shown += part
        if typed and typed[0][0] in shown:
            os.write(master, typed.pop(0)[1].encode())
    _, status = os.waitpid(pid, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), shown


def test_from_login_to_logout(flext: Run, people: People) -> None:
    ada = people.user()
    out = flext("auth", "status", code=3)
    assert "FLEXT_TOKEN" in out.stderr
    me = json.loads(flext("auth", "login", ada, "-o", "json", stdin=f"{people.password}\n").stdout)
    assert (me["username"], me["role"], me["source"]) == (ada, "reader", "login")
    assert flext("auth", "whoami", "--query", "username", "-o", "plain").stdout.strip() == ada
    shown = flext("auth", "token", "show").stdout
    assert "***" in shown
    assert "flxa_" not in shown
    token = flext("auth", "token", "show", "--reveal", "--query", "access_token", "-o", "plain").stdout.strip()
    assert token.startswith("flxa_")
    flext("auth", "token", "refresh")
    refused = flext("pipeline", "pause", "orders", code=3)
    assert refused.stderr.startswith("error: pipelines.pause needs the role operator; ")
    assert "hint: An admin can give it" in refused.stderr
    flext("auth", "user", "list", code=3)
    assert json.loads(flext("auth", "token", "revoke", "--yes", "-o", "json").stdout)["revoked"] == 1
    assert "Log in again: flext auth login" in flext("auth", "whoami", code=3).stderr
    flext("auth", "logout")
    assert flext("auth", "logout").stderr == "you were not logged in\n"


def test_where_the_password_may_come_from(flext: Run, people: People) -> None:
    ada = people.user()
    flext("auth", "login", FLEXT_USERNAME=ada, FLEXT_PASSWORD=people.password)
    assert ada in flext("auth", "whoami").stdout
    token = people.login(ada)["access_token"]
    flext("auth", "login", "--token", stdin=f"{token}\n")
    flext("auth", "login", "--token", FLEXT_TOKEN=token)
    wrong = flext("auth", "login", ada, stdin="Zq7 planted\n", code=3)
    assert "planted" not in wrong.stdout + wrong.stderr
    assert "nothing was given" in flext("auth", "login", ada, code=2).stderr
    assert "no terminal to ask on" in flext("auth", "login", code=2).stderr
    # A password or token is never an argument: others on the machine could read it.
    for option in ("--password", "--access-token"):
        assert "unknown option" in flext("auth", "login", ada, option, "x", code=2).stderr.lower()


def test_users_from_the_command_line(flext: Run, people: People) -> None:
    admin = {"FLEXT_TOKEN": people.platform.token}
    name = f"cli{time.time_ns()}"
    made = flext("auth", "user", "create", name, "--role", "operator", "-o", "json", stdin="first secret\n", **admin)
    assert json.loads(made.stdout)["role"] == "operator"
    assert "8" in flext("auth", "user", "create", f"{name}x", stdin="short\n", code=2, **admin).stderr
    flext("auth", "user", "set-password", name, FLEXT_NEW_PASSWORD="second secret", **admin)
    flext("auth", "login", name, stdin="second secret\n")
    assert "asks for confirmation" in flext("auth", "user", "disable", name, code=2, **admin).stderr
    flext("auth", "user", "disable", name, "--yes", **admin)
    flext("auth", "whoami", code=3)
    events = json.loads(flext("auth", "audit", "--username", name, "-o", "json", **admin).stdout)
    assert [each["event"] for each in events] == ["user_disable", "login", "password_set", "user_create"]
    dry = flext("auth", "user", "create", f"{name}y", "--dry-run", stdin="third secret\n", **admin)
    assert dry.stdout.startswith("POST ")
    assert "third secret" not in dry.stdout


def test_on_a_terminal_the_password_is_not_shown(environ: dict[str, str], people: People) -> None:
    ada = people.user()
    code, shown = on_terminal(
        environ, ["auth", "login"], [("User name: ", f"{ada}\n"), (f"Password of {ada}: ", f"{people.password}\n")]
    )
    assert code == 0, shown
    assert people.password not in shown
    assert "login" in shown


@pytest.mark.parametrize("question", ["User name: ", "Password of ada: "])
def test_ctrl_c_at_a_question_ends_it(environ: dict[str, str], question: str) -> None:
    arguments: list[Any] = ["auth", "login"] if question.startswith("User") else ["auth", "login", "ada"]
    code, shown = on_terminal(environ, arguments, [(question, "\x03")])
    assert code == 130, shown
    assert "Traceback" not in shown
    assert not Path(environ["FLEXT_HOME"], "credentials").exists()


def test_ctrl_d_at_a_question_is_no_answer(environ: dict[str, str]) -> None:
    code, shown = on_terminal(environ, ["auth", "login", "ada"], [("Password of ada: ", "\x04")])
    assert code == 2, shown
    assert "nothing was given" in shown


def test_no_secret_is_an_argument(environ: dict[str, str], people: People) -> None:
    """While the command runs, what others see of it on this machine holds no password."""
    ada = people.user()
    process = subprocess.Popen(
        [*COMMAND, "auth", "login", ada],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    out, err = process.communicate(f"{people.password}\n".encode())
    assert process.returncode == 0, err
    for text in (seen, out, err):
        assert people.password.encode() not in text
        assert b"flxa_" not in text
