"""What a second run reads: nothing, what was appended, or everything anew - and never a row twice."""

from __future__ import annotations

import os
from typing import Any

import pytest

TAPS = {"tap-csv": ("t.csv", "id,v\n", "{},{}\n"), "tap-jsonl": ("t.jsonl", "", '{{"id":{},"v":"{}"}}\n')}


@pytest.fixture(params=list(TAPS))
def tap(request: pytest.FixtureRequest) -> str:
    return request.param


class Flow:
    """A file, a tap, a target, and the state between runs."""

    def __init__(self, bench: Any, tap: str, target: str = "target-sqlite", **settings: Any) -> None:
        self.bench, self.tap, self.target = bench, tap, target
        self.name, self.head, self.line = TAPS[tap]
        self.settings = {"path": str(bench.folder / self.name), **settings}
        self.state: Any = None

    def write(self, *rows: tuple[Any, Any], mode: str = "w", end: str = "\n") -> None:
        text = "".join(self.line.format(*row) for row in rows).removesuffix("\n") + (end if rows else "")
        with (self.bench.folder / self.name).open(mode) as file:
            file.write((self.head if mode == "w" else "") + text)

    def append(self, *rows: tuple[Any, Any], end: str = "\n") -> None:
        self.write(*rows, mode="a", end=end)

    def run(self) -> list[Any]:
        """Runs the pair; gives the ids that were sent."""
        sent = self.bench.tap(self.settings, self.state, program=self.tap)
        assert sent.code == 0, sent.err
        done = self.bench.target(self.target, sent.out)
        assert done.code == 0, done.err
        self.last = sent
        import json

        self.state = json.loads(done.out.splitlines()[-1])
        return [record["id"] for record in sent.records]

    def rows(self) -> list[tuple[Any, Any]]:
        return sorted((row["id"], row["v"]) for row in self.bench.rows(self.target, "t"))


@pytest.mark.parametrize("keys", [[], ["id"]])
def test_only_what_was_appended_is_read(bench: Any, tap: str, target: str, keys: list[str]) -> None:
    flow = Flow(bench, tap, target, keys=keys)
    flow.write((1, "a"), (2, "b"))
    assert flow.run() == [1, 2]
    assert flow.run() == []
    flow.append((3, "c"))
    assert flow.run() == [3]
    os.utime(bench.folder / flow.name)
    assert flow.run() == []
    assert flow.rows() == [(1, "a"), (2, "b"), (3, "c")]


def test_a_rewritten_file_replaces_rows_without_keys(bench: Any, tap: str, target: str) -> None:
    flow = Flow(bench, tap, target)
    flow.write((1, "a"), (2, "b"))
    flow.run()
    flow.write((1, "a"), (4, "d"), (5, "e"))
    assert flow.run() == [1, 4, 5]
    assert flow.rows() == [(1, "a"), (4, "d"), (5, "e")]
    flow.write((9, "z"))
    assert flow.run() == [9]
    flow.append((10, "y"))
    assert flow.run() == [10]
    assert flow.rows() == [(9, "z"), (10, "y")]


def test_a_rewritten_file_updates_rows_with_keys(bench: Any, tap: str, database: str) -> None:
    flow = Flow(bench, tap, database, keys=["id"])
    flow.write((1, "a"), (2, "b"))
    flow.run()
    flow.write((2, "B"), (3, "c"), (3, "C"))
    assert flow.run() == [2, 3, 3]
    assert flow.rows() == [(1, "a"), (2, "B"), (3, "C")]


def test_a_file_emptied_of_its_rows_empties_the_table(bench: Any, target: str) -> None:
    flow = Flow(bench, "tap-csv", target)
    flow.write((1, "a"))
    flow.run()
    flow.write()
    assert flow.run() == []
    assert flow.rows() == []


@pytest.mark.parametrize("keys", [[], ["id"], ["v"]])
def test_a_row_without_line_end_is_neither_lost_nor_split(bench: Any, tap: str, database: str, keys: list[str]) -> None:
    flow = Flow(bench, tap, database, keys=keys)
    flow.write((1, "a"), (2, "b"), end="")
    assert flow.run() == [1, 2]
    assert flow.run() == []
    with (bench.folder / flow.name).open("a") as file:
        file.write("\n")
    assert flow.run() == []
    flow.append((3, "abc"), end="")
    assert flow.run() == [3]
    if tap == "tap-csv":
        with (bench.folder / flow.name).open("a") as file:
            file.write("def\n4,x\n")
        flow.run()
        assert flow.rows() == [(1, "a"), (2, "b"), (3, "abcdef"), (4, "x")]
    else:
        with (bench.folder / flow.name).open("a") as file:
            file.write('\r\n{"id":4,"v":"x"}\r\n')
        assert flow.run() == [4]
        assert flow.rows() == [(1, "a"), (2, "b"), (3, "abc"), (4, "x")]


@pytest.mark.parametrize(
    ("tap", "piece", "rest"),
    [("tap-csv", '3,"ab', 'c"\n'), ("tap-csv", "3", ",abc\n"), ("tap-jsonl", '{"id":3,"v":"a', 'bc"}\n')],
)
def test_a_visibly_unfinished_row_waits(bench: Any, tap: str, piece: str, rest: str) -> None:
    flow = Flow(bench, tap)
    flow.write((1, "a"))
    with (bench.folder / flow.name).open("a") as file:
        file.write(piece)
    assert flow.run() == [1]
    assert "row 2, the last one, is not complete yet" in flow.last.err
    with (bench.folder / flow.name).open("a") as file:
        file.write(rest)
    assert flow.run() == [3]
    assert flow.rows() == [(1, "a"), (3, "abc")]


def test_a_wider_type_reads_the_stream_anew_with_nothing_altered(bench: Any, database: str) -> None:
    flow = Flow(bench, "tap-csv", database)
    flow.write((1, "1.50"), (2, "2.00"))
    flow.run()
    flow.append((3, "n/a"))
    assert flow.run() == [1, 2, 3]
    assert "v was number and is string, so the stream is read anew" in flow.last.err
    assert flow.rows() == [(1, "1.50"), (2, "2.00"), (3, "n/a")]


def test_an_integer_that_becomes_a_number_reads_on(bench: Any, database: str) -> None:
    flow = Flow(bench, "tap-csv", database, keys=["id"])
    flow.write((1, "1"), (2, ""))
    flow.run()
    flow.append((3, "2.5"))
    assert flow.run() == [3]
    assert flow.rows()[0] == (1, 1.0)
    assert flow.rows()[2] == (3, 2.5)


def test_other_settings_or_keys_read_anew(bench: Any, database: str) -> None:
    flow = Flow(bench, "tap-csv", database)
    flow.write((1, "a"), (2, "-"))
    flow.run()
    flow.settings["null_values"] = ["-"]
    assert flow.run() == [1, 2]
    assert flow.rows() == [(1, "a"), (2, None)] or (2, None) in flow.rows()
    flow.settings["keys"] = ["id"]
    assert flow.run() == [1, 2]
    assert len(flow.rows()) == 2


def test_full_table_replaces_every_time(bench: Any, database: str) -> None:
    flow = Flow(bench, "tap-csv", database, keys=["id"])
    catalog = {
        "streams": [
            {"stream": "t", "key_properties": ["id"], "replication_method": "FULL_TABLE", "schema": {}, "metadata": []}
        ]
    }
    for rows in ([(1, "a"), (2, "b")], [(1, "a"), (2, "b")], [(2, "c")]):
        flow.write(*rows)
        sent = bench.tap(flow.settings, flow.state, catalog)
        assert len(sent.records) == len(rows)
        assert bench.target(database, sent.out).code == 0
        flow.state = sent.state
        assert flow.rows() == rows


def test_several_files_as_one_stream(bench: Any, database: str) -> None:
    bench.file("d/1.csv", "id,v\n1,a\n")
    flow = Flow(bench, "tap-csv", database, path=str(bench.folder / "d"), stream="t")
    assert flow.run() == [1]
    bench.file("d/2.csv", "id,w,v\n2,x,b\n")
    bench.file("d/0.csv", "id,v\n0,z\n")
    assert sorted(flow.run()) == [0, 2]
    bench.file("d/1.csv", "id,v\n1,A\n5,e\n")
    assert sorted(flow.run()) == [0, 1, 2, 5]
    assert flow.rows() == [(0, "z"), (1, "A"), (2, "b"), (5, "e")]


def test_a_header_that_changes_is_a_rewritten_file(bench: Any) -> None:
    flow = Flow(bench, "tap-csv", "target-duckdb")
    flow.write((1, "a"))
    flow.run()
    bench.file("t.csv", "id,v,w\n1,a,x\n")
    assert flow.run() == [1]
    assert bench.rows("target-duckdb", "t") == [{"id": 1, "v": "a", "w": "x"}]


def test_states_of_others_and_broken_ones(bench: Any) -> None:
    path = str(bench.file("t.csv", "id\n1\n"))
    foreign = {"bookmarks": {"t": {"replication_key_value": 7}, "u": {"x": 1}}, "other": 1}
    result = bench.tap({"path": path}, foreign)
    assert result.records == [{"id": 1}]
    assert result.state["other"] == 1
    assert result.state["bookmarks"]["u"] == {"x": 1}
    assert bench.tap({"path": path}, {"type": "STATE", "value": result.state}).records == []
    result.state["bookmarks"]["t"].pop("files")
    assert bench.tap({"path": path}, {"bookmarks": []}).code == 1
    broken = {"bookmarks": {"t": {"format": 1}}}
    assert "the bookmark of the stream t is broken" in bench.tap({"path": path}, broken).talk[0]


def test_a_run_cut_anywhere_ends_with_every_row_once(bench: Any, target: str) -> None:
    """The target dies after any message of a run; it committed or did not, and its last state was heard or not."""
    path = bench.file("t.csv", "id,v\n1,a\n2,b\n")
    settings = {"path": str(path)}
    first = bench.tap(settings)
    bench.target(target, first.out)
    state = first.state
    bench.file("t.csv", "id,v\n1,a\n2,b\n3,c\n4,d\n")
    more = bench.tap(settings, state)
    lines = more.out.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        # Everything up to here is committed, but the state is never heard: the next run starts from the old one.
        assert bench.target(target, b"".join(lines[:count])).code == 0
    final = bench.target(target, bench.tap(settings, state).out)
    assert final.code == 0
    assert sorted(row["id"] for row in bench.rows(target, "t")) == [1, 2, 3, 4]


def test_a_replacement_cut_anywhere_keeps_the_old_rows_until_it_is_whole(bench: Any, target: str) -> None:
    path = bench.file("t.csv", "id,v\n1,a\n2,b\n")
    settings = {"path": str(path)}
    first = bench.tap(settings)
    bench.target(target, first.out)
    bench.file("t.csv", "id,v\n7,x\n8,y\n9,z\n")
    lines = bench.tap(settings, first.state).out.splitlines(keepends=True)
    activation = next(number for number, line in enumerate(lines) if b"ACTIVATE_VERSION" in line)
    for count in range(1, activation + 1):
        assert bench.target(target, b"".join(lines[:count])).code == 0
        assert sorted(row["id"] for row in bench.rows(target, "t")) == [1, 2]
    assert bench.target(target, bench.tap(settings, first.state).out).code == 0
    assert sorted(row["id"] for row in bench.rows(target, "t")) == [7, 8, 9]


def test_a_last_row_that_is_another_one_now(bench: Any, database: str) -> None:
    flow = Flow(bench, "tap-csv", database)
    flow.write((1, "a"), (2, "b"), end="")
    flow.run()
    flow.write((1, "a"), (2, "c"), end="")
    assert flow.run() == [1, 2]
    assert flow.rows() == [(1, "a"), (2, "c")]
    flow.write((1, "a"), end="")
    assert flow.run() == [1]
    assert flow.rows() == [(1, "a")]


def test_a_touched_file_without_last_line_end_is_the_same(bench: Any, tap: str) -> None:
    flow = Flow(bench, tap)
    flow.write((1, "a"), end="")
    flow.run()
    os.utime(bench.folder / flow.name)
    assert flow.run() == []
    flow.append()
    with (bench.folder / flow.name).open("a") as file:
        file.write("\r\n")
    assert flow.run() == []
    flow.append((2, "b"))
    assert flow.run() == [2]


def test_a_value_that_begins_with_a_byte_order_mark(bench: Any) -> None:
    flow = Flow(bench, "tap-csv")
    flow.write((1, "a"))
    flow.run()
    flow.append(("\ufeffx", "b"))
    flow.run()
    assert flow.rows() == [("1", "a"), ("\ufeffx", "b")]


def test_files_that_cannot_be_opened(bench: Any, tap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    flow = Flow(bench, tap)
    flow.write((1, "a"))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *args, **kw: refuse() if self.name == flow.name else real(self, *args, **kw)
    )
    result = bench.tap(flow.settings, program=tap)
    assert result.code == 1
    assert result.talk == [f"ERROR {tap}: cannot read {bench.folder / flow.name}: Permission denied"]
