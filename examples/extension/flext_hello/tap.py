"""A tap: python -m flext_hello.tap."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from flext_sdk.connectors.registry import Connector

SETTINGS = {
    "type": "object",
    "required": ["count"],
    "properties": {"count": {"type": "integer", "minimum": 0, "description": "How many greetings."}},
    "additionalProperties": False,
}
CONNECTOR = Connector(
    name="tap-hello",
    kind="tap",
    module="flext_hello.tap",
    description="Greets as often as you like.",
    capabilities=("discover", "about", "test"),
    settings_schema=SETTINGS,
    version="1.0",
)
SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser("tap-hello")
    for flag in ("--discover", "--about", "--test", "--version"):
        parser.add_argument(flag, action="store_true")
    for option in ("--config", "--catalog", "--state", "--format"):
        parser.add_argument(option)
    given = parser.parse_args()
    if given.version:
        print("tap-hello v1.0")
    elif given.about:
        print(json.dumps({"name": CONNECTOR.name, "version": CONNECTOR.version, "settings": SETTINGS}))
    elif given.discover:
        stream = {"stream": "greetings", "tap_stream_id": "greetings", "schema": SCHEMA, "key_properties": ["id"]}
        print(json.dumps({"streams": [stream]}))
    else:
        count = json.loads(Path(given.config).read_text())["count"]
        read(min(count, 1) if given.test else count)


def read(count: int) -> None:
    """Write the messages."""
    messages = [{"type": "SCHEMA", "stream": "greetings", "schema": SCHEMA, "key_properties": ["id"]}]
    messages += [
        {"type": "RECORD", "stream": "greetings", "record": {"id": number, "text": f"Hello {number}"}}
        for number in range(count)
    ]
    messages.append({"type": "STATE", "value": {"done": count}})
    sys.stdout.write("".join(json.dumps(message) + "\n" for message in messages))


if __name__ == "__main__":
    main()
