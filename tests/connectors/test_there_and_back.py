"""Columns of all common types from PostgreSQL to DuckDB and back to PostgreSQL, in pipelines of the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from .pgserver import PASSWORD

ROWS = 3_000
# Name, type, what fills it in row i, its text where it began (the default is the bare text) and the type that the text it has become is compared in.
COLUMNS = (
    ("id", "bigint PRIMARY KEY", "i", "", ""),
    ("small", "smallint", "i % 30000 - 15000", "", ""),
    ("huge", "numeric(40, 10)", "i * 12345678901234567890.1234567891", "", "numeric"),
    ("amount", "numeric(12, 2)", "(i * 37 % 100003) / 100.0", "CAST({} AS float8)", "float8"),
    ("ratio", "float8", "CASE i WHEN 7 THEN 'NaN' WHEN 8 THEN '-Infinity' ELSE i / 7.0::float8 END", "", "float8"),
    ("single", "real", "i / 8.0", "", "float8"),
    ("price", "money", "CAST(i / 4.0 AS numeric(12, 2))", "CAST(CAST({} AS numeric) AS float8)", "float8"),
    ("paid", "boolean", "i % 3 = 0", "", ""),
    ("customer", "text", """'Kunde "' || i || E'"\\n\\\\ß€😀' || chr(1 + i % 31)""", "", ""),
    ("code", "char(6)", "i % 1000", "rpad({}, 6)", ""),
    ("blank", "varchar(20)", "repeat(' ', i % 3)", "", ""),
    ("day", "date", "CASE i WHEN 9 THEN 'infinity' ELSE date '2026-01-01' + i % 300 END", "", "date"),
    ("local", "timestamp", "timestamp '2026-01-01' + i * interval '1.000001 second'", "", ""),
    ("updated", "timestamptz", "timestamptz '2026-01-01' + i * interval '1 minute'", "", ""),
    ("daily", "time", "time '00:00' + i * interval '1 second'", "", ""),
    ("span", "interval", "i * interval '1 day 1.5 seconds'", "", "interval"),
    ("key", "uuid", "CAST(md5(i::text) AS uuid)", "", ""),
    ("raw", "bytea", "decode(md5(i::text), 'hex')", "encode({}, 'hex')", ""),
    ("doc", "jsonb", """jsonb_build_object('i', i, 'n', i * 12345678901234567890.125, 't', E'a\\n"', 'l', jsonb_build_array(1, null))""", "", "jsonb"),
    ("list", "int[]", "ARRAY[i, NULL, 3]", "CAST(to_jsonb({}) AS text)", "jsonb"),
    ("mood", "mood", "CASE WHEN i % 2 = 0 THEN 'sad' ELSE 'ok' END", "", ""),
)  # fmt: skip
# Those that DuckDB writes as PostgreSQL does.
ALIKE = ("id", "small", "paid", "customer", "code", "blank", "local", "updated", "daily", "key", "raw")
SUM = "md5(string_agg(coalesce({}, '-'), '|' ORDER BY id))"


def _filled(first: int, last: int) -> str:
    """Rows, in every fifth of which all that may be null is null."""
    values = [
        value if name in ("id", "updated") else f"CASE WHEN i % 5 > 0 THEN {value} END"
        for name, _, value, _, _ in COLUMNS
    ]
    casts = [
        f"CAST({value} AS {kind.partition(' PRIMARY')[0]})"
        for value, (_, kind, _, _, _) in zip(values, COLUMNS, strict=True)
    ]
    return f"INSERT INTO orders SELECT {', '.join(casts)} FROM generate_series({first}, {last}) AS i"


@pytest.fixture
def shop(postgres: Any, platform: Any) -> Any:
    secrets = platform.home / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    (secrets / "PG_THERE").write_text(PASSWORD)
    (secrets / "PG_THERE").chmod(0o600)
    with postgres.database("there") as name:
        with postgres.connect(name) as server:
            server.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
            server.execute(f"CREATE TABLE orders ({', '.join(f'{name} {kind}' for name, kind, *_ in COLUMNS)})")
            server.execute(_filled(1, ROWS))
        yield postgres.settings(name) | {"password": "${secret:PG_THERE}"}


def sums(server: Any, table: str, *, back: bool) -> dict[str, str]:
    """The checksum of each column."""
    server.execute("SET IntervalStyle = 'iso_8601'")
    parts = []
    for name, _, _, began, became in COLUMNS:
        text = f"CAST({name} AS {became})" if back and became else name
        text = began.format(name) if began and not back else text
        parts.append(SUM.format(f"CAST({text} AS text)"))
    return dict(zip([name for name, *_ in COLUMNS], server.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone(), strict=True))  # fmt: skip


def landed(warehouse: Path) -> dict[str, str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        parts = ", ".join(SUM.format(f"CAST({name} AS VARCHAR)") for name in ALIKE)
        return dict(zip(ALIKE, connection.execute(f"SELECT {parts} FROM orders").fetchone() or (), strict=True))


def test_checksums_of_all_columns_are_equal_there_and_back(
    shop: Any, postgres: Any, platform: Any, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    there = {
        "extract": {"plugin": "tap-postgres", "config": {**shop, "tables": ["orders"], "replication_key": "updated"}},
        "load": {"plugin": "target-duckdb", "config": {"path": str(warehouse)}},
    }
    back = {
        "extract": {"plugin": "tap-duckdb", "config": {"path": str(warehouse), "replication_key": "updated"}},
        "load": {"plugin": "target-postgres", "config": {**shop, "schema": "back"}},
    }
    steps = [{"name": "there", **there}, {"name": "back", **back, "depends_on": ["there"]}]
    changes = (
        (2 * ROWS, ()),
        (0, ()),
        # New rows and an old one that is changed; what shares the last value comes, too.
        (2 * 9, (_filled(ROWS + 1, ROWS + 7), "UPDATE orders SET amount = 1, doc = '{}', updated = '2027-01-01' WHERE id = 3",
                 f"INSERT INTO orders (id, updated) SELECT {ROWS + 8}, max(updated) FROM orders WHERE id > 3")),
    )  # fmt: skip
    with platform.client() as client, postgres.connect("there") as server:
        client.pipelines.create({"name": "there-and-back", "steps": steps})
        for records, statements in changes:
            for statement in statements:
                server.execute(statement)
            found = client.pipelines.start("there-and-back", wait=True, timeout=120)
            assert (found.status, found.records) == ("completed", records)
            began = sums(server, "orders", back=False)
            assert landed(warehouse) == {name: began[name] for name in ALIKE}
            assert sums(server, "back.orders", back=True) == began
