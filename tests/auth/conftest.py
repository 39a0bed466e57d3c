"""Users of the shared platform, each with a name of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flext_sdk.testing import Platform

_NUMBERS = itertools.count()


@dataclass
class People:
    """Makes users and logs them in over plain HTTP."""

    platform: Platform
    password: str = "correct horse"

    def http(self, service: str = "flext", token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token or self.platform.token}"}
        return httpx.Client(base_url=self.platform.urls[service], headers=headers, timeout=30)

    def user(self, role: str = "reader") -> str:
        name = f"user{next(_NUMBERS)}"
        with self.http() as http:
            made = http.post("/api/v1/auth/users", json={"username": name, "password": self.password, "role": role})
        assert made.status_code == 201, made.text
        return name

    def login(self, name: str) -> dict[str, Any]:
        with self.http() as http:
            answer = http.post("/api/v1/auth/login", json={"username": name, "password": self.password})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def events(self, name: str) -> list[str]:
        with self.http() as http:
            entries = http.get("/api/v1/auth/audit", params={"username": name, "limit": 100}).json()["entries"]
        return [entry["event"] for entry in reversed(entries)]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of their own: failed logins slow down everybody who comes from the same address."""
    with Platform(tmp_path_factory.mktemp("auth")) as found:
        yield found


@pytest.fixture
def people(platform: Platform) -> People:
    return People(platform)


@pytest.fixture
def elsewhere(platform: Platform, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The environment of somebody who has an address of the platform and a home of their own."""

    def environ(**more: str) -> dict[str, str]:
        urls = {"FLEXT_FLEXCORE_URL": platform.urls["flexcore"], "FLEXT_SERVICE_URL": platform.urls["flext"]}
        return {"FLEXT_HOME": str(tmp_path / "home"), **urls, **more}

    return environ
