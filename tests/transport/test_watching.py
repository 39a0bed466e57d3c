"""Hooks and traces: what is told, when, and what is kept to itself."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from flext_sdk import BreakerEvent, Flext, Hooks, RequestEvent, ResponseEvent, RetryEvent, errors
from flext_sdk._core.breaker import FAIL_MAX, RESET_AFTER

from .conftest import Answer, Driver, Server

GOOD = Answer(body={"id": "p1", "name": "orders", "description": "S3CRET-body"})
SECRET = "S3CRET"


def recorder() -> tuple[Hooks, list[Any]]:
    told: list[Any] = []
    return Hooks(on_request=told.append, on_response=told.append, on_retry=told.append, on_breaker=told.append), told


async def test_hooks_are_told_of_every_attempt(every: Driver, server: Server) -> None:
    hooks, told = recorder()
    server.says(Answer(status=503, body={"error": "later"}), GOOD)
    client = every.client(server.url, hooks=hooks)
    await every.run(lambda: client.pipelines.show("orders"))
    kinds = [type(event) for event in told if not isinstance(event, BreakerEvent)]
    assert kinds == [RequestEvent, ResponseEvent, RetryEvent, RequestEvent, ResponseEvent]
    first, second, third = told[:3]
    assert (first.operation, first.service, first.method, first.attempt) == ("pipelines.show", "flext", "GET", 1)
    assert (second.status, second.attempt, type(second.error)) == (503, 1, errors.ServerError)
    assert (third.attempt, third.delay, third.error) == (2, 0.5, second.error)
    last = told[-1]
    assert (last.status, last.error) == (200, None)
    assert len({event.request_id for event in told}) == 1


async def test_an_attempt_without_answer_is_told_too(driver: Driver, server: Server) -> None:
    hooks, told = recorder()
    server.says(Answer(drop=True))
    client = driver.client(server.url, hooks=[hooks], retries=0)
    with pytest.raises(errors.ConnectionFailedError) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert (told[-1].status, told[-1].error) == (None, caught.value)


async def test_breakers_tell_once_whatever_copy_they_are_asked_through(every: Driver, server: Server) -> None:
    hooks, told = recorder()
    watch = Hooks(on_breaker=hooks.on_breaker)
    client = every.client(server.url, retries=0, hooks=watch)
    server.says(Answer(status=500))
    copy = client.with_options(hooks=[watch])
    for number in range(FAIL_MAX):
        with pytest.raises(errors.ServerError):
            await every.run(lambda c=copy if number % 2 else client: c.pipelines.show("orders"))
    every.time.now += RESET_AFTER
    server.says(GOOD)
    await every.run(lambda: copy.pipelines.show("orders"))
    assert [(event.before, event.after) for event in told] == [
        ("closed", "open"),
        ("open", "half-open"),
        ("half-open", "closed"),
    ]


async def test_a_hook_that_fails_is_logged_and_the_call_goes_on(
    every: Driver, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: object) -> None:
        raise LookupError("mine")

    hooks = Hooks(on_request=fail, on_response=fail, on_retry=fail, on_breaker=fail)
    client = every.client(server.url, hooks=hooks, retries=0)
    server.says(GOOD)
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [LookupError, LookupError]
    server.says(Answer(status=500))
    for _ in range(FAIL_MAX):
        with pytest.raises(errors.ServerError):
            await every.run(lambda: client.pipelines.show("orders"))
    assert client.breakers.get("flext", "pipelines").state == "open"


async def test_copies_may_have_other_options(every: Driver, server: Server) -> None:
    server.says(GOOD)
    client = every.client(server.url, token=SECRET, headers={"X-A": SECRET})
    copy = client.with_options(
        retries=7, cache=True, breaker=False, autostart=False, telemetry=False, timeout=3, hooks=[]
    )
    assert (
        copy.options.retries,
        copy.options.cache,
        copy.options.breaker,
        copy.options.autostart,
        copy.options.timeout,
    ) == (7, True, False, False, 3.0)
    assert client.options.retries == 2
    assert SECRET not in repr(copy.with_options(token=SECRET).options)
    await every.run(lambda: copy.pipelines.show("orders"))


@pytest.fixture
def spans() -> tuple[TracerProvider, InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


async def test_one_span_a_call_with_its_attempts(every: Driver, server: Server, spans: Any) -> None:
    provider, exporter = spans
    server.says(Answer(status=503, body={"error": SECRET}), Answer(body={"pipelines": [GOOD.body], "total": 1}))
    client = every.client(server.url, telemetry=provider, token=SECRET)
    await every.run(lambda: client.pipelines.list(search=SECRET))
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.kind, span.status.status_code) == ("pipelines.list", SpanKind.CLIENT, StatusCode.UNSET)
    assert span.attributes["flext.operation"] == "pipelines.list"
    assert span.attributes["url.template"] == "/api/v1/pipelines"
    assert span.attributes["http.request.method"] == "GET"
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["http.request.resend_count"] == 1
    assert (span.attributes["server.address"], span.attributes["server.port"]) == (
        "127.0.0.1",
        int(server.url.rpartition(":")[2]),
    )
    assert [(e.name, e.attributes["attempt"], e.attributes.get("http.response.status_code")) for e in span.events] == [
        ("attempt", 1, 503), ("retry", 2, None), ("attempt", 2, 200),
    ]  # fmt: skip
    assert SECRET not in span.to_json()
    trace_id = f"{span.context.trace_id:032x}"
    assert all(trace_id in seen.headers["traceparent"] for seen in server.seen)


async def test_a_span_of_a_call_that_fails(every: Driver, server: Server, spans: Any) -> None:
    provider, exporter = spans
    client = every.client(server.url, telemetry=provider, retries=0)
    server.says(Answer(status=404, body={"error": f"no {SECRET}", "code": "PIPELINE_NOT_FOUND"}))
    with pytest.raises(errors.NotFoundError):
        await every.run(lambda: client.pipelines.show(SECRET))
    server.says(Answer(drop=True))
    with pytest.raises(errors.ConnectionFailedError):
        await every.run(lambda: client.request("GET", f"/x/{SECRET}"))
    refused, broken = exporter.get_finished_spans()
    assert (refused.status.status_code, refused.attributes["error.type"]) == (StatusCode.ERROR, "PIPELINE_NOT_FOUND")
    assert (broken.name, broken.attributes["url.template"]) == ("request", "")
    assert SECRET not in refused.to_json() + broken.to_json()


async def test_a_span_that_is_not_recorded_costs_nothing_more(every: Driver, server: Server) -> None:
    server.says(Answer(status=503), GOOD)
    client = every.client(server.url, telemetry=True)  # no provider is set for the process
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"


async def test_a_client_without_traces_sends_none(every: Driver, server: Server, spans: Any) -> None:
    provider, exporter = spans
    server.says(GOOD)
    client = every.client(server.url, telemetry=provider)
    await every.run(lambda: client.with_options(telemetry=False).pipelines.show("orders"))
    assert exporter.get_finished_spans() == ()
    assert "traceparent" not in server.seen[0].headers
    same = client.with_options(telemetry=client.options.telemetry)
    assert same.options.telemetry is client.options.telemetry


async def test_an_unknown_error_ends_a_span(every: Driver, server: Server, spans: Any) -> None:
    provider, exporter = spans

    def fails(_request: Any) -> Any:
        raise LookupError(SECRET)
        yield

    server.says(GOOD)
    client = every.client(server.url, telemetry=provider, middleware=[every.middleware(fails)])
    with pytest.raises(LookupError):
        await every.run(lambda: client.pipelines.show("orders"))
    (span,) = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "LookupError"
    assert SECRET not in span.to_json()


def test_without_the_library_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(errors.MissingExtraError, match="otel"):
        Flext("http://127.0.0.1:9", telemetry=True, _environ={})
