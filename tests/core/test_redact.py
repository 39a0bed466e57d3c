"""No secret gets through."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk._core.redact import (
    MASK,
    is_secret_name,
    redact_body,
    redact_headers,
    redact_json,
    redact_text,
    redact_url,
    secret_values,
)

SECRET = "Zq8SecretZq8"
NAMES = ["password", "db_password", "API-Key", "apiKey", "client_secret", "access_token", "refreshToken", "Authorization", "Cookie", "Set-Cookie", "private_key", "aws_secret_access_key", "passphrase", "sas", "connection_string", "credentials", "x-auth-token"]  # fmt: skip
HARMLESS = ["name", "path", "keys", "primary_key", "next_page_token", "token_type", "Idempotency-Key", "author", "secret_name", "monkey", "compass", "assassin"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert redact_json({name: SECRET}) == {name: MASK}
    assert SECRET not in redact_text(f"{name}={SECRET} and {name}: '{SECRET}'")
    assert redact_headers({name: SECRET}) == [(name, MASK)]


@pytest.mark.parametrize("name", HARMLESS)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)
    assert redact_json({name: "plain"}) == {name: "plain"}


def test_headers_keep_their_scheme() -> None:
    assert redact_headers({"Authorization": f"Bearer {SECRET}"}) == [("Authorization", f"Bearer {MASK}")]
    assert redact_headers([("Cookie", f"a={SECRET}; b={SECRET}")]) == [("Cookie", MASK)]
    assert redact_headers({"X-Note": f"use Bearer {SECRET}"}) == [("X-Note", f"use Bearer {MASK}")]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://me:{SECRET}@host/x", f"https://{MASK}@host/x"),
        (f"postgresql+psycopg://me:{SECRET}@host:5432/db", f"postgresql+psycopg://{MASK}@host:5432/db"),
        (f"https://host/x?token={SECRET}&limit=5", f"https://host/x?token={MASK}&limit=5"),
        (f"https://host/x?api%5Fkey={SECRET}#part", f"https://host/x?api%5Fkey={MASK}#part"),
        (f"https://me:p@{SECRET}@host/x", f"https://{MASK}@host/x"),
        ("https://host/a%20b?tags=x%2Cy", "https://host/a%20b?tags=x%2Cy"),
        ("http://host/x?", "http://host/x?"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert redact_url(url) == shown


def test_a_url_within_a_query() -> None:
    assert SECRET not in redact_url(f"http://host/x?next=https%3A%2F%2Fme%3A{SECRET}%40other%2F")


def test_json_keeps_its_shape() -> None:
    data = {
        "config": {"user": "me", "password": SECRET, "port": 5432, "credentials": {"user": SECRET, "n": 5, "on": True}},
        "has_password": True,
        "token": None,
        "list": [{"secret": [SECRET, SECRET]}, f"postgres://u:{SECRET}@h/db"],
    }
    assert redact_json(data) == {
        "config": {"user": "me", "password": MASK, "port": 5432, "credentials": {"user": MASK, "n": MASK, "on": True}},
        "has_password": True,
        "token": None,
        "list": [{"secret": [MASK, MASK]}, f"postgres://{MASK}@h/db"],
    }
    assert data["config"]["password"] == SECRET  # type: ignore[index]


def test_bodies() -> None:
    assert redact_body(b"") == ""
    assert redact_body(b"\xff\xfe\x00") == "<3 bytes>"
    assert redact_body(json.dumps({"password": SECRET}).encode()) == f'{{"password":"{MASK}"}}'
    assert SECRET not in redact_body(f"password={SECRET}&x=1".encode(), "application/x-www-form-urlencoded")
    assert SECRET not in redact_body(f'{{"password": "{SECRET}", broken'.encode())
    assert redact_body(b"x" * 5000).endswith("... (5000 bytes)")
    deep = b'{"a":' * 2000 + b"1" + b"}" * 2000
    assert len(redact_body(deep)) < 5000


def test_what_only_looks_like_a_secret() -> None:
    assert redact_text("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123 ends") == f"{MASK} ends"
    assert redact_text("password: null, token=true") == "password: null, token=true"
    assert redact_text("time 08:00 at http://host:80/x?y=1") == "time 08:00 at http://host:80/x?y=1"


PLAIN = st.text("abcdefghij klmno", max_size=10)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=10,
)


@given(NESTED, st.sampled_from(NAMES), st.integers(0, 6))
def test_a_secret_planted_anywhere_in_json_does_not_show(data: Any, name: str, depth: int) -> None:
    value: Any = {name: SECRET, "other": data}
    for level in range(depth):
        value = {"below": value, "x": data} if level % 2 else [data, value]
    assert SECRET not in json.dumps(redact_json(value))
    assert SECRET not in redact_body(json.dumps(value).encode())


@given(st.text(max_size=40), st.sampled_from(["password", "token", "client_secret"]), st.text(max_size=40))
def test_a_secret_planted_in_text_does_not_show(before: str, name: str, after: str) -> None:
    assert SECRET not in redact_text(f'{before} "{name}": "{SECRET}" {after}')


@given(st.text(max_size=200))
def test_masking_never_fails_and_is_done_once(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once or MASK in once
    redact_url(text)


def test_secrets_are_found_by_the_names_above_them_and_in_urls() -> None:
    data = {
        "user": "me",
        "password": "one",
        "empty_password": "",
        "credentials": {"pin": 5, "parts": ["two", {"x": "three"}]},
        "url": "postgres://me:fo%40ur@db/x",
        "urls": ["https://five@host/a?b=c", "http://host/x"],
        "api_token": None,
    }
    assert set(secret_values(data)) == {"one", "two", "three", "fo%40ur", "fo@ur", "five"}


@pytest.mark.parametrize(
    "unit", ["y", "ab.", "a-", "http:", "://", "a@", "key=", '"', "\\", "eyJ", "bearer ", "%41", "x: "]
)
def test_long_texts_take_no_longer_than_their_length_asks_for(unit: str) -> None:
    """Letters alone once took quadratic time: half a minute for what is here."""
    text = unit * (200_000 // len(unit))
    assert SECRET not in redact_text(f"{text} password={SECRET}")
    assert SECRET not in redact_url(f"http://me:{SECRET}@host/{text}")
    assert list(secret_values(text)) == []


def test_the_place_of_a_token_in_a_hint_is_no_token() -> None:
    hint = "Send the header Authorization: Bearer TOKEN; the token is in a file."
    assert redact_text(hint) == hint
    for secret in ("TOKENS", "TOKEN-1234", "token", "TOKEN.x", "tokenabc"):
        assert redact_text(f"Authorization: Bearer {secret}; x") == f"Authorization: Bearer {MASK}; x"
