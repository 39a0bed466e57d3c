"""The application of FlexCore."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flext_sdk import extensions
from flext_sdk.embedded.flexcore.bus import Bus
from flext_sdk.embedded.flexcore.events import Events
from flext_sdk.embedded.flexcore.follow import EventStream
from flext_sdk.embedded.flexcore.installing import Installing
from flext_sdk.embedded.flexcore.introspection import Introspection
from flext_sdk.embedded.flexcore.journal import Journal
from flext_sdk.embedded.flexcore.keys import Keys
from flext_sdk.embedded.flexcore.ledger import Ledger
from flext_sdk.embedded.flexcore.neighbours import Neighbours
from flext_sdk.embedded.flexcore.node import Node
from flext_sdk.embedded.flexcore.orchestrations import OrchestrationHandlers
from flext_sdk.embedded.flexcore.orchestrator import Orchestrator
from flext_sdk.embedded.flexcore.plugins import PluginHandlers
from flext_sdk.embedded.flexcore.runtimes import runtimes
from flext_sdk.embedded.flexcore.settings import limits
from flext_sdk.embedded.flexcore.shelf import Shelf
from flext_sdk.embedded.flexcore.workflows import WorkflowHandlers
from flext_sdk.embedded.web.app import build_app
from flext_sdk.embedded.web.contract import load_contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.system import system_handlers

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from flext_sdk.embedded.settings import HostSettings

_LOG: Final = logging.getLogger("flext.extensions")


def _told(what: str, name: str, error: Exception) -> None:
    _LOG.warning("the %s %s of another package cannot be loaded: %r", what, name, error)


def create(settings: HostSettings) -> Starlette:
    """Make the application.

    Args:
        settings: Settings of the process.

    Raises:
        ContractError: The contract and the handlers do not fit together.
        ConfigurationError: A setting is wrong.
    """
    metrics = Counters()
    bounds = limits(settings.environment)
    ledger = Ledger(settings.state_dir / "flexcore.db")
    events = Events(
        ledger, listeners=extensions.listeners(settings.home, lambda name, error: _told("event handler", name, error))
    )
    journal = Journal(ledger)
    plugins = PluginHandlers(settings, metrics, emit=events.emit)
    orchestrator = Orchestrator(
        journal,
        ledger,
        bounds,
        environ=plugins.environ,
        folder=settings.state_dir / "orchestrations",
        emit=events.emit,
    )
    orchestrations = OrchestrationHandlers(
        orchestrator,
        journal,
        runtimes(bounds, plugins.catalogue),
        bounds,
        metrics,
        environ=plugins.environ,
        home=settings.home,
    )
    installing = Installing(plugins.catalogue, orchestrator, settings, events.emit)
    neighbours = Neighbours(settings)

    def ready() -> dict[str, str]:
        return {**plugins.ready(), "ledger": ledger.state}

    node = Node(
        settings,
        metrics,
        plugins=plugins.usable,
        active=lambda: orchestrator.active,
        faults=lambda: [state for state in ready().values() if state != "ok"],
    )

    def extra() -> dict[str, object]:
        return {
            "executions": metrics.extra["executions"],
            "orchestrations": dict(orchestrator.ended),
            "events": events.stored(),
        }

    return build_app(
        "flexcore",
        {
            **system_handlers(settings, "flexcore", metrics, ready, extra=extra),
            **plugins.handlers(),
            **Shelf(plugins.catalogue, settings.home, events.emit).handlers(),
            **installing.handlers(),
            **orchestrations.handlers(),
            **WorkflowHandlers(neighbours).handlers(),
            **node.handlers(),
            **events.handlers(),
            **Bus(settings, neighbours, events.append).handlers(),
        },
        token=settings.token,
        port=settings.port,
        metrics=metrics,
        startup=[plugins.clean, orchestrator.recover, installing.prune],
        shutdown=[plugins.clean, orchestrator.close],
        websockets={"events.follow": EventStream(events).serve},
        idempotency=Keys(ledger),
        contract=load_contract("flexcore", cache=settings.state_dir),
        authority=Introspection(neighbours),
    )
