"""Operations that both services have, answered as the contract says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from embedded_help import answer_problems

from flext_sdk.embedded.settings import HostSettings
from flext_sdk.embedded.web.call import Answer, Call
from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.system import system_handlers


@pytest.fixture
def contracts(flexcore_contract: Contract, flext_contract: Contract) -> dict[str, Contract]:
    return {"flexcore": flexcore_contract, "flext": flext_contract}


@pytest.mark.parametrize("service", ["flexcore", "flext"])
async def test_answers_are_those_of_the_contract(tmp_path: Path, contracts: dict[str, Contract], service: Any) -> None:
    now = [0.0]
    counters = Counters(clock=lambda: now[0])
    now[0], counters.requests, counters.errors = 2.5, 7, 1
    checks = {"store": "ok", "engine": "ok"}
    settings = HostSettings(service, tmp_path, 8080, "t", name="blue")
    extra = {"executions": 3} if service == "flexcore" else {"runs": {"completed": 2}, "records": 10}
    handlers = system_handlers(settings, service, counters, lambda: checks, extra=lambda: extra)
    contract = contracts[service]

    async def ask(operation: str, status: int = 200) -> Any:
        found = handlers[f"services.{service}_{operation}"](Call(operation))
        found = await found if hasattr(found, "__await__") else found
        body = found.body if isinstance(found, Answer) else found
        assert (found.status if isinstance(found, Answer) else 200) == status
        assert answer_problems(contract, f"services.{service}_{operation}", status, body) == []
        return body

    health = await ask("health")
    assert (health["status"], health["uptime"], health["port"], health["components"]) == ("healthy", 2.5, 8080, checks)
    assert (await ask("ready"))["status"] == "ready"
    info = await ask("info")
    assert (info["service"], info["environment"]) == (service, "blue")
    metrics = await ask("metrics")
    if service == "flexcore":
        numbers = metrics["metrics"]
        assert (numbers["uptime"], numbers["requests"], numbers["errors"], numbers["executions"]) == (2.5, 7, 1, 3)
    else:
        assert metrics["requests"] == {"total": 7, "errors": 1}
        assert (metrics["runs"], metrics["records"]) == ({"completed": 2}, 10)

    checks["engine"] = "starting"
    assert (await ask("health"))["status"] == "degraded"
    assert (await ask("ready", 503))["status"] == "starting"
    checks["engine"] = "stopping"
    assert (await ask("ready", 503))["checks"]["engine"] == "stopping"
    assert (await ask("ready", 503))["status"] == "stopping"


def test_the_services_of_this_machine(tmp_path: Path, flext_contract: Contract) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "flexcore.log").write_text(
        '{"message": "1"}\n{"message": "2", "level": "info"}\nFatal error\n'
    )
    settings = HostSettings(
        "flext", tmp_path, 1, "t", environment={"FLEXT_DATABASE_URL": "postgresql://u:hunter2@h/db"}
    )
    handlers = system_handlers(settings, "flext", Counters(), dict)

    def ask(operation: str, **query: Any) -> Any:
        call = Call(operation, path={"service": "flexcore" if operation == "services.logs" else "flext"}, query=query)
        body = handlers[operation](call)
        assert answer_problems(flext_contract, operation, 200, body) == []
        return body

    listed = ask("services.list")
    assert [each["name"] for each in listed["services"]] == ["flexcore", "flext"]
    assert listed["total"] == 2
    assert ask("services.status")["status"] == "stopped"
    assert [entry["message"] for entry in ask("services.logs", tail=2)["logs"]] == ["2", "Fatal error"]
    config = ask("services.config")
    assert config["service"] == "flext"
    assert "hunter2" not in str(config)


def test_only_flext_tells_about_the_services(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    for service, contract in contracts.items():
        handlers = system_handlers(HostSettings(service, tmp_path, 1, "t"), service, Counters(), dict)  # type: ignore[arg-type]
        assert set(handlers) == {spec.id for spec in contract.operations() if spec.id.startswith("services.")}
