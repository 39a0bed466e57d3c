"""Secrets at rest: nobody reads them in the files, and what cannot be opened is told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.vault import Vault
from flext_sdk.errors import ConfigurationError


def test_secrets_come_back_and_stand_in_no_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert (vault.get("a"), vault.list(), vault.delete("a")) == (None, [], False)
    vault.set("plugins/x/password", "hunter2")
    vault.set("other", "hunter3")
    again = Vault(tmp_path)
    assert again.get("plugins/x/password") == "hunter2"
    assert again.list("plugins/") == ["plugins/x/password"]
    for file in (tmp_path / "state").iterdir():
        assert b"hunter" not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert again.delete("plugins/x/password")
    assert vault.list() == ["other"]


@given(text=st.text(max_size=50))
def test_any_text_can_be_kept(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    vault = Vault(tmp_path_factory.getbasetemp() / "any", {"FLEXT_VAULT_KEY": Fernet.generate_key().decode()})
    try:
        vault.set("x", text)
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text that could be kept
    assert vault.get("x") == text


def test_a_key_from_outside(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    Vault(tmp_path, {"FLEXT_VAULT_KEY": key}).set("a", "b")
    assert not (tmp_path / "state" / "vault.key").exists()
    with pytest.raises(ConfigurationError, match="is gone"):
        Vault(tmp_path).get("a")
    with pytest.raises(ConfigurationError, match="closed with another key"):
        Vault(tmp_path, {"FLEXT_VAULT_KEY": Fernet.generate_key().decode()}).get("a")
    with pytest.raises(ConfigurationError, match="FLEXT_VAULT_KEY holds no key"):
        Vault(tmp_path, {"FLEXT_VAULT_KEY": "short"}).get("a")


def test_a_damaged_vault(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.set("a", "b")
    (tmp_path / "state" / "vault.json").write_text("{")
    for call in (vault.list, lambda: vault.get("a"), lambda: vault.set("a", "c")):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            call()


def test_a_vault_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    with pytest.raises((ConfigurationError, NotADirectoryError, FileExistsError)):
        Vault(tmp_path).set("a", "b")
