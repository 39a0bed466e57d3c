"""The engine on DBOS: each run is a workflow, and each step of it is done once, however often the service dies.

What DBOS remembers (which step ended how) and what the store has (what people see) are written one after the other,
the store first. A service that dies between the two repeats a step only when neither knows that it ended.
"""

from __future__ import annotations

import contextvars
import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from flext_sdk.embedded.engine.team import Team
from flext_sdk.embedded.store.database import BUSY_TIMEOUT_MS, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from flext_sdk.embedded.engine.events import Reason
    from flext_sdk.embedded.engine.execute import CallStep, RunExecutor
    from flext_sdk.embedded.store.runs import RunStore

EXECUTOR_ID = "flext-embedded"
# Not a hash of the code, which is DBOS's default: after an upgrade the new release would not touch the runs of the old
# one.
APPLICATION_VERSION = "1"
QUEUE = "flext-runs"
WORKFLOW = "flext.run"
POLL_SECONDS = 0.3
# DBOS asks for `unixepoch('subsec')`.
_NEEDED_SQLITE = (3, 42, 0)
_SQLITE_HEAD = b"SQLite format 3\0"

_log = logging.getLogger("flext.engine")


class Engine(Protocol):
    """Keeps runs going."""

    def launch(self) -> None:
        """Begins to work, first on what an earlier process left unfinished."""
        ...

    def submit(self, run_id: str) -> None:
        """Takes a run; taking it twice does nothing."""
        ...

    def recheck(self, run_ids: Sequence[str]) -> None:
        """Takes those of these runs that nobody has taken."""
        ...

    def cancel(self, run_id: str, *, force: bool) -> None:
        """Ends the processes of a run that was asked to stop."""
        ...

    def forget(self, run_ids: Sequence[str]) -> None:
        """These runs are no longer stored; nothing needs to be remembered of them."""
        ...

    def close(self, patience: float) -> None:
        """Pauses all runs for the next start."""
        ...


class DbosEngine:
    """The engine on DBOS; one for a process, because DBOS is a singleton.

    Args:
        url: Its own database: SQLite beside the store, or PostgreSQL.
        executor: Does the runs.
        runs: The runs.
        concurrency: How many runs may go on at once.
        worker: Name of this process among those that share a server, the same again after a restart.
    """

    def __init__(self, url: str, executor: RunExecutor, runs: RunStore, *, concurrency: int, worker: str) -> None:
        self._url = url
        self._executor = executor
        self._runs = runs
        self._concurrency = concurrency
        self._engine: sa.Engine | None = None
        # A file has one service. On a server the runs of the others are none of ours, unless they are dead.
        self._team = None if url.startswith("sqlite") else Team(url, worker)

    def launch(self) -> None:
        """Opens the database and goes on with the runs that have not ended.

        Raises:
            StoreError: If the database cannot be used.
        """
        from dbos import DBOS, DBOSConfig

        global _executor  # noqa: PLW0603
        quiet_logging()
        config: DBOSConfig = {
            "name": "flext",
            "system_database_url": self._url,
            "executor_id": self._team.name if self._team is not None else EXECUTOR_ID,
            "application_version": APPLICATION_VERSION,
            "log_level": "WARNING",
            "enable_otlp": False,
            # Closing waits for it.
            "notification_listener_polling_interval_sec": 0.5,
            "scheduler_polling_interval_sec": 300.0,
        }
        self._engine = sqlite_engine(self._url) if self._url.startswith("sqlite") else None
        if self._engine is not None:
            config["system_database_engine"] = self._engine
        _register()
        _executor = self._executor
        try:
            if self._team is not None:
                self._team.join()
            DBOS(config=config)
            DBOS.launch()
            DBOS.register_queue(
                QUEUE,
                worker_concurrency=self._concurrency,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )
        except Exception as error:
            DBOS.destroy()
            raise StoreError(f"the engine's database cannot be used: {' '.join(str(error).split())}") from error
        self._reconcile()

    def submit(self, run_id: str) -> None:
        """Puts a run into the queue."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(run_id):
            DBOS.enqueue_workflow(QUEUE, _workflow(), run_id)

    def recheck(self, run_ids: Sequence[str]) -> None:
        """Puts those runs into the queue that nobody works on.

        That is those that DBOS does not know, for a service died between storing and submitting, and those of workers
        that are dead.
        """
        from dbos import DBOS

        for run_id in run_ids:
            if DBOS.get_workflow_status(run_id) is None:
                self.submit(run_id)
        if self._team is not None:
            going_on = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
            gone = self._team.gone(found.executor_id for found in going_on if found.executor_id)
            if gone:
                _log.warning("going on with the runs of workers that have died: %s", ", ".join(gone))
                DBOS._recover_pending_workflows(gone)

    def cancel(self, run_id: str, *, force: bool) -> None:
        """Tells the run, where it goes on in this process; another process sees it in the store."""
        reason: Reason = "force" if force else "cancel"
        self._executor.stop(run_id, reason)

    def forget(self, run_ids: Sequence[str]) -> None:
        """Deletes what DBOS remembers of runs."""
        from dbos import DBOS

        if run_ids:
            # In a context of its own: the end of another run calls this, and must not get a step more by it.
            contextvars.Context().run(DBOS.delete_workflows, list(run_ids))

    def close(self, patience: float) -> None:
        """Pauses all runs and closes the database."""
        from dbos import DBOS

        if not self._executor.close(patience):
            _log.warning("some runs did not pause within %s s", patience)
        DBOS.destroy()
        if self._team is not None:
            self._team.leave()
        if self._engine is not None:
            self._engine.dispose()

    def _reconcile(self) -> None:
        """After a crash: a run that is open in the store must be known to DBOS, and open there."""
        from dbos import DBOS

        for run in self._runs.active():
            status = DBOS.get_workflow_status(run.id)
            if status is None:
                self.submit(run.id)
            elif status.status not in {"PENDING", "ENQUEUED", "DELAYED"}:
                self._runs.finish(
                    run.id,
                    "failed",
                    error="the run was cut off and cannot go on",
                    hint=f"Run what is left of it: flext pipeline retry {run.id}",
                )


_executor: RunExecutor | None = None
_registered: Callable[[str], str] | None = None


def _run_workflow(run_id: str) -> str:
    """The workflow."""
    from dbos import DBOS

    if _executor is None:  # DBOS works only between launch and close
        raise RuntimeError("the engine is not launched")

    def reserve(name: str) -> CallStep:
        reservation = DBOS.reserve_step()
        return lambda work: reservation.run({"name": name}, work)

    return _executor.execute(run_id, reserve)


def _register() -> None:
    global _registered  # noqa: PLW0603
    if _registered is None:
        from dbos import DBOS

        # A run that brings the service down each time must not do so for ever; DBOS's limit is a hundred times.
        _registered = DBOS.workflow(name=WORKFLOW)(_run_workflow)


def _workflow() -> Callable[[str], str]:
    if _registered is None:
        raise RuntimeError("the engine is not launched")
    return _registered


def quiet_logging() -> None:
    """Sends DBOS's messages into our log instead of onto a console of its own."""
    logger = logging.getLogger("dbos")
    if not any(handler.name == "flext" for handler in logger.handlers):
        # With a handler there already DBOS adds none.
        handler = logging.NullHandler()
        handler.name = "flext"
        logger.addHandler(handler)
    logger.propagate = True


def check_database(url: str) -> None:
    """Looks whether the engine's file can be one, without importing what would use it.

    Raises:
        StoreError: If it is no SQLite database, or cannot be read.
    """
    path = Path(sa.make_url(url).database or "")
    try:
        with path.open("rb") as file:
            head = file.read(len(_SQLITE_HEAD))
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"the engine's database cannot be used: {path}: {error.strerror}") from error
    if head and head != _SQLITE_HEAD:
        raise StoreError(
            f"the engine's database cannot be used: {path}: file is not a database",
            "Move the file away; runs that have not ended are then known by the store alone.",
        )


def sqlite_engine(url: str) -> sa.Engine:
    """An engine for DBOS's SQLite file; on a newer SQLite than Python's own where that is too old.

    Raises:
        StoreError: If no SQLite of this machine is new enough.
    """
    module: ModuleType = sqlite3
    if sqlite3.sqlite_version_info < _NEEDED_SQLITE:
        try:
            from pysqlite3 import dbapi2
        except ImportError:
            needed = ".".join(map(str, _NEEDED_SQLITE[:2]))
            raise StoreError(
                f"the engine needs SQLite {needed}, and Python's is {sqlite3.sqlite_version}",
                "Install pysqlite3, use a Python with a newer SQLite, or a PostgreSQL database.",
            ) from None
        module = dbapi2
    path = Path(sa.make_url(url).database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    engine = sa.create_engine(url, module=module, pool_size=5, max_overflow=20)

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401
        # As DBOS sets up its own engine, and WAL besides.
        connection.isolation_level = "IMMEDIATE"
        for pragma in (
            f"busy_timeout={2 * BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine
