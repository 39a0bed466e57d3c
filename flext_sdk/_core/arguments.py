"""Looks at arguments before anything is sent: what a type checker would refuse must not fail half way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flext_sdk._core.types import Json

__all__ = ["check_tail", "check_wait", "is_any", "kind", "many"]


def is_any(value: object, *types: type) -> bool:
    """Whether a value really is what its annotation says; `isinstance` would be refused by type checkers there."""
    return isinstance(value, types)


def kind(value: object) -> str:
    """What a value is, in words: ``None``, or its type."""
    return "None" if value is None else f"of type {type(value).__name__}"


def check_wait(timeout: float | None) -> None:
    """See that somebody can wait so long; whoever asks before sending starts nothing that nobody waits for.

    Raises:
        UsageError: If not.
    """
    if timeout is None:
        return
    if is_any(timeout, bool) or not is_any(timeout, int, float):
        raise UsageError(f"timeout must be a number of seconds; it is {kind(timeout)}")
    if not timeout >= 0:
        raise UsageError("timeout must not be below zero")


def check_tail(tail: int, most: int = 10_000) -> None:
    """See that so many last ones can be asked for.

    Raises:
        UsageError: If not.
    """
    if not is_any(tail, int) or not 0 <= tail <= most:
        raise UsageError(f"tail must be between 0 and {most}, not {tail!r}")


def many(items: Iterable[str] | str | None) -> list[Json] | None:
    """The items of a list argument, None where there is none. A text is one item, not its letters."""
    if isinstance(items, str):
        return [items]
    return [*items] if items else None
