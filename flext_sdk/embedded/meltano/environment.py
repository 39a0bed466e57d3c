"""Meltano's own environment, made when it is first needed, and its settings as environment variables."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.engine.process import child_environment
from flext_sdk.embedded.environments import BusyError, Environment, EnvironmentFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flext_sdk.embedded.environments import Environments, Stop

NAME: Final = "meltano"
# The program in ``program.py`` calls Meltano's modules, which may change with a release; ``upgrade`` tries that before.
REQUIREMENTS: Final = ("meltano>=4.4,<4.5",)
_PROGRAM: Final = Path(__file__).with_name("program.py")
_CHECK_TIMEOUT: Final = 120.0
# Nothing is sent to anybody, no newer release is asked for, and what is said is text.
_FIXED: Final = {
    "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
    "MELTANO_DISABLE_TRACKING": "true",
    "DO_NOT_TRACK": "1",
    "MELTANO_CLI_DISABLE_VERSION_CHECK": "true",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "200",
}
_DROPPED: Final = frozenset(
    {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MELTANO_PROJECT_ROOT", "MELTANO_RUN_ID", "MELTANO_ENVIRONMENT"}
)


def meltano_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that Meltano gets: the service's, without what is private to it.

    Our own connectors can be found behind everything else on PATH.
    """
    kept = {key: value for key, value in child_environment(environ).items() if key not in _DROPPED}
    path = ":".join(filter(None, [kept.get("PATH", "/usr/local/bin:/usr/bin:/bin"), str(Path(sys.prefix) / "bin")]))
    return {**kept, **_FIXED, "PATH": path}


class MeltanoEnvironment:
    """The environment ``meltano``.

    Args:
        environments: Where all environments are.
        environ: The service's environment.
    """

    def __init__(self, environments: Environments, environ: Mapping[str, str]) -> None:
        self.environments = environments
        self.environ = meltano_environment(environ)
        self._lock = threading.Lock()

    def find(self) -> Environment | None:
        """The environment; None while there is none."""
        return self.environments.find(NAME)

    def ready(self, *, heard: Callable[[str], None], stop: Stop | None = None) -> Environment:
        """The environment; made now where there is none.

        Args:
            heard: Told what happens when it is made.
            stop: Set to give up.

        Raises:
            EnvironmentFailedError: It cannot be made.
        """
        while True:
            found = self.find()
            if found is not None:
                return found
            with self._lock:
                found = self.find()  # another one may have made it while this one waited
                if found is not None:
                    return found
                heard("Meltano is not here yet; it is installed now, once, which takes less than a minute")
                try:
                    return self.create(REQUIREMENTS, heard=heard, stop=stop)
                except BusyError:
                    if stop is not None and stop.wait(1.0):
                        raise

    def create(
        self, requirements: Sequence[str], *, heard: Callable[[str], None], stop: Stop | None = None
    ) -> Environment:
        """Makes it, or another one in its place; the old one stays until the new one has answered.

        Raises:
            EnvironmentFailedError: It cannot be made, or its Meltano does not do what is asked of it here.
        """
        made = self.environments.create(NAME, requirements, check=self._check, heard=heard, stop=stop)
        heard(f"installed: Meltano {made.packages.get('meltano')}, {made.size / 1e6:.0f} MB")
        return made

    def argv(self, environment: Environment) -> list[str]:
        """What starts the program that answers questions about projects."""
        return [str(environment.bin / "python"), "-I", str(_PROGRAM)]

    def _check(self, made: Environment) -> None:
        try:
            done = subprocess.run(
                self.argv(made),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_CHECK_TIMEOUT,
                check=False,
                env=self.environ,
            )
        except subprocess.TimeoutExpired:
            raise EnvironmentFailedError("Meltano was installed but does not start") from None
        if '"ready": true' not in done.stdout:
            why = (done.stdout.strip() or done.stderr.strip() or "it said nothing").splitlines()[-1]
            version = made.packages.get("meltano")
            raise EnvironmentFailedError(f"Meltano {version} cannot be used by this release: {why}")
