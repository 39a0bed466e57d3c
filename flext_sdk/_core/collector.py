"""The garbage collector, out of the way where much is made that stays."""

from __future__ import annotations

import gc
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["without_collector"]


def without_collector[**P, R](work: Callable[P, R]) -> Callable[P, R]:
    """A function during which the collector waits, where it was not off already.

    Importing pydantic and building models makes tens of thousands of objects that all stay; to look through them again
    and again is a tenth of the whole life of a short program.
    """

    @wraps(work)
    def calm(*args: P.args, **kwargs: P.kwargs) -> R:
        if not gc.isenabled():
            return work(*args, **kwargs)
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            gc.enable()

    return calm
