"""What the command line knows about a method, kept on the method itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Unpack

    from flext_sdk._core.commandinfo import CommandInfo, CommandOptions

__all__ = ["command", "command_info"]


def command[F: Callable[..., Any]](words: str, **info: Unpack[CommandOptions]) -> Callable[[F], F]:
    """Mark a method or function as a command.

    Args:
        words: The words of the command, ``"pipeline start"``.
        **info: Fields of `CommandInfo`.

    Returns:
        A decorator that sets ``__flext__`` and gives the function back unchanged.
    """

    def decorate(func: F) -> F:
        # Plain data: to make a class for it would cost every program more than all its marks.
        func.__flext__ = (words, info)  # type: ignore[attr-defined]
        return func

    return decorate


def command_info(func: object) -> CommandInfo | None:
    """Return what `command` stored on a function or bound method, or None.

    Raises:
        TypeError: If it was given what a command does not have.
    """
    found = getattr(func, "__flext__", None)
    if not isinstance(found, tuple):
        return None
    from flext_sdk._core.commandinfo import CommandInfo

    words, info = found
    return CommandInfo(words, **info)
