"""What the storms of kills share: a platform of its own, its processes, and the end of some of them at a random moment."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from flext_sdk import Flext
from flext_sdk.embedded import supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROC = Path("/proc")


class Storm:
    """A platform of its own that loses processes.

    Args:
        folder: Where everything is.
        seed: Of the moments.
        environments: Finished environments of dbt or Meltano, which need not be made again.
        more: Environment variables of the platform.
    """

    #: What the command lines of a victim's processes hold; ``everything`` is all of the platform, as when power fails.
    victims: ClassVar[Mapping[str, tuple[str, ...]]] = {"everything": ()}

    def __init__(self, folder: Path, *, seed: int = 1, environments: Path | None = None, **more: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.random = random.Random(seed)
        self.longest = 0.0
        self.windows: dict[str, float] = {}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_") and k != "PYTHONDONTWRITEBYTECODE"}
        ports = {"FLEXT_FLEXCORE_PORT": "0", "FLEXT_SERVICE_PORT": "0"}
        self.environ = {**kept, "FLEXT_HOME": str(self.home), **ports, **more}
        if environments is not None:
            self.home.mkdir(mode=0o700)
            (self.home / "environments").symlink_to(environments)

    def strike(self, victim: str) -> bool:
        """Begin something, kill the victim meanwhile, and hold what is there afterwards against what must be.

        Returns:
            Whether the victim was there to be killed.

        Raises:
            AssertionError: Something is lost, doubled, half or left behind.
        """
        raise NotImplementedError

    def told(self) -> str:
        """What a run of many kills says of where it is."""
        return ""

    def client(self) -> Flext:
        """A client of the running platform, which is started where a kill has ended it."""
        found = supervisor.ensure_running(notify=lambda _line: None, timeout=60, environ=self.environ)
        return Flext({name: end.url for name, end in found.items()}, token=next(iter(found.values())).token)

    def close(self) -> None:
        """Stop the platform."""
        supervisor.stop("all", environ=self.environ)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """What is to be struck, done once in this block: that is how late a kill may come."""
        begun = time.monotonic()
        yield
        self.longest = 1.1 * (time.monotonic() - begun)

    def kill(self, victim: str) -> bool:
        """Kill at a random moment of the victim's life; gives whether it was still there."""
        until = time.monotonic() + self.longest
        while not self.pids(victim) and time.monotonic() < until:
            time.sleep(0.01)
        window = self.windows.get(victim, self.longest)
        time.sleep(self.random.uniform(0.0, window))
        struck = found = self.pids(victim)
        # How long a tap or uv lives, on a machine that is as busy as this one, shows itself.
        self.windows[victim] = min(window * (1.1 if struck else 0.7), self.longest)
        while found:
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            # A killed process still listens for a moment.
            while any(map(_lives, found)):
                time.sleep(0.01)
            # What was just being started when we looked.
            found = [] if self.victims[victim] else self.pids(victim)
        return bool(struck)

    def pids(self, victim: str) -> list[int]:
        """A victim's processes, of this platform alone: told by command line, environment or folder, and their children."""
        lines: dict[int, str] = {}
        parents: dict[int, int] = {}
        mine: set[int] = set()
        mark = f"FLEXT_HOME={self.home}\0"
        for entry in PROC.iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with suppress(OSError):
                pid = int(entry.name)
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state in {"Z", "X"}:
                    continue
                lines[pid], parents[pid] = (entry / "cmdline").read_bytes().decode(errors="replace"), int(parent)
                environ = (entry / "environ").read_bytes().decode(errors="replace")
                if (
                    str(self.home) in lines[pid]
                    or mark in environ
                    or (entry / "cwd").readlink().is_relative_to(self.folder)
                ):
                    mine.add(pid)
        while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
            mine |= more
        words = self.victims[victim]
        return sorted(pid for pid in mine if not words or any(word in lines[pid] for word in words))


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def until_struck(storm: Storm, victim: str, times: int = 1) -> None:
    """Strikes until the victim was hit so often: at some moments there is none of it."""
    hits = tries = 0
    while hits < times:
        hits += storm.strike(victim)
        tries += 1
        assert tries <= 10 * times, f"there is hardly ever a {victim} to kill"


def blow(make: Callable[[Path], Storm], times: int, victims: Mapping[str, object], every: int = 10) -> None:
    """A storm of so many kills for each victim, told as it goes."""
    for victim in victims:
        with tempfile.TemporaryDirectory() as folder:
            storm = make(Path(folder))
            try:
                for done in range(0, times, every):
                    until_struck(storm, victim, min(every, times - done))
                    print(f"{victim}: {min(done + every, times)} kills, {storm.told()}", flush=True)
            finally:
                storm.close()
