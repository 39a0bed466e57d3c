"""Installing, updating, locking and removing plugins on a running platform, and what survives when that goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import toys

from flext_sdk import AsyncFlext, Flext
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.errors import ConflictError, NotFoundError, RunFailedError, ValidationFailedError

SLOW = """
import sys, time
def main():
    if "--about" in sys.argv:
        open({mark!r}, "w").close()
        time.sleep(600)
"""


def folders(world: Any, name: str) -> list[str]:
    place = world.home / "environments" / name
    return sorted(entry.name for entry in place.iterdir() if entry.is_dir() and not entry.is_symlink())


def appears(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} does not appear")


def test_what_is_not_of_the_index_needs_consent(client: Flext, tmp_path: Path) -> None:
    wheel = str(toys.wheel(tmp_path, "tap-unasked"))
    with pytest.raises(ConflictError) as error:
        client.plugins.install(wheel)
    assert error.value.code == "CONFIRMATION_REQUIRED"
    assert wheel in error.value.message
    asked: list[str] = []
    with pytest.raises(ConflictError):
        client.plugins.install(wheel, on_confirm=lambda question: asked.append(question) or False)
    assert asked == [error.value.message]
    assert "tap-unasked" not in {plugin.name for plugin in client.plugins.list()}


def test_from_install_to_uninstall(client: Flext, world: Any, tmp_path: Path) -> None:
    lines: list[str] = []
    wheel = toys.wheel(tmp_path / "a", "tap-walk")
    done = client.plugins.install(str(wheel), on_confirm=lambda _question: True, on_message=lines.append)
    assert done.result["name"] == "tap-walk"
    assert (done.result["version"], done.result["program"], done.result["replaced"]) == ("1.0", "tap-walk", False)
    assert lines[0].startswith("tap-walk: Installing ")
    assert lines[-1] == "tap-walk: Installed tap-walk 1.0"
    found = next(plugin for plugin in client.plugins.list() if plugin.name == "tap-walk")
    assert (found.type, found.status, found.version) == ("tap", "loaded", "1.0")
    info = client.plugins.info("tap-walk")
    assert (info.origin, info.program, info.settings["required"]) == ("requirement", "tap-walk", ["count"])
    assert info.size > 1000
    assert info.packages == {"tap-walk": "1.0"}
    assert client.plugins.health("tap-walk").health["status"] == "healthy"
    assert client.plugins.execute("tap-walk", "version").result["version"] == "1.0"
    catalog = client.plugins.execute("tap-walk", "discover", config={"count": 3}).result
    assert [stream["stream"] for stream in catalog["streams"]] == ["rows"]
    assert client.plugins.execute("tap-walk", "test", config={"count": 3}).result["success"]
    operations = [line.operation for line in client.plugins.logs("tap-walk")]
    assert operations[0] == "install"
    assert operations[-3:] == ["version", "discover", "test"]

    client.plugins.uninstall("tap-walk")
    assert "tap-walk" not in {plugin.name for plugin in client.plugins.list()}
    assert folders(world, "tap-walk") == []
    with pytest.raises(NotFoundError):
        client.plugins.info("tap-walk")
    assert [line.operation for line in client.plugins.logs("tap-walk")][-1] == "uninstall", "its log outlives it"


def test_pipelines_use_it_and_honour_that_it_is_switched_off(client: Flext, toy: str, tmp_path: Path) -> None:
    definition = {
        "name": "toys",
        "steps": [
            {
                "name": "load",
                "extract": {"plugin": toy, "config": {"count": 3}},
                "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path / "out")}},
            }
        ],
    }
    client.pipelines.create(definition, replace=True)
    assert client.pipelines.start("toys", wait=True).records == 3
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [(row["id"], row["by"]) for row in rows] == [(0, "1.0"), (1, "1.0"), (2, "1.0")]

    # No schema says that this is a path; it means the folder that the definition came from all the same.
    definition["steps"][0]["extract"]["config"]["mark"] = "made-here"
    client.pipelines.create({**definition, "base_path": str(tmp_path)}, replace=True)
    client.pipelines.start("toys", wait=True)
    assert (tmp_path / "made-here").exists()

    assert client.plugins.disable(toy).status == "disabled"
    assert client.plugins.health(toy).health["status"] == "disabled"
    report = client.pipelines.validate(definition)
    assert report.valid
    assert [problem.severity for problem in report.problems] == ["warning"]
    with pytest.raises(RunFailedError, match="tap-toy is switched off") as error:
        client.pipelines.start("toys", wait=True)
    assert "flext plugin enable tap-toy" in str(error.value.hint)
    client.plugins.update(toy)
    assert client.plugins.info(toy).status == "disabled", "an update does not switch it on"
    assert client.plugins.enable(toy).status == "loaded"
    client.pipelines.start("toys", wait=True)

    client.plugins.uninstall(toy)
    with pytest.raises(RunFailedError, match="there is no plugin 'tap-toy'"):
        client.pipelines.start("toys", wait=True)
    with pytest.raises(ValidationFailedError, match="there is no plugin 'tap-toy'"):
        client.pipelines.create({**definition, "name": "more-toys"})


def test_our_own_connectors_can_be_switched_off_but_not_changed(client: Flext) -> None:
    for call in (client.plugins.uninstall, client.plugins.update, client.plugins.install):
        with pytest.raises(ConflictError, match="comes with the product") as error:
            call("tap-csv")
        assert error.value.code == "PLUGIN_IN_PRODUCT"
    with pytest.raises(ConflictError) as error:
        client.plugins.install("target-duckdb")
    assert "jwills-target-duckdb" in str(error.value.hint)
    with pytest.raises(ConflictError, match="comes with the product"):
        client.plugins.lock(["tap-csv"])


def test_what_cannot_be_installed(client: Flext, tmp_path: Path) -> None:
    with pytest.raises(ValidationFailedError, match="does not start") as error:
        client.plugins.install("target-csv")
    assert "meltanolabs-target-csv" in str(error.value.hint)
    with pytest.raises(NotFoundError, match="did you mean 'tap-csv'"):
        client.plugins.install("tap-csvv")
    with pytest.raises(ValidationFailedError, match="say what to install"):
        client.plugins.install()
    with pytest.raises(NotFoundError):
        client.plugins.update("tap-nothing")
    with pytest.raises(NotFoundError, match="not installed"):
        client.plugins.update("lc-tap-jsonl")
    with pytest.raises(RunFailedError) as failed:
        (tmp_path / "tap_odd-1.0-py3-none-any.whl").write_bytes(b"no wheel")
        client.plugins.install(str(tmp_path / "tap_odd-1.0-py3-none-any.whl"), yes=True)
    assert "cannot install tap-odd" in failed.value.message


def test_a_release_that_does_not_start_leaves_the_former_one(
    client: Flext, world: Any, toy: str, tmp_path: Path
) -> None:
    broken = toys.wheel(tmp_path / "b", version="2.0", code=toys.BROKEN)
    with pytest.raises(RunFailedError, match="this release does not start") as error:
        client.plugins.install(toy, requirement=[str(broken)], yes=True)
    assert "The installed one was kept" in str(error.value.hint)
    assert client.plugins.execute(toy, "version").result["version"] == "1.0"
    assert len(folders(world, toy)) == 1
    better = toys.wheel(tmp_path / "c", version="3.0")
    done = client.plugins.install(toy, requirement=[str(better)], yes=True)
    assert (done.result["version"], done.result["replaced"]) == ("3.0", True)
    assert client.plugins.execute(toy, "version").result["version"] == "3.0"


def test_a_lock_gives_exactly_the_same(client: Flext, toy: str, tmp_path: Path) -> None:
    file = tmp_path / "plugins.lock"
    lock = client.plugins.lock(file=file)
    assert toy in [each["name"] for each in lock.plugins]
    before = client.plugins.info(toy)
    client.plugins.uninstall(toy)
    done = client.plugins.install(toy, lock=file)
    assert done.result["name"] == toy
    after = client.plugins.info(toy)
    assert (after.packages, after.version, after.origin) == (before.packages, before.version, "lock")
    with pytest.raises(ValidationFailedError, match="no plugin 'tap-none'"):
        client.plugins.install("tap-none", lock=file)
    with pytest.raises(NotFoundError):
        client.plugins.lock(["tap-none"])


def test_cancelled_and_busy(client: Flext, world: Any, toy: str, tmp_path: Path) -> None:
    mark = tmp_path / "began"
    slow = toys.wheel(tmp_path / "s", version="2.0", code=SLOW.format(mark=str(mark)))
    begun = client.plugins.install(toy, requirement=[str(slow)], yes=True, wait=False)
    appears(mark)
    with pytest.raises(ConflictError, match="just being changed") as error:
        client.plugins.uninstall(toy)
    assert begun.id in str(error.value.hint)
    with pytest.raises(ConflictError, match="just being changed"):
        client.plugins.update(toy)
    client.orchestrations.cancel(begun.id)
    assert client.orchestrations.show(begun.id).status == "canceled"
    assert client.plugins.execute(toy, "version").result["version"] == "1.0"


async def test_a_cancelled_task_cancels_the_installation(world: Any, client: Flext, toy: str, tmp_path: Path) -> None:
    import asyncio

    mark = tmp_path / "began"
    slow = toys.wheel(tmp_path / "s", version="2.0", code=SLOW.format(mark=str(mark)))
    async with AsyncFlext(base_url=world.urls, token=world.token) as other:
        task = asyncio.create_task(other.plugins.install(toy, requirement=[str(slow)], yes=True))
        await asyncio.to_thread(appears, mark)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        newest = await other.orchestrations.list(runtime="plugins", limit=1)
        assert newest.items[0].status == "canceled"


def test_ctrl_c_ends_the_installation_and_a_killed_command_does_not(
    world: Any, client: Flext, toy: str, tmp_path: Path
) -> None:
    for number, status in ((signal.SIGINT, "canceled"), (signal.SIGKILL, "running")):
        mark = tmp_path / f"began-{number}"
        slow = toys.wheel(tmp_path / f"s{number}", version="2.0", code=SLOW.format(mark=str(mark)))
        argv = [sys.executable, "-m", "flext_cli", "plugin", "install", toy, "--requirement", str(slow), "--yes"]
        process = subprocess.Popen(argv, env=world.environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        appears(mark)
        process.send_signal(number)
        assert process.wait(30) == (130 if number == signal.SIGINT else -number)
        process.stderr.close()
        newest = client.orchestrations.list(runtime="plugins", limit=1).items[0]
        assert newest.status == status
    client.orchestrations.cancel(newest.id)


def test_a_killed_service_keeps_the_former_plugin(world: Any, client: Flext, toy: str, tmp_path: Path) -> None:
    mark = tmp_path / "began"
    slow = toys.wheel(tmp_path / "s", version="2.0", code=SLOW.format(mark=str(mark)))
    begun = client.plugins.install(toy, requirement=[str(slow)], yes=True, wait=False)
    appears(mark)
    assert len(folders(world, toy)) == 2
    os.kill(world.pids["flexcore"], signal.SIGKILL)
    while start_mark(world.pids["flexcore"]) is not None:
        time.sleep(0.02)
    world.start()
    with world.client() as again:
        assert again.orchestrations.show(begun.id).error == "FlexCore ended while this was going on"
        assert again.plugins.execute(toy, "version").result["version"] == "1.0"
        for _ in range(200):
            if len(folders(world, toy)) == 1:
                break
            time.sleep(0.05)
        assert len(folders(world, toy)) == 1, "what the killed one left behind is removed"


def test_an_old_tap_without_about(client: Flext, tmp_path: Path) -> None:
    wheel = toys.wheel(tmp_path / "old", "tap-old", code=toys.OLD_TAP)
    client.plugins.install(str(wheel), yes=True)
    try:
        info = client.plugins.info("tap-old")
        assert "about" not in info.capabilities
        with pytest.raises(ValidationFailedError, match="no operation 'about'"):
            client.plugins.execute("tap-old", "about")
        assert client.plugins.health("tap-old").health["status"] == "healthy"
        step = {
            "name": "load",
            "extract": {"plugin": "tap-old", "config": {}},
            "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path / "out")}},
        }
        client.pipelines.create({"name": "old", "steps": [step]}, replace=True)
        client.pipelines.start("old", wait=True)
        assert json.loads((tmp_path / "out" / "rows.jsonl").read_text())["id"] == 7
    finally:
        client.plugins.uninstall("tap-old")


def test_an_index_from_a_file(client: Flext, tmp_path: Path) -> None:
    entry = {
        "name": "tap-later",
        "kind": "tap",
        "program": "tap-later",
        "requirements": ["cowsay==6.1"],
        "description": "Later.",
    }
    (tmp_path / "index.json").write_text(json.dumps({"format": 1, "plugins": [entry]}))
    done = client.plugins.update_index(source=str(tmp_path / "index.json"))
    assert done.result["new"] == ["tap-later"]
    found = next(plugin for plugin in client.plugins.search("tap-later"))
    assert (found.name, found.status, found.latest) == ("tap-later", "available", "6.1")
    with pytest.raises(RunFailedError, match="no program tap-later"):
        client.plugins.install("tap-later")
    (tmp_path / "index.json").write_text('{"format": 1, "plugins": [{"name": "x"}]}')
    with pytest.raises(RunFailedError, match="kind must be a text"):
        client.plugins.update_index(source=str(tmp_path / "index.json"))
    with pytest.raises(RunFailedError, match="No such file"):
        client.plugins.update_index(source=str(tmp_path / "none.json"))
    assert "tap-later" in {plugin.name for plugin in client.plugins.search("tap-later")}, "the last good one stays"


def test_searching_shows_what_is_broken_and_what_to_use(client: Flext) -> None:
    found = {plugin.name: plugin for plugin in client.plugins.search("csv")}
    assert found["stitch-target-csv"].status == "broken"
    assert found["stitch-target-csv"].instead == "meltanolabs-target-csv"
    assert found["tap-csv"].status == "loaded"
    assert {plugin.type for plugin in client.plugins.search(type="dbt")} == {"dbt"}
    info = client.plugins.info("meltanolabs-target-csv")
    assert info.status == "available"
    assert info.tested["python"]
