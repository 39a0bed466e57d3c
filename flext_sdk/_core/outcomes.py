"""What comes of many calls made at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from flext_sdk.errors import FlextError

__all__ = ["BulkItem", "BulkProgress", "BulkResult", "Feed"]


@dataclass(frozen=True, slots=True)
class BulkItem[T]:
    """The outcome of one of many calls.

    Attributes:
        index: Place of the call among those that were given, from 0.
        value: What it returned; None when it failed, and where a call returns nothing.
        error: What it failed with; None when it did well.
    """

    index: int
    value: T | None
    error: FlextError | None

    @property
    def ok(self) -> bool:
        """Whether it did well."""
        return self.error is None

    def result(self) -> T:
        """The value.

        Raises:
            FlextError: What the call failed with.
        """
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # a call that returns nothing has None for T


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """How far many calls are.

    Attributes:
        done: Calls that have ended, well or not.
        failed: How many of them failed.
        total: How many there are; None while that is not known.
    """

    done: int
    failed: int
    total: int | None


class BulkResult[T](Sequence[BulkItem[T]]):
    """Outcomes in the order of the calls.

    Example:
        ```python
        shown = client.bulk(client.pipelines.show, ["orders", "returns"])
        for item in shown.errors:
            print(item.index, item.error)
        ```
    """

    def __init__(self, items: Sequence[BulkItem[T]]) -> None:
        self._items = list(items)

    @overload
    def __getitem__(self, index: int) -> BulkItem[T]: ...
    @overload
    def __getitem__(self, index: slice) -> list[BulkItem[T]]: ...
    def __getitem__(self, index: int | slice) -> BulkItem[T] | list[BulkItem[T]]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    @property
    def ok(self) -> bool:
        """Whether all did well."""
        return all(item.error is None for item in self._items)

    @property
    def errors(self) -> list[BulkItem[T]]:
        """Those that failed."""
        return [item for item in self._items if item.error is not None]

    def values(self) -> list[T]:
        """The values of those that did well, in order."""
        return [item.result() for item in self._items if item.error is None]

    def __repr__(self) -> str:
        """How many."""
        return f"BulkResult({len(self)} calls, {len(self.errors)} failed)"


class Feed[C, T]:
    """Hands calls out one by one and takes their outcomes in. Safe to use from many threads.

    Args:
        calls: The calls; they may be made while they are handed out.
        progress: Told after each.
    """

    def __init__(self, calls: Iterable[C], progress: Callable[[BulkProgress], object] | None) -> None:
        self.total = len(calls) if isinstance(calls, Sized) else None
        self._calls: Iterator[tuple[int, C]] = enumerate(calls)
        self._progress = progress
        self._lock = threading.Lock()
        self._items: list[BulkItem[T]] = []
        self._failed = 0
        self._stopped = False

    def draw(self) -> tuple[int, C] | None:
        """The next call; None when there is none, or it was stopped."""
        with self._lock:
            return None if self._stopped else next(self._calls, None)

    def stop(self) -> None:
        """Hand no more out."""
        self._stopped = True

    def settle(self, item: BulkItem[T]) -> None:
        """Take an outcome in."""
        with self._lock:
            self._items.append(item)
            self._failed += item.error is not None
            if self._progress is not None:
                self._progress(BulkProgress(len(self._items), self._failed, self.total))

    def result(self) -> BulkResult[T]:
        """All outcomes so far, in the order of the calls."""
        return BulkResult(sorted(self._items, key=lambda item: item.index))
