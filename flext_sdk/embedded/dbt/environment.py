"""dbt's own environments, one for each adapter, made when they are first needed."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.environments import BusyError, Environment, EnvironmentFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.environments import Environments, Stop

# dbt-core 1.12 needs a package that downloads its program from elsewhere when it is installed.
# DuckDB as new as that of our connectors: an older one cannot open their files. pytz: its moments with a time zone.
REQUIREMENTS: Final = {
    "duckdb": ("dbt-core>=1.11,<1.12", "dbt-duckdb>=1.11.1,<1.12", "duckdb>=2.0,<3", "pytz>=2025.2"),
    "postgres": ("dbt-core>=1.11,<1.12", "dbt-postgres>=1.10,<1.12"),
}
_CHECK_TIMEOUT: Final = 120.0


class DbtEnvironments:
    """The environments ``dbt-ADAPTER``.

    Args:
        environments: Where all environments are.
    """

    def __init__(self, environments: Environments) -> None:
        self.environments = environments
        self._locks = {adapter: threading.Lock() for adapter in REQUIREMENTS}

    def name(self, adapter: str) -> str:
        """Name of the environment of an adapter."""
        return f"dbt-{adapter}"

    def find(self, adapter: str) -> Environment | None:
        """The environment of an adapter; None when there is none, or it is one of another release."""
        found = self.environments.find(self.name(adapter))
        return found if found is not None and found.requirements == REQUIREMENTS[adapter] else None

    def ready(self, adapter: str, *, heard: Callable[[str], None], stop: Stop | None = None) -> Environment:
        """The environment of an adapter; made now where there is none.

        Args:
            adapter: ``duckdb`` or ``postgres``.
            heard: Told what happens when it is made.
            stop: Set to give up.

        Raises:
            EnvironmentFailedError: It cannot be made.
        """
        while True:
            found = self.find(adapter)
            if found is not None:
                return found
            with self._locks[adapter]:
                # Another run may have made it while this one waited.
                found = self.find(adapter)
                if found is not None:
                    return found
                heard(f"dbt for {adapter} is not here yet; it is installed now, once, which takes about a minute")
                try:
                    made = self.environments.create(
                        self.name(adapter), REQUIREMENTS[adapter], check=_checked(adapter), heard=heard, stop=stop
                    )
                except BusyError:
                    if stop is not None and stop.wait(1.0):
                        raise
                    continue
                versions = f"dbt {made.packages.get('dbt-core')}, adapter {made.packages.get(f'dbt-{adapter}')}"
                heard(f"installed: {versions}, {made.size / 1e6:.0f} MB")
                return made


def _checked(adapter: str) -> Callable[[Environment], None]:
    def check(made: Environment) -> None:
        asked = f"import dbt.cli.main, dbt.adapters.{adapter}"
        done = subprocess.run(
            [str(made.bin / "python"), "-c", asked],
            capture_output=True,
            text=True,
            timeout=_CHECK_TIMEOUT,
            check=False,
            env={"PATH": "/usr/bin:/bin"},
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise EnvironmentFailedError(f"dbt for {adapter} was installed but does not start: {last}")

    return check
