"""The shared options of lists: a limit over all pages, filters, order.

Pages are fetched only as far as they are needed.
"""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from flext_cli._types import Data
from flext_cli.output.values import field, lookup, plain

# The services give at most this many items a page.
LARGEST_PAGE = 100


class Selection:
    """Items of a page that are to be shown; afterwards `shown` and `more` tell how many, and whether there are more.

    `between` is called before the next page is asked for: what was written so far can go out, and a reader that went
    away is noticed before more is fetched for nobody.
    """

    def __init__(
        self,
        page: Iterable[Any],
        *,
        limit: int | None,
        filters: Iterable[str] = (),
        sort: str | None = None,
        between: Callable[[], object] = lambda: None,
        see: Callable[[Any], Any] | None = None,
    ) -> None:
        self._page = page
        self._between = between
        self._see = see
        self._limit = limit
        self._filters = [filter_of(text) for text in filters]
        self._sort = sort
        self.shown = 0
        self.more = False

    def __iter__(self) -> Iterator[Any]:
        items = self._items()
        if self._see is not None:
            items = map(self._see, items)
        if self._filters or self._sort is not None:
            items = map(plain, items)
        if self._filters:
            items = (item for item in items if all(keep(item) for keep in self._filters))
        if self._sort is not None:
            path, _, direction = self._sort.partition(":")
            items = iter(sorted(items, key=lambda item: _order(lookup(item, path)), reverse=direction == "desc"))
        for item in islice(items, self._limit):
            self.shown += 1
            yield item
        if self._limit is not None and self.shown == self._limit:
            self.more = self._anything_left(items)

    def _items(self) -> Iterator[Any]:
        pages = getattr(self._page, "pages", None)
        if pages is None:
            yield from self._page
            return
        for page in pages():
            yield from page.items
            if page.has_next:
                self._between()

    @property
    def total(self) -> int | None:
        """How many there are in all, where the service tells and no filter is between."""
        total = getattr(self._page, "total", None)
        return total if isinstance(total, int) and not self._filters else None

    def _anything_left(self, items: Iterator[Any]) -> bool:
        if self.total is not None:
            return self.total > self.shown
        # Filtered, or the service does not say: looking costs one more page at worst.
        return next(items, None) is not None


def filter_of(text: str) -> Callable[[Any], bool]:
    """A test from `FIELD=PATTERN` or `FIELD!=PATTERN`.

    `*` and `?` are wildcards, case does not matter, and of a list any item may match.

    Raises:
        ValueError: If there is no `=` or no field.
    """
    path, equals, pattern = text.partition("=")
    negated = path.endswith("!")
    path = path.removesuffix("!").strip()
    if not equals or not path:
        raise ValueError(f'"{text}" is not FIELD=VALUE')
    pattern = pattern.lower()

    def keep(item: Data) -> bool:
        value = lookup(item, path)
        candidates = value if isinstance(value, list) else [value]
        return any(fnmatchcase(field(each).lower(), pattern) for each in candidates) != negated

    return keep


def check_sort(text: str) -> str:
    """Check `FIELD[:asc|:desc]`.

    Raises:
        ValueError: If it is something else.
    """
    path, colon, direction = text.partition(":")
    if not path or (colon and direction not in {"asc", "desc"}):
        raise ValueError(f'"{text}" is not FIELD or FIELD:desc')
    return text


def _order(value: Data) -> tuple[int, float, str]:
    # Numbers before texts, and nothing last: one order for whatever a field holds.
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, field(value).lower())
