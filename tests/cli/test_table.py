"""The generated table, the annotated methods and the parser say the same."""

import importlib
import inspect
import shlex
from typing import Literal, get_args, get_origin

import pytest

from flext_cli import params
from flext_cli.build import app_for, hint_of, hints, parse
from flext_cli.execute import annotated
from flext_cli.globals import GLOBALS
from flext_cli.main import find, main
from flext_cli.params import table as generated
from flext_sdk._core.annotations import command_info

COMMANDS = sorted(generated.COMMANDS)
TYPES = {str: {"str", "path"}, int: {"int"}, float: {"float"}, bool: {"bool"}, list[str]: {"list", "mapping"}}


@pytest.fixture(params=COMMANDS)
def words(request):
    return request.param


def parameters(entry, method):
    """Parameters of a method that a command line may give."""
    found = dict(inspect.signature(method).parameters)
    found.pop("self", None)
    if entry["attribute"] is None:
        found.pop(next(iter(found)))
    return {name: each for name, each in found.items() if name not in command_info(method).hidden}


def test_the_method_carries_these_words_and_parameters(words):
    entry = generated.COMMANDS[words]
    method = annotated(entry)
    info = command_info(method)
    assert info.words == words
    listed = {param["name"]: param for param in entry["params"]}
    real = parameters(entry, method)
    assert list(listed) == list(real)
    assert [name for name, param in listed.items() if param["kind"] == "positional"] == list(info.positional)
    for name, param in listed.items():
        assert param["required"] == (real[name].default is inspect.Parameter.empty), name
        if not param["required"]:
            assert param["default"] == real[name].default, name
    assert (entry["wait"], entry["stream"], entry["confirm"]) == (info.wait, info.stream, info.confirm)
    assert (entry["mutating"], entry["local"], entry["operation"]) == (info.mutating, info.local, info.operation)


def test_the_parser_knows_the_same_parameters(words):
    entry = generated.COMMANDS[words]
    method = annotated(entry)
    app, targets = app_for(words, entry, method)
    known = hints(method)
    by_name = {argument.field_info.name: argument for argument in app.assemble_argument_collection()}
    assert set(by_name) == set(targets)
    for name, target in targets.items():
        param = target.param
        if param["kind"] != "positional":
            assert set(by_name[name].names) == {*param["flags"], *params.negatives(param)}
        hint = hint_of(param, known if param in params.own(entry) else {})
        if get_origin(hint) is Literal:
            # typing gives back an equal Literal that it has met before, in whatever order that one was.
            assert sorted(get_args(hint)) == sorted(param["choices"])
        else:
            assert param["type"] in TYPES[hint]


def test_flags_are_not_used_twice(words):
    entry = generated.COMMANDS[words]
    both = [*params.own(entry), *params.shared(entry)]
    flags = [flag for param in both for flag in (*param["flags"], *params.negatives(param))]
    assert len(flags) == len(set(flags))


def test_help_names_every_parameter(words, capsys):
    assert main([*words.split(), "--help"]) == 0
    page = capsys.readouterr().out
    entry = generated.COMMANDS[words]
    assert page.startswith(entry["summary"].split()[0])
    for param in (*params.own(entry), *params.shared(entry)):
        shown = param["flags"] or (params.placeholder(param),)
        assert all(flag in page for flag in shown)


def test_examples_would_run(words):
    entry = generated.COMMANDS[words]
    assert entry["examples"], "help needs an example"
    for line in (*(line for line, _ in entry["examples"]), *entry["next"]):
        given = shlex.split(line.split(" | ")[0].split(" > ")[0])
        assert given[0] == "flext"
        route = find(given[1:])
        if route.help:
            continue
        assert route.found, line
        other = generated.COMMANDS[route.words]
        parse(route.words, other, annotated(other), route.rest)
    assert all(other in generated.COMMANDS for other in entry["see"])


def test_help_leads_on(words, capsys):
    assert main([*words.split(), "--help"]) == 0
    page = capsys.readouterr().out
    parts = ["\nExamples:\n  $ flext ", "\nExit codes:\n  0 success", "\nEnvironment:\n  FLEXT_HOME, "]
    # The first steps stand for themselves; what comes after them is told when they are done.
    parts += [] if generated.COMMANDS[words]["next"] else ["\nSee also:\n  flext "]
    assert [part for part in parts if part not in page] == []


@pytest.mark.parametrize("group", list(generated.GROUPS))
def test_the_module_of_a_group_holds_the_commands_that_are_listed(group):
    place = generated.GROUPS[group]
    held = importlib.import_module(place["module"]).COMMANDS
    listed = {f"{group} {name}".strip(): summary for name, summary in place["commands"].items()}
    assert {words: entry["summary"] for words, entry in held.items()} == listed
    assert set(generated.COMMANDS.below(group)) >= set(listed)
    assert main([*group.split()]) == 0


def test_a_group_begins_where_people_begin():
    groups = {name: [*place["commands"]] for name, place in generated.GROUPS.items()}
    assert groups["meltano"][:5] == ["init", "list", "add", "install", "run"]
    assert groups["auth"][:4] == ["login", "logout", "status", "whoami"]
    assert groups["data"][0] == "dbt init"
    assert groups["pipeline"][-3:] == ["state show", "state set", "state clear"]


def test_shared_options_are_those_of_this_package():
    assert generated.GLOBALS == GLOBALS


def test_help_of_the_program_names_every_group(capsys):
    assert main(["--help"]) == 0
    page = capsys.readouterr().out
    assert all(f"  {name} " in page for name in generated.GROUPS if name and " " not in name)
    assert all(name in page for name, _ in generated.ENVIRONMENT)
