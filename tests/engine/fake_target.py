"""A target that appends what it gets to a file and repeats states, unless its settings say otherwise."""

import json
import os
import signal
import sys
import time
from pathlib import Path

CONFIG = json.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())
out = Path(CONFIG["out"]).open("a") if "out" in CONFIG else None  # noqa: SIM115
count = 0
last = None
if CONFIG.get("ignore_term"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for text in CONFIG.get("say", []):
    sys.stderr.write(text + "\n")
for text in CONFIG.get("print", []):
    sys.stdout.write(text + "\n")
sys.stdout.flush()
if "leave_at_once" in CONFIG:
    sys.exit(CONFIG["leave_at_once"])
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "RECORD":
        count += 1
        if out:
            out.write(json.dumps(message["record"]) + "\n")
        if count == CONFIG.get("leave_after"):
            sys.stderr.write("ValueError: this row is not to my taste\n")
            sys.exit(CONFIG.get("code", 1))
        if count == CONFIG.get("die_after"):
            os.kill(os.getpid(), signal.SIGKILL)
    elif message["type"] == "STATE":
        last = message["value"]
        if out:
            out.flush()
        if not CONFIG.get("keep_states"):
            sys.stdout.write(json.dumps(last) + "\n")
            sys.stdout.flush()
if out:
    out.close()
time.sleep(CONFIG.get("linger", 0))
sys.exit(CONFIG.get("code_at_end", 0))
