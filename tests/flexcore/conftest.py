"""A platform whose FlexCore may start any program, two at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flext_sdk import Flext
from flext_sdk.embedded import supervisor


@dataclass
class World:
    environ: dict[str, str]
    urls: dict[str, str]
    token: str

    @property
    def home(self) -> Path:
        return Path(self.environ["FLEXT_HOME"])

    def http(self, service: str = "flexcore") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.urls[service], headers=headers, timeout=30)

    def client(self) -> Flext:
        return Flext(base_url=self.urls, token=self.token)

    def restarted(self) -> None:
        found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=self.environ)
        self.urls = {name: each.url for name, each in found.items()}


def environ_of(home: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "FLEXT_HOME": str(home), "FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0", **more}


def started(home: Path, *services: str, **more: str) -> World:
    environ = environ_of(home, **more)
    names = services or ("flexcore", "flext")
    found = supervisor.ensure_running(services=names, notify=lambda _line: None, timeout=60, environ=environ)
    return World(environ, {name: each.url for name, each in found.items()}, next(iter(found.values())).token)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("flexcore")
    try:
        yield started(home, FLEXT_ALLOW_PROCESSES="1", FLEXT_MAX_ORCHESTRATIONS="2")
    finally:
        supervisor.stop("all", environ=environ_of(home))


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    with world.http() as found:
        yield found


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Starts a FlexCore of a test's own, without FLEXT Service."""
    home = tmp_path / "home"

    def start(**more: str) -> World:
        return started(home, "flexcore", **more)

    try:
        yield start
    finally:
        supervisor.stop("all", force=True, environ=environ_of(home))


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    def wait(look: Callable[[], Any], seconds: float = 30.0) -> Any:
        end = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < end, "it never came about"
            time.sleep(0.02)
        return found

    return wait
