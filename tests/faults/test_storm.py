"""A few kills of each kind; `python -m tests.faults.storm 100` and its likes do many."""

from __future__ import annotations

from pathlib import Path

from tests.connectors.pgserver import running

from .kills import Storm, until_struck
from .meltano_storm import MeltanoStorm
from .pgstorm import PostgresStorm
from .plugin_storm import PluginStorm
from .storm import CsvStorm


def blow(storm: Storm, *victims: str) -> None:
    try:
        for victim in victims:
            until_struck(storm, victim)
    finally:
        storm.close()


def test_every_row_is_there_once_after_kills(tmp_path: Path) -> None:
    blow(CsvStorm(tmp_path, seed=7), *CsvStorm.victims)


def test_every_row_of_a_postgres_table_is_there_once_after_kills(tmp_path: Path) -> None:
    with running() as server:
        blow(PostgresStorm(tmp_path, server, seed=7), "tap", "target")


def test_a_plugin_is_whole_after_kills(tmp_path: Path) -> None:
    """In turn of an update and of an installation."""
    blow(PluginStorm(tmp_path, seed=7), *PluginStorm.victims)


def test_a_meltano_project_goes_on_after_kills(tmp_path: Path) -> None:
    blow(MeltanoStorm(tmp_path, seed=7), "meltano", "everything")
