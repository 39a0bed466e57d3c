"""What the command line knows about a method, kept on the method itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypedDict, TypeVar, Unpack

__all__ = ["CommandInfo", "CommandOptions", "command", "command_info"]

F = TypeVar("F", bound=Callable[..., Any])
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """How a method appears on the command line.

    Attributes:
        words: The command, ``"pipeline start"``.
        operation: Id of the operation, ``"pipelines.start"``.
        positional: Parameters given without a flag, in order.
        columns: Columns of the table, each ``path[:HEADING[:format]]``; formats are ago, duration, bytes, rate,
            percent and bool.
        confirm: Question with ``{parameter}`` places, asked unless ``--yes``.
        wait: Long work: the method has ``wait``, ``timeout`` and ``on_progress``.
        stream: Returns an iterator of records.
        mutating: Changes something.
        local: No HTTP behind it.
        alone: Its class is made without a client, from the environment, so that it works when no client can be made.
        hidden: Parameters that the command line does not offer.
        aliases: Parameter to short flag, ``{"follow": "-f"}``.
        metavars: Parameter to the word its value has in help.
        files: Parameters that take a file name or ``-``.
        next: Commands to try afterwards; shown to a person on a terminal.
    """

    words: str
    operation: str | None = None
    positional: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    confirm: str | None = None
    wait: bool = False
    stream: bool = False
    mutating: bool = False
    local: bool = False
    alone: bool = False
    hidden: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: _NONE)
    metavars: Mapping[str, str] = field(default_factory=lambda: _NONE)
    files: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


class CommandOptions(TypedDict, total=False):
    """Keyword arguments of `command`; see `CommandInfo`."""

    operation: str | None
    positional: tuple[str, ...]
    columns: tuple[str, ...]
    confirm: str | None
    wait: bool
    stream: bool
    mutating: bool
    local: bool
    alone: bool
    hidden: tuple[str, ...]
    aliases: Mapping[str, str]
    metavars: Mapping[str, str]
    files: tuple[str, ...]
    next: tuple[str, ...]


def command(words: str, **info: Unpack[CommandOptions]) -> Callable[[F], F]:
    """Mark a method or function as a command.

    Args:
        words: The words of the command, ``"pipeline start"``.
        **info: Fields of `CommandInfo`.

    Returns:
        A decorator that sets ``__flext__`` and gives the function back unchanged.
    """
    mark = CommandInfo(words, **info)

    def decorate(func: F) -> F:
        func.__flext__ = mark  # type: ignore[attr-defined]
        return func

    return decorate


def command_info(func: object) -> CommandInfo | None:
    """Return what `command` stored on a function or bound method, or None."""
    found = getattr(func, "__flext__", None)
    return found if isinstance(found, CommandInfo) else None
