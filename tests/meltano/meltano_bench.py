"""A platform for tests with Meltano, and what tests ask of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine_bench import Bench, eventually

from flext_sdk.embedded.engine.plugins import FirstParty
from flext_sdk.embedded.store.runs import ENDED

SLOW_TAP = """#!/bin/sh
# A tap that says what it is asked for and never ends by itself.
case "$*" in
  *--discover*) echo '{"streams": [{"tap_stream_id": "slow", "stream": "slow", "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}, "metadata": []}]}'; exit 0;;
  *--version*) echo "slow 1"; exit 0;;
esac
echo '{"type": "SCHEMA", "stream": "slow", "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}, "key_properties": []}'
echo '{"type": "RECORD", "stream": "slow", "record": {"id": 1}}'
echo "slow tap goes on, password $TAP_SLOW_PASSWORD" >&2
touch "$TAP_SLOW_MARK"
exec sleep 600
"""
SLOW = """
name: tap-slow
namespace: tap_slow
executable: {program}
capabilities: [catalog, discover, state]
settings:
- name: mark
- name: password
  sensitive: true
"""


class MeltanoBench(Bench):
    """Bench with real connectors."""

    def wait(self, run_id: str, statuses: tuple[str, ...] = ENDED) -> dict[str, Any]:
        """Waits until a run has one of these statuses; Meltano takes its time on a busy machine."""
        return eventually(lambda: view if (view := self.runs.show(run_id))["status"] in statuses else None, 180)

    def __init__(self, home: Path, **options: Any) -> None:
        super().__init__(home, plugins=FirstParty(), **options)

    def project(self, folder: Path) -> Path:
        """A new project with tap-csv and target-jsonl."""
        self.meltano.init({"project": str(folder)})
        self.add(folder, "extractor", "tap-csv")
        self.add(folder, "loader", "target-jsonl")
        (folder / "rows.csv").write_text("id,name\n1,a\n2,b\n", "utf-8")
        self.set(folder, "tap-csv", path="rows.csv", keys=["id"])
        self.set(folder, "target-jsonl", path="output")
        return folder

    def add(self, folder: Path, kind: str, name: str, **more: Any) -> dict[str, Any]:
        return self.meltano.add({"project": str(folder), "type": kind, "name": name, **more})

    def set(self, folder: Path, component: str, **values: Any) -> dict[str, Any]:
        return self.meltano.config(component, {"project": str(folder), "set": values})

    def slow(self, folder: Path) -> Path:
        """Adds a tap that goes on until it is ended; gives the file that it makes when it has begun."""
        program = folder / "tap-slow"
        program.write_text(SLOW_TAP, "utf-8")
        program.chmod(0o755)
        reference = folder / "slow.yml"
        reference.write_text(SLOW.format(program=program), "utf-8")
        self.add(folder, "tap", "tap-slow", from_ref=str(reference))
        mark = folder / "begun"
        self.set(folder, "tap-slow", mark=str(mark), password="hunter2-secret")
        return mark

    def goes(self, folder: Path, *tasks: str, **more: Any) -> dict[str, Any]:
        """Runs tasks and waits for the end."""
        return self.wait(self.meltano.run({"project": str(folder), "tasks": list(tasks), **more})["execution_id"])
