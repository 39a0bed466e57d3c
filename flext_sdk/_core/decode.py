"""From the bytes of an answer to a value. Validators are bound once for each operation and kept.

pydantic is imported at the first answer that becomes a model, never for plain data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from flext_sdk._core.collector import without_collector
from flext_sdk._core.messages import decode_text
from flext_sdk._core.wire import reshape
from flext_sdk.errors import ResponseDecodeError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from flext_sdk._core.operations import Operation
    from flext_sdk._core.types import Json

__all__ = ["PageData", "decode", "decode_page", "load_model", "to_model"]

_SHOWN = 3
_EMPTY: dict[str, Callable[[], Json]] = {"list_type": list, "dict_type": dict}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PageData[T]:
    """One page as it came.

    Attributes:
        items: Its items.
        total: Items over all pages; None when the service does not tell.
        limit_only: The service takes a limit and no offset, so a further page is asked for with a greater limit.
    """

    items: list[T]
    total: int | None
    limit_only: bool = False


def decode[T](operation: Operation[T], content: bytes, content_type: str = "", *, models: bool = True) -> T:
    """The value of an answer.

    Args:
        operation: What was called.
        content: Body.
        content_type: Its content type, for text.
        models: False gives dicts and lists as they are in the JSON.

    Raises:
        ResponseDecodeError: If the body is not what the contract says.
    """
    value: Any = _decode(operation, content, content_type, models=models)
    return value  # type: ignore[no-any-return]


def _decode(operation: Operation[Any], content: bytes, content_type: str, *, models: bool) -> Json:
    if operation.response is None:
        return None
    if operation.response == "text":
        return decode_text(content, content_type)
    if not content:
        raise _failure(operation, "the body is empty")
    if operation.reshaped or operation.prometheus is not None:
        found = _prometheus(operation, content, content_type) if operation.prometheus is not None else None
        if found is None:
            found = reshape(operation, _unwrap(operation, _json(operation, content)))
        return to_model(operation, found) if models else found
    if operation.response == "json" or not models:
        return _unwrap(operation, _json(operation, content))
    if operation.unwrap is None:
        try:
            return _validator(operation.response).validate_json(content)
        except ValueError:
            pass  # the tolerant way below tells what is wrong, or mends it
    return to_model(operation, _unwrap(operation, _json(operation, content)))


def _prometheus(operation: Operation[Any], content: bytes, content_type: str) -> Json:
    from flext_sdk._core.prometheus import is_prometheus, metrics_of

    if not is_prometheus(content, content_type):
        return None
    try:
        return metrics_of(operation.prometheus or "", content, content_type)
    except ValueError as error:
        raise _failure(operation, str(error), hint="Does the address belong to the service?") from None


def decode_page[T](operation: Operation[T], content: bytes, *, models: bool = True) -> PageData[T]:
    """One page of a list operation; ``null`` is an empty list.

    Raises:
        ResponseDecodeError: If the body is not what the contract says.
    """
    paging, response = operation.paging, operation.response
    assert paging is not None
    assert response is not None
    if models and not operation.reshaped and operation.unwrap is None:
        try:
            page = _envelope(response, paging.items, paging.total).validate_json(content)
        except ValueError:
            pass
        else:
            if page.found is not None:
                return PageData(page.found, page.count)
    body = _json(operation, content)
    if operation.unwrap is not None:
        body = _unwrap(operation, body)
    items, total = _find_page(operation, body, paging.items, paging.total)
    if operation.reshaped:
        items = [reshape(operation, item) for item in items]
    if models:
        items = [to_model(operation, item) for item in items]
    # `count` of the public servers is the number of items in the answer; those that tell it know no offset.
    limited = total is None and paging.limit is not None and isinstance(body, Mapping) and "count" in body
    return PageData(items, total, limited)


def _find_page(operation: Operation[Any], body: Json, key: str, total_key: str | None) -> tuple[list[Json], int | None]:
    if isinstance(body, list):
        return body, None
    for holder in (body, body.get("data") if isinstance(body, Mapping) else None):
        if isinstance(holder, list):
            return holder, _count(body, total_key)
        for name in (key, "items"):
            if isinstance(holder, Mapping) and name in holder:
                items = holder[name] if holder[name] is not None else []
                if not isinstance(items, list):
                    raise _failure(operation, f"{name!r} is not a list")
                return items, _count(holder, total_key)
    raise _failure(operation, f"{key!r} is missing")


def _count(holder: Json, key: str | None) -> int | None:
    found = holder.get(key) if key is not None and isinstance(holder, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _unwrap(operation: Operation[Any], body: Json) -> Json:
    key = operation.unwrap
    if not isinstance(body, Mapping):
        return body
    if key is not None and key in body:
        return body[key]
    data = body.get("data")
    # Some services put every answer into {"success": true, "data": ...}.
    if body.get("success") is True and isinstance(data, Mapping):
        return data[key] if key is not None and key in data else data
    return body


def _json(operation: Operation[Any], content: bytes) -> Json:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        start = content.lstrip()[:1]
        what = "a web page" if start == b"<" else "no JSON"
        raise _failure(operation, f"the body is {what}", hint="Does the address belong to the service?") from error


def to_model(operation: Operation[Any], data: Json) -> Any:  # noqa: ANN401 - the model of the operation
    """Plain data as the model of an operation; ``null`` where the model has a list or mapping becomes an empty one.

    Raises:
        ResponseDecodeError: If the data does not fit.
    """
    from pydantic import ValidationError

    assert operation.response is not None
    validator = _validator(operation.response)
    try:
        return validator.validate_python(data)
    except ValidationError as error:
        try:
            return validator.validate_python(_mended(data, error))
        except ValidationError as last:
            raise _failure(operation, _faults(last)) from None


def _mended(data: Json, error: ValidationError) -> Json:
    mended = json.loads(json.dumps(data))
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        make = _EMPTY.get(fault["type"])
        if make is not None:
            _replace_null(mended, fault["loc"], make)
    return mended


def _replace_null(data: Json, place: tuple[int | str, ...], make: Callable[[], Json]) -> None:
    holder: Json = None
    key: Json = None
    for part in place:
        if (isinstance(data, dict) and part in data) or (isinstance(data, list) and part in range(len(data))):
            holder, key, data = data, part, data[part]  # type: ignore[index]
        # What is not in the data is the name of a union's branch.
    if holder is not None and data is None:
        holder[key] = make()


def _faults(error: ValidationError) -> str:
    # The input stays out: it may hold secrets.
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults[:_SHOWN]]
    more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return "; ".join(shown) + more


def _failure(operation: Operation[Any], what: str, *, hint: str | None = None) -> ResponseDecodeError:
    return ResponseDecodeError(
        f"The answer to {operation.id} is not what the contract says: {what}",
        hint=hint or "The server may be of another version than this client; models=False gives the plain data.",
    )


@cache
@without_collector
def load_model(name: str) -> type[Any]:
    """The model class of ``"module:Class"``."""
    module, _, attribute = name.partition(":")
    found: type[Any] = getattr(import_module(f"flext_sdk.models.{module}" if "." not in module else module), attribute)
    return found


@cache
@without_collector
def _validator(name: str) -> Any:  # noqa: ANN401 - its type would load pydantic
    return _built(load_model(name))


def _built(model: type[Any]) -> Any:  # noqa: ANN401 - as above
    from pydantic import TypeAdapter

    adapter = TypeAdapter(model)
    adapter.rebuild()
    return adapter.validator  # without the adapter around it, which looks at eight options at every call


@cache
@without_collector
def _envelope(name: str, items: str, total: str | None) -> Any:  # noqa: ANN401 - as above
    from pydantic import ConfigDict, Field, create_model

    model = load_model(name)
    fields: dict[str, Any] = {
        "found": (list[model] | None, Field(default=None, validation_alias=items)),  # type: ignore[valid-type]
        "count": (int | None, Field(default=None, validation_alias=total or "total")),
    }
    config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    return _built(create_model(f"PageOf{model.__name__}", __config__=config, **fields))
