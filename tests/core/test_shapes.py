"""Answers put into shape: durations, shares, moments, sizes, and Prometheus' text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk import ResponseDecodeError
from flext_sdk import _operations as ops
from flext_sdk._core import frames
from flext_sdk._core.decode import decode, decode_page
from flext_sdk._core.operations import Operation
from flext_sdk._core.prometheus import metrics_of, samples
from flext_sdk._core.wire import FORMS, go_seconds, reshape
from flext_sdk.embedded.flexcore.record import bounded, go_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h2m3.5s", 3723.5),
        ("300s", 300),
        ("30m0s", 1800),
        ("1.2ms", 0.0012),
        ("150ms", 0.15),
        ("2µs", 2e-6),
        ("2μs", 2e-6),
        ("2us", 2e-6),
        ("5ns", 5e-9),
        ("-1.5h", -5400),
        ("0", 0),
        ("0s", 0),
        (".5s", 0.5),
        ("", None),
        ("5", None),
        ("1 h", None),
        ("soon", None),
        ("1h2", None),
    ],
)
def test_durations_as_go_writes_them(text: str, seconds: float | None) -> None:
    found = go_seconds(text)
    assert found is None if seconds is None else found == pytest.approx(seconds)


@given(st.floats(min_value=0, max_value=1e7))
def test_what_we_write_as_a_duration_can_be_read(seconds: float) -> None:
    assert go_seconds(go_duration(seconds)) == pytest.approx(seconds, abs=1e-3 if seconds >= 1 else 1e-8)


@pytest.mark.parametrize(
    ("form", "value", "found"),
    [
        ("nanoseconds", 1_500_000_000, 1.5),
        ("nanoseconds", 2.5, 2.5),  # it has a fraction: seconds already
        ("nanoseconds", "1.5s", 1.5),
        ("nanoseconds", True, None),
        ("milliseconds", 250, 0.25),
        ("milliseconds", "250ms", 0.25),
        ("milliseconds", "x", None),
        ("seconds", 3, 3),
        ("seconds", "3", 3),
        ("seconds", "3m", 180),
        ("seconds", {}, None),
        ("uptime", "2026-02-20T10:00:00Z", None),
        ("percent", 1, 0.01),
        ("percent", 100, 1),
        ("percent", 150, 1),
        ("percent", "45%", 0.45),
        ("percent", "x", None),
        ("fraction", 1, 1),
        ("fraction", 0.5, 0.5),
        ("fraction", 45, 0.45),
        ("fraction", -1, 0),
        ("bytes", 12, 12),
        ("bytes", "12.5 MB", 12_500_000),
        ("bytes", "2KiB", 2048),
        ("bytes", "7", 7),
        ("bytes", "much", None),
        ("bytes", None, None),
        ("moment", "0001-01-01T00:00:00Z", None),
        ("moment", "", None),
        ("moment", "2026-02-20T10:00:00Z", "2026-02-20T10:00:00Z"),
        ("moment", 1771581600, "2026-02-20T10:00:00Z"),
        ("moment", 1771581600000, "2026-02-20T10:00:00Z"),
        ("moment", 1771581600000000000, "2026-02-20T10:00:00Z"),
        ("moment", 0, None),
        ("moment", 1e300, None),
        ("moment", [], []),
        ("spelling", "Cancelled", "canceled"),
        ("spelling", "running", "running"),
        ("spelling", 1, 1),
    ],
)
def test_forms(form: str, value: Any, found: Any) -> None:
    assert FORMS[form](value) == (pytest.approx(found) if isinstance(found, float) else found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)
ODD: Operation[Any] = Operation(
    id="a.b", service="flexcore", group="a", method="GET", path="/", response="json",
    fields=(("a.b.c", "d"), ("b", "a.c"), ("a", "c")), constants=(("d", 1),),
    wire=tuple((path, form) for path in ("a", "a.b", "b[].c", "c[]", "d") for form in FORMS),
)  # fmt: skip


@given(JSON)
def test_no_answer_is_too_odd_to_be_put_into_shape(value: Any) -> None:
    json.dumps(reshape(ODD, value))


def test_names_are_filled_in_and_never_replaced() -> None:
    op: Operation[Any] = Operation(
        id="a.b", service="flexcore", group="a", method="GET", path="/", response="json",
        fields=(("id", "name"), ("deep.er", "x.y")), constants=(("status", "ok"), ("id", "no")),
        wire=(("list[].d", "seconds"), ("plain[]", "seconds")),
    )  # fmt: skip
    found = reshape(op, {"id": "1", "name": "n", "x": {"y": 2}, "list": [{"d": "1m"}, 3], "plain": ["1s"]})
    assert (found["id"], found["deep"], found["status"]) == ("1", {"er": 2}, "ok")
    assert (found["list"], found["plain"]) == ([{"d": 60}, 3], [1])
    assert reshape(op, [1]) == [1]


TEXT = """# TYPE flext_requests_total counter
flext_requests_total{code="200"} 40
flext_requests_total{code="500"} 2 1771581600
flext_uptime_seconds 1.5e3
flext_latency{quantile="0.5"} 1
flext_latency_bucket{le="1"} 3
flext_bad value
flext_infinite +Inf
not a line at all {
"""


def test_prometheus_text() -> None:
    assert samples(TEXT) == {"flext_requests_total": 42, "flext_uptime_seconds": 1500}
    assert metrics_of("flext", TEXT.encode())["requests"] == {"total": 42}
    with pytest.raises(ResponseDecodeError, match="no sample"):
        decode(ops.SERVICES_FLEXT_METRICS, b"<html>", "text/html")
    with pytest.raises(ResponseDecodeError, match="body is empty"):
        decode(ops.SERVICES_FLEXT_METRICS, b"", "text/plain")
    # A type that is wrong does not matter, what the body is does.
    body = b'{"server": {"uptime": "1m"}, "requests": {"total": 1}}'
    assert decode(ops.SERVICES_FLEXT_METRICS, body, "text/plain").server.uptime == 60


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at_for_samples(text: str) -> None:
    samples(text)


def test_a_list_that_is_limited_and_not_paged_is_known_by_its_count() -> None:
    answer = b'{"orchestrations": [{"id": "a", "status": "cancelled"}], "count": 1}'
    page = decode_page(ops.ORCHESTRATIONS_LIST, answer)
    assert (page.limit_only, page.total, page.items[0].status) == (True, None, "canceled")
    assert decode_page(ops.ORCHESTRATIONS_LIST, b'{"orchestrations": [], "total": 0, "count": 0}').limit_only is False
    assert decode_page(ops.PLUGINS_LIST, b'{"plugins": null, "count": 0}').limit_only is False


def test_a_result_far_too_large_is_told_about_and_not_kept() -> None:
    assert bounded({"a": 1}) == {"a": 1}
    assert bounded("x" * 2_000_000) == {"omitted": True, "bytes": 2_000_002}


@pytest.mark.parametrize(
    "text", ['{"a": [1, 2.5, null, "ä"]}', b'{"a": "b"}', '{"a": "\\ud83d half of a pair"}', "[]", "1e400"]
)
def test_frames_are_read_as_the_standard_library_reads_them(text: str | bytes) -> None:
    assert frames.plain(text) == json.loads(text)


@pytest.mark.parametrize("text", ["", "{", '{"a":1} {', b"\xff", "nothing"])
def test_what_is_no_frame_is_an_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        frames.plain(text)
