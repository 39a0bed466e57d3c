"""What people give to the program: names that are not there, and documents that are broken, huge, bombs, binary, or no files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.testing import Platform
from tests.faults.conftest import Flext
from tests.faults.test_home import without_power

GOOD = "name: orders\nsteps:\n  - name: load\n    extract: {plugin: tap-csv, config: {path: a.csv, keys: [id]}}\n    load: {plugin: target-sqlite, config: {path: o.sqlite}}\n"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DOCUMENTS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "1:1: The document is empty"),
    "a comment alone": ("# x\n", "1:1: The document is empty"),
    "broken": ("name: [x\n", "2:1: This is not YAML"),
    "a key twice": ("name: a\nname: b\n", "2:1: The key 'name' is here twice; the first is in line 1"),
    "50 MB": ("name: x\ndescription: " + "x" * 50_000_000, "1:1: The document is larger than 1 MB"),
    "a bomb": (BOMB, "The document is too large once its aliases are filled in"),
    "10,000 lists deep": ("[" * 10_000, "nested"),
    "10,000 mappings deep": ("a: " + "{a: " * 10_000, "nested"),
    "a word": ("hello", "1:1: A definition is a mapping with a name and steps"),
    "a list": ("- a\n", "1:1: A definition is a mapping with a name and steps"),
    "binary": (b"\x7fELF\x02\x01\x01\x00\x80\x90", "1:9: This is not UTF-8 text"),
    "UTF-16": (GOOD.encode("utf-16"), "1:1: This is not UTF-8 text"),
    "a NUL": (b"name: a\0b\n", "1:8: The character U+0000 is not allowed"),
}


@pytest.fixture
def reach(platform: Platform) -> dict[str, str]:
    return {
        "FLEXT_URL": platform.urls["flext"],
        "FLEXT_FLEXCORE_URL": platform.urls["flexcore"],
        "FLEXT_TOKEN": platform.token,
    }


@pytest.mark.parametrize(("content", "told"), DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_a_document_that_cannot_be_read(run_flext: Flext, tmp_path: Path, content: str | bytes, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run_flext("pipeline", "validate", str(file))  # nobody is asked: no service runs
    assert (done.returncode, done.stdout) == (2, "")
    error, *hints = done.stderr.splitlines()
    assert error.startswith(f"error: {file}:")
    assert told in error
    assert len(error) < 300
    assert [hint.partition(":")[0] for hint in hints] == ["hint"] or told.endswith("name and steps")


@pytest.mark.parametrize("text", ["name: x\nsteps: []\n", "name: x\n", "name: x\nsteps:\n"])
def test_a_pipeline_without_steps_is_not_good(run_flext: Flext, reach: dict[str, str], text: str) -> None:
    done = run_flext("pipeline", "validate", "-", stdin=text, **reach)
    assert (done.returncode, done.stdout) == (2, "")
    error, hint = done.stderr.splitlines()
    assert "the pipeline has no steps, so there is nothing to run" in error
    assert hint.startswith("hint: Give it one: steps: [{name: load,")


def test_very_many_problems_do_not_scroll_the_first_away(run_flext: Flext, reach: dict[str, str]) -> None:
    text = "name: x\nsteps: [" + "{name: a}, " * 150 + "]\n"
    done = run_flext("pipeline", "validate", "-", stdin=text, **reach)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0] == "error: 449 problems in standard input"
    assert "... and 399 more problems (-o json shows all)" in lines
    assert len(lines) < 55
    shown = json.loads(run_flext("pipeline", "validate", "-", "-o", "json", stdin=text, **reach).stderr)
    assert len(shown["error"]["problems"]) == 449


def folder(path: Path) -> None:
    path.mkdir()


def unreadable(path: Path) -> None:
    path.write_text(GOOD)
    path.chmod(0)


def nothing(path: Path) -> None:
    return


@pytest.mark.parametrize(
    ("make", "reason"),
    [(folder, "is a directory"), (unreadable, "permission denied"), (nothing, "there is no such file")],
)
@pytest.mark.parametrize("command", ["validate", "create"])
def test_no_file_or_one_that_may_not_be_read(
    run_flext: Flext, tmp_path: Path, make: Any, reason: str, command: str
) -> None:
    path = tmp_path / "x.yaml"
    make(path)
    done = run_flext("pipeline", command, str(path), before=without_power)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"error: {path}: {reason}", "hint: Give the path of a YAML or JSON file, or -"]


def test_a_file_without_end_is_not_read_to_its_end(run_flext: Flext) -> None:
    done = run_flext("pipeline", "validate", "/dev/zero")
    assert done.returncode == 2
    assert "larger than 1 MB" in done.stderr


@pytest.mark.parametrize(
    ("line", "code", "error", "hint"),
    [
        (("pipeline", "show", "ordres"), 5, "there is no pipeline 'ordres'", "Did you mean orders?"),
        (("pipeline", "start", "ordres"), 5, "there is no pipeline 'ordres'", "Did you mean orders?"),
        (("pipeline", "logs", "ordres"), 5, "there is no pipeline 'ordres'", "Did you mean orders?"),
        (("pipeline", "run-info", "nope"), 5, "there is no run 'nope'", "See what there is: flext pipeline runs"),
        (
            ("pipeline", "state", "clear", "orders", "--stream", "x", "--yes"),
            5,
            "orders has no bookmark of a stream 'x'",
            "",
        ),
        (("pipeline", "start", "orders", "--steps", "lod"), 2, "orders has no step 'lod'; did you mean 'load'?", None),
        (
            ("plugin", "info", "tap-cvs"),
            5,
            "there is no plugin 'tap-cvs'; did you mean 'tap-csv'?",
            "tap-csv, tap-duckdb, ",  # and what other tests have installed
        ),
        (
            ("service", "status", "flexcor"),
            2,
            'SERVICE: "flexcor" is not one of all, flexcore, flext',
            "did you mean flexcore?",
        ),
        (("pipelin", "list"), 2, 'unknown group or command "pipelin"', "did you mean flext pipeline?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_names_that_are_not_there(
    run_flext: Flext, reach: dict[str, str], line: Any, code: int, error: str, hint: str | None
) -> None:
    run_flext("pipeline", "create", "-", stdin=GOOD, **reach)  # the second time it is there already
    done = run_flext(*line, **reach)
    assert (done.returncode, done.stdout) == (code, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error: ")
    assert error in lines[0]
    assert len(lines) == (1 if hint is None else 2)
    if hint is not None:
        assert lines[1].startswith("hint: ")
        assert hint in lines[1]


def test_a_fifo_that_is_written_to_is_a_file_like_others(
    run_flext: Flext, tmp_path: Path, reach: dict[str, str]
) -> None:
    import threading

    fifo = tmp_path / "x.yaml"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=(GOOD,))
    writer.start()
    assert run_flext("pipeline", "validate", str(fifo), **reach).returncode == 0
    writer.join()
