"""FLEXT Service as an ASGI application."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from flext_sdk.embedded.engine.singer import GRACE
from flext_sdk.embedded.flext.auth import hasher, lifetimes
from flext_sdk.embedded.flext.follow import LogStream
from flext_sdk.embedded.flext.handlers.auth import auth_handlers
from flext_sdk.embedded.flext.handlers.dbt import dbt_handlers
from flext_sdk.embedded.flext.handlers.meltano import meltano_handlers
from flext_sdk.embedded.flext.handlers.pipelines import pipeline_handlers
from flext_sdk.embedded.flext.handlers.runs import run_handlers
from flext_sdk.embedded.flext.handlers.singer import SingerHandlers
from flext_sdk.embedded.flext.platform import Platform
from flext_sdk.embedded.plugins.catalogue import Catalogue
from flext_sdk.embedded.store.database import StoreError
from flext_sdk.embedded.web.app import build_app
from flext_sdk.embedded.web.contract import load_contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.system import system_handlers
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from flext_sdk.embedded.engine.plugins import Plugins
    from flext_sdk.embedded.settings import HostSettings


def create(settings: HostSettings, *, plugins: Plugins | None = None, backoff: float = 1.0) -> Starlette:
    """The application; its lifespan starts and stops the engine.

    Args:
        settings: Settings of the process.
        plugins: Which taps and targets there are; those of the product and the installed ones when left out.
        backoff: Seconds before a step is tried again.

    Raises:
        ConfigurationError: If the database cannot be used, or a setting is wrong.
    """
    contract = load_contract("flext", cache=settings.state_dir)
    catalogue = Catalogue(settings.home, settings.environment)
    try:
        platform = Platform(
            contract,
            database_url=settings.database_url,
            engine_url=settings.dbos_url,
            folder=settings.state_dir,
            secrets_folder=settings.home / "secrets",
            environ=settings.environment,
            plugins=plugins or catalogue,
            backoff=backoff,
            lifetimes=lifetimes(settings.environment),
            hasher=hasher(settings.environment),
        )
    except StoreError as error:
        raise _configuration(error) from error
    metrics = Counters()
    handlers = {
        **system_handlers(settings, "flext", metrics, platform.ready, extra=platform.tally.view),
        **pipeline_handlers(platform.pipelines),
        **run_handlers(platform.runs),
        **dbt_handlers(platform.dbt),
        **meltano_handlers(platform.meltano, platform.meltano_runs, platform.meltano_schedules),
        **SingerHandlers(catalogue, settings.environment).handlers(),
        **auth_handlers(platform.auth),
    }

    async def launch() -> None:
        try:
            await asyncio.to_thread(platform.launch)
        except StoreError as error:
            raise _configuration(error) from error

    async def close() -> None:
        # A run needs its grace period, whatever requests get.
        await asyncio.to_thread(platform.close, max(settings.grace, GRACE + 2.0))

    return build_app(
        "flext",
        handlers,
        token=settings.token,
        port=settings.port,
        metrics=metrics,
        websockets={"pipelines.follow": LogStream(platform.hub, platform.run_store, platform.logs, platform.now).serve},
        startup=[launch],
        shutdown=[close],
        idempotency=platform.keys,
        contract=contract,
        authority=platform.auth,
    )


def _configuration(error: StoreError) -> ConfigurationError:
    return ConfigurationError(f"{error}", code="STORE", hint=error.hint)
