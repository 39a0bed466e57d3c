"""The first five minutes, through both clients and the command, on the running platform."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flext_sdk import AsyncFlext, ConfigurationError, ConflictError, Flext, FlextError
from flext_sdk._async.resources.quickstart import quickstart as quickstart_async
from flext_sdk._sync.resources.quickstart import quickstart


@pytest.fixture
def client(platform: Any) -> Any:
    with Flext(platform.urls, token=platform.token) as client:
        # The platform is shared: other tests may have left one of that name.
        client.pipelines.delete("orders") if any(p.name == "orders" for p in client.pipelines.list()) else None
        yield client
        client.pipelines.delete("orders") if any(p.name == "orders" for p in client.pipelines.list()) else None


def test_it_shows_the_rows_and_may_be_run_again(client: Any, tmp_path: Path) -> None:
    messages: list[str] = []
    seen: list[Any] = []
    first = quickstart(client, folder=tmp_path, on_progress=seen.append, on_message=messages.append)
    assert [row["order_id"] for row in first] == list(range(1, 11))
    assert first[0] == {
        "order_id": 1, "ordered_at": "2026-11-01T09:07:00Z", "customer": "C021", "city": "São Paulo", "item": "sugar",
        "quantity": 11, "unit_price": 3.47, "paid": False,
    }  # fmt: skip
    assert any("240 rows read" in line for line in messages)
    assert seen[-1].is_finished
    messages.clear()
    assert quickstart(client, folder=tmp_path, on_message=messages.append) == first
    assert any("nothing was read" in line for line in messages)


def test_it_begins_again_when_the_table_is_gone_and_keeps_what_was_edited(client: Any, tmp_path: Path) -> None:
    quickstart(client, folder=tmp_path, on_message=lambda _line: None)
    (tmp_path / "warehouse.duckdb").unlink()
    data = tmp_path / "data" / "orders.csv"
    data.write_text("\n".join(data.read_text(encoding="utf-8").splitlines()[:4]) + "\n", encoding="utf-8")
    assert len(quickstart(client, folder=tmp_path, on_message=lambda _line: None)) == 3


def test_several_at_once_show_the_same(platform: Any, client: Any, tmp_path: Path) -> None:
    def one(_number: int) -> list[dict[str, Any]]:
        with Flext(platform.urls, token=platform.token) as own:
            return quickstart(own, folder=tmp_path, on_message=lambda _line: None)

    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(one, range(4)))
    assert [row["order_id"] for row in shown[0]] == list(range(1, 11))
    assert shown[1:] == shown[:1] * 3


async def test_it_is_the_same_for_the_other_client(platform: Any, client: Any, tmp_path: Path) -> None:
    async with AsyncFlext(platform.urls, token=platform.token) as other:
        rows = await quickstart_async(other, folder=tmp_path, on_message=lambda _line: None)
        assert len(rows) == 10
        await other.pipelines.pause("orders")
        with pytest.raises(FlextError, match="paused"):
            await quickstart_async(other, folder=tmp_path, on_message=lambda _line: None)


def test_a_pipeline_of_somebody_elses_stays_as_it_is(client: Any, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    own = {
        "name": "orders",
        "steps": [
            {
                "name": "s",
                "extract": {"plugin": "tap-csv", "config": {"path": str(tmp_path / "x.csv")}},
                "load": {"plugin": "target-jsonl", "config": {"path": str(tmp_path / "out")}},
            }
        ],
    }
    before = client.pipelines.create(own)
    with pytest.raises(ConflictError, match="not the quick start's"):
        quickstart(client, folder=tmp_path / "q", on_message=lambda _line: None)
    assert client.pipelines.show("orders").version == before.version


def test_a_folder_that_cannot_be_written_is_named(client: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="file"):
        quickstart(client, folder=tmp_path / "file" / "x", on_message=lambda _line: None)


def test_the_command_puts_rows_on_stdout_and_talk_on_stderr(platform: Any, client: Any) -> None:
    command = [sys.executable, "-m", "flext_cli", "quickstart", "-o", "csv"]
    done = subprocess.run(
        command, env=platform.environ, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 11
    assert "240 rows" in done.stderr
    assert "Traceback" not in done.stderr
    assert "leak" not in done.stderr
    assert (platform.home / "quickstart" / "warehouse.duckdb").exists()
