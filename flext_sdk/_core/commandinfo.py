"""What `command` keeps on a method, in a shape to read.

The command line of plugins and the generator read it; programs that use the SDK never load this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CommandInfo", "CommandOptions"]

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
