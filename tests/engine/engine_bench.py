"""A platform for tests: real store, real processes, fake taps and targets, and an engine that runs in threads of this process."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flext_sdk.embedded.engine.events import ServiceStopping
from flext_sdk.embedded.engine.plugins import Plugin
from flext_sdk.embedded.flext.platform import Platform
from flext_sdk.embedded.store.runs import ENDED
from flext_sdk.embedded.web.contract import load_contract

HERE = Path(__file__).parent
CONTRACT = load_contract("flext")
TEXT = {"type": ["string", "null"]}
TAP_SCHEMA = {
    "type": "object",
    "properties": {
        "do": {"type": "array"},
        "path": {"type": "string", "format": "path"},
        "password": {"type": "string", "description": "What opens the door."},
        "port": {"type": "integer"},
        "fast": {"type": "boolean"},
        "discover": TEXT,
    },
    "additionalProperties": False,
}
TARGET_SCHEMA = {
    "type": "object",
    "properties": {"out": {"type": "string", "format": "path"}},
    "additionalProperties": True,
}
STRICT_SCHEMA = {
    "type": "object",
    "properties": {"path": {"type": "string", "format": "path"}, "count": {"type": "integer", "minimum": 1}},
    "required": ["path"],
    "additionalProperties": False,
}


class FakePlugins:
    """Fake ones, and one whose settings are strict."""

    def __init__(self) -> None:
        # Without site packages they start in half the time, and are not measured.
        tap, target = ([sys.executable, "-S", str(HERE / f"fake_{kind}.py")] for kind in ("tap", "target"))
        self._plugins = {
            "tap-fake": Plugin("tap-fake", "tap", TAP_SCHEMA, tap),
            "tap-strict": Plugin("tap-strict", "tap", STRICT_SCHEMA, tap),
            "tap-absent": Plugin("tap-absent", "tap", {}, ["/nowhere/tap-absent"]),
            "target-fake": Plugin("target-fake", "target", TARGET_SCHEMA, target),
        }

    def find(self, name: str) -> Plugin | None:
        return self._plugins.get(name)

    @contextmanager
    def using(self, name: str) -> Iterator[Plugin | None]:
        yield self.find(name)

    def missing(self, name: str) -> tuple[str, str]:
        return f"there is no plugin {name!r}", f"There is {', '.join(self.names())}."

    def stored(self, name: str) -> dict[str, Any]:
        return {}

    def selection(self, name: str) -> list[str]:
        return []

    def forget(self, name: str) -> None:
        del self._plugins[name]

    def names(self) -> list[str]:
        return sorted(self._plugins)


class ThreadEngine:
    """Runs each run at once in a thread; nothing survives."""

    def __init__(self, executor: Any, _runs: Any) -> None:
        self.executor = executor
        self.threads: list[threading.Thread] = []
        self.submitted: list[str] = []
        self.forgotten: list[str] = []
        self.hold = False

    def launch(self) -> None:
        return

    def recheck(self, run_ids: Any) -> None:
        for run_id in run_ids:
            if run_id not in self.submitted:
                self.submit(run_id)

    def submit(self, run_id: str) -> None:
        self.submitted.append(run_id)
        if not self.hold:
            self.go(run_id)

    def go(self, run_id: str) -> None:
        def work() -> None:
            try:
                self.executor.execute(run_id, lambda _name: lambda step: step())
            except ServiceStopping:
                return

        thread = threading.Thread(target=work)
        thread.start()
        self.threads.append(thread)

    def cancel(self, run_id: str, *, force: bool) -> None:
        self.executor.stop(run_id, "force" if force else "cancel")

    def forget(self, run_ids: Any) -> None:
        self.forgotten += run_ids

    def close(self, patience: float) -> None:
        assert self.executor.close(patience)
        for thread in self.threads:
            thread.join()


class Bench(Platform):
    """The platform with what tests ask for."""

    engine: ThreadEngine

    def __init__(self, home: Path, environ: dict[str, str] | None = None, **options: Any) -> None:
        self.home = home
        self.plugins = options.pop("plugins", FakePlugins())
        (home / "state").mkdir(parents=True, exist_ok=True)
        super().__init__(
            CONTRACT,
            folder=home / "state",
            secrets_folder=home / "secrets",
            environ=base_environment() | (environ or {}),
            plugins=self.plugins,
            **{
                "database_url": f"sqlite:///{home / 'state' / 'flext.db'}",
                "engine_url": f"sqlite:///{home / 'state' / 'dbos.db'}",
                "backoff": 0.01,
                "engine": ThreadEngine,
                **options,
            },
        )

    def define(self, name: str = "orders", *, steps: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        """Stores a pipeline."""
        return self.pipelines.create({"name": name, "steps": [step("load")] if steps is None else steps, **more})

    def begin(self, name: str = "orders", **request: Any) -> str:
        """Starts a run and gives its id."""
        return str(self.runs.start(name, request)["execution_id"])

    def run(self, name: str = "orders", **request: Any) -> dict[str, Any]:
        """Starts a run and waits for its end."""
        return self.wait(self.begin(name, **request))

    def wait(self, run_id: str, statuses: tuple[str, ...] = ENDED) -> dict[str, Any]:
        """Waits until a run has one of these statuses."""
        return eventually(lambda: view if (view := self.runs.show(run_id))["status"] in statuses else None)

    def messages(self, run_id: str) -> list[str]:
        """The log of a run."""
        self.recorder.flush()
        return [line.message for line in self.logs.after(run_id, 0, 100_000)]

    def saved(self, name: str = "orders") -> dict[str, Any]:
        """Bookmarks by step."""
        return {entry["step"]: entry["state"] for entry in self.pipelines.state(name)["states"]}


def base_environment() -> dict[str, str]:
    """What child processes need, and no more."""
    import os

    return {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"} or key.startswith("COVERAGE")}


def step(
    name: str = "load", *do: Any, target: dict[str, Any] | None = None, tap: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A step whose tap does these actions."""
    found: dict[str, Any] = {
        "name": name,
        "extract": {"plugin": "tap-fake", "config": {"do": [list(action) for action in do], **(tap or {})}},
        "load": {"plugin": "target-fake", "config": target or {}},
    }
    select = more.pop("select", None)
    if select is not None:
        found["extract"]["select"] = select
    return found | more


def eventually(ask: Any, seconds: float = 30.0) -> Any:
    """Asks until the answer is true."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in {"Z", "X"}


def lines(path: Path) -> list[dict[str, Any]]:
    """JSON lines of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]
