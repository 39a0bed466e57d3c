"""One WebSocket of somebody who follows something: frames, heartbeats, and bounds on what a bad peer can cost.

Frames are ``{type, topic, data, timestamp, message_id}``. Messages from the other end are ``{type, data}``:
``subscribe`` and ``unsubscribe`` with a topic, and ``ping``.

Nothing is queued for a peer that does not read: a channel knows only how far it has come, so whoever is slow is sent
later what is stored by then. A peer that takes nothing for a minute is given up; it may come again and go on from the
last id it saw. One that is not there any more is noticed by the pings of the server below.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_MESSAGE: Final = 4096
LINES_IN_FRAME: Final = 50
BYTES_IN_FRAME: Final = 1 << 18
GATHER: Final = 0.02
"""Seconds; what comes within this time goes into one frame."""
HEARTBEAT: Final = 10.0
"""Seconds of silence after which a heartbeat is sent."""
STALLED: Final = 60.0
"""Seconds after which a peer that takes nothing is given up."""

type Now = Callable[[], datetime]
"""Gives the present moment."""

_LOG: Final = logging.getLogger("flext.web")


class Channel(ABC):
    """Serves one WebSocket. What there is to follow is said by subclasses.

    Args:
        websocket: The connection.
        now: The clock.
        topics: The topics, for the first frame.
    """

    heartbeat = HEARTBEAT
    stalled = STALLED

    def __init__(self, websocket: WebSocket, now: Now, topics: Sequence[str]) -> None:
        self._websocket = websocket
        self._now = now
        self._topics = topics
        self._news = asyncio.Event()
        self._sending = asyncio.Lock()

    def wake(self) -> None:
        """There is something new to send. Called in the event loop; quick."""
        self._news.set()

    @abstractmethod
    async def subscribe(self, topic: str) -> None:
        """The other end wants a topic."""

    @abstractmethod
    async def unsubscribe(self, topic: str) -> None:
        """The other end no longer wants a topic."""

    @abstractmethod
    async def send_news(self) -> None:
        """Sends what is new."""

    def progress(self) -> dict[str, Any]:
        """How far each topic was looked through, for heartbeats: filters may leave out much."""
        return {}

    async def serve(self) -> None:
        """Sends and receives until the connection ends."""
        await self._websocket.accept()
        tasks = [asyncio.create_task(self._send_all()), asyncio.create_task(self._receive())]
        try:
            await self.frame("welcome", "system", {"topics": list(self._topics)})
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except WebSocketDisconnect:
            return
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await task

    async def _send_all(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self.heartbeat):
                    await self._news.wait()
            except TimeoutError:
                await self.frame("heartbeat", "system", self.progress())
                continue
            await asyncio.sleep(GATHER)
            self._news.clear()
            await self.send_news()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
            if len(text.encode()) > MAX_MESSAGE:
                await self._websocket.close(1009, f"a message may have {MAX_MESSAGE} bytes")
                return
            await self._handle(text)

    async def _handle(self, text: str) -> None:
        try:
            message = json.loads(text)
            kind, data = message["type"], message.get("data")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            await self.fail("", "send {type, data}, such as subscribe to a topic")
            return
        if kind == "ping":
            await self.frame("pong", "system", None)
        elif kind == "subscribe" and isinstance(data, str):
            await self.subscribe(data)
        elif kind == "unsubscribe" and isinstance(data, str):
            await self.unsubscribe(data)
        else:
            await self.fail("", "there is subscribe and unsubscribe with a topic as data, and ping")

    async def fail(self, topic: str, message: str) -> None:
        """Sends an error."""
        await self.frame("error", topic, {"message": message})

    async def frame(self, kind: str, topic: str, data: Any) -> None:  # noqa: ANN401 - any JSON
        """Sends a frame."""
        await self.send(packed(kind, topic, data, self._now))

    async def send(self, text: str) -> None:
        """Sends a frame that is text already.

        Raises:
            WebSocketDisconnect: The other end is gone, or takes nothing.
        """
        try:
            async with asyncio.timeout(self.stalled), self._sending:
                await self._websocket.send_text(text)
                # Sending waits for nothing while there is room: others want to have their turn, and a loss be noticed.
                await asyncio.sleep(0)
        except TimeoutError:
            _LOG.warning("gave up a follower that took nothing for %g seconds", self.stalled)
            raise WebSocketDisconnect(1011) from None
        except RuntimeError:  # the frame came after a close
            raise WebSocketDisconnect(1006) from None


def packed(kind: str, topic: str, data: Any, now: Now) -> str:  # noqa: ANN401 - any JSON
    """A frame as text."""
    moment = now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    frame = {"type": kind, "topic": topic, "data": data, "timestamp": moment, "message_id": uuid.uuid4().hex}
    return orjson.dumps(frame).decode()


__all__ = [
    "BYTES_IN_FRAME",
    "GATHER",
    "HEARTBEAT",
    "LINES_IN_FRAME",
    "MAX_MESSAGE",
    "STALLED",
    "Channel",
    "Now",
    "packed",
]
