"""Answers that are kept under their ETag."""

from __future__ import annotations

from typing import Any

import pytest

from flext_sdk import errors
from flext_sdk._core.answers import AnswerCache
from flext_sdk._core.messages import Headers, Request, Response, Timeouts

from .conftest import Answer, Driver, Seen, Server

LIMITS = Timeouts(1, 1, 1, 1)


class Versioned:
    """A service that gives an ETag for each version of its answer, and answers 304 to whoever has it."""

    def __init__(self) -> None:
        self.version = 1
        self.asked: list[str | None] = []

    def __call__(self, seen: Seen) -> Answer:
        tag = f'"v{self.version}"'
        self.asked.append(seen.headers.get("if-none-match"))
        if seen.headers.get("if-none-match") == tag:
            return Answer(status=304, raw=b"", headers={"ETag": tag, "X-Request-ID": "again"})
        return Answer(
            body={"id": "p1", "name": f"orders-{self.version}", "description": seen.headers.get("authorization")},
            headers={"ETag": tag},
        )


async def test_an_answer_is_asked_for_again_and_not_sent_again(every: Driver, server: Server) -> None:
    service = Versioned()
    server.says(service)
    client = every.client(server.url, cache=True)
    for _ in range(2):
        assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders-1"
    answer = await every.run(lambda: client.raw(client.pipelines.show)("orders"))
    assert (answer.status, answer.request_id, answer.headers["content-type"]) == (200, "again", "application/json")
    assert answer.json()["name"] == "orders-1"
    service.version = 2  # it never gives what does not hold any more
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders-2"
    assert service.asked == [None, '"v1"', '"v1"', '"v1"']


async def test_nothing_is_kept_unless_it_was_asked_for(every: Driver, server: Server) -> None:
    service = Versioned()
    server.says(service)
    client = every.client(server.url)
    for _ in range(2):
        await every.run(lambda: client.pipelines.show("orders"))
    copy = client.with_options(cache=True)
    await every.run(lambda: copy.pipelines.show("orders"))
    await every.run(lambda: copy.with_options(cache=False).pipelines.show("orders"))
    assert service.asked == [None, None, None, None]


async def test_what_one_token_sees_another_does_not_get(every: Driver, server: Server) -> None:
    service = Versioned()
    server.says(service)
    client = every.client(server.url, cache=True, token="one")
    other = client.with_options(token="two")
    german = client.with_options(headers={"Accept-Language": "de"})
    for who, token in ((client, "one"), (other, "two"), (german, "one"), (client, "one"), (other, "two")):
        found = await every.run(lambda who=who: who.pipelines.show("orders"))
        assert found.description == f"Bearer {token}"
    assert service.asked == [None, None, None, '"v1"', '"v1"']


async def test_whoever_asks_conditionally_gets_what_they_asked_for(every: Driver, server: Server) -> None:
    service = Versioned()
    server.says(service)
    client = every.client(server.url, cache=True, headers={"If-None-Match": '"v1"'})
    with pytest.raises(errors.APIStatusError) as caught:
        await every.run(lambda: client.pipelines.show("orders"))
    assert caught.value.status == 304


def ask(url: str = "http://x/a", **headers: str) -> Request:
    return Request("GET", url, Headers(headers), None, 1, "x", LIMITS)


def keep(cache: AnswerCache, request: Request, content: bytes, **headers: str) -> None:
    key, kept = cache.find(request)
    assert key is not None
    cache.settle(key, kept, Response(200, Headers({"etag": '"e"', **headers}), content))


def test_what_is_kept_is_bounded() -> None:
    cache = AnswerCache(entries=3, size=80)
    for number in range(5):
        keep(cache, ask(f"http://x/{number}"), b"0123456789")
    assert (len(cache), cache.size) == (3, 30)
    assert [cache.find(ask(f"http://x/{n}"))[1] is not None for n in range(5)] == [False, False, True, True, True]
    keep(cache, ask("http://x/2"), b"01234")
    assert (len(cache), cache.size) == (3, 25)
    keep(cache, ask("http://x/big"), b"x" * 11)  # more than an eighth
    assert len(cache) == 3
    keep(cache, ask("http://x/3"), b"1", **{"cache-control": "no-store"})
    assert (len(cache), cache.size) == (2, 15)
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)


def test_the_least_used_goes_first() -> None:
    cache = AnswerCache(entries=2, size=800)
    keep(cache, ask("http://x/1"), b"1")
    keep(cache, ask("http://x/2"), b"2")
    cache.find(ask("http://x/1"))
    keep(cache, ask("http://x/3"), b"3")
    assert [cache.find(ask(f"http://x/{n}"))[1] is not None for n in (1, 2, 3)] == [True, False, True]


@pytest.mark.parametrize(
    "response",
    [Response(200, Headers(), b"x"), Response(500, Headers({"etag": '"e"'}), b"x"), Response(304, Headers())],
)
def test_what_has_no_mark_is_not_kept(response: Response) -> None:
    cache = AnswerCache()
    key, kept = cache.find(ask())
    assert kept is None
    assert key is not None
    assert cache.settle(key, None, response) is response
    assert len(cache) == 0


def test_what_changes_with_every_call_is_no_part_of_the_key() -> None:
    cache = AnswerCache()
    one = cache.find(ask(**{"X-Request-ID": "1", "traceparent": "a", "Accept": "x"}))[0]
    assert cache.find(ask(**{"X-Request-ID": "2", "accept": "x"}))[0] == one
    assert cache.find(ask(accept="y"))[0] != one
    assert cache.find(ask(Range="bytes=0-1")) == (None, None)


async def test_the_embedded_services_mark_their_answers(platform: Any) -> None:
    from flext_sdk import Flext

    with Flext(platform.urls, token=platform.token, cache=True, _environ={}) as client:
        for method, arguments in ((client.plugins.list, ()), (client.plugins.info, ("tap-csv",))):
            first = client.raw(method)(*arguments)
            tag = first.headers["etag"]
            plain = client.with_options(cache=False, headers={"If-None-Match": f'"other", W/{tag}'})
            with pytest.raises(errors.APIStatusError) as caught:
                plain.raw(getattr(plain.plugins, method.__name__))(*arguments)
            assert caught.value.status == 304
            again = client.raw(method)(*arguments)
            assert again.content == first.content
            assert again.request_id != first.request_id
