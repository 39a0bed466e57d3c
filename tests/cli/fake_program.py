"""A small program in the shape of the real one: a table, an annotated class, a client. Run as a script it is that program."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, Self

from flext_sdk._core.messages import Headers, Request, Response, Timeouts
from flext_sdk.errors import NotFoundError, Problem, RunFailedError, ServerError, ValidationFailedError

STATUSES = ("completed", "failed", "running")
CALLS: list[tuple[str, dict[str, Any]]] = []


class Model:
    def __init__(self, **data: Any) -> None:
        self.data = data

    def to_dict(self) -> dict[str, Any]:
        return self.data


class Page:
    """As the SDK's: loaded, and iterable over all items of all pages."""

    def __init__(self, fetch: Callable[[int], list[Model]], total: int | None) -> None:
        self._fetch = fetch
        self.total = total

    def __iter__(self) -> Iterator[Model]:
        offset = 0
        while batch := self._fetch(offset):
            yield from batch
            offset += len(batch)


class Things:
    """Things."""

    def __init__(self, client: "FakeFlext") -> None:
        self._client = client

    def list(
        self,
        *,
        tags: Sequence[str] | None = None,
        status: Literal["completed", "failed", "running"] | None = None,
        active: bool | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        CALLS.append(("list", {"tags": tags, "status": status, "active": active, "limit": limit, "offset": offset}))
        count = int(os.environ.get("FAKE_COUNT", "120"))

        def fetch(start: int) -> list[Model]:
            CALLS.append(("fetch", {"start": start}))
            return [
                Model(
                    id=number,
                    name=f"thing-{number:03}",
                    status=STATUSES[number % 3],
                    rows=number * 10,
                    last={"at": "2026-01-02T03:04:05Z", "seconds": 4.25},
                    tags=["a", "b"] if number % 2 else [],
                )
                for number in range(start + offset, min(start + offset + limit, count))
            ]

        return Page(fetch, count)

    def show(self, name: str) -> Model:
        if name == "missing":
            raise NotFoundError(
                f'no thing is called "{name}"', hint="see: flext thing list", status=404, code="THING_NOT_FOUND"
            )
        if name == "broken":
            raise ServerError("it\nfell \x1b[31mover", status=503, request_id="req-1", retryable=True)
        if name == "bug":
            raise KeyError("secret place")
        if name == "needs":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        steps = [{"name": "load", "status": "completed"}, {"name": "model", "status": "failed"}]
        return Model(
            name=name,
            status="failed",
            seconds=75,
            schedule={"cron": "0 * * * *", "enabled": False},
            steps=steps,
            note=None,
        )

    def start(
        self,
        name: str,
        *,
        tag: Sequence[str] | None = None,
        variables: Mapping[str, Any] | None = None,
        ratio: float = 1.0,
        full: bool = False,
        wait: bool = False,
        timeout: float | None = None,
        on_progress: "Callable[[Any], object] | None" = None,
    ) -> Model:
        given = {
            "name": name,
            "tag": tag,
            "variables": variables,
            "ratio": ratio,
            "full": full,
            "wait": wait,
            "timeout": timeout,
        }
        CALLS.append(("start", given))
        self._client.send("POST", f"/things/{name}/start", b'{"password": "hunter2", "full": true}')
        run = {
            "pipeline": name,
            "status": "running",
            "execution_id": "r1",
            "records": 1200,
            "bytes": 2048,
            "rate": 300.0,
            "steps_total": 2,
            "steps_executed": 0,
            "current_step": "load",
        }
        if wait:
            for _ in range(1000 if name == "slow" else 2):
                if on_progress is not None:
                    on_progress(Model(**run))
                if name == "slow":
                    time.sleep(0.02)
        run |= {
            "status": "failed" if name == "bad" else "completed",
            "duration": 4.0,
            "current_step": None,
            "steps_executed": 2,
        }
        if name == "bad" and wait:
            raise RunFailedError(
                "the run of bad failed: the tap died", run=Model(**run), hint="see: flext thing logs bad"
            )
        return Model(**run)

    def stop(self, name: str, *, force: bool = False) -> None:
        CALLS.append(("stop", {"name": name, "force": force}))
        self._client.send("DELETE", f"/things/{name}", None)

    def logs(self, name: str, *, tail: int = 100, follow: bool = False) -> Iterator[Model]:
        number = 0
        while number < tail or follow:
            yield Model(timestamp="2026-01-02T03:04:05Z", level="info", message=f"line {number} of {name}")
            number += 1
            if follow:
                time.sleep(0.01)

    def create(
        self, config: "str | Path | Mapping[str, Any]", *, labels: Sequence[Literal["x", "y"]] | None = None
    ) -> Model:
        if str(config).endswith("wrong.yaml"):
            problems = [
                Problem(
                    "/steps/0",
                    "unknown plugin tap-cvs",
                    hint="did you mean tap-csv?",
                    line=4,
                    column=7,
                    file="wrong.yaml",
                ),
                Problem("/name", "no name is given"),
                Problem("/tags", "no tags", severity="warning", line=1, column=1, file="wrong.yaml"),
            ]
            raise ValidationFailedError("the definition has 2 problems", problems=problems, status=422)
        return Model(config=str(config), labels=labels)

    def export(self, names: Sequence[str], *, sort: Literal["name", "-name"] = "name") -> str:
        return " ".join(names) + f" {sort}"


class FakeFlext:
    """As the SDK's client, as far as the command line uses it."""

    def __init__(
        self,
        base_url: Any = None,
        *,
        token: str | None = None,
        timeout: float = 60,
        middleware: Sequence[Any] = (),
        hooks: Sequence[Any] = (),
        autostart: bool | None = None,
        _labels: Mapping[str, str] | None = None,
        _notify: "Callable[[str], None] | None" = None,
        _sources: Sequence[Any] = (),
    ) -> None:
        CALLS.append(("client", {"base_url": base_url, "token": token, "timeout": timeout, "autostart": autostart}))
        self._middleware = list(middleware)
        self._notify = _notify
        self.things = Things(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        CALLS.append(("close", {}))

    def send(self, method: str, path: str, content: bytes | None) -> Response:
        headers = Headers({"authorization": "Bearer abcdefgh12345", "content-type": "application/json"})
        request = Request(
            method,
            f"http://127.0.0.1:8081{path}?token=topsecret",
            headers,
            content,
            2,
            "things.x",
            Timeouts(1, 1, 1, 1),
        )

        def last(_: Request) -> Response:
            CALLS.append(("sent", {"method": method, "path": path}))
            if path.startswith("/things/unreachable"):
                raise OSError("connection refused")
            return Response(201, Headers({"x-request-id": "req-2"}), b'{"token": "topsecret", "ok": true}', 0.0125)

        call = last
        for each in reversed(self._middleware):
            call = partial(each, call_next=call)
        return call(request)


def api(
    client: FakeFlext, method: str, path: str, *, field: Mapping[str, Any] | None = None, data: str | None = None
) -> Any:
    return {"method": method, "path": path, "field": field, "data": data}


def tour(
    client: FakeFlext,
    *,
    on_progress: "Callable[[Any], object] | None" = None,
    on_message: "Callable[[str], object] | None" = None,
) -> list[dict[str, Any]]:
    on_message("first\x1b")
    on_progress({"pipeline": "p", "status": "running"})
    on_message("second")
    return [{"n": 1}]


def table() -> dict[str, Any]:
    """What `flext_cli.params.table` holds; whoever changes it changes nobody else's."""
    from flext_cli.globals import GLOBALS
    from flext_cli.params import Table

    return vars(Table(SimpleNamespace(**CONSTANTS, GLOBALS=GLOBALS, GROUPS=deepcopy(GROUPS))))


def _param(name: str, kind: str, type_: str, help_: str, default: Any = None, **more: Any) -> dict[str, Any]:
    flags = () if kind == "positional" else ("--" + name.replace("_", "-"), *more.pop("short", ()))
    base = {
        "name": name,
        "kind": kind,
        "flags": flags,
        "metavar": "",
        "type": type_,
        "choices": (),
        "default": default,
        "required": False,
        "help": help_,
    }
    return base | more


def _command(method: str, params: tuple[Any, ...], kind: str, **more: Any) -> dict[str, Any]:
    base = {
        "summary": f"{method.title()} things.",
        "description": "",
        "examples": (),
        "module": "fake_program",
        "class": "Things",
        "method": method,
        "attribute": "things",
        "operation": None,
        "params": params,
        "output": {"kind": kind, "columns": more.pop("columns", ())},
        "confirm": None,
        "wait": False,
        "stream": False,
        "mutating": False,
        "local": False,
        "http": None,
        "see": (),
        "next": (),
    }
    return base | more


NAME = _param("name", "positional", "str", "Name of the thing.", required=True)
COMMANDS = {
    "thing list": _command(
        "list",
        (
            _param("tags", "option", "list", "Only things with all these tags.", short=("-t",)),
            _param("status", "option", "choice", "Only things in this state.", choices=STATUSES),
            _param("active", "flag", "bool", "Only those that are active, or not."),
            _param("limit", "option", "int", "Items in one page.", 50),
            _param("offset", "option", "int", "How many to leave out.", 0),
        ),
        "page",
        columns=(
            ("name", "NAME", ""),
            ("status", "STATUS", ""),
            ("rows", "ROWS", ""),
            ("last.seconds", "TOOK", "duration"),
            ("tags", "TAGS", ""),
        ),
        examples=(("flext thing list --tags a", "Things that carry a tag."),),
        http=("GET", "/things"),
        see=("thing show",),
    ),
    "thing show": _command(
        "show",
        (NAME,),
        "model",
        columns=(
            ("name", "NAME", ""),
            ("status", "STATUS", ""),
            ("seconds", "TOOK", "duration"),
            ("schedule", "SCHEDULE", ""),
            ("steps", "STEPS", ""),
            ("note", "NOTE", ""),
        ),
    ),
    "thing start": _command(
        "start",
        (
            NAME,
            _param("tag", "option", "list", "Tags of the run."),
            _param("variables", "option", "mapping", "Values for the run.", short=("-v",)),
            _param("ratio", "option", "float", "A share.", 1.0),
            _param("full", "flag", "bool", "Read everything again.", False),
            _param("wait", "flag", "bool", "Wait for the end.", False),
            _param("timeout", "option", "float", "How long to wait.", metavar="DURATION"),
        ),
        "model",
        description="Starts it.\n\nA second paragraph that is long enough to be wrapped somewhere, because it goes on and on and on and on and on and on.\n\n- a point\n- another",
        wait=True,
        mutating=True,
        http=("POST", "/things/{name}/start"),
        examples=(("flext thing start orders --wait", ""),),
    ),
    "thing stop": _command(
        "stop",
        (NAME, _param("force", "flag", "bool", "At once.", False)),
        "none",
        confirm="Stop {name}?",
        mutating=True,
        http=("DELETE", "/things/{name}"),
    ),
    "thing logs": _command(
        "logs",
        (
            NAME,
            _param("tail", "option", "int", "How many lines.", 100),
            _param("follow", "flag", "bool", "Go on.", False, short=("-f",)),
        ),
        "stream",
        stream=True,
        columns=(("timestamp", "TIME", ""), ("level", "LEVEL", ""), ("message", "MESSAGE", "")),
    ),
    "thing create": _command(
        "create",
        (
            _param("config", "positional", "path", "File, or - for standard input.", metavar="FILE", required=True),
            _param("labels", "option", "list", "Labels.", choices=("x", "y")),
        ),
        "model",
    ),
    "thing export": _command(
        "export",
        (
            _param("names", "positional", "list", "Names.", required=True),
            _param("sort", "option", "choice", "Order.", "name", choices=("name", "-name")),
        ),
        "text",
    ),
    "api": _command(
        "api",
        (
            _param("method", "positional", "str", "HTTP method.", required=True),
            _param("path", "positional", "str", "Path.", required=True),
            _param("field", "option", "mapping", "Field of the body.", short=("-f",)),
            _param("data", "option", "str", "Body.", short=("-d",)),
        ),
        "json",
        attribute=None,
    ),
}
COMMANDS["tour"] = _command("tour", (), "list", attribute=None, wait=True, next=("flext thing list", "flext --help"))
COMMANDS["api"]["class"] = COMMANDS["tour"]["class"] = None
GROUPS = {
    "thing": {
        "summary": "Make and look at things.",
        "module": "fake_program",
        "commands": {name.split()[1]: entry["summary"] for name, entry in COMMANDS.items() if " " in name},
    },
    "": {
        "summary": "",
        "module": "fake_program",
        "commands": {name: COMMANDS[name]["summary"] for name in ("api", "tour")},
    },
}
CONSTANTS = {
    "VERSION": "9.8.7",
    "SUMMARY": "Things on the command line.",
    "EXIT_CODES": ((0, "success"), (2, "usage: bad input"), (130, "interrupted")),
    "ENVIRONMENT": (("FLEXT_HOME", "Folder of everything."), ("FLEXT_OUTPUT", "Default of --output.")),
}


if __name__ == "__main__":
    sys.modules["fake_program"] = sys.modules["__main__"]
    import flext_sdk
    from flext_cli import params

    vars(params.table).update(table())
    flext_sdk.Flext = FakeFlext

    from flext_cli.main import main

    sys.exit(main())
