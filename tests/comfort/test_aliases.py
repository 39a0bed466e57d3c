"""Commands of the user's own."""

import os

import pytest

from flext_cli import aliases


@pytest.fixture
def config(home):
    def write(text):
        (home / "config.yaml").write_text(text)

    return write


def test_an_alias_stands_for_its_words_and_what_follows_comes_behind(run, config):
    config("alias:\n  show: completion show\n  sh: flext show\n  quoted: completion show 'bash'\n")
    assert run("sh", "fish").out == run("completion", "show", "fish").out
    assert run("quoted").out == run("completion", "show", "bash").out
    # Its help is that of the command.
    assert "flext completion show SHELL" in run("sh", "--help").out


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("alias: {a: b, b: a}", ["a"], "alias a -> b -> a leads back to itself"),
        ("alias: {a: a --all}", ["a"], "alias a -> a leads back to itself"),
        ("alias: {a: ''}", ["a"], 'alias "a" stands for nothing'),
        ('alias: {a: "it\'s"}', ["a"], 'alias "a": no closing quotation'),
        ("alias: {a: pipelin list}", ["a"], 'unknown group or command "pipelin"'),
        ("alias: [a]", ["a"], "alias must map names to text"),
        ("alias: {a: 5}", ["a"], "alias must map names to text"),
        ("alias: {a: [", ["a"], "config.yaml:1: it is not YAML"),
        ("alias: {a: b}", ["nothing"], 'unknown group or command "nothing"'),
        ("other: 1", ["nothing"], 'unknown group or command "nothing"'),
        ("- a list", ["nothing"], 'unknown group or command "nothing"'),
        ("", ["nothing"], 'unknown group or command "nothing"'),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(run, config, text, line, said):
    config(text)
    result = run(*line)
    assert (result.code, result.out) == (2, "")
    assert said in result.err.splitlines()[0]
    assert "Traceback" not in result.err


def test_a_command_is_never_replaced(run, config):
    config("alias: {completion: version, help: version}")
    assert run("completion").out.startswith("Teach a shell")
    assert run("help").out.startswith("Command line of")


def test_a_file_that_is_no_text(run, home):
    (home / "config.yaml").write_bytes(b"\xff\xfe\x00")
    assert "it is not text" in run("nothing").err


def test_no_alias_is_read_for_a_command(run, config, home):
    config("alias: {a: [")
    assert run("completion", "show", "zsh").code == 0


@pytest.mark.parametrize(
    ("name", "meaning", "said"),
    [
        ("pipeline", "version", '"pipeline" is a command'),
        ("help", "version", '"help" is a command'),
        ("a b", "version", "is no name for an alias"),
        ("-a", "version", "is no name for an alias"),
        ("ls", "lss", '"lss" is neither a command nor an alias'),
        ("one", "two", "leads back to itself"),
        ("x", " ", "stands for nothing"),
    ],
)
def test_what_could_not_be_used_is_refused_before_it_is_stored(name, meaning, said):
    with pytest.raises(aliases.AliasError, match=said) as caught:
        aliases.check(name, meaning, {"two": "one"})
    assert caught.value.hint


def test_what_can_be_used_is_taken():
    aliases.check("ls", "pipeline list", {})
    aliases.check("failed", "ls --filter status=failed", {"ls": "pipeline list"})


def test_completion_knows_them(home, config):
    config("alias:\n  ls: pipeline   list\n  pipeline: version\n")
    assert aliases.cached() == {"ls": "pipeline list"}
    assert (home / "cache" / "aliases").read_text() == "ls\tpipeline list\n"
    config("alias: {new: version}")
    os.utime(home / "config.yaml", (1, 1))  # written after the clock was set back: it looks older than what is kept
    assert aliases.cached() == {"new": "version"}
    config("alias: {a: [")
    assert aliases.cached() == {}
    assert aliases.expand_quietly(["ls"], {"FLEXT_HOME": str(home)}) == ["ls"]
    (home / "config.yaml").unlink()
    assert aliases.cached() == {}


def test_what_config_set_is_given_is_looked_at(home, config):
    config("alias: {ls: pipeline list}")
    aliases.guard({"key": "timeouts.call", "value": "5"})
    aliases.guard({"key": "alias.failed", "value": "ls --filter status=failed"})
    with pytest.raises(aliases.AliasError, match="is a command"):
        aliases.guard({"key": "alias.pipeline", "value": "version"})
    with pytest.raises(aliases.AliasError, match="leads back to itself"):
        aliases.guard({"key": "alias.ls", "value": "ls"})
