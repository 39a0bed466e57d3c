"""With the embedded platform: real processes, real pipelines, in a folder of the test session's own."""

import watch

from flext_sdk import Flext
from flext_sdk.testing import FakeFlext, Recorder, faults


def definition(folder, source="orders.csv"):
    (folder / "orders.csv").write_text("order_id,item\n1,tea\n2,sugar\n", encoding="utf-8")
    tap = {"plugin": "tap-csv", "config": {"path": str(folder / source), "keys": ["order_id"]}}
    target = {"plugin": "target-jsonl", "config": {"path": str(folder / "out")}}
    return {"name": "orders", "steps": [{"name": "load", "extract": tap, "load": target}]}


def test_rows_arrive(flext_client, tmp_path):
    flext_client.pipelines.create(definition(tmp_path), replace=True)
    assert watch.rerun(flext_client, "orders") == "2 rows"
    assert len((tmp_path / "out" / "orders.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_a_failure_is_listed(flext_client, tmp_path):
    flext_client.pipelines.create(definition(tmp_path, "not-there.csv"), replace=True)
    assert watch.rerun(flext_client, "orders") == "failed"
    assert watch.needing_attention(flext_client)[0].startswith("orders: ")


def test_the_real_service_behind_a_bad_network(flext_platform):
    bad = faults.middleware(faults.drop(probability=0.3, seed=7), faults.status(503, times=1))
    with flext_platform.client(middleware=[bad], retries=5) as client:
        watch.needing_attention(client)


def test_the_real_service_behind_a_proxy_that_cuts_connections(flext_platform, faulty_proxy):
    proxy = faulty_proxy(flext_platform.urls["flext"])
    proxy.cut(after=100, times=2)
    with Flext(proxy.url, token=flext_platform.token) as client:
        watch.needing_attention(client)
    assert proxy.connections == 3


def test_what_it_answered_once_is_answered_again(flext_platform, tmp_path):
    with (
        Recorder(tmp_path / "answers.json") as recorder,
        flext_platform.client(middleware=[recorder.middleware]) as client,
    ):
        told = watch.needing_attention(client)

    fake = FakeFlext().replay(tmp_path / "answers.json")
    with fake.client() as client:
        assert watch.needing_attention(client) == told
    fake.close()
