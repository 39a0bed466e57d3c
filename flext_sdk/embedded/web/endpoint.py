"""One path of the contract: from an ASGI request to a call, and from what the handler gave to an answer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from flext_sdk.embedded.web import idempotency as keys
from flext_sdk.embedded.web.access import caller, require
from flext_sdk.embedded.web.body import NO_BODY, Disconnected, Limits, read_json
from flext_sdk.embedded.web.call import Answer, Call
from flext_sdk.embedded.web.errors import ApiError, validation_failed
from flext_sdk.embedded.web.gate import SLASH, path_of
from flext_sdk.embedded.web.problems import problem
from flext_sdk.embedded.web.respond import marked, send_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from flext_sdk.embedded.web.binding import BoundOperation
    from flext_sdk.embedded.web.idempotency import IdempotencyStore

__all__ = ["Endpoint", "Limits"]


class Endpoint:
    """ASGI application of one path.

    Args:
        operations: The operations by HTTP method.
        idempotency: Where answers are kept under the caller's key.
        limits: Bounds on what a request may send.
    """

    def __init__(
        self, operations: Mapping[str, BoundOperation], *, idempotency: IdempotencyStore | None, limits: Limits
    ) -> None:
        self._operations = dict(operations)
        self._idempotency = idempotency
        self._limits = limits
        allowed = set(operations) | {"OPTIONS"} | ({"HEAD"} if "GET" in operations else set())
        self._allow = {"Allow": ", ".join(sorted(allowed))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            ApiError: The answer is an error; the gate sends it.
        """
        method = scope["method"]
        operation = self._operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            if method == "OPTIONS":
                await send_answer(send, Answer(204, headers=self._allow))
                return
            raise ApiError(
                405,
                "METHOD_NOT_ALLOWED",
                f"{method} is not possible at {path_of(scope)}",
                hint=f"Possible: {self._allow['Allow']}.",
                headers=self._allow,
            )
        require(caller.get(), operation.spec.role, operation.spec.id)
        with suppress(Disconnected):
            call = await self._call(operation, scope, receive)
            answer = await self._once(operation, call, receive)
            if operation.spec.etag and answer.status == 200:
                answer = marked(answer, call.headers.get("if-none-match"))
            await send_answer(send, answer)

    async def _call(self, operation: BoundOperation, scope: Scope, receive: Receive) -> Call:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = operation.fixed or {key: text.replace(SLASH, "/") for key, text in scope["path_params"].items()}
        for value, check in zip(path.values(), operation.path_checks, strict=True):
            check.verify(value)
        query = operation.query.parse(scope["query_string"])
        return Call(
            operation_id=operation.spec.id,
            path=path,
            query=query,
            body=await self._body(operation, headers, receive) if operation.takes_body else None,
            headers=headers,
            request_id=scope["flext.request_id"],
            idempotency_key=keys.checked_key(headers.get("idempotency-key")) if operation.mutating else None,
            address=(scope.get("client") or ("", 0))[0],
        )

    async def _body(self, operation: BoundOperation, headers: Mapping[str, str], receive: Receive) -> Any:  # noqa: ANN401 - any JSON
        body = await read_json(receive, headers, self._limits)
        if body is NO_BODY or (body is None and not operation.spec.body_required):
            if operation.spec.body_required:
                raise validation_failed([problem("", "a JSON body is needed, and there is none")])
            return None
        if operation.body is not None:
            problems = operation.body.problems(body)
            if problems:
                raise validation_failed(problems)
        return body

    async def _once(self, operation: BoundOperation, call: Call, receive: Receive) -> Answer:
        """The answer, or the one that the same request got before."""
        store, key = self._idempotency, call.idempotency_key
        if store is None or key is None or operation.spec.secret:
            return await self._answer(operation, call, receive)
        mark = keys.fingerprint(call.operation_id, call.path, call.query, call.body)
        kept = await to_thread.run_sync(store.begin, key, call.operation_id, mark)
        if kept is not None:
            return Answer(kept.status, kept.body, {**kept.headers, "Idempotency-Replayed": "true"}, kept.media_type)
        try:
            answer = await self._answer(operation, call, receive)
        except ApiError as error:
            if keys.keeps(error.status):
                kept = Answer(error.status, error.body(call.request_id), error.headers)
                await to_thread.run_sync(store.finish, key, call.operation_id, mark, kept)
            else:
                await to_thread.run_sync(store.abandon, key, call.operation_id, mark)
            raise
        except BaseException:
            # Cancelled too: without this the key would stay taken although nobody works on it any more.
            await asyncio.shield(asyncio.to_thread(store.abandon, key, call.operation_id, mark))
            raise
        await to_thread.run_sync(store.finish, key, call.operation_id, mark, answer)
        return answer

    async def _answer(self, operation: BoundOperation, call: Call, receive: Receive) -> Answer:
        if not operation.is_async:
            result = await to_thread.run_sync(operation.handler, call)
        elif operation.cancels:
            result = await _while_connected(operation.handler(call), receive)
        else:
            result = await operation.handler(call)
        if isinstance(result, Answer):
            return result
        spec = operation.spec
        if spec.success is None:
            raise TypeError(f"{spec.id} has several success statuses, so its handler must return an Answer")
        return Answer(spec.success, result, media_type=spec.media_type)


async def _while_connected(work: Any, receive: Receive) -> Any:  # noqa: ANN401 - whatever the handler gives
    """The result of the work, which is cancelled when the caller goes away.

    Raises:
        Disconnected: The caller went away.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnect(receive))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Disconnected
    finally:
        for each in (task, gone):
            each.cancel()
        # The handler cleans up (it ends processes) before the request is over.
        await asyncio.gather(task, gone, return_exceptions=True)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
