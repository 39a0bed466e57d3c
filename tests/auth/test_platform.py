"""Roles and revocation on both running services."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from flext_sdk.testing import Platform
from openapi.codegen import contract

from .conftest import People

SPEC = contract.load(Path(__file__).resolve().parents[2] / "openapi")
ORDER = ["reader", "operator", "admin"]


def role_of(operation: contract.OperationSpec) -> str:
    return str(operation.flext["role"])


#: Those that everybody may ask; who logs in or out has no role yet.
OPEN = {"services.flext_health", "services.flexcore_health", "auth.login", "auth.refresh", "auth.logout"}
GUARDED = [each for each in SPEC.operations if not each.websocket and each.id not in OPEN]


def test_what_a_role_may_do_beyond_reading_was_decided() -> None:
    """Whoever widens what a role may do has to say so here, too."""
    changes = {each.id: role_of(each) for each in GUARDED if each.verb != "GET"}
    # These look at something, or their handlers ask for more before they change anything.
    assert {name for name, role in changes.items() if role == "reader"} == {
        "auth.token_revoke",
        "auth.user_set_password",
        "bus.query",
        "meltano.config",
        "meltano.schedule",
        "pipelines.schedule",
        "pipelines.validate",
        "runtimes.health",
    }
    # What is installed runs as the service does, with whatever the service may do.
    assert {each.id for each in GUARDED if role_of(each) == "admin" and each.resource != "auth"} == {
        "meltano.upgrade",
        "plugins.disable",
        "plugins.enable",
        "plugins.install",
        "plugins.uninstall",
        "plugins.update",
        "plugins.update_index",
    }


@pytest.fixture(scope="module")
def reader(platform: Platform) -> dict[str, Any]:
    people = People(platform)
    return people.login(people.user())


@pytest.mark.parametrize("operation", [each for each in GUARDED if role_of(each) != "reader"], ids=lambda each: each.id)
def test_a_reader_is_refused_before_anything_else_is_looked_at(
    people: People, reader: dict[str, Any], operation: contract.OperationSpec
) -> None:
    path = operation.path.replace("{", "").replace("}", "")
    with people.http(operation.service, reader["access_token"]) as http:
        answer = http.request(operation.verb, path, content=b"not even JSON")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "ROLE_REQUIRED")
    assert body["details"] == {"required": role_of(operation), "role": "reader"}
    assert body["hint"].startswith("An admin can give it: flext auth user update ")


@pytest.mark.parametrize("role", ORDER)
def test_each_role_may_do_what_those_before_it_may(people: People, role: str) -> None:
    token = people.login(people.user(role))["access_token"]
    seen = {}
    for service, method, path, needed in [
        ("flext", "GET", "/api/v1/pipelines", "reader"),
        ("flexcore", "GET", "/api/v1/node/info", "reader"),
        ("flext", "POST", "/api/v1/pipelines/not-there/pause", "operator"),
        ("flexcore", "POST", "/api/v1/orchestration/not-there/cancel", "operator"),
        ("flext", "GET", "/api/v1/auth/users", "admin"),
    ]:
        with people.http(service, token) as http:
            seen[method, path] = http.request(method, path).status_code != 403, ORDER.index(role) >= ORDER.index(needed)
    assert [key for key, (may, should) in seen.items() if may is not should] == []


def test_a_reader_sees_what_an_operator_changes(people: People) -> None:
    """One operation shows and changes; the role counts once something would be changed."""
    definition = {"name": "seen-by-readers", "steps": [], "schedule": {"cron": "15 * * * *", "enabled": False}}
    with people.http() as http:
        assert http.post("/api/v1/pipelines", json=definition).status_code == 201
    path = "/api/v1/pipelines/seen-by-readers/schedule"
    with people.http("flext", people.login(people.user())["access_token"]) as reader:
        for body in ({}, {"remove": False}):
            assert reader.post(path, json=body).json()["cron"] == "15 * * * *"
        asked = [
            (path, {"enabled": False}),
            (path, {"remove": True}),
            ("/api/v1/meltano/config/tap-x", {"project": "/nowhere", "set": {"a": 1}}),
            ("/api/v1/meltano/config/tap-x", {"project": "/nowhere", "unset": ["a"]}),
            ("/api/v1/meltano/schedules/daily", {"project": "/nowhere", "enabled": True}),
        ]
        for place, change in asked:
            answer = reader.post(place, json=change)
            assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_REQUIRED"), place
        shown = reader.post("/api/v1/meltano/config/tap-x", json={"project": "/nowhere", "extras": True})
        assert shown.status_code not in {401, 403}
    with people.http("flext", people.login(people.user("operator"))["access_token"]) as operator:
        assert operator.post(path, json={"cron": "@daily"}).json()["cron"] == "@daily"


def test_flexcore_hands_on_who_asks(people: People) -> None:
    token = people.login(people.user("operator"))["access_token"]
    with people.http("flexcore", token) as http:
        asked = http.post("/api/v1/flexcore/queries", json={"type": "pipelines.list"})
        assert (asked.status_code, asked.json()["status"]) == (200, "executed")
        assert http.get("/api/v1/flexcore/workflows").status_code == 200
        # The bus must not lend its own rights: what takes an admin takes an admin.
        listed = http.post("/api/v1/flexcore/queries", json={"type": "auth.user_list"})
        assert (listed.status_code, listed.json()["code"]) == (403, "ROLE_REQUIRED")
        deleted = http.post("/api/v1/flexcore/commands", json={"type": "auth.user_delete", "username": "nobody"})
        assert deleted.status_code == 403
        # And it keeps what it hands on, so nothing with a password or token in it goes there.
        for name in ("auth.login", "auth.user_create", "auth.introspect"):
            assert http.post("/api/v1/flexcore/commands", json={"type": name}).status_code == 422


def test_a_reader_asks_workflows_and_starts_none(people: People, reader: dict[str, Any]) -> None:
    with people.http("flexcore", reader["access_token"]) as http:
        assert http.get("/api/v1/flexcore/workflows").status_code == 200
        assert http.post("/api/v1/flexcore/workflows/x/execute", json={}).status_code == 403


@pytest.mark.parametrize("how", ["logout", "revoke", "disable", "delete", "password"])
def test_revoked_is_revoked_at_once_on_both_services(people: People, how: str) -> None:
    name = people.user()
    tokens = people.login(name)
    with people.http("flext", tokens["access_token"]) as flext, people.http("flexcore", tokens["access_token"]) as core:
        assert (flext.get("/api/v1/pipelines").status_code, core.get("/api/v1/node/info").status_code) == (200, 200)
        user = f"/api/v1/auth/users/{name}"
        with people.http() as http:
            done = {
                "logout": lambda: http.post("/api/v1/auth/logout", json={"token": tokens["refresh_token"]}),
                "revoke": lambda: http.post("/api/v1/auth/revoke", json={"user": name}),
                "disable": lambda: http.post(f"{user}/disable"),
                "delete": lambda: http.delete(user),
                "password": lambda: http.put(f"{user}/password", json={"password": "another one"}),
            }[how]()
        assert done.status_code < 300, done.text
        for client, path in ((flext, "/api/v1/pipelines"), (core, "/api/v1/node/info")):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["error"]) == (401, "the token has expired or was revoked")


@pytest.mark.parametrize("service", ["flext", "flexcore"])
def test_an_open_websocket_ends_with_its_token(people: People, service: str) -> None:
    name = people.user()
    tokens = people.login(name)
    url = people.platform.urls[service].replace("http", "ws", 1) + "/ws"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    with connect(url, additional_headers=headers, proxy=None) as socket:
        socket.recv(10)
        with people.http() as http:
            http.post("/api/v1/auth/revoke", json={"user": name})
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(200):  # each ping is answered, until the token is looked at again
                socket.send(json.dumps({"type": "ping"}))
                socket.recv(10)
                time.sleep(0.05)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "the token is no longer good")
    with pytest.raises(InvalidStatus) as refused, connect(url, additional_headers=headers, proxy=None):
        pass
    assert refused.value.response.status_code == 401


def test_flexcore_alone_knows_no_users_and_says_so(tmp_path: Path) -> None:
    with Platform(tmp_path / "home") as platform:
        people = People(platform)
        token = people.login(people.user())["access_token"]
        platform.kill("flext")
        assert platform.wait_until_gone("flext")
        with people.http("flexcore", token) as http:
            answer = http.get("/api/v1/node/info")
        assert (answer.status_code, answer.json()["code"]) == (503, "LOGIN_NOT_CHECKED")
        assert "flext service start flext" in answer.json()["hint"]
        with people.http("flexcore") as http:
            assert http.get("/api/v1/node/info").status_code == 200, "the owner needs nobody"
            assert http.get("/api/v1/node/info", headers={"Authorization": "Bearer x"}).status_code == 401


def test_answers_with_tokens_are_kept_nowhere(people: People) -> None:
    name = people.user()
    body, key = {"username": name, "password": people.password}, {"Idempotency-Key": f"key-{name}"}
    with people.http() as http:
        first = http.post("/api/v1/auth/login", json=body, headers=key)
        second = http.post("/api/v1/auth/login", json=body, headers=key)
    assert first.headers["cache-control"] == "no-store"
    assert first.json()["access_token"] != second.json()["access_token"]
    secrets = [
        people.password,
        *(each.json()[kind] for each in (first, second) for kind in ("access_token", "refresh_token")),
    ]
    home = Path(people.platform.home)
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [each for each in secrets if each.encode() in content] == [], path


def test_introspection_takes_an_admin(people: People, reader: dict[str, Any]) -> None:
    token = reader["access_token"]
    with people.http("flext", token) as http:
        assert http.post("/api/v1/auth/introspect", json={"token": token}).status_code == 403
    with people.http() as http:
        found = http.post("/api/v1/auth/introspect", json={"token": token}).json()
        assert (found["active"], found["identity"]["role"]) == (True, "reader")
        assert http.post("/api/v1/auth/introspect", json={"token": "flxa_x"}).json() == {
            "active": False,
            "identity": None,
        }


def test_wrong_bodies_are_named_without_their_secrets(people: People) -> None:
    with people.http() as http:
        short = http.post("/api/v1/auth/users", json={"username": "x y", "password": "Zq1sec"})
        assert short.status_code == 422
        assert {each["path"] for each in short.json()["problems"]} == {"/username", "/password"}
        assert "Zq1sec" not in short.text
        odd = http.post("/api/v1/auth/login", json={"username": "x", "password": "Zq2secret", "pasword": "Zq3secret"})
        assert odd.status_code == 422
        assert "secret" not in odd.text


def test_nobody_logs_in_through_a_page_of_another_site(people: People) -> None:
    body = {"username": "x", "password": "y"}
    with httpx.Client(base_url=people.platform.urls["flext"]) as http:
        for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
            assert http.post("/api/v1/auth/login", json=body, headers=headers).status_code == 403
