"""The connectors that come with the SDK, driven by the engine."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from engine_bench import Bench

from flext_sdk.embedded.engine.plugins import FirstParty, Plugin


def test_rows_of_a_file_land_in_a_database_and_later_only_new_ones(tmp_path):
    bench = Bench(tmp_path / "home", plugins=FirstParty())
    bench.launch()
    try:
        source = tmp_path / "orders.csv"
        source.write_text("id,amount,note\n" + "".join(f"{n},{n}.5,n{n}\n" for n in range(500)))
        step = {
            "name": "load",
            "extract": {
                "plugin": "tap-csv",
                "config": {"path": "${FILE}", "keys": ["id"]},
                "select": ["orders.*", "!*.note"],
            },
            "load": {"plugin": "target-sqlite", "config": {"path": "warehouse.db"}},
        }
        bench.define(steps=[step], base_path=str(tmp_path), variables={"FILE": "orders.csv"})
        first = bench.run()
        assert (first["status"], first["records"], first["error"]) == ("completed", 500, None)
        assert first["steps"][0]["streams"] == {"orders": 500}
        with source.open("a") as file:
            file.write("500,500.5,x\n501,501.5,y\n")
        second = bench.run()
        assert (second["status"], second["records"]) == ("completed", 2)
        with sqlite3.connect(tmp_path / "warehouse.db") as warehouse:
            assert warehouse.execute("select count(*), sum(amount) from orders").fetchone() == (
                502,
                sum(n + 0.5 for n in range(502)),
            )
            columns = {row[1] for row in warehouse.execute("pragma table_info(orders)")}
        warehouse.close()
        assert "note" not in columns
        bench.pipelines.update(
            "orders", {"name": "orders", "steps": [step], "base_path": str(tmp_path), "variables": {"FILE": "none.csv"}}
        )
        broken = bench.run()
        assert broken["status"] == "failed"
        assert broken["error"].startswith("load: tap-csv failed with exit code 1: ")
        assert "none.csv" in broken["error"]
    finally:
        bench.close()


class WithOneOfOthers(FirstParty):
    """Ours, and a tap made with the Singer SDK."""

    def find(self, name):
        if name != "tap-batch":
            return super().find(name)
        argv = [sys.executable, str(Path(__file__).parent / "batch_tap.py")]
        return Plugin(name, "tap", {"properties": {"batch_config": {}}}, argv, capabilities=("batch",), origin="index")


@pytest.mark.parametrize(
    ("more", "select", "way"),
    [({}, None, "files"), ({}, ["orders.*"], "files"), ({"fast": False}, None, "lines"), ({}, ["!*.secret"], "lines")],
)
def test_a_tap_of_others_hands_rows_over_in_files(tmp_path, more, select, way):
    bench = Bench(tmp_path / "home", plugins=WithOneOfOthers())
    bench.launch()
    try:
        extract = {"plugin": "tap-batch", "config": {}} | ({"select": select} if select else {})
        load = {"plugin": "target-sqlite", "config": {"path": str(tmp_path / "w.db")}}
        bench.define(steps=[{"name": "load", "extract": extract, "load": load, **more}])
        found = bench.run()
        assert (found["status"], found["records"], found["error"]) == ("completed", 30, None)
        assert f"INFO rows go in {way}" in bench.messages(found["execution_id"])
        with sqlite3.connect(tmp_path / "w.db") as warehouse:
            columns = ", ".join(row[1] for row in warehouse.execute("pragma table_info(orders)"))
            assert columns == ("id, note" if select == ["!*.secret"] else "id, note, secret")
            assert warehouse.execute("select count(*), sum(id), max(note) from orders").fetchone() == (30, 465, "ü" * 5)
        warehouse.close()
        assert not list((tmp_path / "home").rglob("*.json.gz"))
    finally:
        bench.close()


def test_the_index_knows_them():
    index = FirstParty()
    assert "tap-csv" in index.names()
    assert index.find("tap-none") is None
    for name in index.names():
        plugin = index.find(name)
        assert plugin.kind == name.partition("-")[0]
        path = plugin.settings_schema["properties"].get("path")
        assert path is None or path["format"] == "path"
        assert plugin.argv
