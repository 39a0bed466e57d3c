"""The parts that need no Meltano: its log lines, arguments, definitions, and the process that answers."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager

import pytest
from engine_bench import Bench

from flext_sdk.embedded.engine.lines import Masker
from flext_sdk.embedded.meltano import host as host_module
from flext_sdk.embedded.meltano import runs as runs_module
from flext_sdk.embedded.meltano.definitions import definitions, near, settings_of, type_of
from flext_sdk.embedded.meltano.events import Told
from flext_sdk.embedded.meltano.host import Host, MeltanoError
from flext_sdk.embedded.meltano.projects import secrets_of
from flext_sdk.embedded.meltano.service import refused
from flext_sdk.embedded.meltano.step import arguments, describe
from flext_sdk.embedded.web.errors import ApiError


def told(*records: object, mask: tuple[str, ...] = ()) -> tuple[Told, list[tuple[int, str, str]]]:
    lines: list[tuple[int, str, str]] = []
    found = Told(lambda *line: lines.append(line), Masker(mask))
    for record in records:
        text = record if isinstance(record, str) else json.dumps(record)
        found.said(text.encode(), False)
    return found, lines


def plugin(text: str, name: str = "tap-x", **more: object) -> dict[str, object]:
    return {"stdio": "stderr", "name": name, "event": text, "level": "info", **more}


def test_records_become_lines_of_their_plugins():
    metric = 'INFO METRIC: {"type": "counter", "metric": "record_count", "value": %d, "tags": {"stream": "s"}}'
    found, lines = told(
        {"event": "Meltano 4.4.1, Python", "level": "info"},
        {"event": "Environment 'dev' is active", "level": "info", "_logger": "<X meltano.core.project (INFO)>"},
        plugin(metric % 3),
        plugin(metric % 4),
        plugin(metric % 9, "target-x"),
        plugin(""),
        plugin("WARNING careful, s3cret"),
        {
            "stdio": "stderr",
            "event": "hello",
            "level": "info",
            "_logger": "<X meltano.plugin.stderr.extractors.tap-y (I)>",
        },
        {"event": "done", "level": "info", "success": True, "duration_seconds": 1.5},
        {"event": "", "level": "info"},
        mask=("s3cret",),
    )
    assert found.progress().streams == {"s": 7}
    assert lines == [
        (20, "meltano", "Environment 'dev' is active"),
        (30, "tap-x", "WARNING careful, ***"),
        (20, "tap-y", "hello"),
        (20, "meltano", "done (success=True, duration_seconds=1.5)"),
    ]


def test_why_it_failed():
    command = (
        "Cannot start: command ['tap-x', '--config', '/tmp/a.config.json'] returned 1 with stderr:\n ERROR no file\n"
    )
    found, lines = told(plugin("ERROR tap-x: no file"), {"event": command, "level": "error", "exception": "a\nb"})
    assert found.failure(1) == "Cannot start: ERROR no file: tap-x: no file"
    assert [line[2] for line in lines][-2:] == ["a", "b"]
    assert told("Error: Block target-nope not found")[0].failure(1) == "Block target-nope not found"
    assert told({"event": "Run failed", "level": "error", "err": "Loader failed"})[0].failure(1) == "Loader failed"
    assert told("something odd", "{broken", "[1]")[0].failure(1) == "[1]"
    assert told(plugin("ERROR it broke"))[0].failure(1) == "tap-x: it broke"
    assert (
        told("Need help fixing this problem? Visit", "")[0].failure(3)
        == "Meltano failed with exit code 3 and said nothing"
    )
    assert len(told({"event": "x" * 900, "level": "error"})[0].failure(1)) == 400
    printing, lines = told()
    printing.printed(b"tap-x 1.0", False)
    printing.printed(b"  ", False)
    assert lines == [(20, "meltano", "tap-x 1.0")]


def test_arguments_and_words():
    run = {
        "project": "/p/shop",
        "run": ["tap-x", "target-y"],
        "environment": "prod",
        "state_id_suffix": "eu",
        "force": True,
    }
    assert arguments(run, "ID", full_refresh=True) == [
        *("--log-format", "json", "--environment", "prod", "run", "--run-id", "ID", "--full-refresh"),
        *("--state-id-suffix", "eu", "--force", "tap-x", "target-y"),
    ]
    assert arguments({"schedule": "daily"}, "ID", full_refresh=False)[2:] == [
        "schedule",
        "run",
        "daily",
        "--run-id",
        "ID",
    ]
    assert arguments({"upgrade": {}}, "ID", full_refresh=False)[2:] == ["upgrade", "all", "--skip-package"]
    assert describe({"meltano": run}) == "meltano run tap-x target-y in shop"
    assert describe({"meltano": {"schedule": "daily", "project": "/p/shop"}}) == "meltano schedule run daily in shop"
    assert describe({"meltano": {"upgrade": {}}}) == "meltano upgrade"


def test_definitions():
    assert [type_of(word) for word in ("tap", "Loaders", "file", "thing")] == ["extractor", "loader", "file", None]
    assert near("tap-cvs") == "tap-csv"
    assert near("zzzzz") is None
    for name, definition in definitions().items():
        assert definition.document["name"] == name
        assert definition.document["namespace"]
        names = [setting["name"] for setting in definition.document["settings"]]
        assert len(names) == len(set(names))
        assert definition.type in {"extractor", "loader"}
        assert definition.view()["installed"] is None
    assert definitions()["tap-duckdb"].note == "comes with this product"
    assert definitions()["tap-postgres"].note == "comes with this product"
    assert definitions()["tap-jsonfile"].note.startswith("Apache")
    made = settings_of(
        {
            "properties": {
                "a": {"type": ["string", "null"], "secret": True, "title": "A"},
                "b": {"anyOf": [{"type": "array"}, {"type": "null"}]},
                "c": {"type": "string", "format": "date-time"},
                "d": {"type": "number"},
                "e": {"writeOnly": True},
            }
        }
    )
    assert made == [
        {"name": "a", "kind": "string", "label": "A", "sensitive": True},
        {"name": "b", "kind": "array"},
        {"name": "c", "kind": "date_iso8601"},
        {"name": "d", "kind": "integer"},
        {"name": "e", "kind": "string", "sensitive": True},
    ]


def test_what_is_hidden_in_logs(tmp_path):
    (tmp_path / ".env").write_text(
        "A_PASSWORD=abc\nexport LONG='quite secret'\nSHORT=true\nPLACE=/data/orders\nWHEN=2026-01-01\n# x\nodd line\n"
    )
    found = secrets_of(
        tmp_path, {"plugins": [{"config": {"token": "from-yml"}}]}, {"DB_TOKEN": "of-the-shell", "HOME": "/home/me"}
    )
    assert found == {"abc", "quite secret", "from-yml", "of-the-shell"}
    assert secrets_of(tmp_path / "none", {}, {}) == set()


def test_what_meltano_refuses():
    assert refused(MeltanoError("x", "PluginNotFoundError")).status == 404
    assert "hub cannot be reached" in str(refused(MeltanoError("x", "HubConnectionError")).hint)
    assert refused(MeltanoError("x", "Stopping")).headers == {"Retry-After": "1"}


PROGRAM = """
import json, sys, os
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "die":
        os._exit(1)
    if asked["do"] == "answer":
        print(json.dumps({"id": asked["id"], "answer": asked["project"]}), flush=True)
    if asked["do"] == "refuse":
        print(json.dumps({"id": asked["id"], "error": {"message": "no", "kind": "Refused"}}), flush=True)
    if asked["do"] == "give_up":
        print(json.dumps({"id": asked["id"], "answer": "late"}), flush=True)
    if asked["do"] == "stay":
        sys.stdin = open(os.devnull)
        while True:
            pass
"""


class FakeEnvironment:
    """Its program is the one above."""

    def __init__(self, text: str = PROGRAM) -> None:
        self.environ: dict[str, str] = {}
        self.text = text
        self.environments = self

    @contextmanager
    def using(self, _name):
        yield self

    def argv(self, _found):
        return [sys.executable, "-S", "-c", self.text]

    def find(self):
        return None


def test_the_process_answers_refuses_dies_and_is_late(tmp_path, caplog):
    host = Host(FakeEnvironment(), patience=20)
    assert host.ask("answer", tmp_path) == str(tmp_path)
    with pytest.raises(MeltanoError, match="no") as caught:
        host.ask("refuse", tmp_path)
    assert caught.value.kind == "Refused"
    with pytest.raises(MeltanoError, match="ends before it answers"):
        host.ask("die", tmp_path)
    assert host.ask("answer", tmp_path) == str(tmp_path)
    assert host.version() == ""
    host._patience = 0.3
    with pytest.raises(MeltanoError, match=r"not answered within 0\.3 seconds"):
        host.ask("silence", tmp_path)
    host._patience = 20
    assert host.ask("answer", tmp_path) == str(tmp_path)
    host.restart()
    assert host.ask("answer", tmp_path) == str(tmp_path)
    host.close()
    with pytest.raises(MeltanoError, match="being stopped"):
        host.ask("answer", tmp_path)


def test_a_process_that_cannot_import_meltano_says_so(tmp_path, caplog):
    text = 'import json; print(json.dumps({"ready": False, "error": {"message": "no meltano", "kind": "ImportError"}}))'
    host = Host(FakeEnvironment(text))
    with pytest.raises(MeltanoError, match="ends before it answers"):
        host.ask("answer", tmp_path)
    host.close()
    assert "Meltano cannot be imported: no meltano" in caplog.text


def test_a_process_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(host_module, "_GRACE", 0.2)
    host = Host(FakeEnvironment(), patience=0.2)
    with pytest.raises(MeltanoError):
        host.ask("stay", tmp_path)
    process = host._worker._process
    host.close()
    assert process.returncode is not None


def test_a_project_has_only_so_many_runs_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(runs_module, "AT_ONCE", 1)
    bench = Bench(tmp_path / "home")
    bench.engine.hold = True
    bench.meltano_runs.start(tmp_path / "shop", "run", {"run": ["tap-${X}"]})
    (run,) = bench.run_store.active()
    assert run.definition["steps"][0]["meltano"]["run"] == ["tap-$${X}"]
    with pytest.raises(ApiError) as caught:
        bench.meltano_runs.start(tmp_path / "shop", "run", {"run": ["tap-x"]})
    assert (caught.value.code, caught.value.details) == ("RUN_IN_PROGRESS", {"execution_id": run.id})
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(bench.meltano_runs.pipeline("meltano:new-1", {}).id))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    bench.close()
