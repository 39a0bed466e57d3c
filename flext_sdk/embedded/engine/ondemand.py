"""An engine that is started by the first run.

A service that only answers questions does without it: importing and launching DBOS takes a third of the memory and of
the time to start.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flext_sdk.embedded.engine.durable import Engine


class OnDemandEngine:
    """Stands in for an engine until there is work for it.

    Args:
        make: Makes the engine.
        needed: Whether there is work already when the service starts: runs to go on with, or other workers' runs.
        check: Raises what launching would, as far as that can be told cheaply.
    """

    def __init__(self, make: Callable[[], Engine], *, needed: Callable[[], bool], check: Callable[[], None]) -> None:
        self._make = make
        self._needed = needed
        self._check = check
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._closed = False

    def launch(self) -> None:
        """Starts the engine if an earlier process has left work for it.

        Raises:
            StoreError: If the engine's database cannot be used.
        """
        if self._needed():
            self._launched()
        else:
            self._check()

    def submit(self, run_id: str) -> None:
        """Takes a run; the first one starts the engine.

        Raises:
            StoreError: If the engine's database cannot be used.
        """
        self._launched().submit(run_id)

    def recheck(self, run_ids: Sequence[str]) -> None:
        """Takes those of these runs that nobody has taken, and those of workers that have died."""
        if run_ids or self._engine is not None:
            self._launched().recheck(run_ids)

    def cancel(self, run_id: str, *, force: bool) -> None:
        """Ends the processes of a run that was asked to stop."""
        if self._engine is not None:
            self._engine.cancel(run_id, force=force)

    def forget(self, run_ids: Sequence[str]) -> None:
        """These runs are no longer stored; nothing needs to be remembered of them."""
        if run_ids:
            self._launched().forget(run_ids)

    def close(self, patience: float) -> None:
        """Pauses all runs for the next start."""
        with self._lock:
            self._closed = True
            engine = self._engine
        if engine is not None:
            engine.close(patience)

    def _launched(self) -> Engine:
        with self._lock:
            if self._engine is None:
                if self._closed:
                    raise RuntimeError("the engine is closed")
                engine = self._make()
                engine.launch()
                self._engine = engine
            return self._engine
