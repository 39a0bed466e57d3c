"""Definitions: every problem at once, each at its place; and what is stored of a good one."""

from __future__ import annotations

import datetime as dt

import pytest
from engine_bench import CONTRACT, FakePlugins
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.engine.references import LocalSecrets
from flext_sdk.embedded.flext.definition import DefinitionChecker
from flext_sdk.embedded.flext.dependencies import dependency_problems
from flext_sdk.embedded.flext.schedules import cron_problem, next_times


@pytest.fixture
def checker(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "OPEN").write_text("everybody can read this")
    (secrets / "OPEN").chmod(0o644)
    environ = {"THERE": "1", "FLEXT_SECRET_DOOR": "x"}
    return DefinitionChecker(CONTRACT, FakePlugins(), LocalSecrets(environ, secrets), environ)


def good(**more):
    return {"name": "orders", "steps": [load()], **more}


def load(name="load", path="/data/x", **more):
    return {
        "name": name,
        "extract": {"plugin": "tap-strict", "config": {"path": path}},
        "load": {"plugin": "target-fake"},
    } | more


def told(checked):
    return [(entry["path"], entry["message"]) for entry in checked.problems]


def test_a_good_one(checker):
    document = good(
        description="d",
        tags=["a", "b"],
        schedule={"cron": "15 * * * *", "timezone": "Europe/Berlin"},
        variables={"DAY": "1", "N": 2},
        max_concurrent_runs=2,
        configuration={"mine": {"x": 1}},
    )
    checked = checker.check(document)
    assert checked.problems == []
    assert checked.valid
    assert checked.definition == document


def test_every_problem_at_once_in_the_order_of_the_document(checker):
    document = {
        "name": "no good!",
        "tags": ["a", "b", "a"],
        "schedule": {"cron": "61 * * * *", "timezone": "Europe/Berlyn"},
        "variables": {"DAY": "1", "bad-name": 1},
        "steps": [
            {
                "name": "load",
                "extract": {
                    "plugin": "tap-strct",
                    "config": {"a": "${DAI}"},
                    "select": ["orders.*", "!", "orders..x", " x", "[a", "!!b"],
                },
                "load": {"plugin": "tap-fake"},
                "depends_on": ["modl", "load"],
                "timeout": "soon",
            },
            {"name": "load", "extract": {"plugin": "tap-strict", "config": {"pth": 1, "count": "many"}}},
            {"name": "model", "dbt": {"project": "p"}},
            {"name": "old", "meltano": {}},
            {
                "name": "one",
                "extract": {"plugin": "target-fake"},
                "load": {"plugin": "target-fake"},
                "depends_on": ["two"],
            },
            {
                "name": "two",
                "extract": {"plugin": "tap-fake"},
                "load": {"plugin": "target-fake"},
                "depends_on": ["one"],
            },
        ],
    }
    checked = checker.check(document)
    assert not checked.valid
    assert told(checked) == [
        ("/name", "'no good!' is not of the form asked for"),
        ("/tags/2", "the tag 'a' stands here twice"),
        ("/schedule/cron", "'61 * * * *' is no schedule: [61 * * * *] is not acceptable, out of range"),
        ("/schedule/timezone", "there is no time zone 'Europe/Berlyn'"),
        ("/variables/bad-name", "'bad-name' is no name of a variable"),
        ("/steps/0/extract/plugin", "there is no plugin 'tap-strct'; did you mean 'tap-strict'?"),
        ("/steps/0/extract/config/a", "the variable DAI is not defined; did you mean 'DAY'?"),
        ("/steps/0/extract/select/1", "a pattern needs a stream after the exclamation mark"),
        (
            "/steps/0/extract/select/2",
            "a pattern is STREAM or STREAM.FIELD; nothing stands before or after one of its dots",
        ),
        ("/steps/0/extract/select/3", "a pattern must not begin or end with spaces"),
        ("/steps/0/extract/select/4", "a bracket in the pattern is not closed"),
        ("/steps/0/extract/select/5", "only one exclamation mark may stand before a pattern"),
        ("/steps/0/load/plugin", "tap-fake is a tap; what loads must be a target"),
        ("/steps/0/depends_on/0", "there is no step 'modl'; did you mean 'model'?"),
        ("/steps/0/depends_on/1", "the step 'load' depends on itself"),
        ("/steps/0/timeout", "'soon' is no length of time"),
        ("/steps/1", "the step has no 'load'"),
        ("/steps/1/name", "the step 'load' stands here twice; the first is number 1"),
        ("/steps/1/extract/config/pth", "tap-strict: unknown key 'pth'; did you mean 'path'?"),
        ("/steps/1/extract/config/count", "tap-strict: expected a whole number, got text"),
        ("/steps/2/dbt", "steps with dbt come in a later release; this one runs steps with extract and load"),
        ("/steps/3/meltano", "steps with meltano come in a later release; this one runs steps with extract and load"),
        ("/steps/4/extract/plugin", "target-fake is a target; what extracts must be a tap"),
        ("/steps/4/depends_on/0", "the steps depend on each other in a circle: one -> two -> one"),
    ]
    without = [entry["path"] for entry in checked.problems if not entry.get("hint")]
    assert without == [
        "/steps/0/load/plugin",
        "/steps/0/depends_on/1",
        "/steps/1/extract/config/count",
        "/steps/4/extract/plugin",
    ]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], ""),
        (None, ""),
        ({}, ""),
        ({"name": "x", "steps": "all"}, "/steps"),
        (
            {"name": "x", "steps": [1, {"name": "a", "extract": 1, "load": [], "depends_on": "b", "timeout": []}]},
            "/steps/0",
        ),
        ({"name": "x", "tags": "a", "variables": [], "schedule": "daily"}, "/tags"),
        ({"name": "x", "steps": [load(depends_on=[7])]}, "/steps/0/depends_on/0"),
        (
            {"name": "x", "steps": [{"name": "a", "extract": {"plugin": 5, "config": 5, "select": 5}, "load": {}}]},
            "/steps/0/extract/plugin",
        ),
        ({"name": "x", "nme": 1}, "/nme"),
        ({"name": "x", "description": "a\0b"}, "/description"),
        ({"name": "x", "configuration": {"a~/b": ["\ud800"]}}, "/configuration/a~0~1b/0"),
        ({"name": "x", "base_path": "here"}, "/base_path"),
        ({"name": "x", "steps": [load(timeout=0)]}, "/steps/0/timeout"),
        ({"name": "x", "steps": [load(timeout="1000h")]}, "/steps/0/timeout"),
        ({"name": "x", "steps": [load(path="${")]}, "/steps/0/extract/config/path"),
        ({"name": "x", "steps": [load(path="${vault:X}")]}, "/steps/0/extract/config/path"),
        ({"name": "x", "steps": [load(path="${secret:}")]}, "/steps/0/extract/config/path"),
        ({"name": "x", "steps": [load(path="${a b}")]}, "/steps/0/extract/config/path"),
        ({"name": "x", "steps": [load(path="data/x.csv")]}, "/steps/0/extract/config/path"),
        ({"name": "x", "schedule": {"cron": "* * * *"}}, "/schedule/cron"),
        ({"name": "x", "schedule": {"cron": "@sometimes"}}, "/schedule/cron"),
        ({"name": "x", "schedule": {"cron": "0 0 30 2 *"}}, "/schedule/cron"),
        ({"name": "x", "schedule": {"cron": "a b c d e"}}, "/schedule/cron"),
        ({"name": "x", "schedule": {"cron": "@daily", "timezone": "../etc/passwd"}}, "/schedule/timezone"),
        ({"name": "x", "schedule": {"cron": "@daily", "timezone": "Europe"}}, "/schedule/timezone"),
    ],
)
def test_a_problem_is_told_at_its_place(checker, document, path):
    checked = checker.check(document)
    assert not checked.valid
    assert checked.errors[0]["path"] == path
    assert all("\n" not in entry["message"] for entry in checked.problems)


def test_what_is_not_there_yet_is_a_warning(checker):
    config = {"path": "/x/${secret:DOOR}/${secret:NONE}/${env:THERE}/${env:GONE}/${secret:OPEN}"}
    checked = checker.check({"name": "x", "steps": [load() | {"extract": {"plugin": "tap-strict", "config": config}}]})
    assert checked.valid
    assert [(entry["severity"], entry["message"].partition(": others")[0]) for entry in checked.problems] == [
        ("warning", "the secret NONE is not there"),
        ("warning", "the environment variable GONE is not set in the service"),
        ("warning", "the secret OPEN is not used"),
    ]
    assert all(entry["hint"] for entry in checked.problems)


def test_messages_about_settings_do_not_repeat_their_values(checker):
    step = load() | {"extract": {"plugin": "tap-fake", "config": {"port": "hunter2", "fast": "hunter2", "hunter": 1}}}
    checked = checker.check({"name": "x", "steps": [step]})
    assert len(checked.problems) == 3
    assert "hunter2" not in str(checked.problems)


def test_references_stand_for_any_type(checker):
    step = load() | {"extract": {"plugin": "tap-strict", "config": {"path": "/x", "count": "${N}"}}}
    assert checker.check({"name": "x", "variables": {"N": 5}, "steps": [step]}).valid
    step["extract"]["config"]["count"] = "$${N}"
    [entry] = checker.check({"name": "x", "steps": [step]}).problems
    assert entry["path"] == "/steps/0/extract/config/count"


def test_relative_paths_start_from_the_folder_of_the_file(checker, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    steps = [load("a", "x.csv"), load("b", "/abs/x.csv"), load("c", "~/x.csv"), load("d", "data/*.csv")]
    definition = checker.check({"name": "x", "base_path": "/srv", "steps": steps}).definition
    paths = [entry["extract"]["config"]["path"] for entry in definition["steps"]]
    assert paths == ["/srv/x.csv", "/abs/x.csv", "/home/me/x.csv", "/srv/data/*.csv"]
    assert "base_path" not in definition
    without = checker.check({"name": "x", "steps": [load("c", "~/x.csv")]})
    assert without.definition["steps"][0]["extract"]["config"]["path"] == "/home/me/x.csv"


def test_a_path_with_a_reference_waits_for_the_run(checker):
    document = {"name": "x", "base_path": "/srv", "variables": {"DAY": "1"}, "steps": [load(path="data/${DAY}.csv")]}
    definition = checker.check(document).definition
    assert definition["steps"][0]["extract"]["config"]["path"] == "data/${DAY}.csv"
    assert definition["base_path"] == "/srv"


names = st.sampled_from(["a", "b", "c", "d", "e"])


@given(st.dictionaries(names, st.lists(names, max_size=4), min_size=1))
def test_circles_are_found_exactly_where_there_is_no_order(graph):
    steps = [
        {"name": name, "depends_on": [other for other in needs if other in graph and other != name]}
        for name, needs in graph.items()
    ]
    left = {step["name"]: set(step["depends_on"]) for step in steps}
    while free := [name for name, needs in left.items() if not needs]:
        for name in free:
            del left[name]
        for needs in left.values():
            needs.difference_update(free)
    assert bool(left) == bool(list(dependency_problems(steps)))


def test_two_hundred_steps_in_a_row_are_no_problem():
    steps = [{"name": f"s{number}", "depends_on": [f"s{number - 1}"] if number else []} for number in range(200)]
    assert list(dependency_problems(steps)) == []


def test_next_times_follow_the_time_zone():
    now = dt.datetime(2026, 3, 28, 12, 0, tzinfo=dt.UTC)
    times = next_times({"cron": "30 8 * * *", "timezone": "Europe/Berlin"}, now)
    assert [moment.isoformat() for moment in times] == [
        "2026-03-29T06:30:00+00:00",  # the clock has gone forward that night
        "2026-03-30T06:30:00+00:00",
        "2026-03-31T06:30:00+00:00",
    ]
    assert next_times({"cron": "@hourly"}, now, 1) == [dt.datetime(2026, 3, 28, 13, 0, tzinfo=dt.UTC)]
    assert next_times({"cron": "@hourly", "enabled": False}, now) == []


@pytest.mark.parametrize("cron", ["15 * * * *", "*/5 0-6 1,15 * mon-fri", "@hourly", "@daily", "@weekly", "@monthly"])
def test_good_schedules(cron):
    assert cron_problem(cron) is None


@given(st.text(max_size=30))
def test_no_schedule_brings_the_check_down(cron):
    problem = cron_problem(cron)
    if problem is None:
        assert len(next_times({"cron": cron}, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))) == 3
