"""Wheels of toy plugins, made without a build: installing one takes a second and no network."""

from __future__ import annotations

import base64
import hashlib
import textwrap
import zipfile
from pathlib import Path

TAP = """
import json, sys
VERSION = "{version}"
ABOUT = {{"name": "{name}", "version": VERSION, "description": "A toy.", "capabilities": ["discover", "catalog", "state"],
          "settings": {{"type": "object", "required": ["count"], "properties": {{
              "count": {{"type": "integer", "description": "How many rows."}},
              "password": {{"type": ["string", "null"], "secret": True, "description": "Not used."}}}}}}}}
SCHEMA = {{"type": "object", "properties": {{"id": {{"type": "integer"}}, "by": {{"type": "string"}}}}}}

def main():
    if "--about" in sys.argv:
        print(json.dumps(ABOUT))
        return
    if "--version" in sys.argv:
        print("{name} v" + VERSION)
        return
    if "--help" in sys.argv:
        print("usage: {name}")
        return
    config = json.load(open(sys.argv[sys.argv.index("--config") + 1]))
    if "--discover" in sys.argv:
        print(json.dumps({{"streams": [{{"stream": "rows", "tap_stream_id": "rows", "key_properties": ["id"], "schema": SCHEMA, "metadata": []}}]}}))
        return
    if config["count"] < 0:
        raise ValueError("count must not be negative; the password is " + str(config.get("password")))
    if config.get("mark"):
        open(config["mark"], "w").close()
    count = min(config["count"], 1) if "--test" in sys.argv else config["count"]
    print(json.dumps({{"type": "SCHEMA", "stream": "rows", "schema": SCHEMA, "key_properties": ["id"]}}))
    for number in range(count):
        print(json.dumps({{"type": "RECORD", "stream": "rows", "record": {{"id": number, "by": VERSION}}}}))
    metric = {{"type": "counter", "metric": "record_count", "value": count, "tags": {{"stream": "rows"}}}}
    print("INFO METRIC: " + json.dumps(metric), file=sys.stderr)
    print(json.dumps({{"type": "STATE", "value": {{"done": count}}}}), flush=True)
"""
OLD_TAP = """
import json, sys

def main():
    if "--help" in sys.argv:
        print("usage: tap-old -c CONFIG")
        return
    if "--about" in sys.argv or "--version" in sys.argv or "--test" in sys.argv:
        print("usage: tap-old -c CONFIG", file=sys.stderr)
        sys.exit(2)
    if "--discover" in sys.argv:
        schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
        print(json.dumps({"streams": [{"stream": "rows", "tap_stream_id": "rows", "schema": schema}]}))
        return
    if "--catalog" not in sys.argv:
        raise Exception("No streams were selected")
    catalog = json.load(open(sys.argv[sys.argv.index("--catalog") + 1]))
    for stream in catalog["streams"]:
        if stream["schema"].get("selected"):
            print(json.dumps({"type": "SCHEMA", "stream": "rows", "schema": {"type": "object", "properties": {"id": {"type": "integer"}}}, "key_properties": []}))
            print(json.dumps({"type": "RECORD", "stream": "rows", "record": {"id": 7}}))
"""
BROKEN = """
def main():
    raise RuntimeError("this release does not start")
"""


def wheel(folder: Path, name: str = "tap-toy", version: str = "1.0", code: str | None = None, **more: str) -> Path:
    """A wheel with one program; gives its path. ``more`` are files of the package, by name."""
    module = name.replace("-", "_")
    text = TAP.format(name=name, version=version) if code is None else code
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": textwrap.dedent(text),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: toys\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {module}:main\n",
        **more,
    }
    record = "".join(f"{path},{_digest(content)},{len(content.encode())}\n" for path, content in files.items())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in {**files, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            archive.writestr(each, content)
    return path


def _digest(content: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
