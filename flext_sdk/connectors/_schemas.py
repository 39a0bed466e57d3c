"""The settings that the connectors take, as JSON Schema in the shape that Meltano's SDK prints.

Standard library only, like the registry. What is marked ``secret`` is hidden wherever settings are shown.
"""

from __future__ import annotations

from typing import Any

SettingsSchema = dict[str, Any]

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
_REPLICATION_KEY = {
    "type": ["string", "object", "null"],
    "minLength": 1,
    "additionalProperties": {"type": "string", "minLength": 1},
    "title": "Replication key",
    "description": (
        "Field that only grows, such as updated_at: later runs read the rows from its last value on. "
        "One name for every stream, or a map from stream to name."
    ),
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


TAP_CSV = _settings(
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
TAP_JSONL = _settings(
    ["path"],
    path=_PATH
    | {"description": "A JSON Lines file, a folder of them (.jsonl, .ndjson), or a glob such as data/**/*.jsonl."},
    keys=_KEYS,
    stream=_STREAM,
    stream_names=_STREAM_NAMES,
)
TARGET_JSONL = _settings(
    ["path"], path=_PATH | {"description": "The folder that gets one .jsonl file for each stream; made when missing."}
)
TARGET_SQLITE = _settings(
    ["path"],
    path=_PATH | {"description": "The SQLite database file; made when missing, its folder is not."},
    lock_timeout=_LOCK_TIMEOUT,
)
TARGET_DUCKDB = _settings(
    ["path"],
    path=_PATH | {"description": "The DuckDB database file; made when missing, its folder is not."},
    lock_timeout=_LOCK_TIMEOUT,
)


TAP_PARQUET = _settings(
    ["path"],
    path=_PATH | {"description": "A Parquet file, a folder of them (.parquet), or a glob such as data/**/*.parquet."},
    keys=_KEYS,
    stream=_STREAM,
    stream_names=_STREAM_NAMES
    | {
        "enum": ["stem", "path", "folder", None],
        "description": (
            "Name a stream after its file (stem), folder and file (path: a/orders.parquet becomes a_orders), or read "
            "all files of a folder as one stream of its name (folder)."
        ),
    },
    replication_key=_REPLICATION_KEY
    | {
        "description": (
            "Field that only grows, for files that are written anew with more rows in them: rows up to its last value "
            "are left out. One name for every stream, or a map from stream to name."
        )
    },
)
TARGET_PARQUET = _settings(
    ["path"],
    path=_PATH | {"description": "The folder that gets one folder for each stream; made when missing."},
    compression={
        "type": ["string", "null"],
        "enum": ["snappy", "zstd", "gzip", "none", None],
        "default": "snappy",
        "title": "Compression",
        "description": "How the columns are compressed; snappy and gzip are read everywhere.",
    },
    rows_per_file={
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 500000,
        "title": "Rows per file",
        "description": "A file is closed, and what is in it confirmed, when it holds this many rows.",
    },
    lock_timeout=_LOCK_TIMEOUT
    | {"description": "Seconds to wait for a folder that another process writes to, before giving up."},
)


def _text(title: str, description: str, **more: Any) -> SettingsSchema:  # noqa: ANN401 - parts of a schema
    return {"type": ["string", "null"], "minLength": 1, "title": title, "description": description, **more}


_CONNECTION: dict[str, SettingsSchema] = {
    "url": _text(
        "URL",
        "The whole connection as postgresql://user:password@host:port/database; instead of the settings below.",
        secret=True,
    ),
    "host": _text("Host", "Name or address of the server, or the folder of its socket.", default="localhost"),
    "port": {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 5432,
        "title": "Port",
        "description": "Port of the server.",
    },
    "database": _text("Database", "Name of the database."),
    "user": _text("User", "Name to log in with; without it that of the operating system."),
    "password": _text("Password", "Password of the user; without it PGPASSWORD or ~/.pgpass.", secret=True),
    "sslmode": _text(
        "SSL mode",
        "How far the connection is encrypted and the server checked.",
        enum=["disable", "allow", "prefer", "require", "verify-ca", "verify-full", None],
        default="prefer",
    ),
    "sslrootcert": _text(
        "SSL root certificate", "File of the authorities for verify-ca and verify-full.", format="path"
    ),
    "connect_timeout": {
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 10,
        "title": "Connect timeout",
        "description": "Seconds to wait for the server.",
    },
}
_TABLES: dict[str, SettingsSchema] = {
    "schemas": {
        "type": ["array", "null"],
        "items": {"type": "string", "minLength": 1},
        "title": "Schemas",
        "description": "Schemas to read. Of one, a stream is named after its table; of several, schema_table.",
    },
    "tables": {
        "type": ["array", "null"],
        "items": {"type": "string", "minLength": 1},
        "title": "Tables",
        "description": "Tables and views to read, as patterns such as orders or log_*; all without it.",
    },
    "keys": _KEYS
    | {
        "description": (
            "Fields that identify a row, where a table has no primary key: one list for every such stream, or a map "
            "from stream to list, which wins over primary keys."
        )
    },
    "replication_key": _REPLICATION_KEY,
}


def _tables(schema: str) -> dict[str, SettingsSchema]:
    """Settings of a tap of a database; ``schema`` is read where none is named."""
    return {**_TABLES, "schemas": _TABLES["schemas"] | {"default": [schema]}}


TAP_POSTGRES = _settings(
    [],
    **_CONNECTION,
    **_tables("public"),
)
TAP_DUCKDB = _settings(
    ["path"],
    path=_PATH | {"description": "The DuckDB database file; it is opened for reading only."},
    **_tables("main"),
    lock_timeout=_LOCK_TIMEOUT | {"description": "Seconds to wait for a file that another process writes to."},
)
TARGET_POSTGRES = _settings(
    [],
    **_CONNECTION,
    schema=_text("Schema", "Schema that gets one table for each stream; made when missing.", default="public"),
    lock_timeout=_LOCK_TIMEOUT
    | {"description": "Seconds to wait for a table that another process loads or holds, before giving up."},
)
_HEADERS = {
    "type": ["object", "null"],
    "additionalProperties": {"type": "string"},
    "title": "Headers",
    "description": "Headers of every request.",
    "secret": True,
}
_PAGINATION: SettingsSchema = {
    "type": ["object", "null"],
    "title": "Pagination",
    "description": "How the next page is asked for; one page without it.",
    "required": ["type"],
    "additionalProperties": False,
    "properties": {
        "type": _text(
            "Type", "page, offset, cursor, link_header or next_url.",
            enum=["page", "offset", "cursor", "link_header", "next_url"],
        ),
        "param": _text("Parameter", "Query parameter of page number, offset or cursor; page, offset and cursor."),
        "start": {"type": ["integer", "null"], "minimum": 0, "title": "Start", "description": "First page number; 1."},
        "size": {
            "type": ["integer", "null"],
            "minimum": 1,
            "title": "Size",
            "description": "Records a page; a page of fewer is the last. Needed for offset.",
        },
        "size_param": _text("Size parameter", "Query parameter that asks for so many; limit."),
        "path": _text("Path", "Where cursor or next URL stand in the answer, such as meta.next."),
    },
}  # fmt: skip
_REST_STREAM: SettingsSchema = {
    "type": "object",
    "title": "Stream",
    "description": "A list of records.",
    "required": ["name", "path"],
    "additionalProperties": False,
    "properties": {
        "name": _text("Name", "Name of the stream."),
        "path": _text("Path", "What follows the url, such as /orders."),
        "records": _text("Records", "Where the records stand in the answer, such as data.items; the answer itself."),
        "keys": {
            "type": ["array", "null"],
            "items": {"type": "string", "minLength": 1},
            "title": "Keys",
            "description": "Fields that identify a record.",
        },
        "replication_key": _text("Replication key", "Field that only grows: later runs ask for what is new by it."),
        "params": {
            "type": ["object", "null"],
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "title": "Parameters",
            "description": (
                "Query parameters. One with {bookmark} in its value is sent with the last value of the replication key "
                "in that place, and left out while there is none (start_value gives one)."
            ),
        },
        "start_value": _text("Start value", "Value of the replication key to begin with."),
        "pagination": _PAGINATION,
        "method": _text("Method", "GET or POST.", enum=["GET", "POST", None], default="GET"),
        "body": {
            "type": ["object", "null"],
            "additionalProperties": True,
            "title": "Body",
            "description": "JSON body of a POST; query parameters stay where they are.",
        },
        "headers": _HEADERS | {"description": "Headers beside those of every request."},
        "schema": {
            "type": ["object", "null"],
            "additionalProperties": True,
            "title": "Schema",
            "description": "JSON Schema of a record, or its properties; without it found by looking at records.",
        },
    },
}
TAP_REST = _settings(
    ["url", "streams"],
    url={"type": "string", "minLength": 1, "title": "URL", "description": "Base address, such as https://host/api/v1."},
    streams={
        "type": "array",
        "items": _REST_STREAM,
        "title": "Streams",
        "description": "What to read: name, path, records, keys, replication_key, params, pagination and more.",
    },
    auth={
        "type": ["object", "null"],
        "title": "Authentication",
        "description": "How to log in: type none, bearer (token), basic (user, password) or api_key (name, key).",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": _text("Type", "none, bearer, basic or api_key.", enum=["none", "bearer", "basic", "api_key"]),
            "token": _text("Token", "Of bearer.", secret=True),
            "user": _text("User", "Of basic."),
            "password": _text("Password", "Of basic.", secret=True),
            "name": _text("Name", "Header of api_key; X-API-Key."),
            "api_key": _text("API key", "Of api_key.", secret=True),
        },
    },
    headers=_HEADERS,
    timeout={
        "type": ["number", "null"],
        "minimum": 0.001,
        "default": 30,
        "title": "Timeout",
        "description": "Seconds to wait for the server, for connecting and for each piece of an answer.",
    },
    retries={
        "type": ["integer", "null"],
        "minimum": 0,
        "default": 5,
        "title": "Retries",
        "description": "How often a request is repeated after 429, 5xx, a broken connection or a timeout.",
    },
    rate_limit={
        "type": ["number", "null"],
        "minimum": 0.001,
        "title": "Rate limit",
        "description": "Requests a second at most.",
    },
    sample={
        "type": ["integer", "null"],
        "minimum": 1,
        "default": 1000,
        "title": "Sample",
        "description": "Records that are looked at to find the schema of a stream that gives none.",
    },
)
