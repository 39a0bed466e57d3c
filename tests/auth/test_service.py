"""Users, tokens and failed logins in the store, with a clock of the test's own."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flext_sdk.embedded.flext.auth import FREE_BY_ADDRESS, FREE_BY_USER, AuthService, hasher, lifetimes
from flext_sdk.embedded.flext.passwords import Hasher
from flext_sdk.embedded.store.database import Database
from flext_sdk.embedded.store.sessions import Lifetimes
from flext_sdk.embedded.web.access import OWNER, Principal, caller
from flext_sdk.embedded.web.call import Call
from flext_sdk.embedded.web.errors import ApiError
from flext_sdk.errors import ConfigurationError

PASSWORD = "correct horse"
CHEAP = Hasher(ln=4, p=1)


class Bench:
    """The service on a database of its own; time stands still until the test moves it."""

    def __init__(self, file: Path) -> None:
        self.moment = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
        self.file = file
        self.database = Database(f"sqlite:///{file}")
        self.auth = AuthService(self.database, lambda: self.moment, Lifetimes(), CHEAP)

    def call(self, *, address: str = "127.0.0.1", key: str | None = None, name: str = "", **body: Any) -> Call:
        return Call(
            "auth.test",
            path={"username": name},
            query={"limit": 100, "offset": 0},
            body=body,
            address=address,
            idempotency_key=key,
        )

    def user(self, name: str = "ada", **more: Any) -> dict[str, Any]:
        return self.auth.user_create(self.call(username=name, password=PASSWORD, **more))

    def login(self, name: str = "ada", password: str = PASSWORD, address: str = "127.0.0.1") -> dict[str, Any]:
        return self.auth.login(self.call(username=name, password=password, address=address))

    def refresh(self, token: str, key: str | None = None) -> dict[str, Any]:
        return self.auth.refresh(self.call(refresh_token=token, key=key))

    def later(self, **delta: float) -> None:
        self.moment += dt.timedelta(**delta)

    def events(self) -> list[str]:
        return [entry["event"] for entry in reversed(self.auth.audit(self.call())["entries"])]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path / "flext.db")
    found.user()
    yield found
    found.database.close()


@pytest.fixture
def acting() -> Iterator[Callable[[Principal], None]]:
    marks = []
    yield lambda who: marks.append(caller.set(who))
    for mark in reversed(marks):
        caller.reset(mark)


def refused(work: Callable[[], object]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        work()
    return caught.value


def test_an_access_token_is_good_until_its_time(bench: Bench) -> None:
    tokens = bench.login("ADA ")
    assert (tokens["expires_in"], tokens["user"]["username"], tokens["user"]["roles"]) == (900, "ada", ["reader"])
    found = bench.auth.principal(tokens["access_token"])
    assert found is not None
    assert (found.username, found.role, found.kind) == ("ada", "reader", "user")
    assert "flxa_" not in repr(found)
    bench.later(seconds=899)
    assert bench.auth.principal(tokens["access_token"]) is not None
    bench.later(seconds=1)
    assert bench.auth.principal(tokens["access_token"]) is None
    assert bench.auth.principal(tokens["refresh_token"]) is None, "a refresh token opens nothing"


def test_a_refresh_token_that_comes_again_ends_its_session(bench: Bench) -> None:
    first, other = bench.login(), bench.login()
    second = bench.refresh(first["refresh_token"])
    assert bench.auth.principal(first["access_token"]) is not None, "calls under way may end with the old one"
    assert bench.auth.principal(second["access_token"]) is not None
    assert refused(lambda: bench.refresh(first["refresh_token"])).code == "TOKEN_REUSED"
    assert [bench.auth.principal(each["access_token"]) for each in (first, second)] == [None, None]
    assert refused(lambda: bench.refresh(second["refresh_token"])).code == "TOKEN_INVALID"
    assert bench.auth.principal(other["access_token"]) is not None, "another session is not touched"
    assert bench.events() == ["user_create", "login", "login", "refresh", "refresh_reused"]


def test_a_lost_answer_can_be_asked_for_again_as_long_as_nobody_has_used_it(bench: Bench) -> None:
    first = bench.login()
    lost = bench.refresh(first["refresh_token"], key="k")
    again = bench.refresh(first["refresh_token"], key="k")
    assert bench.auth.principal(lost["access_token"]) is None, "what was lost is good for nobody"
    assert bench.auth.principal(again["access_token"]) is not None
    assert refused(lambda: bench.refresh(first["refresh_token"], key="k")).code == "TOKEN_REUSED", "it has arrived"
    assert bench.auth.principal(again["access_token"]) is None


@pytest.mark.parametrize("key", [None, "another"])
def test_another_key_is_another_caller(bench: Bench, key: str | None) -> None:
    first = bench.login()
    bench.refresh(first["refresh_token"], key="k")
    assert refused(lambda: bench.refresh(first["refresh_token"], key=key)).code == "TOKEN_REUSED"


def test_the_tokens_of_a_lost_answer_betray_who_uses_them_later(bench: Bench) -> None:
    first = bench.login()
    lost = bench.refresh(first["refresh_token"], key="k")
    again = bench.refresh(first["refresh_token"], key="k")
    assert refused(lambda: bench.refresh(lost["refresh_token"])).code == "TOKEN_REUSED"
    assert bench.auth.principal(again["access_token"]) is None


def test_sessions_end_whether_busy_or_not(bench: Bench) -> None:
    idle, busy = bench.login(), bench.login()
    for _ in range(5):
        bench.later(days=6)
        if _ < 4:
            busy = bench.refresh(busy["refresh_token"])
    assert refused(lambda: bench.refresh(idle["refresh_token"])).code == "TOKEN_INVALID", "nobody used it for 7 days"
    assert refused(lambda: bench.refresh(busy["refresh_token"])).code == "TOKEN_INVALID", "30 days are the end"
    bench.later(days=2)
    bench.login()
    with sqlite3.connect(bench.file) as db:
        assert db.execute("select count(*) from auth_sessions").fetchone() == (1,), "what has ended is cleared away"


def test_one_of_32_threads_gets_the_next_tokens(bench: Bench) -> None:
    token = bench.login()["refresh_token"]
    with ThreadPoolExecutor(32) as pool:
        found = [each.result() for each in [pool.submit(outcome, bench, token) for _ in range(32)]]
    assert found.count("ok") == 1
    assert set(found) <= {"ok", "TOKEN_REUSED", "TOKEN_INVALID"}


def outcome(bench: Bench, token: str) -> str:
    try:
        bench.refresh(token)
    except ApiError as error:
        return error.code
    return "ok"


def test_guessing_gets_slower_and_slower(bench: Bench) -> None:
    for _ in range(FREE_BY_USER):
        assert refused(lambda: bench.login(password="wrong")).status == 401
    waits = []
    for _ in range(12):
        blocked = refused(bench.login)  # the right password is not even looked at
        assert (blocked.status, blocked.code) == (429, "TOO_MANY_ATTEMPTS")
        waits.append(int(blocked.headers["Retry-After"]))
        bench.later(seconds=waits[-1])
        assert refused(lambda: bench.login(password="wrong")).status == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    bench.later(seconds=900)
    assert bench.login()["user"]["username"] == "ada"
    assert refused(lambda: bench.login(password="wrong")).status == 401, "a right one begins the count anew"
    assert bench.login()["access_token"]
    assert {"login_failed", "login_blocked"} <= set(bench.events())


def test_many_guesses_at_once_are_no_way_around(bench: Bench) -> None:
    def guess(number: int) -> int:
        return refused(lambda: bench.login(password=f"wrong {number}")).status

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(guess, range(60)))
    assert found.count(401) == FREE_BY_USER
    assert found.count(429) == 60 - FREE_BY_USER


def test_an_address_that_tries_many_names_has_to_wait_too(bench: Bench) -> None:
    for number in range(FREE_BY_ADDRESS):
        assert refused(lambda n=number: bench.login(f"nobody{n}", "wrong", "10.0.0.9")).status == 401
    assert refused(lambda: bench.login(address="10.0.0.9")).status == 429
    assert bench.login(address="10.0.0.8")["access_token"]
    bench.later(hours=1, seconds=1)
    assert bench.login(address="10.0.0.9")["access_token"], "an hour later it is forgotten"


def test_an_admin_lets_a_user_in_at_once(bench: Bench) -> None:
    for _ in range(FREE_BY_USER):
        refused(lambda: bench.login(password="wrong"))
    assert refused(bench.login).status == 429
    bench.auth.set_active(bench.call(name="Ada"), active=True)
    assert bench.login()["access_token"]


def test_whoever_is_kept_out_is_out_at_once_and_not_told_why(bench: Bench) -> None:
    tokens = bench.login()
    assert bench.auth.set_active(bench.call(name="ada"), active=False)["active"] is False
    assert bench.auth.principal(tokens["access_token"]) is None
    kept_out, unknown, wrong = (
        refused(bench.login),
        refused(lambda: bench.login("nobody")),
        refused(lambda: bench.login(password="wrong")),
    )
    assert kept_out.message == unknown.message == wrong.message
    bench.auth.set_active(bench.call(name="ada"), active=True)
    assert bench.auth.principal(tokens["access_token"]) is None, "an old token does not come back"
    assert bench.login()["access_token"]


def test_a_new_role_holds_for_tokens_in_use(bench: Bench) -> None:
    token = bench.login()["access_token"]
    assert bench.auth.user_update(bench.call(name="ada", role="operator", email=None))["role"] == "operator"
    found = bench.auth.principal(token)
    assert found is not None
    assert found.role == "operator"
    assert bench.auth.user_update(bench.call(name="ada"))["role"] == "operator", "nothing given, nothing changed"


def test_users_are_told_apart_by_name_alone(bench: Bench) -> None:
    assert refused(lambda: bench.user("ADA")).status == 409
    assert refused(lambda: bench.user("Owner")).status == 422
    bench.user("bob", role="admin", email="bob@example.org")
    found = bench.auth.user_list(bench.call())
    assert ([user["username"] for user in found["users"]], found["total"]) == (["ada", "bob"], 2)
    bench.auth.user_delete(bench.call(name="bob"))
    assert refused(lambda: bench.auth.user_delete(bench.call(name="bob"))).code == "USER_NOT_FOUND"


def test_deleting_a_user_ends_their_sessions_and_keeps_the_audit(bench: Bench) -> None:
    tokens = bench.login()
    bench.auth.user_delete(bench.call(name="ada"))
    assert bench.auth.principal(tokens["access_token"]) is None
    assert refused(lambda: bench.refresh(tokens["refresh_token"])).code == "TOKEN_INVALID"
    assert bench.events() == ["user_create", "login", "user_delete"]


def test_ones_own_password_takes_the_present_one(bench: Bench, acting: Callable[[Principal], None]) -> None:
    tokens = bench.login()
    found = bench.auth.principal(tokens["access_token"])
    assert found is not None
    acting(found)
    wrong = refused(
        lambda: bench.auth.set_password(bench.call(name="ada", password="new one", current_password="guess"))
    )
    assert wrong.code == "WRONG_CREDENTIALS"
    assert refused(lambda: bench.auth.set_password(bench.call(name="bob", password="new one"))).status == 403
    bench.auth.set_password(bench.call(name="Ada", password="new one", current_password=PASSWORD))
    assert bench.auth.principal(tokens["access_token"]) is None
    assert refused(bench.login).status == 401
    assert bench.login(password="new one")["access_token"]
    acting(OWNER)
    bench.auth.set_password(bench.call(name="ada", password=PASSWORD))
    assert bench.login()["access_token"]


def test_revoking_ones_own_and_those_of_others(bench: Bench, acting: Callable[[Principal], None]) -> None:
    bench.user("bob")
    mine, more, theirs = bench.login(), bench.login(), bench.login("bob")
    found = bench.auth.principal(mine["access_token"])
    assert found is not None
    acting(found)
    for body in ({"session": theirs["session"]}, {"session": "nothing"}, {"user": "bob"}):
        assert refused(lambda b=body: bench.auth.revoke(bench.call(**b))).status == 403
    assert bench.auth.revoke(bench.call(session=more["session"])) == {"revoked": 1}
    assert bench.auth.revoke(bench.call()) == {"revoked": 1}
    acting(OWNER)
    assert refused(lambda: bench.auth.revoke(bench.call())).code == "NO_SESSION"
    assert refused(lambda: bench.auth.revoke(bench.call(session="nothing"))).code == "SESSION_NOT_FOUND"
    assert refused(lambda: bench.auth.revoke(bench.call(session=theirs["session"], user="ada"))).status == 404
    assert bench.auth.revoke(bench.call(user="BOB")) == {"revoked": 1}
    assert bench.auth.principal(theirs["access_token"]) is None


def test_logging_out_takes_either_token(bench: Bench) -> None:
    for kind in ("access_token", "refresh_token"):
        tokens = bench.login()
        bench.auth.logout(bench.call(token=tokens[kind]))
        assert bench.auth.principal(tokens["access_token"]) is None
    bench.auth.logout(bench.call(token="flxa_nobody"))
    assert bench.events().count("logout") == 2


def test_only_hashes_are_stored(bench: Bench) -> None:
    first = bench.login()
    second = bench.refresh(first["refresh_token"], key="the-key")
    refused(lambda: bench.login(password="guessed secret"))
    bench.database.close()
    stored = b"".join(path.read_bytes() for path in bench.file.parent.iterdir())
    secrets = [PASSWORD, "guessed secret", "the-key"]
    secrets += [each[kind] for each in (first, second) for kind in ("access_token", "refresh_token")]
    assert [each for each in secrets if each.encode() in stored] == []


def test_the_audit_forgets_after_half_a_year(bench: Bench) -> None:
    bench.later(days=181)
    bench.user("bob")
    assert bench.events() == ["user_create"]
    assert bench.auth.audit(Call("auth.audit", query={"limit": 9, "offset": 0, "username": "BOB"}))["total"] == 1
    assert bench.auth.audit(Call("auth.audit", query={"limit": 9, "offset": 0, "username": "ada"}))["total"] == 0


def test_a_stronger_hash_comes_with_the_next_login(bench: Bench) -> None:
    stronger = Hasher(ln=5, p=1)
    assert stronger.outdated(CHEAP.hash("x"))
    auth = AuthService(bench.database, lambda: bench.moment, None, stronger)
    auth.login(bench.call(username="ada", password=PASSWORD))
    with sqlite3.connect(bench.file) as db:
        (kept,) = db.execute("select password from auth_users").fetchone()
    assert kept.startswith("$scrypt$ln=5,r=8,p=1$")
    assert bench.login()["access_token"], "and what was made with one is understood by the other"


def test_a_password_is_the_same_however_it_is_typed() -> None:
    kept = CHEAP.hash("caf\u00e9")
    assert CHEAP.verify("cafe\u0301", kept)
    assert not CHEAP.verify("cafe", kept)
    assert not CHEAP.verify("", None)
    assert CHEAP.hash("same") != CHEAP.hash("same")


def test_lifetimes_come_from_the_environment() -> None:
    assert lifetimes({}) == Lifetimes()
    assert lifetimes({"FLEXT_ACCESS_TOKEN_SECONDS": "2"}).access == dt.timedelta(seconds=2)
    for wrong in ("0", "-1", "1.5", "soon", "99999999999"):
        with pytest.raises(ConfigurationError, match="FLEXT_SESSION_SECONDS is not a number of seconds"):
            lifetimes({"FLEXT_SESSION_SECONDS": wrong})


def test_the_cost_of_a_hash_comes_from_the_environment() -> None:
    assert (hasher({}).ln, hasher({"FLEXT_PASSWORD_COST": "17"}).ln) == (15, 17)
    for wrong in ("9", "21", "-1", "much"):
        with pytest.raises(ConfigurationError, match="FLEXT_PASSWORD_COST is not a cost"):
            hasher({"FLEXT_PASSWORD_COST": wrong})
