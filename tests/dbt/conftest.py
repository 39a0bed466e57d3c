"""dbt for tests: one environment for all runs of the suite, kept in .cache and made when its requirements change."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "engine")]

from dbt_shared import shared_environments  # noqa: E402
from engine_bench import Bench, eventually  # noqa: E402

from flext_sdk.embedded.engine.plugins import FirstParty  # noqa: E402
from flext_sdk.embedded.environments import Environments  # noqa: E402
from flext_sdk.embedded.store.runs import ENDED  # noqa: E402


@pytest.fixture(scope="session")
def environments() -> Environments:
    return shared_environments()


class Patient(Bench):
    """dbt takes its time, more so beside other tests."""

    def wait(self, run_id, statuses=ENDED):
        return eventually(lambda: view if (view := self.runs.show(run_id))["status"] in statuses else None, 180)


@pytest.fixture
def bench(tmp_path, environments):
    """The platform with the connectors that come with it and dbt."""
    found = Patient(tmp_path / "home", plugins=FirstParty(), environments=environments)
    found.launch()
    yield found
    found.close()
