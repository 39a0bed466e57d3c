"""The application of FlexCore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.embedded.flexcore.plugins import PluginHandlers
from flext_sdk.embedded.web.app import build_app
from flext_sdk.embedded.web.contract import load_contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.system import system_handlers

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from flext_sdk.embedded.settings import HostSettings


def create(settings: HostSettings) -> Starlette:
    """Make the application.

    Args:
        settings: Settings of the process.

    Raises:
        ContractError: The contract and the handlers do not fit together.
        ConfigurationError: A setting is wrong.
    """
    metrics = Counters()
    plugins = PluginHandlers(settings, metrics)
    system = system_handlers(
        settings, "flexcore", metrics, plugins.ready, extra=lambda: {"executions": metrics.extra["executions"]}
    )
    return build_app(
        "flexcore",
        {**system, **plugins.handlers()},
        token=settings.token,
        port=settings.port,
        metrics=metrics,
        startup=[plugins.clean],
        shutdown=[plugins.clean],
        contract=load_contract("flexcore", cache=settings.state_dir),
    )
