"""What the tests of the embedded platform share."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.web.contract import Contract, load_contract


def _load(name: str) -> None:
    """Make a helper module beside the tests importable, which pytest's importlib mode does not."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


for helper in ("embedded_help", "embedded_toy"):
    _load(helper)


from embedded_help import platform_environ  # noqa: E402 - there from here on
from embedded_toy import Toy, toy_contract  # noqa: E402


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment of its own; what was started in it is ended."""
    found = platform_environ(tmp_path / "home")
    yield found
    supervisor.stop(force=True, environ=found)


@pytest.fixture(scope="session")
def flexcore_contract() -> Contract:
    return load_contract("flexcore")


@pytest.fixture(scope="session")
def flext_contract() -> Contract:
    return load_contract("flext")


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The toy contract."""
    return toy_contract(tmp_path_factory.mktemp("contract"))


@pytest.fixture
def toy() -> Toy:
    return Toy()
