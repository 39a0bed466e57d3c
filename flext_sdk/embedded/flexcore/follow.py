"""The WebSocket of FlexCore: events as they are published.

The topic is ``events?after=event-12``: first what is stored behind that event, then new ones. With ``tail=N`` in place
of ``after`` it begins with the last N. ``type``, ``since`` and ``grep`` choose events. ``last_id`` in a frame is the id
up to which events were looked through; ``missed`` tells how many behind the place it came from are no longer kept.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from flext_sdk.embedded.web.channel import LINES_IN_FRAME, Channel, Now
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from flext_sdk.embedded.flexcore.events import Choice, Events

_TOPIC: Final = "events"
_OPTIONS: Final = ("after", "tail", "type", "since", "grep")
_MAX_TAIL: Final = 1000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EventStream:
    """Serves one WebSocket after the other.

    Args:
        events: The events.
        now: The clock.
    """

    def __init__(self, events: Events, now: Now = _utc_now) -> None:
        self._events = events
        self._now = now

    async def serve(self, websocket: WebSocket) -> None:
        """Serves a follower until it goes."""
        follower = _Follower(websocket, self._events, self._now)
        loop = asyncio.get_running_loop()

        def heard() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(follower.wake)

        self._events.listeners.add(heard)
        try:
            await follower.serve()
        finally:
            self._events.listeners.discard(heard)


class _Follower(Channel):
    def __init__(self, websocket: WebSocket, events: Events, now: Now) -> None:
        super().__init__(websocket, now, [f"{_TOPIC}?after=ID"])
        self._events = events
        self._choice: Choice | None = None
        self._last = 0

    def progress(self) -> dict[str, Any]:
        """The last event that was looked at."""
        return {"last_id": f"event-{self._last}"} if self._choice is not None else {}

    async def subscribe(self, topic: str) -> None:
        """Begins."""
        key, _, query = topic.partition("?")
        try:
            options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=10))
            tail = min(int(options.get("tail", 0)), _MAX_TAIL)
        except ValueError:
            await self.fail(key[:100], f"there is no topic {topic[:100]}")
            return
        if key != _TOPIC or any(option not in _OPTIONS for option in options) or tail < 0:
            await self.fail(key[:100], f"there is no topic {topic[:100]}; there is events with {', '.join(_OPTIONS)}")
            return
        try:
            choice = self._events.chosen(options)
            after = self._events.number(options["after"]) if "after" in options else None
            last = await asyncio.to_thread(self._events.before_last, choice, tail) if after is None else after
        except ApiError as error:
            await self.fail(_TOPIC, error.message)
            return
        self._choice, self._last = choice, last
        await self.frame("subscribed", _TOPIC, {"topic": _TOPIC, "after": f"event-{last}"})
        self.wake()

    async def unsubscribe(self, topic: str) -> None:
        """Ends."""
        self._choice = None
        await self.frame("unsubscribed", topic.partition("?")[0][:100], {"topic": _TOPIC})

    async def send_news(self) -> None:
        """Sends the events that are new."""
        while self._choice is not None:
            found, last, missed = await asyncio.to_thread(self._events.after, self._choice, self._last, LINES_IN_FRAME)
            if found or missed:
                data = {"events": found, "last_id": f"event-{last}"}
                await self.frame("domain_event", _TOPIC, {**data, "missed": missed} if missed else data)
            self._last = last
            if len(found) < LINES_IN_FRAME:
                return
