"""A command run with its calls written down, and a timed tree made of them.

The command runs in a process of its own with ``FLEXT_TRACE_FILE``; the command line there hands `hooks` to its client,
and each event becomes a line of JSON. Nothing of headers or bodies is in them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.hooks import Hooks
from flext_sdk._core.redact import redact_text
from flext_sdk._diagnostics.records import DebugSpan
from flext_sdk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TextIO

    from flext_sdk._core.hooks import RequestEvent, ResponseEvent, RetryEvent

__all__ = ["hooks", "run", "tree"]


def hooks(path: str, clock: Callable[[], float] = time.time) -> Hooks:
    """Hooks that write each event to a file."""

    def put(**event: object) -> None:
        line = json.dumps({"at": clock(), **event}) + "\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)

    def on_request(event: RequestEvent) -> None:
        put(kind="request", id=event.request_id, name=f"{event.operation} ({event.service})", attempt=event.attempt)

    def on_response(event: ResponseEvent) -> None:
        error = None if event.error is None else f"{event.error.code}: {redact_text(event.error.message)}"
        put(kind="response", id=event.request_id, attempt=event.attempt, status=event.status, error=error)

    def on_retry(event: RetryEvent) -> None:
        put(kind="pause", id=event.request_id, attempt=event.attempt, delay=event.delay)

    put(kind="client")
    return Hooks(on_request=on_request, on_response=on_response, on_retry=on_retry)


def run(command: Sequence[str], environ: Mapping[str, str], output: TextIO | None) -> list[DebugSpan]:
    """Run a command line of `flext` and give the tree of what it did.

    Args:
        command: The words behind ``flext``.
        environ: The environment of the command.
        output: Where its own output goes; None for nowhere.

    Raises:
        UsageError: There is no command, or it would trace itself.
    """
    words = list(command)
    if words[:1] == ["flext"]:
        words = words[1:]
    if not words:
        raise UsageError("There is no command to trace", hint="For example: flext debug trace pipeline list")
    if words[:2] == ["debug", "trace"]:
        raise UsageError("A trace of a trace shows nothing", hint="Trace the command itself.")
    with tempfile.TemporaryDirectory(prefix="flext-trace-") as folder:
        file = Path(folder) / "events"
        env = {**environ, "FLEXT_TRACE_FILE": str(file)}
        began = time.time()
        with subprocess.Popen(
            [sys.executable, "-m", "flext_cli", *words],
            env=env, stdout=subprocess.DEVNULL if output is None else subprocess.PIPE, stderr=None, text=True,
        ) as process:  # fmt: skip
            if output is not None and process.stdout is not None:
                for line in process.stdout:
                    output.write(line)
            code = process.wait()
        ended = time.time()
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return tree([json.loads(line) for line in lines], " ".join(["flext", *words]), began, ended, code)


def tree(events: Sequence[Mapping[str, Any]], name: str, began: float, ended: float, code: int) -> list[DebugSpan]:
    """The spans of a command, each below what it is part of.

    Args:
        events: What `hooks` has written.
        name: The command line.
        began: When it started, seconds since 1970.
        ended: When it ended.
        code: Its exit code.
    """
    spans = [_span(redact_text(name), 0, began, began, ended, f"exit code {code}")]
    ready = next((event["at"] for event in events if event["kind"] == "client"), ended)
    what = "start" if events else "start, and no call"
    spans.append(_span(what, 1, began, began, ready))
    calls: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["kind"] != "client":
            calls.setdefault(event["id"], []).append(event)
    last = ready
    for found in calls.values():
        first = found[0]
        done = next((event for event in reversed(found) if event["kind"] == "response"), None)
        last = max(last, done["at"]) if done is not None else last
        spans.append(
            _span(str(first.get("name", "")), 1, began, first["at"], done["at"] if done else None, _outcome(done))
        )
        spans += _attempts(found, began)
    if events:
        spans.append(_span("show and end", 1, began, last, ended))
    return spans


def _attempts(found: Sequence[Mapping[str, Any]], began: float) -> list[DebugSpan]:
    spans = []
    several = sum(event["kind"] == "request" for event in found) > 1
    for position, event in enumerate(found):
        rest = found[position + 1 :]
        if event["kind"] == "request" and several:
            same = (e for e in rest if e["kind"] == "response" and e["attempt"] == event["attempt"])
            done = next(same, None)
            name = f"attempt {event['attempt']}"
            spans.append(_span(name, 2, began, event["at"], done["at"] if done else None, _outcome(done)))
        elif event["kind"] == "pause":
            spans.append(_span("pause", 2, began, event["at"], event["at"] + event["delay"]))
    return spans


def _outcome(done: Mapping[str, Any] | None) -> str:
    if done is None:
        return "no answer seen"
    told = [f"HTTP {done['status']}"] if done["status"] is not None else []
    return ", ".join([*told, *([done["error"]] if done["error"] else [])])


def _span(name: str, depth: int, began: float, start: float, end: float | None, detail: str = "") -> DebugSpan:
    seconds = None if end is None else max(0.0, round(end - start, 6))
    return DebugSpan("  " * depth + name, max(0.0, round(start - began, 6)), seconds, detail, depth)
