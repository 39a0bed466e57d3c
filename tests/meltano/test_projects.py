"""Meltano projects: made, filled, configured and run with real Meltano."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from pathlib import Path

import pytest
import yaml
from engine_bench import eventually, gone
from meltano_bench import MeltanoBench

from flext_sdk.embedded.meltano.projects import project_key
from flext_sdk.embedded.web.errors import ApiError


def refused(call, *given, **more) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call(*given, **more)
    return caught.value


def rows(project: Path) -> list[dict]:
    (file,) = (project / "output").glob("*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def asked(project: Path, **more) -> dict:
    return {"project": str(project), **more}


def tree(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if path.relative_to(folder).parts[0] not in {".meltano", "output"}
    }


def test_a_project_is_made_filled_configured_and_run(bench, project):
    plugins = bench.meltano.page(asked(project))["plugins"]
    assert [(plugin["type"], plugin["name"], plugin["installed"]) for plugin in plugins] == [
        ("extractor", "tap-csv", True),
        ("loader", "target-jsonl", True),
    ]
    assert yaml.safe_load((project / "meltano.yml").read_text())["send_anonymous_usage_stats"] is False
    run = bench.goes(project, "tap-csv", "target-jsonl")
    assert (run["status"], run["records"], run["steps"][0]["streams"]) == ("completed", 2, {"rows": 2})
    assert rows(project) == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    said = bench.messages(run["execution_id"])
    assert any("Incremental state has been updated" in line for line in said)
    # The next run goes on from there.
    with (project / "rows.csv").open("a") as file:
        file.write("3,c\n")
    assert bench.goes(project, "tap-csv", "target-jsonl")["records"] == 1
    assert bench.goes(project, "tap-csv", "target-jsonl", full_refresh=True)["records"] == 3
    page = bench.meltano_runs.page(project, {"limit": 2, "offset": 0})
    assert (len(page["runs"]), page["total"]) == (2, 3)
    assert bench.pipelines.page({"sort": "name", "limit": 10, "offset": 0})["total"] == 0


def test_settings(bench, project):
    reference = project / "tap-x.yml"
    reference.write_text(
        "namespace: tap_x\nexecutable: tap-x\nsettings: [{name: port, kind: integer}, {name: token}]\n"
    )
    bench.add(project, "tap", "tap-x", from_ref=str(reference))
    shown = bench.set(project, "tap-x", port=5432, token="t0ken-of-mine")
    by_name = {setting["name"]: setting for setting in shown["settings"]}
    assert (by_name["port"]["value"], by_name["port"]["source"]) == (5432, "meltano_yml")
    # Nobody said that it is secret, but its name does.
    assert (by_name["token"]["value"], by_name["token"]["secret"]) == ("********", True)
    before = tree(project)
    assert refused(bench.set, project, "tap-x", port="many").problems[0]["path"] == "/set/port"
    error = refused(bench.set, project, "tap-x", port=1, prot=2)
    assert error.problems[0]["hint"] == "Did you mean port?"
    assert "It has" in refused(bench.set, project, "tap-x", quite_other=2).problems[0]["hint"]
    assert tree(project) == before
    gone_again = bench.meltano.config("tap-x", asked(project, unset=["port"]))["settings"]
    assert next(setting for setting in gone_again if setting["name"] == "port")["value"] is None
    own = {one["name"]: one for one in bench.meltano.config("meltano", asked(project))["settings"]}
    assert own["send_anonymous_usage_stats"]["value"] is False
    extras = bench.meltano.config("tap-csv", asked(project, extras=True))["settings"]
    assert any(setting["name"] == "_select" for setting in extras)


def test_a_secret_is_in_no_process_list_and_in_no_log(bench, project):
    mark = bench.slow(project)
    assert "hunter2-secret" not in (project / "meltano.yml").read_text()
    assert "hunter2-secret" in (project / ".env").read_text()
    run = bench.meltano.run(asked(project, tasks=["tap-slow", "target-jsonl"]))["execution_id"]
    eventually(mark.exists, 120)
    lists = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)]
    assert any(b"tap-slow" in line for line in lists)
    assert not any(b"hunter2" in line for line in lists)
    eventually(lambda: any("slow tap goes on" in line for line in bench.messages(run)))
    assert bench.meltano_runs.stop(project, {})["total"] == 1
    ended = bench.wait(run)
    assert ended["status"] == "cancelled"
    said = bench.messages(run)
    assert any("slow tap goes on, password ***" in line for line in said)
    assert not any("hunter2" in line for line in said)
    error = refused(bench.meltano_runs.stop, project, {})
    assert (error.status, error.code) == (409, "NOT_RUNNING")


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_a_run_that_was_killed_does_not_stand_in_the_way_of_the_next(bench, project):
    mark = bench.slow(project)
    start = asked(project, tasks=["tap-slow", "target-jsonl"])
    run = bench.meltano.run(start)["execution_id"]
    eventually(mark.exists, 120)
    error = refused(bench.meltano.set_state, "dev:x", asked(project, state={"singer_state": {}}))
    assert (error.code, error.details) == ("RUN_IN_PROGRESS", {"execution_id": run})
    pids = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline") if _names(path, project)]
    # Somebody kills Meltano itself from outside.
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if _readable(path) and b"--run-id" in path.read_bytes() and b"tap-slow" in path.read_bytes():
            os.kill(int(path.parent.name), signal.SIGKILL)
    ended = bench.wait(run)
    assert (ended["status"], ended["error"]) == ("failed", "run: Meltano was ended from outside")
    assert any("that was done for it" in line for line in bench.messages(run))
    eventually(lambda: all(gone(pid) for pid in pids))
    mark.unlink()
    again = bench.meltano.run(start)["execution_id"]
    eventually(mark.exists, 120)
    bench.runs.stop(bench.runs.show(again)["pipeline"], {"force": True})
    assert bench.wait(again)["status"] == "cancelled"


def _names(path: Path, project: Path) -> bool:
    return _readable(path) and str(project).encode() in path.read_bytes()


def test_failures_are_told_in_one_line(bench, project):
    (project / "rows.csv").rename(project / "gone.csv")
    run = bench.goes(project, "tap-csv", "target-jsonl")
    assert run["status"] == "failed"
    assert "there is no file or folder rows.csv" in run["error"]
    assert "\n" not in run["error"]
    assert "config.json" not in run["error"]
    assert run["steps"][0]["exit_code"] == 1


@pytest.mark.parametrize(
    ("given", "code", "message", "hint"),
    [
        (
            ("extractor", "tap-cvs"),
            "PLUGIN_NOT_FOUND",
            "there is no plugin 'tap-cvs' in the index",
            "Did you mean tap-csv?",
        ),
        (("extractor", "zzz"), "PLUGIN_NOT_FOUND", "there is no plugin 'zzz' in the index", "--from-ref"),
        (
            ("extractor", "target-jsonl"),
            "WRONG_TYPE",
            "target-jsonl is a loader, not an extractor",
            "flext meltano add loader",
        ),
        (("tap", "tap-csv"), "PLUGIN_EXISTS", "shop has the extractor tap-csv already", "flext meltano config tap-csv"),
    ],
)
def test_plugins_that_cannot_be_added(bench, made, given, code, message, hint):
    error = refused(bench.add, made, *given)
    assert (error.code, error.message) == (code, message)
    assert hint in error.hint


def test_definitions_of_ones_own_that_are_none(bench, made, tmp_path):
    assert refused(bench.add, made, "banana", "tap-x").problems[0]["path"] == "/type"
    reference = tmp_path / "x.yml"
    for text, message in (("a: [", "x.yml, line 1: "), ("a: 1", "defines no plugin"), ("\udcff", "not UTF-8")):
        reference.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert message in refused(bench.add, made, "tap", "tap-x", from_ref=str(reference)).problems[0]["message"]
    reference.unlink()
    assert "cannot be read" in refused(bench.add, made, "tap", "tap-x", from_ref=str(reference)).problems[0]["message"]


def test_what_is_no_project(bench, made, tmp_path):
    for folder, status, code, message in (
        (tmp_path / "none", 404, "PROJECT_NOT_FOUND", "there is no folder"),
        (tmp_path, 404, "PROJECT_NOT_FOUND", "it has no meltano.yml"),
    ):
        error = refused(bench.meltano.page, asked(folder))
        assert (error.status, error.code) == (status, code)
        assert message in error.message
    (tmp_path / "meltano.yml").write_text("plugins: [\n")
    error = refused(bench.meltano.run, asked(tmp_path, tasks=["a"]))
    assert (error.status, error.code) == (422, "INVALID_PROJECT")
    assert "meltano.yml, line 2" in error.message
    (tmp_path / "meltano.yml").write_text("- 1\n")
    assert "must hold a mapping" in refused(bench.meltano.page, asked(tmp_path)).message
    (tmp_path / "meltano.yml").write_bytes(b"\xff")
    assert "not UTF-8" in refused(bench.meltano.page, asked(tmp_path)).message
    (tmp_path / "meltano.yml").write_text("plugins:\n  extractors: 7\n")
    assert refused(bench.meltano.page, asked(tmp_path)).code == "MELTANO_REFUSED"
    (tmp_path / "meltano.yml").unlink()
    (tmp_path / "meltano.yml").mkdir()
    assert refused(bench.meltano.page, asked(tmp_path)).code == "PROJECT_UNREADABLE"
    assert refused(bench.meltano.page, {}).problems[0]["path"] == "/project"
    assert refused(bench.meltano.page, {"project": "relative"}).problems[0]["path"] == "/project"
    assert refused(bench.meltano.init, asked(made)).code == "PROJECT_EXISTS"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert refused(bench.meltano.init, asked(tmp_path / "full")).code == "FOLDER_NOT_EMPTY"
    assert refused(bench.meltano.init, asked(tmp_path / "full" / "x" / "y")).code == "FOLDER_REFUSED"


def test_names_that_the_project_does_not_have(bench, made):
    error = refused(bench.meltano.run, asked(made, tasks=["tap-csv", "target-json"]))
    assert (error.status, error.message) == (404, "shop has no plugin and no job 'target-json'")
    assert error.hint == "Did you mean target-jsonl?"
    assert (
        refused(bench.meltano.run, asked(made, tasks=["target-duckdb"])).hint
        == "Add it: flext meltano add loader target-duckdb"
    )
    assert "It has tap-csv" in refused(bench.meltano.invoke, asked(made, plugin="zzz")).hint
    assert refused(bench.meltano.test, asked(made, config="tap-csv", plugins=["tap-csv"])).problems
    assert refused(bench.meltano.upgrade, asked(made, version="3.1")).problems[0]["path"] == "/version"


def test_a_project_of_plain_meltano_is_used_as_it_is(bench, environments, tmp_path, made):
    """Made by hand, with a job and an included file; nothing of it is changed."""
    folder = tmp_path / "plain"
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns(".meltano", "output"))
    document = yaml.safe_load((folder / "meltano.yml").read_text())
    document["jobs"] = [{"name": "nightly", "tasks": ["tap-csv target-jsonl"]}]
    document["include_paths"] = ["./more.yml"]
    (folder / "meltano.yml").write_text("# a comment that stays\n" + yaml.safe_dump(document))
    (folder / "more.yml").write_text("schedules:\n- {name: often, interval: '@hourly', job: nightly}\n")
    before = tree(folder)
    assert bench.goes(folder, "nightly")["records"] == 2
    bench.meltano.config("tap-csv", asked(folder))
    (schedule,) = bench.meltano_schedules.page(asked(folder))["schedules"]
    assert (schedule["name"], schedule["enabled"], schedule["next_runs"]) == ("often", False, [])
    shown = bench.meltano_schedules.schedule("often", asked(folder, enabled=True, timezone="Europe/Berlin"))
    assert (shown["enabled"], shown["runs"], len(shown["next_runs"])) == (True, "job nightly", 3)
    assert bench.meltano.states(asked(folder))["total"] == 1
    assert tree(folder) == before
    bench.meltano_schedules.schedule("often", asked(folder, enabled=False))


def test_states(bench, project):
    bench.goes(project, "tap-csv", "target-jsonl")
    (state,) = bench.meltano.states(asked(project, pattern="dev:*"))["states"]
    key = state["state_id"]
    assert key == "dev:tap-csv-to-target-jsonl"
    assert "rows" in bench.meltano.state(key, asked(project))["state"]["singer_state"]["bookmarks"]
    changed = bench.meltano.set_state(key, asked(project, state={"singer_state": {"bookmarks": {}}}))
    assert changed["state"] == {"singer_state": {"bookmarks": {}}}
    assert refused(bench.meltano.set_state, key, asked(project, state={"x": 1})).problems[0]["path"] == "/state"
    assert refused(bench.meltano.state, key[:-1], asked(project)).hint == f"Did you mean {key}?"
    bench.meltano.clear_state(key, asked(project))
    assert refused(bench.meltano.clear_state, key, asked(project)).code == "STATE_NOT_FOUND"


def test_invoke_test_and_install(bench, project):
    run = bench.meltano.invoke(asked(project, plugin="tap-csv", arguments=["--version"]))
    ended = bench.wait(run["execution_id"])
    assert any("tap-csv v" in line for line in bench.messages(ended["execution_id"])), ended
    found = bench.meltano.test(asked(project, config="tap-csv"))["execution_id"]
    assert bench.wait(found)["status"] == "completed"
    (project / "rows.csv").unlink()
    found = bench.meltano.test(asked(project, config="tap-csv"))["execution_id"]
    ended = bench.wait(found)
    assert (ended["status"], "no file or folder" in ended["error"]) == ("failed", True)
    assert bench.wait(bench.meltano.test(asked(project))["execution_id"])["status"] == "completed"
    assert bench.wait(bench.meltano.install(asked(project))["execution_id"])["status"] == "completed"


def test_a_package_that_cannot_be_had_is_told_in_one_line(bench, project):
    reference = project / "x.yml"
    wheel = project / "nothing-1.0-py3-none-any.whl"
    reference.write_text(f"namespace: tap_x\nexecutable: tap-x\npip_url: {wheel}\n")
    assert bench.add(project, "tap", "tap-x", from_ref=str(reference))["installed"] is False
    ended = bench.wait(bench.meltano.install(asked(project, plugins=["tap-x"]))["execution_id"])
    assert ended["status"] == "failed"
    assert "\n" not in ended["error"]


def test_the_helper_is_started_again_when_it_dies(bench, made):
    bench.meltano.page(asked(made))
    worker = bench.meltano_host._worker
    os.kill(worker._process.pid, signal.SIGKILL)
    assert bench.meltano.page(asked(made))["total"] == 2
    assert bench.meltano_host._worker is not worker
    # Also when that happens while somebody waits.
    threads = [threading.Thread(target=bench.meltano.page, args=(asked(made),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    os.kill(bench.meltano_host._worker._process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join(60)
    assert bench.meltano.page(asked(made))["total"] == 2


def test_requests_side_by_side_get_their_own_answers(bench, made):
    wanted = ["tap-csv", "target-jsonl", "meltano", "tap-csv", "target-jsonl"]
    got: dict[int, str] = {}

    def ask(number: int) -> None:
        got[number] = bench.meltano.config(wanted[number], asked(made))["component"]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(wanted))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [got[number] for number in range(len(wanted))] == wanted


def test_the_helper_ends_with_the_service(environments, tmp_path, made):
    other = MeltanoBench(tmp_path / "home", environments=environments)
    other.meltano.page(asked(made))
    pid = other.meltano_host._worker._process.pid
    other.close()
    assert gone(pid)
    assert refused(other.meltano.page, asked(made)).status == 503


def test_a_run_goes_on_after_the_service_was_killed(bench, project):
    """What a killed service leaves: a run of ours that Meltano believes to be running."""
    mark = bench.slow(project)
    run = bench.meltano.run(asked(project, tasks=["tap-slow", "target-jsonl"]))["execution_id"]
    eventually(mark.exists, 120)
    bench.engine.executor.stop(run, "service")
    for thread in bench.engine.threads:
        thread.join(60)
    assert bench.runs.show(run)["status"] == "running"
    mark.unlink()
    bench.engine.go(run)
    eventually(mark.exists, 120)
    assert bench.runs.show(run)["restarts"] == 1
    bench.meltano_runs.stop(project, {})
    assert bench.wait(run)["status"] == "cancelled"


def test_a_step_of_a_pipeline(bench, project):
    definition = {
        "name": "both",
        "base_path": str(project.parent),
        "steps": [{"name": "el", "meltano": {"project": "shop", "run": ["tap-csv", "target-jsonl"]}, "timeout": "5m"}],
    }
    stored = bench.pipelines.create(definition)
    assert stored["steps"][0]["meltano"]["project"] == str(project)
    run = bench.run("both")
    assert (run["status"], run["records"]) == ("completed", 2)
    wrong = bench.pipelines.validate({**definition, "base_path": str(project)})
    assert wrong["problems"][0]["path"] == "/steps/0/meltano/project"
    relative = {"name": "x", "steps": definition["steps"]}
    assert "relative" in bench.pipelines.validate(relative)["problems"][0]["message"]
    later = {**definition, "variables": {"P": "shop"}}
    later["steps"] = [{"name": "el", "meltano": {"project": "${P}", "run": ["tap-csv", "target-nope"]}}]
    bench.pipelines.update("both", later)
    failed = bench.run("both")
    assert (failed["status"], "target-nope" in failed["error"]) == ("failed", True)
    (project / "meltano.yml").unlink()
    assert "no meltano.yml" in bench.run("both")["error"]


def test_upgrading_the_project_and_keeping_what_works(bench, project, monkeypatch):
    made = []

    def create(requirements, *, heard, stop):
        made.append(requirements)
        heard("installed")
        return bench.meltano_environment.find()

    monkeypatch.setattr(bench.meltano_environment, "create", create)
    ended = bench.wait(bench.meltano.upgrade(asked(project, version="4.4"))["execution_id"])
    assert ended["status"] == "completed", ended
    assert made == [["meltano==4.4.*"]]
    assert any("is the newest" in line for line in bench.messages(ended["execution_id"]))
    alone = bench.wait(bench.meltano.upgrade({})["execution_id"])
    assert (alone["status"], alone["pipeline"]) == ("completed", "meltano:itself")


def test_the_environment_is_made_at_the_first_use(tmp_path, environments, monkeypatch, made):
    from flext_sdk.embedded.environments import EnvironmentFailedError, Environments

    bench = MeltanoBench(tmp_path / "home", environments=Environments(tmp_path / "none", environ={}))
    bench.meltano._patience = 0.2
    went_on, _heard = threading.Event(), []

    def create(name, requirements, *, check, heard, stop, **more):
        assert went_on.wait(30) or stop.is_set()
        raise EnvironmentFailedError(
            "cannot install meltano: the package index cannot be reached", "Check the network."
        )

    monkeypatch.setattr(bench.meltano_environment.environments, "create", create)
    try:
        error = refused(bench.meltano.page, asked(made))
        assert (error.status, error.code, error.headers["Retry-After"]) == (503, "MELTANO_BEING_INSTALLED", "3")
        went_on.set()
        bench.meltano._patience = 30
        error = refused(bench.meltano.page, asked(made))
        assert (error.status, error.hint) == (422, "Check the network.")
        run = bench.wait(bench.meltano_runs.start(made, "run", {"run": ["tap-csv"]})["execution_id"])
        assert "package index cannot be reached" in run["error"]
    finally:
        bench.close()


def test_a_meltano_that_this_release_cannot_use_is_not_taken(environments, tmp_path):
    from flext_sdk.embedded.environments import Environment, EnvironmentFailedError
    from flext_sdk.embedded.meltano.environment import MeltanoEnvironment

    found = MeltanoEnvironment(environments, dict(os.environ))
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text('#!/bin/sh\necho \'{"ready": false, "error": {"message": "no module meltano.core"}}\'\n')
    python.chmod(0o755)
    real = environments.find("meltano")
    fake = Environment("meltano", folder, (), "", {"meltano": "9.0"}, "3.13", 1, real.created_at)
    with pytest.raises(EnvironmentFailedError, match=r"Meltano 9\.0 cannot be used by this release: .*no module"):
        found._check(fake)
    found._check(real)


def test_nothing_calls_home(bench, environments):
    environ = bench.meltano_environment.environ
    assert environ["MELTANO_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environ["MELTANO_CLI_DISABLE_VERSION_CHECK"] == "true"
    assert not any(key.startswith("FLEXT_") for key in environ)


def test_keys_of_folders_with_the_same_name_differ(tmp_path):
    assert project_key(tmp_path / "a" / "shop") != project_key(tmp_path / "b" / "shop")
    assert project_key(tmp_path / "ä b").startswith("--b-")
