"""Faults around real clients, and the proxy before real sockets, both against a running platform."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flext_sdk import Flext, errors
from flext_sdk.connectors.registry import CONNECTORS
from flext_sdk.testing import FakeClock, FakeFlext, FaultyProxy, Platform, Recorder, factory, faults


def client(platform: Platform, *wanted: faults.Fault, clock: FakeClock, **options: Any) -> Flext:
    return platform.client(
        middleware=[faults.middleware(*wanted, sleep=clock.sleep)],
        _sleep=clock.sleep,
        _clock=clock.monotonic,
        **options,
    )


CASES = [
    (faults.drop, {"times": 2}, None),
    (faults.refuse, {"times": 2}, None),
    (faults.close_half_way, {"nth": 1}, None),
    (faults.latency, {"times": 1, "seconds": 40}, None),
    (faults.latency, {"seconds": 2}, None),
    (faults.status, {"code": 503, "times": 2}, None),
    (faults.garbage, {"times": 1}, errors.ResponseDecodeError),
    (faults.drop, {}, errors.ConnectionFailedError),
    (faults.refuse, {}, errors.ConnectionFailedError),
    (faults.latency, {"seconds": 40}, errors.DeadlineExceededError),
    (faults.status, {"code": 400}, errors.APIStatusError),
]


@pytest.mark.parametrize(("make", "options", "error"), CASES)
def test_a_real_client_meets_faults_and_gets_over_those_that_pass(
    flext_platform: Platform, make: Any, options: dict[str, Any], error: type[Exception] | None
) -> None:
    clock = FakeClock()
    with client(flext_platform, make(**options), clock=clock) as found:
        if error is not None:
            with pytest.raises(error):
                found.plugins.list()
        else:
            assert {plugin.name for plugin in found.plugins.list()} >= set(CONNECTORS)


@pytest.mark.parametrize(("make", "options", "error"), CASES)
async def test_and_so_does_one_for_coroutines(
    flext_platform: Platform, make: Any, options: dict[str, Any], error: type[Exception] | None
) -> None:
    clock = FakeClock()
    around = faults.async_middleware(make(**options), sleep=clock.asleep)
    async with flext_platform.async_client(middleware=[around], _sleep=clock.asleep, _clock=clock.monotonic) as found:
        if error is not None:
            with pytest.raises(error):
                await found.plugins.list()
        else:
            assert {plugin.name async for plugin in found.plugins.list()} >= set(CONNECTORS)


def test_chance_is_the_same_every_time(flext_platform: Platform) -> None:
    def struck(seed: int) -> list[bool]:
        fault = faults.drop(probability=0.5, seed=seed)
        return [fault.strikes("x") for _ in range(50)]

    assert struck(3) == struck(3) != struck(4)
    assert 10 < sum(struck(3)) < 40


def test_a_fault_counts_what_it_saw_from_many_threads() -> None:
    fault = faults.drop(times=100, operations=["a"])
    threads = [threading.Thread(target=lambda: [fault.strikes("a") for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (fault.seen, fault.hits, fault.strikes("b")) == (800, 100, False)


@pytest.mark.parametrize("wrong", [{"probability": 2}, {"times": -1}, {"nth": 0}])
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"probability|times"):
        faults.drop(**wrong)


@pytest.fixture
def proxy(flext_platform: Platform) -> Iterator[FaultyProxy]:
    with FaultyProxy(flext_platform.urls["flext"]) as made:
        yield made


@pytest.fixture
def behind(proxy: FaultyProxy, flext_platform: Platform) -> Iterator[Flext]:
    with Flext(proxy.url, token=flext_platform.token, _environ={}, _sleep=lambda _s: None) as made:
        yield made


def test_the_proxy_passes_on_what_it_is_not_told_to_spoil(proxy: FaultyProxy, behind: Flext) -> None:
    assert behind.pipelines.list().items is not None
    assert behind.request("GET", "/health").status == 200
    assert proxy.connections == 1


def test_refused_connections_are_tried_again(proxy: FaultyProxy, behind: Flext) -> None:
    proxy.refuse(times=2)
    assert behind.request("GET", "/health").attempts == 3
    assert proxy.connections == 3
    proxy.refuse()
    proxy.break_connections()
    with pytest.raises(errors.ConnectionFailedError):
        behind.request("GET", "/health")
    proxy.heal()
    assert behind.request("GET", "/health").status == 200


@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_cut_is_asked_for_again(proxy: FaultyProxy, behind: Flext, reset: bool) -> None:
    proxy.cut(after=40, times=2, reset=reset)
    assert behind.request("GET", "/health").attempts == 3
    proxy.cut(after=40)
    with pytest.raises(errors.ConnectionFailedError):
        behind.request("GET", "/health")


def test_slow_late_and_missing_answers(proxy: FaultyProxy, flext_platform: Platform) -> None:
    with Flext(proxy.url, token=flext_platform.token, timeout=0.6, retries=0, _environ={}) as behind:
        proxy.slow(50)
        with pytest.raises(errors.DeadlineExceededError):
            behind.request("GET", "/health")
        proxy.swallow()
        with pytest.raises(errors.DeadlineExceededError):
            behind.request("GET", "/health")
        proxy.delay(0.05)
        begun = time.monotonic()
        assert behind.request("GET", "/health").status == 200
        assert time.monotonic() - begun >= 0.05


def test_a_log_is_followed_through_a_proxy_that_cuts(
    proxy: FaultyProxy, flext_platform: Platform, flext_client: Flext, tmp_path: Path
) -> None:
    name = make_pipeline(flext_client, tmp_path)
    run = flext_client.pipelines.start(name)
    seen: list[int] = []
    with Flext(proxy.url, token=flext_platform.token, _environ={}) as behind:
        for line in behind.pipelines.logs(name, run=run.execution_id, follow=True, tail=10_000):
            seen.append(line.id or 0)
            if len(seen) in {1, 3}:
                proxy.break_connections(reset=len(seen) == 3)
    stored = [line.id for line in flext_client.pipelines.logs(name, run=run.execution_id, tail=10_000)]
    assert seen == stored
    assert stored


def make_pipeline(client: Flext, folder: Path, password: str = "x") -> str:
    (folder / "rows.csv").write_text("id\n1\n2\n")
    definition = {
        "name": f"{folder.name}".replace("_", "-")[:60].strip("-"),
        "steps": [
            {
                "name": "load",
                "extract": {"plugin": "tap-csv", "config": {"path": str(folder / "rows.csv"), "keys": ["id"]}},
                "load": {"plugin": "target-jsonl", "config": {"path": str(folder / "out")}},
            }
        ],
        "variables": {"NOTE": ""},
        "configuration": {"api_password": password},
    }
    return client.pipelines.create(definition, replace=True).name


def test_the_proxy_names_the_service_whatever_way_a_request_is_cut_into_pieces(
    proxy: FaultyProxy, flext_platform: Platform
) -> None:
    host, _, port = proxy.url.removeprefix("http://").partition(":")
    request = f"GET /health HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(len(request)):
            wire.sendall(request[number : number + 1])
            time.sleep(0.001)
        answer = b""
        while piece := wire.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200")


def test_the_proxy_before_nothing_and_before_no_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        FaultyProxy(f"http://127.0.0.1:{port}") as dead,
        Flext(dead.url, retries=0, _environ={}) as behind,
        pytest.raises(errors.ConnectionFailedError),
    ):
        behind.request("GET", "/health")
    dead.close()
    with pytest.raises(ValueError, match="http addresses"):
        FaultyProxy("https://127.0.0.1")


def test_what_a_platform_answered_is_replayed_without_its_secrets(flext_platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    with (
        Recorder(file, secrets=["orders-of-acme"]) as recorder,
        flext_platform.client(middleware=[recorder.middleware]) as real,
    ):
        name = make_pipeline(real, tmp_path, "hunter2-in-a-config")
        run = real.pipelines.start(name, variables={"NOTE": "orders-of-acme"}, wait=True)
        listed = [p.name for p in real.pipelines.list(search=name)]
        with pytest.raises(errors.NotFoundError):
            real.pipelines.show("not-there")
        text = real.pipelines.export(name)
    written = file.read_text()
    for secret in (flext_platform.token, "hunter2-in-a-config", "orders-of-acme"):
        assert secret not in written
    assert "hunter2" in text or "***" in text

    fake = FakeFlext().replay(file)
    with fake.client() as again:
        assert again.pipelines.create(json_of(file, "pipelines.create"), replace=True).name == name
        assert again.pipelines.start(name, variables={"NOTE": "***"}).execution_id == run.execution_id
        assert again.pipelines.start(name, variables={"NOTE": "***"}, wait=True).records == run.records
        assert [p.name for p in again.pipelines.list(search=name)] == listed
        with pytest.raises(errors.NotFoundError):
            again.pipelines.show("not-there")
        assert again.pipelines.export(name).splitlines()[0] == text.splitlines()[0]
    fake.close()


def json_of(file: Path, operation: str) -> Any:
    exchanges = json.loads(file.read_text())["exchanges"]
    return next(one["body"] for one in exchanges if one["operation"] == operation)


async def test_coroutines_are_recorded_too(flext_platform: Platform, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "deep" / "answers.json")
    async with flext_platform.async_client(middleware=[recorder.async_middleware]) as real:
        names = [p.name async for p in real.plugins.list()]
    fake = FakeFlext().replay(recorder.save())
    async with fake.async_client() as again:
        assert [p.name async for p in again.plugins.list()] == names


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 9, "exchanges": []}', '{"format": 1, "exchanges": 5}'])
def test_what_is_no_recording_is_told(tmp_path: Path, text: str) -> None:
    from flext_sdk.testing import ContractViolation

    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ContractViolation, match="is no recording"):
        FakeFlext().replay(tmp_path / "x.json")


def test_a_recording_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(tmp_path / "x.json")
    monkeypatch.setattr(Path, "replace", lambda *_a: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        recorder.save()
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_is_killed_is_started_again(tmp_path: Path) -> None:
    with Platform(tmp_path / "home", settings={"FLEXT_LOG_LEVEL": "debug"}) as platform:
        assert repr(platform).startswith("Platform(")
        assert platform.token not in repr(platform)
        first = platform.pids["flext"]
        platform.kill("flext")
        with platform.client(retries=0) as client, pytest.raises(errors.ConnectionFailedError):
            client.pipelines.list()
        platform.start()
        assert platform.pids["flext"] != first
        with platform.client() as client:
            assert client.pipelines.list().total == 0
        assert "flext.log" in platform.text_of_logs()
        pids = dict(platform.pids)
        assert not platform.wait_until_gone("flext", seconds=0)
    assert platform.wait_until_gone("flext")
    for pid in pids.values():
        assert not platform._is_ours(pid)
    platform.stop()


def test_faults_may_be_replies_and_stand_together(fake_flext: FakeFlext) -> None:
    fake_flext.answer("pipelines.show", factory.Pipeline(name="orders"))
    fake_flext.fault(faults.latency(1)).fault(faults.status(503, times=1)).fault(faults.drop(nth=2))
    with fake_flext.client(retries=5) as client:
        assert client.pipelines.show("orders").name == "orders"
    assert [call.attempt for call in fake_flext.calls] == [1, 2, 3]
