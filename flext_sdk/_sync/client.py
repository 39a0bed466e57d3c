# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The client."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from random import random as _random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from flext_sdk._core.messages import RawResponse, decode_text, json_or_none
from flext_sdk._core.request import encode_body, encode_query
from flext_sdk._core.settings import SETTINGS, Resolved, Source, environment, resolve
from flext_sdk._sync import _local
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._facade import Resources
from flext_sdk._sync.calls import Exchange, Options, Outgoing, check_headers
from flext_sdk._sync.resource import Resource
from flext_sdk._sync.transport import Transport
from flext_sdk._version import __version__
from flext_sdk.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from flext_sdk._core.breaker import Breakers
    from flext_sdk._core.types import Json, Service
    from flext_sdk._sync._sender import Transport
    from flext_sdk._sync.calls import Middleware

__all__ = ["Flext"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PYTHON = ".".join(str(part) for part in sys.version_info[:2])
_USER_AGENT = f"flext-sdk/{__version__} python/{_PYTHON} {sys.platform}"
_METHODS = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


class Flext(Resources):
    """A client of the FLEXT platform.

    Without an address, in the arguments or the environment, it uses FlexCore and FLEXT Service of this machine, and
    starts them when they do not run. Values given here come before the environment (``FLEXT_URL``,
    ``FLEXT_FLEXCORE_URL``, ``FLEXT_SERVICE_URL``, ``FLEXT_TOKEN``, ``FLEXT_TIMEOUT``, ``FLEXT_RETRIES``,
    ``FLEXT_AUTOSTART``), and that before the defaults.

    Args:
        base_url: Address of both services, or a mapping with one for each: ``{"flexcore": ..., "flext": ...}``.
        token: Token of both services, or a mapping with one for each.
        timeout: Seconds that one call may take, with all its attempts and pauses. Default 60.
        retries: Attempts after the first one. Default 2.
        headers: More headers for every request.
        middleware: Code around every attempt, the first one outermost.
        http_client: An ``httpx`` client to send with, for proxies, certificates and the like. It stays yours to close.
        autostart: Whether services of this machine may be started. Default True.

    Raises:
        ConfigurationError: If a setting makes no sense.

    Example:
        ```python
        with Flext() as client:
            run = client.pipelines.start("orders", wait=True)
            print(run.records)
        ```
    """

    def __init__(
        self,
        base_url: str | Mapping[Service, str] | None = None,
        *,
        token: str | Mapping[Service, str] | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        middleware: Sequence[Middleware] = (),
        http_client: Any = None,  # noqa: ANN401 - no type of an HTTP library is in our signatures
        autostart: bool | None = None,
        _environ: Mapping[str, str] | None = None,
        _clock: Callable[[], float] = time.monotonic,
        _wall: Callable[[], float] = time.time,
        _sleep: Callable[[float], rt.Awaits[None]] = rt.sleep,
        _random: Callable[[], float] = _random,
        _sources: Sequence[Source] = (),
        _labels: Mapping[str, str] = _NO_LABELS,
        _notify: Callable[[str], None] = _local.say,
    ) -> None:
        environ = os.environ if _environ is None else _environ
        given = {
            "base_url": base_url,
            "token": token,
            "timeout": timeout,
            "retries": retries,
            "autostart": autostart,
        }
        labels = {**{name: name for name in given}, **_labels}
        arguments = Source("argument", given, lambda setting: labels[setting.name])
        settings = resolve([arguments, environment(environ), *_sources])
        self._settings = settings
        self._options = Options(
            timeout=settings.get_value("timeout"),
            retries=settings.get_value("retries"),
            headers=check_headers(headers),
            middleware=tuple(middleware),
        )
        self._transport = Transport(
            _Endpoints(settings, labels, _notify),
            client=http_client,
            user_agent=_USER_AGENT,
            clock=_clock,
            wall=_wall,
            sleep=_sleep,
            random=_random,
            environ=environ,
        )

    @property
    def settings(self) -> Resolved:
        """The settings in force, each with where it came from."""
        return self._settings

    @property
    def breakers(self) -> Breakers:
        """The circuit breakers, one for each service and group of operations, and their latest changes."""
        return self._transport.breakers

    @property
    def is_local(self) -> bool:
        """Whether the services of this machine are used."""
        endpoints = self._transport.endpoints
        return isinstance(endpoints, _Endpoints) and endpoints.is_local

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        middleware: Sequence[Middleware] | None = None,
        models: bool | None = None,
        token: str | Mapping[Service, str] | None = None,
    ) -> Self:
        """A copy with other options; it shares connections and circuit breakers with this client.

        Args:
            timeout: Seconds that one call may take.
            retries: Attempts after the first one.
            headers: Headers, added to those there are; the same name replaces.
            middleware: Middleware in place of what there is.
            models: False gives dicts and lists as they are in the JSON, in place of models.
            token: Token in place of the one there is.

        Raises:
            ConfigurationError: If a value makes no sense.

        Example:
            ```python
            patient = client.with_options(timeout=300)
            ```
        """
        given = {"timeout": timeout, "retries": retries, "token": token}
        checked = resolve([Source("argument", given)])
        changes: dict[str, Any] = {name: checked.get_value(name) for name, value in given.items() if value is not None}
        if headers is not None:
            changes["headers"] = (*self._options.headers, *check_headers(headers))
        if middleware is not None:
            changes["middleware"] = tuple(middleware)
        if models is not None:
            changes["models"] = models
        return self._copy(replace(self._options, **changes))

    def _copy(self, options: Options) -> Self:
        # Not copy.copy: the resources that hang on this client would go on using its options.
        other = object.__new__(type(self))
        other._settings = self._settings
        other._transport = self._transport
        other._options = options
        return other

    def _watching(self) -> Self:
        """A copy for looking again and again: whether the service is back is asked of the service, not of a breaker."""
        return self._copy(replace(self._options, breaker=False, recorder=None))

    def _looking(self) -> Self:
        """A copy that only looks: it starts no service and asks no breaker."""
        return self._copy(replace(self._options, breaker=False, autostart=False))

    def _socket_address(self, path: str) -> tuple[str, dict[str, str]]:
        """Address and headers of a WebSocket of FLEXT Service."""
        return self._transport.socket_address("flext", path, self._options)

    def raw[**P, T](self, method: Callable[P, rt.Awaits[T]]) -> Callable[P, rt.Awaits[RawResponse[T]]]:
        """A method whose result has the whole answer around it: status, headers, bytes, attempts.

        Args:
            method: A method of a resource of this client, such as ``client.pipelines.show``.

        Returns:
            A function with the same arguments that gives a `RawResponse`.

        Raises:
            UsageError: If it is no such method.

        Example:
            ```python
            answer = client.raw(client.pipelines.show)("orders")
            print(answer.status, answer.request_id, answer.value.name)
            ```
        """
        resource = getattr(method, "__self__", None)
        name = getattr(method, "__name__", "")
        if not isinstance(resource, Resource) or not hasattr(type(resource), name):
            raise UsageError("raw() takes a method of a resource, such as client.pipelines.show")
        owner = resource

        def call(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
            seen: list[Exchange] = []
            client = owner._client
            watched = client._copy(replace(client._options, recorder=seen.append))
            value: T = rt.resolved(getattr(type(owner)(watched), name)(*args, **kwargs))
            if not seen:
                raise UsageError(f"{name} did not call a service, so there is no answer to show")
            return _raw(value, seen[-1])

        return call

    def request(
        self,
        method: str,
        path: str,
        *,
        service: Service = "flext",
        query: Mapping[str, Json] | None = None,
        json: Json = None,
        content: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawResponse[Any]:
        """Send any request; retries, tokens and errors are as in all other calls.

        Args:
            method: HTTP method.
            path: Path from the root of the service, ``"/api/v1/pipelines"``.
            service: The service: ``flext`` or ``flexcore``.
            query: Query parameters; a list repeats the key, None is left out.
            json: Body, written as JSON.
            content: Body as it is, in place of ``json``.
            headers: More headers.

        Returns:
            The answer; its value is the decoded JSON, or the text where the answer is no JSON.

        Raises:
            UsageError: If the request cannot be written.
            APIStatusError: If the service answers with an error.
            FlextError: Any other failure; see `flext_sdk.errors`.

        Example:
            ```python
            answer = client.request("GET", "/api/v1/pipelines", query={"limit": 5})
            print(answer.value["total"])
            ```
        """
        verb = method.upper()
        if verb not in _METHODS:
            raise UsageError(f"{method!r} is no HTTP method", hint=f"One of {', '.join(sorted(_METHODS))}.")
        if service not in {"flext", "flexcore"}:
            raise UsageError(f"There is no service {service!r}", hint="flext or flexcore.")
        if json is not None and content is not None:
            raise UsageError("Give json or content, not both")
        text = encode_query((key, value, "repeat") for key, value in (query or {}).items())
        body = encode_body(json) if json is not None else content.encode() if isinstance(content, str) else content
        out = Outgoing(
            operation=f"{verb} {check_path(path)}",
            service=service,
            group="request",
            method=verb,
            path=f"{path}{'&' if '?' in path else '?'}{text}" if text else path,
            content=body,
            repeatable=verb in _SAFE,
            mutating=verb not in _SAFE,
            headers=check_headers(headers),
        )
        found = self._exchange(out)
        content_type = found.response.headers.get("content-type", "")
        value = json_or_none(found.response.content) if "json" in content_type else None
        if value is None and found.response.content and found.response.content.strip() != b"null":
            value = decode_text(found.response.content, content_type)
        return _raw(value, found)

    def _exchange(self, out: Outgoing) -> Exchange:
        found = self._transport.exchange(out, self._options)
        if self._options.recorder is not None:
            self._options.recorder(found)
        return found

    def close(self) -> None:
        """Close the connections of this client and of all its copies."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """Where it sends to."""
        if self.is_local:
            return "Flext(services of this machine)"
        urls = {name: self._transport.url_of(name) for name in _SERVICES}
        return f"Flext({urls})"


_SERVICES: tuple[Service, ...] = ("flexcore", "flext")


def check_path(path: str) -> str:
    """The path without its query.

    Raises:
        UsageError: If it is no path from the root. A whole address is refused: it would get the service's token.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise UsageError(f"{path!r} is no path", hint="A path begins with one slash: /api/v1/pipelines")
    if any(not c.isprintable() or c in " #" for c in path):
        raise UsageError(
            f"The path {path!r} has a space, a # or a control character", hint="Write them as %20, %23 and so on."
        )
    return path.partition("?")[0]


def _raw[T](value: T, found: Exchange) -> RawResponse[T]:
    response = found.response
    return RawResponse(
        value=value,
        status=response.status,
        headers=response.headers,
        content=response.content,
        request_id=found.request_id,
        attempts=found.attempts,
        elapsed=found.elapsed,
    )


def told(settings: Resolved, name: str, labels: Mapping[str, str]) -> str:
    """Where the value of a setting comes from, as a person would say: ``--url``, ``FLEXT_URL``, ``profile work``."""
    origin = settings[name].origin
    if origin == "environment":
        return next(setting.env for setting in SETTINGS if setting.name == name)
    return labels.get(name, name) if origin == "argument" else origin


class _Endpoints:
    """Addresses and tokens: from the settings, or of the services of this machine, looked up at the first call."""

    def __init__(self, settings: Resolved, labels: Mapping[str, str], notify: Callable[[str], None]) -> None:
        base, token = settings.get_value("base_url"), settings.get_value("token")
        self._notify = notify
        self._urls: dict[Service, str] = {}
        self._origins: dict[Service, str] = {}
        # One argument stands above any variable: FLEXT_SERVICE_URL must not redirect a client that names its address.
        if settings["base_url"].origin != "argument":
            pairs: tuple[tuple[Service, str], ...] = (("flexcore", "flexcore_url"), ("flext", "service_url"))
            for name, key in pairs:
                if (url := settings.get_value(key)) is not None:
                    self._urls[name] = url
                    self._origins[name] = told(settings, key, labels)
        for name in _SERVICES:
            url = base if isinstance(base, str) or base is None else base.get(name)
            if url is not None and name not in self._urls:
                self._urls[name] = url
                self._origins[name] = told(settings, "base_url", labels)
        self._token_origin = told(settings, "token", labels)
        self._tokens: dict[Service, str | None] = {
            name: token if isinstance(token, str) or token is None else token.get(name) for name in _SERVICES
        }
        self._autostart: bool = settings.get_value("autostart")
        self.is_local = not self._urls
        self._found: Mapping[Service, _local.Endpoint] | None = None
        self._given = {name: _local.Endpoint(url, self._tokens[name]) for name, url in self._urls.items()}

    def at_hand(self, service: Service) -> _local.Endpoint | None:
        """The address and token, when they are known without asking anybody."""
        found: Mapping[Service, _local.Endpoint] = self._given if self._found is None else self._found
        return found.get(service)

    def known(self, service: Service) -> str | None:
        """The address, as far as it is known now."""
        if self._found is not None and service in self._found:
            return self._found[service].url
        return self._urls.get(service)

    def origin(self, service: Service) -> str | None:
        """Where the address was given; None where the services of this machine are used."""
        return self._origins.get(service)

    def token_origin(self, service: Service) -> str | None:
        """Where the token was given; None where none was, or the services of this machine bring their own."""
        return None if self.is_local or self._tokens[service] is None else self._token_origin

    def get(self, service: Service, *, autostart: bool = True) -> _local.Endpoint:
        """The address and token of a service.

        Args:
            service: The service.
            autostart: False only looks, and starts none.

        Raises:
            ConfigurationError: If only the other one has an address.
            FlextError: If the services of this machine cannot be found or started.
        """
        if self.is_local:
            if self._found is None or service not in self._found:
                self._found = _local.endpoints(service, autostart=autostart and self._autostart, notify=self._notify)
            return self._found[service]
        given = self._given.get(service)
        if given is None:
            variable = "FLEXT_FLEXCORE_URL" if service == "flexcore" else "FLEXT_SERVICE_URL"
            raise ConfigurationError(
                f"There is no address for {service}",
                hint=f'Set {variable}, or give base_url={{"{service}": ...}}.',
            )
        return given

    def forget(self) -> bool:
        """Look again at the next attempt: a service of this machine may have moved to another port."""
        self._found = None
        return self.is_local
