"""dbt in runs, for real: what is built, and how each way of failing is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_projects import project, write
from engine_bench import Bench, base_environment, eventually, gone, step

from flext_sdk.embedded.dbt.environment import DbtEnvironments
from flext_sdk.embedded.environments import Environments
from flext_sdk.embedded.store.runs import ENDED
from flext_sdk.embedded.web.errors import ApiError

HERE = Path(__file__).parent
FOREVER = "{{ config(materialized='table') }} select count(*) as n from range(3000000000) a, range(1000) b where a.range % 7 = b.range % 5"


def load(folder, name="load", **more):
    return {
        "name": name,
        "extract": {"plugin": "tap-csv", "config": {"path": str(folder / "orders.csv"), "keys": ["order_id"]}},
        "load": {"plugin": "target-duckdb", "config": {"path": str(folder / "warehouse.duckdb")}},
        **more,
    }


def test_rows_are_loaded_and_modelled_in_one_run_and_a_failing_test_stops_what_follows(bench, tmp_path):
    (tmp_path / "orders.csv").write_text("order_id,amount\n1,10\n2,20\n3,-5\n")
    bench.define("first", steps=[load(tmp_path)])
    assert bench.run("first")["status"] == "completed"
    made = bench.dbt.init({"name": "shop", "folder": str(tmp_path / "shop"), "pipeline": "first"})
    assert "models/staging/stg_orders.sql" in made["files"]
    positive = "select * from {{ ref('stg_orders') }} where amount < {{ var('least', 0) }}"
    write(tmp_path / "shop", {"tests/positive.sql": positive})
    model = {"name": "model", "dbt": {"project": "shop", "command": "build", "vars": {"least": "${LEAST}"}}}
    bench.define(
        "orders",
        variables={"LEAST": 0},
        steps=[load(tmp_path), {**model, "depends_on": ["load"]}, load(tmp_path, "after", depends_on=["model"])],
    )
    run = bench.run("orders")
    assert run["status"] == "failed"
    assert [one["status"] for one in run["steps"]] == ["completed", "failed", "skipped"]
    compiled = tmp_path / "shop" / "target" / "compiled" / "shop" / "tests" / "positive.sql"
    assert compiled.is_file()
    assert run["error"] == f"model: the test positive failed: 1 row (tests/positive.sql); compiled: {compiled}"
    assert run["steps"][1]["exit_code"] == 1
    results = {one["name"]: one for one in run["steps"][1]["nodes"]}
    assert (results["stg_orders"]["status"], results["positive"]["status"]) == ("success", "fail")
    assert results["positive"]["failures"] == 1
    assert run["steps"][1]["done"] == run["steps"][1]["total"] == len(results)
    logged = bench.runs.logs("orders", {"tail": 1000, "level": "error"})["logs"]
    assert any("FAIL 1 positive" in line["message"] and line["source"] == "dbt" for line in logged)

    # Only what did not complete is done again; the same files are used by target and dbt, one after the other.
    document = bench.pipelines.require("orders").definition
    bench.pipelines.update("orders", {**document, "variables": {"LEAST": -10}})
    again = bench.runs.retry(run["execution_id"])["execution_id"]
    assert [one["name"] for one in bench.runs.show(again)["steps"]] == ["model", "after"]
    bench.wait(again)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select * from row_counts").fetchall() == [("stg_orders", 3)]


@pytest.fixture
def shop(bench, tmp_path):
    """A registered project."""
    folder = project(tmp_path / "shop", {"models/good.sql": "select 1 as x\n"})
    bench.dbt.register({"folder": str(folder)})
    return folder


def dbt(bench, command, **more):
    return bench.wait(bench.dbt.run({"project": "shop", "command": command, **more})["execution_id"])


def test_what_fails_names_model_line_and_compiled_file(bench, shop):
    write(shop, {"models/bad.sql": "select\n  x,\n  nocolumn\nfrom {{ ref('good') }}\n"})
    before = {path.relative_to(shop) for path in shop.rglob("*") if path.is_file()}
    run = dbt(bench, "run", threads=2)
    assert run["status"] == "failed"
    assert run["error"].startswith(
        'run: the model bad failed (models/bad.sql, line 3): Binder Error: Referenced column "nocolumn" not found'
    )
    assert run["error"].endswith(f"compiled: {shop}/target/compiled/shop/models/bad.sql")
    assert run["hint"] == f"Mend {shop}/models/bad.sql."
    assert run["steps"][0]["nodes"][0]["name"] in {"bad", "good"}
    # Nothing in the project was touched but what dbt makes.
    after = {path.relative_to(shop) for path in shop.rglob("*") if path.is_file()}
    assert {path.parts[0] for path in after - before} == {"target", "logs", "shop.duckdb"}
    assert after >= before

    write(shop, {"models/bad.sql": "select\n {% if x %}\n"})
    run = dbt(bench, "compile")
    assert run["error"].startswith("compile: models/bad.sql, line 2: Unexpected end of template.")

    # What was selected is not there: that is no success.
    (shop / "models" / "bad.sql").unlink()
    run = dbt(bench, "run", select=["nosuch"])
    assert run["error"] == "run: nothing in shop matches nosuch"
    assert run["hint"] == f"See what there is: flext data dbt models {shop}"


def test_stopped_in_the_middle_it_ends_at_once_and_is_cancelled(bench, shop):
    write(shop, {"models/endless.sql": FOREVER})
    started = bench.dbt.run({"project": "shop", "command": "run"})["execution_id"]
    with pytest.raises(ApiError, match="is running"):
        bench.dbt.run({"project": "shop", "command": "run"})
    going_on = eventually(
        lambda: [node for node in bench.runs.show(started)["steps"][0]["nodes"] if node["name"] == "endless"], 180
    )
    assert going_on[0]["status"] == "running"
    (process,) = bench.processes.all()
    bench.runs.stop("dbt:shop", {})
    run = bench.wait(started)
    assert run["status"] == "cancelled"
    assert gone(process.pid)
    assert {node["name"]: node["status"] for node in run["steps"][0]["nodes"]}["endless"] == "cancelled"


def test_a_service_that_is_killed_leaves_no_dbt_behind(tmp_path, environments):
    folder = project(tmp_path / "shop", {"models/endless.sql": FOREVER})
    service = subprocess.Popen(
        [sys.executable, str(HERE / "dbt_service.py"), str(tmp_path / "home"), str(environments.folder), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=base_environment(),
    )
    pid = int(service.stdout.readline())
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert children
    os.kill(service.pid, signal.SIGKILL)
    service.wait()
    service.stdout.close()
    eventually(lambda: gone(pid) and all(gone(int(child)) for child in children), 60)


def test_two_pipelines_in_one_project_take_turns(bench, shop):
    from flext_sdk.embedded.dbt.step import project_key
    from flext_sdk.embedded.files import try_lock

    (bench.home / "state" / "dbt").mkdir(exist_ok=True)
    with try_lock(bench.home / "state" / "dbt" / f"{project_key(shop)}.lock"):
        run = bench.dbt.run({"project": "shop", "command": "run"})["execution_id"]
        eventually(lambda: any("waits until it has ended" in line for line in bench.messages(run)))
        bench.runs.stop("dbt:shop", {})
        assert bench.wait(run)["status"] == "cancelled"


def test_an_environment_that_cannot_be_made_is_told_in_one_line_and_leaves_nothing(tmp_path):
    environ = {"PATH": os.environ["PATH"], "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    found = DbtEnvironments(Environments(tmp_path / "environments", environ=environ))
    heard = []
    with pytest.raises(Exception, match="cannot install dbt-duckdb: ") as caught:
        found.ready("duckdb", heard=heard.append)
    assert "\n" not in str(caught.value)
    assert "installed now, once" in heard[0]
    assert found.find("duckdb") is None
    assert [path.name for path in (tmp_path / "environments" / "dbt-duckdb").iterdir()] == ["lock"]


def test_secrets_reach_dbt_by_its_environment_and_no_log(bench, shop, tmp_path):
    (bench.home / "secrets").mkdir(exist_ok=True)
    secret = bench.home / "secrets" / "pg"
    secret.write_text("s3cr3t-value")
    secret.chmod(0o600)
    write(shop, {"models/good.sql": "select '{{ env_var('WORD') | length }}' as n, '{{ env_var('WORD') }}' as w\n"})
    write(
        shop, {"macros/tell.sql": "{% macro tell() %}{% do log('word ' ~ env_var('WORD'), info=true) %}{% endmacro %}"}
    )
    write(shop, {"models/loud.sql": "{{ tell() }} select 1 as x\n"})
    run = dbt(bench, "compile", env={"WORD": "${secret:pg}"})
    assert run["status"] == "completed"
    said = bench.messages(run["execution_id"])
    assert any("word ***" in line for line in said)
    assert not any("s3cr3t" in line for line in said)
    with pytest.raises(ApiError, match="a secret must not be one"):
        bench.dbt.run({"project": "shop", "command": "run", "vars": {"x": "${secret:pg}"}})
    bench.pipelines.create({"name": "gone", "steps": [{"name": "m", "dbt": {"project": "shop", "command": "run"}}]})
    (shop / "profiles.yml").unlink()
    run = bench.run("gone")
    assert run["status"] == "failed"
    assert "there is no profiles.yml" in run["error"]


def test_a_missing_value_fails_the_step_before_dbt_starts(bench, shop):
    bench.define(
        "vars", steps=[{"name": "m", "dbt": {"project": "shop", "command": "run", "env": {"A": "${secret:no}"}}}]
    )
    run = bench.run("vars")
    assert "the secret no is not there" in run["error"]
    assert run["status"] in ENDED


def test_a_step_takes_too_long(bench, shop):
    write(shop, {"models/endless.sql": FOREVER})
    bench.define("slow", steps=[{"name": "m", "timeout": 0.5, "dbt": {"project": "shop", "command": "run"}}])
    assert bench.run("slow")["error"] == "m: the step took longer than 0.5 s"


def test_definitions_with_dbt_are_checked(bench, shop, tmp_path):
    def problems(step, **more):
        report = bench.pipelines.validate({"name": "x", "steps": [{"name": "m", **step}], **more})
        return {entry["path"]: entry["message"] for entry in report["problems"]}

    good = {"project": "shop", "command": "build"}
    assert problems({"dbt": good}) == {}
    assert "got 'runn'; did you mean 'run'?" in problems({"dbt": {**good, "command": "runn"}})["/steps/0/dbt/command"]
    assert "no folder that a path starts from" in problems({"dbt": {**good, "project": "a/b"}})["/steps/0/dbt/project"]
    assert "there is no dbt project" in problems({"dbt": {**good, "project": "/no"}})["/steps/0/dbt/project"]
    assert "has no target 'x'" in problems({"dbt": {**good, "target": "x"}})["/steps/0/dbt/target"]
    assert "a secret must not" in problems({"dbt": {**good, "vars": {"a": "${secret:b}"}}})["/steps/0/dbt/vars/a"]
    assert "is not defined" in problems({"dbt": {**good, "select": ["${NO}"]}})["/steps/0/dbt/select/0"]
    assert "this one has more" in problems({"dbt": good, **step("x")} | {"name": "m"})["/steps/0/dbt"]
    assert "missing key 'run'" in problems({"meltano": {}})["/steps/0/meltano"]
    stored = bench.define("rel", base_path=str(tmp_path), steps=[{"name": "m", "dbt": {**good, "project": "./shop"}}])
    assert stored["steps"][0]["dbt"]["project"] == str(shop)
    waits = {"project": "${env:NAME}/x", "command": "run"}
    bench.define("waits", base_path=str(tmp_path), steps=[{"name": "m", "dbt": waits}])
    assert bench.pipelines.require("waits").definition["base_path"] == str(tmp_path)


def test_requests_that_cannot_be_answered(bench, shop, tmp_path):
    def refused(ask, *args):
        with pytest.raises(ApiError) as caught:
            ask(*args)
        assert "\n" not in caught.value.message
        return caught.value.status, caught.value.code

    other = project(tmp_path / "other")
    assert refused(bench.dbt.register, {"folder": str(other), "name": "shop"}) == (409, "PROJECT_EXISTS")
    assert refused(bench.dbt.register, {"folder": str(tmp_path / "none")}) == (404, "PROJECT_NOT_FOUND")
    assert refused(bench.dbt.register, {"folder": "other"}) == (422, "VALIDATION_FAILED")
    assert refused(bench.dbt.show, {"project": "shpo", "base_path": str(tmp_path)}) == (404, "PROJECT_NOT_FOUND")
    assert refused(bench.dbt.show, {"project": str(tmp_path)}) == (404, "NOT_A_PROJECT")
    assert refused(bench.dbt.forget, "shpo") == (404, "PROJECT_NOT_FOUND")
    assert refused(bench.dbt.models, {"project": "shop"}) == (409, "MANIFEST_STALE")
    assert refused(bench.dbt.models, {"project": "shop", "stale": True}) == (422, "MANIFEST_UNREADABLE")
    assert refused(bench.dbt.site, {"project": "shop"}) == (409, "DOCS_MISSING")
    assert refused(bench.dbt.init, {"name": "a b", "folder": str(tmp_path / "x")}) == (422, "VALIDATION_FAILED")
    assert refused(bench.dbt.init, {"name": "shop", "folder": str(tmp_path / "x")}) == (409, "PROJECT_EXISTS")
    into_files = {"plugin": "target-jsonl", "config": {"path": str(tmp_path)}}
    bench.define("files", steps=[{**load(tmp_path), "load": into_files}])
    assert refused(bench.dbt.init, {"name": "x", "folder": str(tmp_path / "x"), "pipeline": "files"}) == (
        409,
        "NO_DUCKDB_TARGET",
    )
    for odd in ("a\0b", "\ud800", "~nobody-of-that-name/x"):
        assert refused(bench.dbt.show, {"project": odd, "base_path": str(tmp_path)}) == (422, "VALIDATION_FAILED")
        step = {"name": "m", "dbt": {"project": odd, "command": "run"}}
        assert not bench.pipelines.validate({"name": "x", "base_path": str(tmp_path), "steps": [step]})["valid"]
    # Projects are kept beside the pipelines, not among them.
    bench.dbt.show({"project": str(other)})
    assert [
        found["name"] for found in bench.pipelines.page({"sort": "name", "limit": 10, "offset": 0})["pipelines"]
    ] == ["files"]
    assert [found["name"] for found in bench.dbt.projects()["projects"]] == ["shop"]
    assert bench.dbt.register({"folder": str(other), "name": "second"})["registered"]
    bench.dbt.forget("second")
    assert [found["name"] for found in bench.dbt.projects()["projects"]] == ["shop"]
    # With references nothing is known before it runs.
    (shop / "profiles.yml").write_text("shop: {outputs: {default: {type: \"{{ env_var('KIND') }}\"}}}")
    assert refused(bench.dbt.run, {"project": "shop", "command": "run"}) == (422, "ADAPTER_NOT_AVAILABLE")
    run = dbt(bench, "run", env={"KIND": "${env:NO_SUCH_VARIABLE}"})
    assert "NO_SUCH_VARIABLE is not set" in run["error"]


def test_an_installation_that_fails_fails_the_run_with_its_reason(tmp_path):
    from flext_sdk.embedded.engine.plugins import FirstParty

    environ = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    made = Environments(tmp_path / "environments", environ={**os.environ, **environ})
    bench = Bench(tmp_path / "home", plugins=FirstParty(), environments=made)
    bench.launch()
    folder = project(tmp_path / "shop")
    run = bench.wait(bench.dbt.run({"project": str(folder), "command": "run"})["execution_id"])
    bench.close()
    assert run["status"] == "failed"
    assert run["error"].startswith("run: cannot install dbt-duckdb: ")
    assert run["steps"][0]["doing"] == "installing dbt for duckdb"
    assert {path.name for path in folder.iterdir()} == {"dbt_project.yml", "profiles.yml"}
