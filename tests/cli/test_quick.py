"""The parser in front of cyclopts: never of another opinion, and really taken for what people type."""

import shlex
import subprocess
import sys

import differential
import pytest

from flext_cli import params, quick
from flext_cli.main import find
from flext_cli.params import table


def test_it_never_disagrees_with_cyclopts():
    seen, wrong = differential.compare(2500, seed=7)
    assert wrong == []
    assert seen["taken"] > 1000


def test_a_parser_that_guesses_would_be_found_out(monkeypatch):
    monkeypatch.setattr(quick, "_digits", lambda text: text.strip("+-x") or "0")
    monkeypatch.setattr(quick, "_BRACKETS", ())
    monkeypatch.setattr(quick, "_read", lambda param, text: text)
    assert differential.compare(500, seed=7)[1]


def test_the_examples_of_the_help_are_taken():
    declined = []
    for words, entry in table.COMMANDS.items():
        for line, _ in entry["examples"]:
            given = shlex.split(line.split(" | ")[0].split(" > ")[0])
            route = find(given[1:])
            if not route.help and quick.parse(params.command_of(route.words), route.rest, {}) is None:
                declined.append((words, line))
    # A list of operands, a document on the command line and a lone dash are left to cyclopts.
    assert len(declined) <= 20, declined


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("pipeline list", ["--limit", "-1"]),
        ("pipeline list", ["--lim", "5"]),
        ("pipeline list", ["--limit"]),
        ("pipeline list", ["--limit", "5", "--limit", "6"]),
        ("pipeline list", ["--all=yes"]),
        ("pipeline list", ["--status", "RUNNING"]),
        ("pipeline list", ["orders"]),
        ("pipeline show", []),
        ("pipeline show", ["--", "orders"]),
        ("pipeline start", ["orders", "--variables", '{"a": 1}']),
        ("pipeline start", ["orders", "--timeout", "soon"]),
        ("orchestration execute", ["a", "b", "c"]),
    ],
)
def test_what_is_not_beyond_doubt_is_left_to_cyclopts(words, tokens):
    assert quick.parse(params.command_of(words), tokens, {}) is None


def test_the_environment_counts_too():
    entry = params.command_of("pipeline list")
    assert quick.parse(entry, [], {"FLEXT_OUTPUT": "json"}).shared == {"output": "json"}
    assert quick.parse(entry, ["-o", "csv"], {"FLEXT_OUTPUT": "json"}).shared == {"output": "csv"}
    assert quick.parse(entry, [], {"FLEXT_OUTPUT": "xml"}) is None


def test_a_plain_line_loads_neither_cyclopts_nor_an_http_library(platform):
    code = "import sys\nfrom flext_cli.main import main\nassert main(['pipeline', 'list', '-q', '-o', 'json']) == 0\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=platform.environ
    )
    loaded = set(done.stdout.split())
    assert "http.client" in loaded
    assert (
        not {"cyclopts", "httpx", "httpcore", "pydantic", "rich", "yaml", "difflib", "asyncio", "tenacity", "logging"}
        & loaded
    )
