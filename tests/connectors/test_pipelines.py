"""The new connectors in pipelines of the platform: there and back, only what is new, and through a kill."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .pgserver import PASSWORD

ROWS = 5_000
SUMS = "SELECT count(*), sum(id), sum(CAST(amount AS DECIMAL(18, 2))), min(created), max(updated), count(note) FROM {}"
MAKE = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer text, amount numeric(12,2), paid boolean, created date,
 updated timestamptz, note text, doc jsonb)
"""
FILL = """
INSERT INTO orders SELECT i, 'Kunde "' || i || '"', (i * 37 % 100003) / 100.0, i % 3 = 0, date '2026-01-01' + i % 300,
 timestamptz '2026-01-01' + i * interval '1 minute', CASE WHEN i % 5 > 0 THEN E'Zeile\n' || i END, jsonb_build_object('i', i)
FROM generate_series({}, {}) AS i
"""


@pytest.fixture
def shop(postgres: Any, platform: Any) -> Any:
    secrets = platform.home / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    (secrets / "PG_PASSWORD").write_text(PASSWORD)
    (secrets / "PG_PASSWORD").chmod(0o600)
    with postgres.database("shop") as name:
        with postgres.connect(name) as server:
            server.execute(MAKE)
            server.execute(FILL.format(1, ROWS))
        yield postgres.settings(name) | {"password": "${secret:PG_PASSWORD}"}


def run(client: Any, name: str, extract: Any, load: Any, **more: Any) -> Any:
    steps = [{"name": "load", "extract": extract | more, "load": load}]
    client.pipelines.create({"name": name, "steps": steps})
    return again(client, name)


def again(client: Any, name: str) -> Any:
    found = client.pipelines.start(name, wait=True, timeout=120)
    assert found.status == "completed", found
    return found


def digest(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(repr([tuple(map(str, row)) for row in rows]).encode()).hexdigest()


def test_postgres_to_duckdb_and_back(shop: Any, postgres: Any, platform: Any, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    tap = {"plugin": "tap-postgres", "config": {**shop, "replication_key": {"orders": "updated"}}}
    with platform.client() as client:
        there = run(client, "pg-duck", tap, {"plugin": "target-duckdb", "config": {"path": str(warehouse)}})
        assert there.records == ROWS
        assert again(client, "pg-duck").records == 0
        with postgres.connect("shop") as server:
            server.execute(FILL.format(ROWS + 1, ROWS + 7))
            server.execute("UPDATE orders SET amount = 1, updated = '2027-01-01' WHERE id = 3")
            expected = server.execute(SUMS.format("orders")).fetchone()
            whole = server.execute(
                "SELECT id, customer, CAST(amount AS float8), paid, created, CAST(updated AS text), note FROM orders ORDER BY id"
            ).fetchall()
        assert again(client, "pg-duck").records == 8
        with duckdb.connect(str(warehouse)) as duck:
            duck.execute("SET TimeZone = 'UTC'")
            assert duck.execute(SUMS.format("orders")).fetchone() == expected
            copied = duck.execute(
                "SELECT id, customer, amount, paid, created, CAST(updated AS VARCHAR), note FROM orders ORDER BY id"
            ).fetchall()
            duck.execute(f"COPY orders TO '{tmp_path}/orders.parquet' (FORMAT parquet)")
        assert digest(copied) == digest(whole)
        parquet = {"plugin": "tap-parquet", "config": {"path": str(tmp_path / "orders.parquet"), "keys": ["id"]}}
        back = run(client, "duck-pg", parquet, {"plugin": "target-postgres", "config": {**shop, "schema": "back"}})
        assert back.records == ROWS + 7
        assert again(client, "duck-pg").records == 0
        with postgres.connect("shop") as server:
            assert server.execute(SUMS.format("back.orders")).fetchone() == expected
            returned = server.execute(
                "SELECT id, customer, CAST(amount AS float8), paid, created, CAST(updated AS text), note FROM back.orders ORDER BY id"
            ).fetchall()
        assert digest(returned) == digest(whole)
        shown = json.dumps(client.pipelines.show("pg-duck").model_dump(mode="json"))
        logs = "".join(str(line) for line in client.pipelines.logs("pg-duck"))
        assert PASSWORD not in shown + logs


def test_selected_fields_land_in_parquet_files_that_duckdb_reads(
    shop: Any, postgres: Any, platform: Any, tmp_path: Path
) -> None:
    load = {"plugin": "target-parquet", "config": {"path": str(tmp_path / "lake"), "compression": "zstd"}}
    tap = {"plugin": "tap-postgres", "config": shop}
    with platform.client() as client:
        found = run(client, "pg-lake", tap, load, select=["orders.*", "!*.doc", "!*.note"])
        assert found.records == ROWS
        with postgres.connect("shop") as server:
            server.execute("DELETE FROM orders WHERE id > 10")
        assert again(client, "pg-lake").records == 10
    rows = duckdb.sql(f"SELECT * FROM '{tmp_path}/lake/orders/*.parquet' ORDER BY id")
    assert rows.columns == ["id", "customer", "amount", "paid", "created", "updated"]
    assert [row[0] for row in rows.fetchall()] == list(range(1, 11))


def test_the_index_of_plugins_has_them(shop: Any, platform: Any) -> None:
    with platform.client() as client:
        known = {plugin.name: plugin for plugin in client.plugins.list()}
        assert {"tap-duckdb", "tap-parquet", "tap-postgres", "tap-rest", "target-parquet", "target-postgres"} <= set(
            known
        )
        settings = shop | {"password": PASSWORD}
        answer = client.plugins.execute("tap-postgres", "discover", config=settings)
        assert "orders" in json.dumps(answer.model_dump(mode="json"))
        with pytest.raises(Exception, match="password authentication failed") as failure:
            client.plugins.execute("target-postgres", "test", config=settings | {"password": "wrong-secret-9"})
        assert "wrong-secret-9" not in str(failure.value)
