"""A FLEXT Service in a process of its own, with a tap that talks: `python -m tests.faults.talk HOME`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from flext_sdk import Flext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

HERE = Path(__file__).parent
TOKEN = "t0ken"
ANY = {"type": "object", "additionalProperties": True}


class Talk:
    """The service, and runs of its talking pipeline.

    Args:
        folder: A folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FLEXT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.talk", str(folder / "home")],
            env=kept,
            cwd=HERE.parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.client = Flext(self.url, token=TOKEN, _environ={})
        self.stop = folder / "stop"

    def begin(self, *, most: int = 10**9, rate: float = 10_000, burst: int = 200, text: str = "x" * 100) -> str:
        """Start a run that says so many lines, or until `end`."""
        config = {"stop": str(self.stop), "most": most, "rate": rate, "burst": burst, "text": text}
        self.stop.unlink(missing_ok=True)
        step = {
            "name": "say",
            "extract": {"plugin": "tap-talk", "config": config},
            "load": {"plugin": "target-none", "config": {}},
        }
        self.client.pipelines.create({"name": "talk", "steps": [step]}, replace=True)
        return self.client.pipelines.start("talk").execution_id

    def says(self, run: str) -> bool:
        """Whether a run has come to say something of its own."""
        return any("INFO line" in line.message for line in self.client.pipelines.logs("talk", run=run, tail=100))

    def end(self) -> None:
        """Let the run end."""
        self.stop.touch()

    def cpu(self) -> float:
        """CPU seconds of the service so far; not those of its taps."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Bytes of memory that the service holds."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the service."""
        self.end()
        self.client.close()
        self.process.terminate()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(home: Path) -> None:
    """Serve until a signal comes; the port is told on standard output."""
    from flext_sdk.embedded.engine import recorder
    from flext_sdk.embedded.engine.plugins import Plugin
    from flext_sdk.embedded.flext.app import create
    from flext_sdk.embedded.hosting.server import Server
    from flext_sdk.embedded.settings import HostSettings

    # Of a run the newest 50,000 lines are kept. Whoever is cut off for seconds may be further behind than that here.
    recorder.KEEP_LINES = 10**9  # type: ignore[misc]
    none = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
    known = {
        "tap-talk": Plugin("tap-talk", "tap", ANY, [sys.executable, "-S", str(HERE / "talker.py")]),
        "target-none": Plugin("target-none", "target", ANY, none),
    }

    class Plugins:
        def find(self, name: str) -> Plugin | None:
            return known.get(name)

        @contextmanager
        def using(self, name: str) -> Iterator[Plugin | None]:
            yield known.get(name)

        def missing(self, name: str) -> tuple[str, str]:
            return f"there is no plugin {name!r}", ""

        def stored(self, _name: str) -> dict[str, Any]:
            return {}

        def selection(self, _name: str) -> list[str]:
            return []

        def names(self) -> list[str]:
            return sorted(known)

    (home / "state").mkdir(parents=True)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = HostSettings("flext", home, port, TOKEN, environment=dict(os.environ))
    found: Any = Plugins()
    app = create(settings, plugins=found)
    ready = lambda: print(port, flush=True)  # noqa: E731
    Server(app, grace=1, websockets=True, ready=ready, stopping=lambda: None).run(sockets=[listener])


def eventually(ask: Any, seconds: float = 30.0) -> Any:
    """Ask until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return answer


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
