"""Writing logs in parts of bounded size, and reading them."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.hosting import logfile
from flext_sdk.embedded.supervisor.look import lines
from flext_sdk.embedded.supervisor.process import age, start_mark
from flext_sdk.embedded.supervisor.reader import Follower, tail
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


def following(path: Path) -> Iterator[dict[str, Any] | None]:
    return Follower(path, "x").news(sleep=lambda _seconds: None)


def new(news: Iterator[dict[str, Any] | None]) -> list[str]:
    """What is new now."""
    return texts(iter(lambda: next(news), None))


def rotate(path: Path) -> None:
    for number in range(4, 0, -1):
        part = path.with_name(f"{path.name}.{number}")
        if part.exists():
            part.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))


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


@settings(deadline=None)
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
def test_what_the_service_did_not_write_itself_is_an_error(line: str, tmp_path: Path) -> None:
    path = tmp_path / "flext.log"
    path.write_text(line + "\n")
    assert tail(path, 1, "flext") == [{"level": "error", "message": line, "source": "flext"}]


def test_following_gives_new_lines_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    slept: list[float] = []
    news = Follower(path, "x").news(sleep=slept.append)
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
    news = following(path)
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


def test_no_line_is_lost_or_doubled_by_rotations_between_two_looks(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "old")
    news = following(path)
    assert new(news) == []
    write(path, "1")
    rotate(path)
    assert new(news) == ["1"]  # and there is no newest part yet
    write(path, "2", "3")
    for number in range(4, 8):
        rotate(path)
        write(path, str(number))
    assert new(news) == ["2", "3", "4", "5", "6", "7"]
    with path.open("a") as file:
        file.write('{"message": "torn')  # its writer was killed, and the next one rotates
    rotate(path)
    write(path, "8")
    assert new(news) == ['{"message": "torn', "8"]


def test_a_part_that_is_gone_is_read_to_its_end_and_then_what_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "old")
    news = following(path)
    write(path, "1")
    for number in range(2, 12):  # more parts than are kept
        rotate(path)
        write(path, str(number))
    assert new(news) == ["1", *[str(number) for number in range(6, 12)]]
    path.unlink()
    assert new(news) == []
    write(path, "12")
    assert new(news) == ["12"]


def test_a_log_that_is_emptied_and_written_to_again_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "before")
    news = following(path)
    assert new(news) == []
    path.write_text("")
    write(path, "longer than what was there before it was emptied", "2")
    assert new(news) == ["longer than what was there before it was emptied", "2"]
    write(path, "3")
    assert new(news) == ["3"]


def test_older_parts_are_not_new(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(tmp_path / "x.log.1", "old")  # and the newest part is not there
    news = following(path)
    assert new(news) == []
    write(path, "1")
    assert new(news) == ["1"]


def test_what_is_written_while_the_tail_is_shown_comes_after_it(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "1", "2")
    follower = Follower(path, "x")
    write(path, "3")
    rotate(path)
    write(path, "4")
    assert texts(follower.tail(5)) == ["1", "2"]
    assert new(follower.news(sleep=lambda _seconds: None)) == ["3", "4"]


def test_following_a_log_that_is_rotated_all_the_time(tmp_path: Path, root_logger: logging.Logger) -> None:
    path = tmp_path / "x.log"
    handler = RotatingFileHandler(path, maxBytes=20_000, backupCount=5)
    handler.setFormatter(logging.Formatter('{"message": "%(message)s"}'))
    found: list[str] = []
    done = threading.Event()
    news = Follower(path, "x").news(pause=0.0005)

    def read() -> None:
        for entry in news:
            if entry is not None:
                found.append(entry["message"])
            elif done.is_set():
                return

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20_000):
        handler.emit(logging.makeLogRecord({"msg": str(number)}))
        while reader.is_alive() and number - len(found) > 2_000:  # what is no longer kept cannot be read
            time.sleep(0.001)
    done.set()
    reader.join()
    handler.close()
    assert found == [str(number) for number in range(20_000)]


def test_whoever_asks_again_and_again_gets_each_line_once(tmp_path: Path) -> None:
    environ = {"FLEXT_HOME": str(tmp_path)}
    (tmp_path / "logs").mkdir()
    path = tmp_path / "logs" / "flext.log"

    def ask(count: int, after: str | None) -> tuple[list[str], str]:
        found, cursor = lines("flext", count, after=after, environ=environ)
        return texts(found), cursor

    assert ask(5, None) == ([], "0-0-0")
    write(path, "1", "same", "same", "same")
    found, cursor = ask(2, "0-0-0")  # there was no log when it was asked for first
    assert found == ["1", "same"]
    assert ask(9, cursor)[0] == ["same", "same"]
    found, cursor = ask(2, None)
    assert (found, ask(9, cursor)[0]) == (["same", "same"], [])
    write(path, "2")
    rotate(path)
    write(path, "3", "4")
    with path.open("a") as file:
        file.write('{"message": "not yet')
    found, cursor = ask(2, cursor)
    assert found == ["2", "3"]
    found, cursor = ask(2, cursor)
    assert found == ["4"]
    path.write_text("")
    write(path, "5")
    found, cursor = ask(9, cursor)
    assert found == ["5"]
    for number in range(6, 14):  # more parts than are kept
        rotate(path)
        write(path, str(number))
    assert ask(9, cursor)[0] == ["8", "9", "10", "11", "12", "13"]


def test_empty_lines_are_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    write(path, "0")
    follower = Follower(path, "x")
    path.write_text(path.read_text() + "\n\n\n")
    write(path, "1")
    rotate(path)
    write(path, "2")
    assert texts(follower.read(2)) == ["1", "2"]


def test_a_rotation_at_the_very_moment_of_going_on_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.log"
    write(path, "0")
    follower = Follower(path, "x")
    rotate(path)
    write(path, "1")
    look, looks = follower._number, []

    def number() -> int | None:
        found = look()
        looks.append(found)
        if len(looks) == 1:
            rotate(path)
            write(path, "2")
        return found

    monkeypatch.setattr(follower, "_number", number)
    assert texts(follower.read(9)) == ["1", "2"]
    assert looks[:2] == [1, 2]


def test_how_long_a_process_runs_is_told_by_the_system(tmp_path: Path) -> None:
    mark = start_mark(os.getpid())
    assert mark is not None
    seconds = age(mark)
    assert seconds is not None
    assert 0 <= seconds < 86_400
    assert age("another boot:123") is age("") is age("x:y") is None
    assert age(":123", proc=tmp_path) is None  # no process file system


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
