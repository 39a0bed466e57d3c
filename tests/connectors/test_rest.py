"""tap-rest against a server on loopback."""

from __future__ import annotations

import base64
import email.utils
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from flext_sdk.connectors import _http, _ties
from flext_sdk.connectors._errors import ConnectorError

SECRET = "rest-secret-5q"
Answer = Callable[[dict[str, str], Any], Any]


class Api:
    """A server whose answers the test gives, by path; it remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str], bytes]] = []
        self.answers: dict[str, Any] = {}
        api = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                return

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = dict(parse_qsl(url.query, keep_blank_values=True))
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                api.asked.append((self.command, url.path, query, headers, body))
                answer = api.answers.get(url.path, (404, {}, b"{}"))
                answer = answer(query) if callable(answer) else answer
                status, more, content = answer if isinstance(answer, tuple) else (200, {}, answer)
                if content is None:
                    self.connection.close()
                    return
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def queries(self, path: str = "/items") -> list[dict[str, str]]:
        return [query for _, asked, query, _, _ in self.asked if asked == path]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits in these tests; how long they would have is kept."""
    found: list[float] = []
    defaults = _http.Api.__init__.__kwdefaults__ or {}
    assert defaults == {}
    monkeypatch.setattr(
        _http.Api.__init__, "__defaults__", (lambda: 0.0, lambda: 1_000_000.0, found.append, lambda: 0.5)
    )
    return found


def tap(
    bench: Any, api: Api, stream: dict[str, Any], *, state: Any = None, args: tuple[str, ...] = (), **more: Any
) -> Any:
    settings = {"url": api.url, "streams": [{"name": "items", "path": "/items", **stream}], **more}
    options = ["--state", bench.json("state.json", state)] if state is not None else []
    return bench.run("tap-rest", settings, *options, *args)


def ids(result: Any) -> list[int]:
    assert result.code == 0, result.err
    return [record["id"] for record in result.records]


def refused(result: Any) -> str:
    assert result.code == 1
    assert SECRET not in result.err
    errors = [line for line in result.talk if line.startswith("ERROR")]
    assert len(errors) == 1, result.err
    assert result.talk[-1] == errors[0]
    return errors[0]


def rows(numbers: Any) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def test_one_page_of_typed_records(bench: Any, api: Api) -> None:
    api.answers["/items"] = (
        b'{"data":{"items":[{"id":1,"at":"2026-01-01T00:00:00Z","n":12345678901234567890.125,"o":{"a":[1]},"mixed":1},'
        b'{"id":2,"at":null,"n":0.5,"mixed":"x","day":"2026-02-28"}]}}'
    )
    result = tap(bench, api, {"records": "$.data.items", "keys": ["id"], "params": {"a": "b c", "n": 1, "yes": True}})
    assert result.code == 0, result.err
    assert api.queries() == [{"a": "b c", "n": "1", "yes": "true"}]
    assert result.schema == {
        "id": {"type": ["integer", "null"]},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "n": {"type": ["number", "null"]},
        "o": {"type": ["object", "null"]},
        "mixed": {"type": ["integer", "string", "null"]},
        "day": {"type": ["string", "null"], "format": "date"},
    }
    assert b'"n":12345678901234567890.125' in result.out
    assert result.of("SCHEMA")[0]["key_properties"] == ["id"]
    assert len(result.of("ACTIVATE_VERSION")) == 1


PAGINATIONS = [
    ({"type": "page"}, [{"page": "1"}, {"page": "2"}, {"page": "3"}, {"page": "4"}]),
    ({"type": "page", "param": "p", "start": 0, "size": 4, "size_param": "per"}, [{"p": str(n), "per": "4"} for n in range(4)]),
    ({"type": "offset", "size": 4}, [{"offset": str(n), "limit": "4"} for n in (0, 4, 8, 10)]),
    ({"type": "cursor", "path": "meta.next", "param": "after"}, [{}, {"after": "c1"}, {"after": "c2"}]),
    ({"type": "link_header"}, [{}, {"after": "c1"}, {"after": "c2"}]),
    ({"type": "next_url", "path": "meta.url"}, [{}, {"after": "c1"}, {"after": "c2"}]),
]  # fmt: skip


@pytest.mark.parametrize(("how", "asked"), PAGINATIONS)
def test_pages_of_all_kinds(bench: Any, api: Api, how: dict[str, Any], asked: list[dict[str, str]]) -> None:
    def answer(query: dict[str, str]) -> Any:
        first = int(how.get("start", 1)) if how["type"] == "page" else 0
        if how["type"] == "page":
            page = int(query[how.get("param", "page")]) - first
        elif how["type"] == "offset":
            page = -(-int(query["offset"]) // 4)
        else:
            page = int(query.get("after", "c0")[1:])
        found = rows(range(page * 4, min(10, page * 4 + 4)))
        after = f"c{page + 1}" if page < 2 else None
        meta = {"next": after, "url": after and f"/items?after={after}"}
        headers = {"Link": f'</items?after={after}>; rel="next"'} if after else {}
        return 200, headers, {"data": found, "meta": meta}

    api.answers["/items"] = answer
    result = tap(bench, api, {"records": "data", "pagination": how, "keys": ["id"]})
    assert ids(result) == list(range(10))
    assert api.queries() == asked


def test_the_end_of_numbered_pages_may_be_a_404_but_not_the_first_one(bench: Any, api: Api) -> None:
    api.answers["/items"] = lambda query: rows([1]) if query["page"] == "1" else (404, {}, b"")
    assert ids(tap(bench, api, {"pagination": {"type": "page"}})) == [1]
    assert f"GET {api.url}/none: 404 Not Found (see url and path in the settings)" in refused(
        tap(bench, api, {"path": "none", "pagination": {"type": "page"}})
    )


def test_pages_that_never_end_are_noticed(bench: Any, api: Api) -> None:
    api.answers["/items"] = {"data": rows([1]), "next": "/items?x=1", "cursor": 7}
    words = refused(tap(bench, api, {"records": "data", "pagination": {"type": "page"}}))
    assert f"items: two pages are the same; does {api.url}/items take the parameter page?" in words
    words = refused(tap(bench, api, {"records": "data", "pagination": {"type": "next_url", "path": "next"}}))
    assert "the pages go round in a circle" in words
    words = refused(tap(bench, api, {"records": "data", "pagination": {"type": "cursor", "path": "cursor"}}))
    assert "the pages go round in a circle" in words
    words = refused(tap(bench, api, {"records": "data", "pagination": {"type": "cursor", "path": "data"}}))
    assert "pagination.path leads to something that is neither text nor number" in words
    for link in ("ftp://127.0.0.1/x", "http://127.0.0.1:bad"):
        api.answers["/items"] = {"data": rows([1]), "next": link}
        words = refused(tap(bench, api, {"records": "data", "pagination": {"type": "next_url", "path": "next"}}))
        assert "it leads to" in words


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"type": "none"}, "authorization", None),
        ({"type": "bearer", "token": SECRET}, "authorization", f"Bearer {SECRET}"),
        ({"type": "basic", "user": "ü", "password": SECRET}, "authorization", "Basic " + base64.b64encode(f"ü:{SECRET}".encode()).decode()),
        ({"type": "api_key", "api_key": SECRET}, "x-api-key", SECRET),
        ({"type": "api_key", "api_key": SECRET, "name": "Key"}, "key", SECRET),
    ],
)  # fmt: skip
def test_credentials(bench: Any, api: Api, auth: dict[str, Any], header: str, value: str | None) -> None:
    api.answers["/items"] = lambda _: rows([1])
    result = tap(bench, api, {"headers": {"X-One": "1"}}, auth=auth, headers={"X-All": "a"})
    assert ids(result) == [1]
    headers = api.asked[0][3]
    assert headers.get(header) == value
    assert (headers["x-one"], headers["x-all"], headers["accept"]) == ("1", "a", "application/json")
    api.answers["/items"] = (401, {}, b"")
    assert f"GET {api.url}/items: 401 Unauthorized (see auth in the settings)" in refused(
        tap(bench, api, {}, auth=auth)
    )


def test_credentials_stay_with_their_host(bench: Any, api: Api) -> None:
    other = Api()
    try:
        other.answers["/items"] = lambda _: rows([2])
        secrets: dict[str, Any] = {"auth": {"type": "bearer", "token": SECRET}, "headers": {"X-Key": SECRET}}
        api.answers["/items"] = (302, {"Location": f"{other.url}/items"}, b"")
        assert ids(tap(bench, api, {"headers": {"X-Stream": SECRET}}, **secrets)) == [2]
        api.answers["/items"] = {"data": rows([1]), "next": f"{other.url}/last"}
        other.answers["/last"] = lambda _: {"data": rows([3])}
        paged = {"records": "data", "pagination": {"type": "next_url", "path": "next"}}
        assert ids(tap(bench, api, paged, **secrets)) == [1, 3]
        assert len(other.asked) == 2
        assert SECRET not in json.dumps([asked[3] for asked in other.asked])
        assert all(asked[3]["authorization"] == f"Bearer {SECRET}" for asked in api.asked)
        api.answers["/items"] = (307, {"Location": "/moved"}, b"")
        api.answers["/moved"] = rows([4])
        assert ids(tap(bench, api, {}, **secrets)) == [4]
        assert api.asked[-1][3]["authorization"] == f"Bearer {SECRET}"
        api.answers["/moved"] = (301, {"Location": "/items"}, b"")
        assert "too many redirects" in refused(tap(bench, api, {}, **secrets))
        assert "it is redirected, which only GET may be" in refused(tap(bench, api, {"method": "POST"}, **secrets))
    finally:
        other.close()


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([(429, {"Retry-After": "7"}, b"")], [7.0]),
        ([(503, {"Retry-After": email.utils.formatdate(1_000_042, usegmt=True)}, b"")], [42.0]),
        ([(429, {"Retry-After": "soon"}, b""), (500, {}, b""), (502, {}, b"")], [0.25, 0.5, 1.0]),
        ([(200, {}, None)], [0.25]),
    ],
)
def test_patience(bench: Any, api: Api, waits: list[float], failures: list[Any], expected: list[float]) -> None:
    queue = list(failures)
    api.answers["/items"] = lambda _: queue.pop(0) if queue else rows([1])
    assert ids(tap(bench, api, {})) == [1]
    assert waits == expected


def test_patience_ends(bench: Any, api: Api, waits: list[float]) -> None:
    api.answers["/items"] = (500, {}, b"secret page")
    words = refused(tap(bench, api, {"params": {"key": SECRET}}, retries=2))
    assert words == f"ERROR tap-rest: GET {api.url}/items: 500 Internal Server Error, 3 times"
    assert len(waits) == 2
    api.answers["/items"] = (429, {"Retry-After": "86400"}, b"")
    assert "and it asks to wait 86400 s; run again then" in refused(tap(bench, api, {}))
    assert (
        "400 Bad Request" in refused(tap(bench, api, {"path": "bad"}))
        if api.answers.update({"/bad": (400, {}, b"")})
        else True
    )
    gone = Api()
    gone.close()
    assert "Connection refused" in refused(tap(bench, gone, {}, retries=0))
    stop = threading.Event()
    api.answers["/items"] = lambda _: stop.wait(5) or rows([1])
    assert "no answer in time (timeout)" in refused(tap(bench, api, {}, retries=0, timeout=0.05))
    stop.set()


def test_requests_keep_their_distance(bench: Any, api: Api, waits: list[float]) -> None:
    api.answers["/items"] = lambda query: rows([int(query["page"])]) if query["page"] != "3" else []
    assert ids(tap(bench, api, {"pagination": {"type": "page"}}, rate_limit=4)) == [1, 2]
    assert waits == [0.25, 0.25]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"id":1},', "the answer is not JSON"),
        (b"<html>", "the answer is not JSON"),
        (b"\xff", "the answer is not JSON"),
        (b'{"x":1}', "there is no list of objects at data.rows (records)"),
        (b'{"data":{"rows":[1]}}', "there is no list of objects at data.rows (records)"),
    ],
)
def test_answers_that_are_none(bench: Any, api: Api, content: bytes, words: str) -> None:
    api.answers["/items"] = content
    assert words in refused(tap(bench, api, {"records": "data.rows"}))


def test_a_single_object_and_a_post(bench: Any, api: Api) -> None:
    api.answers["/items"] = {"id": 1}
    assert ids(tap(bench, api, {"method": "POST", "body": {"q": {"x": [1]}}, "params": {"a": "1"}})) == [1]
    method, _, query, _, body = api.asked[0]
    assert (method, query, json.loads(body)) == ("POST", {"a": "1"}, {"q": {"x": [1]}})


@pytest.mark.parametrize("keys", [["id"], []])
@pytest.mark.parametrize("obeys", [True, False])
def test_later_runs_ask_for_what_is_new(bench: Any, api: Api, keys: list[str], obeys: bool) -> None:
    """Whatever the server makes of the parameter."""
    there = [(1, "2026-01-01T00:00:00Z"), (2, "2026-01-03T00:00:00Z"), (3, None), (4, "2026-01-02T00:00:00+02:00")]

    def answer(query: dict[str, str]) -> Any:
        since = query.get("since", "gt:")[3:] if obeys else ""
        return [{"id": each, "at": at} for each, at in there if at is None or at >= since]

    api.answers["/items"] = answer
    stream = {"keys": keys, "replication_key": "at", "params": {"since": "gt:{bookmark}"}}
    first = tap(bench, api, stream)
    assert ids(first) == [1, 2, 3, 4]
    assert len(first.of("ACTIVATE_VERSION")) == (0 if keys else 1)
    assert first.state["bookmarks"]["items"]["replication_key_value"] == "2026-01-03T00:00:00Z"
    there[:] = [each for each in there if each[1]]
    assert ids(tap(bench, api, stream, state=first.state)) == []
    there += [(5, "2026-01-03T00:00:00Z"), (6, "2026-01-04T00:00:00Z")]
    second = tap(bench, api, stream, state=first.state)
    assert ids(second) == [5, 6]
    assert second.of("ACTIVATE_VERSION") == []
    assert [query.get("since") for query in api.queries()] == [None, *["gt:2026-01-03T00:00:00Z"] * 2]
    assert ids(tap(bench, api, stream, state=second.state)) == []


def test_replication_keys_that_are_numbers_or_words(bench: Any, api: Api) -> None:
    stream = {"keys": ["id"], "replication_key": "k", "params": {"since": "{bookmark}"}, "start_value": "0"}
    for values in ([1, 2.5, 10], ["2026-13-01", "b", "c"], ["a", "b", "c"]):
        api.answers["/items"] = lambda _, values=values: [{"id": n, "k": value} for n, value in enumerate(values[:2])]
        first = tap(bench, api, stream)
        api.answers["/items"] = lambda _, values=values: [{"id": n, "k": value} for n, value in enumerate(values)]
        assert ids(tap(bench, api, stream, state=first.state)) == [2]
        assert api.queries()[-2:] == [{"since": "0"}, {"since": str(values[1])}]
    api.answers["/items"] = [{"id": 1, "k": 1}, {"id": 2, "k": "x"}]
    assert "values of k are of several kinds" in refused(tap(bench, api, stream))
    api.answers["/items"] = [{"id": 1, "k": True}]
    assert "the replication key k holds neither text nor numbers" in refused(tap(bench, api, stream))
    api.answers["/items"] = [{"id": 1}]
    assert "items: no record has the field k; there are: id" in refused(tap(bench, api, stream))


def test_ties_without_keys_have_a_bound(bench: Any, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ties, "KEYLESS", 1)
    api.answers["/items"] = [{"id": n, "k": 1} for n in range(3)]
    assert "more than 1 rows share one value of k" in refused(tap(bench, api, {"replication_key": "k"}))


def test_schemas_grow_while_reading_and_are_remembered(bench: Any, api: Api) -> None:
    pages = [[{"id": 1, "v": 1}], [{"id": 2, "v": 1.5}], [{"id": 3, "v": "x", "more": [1]}], []]
    api.answers["/items"] = lambda query: pages[int(query["page"]) - 1]
    result = tap(bench, api, {"keys": ["id"], "pagination": {"type": "page"}}, sample=1)
    kinds = [message["schema"]["properties"]["v"]["type"] for message in result.of("SCHEMA")]
    assert kinds == [["integer", "null"], ["number", "null"], ["number", "string", "null"]]
    order = [message["type"] for message in result.messages]
    assert order == ["SCHEMA", "RECORD", "SCHEMA", "RECORD", "SCHEMA", "RECORD", "ACTIVATE_VERSION", "STATE"]
    assert bench.target("target-duckdb", result.out).code == 0
    assert sorted(row["v"] for row in bench.rows("target-duckdb", "items")) == ["1.0", "1.5", "x"]
    pages[0] = []
    empty = tap(bench, api, {"keys": ["id"], "pagination": {"type": "page"}}, state=result.state)
    assert set(empty.schema) == {"id", "v", "more"}
    assert empty.records == []
    assert bench.target("target-duckdb", empty.out).code == 0
    assert bench.rows("target-duckdb", "items") == []
    assert "there is no record, so no field is known; give the stream a schema" in refused(
        tap(bench, api, {"pagination": {"type": "page"}})
    )


@pytest.mark.parametrize("whole", [True, False])
def test_a_schema_that_is_given(bench: Any, api: Api, whole: bool) -> None:
    api.answers["/items"] = []
    properties = {"id": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}, "o": {"type": "object"}}
    schema = {"type": "object", "properties": properties} if whole else properties
    result = tap(bench, api, {"schema": schema, "keys": ["id"]})
    assert result.schema == properties
    assert result.records == []
    assert "o cannot be a replication key" in refused(tap(bench, api, {"schema": schema, "replication_key": "o"}))
    assert "streams.items.schema is no JSON Schema of a record" in refused(tap(bench, api, {"schema": {"id": "int"}}))
    catalog = json.loads(tap(bench, api, {"schema": schema}, args=("--discover",)).out)
    assert catalog["streams"][0]["schema"]["properties"] == properties


def test_discovery_selection_and_test(bench: Any, api: Api) -> None:
    api.answers["/items"] = lambda query: (
        [{"id": int(query["page"]), "secret": "s", "v": 1}] if int(query["page"]) < 9 else []
    )
    stream = {"keys": ["id"], "pagination": {"type": "page"}}
    discovered = tap(bench, api, stream, args=("--discover",), sample=2)
    assert len(api.asked) == 2  # as many as the sample needs
    catalog = json.loads(discovered.out)
    assert list(catalog["streams"][0]["schema"]["properties"]) == ["id", "secret", "v"]
    for entry in catalog["streams"][0]["metadata"]:
        if entry["breadcrumb"] in (["properties", "secret"], ["properties", "id"]):
            entry["metadata"]["selected"] = False
    chosen = tap(bench, api, stream, args=("--catalog", bench.json("catalog.json", catalog)))
    assert chosen.records[0] == {"id": 1, "v": 1}
    assert list(chosen.schema) == ["id", "v"]
    tested = tap(bench, api, stream, args=("--test",))
    assert tested.records == [{"id": 1, "secret": "s", "v": 1}]
    api.answers["/items"] = []
    empty = tap(bench, api, stream, args=("--discover",))
    assert empty.code == 0
    assert "items: there is no record, so no field of it is known" in empty.err
    assert tap(bench, api, stream, args=("--test",)).code == 0


@pytest.mark.parametrize(
    ("stream", "more", "words"),
    [
        ({"keys": "id"}, {}, "streams[0].keys must be a list"),
        ({"pagination": {"type": "pages"}}, {}, "streams[0].pagination.type must be one of page, offset"),
        ({"pagination": {"typ": "page"}}, {}, "streams[0].pagination.type is required"),
        ({"pagination": {"type": "page", "szie": 1}}, {}, "streams[0].pagination.szie is no setting, did you mean size?"),
        ({"pagination": {"type": "cursor"}}, {}, "items: pagination of the type cursor needs path"),
        ({"pagination": {"type": "offset"}}, {}, "items: pagination of the type offset needs size"),
        ({"records": "data["}, {}, "streams.items.records: data[ is no path such as data.items"),
        ({"records": "length(id)"}, {}, "streams.items.records: length(id):"),
        ({"name": None}, {}, "streams[0].name is required"),
        ({"path": "http://127.0.0.1:x"}, {}, "url: it is no address"),
        ({}, {"streams": []}, "streams is empty"),
        ({}, {"streams": [{"name": "a", "path": "/"}] * 2}, "two streams are called a"),
        ({}, {"auth": {"type": "bearer"}}, "auth.token is required for the type bearer"),
        ({}, {"auth": {"type": "bearer", "token": f"{SECRET}\n"}}, "the header 'Authorization' may hold printable ASCII"),
        ({}, {"auth": {"type": "bearer", "token": [SECRET]}}, "auth.token must be text"),
        ({}, {"auth": [SECRET]}, "auth must be a map"),
        ({}, {"headers": {"a b:": SECRET}}, "may hold printable ASCII characters only"),
        ({}, {"url": "ftp://host"}, "url: it must begin with https:// or http://"),
        ({}, {"url": f"http://u:{SECRET}@host"}, "url: it must not hold user and password; use auth"),
        ({}, {"timeout": 0}, "timeout must be 0.001 or more"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be(
    bench: Any, api: Api, stream: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    api.answers["/items"] = lambda _: rows([1])
    assert words in refused(tap(bench, api, stream, **more))
    assert api.asked == [] or "length" in words


def test_the_same_host_encrypted_may_see_the_credentials() -> None:
    settings = {"url": "http://host/api", "timeout": 1, "retries": 0, "auth": {"type": "bearer", "token": "t"}}
    api = _http.Api(settings)
    home = api.address("x")
    assert str(home) == "http://host/api/x"
    for link, mine in (
        ("https://host/y", True),
        ("http://host:80/y", True),
        ("http://host:8080/y", False),
        ("https://host:8443/y", False),
        ("http://other/y", False),
    ):
        assert _http._is_home(home, api.address(link)) is mine
    with pytest.raises(ConnectorError, match="no address"):
        api.address("http://127.0.0.1:x")
    api.close()


def test_a_real_wait_is_one(bench: Any, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http.Api.__init__, "__defaults__", (time.monotonic, time.time, time.sleep, lambda: 0.0))
    queue: list[Any] = [(429, {"Retry-After": "0.05"}, b"")]
    moments: list[float] = []

    def answer(_: Any) -> Any:
        moments.append(time.monotonic())
        return queue.pop(0) if queue else rows([1])

    api.answers["/items"] = answer
    assert ids(tap(bench, api, {})) == [1]
    assert moments[1] - moments[0] >= 0.05
