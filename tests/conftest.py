"""What all tests share: no setting of the person who runs them leaks in, and one running platform for those that need one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flext_sdk.testing import Platform


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        # A terminal in CI is not repainted; a test that means CI says so itself.
        if name.startswith("FLEXT_") or name in {"CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}:
            monkeypatch.delenv(name)
    # A test that forgets its own home must not find the platform of the person who runs it.
    monkeypatch.setenv("FLEXT_HOME", str(tmp_path_factory.getbasetemp() / "nobody"))
    monkeypatch.setenv("FLEXT_AUTOSTART", "0")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture(scope="session")
def platform(flext_platform: Platform) -> Platform:
    """FlexCore and FLEXT Service as real processes, the same for all tests: the fixture of `flext_sdk.testing`."""
    return flext_platform
