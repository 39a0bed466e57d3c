"""What `flext debug` knows about settings files, profiles, secrets and logins."""

import json
import tarfile
import time

import pytest

from flext_sdk._credentials import Login, VaultTokenStore, login_key
from flext_sdk._diagnostics import settings
from flext_sdk.profiles import ProfileStore, Vault


@pytest.fixture
def own(tmp_path):
    """A home with two profiles, secrets and a login."""
    environ = {"FLEXT_HOME": str(tmp_path / "own"), "FLEXT_AUTOSTART": "0"}
    store = ProfileStore(environ["FLEXT_HOME"], environ=environ)
    store.create("dev", url="http://127.0.0.1:9")
    store.create("prod", extends=("dev",), protected=True)
    store.use("dev")
    store.vault.set("dev", "token", "Zp1seCretToken")
    store.vault.set("prod", "warehouse", "Zp2seCretWarehouse")
    login = Login("ada", "flxa_Zp3seCretAccess", "flxr_Zp4seCretRefresh", time.time() + 900, 900)
    VaultTokenStore("dev", environ).save(login_key("http://127.0.0.1:9"), login)
    return environ


def rows(result):
    return {row["name"]: row for row in json.loads(result.out)}


def test_validate_lists_what_is_right(flext, own):
    home = own["FLEXT_HOME"]
    found = rows(flext("debug", "validate", "-o", "json", environ={**own, "FLEXT_TIMEOUT": "5"}))
    assert {row["status"] for row in found.values()} == {"ok"}
    assert {"FLEXT_TIMEOUT", f"{home}/config.yaml", f"{home}/profiles/dev.yaml", f"{home}/profiles/prod.yaml"} <= set(
        found
    )
    assert found["profile"]["detail"] == f"dev, chosen by {home}/config.yaml"
    assert found["key of the secrets"]["detail"] == f"kept in {home}/credentials/key.json"
    assert found["secrets of dev"]["detail"] == "1 can be read, and a login"
    assert found["secrets of prod"]["detail"] == "1 can be read"
    named = rows(flext("debug", "validate", "-p", "prod", "-o", "json", environ=own))
    assert named["profile"]["detail"] == "prod, chosen by argument, protected"


def test_validate_names_every_fault_with_its_place(flext, own, tmp_path):
    home = tmp_path / "own"
    (home / "config.yaml").write_text("profile: dev\ntimeouts:\n  call: never\n")
    (home / "profiles" / "odd.yaml").write_text("extends: nobody\n")
    Vault(home).set("odd", "token", "x")
    (home / "credentials" / "odd.json").write_text("{}")
    result = flext("debug", "validate", "-o", "json", environ={**own, "FLEXT_RETRIES": "many"}, code=4)
    told = json.loads(result.err[result.err.index("{") :])
    problems = [one["message"] for one in told["error"]["problems"]]
    assert any(text.startswith("FLEXT_RETRIES (environment) is not valid") for text in problems)
    assert any(text.startswith(f"{home}/config.yaml:3:3: ") for text in problems)
    assert any("nobody" in text for text in problems)
    assert any(text.startswith("secrets of odd: ") and "damaged" in text for text in problems)
    assert len(set(problems)) == len(problems) == 4
    assert not result.out


def test_check_tells_the_same_in_short_and_goes_on_without_a_broken_file(flext, own, tmp_path):
    found = rows(flext("debug", "check", "-o", "json", environ=own))
    assert found["settings"]["status"] == "ok"
    assert found["secrets"]["detail"].endswith("2 profiles have some")
    (tmp_path / "own" / "config.yaml").write_text("timeouts: {call: never}\n")
    result = flext("debug", "check", "-o", "json", environ=own)
    assert result.err.startswith("left out: ")
    broken = rows(result)
    assert broken["settings"]["status"] == "failed"
    assert broken["settings"]["mend"] == "flext debug validate"
    assert broken["profile"]["status"] == "failed"
    assert flext("debug", "paths", environ=own).code == 0
    loud = flext("debug", "check", "-p", "dev", environ=own, code=4)
    assert "config.yaml" in loud.err


def test_a_passphrase_is_not_asked_for(own):
    Vault(own["FLEXT_HOME"], ask=lambda: "a long passphrase").rotate("passphrase", passphrase="a long passphrase")
    found = {one.name: one for one in settings.secrets(own)}
    assert found["key of the secrets"].detail == "kept under a passphrase"
    assert found["secrets of dev"].status == "ok"
    assert "were not opened" in found["secrets of dev"].detail
    assert list(settings.kept_secrets(own)) == []


def test_a_key_that_is_gone_or_open_to_others_is_told(own, tmp_path):
    key = tmp_path / "own" / "credentials" / "key.json"
    key.chmod(0o644)
    assert [one.status for one in settings.secrets(own)] == ["failed"]
    key.unlink()
    (gone,) = settings.secrets(own)
    assert (gone.status, gone.detail) == ("failed", "their key is gone")
    assert "key.json" in gone.mend


def test_a_bundle_masks_what_is_kept_encrypted(flext, own, tmp_path):
    planted = ["Zp1seCretToken", "Zp2seCretWarehouse", "flxa_Zp3seCretAccess", "flxr_Zp4seCretRefresh"]
    logs = tmp_path / "own" / "logs"
    logs.mkdir()
    (logs / "x.log").write_text("".join(f"met {secret} on the way\n" for secret in planted) + "kept\n")
    flext("debug", "bundle", "report.tar.gz", environ=own)
    with tarfile.open(tmp_path / "report.tar.gz") as opened:
        content = {each.name.removeprefix("flext-bundle/"): opened.extractfile(each).read().decode() for each in opened}
    assert "kept\n" in content["home/logs/x.log"]
    assert "home/profiles/dev.yaml" in content
    for name, text in content.items():
        for secret in planted:
            assert secret not in text, name


def test_a_protected_profile_does_not_stand_in_the_way_of_a_bundle(flext, own, tmp_path):
    flext("debug", "bundle", "report.tar.gz", "-p", "prod", environ=own)
    assert (tmp_path / "report.tar.gz").exists()


def test_a_trace_is_of_the_platform_that_was_chosen(flext, own):
    traced = flext(
        "debug", "trace", "-p", "prod", "--url", "http://127.0.0.1:7", "config", "show", "-o", "json", environ=own
    )
    shown = {row["key"]: row["value"] for row in json.loads(traced.err)}
    assert (shown["profile"], shown["services.url"]) == ("prod", "http://127.0.0.1:7")
