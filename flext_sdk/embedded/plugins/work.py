"""The installer: a process of its own, so that the service is not held up by it and can be killed without harm.

``python -m flext_sdk.embedded.plugins.work REQUEST`` reads what to do from a file, tells what it does on standard
error, one line a step, and writes the outcome as one JSON object to standard output: ``{"result": ...}``, or
``{"error": ..., "hint": ...}`` with exit code 1. SIGTERM makes it give up; what was there before is still there then.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.environments import Environment, EnvironmentFailedError, Environments
from flext_sdk.embedded.plugins import news
from flext_sdk.embedded.plugins.describe import Description, describe
from flext_sdk.embedded.plugins.index import Index
from flext_sdk.embedded.plugins.installed import Card
from flext_sdk.embedded.plugins.logs import PluginLog
from flext_sdk.embedded.plugins.wanted import Wanted, read_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk.embedded.plugins.entry import Entry


# What uv says that tells nobody anything: which interpreter, how to activate, and each of a hundred packages.
_NOISE = re.compile(r"^(Using |Activate |Creating virtual| [+-] )")


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Do what a request says.

    Args:
        arguments: The file with the request; those of the command line when left out.
        environ: Environment variables.

    Returns:
        0, or 1 when it failed.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    (path,) = sys.argv[1:] if arguments is None else arguments
    request = read_request(Path(path))
    home = Path(request["home"])
    try:
        worker = Worker(home, environ, stop)
        result = worker.update_index(request["source"]) if request["action"] == "index" else worker.install(request)
    except EnvironmentFailedError as error:
        answer: dict[str, Any] = {"error": str(error), "hint": error.hint}
    except OSError as error:
        answer = {
            "error": f"{error.filename or home}: {error.strerror or error}",
            "hint": "Look at the disk and its permissions.",
        }
    else:
        answer = {"result": result}
    json.dump(answer, sys.stdout)
    return 1 if "error" in answer else 0


class Worker:
    """Does the work.

    Args:
        home: The folder that holds everything.
        environ: Environment variables.
        stop: Set to give up.
    """

    def __init__(self, home: Path, environ: Mapping[str, str], stop: threading.Event) -> None:
        self._home = home
        self._environ = environ
        self._stop = stop
        self._index = Index(home / "plugins" / "index.json")
        self._environments = Environments(home / "environments", environ=environ)

    def install(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Installs plugins, one after the other.

        Returns:
            The plugins: name, version, program, size, seconds, and the version before.
        """
        done = [self._one(Wanted.of(each), request["action"]) for each in request["plugins"]]
        return {"plugins": done, **(done[0] if len(done) == 1 else {})}

    def _one(self, wanted: Wanted, action: str) -> dict[str, Any]:
        log = PluginLog(self._home, wanted.name)
        found: list[Description] = []

        def heard(line: str) -> None:
            if _NOISE.match(line):
                return
            log.write(action, line)
            # Whoever listened may be gone; the work is done nevertheless.
            with suppress(OSError, ValueError):
                sys.stderr.write(f"{wanted.name}: {line}\n")
                sys.stderr.flush()

        def check(made: Environment) -> None:
            heard("Starting it for the first time")
            said = describe(made, self._environ, entry=self._entry(wanted), program=wanted.program, kind=wanted.kind)
            if self._stop.is_set():
                raise EnvironmentFailedError(f"cannot {action} {wanted.name}: it was stopped")
            Card(said, wanted.origin, wanted.licence, wanted.publisher).write(made)
            found.append(said)

        begun = time.monotonic()
        before = self._environments.find(wanted.name)
        heard(f"Installing {', '.join(wanted.requirements)}")
        try:
            made = self._environments.create(
                wanted.name,
                wanted.requirements,
                lock=wanted.lock,
                python=wanted.python,
                check=check,
                heard=heard,
                stop=self._stop,
            )
        except EnvironmentFailedError as error:
            log.write(action, str(error), level="error")
            if before is not None:
                kept = f"{error.hint} " if error.hint else ""
                raise EnvironmentFailedError(str(error), f"{kept}The installed one was kept.") from error
            raise
        heard(f"Installed {wanted.name} {found[0].version}".rstrip())
        return {
            "name": wanted.name,
            "kind": found[0].kind,
            "version": found[0].version,
            "program": found[0].program,
            "packages": len(made.packages),
            "size": made.size,
            "seconds": round(time.monotonic() - begun, 1),
            "replaced": before is not None,
        }

    def _entry(self, wanted: Wanted) -> Entry | None:
        entry = self._index.find(wanted.name)
        return entry if entry is not None and wanted.origin in {"index", "lock"} else None

    def update_index(self, source: str | None) -> dict[str, Any]:
        """Brings the index up to date.

        Args:
            source: A file or an address with a later index; the entries stay as they are when None.

        Returns:
            How many entries came, and the plugins that have newer versions than those installed.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return news.update(self._home, self._index, self._environments, self._environ, source, now=now, stop=self._stop)


if __name__ == "__main__":
    sys.exit(main())
