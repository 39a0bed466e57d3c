"""Rules that hold for whatever somebody writes."""

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk import Flext
from flext_sdk.errors import FlextError
from flext_sdk.profiles import ProfileStore, _edit
from flext_sdk.profiles._document import check, parse
from flext_sdk.profiles._merge import chain_of, merge
from flext_sdk.profiles._transfer import Transfer, pack, unpack

WORDS = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("xyz: #'\"\n\\é", max_size=6))
LISTS = st.lists(st.integers(0, 3), max_size=3)
MAPS = st.recursive(
    st.dictionaries(WORDS, LEAVES | LISTS, max_size=3), lambda each: st.dictionaries(WORDS, each | LEAVES, max_size=3)
)
ADDING = st.dictionaries(WORDS.map(lambda word: word + "+"), LISTS, max_size=2)


def clean(data):
    """What is left when null takes away."""
    if not isinstance(data, dict):
        return data
    return {key: clean(value) for key, value in data.items() if value is not None}


def leaves(data, path=()):
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


@given(st.lists(MAPS, min_size=1, max_size=4))
def test_the_last_layer_wins_and_every_value_has_an_origin(layers):
    named = [(str(number), layer) for number, layer in enumerate(layers)]
    data, origins = merge(named)
    assert set(origins) == set(leaves(data))
    for path, name in origins.items():
        value, found = named[int(name)][1], data
        for key in path:
            value, found = value[key], found[key]
        # A map may have been emptied by what took its values away.
        assert clean(value) == found or found == {}
    for path in leaves(clean(layers[-1])):
        assert any(known[: len(path)] == path for known in origins)


@given(MAPS, MAPS, MAPS)
def test_layers_may_be_merged_in_any_grouping_of_the_later_ones_without_null(first, second, third):
    first, second, third = clean(first), clean(second), clean(third)
    at_once, _ = merge([("1", first), ("2", second), ("3", third)])
    half, _ = merge([("1", first), ("2", second)])
    assert merge([("12", half), ("3", third)])[0] == at_once


@given(MAPS)
def test_a_layer_upon_itself_changes_nothing(layer):
    assert merge([("1", layer), ("2", layer)])[0] == merge([("1", layer)])[0]


@given(MAPS, ADDING)
def test_a_plus_adds_to_the_list_that_was_inherited(below, above):
    data, _ = merge([("1", below), ("2", above)])
    for key, items in above.items():
        old = below.get(key[:-1])
        assert data[key[:-1]] == ([*old, *items] if isinstance(old, list) else items)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), min_size=1))
def test_any_net_of_profiles_has_an_order_or_a_named_fault(net):
    for name in net:
        try:
            chain = list(chain_of(name, lambda each: {"extends": net[each]} if each in net else None))
        except FlextError as error:
            assert error.code in {"PROFILE_CYCLE", "NO_PROFILE"}  # noqa: PT017
            if error.code == "PROFILE_CYCLE":
                circle = error.message.rpartition(": ")[2].split(" -> ")
                assert circle[0] == circle[-1]
                assert all(right in net[left] for left, right in pairwise(circle))
            continue
        assert chain[-1] == name
        for each in chain:
            assert all(chain.index(parent) < chain.index(each) for parent in net[each] if parent != each)


KEYS = st.sampled_from(["services.url", "timeouts.call", "description", "variables.A", "variables.B c", "x"])
VALUES = st.one_of(
    st.booleans(), st.integers(), st.text(max_size=12), st.lists(st.text("a:#,[] ", max_size=4), max_size=3)
)
TEXTS = st.sampled_from([
    "",
    "# only a comment\n",
    "{}",
    "{services: {url: http://a}, timeouts: {call: 5}} # end",
    "description: 'one'   # why\nservices:\n  # the address\n  url: http://a:1   # here\n\n# then\ntimeouts: {call: 5, other: [1, 2]}  # short\n",
    "description: |\n  many\n  lines\n\n# between\nvariables:\n    A: 1 # one\n    B c:\n        - x\n        - y\n    # last\nx:\n",
    "services:\r\n  url: http://a\r\n# end\r\ntimeouts:\r\n  call: 5",
    "---\nservices:\n- a\n- b\n...\n",
    "a: &b {c: 1}\nvariables: *b\n",
])  # fmt: skip


@given(TEXTS, st.lists(st.tuples(KEYS, st.none() | VALUES), max_size=4))
@settings(max_examples=150)
def test_an_edit_changes_one_value_and_keeps_every_comment(text, edits):
    before = parse(text, "f").data
    comments = [line[line.index("#") :] for line in text.splitlines() if "#" in line]
    for key, value in edits:
        path = key.split(".", 1)
        try:
            new = _edit.drop(text, path, name="f") if value is None else _edit.assign(text, path, value, name="f")
        except FlextError as error:
            assert error.code == "NOT_EDITABLE"  # noqa: PT017
            continue
        if new is None:
            continue
        after = parse(new, "f").data
        found = after
        for word in path:
            found = found.get(word) if isinstance(found, dict) else None
        assert found == value
        assert {k: v for k, v in after.items() if k != path[0]} == {k: v for k, v in before.items() if k != path[0]}
        if value is not None and not isinstance(before.get(path[0]), list | dict) and "#" not in str(value):
            assert [c for c in comments if c.rstrip() not in new] == []
        text, before = new, after
        comments = [line[line.index("#") :] for line in text.splitlines() if "#" in line and "# " in line]
        comments = [c for c in comments if c in {"# only a comment", "# end", "# why", "# then"}]


@given(st.text(max_size=200), st.none() | st.text(min_size=1, max_size=10))
def test_whatever_stands_in_a_file_there_and_back_is_the_same(text, passphrase):
    if text.startswith("# flext "):
        return
    if passphrase is not None:
        passphrase = passphrase.encode("utf-8", "ignore").decode() or "x"
    found = unpack(pack(Transfer("dev", text), passphrase), passphrase=lambda: passphrase)
    assert (found.name, found.text) == ("dev", text)


@given(
    st.text(max_size=300)
    | st.sampled_from(["a: [", "- 1", "a: 1\na: 2", "&a *a", "? x\n: y", "!!python/object:os.x {}", "\x00", "%YAML 9"])
)
@settings(max_examples=150)
def test_any_text_is_a_profile_or_refused_in_one_line(text):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "profiles" / "p.yaml"
        place.parent.mkdir()
        try:
            place.write_bytes(text.encode("utf-8", "surrogatepass"))
        except UnicodeEncodeError:
            return
        environ = {"FLEXT_HOME": folder, "FLEXT_PROFILE": "p"}
        told = [row["problem"] for row in ProfileStore(folder, environ={}).list() if row["name"] == "p"]
        try:
            client = Flext(_environ=environ)
        except FlextError as error:
            assert (error.exit_code, "\n" in error.message) == (4, False)  # noqa: PT017
            assert told != [None]
        else:
            assert client.profile.name == "p"
            client.close()


SETTINGS = st.fixed_dictionaries({}, optional={
    "services": st.fixed_dictionaries({}, optional={"url": st.sampled_from(["http://h:1", "https://h", "ftp://h", 5, None])}),
    "timeouts": st.fixed_dictionaries({}, optional={"call": st.one_of(st.floats(), st.integers(), st.text(max_size=3), st.none())}),
    "retries": st.fixed_dictionaries({}, optional={"attempts": st.integers(-3, 30) | st.booleans()}),
    "protected": st.booleans() | st.text(max_size=2),
    "variables": st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), max_size=3),
    "auth": st.dictionaries(st.sampled_from(["token", "user"]), st.text(max_size=3)),
})  # fmt: skip


@given(st.lists(SETTINGS, min_size=1, max_size=3))
def test_what_the_check_lets_through_makes_a_client(layers):
    documents = [parse("\n".join(f"{key}: {_edit.dump(value)}" for key, value in one.items()), "f") for one in layers]
    fine = not any(check(one, profile=True) for one in documents)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "profiles").mkdir()
        for number, one in enumerate(documents):
            data = {**one.data, **({"extends": f"p{number - 1}"} if number else {})}
            text = "\n".join(f"{key}: {_edit.dump(value)}" for key, value in data.items())
            (Path(folder) / "profiles" / f"p{number}.yaml").write_text(text)
        environ = {"FLEXT_HOME": folder}
        name = f"p{len(layers) - 1}"
        if fine:
            with Flext(profile=name, _environ=environ) as client:
                for row, value in client.settings.items():
                    assert value.origin == "default" or value.origin.startswith("profile p"), row
        else:
            with pytest.raises(FlextError):
                Flext(profile=name, _environ=environ)
