"""Running a program to its end: bounded in time and output, and nothing of it left afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GRACE: Final = 2.0
_MOST_OUTPUT: Final = 64 * 1024 * 1024
_MOST_ERRORS: Final = 1024 * 1024
_CHUNK: Final = 1 << 16


class OutputTooLargeError(Exception):
    """The program wrote more than anybody could want to have as an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended.

    Attributes:
        code: Exit code; negative: the signal that ended it.
        output: What it wrote to standard output.
        errors: The last of what it wrote to standard error.
    """

    code: int
    output: bytes
    errors: str


async def run(argv: Sequence[str], *, environ: Mapping[str, str], folder: Path, timeout: float) -> Outcome:
    """Run a program and everything that it starts as one process group.

    The group is ended when the time is over, and when the task is cancelled: asked first, killed two seconds later.

    Args:
        argv: Program and arguments; no secret among them, for everybody can read them.
        environ: Its environment variables.
        folder: Its current folder.
        timeout: Seconds it may take.

    Raises:
        TimeoutError: It took longer.
        OutputTooLargeError: It wrote too much.
        OSError: It cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environ),
        cwd=folder,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(timeout):
            output, errors, code = await asyncio.gather(_all(process.stdout), _last(process.stderr), process.wait())
        return Outcome(code, output, errors.decode(errors="replace"))
    finally:
        # Shielded: being cancelled again must not leave half of the group alive.
        await asyncio.shield(_end(process))


async def _all(stream: asyncio.StreamReader | None) -> bytes:
    found = bytearray()
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        found += chunk
        if len(found) > _MOST_OUTPUT:
            raise OutputTooLargeError
    return bytes(found)


async def _last(stream: asyncio.StreamReader | None) -> bytes:
    found = bytearray()
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        found += chunk
        del found[:-_MOST_ERRORS]
    return bytes(found)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the group. The program itself may have ended and left others behind."""
    if process.returncode is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
    _signal(process.pid, signal.SIGKILL)
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
