"""Carries out orchestrations: a queue, as many programs at once as may run, and the end of each for certain."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from flext_sdk.embedded.flexcore import job as programs
from flext_sdk.embedded.flexcore.record import OPEN, Record, bounded, kept_request
from flext_sdk.embedded.flexcore.runtimes import JobFailedError
from flext_sdk.embedded.supervisor.process import start_mark
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from flext_sdk.embedded.flexcore.journal import Journal
    from flext_sdk.embedded.flexcore.ledger import Ledger
    from flext_sdk.embedded.flexcore.runtimes import Job
    from flext_sdk.embedded.flexcore.settings import Limits

    type Emit = Callable[[str, Mapping[str, Any]], Awaitable[None]]

_LOG: Final = logging.getLogger("flext.orchestrator")
WRITE_EVERY: Final = 1.0
"""Seconds between two writes of a running one's progress and log."""
_STARTED: Final = 0.1
"""Progress of one that says nothing about it, as public servers tell it."""


class Orchestrator:
    """Runs jobs as programs.

    Args:
        journal: Where orchestrations are kept.
        ledger: The file behind it.
        limits: How many, how long.
        environ: Variables of the programs.
        folder: Where programs get private folders.
        emit: Publishes an event.
    """

    def __init__(
        self,
        journal: Journal,
        ledger: Ledger,
        limits: Limits,
        *,
        environ: Mapping[str, str],
        folder: Path,
        emit: Emit,
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._limits = limits
        self._environ = environ
        self._folder = folder
        self._emit = emit
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._newest = 0
        self._stopping = False
        self.records: dict[str, Record] = {}
        self.ended: Counter[str] = Counter()

    @property
    def active(self) -> int:
        """Orchestrations that have not ended."""
        return len(self.records)

    def active_of(self, runtime: str) -> int:
        """Those of one runtime."""
        return sum(record.runtime == runtime for record in list(self.records.values()))

    async def submit(self, body: dict[str, Any], job: Job) -> Record:
        """Take an orchestration on.

        Args:
            body: The request.
            job: What it comes to.

        Raises:
            ApiError: 429 TOO_MANY_ORCHESTRATIONS; 503 while the service stops; 500 STORE.
        """
        if self._stopping:
            raise ApiError(503, "STOPPING", "FlexCore is stopping, and takes nothing on any more")
        if len(self.records) >= self._limits.concurrent + self._limits.waiting:
            raise ApiError(
                429,
                "TOO_MANY_ORCHESTRATIONS",
                f"{len(self.records)} orchestrations are going on or waiting",
                hint="Wait until some have ended: flext orchestration list --status running",
                headers={"Retry-After": "5"},
            )
        self._newest = max(time.time_ns(), self._newest + 1)
        full = self._slots.locked() or len(self.records) >= self._limits.concurrent
        record = Record(f"orch_{self._newest}", kept_request(body), "pending" if full else "submitted")
        self.records[record.id] = record
        try:
            await self._keep(record)
        except BaseException:
            del self.records[record.id]
            raise
        await self._tell(record, "submitted")
        timeout = (body.get("timeout") or 0) / 1e9 or self._limits.timeout
        task = asyncio.create_task(self._carry_out(record, job, timeout), name=record.id)
        self._tasks[record.id] = task
        return record

    async def _keep(self, record: Record) -> None:
        # The view is made here: its lines must not change while a thread looks at them.
        await asyncio.to_thread(self._journal.write, record.view(), record.group, record.mark)

    async def cancel(self, identity: str) -> None:
        """End one that goes on, and wait until its programs are gone."""
        await asyncio.sleep(0)  # one that never began could not note its end
        task = self._tasks.get(identity)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """End all of them: a program without somebody who watches it would be lost."""
        self._stopping = True
        await asyncio.sleep(0)  # as in cancel
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._ledger.close()

    async def recover(self) -> None:
        """End what a process before this one left behind, and note that it was interrupted."""
        # Settings of programs that are gone; they may hold secrets.
        shutil.rmtree(self._folder, ignore_errors=True)
        if not self._ledger.exists:
            return
        try:
            left = await asyncio.to_thread(self._journal.unfinished)
            for document, group, mark in left:
                if group and mark and start_mark(group) == mark:
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(group, signal.SIGKILL)
                    _LOG.warning("ended the programs that %s had left behind (group %s)", document["id"], group)
                await asyncio.to_thread(self._journal.interrupted, document, time.time())
                data = {"id": document["id"], "name": document["name"], "runtime": document["runtime_type"]}
                await self._emit("orchestration.failed", {**data, "error": "FlexCore ended while this was going on"})
        except ApiError as error:
            # Not a reason to keep the plugins away; health and every use of the file tell it.
            _LOG.error("%s", error.message)

    async def _carry_out(self, record: Record, job: Job, timeout: float) -> None:
        try:
            async with self._slots:
                async with asyncio.timeout(timeout):
                    record.result = bounded(await self._run(record, job))
            record.finish("completed")
        except asyncio.CancelledError:
            if self._stopping:
                record.finish("failed", error="FlexCore was stopped", hint="Execute it again.")
            else:
                record.finish("canceled")
        except TimeoutError:
            record.finish(
                "timeout",
                error=f"it had not ended within {timeout:g} seconds",
                hint="Give it more time: --limit, or timeout in the request.",
            )
        except JobFailedError as error:
            record.result = error.result
            record.finish("failed", error=str(error), hint=error.hint)
        except OSError as error:
            record.finish("failed", error=f"{record.request['command']} cannot be started: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001 - an orchestration must end, whatever happens
            _LOG.error("%s failed: %s", record.id, error, exc_info=error)
            record.finish(
                "failed", error="FlexCore failed to carry this out", hint="See its log: flext service logs flexcore"
            )
        await asyncio.shield(self._note_end(record))

    async def _note_end(self, record: Record) -> None:
        record.group = record.mark = None
        self.ended[record.status] += 1
        try:
            await self._keep(record)
        except ApiError as error:
            _LOG.error("the end of %s is not kept: %s", record.id, error.message)
        await self._tell(record, record.status)
        self._tasks.pop(record.id, None)
        self.records.pop(record.id, None)

    async def _run(self, record: Record, job: Job) -> Any:  # noqa: ANN401 - any JSON
        changed = asyncio.Event()

        def say(label: str, line: str) -> None:
            record.say(job.mask(f"{label}: {line}" if label else line))
            changed.set()

        def hear(line: str) -> None:
            if not _progress(record, line):
                record.say(job.mask(line))
            changed.set()

        def started(group: int) -> None:
            record.group, record.mark = group, start_mark(group)
            changed.set()

        record.status, record.progress = "running", _STARTED
        await self._tell(record, "started")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with job.holding(), tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as name:
            private = self._folder / name
            writing = asyncio.create_task(self._write_now_and_then(record, changed))
            try:
                ended = await programs.run(
                    await asyncio.to_thread(job.stages, private),
                    environ={**self._environ, **job.environ},
                    folder=job.folder or private,
                    started=started,
                    said=say,
                    heard=hear if job.heard else None,
                )
            finally:
                writing.cancel()
                await asyncio.wait([writing])
        return await asyncio.to_thread(job.finish, ended)

    async def _write_now_and_then(self, record: Record, changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            try:
                await self._keep(record)
            except ApiError as error:
                _LOG.warning("the progress of %s is not kept: %s", record.id, error.message)
            await asyncio.sleep(WRITE_EVERY)

    async def _tell(self, record: Record, what: str) -> None:
        data: dict[str, Any] = {"id": record.id, "name": record.request["name"], "runtime": record.runtime}
        if record.status not in OPEN:
            data["duration"] = round(record.duration or 0.0, 3)
        if record.error:
            data["error"] = record.error
        await self._emit(f"orchestration.{what}", data)


def _progress(record: Record, line: str) -> bool:
    """Take a line such as ``{"progress": 0.4}``, by which a program tells how far it is."""
    if not line.startswith('{"progress"'):
        return False
    try:
        told = json.loads(line)["progress"]
    except (ValueError, KeyError, TypeError):
        return False
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= 1:
        return False
    record.progress = max(record.progress, float(told))
    return True
