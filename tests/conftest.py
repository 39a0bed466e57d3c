"""What all tests share: no setting of the person who runs them leaks in, and one running platform for those that need one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flext_sdk.testing import Platform


HERE = Path(__file__).parent
#: Files that take half a minute or more, the longest first: two run at a time, and whoever got one of these last would
#: keep the other one waiting.
LONGEST = (
    "contract/test_services.py",
    "cli/test_real.py",
    "faults/test_storm.py",
    "connectors/test_processes.py",
    "cli/test_tools.py",
    "generator/test_generate.py",
    "meltano/test_projects.py",
    "dbt/test_runs.py",
    "engine/test_runs.py",
    "dbt/test_client.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; all else stays where it is."""
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


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
