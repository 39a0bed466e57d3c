"""A request that is sent twice under one key is done once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from embedded_help import envelope
from embedded_toy import CONTRACT, Toy, asgi, client, not_found_error, toy_app, toy_contract

from flext_sdk.embedded.web.call import Answer
from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.idempotency import in_progress, key_reused

# -- Idempotency-Key ---------------------------------------------------------------------------------------------------


class Store:
    """Keeps answers in memory, and notes what was asked of it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, Answer | None]] = {}
        self.abandoned: list[str] = []

    def begin(self, key: str, operation_id: str, fingerprint: str) -> Answer | None:
        if key not in self.kept:
            self.kept[key] = (fingerprint, None)
            return None
        mark, answer = self.kept[key]
        if mark != fingerprint:
            raise key_reused(key)
        if answer is None:
            raise in_progress(key)
        return answer

    def finish(self, key: str, operation_id: str, fingerprint: str, answer: Answer) -> None:
        self.kept[key] = (fingerprint, answer)

    def abandon(self, key: str, operation_id: str, fingerprint: str) -> None:
        del self.kept[key]
        self.abandoned.append(key)


async def test_the_same_request_with_the_same_key_is_done_once(contract: Contract, toy: Toy) -> None:
    async with client(toy_app(contract, toy, idempotency=Store())) as http:
        key = {"Idempotency-Key": "k-1"}
        first = await http.post("/things", json={"name": "ab", "size": 1}, headers=key)
        again = await http.post("/things", json={"size": 1, "name": "ab"}, headers=key)
        other = envelope(await http.post("/things", json={"name": "cd"}, headers=key), 422, "IDEMPOTENCY_KEY_REUSED")
        free = await http.post("/things", json={"name": "ab"})
    assert first.json() == again.json() == {"name": "ab", "number": 1}
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert "idempotency-replayed" not in first.headers
    assert "'k-1'" in other["error"]
    assert free.json()["number"] == 2


async def test_a_request_whose_twin_is_being_worked_on_may_come_again(contract: Contract, toy: Toy) -> None:
    store = Store()
    async with client(toy_app(contract, toy, idempotency=store)) as http:
        await http.post("/things", json={"name": "ab"}, headers={"Idempotency-Key": "k"})
        store.kept["k"] = (store.kept["k"][0], None)
        response = await http.post("/things", json={"name": "ab"}, headers={"Idempotency-Key": "k"})
    envelope(response, 409, "IDEMPOTENCY_IN_PROGRESS")
    assert response.headers["retry-after"] == "1"


async def test_refusals_are_kept_and_faults_are_not(contract: Contract, toy: Toy) -> None:
    store = Store()
    async with client(toy_app(contract, toy, idempotency=store)) as http:
        toy.fail = not_found_error()
        for _ in range(2):
            envelope(
                await http.delete("/things/a", headers={"Idempotency-Key": "gone", "X-Request-ID": "same"}),
                404,
                "THING_NOT_FOUND",
            )
        assert len(toy.calls) == 1
        toy.fail = RuntimeError("oops")
        envelope(await http.delete("/things/a", headers={"Idempotency-Key": "bad"}), 500, "INTERNAL_ERROR")
        toy.fail = in_progress("x")
        toy.fail.status = 503
        envelope(await http.delete("/things/a", headers={"Idempotency-Key": "busy"}), 503, "IDEMPOTENCY_IN_PROGRESS")
        toy.fail = None
        assert (await http.delete("/things/a", headers={"Idempotency-Key": "bad"})).status_code == 204
    assert store.abandoned == ["bad", "busy"]


@pytest.mark.parametrize("key", ["x" * 256, "caf\xe9", "a\x7fb"])
async def test_keys_that_cannot_be_kept_are_refused(contract: Contract, toy: Toy, key: str) -> None:
    async with client(toy_app(contract, toy, idempotency=Store())) as http:
        headers = {"Idempotency-Key": key.encode("latin-1")}
        envelope(await http.post("/things", json={"name": "ab"}, headers=headers), 400, "INVALID_IDEMPOTENCY_KEY")  # type: ignore[arg-type]
        assert (await http.get("/things", headers=headers)).status_code == 200  # type: ignore[arg-type]


async def test_a_key_is_given_back_when_the_caller_goes_away(contract: Contract, toy: Toy) -> None:
    store = Store()
    messages = [{"type": "http.request"}, {"type": "http.disconnect"}]
    await asyncio.wait_for(
        asgi(toy_app(contract, toy, idempotency=store), messages, path="/slow", idempotency_key="k"), 5
    )
    assert store.abandoned == ["k"]


def test_the_toy_contract_is_what_is_tested(tmp_path: Path) -> None:
    assert {spec.id for spec in toy_contract(tmp_path / "c", CONTRACT).operations()} == {
        *Toy().handlers(),
        "things.follow",
    }
