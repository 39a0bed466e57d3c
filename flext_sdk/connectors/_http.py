"""Requests of ``tap-rest``: credentials that stay with their host, patience with a busy server."""

from __future__ import annotations

import base64
import email.utils
import random
import time
from typing import TYPE_CHECKING, Any

import httpx

from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk.connectors._settings import Settings

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 10
_LONGEST_WAIT = 30.0
# A server may ask for more patience than a run should have.
_LONGEST_RETRY_AFTER = 600.0
_NEEDED = {"bearer": ("token",), "basic": ("user", "password"), "api_key": ("api_key",), "none": ()}


class Api:
    """The server that the settings name.

    Args:
        settings: Of ``tap-rest``.
        clock: Seconds that only grow.
        now: Seconds since 1970, for Retry-After.
        sleep: Waits some seconds.
        jitter: A number from 0 to 1.

    Raises:
        ConnectorError: If url or auth cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base = _url(settings["url"])
        self._headers = checked(settings.get("headers") or {}) | _credentials(settings.get("auth") or {"type": "none"})
        self._retries = settings["retries"]
        self._pause = 1 / settings["rate_limit"] if settings.get("rate_limit") else 0.0
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._next = 0.0
        try:
            # Redirects are followed here, where every header is set: so that no secret goes to another host.
            self._client = httpx.Client(timeout=settings["timeout"], follow_redirects=False)
        except (ValueError, OSError) as error:  # a proxy or certificate of the environment
            raise ConnectorError(f"cannot make requests: {error}") from None

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def address(self, path: str) -> httpx.URL:
        """The address of what a path below the url names; a whole address stays as it is.

        Raises:
            ConnectorError: If it is none.
        """
        if path.startswith(("http://", "https://")):
            return _url(path)
        try:
            return httpx.URL(str(self._base).rstrip("/") + "/" + path.lstrip("/"))
        except httpx.InvalidURL:
            raise ConnectorError(f"path: {path} cannot be part of an address") from None

    def request(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,  # noqa: ANN401 - JSON
        missing: bool = False,
    ) -> httpx.Response | None:
        """An answer of the server.

        Args:
            method: GET or POST.
            url: The address, with its query.
            headers: Headers beside those of every request; they go to the server of the url alone, too.
            body: JSON to send.
            missing: Whether 404 is an answer: None.

        Raises:
            ConnectorError: If there is none, or it is an error.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = self._patiently(method, url, headers or {}, body)
            if answer.status_code in _REDIRECTS and "location" in answer.headers:
                if method != "GET":
                    raise ConnectorError(f"{method} {shown(url)}: it is redirected, which only GET may be")
                url = _joined(url, answer.headers["location"])
                continue
            if answer.status_code == 404 and missing:
                return None
            if not answer.is_success:
                raise ConnectorError(
                    f"{method} {shown(url)}: {answer.status_code} {answer.reason_phrase}{_hint(answer)}"
                )
            return answer
        raise ConnectorError(f"{method} {shown(url)}: too many redirects")

    def _patiently(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: Any) -> httpx.Response:  # noqa: ANN401
        attempt = 0
        while True:
            wait, reason = 0.0, ""
            try:
                answer = self._once(method, url, headers, body)
                if answer.status_code not in _AGAIN:
                    return answer
                reason = f"{answer.status_code} {answer.reason_phrase}"
                wait = self._retry_after(answer, f"{method} {shown(url)}: {reason}")
            except httpx.TimeoutException as error:
                late = "connection" if isinstance(error, httpx.ConnectTimeout) else "answer"
                reason = f"no {late} in time (timeout)"
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
                raise ConnectorError(f"{method} {shown(url)}: it cannot be asked for: {error}") from None
            except httpx.TransportError as error:
                reason = str(error).partition("\n")[0] or type(error).__name__
            if attempt >= self._retries:
                tries = f", {attempt + 1} times" if attempt else ""
                raise ConnectorError(f"{method} {shown(url)}: {reason}{tries}")
            wait = wait or min(_LONGEST_WAIT, 0.5 * 2**attempt) * self._jitter()
            attempt += 1
            say("WARNING", f"{method} {shown(url)}: {reason}; again in {wait:.1f} s")
            self._sleep(wait)

    def _once(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: Any) -> httpx.Response:  # noqa: ANN401
        if self._pause:
            delay = self._next - self._clock()
            if delay > 0:
                self._sleep(delay)
            self._next = self._clock() + self._pause
        given = {"Accept": "application/json"}
        if _is_home(self._base, url):
            given |= {**self._headers, **headers}
        return self._client.request(method, url, headers=given, json=body)

    def _retry_after(self, answer: httpx.Response, what: str) -> float:
        text = answer.headers.get("retry-after", "").strip()
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = email.utils.parsedate_to_datetime(text).timestamp() - self._now()
            except (TypeError, ValueError):
                return 0.0
        if not seconds <= _LONGEST_RETRY_AFTER:
            raise ConnectorError(f"{what}, and it asks to wait {seconds:.0f} s; run again then")
        return max(seconds, 0.0)


def following(url: httpx.URL, link: str) -> httpx.URL:
    """The address of the next page.

    Raises:
        ConnectorError: If it is none.
    """
    return _joined(url, link)


def _joined(url: httpx.URL, link: str) -> httpx.URL:
    try:
        found = url.join(link)
    except (httpx.InvalidURL, ValueError):
        raise ConnectorError(f"GET {shown(url)}: it leads to something that is no address") from None
    if found.scheme not in ("http", "https"):
        raise ConnectorError(f"GET {shown(url)}: it leads to an address of the kind {found.scheme}")
    return found


def shown(url: httpx.URL) -> str:
    """An address for a message: what follows the path may hold secrets."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def _url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ConnectorError("url: it is no address; it must look like https://host/api") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConnectorError("url: it must begin with https:// or http:// and name a host")
    if url.userinfo:
        raise ConnectorError("url: it must not hold user and password; use auth")
    return url


def _is_home(base: httpx.URL, url: httpx.URL) -> bool:
    """Whether an address may see the credentials: the same server, or the same one encrypted."""
    if base.host != url.host:
        return False
    default = {"http": 80, "https": 443}
    one, other = base.port or default[base.scheme], url.port or default.get(url.scheme)
    same = base.scheme == url.scheme and one == other
    return same or (base.scheme == "http" and url.scheme == "https" and one == 80 and other == 443)


def _credentials(auth: Mapping[str, Any]) -> dict[str, str]:
    kind = auth["type"]
    for name in _NEEDED[kind]:
        if not auth.get(name):
            raise ConnectorError(f"the settings are not valid: auth.{name} is required for the type {kind}")
    if kind == "none":
        return {}
    name = "Authorization"
    if kind == "bearer":
        value = f"Bearer {auth['token']}"
    elif kind == "basic":
        value = "Basic " + base64.b64encode(f"{auth['user']}:{auth['password']}".encode()).decode()
    else:
        name, value = auth.get("name") or "X-API-Key", auth["api_key"]
    return checked({name: value})


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that can be sent.

    Raises:
        ConnectorError: If there are characters in them that cannot.
    """
    for name, value in headers.items():
        if not (name + value).isascii() or not (name + value).isprintable() or not name.strip(" :") or ":" in name:
            raise ConnectorError(f"headers, auth: the header {name[:40]!r} may hold printable ASCII characters only")
    return dict(headers)


def _hint(answer: httpx.Response) -> str:
    if answer.status_code in (401, 403):
        return " (see auth in the settings)"
    return " (see url and path in the settings)" if answer.status_code == 404 else ""
