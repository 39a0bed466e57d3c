# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""The resources of a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flext_sdk._async.client import AsyncFlext
    from flext_sdk._async.resources.pipelines import AsyncPipelines
    from flext_sdk._async.resources.plugins import AsyncPlugins
    from flext_sdk._async.resources.services import AsyncServices


class AsyncResources:
    """Attributes of a client; each is imported when it is first used."""

    @cached_property
    def pipelines(self) -> AsyncPipelines:
        """Create, run and watch pipelines."""
        from flext_sdk._async.resources.pipelines import AsyncPipelines

        return AsyncPipelines(cast("AsyncFlext", self))

    @cached_property
    def plugins(self) -> AsyncPlugins:
        """Look at plugins and execute their operations."""
        from flext_sdk._async.resources.plugins import AsyncPlugins

        return AsyncPlugins(cast("AsyncFlext", self))

    @cached_property
    def services(self) -> AsyncServices:
        """Start, stop and look after the services."""
        from flext_sdk._async.resources.services import AsyncServices

        return AsyncServices(cast("AsyncFlext", self))
