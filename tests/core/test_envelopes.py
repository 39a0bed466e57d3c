"""Error bodies of all generations of the services."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk import errors
from flext_sdk._core.envelopes import error_from, read_error


def read(status: int, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error(status, {"content-type": "application/json", **headers}, content)


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"error": "plugin x not found", "plugin_id": "x", "operation": "run"}, "plugin x not found", None),
        ({"error": "node is down", "node_id": "n1", "timestamp": 5}, "node is down", None),
        ({"status": "unhealthy", "error": "no flexcore", "flexcore_url": "http://x"}, "no flexcore", None),
        (
            {"error": {"type": "ValidationError", "message": "bad name", "details": {"a": 1}}},
            "bad name",
            "VALIDATION_ERROR",
        ),
        ({"error": "Bad Request", "message": "bad name", "code": "BAD_NAME"}, "bad name", "BAD_NAME"),
        ({"error": "Bad Request", "message": "bad name", "code": 400}, "bad name", None),
        ({"error": "Too many requests", "status": 429, "request_id": "r"}, "Too many requests", None),
        ({"error": "no token", "code": "MISSING_AUTH"}, "no token", "MISSING_AUTH"),
        ({"success": False, "error": "broken", "meta": {"request_id": "r"}}, "broken", None),
        ({"detail": "Pipeline x not found"}, "Pipeline x not found", None),
        ({"title": "Out of stock", "status": 409, "type": "about:blank"}, "Out of stock", None),
        ({}, "Bad Request (400)", None),
        ({"error": None, "message": ""}, "Bad Request (400)", None),
        ({"error": "two\n lines\x1b[31m"}, "two lines [31m", None),
        (b"it broke", "it broke", None),
        (b"", "Bad Request (400)", None),
        (b"<html><head><title>502 Bad\nGateway</title></head><body>x</body></html>", "502 Bad Gateway", None),
        (b"<html>nothing</html>", "Bad Request (400)", None),
        (b'"just text"', "just text", None),
        (b"\xff\xfe", "\ufffd\ufffd", None),
    ],
)
def test_shapes(body: Any, message: str, code: str | None) -> None:
    info = read(400, body)
    assert (info.message, info.code) == (message, code)


def test_details_ids_and_fastapi_problems() -> None:
    info = read(
        422,
        {
            "detail": [
                {"loc": ["body", "steps", 0, "name"], "msg": "field required", "type": "missing"},
                {"msg": "odd"},
                5,
            ]
        },
    )
    assert [(p.path, p.message) for p in info.problems] == [("/steps/0/name", "field required"), ("", "odd")]
    assert info.message == "2 problems in the input"
    assert read(400, {"error": "x", "details": {"password": "p"}}).details == {"password": "***"}
    assert read(400, {"error": {"message": "x", "details": ["d"]}}).details == ["d"]
    assert read(400, {"error": "x", "request_id": 7}).request_id == "7"
    assert read(400, {"error": "x", "meta": {"request_id": "m"}}).request_id == "m"
    assert read(400, {"error": "x"}, **{"x-request-id": "h"}).request_id == "h"
    assert read(400, {"problems": [{"path": "/a", "message": "wrong"}, 5]}).message == "wrong"
    assert len(read(400, {"error": "x" * 9000}).message) == 500
    assert read(799, b"").message == "The service answered with status 799"


@pytest.mark.parametrize(
    ("body", "kind", "absent"),
    [
        (b"404 page not found", "text/plain", True),
        (b"anything", "text/plain; charset=utf-8", True),
        (b"Not Found", "text/html", True),
        (b"", "", True),
        (b'{"detail":"Not Found"}', "application/json", True),
        (b'{"message":"Not Found"}', "application/json", True),
        (b'{"detail":"Pipeline x not found"}', "application/json", False),
        (b'{"error":"Not Found","code":"PIPELINE_NOT_FOUND"}', "application/json", False),
    ],
)
def test_a_route_that_is_absent(body: bytes, kind: str, absent: bool) -> None:
    assert read_error(404, {"content-type": kind}, body).absent is absent
    error = error_from(404, {"content-type": kind, "server": "nginx"}, body, operation="a.b", service="flext")
    assert isinstance(error, errors.NotSupportedError) is absent
    assert ("(nginx) does not support a.b" in error.message) is absent
    assert not read_error(400, {"content-type": kind}, body).absent


def test_hints_where_the_service_gives_none() -> None:
    error = error_from(401, {}, b"", operation="a.b", service="flext", sent_request_id="mine")
    assert "FLEXT_TOKEN" in str(error.hint)
    assert error.request_id == "mine"
    moved = error_from(308, {"location": "https://x"}, b"", operation="a.b", service="flext")
    assert "another address" in moved.message
    gateway = error_from(502, {}, b"<html>Bad Gateway</html>", operation="a.b", service="flext")
    assert "stands before the service" in str(gateway.hint)
    # A service that could not use what a plugin gave says so itself; nothing stands before it.
    told = error_from(502, {}, b'{"error": "x", "code": "PLUGIN_BAD_OUTPUT"}', operation="a.b", service="flext")
    assert (told.code, told.hint) == ("PLUGIN_BAD_OUTPUT", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "message",
                    "code",
                    "detail",
                    "details",
                    "problems",
                    "path",
                    "hint",
                    "meta",
                    "loc",
                    "msg",
                    "request_id",
                    "title",
                    "type",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(
    st.integers(300, 599), JSON, st.sampled_from(["", "application/json", "text/plain", "text/html; charset=nonsense"])
)
def test_any_body_gives_one_line(status: int, body: Any, kind: str) -> None:
    error = error_from(status, {"content-type": kind}, json.dumps(body).encode(), operation="a.b", service="flext")
    assert error.message
    assert "\n" not in error.message
    json.dumps(error.to_dict())


@given(st.integers(300, 599), st.binary(max_size=100))
def test_any_bytes_give_one_line(status: int, body: bytes) -> None:
    error = error_from(status, {}, body, operation="a.b", service="flext")
    assert error.message.isprintable()
