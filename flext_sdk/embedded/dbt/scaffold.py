"""A new dbt project that runs at once: on a seed of its own, or on the tables of a DuckDB file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flext_sdk.embedded.projects import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_LOOK: Final = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
columns = connection.execute("select table_schema, table_name, column_name from information_schema.columns "
    "where table_catalog = current_database() order by 1, 2, ordinal_position").fetchall()
keys = connection.execute("select schema_name, table_name, constraint_column_names from duckdb_constraints() "
    "where constraint_type = 'PRIMARY KEY'").fetchall()
print(json.dumps([columns, keys]))
"""
_SEED: Final = """order_id,customer,ordered_on,amount
1,Ada,2026-01-05,19.90
2,Grace,2026-01-05,5.00
3,Ada,2026-01-06,42.50
4,Edsger,2026-01-07,13.37
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that models are to stand on; ``key`` is its primary key, empty where it has none."""

    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def tables_of(database: Path) -> list[Table]:
    """The tables in a DuckDB file.

    Raises:
        ProjectError: It cannot be read, or there are none.
    """
    if not database.is_file():
        raise ProjectError(
            "DATABASE_NOT_FOUND", f"there is no DuckDB file {str(database)!r}", "Run the pipeline that makes it first."
        )
    # In a process of its own: what opens a DuckDB file in the service would keep others out for as long.
    asked = subprocess.run(
        [sys.executable, "-c", _LOOK, str(database)], capture_output=True, text=True, check=False, timeout=60
    )
    if asked.returncode:
        reason = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        busy = "lock" in reason
        hint = "Another program has it open for writing: wait until it has ended." if busy else "Check the file."
        raise ProjectError("DATABASE_UNREADABLE", f"{database} cannot be read: {reason[:200]}", hint)
    columns, keys = json.loads(asked.stdout)
    found: dict[tuple[str, str], list[str]] = {}
    for schema, name, column in columns:
        found.setdefault((schema, name), []).append(column)
    by_table = {(schema, name): tuple(names) for schema, name, names in keys}
    tables = [
        Table(schema, name, tuple(names), by_table.get((schema, name), ()))
        for (schema, name), names in found.items()
        if not name.startswith("_")
    ]
    if not tables:
        raise ProjectError("NO_TABLES", f"{database} has no tables", "Run the pipeline that fills it first.")
    return tables


def make_project(folder: Path, name: str, database: Path | None, tables: Sequence[Table]) -> list[str]:
    """Writes a project, all of it or nothing.

    Args:
        folder: Where; it must not exist, or be empty.
        name: What it is called.
        database: The DuckDB file that it works on; one inside the project when left out.
        tables: Tables in it that models stand on; a seed is made where there are none.

    Returns:
        The files, relative to the folder.

    Raises:
        ProjectError: The folder is in use, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("FOLDER_NOT_EMPTY", f"{folder} is there already and not empty", "Choose another folder.")
    files = _files(name, database, tables)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            made.chmod(0o755)
            for path, text in files.items():
                (made / path).parent.mkdir(parents=True, exist_ok=True)
                (made / path).write_text(text, encoding="utf-8")
            made.replace(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise ProjectError(
            "FOLDER_NOT_WRITABLE", f"{folder} cannot be written: {error.strerror}", "Choose another folder."
        ) from None
    return sorted(files)


def _files(name: str, database: Path | None, tables: Sequence[Table]) -> dict[str, str]:
    output = {"type": "duckdb", "path": str(database) if database else f"{name}.duckdb", "threads": 2}
    project = {
        "name": name,
        "version": "1.0.0",
        "profile": name,
        "model-paths": ["models"],
        "seed-paths": ["seeds"],
        "snapshot-paths": ["snapshots"],
        "test-paths": ["tests"],
        "macro-paths": ["macros"],
        "clean-targets": ["target", "dbt_packages"],
        "models": {name: {"staging": {"+materialized": "view"}, "marts": {"+materialized": "table"}}},
    }
    files = {
        "dbt_project.yml": _yaml(project),
        "profiles.yml": _yaml({name: {"target": "dev", "outputs": {"dev": output}}}),
        ".gitignore": "target/\nlogs/\ndbt_packages/\n*.duckdb\n*.duckdb.wal\n",
    }
    return files | (_on_tables(tables) if tables else _on_seed())


def _on_seed() -> dict[str, str]:
    staging = {
        "name": "stg_orders",
        "description": "Orders as they came, with types.",
        "columns": [
            {"name": "order_id", "description": "Number of the order.", "data_tests": ["unique", "not_null"]},
            {"name": "amount", "description": "What was paid.", "data_tests": ["not_null"]},
        ],
    }
    mart = {
        "name": "orders_by_day",
        "description": "Orders and what was paid, a row a day.",
        "columns": [{"name": "ordered_on", "description": "The day.", "data_tests": ["unique", "not_null"]}],
    }
    return {
        "seeds/raw_orders.csv": _SEED,
        "models/staging/stg_orders.sql": (
            "select\n    cast(order_id as integer) as order_id,\n    customer,\n"
            "    cast(ordered_on as date) as ordered_on,\n"
            "    cast(amount as decimal(12, 2)) as amount\nfrom {{ ref('raw_orders') }}\n"
        ),
        "models/staging/staging.yml": _yaml({"version": 2, "models": [staging]}),
        "models/marts/orders_by_day.sql": (
            "select\n    ordered_on,\n    count(*) as orders,\n    sum(amount) as amount\n"
            "from {{ ref('stg_orders') }}\ngroup by ordered_on\n"
        ),
        "models/marts/marts.yml": _yaml({"version": 2, "models": [mart]}),
    }


def _on_tables(tables: Sequence[Table]) -> dict[str, str]:
    files: dict[str, str] = {}
    described, names = [], []
    sources: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        name = "stg_" + re.sub(r"\W+", "_", table.name).lower()
        if name in names:
            name = f"stg_{re.sub(r'[^a-z0-9]+', '_', table.schema.lower())}_{name[4:]}"
        names.append(name)
        columns = ",\n".join(f"    {_quoted(column)}" for column in table.columns)
        source = "{{ source('" + _escaped(table.schema) + "', '" + _escaped(table.name) + "') }}"
        files[f"models/staging/{name}.sql"] = f"select\n{columns}\nfrom {source}\n"
        sources.setdefault(table.schema, []).append({"name": table.name, "description": "As it was loaded."})
        described.append(_described(name, table))
    files["models/staging/staging.yml"] = _yaml({"version": 2, "models": described})
    entries = [{"name": schema, "schema": schema, "tables": found} for schema, found in sources.items()]
    files["models/staging/sources.yml"] = _yaml({"version": 2, "sources": entries})
    # The names are letters, digits and _.
    count = "select '{}' as model, count(*) as row_count from {{{{ ref('{}') }}}}"
    counts = [count.format(name, name) for name in names]
    files["models/marts/row_counts.sql"] = "\nunion all\n".join(counts) + "\n"
    mart = {
        "name": "row_counts",
        "description": "How many rows each staging model has.",
        "columns": [{"name": "model", "data_tests": ["unique", "not_null"]}],
    }
    files["models/marts/marts.yml"] = _yaml({"version": 2, "models": [mart]})
    return files


def _described(name: str, table: Table) -> dict[str, Any]:
    columns: list[dict[str, Any]] = []
    for column in table.columns:
        entry: dict[str, Any] = {"name": column}
        if not column.isidentifier() or column.lower() != column:
            entry["quote"] = True
        if table.key == (column,):
            entry["data_tests"] = ["unique", "not_null"]
        elif column in table.key:
            entry["data_tests"] = ["not_null"]
        columns.append(entry)
    return {"name": name, "description": f"The table {table.name}, column by column.", "columns": columns}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _yaml(data: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120))
