"""Adds a tap to the services' index that says everything it knows. Python imports this at every start where its folder is on the path."""

import sys

if "flext_sdk.embedded.host" in " ".join(sys.orig_argv):
    from dataclasses import replace

    from flext_sdk.connectors import registry

    registry.CONNECTORS["tap-leaky"] = replace(
        registry.CONNECTORS["tap-csv"],
        name="tap-leaky",
        module="tap_leaky",
        settings_schema={"type": "object", "properties": {}},
    )
