"""What must hold for any settings, headers, texts and documents."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from flext_sdk import Flext, errors
from flext_sdk._core.documents import load_document, locate
from flext_sdk._core.redact import redact_body, redact_headers, redact_json, redact_text, redact_url
from flext_sdk._core.retry import Failure, Policy, decide, parse_retry_after
from flext_sdk._core.settings import SETTINGS, Source, environment, resolve
from flext_sdk.errors import Problem
from flext_sdk.testing import FakeFlext, factory

# -- settings ----------------------------------------------------------------------------------------------------

URL = st.sampled_from(["http://a:1", "https://b.test", "http://127.0.0.1:9/x", "http://[::1]:8081"])
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "base_url": URL | st.fixed_dictionaries({}, optional={"flexcore": URL, "flext": URL}).filter(bool),
    "flexcore_url": URL,
    "service_url": URL,
    "token": st.text("abcXYZ019._-", min_size=1, max_size=20),
    "timeout": st.floats(0.001, 1e6),
    "retries": st.integers(0, 20),
    "transport": st.sampled_from(["auto", "stock", "fast", "slim"]),
    "answer_limit": st.integers(1024, 1 << 40),
    "autostart": st.booleans(),
}
VALUES = st.fixed_dictionaries({}, optional={name: st.none() | good for name, good in GOOD.items()})


def test_every_setting_has_good_values_here() -> None:
    assert set(GOOD) == {setting.name for setting in SETTINGS}


@given(
    st.lists(st.tuples(st.sampled_from(["argument", "environment", "profile work", "config.yaml"]), VALUES), max_size=4)
)
def test_of_any_sources_the_first_with_a_value_wins_for_each_setting(given_: list[tuple[str, dict[str, Any]]]) -> None:
    found = resolve([Source(origin, values) for origin, values in given_])
    for setting in SETTINGS:
        first = next(((o, v[setting.name]) for o, v in given_ if v.get(setting.name) is not None), None)
        assert found[setting.name].origin == (first[0] if first else "default")
        assert found.get_value(setting.name) == (first[1] if first else setting.default)


@given(VALUES)
def test_text_of_the_environment_means_what_the_value_means(values: dict[str, Any]) -> None:
    plain = {k: v for k, v in values.items() if v is not None and not isinstance(v, dict)}
    envs = {setting.name: setting.env for setting in SETTINGS}
    told = resolve([environment({envs[name]: f" {value} " for name, value in plain.items()})])
    meant = resolve([Source("environment", plain)])
    assert {name: told[name] for name in told} == {name: meant[name] for name in meant}


@given(st.sampled_from(SETTINGS), st.text("Zq8Secret:/@# \r\n=", min_size=12, max_size=40), st.booleans())
def test_no_value_is_told_back_whether_it_is_good_or_not(setting: Any, noise: str, by_environment: bool) -> None:
    value = f"{noise}Zq8SecretZq8{noise}"
    given_ = {"_environ": {setting.env: value}} if by_environment else {"_environ": {}, setting.name: value}
    assume(by_environment or setting.name not in {"flexcore_url", "service_url"})
    try:
        with Flext(**given_) as client:
            told = repr(client.settings["token"]) + repr(client.settings.shown()) if setting.sensitive else ""
    except errors.ConfigurationError as error:
        told = f"{error} {error!r} {error.to_dict()}"
    assert "Zq8SecretZq8" not in told


# -- Retry-After -------------------------------------------------------------------------------------------------

NOW = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(st.integers(0, 10**7), st.sampled_from(["{}", " {} ", "{}.0"]))
def test_seconds_are_seconds(seconds: int, form: str) -> None:
    assert parse_retry_after({"retry-after": form.format(seconds)}, 0.0) == seconds


@given(st.integers(0, 10**9), st.text(max_size=5))
def test_milliseconds_come_first(milliseconds: int, other: str) -> None:
    found = parse_retry_after({"retry-after-ms": str(milliseconds), "retry-after": other}, 0.0)
    assert found == pytest.approx(min(milliseconds, 3650 * 86400.0) / 1000)


@given(NOW, st.integers(-(10**6), 10**6), st.integers(-14, 14), st.floats(0, 0.999))
def test_a_date_is_the_time_until_then_and_never_less_than_none(
    now: datetime, ahead: int, zone: int, part: float
) -> None:
    moment = now.replace(microsecond=0) + timedelta(seconds=ahead)
    text = format_datetime(moment.astimezone(timezone(timedelta(hours=zone))))
    at = now.replace(microsecond=0).timestamp() + part
    assert parse_retry_after({"retry-after": text}, at) == pytest.approx(max(0.0, ahead - part), abs=1e-4)


@given(
    st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 9), st.booleans(),
    st.sampled_from([408, 429, 500, 502, 503, 504]), st.floats(0, 1),
)  # fmt: skip
def test_a_wish_is_kept_to_the_letter_or_nothing_is_tried(
    wish: float, remaining: float, attempt: int, repeatable: bool, status: int, chance: float
) -> None:
    found = decide(
        Policy(retries=5), Failure("status", status, wish), attempt=attempt, remaining=remaining, total=60.0,
        repeatable=repeatable, random=lambda: chance,
    )  # fmt: skip
    if found.retry:
        assert found.delay == wish < remaining
        assert attempt <= 5
        assert repeatable or status != 500


@given(st.integers(0, 200), st.integers(1, 60), st.sampled_from([429, 503]))
def test_a_client_waits_as_long_as_it_is_asked_to_within_its_time(seconds: int, times: int, status: int) -> None:
    fake = FakeFlext()
    fake.answer("pipelines.show", factory.Pipeline()).error("pipelines.show", status, retry_after=seconds, times=times)
    failed: Any = None
    with fake.client(timeout=100, retries=3) as client:
        try:
            client.pipelines.show("orders")
        except (errors.RateLimitedError, errors.ServerError) as error:
            failed = error
    assert (failed is not None) == (times > 3 or seconds * times >= 100)
    assert failed is None or failed.retry_after == seconds
    assert fake.clock.slept == [seconds] * len(fake.clock.slept)
    assert sum(fake.clock.slept) < 100
    fake.close()


# -- redaction ---------------------------------------------------------------------------------------------------

#: Letters that quoting in JSON, URLs and headers leaves alone, so that the search below cannot miss it.
SECRET = st.text("ABCXYZabcxyz0189", min_size=10, max_size=24).map(lambda text: f"Zq{text}")
NAMES = st.sampled_from(
    [
        "password",
        "db_password",
        "API-Key",
        "client_secret",
        "access_token",
        "Authorization",
        "private_key",
        "X-Auth-Token",
        "PGPASSWORD",
    ]
)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="\\\"'"), max_size=20)
SCHEME = st.sampled_from(["http", "https", "postgres", "postgresql+psycopg", "s3"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | AROUND,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(AROUND, inner, max_size=3),
    max_leaves=8,
)


@given(SECRET, NAMES, AROUND, AROUND)
def test_a_named_secret_in_text(secret: str, name: str, before: str, after: str) -> None:
    for form in ('"{n}": "{s}"', "{n}={s}", "{n}: {s}", "'{n}': '{s}'", "{n} = '{s}'", '{{"{n}":"{s}"}}'):
        assert secret not in redact_text(f"{before} {form.format(n=name, s=secret)} {after}")


@given(SECRET, SCHEME, AROUND, AROUND, st.sampled_from(["{s}", "me:{s}", "{s}:x", "me:a@{s}", ":{s}"]))
def test_a_secret_before_a_host(secret: str, scheme: str, before: str, after: str, info: str) -> None:
    url = f"{scheme}://{info.format(s=secret)}@db.test:5432/orders"
    for shown in (redact_text(f"{before} {url} {after}"), redact_url(url), redact_text(json.dumps({"note": url}))):
        assert secret not in shown
        assert "db.test" in shown


@given(SECRET, NAMES, AROUND, st.integers(0, 2))
def test_a_secret_in_a_query(secret: str, name: str, other: str, place: int) -> None:
    parts = [f"a={quote(other, safe='')}", f"b={quote_plus(other)}"]
    parts.insert(place, f"{quote(name)}={secret}")
    url = f"http://host/x?{'&'.join(parts)}"
    assert secret not in redact_url(url)
    assert secret not in redact_text(f"GET {url} failed")
    inner = quote(f"http://me:{secret}@other/", safe="")
    assert secret not in redact_url(f"http://host/x?next={inner}&z=1")


@given(SECRET, NAMES, st.sampled_from(["{s}", "Bearer {s}", "Basic {s}", "session={s}; x=1"]), AROUND)
def test_a_secret_in_a_header(secret: str, name: str, form: str, other: str) -> None:
    shown = redact_headers([("X-Note", other), (name, form.format(s=secret)), ("Link", f"<https://a:{secret}@b>")])
    assert secret not in repr(shown)
    assert [n for n, _ in shown] == ["X-Note", name, "Link"]


@given(
    SECRET,
    NAMES,
    JSON,
    st.lists(st.booleans(), max_size=8),
    st.sampled_from(["value", "list", "mapping", "url", "text"]),
)
def test_a_secret_at_any_depth_of_json(secret: str, name: str, beside: Any, way: list[bool], form: str) -> None:
    planted: Any = {
        "value": {name: secret}, "list": {name: [1, [secret]]}, "mapping": {name: {"user": secret}},
        "url": {"note": f"https://u:{secret}@h/"}, "text": {"note": f"Bearer {secret}"},
    }[form]  # fmt: skip
    for is_list in way:
        planted = [beside, planted] if is_list else {"below": planted, "beside": beside}
    assert secret not in json.dumps(redact_json(planted))
    assert secret not in redact_body(json.dumps(planted).encode())
    if form in {"value", "url"}:
        assert secret not in redact_text(json.dumps(planted))


@given(JSON)
def test_what_holds_no_secret_stays_as_it_is(data: Any) -> None:
    text = json.dumps(data)
    assume(not any(mark in text for mark in ":=@") and redact_text(text) == text)
    assert redact_json(data) == data


@given(SECRET, NAMES, st.integers(400, 599))
def test_neither_the_log_nor_the_error_of_a_call_shows_a_secret(secret: str, name: str, status: int) -> None:
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("flext_sdk")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    fake = FakeFlext(check_requests=False)
    fake.error("pipelines.create", status, f"cannot use {name}={secret}", hint=f"https://me:{secret}@h", times=99)
    try:
        with fake.client(token=secret, headers={"X-Api-Key": secret}, retries=1) as client:
            with pytest.raises(errors.FlextError) as caught:
                client.request(
                    "POST", f"/api/v1/pipelines?{quote(name)}={secret}", json={name: secret, "x": [{name: secret}]}
                )
            told = f"{caught.value} {caught.value!r} {caught.value.to_dict()} {client!r} {client.settings.shown()}"
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        fake.close()
    assert any(secret in value for value in fake.calls[0].headers.values())
    assert records
    assert secret not in told
    assert secret not in "\n".join(records)


# -- documents ---------------------------------------------------------------------------------------------------

KEYS = st.text("abcdefgh-_./~0", min_size=1, max_size=6)
LEAVES = st.integers(-99, 99) | st.booleans() | st.none() | st.text("abc :#-'\"é日", max_size=8)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=10
    ),
    min_size=1,
    max_size=4,
)


def pointers(node: Any, pointer: str = "") -> list[tuple[str, str | None]]:
    """Every place with the key that stands there; None for items of lists."""
    found: list[tuple[str, str | None]] = []
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            found += [(here, key), *pointers(value, here)]
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += [(f"{pointer}/{index}", None), *pointers(value, f"{pointer}/{index}")]
    return found


@given(TREES, st.sampled_from(["block", "flow", "json", "indented"]), st.sampled_from(["\n", "\r\n"]))
def test_every_place_of_a_document_is_where_its_position_says(data: dict[str, Any], style: str, end: str) -> None:
    if style in {"json", "indented"}:
        text = json.dumps(data, indent=2 if style == "indented" else None, ensure_ascii=False)
    else:
        text = yaml.safe_dump(data, default_flow_style=style == "flow", allow_unicode=True, sort_keys=False, width=40)
    document = load_document(text.replace("\n", end), name="x.json" if style in {"json", "indented"} else "x.yaml")
    assert document.data == data
    lines = text.split("\n")
    for pointer, key in pointers(data):
        line, column = document.positions[pointer]
        rest = lines[line - 1][column - 1 :]
        assert 1 <= line <= len(lines)
        if key is not None:
            assert rest.lstrip("?\"' ").startswith(key[:1]), (pointer, rest)
        found = locate(Problem(f"{pointer}/not-there", "missing"), document)
        assert (found.line, found.column, found.file) == (line, column, document.name)


@given(TREES, st.integers(0, 400), st.sampled_from(["\t", "\x00", "%", "\ud800", "&a *a", "- [", ": :", "{"]))
def test_a_document_that_was_broken_anywhere_is_read_or_told_with_its_place(
    data: dict[str, Any], at: int, noise: str
) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    broken = text[:at] + noise + text[at:]
    failed: Any = None
    try:
        load_document(broken, name="x.yaml")
    except errors.ValidationFailedError as error:
        failed = error
    assert failed is None or failed.problems
    for problem in failed.problems if failed is not None else ():
        assert problem.line is not None
        assert 1 <= problem.line <= broken.count("\n") + 2
        assert problem.file == "x.yaml"
        assert "\n" not in problem.message
