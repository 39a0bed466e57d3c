"""What the client does with the tokens of a login."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from flext_sdk import AsyncFlext, Flext, errors
from flext_sdk._credentials import Login, VaultTokenStore, login_key
from flext_sdk.profiles import Vault

from .conftest import People

type Environ = Callable[..., dict[str, str]]


class Wall:
    """A wall clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def quiet(_line: str) -> None:
    return None


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def ada(people: People) -> str:
    return people.user()


@pytest.fixture
def client(elsewhere: Environ, wall: Wall) -> Iterator[Flext]:
    with Flext(_environ=elsewhere(), _wall=wall, _notify=quiet) as found:
        yield found


def kept(environ: dict[str, str]) -> Path:
    """The file with the encrypted secrets of the profile in force, the login among them."""
    return Path(environ["FLEXT_HOME"]) / "credentials" / "local.json"


def key_of(environ: dict[str, str]) -> str:
    return login_key(environ["FLEXT_SERVICE_URL"])


def store_of(environ: dict[str, str]) -> VaultTokenStore:
    return VaultTokenStore("local", environ)


def test_a_login_is_for_later_programs_too(client: Flext, elsewhere: Environ, people: People, ada: str) -> None:
    with pytest.raises(errors.AuthenticationError):
        client.auth.status()
    me = client.auth.login(ada, password=people.password)
    assert (me.username, me.role, me.source) == (ada, "reader", "login")
    file = kept(elsewhere())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with Flext(_environ=elsewhere()) as later:
        assert later.auth.whoami().username == ada
        assert later.node.info().node_id  # FlexCore takes it as well
        assert list(later.auth.token_show().to_dict().items()) != []
        assert later.auth.token_show().access_token == "***"
        assert (later.auth.token_show(reveal=True).access_token or "").startswith("flxa_")
        with pytest.raises(errors.PermissionDeniedError) as refused:
            later.pipelines.pause("orders")
        assert (refused.value.exit_code, refused.value.code) == (3, "ROLE_REQUIRED")
        assert "flext auth user update" in (refused.value.hint or "")
        later.auth.logout()
    assert not file.exists()
    with pytest.raises(errors.AuthenticationError) as over:
        client.auth.whoami()  # the first program has its tokens still, and they are good for nothing
    assert (over.value.code, over.value.hint) == ("LOGGED_OUT", "Log in again: flext auth login")
    assert people.events(ada)[-1] == "logout"


async def test_the_other_colour(elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    said: list[str] = []
    async with AsyncFlext(_environ=elsewhere(), _wall=wall) as client:
        assert (await client.auth.login(ada, ask=lambda _question: people.password)).username == ada
        before = (await client.auth.token_show(reveal=True)).access_token
        assert (await client.auth.token_refresh()).source == "login"
        assert (await client.auth.token_show(reveal=True)).access_token != before
        await client.auth.logout()
        await client.auth.logout(on_message=said.append)
        assert said == ["you were not logged in"]
        with pytest.raises(errors.AuthenticationError, match="You are not logged in"):
            await client.auth.token_refresh()


def test_32_threads_renew_once(client: Flext, people: People, ada: str, wall: Wall) -> None:
    client.auth.login(ada, password=people.password)
    start = threading.Barrier(32)

    def call(_number: int) -> str:
        start.wait()
        return client.auth.whoami().username

    for rounds in (1, 2):
        wall.ahead += 900
        with ThreadPoolExecutor(32) as pool:
            assert set(pool.map(call, range(32))) == {ada}
        assert people.events(ada).count("refresh") == rounds


async def test_100_tasks_renew_once(elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    async with AsyncFlext(_environ=elsewhere(), _wall=wall) as client:
        await client.auth.login(ada, password=people.password)
        wall.ahead += 900
        found = await asyncio.gather(*(client.auth.whoami() for _ in range(100)))
    assert {each.username for each in found} == {ada}
    assert people.events(ada).count("refresh") == 1


def test_clients_of_one_home_renew_once(elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    clients = [Flext(_environ=elsewhere(), _wall=wall)]
    clients[0].auth.login(ada, password=people.password)
    clients += [Flext(_environ=elsewhere(), _wall=wall) for _ in range(7)]
    wall.ahead += 900
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda each: each.auth.whoami().username, clients)) == {ada}
    for each in clients:
        each.close()
    assert people.events(ada).count("refresh") == 1


def test_the_services_clock_counts(client: Flext, elsewhere: Environ, people: People, ada: str) -> None:
    """A token that the service no longer takes is renewed, whatever our clock says of it."""
    client.auth.login(ada, password=people.password)
    store, key = store_of(elsewhere()), key_of(elsewhere())
    login = store.load(key)
    assert login is not None
    store.save(key, replace(login, access_token="flxa_unknown"))
    with Flext(_environ=elsewhere()) as later:
        assert later.auth.whoami().username == ada
    assert people.events(ada).count("refresh") == 1


def test_an_answer_that_was_lost_is_asked_for_again(
    client: Flext, elsewhere: Environ, people: People, ada: str, wall: Wall
) -> None:
    """The program was killed after the service had given new tokens and before it could keep them."""
    client.auth.login(ada, password=people.password)
    store, key = store_of(elsewhere()), key_of(elsewhere())
    before = store.load(key)
    assert before is not None
    lost = {"refresh_token": before.refresh_token}
    with people.http() as http:
        assert (
            http.post("/api/v1/auth/refresh", json=lost, headers={"Idempotency-Key": before.renewal_key}).status_code
            == 200
        )
    wall.ahead += 900
    assert client.auth.whoami().username == ada


def test_a_session_that_has_ended_says_log_in_again(client: Flext, people: People, ada: str, wall: Wall) -> None:
    client.auth.login(ada, password=people.password)
    with people.http() as http:
        http.post("/api/v1/auth/revoke", json={"user": ada})
    for ahead in (0, 900):
        wall.ahead = ahead
        with pytest.raises(errors.AuthenticationError, match="Your login is no longer good") as ended:
            client.auth.whoami()
        assert ended.value.hint == "Log in again: flext auth login"
        assert ended.value.exit_code == 3
    assert client.auth.login(ada, password=people.password).username == ada


def test_a_token_given_along_comes_before_the_login(
    client: Flext, elsewhere: Environ, people: People, ada: str
) -> None:
    client.auth.login(ada, password=people.password)
    assert client.with_options(token=people.platform.token).auth.whoami().username == "owner"
    assert client.with_options(token=people.platform.token).auth.status().source == "token=..."
    with Flext(_environ=elsewhere(), token=people.platform.token) as named:
        assert named.auth.status().source == "token"
    with Flext(_environ=elsewhere(FLEXT_TOKEN=people.platform.token)) as variable:
        assert (variable.auth.status().username, variable.auth.status().source) == ("owner", "FLEXT_TOKEN")
        said: list[str] = []
        variable.auth.login(ada, password=people.password, on_message=said.append)
        assert said == ["FLEXT_TOKEN comes before this login as long as it is set"]
        assert variable.auth.whoami().username == "owner"


def test_on_this_machine_one_is_the_owner_until_one_logs_in(
    people: People, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEXT_HOME", str(people.platform.home))
    with Flext() as client:
        assert (client.auth.status().username, client.auth.status().source) == ("owner", "this machine")
        try:
            client.auth.login(ada, password=people.password)
            with Flext() as later:
                assert (later.auth.status().username, later.auth.status().source) == (ada, "login")
        finally:
            client.auth.logout()
        assert client.auth.whoami().username == "owner"


def test_logging_in_with_a_token(client: Flext, elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    tokens = people.login(ada)
    assert client.auth.login(access_token=tokens["access_token"]).username == ada
    wall.ahead = 100_000
    assert client.auth.whoami().username == ada, "only the service knows how long it is good"
    with people.http() as http:
        http.post("/api/v1/auth/revoke", json={"user": ada})
    with pytest.raises(errors.AuthenticationError, match="is no longer good") as ended:
        client.auth.whoami()
    assert ended.value.code == "TOKEN_EXPIRED"
    for wrong in ("flxa_wrong", "wrong"):
        with pytest.raises(errors.AuthenticationError) as refused:
            client.auth.login(access_token=wrong)
        assert refused.value.hint == "It is the token that was given just now: log in with another one."
    with pytest.raises(errors.UsageError, match="it has a space"):
        client.auth.login(access_token="two words")
    with pytest.raises(errors.UsageError, match="A token says who you are"):
        client.auth.login("ada", token=True)


def test_logging_in_again_ends_the_session_before(client: Flext, people: People, ada: str) -> None:
    client.auth.login(ada, password=people.password)
    old = client.auth.token_show(reveal=True).access_token
    client.auth.login(ada, password=people.password)
    with people.http("flext", old) as http:
        assert http.get("/api/v1/auth/me").status_code == 401


def test_wrong_passwords_are_told_at_once_and_slowed_down(client: Flext, people: People, ada: str) -> None:
    codes = []
    for _ in range(7):
        with pytest.raises(errors.APIStatusError) as refused:
            client.auth.login(ada, password="wrong")
        codes.append(refused.value.code)
    assert codes[:5] == ["WRONG_CREDENTIALS"] * 5
    assert "TOO_MANY_ATTEMPTS" in codes
    with people.http() as http:
        http.post(f"/api/v1/auth/users/{ada}/enable")
    assert client.auth.login(ada, password=people.password).username == ada


def test_users_are_managed(people: People) -> None:
    with people.platform.client() as client:
        name = client.auth.user_create(
            f"made{os.getpid()}{time.time_ns()}", role="operator", password="first secret"
        ).username
        assert name in [user.username for user in client.auth.user_list()]
        assert client.auth.user_update(name, email="a@example.org").email == "a@example.org"
        client.auth.user_set_password(name, password="second secret")
        assert client.auth.user_disable(name).active is False
        assert client.auth.user_enable(name).active is True
        token = people.login(people.user())["access_token"]
        assert client.auth.introspect(token).active is True
        assert client.auth.token_revoke(user=name).revoked == 0
        assert next(iter(client.auth.audit(username=name))).event == "revoke"
        client.auth.user_delete(name)


def test_ones_own_password(client: Flext, people: People, ada: str) -> None:
    client.auth.login(ada, password=people.password)
    answers = {"Present password": people.password, f"New password of {ada}": "another one"}
    client.auth.user_set_password(ada, ask=answers.__getitem__)
    assert client.auth.login(ada, password="another one").username == ada


class Thief(BaseHTTPRequestHandler):
    """Notes what it is sent; sends everybody on to `to`, where that is set."""

    seen: ClassVar[list[str | None]] = []
    to: str | None = None

    def do_GET(self) -> None:
        type(self).seen.append(self.headers.get("authorization"))
        self.send_response(302 if self.to else 200)
        if self.to:
            self.send_header("location", self.to)
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args: Any) -> None:
        return None


@pytest.fixture
def thief() -> Iterator[tuple[str, type[Thief]]]:
    handler = type("Own", (Thief,), {"seen": [], "to": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("own", [False, True], ids=["ours", "an httpx client that follows"])
def test_a_redirect_does_not_carry_the_token_away(thief: tuple[str, type[Thief]], tmp_path: Path, own: bool) -> None:
    """The service that was logged in to sends the call on to another host."""
    other, seen_there = thief
    handler = type("Service", (Thief,), {"seen": [], "to": f"{other}/stolen"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    environ = {"FLEXT_HOME": str(tmp_path), "FLEXT_SERVICE_URL": url}
    store_of(environ).save(key_of(environ), Login("ada", "flxa_secret", "flxr_secret", time.time() + 900, 900, (url,)))
    http = httpx.Client(follow_redirects=True, trust_env=False) if own else None
    try:
        with Flext(_environ=environ, http_client=http) as client, pytest.raises(errors.FlextError):
            client.auth.whoami()
    finally:
        server.shutdown()
        server.server_close()
        if http is not None:
            http.close()
    assert handler.seen == ["Bearer flxa_secret"]
    assert [each for each in seen_there.seen if each] == []


def test_a_service_that_was_not_logged_in_to_gets_nothing(
    client: Flext, elsewhere: Environ, people: People, ada: str, thief: tuple[str, type[Thief]]
) -> None:
    client.auth.login(ada, password=people.password)
    url, handler = thief
    with Flext(_environ=elsewhere(FLEXT_FLEXCORE_URL=url)) as moved:
        assert moved.auth.whoami().username == ada
        with pytest.raises(errors.FlextError):
            moved.node.info()
    with Flext(_environ=elsewhere(FLEXT_SERVICE_URL=url)) as other, pytest.raises(errors.FlextError):
        other.pipelines.list(limit=1)
    assert len(handler.seen) >= 2
    assert set(handler.seen) == {None}


def test_an_address_that_the_login_is_not_for_is_told(
    client: Flext, elsewhere: Environ, people: People, ada: str
) -> None:
    client.auth.login(ada, password=people.password)
    known = elsewhere()
    other = known["FLEXT_FLEXCORE_URL"].replace("127.0.0.1", "localhost")
    with Flext(_environ=elsewhere(FLEXT_FLEXCORE_URL=other)) as moved:
        with pytest.raises(errors.AuthenticationError) as refused:
            moved.node.info()
        hint = refused.value.hint or ""
        assert hint.startswith(f"Your login is for {known['FLEXT_SERVICE_URL']} and {known['FLEXT_FLEXCORE_URL']}, ")
        assert f"was not sent to {other}" in hint
    other = known["FLEXT_SERVICE_URL"].replace("127.0.0.1", "localhost")
    with Flext(_environ=elsewhere(FLEXT_SERVICE_URL=other)) as moved:
        with pytest.raises(errors.AuthenticationError) as refused:
            moved.pipelines.list(limit=1)
        assert f"You are not logged in at {other}: log in (flext auth login)" in (refused.value.hint or "")


def test_what_cannot_be_read_is_named(client: Flext, elsewhere: Environ, people: People, ada: str) -> None:
    client.auth.login(ada, password=people.password)
    environ, file = elsewhere(), kept(elsewhere())
    good = file.read_text()
    for content in ("", "{", "[]", good.replace('"data": "', '"data": "AAAA')):
        file.write_text(content)
        with Flext(_environ=environ) as later:
            with pytest.raises(errors.ConfigurationError, match="was changed or damaged") as told:
                later.auth.whoami()
            assert (told.value.exit_code, told.value.code) == (4, "SECRETS_DAMAGED")
    file.write_text(good)
    key = file.with_name("key.json")
    key.chmod(0o644)
    with Flext(_environ=environ) as later, pytest.raises(errors.ConfigurationError, match="Other users can read"):
        later.auth.whoami()
    key.chmod(0o600)
    vault = Vault(environ["FLEXT_HOME"])
    vault.exchange("local", lambda kept: dict.fromkeys(kept, "[]"))
    with Flext(_environ=environ) as later:
        with pytest.raises(errors.ConfigurationError, match="cannot be understood") as odd:
            later.auth.whoami()
        assert odd.value.hint == "Log in again: flext auth login"
        assert later.auth.login(ada, password=people.password).username == ada


def test_a_login_is_kept_with_the_secrets_of_its_profile(elsewhere: Environ, people: People, ada: str) -> None:
    home = Path(elsewhere()["FLEXT_HOME"])
    environ = {"FLEXT_HOME": str(home)}
    with Flext(_environ=environ, autostart=False) as client:
        for name in ("dev", "other"):
            settings = {"services.flext": people.platform.urls["flext"]}
            client.profiles.create(name, people.platform.urls["flexcore"], settings=settings)
        client.profiles.secret_set("dev", "warehouse", value="kept")
    with Flext(_environ=environ, profile="dev") as dev, Flext(_environ=environ, profile="other") as other:
        assert dev.auth.login(ada, password=people.password).source == "login"
        token = dev.auth.token_show(reveal=True).access_token or ""
        with pytest.raises(errors.AuthenticationError):
            other.auth.whoami()
        # It is in the file with the others, and nobody reads, lists, copies or carries it away.
        assert dev.profiles.secret_list() == [{"profile": "dev", "name": "warehouse"}]
        assert not [path for path in home.rglob("*") if path.is_file() and token in path.read_text(errors="replace")]
        dev.profiles.copy("dev", "copy", secrets=True)
        text = dev.profiles.export("dev", secrets=True, passphrase="a long passphrase") or ""
        (home / "moved.yaml").write_text(text)
        dev.profiles.import_(home / "moved.yaml", name="moved", passphrase="a long passphrase")
        for name in ("copy", "moved"):
            assert Vault(home).all(name) == {"warehouse": "kept"}
            with Flext(_environ=environ, profile=name) as elsewhere_now, pytest.raises(errors.AuthenticationError):
                elsewhere_now.auth.whoami()
        with pytest.raises(errors.ConfigurationError, match="are for logins"):
            dev.profiles.secret_set("dev", key_of({"FLEXT_SERVICE_URL": "x"}), value="mine")
        dev.profiles.secret_rotate()
        dev.profiles.rename("dev", "renamed")
    with Flext(_environ=environ, profile="renamed") as renamed:
        assert renamed.auth.whoami().username == ada
        renamed.auth.logout()
        assert Vault(home).all("renamed") == {"warehouse": "kept"}


def test_a_login_shows_no_token(
    client: Flext, people: People, ada: str, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.auth.login(ada, password=people.password)
        wall.ahead += 900
        client.auth.token_refresh()
        client.auth.user_set_password(ada, current_password=people.password, password="Zq9 planted")
        with pytest.raises(errors.FlextError) as error:
            client.auth.login(ada, password="Zq8 planted")
    login = Login("ada", "flxa_planted", "flxr_planted", renewal_key="planted")
    for text in (caplog.text, repr(login), str(error.value.to_dict()), repr(client), repr(client.options)):
        assert "planted" not in text
        assert "flxa_" not in text
        assert "flxr_" not in text
        assert people.password not in text
    assert "/api/v1/auth/refresh" in caplog.text


def test_a_client_of_somebody_who_never_logged_in_looks_once(elsewhere: Environ, people: People) -> None:
    with Flext(_environ=elsewhere(FLEXT_TOKEN=people.platform.token)) as client:
        client.pipelines.list(limit=1)
        assert client._transport.logins is None
    assert not Path(elsewhere()["FLEXT_HOME"]).exists()


@pytest.mark.parametrize(
    "answer", [b"not json", b"{}", b'{"access_token": "x", "expires_in": "soon", "user": {"username": "x"}}', b"[]"]
)
def test_an_answer_without_tokens_is_no_login(tmp_path: Path, answer: bytes) -> None:
    class Odd(Thief):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    environ = {"FLEXT_HOME": str(tmp_path), "FLEXT_SERVICE_URL": url}
    store_of(environ).save(key_of(environ), Login("ada", "flxa_old", "flxr_old", time.time() - 1, 900, (url,)))
    try:
        with Flext(_environ=environ) as client:
            for work in (client.auth.whoami, lambda: client.auth.login("ada", password="secret")):
                with pytest.raises(errors.ResponseDecodeError):
                    work()
    finally:
        server.shutdown()
        server.server_close()


async def test_the_other_colour_meets_the_same_ends(elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    said: list[str] = []
    asked = {
        "User name": ada,
        f"Password of {ada}": people.password,
        "Present password": people.password,
        f"New password of {ada}": "another one",
    }
    async with AsyncFlext(_environ=elsewhere(), _wall=wall) as client:
        await client.auth.login(ask=asked.__getitem__, ask_name=asked.__getitem__)
        await client.auth.login(ada, password=people.password)
        with pytest.raises(errors.PermissionDeniedError):
            await client.auth.user_create("nobody", password="long enough")
        await client.auth.user_set_password(ada, ask=asked.__getitem__)
        for ahead in (0, 900):
            wall.ahead = ahead
            with pytest.raises(errors.AuthenticationError, match="Your login is no longer good"):
                await client.auth.whoami()
        wall.ahead = 0
        token = (await asyncio.to_thread(people.login, await asyncio.to_thread(people.user)))["access_token"]
        assert (await client.auth.login(token=True, ask=lambda _question: token)).source == "login"
        with pytest.raises(errors.AuthenticationError) as ended:
            await client.auth.token_refresh()
        assert ended.value.code == "TOKEN_EXPIRED"
        with pytest.raises(errors.UsageError):
            await client.auth.login(access_token="two words")
        with pytest.raises(errors.UsageError):
            await client.auth.login(ada, token=True)
        kept(elsewhere()).unlink()
        with pytest.raises(errors.AuthenticationError) as gone:
            await client.auth.token_refresh()
        assert gone.value.code == "LOGGED_OUT"
        async with AsyncFlext(_environ=elsewhere(FLEXT_TOKEN=people.platform.token)) as owner:
            assert (await owner.auth.introspect(token)).active is True
            assert (await owner.auth.status()).source == "FLEXT_TOKEN"
            assert (await owner.with_options(token=token).auth.status()).source == "token=..."
            await owner.auth.login(ada, password="another one", on_message=said.append)
            assert said == ["FLEXT_TOKEN comes before this login as long as it is set"]
            kept(elsewhere()).write_text("{")
            with pytest.raises(errors.ConfigurationError, match="was changed or damaged"):
                await owner.auth.logout()
            assert kept(elsewhere()).read_text() == "{", "nothing is overwritten"


async def test_many_clients_of_one_loop_take_turns(elsewhere: Environ, people: People, ada: str, wall: Wall) -> None:
    first = AsyncFlext(_environ=elsewhere(), _wall=wall)
    await first.auth.login(ada, password=people.password)
    clients = [first, *(AsyncFlext(_environ=elsewhere(), _wall=wall) for _ in range(5))]
    wall.ahead += 900
    found = await asyncio.gather(*(each.auth.whoami() for each in clients))
    assert {each.username for each in found} == {ada}
    assert people.events(ada).count("refresh") == 1
    for each in clients:
        await each.close()


def test_whoever_holds_a_login_for_ever_is_named(
    client: Flext, elsewhere: Environ, people: People, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flext_sdk._sync import _login

    client.auth.login(ada, password=people.password)
    release = store_of(elsewhere()).try_lock(key_of(elsewhere()))
    assert release is not None
    monkeypatch.setattr(_login, "_PATIENCE", 0.0)
    try:
        with pytest.raises(errors.ConflictError, match="Another program holds the login"):
            client.auth.token_refresh()
    finally:
        release()
    assert client.auth.token_refresh().username == ada


async def test_logging_out_clears_the_tokens_even_where_nobody_answers(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9"
    environ = {"FLEXT_HOME": str(tmp_path), "FLEXT_SERVICE_URL": url}
    store = store_of(environ)
    login = Login("ada", "flxa_old", None, None, 0, (url,))
    store.save(login_key(url), login)
    async with AsyncFlext(_environ=environ, retries=0) as client:
        with pytest.raises(errors.ConnectionFailedError):
            await client.auth.logout()
    assert store.load(login_key(url)) is None
    store.save(login_key(url), login)
    with Flext(_environ=environ, retries=0) as other, pytest.raises(errors.ConnectionFailedError):
        other.auth.logout()
    assert store.load(login_key(url)) is None
    assert store.delete(login_key(url)) is False
