# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""The resources of a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flext_sdk._sync.client import Flext
    from flext_sdk._sync.resources.pipelines import Pipelines
    from flext_sdk._sync.resources.plugins import Plugins
    from flext_sdk._sync.resources.services import Services


class Resources:
    """Attributes of a client; each is imported when it is first used."""

    @cached_property
    def pipelines(self) -> Pipelines:
        """Create, run and watch pipelines."""
        from flext_sdk._sync.resources.pipelines import Pipelines

        return Pipelines(cast("Flext", self))

    @cached_property
    def plugins(self) -> Plugins:
        """Look at plugins and execute their operations."""
        from flext_sdk._sync.resources.plugins import Plugins

        return Plugins(cast("Flext", self))

    @cached_property
    def services(self) -> Services:
        """Start, stop and look after the services."""
        from flext_sdk._sync.resources.services import Services

        return Services(cast("Flext", self))
