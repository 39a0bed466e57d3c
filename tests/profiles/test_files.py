"""Files that cannot be read, written or locked, and shapes that cannot be changed in place."""

import io
import os
import sys
import threading
from pathlib import Path

import pytest

from flext_sdk import Flext
from flext_sdk.errors import FlextError
from flext_sdk.profiles import ConfigFile, ProfileStore, _edit, _files
from flext_sdk.profiles._document import parse
from flext_sdk.profiles._find import find, home_of


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    place = tmp_path / "home"
    place.write_text("")
    store = ProfileStore(place)
    assert store.names() == ["local"]
    for work in (
        lambda: store.create("dev"),
        lambda: store.vault.set("dev", "token", "x"),
        lambda: ConfigFile(place).set("timeouts.call", "5"),
    ):
        with pytest.raises(FlextError) as caught:
            work()
        assert (caught.value.code, caught.value.exit_code) == ("PROFILE_FILE", 4)


def test_folders_where_files_belong(home: Path, store: ProfileStore) -> None:
    store.create("dev")
    (home / "config.yaml").mkdir()
    with pytest.raises(FlextError, match="Cannot read"):
        store.use("dev")
    (home / "config.yaml").rmdir()
    (home / "profiles" / "odd.yaml").mkdir()
    assert "Cannot read" in store.list()[2]["problem"]
    with pytest.raises(FlextError, match="Cannot remove"):
        _files.remove(home / "profiles" / "odd.yaml")
    with pytest.raises(FlextError, match="Cannot write"):
        _files.write(home / "profiles" / "odd.yaml", "")
    assert [path.name for path in (home / "profiles").glob(".*")] == []
    (home / ".profiles.lock").unlink()
    (home / ".profiles.lock").mkdir()
    with pytest.raises(FlextError, match="Cannot lock"):
        store.create("more")
    Path("project").mkdir()
    Path("project/.flext-profile").mkdir()
    with pytest.raises(FlextError, match="Cannot write"):
        store.use("dev", project="project")


def test_a_link_stays_a_link(home: Path, store: ProfileStore, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.yaml"
    real.write_text("# mine\n")
    home.mkdir()
    (home / "config.yaml").symlink_to(real)
    ConfigFile(home).set("timeouts.call", "5")
    assert (home / "config.yaml").is_symlink()
    assert real.read_text() == "# mine\ntimeouts:\n  call: 5\n"


def test_who_waits_too_long_for_the_others_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "PATIENCE", 0.02)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with _files.locked(home), _files.locked(home):
            inside.set()
            leave.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    try:
        with pytest.raises(FlextError, match="Another process has been writing"), _files.locked(home):
            pass
    finally:
        leave.set()
        holder.join()
    with _files.locked(home):
        pass


def test_where_home_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert home_of({"FLEXT_HOME": " /x "}) == "/x"
    assert home_of({"HOME": "/me"}) == "/me/.flx"
    assert home_of({"USERPROFILE": "/me"}) == "/me/.flx"
    assert home_of({}) is None
    monkeypatch.delenv("FLEXT_HOME")
    monkeypatch.setenv("HOME", "/me")
    assert home_of(os.environ) == "/me/.flx"
    assert find(None, {}, print) == (None, ())
    assert find("local", {}, print) == (None, ())
    for work in (lambda: find("dev", {}, print), lambda: ProfileStore(environ={})):
        with pytest.raises(FlextError) as caught:
            work()
        assert "FLEXT_HOME" in caught.value.hint


def test_a_client_without_files_loads_nothing_for_them(home: Path) -> None:
    import subprocess

    code = "import sys; from flext_sdk import Flext; Flext(); print('yaml' in sys.modules, 'flext_sdk.profiles._active' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False False\n"
    )


@pytest.mark.parametrize(
    ("before", "key", "value", "after"),
    [
        ("", "a.b", 1, "a:\n  b: 1\n"),
        ("{}", "a.b", 1, '{"a": {"b": 1}}'),
        ("{a: 1}  # x\n", "b", [1], '{a: 1, "b": [1]}  # x\n'),
        ("{a: 1,}\n", "b", 2, '{a: 1,"b": 2}\n'),
        ("a:\nb: 2\n", "a", 1, "a: 1\nb: 2\n"),
        ("a: 1  # x\n# y\n", "a", "no", 'a: "no"  # x\n# y\n'),
        ("a: 1", "b", "x: y", 'a: 1\nb: "x: y"\n'),
        ("a:\n    b: 1 # x\n# y\nc: 2\n", "a.d", "e", "a:\n    b: 1 # x\n    d: e\n# y\nc: 2\n"),
        ("a:\n- 1\n- 2\nb: 1\n", "a", 3, "a: 3\nb: 1\n"),
        ("a: |\n  x\n  y\nb: 1\n", "a", "z", "a: z\nb: 1\n"),
        ("a: x\n", "a.b", 1, 'a: {"b": 1}\n'),
        ("a: 'x' # y\r\nb: 1\r\n", "c", "\x85", 'a: \'x\' # y\r\nb: 1\r\nc: "\\u0085"\r\n'),
        ("---\na: 1\n...\n", "b", 2, "---\na: 1\nb: 2\n...\n"),
    ],
)  # fmt: skip
def test_setting_a_value_in_place(before: str, key: str, value: object, after: str) -> None:
    assert _edit.assign(before, key.split("."), value, name="f") == after


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("a: 1 # x\nb: 2\n", "a", "b: 2\n"),
        ("a:\n  b: 1\n  # y\n  c: 2\n", "a.b", "a:\n  # y\n  c: 2\n"),
        ("a:\n  b: 1\nc: 2", "a.b", "c: 2"),
        ("{a: 1, b: 2, c: 3} # x\n", "a", "{b: 2, c: 3} # x\n"),
        ("{a: 1, b: 2, c: 3} # x\n", "c", "{a: 1, b: 2} # x\n"),
        ("{a: 1}", "a", "{}"),
        ("a: 1", "a", ""),
        ("a: 1", "b", None),
        ("a: 1", "a.b", None),
    ],
)
def test_taking_a_value_out(before: str, key: str, after: str | None) -> None:
    assert _edit.drop(before, key.split("."), name="f") == after


def test_what_cannot_be_changed_in_place_is_left_alone(home: Path, store: ProfileStore) -> None:
    store.create("dev")
    path = home / "profiles" / "dev.yaml"
    path.write_text("services: &a {url: http://h}\nvariables: *a\n")
    with pytest.raises(FlextError) as caught:
        store.set("dev", "services.url", "http://other")
    assert (caught.value.code, path.read_text()) == ("NOT_EDITABLE", "services: &a {url: http://h}\nvariables: *a\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "not a mapping"),
        ("a: [", "1"),
        ("services: 5", "services must be a mapping"),
        ("description: 5", "description must be text"),
        ("extends: [1]", "There is no profile"),
        ("extends: [a b]", "extends holds the name of no profile"),
        ("extends+: 1", "needs a list"),
        ("variables: []", "variables must be a mapping"),
        ("a: 1\nb: 2", "2 problems"),
    ],
)
def test_wrong_files_are_told_with_their_line(home: Path, store: ProfileStore, text: str, message: str) -> None:
    store.create("dev")
    (home / "profiles" / "dev.yaml").write_text(text)
    with pytest.raises(FlextError, match=message) as caught:
        store.show("dev")
    assert caught.value.exit_code == 4
    files, problems = ConfigFile(home).problems()
    assert len(files) == 1
    assert problems
    assert all(str(problem).startswith(str(home)) for problem in problems)


def test_wrong_settings_of_config_yaml(home: Path, store: ProfileStore) -> None:
    home.mkdir()
    path = home / "config.yaml"
    for text, message in (
        ("alias: {a: 1}", "alias.a must be text"),
        ("profile: nope", "there is no profile 'nope'"),
        ("profile: a/b", "name of no profile"),
    ):
        path.write_text(text)
        assert message in str(ConfigFile(home).problems()[1][0])
    path.write_text("description: x\nservices:\n  url:\nprofile:\n")
    assert "'description' is not known" in str(ConfigFile(home).problems()[1][0])
    path.write_text("services:\n  url:\nprofile:\nalias:\n# only\n")
    assert ConfigFile(home).problems()[1] == []
    path.write_bytes(b"\xff")
    with pytest.raises(FlextError, match="not UTF-8"):
        Flext()


def test_a_pin_is_looked_for_upwards(home: Path, store: ProfileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create("dev")
    Path("deep/er").mkdir(parents=True)
    Path(".flext-profile").write_text("# ours\n\n dev \n")
    monkeypatch.chdir("deep/er")
    assert store.current()[0] == "dev"
    Path(".flext-profile").write_text("\n")
    assert store.current() == ("local", "default")
    Path(".flext-profile").write_bytes(b"\xff")
    assert store.current()[0] == "dev"
    gone = Path.cwd()
    (gone / ".flext-profile").unlink()
    gone.rmdir()
    assert store.current() == ("local", "default")


def test_origins_of_a_profile_in_use_of_config(home: Path, store: ProfileStore) -> None:
    store.create("dev")
    store.vault.set("dev", "other", "x")
    store.use("dev")
    rows = {row["key"]: row["value"] for row in ConfigFile(home).values()}
    assert (rows["profile"], rows["auth.token"]) == ("dev", None)
    store.delete("dev")
    assert "profile" not in parse((home / "config.yaml").read_text(), "c").data


def test_standard_input(home: Path, store: ProfileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk import Profiles

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"description: x\n")))
    assert Profiles().import_("-", name="dev")["description"] == "x"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    with pytest.raises(FlextError, match="not UTF-8"):
        Profiles().import_("-", name="dev")
