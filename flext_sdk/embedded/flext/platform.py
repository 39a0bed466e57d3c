"""Everything behind the web layer, opened in order and closed in the other: database, log, engine, use-cases."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flext_sdk.embedded.dbt.checks import DbtChecker
from flext_sdk.embedded.dbt.environment import DbtEnvironments
from flext_sdk.embedded.dbt.step import dbt_kind
from flext_sdk.embedded.engine.durable import DbosEngine, check_database
from flext_sdk.embedded.engine.execute import RunExecutor
from flext_sdk.embedded.engine.files import remove_left_overs
from flext_sdk.embedded.engine.ondemand import OnDemandEngine
from flext_sdk.embedded.engine.plugins import FirstParty, Plugins
from flext_sdk.embedded.engine.process import end_orphan
from flext_sdk.embedded.engine.recorder import LogRecorder
from flext_sdk.embedded.engine.references import LocalSecrets, Secrets
from flext_sdk.embedded.engine.singer import GRACE
from flext_sdk.embedded.engine.singer_step import SINGER
from flext_sdk.embedded.engine.steps import Tools
from flext_sdk.embedded.environments import Environments
from flext_sdk.embedded.flext.auth import AuthService
from flext_sdk.embedded.flext.dbt import DbtService
from flext_sdk.embedded.flext.dbt_projects import DbtProjects
from flext_sdk.embedded.flext.definition import DefinitionChecker
from flext_sdk.embedded.flext.hub import Hub, Kind
from flext_sdk.embedded.flext.pipelines import PipelineService
from flext_sdk.embedded.flext.runs import RunService
from flext_sdk.embedded.flext.scheduler import Scheduler
from flext_sdk.embedded.meltano.checks import check_meltano
from flext_sdk.embedded.meltano.environment import MeltanoEnvironment
from flext_sdk.embedded.meltano.host import Host
from flext_sdk.embedded.meltano.runs import MeltanoRuns
from flext_sdk.embedded.meltano.schedules import MeltanoSchedules
from flext_sdk.embedded.meltano.service import MeltanoService
from flext_sdk.embedded.meltano.step import meltano_kind
from flext_sdk.embedded.store.bookmarks import BookmarkStore
from flext_sdk.embedded.store.clock import Now, utc_now
from flext_sdk.embedded.store.database import Database
from flext_sdk.embedded.store.idempotency import KeyStore
from flext_sdk.embedded.store.logs import LogStore
from flext_sdk.embedded.store.pipelines import PipelineStore
from flext_sdk.embedded.store.processes import ProcessStore
from flext_sdk.embedded.store.runs import RunStore, StoredRun
from flext_sdk.embedded.store.schedules import ScheduleStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flext_sdk.embedded.engine.durable import Engine
    from flext_sdk.embedded.flext.definition import KindChecker
    from flext_sdk.embedded.flext.passwords import Hasher
    from flext_sdk.embedded.store.sessions import Lifetimes
    from flext_sdk.embedded.web.contract import Contract

RUNS_AT_ONCE = 4
STEPS_AT_ONCE = 4
_ORPHAN_GRACE = 2.0
# A run that waits for its turn longer than this may have been stored by a service that died before submitting it.
_STRAY_AFTER = dt.timedelta(seconds=30)

_log = logging.getLogger("flext.service")


@dataclass(slots=True)
class Tally:
    """What happened since the service started."""

    runs: Counter[str] = field(default_factory=Counter)
    records: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, run: StoredRun) -> None:
        """Counts a run that has ended."""
        with self._lock:
            self.runs[run.status] += 1
            self.records += sum(step.records for step in run.steps)

    def view(self) -> dict[str, object]:
        """As the metrics of the contract have it."""
        with self._lock:
            return {"runs": dict(self.runs), "records": self.records}


class Platform:
    """The parts of the service.

    Opening the database happens at once; :meth:`launch` starts the engine.

    Args:
        contract: The service's contract.
        database_url: Where the store is.
        engine_url: Where the engine's own tables are.
        folder: The state folder; runs get their files under it.
        secrets_folder: Where secrets are kept as files.
        environ: The service's environment.
        plugins: Which taps and targets there are.
        now: The clock.
        backoff: Seconds before a step is tried again.
        engine: Makes the engine that does the runs with an executor; DBOS when left out.
        environments: Where dbt and other programs have their environments; beside the state folder when left out.
        lifetimes: How long the tokens of users are good for.
        hasher: Hashes passwords.

    Raises:
        StoreError: If the database cannot be used.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        database_url: str,
        engine_url: str,
        folder: Path,
        secrets_folder: Path,
        environ: Mapping[str, str],
        plugins: Plugins | None = None,
        environments: Environments | None = None,
        now: Now = utc_now,
        backoff: float = 1.0,
        engine: Callable[[RunExecutor, RunStore], Engine] | None = None,
        lifetimes: Lifetimes | None = None,
        hasher: Hasher | None = None,
    ) -> None:
        plugins = plugins or FirstParty()
        secrets: Secrets = LocalSecrets(environ, secrets_folder)
        self._files = folder / "runs"
        self.database = Database(database_url)
        self.logs = LogStore(self.database)
        self.hub = Hub(self.logs)
        self.recorder = LogRecorder(self.logs, self.hub.lines, now)
        # Two services of one machine may share a server, and neither is to end what the other has started.
        worker = f"{socket.gethostname()}-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"
        self.processes = ProcessStore(self.database, worker)
        self.run_store = RunStore(self.database, now)
        self.keys = KeyStore(self.database)
        self.auth = AuthService(self.database, now, lifetimes, hasher)
        self.tally = Tally()
        self.bookmarks = bookmarks = BookmarkStore(self.database, now)
        environments = environments or Environments(folder.parent / "environments", environ=environ)
        self.meltano_environment = MeltanoEnvironment(environments, environ)
        self.meltano_host = Host(self.meltano_environment)
        tools = Tools(
            runs=self.run_store,
            bookmarks=bookmarks,
            processes=self.processes,
            recorder=self.recorder,
            plugins=plugins,
            secrets=secrets,
            environ=environ,
            folder=self._files,
            kinds={
                "extract": SINGER,
                "dbt": dbt_kind(DbtEnvironments(environments), folder / "dbt"),
                "meltano": meltano_kind(self.meltano_environment, self.meltano_host),
            },
            changed=self._changed,
            backoff=backoff,
        )
        executor = RunExecutor(tools, parallel=STEPS_AT_ONCE, ended=self._ended)
        self.engine = (engine or self._on_demand(engine_url, worker))(executor, self.run_store)
        self.pipeline_store = PipelineStore(self.database, now)
        self.schedules = ScheduleStore(self.database, now)
        projects = DbtProjects(self.pipeline_store)
        kinds: dict[str, KindChecker] = {"dbt": DbtChecker(projects.folder_of, environ), "meltano": check_meltano}
        checker = DefinitionChecker(contract, plugins, secrets, environ, kinds)
        self.pipelines = PipelineService(
            self.pipeline_store, bookmarks, checker, self.schedules, forgotten=self.engine.forget, now=now
        )
        self.scheduler = Scheduler(self.schedules, self.engine.submit, recheck=self._recheck, now=now)
        self.runs = RunService(self.pipelines, self.run_store, self.logs, self.engine, ended=self._ended, now=now)
        self.dbt = DbtService(self.pipeline_store, projects, self.runs, environ, forgotten=self.engine.forget)
        self.meltano_runs = MeltanoRuns(self.pipeline_store, self.run_store, self.runs, self.engine, now=now)
        self.meltano = MeltanoService(self.meltano_environment, self.meltano_host, self.meltano_runs)
        self.meltano_schedules = MeltanoSchedules(
            self.meltano, self.meltano_runs, self.pipeline_store, self.schedules, forgotten=self.engine.forget, now=now
        )
        self.now = now
        self.state = "starting"

    def launch(self) -> None:
        """Ends what a service that died has left behind, and starts the engine on what is unfinished.

        Raises:
            StoreError: If the engine's database cannot be used.
        """
        self._end_orphans()
        remove_left_overs(self._files)
        self.engine.launch()
        self.scheduler.launch()
        self.state = "ok"

    def close(self, patience: float = GRACE + 4.0) -> None:
        """Pauses the runs that go on, and closes everything.

        Args:
            patience: Seconds that the runs get.
        """
        self.state = "stopping"
        self.scheduler.close()
        self.engine.close(patience)
        self.meltano.close()
        self.recorder.close()
        self.database.close()

    def ready(self) -> dict[str, str]:
        """State of the parts."""
        return {"store": "stopping" if self.state == "stopping" else "ok", "engine": self.state}

    def _on_demand(self, url: str, worker: str) -> Callable[[RunExecutor, RunStore], Engine]:
        def needed() -> bool:
            # On a server other workers' runs may be waiting in the queue.
            return not url.startswith("sqlite") or bool(self.run_store.active())

        return lambda executor, runs: OnDemandEngine(
            lambda: DbosEngine(url, executor, runs, concurrency=RUNS_AT_ONCE, worker=worker),
            needed=needed,
            check=lambda: check_database(url),
        )

    def _end_orphans(self) -> None:
        left = self.processes.all()

        def end(index: int) -> None:
            found = left[index]
            if end_orphan(found.pid, found.started, _ORPHAN_GRACE):
                _log.warning("ended processes that run %s had left behind (group %s)", found.run_id, found.pid)
            self.processes.remove(found.pid)

        if left:
            with ThreadPoolExecutor(max_workers=8) as pool:
                list(pool.map(end, range(len(left))))

    def _recheck(self) -> None:
        self.meltano_schedules.follow()
        self.engine.recheck(self.run_store.waiting_for(_STRAY_AFTER))

    def _changed(self, run_id: str, kind: Kind) -> None:
        self.hub.changed(run_id, kind)

    def _ended(self, run: StoredRun) -> None:
        self.tally.add(run)
        self.recorder.forget(run.id)
        self.hub.changed(run.id, "ended")
        self.engine.forget(self.logs.forget_old_runs(run.pipeline_id))
