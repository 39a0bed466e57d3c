"""What is read off a project without dbt: profile, adapter, manifest, graph; and each way in which it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from dbt_projects import profile, project, with_manifest, write
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.dbt import manifest
from flext_sdk.embedded.dbt.projects import open_project
from flext_sdk.embedded.projects import ProjectError


def refused(folder: Path, **options) -> tuple[str, str, str]:
    with pytest.raises(ProjectError) as caught:
        open_project(folder, **{"environ": {}, **options})
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return caught.value.code, str(caught.value), caught.value.hint


def test_a_project_tells_profile_target_and_adapter(tmp_path):
    found = open_project(project(tmp_path / "shop"), environ={})
    assert (found.name, found.profile, found.target, found.adapter) == ("shop", "shop", "dev", "duckdb")
    assert found.profiles_dir == tmp_path / "shop"
    assert found.manifest == tmp_path / "shop" / "target" / "manifest.json"


def test_each_way_of_being_no_project_has_its_own_line(tmp_path):
    assert refused(tmp_path / "none")[0] == "PROJECT_NOT_FOUND"
    code, message, hint = refused(tmp_path)
    assert (code, message) == ("NOT_A_PROJECT", f"{tmp_path} is no dbt project: it has no dbt_project.yml")
    assert "flext data dbt init" in hint
    (tmp_path / "odd" / "dbt_project.yml").mkdir(parents=True)
    assert refused(tmp_path / "odd")[0] == "PROJECT_UNREADABLE"
    write(tmp_path, {"broken/dbt_project.yml": "name: shop\nprofile: [\n"})
    code, message, _ = refused(tmp_path / "broken")
    assert code == "INVALID_PROJECT"
    assert "dbt_project.yml, line 3" in message
    write(tmp_path, {"list/dbt_project.yml": "- a\n", "nameless/dbt_project.yml": "profile: x\n"})
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "dbt_project.yml").write_bytes(b"name: caf\xe9\n")
    for name in ("list", "nameless", "latin"):
        assert refused(tmp_path / name)[0] == "INVALID_PROJECT"
    assert refused(tmp_path / ("x" * 300))[0] == "PROJECT_UNREADABLE"


def test_a_profile_that_is_not_there_is_told_with_those_that_are(tmp_path):
    folder = project(tmp_path / "shop")
    assert refused(folder, profile="nope")[2] == "Profiles there: shop."
    code, message, hint = refused(folder, target="prod")
    assert (code, hint) == ("TARGET_NOT_FOUND", "Its targets: dev.")
    assert "'prod'" in message
    (folder / "profiles.yml").unlink()
    code, message, hint = refused(folder, environ={"HOME": str(tmp_path)})
    assert code == "PROFILE_NOT_FOUND"
    assert str(tmp_path / ".dbt") in hint
    assert refused(folder, profiles=tmp_path / "elsewhere")[0] == "PROFILE_NOT_FOUND"
    project(tmp_path / "unprofiled", profile=None)
    assert refused(tmp_path / "unprofiled")[0] == "PROFILE_NOT_FOUND"


def test_profiles_are_looked_for_where_dbt_does(tmp_path):
    folder = project(tmp_path / "shop")
    (folder / "profiles.yml").unlink()
    for place, threads in ((".dbt", 1), ("named", 2), ("given", 3)):
        write(tmp_path / place, {"profiles.yml": yaml.safe_dump(profile(threads=threads))})
    environ = {"HOME": str(tmp_path)}
    assert open_project(folder, environ=environ).profiles_dir == tmp_path / ".dbt"
    named = {**environ, "DBT_PROFILES_DIR": str(tmp_path / "named")}
    assert open_project(folder, environ=named).profiles_dir == tmp_path / "named"
    for given_as in (tmp_path / "given", tmp_path / "given" / "profiles.yml"):
        assert open_project(folder, environ=named, profiles=given_as).profiles_dir == tmp_path / "given"


def test_the_adapter_may_come_from_the_environment_and_must_be_one_of_ours(tmp_path):
    folder = project(tmp_path / "shop")
    write(folder, {"profiles.yml": yaml.safe_dump(profile(type="{{ env_var('KIND', 'duckdb') }}"))})
    assert open_project(folder, environ={}).adapter == "duckdb"
    assert open_project(folder, environ={"KIND": "postgres"}).adapter == "postgres"
    code, message, hint = refused(folder, environ={"KIND": "snowflake"})
    assert code == "ADAPTER_NOT_AVAILABLE"
    assert "snowflake" in message
    assert "duckdb and postgres" in hint


@given(st.text(max_size=200))
def test_no_text_in_a_profile_is_more_than_a_refusal(tmp_path_factory, text):
    folder = project(tmp_path_factory.mktemp("p"))
    (folder / "profiles.yml").write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(ProjectError):
        open_project(folder, environ={"HOME": "/nowhere"})


def test_a_manifest_is_fresh_until_a_file_changes(tmp_path):
    folder = project(tmp_path / "shop", {"models/a.sql": "select 1 as x"})
    found = open_project(folder, environ={})
    assert not manifest.is_fresh(found)
    with_manifest(folder)
    assert manifest.is_fresh(found)
    made = found.manifest.stat().st_mtime
    for name in ("models/a.sql", "profiles.yml", "models"):
        os.utime(folder / name, (made + 5, made + 5))
        assert not manifest.is_fresh(found), name
        os.utime(folder / name, (made - 5, made - 5))
    assert manifest.is_fresh(found)
    os.utime(found.manifest, (made + 86_400, made + 86_400))  # made before the clock was set back
    assert not manifest.is_fresh(found)


def test_models_and_graph_of_a_manifest(tmp_path):
    found = manifest.read(open_project(with_manifest(project(tmp_path / "shop")), environ={}))
    entries = manifest.models(found)
    assert [entry["name"] for entry in entries] == ["a", "b", "c", "d", "web.orders"]
    assert {entry["name"]: entry["tests"] for entry in entries}["b"] == 1
    assert [entry["name"] for entry in manifest.models(found, ["test"])] == ["t"]
    graph = manifest.lineage(found)
    assert {"from": "model.shop.b", "to": "model.shop.d"} in graph["edges"]
    assert [line["graph"] for line in graph["drawing"]] == [
        "web.orders",
        "└─ a",
        "   ├─ b",
        "   │  └─ d",
        "   └─ c",
        "      └─ d",
    ]
    around = manifest.lineage(found, "b")
    assert {entry["name"] for entry in around["nodes"]} == {"web.orders", "a", "b", "d"}
    with pytest.raises(ProjectError, match="no model 'nope'"):
        manifest.lineage(found, "nope")


def test_a_node_with_something_below_is_drawn_once(tmp_path):
    nodes = {
        name: {"resource_type": "model", "name": name, "depends_on": {"nodes": needs}}
        for name, needs in {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]}.items()
    }
    drawing = manifest.lineage({"nodes": nodes, "sources": {}})["drawing"]
    assert [line["graph"].strip("│├└─ ") for line in drawing] == ["a", "b", "d", "e", "c", "d (as above)"]


def test_a_manifest_that_is_none_is_told(tmp_path):
    folder = with_manifest(project(tmp_path / "shop"))
    for text in ("", "[]", "{}", "nonsense"):
        (folder / "target" / "manifest.json").write_text(text)
        with pytest.raises(ProjectError, match="cannot be read"):
            manifest.read(open_project(folder, environ={}))
