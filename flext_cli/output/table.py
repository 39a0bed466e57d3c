"""Tables for people: aligned columns, no box, streamed.

A terminal gets lines that fit it, cut with an ellipsis; a pipe gets every character. rich is not used: it needs more
than a second for 1,000 rows and cuts values in a pipe.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from flext_cli import terminal
from flext_cli._types import Put
from flext_cli.output.text import pad, safe, shorten, width

GAP = "  "
# Widths are settled by the first rows, then rows are written as they come: memory stays the same for a million of them.
SAMPLE = 1000
NARROWEST = 6

_COLOURS = {
    terminal.GREEN: "succeeded success completed healthy active ok ready enabled up running",
    terminal.RED: "failed error unhealthy critical crashed down invalid dead",
    terminal.YELLOW: "pending queued starting stopping paused warning degraded cancelled canceled stopped",
}
_STATUS_COLOUR = {word: colour for colour, words in _COLOURS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Look:
    """How a table may look: `columns` is the terminal's width, None in a pipe; `ellipsis` fits the encoding."""

    columns: int | None = None
    colour: bool = False
    ellipsis: str = "…"


def write(
    rows: Iterable[Sequence[str]], headings: Sequence[str] | None, put: Put, look: Look, right: Sequence[bool] = ()
) -> int:
    """Write rows of text under headings; returns how many rows there were. No rows: nothing is written."""
    source = iter(rows)
    sample = [_safe(row) for row in islice(source, SAMPLE)]
    if not sample:
        return 0
    head = [safe(text) for text in headings] if headings is not None else None
    widths = fit(_widths(sample, head), look.columns)
    sides = [*right, *[False] * (len(widths) - len(right))]
    line = _line_writer(widths, sides, look)
    if head is not None:
        text = line(head)
        put(f"{terminal.BOLD}{text}{terminal.RESET}\n" if look.colour else text + "\n")
    paint = _painter() if look.colour else None
    count = 0
    for batch in _batches(chain(sample, map(_safe, source))):
        count += len(batch)
        lines = map(line, batch) if paint is None else (paint(line(row), row) for row in batch)
        put("\n".join(lines) + "\n")
    return count


def _safe(row: Sequence[str]) -> list[str]:
    return [text if text.isprintable() else safe(text) for text in row]


def _batches(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    source = iter(rows)
    while batch := list(islice(source, 100)):
        yield batch


def _widths(rows: Sequence[Sequence[str]], head: Sequence[str] | None) -> list[int]:
    everything = [*rows, head] if head is not None else rows
    return [max(map(width, column)) for column in zip(*everything, strict=True)]


def fit(widths: Sequence[int], columns: int | None) -> list[int]:
    """Narrow the widest columns until a line has at most `columns`; none below six, and None leaves all as they are."""
    out = list(widths)
    if columns is None:
        return out
    over = sum(out) + len(GAP) * (len(out) - 1) - columns
    while over > 0:
        widest = max(out)
        if widest <= NARROWEST:
            break
        at = [index for index, size in enumerate(out) if size == widest]
        below = max((size for size in out if size < widest), default=0)
        step = min(max(1, over // len(at)), widest - max(below, NARROWEST))
        for index in at:
            if over > 0:
                out[index] -= step
                over -= step
    return out


def _line_writer(widths: list[int], right: list[bool], look: Look) -> Callable[[Sequence[str]], str]:
    last = len(widths) - 1
    # str.format pads a whole row at once, which is right as long as every character takes one column.
    template = GAP.join(
        f"{{:{'>' if right[i] else '<'}{w}}}" if i < last or right[i] else "{}" for i, w in enumerate(widths)
    )
    narrow = look.columns is not None

    def line(row: Sequence[str]) -> str:
        ascii_row = all(map(str.isascii, row))
        if narrow and any(width(text) > size for text, size in zip(row, widths, strict=True)):
            row = [shorten(text, size, look.ellipsis) for text, size in zip(row, widths, strict=True)]
            ascii_row = False
        if ascii_row:
            return template.format(*row).rstrip()
        return GAP.join(
            pad(text, size, right=side) for text, size, side in zip(row, widths, right, strict=True)
        ).rstrip()

    return line


def _painter() -> Callable[[str, Sequence[str]], str]:
    def paint(line: str, row: Sequence[str]) -> str:
        for text in row:
            colour = _STATUS_COLOUR.get(text.lower())
            if colour and f" {text} " in f" {line} ":
                before, _, after = line.partition(text)
                return f"{before}{colour}{text}{terminal.RESET}{after}"
        return line

    return paint


def write_lines(rows: Iterable[Sequence[str]], put: Put, look: Look) -> None:
    """Write records that arrive over time (logs, events): one line each, at once, widths growing as needed."""
    widths: list[int] = []
    for row in rows:
        cells = _safe(row)
        widths = [max(size, min(width(text), 32)) for size, text in zip(widths or [0] * len(cells), cells, strict=True)]
        text = GAP.join([*(pad(text, size) for text, size in zip(cells[:-1], widths, strict=False)), cells[-1]])
        put((_painter()(text, cells) if look.colour else text).rstrip() + "\n")


def write_pairs(pairs: Sequence[tuple[str, Any]], put: Put, look: Look) -> None:
    """Write names and values, one pair a line; nothing is cut, for this is the place to see all of it."""
    size = max((width(safe(name)) for name, _ in pairs), default=0)
    paint = _painter() if look.colour else None
    for name, value in pairs:
        label = pad(safe(name), size)
        text = safe(value)
        if paint is not None:
            label, text = f"{terminal.BOLD}{label}{terminal.RESET}", paint(text, [text])
        put(f"{label}{GAP}{text}".rstrip() + "\n")
