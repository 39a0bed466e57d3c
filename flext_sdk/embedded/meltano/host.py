"""Asks Meltano about projects, through a process that keeps it imported."""

from __future__ import annotations

import json
import logging
import subprocess
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flext_sdk.embedded.meltano.environment import MeltanoEnvironment

PATIENCE: Final = 25.0
_GRACE: Final = 5.0

_log = logging.getLogger("flext.meltano")


class MeltanoError(Exception):
    """Meltano refused; the message is one line.

    Attributes:
        kind: Name of Meltano's exception.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class HostGoneError(Exception):
    """The process has ended before it answered."""


class Host:
    """The process; started when it is first asked, started again when it has died, ended with the service.

    Args:
        environment: Where Meltano is; it must be ready.
        patience: Seconds that an answer may take.
    """

    def __init__(self, environment: MeltanoEnvironment, *, patience: float = PATIENCE) -> None:
        self._environment = environment
        self._patience = patience
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False

    def ask(self, do: str, project: Path, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """Lets Meltano do something in a project.

        Args:
            do: Name of a function of ``program.py``.
            project: Folder of the project.
            more: What the function takes.

        Raises:
            MeltanoError: Meltano refused, or took too long.
        """
        request = {"do": do, "project": str(project), **more}
        for _ in range(2):
            worker = self._living()
            try:
                return worker.ask(request, self._patience)
            except HostGoneError:
                # It was killed from outside. What was asked has not been done, or can be done again.
                _log.warning("the process that keeps Meltano imported has ended; it is started again")
        raise MeltanoError("Meltano ends before it answers", "HostGone")

    def version(self) -> str:
        """The version of Meltano."""
        found = self._environment.find()
        return found.packages.get("meltano", "") if found is not None else ""

    def restart(self) -> None:
        """Lets the next question start another process, with what is installed then."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def close(self) -> None:
        """Ends the process."""
        self._closed = True
        self.restart()

    def _living(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise MeltanoError("the service is being stopped", "Stopping")
            if self._worker is None or not self._worker.alive():
                if self._worker is not None:
                    self._worker.close()
                self._worker = _Worker(self._environment)
            return self._worker


class _Worker:
    """One process."""

    def __init__(self, environment: MeltanoEnvironment) -> None:
        self._held = ExitStack()
        found = self._held.enter_context(environment.environments.using("meltano"))
        self._process = subprocess.Popen(
            environment.argv(found),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment.environ,
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        self._lock = threading.Lock()
        self._number = 0
        self._asked: dict[int, Future[Mapping[str, Any]]] = {}
        self._gone = False
        self._reader = threading.Thread(target=self._read, name="meltano-host", daemon=True)
        self._reader.start()

    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._gone and self._process.poll() is None

    def ask(self, request: Mapping[str, Any], patience: float) -> Any:  # noqa: ANN401 - any JSON
        """Its answer."""
        future: Future[Mapping[str, Any]] = Future()
        with self._lock:
            if self._gone:
                raise HostGoneError
            self._number += 1
            number = self._number
            self._asked[number] = future
        self._send({"id": number, **request})
        try:
            answer = future.result(patience)
        except LateError:
            self._send({"id": number, "do": "give_up"})
            raise MeltanoError(f"Meltano has not answered within {patience:g} seconds", "Late") from None
        finally:
            with self._lock:
                self._asked.pop(number, None)
        error = answer.get("error")
        if error is not None:
            raise MeltanoError(error["message"], error["kind"])
        return answer["answer"]

    def close(self) -> None:
        """Ends it."""
        stdin = self._process.stdin
        with self._lock, suppress(OSError):
            if stdin is not None:
                stdin.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_GRACE)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._held.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        stdin = self._process.stdin
        with self._lock:
            if stdin is None or stdin.closed:
                raise HostGoneError
            try:
                stdin.write(json.dumps(message) + "\n")
                stdin.flush()
            except OSError:
                raise HostGoneError from None

    def _read(self) -> None:
        for line in self._process.stdout or ():
            answer = json.loads(line)
            if answer.get("ready") is False:
                _log.error("Meltano cannot be imported: %s", answer["error"]["message"])
            with self._lock:
                future = self._asked.get(answer.get("id", 0))
            if future is not None and not future.done():
                future.set_result(answer)
        with self._lock:
            self._gone = True
            left = list(self._asked.values())
        for future in left:
            if not future.done():
                future.set_exception(HostGoneError())
