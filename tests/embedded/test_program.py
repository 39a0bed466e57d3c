"""Running a plugin's program: nothing of it is left, however it ends."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from flext_sdk.embedded.flexcore import program
from flext_sdk.embedded.supervisor.process import start_mark

FAMILY = """
import os, signal, subprocess, sys, time
if {stubborn}: signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
open("pids", "w").write(f"{{os.getpid()}} {{child.pid}}")
os.rename("pids", "ready")
{then}
"""


async def run(code: str, folder: Path, timeout: float = 20) -> program.Outcome:
    return await program.run([sys.executable, "-c", code], environ=os.environ, folder=folder, timeout=timeout)


def assert_gone(folder: Path) -> None:
    for pid in (folder / "ready").read_text().split():
        end = time.monotonic() + 10
        while start_mark(int(pid)) is not None:
            assert time.monotonic() < end, "a process is left"
            time.sleep(0.02)


async def test_what_it_wrote_and_how_it_ended(tmp_path: Path) -> None:
    found = await run(
        "import sys; print('out'); print('err', file=sys.stderr); print(sys.stdin.read()); sys.exit(3)", tmp_path
    )
    assert (found.code, found.output, found.errors) == (3, b"out\n\n", "err\n")


async def test_a_program_ended_by_a_signal(tmp_path: Path) -> None:
    assert (await run("import os; os.kill(os.getpid(), 9)", tmp_path)).code == -9


async def test_only_the_end_of_much_talk_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_MOST_ERRORS", 100)
    found = await run("import sys; sys.stderr.write('x' * 300000 + 'end')", tmp_path)
    assert found.errors == "x" * 97 + "end"


async def test_too_much_output_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_MOST_OUTPUT", 1000)
    with pytest.raises(program.OutputTooLargeError):
        await run("import sys\nwhile True: sys.stdout.write('x' * 65536)", tmp_path)


async def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """The child keeps no pipe of ours, and outlives its parent."""
    code = FAMILY.format(stubborn=False, then="").replace(
        'time.sleep(60)"]', 'time.sleep(60)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL'
    )
    assert (await run(code, tmp_path)).code == 0
    assert_gone(tmp_path)


@pytest.mark.parametrize("stubborn", [False, True])
async def test_the_whole_group_ends_when_the_time_is_over(
    tmp_path: Path, stubborn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_GRACE", 0.1)
    with pytest.raises(TimeoutError):
        await run(FAMILY.format(stubborn=stubborn, then="time.sleep(60)"), tmp_path, timeout=1.5)
    assert_gone(tmp_path)


async def test_the_whole_group_ends_when_the_task_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_GRACE", 0.1)
    task = asyncio.ensure_future(run(FAMILY.format(stubborn=True, then="time.sleep(60)"), tmp_path))
    while not (tmp_path / "ready").exists():
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert_gone(tmp_path)


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        await program.run(["/nowhere/program"], environ={}, folder=tmp_path, timeout=1)
