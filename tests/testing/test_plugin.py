"""The pytest plugin, as a user's own tests have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pytest_run(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(text)
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("FLEXT_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder)],
        cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_plugin_is_there_and_costs_nothing_until_it_is_used(tmp_path: Path) -> None:
    done = pytest_run(
        tmp_path,
        """
import sys
def test_nothing(request):
    assert request.config.pluginmanager.get_plugin("flext").__name__ == "flext_sdk.testing.plugin"
    ours = {name for name in sys.modules if name.startswith("flext_sdk")}
    assert ours == {"flext_sdk", "flext_sdk.testing", "flext_sdk.testing.plugin"}
""",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_plugin_loads_nothing_of_the_client() -> None:
    code = (
        "import sys, flext_sdk.testing.plugin\n"
        "print(sorted(set(sys.modules) & {'httpx', 'pydantic', 'starlette', 'websockets', 'yaml', 'hypothesis', 'jsonschema_rs'}))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


SWALLOWED = """
def test_code_that_hides_what_it_did_wrong(fake_flext):
    with fake_flext.client() as client:
        try:
            client.pipelines.show("orders")
        except BaseException:
            pass
"""


def test_a_violation_that_the_code_under_test_hides_fails_the_test(tmp_path: Path) -> None:
    done = pytest_run(tmp_path, SWALLOWED)
    assert done.returncode == 1
    assert "no answer for pipelines.show" in done.stdout


PLATFORM = """
import os, pathlib, urllib.request
import pytest

def note(platform):
    folder = pathlib.Path(os.environ["NOTES"])
    (folder / f"{os.environ.get('PYTEST_XDIST_WORKER', 'one')}.txt").write_text(
        " ".join([str(platform.home), *map(str, platform.pids.values()), *platform.urls.values()]))

@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_it_runs(flext_platform, flext_client, n):
    note(flext_platform)
    assert [h.status for h in flext_client.services.health()] == ["healthy", "healthy"] or flext_client.services.health()
    assert flext_client.settings.get_value("base_url") == flext_platform.urls

def test_coroutines(async_flext_client):
    import asyncio
    assert asyncio.run(count(async_flext_client)) >= 5

async def count(client):
    return len([p async for p in client.plugins.list()])

def test_a_proxy(flext_platform, faulty_proxy):
    from flext_sdk import Flext
    proxy = faulty_proxy(flext_platform.urls["flext"])
    with Flext(proxy.url, token=flext_platform.token) as client:
        assert client.pipelines.list().total == 0
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_each_worker_has_a_platform_of_its_own_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    tests = tmp_path / "tests"
    tests.mkdir()
    monkeypatch.setenv("NOTES", str(notes))
    done = pytest_run(tests, PLATFORM, *workers)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [file.read_text().split() for file in notes.iterdir()]
    assert len(told) == (2 if workers else 1)
    for index in range(5):
        assert len({one[index] for one in told}) == len(told)
    for one in told:
        for pid in one[1:3]:
            assert not alive(int(pid))


def alive(pid: int) -> bool:
    try:
        return b"flext_sdk.embedded.host" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
