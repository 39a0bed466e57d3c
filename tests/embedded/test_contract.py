"""Reading and binding contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedded_toy import CONTRACT, SHARED, Toy, toy_app, toy_contract

from flext_sdk.embedded.web.binding import bind
from flext_sdk.embedded.web.contract import Contract, ContractError, contract_folder, load_contract


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for value in node for found in references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("service", ["flexcore", "flext"])
def test_the_committed_contracts_are_complete(service: str) -> None:
    contract = load_contract(service)  # type: ignore[arg-type]
    found = references(contract.document)
    assert found
    for reference in found:
        assert reference.startswith("#/")
        assert contract.resolve({"$ref": reference})
    specs = list(contract.operations())
    assert len({spec.id for spec in specs}) == len(specs)
    login = ["/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout"] if contract.service == "flext" else []
    assert [spec.path for spec in specs if spec.public] == ["/health", *login]


def test_a_contract_is_read_from_the_cache_until_it_changes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    first = toy_contract(tmp_path / "c", cache=cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes().replace(b'"toy"', b'"kept"'))
    assert toy_contract(tmp_path / "c", cache=cache).document["info"]["title"] == "kept"
    kept.write_bytes(b"{torn")
    assert toy_contract(tmp_path / "c", cache=cache) == first
    changed = toy_contract(tmp_path / "c", CONTRACT.replace("title: toy", "title: new"), cache=cache)
    assert changed.document["info"]["title"] == "new"
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "shared", "message"),
    [
        ("a: [", SHARED, "flexcore.yaml is not YAML"),
        ("[]", SHARED, "flexcore.yaml is not an OpenAPI document"),
        (CONTRACT.replace("flext.yaml#", "other.yaml#"), SHARED, "only schemas of flext.yaml"),
        (
            CONTRACT.replace("flext.yaml#/components/schemas/Word", "flext.yaml#/paths"),
            SHARED,
            "only schemas of flext.yaml",
        ),
        (
            f"{CONTRACT}components: {{schemas: {{Word: {{type: integer}}}}}}\n",
            SHARED,
            "two contracts define the schema Word",
        ),
    ],
)
def test_a_broken_contract_is_refused_in_one_line(tmp_path: Path, text: str, shared: str, message: str) -> None:
    with pytest.raises(ContractError, match=message) as error:
        toy_contract(tmp_path / "c", text, shared)
    assert "\n" not in error.value.message


def test_a_contract_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot read the contract"):
        load_contract("flext", folder=tmp_path)


def test_the_contracts_are_found() -> None:
    assert (contract_folder() / "flexcore.yaml").is_file()


def test_a_contract_may_use_the_shared_schema_under_its_own_name(tmp_path: Path) -> None:
    alias = 'components: {schemas: {Word: {$ref: "flext.yaml#/components/schemas/Word"}}}\n'
    contract = toy_contract(tmp_path / "c", CONTRACT + alias)
    assert contract.document["components"]["schemas"]["Word"] == {"type": "string", "minLength": 2}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return toy_contract(tmp_path / "c")


def test_a_missing_handler_stops_the_start(contract: Contract) -> None:
    toy = Toy()
    handlers = toy.handlers()
    del handlers["things.show"], handlers["slow.do"]
    toy.handlers = lambda: handlers  # type: ignore[method-assign]
    with pytest.raises(ContractError, match=r"flexcore has no handler for slow\.do, things\.show"):
        toy_app(contract, toy)


def test_an_extra_handler_stops_the_start(contract: Contract) -> None:
    toy = Toy()
    with pytest.raises(ContractError, match=r"has a handler for things\.more, which its contract does not have"):
        bind(contract, {**toy.handlers(), "things.more": toy.list}, {"things.follow": toy.follow})


def test_a_missing_websocket_handler_stops_the_start(contract: Contract) -> None:
    with pytest.raises(ContractError, match=r"no WebSocket handler for things\.follow"):
        bind(contract, Toy().handlers(), {})
