"""Settings of a service, and where each came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from flext_sdk.embedded.settings import (
    MASK,
    HostSettings,
    describe,
    grace,
    home,
    log_level,
    masked_url,
    wanted_port,
)
from flext_sdk.errors import ConfigurationError


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert home({}) == tmp_path / ".flx"
    assert home({"FLEXT_HOME": "~/x"}) == tmp_path / "x"
    assert home({"FLEXT_HOME": "rel"}) == tmp_path / "rel"


def test_what_follows_from_the_settings(tmp_path: Path) -> None:
    settings = HostSettings("flext", tmp_path, 9000, "the-token")
    assert settings.url == "http://127.0.0.1:9000"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/flext.db"
    assert settings.dbos_url == f"sqlite:///{tmp_path}/state/dbos.db"
    assert (settings.state_dir, settings.logs_dir) == (tmp_path / "state", tmp_path / "logs")
    assert "the-token" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "store", "engine"),
    [
        ({"FLEXT_DATABASE_URL": "postgresql://h/db"}, "postgresql://h/db", "postgresql://h/db"),
        ({"FLEXT_DATABASE_URL": "sqlite:////x.db"}, "sqlite:////x.db", None),
        (
            {"FLEXT_DATABASE_URL": "postgresql://h/db", "FLEXT_DBOS_DATABASE_URL": "postgresql://h/e"},
            "postgresql://h/db",
            "postgresql://h/e",
        ),
    ],
)
def test_other_databases(tmp_path: Path, environ: dict[str, str], store: str, engine: str | None) -> None:
    settings = HostSettings("flext", tmp_path, 1, "t", environment=environ)
    assert settings.database_url == store
    assert settings.dbos_url == (engine or f"sqlite:///{tmp_path}/state/dbos.db")


@pytest.mark.parametrize(("text", "port"), [("", None), ("0", 0), ("8090", 8090), ("65535", 65535)])
def test_good_ports(text: str, port: int | None) -> None:
    assert wanted_port("flext", {"FLEXT_SERVICE_PORT": text}) == port


@pytest.mark.parametrize("text", ["x", "-1", "65536", "8080.0", "²", " 80"])
def test_bad_ports(text: str) -> None:
    with pytest.raises(ConfigurationError, match="FLEXT_SERVICE_PORT is not a port"):
        wanted_port("flext", {"FLEXT_SERVICE_PORT": text})


def test_levels_and_seconds() -> None:
    assert log_level({"FLEXT_LOG_LEVEL": "DEBUG"}) == "debug"
    assert (grace({}), grace({"FLEXT_SHUTDOWN_GRACE": "2.5"})) == (10.0, 2.5)
    for text in ("x", "-1", "nan", "1e9"):
        with pytest.raises(ConfigurationError, match="FLEXT_SHUTDOWN_GRACE"):
            grace({"FLEXT_SHUTDOWN_GRACE": text})


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://u:p@ss@h:5432/db", f"postgresql://u:{MASK}@h:5432/db"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("sqlite:////x.db", "sqlite:////x.db"),
    ],
)
def test_passwords_in_urls_are_masked(url: str, masked: str) -> None:
    assert masked_url(url) == masked


def test_each_setting_tells_where_it_came_from(tmp_path: Path) -> None:
    environ = {
        "FLEXT_LOG_LEVEL": "debug",
        "FLEXT_DATABASE_URL": "postgresql://u:hunter2@h/db",
        "FLEXT_SERVICE_PORT": "9000",
    }
    found = {each["name"]: (each["value"], each["origin"]) for each in describe("flext", tmp_path, environ)}
    assert found["log_level"] == ("debug", "environment")
    assert found["shutdown_grace"] == (10.0, "default")
    assert found["port"] == (9000, "environment")
    assert found["token"] == (MASK, "state file")
    assert "hunter2" not in str(found)
    assert found["dbos_database_url"][0] == found["database_url"][0] == f"postgresql://u:{MASK}@h/db"


@pytest.mark.parametrize(
    ("environ", "port", "shown"),
    [
        ({}, None, (8080, "default")),
        ({}, 8080, (8080, "default")),
        ({}, 4711, (4711, "state file")),
        ({"FLEXT_FLEXCORE_PORT": "0"}, 4711, (4711, "state file")),
        ({"FLEXT_FLEXCORE_PORT": "4711"}, 4711, (4711, "environment")),
        ({"FLEXT_FLEXCORE_PORT": "0"}, None, (0, "environment")),
    ],
)
def test_where_the_port_came_from(
    tmp_path: Path, environ: dict[str, str], port: int | None, shown: tuple[int, str]
) -> None:
    found = {each["name"]: each for each in describe("flexcore", tmp_path, environ, port=port)}
    assert (found["port"]["value"], found["port"]["origin"]) == shown
    assert "database_url" not in found
