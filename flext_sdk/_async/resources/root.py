"""Commands that belong to no group."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from flext_sdk._async import _local
from flext_sdk._async import _rt as rt
from flext_sdk._core.annotations import command
from flext_sdk._core.redact import redact_headers, redact_text
from flext_sdk._core.request import encode_body
from flext_sdk._version import __version__
from flext_sdk.errors import FlextError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flext_sdk._async.client import AsyncFlext
    from flext_sdk._core.messages import Request, Response
    from flext_sdk._core.types import Json

__all__ = ["api", "version"]

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@command(
    "api",
    positional=("method", "path"),
    hidden=("on_head",),
    aliases={"data": "-d", "field": "-f", "header": "-H", "include": "-i"},
    metavars={"param": "KEY=VALUE", "data": "JSON|@FILE|-", "field": "KEY=VALUE", "header": "'NAME: VALUE'"},
    mutating=True,
)
async def api(
    client: AsyncFlext,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
    path: str,
    *,
    service: Literal["flext", "flexcore"] = "flext",
    param: Mapping[str, Any] | Sequence[str] | None = None,
    field: Mapping[str, Any] | None = None,
    data: str | Mapping[str, Any] | None = None,
    header: Mapping[str, str] | Sequence[str] | None = None,
    include: bool = False,
    on_head: Callable[[str], object] = _local.say,
) -> Json:
    """Send any request to a service and show its answer.

    Token, retries and errors are as in all other commands. A whole address is refused: the token is for the
    services alone, and --url names theirs.

    Args:
        client: The client.
        method: HTTP method, in upper or lower case.
        path: Path from the root of the service; it may have a query.
        service: The service that is asked.
        param: Query parameter, sent as the text it is; a key that is given again is sent again.
        field: Member of a JSON body: JSON where the value is JSON, else text. Without a body (GET, DELETE, HEAD,
            OPTIONS) it becomes a query parameter.
        data: The whole body as JSON text, from a file as @FILE, or - for standard input.
        header: One more header of the request.
        include: Also show status line and headers of the answer, on standard error.
        on_head: Gets each line of those.

    Returns:
        The decoded JSON, the text where the answer is no JSON, or None where it is empty.

    Raises:
        UsageError: The request cannot be made out of this.
        APIStatusError: The service answers with an error.
        FlextError: Any other failure; see `flext_sdk.errors`.

    Example:
        ```python
        answer = await client.request("GET", "/api/v1/pipelines", query={"limit": 5})
        ```

    Command example:
        $ flext api GET /api/v1/info
        $ flext api GET /api/v1/pipelines --param limit=5 --query 'pipelines[].name'
        $ flext api GET /health --service flexcore --include
        $ flext api POST /api/v1/pipelines/orders/execute --field full_refresh=true
        $ flext api POST /api/v1/pipelines/validate --data @orders.json

    See also:
        flext service list
    """
    verb = method.upper()
    query = _query(param)
    content: bytes | None = None
    if verb not in _WITH_BODY:
        if data is not None:
            raise UsageError(f"A {verb} request has no body", hint="Give query parameters: --param KEY=VALUE")
        query = {**query, **(field or {})}
    elif field and data is not None:
        raise UsageError("--field and --data both make the body", hint="Give one of them.")
    elif data is not None:
        content = await rt.to_thread(_json_of, data)
    elif field:
        content = encode_body(field)
    seen: list[Response] = []

    async def watch(request: Request, call_next: Callable[[Request], rt.Awaits[Response]]) -> Response:
        response = await call_next(request)
        seen.append(response)
        return response

    sender = client.with_options(middleware=[*client._options.middleware, watch]) if include else client
    try:
        answer = await sender.request(
            verb, _path_of(path), service=service, query=query, content=content, headers=_headers(header)
        )
    finally:
        for line in _head_of(seen[-1]) if seen else ():
            on_head(line)
    return answer.value


def _path_of(text: str) -> str:
    if text.startswith("//") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        try:
            alone = urlsplit(text).path
        except ValueError:
            alone = ""
        raise UsageError(
            "A whole address is not taken: the token of the services would go to whatever host it names",
            hint=f"Give the path alone, {alone or '/api/v1/info'}, and name another platform with --url.",
        )
    return text if text.startswith("/") else f"/{text}"


def _query(given: Mapping[str, Any] | Sequence[str] | None) -> dict[str, Any]:
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f'--param: "{text}" is not KEY=VALUE')
        found.setdefault(key, []).append(value)
    return dict(found)


def _headers(given: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    if given is None or isinstance(given, Mapping):
        return dict(given or {})
    found: dict[str, str] = {}
    for text in given:
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            # What was given may be a secret; it is not repeated.
            raise UsageError("--header: a header is written NAME: VALUE", hint="For example -H 'Accept: text/plain'.")
        found[name.strip()] = value.strip()
    return found


def _json_of(data: str | Mapping[str, Any]) -> bytes:
    """The body as bytes; text is sent as it was written, once it is known to be JSON."""
    if not isinstance(data, str):
        return encode_body(data)
    where = "--data"
    try:
        if data == "-":
            where = "standard input"
            if sys.stdin is None:
                raise UsageError("Standard input is closed", hint="Give the body: --data JSON or --data @FILE.")
            content = sys.stdin.buffer.read()
        elif data.startswith("@"):
            where = data[1:]
            content = Path(where).expanduser().read_bytes()
        else:
            content = data.encode()
        json.loads(content, parse_constant=_no_constant)
    except OSError as error:
        raise UsageError(f"{where}: {(error.strerror or str(error)).lower()}", code="FILE_NOT_READABLE") from None
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{where} is not JSON: {error.msg.lower()} (line {error.lineno}, column {error.colno})",
            hint="Give JSON text, @FILE, or - for standard input; single members of the body: --field KEY=VALUE",
        ) from None
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON in UTF-8") from None
    return content


def _no_constant(text: str) -> Json:
    raise ValueError(text)


def _head_of(response: Response) -> Iterator[str]:
    try:
        phrase = f" {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = ""
    yield f"HTTP {response.status}{phrase}"
    for name, value in redact_headers(response.headers):
        yield f"{name}: {value}"
    yield ""


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

    See also:
        flext service status
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
