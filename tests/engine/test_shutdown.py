"""How the service ends, and how it does not begin."""

from __future__ import annotations

import asyncio

import pytest
from engine_bench import eventually, step
from engine_service import Running
from websockets.exceptions import ConnectionClosed

from flext_sdk.embedded.flext.app import create
from flext_sdk.embedded.settings import HostSettings
from flext_sdk.errors import ConfigurationError


def test_closing_does_not_wait_for_followers_and_pauses_runs(tmp_path):
    found = Running(tmp_path)
    found.define("long", step("load", ["forever"]))
    run_id = found.start("long")
    follower = found.socket()
    follower.say("subscribe", f"pipeline_logs:{run_id}")
    follower.until("pipeline_log")
    found.close()
    with pytest.raises(ConnectionClosed):
        while True:
            follower.next()
    again = Running(found.home)
    eventually(lambda: again.http.get(f"/api/v1/runs/{run_id}").json()["restarts"] == 1)
    again.post("/api/v1/pipelines/long/stop", {"force": True})
    assert again.wait(run_id)["status"] == "cancelled"
    again.close()


def test_an_engine_that_cannot_start_says_why(tmp_path):
    (tmp_path / "state").mkdir()
    app = create(HostSettings("flext", tmp_path, 1, "t"))
    (tmp_path / "state" / "dbos.db").write_bytes(b"nonsense" * 500)

    async def start():
        async with app.router.lifespan_context(app):
            pytest.fail("it started")

    with pytest.raises(ConfigurationError, match="the engine's database cannot be used"):
        asyncio.run(start())
    assert isinstance(app.state.failure, ConfigurationError)


def test_a_database_that_cannot_be_used_is_a_configuration_error(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "flext.db").write_bytes(b"nonsense" * 500)
    with pytest.raises(ConfigurationError) as caught:
        create(HostSettings("flext", tmp_path, 1, "t"))
    assert caught.value.exit_code == 4
    assert caught.value.hint
