"""A small contract that has one of everything, and an application that serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from flext_sdk.embedded.web.app import build_app
from flext_sdk.embedded.web.call import Answer, Call, cancel_on_disconnect
from flext_sdk.embedded.web.contract import Contract, load_contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.errors import ApiError

TOKEN = "the-token"
PORT = 8080

SHARED = """
openapi: 3.1.0
info: {title: shared, version: "1"}
paths: {}
components:
  schemas:
    Error: {type: object}
    Word: {type: string, minLength: 2}
"""
CONTRACT = """
openapi: 3.1.0
info: {title: toy, version: "1"}
security: [{bearer: []}]
paths:
  /health:
    get:
      operationId: toy.health
      security: []
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /things:
    get:
      operationId: things.list
      x-flext: {role: reader}
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 10, default: 5}}
        - {name: ratio, in: query, schema: {type: number}}
        - {name: active, in: query, schema: {type: boolean}}
        - {name: tags, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: word, in: query, schema: {type: array, items: {$ref: "flext.yaml#/components/schemas/Word"}}}
        - {name: since, in: query, schema: {type: string, format: date-time}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
    post:
      operationId: things.make
      x-flext: {role: reader}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              additionalProperties: false
              properties:
                name: {$ref: "flext.yaml#/components/schemas/Word"}
                size: {type: integer}
      responses: {"201": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /things/check:
    post:
      operationId: things.check
      x-flext: {role: reader}
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /things/{name}:
    parameters:
      - {name: name, in: path, required: true, schema: {type: string, maxLength: 10}}
    get:
      operationId: things.show
      x-flext: {role: reader}
      parameters:
        - {name: must, in: query, required: true, schema: {type: string}}
      responses: {"200": {description: ok, content: {text/plain: {schema: {type: string}}}}}
    delete:
      operationId: things.delete
      x-flext: {role: reader}
      responses: {"204": {description: gone}}
  /colours/{colour}:
    get:
      operationId: colours.show
      x-flext: {role: reader}
      parameters:
        - {name: colour, in: path, required: true, schema: {type: string, enum: [red, green]}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object}}}}
        "202": {description: later}
  /slow:
    post:
      operationId: slow.do
      x-flext: {role: reader}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /ws:
    get:
      operationId: things.follow
      x-flext: {websocket: true, role: reader}
      responses: {"101": {description: a WebSocket}}
"""


def toy_contract(folder: Path, text: str = CONTRACT, shared: str = SHARED, cache: Path | None = None) -> Contract:
    folder.mkdir(exist_ok=True)
    (folder / "flext.yaml").write_text(shared)
    (folder / "flexcore.yaml").write_text(text)
    return load_contract("flexcore", folder=folder, cache=cache)


class Toy:
    """Handlers that note what they were called with."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.cancelled = False
        self.begun: Callable[[], None] = lambda: None
        self.fail: Exception | None = None

    def note(self, call: Call) -> None:
        self.calls.append(call)
        if self.fail is not None:
            raise self.fail

    async def health(self, call: Call) -> dict[str, Any]:
        return {"status": "ok"}

    def list(self, call: Call) -> dict[str, Any]:
        self.note(call)
        return {"things": []}

    def make(self, call: Call) -> dict[str, Any]:
        self.note(call)
        return {"name": call.body["name"], "number": len(self.calls)}

    async def check(self, call: Call) -> Answer:
        self.note(call)
        return Answer(200, {"body": call.body}, {"X-Extra": "1"})

    def show(self, call: Call) -> str:
        self.note(call)
        return f"thing {call.path['name']}"

    def delete(self, call: Call) -> None:
        self.note(call)

    def colour(self, call: Call) -> dict[str, Any]:
        return {"colour": call.path["colour"]}

    @cancel_on_disconnect
    async def slow(self, call: Call) -> dict[str, Any]:
        import asyncio

        self.note(call)
        self.begun()
        try:
            await asyncio.sleep(0 if call.headers.get("x-quick") else 60)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return {"slow": True}

    async def follow(self, websocket: Any) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    def handlers(self) -> dict[str, Any]:
        return {
            "toy.health": self.health,
            "things.list": self.list,
            "things.make": self.make,
            "things.check": self.check,
            "things.show": self.show,
            "things.delete": self.delete,
            "colours.show": self.colour,
            "slow.do": self.slow,
        }


def toy_app(contract: Contract, toy: Toy, **options: Any) -> Starlette:
    return build_app(
        "flexcore",
        toy.handlers(),
        token=TOKEN,
        port=PORT,
        metrics=options.pop("metrics", Counters()),
        websockets={"things.follow": toy.follow},
        contract=contract,
        **options,
    )


@asynccontextmanager
async def client(app: Any, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sends the token and the right host."""
    given = {"Authorization": f"Bearer {TOKEN}", **headers}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}", headers=given) as found:
        yield found


async def asgi(
    app: Any, messages: list[dict[str, Any]], path: str = "/things", method: str = "POST", **headers: str
) -> list[dict[str, Any]]:
    """Send one request message by message; waits for ever once they have all been taken."""
    import asyncio

    sent: list[dict[str, Any]] = []
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    pairs = {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in pairs.items()],
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return sent


async def websocket(app: Any, path: str, *, extensions: bool = True, **headers: str) -> list[dict[str, Any]]:
    """Open a WebSocket; gives what the application sent."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1", **headers}.items()],
        "extensions": {"websocket.http.response": {}} if extensions else {},
        "subprotocols": [],
    }
    await app(scope, receive, send)
    return sent


def not_found_error() -> ApiError:
    return ApiError(404, "THING_NOT_FOUND", "there is no such thing")
