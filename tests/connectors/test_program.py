"""The command line that all connectors share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.connectors import _settings
from flext_sdk.connectors.registry import CONNECTORS, command

NAMES = sorted(CONNECTORS)
FILES = ["target-sqlite", "target-duckdb", "target-jsonl", "target-parquet"]


@pytest.mark.parametrize("name", NAMES)
def test_about_prints_what_the_registry_holds(bench: Any, name: str) -> None:
    result = bench.run(name, None, "--about", "--format=json")
    assert result.code == 0
    facts = json.loads(result.out)
    connector = CONNECTORS[name]
    assert facts["settings"] == connector.settings_schema
    assert facts["capabilities"] == list(connector.capabilities)
    assert (facts["name"], facts["version"], facts["description"]) == (name, connector.version, connector.description)
    for setting in facts["settings"]["properties"].values():
        assert setting["title"]
        assert setting["description"].endswith(".")
        assert setting.get("secret", False) or setting["title"] not in ("Password", "Headers")
    markdown = bench.run(name, None, "--about", "--format=markdown").out.decode()
    text = bench.run(name, None, "--about").out.decode()
    for setting in connector.settings_schema["properties"]:
        assert f"| {setting} |" in markdown
        assert f"\n  {setting} (" in text or f"\n  {setting}:" in text


@pytest.mark.parametrize("name", NAMES)
def test_version_and_help(bench: Any, name: str) -> None:
    assert bench.run(name, None, "--version").out.decode() == f"{name} v{CONNECTORS[name].version}, flext-sdk\n"


def test_the_programs_start_as_modules_and_the_index_is_light() -> None:
    for name in NAMES:
        done = subprocess.run([*command(name), "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert f"usage: {name}" in done.stdout
    code = "import sys, flext_sdk.connectors.registry; print(sorted({m.partition('.')[0] for m in sys.modules} & {'pyarrow', 'orjson', 'duckdb', 'psycopg', 'pydantic', 'httpx', 'argparse'}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("arguments", [["--nonsense"], ["--format=xml"], ["extra"]])
def test_a_wrong_command_line(bench: Any, name: str, arguments: list[str]) -> None:
    result = bench.run(name, None, *arguments)
    assert result.code == 2
    assert len(result.talk) == 1
    assert result.talk[0].endswith(f"(see {name} --help)")
    assert result.out == b""


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({}, ["path is required (A CSV file, a folder of CSV files, or a glob such as data/**/*.csv)"]),
        ({"path": None}, ["path is required (A CSV file, a folder of CSV files, or a glob such as data/**/*.csv)"]),
        ({"path": ""}, ["path must not be empty"]),
        (
            {"path": 7, "delimeter": ";"},
            ["path must be text, not 7", "delimeter is no setting, did you mean delimiter?"],
        ),
        ({"path": "x", "header": "yes"}, ['header must be true or false, not "yes"']),
        ({"path": "x", "keys": "id"}, ['keys must be a list or a map, not "id"']),
        ({"path": "x", "keys": ["id", 1]}, ["keys[1] must be text, not 1"]),
        ({"path": "x", "keys": {"t": [""]}}, ["keys.t[0] must not be empty"]),
        ({"path": "x", "stream_names": "file"}, ['stream_names must be one of stem, path, not "file"']),
    ],
)
def test_every_problem_of_the_settings_in_one_line(bench: Any, settings: dict[str, Any], problems: list[str]) -> None:
    for mode in ([], ["--discover"], ["--test"]):
        result = bench.run("tap-csv", settings, *mode)
        assert result.code == 1
        assert result.talk == ["ERROR tap-csv: the settings are not valid: " + "; ".join(problems)]


def test_settings_of_targets(bench: Any) -> None:
    result = bench.run("target-sqlite", {"path": "x", "lock_timeout": -1, "zzz": 1})
    words = "lock_timeout must be 0 or more; zzz is no setting (there are: path, lock_timeout)"
    assert result.talk == [f"ERROR target-sqlite: the settings are not valid: {words}"]
    result = bench.run("target-sqlite", {"path": "x", "lock_timeout": True})
    assert "lock_timeout must be a number, not true" in result.talk[0]


def test_several_sources_and_the_environment(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.file("t.csv", "id;v\n1;NA\n")
    for name, value in {
        "PATH": "nowhere",
        "DELIMITER": ";",
        "KEYS": "id, v",
        "HEADER": "True",
        "NULL_VALUES": '["NA"]',
    }.items():
        monkeypatch.setenv(f"TAP_CSV_{name}", value)
    config = bench.json("c.json", {"path": str(path), "keys": None})
    result = bench.run("tap-csv", None, "--config=ENV", "--config", config)
    assert result.records == [{"id": 1, "v": None}]
    assert result.of("SCHEMA")[0]["key_properties"] == []
    settings = _settings.from_environment(CONNECTORS["tap-csv"], os.environ)
    assert settings["keys"] == ["id", "v"]
    assert settings["header"] is True
    monkeypatch.setenv("TAP_CSV_HEADER", "perhaps")
    assert "header must be true or false" in bench.run("tap-csv", None, "--config=ENV").talk[0]
    monkeypatch.setenv("TARGET_SQLITE_LOCK_TIMEOUT", "1.5")
    assert _settings.from_environment(CONNECTORS["target-sqlite"], os.environ) == {"lock_timeout": 1.5}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot read"),
        (b"{", "is not JSON: Expecting property name enclosed in double quotes in line 1"),
        (b"[]", "must hold a JSON object"),
        (b"\xff", "is not UTF-8 text"),
    ],
)
@pytest.mark.parametrize("option", ["--config", "--catalog", "--state"])
def test_files_that_cannot_be_read(bench: Any, option: str, content: bytes | None, words: str) -> None:
    path = bench.file("broken.json", content) if content is not None else bench.folder / "missing.json"
    settings = {"path": str(bench.file("t.csv", "id\n1\n"))}
    result = bench.run("tap-csv", None if option == "--config" else settings, option, str(path))
    assert result.code == 1
    assert len(result.talk) == 1
    assert f"{option}: " in result.talk[0]
    assert words in result.talk[0]


def test_input_from_a_file(bench: Any) -> None:
    messages = bench.file("in.singer", bench.tap({"path": str(bench.file("t.csv", "id\n1\n"))}).out)
    settings = {"path": str(bench.folder / "out")}
    assert bench.run("target-jsonl", settings, "--input", str(messages)).code == 0
    assert bench.rows("target-jsonl", "t") == [{"id": 1}]
    missing = bench.run("target-jsonl", settings, "--input", str(bench.folder / "missing"))
    assert "--input: cannot read" in missing.talk[0]


@pytest.mark.parametrize("target", FILES, indirect=True)
def test_testing_a_target_leaves_nothing_behind(bench: Any, target: str) -> None:
    path = bench.destination(target)
    before = {*bench.folder.iterdir(), bench.folder / "settings.json"}
    assert bench.run(target, {"path": str(path)}, "--test").code == 0
    assert set(bench.folder.iterdir()) == before
    assert bench.run(target, {"path": str(path)}).code == 0
    assert bench.run(target, {"path": str(path)}, "--test").code == 0
    assert path.exists()


@pytest.mark.parametrize("target", FILES, indirect=True)
def test_destinations_that_cannot_be(bench: Any, target: str) -> None:
    bench.file("file", "no database, just some text that is long enough to be looked at as a header of a file")
    (bench.folder / "folder").mkdir()
    paths = {
        "target-jsonl": ["file", "file/x"],
        "target-parquet": ["file", "file/x"],
        "target-sqlite": ["file", "folder", "no/w"],
        "target-duckdb": ["file", "folder", "no/w"],
    }
    for path in paths[target]:
        for mode in ([], ["--test"]):
            result = bench.run(target, {"path": str(bench.folder / path)}, *mode, stdin=b"")
            assert result.code == 1, (path, mode)
            assert len(result.talk) == 1
            assert result.talk[0].startswith(f"ERROR {target}: ")
    assert (bench.folder / "file").read_text().startswith("no database")


def test_a_command_needs_a_connector() -> None:
    with pytest.raises(KeyError):
        command("tap-nothing")


def test_a_library_that_is_missing(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "flext_sdk.connectors._postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = bench.run("tap-postgres", {"database": "x"})
    assert result.code == 1
    assert result.talk == ['ERROR tap-postgres: psycopg is not installed; run: pip install "flext-sdk[connectors]"']


def test_without_the_libraries_every_connector_still_tells_of_itself() -> None:
    script = (
        "import importlib, sys\n"
        "for name in ('orjson', 'pyarrow', 'duckdb', 'psycopg', 'pytz'): sys.modules[name] = None\n"
        "for name in sys.argv[1:]:\n"
        "    module = importlib.import_module('flext_sdk.connectors.' + name.replace('-', '_'))\n"
        "    assert module.main(['--about']) == 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *CONNECTORS], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [name for name in CONNECTORS if f"{name} " not in done.stdout] == []


@pytest.mark.parametrize("name", ["target-sqlite", "target-jsonl"])
def test_a_target_without_its_libraries_says_so_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"path": str(tmp_path / "out")}), encoding="utf-8")
    module = f"flext_sdk.connectors.{name.replace('-', '_')}"
    script = f"import sys; sys.modules['orjson'] = None; from {module} import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", script, "--config", str(tmp_path / "settings.json")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f'ERROR {name}: orjson is not installed; run: pip install "flext-sdk[connectors]"\n'
