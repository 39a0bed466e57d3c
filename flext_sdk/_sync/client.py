# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The client."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sized
from dataclasses import replace
from functools import partial
from random import random as _random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, overload

from flext_sdk._core.arguments import is_any, kind
from flext_sdk._core.settings import Resolved, Source, environment, resolve
from flext_sdk._sync import _local
from flext_sdk._sync import _rt as rt
from flext_sdk._sync._endpoints import SERVICES, KnownEndpoints
from flext_sdk._sync._facade import Resources
from flext_sdk._sync._requests import any_answer, outgoing, raw_response
from flext_sdk._sync.calls import Exchange, Options, Outgoing, check_headers
from flext_sdk._sync.resource import Resource
from flext_sdk._sync.transport import Transport
from flext_sdk._version import __version__
from flext_sdk.errors import UsageError
from flext_sdk.profiles._find import LOCAL, find, home_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from flext_sdk._core.breaker import Breakers
    from flext_sdk._core.hooks import Hooks
    from flext_sdk._core.messages import RawResponse
    from flext_sdk._core.outcomes import BulkProgress, BulkResult
    from flext_sdk._core.types import Json, Service
    from flext_sdk._credentials import TokenStore
    from flext_sdk._sync._login import Logins
    from flext_sdk._sync._sender import TransportChoice
    from flext_sdk._sync.calls import Middleware
    from flext_sdk._telemetry import Telemetry
    from flext_sdk.profiles._find import ActiveProfile

__all__ = ["Flext"]

_PYTHON = ".".join(str(part) for part in sys.version_info[:2])
_USER_AGENT = f"flext-sdk/{__version__} python/{_PYTHON} {sys.platform}"
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


class Flext(Resources):
    """A client of the FLEXT platform.

    Without an address, in the arguments or the environment, it uses FlexCore and FLEXT Service of this machine, and
    starts them when they do not run. Values given here come before the environment (``FLEXT_URL``,
    ``FLEXT_FLEXCORE_URL``, ``FLEXT_SERVICE_URL``, ``FLEXT_TOKEN``, ``FLEXT_TIMEOUT``, ``FLEXT_RETRIES``,
    ``FLEXT_AUTOSTART``, ``FLEXT_TRANSPORT``, ``FLEXT_ANSWER_LIMIT``), that before the profile, that before
    ``config.yaml``, and that before the defaults.

    Args:
        base_url: Address of both services, or a mapping with one for each: ``{"flexcore": ..., "flext": ...}``.
        token: Token of both services, or a mapping with one for each.
        timeout: Seconds that one call may take, with all its attempts and pauses. Default 60.
        retries: Attempts after the first one. Default 2.
        headers: More headers for every request.
        middleware: Code around every attempt, the first one outermost.
        http_client: An ``httpx`` client to send with, for proxies, certificates and the like. It stays yours to close.
        autostart: Whether services of this machine may be started. Default True.
        transport: ``auto`` uses the extra ``fast`` where it is installed, but not in the main thread of a program
            without event loop: there Ctrl-C would have to wait for the answer. Otherwise it is ``slim``, plain http
            over the standard library alone, which starts sooner. ``stock`` is neither; ``fast`` is always the extra.
        hooks: Functions that are told what happens; see `Hooks`.
        cache: Keep answers that have an ETag, and ask the service each time whether they still hold. Default False.
        telemetry: True writes a span for each call with OpenTelemetry, the extra ``otel``; a ``TracerProvider`` writes
            them there.
        answer_limit: Bytes that one answer may have, decompressed; a larger one is refused before it fills the memory.
            Also text such as ``"256MB"``. Default 64 MiB.
        profile: The profile to use; without one that of ``FLEXT_PROFILE``, of the folder, or of ``config.yaml``.

    Raises:
        ConfigurationError: If a setting makes no sense.
        UsageError: If headers, middleware, hooks, ``http_client`` or ``telemetry`` are no such thing.

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
        transport: TransportChoice | None = None,
        hooks: Hooks | Sequence[Hooks] = (),
        cache: bool = False,
        telemetry: Any = False,  # noqa: ANN401 - nor one of OpenTelemetry
        answer_limit: int | str | None = None,
        profile: str | None = None,
        _environ: Mapping[str, str] | None = None,
        _clock: Callable[[], float] = time.monotonic,
        _wall: Callable[[], float] = time.time,
        _sleep: Callable[[float], rt.Awaits[None]] = rt.sleep,
        _random: Callable[[], float] = _random,
        _connect: Callable[..., rt.Awaits[rt.WebSocket]] = rt.connect_websocket,
        _sources: Sequence[Source] = (),
        _labels: Mapping[str, str] = _NO_LABELS,
        _notify: Callable[[str], None] = _local.say,
        _reads_files: bool = True,
        _token_store: TokenStore | None = None,
    ) -> None:
        environ = os.environ if _environ is None else _environ
        given = {
            "base_url": base_url,
            "token": token,
            "timeout": timeout,
            "retries": retries,
            "autostart": autostart,
            "transport": transport,
            "answer_limit": answer_limit,
        }
        labels = {**{name: name for name in given}, **_labels}
        arguments = Source("argument", given, lambda setting: labels[setting.name])
        self._environ = environ
        self._profile, self._files = find(profile, environ, _notify) if _reads_files else (None, ())
        settings = resolve([arguments, environment(environ), *self._files, *_sources])
        self._settings = settings
        self._options = Options(
            timeout=settings.get_value("timeout"),
            retries=settings.get_value("retries"),
            headers=check_headers(headers),
            middleware=_layers(middleware),
            hooks=_all_hooks(hooks),
            cache=cache,
            telemetry=_telemetry(telemetry),
        )
        self._transport = Transport(
            KnownEndpoints(settings, labels, _notify),
            client=_fitting(http_client),
            user_agent=_USER_AGENT,
            clock=_clock,
            wall=_wall,
            sleep=_sleep,
            random=_random,
            environ=environ,
            connect=_connect,
            transport=settings.get_value("transport"),
            answer_limit=settings.get_value("answer_limit"),
        )
        self._listen()
        self._transport.token_store = _token_store
        if _reads_files and self._takes_login() and self._keeps_secrets():
            self._transport.logins = self._logins()

    def _takes_login(self) -> bool:
        """Whether a login counts: not where a token was given for what is called."""
        return self._transport.endpoints.token_origin("flext") is None

    def _keeps_secrets(self) -> bool:
        """Whether there may be a login: one look at the disk, so that who never logged in pays for nothing more."""
        home = home_of(self._environ)
        return self._transport.token_store is not None or (
            home is not None and os.path.exists(f"{home}/credentials/{self._login_profile()}.json")  # noqa: PTH110
        )

    def _login_profile(self) -> str:
        return self._profile.name if self._profile is not None else LOCAL

    def _logins(self) -> Logins:
        """The logins of this client at its platform.

        Raises:
            ConfigurationError: There is no place to keep them, or what encrypts them is not installed.
        """
        transport = self._transport
        if transport.logins is not None:
            return transport.logins
        from flext_sdk._credentials import VaultTokenStore, login_key
        from flext_sdk._sync._login import Logins

        issuer = LOCAL if self.is_local else transport.url_of("flext") or ""
        store = transport.token_store or VaultTokenStore(self._login_profile(), self._environ)
        return Logins(transport, store, login_key(issuer), transport.wall)

    @classmethod
    def from_profile(cls, name: str, **options: Any) -> Self:  # noqa: ANN401 - those of a new client
        """A client of a profile, the same as ``profile=name``; options are as for a new client, and come first.

        Raises:
            ConfigurationError: If the profile is missing or broken.
        """
        return cls(profile=name, **options)

    @property
    def profile(self) -> ActiveProfile | None:
        """The profile in force, or None."""
        return self._profile

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
        return isinstance(endpoints, KnownEndpoints) and endpoints.is_local

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        middleware: Sequence[Middleware] | None = None,
        models: bool | None = None,
        token: str | Mapping[Service, str] | None = None,
        hooks: Hooks | Sequence[Hooks] | None = None,
        cache: bool | None = None,
        telemetry: Any = None,  # noqa: ANN401 - as in __init__
        breaker: bool | None = None,
        autostart: bool | None = None,
    ) -> Self:
        """A copy with other options; it shares connections and circuit breakers with this client.

        Args:
            timeout: Seconds that one call may take.
            retries: Attempts after the first one.
            headers: Headers, added to those there are; the same name replaces.
            middleware: Middleware in place of what there is.
            models: False gives dicts and lists as they are in the JSON, in place of models.
            token: Token in place of the one there is.
            hooks: Hooks in place of what there is.
            cache: Whether answers with an ETag are kept.
            telemetry: As for a new client; False ends it.
            breaker: False asks the service whatever its circuit breaker says, and tells the breaker nothing.
            autostart: Whether services of this machine may be started; what the client forbids stays forbidden.

        Raises:
            ConfigurationError: If a value makes no sense.
            UsageError: If headers, middleware, hooks or ``telemetry`` are no such thing.

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
            changes["middleware"] = _layers(middleware)
        switches = {"models": models, "cache": cache, "breaker": breaker, "autostart": autostart}
        changes |= {name: value for name, value in switches.items() if value is not None}
        if telemetry is not None:
            changes["telemetry"] = _telemetry(telemetry)
        if hooks is not None:
            changes["hooks"] = _all_hooks(hooks)
        copy = self._copy(replace(self._options, **changes))
        copy._listen()
        return copy

    @property
    def options(self) -> Options:
        """The options in force; `with_options` gives a copy with others."""
        return self._options

    def _listen(self) -> None:
        # Breakers belong to all copies, so their listeners do too; the same one is told once.
        for hooks in self._options.hooks:
            if hooks.on_breaker is not None:
                self._transport.breakers.subscribe(hooks.on_breaker)

    def _copy(self, options: Options) -> Self:
        # Not copy.copy: the resources that hang on this client would go on using its options.
        other = object.__new__(type(self))
        other._settings = self._settings
        other._environ = self._environ
        other._profile, other._files = self._profile, self._files
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
            return raw_response(value, seen[-1])

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
        out = outgoing(method, path, service=service, query=query, json=json, content=content, headers=headers)
        return any_answer(self._exchange(out))

    @overload
    def bulk[T](
        self,
        calls: Iterable[Callable[[], rt.Awaits[T]]],
        /,
        *,
        concurrency: int = 8,
        on_progress: Callable[[BulkProgress], object] | None = None,
        raise_on_error: bool = False,
    ) -> BulkResult[T]: ...
    @overload
    def bulk[I, T](
        self,
        calls: Callable[[I], rt.Awaits[T]],
        items: Iterable[I],
        /,
        *,
        concurrency: int = 8,
        on_progress: Callable[[BulkProgress], object] | None = None,
        raise_on_error: bool = False,
    ) -> BulkResult[T]: ...
    def bulk(
        self,
        calls: Any,
        items: Any = None,
        /,
        *,
        concurrency: int = 8,
        on_progress: Callable[[BulkProgress], object] | None = None,
        raise_on_error: bool = False,
    ) -> BulkResult[Any]:
        """Make many calls, so many at once, and gather what comes of each.

        Args:
            calls: Functions without arguments, each making one call; or one method, with ``items``.
            items: What the method is called with, one after the other. They are drawn as they are needed.
            concurrency: Calls under way at once. Default 8.
            on_progress: Told after each call.
            raise_on_error: End with the first failure instead of gathering them; no more calls are begun then.

        Returns:
            An outcome for each call, in the order of the calls.

        Raises:
            FlextError: With ``raise_on_error``, what the first call failed with.
            UsageError: If the arguments make no sense.

        Example:
            ```python
            shown = client.bulk(client.pipelines.show, ["orders", "returns"], concurrency=4)
            print([pipeline.status for pipeline in shown.values()])
            ```
        """
        from flext_sdk._sync.bulk import run_all

        given = calls if items is None else items
        if callable(calls) is (items is None) or isinstance(given, str) or not isinstance(given, Iterable):
            raise UsageError("bulk() takes functions, or one method and its items")
        ready: Any = calls
        if items is not None:
            each = (partial(calls, item) for item in items)
            ready = list(each) if isinstance(items, Sized) else each
        found: BulkResult[Any] = run_all(
            ready, concurrency=concurrency, on_progress=on_progress, raise_on_error=raise_on_error
        )
        return found

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

    def __copy__(self) -> Self:
        return self._copy(self._options)

    def __reduce__(self) -> str:
        raise TypeError("A client holds connections and cannot be pickled or copied deep; make one in each process")

    def __repr__(self) -> str:
        """Where it sends to."""
        if self.is_local:
            return "Flext(services of this machine)"
        urls = {name: self._transport.url_of(name) for name in SERVICES}
        return f"Flext({urls})"


def _all_hooks(hooks: Hooks | Sequence[Hooks]) -> tuple[Hooks, ...]:
    found = (hooks,) if not isinstance(hooks, Iterable) else tuple(hooks)
    for each in found:
        if not hasattr(each, "on_breaker"):
            raise UsageError(f"hooks takes Hooks, or a list of them; this is {kind(each)}")
    return found


def _layers(middleware: Sequence[Middleware]) -> tuple[Middleware, ...]:
    if is_any(middleware, Iterable):
        found = tuple(middleware)
        if all(map(callable, found)):
            return found
    raise UsageError("middleware takes a list of functions", hint="One alone: middleware=[function]")


def _fitting(client: Any) -> Any:  # noqa: ANN401 - as in Flext
    """The caller's client of httpx; one of the other colour would send the request, and then fail."""
    if client is None or hasattr(client, rt.CLOSES):
        return client
    raise UsageError(
        f"Flext cannot send with an http_client {kind(client)}",
        hint=f"It takes an {rt.HTTP_CLIENT}.",
    )


def _telemetry(given: Any) -> Telemetry | None:  # noqa: ANN401 - as in Flext
    if given is False or given is None:
        return None
    from flext_sdk._telemetry import Telemetry

    if isinstance(given, Telemetry):
        return given
    if given is not True and not hasattr(given, "get_tracer"):
        raise UsageError(f"telemetry takes True, False or a TracerProvider; this is {kind(given)}")
    return Telemetry(None if given is True else given)
