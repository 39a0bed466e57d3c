"""Writing logs in parts of bounded size, and reading them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.hosting import logfile
from flext_sdk.embedded.supervisor.reader import follow, parse, tail
from flext_sdk.errors import UsageError


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, as it was before afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def write(path: Path, *messages: str) -> None:
    with path.open("a") as file:
        for message in messages:
            file.write(json.dumps({"message": message, "level": "info"}) + "\n")


def texts(entries: Any) -> list[str]:
    return [entry["message"] for entry in entries]


# -- writing -----------------------------------------------------------------------------------------------------------


def test_what_is_logged_can_be_read_back(tmp_path: Path, root_logger: logging.Logger) -> None:
    path = tmp_path / "flext.log"
    identity: list[str | None] = [None]
    logfile.set_up(path, source="flext", level="info", request=lambda: identity[0])
    log = logging.getLogger("flext.test")
    log.debug("too small a thing")
    log.info("two\nlines")
    identity[0] = "r-1"
    log.warning("%s rows", 3, extra={"source": "engine"})
    try:
        raise ValueError("wrong")
    except ValueError:
        log.critical("failed", exc_info=True)
    found = tail(path, 10, "flext")
    assert [(entry["level"], entry["source"], entry.get("request_id")) for entry in found[:3]] == [
        ("info", "flext", None),
        ("warning", "engine", "r-1"),
        ("error", "flext", "r-1"),
    ]
    assert texts(found[:3]) == ["two\nlines", "3 rows", "failed"]
    assert "ValueError: wrong" in found[2]["exception"]
    assert found[0]["timestamp"].endswith("Z")


def test_secrets_stay_out_of_the_log(tmp_path: Path, root_logger: logging.Logger) -> None:
    path = tmp_path / "flext.log"
    logfile.set_up(path, source="flext", level="debug", request=lambda: None)
    try:
        raise ValueError("postgresql://user:hunter2@host/db")
    except ValueError:
        logging.getLogger("x").exception("Authorization: Bearer hunter2hunter2")
    assert "hunter2" not in path.read_text()


def test_the_log_does_not_grow_without_end(
    tmp_path: Path, root_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfile, "PART_SIZE", 1000)
    path = tmp_path / "flext.log"
    logfile.set_up(path, source="flext", level="info", request=lambda: None)
    for number in range(200):
        logging.getLogger("x").info("line %d", number)
    parts = sorted(tmp_path.iterdir())
    assert len(parts) == 6
    assert all(part.stat().st_size <= 1000 for part in parts)
    assert texts(tail(path, 20, "flext")) == [f"line {number}" for number in range(180, 200)]


# -- reading -----------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=30), st.integers(0, 40), st.integers(1, 64)
)
def test_the_tail_is_the_end_of_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, messages: list[str], count: int, block: int
) -> None:
    from flext_sdk.embedded.supervisor import reader

    path = tmp_path_factory.mktemp("tail") / "x.log"
    path.write_text("".join(json.dumps({"message": message}) + "\n" for message in messages))
    before, reader._BLOCK = reader._BLOCK, block  # type: ignore[misc]
    try:
        assert texts(tail(path, count, "x")) == (messages[-count:] if count else [])
    finally:
        reader._BLOCK = before  # type: ignore[misc]


def test_the_tail_goes_back_into_older_parts(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(tmp_path / "x.log.2", "1", "2")
    write(tmp_path / "x.log.1", "3", "4")
    write(path, "5")
    assert texts(tail(path, 4, "x")) == ["2", "3", "4", "5"]
    assert texts(tail(path, 100, "x")) == ["1", "2", "3", "4", "5"]
    assert tail(tmp_path / "none.log", 5, "x") == []


def test_a_line_that_is_not_complete_yet_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "1")
    with path.open("a") as file:
        file.write('{"message": "2"')
    assert texts(tail(path, 5, "x")) == ["1"]


@pytest.mark.parametrize("line", ["Fatal Python error", "[1]", '{"message": 1}', "{"])
def test_what_the_service_did_not_write_itself_is_an_error(line: str) -> None:
    assert parse(line, "flext") == {"level": "error", "message": line, "source": "flext"}


def test_following_gives_new_lines_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    slept: list[float] = []
    news = follow(path, "x", sleep=slept.append)
    assert next(news) is None  # no log yet
    write(path, "1", "2")
    assert texts([next(news), next(news)]) == ["1", "2"]
    assert next(news) is None
    with path.open("a") as file:
        file.write('{"message": "3')
    assert next(news) is None
    with path.open("a") as file:
        file.write('"}\n\n')
    assert texts([next(news)]) == ["3"]
    assert slept


def test_following_goes_on_when_the_log_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "old")
    news = follow(path, "x", sleep=lambda _seconds: None)
    assert next(news) is None
    write(path, "1")
    path.rename(tmp_path / "x.log.1")
    write(path, "2")
    assert texts([next(news), next(news)]) == ["1", "2"]
    path.write_text("")  # emptied by hand
    assert next(news) is None
    write(path, "3")
    assert texts([next(news)]) == ["3"]
    path.unlink()
    assert next(news) is None


def test_logs_of_a_service(tmp_path: Path) -> None:
    environ = {"FLEXT_HOME": str(tmp_path)}
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "flext.log"
    write(path, "1", "2", "3")
    assert texts(supervisor.logs("flext", tail=2, environ=environ)) == ["2", "3"]
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        write(path, f"new {len(pauses)}")

    lines = supervisor.logs("flext", tail=1, follow=True, environ=environ, sleep=sleep)
    assert texts([next(lines), next(lines), next(lines)]) == ["3", "new 1", "new 2"]
    beats = supervisor.logs("flext", tail=0, follow=True, heartbeat=True, environ=environ, sleep=sleep)
    assert next(beats) is None
    for name in ("flexx", "all"):
        with pytest.raises(UsageError):
            supervisor.logs(name, environ=environ)


def test_importing_the_supervisor_loads_the_standard_library_alone() -> None:
    import subprocess

    code = (
        "import sys; before = set(sys.modules); import flext_sdk.embedded.supervisor;"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    root = Path(supervisor.__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "['flext_sdk']"
