"""Which lines of a service's log are shown: of its tail, while it is followed, and when it is asked for bit by bit."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import pytest
from embedded_help import answer_problems
from hypothesis import given, settings
from hypothesis import strategies as st

from flext_sdk.embedded import supervisor
from flext_sdk.embedded.hosting import logfile
from flext_sdk.embedded.settings import HostSettings
from flext_sdk.embedded.supervisor.choosing import HELD, wanted
from flext_sdk.embedded.supervisor.look import lines
from flext_sdk.embedded.supervisor.reader import Follower, tail
from flext_sdk.embedded.web.call import Call
from flext_sdk.embedded.web.contract import Contract
from flext_sdk.embedded.web.counters import Counters
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.embedded.web.query import Query
from flext_sdk.embedded.web.system import system_handlers
from flext_sdk.errors import MissingExtraError, UsageError

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def own(message: str, level: str | None = "info", minute: int | None = None, **more: Any) -> str:
    """A line as a service writes it."""
    found: dict[str, Any] = {"message": message, **more}
    if level is not None:
        found["level"] = level
    if minute is not None:
        found["timestamp"] = (NOON + timedelta(minutes=minute)).isoformat()
    return json.dumps(found)


def write(path: Path, *texts: str, changed: datetime | None = None) -> None:
    with path.open("a") as file:
        file.writelines(f"{text}\n" for text in texts)
    if changed is not None:
        os.utime(path, (changed.timestamp(), changed.timestamp()))


def rotate(path: Path) -> None:
    for number in range(4, 0, -1):
        part = path.with_name(f"{path.name}.{number}")
        if part.exists():
            part.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.rename(path.with_name(f"{path.name}.1"))


def texts(entries: Any) -> list[str]:
    return [entry["message"] for entry in entries]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs" / "flext.log"


@pytest.fixture
def show(tmp_path: Path) -> Callable[..., list[str]]:
    """What `supervisor.logs` shows of the log."""
    return lambda **options: texts(supervisor.logs("flext", environ={"FLEXT_HOME": str(tmp_path)}, **options))


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Any]:
    """Asks as who follows over HTTP does: messages, and the place behind them."""

    def call(count: int, after: str | None = None, **chosen: Any) -> tuple[list[str], str]:
        environ = {"FLEXT_HOME": str(tmp_path)}
        found, cursor = lines("flext", count, after=after, what=wanted(**chosen), environ=environ)
        return texts(found), cursor

    return call


# -- the tail ----------------------------------------------------------------------------------------------------------


def test_the_tail_is_the_last_of_those_that_fit_over_all_parts(log: Path, show: Callable[..., list[str]]) -> None:
    write(log, own("timeout 1", "warning"), own("quick 2"), own("timeout 3", "error"))
    rotate(log)
    write(log, own("quick 4"), own("Timeout 5", "warning"))
    rotate(log)
    write(log, *[own(f"quick {number}", "debug") for number in range(6, 500)])
    assert show(tail=2, grep="(?i)timeout") == ["timeout 3", "Timeout 5"]
    assert show(tail=100, grep="timeout") == ["timeout 1", "timeout 3"]
    assert show(tail=100, level="info") == ["timeout 1", "quick 2", "timeout 3", "quick 4", "Timeout 5"]
    assert show(tail=100, level="warning", grep="[35]$") == ["timeout 3", "Timeout 5"]
    assert show(tail=1, level="error") == ["timeout 3"]
    assert show(tail=0, level="error") == []
    assert show(tail=100, grep="nobody said this") == []


def test_since_is_a_moment_or_how_long_ago(log: Path, show: Callable[..., list[str]]) -> None:
    write(log, own("11:50", minute=-10), own("12:00", minute=0))
    rotate(log)
    write(log, own("12:10", timestamp="2026-01-31T12:10:00"), own("now", timestamp=datetime.now(UTC).isoformat()))
    assert show(since=NOON) == ["12:00", "12:10", "now"]
    assert show(since="2026-01-31T12:00:01Z") == ["12:10", "now"]
    assert show(since=datetime(2026, 1, 31, 12, 10)) == ["12:10", "now"]  # in UTC, where no zone is told
    assert show(since="2h") == ["now"]
    assert show(since=NOON, tail=2) == ["12:10", "now"]
    with pytest.raises(UsageError, match="since: 'yesterday' is no moment"):
        show(since="yesterday")


def test_parts_that_are_too_old_are_not_read(log: Path) -> None:
    write(log, own("old", minute=-10), changed=NOON)
    rotate(log)
    log.with_name("flext.log.1").chmod(0o600)
    write(log, own("new", minute=10))
    assert texts(tail(log, 9, "flext", wanted(since=NOON - timedelta(minutes=30)))) == ["old", "new"]
    assert texts(tail(log, 9, "flext", wanted(since=NOON + timedelta(minutes=1)))) == ["new"]


def test_a_line_without_a_level_or_of_an_unknown_one_always_is_shown(log: Path, show: Callable[..., list[str]]) -> None:
    write(log, own("none", None), own("notice", "notice"), own("less"), own("crash", "critical"), "last words")
    assert show(level="error") == ["none", "notice", "crash", "last words"]


def test_a_line_without_a_time_is_left_out_only_where_it_is_older_for_sure(
    log: Path, show: Callable[..., list[str]]
) -> None:
    write(log, own("12:00", minute=0), "crashed after 12:00", own("12:10", minute=10), own("no time"))
    write(log, own("12:20", minute=20), "crashed after 12:20", changed=NOON + timedelta(minutes=30))
    assert show(since=NOON + timedelta(minutes=5)) == [
        "crashed after 12:00",
        "12:10",
        "no time",
        "12:20",
        "crashed after 12:20",
    ]
    assert show(since=NOON + timedelta(minutes=15)) == ["no time", "12:20", "crashed after 12:20"]
    assert show(since=NOON + timedelta(minutes=25)) == ["crashed after 12:20"]
    assert show(since=NOON + timedelta(minutes=35)) == []  # nobody wrote to it since then


# -- tracebacks --------------------------------------------------------------------------------------------------------

TRACEBACK = ["Traceback (most recent call last):", '  File "x.py", line 1, in <module>', "ValueError: wrong"]


def test_a_traceback_belongs_to_its_line(log: Path, tmp_path: Path) -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    try:
        logfile.set_up(log, source="flext", level="info", request=lambda: None)
        logging.getLogger("x").info("all is well")
        try:
            raise ValueError("wrong")
        except ValueError:
            logging.getLogger("x").exception("two\nlines failed")
        logging.getLogger("x").info("all is well again")
    finally:
        root.handlers[-1].close()
        root.handlers[:] = before
        logging.captureWarnings(capture=False)
    environ = {"FLEXT_HOME": str(tmp_path)}
    for expression in ("ValueError: wrong$", "^two", "failed$", "^Traceback"):
        (found,) = list(supervisor.logs("flext", grep=expression, environ=environ))
        assert found is not None
        assert (found["message"], found["exception"][-6:]) == ("two\nlines failed", "wrong\n")
    assert texts(supervisor.logs("flext", level="error", environ=environ)) == ["two\nlines failed"]


def test_lines_that_the_service_did_not_write_are_one_saying(log: Path, show: Callable[..., list[str]]) -> None:
    write(log, own("wrong, but not dead"), *TRACEBACK, own("fine"), "Traceback of another kind", "KeyError: 'x'")
    assert show(grep="ValueError") == TRACEBACK
    assert show(grep="Traceback") == [*TRACEBACK, "Traceback of another kind", "KeyError: 'x'"]
    assert show(grep="wrong") == ["wrong, but not dead", *TRACEBACK]
    assert show(grep="fine") == ["fine"]
    assert show(grep="ValueError", tail=2) == TRACEBACK[1:]
    assert show(tail=3) == ["fine", "Traceback of another kind", "KeyError: 'x'"]
    assert show(level="error") == [*TRACEBACK, "Traceback of another kind", "KeyError: 'x'"]


def test_a_traceback_that_comes_bit_by_bit_comes_as_a_whole(log: Path, ask: Callable[..., Any]) -> None:
    write(log, own("before"))
    news = Follower(log, "flext", wanted(grep="wrong|lock")).news(sleep=lambda _seconds: None)
    assert next(news) is None
    shown, cursor = ask(9, grep="wrong|lock")
    assert shown == []
    followed: list[str] = []
    for line in [*TRACEBACK, "and more of it", own("a lock"), "torn", "half"]:
        write(log, line)
        followed += texts(iter(lambda: next(news), None))
        more, cursor = ask(1, cursor, grep="wrong|lock")  # one is asked for, and a traceback is not torn
        shown += more
    assert followed == shown == [*TRACEBACK, "and more of it", "a lock"]


def test_of_an_endless_saying_the_last_lines_before_a_match_are_shown(
    log: Path, show: Callable[..., list[str]]
) -> None:
    write(log, *[f"noise {number}" for number in range(HELD * 2)], "here", "there")
    found = show(grep="^here$", tail=10_000)
    assert found == [*[f"noise {number}" for number in range(HELD + 1, HELD * 2)], "here", "there"]


SAYINGS = st.lists(st.sampled_from([own("a"), own("b"), own("a", "debug"), "a", "b", "ab", "{}"]), max_size=30)


@settings(deadline=None)
@given(SAYINGS, st.lists(st.tuples(st.integers(1, 9), st.integers(1, 5)), max_size=30), st.booleans())
def test_what_is_shown_does_not_depend_on_how_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, told: list[str], plan: list[tuple[int, int]], rotating: bool
) -> None:
    log = tmp_path_factory.mktemp("choosing") / "x.log"
    what = wanted(level="info", grep="a")
    log.touch()
    news = Follower(log, "x", what).news(sleep=lambda _seconds: None)
    assert next(news) is None
    followed: list[str] = []
    asked: list[str] = []
    with closing(Follower(log, "x", what)) as first:
        cursor = first.cursor
    rest = list(told)
    for size, count in plan:
        if rotating and rest[:1] and rest[0].startswith('{"'):  # a writer rotates only for a line of its own
            rotate(log)
        write(log, *rest[:size])
        del rest[:size]
        followed += texts(iter(lambda: next(news), None))
        with closing(Follower(log, "x", what, after=cursor)) as follower:
            asked += texts(follower.read(count))
            cursor = follower.cursor
    write(log, *rest)
    followed += texts(iter(lambda: next(news), None))
    with closing(Follower(log, "x", what, after=cursor)) as follower:
        asked += texts(follower.read(10_000))
    assert asked == followed
    expected: list[str] = []
    run: list[str] = []
    for line in [*told, own("the end")]:
        if not line.startswith('{"'):
            run.append(line)
            continue
        expected += run if any("a" in text for text in run) else []
        run = []
        if line == own("a"):
            expected.append("a")
    if not rotating:
        assert followed == expected == texts(tail(log, 10_000, "x", what))


# -- following ---------------------------------------------------------------------------------------------------------


def test_following_shows_what_fits_through_rotations(log: Path, tmp_path: Path) -> None:
    write(log, own("old timeout"), own("old"))
    options: dict[str, Any] = {"tail": 1, "follow": True, "heartbeat": True, "environ": {"FLEXT_HOME": str(tmp_path)}}
    news = supervisor.logs("flext", grep="timeout", level="info", sleep=lambda _seconds: None, **options)

    def new() -> list[str]:
        return texts(iter(lambda: next(news), None))

    assert new() == ["old timeout"]
    write(log, own("1"), own("timeout 2"), own("timeout of no weight", "debug"))
    rotate(log)
    assert new() == ["timeout 2"]
    write(log, own("3"))
    assert new() == []
    rotate(log)
    write(log, own("timeout 4", "error"))
    rotate(log)
    write(log, own("5"), own("timeout 6"))
    assert new() == ["timeout 4", "timeout 6"]
    log.write_text("")
    write(log, own("a timeout in a log that was emptied"))
    assert new() == ["a timeout in a log that was emptied"]


def test_who_asks_again_and_again_gets_what_fits_once(log: Path, ask: Callable[..., Any]) -> None:
    write(log, *[own(f"{number}") for number in range(100)])
    found, cursor = ask(2, grep="5$")
    assert found == ["85", "95"]
    assert ask(9, cursor, grep="5$")[0] == []
    write(log, *[own(f"{number}") for number in range(100, 150)])
    rotate(log)
    write(log, *[own(f"{number}") for number in range(150, 200)])
    found, cursor = ask(2, cursor, grep="5$")  # no further than to the last of those that were asked for
    assert found == ["105", "115"]
    assert ask(1, cursor)[0] == ["116"]
    found, cursor = ask(100, cursor, grep="5$")
    assert found == [f"{number}" for number in range(125, 200, 10)]
    assert ask(100, cursor)[0] == []  # looked through to the end


def test_following_a_burst_over_many_rotations(log: Path) -> None:
    handler = RotatingFileHandler(log, maxBytes=20_000, backupCount=5)
    handler.setFormatter(logging.Formatter('{"message": "%(message)s", "level": "info"}'))
    found: list[str] = []
    seen = [0]
    done = threading.Event()
    follower = Follower(log, "x", wanted(grep="[05]$"))
    news = follower.news(pause=0.0005)

    def read() -> None:
        for entry in news:
            if entry is not None:
                found.append(entry["message"])
                seen[0] = int(entry["message"])
            elif done.is_set():
                return

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(10_000):
        handler.emit(logging.makeLogRecord({"msg": str(number)}))
        while reader.is_alive() and number - seen[0] > 1_500:  # what is no longer kept cannot be read
            time.sleep(0.001)
    done.set()
    reader.join()
    handler.close()
    assert found == [str(number) for number in range(0, 10_000, 5)]


# -- what cannot be wanted ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"grep": "("}, r"grep: '\(' is no regular expression, or too large"),
        ({"grep": r"(a)\1"}, "grep: .* no look-around and no reference to groups"),
        ({"grep": ""}, "grep: must not be empty"),
        ({"grep": "x" * 257}, "grep: must have at most 256 characters"),
        ({"level": "loud"}, "level: expected debug, info, warning or error, got 'loud'"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_read(
    chosen: dict[str, Any], message: str, show: Callable[..., list[str]]
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        show(**chosen)
    assert (caught.value.exit_code, caught.value.message.count("\n")) == (2, 0)


def test_matching_needs_the_extra(monkeypatch: pytest.MonkeyPatch, log: Path, show: Callable[..., list[str]]) -> None:
    monkeypatch.setitem(sys.modules, "flext_sdk.embedded.pattern", None)
    write(log, own("1"), own("2", "error"))
    assert show(level="error") == ["2"]
    with pytest.raises(MissingExtraError) as caught:
        show(grep="1")
    assert "flext-sdk[embedded]" in str(caught.value.hint)


# -- over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def handler(tmp_path: Path, flext_contract: Contract) -> Callable[[str], dict[str, Any]]:
    handlers = system_handlers(HostSettings("flext", tmp_path, 1, "t"), "flext", Counters(), dict)
    spec = next(spec for spec in flext_contract.operations() if spec.id == "services.logs")
    reader = Query(flext_contract, [parameter for parameter in spec.parameters if parameter["in"] == "query"])

    def call(query: str) -> dict[str, Any]:
        parsed = reader.parse(query.encode())
        body: Any = handlers["services.logs"](Call("services.logs", path={"service": "flext"}, query=parsed))
        assert answer_problems(flext_contract, "services.logs", 200, body) == []
        return dict(body)

    return call


def test_the_service_chooses(log: Path, handler: Callable[[str], dict[str, Any]]) -> None:
    write(log, own("timeout", "error", minute=-5), own("refused", "error", minute=5), own("timeout", "info", minute=6))
    assert texts(handler("grep=timeout%7Crefused&level=warning&tail=1")["logs"]) == ["refused"]
    found = handler("since=2026-01-31T12:00:00Z")
    assert texts(found["logs"]) == ["refused", "timeout"]
    write(log, own("ready", minute=7), own("timeout", "warning", minute=8))
    assert texts(handler(f"level=warning&after={found['cursor']}")["logs"]) == ["timeout"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("grep=(", r"query parameter 'grep': '\(' is no regular expression, or too large"),
        ("grep=", "query parameter 'grep': must not be empty"),
        ("level=loud", "query parameter 'level': expected debug, info, warning or error, got 'loud'"),
        ("since=15m", "query parameter 'since': expected a moment such as"),
        ("since=2026-06-30T23:59:60Z", "query parameter 'since': .* no moment such as"),
    ],
)
def test_the_service_refuses_in_the_same_words(
    query: str, message: str, handler: Callable[[str], dict[str, Any]]
) -> None:
    with pytest.raises(ApiError, match=message) as caught:
        handler(query)
    assert caught.value.status == 422
    assert caught.value.problems[0]["path"] == f"/{query.partition('=')[0]}"
