"""What all tests share: no setting of the person who runs them leaks in, and one running platform for those that need one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith("FLEXT_"):
            monkeypatch.delenv(name)
    # A test that forgets its own home must not find the platform of the person who runs it.
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path_factory.getbasetemp() / "nobody"))
    monkeypatch.setenv("FLEXT_AUTOSTART", "0")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@dataclass(frozen=True)
class Platform:
    """A running platform of the tests' own."""

    home: Path
    environ: dict[str, str]
    urls: dict[str, str]
    token: str


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """FlexCore and FLEXT Service as real processes on free ports, ended after the last test."""
    from flext_sdk.embedded import supervisor

    home = tmp_path_factory.mktemp("platform")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}
    environ = {**kept, "FLEXT_HOME": str(home)}
    found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=environ)
    try:
        yield Platform(home, environ, {name: e.url for name, e in found.items()}, next(iter(found.values())).token)
    finally:
        supervisor.stop("all", environ=environ)
