"""Frames of a WebSocket that carry log lines, from their text to models in one step."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import TypeAdapter

    from flext_sdk._core.types import Json

__all__ = ["lines_of", "plain"]

_BEGINS = b'{"type":"pipeline_log",'


def lines_of(text: str | bytes) -> dict[str, Json] | None:
    """The data of a frame of many lines, with the lines as models.

    None for other frames, and for one that has lines only the tolerant way of other answers understands.
    """
    head = text[: len(_BEGINS)]
    if (head.encode() if isinstance(head, str) else head) != _BEGINS:
        return None
    try:
        found: dict[str, Any] = _adapter().validate_json(text)["data"]
    except ValueError:
        return None
    return found


def plain(text: str | bytes) -> Json:
    """The JSON of a frame; half the time of `json.loads`, which is most of what a line costs.

    Raises:
        ValueError: It is none.
    """
    try:
        found: Json = _reader()(text)
    except ValueError:
        # It is stricter: half a pair of surrogates is no text to it.
        found = json.loads(text)
    return found


@cache
def _reader() -> Callable[[str | bytes], Any]:
    from pydantic_core import from_json

    return from_json


@cache
def _adapter() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    from flext_sdk._core.decode import load_model

    line: Any = load_model("runs:LogEntry")
    data: Any = TypedDict("data", {"execution_id": str, "logs": list[line], "last_id": int, "missed": NotRequired[int]})
    frame: Any = TypedDict("frame", {"data": data})
    return TypeAdapter(frame)
