"""The shared options of lists: a limit over all pages, filters, order.

Pages are fetched only as far as they are needed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    away is noticed before more is fetched for nobody. `fields` are the columns that a person asked for.
    """

    def __init__(
        self,
        page: Iterable[Any],
        *,
        limit: int | None,
        filters: Sequence[str] = (),
        sort: str | None = None,
        between: Callable[[], object] = lambda: None,
        see: Callable[[Any], Any] | None = None,
        fields: Iterable[str] = (),
    ) -> None:
        self._page = page
        self._between = between
        self._see = see
        self._limit = limit
        self._filters = [filter_of(text) for text in filters]
        self._sort = sort
        self.shown = 0
        self.more = False
        #: Fields that were asked for and that no item has; None while there was no item.
        self.unknown: list[str] | None = None
        self.fields: list[str] = []
        self._asked = [each for text in filters if (each := _field_of(text))]
        self._asked += [order_of(sort)[0]] if sort is not None else []
        self._asked += fields

    def __iter__(self) -> Iterator[Any]:
        items = self._items()
        if self._see is not None:
            items = map(self._see, items)
        if self._filters or self._sort is not None or self._asked:
            items = map(plain, items)
        if self._asked:
            items = map(self._looked_at, items)
        if self._filters:
            items = (item for item in items if all(keep(item) for keep in self._filters))
        if self._sort is not None:
            path, descending = order_of(self._sort)
            items = iter(_in_order(items, path, descending=descending))
        for item in islice(items, self._limit):
            self.shown += 1
            yield item
        if self._limit is not None and self.shown == self._limit:
            self.more = self._anything_left(items)

    def _looked_at(self, item: Data) -> Data:
        if isinstance(item, dict):
            if self.unknown is None:
                self.unknown, self.fields = list(dict.fromkeys(self._asked)), list(item)
            if self.unknown:
                self.unknown = [
                    path for path in self.unknown if path not in item and path.partition(".")[0] not in item
                ]
        return item

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


def _field_of(text: str) -> str:
    """The field of a filter."""
    return text.partition("=")[0].removesuffix("!").strip()


def order_of(text: str) -> tuple[str, bool]:
    """Field and whether the order is turned round, from `FIELD`, `FIELD:asc`, `FIELD:desc` or `-FIELD`.

    Raises:
        ValueError: If it is something else.
    """
    path, colon, direction = text.partition(":")
    turned = path.startswith("-")
    path = path.removeprefix("-")
    if not path or (colon and (turned or direction not in {"asc", "desc"})):
        raise ValueError(f'"{text}" is not FIELD or FIELD:desc')
    return path, turned or direction == "desc"


def _in_order(items: Iterable[Any], path: str, *, descending: bool) -> list[Any]:
    """Items sorted by a field; those without it come last, whichever way the others go."""
    every = list(items)
    found = [item for item in every if lookup(item, path) is not None]
    rest = [item for item in every if lookup(item, path) is None]
    return sorted(found, key=lambda item: _order(lookup(item, path)), reverse=descending) + rest


def _order(value: Data) -> tuple[int, float, str]:
    # Numbers before texts: one order for whatever a field holds.
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, field(value).lower())
