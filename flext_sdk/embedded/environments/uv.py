"""Calling uv."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from flext_sdk._core.redact import redact_text
from flext_sdk.embedded.environments.failures import EnvironmentFailedError, StoppedError, of_output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LOOK_EVERY: Final = 0.1
_GRACE: Final = 5.0
# What would make uv, or a build that it starts, look at our own environment, or compile the same modules at each start.
_DROPPED: Final = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT", "CONDA_PREFIX"}
)


def find_uv(environ: Mapping[str, str]) -> str:
    """The program uv: that of the Python package, else one on PATH.

    Raises:
        EnvironmentFailedError: There is none.
    """
    with suppress(ImportError, FileNotFoundError):
        from uv import find_uv_bin

        return find_uv_bin()
    found = shutil.which("uv", path=environ.get("PATH"))
    if found is None:
        raise EnvironmentFailedError(
            "uv was not found, which makes the environments of plugins", 'Install it: pip install "flext-sdk[embedded]"'
        )
    return found


class Stop(Protocol):
    """Says whether to give up: a ``threading.Event``, or the signal of a run."""

    def is_set(self) -> bool:
        """Whether to give up."""
        ...

    def wait(self, seconds: float, /) -> bool:
        """Waits, not longer than it takes until somebody asks to give up; gives whether somebody has."""
        ...


class Uv:
    """uv with everything it should know.

    Args:
        environ: Environment variables; what is private to the service is left out.
        keep_open: Descriptors that uv inherits; a lock among them lasts as long as uv does.
        heard: Called with each line that uv says, secrets masked.
        stop: Set to end uv.
        timeout: Seconds that one call may take.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        keep_open: Sequence[int] = (),
        heard: Callable[[str], None] = lambda _line: None,
        stop: Stop | None = None,
        timeout: float = 1800.0,
    ) -> None:
        self._program = find_uv(environ)
        self._environ = {
            **{key: value for key, value in environ.items() if key not in _DROPPED and not key.startswith("FLEXT_")},
            "UV_COMPILE_BYTECODE": "1",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
        }
        self._keep_open = tuple(keep_open)
        self._heard = heard
        self._stop: Stop = stop or threading.Event()
        self._timeout = timeout

    def venv(self, folder: str, python: str | None = None) -> None:
        """Makes an empty environment.

        Args:
            folder: Where.
            python: Version or path of an interpreter; the one that runs this by default.
        """
        self.run("cannot make an environment", "venv", "--no-project", "--python", python or sys.executable, folder)

    def compile(self, what: str, requirements: Sequence[str], python: str) -> str:
        """Exact versions for requirements, in the form of a requirements file, with hashes where there are any.

        Args:
            what: How a failure begins.
            requirements: What is wanted.
            python: The interpreter it is for.
        """
        options = ("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
        return self.run(
            what, "pip", "compile", "--quiet", *options, "--python", python, "-", given="\n".join(requirements) + "\n"
        )

    def install(self, what: str, lock: str, python: str) -> None:
        """Installs exactly what a lock says.

        Args:
            what: How a failure begins.
            lock: Text of a requirements file.
            python: Interpreter of the environment.
        """
        # Files and folders of this machine have no hash in a lock, and uv wants all of them or none.
        checked = ("--require-hashes",) if _all_hashed(lock) else ()
        self.run(what, "pip", "install", "--no-deps", *checked, "--python", python, "-r", "-", given=lock)

    def freeze(self, python: str) -> dict[str, str]:
        """Versions of all packages in an environment, by normalised name."""
        listed = self.run("cannot list the packages", "pip", "list", "--format=freeze", "--python", python)
        pairs = (line.strip().partition("==") for line in listed.splitlines() if "==" in line)
        return {name.lower().replace("_", "-").replace(".", "-"): version for name, _, version in pairs}

    def run(self, what: str, *arguments: str, given: str = "") -> str:
        """Calls uv.

        Args:
            what: How a failure begins.
            arguments: For uv.
            given: Its standard input.

        Returns:
            What it printed.

        Raises:
            EnvironmentFailedError: It failed, took too long, or was to stop.
        """
        with tempfile.TemporaryFile() as answers, tempfile.TemporaryFile() as wanted:
            wanted.write(given.encode())
            wanted.seek(0)
            try:
                process = subprocess.Popen(
                    [self._program, *arguments],
                    stdin=wanted,
                    stdout=answers,
                    stderr=subprocess.PIPE,
                    env=self._environ,
                    pass_fds=self._keep_open,
                    start_new_session=True,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                raise EnvironmentFailedError(f"uv cannot be started: {error.strerror}") from error
            said: list[str] = []
            reader = threading.Thread(target=self._listen, args=(process, said), daemon=True)
            reader.start()
            try:
                ended = self._wait(process)
            finally:
                _end(process)
                reader.join(_GRACE)
            if not ended:
                if self._stop.is_set():
                    raise StoppedError(f"{what}: it was stopped")
                raise EnvironmentFailedError(f"{what}: it took longer than {self._timeout:g} seconds")
            if process.returncode:
                raise of_output(what, "".join(said))
            answers.seek(0)
            return answers.read().decode(errors="replace")

    def _listen(self, process: subprocess.Popen[str], said: list[str]) -> None:
        for line in process.stderr or ():
            said.append(line)
            if line.strip():
                self._heard(redact_text(line.rstrip()))

    def _wait(self, process: subprocess.Popen[str]) -> bool:
        """Whether it ended by itself."""
        left = self._timeout
        while left > 0 and not self._stop.is_set():
            try:
                process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                left -= _LOOK_EVERY
            else:
                return True
        return False


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a process and those that it started, unless it has ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)


def _all_hashed(lock: str) -> bool:
    entries = [line for line in lock.splitlines() if line.strip() and not line.startswith((" ", "\t", "#"))]
    return bool(entries) and all(line.rstrip().endswith("\\") for line in entries)
