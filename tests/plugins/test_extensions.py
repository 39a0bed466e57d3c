"""What another package adds: a command, a connector, an event handler; found without looking at every start."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import environ_of  # type: ignore[import-not-found]

from flext_cli.describing import entry_of
from flext_sdk import Flext, extensions
from flext_sdk.embedded import supervisor

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "extension"
ENTRY_POINTS = """
[flext.commands]
hello = flext_hello.commands:greet
broken = flext_hello.nowhere:nothing

[flext.connectors]
tap-hello = flext_hello.tap:CONNECTOR
tap-broken = flext_hello.tap:SETTINGS

[flext.events]
plugin.* = flext_hello.events:note
"""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The example as if it were installed, beside two things that do not work; and a platform with it."""
    site = tmp_path_factory.mktemp("extension") / "site-packages"
    shutil.copytree(EXAMPLE / "flext_hello", site / "flext_hello")
    info = site / "flext_hello-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: flext-hello\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    home = tmp_path_factory.mktemp("extended")
    found = environ_of(home, PYTHONPATH=str(site))
    try:
        yield found
    finally:
        supervisor.stop("all", environ=found)


def flext(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "flext_cli", *words]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)


def test_all_three(environ: dict[str, str], tmp_path: Path) -> None:
    running = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=environ)
    urls = {name: each.url for name, each in running.items()}
    with Flext(base_url=urls, token=running["flext"].token) as client:
        found = flext(environ, "hello", "greet", "world", "--loud", "-o", "json")
        assert found.returncode == 0, found.stderr
        told = json.loads(found.stdout)
        assert told["greeting"] == "HELLO, WORLD"
        assert told["taps"] == len(list(client.taps.list()))
        assert "warning: the command broken of another package cannot be loaded" in found.stderr

        step = {
            "name": "load",
            "extract": {"plugin": "tap-hello", "config": {"count": 3}},
            "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path)}},
        }
        client.pipelines.create({"name": "hello", "steps": [step]})
        client.pipelines.start("hello", wait=True)
        rows = [json.loads(line)["text"] for line in (tmp_path / "greetings.jsonl").read_text().splitlines()]
        assert rows == ["Hello 0", "Hello 1", "Hello 2"]
        assert client.taps.test("tap-hello", config={"count": 2}).verdict == "ok"
        assert "tap-broken" not in {tap.name for tap in client.taps.list()}

        client.plugins.disable("tap-hello")
        log = Path(environ["FLEXT_HOME"]) / "logs" / "hello.log"
        for _ in range(200):
            if log.exists() and "plugin.disabled tap-hello" in log.read_text():
                break
            time.sleep(0.05)
        assert "plugin.disabled tap-hello" in log.read_text()


def test_the_command_has_help_and_is_refused_like_others(environ: dict[str, str]) -> None:
    assert flext(environ, "hello", "greet", "x").returncode == 0
    page = flext(environ, "hello", "greet", "--help")
    assert "Greet somebody, and count the taps of the platform." in page.stdout
    assert "--loud" in page.stdout
    assert "Whom to greet." in page.stdout
    assert "hello" in flext(environ, "--help").stdout
    wrong = flext(environ, "hello", "greet", "x", "--lod")
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (2, "error: unknown option --lod")
    unknown = flext(environ, "helo")
    assert unknown.returncode == 2


def test_who_has_no_extension_gets_no_file(tmp_path: Path) -> None:
    environ = environ_of(tmp_path)
    (tmp_path / "state").mkdir()
    assert flext(environ, "nothing", "there").returncode == 2
    assert not (tmp_path / "state" / "commands.json").exists()


def test_they_are_looked_for_again_only_when_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.metadata

    asked: list[str] = []
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [str(site)])
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: asked.append(group) or [])
    assert extensions.found(extensions.EVENTS, tmp_path) == []
    assert len(asked) == 3
    assert not (tmp_path / "state").exists(), "looking makes no folder"
    (tmp_path / "state").mkdir()
    extensions.found(extensions.EVENTS, tmp_path)
    extensions.found(extensions.COMMANDS, tmp_path)
    assert len(asked) == 6
    (site / "new.dist-info").mkdir()
    extensions.found(extensions.EVENTS, tmp_path)
    assert len(asked) == 9


def test_a_function_becomes_a_command() -> None:
    @extensions.command("acme count", positional=("names",), columns=("a.b:B:bytes",), files=("file",))
    def count(client: Any, names: list[str], *, limit: int = 3, file: str | None = None) -> list[str]:
        """Count.

        More about it.

        Args:
            names: What to count,
                one or more.
            limit: How many.
            file: Where.
        """
        return names

    entry = entry_of(count)
    assert (entry["words"], entry["summary"], entry["description"]) == ("acme count", "Count.", "More about it.")
    names, limit, file = entry["params"]
    assert (names["kind"], names["type"], names["help"]) == ("positional", "list", "What to count, one or more.")
    assert (limit["type"], limit["default"], limit["flags"]) == ("int", 3, ["--limit"])
    assert file["type"] == "path"
    assert entry["output"] == {"kind": "list", "columns": [["a.b", "B", "bytes"]]}
    with pytest.raises(TypeError, match="not marked"):
        entry_of(len)


def test_what_does_not_load_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "found", lambda _group, _folder: [("a", "no.such:thing"), ("b", "json:dumps")])
    told: list[str] = []
    assert extensions.connectors(tmp_path, lambda name, _error: told.append(name)) == {}
    assert [name for name, _ in extensions.listeners(tmp_path, lambda name, _error: told.append(name))] == ["b"]
    assert told == ["a", "b", "a"]
