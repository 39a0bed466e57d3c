"""A tap that writes numbered lines into its log, as fast as it is told, until it is told to end."""

import json
import sys
import time
from pathlib import Path

config = json.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text(encoding="utf-8"))
if "--discover" in sys.argv:
    print('{"streams": []}')
    sys.exit(0)
number, stop, begun = 0, Path(config["stop"]), time.monotonic()
while number < config["most"] and not stop.exists():
    for _ in range(config["burst"]):
        number += 1
        word = "ERROR" if number % 100 == 0 else "INFO"
        sys.stderr.write(f"{word} line {number} {config['text']}\n")
    sys.stderr.flush()
    # As many a second as was asked for, however long a sleep takes here.
    time.sleep(max(0.0, begun + number / config["rate"] - time.monotonic()))
