# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""The resources of a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flext_sdk._sync.client import Flext
    from flext_sdk._sync.resources._cluster import Cluster
    from flext_sdk._sync.resources._node import Node
    from flext_sdk._sync.resources._runtimes import Runtimes
    from flext_sdk._sync.resources.auth import Auth
    from flext_sdk._sync.resources.bus import Bus
    from flext_sdk._sync.resources.config import Config
    from flext_sdk._sync.resources.dbt import Dbt
    from flext_sdk._sync.resources.debug import Debug
    from flext_sdk._sync.resources.events import Events
    from flext_sdk._sync.resources.meltano import Meltano
    from flext_sdk._sync.resources.orchestrations import Orchestrations
    from flext_sdk._sync.resources.pipelines import Pipelines
    from flext_sdk._sync.resources.plugins import Plugins
    from flext_sdk._sync.resources.profiles import Profiles
    from flext_sdk._sync.resources.services import Services
    from flext_sdk._sync.resources.taps import Taps
    from flext_sdk._sync.resources.targets import Targets
    from flext_sdk._sync.resources.workflows import Workflows


class Resources:
    """Attributes of a client; each is imported when it is first used."""

    @cached_property
    def auth(self) -> Auth:
        """Log in and out, and manage users."""
        from flext_sdk._sync.resources.auth import Auth

        return Auth(cast("Flext", self))

    @cached_property
    def bus(self) -> Bus:
        """Send commands and queries to the platform's operations."""
        from flext_sdk._sync.resources.bus import Bus

        return Bus(cast("Flext", self))

    @cached_property
    def cluster(self) -> Cluster:
        """Look at the cluster of FlexCore nodes."""
        from flext_sdk._sync.resources._cluster import Cluster

        return Cluster(cast("Flext", self))

    @cached_property
    def dbt(self) -> Dbt:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._sync.resources.dbt import Dbt

        return Dbt(cast("Flext", self))

    @cached_property
    def events(self) -> Events:
        """See and publish events."""
        from flext_sdk._sync.resources.events import Events

        return Events(cast("Flext", self))

    @cached_property
    def meltano(self) -> Meltano:
        """Make, configure and run Meltano projects."""
        from flext_sdk._sync.resources.meltano import Meltano

        return Meltano(cast("Flext", self))

    @cached_property
    def node(self) -> Node:
        """Look at the FlexCore node that answers."""
        from flext_sdk._sync.resources._node import Node

        return Node(cast("Flext", self))

    @cached_property
    def orchestrations(self) -> Orchestrations:
        """Let a runtime carry out commands, and watch them."""
        from flext_sdk._sync.resources.orchestrations import Orchestrations

        return Orchestrations(cast("Flext", self))

    @cached_property
    def pipelines(self) -> Pipelines:
        """Create, run and watch pipelines."""
        from flext_sdk._sync.resources.pipelines import Pipelines

        return Pipelines(cast("Flext", self))

    @cached_property
    def plugins(self) -> Plugins:
        """Install, update and look after plugins; execute their operations."""
        from flext_sdk._sync.resources.plugins import Plugins

        return Plugins(cast("Flext", self))

    @cached_property
    def runtimes(self) -> Runtimes:
        """See which runtimes there are and whether they work."""
        from flext_sdk._sync.resources._runtimes import Runtimes

        return Runtimes(cast("Flext", self))

    @cached_property
    def services(self) -> Services:
        """Start, stop and look after the services."""
        from flext_sdk._sync.resources.services import Services

        return Services(cast("Flext", self))

    @cached_property
    def taps(self) -> Taps:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._sync.resources.taps import Taps

        return Taps(cast("Flext", self))

    @cached_property
    def targets(self) -> Targets:
        """Set up and try taps and targets; transform with dbt."""
        from flext_sdk._sync.resources.targets import Targets

        return Targets(cast("Flext", self))

    @cached_property
    def workflows(self) -> Workflows:
        """List and execute workflows."""
        from flext_sdk._sync.resources.workflows import Workflows

        return Workflows(cast("Flext", self))

    @cached_property
    def config(self) -> Config:
        """Settings: what is in force, where it comes from, and config.yaml."""
        from flext_sdk._sync.resources.config import Config

        return Config(cast("Flext", self))

    @cached_property
    def debug(self) -> Debug:
        """Find out what is wrong: this installation, the way to the services, the time things take."""
        from flext_sdk._sync.resources.debug import Debug

        return Debug(cast("Flext", self))

    @cached_property
    def profiles(self) -> Profiles:
        """Profiles: settings for several platforms, and their secrets."""
        from flext_sdk._sync.resources.profiles import Profiles

        return Profiles(cast("Flext", self))
