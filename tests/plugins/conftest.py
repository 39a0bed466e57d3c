"""A platform of this folder's own, with a toy tap installed in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import toys

from flext_sdk import Flext
from flext_sdk.embedded import supervisor


def environ_of(home: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "FLEXT_HOME": str(home), "FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0", **more}


class World:
    """A platform and how to talk to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = environ_of(home)
        self.urls: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=self.environ)
        self.urls = {name: each.url for name, each in found.items()}
        self.token = next(iter(found.values())).token
        self.pids = {name: each.pid for name, each in found.items()}

    def client(self) -> Flext:
        return Flext(base_url=self.urls, token=self.token)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("plugins")
    try:
        yield World(home)
    finally:
        supervisor.stop("all", environ=environ_of(home))


@pytest.fixture
def client(world: World) -> Iterator[Flext]:
    with world.client() as found:
        yield found


@pytest.fixture
def toy(world: World, client: Flext, tmp_path: Path) -> Iterator[str]:
    """The toy tap 1.0, installed anew."""
    client.plugins.install("tap-toy", requirement=[str(toys.wheel(tmp_path / "toys"))], yes=True)
    yield "tap-toy"
    with world.client() as again:  # the test may have restarted the platform
        if any(plugin.name == "tap-toy" for plugin in again.plugins.list()):
            again.plugins.uninstall("tap-toy")
