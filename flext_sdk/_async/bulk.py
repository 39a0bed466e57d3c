"""Many calls at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk._async import _rt as rt
from flext_sdk._core.arguments import is_any
from flext_sdk._core.outcomes import BulkItem, BulkProgress, BulkResult, Feed
from flext_sdk.errors import FlextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["run_all"]


async def run_all[T](
    calls: Iterable[Callable[[], rt.Awaits[T]]],
    *,
    concurrency: int,
    on_progress: Callable[[BulkProgress], object] | None,
    raise_on_error: bool,
) -> BulkResult[T]:
    """Make all calls, so many at once; see `AsyncFlext.bulk`.

    Raises:
        FlextError: With ``raise_on_error``, what the first one failed with.
        UsageError: If the bound makes no sense.
    """
    if not is_any(concurrency, int) or concurrency < 1:
        raise UsageError(f"concurrency={concurrency!r} makes no calls", hint="Give a number from 1.")
    feed: Feed[Callable[[], rt.Awaits[T]], T] = Feed(calls, on_progress)

    async def work() -> None:
        while (drawn := feed.draw()) is not None:
            index, call = drawn
            try:
                item = BulkItem(index, await call(), None)
            except FlextError as error:
                if raise_on_error:
                    raise
                item = BulkItem[T](index, None, error)
            feed.settle(item)

    workers = concurrency if feed.total is None else min(concurrency, feed.total)
    await rt.crew(work, workers, feed.stop)
    return feed.result()
