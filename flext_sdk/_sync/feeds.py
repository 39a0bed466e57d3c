# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""Following something over a WebSocket, or by asking again and again where there is none.

What is followed has ids that grow. The feed knows the last one; after every break it goes on behind it, by whatever
way, so nothing is lost and nothing comes twice. It reads no more than its consumer takes: a few frames wait in memory,
the rest stays in the service.
"""

from __future__ import annotations

import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flext_sdk._core import debuglog
from flext_sdk._core.deadline import CONNECT, Deadline
from flext_sdk._core.frames import plain
from flext_sdk._core.request import encode_query
from flext_sdk._core.runs import intervals
from flext_sdk._sync import _rt as rt
from flext_sdk._sync.waiters import PATIENCE
from flext_sdk.errors import ConnectionFailedError, DeadlineExceededError, GapWarning, ServerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk._core.types import Json, Service
    from flext_sdk._sync.resource import Resource

__all__ = ["PASSING", "Feed", "topic_of"]

PASSING = (ConnectionFailedError, DeadlineExceededError, ServerError)
"""What a service that is being restarted answers with."""
_SILENCE = 15.0  # seconds without a frame after which the other end is asked whether it is there; it sends one every 10
_ANSWER = 5.0  # seconds it has to answer
_FRAME = 4096  # bytes; the services close a connection that sends a longer one
_TRIES = 4  # failures to open a WebSocket of a service that answers otherwise
_REST = 30.0  # seconds of asking before a WebSocket that failed is tried again
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED = frozenset({1003, 1007, 1008, 1009, 1010})


class Feed[T](ABC):
    """What comes from one topic. Subclasses say which, and what to do with a frame.

    Args:
        resource: The resource that asks.
        service: The service.
        path: Path of its WebSocket.
    """

    def __init__(self, resource: Resource, service: Service, path: str) -> None:
        self.resource = type(resource)(resource._client._watching())
        self.client = self.resource._client
        self.transport = self.client._transport
        self.service: Service = service
        self.path = path
        self.first: Sequence[T] = ()
        self.ended = False
        self._socket: rt.WebSocket | None = None
        self._no_socket: Deadline | None = None
        self._failed = 0
        self._done = False
        self._away = Deadline(PATIENCE, self.transport.clock)
        self._pauses = intervals(0.2, 5.0, 2.0)
        self._polls = intervals(0.1, 1.0)

    @abstractmethod
    def topic(self) -> str:
        """What to subscribe to, from where this feed has come to."""

    @abstractmethod
    def taken(self, kind: str, data: Mapping[str, Json]) -> Sequence[T]:
        """What is new in a frame."""

    @abstractmethod
    def ask(self) -> tuple[Sequence[T], bool]:
        """What was stored since, over HTTP; and whether there may be more."""

    def look(self) -> bool:
        """Whether what is followed has ended, over HTTP."""
        return False

    def decoded(self, text: str | bytes) -> tuple[str, Json]:
        """Kind and data of a frame.

        Raises:
            ValueError: It is none.
        """
        frame = plain(text)
        return (str(frame.get("type")), frame.get("data")) if isinstance(frame, Mapping) else ("", None)

    def next(self) -> Sequence[T] | None:
        """What came next, perhaps nothing; None after the end.

        Raises:
            FlextError: The service refuses, or stays away for a minute.
        """
        if self.first:
            lines, self.first = self.first, ()
            return lines
        if self._done:
            return None
        if self.ended:
            return self._rest()
        if self._no_socket is not None:
            if not self._no_socket.expired:
                return self._polled()
            self._no_socket = None
        if self._socket is None and not self._open():
            return []
        return self._received()

    def missed(self, operation: str, about: str, after: int, count: Json) -> None:
        """Tell that so many behind an id are gone, if any."""
        if not isinstance(count, int) or count <= 0:
            return
        from flext_sdk._core.hooks import GapEvent, tell

        event = GapEvent(operation, about, after, count)
        listeners = [hooks.on_gap for hooks in self.client._options.hooks if hooks.on_gap is not None]
        for listener in listeners:
            tell(listener, event)
        if not listeners:
            warnings.warn(str(event), GapWarning, stacklevel=2)

    def close(self) -> None:
        """Close the connection."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()

    def _rest(self) -> Sequence[T]:
        # The last ones may have been stored between the last frame and the end.
        self.close()
        found = self._asked()
        if found is None:
            self.transport.sleep(next(self._pauses))
            return []
        self._done = not found[1]
        return found[0]

    def _polled(self) -> Sequence[T]:
        found = self._asked()
        if found is not None and found[0]:
            self._polls = intervals(0.1, 1.0)
            return found[0]
        if found is None or not found[1]:
            self.transport.sleep(next(self._polls))
            self._check()
        return []

    def _asked(self) -> tuple[Sequence[T], bool] | None:
        """What `ask` gives; None when the service is away."""
        try:
            found = self.ask()
        except PASSING:
            if self._away.expired:
                raise
            return None
        self._away = Deadline(PATIENCE, self.transport.clock)
        return found

    def _check(self) -> bool:
        """See whether there is an end; False when the service is away."""
        try:
            self.ended = self.look()
        except PASSING:
            if self._away.expired:
                raise
            return False
        self._away = Deadline(PATIENCE, self.transport.clock)
        return True

    def _open(self) -> bool:
        from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, WebSocketException

        request = json.dumps({"type": "subscribe", "data": self.topic()}, separators=(",", ":"))
        if len(request.encode()) > _FRAME:
            raise UsageError(f"{self.topic()[:60]!r}... is too long to be followed")
        url, headers = self.transport.socket_address(self.service, self.path, self.client._options)
        try:
            self._socket = socket = self.transport.connect(url, headers=headers, seconds=CONNECT)
            socket.send(request)
        except InvalidMessage as error:  # cut in the middle of the handshake
            return self._not_open(error)
        except InvalidHandshake as error:
            if isinstance(error, InvalidStatus) and error.response.status_code in _LATER:
                return self._not_open(error)
            # This server has no WebSocket, or something in between takes none. If it is the token, asking tells so.
            debuglog.failed(f"no WebSocket: {type(error).__name__}")
            self._no_socket = Deadline(None, self.transport.clock)
            return False
        except (OSError, TimeoutError, WebSocketException) as error:
            self.transport.endpoints.forget()
            return self._not_open(error)
        return True

    def _not_open(self, error: Exception) -> bool:
        debuglog.failed(f"WebSocket: {type(error).__name__}")
        self._broken()
        return False

    def _broken(self) -> None:
        """The connection is over: pause and look before the next."""
        self.close()
        # Not all at the same moment after a restart of the service.
        self.transport.sleep(next(self._pauses) * (0.5 + self.transport.random() / 2))
        if self._check():
            self._failed += 1
        if self._failed >= _TRIES:
            self._no_socket = Deadline(_REST, self.transport.clock)
            self._failed = 0

    def _received(self) -> Sequence[T]:
        from websockets.exceptions import ConnectionClosed, WebSocketException

        socket = self._socket
        assert socket is not None
        try:
            kind, data = self.decoded(rt.receive(socket, _SILENCE))
        except TimeoutError:
            # It may be there and have nothing to say, as servers that know no heartbeat.
            if rt.answers(socket, _ANSWER):
                self._check()
            else:
                debuglog.failed("WebSocket: the other end is silent")
                self._broken()
            return []
        except (OSError, WebSocketException, ValueError) as error:
            debuglog.failed(f"WebSocket: {type(error).__name__}")
            if isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code in _REFUSED:
                self._no_socket = Deadline(None, self.transport.clock)
            self._broken()
            return []
        if kind == "error":
            self._no_socket = Deadline(None, self.transport.clock)
            self.close()
            return []
        found = self.taken(kind, data) if isinstance(data, Mapping) else ()
        if found or kind == "heartbeat":
            self._failed = 0
            self._pauses = intervals(0.2, 5.0, 2.0)
        return found


def topic_of(key: str, **options: Any) -> str:  # noqa: ANN401 - text, numbers, moments
    """A topic with its options; those that are None are left out."""
    query = encode_query((name, value, "repeat") for name, value in options.items())
    return f"{key}?{query}" if query else key
