"""Secrets: encrypted, bound to their place, never lost, never shown."""

import builtins
import json
import os
import sys
import types
from pathlib import Path

import pytest

from flext_sdk import Flext
from flext_sdk._diagnostics import settings as looked
from flext_sdk.errors import FlextError, MissingExtraError
from flext_sdk.profiles import ProfileStore, Vault, VaultError, _keys

PLANTED = {
    "token": "Zq1seCretToken",
    "other": 'Zq2 seCret"é\\x',
    "passphrase": "Zq3seCretPassphrase",
    "variable": "Zq4seCretVariable",
    "url": "Zq5seCretInUrl",
    "wrong key": "Zq6seCretKey",
}


class Ring:
    """A keyring as the package of that name has it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.priority = 5.0
        self.broken = False

    def module(self) -> types.ModuleType:
        module = types.ModuleType("keyring")
        module.get_keyring = lambda: self
        module.get_password = lambda service, name: self._checked() or self.kept.get((service, name))
        module.set_password = lambda service, name, text: self._checked() or self.kept.update({(service, name): text})
        module.delete_password = lambda service, name: self.kept.pop((service, name))
        return module

    def _checked(self) -> None:
        if self.broken:
            raise RuntimeError("locked")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring.module())
    return ring


def files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "credentials").iterdir()}


def test_they_are_encrypted_and_for_their_owner_alone(home: Path) -> None:
    vault = Vault(home)
    vault.set("dev", "token", PLANTED["token"])
    vault.set("dev", "other", PLANTED["other"])
    assert vault.all("dev") == {"token": PLANTED["token"], "other": PLANTED["other"]}
    assert vault.names("dev") == ["other", "token"]
    assert vault.kept_in() == "file"
    for path in (home / "credentials").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"seCret" not in path.read_bytes()
    assert (home / "credentials").stat().st_mode & 0o777 == 0o700
    assert "Zq" not in repr(vault)
    assert set(vault.values()) == {PLANTED["token"], PLANTED["other"]}
    before = files(home)["dev.json"]
    vault.set("dev", "other", PLANTED["other"])
    assert files(home)["dev.json"] != before, "every writing has a nonce of its own"


@pytest.mark.parametrize(
    "change", ["data", "nonce", "names", "key", "other profile", "no json", "a field is gone", "version"]
)
def test_a_file_that_was_changed_is_refused_and_left_alone(home: Path, change: str) -> None:
    vault = Vault(home)
    vault.set("dev", "token", "t0ken")
    path = home / "credentials" / "dev.json"
    data = json.loads(path.read_text())
    profile = "dev"
    if change in {"data", "nonce"}:
        data[change] = ("A" if data[change][0] != "A" else "B") + data[change][1:]
    elif change == "names":
        data["names"] = ["token-flext"]
    elif change == "key":
        data["key"] = "0" * 16
    elif change == "version":
        data["version"] = 2
    elif change == "a field is gone":
        del data["nonce"]
    elif change == "other profile":
        profile = "prod"
        path = path.with_name("prod.json")
    path.write_text("{" if change == "no json" else json.dumps(data))
    before = files(home)
    for work in (
        lambda: Vault(home).token(profile),
        lambda: Vault(home).set(profile, "x", "y"),
        lambda: Vault(home).rotate(),
    ):
        with pytest.raises(VaultError) as caught:
            work()
        assert caught.value.code == ("KEY_MISSING" if change == "key" else "SECRETS_DAMAGED")
        assert "\n" not in caught.value.message
        assert caught.value.exit_code == 4
    assert files(home) == before


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"keys": [{"id": 5, "kind": "file"}]}', '{"keys": [{"id": "a", "kind": "b"}]}']
)
def test_a_damaged_key_file_loses_nothing(home: Path, text: str) -> None:
    vault = Vault(home)
    vault.set("dev", "token", "t0ken")
    path = home / "credentials" / "key.json"
    good = path.read_text()
    path.write_text(text)
    with pytest.raises(VaultError):
        Vault(home).set("dev", "token", "new")
    path.write_text(good)
    assert Vault(home).token("dev") == "t0ken"


def test_a_key_that_others_can_read_is_not_used(home: Path) -> None:
    Vault(home).set("dev", "token", "t0ken")
    (home / "credentials" / "key.json").chmod(0o640)
    with pytest.raises(VaultError, match="Other users can read") as caught:
        Vault(home).token("dev")
    assert "chmod 600" in caught.value.hint


def test_a_short_or_wrong_key(home: Path) -> None:
    Vault(home).set("dev", "token", "t0ken")
    path = home / "credentials" / "key.json"
    data = json.loads(path.read_text())
    for key, code in (
        (_keys.encode(b"short"), "SECRETS_DAMAGED"),
        ("é", "SECRETS_DAMAGED"),
        (_keys.encode(b"x" * 32), "SECRETS_DAMAGED"),
    ):
        data["keys"][0]["key"] = key
        path.write_text(json.dumps(data))
        with pytest.raises(VaultError) as caught:
            Vault(home).token("dev")
        assert caught.value.code == code


def test_rotation_changes_the_key_and_keeps_everything(home: Path) -> None:
    vault = Vault(home)
    for name in ("dev", "prod"):
        vault.set(name, "token", f"t0ken-{name}")
    old = files(home)
    assert vault.rotate() == 2
    new = files(home)
    assert all(new[name] != old[name] for name in old)
    assert [Vault(home).token(name) for name in ("dev", "prod")] == ["t0ken-dev", "t0ken-prod"]
    # The old key opens nothing any more.
    (home / "credentials" / "key.json").write_bytes(old["key.json"])
    with pytest.raises(VaultError):
        Vault(home).token("dev")


def test_a_passphrase(home: Path) -> None:
    Vault(home).set("dev", "token", "t0ken")
    Vault(home).rotate("passphrase", passphrase=PLANTED["passphrase"])
    asked = []
    vault = Vault(home, ask=lambda: asked.append(1) or PLANTED["passphrase"])
    assert vault.names("dev") == ["token"]
    assert asked == [], "names need no key"
    assert (vault.token("dev"), vault.get("dev", "token"), asked) == ("t0ken", "t0ken", [1])
    with pytest.raises(VaultError) as caught:
        Vault(home, ask=lambda: "wrong").token("dev")
    assert caught.value.code == "WRONG_PASSPHRASE"
    with pytest.raises(VaultError) as caught:
        Vault(home).token("dev")
    assert caught.value.code == "PASSPHRASE_NEEDED"
    read, write = os.pipe()
    os.write(write, PLANTED["passphrase"].encode() + b"\nmore")
    os.close(write)
    with Flext(profile="local", _environ={**os.environ, "FLEXT_PASSPHRASE_FD": str(read)}) as client:
        assert client.settings.get_value("token") is None, "the profile local has none"
    assert Vault(home, environ={"FLEXT_PASSPHRASE_FD": str(read)}).token("dev") == "t0ken"
    assert Vault(home, environ={"FLEXT_PASSPHRASE_FD": str(read)}).token("dev") == "t0ken", "it was read once"
    os.close(read)
    with pytest.raises(VaultError, match="cannot be read"):
        Vault(home, environ={"FLEXT_PASSPHRASE_FD": str(read)}).token("dev")
    data = json.loads((home / "credentials" / "key.json").read_text())
    data["keys"][0]["n"] = 1 << 30
    (home / "credentials" / "key.json").write_text(json.dumps(data))
    with pytest.raises(VaultError, match="not sensible"):
        Vault(home, ask=lambda: PLANTED["passphrase"]).token("dev")


def test_the_keyring_of_the_operating_system(home: Path, ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(home)
    vault.set("dev", "token", "t0ken")
    assert vault.kept_in() == "keyring"
    assert "key" not in json.loads((home / "credentials" / "key.json").read_text())["keys"][0]
    vault.rotate()
    assert len(ring.kept) == 1
    assert Vault(home).token("dev") == "t0ken"
    ring.broken = True
    with pytest.raises(VaultError, match="did not give the key"):
        Vault(home).token("dev")
    with pytest.raises(VaultError, match="did not take the key"):
        vault.rotate()
    ring.broken = False
    kept, ring.kept = ring.kept, {}
    with pytest.raises(VaultError, match="no longer in the keyring"):
        Vault(home).token("dev")
    ring.kept, ring.priority = kept, 0
    with pytest.raises(VaultError, match="there is none here"):
        Vault(home).token("dev")
    ring.priority = "none"
    assert _keys.keyring() is None
    ring.priority = 5
    assert Vault(home).rotate("file") == 1
    assert ring.kept == {}
    monkeypatch.delitem(sys.modules, "keyring")
    assert Vault(home).token("dev") == "t0ken"


def test_a_keyring_that_nobody_can_unlock(home: Path, ring: Ring) -> None:
    ring.broken = True
    vault = Vault(home)
    vault.set("dev", "token", "t0ken")
    assert (vault.kept_in(), Vault(home).token("dev")) == ("file", "t0ken")
    told = next(check for check in looked.secrets({"FLEXT_HOME": str(home)}) if check.name == "key of the secrets")
    assert (told.status, "did not take the key: RuntimeError" in told.detail) == ("warning", True)
    with pytest.raises(VaultError, match="did not take the key"):
        vault.rotate("keyring")  # what was asked for is not replaced by something else
    ring.broken = False
    assert vault.rotate("keyring") == 1
    assert [check.status for check in looked.secrets({"FLEXT_HOME": str(home)})] == ["ok", "ok"]


def test_without_the_package_there_is_one_line(
    home: Path, store: ProfileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.create("dev")
    store.vault.set("dev", "token", "t0ken")
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("cryptography"):
            raise ModuleNotFoundError(name, name="cryptography")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError) as caught:
        Flext(profile="dev")
    assert caught.value.hint == 'Install it: pip install "flext-sdk[secrets]"'
    with Flext(profile="dev", token="given") as client:
        assert client.settings["token"].origin == "argument", "what is not needed is not missed"


def test_tokens_for_one_service_each(home: Path) -> None:
    vault = Vault(home)
    assert vault.token("dev") is None
    vault.update("dev", {"token-flexcore": "a"})
    assert vault.token("dev") == {"flexcore": "a"}
    vault.update("dev", {"token": "b", "token-flexcore": "a"})
    assert vault.token("dev") == {"flexcore": "a", "flext": "b"}
    vault.update("dev", {"token-flexcore": None})
    assert vault.token("dev") == "b"
    for name, value in (("a b", "x"), ("token", "two words"), ("x", ""), ("x", "y" * 70_000)):
        with pytest.raises(FlextError):
            vault.set("dev", name, value)
    with pytest.raises(FlextError):
        vault.set("key", "x", "y")
    with pytest.raises(FlextError):
        vault.names("../x")
    assert vault.exchange("dev", lambda found: None) == {"token": "b"}
    assert vault.exchange("dev", lambda found: {}) == {}
    assert not (home / "credentials" / "dev.json").exists()


def test_export_and_import_carry_secrets_only_encrypted(home: Path, tmp_path: Path, store: ProfileStore) -> None:
    store.create("dev", description="here")
    path = home / "profiles" / "dev.yaml"
    path.write_bytes("# Grüße\r\ndescription: here   # twice\r\n\r\ntimeouts: {call: 5}".encode())
    store.vault.set("dev", "token", PLANTED["token"])
    plain = store.export("dev")
    sealed = store.export("dev", passphrase=PLANTED["passphrase"])
    assert "seCret" not in plain + sealed
    other = ProfileStore(tmp_path / "other")
    for text, secrets in ((plain, []), (sealed, ["token"])):
        found, changes = other.preview(text, passphrase=lambda: PLANTED["passphrase"])
        assert PLANTED["token"] not in repr(found) + repr(changes)
        other.import_(found)
        assert (other.home / "profiles" / "dev.yaml").read_bytes() == path.read_bytes()
        assert other.vault.names("dev") == secrets
    assert other.vault.token("dev") == PLANTED["token"]
    found, changes = other.preview(plain)
    assert changes == []
    _, changes = other.preview(plain.replace("# twice", "# once"))
    assert [one["key"] for one in changes] == ["comments and layout"]
    _, changes = other.preview(plain.replace("here ", "there"))
    assert changes == [{"key": "description", "before": "here", "after": "there"}]
    _, changes = other.preview("", name="empty")
    assert changes == [{"key": "profile", "before": None, "after": "empty"}]
    for text, name, word, code in (
        (sealed, None, "wrong", "WRONG_PASSPHRASE"),
        (sealed.replace("profile: dev", "profile: prod"), None, PLANTED["passphrase"], "WRONG_PASSPHRASE"),
        ("# flext secrets: {\n", "x", "p", "SECRETS_DAMAGED"),
        ("# flext secrets: 5\n", "x", "p", "SECRETS_DAMAGED"),
        ("a: 1", None, "p", "CONFIGURATION"),
        ("a: 1", "x", "p", "BAD_SETTINGS_FILE"),
        ("", "a/b", "p", "BAD_NAME"),
        ("", "local", "p", "CONFLICT"),
        ("extends: nope", "x", "p", "NO_PROFILE"),
    ):
        with pytest.raises(FlextError) as caught:
            other.preview(text, name=name, passphrase=lambda word=word: word)
        assert caught.value.code == code
    with pytest.raises(VaultError):
        other.preview(sealed)
    with pytest.raises(VaultError):
        store.export("dev", passphrase="")


def test_planted_secrets_are_nowhere(flext, home: Path, tmp_path: Path) -> None:
    """In every place of a profile where somebody may put one: no output, error, file or process list has it."""
    seen = []

    def run(*words: str, **more):
        done = flext(*words, **more)
        seen.append(done.stdout + done.stderr)
        return done

    run("profile", "create", "dev", "http://127.0.0.1:9")
    assert run("profile", "secret", "set", "dev", text=PLANTED["token"] + "\n").returncode == 0
    assert run("profile", "secret", "set", "dev", "other", text=PLANTED["other"] + "\n").returncode == 0
    profile = home / "profiles" / "dev.yaml"
    good = profile.read_text()
    for wrong in (
        f"auth: {{token: {PLANTED['token']}}}\n",
        f"variables: {{DB_PASSWORD: {PLANTED['variable']}}}\n",
        f"services: {{url: 'http://me:{PLANTED['url']}@h'}}\n",
        f"timeouts: {{call: {PLANTED['wrong key']}}}\n",
        f"retries: {{attempts: {PLANTED['wrong key']}}}\n",
    ):
        profile.write_text(wrong)
        for words in (
            "-p dev pipeline list --debug",
            "config validate",
            "config validate -o json",
            "profile list",
            "profile show dev",
            "-p dev config show",
        ):
            done = run(*words.split())
            assert "--debug" in words or "Traceback" not in done.stderr
        assert run("-p", "dev", "version", "--debug").returncode == 4
    profile.write_text(good)
    word = tmp_path / "word"
    word.write_text(PLANTED["passphrase"])
    with word.open() as file:
        number = file.fileno()
        assert (
            run("profile", "secret", "rotate", "--keep", "passphrase", "--passphrase-fd", str(number)).returncode == 0
        )
    for words in (
        "profile list -o json", "profile show dev --origins -o yaml", "profile secret list -o json", "-p dev config show --origins", "-p dev config get auth.token",
        "-p dev pipeline start x --debug", "-p dev pipeline start x --dry-run", "profile export dev", "profile export dev --secrets", "-p dev api GET /x --debug",
    ):  # fmt: skip
        with word.open() as file:
            number = file.fileno()
            run(*words.split(), FLEXT_PASSPHRASE_FD=str(number), FLEXT_RETRIES="0")
    done = run("-p", "dev", "pipeline", "list")
    assert (done.returncode, "FLEXT_PASSPHRASE_FD=3" in done.stderr) == (4, True)
    run("profile", "rename", "dev", "new")
    everything = "\n".join(seen) + "".join(
        path.read_text("utf-8", "replace") for path in home.rglob("*") if path.is_file()
    )
    assert [value for value in PLANTED.values() if value in everything or json.dumps(value)[1:-1] in everything] == []


def test_no_secret_in_a_traceback_of_locals(home: Path, store: ProfileStore) -> None:
    import traceback

    store.create("dev", url="http://127.0.0.1:9")
    store.vault.set("dev", "token", PLANTED["token"])
    with Flext(profile="dev", retries=0) as client, pytest.raises(FlextError) as caught:
        client.pipelines.list()
    assert PLANTED["token"] not in "".join(traceback.format_exception(caught.value))
