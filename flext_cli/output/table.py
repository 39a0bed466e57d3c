"""Tables for people: aligned columns, no box, streamed.

A terminal gets lines that fit it, cut with an ellipsis; a pipe gets every character. rich is not used: it needs more
than a second for 1,000 rows and cuts values in a pipe.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import gt

from flext_cli import terminal
from flext_cli._types import Put
from flext_cli.output.text import pad, safe, shorten, width
from flext_cli.output.values import EMPTY

GAP = "  "
# Widths are settled by the first rows, then rows are written as they come: memory stays the same for a million of them.
SAMPLE = 1000
NARROWEST = 6
# An address with its port has a place; a path or a document without a space may well be cut.
_FIRM = 40

_COLOURS = {
    terminal.GREEN: "succeeded success completed healthy active ok ready enabled up running",
    terminal.RED: "failed error unhealthy critical crashed down invalid dead",
    terminal.YELLOW: "pending queued starting stopping paused warning degraded cancelled canceled stopped",
}
_STATUS_COLOUR = {
    spelled: colour
    for colour, words in _COLOURS.items()
    for word in words.split()
    for spelled in (word, word.upper(), word.capitalize())
}
_STATES = frozenset(_STATUS_COLOUR)


@dataclass(frozen=True, slots=True)
class Look:
    """How a table may look: `columns` is the terminal's width, None in a pipe; `ellipsis` fits the encoding."""

    columns: int | None = None
    colour: bool = False
    ellipsis: str = "…"


def write(
    rows: Iterable[Sequence[str]],
    headings: Sequence[str] | None,
    put: Put,
    look: Look,
    right: Sequence[bool] = (),
    *,
    asked: bool = False,
) -> int:
    """Write rows of text under headings; returns how many rows there were. No rows: nothing is written.

    Where the terminal is too narrow for that, columns with nothing in them are left out, unless they were `asked` for;
    where that is not enough, values are cut, or each row becomes a paragraph of headings and values.
    """
    source = iter(rows)
    sample = [_safe(row) for row in islice(source, SAMPLE)]
    if not sample:
        return 0
    head = [safe(text) for text in headings] if headings is not None else None
    natural = _widths(sample, head)
    whole = len(sample) < SAMPLE  # a row that is still to come may have what these lack
    if head is not None and look.columns is not None and whole and not asked and _line_width(natural) > look.columns:
        # What is cut may be an id or an address that somebody needs.
        kept = [at for at in range(len(head)) if any(row[at] != EMPTY for row in sample)] or [0]
        sides = [*right, *[False] * (len(head) - len(right))]
        sample = [[row[at] for at in kept] for row in sample]
        head, natural, right = [head[at] for at in kept], [natural[at] for at in kept], [sides[at] for at in kept]
    firm = _firm(sample, natural) if look.columns is not None else ()
    widths = fit(natural, look.columns, firm)
    if head is not None and look.columns is not None and _line_width(widths) > look.columns:
        return _write_below(chain(sample, map(_safe, source)), head, put, look)
    sides = [*right, *[False] * (len(widths) - len(right))]
    line = _line_writer(widths, sides, look)
    if head is not None:
        # A heading such as ACTIVE names no state.
        text = _line_writer(widths, sides, replace(look, colour=False))(head)
        put(f"{terminal.BOLD}{text}{terminal.RESET}\n" if look.colour else text + "\n")
    count = 0
    for batch in _batches(chain(sample, map(_safe, source))):
        if look.columns is not None and count >= SAMPLE:
            # A later row may be longer than all before it: its column grows, where there is room, before it is cut.
            natural = list(map(max, natural, _widths(batch, None)))
            wider = fit(natural, look.columns, firm)
            if wider != widths and _line_width(wider) <= look.columns:
                widths, line = wider, _line_writer(wider, sides, look)
        count += len(batch)
        put("\n".join(map(line, batch)) + "\n")
    return count


def _line_width(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _write_below(rows: Iterable[Sequence[str]], head: Sequence[str], put: Put, look: Look) -> int:
    count = 0
    for row in rows:
        put("\n" if count else "")
        write_pairs([*zip(head, row, strict=True)], put, look)
        count += 1
    return count


def _safe(row: Sequence[str]) -> list[str]:
    # One look at the whole row: nearly all rows are harmless, and a call for each cell is what tables are slow by.
    return list(row) if "".join(row).isprintable() else [safe(text) for text in row]


def _batches(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    source = iter(rows)
    while batch := list(islice(source, 100)):
        yield batch


def _widths(rows: Sequence[Sequence[str]], head: Sequence[str] | None) -> list[int]:
    everything = [*rows, head] if head is not None else rows
    return [max(map(len if "".join(column).isascii() else width, column)) for column in zip(*everything, strict=True)]


def _firm(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> list[int]:
    """Columns that are of no use when they are cut: ids, names and addresses, which have no spaces in them."""
    return [at for at, size in enumerate(widths) if size <= _FIRM and not any(" " in row[at] for row in rows)]


def fit(widths: Sequence[int], columns: int | None, firm: Sequence[int] = ()) -> list[int]:
    """Narrow the widest columns until a line has at most `columns`; none below six, and None leaves all as they are.

    Those in `firm` are narrowed only where that of the others is not enough.
    """
    out = list(widths)
    if columns is None:
        return out
    for at in ([at for at in range(len(out)) if at not in firm], range(len(out))):
        over = _line_width(out) - columns
        while over > 0 and at:
            widest = max(out[index] for index in at)
            if widest <= NARROWEST:
                break
            these = [index for index in at if out[index] == widest]
            below = max((out[index] for index in at if out[index] < widest), default=0)
            step = min(max(1, over // len(these)), widest - max(below, NARROWEST))
            for index in these:
                if over > 0:
                    out[index] -= step
                    over -= step
    return out


def _line_writer(widths: list[int], right: list[bool], look: Look) -> Callable[[Sequence[str]], str]:
    last = len(widths) - 1
    # str.format pads a whole row at once, which is right as long as every character takes one column.
    places = (f"{{:{'>' if right[at] else '<'}{size}}}" for at, size in enumerate(widths[:last]))
    template = GAP.join([*places, f"{{:>{widths[last]}}}" if right[last] else "{}"])

    mark = look.ellipsis
    starts = [_line_width(widths[:at]) + len(GAP) if at else 0 for at in range(len(widths))]

    def line(row: Sequence[str]) -> str:
        narrow = "".join(row).isascii()
        if look.columns is not None and any(map(gt, map(len if narrow else width, row), widths)):
            if narrow:
                # What is cut fills its column to the last, the ellipsis included: str.format still counts right.
                row = [cut(text, size) if len(text) > size else text for text, size in zip(row, widths, strict=True)]
            else:
                row = [shorten(text, size, mark) for text, size in zip(row, widths, strict=True)]
        states = look.colour and not _STATES.isdisjoint(row)
        if narrow:
            text = template.format(*row).rstrip()
            return coloured(text, row) if states else text
        cells = zip(row, widths, right, strict=True)
        if states:
            return GAP.join(_painted(text, pad(text, size, right=side)) for text, size, side in cells).rstrip()
        return GAP.join(pad(text, size, right=side) for text, size, side in cells).rstrip()

    def coloured(text: str, row: Sequence[str]) -> str:
        # From the last cell to the first, so that what is put in moves none that is still to come.
        for at in range(last, -1, -1):
            if row[at] in _STATES:
                begin, end = starts[at], starts[at] + widths[at]
                text = text[:begin] + _painted(row[at], text[begin:end]) + text[end:]
        return text

    def cut(text: str, size: int) -> str:
        return text[: max(0, size - len(mark))] + mark[:size]

    return line


def _painted(text: str, shown: str) -> str:
    """A cell in the colour of the state it names; `shown` is the cell with its filling."""
    colour = _STATUS_COLOUR.get(text)
    return shown.replace(text, f"{colour}{text}{terminal.RESET}", 1) if colour else shown


def write_lines(rows: Iterable[Sequence[str]], put: Put, look: Look) -> None:
    """Write records that arrive over time (logs, events): one line each, at once, widths growing as needed."""
    widths: list[int] = []
    for row in rows:
        cells = _safe(row)
        widths = [max(size, min(width(text), 32)) for size, text in zip(widths or [0] * len(cells), cells, strict=True)]
        shown = [pad(text, size) for text, size in zip(cells[:-1], widths, strict=False)] + cells[-1:]
        if look.colour:
            shown = [_painted(*each) for each in zip(cells, shown, strict=True)]
        put(GAP.join(shown).rstrip() + "\n")


def write_pairs(pairs: Sequence[tuple[str, str]], put: Put, look: Look) -> None:
    """Write names and values, one pair a line; nothing is cut, for this is the place to see all of it."""
    size = max((width(safe(name)) for name, _ in pairs), default=0)
    for name, value in pairs:
        label, text = pad(safe(name), size), safe(value)
        if look.colour:
            label, text = f"{terminal.BOLD}{label}{terminal.RESET}", _painted(text, text)
        put(f"{label}{GAP}{text}".rstrip() + "\n")
