"""Help as data, and the manual pages made from the same table."""

from __future__ import annotations

import json

import pytest

from flext_cli import params
from flext_cli.main import main
from flext_cli.params import table

from .conftest import ROOT


@pytest.mark.parametrize("words", list(table.COMMANDS))
def test_each_command_tells_itself_as_json(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), "--help-json"]) == 0
    told = json.loads(capsys.readouterr().out)
    entry = table.COMMANDS[words]
    assert told["command"] == f"flext {words}"
    assert told["summary"] == entry["summary"]
    flags = {flag for option in told["options"] + told["shared_options"] for flag in option.get("flags", ())}
    assert {flag for each in params.own(entry) for flag in each["flags"]} <= flags
    assert "--output" in flags
    assert [each["required"] for each in told["arguments"]] == [
        each["required"] for each in params.own(entry) if each["kind"] == "positional"
    ]


def test_the_program_and_a_group_tell_their_commands(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help-json"])
    whole = json.loads(capsys.readouterr().out)
    assert set(whole["commands"]) == set(table.COMMANDS)
    assert whole["exit_codes"]["9"] == "the run itself failed"
    main(["service", "--help-json"])
    group = json.loads(capsys.readouterr().out)
    assert set(group["commands"]) == {name for name in table.COMMANDS if name.startswith("service ")}


@pytest.mark.parametrize("words", list(table.COMMANDS))
def test_each_command_has_a_manual_page_with_its_options(words: str) -> None:
    page = (ROOT / "docs" / "man" / f"flext-{words.replace(' ', '-')}.1").read_text(encoding="utf-8")
    for section in (".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH EXAMPLES", ".SH EXIT STATUS"):
        assert section in page
    for param in params.own(table.COMMANDS[words]):
        for flag in param["flags"]:
            assert flag.replace("-", "\\-") in page
    # A line that begins with a stop or an apostrophe is a command to roff; only ours may do so.
    known = ('.\\"', ".TH", ".SH", ".B", ".BR", ".TP", ".PP", ".nf", ".fi")
    assert all(line.startswith(known) for line in page.splitlines() if line[:1] in {".", "'"})
