"""The commands as a person and a script use them, in processes of their own."""

import io
import json
import os
import pty
import select
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flext_cli.main import main
from flext_cli.params import table

HELP_FIRST = ("create", "copy", "secret set", "set", "show", "list", "use", "export", "import")


def test_every_example_of_the_help_works(home: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    """In an order in which a person could type them."""
    Path("token.txt").write_text("t0ken\n")
    Path("word.txt").write_text("a passphrase\n")
    monkeypatch.setenv("EDITOR", "true")
    entries = {words: entry for words, entry in table.COMMANDS.items() if entry.get("alone")}
    done = []

    def line(text: str) -> None:
        words = shlex.split(text.partition(" > ")[0])[1:]
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"t0ken\n")))
        entry = table.COMMANDS.get(" ".join(words[:2])) or table.COMMANDS.get(" ".join(words[:3])) or {}
        if entry.get("confirm"):
            words += [] if "--yes" in words else ["--yes"]
        if "--secrets" in words or "passphrase" in words:
            with Path("word.txt").open() as file:
                words += ["--passphrase-fd", str(file.fileno())]
                code = main(words)
        else:
            code = main(words)
        found = capsys.readouterr()
        assert code == 0, (text, found.err)
        if " > " in text:
            Path(text.partition(" > ")[2]).write_text(found.out)
        done.append(text)

    def order(words: str) -> int:
        group, _, word = words.partition(" ")
        late = {"rename": 90, "delete": 80, "secret remove": 85, "secret rotate": 86, "unset": 99}
        return late.get(word, HELP_FIRST.index(word) if word in HELP_FIRST and group == "profile" else 50)

    assert main(["profile", "create", "old"]) == 0
    for words in sorted(entries, key=order):
        if words == "profile secret list":
            monkeypatch.setenv("FLEXT_PASSPHRASE_FD", "")
        for text, _ in entries[words]["examples"]:
            if text == "flext profile import dev.yaml":
                with Path("word.txt").open() as file:
                    monkeypatch.setenv("FLEXT_PASSPHRASE_FD", str(file.fileno()))
                    line(text)
            elif "import" in text:
                with Path("word.txt").open() as file:
                    monkeypatch.setenv("FLEXT_PASSPHRASE_FD", str(file.fileno()))
                    line(text)
                monkeypatch.delenv("FLEXT_PASSPHRASE_FD")
            else:
                line(text)
    assert len(done) == sum(len(entry["examples"]) for entry in entries.values())


def test_precedence_and_origins(flext, home: Path) -> None:
    for words in (
        "profile create base --settings timeouts.call=11 --settings retries.attempts=1",
        "profile create dev http://127.0.0.1:9 --extends base",
        "config set timeouts.call 12",
        "config set retries.attempts 9",
        "config set connection.transport stock",
        "profile use dev",
    ):
        assert flext(*words.split()).returncode == 0

    def origins(*arguments: str, **environ: str) -> dict[str, tuple]:
        done = flext(*arguments, "config", "show", "--origins", "-o", "json", **environ)
        assert done.returncode == 0, done.stderr
        return {row["key"]: (row["value"], row["origin"]) for row in json.loads(done.stdout)}

    found = origins()
    assert found["services.url"] == ("http://127.0.0.1:9", "profile dev")
    assert found["timeouts.call"] == (11.0, "profile base")
    assert found["connection.transport"] == ("stock", "config.yaml")
    assert found["connection.answer_limit"] == ("64 MiB", "default")
    assert found["profile"] == ("dev", str(home / "config.yaml"))
    found = origins("--url", "http://127.0.0.1:8", FLEXT_TIMEOUT="3", FLEXT_RETRIES="0")
    assert found["services.url"] == ("http://127.0.0.1:8", "--url")
    assert found["timeouts.call"] == (3.0, "FLEXT_TIMEOUT")
    assert found["output.format"] == ("json", "--output or FLEXT_OUTPUT")
    assert origins("-p", "local")["timeouts.call"] == (12.0, "config.yaml")
    assert origins(FLEXT_PROFILE="base")["profile"] == ("base", "FLEXT_PROFILE")
    assert flext("profile", "use", "base", "--project", ".").returncode == 0
    assert origins()["profile"] == ("base", str(Path.cwd() / ".flext-profile"))
    assert flext("config", "get", "timeouts.call").stdout == "11.0\n"


def test_an_explicit_profile_fails_loud_an_implicit_one_soft(flext, home: Path) -> None:
    assert flext("profile", "create", "dev").returncode == 0
    assert flext("profile", "use", "dev").returncode == 0
    (home / "profiles" / "dev.yaml").write_text("timeouts:\n  call: soon\n")
    loud = flext("-p", "dev", "version")
    where = f"{home / 'profiles' / 'dev.yaml'}:2:3: timeouts.call is not valid"
    assert loud.returncode == 4
    assert loud.stderr.startswith(f"error: {where}")
    soft = flext("version")
    assert soft.returncode == 0
    assert soft.stderr.count("profile 'dev'") == 1
    assert where in soft.stderr
    listed = json.loads(flext("profile", "list", "-o", "json").stdout)
    assert [row["name"] for row in listed if row["problem"]] == ["dev"]
    wrong = flext("config", "validate")
    assert (wrong.returncode, where in wrong.stderr) == (4, True)
    # What is broken can be mended with the same commands.
    assert flext("profile", "set", "dev", "timeouts.call", "5").returncode == 0
    assert flext("config", "validate").returncode == 0
    (home / "config.yaml").write_text("profil: dev\n")
    assert "Did you mean 'profile'?" in flext("version").stderr


def test_what_stands_above_is_not_redirected_and_gets_no_token_of_a_profile(home: Path, store) -> None:
    from flext_sdk import Flext

    store.create("prod", settings={"services.url": "http://prod:1", "services.flext": "http://prod:2"})
    store.vault.set("prod", "token", "pr0dToken")
    with Flext(profile="prod") as client:
        each = [client._transport.endpoints.at_hand(name) for name in ("flexcore", "flext")]
        assert [(one.url, one.token) for one in each] == [
            ("http://prod:1", "pr0dToken"),
            ("http://prod:2", "pr0dToken"),
        ]
    environ = {**os.environ, "FLEXT_URL": "http://other:3"}
    with Flext(profile="prod", _environ=environ) as client:
        each = [client._transport.endpoints.at_hand(name) for name in ("flexcore", "flext")]
        assert [(one.url, one.token) for one in each] == [("http://other:3", None)] * 2
    with Flext(profile="prod", token="mine") as client:
        assert client._transport.endpoints.at_hand("flext").token == "mine"


def test_a_protected_profile_wants_its_name(flext) -> None:
    assert flext("profile", "create", "prod", "http://127.0.0.1:9", "--protected").returncode == 0
    assert flext("profile", "use", "prod").returncode == 0
    refused = flext("pipeline", "delete", "x", "--yes")
    assert refused.returncode == 2
    assert "--confirm-profile prod; --yes is not enough" in refused.stderr
    assert flext("pipeline", "start", "x", "--confirm-profile", "dev").returncode == 2
    assert flext("quickstart").returncode == 2
    assert flext("api", "POST", "/x").returncode == 2
    assert flext("service", "stop").returncode == 2
    for words in ("pipeline list", "api GET /x", "pipeline start x --confirm-profile prod", "-p prod pipeline show x"):
        assert flext(*words.split(), FLEXT_RETRIES="0").returncode == 6, words
    assert flext("pipeline", "start", "x", "--dry-run").returncode == 0


def on_a_terminal(arguments: list[str], answers: list[tuple[str, str]]) -> tuple[int, str]:
    """Run a command on a terminal of its own, and type each answer when its question was seen."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flext_cli", *arguments],
        preexec_fn=lambda: os.login_tty(slave),  # noqa: PLW1509
    )
    os.close(slave)
    seen, left = "", list(answers)
    while True:
        if not select.select([master], [], [], 60)[0]:
            process.kill()
            break
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data.decode()
        if left and left[0][0] in seen.rpartition("\x00")[2]:
            os.write(master, left.pop(0)[1].encode())
            seen += "\x00"
    os.close(master)
    return process.wait(), seen


def test_questions_on_a_terminal(flext, home: Path) -> None:
    assert flext("profile", "create", "prod", "http://127.0.0.1:9", "--protected").returncode == 0
    code, seen = on_a_terminal(["-p", "prod", "pipeline", "start", "x"], [("to go on: ", "dev\n")])
    assert (code, "nothing was done" in seen) == (1, True)
    code, seen = on_a_terminal(["-p", "prod", "pipeline", "start", "x"], [("to go on: ", "prod\n")])
    assert (code, "Cannot connect" in seen) == (6, True)
    code, seen = on_a_terminal(["profile", "secret", "set", "prod"], [("token of profile prod: ", "Zq1seCretTyped\n")])
    assert (code, "Zq1seCretTyped" in seen) == (0, False)
    code, seen = on_a_terminal(["profile", "export", "prod", "--secrets", "--file", "out.yaml"], [("(new): ", "pw1\n"), ("(again): ", "pw2\n")])  # fmt: skip
    assert (code, "not the same" in seen, Path("out.yaml").exists()) == (2, True, False)
    code, seen = on_a_terminal(["profile", "export", "prod", "--secrets", "--file", "out.yaml"], [("(new): ", "pw1\n"), ("(again): ", "pw1\n")])  # fmt: skip
    assert code == 0
    code, seen = on_a_terminal(["profile", "import", "out.yaml", "--name", "p2"], [("Passphrase", "pw1\n"), ("[y/N] ", "n\n")])  # fmt: skip
    assert "services.url: - -> http://127.0.0.1:9" in seen
    assert not (home / "profiles" / "p2.yaml").exists()
    code, seen = on_a_terminal(["profile", "import", "out.yaml", "--name", "p2"], [("Passphrase", "pw1\n"), ("[y/N] ", "y\n")])  # fmt: skip
    assert code == 0
    assert (home / "profiles" / "p2.yaml").read_bytes() == (home / "profiles" / "prod.yaml").read_bytes()
    for arguments, question in (
        (["profile", "secret", "set", "prod"], "token of profile prod: "),
        (["profile", "delete", "prod"], "[y/N] "),
        (["-p", "prod", "pipeline", "start", "x"], "to go on: "),
    ):
        code, seen = on_a_terminal(arguments, [(question, "\x03")])
        assert code in {130, -2}
        assert "Traceback" not in seen


def test_edit_puts_back_what_was_there(flext, home: Path, tmp_path: Path) -> None:
    assert flext("config", "set", "timeouts.call", "20").returncode == 0
    path = home / "config.yaml"
    path.write_text("# mine\n" + path.read_text())
    before = path.read_bytes()
    editor = tmp_path / "editor"

    def edit(script: str):
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o755)
        return flext("config", "edit", EDITOR=str(editor), VISUAL="")

    wrong = edit("echo 'retries: {attempts: 99}' >> $1")
    assert (wrong.returncode, path.read_bytes()) == (4, before)
    assert ":4:11: retries.attempts is not valid: it is out of range" in wrong.stderr
    assert "99" in (home / "config.draft.yaml").read_text()
    lost = edit("printf 'alias:\\n  ls: pipeline list\\n  odd: nosuch thing\\n' >> $1")
    assert (lost.returncode, path.read_bytes()) == (4, before)
    assert ':6:3: alias "odd": "nosuch" is neither a command nor an alias' in lost.stderr
    assert "99" in (home / "config.draft.old.yaml").read_text()  # what was written before is not lost
    assert edit("printf '\\377' > $1").returncode == 4
    assert edit("rm $1").returncode == 4
    assert edit("exit 3").returncode == 4
    assert edit(f"echo x >> {path}; echo y >> $1").returncode == 4
    path.write_bytes(before)
    assert edit("true").stdout.endswith("CHANGED  no\n")
    assert path.read_bytes() == before
    path.write_text("alias: {odd: nosuch}\n")
    invalid = flext("config", "validate")
    assert (invalid.returncode, invalid.stdout) == (4, "")
    assert 'config.yaml:1:9: alias "odd": "nosuch" is neither' in invalid.stderr
    path.write_bytes(before)
    done = edit("echo 'retries: {attempts: 9}' >> $1")
    assert (done.returncode, path.read_bytes()) == (0, before + b"retries: {attempts: 9}\n")
    nobody = flext("config", "edit", EDITOR="", VISUAL="")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert nobody.stderr.startswith("error: There is no terminal for an editor\nhint: Set EDITOR, ")
    assert flext("config", "edit", EDITOR="/no/such editor", VISUAL="").returncode == 4
    assert flext("config", "edit", EDITOR="'", VISUAL="").returncode == 4
    assert [each.name for each in home.iterdir() if "draft" in each.name] == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("profile show nope", 4, "There is no profile 'nope'"),
        ("profile create local", 8, "There is a profile 'local' already"),
        ("profile create a/b", 4, "no name for a profile"),
        ("profile create a --settings auth.token=x", 4, "auth.token is a secret"),
        ("profile create a --settings timeouts.cal=5", 4, "There is no setting 'timeouts.cal'"),
        ("profile create a --settings variables.PASSWORD=5", 4, "named like a secret"),
        ("profile create a --extends nope", 4, "There is no profile 'nope' (it is extended by a)"),
        ("profile set dev x 1", 4, "There is no setting 'x'"),
        ("profile set dev timeouts.call", 2, "Give a value, or --unset"),
        ("profile set dev timeouts.call --unset", 5, "timeouts.call is not set in profile dev"),
        ("profile set dev extends dev", 4, "in a circle: dev -> dev"),
        ("profile set dev protected maybe", 4, "protected must be true or false"),
        ("profile set local timeouts.call 5", 8, "always there"),
        ("profile delete local --yes", 8, "always there"),
        ("profile rename dev other", 8, "There is a profile 'other' already"),
        ("profile copy nope x", 4, "There is no profile 'nope'"),
        ("profile use nope", 4, "There is no profile 'nope'"),
        ("profile use dev --project no-such-folder", 4, "is not a folder"),
        ("profile import nope.yaml --yes", 2, "nope.yaml cannot be read"),
        ("profile secret set nope", 4, "There is no profile 'nope'"),
        ("profile secret set dev token --file nope", 2, "nope cannot be read"),
        ("profile secret set dev", 2, "must be one line of text"),
        ("profile secret remove dev token --yes", 5, "Profile dev has no secret 'token'"),
        ("profile secret rotate --keep keyring", 4, "there is none here"),
        ("profile secret rotate --keep passphrase", 4, "no terminal to ask on"),
        ("profile secret rotate --keep passphrase --passphrase-fd 99", 4, "cannot be read"),
        ("config set timeouts.call soon", 4, "timeouts.call is not valid"),
        ("config set auth.token x", 4, "auth.token is a secret"),
        ("config set profile nope", 4, "There is no profile 'nope'"),
        ("config get nope", 4, "There is no setting 'nope'"),
        ("config get alias.x", 5, "alias.x is not set"),
        ("config unset output.format", 5, "output.format is not set in"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_one_line(home: Path, store, monkeypatch, capsys, words, code, message) -> None:
    store.create("dev")
    store.create("other")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    before = {path: path.read_bytes() for path in home.rglob("*.yaml")}
    assert main(words.split()) == code
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("error: ")
    assert message in told[0]
    assert len(told) <= 2
    assert {path: path.read_bytes() for path in home.rglob("*.yaml")} == before


def test_rename_takes_everything_along(home: Path, store) -> None:
    store.create("base", settings={"timeouts.call": 5})
    store.create("other")
    path = home / "profiles" / "dev.yaml"
    path.write_text("# why\nextends: [other, base]  # both\n")
    store.create("one", extends=("base",))
    store.vault.set("base", "token", "t0ken")
    store.use("base")
    store.rename("base", "root")
    assert path.read_text() == '# why\nextends: ["other", "root"]  # both\n'
    assert yaml.safe_load((home / "profiles" / "one.yaml").read_text()) == {"extends": "root"}
    assert (store.current()[0], store.vault.token("root"), store.vault.names("base")) == ("root", "t0ken", [])
    store.copy("root", "bare")
    store.copy("root", "full", secrets=True)
    assert (store.vault.names("bare"), store.vault.token("full")) == ([], "t0ken")
    store.delete("full")
    assert store.vault.names("full") == []
    store.set("one", "extends", "other, root")
    store.set("dev", "extends")
    store.set("one", "extends")
    store.delete("root")
    assert store.current() == ("local", "default")


def test_variables_and_output_of_a_profile_are_used(store, flext) -> None:
    store.create("dev", url="http://127.0.0.1:9")
    store.set("dev", "variables.DAY", "monday")
    store.set("dev", "variables.CITY", "Rome")
    store.set("dev", "output.format", "json")
    done = flext("-p", "dev", "pipeline", "start", "x", "--variables", "DAY=sunday", "--dry-run", "-o", "table")
    assert json.loads(done.stdout[done.stdout.index("{") :])["variables"] == {"DAY": "sunday", "CITY": "Rome"}
    assert json.loads(flext("-p", "dev", "profile", "secret", "list").stdout) == []
    assert isinstance(json.loads(flext("-p", "dev", "version").stdout), list)


async def test_the_same_from_python_in_both_colours(home: Path) -> None:
    from flext_sdk import AsyncConfig, AsyncFlext, AsyncProfiles, Flext

    profiles = AsyncProfiles()
    await profiles.create(
        "dev", "http://127.0.0.1:9", settings={"timeouts.call": "7", "connection.answer_limit": "1MB"}
    )
    await profiles.secret_set("dev", value="t0ken")
    async with AsyncFlext.from_profile("dev", retries=1) as client:
        assert client.profile.name == "dev"
        assert (client.options.timeout, client.options.retries) == (7.0, 1)
        rows = {row["key"]: row for row in await client.config.show(origins=True)}
        assert (rows["auth.token"]["value"], rows["auth.token"]["origin"]) == ("***", "profile dev")
        assert rows["retries.attempts"]["origin"] == "argument"
        assert rows["connection.answer_limit"]["value"] == "1 MiB"
        assert (await client.profiles.show())[-1]["key"] == "secret token"
        assert "t0ken" not in repr(client.settings["token"]) + repr(client) + str(rows)
        assert client.with_options(timeout=3).profile is client.profile
    with Flext(profile="dev") as client:
        assert [row["name"] for row in client.profiles.list() if row["active"]] == ["dev"]
        assert client.profiles.secret_list("dev") == [{"profile": "dev", "name": "token"}]
        client.profiles.secret_remove("dev")
        text = client.profiles.export("dev")
        Path("dev.yaml").write_text(text)
        assert client.profiles.import_("dev.yaml", name="dev3", on_changes=lambda changes: False) is None
        assert client.profiles.import_("dev.yaml", name="dev3")["url"] == "http://127.0.0.1:9"
        assert client.profiles.import_("dev.yaml")["name"] == "dev"
    assert await AsyncConfig().get("profile") is None
    assert (await AsyncConfig(profile="dev").get("timeouts.call")) == 7.0
    await AsyncConfig().set("alias.ls", "pipeline list")
    assert await AsyncConfig().get("alias.ls") == "pipeline list"


def test_errors_have_the_format_that_a_file_chose(flext) -> None:
    flext("config", "set", "output.format", "json")
    flext("profile", "create", "gone", "http://127.0.0.1:9", "--settings", "retries.attempts=0")
    told = json.loads(flext("-p", "gone", "pipeline", "list").stderr)["error"]
    assert told["code"] == "CONNECTION_FAILED"
    assert "The address comes from profile gone" in told["hint"]
    assert json.loads(flext("config", "unset", "alias.none").stderr)["error"]["code"] == "NOT_SET"
    assert flext("config", "unset", "alias.none", "-o", "table").stderr.startswith("error: ")
