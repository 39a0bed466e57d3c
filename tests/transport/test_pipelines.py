"""Pipelines: documents, waiting, stopping."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from flext_sdk import errors
from flext_sdk.models.pipelines import PipelineDefinition

from .conftest import Answer, Driver, Seen, Server

FILE = """\
name: orders
steps:
  - name: load
    extract: {plugin: tap-csv}
"""
PIPELINE = {"id": "p1", "name": "orders", "version": 1}
BAD = {
    "error": "2 problems",
    "code": "INVALID_DEFINITION",
    "problems": [
        {"path": "/steps/0/load", "message": "is missing", "hint": "Name a target.", "severity": "error"},
        {"path": "/name", "message": "is odd", "severity": "error"},
    ],
}


def run(status: str = "running", **more: Any) -> dict[str, Any]:
    return {"execution_id": "r1", "pipeline": "orders", "status": status, **more}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "orders.yaml"
    made.write_text(FILE)
    return made


async def test_create_from_a_file_a_mapping_a_model_and_standard_input(
    driver: Driver, server: Server, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server.says(Answer(status=201, body=PIPELINE))
    client = driver.client(server.url)
    monkeypatch.chdir("/")
    steps = [{"name": "load", "extract": {"plugin": "tap-csv"}}]
    for config in (
        str(file),
        file,
        {"name": "orders", "steps": steps},
        PipelineDefinition.model_validate({"name": "orders", "steps": steps}),
    ):
        pipeline = await driver.run(lambda config=config: client.pipelines.create(config))
        assert pipeline.name == "orders"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FILE.encode())))
    await driver.run(lambda: client.pipelines.update("orders", "-"))
    bodies = [s.json for s in server.seen]
    assert [b.pop("base_path") for b in bodies] == [str(tmp_path), str(tmp_path), "/", "/", "/"]
    assert all(b == {"name": "orders", "steps": steps} for b in bodies)
    assert (server.seen[-1].method, server.seen[-1].path) == ("PUT", "/api/v1/pipelines/orders")


async def test_problems_get_the_lines_of_the_file(driver: Driver, server: Server, file: Path) -> None:
    server.says(Answer(status=400, body=BAD))
    client = driver.client(server.url)
    with pytest.raises(errors.ValidationFailedError, match=f"2 problems in {file}") as caught:
        await driver.run(lambda: client.pipelines.create(file))
    assert [(p.path, p.line, p.column) for p in caught.value.problems] == [("/name", 1, 1), ("/steps/0/load", 3, 5)]
    assert caught.value.problems[0].file == str(file)


async def test_validate_raises_or_reports(driver: Driver, server: Server, file: Path) -> None:
    server.says(Answer(body={"valid": False, "name": "orders", "problems": BAD["problems"][:1]}))  # type: ignore[index]
    client = driver.client(server.url)
    with pytest.raises(errors.ValidationFailedError) as caught:
        await driver.run(lambda: client.pipelines.validate(file))
    assert caught.value.message == f"{file}:3:5: is missing (at /steps/0/load)"
    assert caught.value.hint == "Name a target."
    report = await driver.run(lambda: client.pipelines.validate(file, raise_on_failure=False))
    assert (report.valid, report.problems[0].line, report.problems[0].hint) == (False, 3, "Name a target.")
    plain = client.with_options(models=False)
    assert (await driver.run(lambda: plain.pipelines.validate(file, raise_on_failure=False)))["problems"][0][
        "column"
    ] == 5
    assert "idempotency-key" not in server.seen[0].headers


@pytest.mark.parametrize(
    ("content", "told"), [(b"a: [", "not YAML"), (b"- 1\n", "mapping"), (b"\xff", "UTF-8"), (b"", "empty")]
)
async def test_a_file_that_cannot_be_read_is_never_sent(
    driver: Driver, server: Server, tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    client = driver.client(server.url)
    with pytest.raises(errors.ValidationFailedError, match=told) as caught:
        await driver.run(lambda: client.pipelines.validate(file))
    assert caught.value.problems[0].line is not None
    with pytest.raises(errors.UsageError, match="no such file") as missing:
        await driver.run(lambda: client.pipelines.create(str(tmp_path / "none.yaml")))
    assert missing.value.exit_code == 2
    with pytest.raises(errors.UsageError, match="directory"):
        await driver.run(lambda: client.pipelines.create(tmp_path))
    with pytest.raises(errors.UsageError, match="name of a file"):
        await driver.run(lambda: client.pipelines.create("a\0b"))
    with pytest.raises(errors.UsageError, match="not int"):
        await driver.run(lambda: client.pipelines.create(5))
    assert server.seen == []


async def test_create_can_replace_and_start(driver: Driver, server: Server) -> None:
    taken = Answer(status=409, body={"error": "orders is there already", "code": "PIPELINE_EXISTS"})
    server.says(taken)
    client = driver.client(server.url)
    with pytest.raises(errors.ConflictError, match="already"):
        await driver.run(lambda: client.pipelines.create({"name": "orders"}))
    with pytest.raises(errors.ConflictError):
        await driver.run(lambda: client.pipelines.create({}, replace=True))
    server.seen.clear()
    server.says(
        taken,
        Answer(body=PIPELINE),
        Answer(status=202, body=run()),
        Answer(body=run("completed", records=5)),
        Answer(body={**PIPELINE, "last_run_status": "completed"}),
    )
    found = await driver.run(lambda: client.pipelines.create({"name": "orders"}, replace=True, wait=True))
    assert found.last_run_status == "completed"
    assert [s.method for s in server.seen] == ["POST", "PUT", "POST", "GET", "GET"]
    server.says(Answer(status=201, body=PIPELINE), Answer(status=202, body=run()), Answer(body=PIPELINE))
    await driver.run(lambda: client.pipelines.create({"name": "orders"}, start=True))
    assert [s.method for s in server.seen][-3:] == ["POST", "POST", "GET"]


async def test_start_sends_what_was_asked_for(driver: Driver, server: Server) -> None:
    server.says(Answer(status=202, body=run()))
    client = driver.client(server.url)
    await driver.run(lambda: client.pipelines.start("orders"))
    await driver.run(lambda: client.pipelines.start("orders", variables={"DAY": 1}, steps=("load",), full_refresh=True))
    assert [s.json for s in server.seen] == [
        {},
        {"variables": {"DAY": 1}, "step_override": ["load"], "full_refresh": True},
    ]


async def test_waiting_tells_progress_and_takes_longer_pauses(driver: Driver, server: Server) -> None:
    server.says(
        Answer(status=202, body=run("pending")),
        *[Answer(body=run(records=n)) for n in range(12)],
        Answer(body=run("completed", records=99)),
    )
    client = driver.client(server.url)
    seen: list[tuple[str, int | None]] = []
    done = await driver.run(
        lambda: client.pipelines.start(
            "orders", wait=True, on_progress=lambda r: seen.append((str(r.status), r.records))
        )
    )
    assert (done.records, done.succeeded) == (99, True)
    assert seen[0] == ("pending", None)
    assert seen[-1] == ("completed", 99)
    assert len(seen) == 14
    pauses = driver.time.sleeps
    assert pauses[0] == 0.1
    assert pauses == sorted(pauses)
    assert pauses[-1] == 2.0


@pytest.mark.parametrize(
    ("status", "code"), [("failed", "RUN_FAILED"), ("cancelled", "RUN_CANCELLED"), ("canceled", "RUN_CANCELLED")]
)
async def test_a_run_that_fails_is_an_error_unless_it_may(
    driver: Driver, server: Server, status: str, code: str
) -> None:
    server.says(
        Answer(body={"name": "orders", "status": status, "last_execution": run(status, error="tap-csv: no\nfile")})
    )
    client = driver.client(server.url)
    with pytest.raises(errors.RunFailedError) as caught:
        await driver.run(lambda: client.pipelines.wait("orders"))
    error = caught.value
    assert (error.code, error.exit_code, error.run.execution_id) == (code, 9, "r1")
    assert "\n" not in error.message
    assert error.to_dict()["run"]["execution_id"] == "r1"
    found = await driver.run(lambda: client.pipelines.wait("orders", raise_on_failure=False))
    assert found.is_finished
    plain = client.with_options(models=False)
    with pytest.raises(errors.RunFailedError) as caught:
        await driver.run(lambda: plain.pipelines.wait("orders"))
    assert caught.value.to_dict()["run"]["error"] == "tap-csv: no\nfile"


async def test_waiting_ends_and_the_run_goes_on(driver: Driver, server: Server) -> None:
    server.says(Answer(body=run()))
    client = driver.client(server.url)
    not_found = Answer(status=404, body={"error": "no pipeline r1", "code": "PIPELINE_NOT_FOUND"})
    server.says(not_found, Answer(body=run()))
    with pytest.raises(errors.WaitTimeoutError, match="within 5 s; it goes on") as caught:
        await driver.run(lambda: client.pipelines.wait("r1", timeout=5))
    assert (caught.value.exit_code, caught.value.run.execution_id) == (7, "r1")
    assert sum(driver.time.sleeps) == pytest.approx(5.0)
    server.says(not_found)
    with pytest.raises(errors.NotFoundError, match="no pipeline and no run 'x'"):
        await driver.run(lambda: client.pipelines.wait("x"))
    with pytest.raises(errors.UsageError, match="timeout"):
        await driver.run(lambda: client.pipelines.wait("x", timeout=-1))


async def test_waiting_outlives_a_restart_of_the_service(driver: Driver, server: Server) -> None:
    server.says(
        Answer(status=202, body=run()),
        *[Answer(drop=True)] * 8,
        *[Answer(status=503)] * 8,
        Answer(body=run("completed")),
    )
    client = driver.client(server.url, retries=0)
    assert (await driver.run(lambda: client.pipelines.start("orders", wait=True))).succeeded
    server.says(Answer(status=202, body=run()), Answer(drop=True))
    with pytest.raises(errors.ConnectionFailedError):
        await driver.run(lambda: client.pipelines.start("orders", wait=True))
    assert sum(driver.time.sleeps) >= 60


async def test_stop_and_retry(driver: Driver, server: Server) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.path.endswith("/stop"):
            return Answer(status=202, body={"runs": [run("stopping")], "total": 1})
        if seen.path.endswith("/retry"):
            return Answer(status=202, body={**run("pending"), "execution_id": "r2"})
        return Answer(body={**run("cancelled" if "r1" in seen.path else "completed"), "execution_id": seen.path[-2:]})

    server.says(answer)
    client = driver.client(server.url)
    (stopping,) = await driver.run(lambda: client.pipelines.stop("orders", force=True, run="r1"))
    assert (stopping.status, server.seen[0].json) == ("stopping", {"execution_id": "r1", "force": True})
    (stopped,) = await driver.run(lambda: client.pipelines.stop("orders", wait=True))
    assert stopped.status == "cancelled"
    assert (await driver.run(lambda: client.pipelines.retry("r1"))).status == "pending"
    again = await driver.run(lambda: client.pipelines.retry("r1", wait=True))
    assert (again.execution_id, again.succeeded) == ("r2", True)


async def test_plugins_execute_sends_where_relative_paths_start(driver: Driver, server: Server) -> None:
    server.says(Answer(body={"plugin_name": "tap-csv", "status": "executed", "result": {"streams": []}}))
    client = driver.client(server.url)
    found = await driver.run(lambda: client.plugins.execute("tap-csv", "discover", config={"path": "x.csv"}))
    assert found.result == {"streams": []}
    assert server.seen[0].json == {"operation": "discover", "config": {"path": "x.csv"}, "base_path": str(Path.cwd())}
