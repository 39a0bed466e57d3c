"""dbt through the client and the command line, with real services."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from dbt_projects import project, with_manifest, write

from flext_sdk.errors import ConflictError, NotFoundError, RunFailedError, UsageError, ValidationFailedError
from tests.hearing import HEARING

FLEXT = Path(sys.executable).with_name("flext")


@pytest.fixture(scope="module")
def services(platform, environments):
    """The platform of all tests, with the environment of dbt that tests share."""
    link = platform.home / "environments" / "dbt-duckdb"
    link.parent.mkdir(mode=0o700, exist_ok=True)
    if not link.exists():
        link.symlink_to(environments.folder / "dbt-duckdb")
    return platform


@pytest.fixture
def client(services):
    with services.client() as found:
        yield found


def flext(services, *words, cwd=None):
    return subprocess.run(
        [str(FLEXT), "data", "dbt", *words], env=services.environ, cwd=cwd, capture_output=True, text=True, check=False
    )


def test_a_new_project_runs_at_once_and_can_be_looked_at(services, client, tmp_path):
    made = client.dbt.init("newshop", folder=tmp_path / "newshop")
    assert made.registered
    assert "seeds/raw_orders.csv" in made.files
    with pytest.raises(ConflictError, match="registered already"):
        client.dbt.init("newshop", folder=tmp_path / "other")
    with pytest.raises(ConflictError, match="not empty"):
        client.dbt.init("newshop", folder=tmp_path / "newshop")
    seen = []
    run = client.dbt.build("newshop", on_progress=seen.append)
    assert run.status == "completed"
    assert (run.steps[0].done, run.steps[0].total) == (8, 8)
    assert {node.status for node in run.steps[0].nodes} == {"success", "pass"}
    assert len(seen) > 1

    # The manifest is fresh: no dbt is started for these.
    before = len(list(client.dbt.runs("newshop")))
    assert [model.name for model in client.dbt.models("newshop")] == ["orders_by_day", "stg_orders", "raw_orders"]
    assert client.dbt.lineage("newshop").drawing[0].graph == "raw_orders"
    assert len(list(client.dbt.runs("newshop"))) == before
    # A file is newer: dbt reads the project first.
    write(tmp_path / "newshop", {"models/marts/more.sql": "select 1 as x"})
    assert "more" in {model.name for model in client.dbt.models("newshop")}
    assert [run.steps[0].name for run in client.dbt.runs("newshop")] == ["parse", "build"]
    assert any("PASS" in line.message for line in client.dbt.logs("newshop", run=run.execution_id))
    assert client.dbt.show("newshop").manifest == "fresh"
    client.dbt.forget("newshop")
    assert (tmp_path / "newshop" / "dbt_project.yml").is_file()


def test_the_commands_in_a_folder_without_a_name(services, tmp_path):
    folder = project(
        tmp_path / "plain", {"models/a.sql": "select 1 as x", "tests/no.sql": "select * from {{ ref('a') }}"}
    )
    done = flext(services, "build", ".", cwd=folder)
    assert done.returncode == 9
    (error, hint) = (line for line in done.stderr.splitlines() if line.startswith(("error:", "hint:")))
    compiled = folder / "target" / "compiled" / "shop" / "tests" / "no.sql"
    assert f"the test no failed: 1 row (tests/no.sql); compiled: {compiled}" in error
    assert hint == "hint: Look at the rows that the compiled query gives."
    assert flext(services, "lineage", cwd=folder).stdout.splitlines()[2].split() == ["a", "model", "view", "1"]
    graph = json.loads(flext(services, "lineage", "-o", "json", cwd=folder).stdout)
    assert [node["name"] for node in graph["nodes"]] == ["a"]
    assert flext(services, "runs", "-o", "plain", cwd=folder).stdout.count("\tfailed\t") == 1
    assert "NAME" not in flext(services, "projects", "-o", "json").stdout
    assert "PASS=1" in flext(services, "logs", cwd=folder).stdout
    assert flext(services, "stop", cwd=folder).returncode == 8


def test_what_cannot_be_is_one_line_with_its_code(services, client, tmp_path):
    for words, code, said in (
        (["run", "no-such"], 5, "there is no dbt project 'no-such'"),
        (["run", str(tmp_path)], 5, "it has no dbt_project.yml"),
        (["forget", "no-such", "--yes"], 5, "no dbt project is registered as 'no-such'"),
        (["register", str(tmp_path / "none")], 5, "there is no dbt project"),
        (["init", "9lives"], 2, "cannot be the name of a dbt project"),
        (["init", "x", "--pipeline", "no-such"], 5, "there is no pipeline 'no-such'"),
        (["init", "x", "--database", str(tmp_path / "no.duckdb")], 5, "there is no DuckDB file"),
        (["docs", ".", "--serve", "--port", "99999"], 2, "port 99999 cannot be used"),
    ):
        done = flext(services, *words, cwd=tmp_path / "..")
        assert done.returncode == code, done.stderr
        assert said in done.stderr.splitlines()[0]
        assert "Traceback" not in done.stderr
    for command in ("run", "test", "build", "compile", "seed", "snapshot", "deps"):
        with pytest.raises(NotFoundError, match="no dbt project 'no-such'"):
            getattr(client.dbt, command)("no-such")
    with pytest.raises(ValidationFailedError, match="not both"):
        client.dbt.init("x", folder=tmp_path / "x", pipeline="a", database="b")
    (tmp_path / "text.duckdb").write_text("not a database")
    with pytest.raises(ConflictError, match="cannot be read"):
        client.dbt.init("x", folder=tmp_path / "x", database=tmp_path / "text.duckdb")
    assert not (tmp_path / "x").exists()
    folder = with_manifest(project(tmp_path / "named"))
    client.dbt.register(folder, name="named")
    assert [found.name for found in client.dbt.projects() if found.folder == str(folder)] == ["named"]
    with pytest.raises(NotFoundError, match="no model 'x'"):
        client.dbt.lineage("named", model="x")
    (folder / "profiles.yml").write_text("shop: {outputs: {default: {type: oracle}}}")
    assert "oracle" in client.dbt.show("named").problem
    with pytest.raises(ValidationFailedError, match="no adapter for dbt on oracle"):
        client.dbt.run("named")


def test_the_documentation_is_built_and_served_until_it_is_interrupted(services, tmp_path):
    folder = project(tmp_path / "site", {"models/a.sql": "select 1 as telltale"})
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, "data", "dbt", "docs", "--serve"],
        cwd=folder,
        env=services.environ,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = next(line for line in process.stderr if "documentation is at" in line)
    url = told.split()[4].rstrip(";")
    with urllib.request.urlopen(url, timeout=10) as answer:
        page = answer.read().decode()
    assert "telltale" in page
    assert page.lstrip().lower().startswith("<!doctype html>")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(url, headers={"Host": "evil.example"}), timeout=10)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "completed" in out
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=10)


async def test_followed_and_stopped_by_coroutines(services, tmp_path):
    endless = "{{ config(materialized='table') }} select count(*) as n from range(3000000000) a, range(1000) b where a.range % 7 = b.range % 5"
    folder = project(tmp_path / "endless", {"models/endless.sql": endless})
    async with services.async_client() as client:
        run = await client.dbt.run(folder, wait=False)
        async for line in client.dbt.logs(folder, follow=True):
            if "START sql table model" in line.message:
                break
        (stopped,) = await client.dbt.stop(folder, wait=True)
        assert (stopped.execution_id, stopped.status) == (run.execution_id, "cancelled")
        with pytest.raises(RunFailedError, match="was stopped"):
            await client.pipelines.wait(run.execution_id)


def test_a_port_that_is_taken_is_told():
    from flext_sdk._site import Site

    with Site() as site, pytest.raises(UsageError, match="cannot be used"):
        Site(int(site.url.split(":")[2].strip("/")))
    with pytest.raises(UsageError, match="0 to 65535"):
        Site(70000)


async def test_the_same_by_coroutines(services, tmp_path):
    folder = with_manifest(project(tmp_path / "looked"))
    async with services.async_client() as client:
        for command in ("run", "test", "build", "compile", "seed", "snapshot", "deps"):
            with pytest.raises(NotFoundError, match="no dbt project 'no-such'"):
                await getattr(client.dbt, command)("no-such")
        made = await client.dbt.register(folder, name="looked", profiles=folder)
        assert (made.name, made.profiles) == ("looked", str(folder))
        assert (await client.dbt.show("looked")).manifest == "fresh"
        assert len(await client.dbt.models("looked", types=["model"])) == 4
        assert (await client.dbt.lineage("looked", model="d")).edges[0].to == "model.shop.b"
        assert [run.status async for run in await client.dbt.runs("looked")] == []
        with pytest.raises(ConflictError, match="registered already"):
            await client.dbt.init("looked", folder=tmp_path / "other")
        with pytest.raises(UsageError, match="port 99999"):
            await client.dbt.docs("looked", serve=True, port=99999)
        await client.dbt.forget("looked")
