"""JSON Schema errors become sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.web.contract import load_contract
from flext_sdk.embedded.web.errors import validation_failed
from flext_sdk.embedded.web.problems import MAX_PROBLEMS, Checker, did_you_mean, kind, one_of, pointer, problem

CONTRACT = load_contract("flext")
DEFINITION = Checker(CONTRACT.schema("PipelineDefinition"))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
definitions = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("name", "nam", "tags", "schedule", "variables", "steps", "description"), json_values),
)


def messages(schema: dict, document: object, **options: bool) -> list[tuple[str, str]]:
    return [(found["path"], found["message"]) for found in Checker(schema, **options).problems(document)]


def test_every_problem_of_a_definition_from_top_to_bottom() -> None:
    document = {
        "name": "a b",
        "schedule": {"crn": "1"},
        "steps": [
            {"nme": "x", "extract": {"plugn": "tap-csv"}, "retries": "2", "timeout": []},
            {"name": "ok", "extract": {}},
        ],
        "tags": ["", 3],
        "extra/key": 1,
    }
    found = [(entry["path"], entry["message"]) for entry in DEFINITION.problems(document)]
    assert found == [
        ("/name", "'a b' is not of the form asked for"),
        ("/schedule/crn", "unknown key 'crn'; did you mean 'cron'?"),
        ("/steps/0/nme", "unknown key 'nme'; did you mean 'name'?"),
        ("/steps/0/extract/plugn", "unknown key 'plugn'; did you mean 'plugin'?"),
        ("/steps/0/retries", "expected a whole number, got text"),
        ("/steps/0/timeout", "expected text, a number or null, got a list"),
        ("/steps/1/extract", "missing key 'plugin'"),
        ("/tags/0", "must not be empty"),
        ("/tags/1", "expected text, got a number"),
        ("/extra~1key", "unknown key 'extra/key'"),
    ]


def test_hints_come_from_the_contract() -> None:
    found = {entry["path"]: entry.get("hint") for entry in DEFINITION.problems({"name": "a b", "stepz": []})}
    assert "letters, digits" in found["/name"]
    assert found["/stepz"].startswith("Known keys: name, description")


@pytest.mark.parametrize(
    ("schema", "document", "message"),
    [
        ({"type": "number"}, "x", "expected a number, got text"),
        ({"type": "integer"}, 1.5, "expected a whole number, got 1.5"),
        ({"type": "boolean"}, [], "expected true or false, got a list"),
        ({"type": "object"}, True, "expected a mapping, got true"),
        ({"type": "string"}, None, "expected text, got null"),
        ({"type": "string"}, {}, "expected text, got a mapping"),
        ({"enum": ["asc", "desc", None]}, "acs", "expected asc or desc, got 'acs'; did you mean 'asc'?"),
        ({"enum": [1, 2]}, True, "expected 1 or 2, got true"),
        ({"const": 3}, 4, "expected 3, got 4"),
        ({"pattern": "^a"}, "b" * 100, "'" + "b" * 59 + "... is not of the form asked for"),
        ({"format": "date-time"}, "x", "expected a moment such as 2026-11-22T08:00:00Z, got 'x'"),
        ({"format": "email"}, "x", "expected email, got 'x'"),
        ({"minimum": 1}, 0, "must be at least 1, got 0"),
        ({"maximum": 1}, 2, "must be at most 1, got 2"),
        ({"exclusiveMinimum": 1}, 1, "must be more than 1, got 1"),
        ({"exclusiveMaximum": 1}, 1, "must be less than 1, got 1"),
        ({"minLength": 3}, "x", "must have at least 3 characters"),
        ({"maxLength": 3}, "xxxx", "must have at most 3 characters"),
        ({"minItems": 2}, [1], "must have at least 2 items"),
        ({"maxItems": 1}, [1, 2], "must have at most 1 items"),
        ({"minProperties": 1}, {}, "must have at least 1 keys"),
        ({"maxProperties": 0}, {"a": 1}, "must have at most 0 keys"),
        ({"uniqueItems": True}, [1, 1], "has the same item twice"),
        ({"multipleOf": 2}, 3, "the value is not a multiple of 2"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, [], "expected text, got a list"),
        ({"oneOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]}, {}, "missing key 'a'"),
        ({"oneOf": [{"minimum": 1}, {"maximum": 5}]}, 3, "fits more than one of the forms that are possible here"),
        ({"anyOf": [False]}, 3, "False schema does not allow the value"),
        ({"unevaluatedProperties": False}, {"a": 1}, "unknown key 'a'"),
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "the key 'b' is not of the form asked for"),
    ],
)
def test_one_sentence_for_each_keyword(schema: dict, document: object, message: str) -> None:
    assert [text for _, text in messages(schema, document)] == [message]


def test_values_stay_out_where_they_may_be_secrets() -> None:
    schema = {
        "properties": {
            "a": {"enum": ["x"]},
            "b": {"pattern": "^x"},
            "c": {"minimum": 5},
            "d": {"const": "x"},
            "e": {"type": "integer"},
        }
    }
    document = {"a": "hunter2", "b": "hunter2", "c": 3.25, "d": "hunter2", "e": 3.25}
    text = str(messages(schema, document, show_values=False))
    assert "hunter2" not in text
    assert "3.25" not in text
    assert "expected x, got text" in text


def test_good_documents_have_no_problems() -> None:
    assert DEFINITION.problems({"name": "orders", "steps": []}) == []
    assert DEFINITION.accepts({"name": "orders"})
    assert not DEFINITION.accepts({})


def test_no_more_problems_than_a_person_reads() -> None:
    assert len(Checker({"items": {"type": "string"}}).problems(list(range(1000)))) == MAX_PROBLEMS


@given(json_values | definitions)
def test_any_document_is_either_good_or_has_problems(document: object) -> None:
    found = DEFINITION.problems(document)
    assert bool(found) != DEFINITION.accepts(document)
    for entry in found:
        assert entry["message"]
        assert "\n" not in entry["message"]
        assert resolve(document, entry["path"]) is not None or entry["path"] == ""


def resolve(document: object, path: str) -> tuple[object]:
    """The value at a pointer, in a tuple; fails when the pointer leads nowhere."""
    for part in path.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]  # type: ignore[index]
    return (document,)


def test_words() -> None:
    assert pointer(["a/b", 0, "~"]) == "/a~1b/0/~0"
    assert did_you_mean("Ordres", ["orders", "load"]) == "; did you mean 'orders'?"
    assert did_you_mean("zzz", ["orders"]) == ""
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b", "c"]) == "a, b or c"
    assert kind((1,)) == "a list"
    assert problem("/a", "m", hint="h", severity="warning") == {
        "path": "/a",
        "message": "m",
        "hint": "h",
        "severity": "warning",
    }


@pytest.mark.parametrize(
    ("problems", "message", "hint"),
    [
        ([problem("/a/plugn", "unknown key 'plugn'", hint="h")], "unknown key 'plugn'", "h"),
        ([problem("/a/retries", "expected a number")], "/a/retries: expected a number", None),
        ([problem("/password", "must be long")], "must be long (at /password)", None),  # *** has no sense of its own
        ([problem("", "one"), problem("/b", "two", hint="h")], "the document has 2 problems; the first: one", None),
    ],
)
def test_the_first_problem_is_in_the_message_of_the_answer(problems: list, message: str, hint: str | None) -> None:
    error = validation_failed(problems, what="document")
    assert (error.status, error.code, error.message, error.hint) == (422, "VALIDATION_FAILED", message, hint)
    assert error.body("r-1")["problems"] == problems
