"""Documents with the line of everything in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk._core.documents import load_document, locate
from flext_sdk.errors import Problem, ValidationFailedError

ORDERS = """\
# a comment
name: orders
on: yes
day: 2026-11-22
steps:
  - name: load
    extract: {plugin: tap-csv, config: {path: "a/b", "k~1/x": 1}}
  - name: model
"""


def test_data_and_positions() -> None:
    document = load_document(ORDERS, name="orders.yaml")
    assert document.data["name"] == "orders"
    assert document.data["on"] is True
    assert document.data["day"] == "2026-11-22"  # JSON has no dates
    assert document.positions["/name"] == (2, 1)
    assert document.positions["/steps/0/extract/plugin"] == (7, 15)
    assert document.positions["/steps/0/extract/config/k~01~1x"] == (7, 54)
    assert document.positions["/steps/1"] == (8, 5)


def test_a_problem_finds_its_line_or_that_of_its_parent() -> None:
    document = load_document(ORDERS, name="orders.yaml")
    here = locate(Problem("/steps/0/extract/plugin", "unknown"), document)
    assert str(here) == "orders.yaml:7:15: unknown (at /steps/0/extract/plugin)"
    missing = locate(Problem("/steps/1/load/plugin", "missing"), document)
    assert (missing.line, missing.column) == (8, 5)
    assert locate(Problem("/nothing", "x"), document).line == 1


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "twice"),
        ("a: [1,\nb: }\n", 2, 4, "not YAML"),
        ("a:\n\t- 1\n", 2, 1, "tab"),
        ("a: 1\n---\nb: 2\n", 2, 1, "one document"),
        ("a: !!python/object:os.system x\n", 1, 4, "tag"),
        ("a: !secret x\n", 1, 4, "tag"),
        ("a: .inf\n", 1, 4, "finite"),
        ("a: !!int x\n", 1, 4, "can be read"),
        ("a: 0b2_\n? [x]\n: 1\n", 2, 3, "key"),
        ("a: &x [*x]\n", 1, 4, "itself"),
        ("", 1, 1, "empty"),
        ("# nothing\n", 1, 1, "empty"),
        ("a: b\x07c\n", 1, 5, "U.0007"),
        ("a: *nothing\n", 1, 4, "alias"),
        ("[" * 60 + "]" * 60, 1, 52, "deeper"),
        ("a: 1\nb:\n  <<: 5\n", 3, 7, "merged"),
    ],
)
def test_faults_have_a_place(text: str, line: int, column: int, told: str) -> None:
    with pytest.raises(ValidationFailedError, match=told) as caught:
        load_document(text, name="x.yaml")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line, problem.column) == ("x.yaml", line, column)
    assert caught.value.exit_code == 2


def test_several_faults_are_told_at_once() -> None:
    with pytest.raises(ValidationFailedError, match="2 problems") as caught:
        load_document("a: 1\na: 2\nb: .nan\n", name="x.yaml")
    assert [p.line for p in caught.value.problems] == [2, 3]


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ValidationFailedError, match="UTF-8") as caught:
        load_document(b"a: 1\nb: \xe4\n", name="x.yaml")
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (2, 4)
    assert load_document("\ufeffa: ü".encode(), name="x").data == {"a": "ü"}


def test_too_large_and_bombs() -> None:
    with pytest.raises(ValidationFailedError, match="larger than 1 MB"):
        load_document("a: " + "x" * 1_000_001, name="x.yaml")
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
    )
    with pytest.raises(ValidationFailedError, match="aliases"):
        load_document(bomb, name="x.yaml")
    with pytest.raises(ValidationFailedError, match="deep"):
        load_document("[" * 100_000, name="x.yaml")


def test_aliases_and_merges() -> None:
    text = "base: &b {a: 1, c: 2}\nmore: &m {a: 9, d: 4}\none:\n  <<: [*b, *m]\n  c: 3\n"
    assert load_document(text, name="x").data["one"] == {"a": 1, "c": 3, "d": 4}


def test_json_with_tabs_and_its_faults() -> None:
    document = load_document('{\n\t"name": "a\\tb",\n\t"n": 1.5\n}', name="x.json")
    assert document.data == {"name": "a\tb", "n": 1.5}
    assert document.positions["/n"][0] == 3
    with pytest.raises(ValidationFailedError, match="not JSON") as caught:
        load_document('{\n"a": 1,\n}', name="x.json")
    assert caught.value.problems[0].line in {2, 3}
    with pytest.raises(ValidationFailedError, match="twice"):
        load_document('{"a": 1, "a": 2}', name="x.json")
    with pytest.raises(ValidationFailedError, match="not JSON"):
        load_document('{"a": NaN}', name="x.json")
    with pytest.raises(ValidationFailedError, match="JSON"):
        load_document("[" * 100_000, name="x.json")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.text(
        st.characters(
            codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufeff\u2028\u2029\x85"
        ),
        max_size=10,
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc/~ :", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, min_size=1, max_size=3))
def test_what_is_written_is_read(data: dict[str, Any]) -> None:
    for text in (json.dumps(data), json.dumps(data, indent=2), yaml.safe_dump(data, allow_unicode=True)):
        document = load_document(text, name="x")
        assert document.data == data
        assert all(line >= 1 and column >= 1 for line, column in document.positions.values())


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!|> \n\t\"'#%@?,0x", max_size=80))
def test_nothing_but_our_error_comes_out(text: str | bytes) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        load_document(text, name="x.yaml")
    except ValidationFailedError as error:
        problems = error.problems
    assert all(p.line is not None and p.column is not None for p in problems)
