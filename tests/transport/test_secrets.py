"""Secrets planted everywhere, and looked for in everything that is written."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from flext_sdk import errors

from .conftest import Answer, Driver, Server

SECRET = "Zq8SecretZq8"


async def test_no_secret_is_logged_or_told(every: Driver, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    def plant(request: Any) -> Any:
        request.headers["X-Api-Key"] = SECRET
        request.headers["Cookie"] = f"session={SECRET}"
        response = yield request
        return response

    body: dict[str, Any] = {
        "error": f"cannot open postgres://u:{SECRET}@db/x with password={SECRET}",
        "hint": f"token: {SECRET}",
        "details": {"config": {"password": SECRET}, "url": f"https://a:{SECRET}@b/"},
        "problems": [{"path": "/x", "message": f"Bearer {SECRET} is wrong", "hint": f"secret={SECRET}"}],
    }
    server.says(Answer(status=400, body=body, headers={"Set-Cookie": f"a={SECRET}", "X-Token": SECRET}))
    client = every.client(server.url, token=SECRET, headers={"X-Secret": SECRET}, middleware=[every.middleware(plant)])
    definition = {
        "name": "orders",
        "steps": [{"name": "load", "extract": {"plugin": "tap", "config": {"password": SECRET}}}],
    }
    with caplog.at_level(logging.DEBUG, logger="flext_sdk"), pytest.raises(errors.FlextError) as caught:
        await every.run(lambda: client.pipelines.create(definition))
    assert SECRET.encode() in server.seen[0].body  # it did go where it should
    # httpx has a log of its own, for calls that go through one of its clients.
    with caplog.at_level(logging.DEBUG, logger="flext_sdk"), caplog.at_level(logging.INFO, logger="httpx"):
        for call in (
            lambda: client.request("POST", f"/x?token={SECRET}&a=1", content=f"password={SECRET}"),
            lambda: client.with_options(token=SECRET + "2").pipelines.list(search=f"api_key={SECRET}"),
        ):
            with pytest.raises(errors.FlextError):
                await every.run(call)
    error = caught.value
    told = [
        caplog.text,
        str(error),
        repr(error),
        repr(error.to_dict()),
        repr(error.problems),
        "".join(traceback.format_exception(error)),
        repr(client),
        repr(client.settings["token"]),
        repr(client.settings.shown()),
        repr(client._transport.endpoints),
    ]
    for text in told:
        assert SECRET not in text
    assert "> POST" in caplog.text
    assert "< 400" in caplog.text
    assert "Authorization: Bearer ***" in caplog.text


async def test_nothing_is_formatted_when_nobody_listens(
    driver: Driver, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flext_sdk._core import redact

    def fail(*_: object) -> str:
        raise AssertionError

    for name in ("redact_url", "redact_body", "redact_headers"):
        monkeypatch.setattr(redact, name, fail)
    server.says(Answer(body={"plugins": []}))
    client = driver.client(server.url)
    await driver.run(client.plugins.list)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"base_url": f"http://me:{SECRET}@host"}, "base_url"),
        ({"base_url": f"{SECRET}://host"}, "base_url"),
        ({"base_url": f"http://host:{SECRET}"}, "base_url"),
        ({"token": f"{SECRET}\r\nX: y"}, "token"),
        ({"token": f"{SECRET}ü"}, "token"),
        ({"timeout": SECRET}, "timeout"),
        ({"_environ": {"FLEXT_TOKEN": f"{SECRET} x"}}, "FLEXT_TOKEN"),
        ({"_environ": {"FLEXT_RETRIES": SECRET}}, "FLEXT_RETRIES"),
        ({"_environ": {"FLEXT_URL": f"http://{SECRET}:pw@host"}}, "FLEXT_URL"),
    ],
)
def test_wrong_settings_are_named_but_not_shown(options: dict[str, Any], name: str) -> None:
    from flext_sdk import Flext

    with pytest.raises(errors.ConfigurationError) as caught:
        Flext(**{"_environ": {}, **options})
    assert caught.value.message.startswith(f"{name} (")
    assert str(caught.value.hint).startswith("Expected: ")
    shown = "".join(traceback.format_exception(caught.value, limit=0)) + repr(caught.value.to_dict())
    assert SECRET not in shown


async def test_neither_hooks_nor_traces_are_told_a_secret(every: Driver, server: Server) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from flext_sdk import Hooks

    told: list[Any] = []
    hooks = Hooks(on_request=told.append, on_response=told.append, on_retry=told.append, on_breaker=told.append)
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    bad = {
        "error": f"cannot open postgres://u:{SECRET}@db/x",
        "hint": f"password={SECRET}",
        "details": {"token": SECRET},
    }
    moved = Answer(status=302, body={}, headers={"Location": f"http://u:{SECRET}@127.0.0.1/?token={SECRET}"})
    server.says(Answer(status=503, body=bad), Answer(drop=True), Answer(status=400, body=bad), moved)
    client = every.client(server.url, token=SECRET, headers={"X-Secret": SECRET}, hooks=hooks, telemetry=provider)
    calls = (
        lambda: client.pipelines.create({"name": "orders", "configuration": {"password": SECRET}}),
        lambda: client.pipelines.list(search=f"api_key={SECRET}"),
    )
    for call in calls:
        with pytest.raises(errors.FlextError):
            await every.run(call)
    names = {type(event).__name__ for event in told}
    assert names >= {"RequestEvent", "ResponseEvent", "RetryEvent"}
    found = spans.get_finished_spans()
    assert len(found) == 2
    assert SECRET not in "".join(map(repr, told))
    assert SECRET not in "".join(span.to_json() for span in found)
