"""The application of FlexCore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.embedded.flexcore.bus import Bus
from flext_sdk.embedded.flexcore.events import Events
from flext_sdk.embedded.flexcore.follow import EventStream
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
from flext_sdk.embedded.flexcore.workflows import WorkflowHandlers
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
    bounds = limits(settings.environment)
    ledger = Ledger(settings.state_dir / "flexcore.db")
    events = Events(ledger)
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
        runtimes(bounds),
        bounds,
        metrics,
        environ=plugins.environ,
        home=settings.home,
    )
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
            **orchestrations.handlers(),
            **WorkflowHandlers(neighbours).handlers(),
            **node.handlers(),
            **events.handlers(),
            **Bus(settings, neighbours, events.append).handlers(),
        },
        token=settings.token,
        port=settings.port,
        metrics=metrics,
        startup=[plugins.clean, orchestrator.recover],
        shutdown=[plugins.clean, orchestrator.close],
        websockets={"events.follow": EventStream(events).serve},
        idempotency=Keys(ledger),
        contract=load_contract("flexcore", cache=settings.state_dir),
        authority=Introspection(neighbours),
    )
