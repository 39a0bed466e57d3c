"""Factories and strategies: valid, deterministic, and with sense."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flext_sdk
from flext_sdk._operations import OPERATIONS
from flext_sdk.testing import ContractViolation, clock, factory, strategies
from flext_sdk.testing import _build as build_module
from flext_sdk.testing._examples import EXAMPLES, FACTS
from flext_sdk.testing.contract import Contracts, documents

NAMES = sorted(EXAMPLES)
CHECKED = Contracts(strict=True)
WITH_ANSWER = sorted(known.id for known in CHECKED if known.answer_schema)


def checker(name: str) -> Any:
    from flext_sdk.embedded.web.problems import Checker

    root, *path = FACTS[name][1].split("/")
    contract = documents()["flext"]
    if root not in contract.document["components"]["schemas"]:
        contract = documents()["flexcore"]
    schema: Any = contract.document["components"]["schemas"][root]
    for part in path:
        schema = schema[part]
    return Checker(contract.schema(schema))


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_a_factory_whose_model_fits_the_contract(name: str) -> None:
    made = getattr(factory, name)()
    assert type(made).__name__ == name
    assert checker(name).problems(made.to_dict()) == []
    assert made == getattr(factory, name)()


def test_every_public_model_has_a_factory() -> None:
    from flext_sdk._core.model import Model

    public = {
        n for n in flext_sdk.__all__ if isinstance(found := getattr(flext_sdk, n), type) and issubclass(found, Model)
    }
    assert public <= set(factory.__all__)


def test_examples_are_the_callers_own() -> None:
    factory.example("Pipeline")["tags"].append("mine")
    assert factory.example("Pipeline")["tags"] == ["demo"]


@pytest.mark.parametrize("status", ["pending", "running", "stopping", "completed", "failed", "cancelled"])
def test_a_run_is_consistent_with_its_status(status: str) -> None:
    run = factory.Run(status=status)
    assert checker("Run").problems(run.to_dict()) == []
    assert (run.completed_at is None) == (status in {"pending", "running", "stopping"})
    assert (run.error is not None) == (status == "failed")
    assert (run.started_at is None) == (status == "pending")
    assert run.records == sum(step.records or 0 for step in run.steps)


def test_what_is_given_wins_and_the_rest_follows() -> None:
    steps = [
        factory.StepRun(name="a", records=5),
        factory.StepRun(name="b", status="skipped"),
        {"name": "c", "status": "running"},
    ]
    run = factory.Run(steps=steps, status="running", created_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert (run.steps_total, run.steps_executed, run.records, run.current_step) == (3, 2, 5, "a")
    assert run.created_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert factory.Run(status="failed", error="no disk").error == "no disk"
    assert factory.StepRun(status="failed").exit_code == 1
    assert factory.Pipeline(is_active=False).status == "paused"
    assert factory.Pipeline(steps=[]).step_count == 0
    assert factory.PipelineList(pipelines=factory.batch(factory.Pipeline, 4)).total == 4
    assert factory.RunList(runs=[], total=9).total == 9
    assert factory.PluginList(plugins=[]).count == 0


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(TypeError, match="Run has no field 'recrods'; did you mean 'records'"):
        factory.Run(recrods=5)  # type: ignore[call-arg]


def test_a_batch_has_names_of_its_own() -> None:
    runs = factory.batch(factory.Run, 3, status="failed")
    assert [run.execution_id for run in runs] == ["run-1-1", "run-1-2", "run-1-3"]
    assert {str(run.status) for run in runs} == {"failed"}
    assert [p.name for p in factory.batch(factory.Pipeline, 2, id="same")] == ["orders-1", "orders-2"]


@pytest.mark.parametrize("module", [factory, clock, build_module])
def test_examples_in_docstrings_are_true(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_strategy_makes_fits_the_contract_and_comes_back_from_its_model(name: str) -> None:
    check = checker(name)

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategies.data(name))
    def holds(data: dict[str, Any]) -> None:
        assert check.problems(data) == []
        model: Any = getattr(factory, name)
        kind = type(model())
        again = kind.model_validate(data).to_dict()
        assert kind.model_validate(again).to_dict() == again

    holds()


@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(strategies.models(flext_sdk.Run))
def test_models_are_models(run: flext_sdk.Run) -> None:
    assert isinstance(run, flext_sdk.Run)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_answers_and_bodies_are_what_the_contract_takes(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(OPERATIONS)))
    known = CHECKED.operation(name)
    known.check_answer(known.success, data.draw(strategies.answers(name)))
    if known.spec.body is None:
        with pytest.raises(ValueError, match="takes no body"):
            strategies.bodies(name)
    else:
        known.check_body(data.draw(strategies.bodies(name)), given=True)


def test_a_strategy_for_nothing_is_refused() -> None:
    with pytest.raises(ContractViolation, match=r"did you mean 'pipelines\.show'"):
        strategies.answers("pipelines.shw")
    with pytest.raises(KeyError):
        strategies.models(int)


def test_without_hypothesis_the_reason_is_told() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import flext_sdk.testing.strategies"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "flext_sdk.testing.strategies needs hypothesis: pip install hypothesis" in done.stderr
    code = "import flext_sdk.testing as t; print(sorted(set(t.__all__) - set(dir(t)))); t.nothing"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n"
    assert "has no attribute 'nothing'" in done.stderr


def test_without_the_extra_the_reason_is_told() -> None:
    code = "import sys; sys.modules['jsonschema_rs'] = None\nfrom flext_sdk.testing import FakeFlext\nFakeFlext()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "flext_sdk.testing needs the extra 'testing'" in done.stderr


def test_the_clock_stands_still_until_it_is_moved() -> None:
    from flext_sdk.testing import FakeClock

    found = FakeClock(100.0)
    found.advance(5)
    assert (found.time(), found.monotonic(), found.slept, repr(found)) == (105.0, 5.0, [], "FakeClock(5 s passed)")
    with pytest.raises(ValueError, match="backwards"):
        found.advance(-1)
