"""Lists come page by page: real processes beside a service of a hundred thousand pipelines."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

ITEM = {
    "id": "0190c1de-0000-7000-8000-000000000001",
    "name": "orders",
    "description": "Orders of the web shop",
    "is_active": True,
    "tags": ["demo", "shop"],
    "step_count": 1,
    "last_run_status": "completed",
    "last_run_at": "2026-11-22T10:00:00Z",
}
# A process that says at its end how much memory it had at most.
PEAK = """
import sys
from flext_cli.main import main
code = main(sys.argv[1:])
print(open("/proc/self/status").read(), file=sys.stderr)
sys.exit(code)
"""


class Service:
    """Gives pages of pipelines; notes the offsets asked for; may hold back all from some offset on."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.offsets: list[int] = []
        self.hold_from = total
        self.go = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.page = b"[" + b",".join([json.dumps(ITEM).encode()] * 100) + b"]"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = b""
        with connection:
            while chunk := connection.recv(65536):
                data += chunk
                while b"\r\n\r\n" in data:
                    head, _, data = data.partition(b"\r\n\r\n")
                    found = re.search(rb"offset=(\d+)", head)
                    offset = int(found[1]) if found else 0
                    self.offsets.append(offset)
                    if offset >= self.hold_from:
                        self.go.wait(30)
                    body = b'{"total": %d, "pipelines": %b}' % (self.total, self.page)
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                        + body
                    )


@pytest.fixture
def service() -> Iterator[Callable[[int], Service]]:
    made: list[Service] = []

    def make(total: int) -> Service:
        made.append(Service(total))
        return made[-1]

    yield make
    for each in made:
        each.go.set()
        each.listener.close()


def command(service: Service, *arguments: str, code: str = PEAK) -> list[str]:
    return [sys.executable, "-c", code, "pipeline", "list", "--all", "--url", service.url, *arguments]


def environment() -> dict[str, str]:
    # Coverage of child processes would keep lines of its own, and it is memory that is measured.
    return {name: value for name, value in os.environ.items() if not name.startswith(("COV", "COVERAGE"))}


def peak(service: Service, tmp_path, form: str) -> tuple[int, int]:
    """Lines of the output, and the most memory in KiB."""
    out = tmp_path / "out"
    with out.open("wb") as file:
        done = subprocess.run(
            command(service, "-q", "-o", form),
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
            env=environment(),
        )
    lines = sum(1 for _ in out.open("rb"))
    return lines, int(re.search(r"VmHWM:\s+(\d+)", done.stderr)[1])


@pytest.mark.parametrize(
    ("form", "many", "heading"), [("ndjson", 100_000, 0), ("csv", 20_000, 1), ("plain", 20_000, 0)]
)
def test_the_length_of_a_list_costs_no_memory(service, tmp_path, form, many, heading):
    few = peak(service(1000), tmp_path, form)
    lots = peak(service(many), tmp_path, form)
    assert (few[0], lots[0]) == (1000 + heading, many + heading)
    assert lots[1] - few[1] < 4096


@pytest.mark.parametrize("form", ["ndjson", "csv", "plain", "json", "yaml"])
def test_what_came_is_shown_before_the_next_page_is_asked_for(service, form):
    made = service(300)
    made.hold_from = 200
    process = subprocess.Popen(
        command(made, "-q", "-o", form), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    )
    first = os.read(process.stdout.fileno(), 1)
    while len(made.offsets) < 3:
        time.sleep(0.005)
    text = first + os.read(process.stdout.fileno(), 1 << 20)
    # Both pages are there to their last byte while the third is still held back.
    while text.count(b"orders") < 200:
        text += os.read(process.stdout.fileno(), 1 << 20)
    assert made.offsets == [0, 100, 200]
    made.go.set()
    text += process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert text.count(b"orders") == 300


@pytest.mark.parametrize("form", ["ndjson", "csv", "plain", "json", "table"])
def test_a_reader_that_went_away_ends_the_asking(service, form):
    made = service(1_000_000)
    process = subprocess.Popen(
        command(made, "-o", form), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout.read(1)
    process.stdout.close()
    told = process.stderr.read().decode()
    assert process.wait(timeout=30) == 141
    assert "Traceback" not in told
    assert "error" not in told
    # A table reads the rows it is measured by; everything else notices at its next page, or the one that was under way.
    assert len(made.offsets) <= (20 if form == "table" else 6)
