"""A tap that writes its settings to its log in every way that programs do."""

import json
import sys
import time
import urllib.parse
from pathlib import Path

config = json.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())


def say(text):
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if "--discover" in sys.argv:
    say(f"INFO discovering with {config}")
    json.dump(
        {
            "streams": [
                {
                    "stream": "rows",
                    "tap_stream_id": "rows",
                    "schema": {"type": "object", "properties": {"id": {}}},
                    "metadata": [],
                }
            ]
        },
        sys.stdout,
    )
    sys.exit()

say(f"INFO settings {json.dumps(config)}")
say(f"DEBUG settings {config!r}")
for name, value in config.items():
    say(f"INFO {name} is {value}")
    say(
        f"WARNING cannot open https://host/path?{name}={urllib.parse.quote(str(value))}&x={urllib.parse.quote_plus(str(value))}"
    )
    say(f"ERROR {'x' * 8180}{value}")
sys.stdout.write(
    json.dumps(
        {
            "type": "SCHEMA",
            "stream": "rows",
            "schema": {"type": "object", "properties": {"id": {"type": "integer"}}},
            "key_properties": ["id"],
        }
    )
    + "\n"
)
sys.stdout.write(json.dumps({"type": "RECORD", "stream": "rows", "record": {"id": 1}}) + "\n")
sys.stdout.write(json.dumps({"type": "STATE", "value": {"bookmarks": {"rows": {"id": 1}}}}) + "\n")
sys.stdout.flush()
if config.get("then") == "wait":
    time.sleep(3)
if config.get("then") == "fail":
    raise RuntimeError(
        f"the server refused {json.dumps(config)} at https://{config['literal_password']}:{config['from_file']}@host/"
    )
