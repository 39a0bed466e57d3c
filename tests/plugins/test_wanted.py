"""From what somebody wants to what the installer is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flext_sdk.embedded.plugins.entry import entry_of
from flext_sdk.embedded.plugins.plugin import Plugin
from flext_sdk.embedded.plugins.wanted import (
    UnwantedError,
    Wanted,
    from_index,
    from_lock,
    from_requirements,
    is_requirement,
    lock_document,
    name_of,
)

ENTRY = entry_of(
    {"name": "a-tap-x", "kind": "tap", "program": "tap-x", "requirements": ["tap-x>=1,<2", "setuptools<81"]}
)


def test_an_entry_of_the_index() -> None:
    assert from_index(ENTRY).requirements == ("tap-x>=1,<2", "setuptools<81")
    assert from_index(ENTRY, version="1.2.3").requirements == ("tap-x==1.2.3", "setuptools<81")
    with pytest.raises(UnwantedError, match="no version"):
        from_index(ENTRY, version="1; rm -rf /")


def test_a_broken_one_is_refused_with_the_reason() -> None:
    broken = entry_of({**ENTRY.document(), "broken": "it is too old", "instead": "tap-y"})
    with pytest.raises(UnwantedError, match="a-tap-x cannot be used: it is too old") as error:
        from_index(broken)
    assert error.value.hint == "Use tap-y: flext plugin install tap-y"


def test_names_come_from_what_is_installed(tmp_path: Path) -> None:
    project = tmp_path / "folder"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "Tap_Mine"\n')
    assert name_of(str(project)) == "tap-mine"
    (project / "pyproject.toml").write_text("[[[")
    assert name_of(str(project)) == "folder"
    assert name_of("/x/tap_toy-1.0-py3-none-any.whl") == "tap-toy"
    assert name_of("/x/odd.whl") is None
    assert name_of("tap-x[a]>=1") == "tap-x"
    assert [is_requirement(text) for text in ("tap-x", "tap-x==1", "./tap-x", "x.whl", "git+https://h/x")] == [
        False, True, True, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "requirements", "message"),
    [
        (None, ["-r /etc/passwd"], "is an option"),
        (None, ["a\nb"], "is no requirement"),
        (None, ["./here"], "is a relative path"),
        (None, ["/nowhere/tap"], "does not exist"),
        (None, ["https://example.org/x.zip"], "not clear what to call"),
        ("Tap X", ["tap-x"], "cannot be the name"),
        ("../x", ["tap-x"], "cannot be the name"),
    ],
)
def test_what_makes_no_sense(name: str | None, requirements: list[str], message: str) -> None:
    with pytest.raises(UnwantedError, match=message):
        from_requirements(name, requirements)


def test_a_folder_without_a_package_and_an_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(UnwantedError, match="holds no Python package"):
        from_requirements(None, [str(tmp_path)])
    with pytest.raises(UnwantedError, match="'tape' is no kind"):
        from_requirements("tap-x", ["tap-x"], kind="tape")


def test_the_warning_says_what_is_run_without_passwords() -> None:
    wanted = from_requirements("tap-x", ["tap-x @ https://me:hunter2@example.org/x.whl"])
    assert "runs its code as you" in wanted.warning()
    assert "hunter2" not in wanted.warning()
    assert Wanted.of(wanted.document()) == wanted


def test_a_lock_gives_back_what_it_was_made_of() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    plugin = Plugin("tap-x", "tap", {}, ("/e/bin/tap-x",), version="1.0", requirements=("tap-x",), python=f"{here}.1")
    lock = "tap-x==1.0 \\\n    --hash=sha256:00\n"
    document = lock_document([(plugin, lock)])
    (found,) = from_lock(document)
    assert (found.name, found.program, found.lock, found.python, found.origin) == ("tap-x", "tap-x", lock, None, "lock")
    assert from_lock(document, ["tap-x"]) == [found]
    with pytest.raises(UnwantedError, match="no plugin 'tap-y'"):
        from_lock(document, ["tap-y"])
    (other,) = from_lock({**document, "plugins": [{**document["plugins"][0], "python": "3.2.1"}]})
    assert other.python == "3.2"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../x"},
        {"program": "../x"},
        {"packages": ["--index-url http://x"]},
        {"packages": None},
        {"requirements": ["-e ."]},
        {"kind": "x"},
        {"python": 3},
    ],
)
def test_a_damaged_lock(change: dict[str, object]) -> None:
    plugin = Plugin("tap-x", "tap", {}, ("/e/bin/tap-x",), requirements=("tap-x",), python="3.13.1")
    document = lock_document([(plugin, "tap-x==1.0\n")])
    document["plugins"][0] |= change
    with pytest.raises(UnwantedError, match="damaged"):
        from_lock(document)


@pytest.mark.parametrize("document", [[], {}, {"format": 1}, {"format": 9, "plugins": []}])
def test_what_is_no_lock(document: object) -> None:
    with pytest.raises(UnwantedError, match="no lock"):
        from_lock(document)
