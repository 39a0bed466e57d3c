"""data taps and data targets: stored settings, where values come from, and verdicts."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import toys

from flext_cli import asking
from flext_sdk import Flext
from flext_sdk.connectors.registry import CONNECTORS
from flext_sdk.embedded.engine.tuning import tuned_tap, tuned_target
from flext_sdk.embedded.plugins.metrics import counted
from flext_sdk.embedded.plugins.plugin import Plugin
from flext_sdk.embedded.plugins.reasons import reason
from flext_sdk.errors import NotFoundError, RunFailedError, ValidationFailedError

FILES = """
import json, os, sys
def main():
    if "--about" in sys.argv:
        print(json.dumps({"name": "target-files", "sdk_version": "0.5", "capabilities": [], "settings": {"type": "object", "properties": {"folder": {"type": "string"}}}}))
        return
    if "--help" in sys.argv or "--version" in sys.argv:
        print("target-files v1.0")
        return
    config = json.load(open(sys.argv[sys.argv.index("--config") + 1]))
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "RECORD":
            with open(os.path.join(config["folder"], message["stream"] + ".txt"), "a") as out:
                out.write(line)
        if message["type"] == "STATE" and not config.get("silent"):
            print(json.dumps(message["value"]), flush=True)
"""


def origins(found: Any) -> dict[str, tuple[Any, str]]:
    return {each.name: (each.value, each.origin) for each in found.settings}


def test_settings_are_stored_shown_and_used(client: Flext, world: Any, toy: str, tmp_path: Path) -> None:
    assert not client.taps.config(toy).valid
    assert not client.taps.info(toy).configured
    found = client.taps.config(toy, set={"password": "hunter2"})
    assert not found.valid, "settings may be stored one by one"
    found = client.taps.config(toy, set={"count": 2})
    assert found.valid
    assert origins(found) == {"count": (2, "stored"), "password": ("***", "stored")}
    assert client.taps.info(toy).config == {"count": 2, "password": "***"}
    for file in world.home.rglob("*"):
        if file.is_file() and file.suffix in {".json", ".log", ".db"}:
            assert b"hunter2" not in file.read_bytes(), file

    step = {
        "name": "load",
        "extract": {"plugin": toy},
        "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path)}},
    }
    client.pipelines.create({"name": "stored", "steps": [step]}, replace=True)
    assert client.pipelines.start("stored", wait=True).records == 2
    step["extract"]["config"] = {"count": 5}
    client.pipelines.update("stored", {"name": "stored", "steps": [step]})
    assert client.pipelines.start("stored", wait=True).records == 5, "what the step says stands above"
    step["extract"]["config"] = {"count": -1}
    client.pipelines.update("stored", {"name": "stored", "steps": [step]})
    with pytest.raises(RunFailedError, match="count must not be negative") as error:
        client.pipelines.start("stored", wait=True)
    assert "hunter2" not in str(error.value)
    assert "hunter2" not in "".join(line.message for line in client.pipelines.logs("stored"))

    with pytest.raises(ValidationFailedError, match="count"):
        client.taps.config(toy, set={"count": "many"})
    found = client.taps.config(toy, unset=["count", "password"])
    assert not found.valid
    assert not client.taps.info(toy).configured


def test_settings_from_a_file_and_from_a_person(client: Flext, toy: str, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("count: 4\n")
    assert origins(client.taps.config(toy, file=tmp_path / "settings.yaml"))["count"] == (4, "stored")
    client.taps.config(toy, unset=["count"])
    asked: list[str] = []

    def answer(setting: Any) -> str | None:
        asked.append(setting["name"])
        return "7" if setting["name"] == "count" else None

    assert origins(client.taps.config(toy, on_ask=answer))["count"] == (7, "stored")
    assert asked == ["count"], "only what is needed and not set"
    assert origins(client.taps.config(toy, ask=True, on_ask=answer))["count"] == (7, "stored")
    assert asked == ["count", "count", "password"]
    client.taps.config(toy, unset=["count"])


def test_verdicts_on_taps(client: Flext, toy: str) -> None:
    good = client.taps.test(toy, config={"count": 3})
    assert (good.verdict, good.streams) == ("ok", {"rows": 1})
    empty = client.taps.test(toy, config={"count": 0})
    assert (empty.verdict, empty.streams) == ("ok_no_records", {"rows": 0})
    assert empty.hint
    with pytest.raises(RunFailedError) as error:
        client.taps.test(toy, config={"count": -1, "password": "hunter2"})
    assert "count must not be negative" in error.value.message
    assert "hunter2" not in error.value.message
    bad = client.taps.test(toy, raise_on_failure=False)
    assert (bad.verdict, bad.message) == ("failed", "the settings do not fit: missing key 'count'")
    found = client.taps.discover(toy, config={"count": 1})
    assert [(each.stream, each.keys, each.fields) for each in found.streams] == [("rows", ["id"], ["id", "by"])]
    with pytest.raises(ValidationFailedError):
        client.taps.discover(toy)


def test_what_is_chosen_holds_for_steps_that_say_nothing(client: Flext, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,name,note\n1,a,x\n")
    config = {"path": str(tmp_path / "orders.csv")}
    found = client.taps.select("tap-csv", ["orders.*", "!orders.note", "none.*"], config=config)
    assert (found.unused, found.streams[0].selected) == (["none.*"], True)
    assert client.taps.select("tap-csv", config=config).patterns == ["orders.*", "!orders.note", "none.*"]
    step = {
        "name": "load",
        "extract": {"plugin": "tap-csv", "config": config},
        "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path / "out")}},
    }
    client.pipelines.create({"name": "chosen", "steps": [step]}, replace=True)
    client.pipelines.start("chosen", wait=True)
    row = json.loads((tmp_path / "out" / "orders.jsonl").read_text().splitlines()[0])
    assert sorted(key for key in row if not key.startswith("_")) == ["id", "name"]
    with pytest.raises(ValidationFailedError, match="chooses no stream of tap-csv; it has: orders"):
        client.taps.select("tap-csv", ["none"], config=config)
    with pytest.raises(ValidationFailedError, match="exclamation mark"):
        client.taps.select("tap-csv", ["!!x"], config=config)
    assert client.taps.select("tap-csv", clear=True, config=config).patterns == []


def test_a_target_leaves_nothing_behind(client: Flext, tmp_path: Path) -> None:
    wheel = toys.wheel(tmp_path / "w", "target-files", code=FILES)
    client.plugins.install(str(wheel), yes=True)
    out = tmp_path / "out"
    out.mkdir()
    try:
        assert client.targets.test("target-files", config={"folder": f"{out}/"}).verdict == "ok"
        assert list(out.iterdir()) == []
        with pytest.raises(RunFailedError, match="No such file"):
            client.targets.test("target-files", config={"folder": "/nowhere/at/all"})
        with pytest.raises(RunFailedError, match="did not confirm"):
            client.targets.test("target-files", config={"folder": f"{out}/", "silent": True})
    finally:
        client.plugins.uninstall("target-files")
    assert client.targets.test("target-jsonl", config={"path": str(out)}).verdict == "ok"


def test_the_wrong_kind_and_nothing_of_that_name(client: Flext) -> None:
    with pytest.raises(NotFoundError, match="target-jsonl is a target, not a tap"):
        client.taps.info("target-jsonl")
    with pytest.raises(NotFoundError, match="is not installed"):
        client.targets.test("meltanolabs-target-csv")
    assert {tap.type for tap in client.taps.list()} == {"tap"}
    assert {target.type for target in client.targets.list()} == {"target"}


def test_the_command(world: Any, toy: str) -> None:
    def flext(*words: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "flext_cli", "data", "taps", *words]
        return subprocess.run(
            argv, env=world.environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    failed = flext("test", toy)
    assert failed.returncode == 9
    assert failed.stderr.startswith("error: the settings do not fit: missing key 'count'")
    stored = flext("config", toy, "--set", "count=3", "-o", "json")
    assert json.loads(stored.stdout)["valid"]
    assert flext("test", toy).returncode == 0
    nobody = flext("config", toy, "--ask")
    assert (nobody.returncode, nobody.stderr.splitlines()[0]) == (2, "error: there is nobody to ask")
    assert flext("config", toy, "--unset", "count").returncode == 0


def test_asking_a_person(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("5\n\n"))
    setting = {"name": "count", "description": "How many.", "choices": [1, 5], "value": 1}
    assert asking.ask(setting) == "5"
    assert asking.ask(setting) is None
    assert capsys.readouterr().err.startswith("count (How many.) one of 1, 5 [1]: ")
    monkeypatch.setattr(asking, "typed", lambda prompt: "hunter2")
    assert asking.ask({"name": "password", "secret": True}) == "hunter2"


def test_what_is_made_faster(tmp_path: Path) -> None:
    known = {"properties": {"batch_config": {}, "validate_records": {}, "use_copy": {}}}
    tap = Plugin("tap-x", "tap", known, (), capabilities=("about", "batch"), origin="index")
    target = Plugin("target-x", "target", known, (), capabilities=("about", "batch"), origin="index")
    assert tuned_target(target, {"use_copy": False}) == {"validate_records": False, "use_copy": False}
    batch = tuned_tap(tap, {"a": 1}, target, tmp_path)["batch_config"]
    assert batch["storage"]["root"] == (tmp_path / "batches").as_uri()
    older = Plugin("target-csv", "target", known, (), capabilities=("about",), origin="index")
    assert tuned_tap(tap, {"a": 1}, older, tmp_path) == {"a": 1}, "only where both ends can"
    ours = Plugin("target-duckdb", "target", known, (), capabilities=CONNECTORS["target-duckdb"].capabilities)
    assert tuned_tap(tap, {"a": 1}, ours, tmp_path)["batch_config"] == batch
    assert tuned_target(ours, {}) == {}
    assert tuned_tap(tap, {"batch_config": None}, target, tmp_path) == {"batch_config": None}


def test_counters_and_reasons() -> None:
    line = 'x METRIC: {"metric": "record_count", "value": 3, "tags": {"stream": "a"}} y'
    assert counted(f'{line}\n{line}\nrecord_count {{"broken\n') == {"a": 6}
    timer = 'METRIC: {"metric": "sync_duration", "value": 0.1, "tags": {"stream": "b", "status": "%s"}}'
    empty = 'METRIC: {"metric": "record_count", "value": 0, "tags": {"stream": "b"}}'
    assert counted(f"{timer % 'failed'}\n{empty}") == {"b": 1}, "it ended at the first record"
    assert counted(f"{timer % 'succeeded'}\n{empty}") == {"b": 0}
    trace = "Traceback\n  File x\nrequests.exceptions.ConnectionError: refused\nINFO closing"
    assert reason(trace) == "requests.exceptions.ConnectionError: refused"
