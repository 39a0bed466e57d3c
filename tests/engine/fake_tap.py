"""A tap that does what its settings say: a list of actions under "do"."""

import json
import os
import signal
import sys
import time
from pathlib import Path


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def put(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def schema(stream="orders", fields=("id", "note")):
    put(
        {
            "type": "SCHEMA",
            "stream": stream,
            "schema": {"properties": {name: {} for name in fields}},
            "key_properties": ["id"],
        }
    )


def rows(count, stream="orders", first=1):
    for number in range(first, first + count):
        sys.stdout.write(
            json.dumps({"type": "RECORD", "stream": stream, "record": {"id": number, "note": "x" * 20}}) + "\n"
        )
    sys.stdout.flush()
    metric(count, stream)


def metric(count, stream="orders"):
    body = {"type": "counter", "metric": "record_count", "value": count, "tags": {"stream": stream}}
    err(f"INFO METRIC: {json.dumps(body)}")


def state(value):
    put({"type": "STATE", "value": value})


def err(text):
    sys.stderr.write(text.replace("<NUL>", "\0") + "\n")
    sys.stderr.flush()


def end_without_newline():
    sys.stderr.write("INFO the last words")
    sys.stderr.flush()


def spam(count, text="line"):
    for number in range(count):
        sys.stderr.write(f"INFO {text} {number}\n")
    sys.stderr.flush()


def leave(code):
    sys.exit(code)


def kill(number):
    os.kill(os.getpid(), number)
    time.sleep(5)


def ignore_term():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def ignore_pipe_and_hang():
    # A tap that does not notice that nobody reads.
    time.sleep(60)


def touch(path):
    part = Path(f"{path}.part")
    part.write_text(str(os.getpid()))
    part.replace(path)  # who sees it sees all of it


def wait(path):
    while not Path(path).exists():
        time.sleep(0.01)


def forever(stream="orders"):
    number = 0
    while True:
        rows(5, stream, number)
        state({"bookmarks": {stream: number}})
        number += 5
        time.sleep(0.02)


def fail_first(path, count):
    file = Path(path)
    tries = int(file.read_text()) + 1 if file.exists() else 1
    file.write_text(str(tries))
    if tries <= count:
        err(f"ERROR try {tries} did not work")
        sys.exit(1)


def dump(path):
    seen = {"argv": sys.argv, "env": dict(os.environ), "config": CONFIG, "modes": {}}
    for name in ("--config", "--state", "--catalog"):
        file = option(name)
        seen[name] = json.loads(Path(file).read_text()) if file else None
        if file:
            seen["modes"][name] = oct(Path(file).stat().st_mode & 0o777)
    with Path(path).open("a") as out:
        out.write(json.dumps(seen) + "\n")


def resume(stream="orders", until=10):
    """Rows after the bookmark, one state after each."""
    file = option("--state")
    done = json.loads(Path(file).read_text())["bookmarks"].get(stream, 0) if file else 0
    schema(stream)
    for number in range(done + 1, until + 1):
        if number == 10 and "path" in CONFIG:
            wait(CONFIG["path"])  # a gate, for tests that must be in the middle of a run
        rows(1, stream, number)
        state({"bookmarks": {stream: number}})


CONFIG = json.loads(Path(option("--config")).read_text())
CATALOG = {
    "streams": [
        {"tap_stream_id": "orders", "stream": "orders", "schema": {"properties": {"id": {}, "note": {}}}},
        {"tap_stream_id": "items", "stream": "items", "schema": {"properties": {"id": {}}}},
    ]
}

if "--discover" in sys.argv:
    if CONFIG.get("discover") == "garbage":
        print("no catalog at all")
    elif CONFIG.get("discover") == "fail":
        err("ERROR cannot look")
        sys.exit(3)
    elif CONFIG.get("discover") == "hang":
        time.sleep(60)
    else:
        print(json.dumps(CATALOG))
    sys.exit(0)
for action, *arguments in CONFIG.get("do", []):
    globals()[action](*arguments)
