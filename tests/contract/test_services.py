"""Both running services against their contracts: requests that schemathesis makes from them, good ones and broken ones.

The requests are the same every time, so that what fails once fails again.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.config import GenerationConfig
from schemathesis.specs.openapi import checks as openapi_checks

from flext_sdk.testing import Platform
from flext_sdk.testing.contract import documents

EXAMPLES = 25
KNOWN = "known"
WEBSOCKETS = {"pipelines.follow", "events.follow"}
#: It gives its verdict on whatever it is sent: that a list is no pipeline is an answer, not a refusal.
VERDICTS = {"pipelines.validate"}
CHECKS: list[Any] = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
CONFIG = schemathesis.Config()
# Tokens are tested below, one by one; broken ones among all else would hide what is looked for here.
CONFIG.projects.default.generation = GenerationConfig(with_security_parameters=False)
SCHEMAS = {
    service: schemathesis.openapi.from_dict(copy.deepcopy(dict(found.document)), config=CONFIG)
    for service, found in documents().items()
}
OPERATIONS = {
    operation.definition.raw["operationId"]: (service, operation)
    for service, schema in SCHEMAS.items()
    for result in schema.get_all_operations()
    for operation in [result.ok()]
    if operation.definition.raw["operationId"] not in WEBSOCKETS
}
WIRE = httpx.Client(trust_env=False)
SPECS = {spec.id: spec for found in documents().values() for spec in found.operations()}
CASES = [
    (name, mode)
    for name in sorted(OPERATIONS)
    for mode in GenerationMode
    # What takes nothing cannot be asked wrongly.
    if mode is GenerationMode.POSITIVE or SPECS[name].parameters or SPECS[name].body
]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that nobody else sees: what happens to it here is not nice."""
    folder = tmp_path_factory.mktemp("contract")
    (folder / "rows.csv").write_text("id\n1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_OFFLINE", "1")  # nothing that is made up here may reach a package index
        with Platform(folder / "home") as platform:
            with platform.client() as client:
                client.pipelines.create(definition(folder), start=True, wait=True)
            yield platform


def definition(folder: Path) -> dict[str, Any]:
    tap = {"plugin": "tap-csv", "config": {"path": str(folder / "rows.csv")}}
    target = {"plugin": "target-jsonl", "config": {"path": str(folder / "out")}}
    return {"name": KNOWN, "steps": [{"name": "load", "extract": tap, "load": target}]}


def test_nothing_is_left_out() -> None:
    from flext_sdk._operations import OPERATIONS as ALL

    assert set(OPERATIONS) == set(ALL)


@pytest.mark.parametrize(("name", "mode"), CASES, ids=[f"{name}-{mode.value}" for name, mode in CASES])
def test_answers_keep_to_the_contract(own: Platform, name: str, mode: GenerationMode) -> None:
    service, operation = OPERATIONS[name]

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def holds(case: Any, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE and "{name}" in case.path and service == "flext":
            case.path_parameters["name"] = KNOWN
        if isinstance(case.body, dict):
            case.body.pop("confirmed", None)  # made-up packages are not installed, not even tried
        # null where a body may be left out is no body: Go clients write it so.
        bare = case.body is None and not SPECS[name].body_required
        refused = mode is GenerationMode.NEGATIVE and name not in VERDICTS and not bare
        case.call_and_validate(
            base_url=own.urls[service],
            headers={"Authorization": f"Bearer {own.token}"},
            checks=[*CHECKS, *([openapi_checks.negative_data_rejection] if refused else [])],
            timeout=30,
        )

    holds()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_token_and_no_answer(own: Platform, name: str) -> None:
    service, spec = OPERATIONS[name][0], SPECS[name]
    path = (
        spec.path.replace("{service}", "flext")
        .replace("{run}", "x")
        .replace("{name}", KNOWN)
        .replace("{plugin_id}", "x")
    )
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": own.token},
        {"Authorization": "Basic eDp5"},
    ):
        answer = WIRE.request(spec.method, own.urls[service] + path, headers=headers)
        # Those that log in or out are let through as well, to be told that there is no body.
        assert (answer.status_code in {200, 422}) is spec.public
        if not spec.public:
            assert answer.status_code == 401
            assert set(answer.json()) >= {"error", "code", "hint", "request_id"}
            assert own.token not in answer.text
