"""The parts by themselves: what dbt says, what is made of its failures, installing, new projects."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import duckdb
import pytest
from dbt_projects import project, write
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded.dbt import scaffold
from flext_sdk.embedded.dbt.commands import arguments
from flext_sdk.embedded.dbt.environment import REQUIREMENTS, DbtEnvironments
from flext_sdk.embedded.dbt.events import Told
from flext_sdk.embedded.dbt.failures import complete, verdict
from flext_sdk.embedded.dbt.projects import open_project
from flext_sdk.embedded.engine.events import StopSignal
from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.engine.process import ProcessGroup, Program
from flext_sdk.embedded.engine.single import Single
from flext_sdk.embedded.environments import BusyError, Environment, EnvironmentFailedError
from flext_sdk.embedded.projects import ProjectError


class Listening(Told):
    def __init__(self, *secrets: str) -> None:
        self.lines: list[tuple[int, str]] = []
        super().__init__(lambda level, text: self.lines.append((level, text)), Masker(secrets))

    def event(self, name: str, msg: str = "said", level: str = "info", **data: object) -> None:
        info = {"name": name, "msg": msg, "level": level}
        self.printed(json.dumps({"info": info, "data": data}).encode(), False)


def info(key: str = "model.shop.a", status: str = "started") -> dict[str, str]:
    kind, _, name = key.split(".")[:3]
    return {"unique_id": key, "node_name": name, "resource_type": kind, "node_status": status}


@pytest.fixture
def shop(tmp_path):
    return open_project(project(tmp_path / "shop"), environ={})


def test_events_become_lines_progress_and_results():
    told = Listening("hidden")
    told.event("ConcurrencyLine", node_count=2)
    told.event("LogStartLine", node_info=info(), total=2)
    assert (told.done, told.total, told.nodes["model.shop.a"].status) == (0, 2, "running")
    told.event("LogModelResult", node_info=info(status="success"), status="SELECT 12", execution_time=0.5, total=2)
    assert (told.done, told.nodes["model.shop.a"].rows, told.nodes["model.shop.a"].duration) == (1, 12, 0.5)
    told.event(
        "LogTestResult", "b hidden", "error", node_info=info("test.shop.b", "fail"), num_failures=3, num_models=2
    )
    assert (told.done, told.nodes["test.shop.b"].failures, told.nodes["test.shop.b"].failed) == (2, 3, True)
    told.event("Formatting", "")
    told.event("Note", "one\n\ntwo", "warn")
    told.printed(b"a package prints", False)
    told.said(b"a warning of Python", False)
    assert [text for _, text in told.lines] == [
        "said",
        "said",
        "said",
        "b ***",
        "one",
        "two",
        "a package prints",
        "a warning of Python",
    ]
    assert [level for level, _ in told.lines] == [20, 20, 20, 40, 30, 30, 20, 30]


@given(st.binary(max_size=300))
def test_no_line_of_dbt_is_too_odd(raw):
    told = Listening()
    told.printed(raw, False)
    told.said(raw, True)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_event_of_dbt_is_too_odd(data):
    told = Listening()
    told.printed(json.dumps(data).encode(), False)
    told.printed(json.dumps({"info": {"name": "X", "msg": "m"}, "data": {"node_info": data}}).encode(), False)


def test_the_verdict_on_each_way_to_end(shop):
    assert verdict(Listening(), 0, shop, ()).ending == "completed"
    assert verdict(Listening(), None, shop, ()).error == "dbt was ended from outside"
    assert verdict(Listening(), -9, shop, ()).error == "dbt was killed by signal 9"
    told = Listening()
    assert verdict(told, 3, shop, ()).error == "dbt failed with exit code 3 and said nothing"
    told.said(b"Segmentation fault", False)
    assert verdict(told, 3, shop, ()).error == "dbt failed with exit code 3: Segmentation fault"
    told = Listening()
    told.event("NoNodesForSelectionCriteria", spec_raw="nosuch")
    told.event("NothingToDo")
    assert verdict(told, 0, shop, ["nosuch"]).error == "nothing in shop matches nosuch"


@pytest.mark.parametrize(
    ("said", "error", "hint"),
    [
        ("Encountered an error:\nRuntime Error\n  no such thing", "no such thing", "Mend the project"),
        ("Compilation Error in model a (models/a.sql)\n  Unexpected end\n    line 7\n      {% if", "models/a.sql, line 7: Unexpected end", "Mend the file at line 7."),
        ("Runtime Error\n  IO Error: Could not set lock on file x", "IO Error: Could not set lock on file x", "Another program has the DuckDB file open"),
        ("Parsing Error\n  Env var required but not provided: 'X'", "Env var required but not provided: 'X'", "--env NAME=VALUE"),
        ('Compilation Error\n  dbt found 1 package(s), run "dbt deps"', 'dbt found 1 package(s), run "dbt deps"', "flext data dbt deps"),
        ("[Errno 28] No space left on device", "No space left on device", "Make room on the disk"),
        ("Encountered an error:", "dbt did not say why", "Mend the project"),
    ],
)  # fmt: skip
def test_what_ends_dbt_as_a_whole_is_one_line_with_a_hint(shop, said, error, hint):
    told = Listening()
    told.event("MainEncounteredError", said, "error")
    found = verdict(told, 2, shop, ())
    assert (found.error, found.exit_code) == (error, 2)
    assert hint in found.hint


def failing(shop, message: str, *, sql: str, sent: str = "", kind: str = "model") -> Listening:
    write(
        shop.folder,
        {"models/a.sql": sql, "target/compiled/shop/models/a.sql": sql, "target/run/shop/models/a.sql": sent},
    )
    told = Listening()
    told.event("LogModelResult", node_info=info(f"{kind}.shop.a", "error"))
    told.event("RunResultFailure", node_info=info(f"{kind}.shop.a"), path="models/a.sql")
    told.event("RunResultError", message, node_info=info(f"{kind}.shop.a"))
    told.event("SQLCompiledPath", node_info=info(f"{kind}.shop.a"), path="target/compiled/shop/models/a.sql")
    complete(told, shop)
    return told


def test_the_line_is_that_of_the_model_not_of_what_was_sent(shop):
    sql = "select\n  1 as x,\n  2 as y y\nfrom t\n"
    sent = f"create view a as (\n{sql});\n"
    message = "Runtime Error in model a (models/a.sql)\n  Parser Error: syntax error\n  LINE 4:   2 as y y\n  compiled code at x"
    told = failing(shop, message, sql=sql, sent=sent)
    node = told.nodes["model.shop.a"]
    assert (node.line, node.message) == (3, "Parser Error: syntax error")
    found = verdict(told, 1, shop, ())
    compiled = shop.folder / "target/compiled/shop/models/a.sql"
    assert found.error == f"the model a failed (models/a.sql, line 3): Parser Error: syntax error; compiled: {compiled}"
    # A name in quotes that stands on two lines says nothing about the line.
    told = failing(shop, 'column "x" does not exist', sql="select x,\n x\n")
    assert told.nodes["model.shop.a"].line is None
    told = failing(shop, 'relation "nope" does not exist', sql="select 1\nfrom nope\n")
    assert told.nodes["model.shop.a"].line == 2
    assert "Load it first" in verdict(told, 1, shop, ()).hint
    told = failing(shop, "x" * 1000, sql="select 1")
    assert len(told.nodes["model.shop.a"].message) == 300


def test_more_than_one_failure_is_counted(shop):
    told = Listening()
    told.event("LogTestResult", node_info=info("test.shop.t", "fail"), num_failures=2)
    told.event("LogTestResult", node_info=info("test.shop.u", "fail"), num_failures=1)
    told.event("LogModelResult", node_info=info("model.shop.m", "error"))
    assert verdict(told, 1, shop, ()).error == "the test t failed: 2 rows (and 2 more)"


def test_arguments_name_everything_and_only_what_a_command_takes(shop):
    full = {"select": ["a", "b+"], "exclude": ["c"], "threads": 3, "vars": {"x": 1}, "profile": "shop"}
    found = arguments({"command": "build", **full}, shop, full_refresh=True)
    joined = " ".join(found)
    assert "build --project-dir" in joined
    assert "--select a b+ --exclude c --threads 3 --full-refresh" in joined
    assert found[found.index("--vars") + 1] == '{"x": 1}'
    assert "--full-refresh" not in arguments({"command": "test", **full}, shop, full_refresh=True)
    deps = arguments({"command": "deps", **full}, shop, full_refresh=True)
    assert not {"--select", "--threads", "--target-path", "--full-refresh"} & set(deps)


class Pretending:
    """Environments that do what a test says."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.made: Environment | None = None

    def find(self, _name):
        return self.made

    def create(self, name, requirements, *, check, heard, stop):
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        heard("Installed 54 packages")
        if isinstance(outcome, Path):
            made = environment(requirements, outcome)
            check(made)
        else:
            made = environment(requirements, Path("/nowhere"))
        self.made = made
        return made


def environment(requirements, folder) -> Environment:
    from datetime import UTC, datetime

    packages = {"dbt-core": "1.11.16", "dbt-duckdb": "1.11.1"}
    return Environment("dbt-duckdb", folder, tuple(requirements), "", packages, "3.13", 10**6, datetime.now(UTC))


def test_an_environment_is_made_once_and_anew_for_other_requirements():
    pretending = Pretending(BusyError("busy"), None, None)
    found, heard = DbtEnvironments(pretending), []
    assert found.ready("duckdb", heard=heard.append).packages["dbt-core"] == "1.11.16"
    assert heard[-1] == "installed: dbt 1.11.16, adapter 1.11.1, 1 MB"
    found.ready("duckdb", heard=pytest.fail)
    assert len(pretending.outcomes) == 1
    pretending.made = environment(["dbt-core==1.10"], Path("/nowhere"))
    assert found.ready("duckdb", heard=heard.append).requirements == REQUIREMENTS["duckdb"]
    stop = threading.Event()
    stop.set()
    with pytest.raises(BusyError):
        DbtEnvironments(Pretending(BusyError("busy"))).ready("duckdb", heard=heard.append, stop=stop)


def test_an_environment_that_does_not_start_is_not_taken(tmp_path):
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'ImportError: no libfoo' >&2\nexit 1\n")
    program.chmod(0o755)
    pretending = Pretending(tmp_path)
    with pytest.raises(EnvironmentFailedError, match="does not start: ImportError: no libfoo"):
        DbtEnvironments(pretending).ready("duckdb", heard=lambda _line: None)
    assert pretending.made is None


def test_a_project_on_the_tables_of_a_file(tmp_path):
    database = tmp_path / "w.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute('create table "Order Lines" ("Line No" int, "a""b" int, primary key ("Line No", "a""b"))')
        connection.execute("create table orders (id int primary key, note text)")
        connection.execute("create schema other; create table other.orders (id int)")
        connection.execute("create table _flext_state (x int)")
    tables = scaffold.tables_of(database)
    assert [(table.schema, table.name, table.key) for table in tables] == [
        ("main", "Order Lines", ("Line No", 'a"b')),
        ("main", "orders", ("id",)),
        ("other", "orders", ()),
    ]
    files = scaffold.make_project(tmp_path / "p", "p", database, tables)
    assert {Path(name).name for name in files if name.endswith(".sql")} == {
        "stg_order_lines.sql",
        "stg_orders.sql",
        "stg_other_orders.sql",
        "row_counts.sql",
    }
    assert '"a""b"' in (tmp_path / "p" / "models" / "staging" / "stg_order_lines.sql").read_text()
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass
    with pytest.raises(ProjectError, match="has no tables"):
        scaffold.tables_of(tmp_path / "empty.duckdb")


def test_a_new_project_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(self, *_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ProjectError, match="cannot be written: No space left on device"):
        scaffold.make_project(tmp_path / "p", "p", None, ())
    assert list(tmp_path.iterdir()) == []


def single(argv, tmp_path, *, reason=None, late_after=None, force_after=None):
    stop = StopSignal()
    if reason is not None:
        stop.set(reason)
    heard: list[str] = []
    group = ProcessGroup([Program("x", "x", argv)], environ={"PATH": "/usr/bin:/bin"}, cwd=tmp_path)

    def tick() -> None:
        if force_after is not None and any(force_after in line for line in heard):
            stop.set("force")

    def hear(line: bytes, _cut: bool) -> None:
        heard.append(line.decode())

    # Time stands still until the program has said what it is to say.
    clock = lambda: float(late_after is not None and late_after in heard)  # noqa: E731
    found = Single(group, printed=hear, said=hear, tick=tick, stop=stop, grace=60, deadline=1.0, clock=clock)
    try:
        return found.run(), found, heard
    finally:
        group.close()


def test_a_program_alone_is_heard_to_its_last_word(tmp_path):
    ending, found, heard = single(["/bin/sh", "-c", "echo out; echo err >&2; printf last; exit 3"], tmp_path)
    assert (ending, found.code, sorted(heard)) == ("completed", 3, ["err", "last", "out"])
    ending, found, _ = single(["/nowhere/dbt"], tmp_path)
    assert (ending, found.trouble) == ("completed", "No such file or directory")
    ending, found, _ = single(["/bin/sh", "-c", "echo ready; exec sleep 600"], tmp_path, late_after="ready")
    assert (ending, found.code) == ("timeout", -15)
    stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
    ending, found, heard = single(["/bin/sh", "-c", stubborn], tmp_path, force_after="ready")
    assert (ending, heard) == ("stopped", ["ready"])
