"""What TAB offers: the same for every shell, from the table and from names in files, without a network."""

import json
import os
import pwd
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flext_cli import params
from flext_cli.completion import names as cache
from flext_cli.completion.scripts import SHELLS, script
from flext_cli.completion.words import complete, main
from flext_cli.params import table

from .conftest import ROOT, path_with


def offered(*words):
    return [value for value, _ in complete(words[:-1], words[-1])]


LINES = [
    (["pipel"], ["pipeline"]),
    (["help", "pipel"], ["pipeline"]),
    (["pipeline", "sta"], ["start", "state", "status"]),
    (["pipeline", "state", ""], ["clear", "set", "show"]),
    (["-o", "json", "pipeline", "state", "c"], ["clear"]),
    (["pipeline", "start", "ord"], ["orders", "orders-eu"]),
    (["pipeline", "start", "orders", ""], []),
    (["pipeline", "start", "orders", "--wai"], ["--wait"]),
    (["pipeline", "start", "orders", "--no-w"], ["--no-wait"]),
    (["pipeline", "list", "--output", "js"], ["json"]),
    (["pipeline", "list", "-o", ""], ["table", "json", "ndjson", "yaml", "csv", "plain"]),
    (["service", "start", "fle"], ["flexcore", "flext"]),
    (["api", "P"], ["POST", "PUT", "PATCH"]),
    (["plugin", "info", ""], ["tap-csv"]),
    (["pipeline", "run-info", ""], ["r-1"]),
    (["pipeline", "start", "--", "--"], []),
    (["pipeline", "get-it", ""], []),
    (["--ver"], []),
    (["pipeline", "start", "list", "--l"], []),
    (["pipeline", "start", "--variables", "x"], []),
    (["completion", "show", "z"], ["zsh"]),
]


@pytest.fixture
def known(names):
    names("pipelines", "orders", "orders-eu", "returns")
    names("plugins", "tap-csv")
    names("runs", "r-1")


@pytest.mark.parametrize(("words", "expected"), LINES, ids=lambda each: " ".join(each) if each else "none")
def test_a_place_offers_what_may_stand_there(known, words, expected):
    found = offered(*words)
    assert sorted(found) == sorted(expected) if expected else found == []


def test_an_option_with_its_value_behind_the_sign(known):
    assert offered("pipeline", "list", "--output=js") == ["--output=json"]
    assert offered("pipeline", "list", "--no-such=js") == []


def test_files_are_left_to_the_shell(known):
    assert offered("pipeline", "create", "") == [":files"]
    assert offered("pipeline", "create", "pip") == [":files"]
    assert offered("pipeline", "list", "--token-file=x") == [":files"]


def test_every_command_can_be_reached_word_by_word(home):
    for words in table.COMMANDS:
        parts = words.split()
        for number, part in enumerate(parts):
            assert part in offered(*parts[:number], part[:1])


def test_every_option_of_every_command_is_offered(home):
    for words, entry in table.COMMANDS.items():
        found = set(offered(*words.split(), "-"))
        for param in (*params.own(entry), *params.shared(entry)):
            assert {*params.flags(param), *params.negatives(param)} <= found, words


def test_each_platform_has_its_own_names(names, monkeypatch):
    names("pipelines", "here")
    names("pipelines", "there", key="u_https___flext.test")
    names("pipelines", "elsewhere", key="p_work")
    assert offered("pipeline", "show", "") == ["here"]
    assert offered("--url", "https://flext.test", "pipeline", "show", "") == ["there"]
    monkeypatch.setenv("FLEXT_PROFILE", "work")
    assert offered("pipeline", "show", "") == ["elsewhere"]
    monkeypatch.setenv("FLEXT_URL", "https://flext.test")
    assert offered("pipeline", "show", "") == ["there"]


def test_profiles_are_local_and_the_files_there_are(home):
    (home / "profiles").mkdir()
    for name in ("work.yaml", "prod.yaml", "notes.txt"):
        (home / "profiles" / name).write_text("")
    assert cache.read("profiles", "") == ["local", "prod", "work"]


def test_the_entry_of_the_shells_prints_descriptions(known, capsys):
    assert main(["pipeline", ".sto"]) == 0
    assert capsys.readouterr().out.startswith("stop\t")
    assert main(["pipeline", "create", "."]) == 0
    assert capsys.readouterr().out == ":files\n"
    assert main([]) == main(["pipeline"]) == 2


@given(st.lists(st.text(max_size=12), max_size=6))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_line_breaks_it(words):
    for value, _ in complete(words, ""):
        assert value


def test_tab_imports_next_to_nothing(home):
    code = (
        "import sys; from flext_cli.main import main; main(['__complete', 'pipeline', 'start', '.']);"
        "print(*[m for m in ('json', 're', 'typing', 'pathlib', 'flext_sdk', 'yaml', 'cyclopts', 'inspect') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        capture_output=True, text=True, check=True, env={**os.environ},
    )  # fmt: skip
    assert done.stderr.split() == []


# -- the files of names ------------------------------------------------------------------------------------------


def test_names_are_kept_in_order_and_only_plain_ones(tmp_path):
    where = str(tmp_path / "names")
    cache.update("pipelines", where, every=["b", "a", "B", "$(rm)", "x y", "", "-f", "é", "a\nb", "z" * 300, None])
    assert cache.read("pipelines", where) == ["B", "a", "b"]
    cache.update("pipelines", where, add=["c", "a"], remove=["B"])
    assert cache.read("pipelines", where) == ["a", "b", "c"]
    assert Path(where, "pipelines").stat().st_mode & 0o777 == 0o600
    before = Path(where, "pipelines").stat().st_mtime_ns
    cache.update("pipelines", where, add=["a"])
    assert Path(where, "pipelines").stat().st_mtime_ns == before


def test_of_too_many_names_the_new_ones_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "MOST", 3)
    cache.update("runs", str(tmp_path), add=["a", "b", "c"])
    cache.update("runs", str(tmp_path), add=["z"])
    assert len(cache.read("runs", str(tmp_path))) == 3
    assert "z" in cache.read("runs", str(tmp_path))


def test_a_place_that_cannot_be_written_costs_nothing_but_names(tmp_path):
    (tmp_path / "file").write_text("")
    cache.update("runs", str(tmp_path / "file" / "below"), add=["a"])
    (tmp_path / "runs").mkdir()
    cache.update("runs", str(tmp_path), add=["a"])
    assert cache.read("runs", str(tmp_path)) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "runs"]


@pytest.mark.parametrize("text", ["..", "https://a/b?c", "ünï", "a/../b", ""])
def test_what_chooses_a_platform_is_never_a_path(text):
    folder = cache.folder({"FLEXT_HOME": "/h", "FLEXT_URL": text})
    assert str(Path(folder).parent) == "/h/cache/names"
    assert Path(folder).name.startswith(("u_", "p_"))


def test_ordinary_calls_teach_the_names(flext, platform):
    def names(kind):
        file = platform.home / "cache" / "names" / "p_" / kind
        return file.read_text().split() if file.exists() else []

    step = {
        "name": "load",
        "extract": {"plugin": "tap-csv", "config": {"path": "/n"}},
        "load": {"plugin": "target-jsonl", "config": {"path": "/o"}},
    }
    file = platform.home / "comfort.json"
    file.write_text(json.dumps({"name": "comfort-a", "steps": [step]}))
    flext("pipeline", "create", str(file))
    assert "comfort-a" in names("pipelines")
    flext("pipeline", "delete", "comfort-a", "--yes")
    assert "comfort-a" not in names("pipelines")
    flext("pipeline", "create", str(file))
    (platform.home / "cache" / "names" / "p_" / "pipelines").write_text("comfort-gone\n")
    flext("pipeline", "show", "comfort-gone", code=5)
    assert names("pipelines") == []
    (platform.home / "cache" / "names" / "p_" / "pipelines").write_text("comfort-old\n")
    flext("pipeline", "list", "--tags", "of-nothing")
    assert "comfort-old" in names("pipelines")
    flext("pipeline", "list", "--all")
    assert "comfort-old" not in names("pipelines")
    assert "comfort-a" in names("pipelines")
    flext("plugin", "list")
    assert "tap-csv" in names("plugins") or names("plugins")
    flext("pipeline", "delete", "comfort-a", "--yes")


def test_names_of_another_platform_behind_the_same_choice_are_forgotten(flext, platform, names, home):
    names("pipelines", "of-the-other")
    environ = {"FLEXT_HOME": str(home), "FLEXT_TOKEN": platform.token}
    flext("runtime", "list", "--url", platform.urls["flext"], code=None, environ=environ)
    assert cache.read("pipelines", str(home / "cache" / "names" / "p_")) == ["of-the-other"]
    watcher = cache.Watcher("pipeline list", table.COMMANDS["pipeline list"], str(home / "cache" / "names" / "p_"))
    watcher.settle("'https://one.test'")
    assert cache.read("pipelines", str(home / "cache" / "names" / "p_")) == []
    names("pipelines", "of-this-one")
    watcher.settle("'https://one.test'")
    assert cache.read("pipelines", str(home / "cache" / "names" / "p_")) == ["of-this-one"]


# -- bash, which every machine has --------------------------------------------------------------------------------


def in_bash(program, *words, before="", env=None):
    """COMPREPLY of a real bash for these words, the last one under the cursor."""
    line = " ".join(shlex.quote(word) for word in ("flext", *words))
    code = (
        f'{before}\nset -- {line}\nCOMP_WORDS=("$@") COMP_CWORD=$(($# - 1))\n_flext\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", f"{script('bash')}\n{code}"],
        capture_output=True, text=True, check=False, env={**os.environ, "PATH": path_with(program) if program else "/usr/bin:/bin", **(env or {})},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(("words", "expected"), LINES, ids=lambda each: " ".join(each) if each else "none")
def test_bash_offers_the_same(known, program, words, expected):
    assert sorted(in_bash(program, *words)) == sorted(expected)


def test_bash_starts_nothing_for_words_options_and_names(known):
    # No `flext` on the path: what is offered comes from bash itself.
    assert in_bash(None, "pipeline", "start", "ord") == ["orders", "orders-eu"]
    assert in_bash(None, "pipeline", "list", "--output", "=", "js") == ["json"]
    assert in_bash(None, "pipeline", "list", "--output", "=") == ["table", "json", "ndjson", "yaml", "csv", "plain"]
    assert in_bash(None, "--url", "https://flext.test", "pipeline", "show", "") == []
    assert in_bash(None, "pipeline", "show", "", env={"FLEXT_PROFILE": "work"}) == []


def test_bash_finds_a_prefix_among_a_thousand(names):
    found = sorted(f"n{number:03}" for number in range(1000))
    names("pipelines", *found)
    assert in_bash(None, "pipeline", "show", "n12") == [f"n{number}" for number in range(120, 130)]
    assert in_bash(None, "pipeline", "show", "n000") == ["n000"]
    assert in_bash(None, "pipeline", "show", "n999") == ["n999"]
    assert in_bash(None, "pipeline", "show", "o") == in_bash(None, "pipeline", "show", "a") == []
    assert in_bash(None, "pipeline", "show", "") == found


def test_bash_asks_for_what_it_does_not_know(known, home, program):
    (home / "config.yaml").write_text("alias:\n  go: pipeline start\n  ls: pipeline list\n")
    assert "go" in in_bash(program, "")
    assert in_bash(program, "go", "ord") == ["orders", "orders-eu"]
    # Once read, the names of aliases are bash's to find.
    assert in_bash(None, "g") == ["go"]


def test_bash_with_a_name_that_is_code(known, program, tmp_path):
    trap = f"$(touch {tmp_path}/pwned)"
    in_bash(program, "pipeline", "start", trap, "--")
    in_bash(program, "pipeline", "start", trap)
    in_bash(program, trap, "")
    assert not (tmp_path / "pwned").exists()


def test_the_script_is_small():
    assert len(script("bash")) < 30_000
    assert all(len(script(shell)) < 2_000 for shell in SHELLS if shell != "bash")


@pytest.mark.parametrize("shell", SHELLS)
def test_show_prints_the_script(run, shell):
    result = run("completion", "show", shell)
    assert (result.code, result.err) == (0, "")
    assert result.out.rstrip("\n") == script(shell).rstrip("\n")
    assert table.VERSION in result.out
    assert "__complete" in result.out


OTHERS = {"zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"], "bash": ["bash", "-n"]}


def test_the_shells_that_are_here_can_read_their_script(tmp_path):
    here = [shell for shell in OTHERS if shutil.which(shell)]
    assert "bash" in here
    for shell in here:
        file = tmp_path / f"flext.{shell}"
        file.write_text(script(shell))
        done = subprocess.run(
            [*OTHERS[shell], str(file)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        assert (done.returncode, done.stderr) == (0, "")


# -- install --------------------------------------------------------------------------------------------------------

PLACES = {
    "bash": (".local/share/bash-completion/completions/flext", ".bashrc"),
    "zsh": (".local/share/zsh/site-functions/_flext", ".zshrc"),
    "fish": (".config/fish/completions/flext.fish", None),
    "powershell": (".config/powershell/flext-completion.ps1", ".config/powershell/Microsoft.PowerShell_profile.ps1"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_install_puts_script_and_line_once(run, tmp_path, shell):
    file, start = PLACES[shell]
    if start:
        (tmp_path / start).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / start).write_text("# mine, without a line's end")
    dry = run("completion", "install", shell, "--dry-run", "-o", "json")
    assert "would be" in json.loads(dry.out)["done"]
    assert "start a new shell" not in json.loads(dry.out)["done"]
    assert not (tmp_path / file).exists()
    for _ in range(2):
        assert run("completion", "install", shell).code == 0
    assert (tmp_path / file).read_text() == script(shell)
    if start:
        text = (tmp_path / start).read_text()
        assert text.startswith("# mine, without a line's end\n")
        assert text.count("# flext completion") == 1
    assert not list(tmp_path.rglob("*.flext-*"))


def test_install_knows_the_shell_of_the_account(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert json.loads(run("completion", "install", "-o", "json").out)["shell"] == "fish"
    monkeypatch.setenv("SHELL", "/usr/bin/tcsh")
    refused = run("completion", "install")
    assert (refused.code, refused.out) == (2, "")
    assert '"tcsh" is none of them' in refused.err


def test_install_asks_the_account_where_no_variable_tells_the_shell(run, monkeypatch):
    monkeypatch.delenv("SHELL", raising=False)  # as in many containers
    mine = pwd.getpwuid(os.getuid())
    monkeypatch.setattr("pwd.getpwuid", lambda _: pwd.struct_passwd((*mine[:6], "/usr/bin/zsh")))
    assert json.loads(run("completion", "install", "-o", "json").out)["shell"] == "zsh"

    def nobody(_):
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    refused = run("completion", "install")
    assert (refused.code, refused.out) == (2, "")
    assert "SHELL is not set" in refused.err


def test_install_without_the_line_says_which(run, tmp_path):
    found = json.loads(run("completion", "install", "bash", "--no-activate", "-o", "json").out)
    assert "add to the start file: [[ -r " in found["done"]
    assert not (tmp_path / ".bashrc").exists()


def test_install_where_nothing_can_be_written(run, tmp_path):
    (tmp_path / ".config").write_text("a file")
    refused = run("completion", "install", "fish")
    assert refused.code == 4
    assert refused.err.startswith("error: Completion cannot be installed")
    assert "Traceback" not in refused.err


def test_options_of_another_command_line_are_not_ours():
    entry = table.COMMANDS["debug trace"]
    closed = params.closed(entry, ["-o", "json", "pipeline", "list", "--limit", "5"])
    assert closed == ["-o", "json", "--", "pipeline", "list", "--limit", "5"]
    assert params.closed(entry, closed) == closed
    assert params.closed(entry, ["--quiet"]) == ["--quiet"]
    assert params.closed(table.COMMANDS["version"], ["a", "-b"]) == ["a", "-b"]
