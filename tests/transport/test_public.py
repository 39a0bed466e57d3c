"""What a reader of the package sees of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

import flext_sdk
from flext_sdk import AsyncFlext, Flext


def methods(client: Any) -> Iterator[Callable[..., Any]]:
    for group in type(client).__mro__[1].__dict__:
        if not group.startswith("_"):
            resource = getattr(client, group)
            for name in dir(resource):
                if not name.startswith("_") and callable(found := getattr(resource, name)):
                    yield found


@pytest.mark.parametrize(("colour", "is_one"), [(Flext, inspect.isgenerator), (AsyncFlext, inspect.isasyncgen)])
def test_what_comes_line_by_line_can_be_left_and_closed(colour: Any, is_one: Callable[[object], bool]) -> None:
    # contextlib.closing and aclosing want close(), at run time and by the annotation.
    client = colour("http://127.0.0.1:9", _environ={})
    seen = []
    for method in methods(client):
        returned = str(inspect.signature(method).return_annotation)
        if "Iterator[" in returned or "Generator[" in returned:
            assert "Generator[" in returned, method
            needed = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
            given = ["flext" if p.name == "service" else "x" for p in needed if p.kind is not p.KEYWORD_ONLY]
            assert is_one(method(*given)), method
            seen.append(method.__name__)
    assert sorted(seen) == ["follow", "invoke", "logs", "logs", "logs", "logs"]
    if colour is Flext:
        with closing(client.pipelines.logs("orders")):
            pass


def test_the_names_are_those_that_are_public() -> None:
    assert {"Flext", "AsyncMiddleware", "Middleware", "errors"} <= {*dir(flext_sdk)}
    assert "TYPE_CHECKING" not in dir(flext_sdk)
    for name in flext_sdk.__all__:
        assert getattr(flext_sdk, name) is not None
