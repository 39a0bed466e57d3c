"""What is loaded and opened for a call, and what patches of the HTTP library see."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
import trustme

from flext_sdk import AsyncFlext, Flext, errors
from flext_sdk._sync import _sender

from .conftest import Answer, Server

GOOD = {"id": "p1", "name": "orders"}


def test_a_mock_of_the_http_library_is_honoured() -> None:
    with respx.mock(base_url="https://flext.example") as mock, Flext("https://flext.example", _environ={}) as client:
        route = mock.get("/api/v1/pipelines/orders").respond(json=GOOD)
        assert client.pipelines.show("orders").name == "orders"
        assert route.calls.last.request.headers["host"] == "flext.example"


async def test_a_mock_of_the_http_library_is_honoured_by_both() -> None:
    with respx.mock(base_url="https://flext.example") as mock:
        mock.get("/api/v1/pipelines/orders").mock(
            side_effect=[httpx.ReadTimeout("slow"), httpx.Response(200, json=GOOD)]
        )
        async with AsyncFlext("https://flext.example", _environ={}, _random=lambda: 0.0) as client:
            assert (await client.pipelines.show("orders")).name == "orders"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectTimeout("x"), errors.ConnectionFailedError),
        (httpx.PoolTimeout("x"), errors.ConnectionFailedError),
        (httpx.ReadTimeout("x"), errors.DeadlineExceededError),
        (httpx.ReadError("x"), errors.ConnectionFailedError),
        (httpx.DecodingError("x"), errors.ConnectionFailedError),
    ],
)
def test_errors_of_the_http_library_never_come_out(error: Exception, kind: type[errors.FlextError]) -> None:
    with (
        respx.mock(base_url="https://flext.example") as mock,
        Flext("https://flext.example", retries=0, _environ={}) as client,
    ):
        mock.get("/health").mock(side_effect=error)
        with pytest.raises(kind) as caught:
            client.request("GET", "/health")
        assert caught.value.hint
        assert type(caught.value.__cause__) is type(error)


def test_a_compressed_answer(server: Server) -> None:
    import gzip

    server.says(Answer(raw=gzip.compress(json.dumps(GOOD).encode()), headers={"Content-Encoding": "gzip"}))
    with Flext(server.url, _environ={}) as client:
        assert client.pipelines.show("orders").name == "orders"


def test_loopback_never_goes_through_a_proxy(server: Server) -> None:
    server.says(Answer(body=GOOD))
    environ = {"HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        with Flext(server.url, _environ=environ) as client:
            assert client.pipelines.show("orders").name == "orders"


def test_a_proxy_of_the_environment_is_used(server: Server) -> None:
    server.says(Answer(body=GOOD))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTP_PROXY", server.url)
        with Flext("http://flext.example:81", _environ={"HTTP_PROXY": server.url}) as client:
            assert client.pipelines.show("orders").name == "orders"
    assert server.seen[0].path == "http://flext.example:81/api/v1/pipelines/orders"


def test_certificates_are_loaded_once_and_only_for_https(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    original = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **options: made.append(options) or original(**options))  # type: ignore[func-returns-value]
    _sender._context.cache_clear()
    server.says(Answer(body=GOOD))
    with Flext(server.url, transport="stock", _environ={}) as client:
        client.pipelines.show("orders")
    assert made == []
    for _ in range(2):
        with (
            Flext(server.url.replace("http:", "https:"), transport="stock", retries=0, _environ={}) as client,
            pytest.raises(errors.ConnectionFailedError),
        ):
            client.pipelines.show("orders")
    assert made == [{}]


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_call_loads_what_it_needs_and_no_more(server: Server) -> None:
    made = loaded(f"from flext_sdk import Flext\nclient = Flext({server.url!r})")
    assert (
        not {"httpx", "pydantic", "tenacity", "pybreaker", "websockets", "yaml", "asyncio", "flext_sdk.embedded"} & made
    )
    server.says(Answer(body=GOOD))
    plain = loaded(
        f"from flext_sdk import Flext\nFlext({server.url!r}, transport='stock').with_options(models=False).pipelines.show('orders')"
    )
    assert "httpcore" in plain
    assert not {"httpx", "pyreqwest", "pydantic", "tenacity", "pybreaker", "websockets", "httpx._main", "click"} & plain
    assert len(server.seen) == 1
    # What a failure needs is not even ours to load before there is one.
    assert not {"flext_sdk._sync._again", "flext_sdk._core.retry", "flext_sdk._core.envelopes"} & plain
    typed = loaded(f"from flext_sdk import Flext\nFlext({server.url!r}, transport='stock').pipelines.show('orders')")
    assert "pydantic" in typed
    assert not {"tenacity", "pybreaker", "flext_sdk._sync._again", "flext_sdk._core.retry"} & typed
    server.says(Answer(status=503), Answer(body=GOOD))
    failed = loaded(
        f"from flext_sdk import Flext\nFlext({server.url!r}, transport='stock', _sleep=lambda _: None).pipelines.show('orders')"
    )
    assert {"tenacity", "pybreaker", "flext_sdk._sync._again"} <= failed
    again = loaded("import httpx\nfrom flext_sdk._sync._sender import load_httpx\nassert load_httpx() is httpx")
    assert "httpx._main" in again or "click" not in again


def test_the_first_use_may_come_from_many_threads(server: Server) -> None:
    server.says(Answer(body={"pipelines": [{"id": "p", "name": "orders", "tags": None}], "total": 1}))
    code = f"""
        import threading
        from flext_sdk import Flext
        client, gate, names = Flext({server.url!r}), threading.Barrier(16), []

        def work():
            gate.wait()
            names.extend(p.name for p in client.pipelines.list())

        threads = [threading.Thread(target=work) for _ in range(16)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert names == ["orders"] * 16, names
    """
    for _ in range(3):
        loaded(textwrap.dedent(code))


def test_a_client_of_a_parent_process_is_not_shared_with_its_child(server: Server) -> None:
    import os

    server.says(Answer(body=GOOD))
    with Flext(server.url, transport="stock", _environ={}) as client:
        client.pipelines.show("orders")
        pool = client._transport._sender._pools
        before = pool.get(lambda: None)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "getpid", lambda: -1)
            assert pool.get(lambda: "new") == "new"
        assert before != "new"


def test_a_patch_is_told_by_where_its_code_stands(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import functools

    from flext_sdk._core.patches import Patches
    from flext_sdk._sync import _rt as rt

    watcher = Patches(rt.PATCH_POINTS)
    assert not watcher.found()
    original = httpx.Client.send
    calls: list[str] = []

    @functools.wraps(original)
    def traced(self: httpx.Client, request: httpx.Request, **options: object) -> httpx.Response:
        calls.append(request.url.path)
        return original(self, request, **options)  # type: ignore[arg-type]

    server.says(Answer(body=GOOD))
    for transport in ("stock", "fast"):
        with Flext(server.url, transport=transport, _environ={}) as client:  # type: ignore[arg-type]
            client.pipelines.show("before")
            with monkeypatch.context() as patch:
                patch.setattr(httpx.Client, "send", traced)
                assert Patches(rt.PATCH_POINTS).found()  # also for who has never seen the original
                assert watcher.found()
                client.pipelines.show("during")
            client.pipelines.show("after")
    assert calls == ["/api/v1/pipelines/during"] * 2
    assert not watcher.found()
    monkeypatch.delitem(sys.modules, "httpx")
    assert not Patches(rt.PATCH_POINTS).found()


CALL = """
import threading
from flext_sdk import Flext
client = Flext({url!r})
def call():
    assert client.pipelines.show("orders").name == "orders"
"""
THREAD = "thread = threading.Thread(target=call); thread.start(); thread.join()"


def test_the_fast_transport_is_taken_where_it_is_installed(server: Server) -> None:
    server.says(Answer(body=GOOD))
    call = CALL.format(url=server.url)
    assert {"pyreqwest", "httpcore"} & loaded(call + THREAD) == {"pyreqwest"}
    assert not {"pyreqwest", "httpcore"} & loaded(call + "call()")  # Ctrl-C must not have to wait
    without = f"import sys\nsys.modules['pyreqwest'] = None\n{call}{THREAD}"
    assert not {"httpcore", "httpx"} & loaded(without)
    done = subprocess.run(
        [sys.executable, "-c", without.replace(THREAD, "call()").replace("')", "', transport='fast')")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MissingExtraError" in done.stderr
    assert "flext-sdk[fast]" in done.stderr


LATE = """
import asyncio
from flext_sdk import AsyncFlext
def later():
    async def work():
        async with AsyncFlext({url!r}) as other:
            await other.pipelines.show("orders")
    asyncio.run(work())
    with Flext({url!r}) as other:
        assert other.pipelines.show("orders").name == "orders"
for work in (call, later, later, call):
    thread = threading.Thread(target=work); thread.start(); thread.join()
"""


def test_the_thread_of_the_first_call_may_end_before_others_call(server: Server) -> None:
    # The allocator of the fast library takes the thread that loads it for the first of the process: where that one had
    # ended, the next thread crashed.
    server.says(Answer(body=GOOD))
    assert "pyreqwest" in loaded(CALL.format(url=server.url) + LATE.format(url=server.url))


SOON = """
import asyncio, threading
from flext_sdk import AsyncFlext, Flext
client = Flext({url!r})
thread = threading.Thread(target=client.pipelines.show, args=("orders",)); thread.start(); thread.join()
async def work():
    async with AsyncFlext({url!r}) as other:
        await other.pipelines.show("orders")
asyncio.run(work())
"""


def test_a_program_may_end_right_behind_an_answer(server: Server) -> None:
    # The thread of the fast library was about to finish its work, and Python ended it in the middle of Rust (SIGSEGV),
    # in every third program or so.
    server.says(Answer(body=GOOD))
    for _ in range(6):
        subprocess.run([sys.executable, "-c", SOON.format(url=server.url)], check=True, capture_output=True)


def test_without_the_fast_library_it_is_looked_for_once(server: Server) -> None:
    server.says(Answer(body=GOOD))
    code = f"""
        import importlib.abc, sys, threading
        class Nowhere(importlib.abc.MetaPathFinder):
            asked = 0
            def find_spec(self, name, path, target=None):
                if name.partition(".")[0] == "pyreqwest":
                    Nowhere.asked += 1
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Nowhere())
        from flext_sdk import Flext
        client = Flext({server.url!r})
        def work():
            for _ in range(3):
                client.pipelines.show("orders")
        def other():
            Flext({server.url!r}).pipelines.show("orders")
        work()  # not at all in the main thread
        assert Nowhere.asked == 0
        for each in (work, other, work):
            thread = threading.Thread(target=each); thread.start(); thread.join()
        print(Nowhere.asked)
        try:
            Flext({server.url!r}, transport="fast").pipelines.show("orders")
        except Exception as error:
            print(type(error).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    ).stdout.split()
    # Once in a thread of its own, and once more to be told the reason.
    assert done == ["2", "MissingExtraError"]


async def test_tasks_take_the_fast_transport_by_themselves(server: Server) -> None:
    server.says(Answer(body=GOOD))
    async with AsyncFlext(server.url, _environ={}) as client:
        await client.pipelines.show("orders")
        assert client._transport._sender._pools._values == {}


def test_ctrl_c_does_not_wait_for_the_answer(server: Server) -> None:
    server.says(Answer(before=lambda: server.stopping.wait(30)))  # type: ignore[arg-type, return-value]
    code = (
        # A shell that runs the tests in the background has them ignore Ctrl-C, and their children too.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        + CALL.format(url=server.url)
        + "print('ready', flush=True)\ntry:\n    call()\nexcept KeyboardInterrupt:\n    print('stopped')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    while not server.seen:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "stopped\n"
    assert not server.stopping.is_set()


def test_a_child_process_does_not_use_the_threads_of_its_parent(server: Server) -> None:
    server.says(Answer(body=GOOD))
    code = f"""
        import os, sys
        from flext_sdk import Flext
        client = Flext({server.url!r}, transport="fast")
        client.pipelines.show("parent")
        child = os.fork()
        if child == 0:
            ok = client.pipelines.show("child").name == "orders" and "httpcore" in sys.modules
            os._exit(0 if ok else 1)
        assert os.waitpid(child, 0)[1] == 0
        client.pipelines.show("parent")
    """
    loaded(textwrap.dedent(code))
    assert [seen.path.rpartition("/")[2] for seen in server.seen] == ["parent", "child", "parent"]


def test_threads_of_a_child_process_call_too(server: Server) -> None:
    # The library was loaded in a thread that a fork ends; the first thread of the child crashed as it took its place.
    server.says(Answer(body=GOOD))
    code = f"""
        import os, threading, warnings
        from flext_sdk import Flext
        warnings.simplefilter("ignore")
        client = Flext({server.url!r})
        def work():
            assert client.pipelines.show("orders").name == "orders"
        def call():
            thread = threading.Thread(target=work); thread.start(); thread.join()
        call()
        child = os.fork()
        if child == 0:
            for _ in range(5):
                call()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        call()
    """
    loaded(textwrap.dedent(code))
    assert len(server.seen) == 7


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server with a certificate that only its own authority vouches for: address, and file of the authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    made = Server()
    made.says(Answer(body=GOOD))
    made.http.socket = context.wrap_socket(made.http.socket, server_side=True)
    yield made.url.replace("http:", "https:"), str(file)
    made.close()


@pytest.mark.parametrize("transport", ["stock", "fast", "slim"])
def test_a_certificate_that_nobody_vouches_for_is_refused(certified: tuple[str, str], transport: Any) -> None:
    url, _ = certified
    with (
        Flext(url, transport=transport, retries=0, _environ={}) as client,
        pytest.raises(errors.ConnectionFailedError, match="certificate of the server is not trusted"),
    ):
        client.pipelines.show("orders")


@pytest.mark.parametrize("transport", ["stock", "fast", "slim"])
def test_an_authority_of_the_environment_is_trusted(
    certified: tuple[str, str], transport: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, file = certified
    monkeypatch.setenv("SSL_CERT_FILE", file)
    _sender._context.cache_clear()
    try:
        with Flext(url, transport=transport, retries=0, _environ={"SSL_CERT_FILE": file}) as client:
            assert client.pipelines.show("orders").name == "orders"
            assert client.pipelines.show("orders").name == "orders"
            assert client._transport._sender._pools.get(lambda: None).idle == 1
    finally:
        _sender._context.cache_clear()


def test_a_setting_that_names_no_transport() -> None:
    with pytest.raises(errors.ConfigurationError, match="FLEXT_TRANSPORT"):
        Flext("http://127.0.0.1:9", _environ={"FLEXT_TRANSPORT": "carrier pigeon"})
