"""Lists in pages: any sizes, any totals, and lists that change between two pages; both colours of client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.testing import Call, FakeFlext, factory

NAMES = st.lists(st.text("abcdef", min_size=1, max_size=4), max_size=130).map(
    lambda found: [f"{n}-{i}" for i, n in enumerate(found)]
)
LIMIT = st.integers(1, 100)
ASYNC = st.booleans()


def entries(names: list[str]) -> list[dict[str, Any]]:
    return [{"id": name, "name": name} for name in names]


def listed(fake: FakeFlext, is_async: bool, read: Callable[[Any], Any] | None = None, **options: Any) -> list[str]:
    """The names that iterating over a list gives."""
    if not is_async:
        with fake.client() as client:
            return [item.name for item in client.pipelines.list(**options)]

    async def every() -> list[str]:
        async with fake.async_client() as client:
            return [item.name async for item in client.pipelines.list(**options)]

    return asyncio.run(every())


@given(NAMES, LIMIT, st.integers(0, 140), ASYNC)
def test_a_list_that_stands_still_is_given_once_and_in_order(
    names: list[str], limit: int, offset: int, is_async: bool
) -> None:
    fake = FakeFlext().pages("pipelines.list", entries(names))
    assert listed(fake, is_async, limit=limit, offset=offset) == names[offset:]
    assert len(fake.calls) == max(1, -(-len(names[offset:]) // limit))
    fake.close()


@given(NAMES, LIMIT, st.sampled_from([-5, -1, 1, 3, 1000]), ASYNC)
def test_a_total_that_is_wrong_ends_with_what_there_is(
    names: list[str], limit: int, wrong: int, is_async: bool
) -> None:
    def page(call: Call) -> Any:
        start = call.query["offset"]
        return {"pipelines": entries(names[start : start + limit]), "total": max(0, len(names) + wrong)}

    fake = FakeFlext().answer("pipelines.list", page)
    found = listed(fake, is_async, limit=limit)
    assert found == names[: len(found)]
    assert len(fake.calls) <= len(names) // limit + 2
    if wrong > 0:
        assert found == names
    fake.close()


@given(NAMES, LIMIT, ASYNC)
def test_a_server_that_tells_no_total_is_asked_until_a_page_is_not_full(
    names: list[str], limit: int, is_async: bool
) -> None:
    def page(call: Call) -> Any:
        start = call.query["offset"]
        return {"pipelines": entries(names[start : start + limit])}

    fake = FakeFlext().answer("pipelines.list", lambda call: _unchecked(page(call)))
    assert listed(fake, is_async, limit=limit) == names
    assert len(fake.calls) == len(names) // limit + 1
    fake.close()


def _unchecked(body: Any) -> Any:
    from flext_sdk.testing import Answer

    return Answer(body, checked=False)


@given(NAMES.filter(bool), LIMIT, ASYNC)
def test_a_server_that_takes_no_notice_of_the_offset_ends(names: list[str], limit: int, is_async: bool) -> None:
    first = {"pipelines": entries(names[:limit])}
    fake = FakeFlext().answer("pipelines.list", lambda _call: _unchecked(first))
    assert listed(fake, is_async, limit=limit) == names[:limit]
    assert len(fake.calls) <= 2
    fake.close()


CHANGES = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(["append", "prepend", "drop first", "drop last", "empty"])), max_size=6
)


@given(NAMES, LIMIT, CHANGES, ASYNC)
def test_a_list_that_changes_meanwhile_ends_and_gives_nothing_that_never_was(
    names: list[str], limit: int, changes: list[tuple[int, str]], is_async: bool
) -> None:
    now, ever, asked = list(names), set(names), 0

    def page(call: Call) -> Any:
        nonlocal asked
        asked += 1
        for number, (when, what) in enumerate(changes):
            if when == asked - 1:
                change(now, what, f"new-{number}")
                ever.update(now)
        start = call.query["offset"]
        return {"pipelines": entries(now[start : start + limit]), "total": len(now)}

    fake = FakeFlext().answer("pipelines.list", page)
    found = listed(fake, is_async, limit=limit)
    assert set(found) <= ever
    # At most one page more than the longest the list ever was.
    assert len(fake.calls) <= (len(names) + len(changes)) // limit + 2
    if all(what == "append" for _, what in changes):
        assert found[: len(names)] == names
        assert len(found) == len(set(found))
    fake.close()


def change(now: list[str], what: str, name: str) -> None:
    match what:
        case "append":
            now.append(name)
        case "prepend":
            now.insert(0, name)
        case "drop first":
            del now[:1]
        case "drop last":
            del now[-1:]
        case _:
            now.clear()


@given(NAMES, LIMIT)
def test_pages_taken_one_by_one_are_the_same(names: list[str], limit: int) -> None:
    fake = FakeFlext().pages("pipelines.list", entries(names))
    with fake.client() as client:
        pages = list(client.pipelines.list(limit=limit).pages())
        assert [item.name for page in pages for item in page.items] == names
        assert {page.total for page in pages} == {len(names)}
        assert [page.offset for page in pages] == [limit * n for n in range(len(pages))]
        assert [page.has_next for page in pages] == [True] * (len(pages) - 1) + [False]
        assert client.pipelines.list(limit=limit).items == list(pages[0].items)
    fake.close()


@given(st.integers(0, 40), ASYNC)
def test_a_list_without_pages_comes_whole(count: int, is_async: bool) -> None:
    fake = FakeFlext().pages("plugins.list", factory.batch(factory.Plugin, count))

    async def every() -> list[Any]:
        async with fake.async_client() as client:
            return [item async for item in client.plugins.list()]

    with fake.client() as client:
        assert len(asyncio.run(every()) if is_async else list(client.plugins.list())) == count
    assert len(fake.calls) == 1
    fake.close()
