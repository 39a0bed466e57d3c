"""Adds a tap to the services' index that says everything it knows. Python imports this at every start where its folder is on the path."""

import sys
from pathlib import Path

if "flext_sdk.embedded.host" in " ".join(sys.orig_argv):
    from dataclasses import replace

    from flext_sdk.connectors import registry

    _command = registry.command
    registry.CONNECTORS["tap-leaky"] = replace(
        registry.CONNECTORS["tap-csv"], name="tap-leaky", settings_schema={"type": "object", "properties": {}}
    )
    registry.command = lambda name: (
        (sys.executable, str(Path(__file__).with_name("tap_leaky.py"))) if name == "tap-leaky" else _command(name)
    )
