"""Environments of other people's programs: each plugin, dbt and Meltano in one of its own, never in ours.

`Environments` makes, finds and removes them; `uv` does the work.
"""

from flext_sdk.embedded.environments.environment import Environment
from flext_sdk.embedded.environments.failures import BusyError, EnvironmentFailedError
from flext_sdk.embedded.environments.manager import Environments
from flext_sdk.embedded.environments.uv import Stop

__all__ = ["BusyError", "Environment", "EnvironmentFailedError", "Environments", "Stop"]
