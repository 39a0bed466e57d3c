"""Events as they are published: over the WebSocket, without it, through cuts, and on the command line."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from flext_sdk import AsyncFlext, Flext, GapEvent, Hooks, errors
from flext_sdk._sync import feeds
from flext_sdk.embedded.flexcore.events import Events
from flext_sdk.embedded.flexcore.ledger import Ledger
from flext_sdk.embedded.web.call import Call
from flext_sdk.testing.proxy import FaultyProxy


@pytest.mark.parametrize("socket", [True, False])
def test_every_event_comes_once_through_cuts_and_without_a_socket(
    world: Any, monkeypatch: pytest.MonkeyPatch, socket: bool
) -> None:
    kind = f"cut-{socket}"
    if not socket:
        monkeypatch.setattr(
            feeds.Feed, "_open", lambda self: setattr(self, "_no_socket", feeds.Deadline(None, lambda: 0))
        )
    with world.client() as client, FaultyProxy(world.urls["flexcore"]) as proxy:
        ids = [client.events.publish(f"{kind}.stored", data={"n": n}).event_id for n in range(3)]

        def publish() -> None:
            for n in range(60):
                ids.append(client.events.publish(f"{kind}.live", data={"n": n}).event_id)
                client.events.publish("beside")
                if n % 10 == 5:
                    proxy.break_connections(reset=n % 20 == 5)

        writer = threading.Thread(target=publish)
        found: list[str] = []
        with Flext({"flexcore": proxy.url}, token=world.token, _environ={}) as behind:
            for event in behind.events.follow(type=f"{kind}.*", tail=2, grep='"n":'):
                found.append(event.id)
                if len(found) == 2:
                    writer.start()
                if len(found) == 62:
                    break
        writer.join()
    assert found == ids[1:]


async def test_events_are_chosen_in_the_service(world: Any) -> None:
    async with AsyncFlext(world.urls, token=world.token) as client:
        first = await client.events.publish("chosen.a", data={"who": "Ada"})
        await client.events.publish("chosen.b", data={"who": "Bob"})
        listed = await client.events.list(type="chosen.*", grep="(?i)ada")
        assert [event.id for event in listed.items] == [first.event_id]
        assert [event.id async for event in client.events.list(grep="chosen.b.*Bob", since="2001-01-01T00:00:00Z")]
        assert (await client.events.list(since="2999-01-01T00:00:00Z")).items == []
        assert first.event_id in [event.id async for event in client.events.list(since="5m", type="chosen.*")]
        with pytest.raises(errors.UsageError, match="since: 'yesterday' is no moment"):
            await client.events.list(since="yesterday")
        lines = client.events.follow(since="1h", grep="Ada|Eve")
        assert (await anext(lines)).id == first.event_id
        later = await client.events.publish("chosen.c", data={"who": "Eve"})
        async with asyncio.timeout(10):
            assert (await anext(lines)).id == later.event_id
        await lines.aclose()
        for wrong in ({"grep": "(a"}, {"tail": 1001}, {"since": "yesterday"}):
            with pytest.raises((errors.ValidationFailedError, errors.UsageError), match=next(iter(wrong))):
                await anext(client.events.follow(**{"since": "1h", **wrong}))


def test_topics_that_make_no_sense_are_told(world: Any) -> None:
    url = world.urls["flexcore"].replace("http", "ws", 1) + "/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {world.token}"}) as socket:
        assert json.loads(socket.recv(10))["type"] == "welcome"
        for topic in (
            "weather",
            "events?colour=red",
            "events?tail=x",
            "events?after=1",
            "events?grep=(a",
            "events?since=x",
            "events?tail=-1",
        ):
            socket.send(json.dumps({"type": "subscribe", "data": topic}))
            frame = json.loads(socket.recv(10))
            assert (frame["type"], "\n" in frame["data"]["message"]) == ("error", False)
        socket.send(json.dumps({"type": "subscribe", "data": "events?tail=1"}))
        assert json.loads(socket.recv(10))["type"] == "subscribed"
        assert len(json.loads(socket.recv(10))["data"]["events"]) == 1
        socket.send(json.dumps({"type": "unsubscribe", "data": "events"}))
        assert json.loads(socket.recv(10))["type"] == "unsubscribed"


@pytest.mark.parametrize("terminal", [True, False])
def test_the_command_follows_until_ctrl_c(
    world: Any, eventually: Callable[[Callable[[], Any]], Any], terminal: bool
) -> None:
    with world.client() as client:
        client.events.publish("typed.before")
        command = [sys.executable, "-m", "flext_cli", "events", "follow", "--type", "typed.*", "--tail", "1"]
        inner, outer = pty.openpty() if terminal else os.pipe()
        process = subprocess.Popen(
            command, env=world.environ, stdin=subprocess.DEVNULL, stdout=outer, stderr=subprocess.PIPE, text=True
        )
        os.close(outer)
        told = [b""]

        def read() -> bytes:
            told[0] += os.read(inner, 4096)
            return told[0]

        eventually(lambda: b"typed.before" in read())
        client.events.publish("typed.after")
        eventually(lambda: b"typed.after" in read())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        os.close(inner)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert told[0].count(b"typed.") == 2


def test_events_that_are_no_longer_kept_are_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "flexcore.db")
    events = Events(ledger, keep=10)
    for _ in range(2_000):
        events.append("a", {})
    choice = events.chosen({})
    found, last, missed = events.after(choice, 5, 50)
    assert ([event["id"] for event in found], last, missed) == ([f"event-{n}" for n in range(1991, 2001)], 2000, 1985)
    assert events.after(choice, 1990, 50)[2] == 0
    query = {"limit": 5, "offset": 0}
    assert events.list(Call("events.list", query={**query, "after": "event-5"}))["missed"] == 1985
    assert "missed" not in events.list(Call("events.list", query={**query, "after": "event-1990"}))
    assert "missed" not in events.list(Call("events.list", query=query))
    ledger.close()


@pytest.mark.parametrize("socket", [True, False])
def test_a_follower_of_events_is_told_what_is_missing(socket: bool) -> None:
    def event(number: int) -> dict[str, Any]:
        return {"id": f"event-{number}", "type": "a", "data": {}, "timestamp": "2026-01-31T08:00:00Z"}

    answers = [
        {"events": [event(3)], "count": 1, "total": 1, "last_id": "event-3"},
        {"events": [event(90)], "count": 1, "total": 1, "last_id": "event-90", "missed": 86},
    ]

    def serve_http(connection: ServerConnection, request: Any) -> Response | None:
        if request.path == "/ws":
            return None if socket else connection.respond(404, "")
        content = json.dumps(answers[0] if "after" not in request.path else answers[1]).encode()
        kind = {"Content-Length": str(len(content)), "Content-Type": "application/json", "Connection": "close"}
        return Response(200, "OK", Headers(kind), content)

    def talk(connection: ServerConnection) -> None:
        connection.recv()
        connection.send(json.dumps({"type": "domain_event", "data": answers[1]}))

    gaps: list[GapEvent] = []
    with serve(talk, "127.0.0.1", 0, process_request=serve_http) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        with Flext({"flexcore": url}, hooks=Hooks(on_gap=gaps.append), _environ={}) as client:
            found = client.events.follow(tail=1)
            assert [next(found).id, next(found).id] == ["event-3", "event-90"]
            found.close()
        server.shutdown()
        thread.join()
    assert gaps == [GapEvent("events.follow", "", 3, 86)]
    assert str(gaps[0]).startswith("86 events are missing behind event 3: ")
