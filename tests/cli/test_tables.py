"""Tables of text from all over the world stay aligned; the widths are those that rich measures."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from flext_cli.output import columns
from flext_cli.output.emit import Emitter, Settings
from flext_cli.output.table import Look, write
from flext_cli.output.text import safe, shorten, width

FAMILY = "👩\u200d👩\u200d👧"
WORLD = {
    "chinese": "注文受注",
    "halfwidth kana": "ｶﾞ",
    "korean": "한국",
    "korean in parts": "\u1112\u1161\u11ab",
    "korean, newer parts": "\ud7b0",
    "accent": "e\u0301",
    "enclosed": "1\ufe0f\u20e3",
    "hebrew": "עברית",
    "arabic": "عربى",
    "ligature": "ﷺ",
    "emoji": "🎉",
    "family": FAMILY,
    "skin": "👍🏽",
    "flag": "🇩🇪",
    "rainbow": "🏳️\u200d🌈",
    "profession": "👨\u200d⚕️",
    "heart as emoji": "❤️",
    "heart as text": "❤",
    "ascii": "abc",
}


@pytest.mark.parametrize("text", WORLD.values(), ids=WORLD)
def test_widths_are_those_of_rich(text):
    assert width(text) == (0 if text == "\ud7b0" else cell_len(text))
    assert width(f"a{text}b") == 2 + width(text)
    assert width(text * 300) == 300 * width(text)


@given(
    st.lists(
        st.lists(st.text(st.sampled_from([*"ab ", *"".join(WORLD.values())]), max_size=12), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([None, 24, 40, 80]),
    st.booleans(),
)
def test_columns_begin_where_they_should(rows, size, colour):
    rows = [[f"{text}|" for text in row] for row in rows]  # what stands at the end of a cell cannot join the next one
    out = []
    write(rows, None, out.append, Look(size, colour))
    lines = "".join(out).splitlines()
    assert len(lines) == len(rows)
    first = max(width(safe(row[0])) for row in rows)
    for line, row in zip(lines, rows, strict=True):
        if size is None:
            assert width(line[: line.index("|") + 1].rstrip()) == width(safe(row[0]))
            rest = line[line.index("|") + 1 :]
            before = rest[: len(rest) - len(rest.lstrip(" "))]
            own = row[1][: len(row[1]) - len(row[1].lstrip(" "))]
            assert len(before) - len(own) == first - width(safe(row[0])) + 2
        else:
            assert width(line) <= size


@given(st.text(st.sampled_from("".join(WORLD.values())), max_size=20), st.integers(0, 12))
def test_a_cut_keeps_what_belongs_together(text, size):
    cut = shorten(text, size)
    assert width(cut) <= size
    kept = cut.removesuffix("…")
    assert text.startswith(kept) or cut == text
    if cut != text:
        # Where what belongs together is parted, its parts take more room than the whole.
        assert width(kept) + width(text[len(kept) :]) == width(text)


def test_an_emoji_is_whole_or_not_there():
    assert shorten(f"a{FAMILY}b", 3) == "a…"
    assert shorten(f"a{FAMILY}bc", 4) == f"a{FAMILY}…"
    assert shorten("e\u0301e\u0301e\u0301", 2) == "e\u0301…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;title\x07b", "a\\x1b]0;title\\x07b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("a\u200bb", "a\\u200bb"),
        ("עברית", "עברית"),
        (FAMILY, FAMILY),
    ],
)
def test_what_steers_is_shown_escaped_and_what_is_text_is_text(text, shown):
    out = io.StringIO()
    Emitter(Settings(look=Look(60, colour=True)), out, columns.parse(["name", "rows"])).emit(
        [{"name": text, "rows": 1}], "list"
    )
    assert out.getvalue().splitlines()[1].startswith(shown)


def test_thousands_of_rows_on_a_terminal():
    rows = ([f"orders-{number}", "completed", "x" * 100, str(number)] for number in range(5000))
    out = []
    count = write(rows, ["NAME", "STATE", "TEXT", "N"], out.append, Look(60, colour=True), [False, False, False, True])
    lines = "".join(out).splitlines()
    assert (count, len(lines)) == (5000, 5001)
    plain = [line.replace("\x1b[32m", "").replace("\x1b[0m", "").replace("\x1b[1m", "") for line in lines]
    assert {len(line) for line in plain} == {60}
    assert all(line.count("\x1b[32mcompleted\x1b[0m") == 1 for line in lines[1:])
    # The widest column gives way; the others keep what they hold.
    assert plain[5000] == f"orders-4999  completed  {'x' * 29}…  4999"


def test_a_state_is_coloured_where_it_is_the_whole_cell():
    out = []
    write(
        [["failed", "1 failed", "failed"], ["日本", "failed", "-"]],
        ["A", "B", "C"],
        out.append,
        Look(80, colour=True),
        [True, False, True],
    )
    red = "\x1b[31mfailed\x1b[0m"
    assert out[1].splitlines() == [f"{red}  1 failed  {red}", f"  日本  {red}         -"]
