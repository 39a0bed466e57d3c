"""Commands that belong to no group."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

from flext_sdk._core.annotations import command
from flext_sdk._core.redact import redact_text
from flext_sdk._version import __version__
from flext_sdk.errors import FlextError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flext_sdk._async.client import AsyncFlext
    from flext_sdk._core.types import Json

__all__ = ["api", "version"]


@command("api", positional=("method", "path"), metavars={"query": "KEY=VALUE", "data": "KEY=VALUE|JSON"}, mutating=True)
async def api(
    client: AsyncFlext,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
    path: str,
    *,
    service: Literal["flext", "flexcore"] = "flext",
    query: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Json:
    """Send any request to a service and show its answer.

    Token, retries and errors are as in all other commands.

    Args:
        client: The client.
        method: HTTP method.
        path: Path from the root of the service.
        service: The service that is asked.
        query: Query parameters.
        data: Body, written as JSON.

    Returns:
        The decoded JSON, or the text where the answer is no JSON.

    Raises:
        APIStatusError: The service answers with an error.
        FlextError: Any other failure; see `flext_sdk.errors`.

    Example:
        ```python
        answer = await client.request("GET", "/api/v1/pipelines", query={"limit": 5})
        ```

    Command example:
        $ flext api GET /api/v1/info
        $ flext api GET /health --service flexcore
        $ flext api POST /api/v1/pipelines/orders/execute --data full_refresh=true
    """
    return (await client.request(method, path, service=service, query=query, json=data)).value


@command("version", columns=("name", "version", "detail:"))
async def version(client: AsyncFlext) -> Sequence[dict[str, Any]]:
    """Show the version of this program and of the services it uses.

    Services of this machine that do not run are not started for it.

    Args:
        client: The client.

    Returns:
        One entry each: name, version and a detail.

    Example:
        ```python
        import flext_sdk
        print(flext_sdk.__version__)
        ```

    Command example:
        $ flext version
    """
    python = ".".join(str(part) for part in sys.version_info[:3])
    found = [{"name": "flext-sdk", "version": __version__, "detail": f"Python {python}"}]
    try:
        services = [one.to_dict() for one in await client.with_options(models=True).services.list()]
    except FlextError as error:
        return [*found, {"name": "services", "version": None, "detail": redact_text(error.message)}]
    return found + [
        {"name": one["name"], "version": one.get("version"), "detail": one.get("url") or one["status"]}
        for one in services
    ]
