"""Pages of a list of records: how the next one is asked for, and how the end is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError

from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._http import Api, following, shown
from flext_sdk.connectors._json import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx

    from flext_sdk.connectors._types import Json

_PARAMS = {"page": "page", "offset": "offset", "cursor": "cursor"}


def pages(api: Api, stream: Mapping[str, Any], bookmark: str | None) -> Iterator[list[dict[str, Any]]]:
    """The records of a stream, page by page.

    Args:
        api: The server.
        stream: An element of the setting ``streams``.
        bookmark: The last value of the replication key, None for none.

    Raises:
        ConnectorError: If the server does not answer, or not with records.
    """
    yield from _Pages(api, stream, bookmark)


class _Pages:
    """One walk through the pages of a stream."""

    def __init__(self, api: Api, stream: Mapping[str, Any], bookmark: str | None) -> None:
        self._api = api
        self._stream = stream
        self._name = stream["name"]
        self._method = stream.get("method") or "GET"
        self._how: Mapping[str, Any] = stream.get("pagination") or {"type": "none"}
        self._kind = self._how["type"]
        self._records = compiled(f"streams.{self._name}.records", stream.get("records") or "@")
        needs_path = self._kind in ("cursor", "next_url")
        if needs_path and not self._how.get("path"):
            raise ConnectorError(
                f"the settings are not valid: {self._name}: pagination of the type {self._kind} needs path"
            )
        if self._kind == "offset" and not self._how.get("size"):
            raise ConnectorError(f"the settings are not valid: {self._name}: pagination of the type offset needs size")
        self._path = compiled(f"streams.{self._name}.pagination.path", self._how["path"]) if needs_path else None
        params = _params(stream, bookmark)
        if self._how.get("size"):
            params[self._how.get("size_param") or "limit"] = str(self._how["size"])
        self._url = api.address(stream["path"])
        if params:
            self._url = self._url.copy_merge_params(params)
        self._param = self._how.get("param") or _PARAMS.get(self._kind, "")

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        url: httpx.URL | None = self._first()
        seen = {str(url)}
        before: bytes | None = None
        number = taken = 0
        while url is not None:
            answer = self._api.request(
                self._method,
                url,
                headers=self._stream.get("headers"),
                body=self._stream.get("body"),
                missing=bool(number) and self._kind == "page",
            )
            if answer is None:
                return  # beyond the last page
            data = self._parsed(url, answer.content)
            records = self._found(url, data, first=not number)
            if number and self._kind in ("page", "offset") and records and answer.content == before:
                raise ConnectorError(
                    f"{self._name}: two pages are the same; does {shown(url)} take the parameter {self._param}?"
                )
            before = answer.content
            number += 1
            taken += len(records)
            if records:
                yield records
            url = self._next(url, answer, data, len(records), number, taken)
            if url is not None and str(url) in seen:
                raise ConnectorError(f"{self._name}: the pages go round in a circle at {shown(url)}")
            seen.add(str(url))

    def _first(self) -> httpx.URL:
        if self._kind == "page":
            return self._url.copy_set_param(self._param, str(self._start()))
        return self._url.copy_set_param(self._param, "0") if self._kind == "offset" else self._url

    def _start(self) -> int:
        start = self._how.get("start")
        return 1 if start is None else int(start)

    def _next(
        self, url: httpx.URL, answer: httpx.Response, data: Json, count: int, number: int, taken: int
    ) -> httpx.URL | None:
        """The address of the next page; numbers end with an empty one, for a short one may be the server's limit."""
        if self._kind in ("page", "offset"):
            place = self._start() + number if self._kind == "page" else taken
            return self._url.copy_set_param(self._param, str(place)) if count else None
        if self._kind == "link_header":
            link = answer.links.get("next", {}).get("url")
            return following(url, link) if link else None
        if self._path is None:
            return None
        found = self._path(data)
        if found in (None, "", False):
            return None
        if not isinstance(found, str | int):
            raise ConnectorError(f"{self._name}: pagination.path leads to something that is neither text nor number")
        return (
            following(url, str(found))
            if self._kind == "next_url"
            else self._url.copy_set_param(self._param, str(found))
        )

    def _parsed(self, url: httpx.URL, content: bytes) -> Json:
        try:
            return loads(content)
        except (ValueError, UnicodeDecodeError) as error:
            reason = str(error).partition(": line")[0][:80]
            raise ConnectorError(f"{self._method} {shown(url)}: the answer is not JSON ({reason})") from None

    def _found(self, url: httpx.URL, data: Json, *, first: bool) -> list[dict[str, Any]]:
        found = self._records(data)
        where = self._stream.get("records") or "the answer itself"
        if found is None and not first:
            return []
        if isinstance(found, dict):
            return [found]
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise ConnectorError(f"{self._method} {shown(url)}: there is no list of objects at {where} (records)")
        return found


def compiled(place: str, expression: str) -> Callable[[Json], Json]:
    """What looks something up in an answer: a dotted path, or any JMESPath; ``$.`` in front is no harm.

    Raises:
        ConnectorError: If it is neither.
    """
    plain = expression.removeprefix("$").removeprefix(".") or "@"
    try:
        parsed = jmespath.compile(plain)
    except JMESPathError:
        raise ConnectorError(
            f"the settings are not valid: {place}: {expression} is no path such as data.items"
        ) from None

    def search(data: Json) -> Json:
        try:
            return parsed.search(data)
        except JMESPathError as error:
            raise ConnectorError(f"{place}: {expression}: {str(error).partition(chr(10))[0]}") from None

    return search


def _params(stream: Mapping[str, Any], bookmark: str | None) -> dict[str, str]:
    """Query parameters, the bookmark put in its place."""
    since = bookmark if bookmark is not None else stream.get("start_value")
    params = {}
    for name, value in (stream.get("params") or {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if "{bookmark}" in text:
            if since is None:
                continue
            text = text.replace("{bookmark}", str(since))
        params[name] = text
    return params
