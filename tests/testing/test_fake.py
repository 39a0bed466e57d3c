"""The fake platform: the real client above it, the contract below it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import flext_sdk
from flext_sdk import errors
from flext_sdk._operations import OPERATIONS
from flext_sdk.testing import Answer, ContractViolation, FakeFlext, factory, faults

SHOW = "pipelines.show"


def test_an_answer_reaches_the_caller_as_a_model(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, {"id": "1", "name": "orders"})
    found = colour.call(lambda c: c.pipelines.show("orders"))
    assert (type(found), found.name) == (flext_sdk.Pipeline, "orders")
    (call,) = fake_flext.calls_of(SHOW)
    assert (call.method, call.path, call.arguments) == ("GET", "/api/v1/pipelines/orders", {"name": "orders"})
    assert call.headers["authorization"] == "Bearer a-token-of-a-test"
    assert "token" not in repr(call)


def test_models_lists_wrapped_values_and_text_are_put_into_the_form_of_the_contract(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, factory.Pipeline(name="orders"))
    fake_flext.answer("plugins.info", factory.PluginMetadata(name="tap-x"))
    fake_flext.answer("pipelines.list", factory.batch(factory.Pipeline, 3))
    fake_flext.answer("plugins.list", [])
    fake_flext.answer("pipelines.export", "name: orders\n")
    fake_flext.answer("pipelines.delete")
    with fake_flext.client() as client:
        assert client.pipelines.show("orders").name == "orders"
        assert client.plugins.info("tap-x").name == "tap-x"
        assert [p.name for p in client.pipelines.list()] == ["orders-1", "orders-2", "orders-3"]
        assert list(client.plugins.list()) == []
        assert client.pipelines.export("orders") == "name: orders\n"
        assert client.pipelines.delete("orders") is None


def test_replies_come_one_after_the_other_and_the_last_one_again(colour: Any, fake_flext: FakeFlext) -> None:
    runs = [factory.Run(status=status) for status in ("pending", "running", "completed")]
    fake_flext.answer("pipelines.status", factory.PipelineStatus(last_execution=runs[0]))
    fake_flext.answer("pipelines.run_info", *runs[1:])
    seen: list[str] = []
    run = colour.call(lambda c: c.pipelines.wait("orders", on_progress=lambda r: seen.append(str(r.status))))
    assert (str(run.status), seen) == ("completed", ["pending", "running", "completed"])
    assert fake_flext.clock.slept == [pytest.approx(0.1), pytest.approx(0.13)]


def test_the_newest_rule_that_applies_answers(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, factory.Pipeline(name="any"))
    fake_flext.answer(SHOW, factory.Pipeline(name="first"), when={"name": "one"}, times=1)
    fake_flext.answer(
        SHOW, lambda call: factory.Pipeline(name=call.arguments["name"] + "!"), when=lambda c: c.path.endswith("two")
    )
    fake_flext.answer("pipelines.runs", [], when={"pipeline": "orders", "limit": 50})
    with fake_flext.client() as client:
        assert [client.pipelines.show(n).name for n in ("one", "one", "two", "three")] == [
            "first",
            "any",
            "two!",
            "any",
        ]
        assert client.pipelines.runs("orders").items == []
        with pytest.raises(ContractViolation, match=r"no answer for pipelines\.runs"):
            client.pipelines.runs("others")
    fake_flext.violations.clear()


def test_pages_are_cut_as_they_are_asked_for(colour: Any, fake_flext: FakeFlext) -> None:
    items = factory.batch(factory.Pipeline, 120)
    fake_flext.pages("pipelines.list", items)
    found = colour.call(lambda c: _all(c.pipelines.list(limit=50)))
    assert [p.name for p in found] == [p.name for p in items]
    assert [call.query["offset"] for call in fake_flext.calls] == [0, 50, 100]
    fake_flext.pages("plugins.list", factory.batch(factory.Plugin, 7))
    assert len(colour.call(lambda c: _all(c.plugins.list()))) == 7


def _all(page: Any) -> Any:
    if not hasattr(page, "__aiter__"):
        return list(page)

    async def every() -> list[Any]:
        return [item async for item in page]

    return every()


ENVELOPES = ["flext", "short", "nested", "success", "detail", "health", "problem", "text", "html", "empty"]


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_every_form_of_error_becomes_the_error_of_its_status(fake_flext: FakeFlext, envelope: Any) -> None:
    fake_flext.error(SHOW, 409, "it is busy", code="BUSY", hint="wait", envelope=envelope)
    with fake_flext.client() as client, pytest.raises(errors.ConflictError) as caught:
        client.pipelines.show("orders")
    assert ("it is busy" in str(caught.value)) == (envelope != "empty")
    if envelope == "flext":
        assert (caught.value.code, caught.value.hint) == ("BUSY", "wait")


def test_problems_and_missing_routes_and_waiting_times(fake_flext: FakeFlext) -> None:
    fake_flext.error("pipelines.create", 422, "2 problems", problems=[{"path": "/name", "message": "taken"}])
    fake_flext.unsupported("pipelines.pause")
    fake_flext.error(SHOW, 429, retry_after=7, times=1)
    fake_flext.answer(SHOW, factory.Pipeline())
    with fake_flext.client() as client:
        with pytest.raises(errors.ValidationFailedError) as caught:
            client.pipelines.create(factory.PipelineDefinition())
        assert caught.value.problems[0].path == "/name"
        with pytest.raises(errors.NotSupportedError):
            client.pipelines.pause("orders")
        client.pipelines.show("orders")
    assert fake_flext.clock.slept == [7.0]
    assert [call.attempt for call in fake_flext.calls_of(SHOW)] == [1, 2]
    with pytest.raises(ValueError, match="no envelope"):
        fake_flext.error(SHOW, 404, envelope="xml")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no status of an error"):
        fake_flext.error(SHOW, 200)


def violation(fake: FakeFlext, act: Any) -> ContractViolation:
    with pytest.raises(ContractViolation) as caught:
        act()
    fake.violations.clear()
    return caught.value


@pytest.mark.parametrize(
    ("operation", "reply", "status", "pointer"),
    [
        (SHOW, {"id": 1, "name": "orders"}, None, "/id"),
        (SHOW, {"id": "1", "nmae": "orders"}, None, "/nmae"),
        (SHOW, {"name": "orders"}, None, ""),
        (SHOW, {"id": "1", "name": "x", "steps": [{"name": "a"}, {"name": 3}]}, None, "/steps/1/name"),
        (SHOW, {"id": "1", "name": "orders"}, 201, ""),
        (SHOW, {"message": "no error here"}, 404, ""),
        (SHOW, "text", None, ""),
        ("pipelines.delete", {"deleted": True}, None, ""),
        ("pipelines.export", {"name": "orders"}, None, ""),
        ("pipelines.list", [{"id": "1", "name": 5}], None, "/pipelines/0/name"),
        ("pipelines.run_info", {"execution_id": "1", "status": "flying"}, None, "/status"),
        ("pipelines.shwo", {}, None, ""),
        ("pipelines.follow", {}, None, ""),
    ],
)
def test_an_answer_against_the_contract_is_refused_where_it_is_given(
    fake_flext: FakeFlext, operation: str, reply: Any, status: int | None, pointer: str
) -> None:
    found = violation(fake_flext, lambda: fake_flext.answer(operation, reply, status=status))
    assert pointer in [path for path, _ in found.problems]


def test_a_function_that_answers_against_the_contract_is_refused_when_it_is_asked(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, lambda _call: {"id": 5, "name": "x"})
    with fake_flext.client() as client:
        assert "/id" in str(violation(fake_flext, lambda: client.pipelines.show("x")))


def test_what_is_not_checked_passes(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, {"id": "1", "name": "x", "colour": "red"}, checked=False)
    fake_flext.answer("pipelines.run_info", Answer(b"{not json", headers={"Content-Type": "application/json"}))
    loose = FakeFlext(strict=False).answer(SHOW, {"id": "1", "name": "x", "colour": "red"})
    with fake_flext.client() as client, loose.client() as other:
        assert client.pipelines.show("x").to_dict()["colour"] == "red"
        assert other.pipelines.show("x").to_dict()["colour"] == "red"
        with pytest.raises(errors.ResponseDecodeError):
            client.pipelines.run_info("x")


@pytest.mark.parametrize(
    ("ask", "pointer"),
    [
        (lambda c: c.request("GET", "/api/v1/pipelins"), ""),
        (lambda c: c.request("PATCH", "/api/v1/pipelines/orders"), ""),
        (lambda c: c.request("GET", "/api/v1/flexcore/plugins"), ""),
        (lambda c: c.request("GET", "/api/v1/pipelines", query={"limt": 5}), "/limt"),
        (lambda c: c.pipelines.list(limit=1000), "/limit"),
        (lambda c: c.pipelines.show("x" * 101), "/name"),
        (lambda c: c.request("GET", "/api/v1/services/unknown"), "/service"),
        (lambda c: c.request("POST", "/api/v1/pipelines", json={"name": "a", "steps": [{"nme": "b"}]}), "/steps/0/nme"),
        (lambda c: c.request("POST", "/api/v1/pipelines", content=b"{"), ""),
        (lambda c: c.request("POST", "/api/v1/pipelines"), ""),
        (lambda c: c.request("POST", "/api/v1/pipelines/a/pause", json={"now": True}), ""),
    ],
)
def test_a_request_against_the_contract_is_refused(fake_flext: FakeFlext, ask: Any, pointer: str) -> None:
    fake_flext.fill()
    with fake_flext.client() as client:
        found = violation(fake_flext, lambda: ask(client))
    assert pointer in [path for path, _ in found.problems]
    assert fake_flext.calls == []


def test_requests_are_let_through_where_they_are_what_is_tested() -> None:
    fake = FakeFlext(check_requests=False).error("pipelines.list", 422, "limit must be at most 100")
    with fake.client() as client, pytest.raises(errors.ValidationFailedError):
        client.pipelines.list(limit=1000)
    assert fake.calls[0].query == {"limit": "1000", "offset": "0", "sort": "-created_at"}
    fake.close()


def test_every_operation_has_an_example_for_an_answer(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.fill()
    for operation in OPERATIONS.values():
        path = operation.path
        for param in operation.path_params:
            path = path.replace(f"{{{param.wire}}}", "flext")
        body = factory.example(operation.body.partition(":")[2]) if operation.body and ":" in operation.body else None
        body = {} if operation.id == "pipelines.validate" else body
        colour.call(lambda c, o=operation, p=path, b=body: c.request(o.method, p, service=o.service, json=b))
    assert {call.operation for call in fake_flext.calls} == set(OPERATIONS)


def test_answers_may_come_late(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, factory.Pipeline(), delay=3)
    colour.call(lambda c: c.pipelines.show("orders"))
    assert fake_flext.clock.slept == [3]
    fake_flext.answer(SHOW, factory.Pipeline(), delay=120)
    with pytest.raises(errors.DeadlineExceededError):
        colour.call(lambda c: c.pipelines.show("orders"))


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (faults.drop(times=2), [1, 2, 3]),
        (faults.refuse(times=1), [1, 2]),
        (faults.close_half_way(times=1), [1, 2]),
        (faults.latency(45, times=1), [1, 2]),
        (faults.latency(2), [1]),
        (faults.status(503, times=2, retry_after=1), [1, 2, 3]),
        (faults.status(500, nth=1), [1, 2]),
        (faults.drop(operations=["pipelines.list"]), [1]),
    ],
)
def test_the_client_gets_over_faults(
    colour: Any, fake_flext: FakeFlext, fault: faults.Fault, attempts: list[int]
) -> None:
    fault = faults.Fault(fault.effect, fault.times, fault.nth, fault.probability, fault.operations, fault.seed)
    fake_flext.answer(SHOW, factory.Pipeline(name="orders")).fault(fault)
    assert colour.call(lambda c: c.pipelines.show("orders")).name == "orders"
    assert [call.attempt for call in fake_flext.calls] == attempts


def test_faults_that_do_not_end_are_errors(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, faults.garbage(), factory.Pipeline())
    with pytest.raises(errors.ResponseDecodeError):
        colour.call(lambda c: c.pipelines.show("orders"))
    assert colour.call(lambda c: c.pipelines.show("orders")).name == "orders"
    fake_flext.fault(faults.refuse())
    with pytest.raises(errors.ConnectionFailedError):
        colour.call(lambda c: c.pipelines.show("orders"))


@pytest.mark.parametrize("socket", [True, False])
def test_a_log_is_followed_over_broken_connections(colour: Any, fake_flext: FakeFlext, socket: bool) -> None:
    lines = [*factory.batch(factory.LogEntry, 30), factory.LogEntry(level="error", message="the end")]
    fake_flext.follow(factory.Run(status="failed"), lines, stored=3, cuts=[5, 5, 20], socket=socket)
    found = colour.call(lambda c: c.pipelines.logs("orders", follow=True))
    assert [line.id for line in found] == list(range(1, 32))
    assert colour.call(lambda c: c.pipelines.run_info("run-1")).status == "failed"
    again = colour.call(lambda c: c.pipelines.logs("orders", tail=2, since="2026-01-01T00:00:00Z"))
    assert [line.message for line in again] == ["2 rows read", "the end"]
    assert [x.id for x in colour.call(lambda c: c.pipelines.logs("orders", level="error"))] == [31]


def test_a_log_that_grows_is_not_over_before_its_end(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.follow(factory.Run(), factory.batch(factory.LogEntry, 4), stored=1)
    assert colour.call(lambda c: c.pipelines.run_info("run-1")).status == "running"
    assert colour.call(lambda c: c.pipelines.status("orders")).last_execution.completed_at is None
    assert [x.id for x in colour.call(lambda c: c.pipelines.logs("orders", follow=True, tail=0))] == [2, 3, 4]


def test_a_run_that_nobody_knows_is_followed_by_asking(fake_flext: FakeFlext) -> None:
    fake_flext.follow(factory.Run(), factory.batch(factory.LogEntry, 2))
    fake_flext.answer("pipelines.logs", factory.LogList(), when={"execution_id": "other"})
    fake_flext.answer("pipelines.run_info", factory.Run(execution_id="other"), when={"run": "other"})
    with fake_flext.client() as client:
        assert [x.id for x in client.pipelines.logs("orders", run="other", follow=True)] == [1]


def test_code_that_makes_its_own_client_gets_the_fake(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, factory.Pipeline(name="orders"))

    def program() -> str:
        with flext_sdk.Flext(timeout=5) as client:
            return client.pipelines.show("orders").name

    with fake_flext.installed():
        assert program() == "orders"
        with flext_sdk.Flext("http://elsewhere:1", token="x") as client:
            assert client.pipelines.show("orders").name == "orders"
        assert fake_flext.calls[-1].headers["authorization"] == "Bearer x"
        own = httpx.Client(
            transport=httpx.MockTransport(lambda _r: httpx.Response(200, json={"id": "2", "name": "own"}))
        )
        with flext_sdk.Flext("http://elsewhere:1", http_client=own) as client:
            assert client.pipelines.show("orders").name == "own"
    with pytest.raises(errors.FlextError):
        program()


def test_a_client_of_ones_own_can_use_the_fake_as_its_wire(colour: Any, fake_flext: FakeFlext) -> None:
    fake_flext.answer("services.flexcore_health", factory.Health(service="flexcore"))
    wire = fake_flext.async_http_client() if colour.is_async else fake_flext.http_client()
    found = colour.call(lambda c: c.services.health("flexcore"), base_url="http://anything", http_client=wire)
    assert found[0].service == "flexcore"


async def test_coroutines_of_an_installed_fake(fake_flext: FakeFlext) -> None:
    fake_flext.answer(SHOW, factory.Pipeline(name="orders"))
    with fake_flext.installed():
        async with flext_sdk.AsyncFlext() as client:
            assert (await client.pipelines.show("orders")).name == "orders"


def test_a_violation_is_long_only_up_to_a_point() -> None:
    text = str(ContractViolation("all wrong", [(f"/{n}", "no") for n in range(30)]))
    assert text.splitlines()[-1] == "  and 10 more"


def test_paging_is_only_for_lists(fake_flext: FakeFlext) -> None:
    assert "no list" in str(violation(fake_flext, lambda: fake_flext.pages(SHOW, [])))


@pytest.mark.parametrize("socket", [True, False])
def test_a_log_that_is_followed_is_chosen_from(colour: Any, fake_flext: FakeFlext, socket: bool) -> None:
    lines = [factory.LogEntry(level="error" if n % 2 else "info", message=f"line {n}") for n in range(1, 9)]
    fake_flext.follow(factory.Run(), lines, stored=3, cuts=[5], socket=socket)
    found = colour.call(lambda c: c.pipelines.logs("orders", follow=True, level="error", grep="[1357]$"))
    assert [x.id for x in found] == [1, 3, 5, 7]
