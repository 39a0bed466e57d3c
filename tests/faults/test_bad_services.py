"""A service that answers with garbage, half of an answer, far too much, or sends the client elsewhere: on all ways of the transport."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from flext_sdk import errors
from flext_sdk._core.breaker import FAIL_MAX
from flext_sdk._core.settings import resolve
from tests.faults.servers import Drip, Endless, RawServer, bomb, chunks, head, squeezed, whole
from tests.transport.conftest import Driver

BODY = b'{"id": "p1", "name": "orders"}'
GOOD = whole(BODY)
JSON = {"content_type": "application/json"}
CHUNKED = head(**JSON, transfer_encoding="chunked")
Make = Callable[..., RawServer]
MIB = 1 << 20


async def caught(every: Driver, url: str, **options: Any) -> errors.FlextError:
    client = every.client(url, token="s3cret-token", **options)
    with pytest.raises(errors.FlextError) as found:
        await every.run(lambda: client.pipelines.show("orders"))
    error = found.value
    told = f"{error.message} {error.hint}"
    assert told.isprintable()
    assert error.hint
    assert "s3cret" not in told
    return error


CLOSED = {
    "at once": None,
    "half a status line": b"HTTP/1.",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "half a body": head(**JSON, content_length=100) + BODY,
    "a chunk and no end": CHUNKED + b"".join(chunks(BODY)),
}


@pytest.mark.parametrize("step", CLOSED.values(), ids=list(CLOSED))
async def test_a_connection_that_is_closed_half_way(every: Driver, raw: Make, step: bytes | None) -> None:
    error = await caught(every, raw(step).url, retries=1)
    assert isinstance(error, errors.ConnectionFailedError)
    assert error.message.endswith("broke: the server closed the connection")
    assert str(error.hint).startswith("Tried 2 times. Try again in a moment; the address comes from base_url")
    client = every.client(raw(step, GOOD).url)
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"


NO_HTTP = {
    "random bytes": random.Random(3).randbytes(500) + b"\r\n\r\n",
    "an alert of TLS": b"\x15\x03\x01\x00\x02\x02\x46",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a length that is none": head(content_length="many") + BODY,
    "a negative length": head(content_length=-5) + BODY,
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 30\r\n\r\n" + BODY,
    "no size of a chunk": CHUNKED + b"zz\r\n" + BODY,
    "a header without end": Endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536),
    "headers without end": Endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000),
}


@pytest.mark.parametrize("step", NO_HTTP.values(), ids=list(NO_HTTP))
async def test_what_is_no_http(every: Driver, raw: Make, step: Any) -> None:
    url = raw(step).url
    error = await caught(every, url, retries=0)
    assert error.message == f"The answer of flext at {url} cannot be understood: it is no HTTP"
    assert error.hint == f"Does {url}, which comes from base_url, belong to the service, and not to another program?"
    assert error.exit_code == 6


@pytest.mark.parametrize("body", [b"this is no gzip", squeezed(BODY)[:-8] + bytes(8)], ids=["none", "a wrong sum"])
async def test_gzip_that_is_broken(every: Driver, raw: Make, body: bytes) -> None:
    error = await caught(every, raw(whole(body, content_encoding="gzip")).url, retries=0)
    assert "cannot be understood: the body cannot be decompressed" in error.message
    assert error.exit_code == 6


async def test_gzip_that_is_cut(every: Driver, raw: Make) -> None:
    await caught(every, raw(whole(squeezed(BODY)[:-12], content_encoding="gzip")).url, retries=0)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (whole(b"<!doctype html><title>Sign in to the network</title>", content_type="text/html"), "a web page"),
        (whole(b"hello", content_type="text/plain"), "no JSON"),
        (whole(b"[" * 100_000), "no JSON"),
        (whole(b'{"id": "p1", "name": "\xff\xfe"}'), "no JSON"),
        (head("204 No Content"), "empty"),
        (whole(b"5"), "dictionary"),
        (head(**JSON, content_length=10) + BODY, "no JSON"),
    ],
    ids=["captive portal", "text", "nested", "no text", "nothing", "number", "a length that is too short"],
)
async def test_an_answer_of_another_kind_names_its_address(every: Driver, raw: Make, step: bytes, told: str) -> None:
    url = raw(step).url
    error = await caught(every, url)
    assert isinstance(error, errors.ResponseDecodeError)
    assert told in error.message
    assert str(error.hint).endswith(f"It came from {url}, which comes from base_url.")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_token_does_not_go_along_to_another_address(every: Driver, raw: Make, status: str) -> None:
    elsewhere = raw(GOOD)
    first = raw(head(status, location=f"{elsewhere.url}/away?token=abc", content_length=0))
    error = await caught(every, first.url)
    assert (
        error.message
        == f"flext sends this request to another address (status {status[:3]}): {elsewhere.url}/away?token=***"
    )
    assert "if you trust it" in str(error.hint)
    assert b"s3cret-token" in first.requests[0]
    assert (len(first.requests), elsewhere.requests) == (1, [])


async def test_429_for_ever_and_500_sometimes(every: Driver, raw: Make) -> None:
    busy = whole(b'{"error": "slow down"}', "429 Too Many Requests", retry_after=1)
    error = await caught(every, raw(busy).url)
    assert (error.code, error.exit_code, error.retryable) == ("RATE_LIMITED", 1, True)
    assert str(error.hint).startswith("Tried 3 times. Ask less often")
    client = every.client(raw(whole(b"oops", "500 Oh", content_type="text/plain"), GOOD).url)
    assert (await every.run(lambda: client.pipelines.show("orders"))).name == "orders"
    error = await caught(every, raw(whole(b"oops", "500 Oh", content_type="text/plain")).url, retries=0)
    assert (error.message, error.hint) == (
        "oops",
        "The fault is in the service; its log tells more under the id of the request.",
    )


TOO_MUCH = {
    "1 GB, as it says": lambda: Endless(head(**JSON, content_length=1 << 30), b" " * 65536),
    "without end": lambda: Endless(head(**JSON), b" " * 65536),
    "chunks without end": lambda: Endless(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "an error without end": lambda: Endless(head("500 Oh"), b" " * 65536),
}


@pytest.mark.parametrize("make", TOO_MUCH.values(), ids=list(TOO_MUCH))
async def test_an_answer_that_is_too_large_is_refused(every: Driver, raw: Make, make: Callable[[], Endless]) -> None:
    sender = make()
    server = raw(sender)
    error = await caught(every, server.url, answer_limit="1MB")
    assert (error.code, error.exit_code) == ("ANSWER_TOO_LARGE", 1)
    assert error.message == "pipelines.show: the answer of flext is too large: it is larger than 1 MiB"
    assert "FLEXT_ANSWER_LIMIT=256MB" in str(error.hint)
    assert len(server.requests) == 1  # it would be as large again
    assert sender.sent < 32 * MIB  # what the buffers of the system hold, too


async def test_a_small_answer_that_becomes_a_large_one(every: Driver, raw: Make) -> None:
    answer = bomb(64 * MIB)
    assert len(answer) < MIB
    server = raw(answer)
    tracemalloc.start()
    try:
        error = await caught(every, server.url, answer_limit=MIB)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.code == "ANSWER_TOO_LARGE"
    if every.via != "client":  # httpx decompresses each piece from the wire whole: a thousand times 64 KiB at the worst
        assert most < 24 * MIB


async def test_the_limit_can_be_raised(every: Driver, raw: Make) -> None:
    large = whole(b'{"id": "p1", "name": "orders", "description": "' + b"x" * (2 * MIB) + b'"}')
    unsized = head(**JSON) + large.partition(b"\r\n\r\n")[2]
    packed = whole(squeezed(large.partition(b"\r\n\r\n")[2]), content_encoding="gzip")
    for step in (large, unsized, packed):
        await caught(every, raw(step).url, answer_limit=MIB)
        client = every.client(raw(step).url, _environ={"FLEXT_ANSWER_LIMIT": "3 MiB"})
        assert len((await every.run(lambda client=client: client.pipelines.show("orders"))).description) == 2 * MIB


@pytest.mark.parametrize(
    ("given", "found"), [("1024", 1024), (2048, 2048), ("4k", 4096), ("1GiB", 1 << 30), (" 5 mb ", 5 * MIB)]
)
def test_sizes(given: Any, found: int) -> None:
    from flext_sdk._core.settings import Source

    assert resolve([Source("argument", {"answer_limit": given})]).get_value("answer_limit") == found


@pytest.mark.parametrize("given", ["", "much", "-5", "1.5MB", "0", 100, True, 1.5, "9" * 16])
def test_sizes_that_make_no_sense(given: Any) -> None:
    from flext_sdk._core.settings import Source

    with pytest.raises(errors.ConfigurationError, match=r"answer_limit .argument. is not valid") as found:
        resolve([Source("argument", {"answer_limit": given})])
    assert "256MB" in str(found.value.hint)


async def test_a_large_answer_does_not_open_the_breaker(every: Driver, raw: Make) -> None:
    server = raw(whole(b" " * 4096))
    client = every.client(server.url, answer_limit=1024)
    for _ in range(FAIL_MAX + 1):
        with pytest.raises(errors.ResponseDecodeError):
            await every.run(lambda: client.pipelines.show("orders"))
    assert client.breakers.get("flext", "pipelines").state == "closed"


async def test_a_head_that_comes_drop_by_drop_does_not_hold_a_call(every: Driver, raw: Make) -> None:
    if f"{every.colour}-{every.via}" in UNSTOPPABLE:
        return
    server = raw(Drip(head(**JSON, x_long="x" * 200)))
    error = await caught(every, server.url, timeout=0.4, real_time=True)
    assert (error.code, error.exit_code) == ("DEADLINE_EXCEEDED", 7)


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_not_even_behind_a_proxy(
    raw: Make, time: Any, monkeypatch: pytest.MonkeyPatch, colour: str, scheme: str
) -> None:
    proxy = raw(Drip(head(**JSON, x_long="x" * 200)))
    monkeypatch.setenv(f"{scheme}_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "")
    driver = Driver(colour, "direct", time)
    environ = {f"{scheme}_proxy": proxy.url}
    error = await caught(driver, f"{scheme}://services.invalid", timeout=0.4, real_time=True, _environ=environ)
    assert (error.code, error.exit_code) == ("DEADLINE_EXCEEDED", 7)
    await driver.close()


# A caller's own client of httpx without event loop cannot be stopped: httpcore reads on for as long as something comes.
UNSTOPPABLE = {"sync-client"}


async def test_100_continue_for_ever(every: Driver, raw: Make) -> None:
    if f"{every.colour}-{every.via}" in UNSTOPPABLE:
        return
    server = raw(Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 20))
    error = await caught(every, server.url, timeout=0.4, real_time=True)
    assert error.exit_code == 7


def test_the_command_line_tells_it_in_two_lines(raw: Make, run_flext: Callable[..., Any]) -> None:
    cases = {
        6: raw(b"SSH-2.0-OpenSSH\r\n\r\n"),
        1: raw(Endless(head(**JSON), b" " * 65536)),
    }
    for code, server in cases.items():
        done = run_flext("pipeline", "show", "orders", "--url", server.url, FLEXT_ANSWER_LIMIT="1MB")
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        lines = done.stderr.splitlines()
        assert [line.partition(":")[0] for line in lines] == ["error", "hint"]
