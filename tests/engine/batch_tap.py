"""A tap as the Singer SDK makes them: with batch_config it hands rows over in files, fields that nobody wants included."""

import gzip
import json
import sys
from pathlib import Path
from urllib.request import url2pathname

ROWS = [{"id": number, "note": "ü" * 5, "secret": "s"} for number in range(1, 31)]


def option(name):
    return json.loads(Path(sys.argv[sys.argv.index(name) + 1]).read_text()) if name in sys.argv else None


def put(**message):
    print(json.dumps(message))


def main():
    properties = {name: {"type": ["integer" if name == "id" else "string", "null"]} for name in ROWS[0]}
    if "--discover" in sys.argv:
        put(
            streams=[
                {"tap_stream_id": "orders", "stream": "orders", "schema": {"properties": properties}, "metadata": []}
            ]
        )
        return
    catalog = option("--catalog")
    entries = catalog["streams"][0]["metadata"] if catalog else []
    gone = {entry["breadcrumb"][-1] for entry in entries if entry["breadcrumb"] and not entry["metadata"]["selected"]}
    chosen = {name: kind for name, kind in properties.items() if name not in gone}
    put(type="SCHEMA", stream="orders", schema={"properties": chosen}, key_properties=["id"])
    batch = option("--config").get("batch_config")
    print(f"INFO rows go in {'files' if batch else 'lines'}", file=sys.stderr)
    for first in range(0, len(ROWS), 10):
        rows = ROWS[first : first + 10]
        if batch:
            path = Path(url2pathname(batch["storage"]["root"].removeprefix("file://"))) / f"orders {first}.json.gz"
            path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
            put(type="BATCH", stream="orders", encoding=batch["encoding"], manifest=[path.as_uri()])
        else:
            for row in rows:
                put(type="RECORD", stream="orders", record={name: row[name] for name in chosen})
        put(type="STATE", value={"bookmarks": {"orders": {"seen": first + 10}}})
    told = {"type": "counter", "metric": "record_count", "value": len(ROWS), "tags": {"stream": "orders"}}
    print(f"INFO METRIC: {json.dumps(told)}", file=sys.stderr)


main()
