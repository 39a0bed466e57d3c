# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The first five minutes: a real pipeline from nothing to rows in a table."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flext_sdk._core.annotations import command
from flext_sdk._sync import _rt as rt
from flext_sdk.errors import ConfigurationError, ConflictError, FlextError, MissingExtraError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk._sync.client import Flext
    from flext_sdk.models.pipelines import Pipeline
    from flext_sdk.models.runs import Run

__all__ = ["quickstart"]

NAME = "orders"
SHOWN = 10
#: How often to look, twice a second, whether another run has let the table go.
PATIENCE = 60
#: Files of the example: where they are kept, and where they are put.
FILES = {"pipelines/orders.yaml": "pipelines/orders.yaml", "data/orders.csv": "data/orders.csv"}


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


@command(
    "quickstart",
    columns=("order_id", "ordered_at", "customer", "city", "item", "quantity", "unit_price:PRICE", "paid"),
    hidden=("on_progress", "on_message"),
    wait=True,
    files=("folder",),
    metavars={"folder": "FOLDER"},
    next=(
        "flext pipeline status orders",
        "flext pipeline logs orders --tail 20",
        "flext pipeline start orders --wait",
        "flext service status",
        "flext --help",
    ),
)
def quickstart(
    client: Flext,
    *,
    folder: str | Path | None = None,
    timeout: float | None = 300,
    on_progress: Callable[[Run], object] | None = None,
    on_message: Callable[[str], object] = _say,
) -> list[dict[str, Any]]:
    """Run a real pipeline from a CSV file into a DuckDB table and show the rows that landed.

    It starts the platform of this machine where none runs, puts the example's files into a folder of yours, stores the
    pipeline, runs it, and reads the table. It may be run as often as you like: the rows have a key, so they are
    updated, not added again.

    Args:
        client: An open client.
        folder: Where to put the example; `quickstart` below the FLEXT folder when left out.
        timeout: Seconds to wait for the run; without end when left out.
        on_progress: Called with the run as it goes on.
        on_message: Called with each line about what is being done.

    Returns:
        The first rows of the table, one mapping a row.

    Raises:
        RunFailedError: The run failed.
        WaitTimeoutError: The run took longer than `timeout`; it goes on.
        MissingExtraError: The embedded platform, or DuckDB, is not installed.
        ConflictError: There is a pipeline of that name which is not the example.
        FlextError: Any other failure.

    Example:
        ```python
        from flext_sdk._sync.resources.quickstart import quickstart

        rows = quickstart(client)
        ```

    Command example:
        $ flext quickstart
        $ flext quickstart --folder ./first-steps

    See also:
        flext pipeline create
        flext pipeline start
    """
    if find_spec("duckdb") is None:
        raise MissingExtraError("The quick start", "embedded" if client.is_local else "connectors")
    place = rt.to_thread(_place_example, folder)
    definition = place / "pipelines" / "orders.yaml"
    warehouse = place / "warehouse.duckdb"
    known = _known(client)
    if known is None:
        try:
            client.pipelines.create(definition)
            on_message(f"pipeline {NAME}: created from {definition}")
        except ConflictError:  # another quick start was faster
            known = client.pipelines.show(NAME)
    if known is not None:
        if not _is_example(known):
            raise ConflictError(
                f"There is a pipeline {NAME} that is not the quick start's; it was not touched",
                code="PIPELINE_EXISTS",
                hint=f"Keep it under another name: flext pipeline export {NAME} > {NAME}.yaml",
            )
        if not known.is_active:
            raise FlextError(
                f"Pipeline {NAME} is paused",
                code="PIPELINE_NOT_ACTIVE",
                hint="Let it run again: flext pipeline resume orders",
            )
        client.pipelines.update(NAME, definition)
        on_message(f"pipeline {NAME}: there already, now as in {definition}")
    # Without the table the bookmark is of no use: somebody has removed it to begin again.
    fresh = not rt.to_thread(warehouse.exists)
    try:
        run = client.pipelines.start(NAME, full_refresh=fresh, wait=True, timeout=timeout, on_progress=on_progress)
    except ConflictError as error:
        if error.code != "RUN_IN_PROGRESS":
            raise
        # Another quick start, or somebody who could not wait: its rows are the same.
        on_message(f"pipeline {NAME} is running already; waiting for that run")
        run = client.pipelines.wait(NAME, timeout=timeout, on_progress=on_progress)
    on_message(f"run {run.execution_id}: {run.status}, {run.records or 0} rows read")

    total, shown = _read(warehouse)
    if not run.records and total:
        on_message("nothing was read: the file has not changed since the last run, and the bookmark says so")
    on_message(f"table orders in {warehouse}: {total} rows, the first {len(shown)}:")
    return [{name: _plain(value) for name, value in row.items() if not name.startswith("_sdc_")} for row in shown]


def _known(client: Flext) -> Pipeline | None:
    try:
        return client.pipelines.show(NAME)
    except NotFoundError:
        return None


def _read(warehouse: Path) -> tuple[int, list[dict[str, Any]]]:
    """How many rows the table has, and the first of them; waits while another run holds the file."""
    import duckdb

    def rows() -> tuple[int, list[dict[str, Any]]] | None:
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                total = connection.execute("select count(*) from orders").fetchall()[0][0]
                # Through Arrow: moments with a time zone would need yet another package otherwise.
                first = connection.sql("select * from orders order by order_id").limit(SHOWN)
                return total, first.to_arrow_table().to_pylist()
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            return None

    for _ in range(PATIENCE):
        found = rt.to_thread(rows)
        if found is not None:
            return found
        rt.sleep(0.5)
    raise ConflictError(
        f"{warehouse} is in use by another program", code="WAREHOUSE_BUSY", hint="Close it there, then try again"
    )


def _is_example(pipeline: Pipeline) -> bool:
    """Whether a stored pipeline is the example, in whatever folder; anything else is somebody's own work."""
    ends = [
        (
            str(((step.extract and step.extract.config) or {}).get("path")),
            str(((step.load and step.load.config) or {}).get("path")),
        )
        for step in pipeline.steps
    ]
    return len(ends) == 1 and ends[0][0].endswith("data/orders.csv") and ends[0][1].endswith("warehouse.duckdb")


def _home() -> Path:
    return Path(os.environ.get("FLEXT_HOME") or "~/.flx").expanduser()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever the table holds
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _place_example(folder: str | Path | None) -> Path:
    """Put the example's files into place and give that place; what somebody has changed there stays as it is."""
    place = Path(folder).expanduser().resolve() if folder is not None else _home() / "quickstart"
    source = _examples()
    try:
        for name, target in FILES.items():
            path = place / target
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_name(f".{path.name}.{os.getpid()}")
            scratch.write_bytes((source / name).read_bytes())
            scratch.replace(path)
    except OSError as error:
        raise ConfigurationError(
            f"The example cannot be written to {place}: {error.strerror}",
            hint="Name another folder: flext quickstart --folder FOLDER",
        ) from error
    return place


def _examples() -> Path:
    """The example's files: in the wheel beside the package, in a checkout in `examples`."""
    package = Path(__file__).resolve().parents[2]
    packed = package / "_examples"
    return packed if packed.is_dir() else package.parent / "examples"
