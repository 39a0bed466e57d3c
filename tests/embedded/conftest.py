"""What the tests of the embedded platform share."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.web.contract import Contract, load_contract
from flext_sdk.embedded.web.problems import Checker


def _load(name: str) -> None:
    """Make a helper module beside the tests importable, which pytest's importlib mode does not."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


_load("embedded_toy")


def platform_environ(home: Path, **more: str) -> dict[str, str]:
    """An environment whose services live under ``home`` and on any free ports."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEXT_")}
    return {**kept, "FLEXT_HOME": str(home), "FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0", **more}


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An environment of its own; what was started in it is ended."""
    found = platform_environ(tmp_path / "home")
    yield found
    supervisor.stop(force=True, environ=found)


def answer_problems(contract: Contract, operation_id: str, status: int, body: Any) -> list[dict[str, Any]]:
    """What is wrong with an answer according to the contract."""
    spec = next(spec for spec in contract.operations() if spec.id == operation_id)
    schema = spec.responses.get(str(status), spec.responses["default"])
    return Checker(contract.schema(schema)).problems(body)


@pytest.fixture(scope="session")
def flexcore_contract() -> Contract:
    return load_contract("flexcore")


@pytest.fixture(scope="session")
def flext_contract() -> Contract:
    return load_contract("flext")
