"""A service as a process of its own, to be asked and killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

SERVICE = Path(__file__).with_name("service.py")


class Service:
    """The service as a process; with a store of its own, or one that it shares."""

    def __init__(self, home: Path, *database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SERVICE), str(home), *database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, command: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.read()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> None:
        self.process.wait(30)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
