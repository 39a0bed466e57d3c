"""The connectors by name: what they are, which module runs them, which settings they take.

Standard library only and cheap to import: the plugin index of the platform reads it, and each program prints it with
``--about``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from flext_sdk._version import __version__
from flext_sdk.connectors import _schemas

if TYPE_CHECKING:
    from flext_sdk.connectors._schemas import SettingsSchema

Kind = Literal["tap", "target"]

TAP_CAPABILITIES = ("catalog", "discover", "state", "about", "activate-version", "test")
TARGET_CAPABILITIES = ("about", "activate-version", "batch", "hard-delete", "test")


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
        _connector("tap-csv", "tap", "Reads CSV files, and later only what was appended to them.", _schemas.TAP_CSV),
        _connector(
            "tap-jsonl", "tap", "Reads JSON Lines files, and later only what was appended to them.", _schemas.TAP_JSONL
        ),
        _connector(
            "tap-parquet", "tap", "Reads Parquet files, and later only new and changed ones.", _schemas.TAP_PARQUET
        ),
        _connector(
            "tap-postgres", "tap", "Reads tables of a PostgreSQL database, as a whole or by a replication key.",
            _schemas.TAP_POSTGRES,
        ),
        _connector(
            "tap-duckdb", "tap", "Reads tables of a DuckDB file, as a whole or by a replication key.",
            _schemas.TAP_DUCKDB,
        ),
        _connector(
            "tap-rest", "tap", "Reads lists of records from an HTTP API that answers with JSON.", _schemas.TAP_REST
        ),
        _connector("target-jsonl", "target", "Writes each stream to a JSON Lines file.", _schemas.TARGET_JSONL),
        _connector(
            "target-parquet", "target", "Writes each stream to a folder of Parquet files.", _schemas.TARGET_PARQUET
        ),
        _connector(
            "target-sqlite", "target", "Writes each stream to a table of a SQLite database.", _schemas.TARGET_SQLITE
        ),
        _connector(
            "target-duckdb", "target", "Writes each stream to a table of a DuckDB database.", _schemas.TARGET_DUCKDB
        ),
        _connector(
            "target-postgres", "target", "Writes each stream to a table of a PostgreSQL database.",
            _schemas.TARGET_POSTGRES,
        ),
    )
}  # fmt: skip


def argv_of(connector: Connector) -> tuple[str, ...]:
    """What starts a connector with this interpreter; its own arguments follow.

    ``-P`` keeps the current folder off the module path: a file called ``csv.py`` beside the data must not be imported.
    """
    return sys.executable, "-P", "-m", connector.module


def command(name: str) -> list[str]:
    """What starts a connector of a name, see :func:`argv_of`.

    Args:
        name: A key of :data:`CONNECTORS`.

    Returns:
        The beginning of an argument list.

    Raises:
        KeyError: If there is no such connector.

    Example:
        ``subprocess.run([*command("tap-csv"), "--config", "config.json", "--discover"])``
    """
    return [*argv_of(CONNECTORS[name])]
