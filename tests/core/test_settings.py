"""Where settings come from, and wrong ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk._core.settings import SETTINGS, Source, environment, is_loopback, resolve
from flext_sdk.errors import ConfigurationError


def test_the_first_source_with_a_value_wins() -> None:
    argument = Source("argument", {"timeout": 5, "token": None})
    env = environment({"FLEXT_TIMEOUT": "7", "FLEXT_TOKEN": " abc ", "FLEXT_RETRIES": " "})
    profile = Source("profile work", {"retries": 9, "token": "other"})
    found = resolve([argument, env, profile])
    assert {name: (item.value, item.origin) for name, item in found.items()} == {
        "base_url": (None, "default"),
        "flexcore_url": (None, "default"),
        "service_url": (None, "default"),
        "token": ("abc", "environment"),
        "timeout": (5.0, "argument"),
        "retries": (9, "profile work"),
        "transport": ("auto", "default"),
        "answer_limit": (64 << 20, "default"),
        "autostart": (True, "default"),
    }
    assert len(found) == len(SETTINGS)
    shown = {one["name"]: one["value"] for one in found.shown()}
    assert (shown["token"], shown["timeout"]) == ("***", 5.0)
    assert repr(found["token"]) == "Value('***', 'environment')"
    assert repr(found["timeout"]) == "Value(5.0, 'argument')"


@pytest.mark.parametrize(
    ("name", "given_", "value"),
    [
        ("base_url", " http://host:81/x/ ", "http://host:81/x"),
        ("base_url", {"flext": "https://[::1]:8081"}, {"flext": "https://[::1]:8081"}),
        ("token", {"flext": "a"}, {"flext": "a"}),
        ("timeout", "0.5", 0.5),
        ("retries", 0, 0),
        ("autostart", "OFF", False),
        ("autostart", "yes", True),
        ("autostart", False, False),
    ],
)
def test_good_values(name: str, given_: Any, value: Any) -> None:
    assert resolve([Source("argument", {name: given_})]).get_value(name) == value


@pytest.mark.parametrize(
    ("name", "given_", "why"),
    [
        ("base_url", "host:80", "http://"),
        ("base_url", "http://", "no host"),
        ("base_url", "http://h/x?a=1", "query"),
        ("base_url", "http://h x", "space"),
        ("base_url", "http://u:p@h", "user name"),
        ("base_url", "http://h:99999", "not valid"),
        ("base_url", 5, "int"),
        ("base_url", {}, "empty"),
        ("base_url", {"web": "http://h"}, "'web'"),
        ("flexcore_url", "ftp://h", "http://"),
        ("token", "", "empty"),
        ("token", 5, "int"),
        ("token", {"web": "x"}, "'web'"),
        ("timeout", "soon", "not valid"),
        ("timeout", 0, "above zero"),
        ("timeout", "inf", "above zero"),
        ("timeout", "nan", "above zero"),
        ("timeout", True, "bool"),
        ("retries", 21, "out of range"),
        ("retries", -1, "out of range"),
        ("retries", 1.5, "float"),
        ("autostart", "maybe", "neither"),
    ],
)
def test_wrong_values_say_what_is_expected(name: str, given_: Any, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as caught:
        resolve([Source("argument", {name: given_})])
    assert caught.value.message.startswith(f"{name} (argument) is not valid")
    assert str(caught.value.hint).startswith("Expected: ")
    assert caught.value.exit_code == 4


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve([environment({"FLEXT_TIMEOUT": "1m"})])
    assert caught.value.message == "FLEXT_TIMEOUT (environment) is not valid"


@given(st.sampled_from([s.name for s in SETTINGS]), st.text(max_size=30) | st.integers() | st.floats() | st.binary())
def test_any_value_is_taken_or_refused(name: str, value: Any) -> None:
    try:
        found = resolve([Source("argument", {name: value})])
    except ConfigurationError:
        return
    assert found[name].origin == "argument"


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://127.0.0.1:1", True),
        ("ws://[::1]/", True),
        ("http://localhost", True),
        ("http://host", False),
        ("x", False),
    ],
)
def test_loopback(url: str, near: bool) -> None:
    assert is_loopback(url) is near
