# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""The resources of a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flext_sdk._async.client import AsyncFlext
    from flext_sdk._async.resources._cluster import AsyncCluster
    from flext_sdk._async.resources._node import AsyncNode
    from flext_sdk._async.resources._runtimes import AsyncRuntimes
    from flext_sdk._async.resources.auth import AsyncAuth
    from flext_sdk._async.resources.bus import AsyncBus
    from flext_sdk._async.resources.config import AsyncConfig
    from flext_sdk._async.resources.dbt import AsyncDbt
    from flext_sdk._async.resources.debug import AsyncDebug
    from flext_sdk._async.resources.events import AsyncEvents
    from flext_sdk._async.resources.meltano import AsyncMeltano
    from flext_sdk._async.resources.orchestrations import AsyncOrchestrations
    from flext_sdk._async.resources.pipelines import AsyncPipelines
    from flext_sdk._async.resources.plugins import AsyncPlugins
    from flext_sdk._async.resources.profiles import AsyncProfiles
    from flext_sdk._async.resources.services import AsyncServices
    from flext_sdk._async.resources.taps import AsyncTaps
    from flext_sdk._async.resources.targets import AsyncTargets
    from flext_sdk._async.resources.workflows import AsyncWorkflows


class AsyncResources:
    """Attributes of a client; each is imported when it is first used."""

    @cached_property
    def auth(self) -> AsyncAuth:
        """Log in and out, and manage users."""
        from flext_sdk._async.resources.auth import AsyncAuth

        return AsyncAuth(cast("AsyncFlext", self))

    @cached_property
    def bus(self) -> AsyncBus:
        """Send commands and queries to the platform's operations."""
        from flext_sdk._async.resources.bus import AsyncBus

        return AsyncBus(cast("AsyncFlext", self))

    @cached_property
    def cluster(self) -> AsyncCluster:
        """Look at the cluster of FlexCore nodes."""
        from flext_sdk._async.resources._cluster import AsyncCluster

        return AsyncCluster(cast("AsyncFlext", self))

    @cached_property
    def dbt(self) -> AsyncDbt:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._async.resources.dbt import AsyncDbt

        return AsyncDbt(cast("AsyncFlext", self))

    @cached_property
    def events(self) -> AsyncEvents:
        """See and publish events."""
        from flext_sdk._async.resources.events import AsyncEvents

        return AsyncEvents(cast("AsyncFlext", self))

    @cached_property
    def meltano(self) -> AsyncMeltano:
        """Make, configure and run Meltano projects."""
        from flext_sdk._async.resources.meltano import AsyncMeltano

        return AsyncMeltano(cast("AsyncFlext", self))

    @cached_property
    def node(self) -> AsyncNode:
        """Look at the FlexCore node that answers."""
        from flext_sdk._async.resources._node import AsyncNode

        return AsyncNode(cast("AsyncFlext", self))

    @cached_property
    def orchestrations(self) -> AsyncOrchestrations:
        """Let a runtime carry out commands, and watch them."""
        from flext_sdk._async.resources.orchestrations import AsyncOrchestrations

        return AsyncOrchestrations(cast("AsyncFlext", self))

    @cached_property
    def pipelines(self) -> AsyncPipelines:
        """Create, run and watch pipelines."""
        from flext_sdk._async.resources.pipelines import AsyncPipelines

        return AsyncPipelines(cast("AsyncFlext", self))

    @cached_property
    def plugins(self) -> AsyncPlugins:
        """Install, update and look after plugins; execute their operations."""
        from flext_sdk._async.resources.plugins import AsyncPlugins

        return AsyncPlugins(cast("AsyncFlext", self))

    @cached_property
    def runtimes(self) -> AsyncRuntimes:
        """See which runtimes there are and whether they work."""
        from flext_sdk._async.resources._runtimes import AsyncRuntimes

        return AsyncRuntimes(cast("AsyncFlext", self))

    @cached_property
    def services(self) -> AsyncServices:
        """Start, stop and look after the services."""
        from flext_sdk._async.resources.services import AsyncServices

        return AsyncServices(cast("AsyncFlext", self))

    @cached_property
    def taps(self) -> AsyncTaps:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._async.resources.taps import AsyncTaps

        return AsyncTaps(cast("AsyncFlext", self))

    @cached_property
    def targets(self) -> AsyncTargets:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._async.resources.targets import AsyncTargets

        return AsyncTargets(cast("AsyncFlext", self))

    @cached_property
    def workflows(self) -> AsyncWorkflows:
        """List and execute workflows."""
        from flext_sdk._async.resources.workflows import AsyncWorkflows

        return AsyncWorkflows(cast("AsyncFlext", self))

    @cached_property
    def config(self) -> AsyncConfig:
        """Settings: what is in force, where it comes from, and config.yaml."""
        from flext_sdk._async.resources.config import AsyncConfig

        return AsyncConfig(cast("AsyncFlext", self))

    @cached_property
    def debug(self) -> AsyncDebug:
        """Find out what is wrong: this installation, the way to the services, the time things take."""
        from flext_sdk._async.resources.debug import AsyncDebug

        return AsyncDebug(cast("AsyncFlext", self))

    @cached_property
    def profiles(self) -> AsyncProfiles:
        """Profiles: settings for several platforms, and their secrets."""
        from flext_sdk._async.resources.profiles import AsyncProfiles

        return AsyncProfiles(cast("AsyncFlext", self))
