"""A few kills of each kind; `python -m tests.faults.storm 100` does many."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.pgserver import running

from .pgstorm import PostgresStorm
from .storm import VICTIMS, Storm


@pytest.mark.parametrize("victim", VICTIMS)
def test_every_row_is_there_once_after_a_kill(victim: str, tmp_path: Path) -> None:
    storm = Storm(tmp_path, seed=7)
    try:
        for _ in range(2):
            storm.strike(victim)
    finally:
        storm.close()


def test_every_row_of_a_postgres_table_is_there_once_after_kills(tmp_path: Path) -> None:
    with running() as server, server.database("storm") as database:
        storm = PostgresStorm(tmp_path, server, database, seed=7)
        try:
            for victim in ("tap", "target"):
                storm.strike(victim)
        finally:
            storm.close()
