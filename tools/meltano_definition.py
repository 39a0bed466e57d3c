"""Makes a plugin definition for Meltano projects from what a plugin says of itself.

    python tools/meltano_definition.py extractor "tap-jsonfile==0.1.2" --executable tap-jsonfile --note "Apache-2.0" < about.json

reads the output of the plugin's ``--about --format=json`` and prints the file for flext_sdk/embedded/meltano/definitions.
"""

from __future__ import annotations

import argparse
import json
import sys

import yaml

from flext_sdk.embedded.meltano.definitions import settings_of

_CAPABILITIES = {"catalog", "discover", "state", "about", "stream-maps", "properties", "test", "log-based", "batch"}
# The SDK's own settings for every plugin: nobody sets them in a project, and a definition with them is not read.
_LEFT_OUT = {"stream_maps", "stream_map_config", "faker_config", "flattening_enabled", "flattening_max_depth",
             "flattening_max_key_length", "batch_config"}  # fmt: skip


def main() -> None:
    """Reads standard input, writes standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("type", choices=["extractor", "loader"])
    parser.add_argument("requirement", nargs="+")
    parser.add_argument("--executable", required=True)
    parser.add_argument("--note")
    given = parser.parse_args()
    about = json.load(sys.stdin)
    schema = about["settings"]
    names = set(schema.get("properties") or {})
    chosen = {key: value for key, value in schema["properties"].items() if key not in _LEFT_OUT}
    document = {
        "type": given.type,
        "name": given.executable,
        "namespace": given.executable.replace("-", "_"),
        "label": (about.get("description") or given.executable).splitlines()[0],
        "variant": "public",
        "pip_url": " ".join(given.requirement),
        "executable": given.executable,
        "note": given.note,
    }
    if given.type == "extractor":
        document["capabilities"] = sorted(_CAPABILITIES & set(about.get("capabilities") or ()))
    document["settings"] = settings_of({"properties": chosen})
    required = [name for name in schema.get("required") or () if name in names]
    if required:
        document["settings_group_validation"] = [required]
    sys.stdout.write(yaml.safe_dump({k: v for k, v in document.items() if v is not None}, sort_keys=False, width=110))


if __name__ == "__main__":
    main()
