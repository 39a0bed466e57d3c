"""Models, decoding, building of requests, headers, errors, runs."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from flext_sdk import errors
from flext_sdk._core.annotations import command, command_info
from flext_sdk._core.collector import without_collector
from flext_sdk._core.commandinfo import CommandInfo
from flext_sdk._core.decode import decode, decode_page, load_model
from flext_sdk._core.failures import classify
from flext_sdk._core.messages import Headers, RawResponse, Request, Response, Timeouts, decode_text
from flext_sdk._core.model import Model, OpenEnum
from flext_sdk._core.operations import Operation, Paging, Param
from flext_sdk._core.request import encode_body, encode_query, plan_for
from flext_sdk._core.runs import at_least, intervals, parse_since, run_error
from flext_sdk._operations import OPERATIONS


class Colour(OpenEnum):
    RED = "red"
    CANCELLED = "cancelled"


class Inner(Model):
    names: list[str] = Field(default_factory=list)
    when: datetime | None = None


class Thing(Model):
    name: str
    colour: Colour = Colour.RED
    inner: Inner | None = None
    tags: list[str] = Field(default_factory=list)
    config: dict[str, Any] = Field(default_factory=dict)
    password: str | None = None


def op(**more: Any) -> Operation[Any]:
    base: dict[str, Any] = {"id": "things.show", "service": "flext", "group": "things", "method": "GET", "path": "/x"}
    return Operation(**{**base, "response": f"{__name__}:Thing", **more})


@pytest.fixture(autouse=True)
def _own_models(monkeypatch: pytest.MonkeyPatch) -> None:
    from flext_sdk._core import decode as module

    found = {f"{__name__}:{kind.__name__}": kind for kind in (Thing, Inner)}
    monkeypatch.setattr(module, "load_model", lambda name: found.get(name) or load_model(name))


def test_models_keep_what_they_do_not_know_and_give_back_what_came_in() -> None:
    body = {"name": "a", "colour": "purple", "later": {"x": [1]}, "inner": {"when": "2026-01-31T08:00:00Z"}}
    thing = Thing.model_validate(body)
    assert thing.to_dict() == body
    assert json.loads(encode_body(thing)) == body
    assert thing.colour == "purple"
    assert not thing.colour.is_known
    assert Thing.model_validate({"name": "a", "colour": "RED"}).colour is Colour.RED
    assert Thing.model_validate({"name": "a", "colour": "Canceled"}).colour is Colour.CANCELLED
    assert Colour.RED.is_known
    with pytest.raises(ValueError, match="5"):
        Colour(5)


def test_a_short_text_of_a_model_has_no_secrets() -> None:
    thing = Thing.model_validate(
        {
            "name": "n" * 200,
            "password": "hidden",
            "tags": ["a"],
            "config": {"k": "hidden"},
            "colour": "red",
            "inner": {},
            "z": 1,
            "y": 2,
        }
    )
    text = repr(thing)
    assert str(thing) == text
    assert "hidden" not in text
    assert "password='***'" in text
    assert "+2 more" in text
    assert "colour='red'" in text
    assert len(text) < 300
    assert repr(Thing.model_validate({"name": "a", "tags": [], "list": [1, 2], "config": {}})).endswith(
        "tags=[], config={}, list=[2 items])"
    )


def test_a_moment_in_a_short_text_is_readable() -> None:
    assert repr(Inner(when=NOW)) == "Inner(when=2026-01-31T08:00:00+00:00)"


def test_null_in_place_of_a_list_is_mended() -> None:
    body = b'{"name": "a", "tags": null, "inner": {"names": null}, "config": null}'
    thing = decode(op(), body)
    assert (thing.tags, thing.inner.names, thing.config) == ([], [], {})


@pytest.mark.parametrize("body", [b'{"success": true, "data": {"name": "a"}}', b'{"name": "a"}'])
def test_a_value_may_lie_in_data(body: bytes) -> None:
    assert decode(op(), body).name == "a"
    assert decode(op(unwrap="thing"), b'{"success": true, "data": {"thing": {"name": "b"}}}').name == "b"
    assert decode(op(unwrap="thing"), body).name == "a"
    assert decode(op(response="json"), b"[1]") == [1]
    assert decode(op(response=None), b"whatever") is None
    assert decode(op(response="text"), b"caf\xe9", "text/plain; charset=latin-1") == "café"


def test_faults_of_an_answer_name_the_fields_but_not_the_values() -> None:
    body = {"name": 5, "tags": "hidden", "inner": {"names": ["ok", 7], "when": "hidden"}, "config": "hidden"}
    with pytest.raises(errors.ResponseDecodeError) as caught:
        decode(op(), json.dumps(body).encode())
    assert "name: " in caught.value.message
    assert "and 2 more" in caught.value.message
    assert "hidden" not in caught.value.message


PAGED = {"paging": Paging(items="things", total="total"), "response": f"{__name__}:Thing"}


@pytest.mark.parametrize(
    ("body", "names", "total"),
    [
        ({"things": [{"name": "a"}], "total": 7}, ["a"], 7),
        ({"things": [{"name": "a", "tags": None}], "total": 7}, ["a"], 7),
        ({"things": None, "total": 0}, [], 0),
        ([{"name": "a"}], ["a"], None),
        ({"success": True, "data": {"things": [{"name": "a"}], "total": 3}}, ["a"], 3),
        ({"data": [{"name": "a"}], "total": 4}, ["a"], 4),
        ({"items": [{"name": "a"}], "total": "many"}, ["a"], None),
    ],
)
def test_pages_of_all_generations(body: Any, names: list[str], total: int | None) -> None:
    content = json.dumps(body).encode()
    page = decode_page(op(**PAGED), content)
    assert ([thing.name for thing in page.items], page.total) == (names, total)
    plain = decode_page(op(**PAGED), content, models=False)
    assert [thing["name"] for thing in plain.items] == names


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"{}", "'things' is missing"), (b'{"things": 5}', "no|not a list"), (b"5", "missing"), (b"", "no JSON")],
)
def test_what_is_no_page(body: bytes, told: str) -> None:
    with pytest.raises(errors.ResponseDecodeError, match=told):
        decode_page(op(**PAGED), body)


class Kind(Enum):
    TAP = "tap"


def test_values_in_urls() -> None:
    moment = datetime(2026, 1, 31, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    pairs = [
        ("a", True, "simple"),
        ("b", None, "simple"),
        ("c", ["x", "y z"], "csv"),
        ("d", [1, 2], "repeat"),
        ("e", moment, "simple"),
    ]
    assert encode_query(pairs) == "a=true&c=x%2Cy%20z&d=1&d=2&e=2026-01-31T08%3A00%3A00Z"
    assert (
        encode_query([("k", Kind.TAP, "simple"), ("l", [], "csv"), ("m", Path("/a b"), "simple"), ("n", 1.5, "simple")])
        == "k=tap&m=%2Fa%20b&n=1.5"
    )
    with pytest.raises(errors.UsageError, match="object"):
        encode_query([("a", object(), "simple")])


def test_paths_and_unknown_parameters() -> None:
    operation = op(
        path="/a/{plugin_id}/b/{n}",
        path_params=(Param("name", "plugin_id"), Param("n", "n")),
        query=(Param("search", "q"),),
    )
    plan = plan_for(operation)
    assert plan_for(operation) is plan
    assert (
        plan.url_path(
            {"name": "x/y", "n": 5},
            {
                "search": "ü",
            },
        )
        == "/a/x%2Fy/b/5?q=%C3%BC"
    )
    assert plan.url_path({"name": "x", "n": 5}, {"search": None}) == "/a/x/b/5"
    with pytest.raises(errors.UsageError, match="'q'"):
        plan.url_path({"name": "x", "n": 5}, {"q": 1})
    with pytest.raises(errors.UsageError, match="n must be"):
        plan.url_path({"name": "x"}, {})


def test_bytes_of_a_command_line_that_are_no_text() -> None:
    plan = plan_for(op(path="/a/{name}", path_params=(Param("name", "name"),)))
    with pytest.raises(errors.UsageError, match="not valid text"):
        plan.url_path({"name": "x\udcff"}, {})


@given(st.text(st.characters(), min_size=1, max_size=20))
def test_a_name_stays_one_segment(name: str) -> None:
    plan = plan_for(op(path="/a/{name}/b", path_params=(Param("name", "name"),)))
    if name in {".", ".."}:
        return
    try:
        path = plan.url_path({"name": name}, {})
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate must be refused in words")
    except errors.UsageError:
        return
    assert path.isascii()
    assert path.count("/") == 3
    assert not set(path) & set("?# \r\n")


def test_bodies() -> None:
    uid = UUID(int=5)
    body = {
        "t": datetime(2026, 1, 31, tzinfo=UTC),
        "d": date(2026, 1, 31),
        "u": uid,
        "n": Decimal("1.5"),
        "p": Path("/x"),
        "s": {"b", "a"},
        "m": Headers({"A": "1"}),
        "x": Thing(name="a"),
    }
    assert json.loads(encode_body(body)) == {
        "t": "2026-01-31T00:00:00Z",
        "d": "2026-01-31",
        "u": str(uid),
        "n": "1.5",
        "p": "/x",
        "s": ["a", "b"],
        "m": {"A": "1"},
        "x": {"name": "a"},
    }
    circle: list[Any] = []
    circle.append(circle)
    for wrong in (object(), float("nan"), circle, {"a": "\ud800"}, Thing):
        with pytest.raises(errors.UsageError, match="JSON"):
            encode_body(wrong)


def test_headers() -> None:
    headers = Headers([("X-A", "1"), ("x-a", "2"), ("B", "3")])
    assert headers["x-A"] == "1, 2"
    headers["X-a"] = "4"
    del headers["b"]
    assert (list(headers), len(headers), headers.pairs(), repr(headers)) == (["X-a"], 1, [("X-a", "4")], "Headers(X-a)")
    assert "X-A" in headers
    assert "B" not in headers


def test_messages_show_no_contents() -> None:
    request = Request("GET", "http://h/?token=hidden", Headers(), b"hidden", 2, "a.b", Timeouts(1, 1, 1, 1))
    raw = RawResponse(
        {"a": "hidden"},
        200,
        Headers({"Content-Type": "text/plain; charset=utf-16"}),
        "hidden".encode("utf-16"),
        "r",
        1,
        0.5,
    )
    assert raw.text == "hidden"
    for thing in (request, Response(200, Headers(), b"hidden"), raw):
        assert "hidden" not in repr(thing)
    assert decode_text(b"x", "text/plain; charset=nonsense") == "x"


ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.FlextError)]


@pytest.mark.parametrize("kind", ALL)
def test_errors_can_be_copied_and_have_documented_exit_codes(kind: type[errors.FlextError]) -> None:
    arguments: dict[type, tuple[tuple[Any, ...], dict[str, Any]]] = {
        errors.MissingExtraError: (("It", "x"), {}),
        errors.CircuitOpenError: (("no",), {"retry_after": 5.0}),
        errors.ValidationFailedError: (("no",), {"problems": [errors.Problem("/a", "b", line=5)]}),
        errors.RunFailedError: (("no",), {"run": {"id": 1}}),
    }
    positional, named = arguments.get(kind, (("no",), {"hint": "do this"}))
    error = kind(*positional, **named)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert (str(twin), twin.to_dict()) == (str(error), error.to_dict())
    assert error.exit_code in errors.EXIT_CODES
    assert error.code == error.code.upper()
    assert kind.__name__ in str(errors.__doc__)
    assert kind.__name__ in errors.__all__
    assert set(error.to_dict()) >= {"code", "message", "hint", "status", "retryable", "request_id"}


def test_problems_as_text_and_data() -> None:
    problem = errors.Problem("/a", "is odd", file="x.yaml", line=3, column=5)
    assert str(problem) == "x.yaml:3:5: is odd (at /a)"
    assert str(errors.Problem("", "is odd")) == "is odd"
    assert problem.to_dict() == {
        "path": "/a",
        "message": "is odd",
        "severity": "error",
        "file": "x.yaml",
        "line": 3,
        "column": 5,
    }


def test_commands_are_marked() -> None:
    @command("thing show", positional=("name",), aliases={"name": "-n"})
    def show(name: str) -> str:
        return name

    assert show("x") == "x"
    assert command_info(show) == CommandInfo("thing show", positional=("name",), aliases={"name": "-n"})
    assert command_info(print) is None


def test_every_operation_has_a_plan() -> None:
    for operation in OPERATIONS.values():
        plan = plan_for(operation)
        names = {param.name for param in operation.path_params}
        assert set(plan.places) == names
        assert plan.url_path(dict.fromkeys(names, "x"), {}).startswith("/")


NOW = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (None, None),
        (NOW, NOW),
        (NOW.replace(tzinfo=None), NOW),
        ("90s", NOW - timedelta(seconds=90)),
        ("1.5h", NOW - timedelta(minutes=90)),
        ("2 d", NOW - timedelta(days=2)),
        ("2026-01-31T08:00:00Z", NOW),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_moments(value: Any, moment: datetime | None) -> None:
    assert parse_since(value, NOW) == moment


@pytest.mark.parametrize("value", ["", "yesterday", "5", "m", "999999d999", "-5m", "2026-13-01"])
def test_no_moments(value: str) -> None:
    with pytest.raises(errors.UsageError, match="since"):
        parse_since(value, NOW)


def test_too_long_ago_is_no_moment() -> None:
    with pytest.raises(errors.UsageError, match="since"):
        parse_since("999999d", datetime(1, 2, 1, tzinfo=UTC))


def test_levels() -> None:
    assert [at_least(level, "warning") for level in ("debug", "INFO", "warn", "error", "fatal", "odd", None)] == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
    ]
    assert at_least("debug", None)


def test_pauses_grow() -> None:
    found = [pause for pause, _ in zip(intervals(1, 5, 2), range(5), strict=False)]
    assert found == [1, 2, 4, 5, 5]


def test_errors_of_runs() -> None:
    assert run_error({"status": "running"}) is None
    assert run_error({"status": "completed"}) is None
    failed = run_error({"status": "FAILED", "execution_id": "r1"})
    assert failed is not None
    assert failed.message == "Run r1 failed: no reason was given"
    assert failed.hint is None
    assert "flext pipeline logs orders" in str(run_error({"status": "failed", "pipeline": "orders"}).hint)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (ConnectionResetError(), "broken", "the server closed the connection"),
        (OSError("x"), "broken", "x"),
        (RuntimeError(), "broken", "RuntimeError"),
        (type("ConnectTimeout", (Exception,), {})("x"), "connect", "no connection in time"),
        (type("PoolTimeout", (Exception,), {})("x"), "pool", "all connections are busy"),
        (
            type("ConnectError", (Exception,), {})("[SSL: CERTIFICATE_VERIFY_FAILED] x"),
            "connect",
            "the certificate of the server is not trusted",
        ),
        (type("ConnectError", (Exception,), {})("All connection attempts failed"), "connect", "connection refused"),
        (type("WriteTimeout", (Exception,), {})(""), "timeout", "no answer in time"),
        (type("ProxyError", (Exception,), {})("407 http://u:hidden@proxy"), "connect", "407 http://***@proxy"),
    ],
)
def test_kinds_of_failure(error: Exception, kind: str, reason: str) -> None:
    found = classify(error)
    assert (found.kind, found.reason) == (kind, reason)


def test_the_collector_waits_and_goes_on() -> None:
    seen = without_collector(gc.isenabled)
    assert (seen(), gc.isenabled()) == (False, True)
    with pytest.raises(ZeroDivisionError):
        without_collector(lambda: 1 / 0)()
    assert gc.isenabled()
    gc.disable()
    try:
        assert (seen(), gc.isenabled()) == (False, False)  # who has put it off wants it off
    finally:
        gc.enable()
