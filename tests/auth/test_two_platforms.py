"""One machine that works with two platforms, dev and prod, through profiles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flext_sdk.testing import Platform

from .conftest import People
from .test_commands import COMMAND, ROOT, on_terminal


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with Platform(tmp_path_factory.mktemp("prod")) as found:
        yield People(found)


class Desk:
    """A person with a home of their own, and no variable that says where anything is."""

    def __init__(self, home: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_")}
        self.environ = {**kept, "FLEXT_HOME": str(home), "FLEXT_AUTOSTART": "0", "PYTHONPATH": str(ROOT)}

    def flext(self, *arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *COMMAND[1:], *arguments],
            env=self.environ, input=stdin, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done


def addresses(people: People) -> list[str]:
    urls = people.platform.urls
    return [urls["flext"], "--settings", f"services.flexcore={urls['flexcore']}"]


def test_dev_and_prod_from_one_machine(people: People, prod: People, tmp_path: Path) -> None:
    ada, rob, desk = people.user("operator"), prod.user("reader"), Desk(tmp_path / "home")
    boss = prod.user("operator")
    flext = desk.flext
    file = tmp_path / "p.yaml"
    file.write_text("name: of-both\nsteps: []\n")
    # Both inherit; one is protected.
    flext("profile", "create", "base", "--settings", "timeouts.call=20")
    flext("profile", "create", "dev", *addresses(people), "--extends", "base")
    flext("profile", "create", "prod", *addresses(prod), "--extends", "base", "--protected")
    flext("profile", "use", "dev")
    shown = {
        row["key"]: row for row in json.loads(flext("-p", "prod", "config", "show", "--origins", "-o", "json").stdout)
    }
    assert (shown["timeouts.call"]["value"], shown["timeouts.call"]["origin"]) == (20.0, "profile base")
    assert shown["services.url"]["origin"] == "profile prod"
    # A login to each; neither is good for the other.
    assert "flext auth login" in flext("pipeline", "list", code=3).stderr
    flext("auth", "login", ada, stdin=f"{people.password}\n")
    flext("-p", "prod", "auth", "login", rob, stdin=f"{prod.password}\n")
    for profile, name in (("dev", ada), ("prod", rob)):
        who = flext("-p", profile, "auth", "whoami", "--query", "username", "-o", "plain")
        assert who.stdout.strip() == name
    flext("pipeline", "create", str(file))
    # prod asks for its name first, and a reader is refused then.
    script = flext("-p", "prod", "pipeline", "create", str(file), code=2)
    assert "profile prod is protected" in script.stderr
    assert "--confirm-profile prod" in script.stderr
    code, told = on_terminal(desk.environ, ["-p", "prod", "pipeline", "create", str(file)], [("go on: ", "dev\n")])
    assert (code, "nothing was done" in told) == (1, True)
    code, told = on_terminal(desk.environ, ["-p", "prod", "pipeline", "create", str(file)], [("go on: ", "prod\n")])
    assert (code, f"{rob} has the role reader" in told) == (3, True)
    wrong = flext("pipeline", "create", str(file), "--confirm-profile", "prod", "-p", "prod", code=3)
    assert "needs the role operator" in wrong.stderr
    flext("-p", "prod", "auth", "login", boss, stdin=f"{prod.password}\n")
    flext("-p", "prod", "pipeline", "create", str(file), "--confirm-profile", "prod")
    # Out of one, and still in the other.
    flext("-p", "prod", "auth", "logout")
    assert "flext auth login" in flext("-p", "prod", "auth", "whoami", code=3).stderr
    assert flext("auth", "whoami", "--query", "username", "-o", "plain").stdout.strip() == ada
