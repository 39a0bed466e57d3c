"""Programs of an orchestration: started as one process group, their lines read as they come, ended for certain."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

GRACE: Final = 2.0
"""Seconds between SIGTERM and SIGKILL."""
_LONGEST_LINE: Final = 1 << 16
_MOST_OUTPUT: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stage:
    """One program; each reads what the one before it writes.

    Attributes:
        label: What its lines are marked with in the log.
        argv: Program and arguments; no secret among them, for everybody can read them.
    """

    label: str
    argv: Sequence[str]


@dataclass(slots=True)
class Ended:
    """How the programs ended.

    Attributes:
        codes: Exit code of each, in order; negative: the signal that ended it.
        output: What the last one wrote to standard output; its end only, where it was more than 16 MB.
        cut: Whether the beginning of that is lost.
        errors: The last lines that each wrote to standard error.
    """

    codes: list[int]
    output: bytes
    cut: bool
    errors: list[str] = field(default_factory=list)


async def run(
    stages: Sequence[Stage],
    *,
    environ: Mapping[str, str],
    folder: Path,
    started: Callable[[int], None],
    said: Callable[[str, str], None],
    heard: Callable[[str], None] | None = None,
) -> Ended:
    """Run programs joined by pipes to their end.

    However this ends, cancelled too, nothing of the group is left: it is asked to end, and killed two seconds later.

    Args:
        stages: The programs, from left to right.
        environ: Their environment variables.
        folder: Their current folder.
        started: Called with the id of the process group once there is one.
        said: Called with label and text of each line on standard error.
        heard: Called with each line of the last one's standard output.

    Raises:
        OSError: A program cannot be started.
    """
    group = 0
    processes: list[asyncio.subprocess.Process] = []
    pipes = _Pipes()
    try:
        outputs, output = pipes.made()
        errors = [pipes.made() for _ in stages]
        joints = [pipes.made() for _ in stages[1:]]
        # From right to left: one who waits for input is sure to be alive still when the others join its group.
        for index in range(len(stages) - 1, -1, -1):
            process = await asyncio.create_subprocess_exec(
                *stages[index].argv,
                stdin=joints[index - 1][0] if index else asyncio.subprocess.DEVNULL,
                stdout=joints[index][1] if index < len(joints) else output,
                stderr=errors[index][1],
                env=dict(environ),
                cwd=folder,
                process_group=group,
            )
            processes.insert(0, process)
            if not group:
                group = process.pid
                started(group)
        sources = [await pipes.stream(outputs)] + [await pipes.stream(end) for end, _ in errors]
        pipes.close()
        reading = asyncio.gather(
            *(_lines(source, partial(said, stage.label)) for source, stage in zip(sources[1:], stages, strict=True))
        )
        printed = asyncio.ensure_future(_output(sources[0], heard))
        try:
            codes = [await process.wait() for process in processes]
            # What they left behind would keep the pipes open for ever.
            _signal(group, signal.SIGKILL)
            content, cut = await printed
            return Ended(codes, content, cut, await reading)
        finally:
            reading.cancel()
            printed.cancel()
    finally:
        pipes.close()
        if group:
            # Shielded: being cancelled again must not leave half of the group alive.
            await asyncio.shield(_end(group, processes))
        pipes.end()


class _Pipes:
    """Pipes of our own making.

    Of those that asyncio makes for a program its ``wait`` waits for the end, too, which comes only when everybody has
    closed them whom the program left behind.
    """

    def __init__(self) -> None:
        self._ends: set[int] = set()
        self._transports: list[asyncio.ReadTransport] = []

    def made(self) -> tuple[int, int]:
        """A pipe: the end to read from and the one to write to."""
        ends = os.pipe()
        self._ends |= set(ends)
        return ends

    async def stream(self, end: int) -> asyncio.StreamReader:
        """What comes out of an end."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        self._ends.discard(end)
        file = os.fdopen(end, "rb", buffering=0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
        self._transports.append(transport)
        return reader

    def close(self) -> None:
        """Close the ends that belong to the programs."""
        for end in self._ends:
            os.close(end)
        self._ends.clear()

    def end(self) -> None:
        """Close all of it."""
        for transport in self._transports:
            transport.close()


async def _output(stream: asyncio.StreamReader, heard: Callable[[str], None] | None) -> tuple[bytes, bool]:
    found = bytearray()
    cut = False
    rest = b""
    while chunk := await stream.read(_LONGEST_LINE):
        found += chunk
        if len(found) > _MOST_OUTPUT:
            del found[: -_MOST_OUTPUT // 2]
            cut = True
        if heard is not None:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                heard(line.decode(errors="replace"))
            rest = rest[-_LONGEST_LINE:]
    if heard is not None and rest:
        heard(rest.decode(errors="replace"))
    return bytes(found), cut


async def _lines(stream: asyncio.StreamReader, each: Callable[[str], None]) -> str:
    """Give every line, and at the end the last of them as text. A line of any length is taken in pieces."""
    kept = bytearray()
    rest = b""
    while chunk := await stream.read(_LONGEST_LINE):
        kept += chunk
        del kept[:-_LONGEST_LINE]
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            each(line.decode(errors="replace"))
        if len(rest) > _LONGEST_LINE:
            each(rest.decode(errors="replace"))
            rest = b""
    if rest:
        each(rest.decode(errors="replace"))
    return kept.decode(errors="replace")


async def _end(group: int, processes: Sequence[asyncio.subprocess.Process]) -> None:
    """End the group. The programs themselves may have ended and left others behind."""
    if any(process.returncode is None for process in processes):
        _signal(group, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                for process in processes:
                    await process.wait()
    _signal(group, signal.SIGKILL)
    for process in processes:
        await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
