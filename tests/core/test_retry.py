"""Whether and when something is tried again."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk._core.retry import Decision, Failure, Policy, backoff, decide, parse_retry_after

POLICY = Policy()


def decided(failure: Failure, *, attempt: int = 1, remaining: float = 60.0, repeatable: bool = False) -> Decision:
    return decide(
        POLICY, failure, attempt=attempt, remaining=remaining, total=60.0, repeatable=repeatable, random=lambda: 1.0
    )


@pytest.mark.parametrize(
    ("failure", "always", "if_repeatable"),
    [
        (Failure("connect"), True, True),
        (Failure("pool"), True, True),
        (Failure("timeout"), False, True),
        (Failure("broken"), False, True),
        *[(Failure("status", status), True, True) for status in (408, 429, 502, 503, 504)],
        (Failure("status", 500), False, True),
        *[(Failure("status", status), False, False) for status in (400, 401, 403, 404, 409, 412, 422, 501)],
    ],
)
def test_what_may_be_repeated(failure: Failure, always: bool, if_repeatable: bool) -> None:
    assert decided(failure).retry is always
    assert decided(failure, repeatable=True).retry is if_repeatable


def test_the_number_of_attempts_is_kept() -> None:
    assert [decided(Failure("connect"), attempt=n).retry for n in (1, 2, 3)] == [True, True, False]
    none = decide(
        Policy(retries=0), Failure("connect"), attempt=1, remaining=60, total=60, repeatable=True, random=lambda: 0
    )
    assert none.retry is False


def test_the_wish_of_the_service_is_obeyed_and_never_shortened() -> None:
    assert decided(Failure("status", 429, 12.5)) == Decision(retry=True, delay=12.5)
    beyond = decided(Failure("status", 429, 120.0), remaining=58.2)
    assert not beyond.retry
    assert beyond.reason == "the service asks to wait 120 s, but only 58 s of the 60 s timeout are left"


def test_a_pause_that_would_end_after_the_deadline_is_not_begun() -> None:
    late = decided(Failure("connect"), remaining=0.4)
    assert not late.retry
    assert "60 s" in str(late.reason)


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(0.01, 10), st.floats(0.01, 100))
def test_the_pause_lies_between_nothing_and_the_cap(attempt: int, chance: float, base: float, cap: float) -> None:
    policy = Policy(base=base, cap=cap)
    pause = backoff(policy, attempt, lambda: chance)
    assert 0 <= pause <= cap
    assert pause <= base * 2.0 ** min(attempt - 1, 500)


def test_the_pause_doubles_up_to_the_cap() -> None:
    assert [backoff(POLICY, n, lambda: 1.0) for n in range(1, 7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]


@given(st.sampled_from(["timeout", "broken", "connect", "pool"]), st.integers(1, 9), st.floats(0, 100), st.booleans())
def test_a_pause_always_fits_into_what_is_left(kind: str, attempt: int, remaining: float, repeatable: bool) -> None:
    found = decided(Failure(kind), attempt=attempt, remaining=remaining, repeatable=repeatable)  # type: ignore[arg-type]
    assert not found.retry or found.delay < remaining


NOW = datetime(2026, 1, 31, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0.0),
        ({"retry-after": "Sat, 31 Jan 2026 08:01:00"}, 60.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_retry_after(headers, NOW.timestamp()) == seconds


@given(st.text(max_size=60), st.floats(0, 4e9))
def test_no_header_breaks_the_reading(text: str, now: float) -> None:
    for name in ("retry-after", "retry-after-ms"):
        found = parse_retry_after({name: text}, now)
        assert found is None or (math.isfinite(found) and found >= 0)
