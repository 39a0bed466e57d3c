# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Lists that come in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk._core.decode import PageData
    from flext_sdk._sync import _rt as rt

__all__ = ["Page"]


class Page[T]:
    """One page of a list. Iterating over it goes on through all pages, fetching each when it is needed.

    Example:
        ```python
        for pipeline in client.pipelines.list(limit=50):
            print(pipeline.name)

        page = client.pipelines.list(limit=10)
        print(page.total, page.items[0].name)
        ```
    """

    def __init__(
        self, fetch: Callable[[int | None], rt.Awaits[PageData[T]]], *, limit: int | None, offset: int, whole: bool
    ) -> None:
        # `fetch` takes the offset, None for the page as it was asked for; `whole` lists have one page only.
        self._fetch = fetch
        self._limit = limit
        self._offset = offset
        self._whole = whole
        self._data: PageData[T] | None = None

    def load(self) -> Self:
        """Fetch this page when that has not happened yet, and return it."""
        if self._data is None:
            self._data = self._fetch(self._offset or None)
        return self

    def _loaded(self) -> PageData[T]:
        if self._data is None:
            raise UsageError("This page is not loaded yet", hint="Load it first: page = client.pipelines.list()")
        return self._data

    @property
    def items(self) -> list[T]:
        """The items of this page."""
        return self._loaded().items

    @property
    def total(self) -> int | None:
        """How many items there are in all; None when the service does not tell."""
        data = self._loaded()
        return len(data.items) if data.total is None and self._whole else data.total

    @property
    def offset(self) -> int:
        """How many items stand before this page."""
        return self._offset

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        data = self._loaded()
        if self._whole or not data.items:
            return False
        if data.total is not None:
            return self._offset + len(data.items) < data.total
        return self._limit is not None and len(data.items) >= self._limit

    def next_page(self) -> Page[T] | None:
        """The page after this one, loaded; None after the last."""
        self.load()
        if not self.has_next:
            return None
        following = Page(self._fetch, limit=self._limit, offset=self._offset + len(self.items), whole=self._whole)
        following.load()
        # A server that takes no notice of the offset would give the same page for ever.
        return None if self._loaded().total is None and following.items == self.items else following

    def pages(self) -> Iterator[Page[T]]:
        """This page and all that follow, each fetched when it is needed."""
        page: Page[T] | None = self.load()
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            for item in page.items:
                yield item

    def __getstate__(self) -> dict[str, object]:
        # What is fetched goes along into another process, the client that fetches more does not.
        return {**self.__dict__, "_fetch": _cut_off}

    def __copy__(self) -> Page[T]:
        copied = Page(self._fetch, limit=self._limit, offset=self._offset, whole=self._whole)
        copied._data = self._data
        return copied

    def __repr__(self) -> str:
        """How much there is."""
        if self._data is None:
            return "Page(not loaded)"
        total = "?" if self.total is None else self.total
        return f"Page({len(self.items)} of {total} items from {self._offset})"


def _cut_off(_start: int | None) -> PageData[Any]:
    raise UsageError("This page has come without its client, so it cannot fetch more", hint="Ask a client again.")
