"""Secrets planted everywhere a user may put one, and looked for everywhere something is written, with everything running."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from flext_sdk import errors
from flext_sdk.testing import Platform

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: By where they are planted. Quotes, spaces and letters outside ASCII take other forms in JSON, URLs and Python.
PLANTED = {
    "secret variable": 'Zq1"seCret/é\\x',
    "secret file": "Zq2 seCret'file+y",
    "environment": "Zq3-seCret-env%41",
    "literal": "Zq4seCretLiteral",
    "userinfo": "Zq5seCretUserinfo",
    "variable": "Zq6seCretVariable",
    "wrong token": "Zq7seCretToken",
    "header": "Zq8seCretHeader",
    "query": "Zq9seCretQuery",
}
#: A definition is stored and given back as its author wrote it, and a run remembers the variables it was given.
AS_WRITTEN = {"literal", "userinfo", "variable"}


def spellings(secret: str) -> set[bytes]:
    """How a secret may look: in JSON, in URLs, in Python, and inside base64, where it begins at one of three places."""
    raw = secret.encode()
    found = {raw, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode(), repr(secret)[1:-1].encode()}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        found.add(text[4 if shift else 0 : len(text) // 4 * 4 - 4])
    return found


@dataclass
class World:
    """A platform with the planted secrets, and all that its commands have written."""

    platform: Platform
    folder: Path
    written: dict[str, str] = field(default_factory=dict)
    processes: dict[str, bytes] = field(default_factory=dict)

    def flext(self, *arguments: str, code: int | None = 0, **more: str) -> str:
        environ = {**self.platform.environ, "PYTHONPATH": str(ROOT), **more}
        done = subprocess.run(
            [sys.executable, "-m", "flext_cli", *arguments],
            cwd=self.folder, env=environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        text = done.stdout + done.stderr
        self.written[" ".join(arguments)] = text
        assert code is None or done.returncode == code, text
        return text

    def found(self, text: bytes | str, *, but: set[str] = frozenset()) -> list[str]:
        content = text if isinstance(text, bytes) else text.encode()
        secrets = {**{k: v for k, v in PLANTED.items() if k not in but}, "token": self.platform.token}
        return [where for where, secret in secrets.items() if any(one in content for one in spellings(secret))]


def pipeline(folder: Path, name: str, then: str) -> Path:
    tap = {
        "then": then,
        "from_secret": "${secret:DB}",
        "from_file": "${secret:file.key}",
        "from_env": "${env:UPSTREAM_PASSWORD}",
        "literal_password": PLANTED["literal"],
        "api_url": f"https://bob:{PLANTED['userinfo']}@upstream.test/v1",
        "from_variable": "${PASSWORD}",
        "mixed": "user=bob password=${secret:DB} at ${env:UPSTREAM_PASSWORD}",
        "nested": {"list": ["${secret:DB}", {"credentials": {"pin": PLANTED["literal"]}}]},
    }
    step = {
        "name": "load",
        "extract": {"plugin": "tap-leaky", "config": tap},
        "load": {"plugin": "target-jsonl", "config": {"path": str(folder / f"out-{name}")}},
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"name": name, "variables": {"PASSWORD": ""}, "steps": [step]}))
    return file


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("secrets")
    home = folder / "home"
    (home / "secrets").mkdir(parents=True)
    kept = home / "secrets" / "file.key"
    kept.write_text(PLANTED["secret file"] + "\n")
    kept.chmod(0o600)
    settings = {
        "FLEXT_SECRET_DB": PLANTED["secret variable"],
        "UPSTREAM_PASSWORD": PLANTED["environment"],
        "FLEXT_LOG_LEVEL": "debug",
        "PYTHONPATH": os.pathsep.join([str(HERE / "leaky"), str(ROOT)]),
    }
    with Platform(home, settings=settings) as platform:
        made = World(platform, folder)
        play(made)
        yield made


def play(world: World) -> None:
    """Everything a person does in a day, with --debug."""
    variable = f"PASSWORD={PLANTED['variable']}"
    for name, then in (("good", ""), ("bad", "fail"), ("slow", "wait")):
        world.flext("--debug", "pipeline", "create", str(pipeline(world.folder, name, then)))
    world.flext("--debug", "pipeline", "start", "good", "--wait", "--variables", variable)
    world.flext("--debug", "pipeline", "start", "bad", "--wait", "--variables", variable, code=9)
    world.flext("--debug", "pipeline", "start", "slow", "-o", "json")
    world.processes = cmdlines()
    for name in ("slow", "good", "bad"):
        world.flext("pipeline", "logs", name, "--follow", "--tail", "10000", "-o", "json")
        world.flext("--debug", "pipeline", "status", name)
    world.flext("pipeline", "runs", "-o", "json")
    world.flext("--debug", "pipeline", "start", "bad", "--wait", "-o", "json", code=9)
    for service in ("flext", "flexcore"):
        world.flext("--debug", "service", "config", service, "-o", "json")
        world.flext("service", "metrics", service)
        world.flext("service", "logs", service, "--tail", "10000", "-o", "json")
    world.flext("--debug", "service", "status")
    url = world.platform.urls["flext"]
    world.flext("--debug", "pipeline", "list", code=3, FLEXT_URL=url, FLEXT_TOKEN=PLANTED["wrong token"])
    world.flext("--debug", "pipeline", "list", code=4, FLEXT_URL=f"http://me:{PLANTED['userinfo']}@127.0.0.1:9")
    with world.platform.client(headers={"X-Api-Key": PLANTED["header"]}) as client:
        for ask in (
            lambda: client.request("GET", "/api/v1/pipelines", query={"api_key": PLANTED["query"]}),
            lambda: client.request("GET", f"/nowhere/at?token={quote(PLANTED['query'])}"),
            lambda: client.request("POST", "/api/v1/pipelines", content=f'{{"password": "{PLANTED["query"]}", '),
        ):
            with pytest.raises(errors.FlextError) as caught:
                ask()
            world.written[f"error {caught.value.code}"] = f"{caught.value} {caught.value!r} {caught.value.to_dict()}"
    config = {"password": PLANTED["literal"], "path": f"/nowhere/{PLANTED['literal']}"}
    with world.platform.client() as client, pytest.raises(errors.FlextError) as caught:
        client.plugins.execute("tap-csv", "discover", config=config)
    world.written["plugin error"] = f"{caught.value} {caught.value.to_dict()}"


def cmdlines() -> dict[str, bytes]:
    """The argument lists of all processes, looked at while the slow run's tap is there."""
    for _ in range(600):
        found = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found[entry.parent.name] = entry.read_bytes()
            except OSError:
                continue
        if any(b"tap_leaky" in one for one in found.values()):
            return found
        time.sleep(0.02)
    raise AssertionError("the tap does not start")


def test_the_tap_did_say_it_all(world: World) -> None:
    told = world.written["pipeline logs bad --follow --tail 10000 -o json"]
    assert "the server refused" in told
    assert "from_secret is ***" in told
    assert "from_file is ***" in told
    assert told.count("***") > 20


def test_no_command_shows_a_secret(world: World) -> None:
    leaks = {what: found for what, text in world.written.items() if (found := world.found(text))}
    # Runs are shown with the variables they were given.
    assert {what: set(found) - {"variable"} for what, found in leaks.items() if set(found) - {"variable"}} == {}


def test_no_file_holds_a_secret(world: World) -> None:
    known = {world.platform.home / "secrets" / "file.key", world.platform.home / "state" / "token"}
    files = [p for p in world.platform.home.rglob("*") if p.is_file() and p not in known]
    assert {p.suffix for p in files} >= {".db", ".log"}
    leaks = {
        str(p.relative_to(world.platform.home)): found
        for p in files
        if (found := world.found(p.read_bytes(), but=AS_WRITTEN if ".db" in p.name else frozenset()))
    }
    assert leaks == {}


def test_the_database_holds_only_what_its_author_wrote_into_it(world: World) -> None:
    leaks: list[tuple[str, str, str]] = []
    for file in (world.platform.home / "state").glob("*.db"):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as base:
            tables = [row[0] for row in base.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in base.execute(f'select * from "{table}"'):
                    for where in world.found(repr(row)):
                        leaks.append((file.name, table, where))
    assert {(file, table) for file, table, where in leaks if where not in AS_WRITTEN} == set()
    assert {one for one in leaks if one[1] in {"log_lines", "step_runs", "processes", "bookmarks"}} == set()
    # It is looked for in the right way: what was written into a definition is there.
    assert {("flext.db", "pipelines", "literal"), ("flext.db", "pipelines", "userinfo")} <= set(leaks)


def test_no_process_has_a_secret_among_its_arguments(world: World) -> None:
    assert any(b"flext_sdk.embedded.host" in line for line in world.processes.values())
    assert {pid: found for pid, line in world.processes.items() if (found := world.found(line))} == {}


def test_nothing_is_left_of_the_settings_of_plugins(world: World) -> None:
    left: list[Any] = [p for p in world.platform.home.rglob("*") if p.is_file() and p.name.endswith("config.json")]
    assert left == []


@pytest.mark.parametrize("where", PLANTED)
def test_the_search_knows_all_spellings(world: World, where: str) -> None:
    secret = PLANTED[where]
    forms = [secret, json.dumps({"a": secret}), repr([secret]), quote(f"x={secret}", safe="")]
    forms += [base64.b64encode(b"x" * n + secret.encode() + b"yy").decode() for n in range(3)]
    assert [world.found(form) for form in forms] == [[where]] * len(forms)
