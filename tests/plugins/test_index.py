"""The index: what comes with the product is sound, searching needs nothing, later entries stand above earlier ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.plugins.catalogue import Catalogue
from flext_sdk.embedded.plugins.entry import BadEntryError, entry_of, requirement_name, requirement_problem
from flext_sdk.embedded.plugins.index import Index, entries_of, write
from flext_sdk.embedded.plugins.schemas import sound
from flext_sdk.embedded.web.problems import Checker

GOOD = {"name": "tap-x", "kind": "tap", "program": "tap-x", "requirements": ["tap-x>=1"]}


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index.json")


def test_every_entry_is_sound(index: Index) -> None:
    entries = index.all()
    assert len(entries) >= 20
    for entry in entries:
        assert entry.description.endswith("."), entry.name
        assert entry_of(entry.document()) == entry
        if entry.broken:
            assert entry.tested is None, f"{entry.name} is broken and counts as tested"
            known = {each.name for each in entries} | {"target-sqlite", "tap-jsonl"}
            assert entry.instead is None or entry.instead in known
        if entry.kind in {"tap", "target"} and not entry.broken:
            Checker(entry.settings)  # can be checked against
    tested = [entry for entry in entries if entry.tested]
    assert {"meltanolabs-target-csv", "lc-tap-jsonl", "meltanolabs-tap-postgres", "tap-rest-api"} <= {
        entry.name for entry in tested
    }


def test_no_entry_has_the_name_of_a_connector_of_ours(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, {})
    assert not [name for name in catalogue.index.names() if catalogue.is_own(name)]
    assert catalogue.entry("target-duckdb") is None
    # Whoever gives the name of a package means its entry.
    assert catalogue.entry("target-csv").name == "stitch-target-csv"


def test_searching(index: Index) -> None:
    assert next(entry.name for entry in index.search("postgres tap")) == "meltanolabs-tap-postgres"
    assert [entry.name for entry in index.search("POSTGRES dbt")] == ["dbt-postgres"]
    assert index.search("no such thing") == []
    assert len(index.search("")) == len(index.all())


def test_later_entries_stand_above_those_that_came_along(index: Index, tmp_path: Path) -> None:
    before = len(index.all())
    old = index.find("tap-jsonfile")
    more = entries_of({"format": 1, "plugins": [GOOD, {**old.document(), "description": "Newer."}]})
    write(tmp_path / "index.json", more, {"tap-x": "1.5"}, "2026-01-31T00:00:00Z")
    assert len(index.all()) == before + 1
    assert index.find("tap-jsonfile").description == "Newer."
    assert (index.latest("tap-x"), index.updated_at) == ("1.5", "2026-01-31T00:00:00Z")
    (tmp_path / "index.json").write_text("{")
    assert index.find("tap-x") is None, "a damaged file is left out"
    assert index.find("tap-jsonfile") is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Tap X"}, "cannot be the name"),
        ({"name": 5}, "name must be a text"),
        ({"kind": "tape"}, "kind must be one of"),
        ({"requirements": []}, "requirements must name a package"),
        ({"requirements": ["--index-url http://x"]}, "is an option"),
        ({"requirements": "tap-x"}, "requirements must be a list of texts"),
        ({"settings": []}, "settings must be a mapping"),
        ({"licence": 1}, "licence must be a text"),
        ({"tested": {"python": "3"}}, "tested must tell"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_entries_that_make_no_sense(change: dict[str, object], message: str) -> None:
    with pytest.raises(BadEntryError, match=message):
        entry_of({**GOOD, **change})


@pytest.mark.parametrize(
    "document",
    [[], {"format": 2}, {"format": 1}, {"format": 1, "plugins": [GOOD, GOOD]}, {"format": 1, "plugins": [1]}],
)
def test_files_that_are_no_index(document: object) -> None:
    with pytest.raises(BadEntryError):
        entries_of(document)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tap-x", "tap-x"),
        ("Tap_X>=1,<2", "tap-x"),
        ("tap.x[extra]==1.0", "tap-x"),
        ("tap-x @ https://example.org/x.whl", "tap-x"),
        ("./tap-x", None),
        ("https://example.org/x.whl", None),
        ("/a/b.whl", None),
    ],
)
def test_the_package_of_a_requirement(text: str, name: str | None) -> None:
    assert requirement_name(text) == name


@given(st.text(max_size=30))
def test_whatever_reaches_the_installer_is_one_line_and_no_option(text: str) -> None:
    if requirement_problem(text) is None:
        assert "\n" not in text
        assert "\r" not in text
        assert not text.lstrip().startswith("-")


def test_what_a_plugin_describes_wrongly_is_left_out() -> None:
    wrong = {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "string", "minLength": -1, "title": "A"},
            "b": {"type": "integer"},
            "c": {"type": "nothing"},
        },
    }
    found = sound(wrong)
    assert found["properties"] == {"a": {"type": "string", "title": "A"}, "b": {"type": "integer"}, "c": {}}
    checker = Checker(found)
    assert checker.accepts({"a": "x", "b": 1})
    assert not checker.accepts({"b": 1})
    assert sound({"type": "object", "required": 5, "properties": {}})["type"] == "object"
    assert json.dumps(sound({"type": "object"}))
