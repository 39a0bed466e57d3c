"""`make generate` and `make check-generated` on a copy of the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from openapi.codegen import contract, docstrings
from openapi.codegen.__main__ import COPIED

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def run(project: Path, action: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openapi.codegen", action], cwd=project, capture_output=True, text=True, check=False
    )


def snapshot(project: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(p.relative_to(project)): (p.stat().st_mtime_ns, p.read_bytes())
        for folder in ("flext_sdk", "flext_cli", "docs")
        for p in (project / folder).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }


def test_generating_twice_changes_nothing_not_even_file_times(project: Path) -> None:
    assert run(project, "generate").returncode == 0
    before = snapshot(project)
    assert run(project, "generate").returncode == 0
    assert snapshot(project) == before


def test_check_finds_drift_missing_files_and_orphans(project: Path) -> None:
    for path, change in (
        ("flext_sdk/_sync/client.py", "edit"),
        ("flext_cli/_table/__init__.py", "edit"),
        ("flext_cli/_table/bus.py", "remove"),
        ("flext_sdk/models/runs.py", "remove"),
    ):
        (project / path).unlink() if change == "remove" else (project / path).write_text(
            (project / path).read_text() + "\n# by hand\n"
        )
    (project / "flext_sdk/_sync/left_over.py").write_text("x = 1\n")
    (project / "flext_cli/_table/gone.py").write_text("COMMANDS = {}\n")
    (project / "docs/reference/commands/old.md").write_text("# old\n")
    answer = run(project, "check")
    assert answer.returncode == 1
    for name in (
        "_sync/client.py",
        "_table/__init__.py",
        "_table/bus.py (missing)",
        "_table/gone.py (orphan)",
        "models/runs.py (missing)",
        "left_over.py (orphan)",
        "old.md (orphan)",
    ):
        assert name in answer.stderr


def test_a_new_operation_without_command_and_test_is_refused(project: Path) -> None:
    path = project / "openapi" / "flext.yaml"
    text = path.read_text(encoding="utf-8")
    block = (
        "  /api/v1/runs/{run}/steps:\n    parameters:\n      - $ref: '#/components/parameters/RunId'\n    get:\n"
        "      operationId: pipelines.run_" + "steps\n      tags: [pipelines]\n      summary: The steps of a run.\n"
        "      x-flext: {resource: pipelines, method: run_"
        + "steps, command: pipeline run-steps, override: true, role: reader}\n"
        "      responses:\n        '200':\n          description: Steps.\n          content:\n            application/json:\n"
        "              schema: {$ref: '#/components/schemas/RunList'}\n"
    )
    path.write_text(text.replace("\ncomponents:\n", f"{block}\ncomponents:\n", 1), encoding="utf-8")
    answer = run(project, "check")
    assert answer.returncode != 0
    assert "pipelines.run_" + "steps: no method carries its command 'pipeline run-steps'" in answer.stderr
    assert "pipelines.run_" + "steps: no test names it" in answer.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda op: op.pop("x-flext"), "x-flext must give"),
        (lambda op: op["x-flext"].update(colour="red"), "colour"),
        (lambda op: op["x-flext"].pop("examples"), "example"),
        (lambda op: op["x-flext"].pop("role"), "who may do it"),
        (lambda op: op["x-flext"].update(role="writer"), "who may do it"),
        (lambda op: op.update(operationId="pipelines.else"), "pipelines.else"),
    ],
)
def test_a_contract_that_says_too_little_is_refused(tmp_path: Path, change, message: str) -> None:  # type: ignore[no-untyped-def]
    for name in contract.SERVICES:
        document = yaml.safe_load((ROOT / "openapi" / f"{name}.yaml").read_text(encoding="utf-8"))
        if name == "flext":
            change(document["paths"]["/api/v1/pipelines"]["get"])
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(contract.ContractError, match=message):
        contract.load(tmp_path)


def test_both_contracts_are_valid_openapi() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator, validate

    for name in contract.SERVICES:
        path = ROOT / "openapi" / f"{name}.yaml"
        validate(yaml.safe_load(path.read_text(encoding="utf-8")), base_uri=path.as_uri(), cls=OpenAPIV31SpecValidator)


def test_a_docstring_is_taken_apart() -> None:
    found = docstrings.parse(
        """Do a thing.

        More about it
        on two lines.

        Args:
            name: The name.
            other: A longer text that goes
                on here.

        Command example:
            $ flext do thing  # and why
            $ flext do other

        See also:
            flext do more
        """
    )
    assert found.summary == "Do a thing."
    assert found.description == "More about it on two lines."
    assert found.arguments == {"name": "The name.", "other": "A longer text that goes on here."}
    assert found.examples == [("flext do thing", "and why"), ("flext do other", "")]
    assert found.see == ["do more"]
