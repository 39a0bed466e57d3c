"""Base of all resources."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from flext_sdk._async import _rt as rt
from flext_sdk._async.calls import Outgoing
from flext_sdk._async.pagination import AsyncPage
from flext_sdk._core.decode import PageData, decode, decode_page, to_model
from flext_sdk._core.request import encode_body, plan_for
from flext_sdk.errors import NotSupportedError, ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flext_sdk._async.client import AsyncFlext
    from flext_sdk._core.messages import Response
    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json

__all__ = ["AsyncResource"]

_NOTHING: Mapping[str, object] = MappingProxyType({})


class AsyncResource:
    """A group of operations of a client.

    Args:
        client: The client that sends the calls.
    """

    def __init__(self, client: AsyncFlext) -> None:
        self._client = client

    def __repr__(self) -> str:
        """Whose operations these are."""
        return f"{type(self).__name__}({self._client!r})"

    async def _call[T](
        self,
        op: Operation[T],
        *,
        path: Mapping[str, Json] = _NOTHING,
        query: Mapping[str, Json] = _NOTHING,
        body: Json = None,
    ) -> T:
        """Call an operation. Keys are Python names; what is None is left out, also of a body that is a mapping."""
        if op.variants:
            op, response = await self._route(op, path, query, body)
        else:
            response = await self._send(op, path, query, body)
        told = op.response == "text" or op.prometheus is not None
        content_type = response.headers.get("content-type", "") if told else ""
        try:
            return decode(op, response.content, content_type, models=self._client._options.models)
        except ResponseDecodeError as error:
            raise self._placed(op, error) from error.__cause__

    def _page[T](
        self, op: Operation[T], *, path: Mapping[str, Json] = _NOTHING, query: Mapping[str, Json] = _NOTHING
    ) -> AsyncPage[T]:
        """A page of a list operation; it is fetched when it is awaited."""
        paging = op.paging
        assert paging is not None
        plan = plan_for(op)
        limit, offset = plan.limit, plan.offset

        async def get(asked: Mapping[str, Json]) -> PageData[T]:
            if op.variants:
                route, response = await self._route(op, path, asked, None)
            else:
                route, response = op, await self._send(op, path, asked, None)
            try:
                return decode_page(route, response.content, models=self._client._options.models)
            except ResponseDecodeError as error:
                raise self._placed(route, error) from error.__cause__

        async def fetch(start: int | None) -> PageData[T]:
            asked = query if start is None or offset is None else {**query, offset: start}
            data = await get(asked)
            size = query.get(limit) if limit is not None else None
            if start is None or not data.limit_only or not size:
                return data
            # The same items as before: this server takes no offset. All up to the end of the wanted page, then.
            data = await get({**query, str(limit): start + size})
            return PageData(data.items[start:], None, limit_only=True)

        return rt.ready(
            AsyncPage(
                fetch,
                limit=query.get(limit) if limit is not None else None,
                offset=(query.get(offset) if offset is not None else None) or 0,
                whole=offset is None,
            )
        )

    def _placed(self, op: Operation[Any], error: ResponseDecodeError) -> ResponseDecodeError:
        """The error with the address that the answer came from."""
        told = self._client._transport.told_address(op.service)
        error.hint = f"{error.hint or ''} It came from {told}.".strip()
        return error

    def _shaped[T](self, op: Operation[T], data: Json) -> T:
        """Plain data as a call of the operation would give it."""
        made: Any = to_model(op, data) if self._client._options.models else data
        return cast("T", made)

    async def _send(
        self, op: Operation[object], path: Mapping[str, Json], query: Mapping[str, Json], body: Json
    ) -> Response:
        plan = plan_for(op)
        content = None
        if body is not None or plan.body_expected:
            if isinstance(body, dict):
                body = {key: value for key, value in body.items() if value is not None}
            # An operation that takes a body gets one, even when all of it was left out.
            content = encode_body({} if body is None else body)
        out = Outgoing(
            op.id,
            op.service,
            op.group,
            op.method,
            plan.url_path(path, query),
            content,
            plan.repeatable,
            op.mutating,
            (),
            op.path,
            op.cache,
        )
        try:
            return (await self._client._exchange(out)).response
        except NotSupportedError as error:
            from flext_sdk._async.routes import explained

            raise await explained(self._client, op, error) from None

    async def _route[T](
        self, op: Operation[T], path: Mapping[str, Json], query: Mapping[str, Json], body: Json
    ) -> tuple[Operation[T], Response]:
        """The route of an operation that the server has, and its answer."""
        from flext_sdk._async.routes import send

        return await send(self, op, path, query, body)
