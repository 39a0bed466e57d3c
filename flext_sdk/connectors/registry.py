"""The connectors by name: what they are, which module runs them, which settings they take.

Standard library only and cheap to import: the plugin index of the platform reads it, and each program prints it with
``--about``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any, Literal

from flext_sdk._version import __version__

Kind = Literal["tap", "target"]
SettingsSchema = dict[str, Any]

TAP_CAPABILITIES = ("catalog", "discover", "state", "about", "activate-version", "test")
TARGET_CAPABILITIES = ("about", "activate-version", "hard-delete", "test")


@dataclass(frozen=True, slots=True)
class Connector:
    """One program.

    Attributes:
        name: Its name, which is its console script too: ``tap-csv``.
        kind: ``tap`` reads a source, ``target`` writes to a destination.
        module: The module that ``python -m`` runs.
        description: One sentence.
        version: Version of the program; the distribution's.
        capabilities: Words of the Singer and Meltano vocabulary, ``discover`` or ``activate-version``.
        settings_schema: JSON Schema of its settings, the one that ``--about --format=json`` prints.
    """

    name: str
    kind: Kind
    module: str
    description: str
    capabilities: tuple[str, ...]
    settings_schema: SettingsSchema = field(hash=False)
    version: str = __version__

    @property
    def environment_prefix(self) -> str:
        """What the environment variables of ``--config=ENV`` begin with: ``TAP_CSV_``."""
        return self.name.upper().replace("-", "_") + "_"


_PATH = {"type": "string", "minLength": 1, "format": "path", "title": "Path"}
_KEYS = {
    "type": ["array", "object", "null"],
    "items": {"type": "string", "minLength": 1},
    "additionalProperties": {"type": "array", "items": {"type": "string", "minLength": 1}},
    "title": "Keys",
    "description": (
        "Fields that identify a row: one list for every stream, or a map from stream to list. "
        "Rows with keys are inserted or updated by the target, rows without are appended."
    ),
}
_STREAM = {
    "type": ["string", "null"],
    "minLength": 1,
    "title": "Stream",
    "description": "Read all files as one stream of this name, instead of one stream for each file.",
}
_STREAM_NAMES = {
    "type": ["string", "null"],
    "enum": ["stem", "path", None],
    "default": "stem",
    "title": "Stream names",
    "description": "Name a stream after its file (stem), or folder and file (path: a/orders.csv becomes a_orders).",
}
_ENCODING = {
    "type": ["string", "null"],
    "default": "utf-8",
    "title": "Encoding",
    "description": "Encoding of the files, such as utf-8, latin-1 or cp1252 (any that keeps ASCII as it is).",
}
_LOCK_TIMEOUT = {
    "type": ["number", "null"],
    "minimum": 0,
    "default": 10,
    "title": "Lock timeout",
    "description": "Seconds to wait for a database that another process holds, before giving up.",
}


def _settings(required: list[str], **properties: SettingsSchema) -> SettingsSchema:
    """A settings schema in the shape that Meltano's SDK prints."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_TAP_CSV = _settings(
    ["path"],
    path=_PATH | {"description": "A CSV file, a folder of CSV files, or a glob such as data/**/*.csv."},
    keys=_KEYS,
    delimiter={
        "type": ["string", "null"],
        "default": ",",
        "minLength": 1,
        "title": "Delimiter",
        "description": r"What separates two fields: one character; tab may be written as \t.",
    },
    quote_char={
        "type": ["string", "null"],
        "default": '"',
        "title": "Quote character",
        "description": "What encloses a field with a delimiter or a line break in it; empty for none.",
    },
    encoding=_ENCODING,
    header={
        "type": ["boolean", "null"],
        "default": True,
        "title": "Header",
        "description": "Whether the first row holds the names; without it the fields are column_1, column_2 and so on.",
    },
    null_values={
        "type": ["array", "null"],
        "items": {"type": "string"},
        "default": [""],
        "title": "Null values",
        "description": "Unquoted texts that mean null; quoted they are text. Quoted nothing is null outside texts.",
    },
    on_ragged_rows={
        "type": ["string", "null"],
        "enum": ["fail", "skip", None],
        "default": "fail",
        "title": "On ragged rows",
        "description": "What to do with a row of too many or too few fields: fail, or skip it with a warning.",
    },
    stream=_STREAM,
    stream_names=_STREAM_NAMES,
)
_TAP_JSONL = _settings(
    ["path"],
    path=_PATH
    | {"description": "A JSON Lines file, a folder of them (.jsonl, .ndjson), or a glob such as data/**/*.jsonl."},
    keys=_KEYS,
    stream=_STREAM,
    stream_names=_STREAM_NAMES,
)
_TARGET_JSONL = _settings(
    ["path"], path=_PATH | {"description": "The folder that gets one .jsonl file for each stream; made when missing."}
)
_TARGET_SQLITE = _settings(
    ["path"],
    path=_PATH | {"description": "The SQLite database file; made when missing, its folder is not."},
    lock_timeout=_LOCK_TIMEOUT,
)
_TARGET_DUCKDB = _settings(
    ["path"],
    path=_PATH | {"description": "The DuckDB database file; made when missing, its folder is not."},
    lock_timeout=_LOCK_TIMEOUT,
)


def _connector(name: str, kind: Kind, description: str, settings: SettingsSchema) -> Connector:
    return Connector(
        name=name,
        kind=kind,
        module=f"{__package__}.{name.replace('-', '_')}",
        description=description,
        capabilities=TAP_CAPABILITIES if kind == "tap" else TARGET_CAPABILITIES,
        settings_schema=settings,
    )


CONNECTORS: dict[str, Connector] = {
    connector.name: connector
    for connector in (
        _connector("tap-csv", "tap", "Reads CSV files, and later only what was appended to them.", _TAP_CSV),
        _connector("tap-jsonl", "tap", "Reads JSON Lines files, and later only what was appended to them.", _TAP_JSONL),
        _connector("target-jsonl", "target", "Writes each stream to a JSON Lines file.", _TARGET_JSONL),
        _connector("target-sqlite", "target", "Writes each stream to a table of a SQLite database.", _TARGET_SQLITE),
        _connector("target-duckdb", "target", "Writes each stream to a table of a DuckDB database.", _TARGET_DUCKDB),
    )
}


def command(name: str) -> list[str]:
    """What starts a connector with this interpreter; its own arguments follow.

    ``-P`` keeps the current folder off the module path: a file called ``csv.py`` beside the data must not be imported.

    Args:
        name: A key of :data:`CONNECTORS`.

    Returns:
        The beginning of an argument list.

    Raises:
        KeyError: If there is no such connector.

    Example:
        ``subprocess.run([*command("tap-csv"), "--config", "config.json", "--discover"])``
    """
    return [sys.executable, "-P", "-m", CONNECTORS[name].module]
