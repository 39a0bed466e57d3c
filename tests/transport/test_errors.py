"""What the client says about the answers of all generations of the services."""

from __future__ import annotations

from typing import Any

import pytest

from flext_sdk import errors

from .conftest import Answer, Driver, Server


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, errors.BadRequestError, 1),
        (401, errors.AuthenticationError, 3),
        (403, errors.PermissionDeniedError, 3),
        (404, errors.NotFoundError, 5),
        (405, errors.NotSupportedError, 1),
        (409, errors.ConflictError, 8),
        (412, errors.PreconditionError, 8),
        (418, errors.APIStatusError, 1),
        (422, errors.ValidationFailedError, 2),
        (429, errors.RateLimitedError, 1),
        (500, errors.ServerError, 1),
        (501, errors.NotSupportedError, 1),
        (302, errors.APIStatusError, 1),
    ],
)
async def test_each_status_has_its_error(driver: Driver, server: Server, status: int, kind: type, code: int) -> None:
    server.says(Answer(status=status, body={"error": "it is so", "code": "IT_IS_SO", "request_id": "r-9"}))
    client = driver.client(server.url, retries=0)
    with pytest.raises(kind) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.exit_code, error.request_id) == (status, code, "r-9")
    assert error.to_dict()["code"] == "IT_IS_SO"


async def test_problems_come_with_the_error(driver: Driver, server: Server) -> None:
    body: dict[str, Any] = {
        "error": "2 problems",
        "code": "INVALID_DEFINITION",
        "hint": "Fix them",
        "problems": [
            {"path": "/name", "message": "is missing", "hint": "give one", "severity": "error"},
            {"path": "/tags", "message": "is empty", "severity": "warning"},
        ],
    }
    server.says(Answer(status=400, body=body, headers={"X-Request-ID": "r-1"}))
    client = driver.client(server.url)
    with pytest.raises(errors.ValidationFailedError) as caught:
        await driver.run(lambda: client.pipelines.create({"steps": []}))
    error = caught.value
    assert [(p.path, p.message, p.severity) for p in error.problems] == [
        ("/name", "is missing", "error"),
        ("/tags", "is empty", "warning"),
    ]
    assert (error.code, error.hint, error.request_id, error.exit_code) == ("INVALID_DEFINITION", "give one", "r-1", 2)


async def test_a_route_that_the_server_does_not_have(driver: Driver, server: Server) -> None:
    text = {"Content-Type": "text/plain"}
    server.says(Answer(status=404, raw=b"404 page not found", headers={**text, "X-Flext-Version": "0.9.1"}))
    client = driver.client(server.url)
    with pytest.raises(errors.NotSupportedError, match=r"flext server \(0\.9\.1\) does not support pipelines\.pause"):
        await driver.run(lambda: client.pipelines.pause("orders"))
    server.says(Answer(status=404, body={"error": "404 orders not found"}))
    with pytest.raises(errors.NotFoundError):
        await driver.run(lambda: client.pipelines.pause("orders"))


async def test_the_id_that_was_sent_is_told_when_the_server_tells_none(driver: Driver, server: Server) -> None:
    server.says(Answer(status=404, body={"error": "no pipeline orders"}))
    client = driver.client(server.url)
    with pytest.raises(errors.NotFoundError) as caught:
        await driver.run(lambda: client.pipelines.show("orders"))
    assert caught.value.request_id == server.seen[0].headers["x-request-id"]
