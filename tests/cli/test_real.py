"""The real command against a real platform: one pipeline from its file to its end."""

import json
import subprocess
import sys

import pytest

from .conftest import ROOT, Result

DEFINITION = """
name: fruit
tags: [demo]
steps:
  - name: load
    extract: {plugin: tap-csv, config: {path: fruit.csv, keys: [id]}}
    load: {plugin: target-jsonl, config: {path: out}}
"""


@pytest.fixture
def flext(platform, tmp_path):
    (tmp_path / "fruit.csv").write_text("id,name\n1,apple\n2,pear\n")
    (tmp_path / "out").mkdir()

    def call(*arguments, stdin=""):
        done = subprocess.run(
            [sys.executable, "-m", "flext_cli", *arguments],
            input=stdin, cwd=tmp_path, env=platform.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout, done.stderr)

    return call


def test_a_pipeline_from_its_file_to_its_end(flext, tmp_path):
    (tmp_path / "fruit.yaml").write_text(DEFINITION)
    assert flext("pipeline", "create", "fruit.yaml", "--dry-run").out.startswith("POST ")
    assert flext("pipeline", "show", "fruit").code == 5
    assert flext("pipeline", "create", "fruit.yaml", "-q").code == 0
    assert flext("pipeline", "create", "fruit.yaml").code == 8
    assert flext("pipeline", "list", "--filter", "name=fr*", "--query", "[].name").out == "fruit\n"

    run = flext("pipeline", "start", "fruit", "--wait", "-o", "json")
    assert (run.code, json.loads(run.out)["records"]) == (0, 2)
    assert run.err.startswith("fruit completed · 1/1 steps · 2 rows")
    rows = [json.loads(line) for file in (tmp_path / "out").rglob("*.jsonl") for line in file.read_text().splitlines()]
    assert [row["name"] for row in rows] == ["apple", "pear"]
    assert "the run" in flext("pipeline", "logs", "fruit", "-o", "plain").out

    refused = flext("pipeline", "delete", "fruit")
    assert (refused.code, refused.out) == (2, "")
    assert flext("pipeline", "delete", "fruit", "--yes").code == 0
    assert flext("pipeline", "show", "fruit").code == 5


def test_a_definition_from_standard_input_is_told_its_faults_by_line(flext):
    result = flext("pipeline", "create", "-", stdin=DEFINITION.replace("tap-csv", "tap-cvs"))
    assert (result.code, result.out) == (2, "")
    assert any(":6:" in line and "tap-cvs" in line for line in result.err.splitlines())
    assert flext("pipeline", "show", "fruit").code == 5
