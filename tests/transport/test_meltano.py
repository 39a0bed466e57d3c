"""Meltano: the folder of the project, waiting, streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flext_sdk import errors

from .conftest import Answer, Driver, Seen, Server

PLUGIN = {"type": "extractor", "name": "tap-csv", "installed": False}
SETTINGS = {"component": "tap-csv", "settings": []}


def run(status: str = "running", **more: Any) -> dict[str, Any]:
    return {"execution_id": "r1", "pipeline": "meltano:shop-1", "status": status, **more}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder lies two below a project."""
    (tmp_path / "meltano.yml").touch()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    return tmp_path


async def test_the_project_is_the_nearest_folder_with_a_meltano_yml(
    driver: Driver, server: Server, project: Path
) -> None:
    client = driver.client(server.url)
    server.says(Answer(body=SETTINGS))
    await driver.run(lambda: client.meltano.config("tap-csv", set={"path": "x"}, unset=["y"], extras=True))
    assert server.seen[-1].json == {"set": {"path": "x"}, "unset": ["y"], "extras": True, "project": str(project)}
    await driver.run(lambda: client.meltano.config("tap-csv", project="shop"))
    assert server.seen[-1].json == {"project": str(project / "a" / "b" / "shop")}
    server.says(Answer(status=201, body={"project": "x", "name": "new"}))
    await driver.run(lambda: client.meltano.init("new"))
    assert server.seen[-1].json == {"project": str(project / "a" / "b" / "new")}
    server.says(Answer(body={"plugins": [PLUGIN], "total": 1}))
    page = await driver.run(client.meltano.list)
    assert page.items[0].name == "tap-csv"
    assert (
        f"project={str(project).replace('/', '%2F')}" in server.seen[-1].path.replace("/tmp", "%2Ftmp")
        or str(project) in server.seen[-1].path
    )
    await driver.run(lambda: client.meltano.list(available=True))
    assert "project=" not in server.seen[-1].path


async def test_settings_from_a_file_are_tried(driver: Driver, server: Server, project: Path) -> None:
    client = driver.client(server.url)
    (project / "values.yml").write_text("path: x\npassword: p\n")
    server.says(Answer(body=SETTINGS), Answer(status=202, body=run("completed")))
    await driver.run(lambda: client.meltano.config("tap-csv", from_file=str(project / "values.yml"), test=True))
    assert server.seen[-2].json["set"] == {"path": "x", "password": "p"}
    assert server.seen[-1].json == {"config": "tap-csv", "project": str(project)}


async def test_adding_installs(driver: Driver, server: Server, project: Path) -> None:
    client = driver.client(server.url)
    server.says(Answer(status=201, body=PLUGIN), Answer(status=202, body=run("completed")))
    plugin = await driver.run(lambda: client.meltano.add("tap", "tap-csv", from_ref="x.yml"))
    assert plugin.installed is True
    assert server.seen[-2].json["from_ref"] == str(project / "a" / "b" / "x.yml")
    assert server.seen[-1].json == {"plugins": ["tap-csv"], "project": str(project)}
    server.says(Answer(status=201, body=PLUGIN))
    assert (await driver.run(lambda: client.meltano.add("tap", "tap-csv", install=False))).installed is False


async def test_runs_are_waited_for(driver: Driver, server: Server, project: Path) -> None:
    client = driver.client(server.url)
    server.says(Answer(status=202, body=run()), Answer(body=run("completed", records=2)))
    assert (await driver.run(lambda: client.meltano.run(["tap-csv", "target-x"], environment="prod"))).records == 2
    assert server.seen[0].json == {"tasks": ["tap-csv", "target-x"], "environment": "prod", "project": str(project)}
    server.says(Answer(status=202, body=run("failed", error="it broke")))
    with pytest.raises(errors.RunFailedError, match="it broke"):
        await driver.run(client.meltano.test)
    server.says(Answer(status=202, body=run()))
    begun = await driver.run(lambda: client.meltano.install(wait=False, clean=True))
    assert begun.status == "running"
    server.says(Answer(status=202, body={"runs": [run("stopping")], "total": 1}), Answer(body=run("cancelled")))
    (stopped,) = await driver.run(lambda: client.meltano.stop(wait=True, force=True))
    assert stopped.status == "cancelled"
    server.says(Answer(status=202, body=run("completed")))
    await driver.run(lambda: client.meltano.upgrade(version="4.4"))
    assert server.seen[-1].json == {"version": "4.4", "project": str(project)}


async def test_upgrading_outside_a_project(
    driver: Driver, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = driver.client(server.url)
    server.says(Answer(status=202, body=run("completed")))
    await driver.run(client.meltano.upgrade)
    assert server.seen[-1].json == {}
    await driver.run(lambda: client.meltano.run(["x"], wait=False))
    assert server.seen[-1].json["project"] == str(tmp_path)


async def test_lines_of_a_run(driver: Driver, server: Server, project: Path) -> None:
    client = driver.client(server.url)
    lines = {"logs": [{"id": 1, "message": "hello", "source": "tap-csv"}], "execution_id": "r1"}
    server.says(Answer(body=run("completed")), Answer(body=lines))
    found = await driver.all(lambda: client.meltano.logs("r1", follow=True))
    assert [line.message for line in found] == ["hello"]
    server.says(Answer(body={"runs": [run("completed")], "total": 1}), Answer(body=lines))
    assert len(await driver.all(client.meltano.logs)) == 1
    server.says(Answer(body={"runs": [], "total": 0}))
    with pytest.raises(errors.NotFoundError, match="no run yet"):
        await driver.all(client.meltano.logs)
    with pytest.raises(errors.UsageError, match="tail"):
        await driver.all(lambda: client.meltano.logs("r1", tail=-1))
    nothing = {"error": "there is no run 'r9'", "code": "RUN_NOT_FOUND", "hint": "See: flext pipeline runs"}
    server.says(Answer(status=404, body=nothing))
    with pytest.raises(errors.NotFoundError) as refused:
        await driver.all(lambda: client.meltano.logs("r9"))
    assert refused.value.hint == "See what there is: flext meltano runs"


@pytest.mark.parametrize("status", ["completed", "failed"])
async def test_what_an_invoked_plugin_prints(driver: Driver, server: Server, project: Path, status: str) -> None:
    lines = [
        {"id": 1, "message": "the run begins", "source": "engine"},
        {"id": 2, "message": "tap-csv 1.0", "source": "tap-csv"},
    ]

    def answer(seen: Seen) -> Answer:
        if seen.path.startswith("/ws"):
            return Answer(status=404, body={"error": "none"})
        if seen.method == "POST":
            return Answer(status=202, body=run())
        if "/logs" in seen.path:
            return Answer(body={"logs": [] if "after=2" in seen.path else lines, "execution_id": "r1"})
        return Answer(body=run(status, error=None if status == "completed" else "it broke"))

    client = driver.client(server.url)
    server.says(answer)
    if status == "completed":
        found = await driver.all(lambda: client.meltano.invoke("tap-csv", ["--version"]))
        assert [line.message for line in found] == ["tap-csv 1.0"]
    else:
        with pytest.raises(errors.RunFailedError, match="it broke"):
            await driver.all(lambda: client.meltano.invoke("tap-csv"))
    assert server.seen[0].json["plugin"] == "tap-csv"
