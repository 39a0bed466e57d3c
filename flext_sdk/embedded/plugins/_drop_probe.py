"""Runs in a target's own environment: drops the table that a trial made. Targets made with the Singer SDK alone."""

import importlib
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path


def main() -> None:
    """Arguments: file with the settings, name of the program, name of the stream."""
    config, program, stream = sys.argv[1:]
    import sqlalchemy  # type: ignore[import-not-found,unused-ignore]

    entry = next(each for each in entry_points(group="console_scripts") if each.name == program)
    owner = getattr(importlib.import_module(entry.module), entry.attr.partition(".")[0])
    target = owner(config=json.loads(Path(config).read_bytes()), validate_config=False)
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    sink = target.get_sink(stream, record=None, schema=schema, key_properties=["id"])
    # A schema of its own, made for streams such as schema-table, would stay: the probe's name has no such part.
    with sink.connector._connect() as connection, connection.begin():
        connection.execute(sqlalchemy.text(f"DROP TABLE IF EXISTS {sink.full_table_name}"))


if __name__ == "__main__":
    main()
