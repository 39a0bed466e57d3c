"""Whole commands beside a bare interpreter, and tables: what somebody at a terminal waits for."""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.performance.measure import Row, process_cpu, ratio

FLEXT = str(Path(sys.executable).with_name("flext"))
PIPELINES = 100
ROWS = 1000
BARE = "bare interpreter, CPU"


def measure() -> list[Row]:
    """Commands against a platform of their own with 100 pipelines; tables of 1,000 rows in this process."""
    return [*_lists(), *_tables()]


def _lists() -> list[Row]:
    from flext_sdk.testing.platform import Platform

    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder)).start()
        try:
            with platform.client() as client:
                for number in range(PIPELINES):
                    client.pipelines.create(_definition(number))
            # Compiled modules are kept, as where the package is installed.
            kept = {name: value for name, value in platform.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            bare = process_cpu([sys.executable, "-c", "pass"], kept)
            rows = []
            for arguments, goal in (
                (("pipeline", "list", "--limit", "100"), "<= 10"),
                (("pipeline", "list", "--limit", "100", "-o", "json"), ""),
                (("pipeline", "show", "orders-050"), ""),
                (("pipeline", "list", "--no-such-option"), ""),
            ):
                command = (
                    process_cpu([FLEXT, *arguments], kept) if "--no" not in arguments[-1] else _failing(arguments, kept)
                )
                rows.append(ratio(f"flext {' '.join(arguments)}", BARE, command, bare, rounds=21, goal=goal))
            return rows
        finally:
            platform.stop()


def _failing(arguments: tuple[str, ...], environment: dict[str, str]) -> Callable[[], float]:
    # `process_cpu` takes a failure for a broken measurement; here it is what is measured.
    script = "import os, sys; pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); os.waitpid(pid, 0)"
    whole = process_cpu([sys.executable, "-c", script, FLEXT, *arguments], environment)
    alone = process_cpu([sys.executable, "-c", "import os, sys"], environment)
    return lambda: whole() - alone()


def _definition(number: int) -> dict[str, Any]:
    step = {
        "name": "load",
        "extract": {"plugin": "tap-csv", "config": {"path": "/nowhere/orders.csv"}},
        "load": {"plugin": "target-jsonl", "config": {"path": "/nowhere/out"}},
    }
    return {
        "name": f"orders-{number:03}",
        "description": "Orders of the shop",
        "tags": ["demo", "shop"],
        "steps": [step],
    }


def _tables() -> list[Row]:
    from flext_cli.output import columns
    from flext_cli.output.emit import Emitter, Settings
    from flext_cli.output.table import Look
    from flext_cli.params import command_of

    described = columns.from_table(command_of("pipeline list")["output"]["columns"])
    now = datetime.now(UTC)

    def items(name: str) -> list[dict[str, Any]]:
        return [
            {
                "name": f"{name}-{number}",
                "is_active": bool(number % 5),
                "last_run_status": ("completed", "failed", "running")[number % 3],
                "last_run_at": (now - timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
                "step_count": number % 7,
                "tags": ["demo", "shop"],
                "description": "Orders of the web shop",
            }
            for number in range(ROWS)
        ]

    rows = []
    for what, name, look in (
        ("in a pipe", "orders", Look()),
        ("80 columns", "orders", Look(80)),
        ("120 columns, coloured", "orders", Look(120, colour=True)),
        ("wide characters, in a pipe", "注文", Look()),
    ):
        data = items(name)

        def render(data: list[dict[str, Any]] = data, look: Look = look) -> None:
            Emitter(Settings(look=look), io.StringIO(), described).emit(iter(data), "page")

        spent = sorted(_milliseconds(render) for _ in range(21))
        quartiles = (spent[5], spent[15])
        rows.append(Row(f"table of 1,000 rows, ms: {what}", "-", statistics.median(spent), quartiles, "<= 10"))
    rich = ratio(
        "table of 1,000 rows",
        "rich's table, CPU",
        lambda: _milliseconds(render),
        lambda: _milliseconds(lambda: _rich(data)),
        rounds=3,
    )
    rows.append(rich)
    return rows


def _milliseconds(function: Callable[[], object]) -> float:
    before = time.process_time()
    function()
    return (time.process_time() - before) * 1000


def _rich(data: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*data[0])
    for item in data:
        table.add_row(*map(str, item.values()))
    Console(file=io.StringIO(), width=120).print(table)
