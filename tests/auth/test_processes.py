"""One login in many programs at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flext_sdk import Flext
from flext_sdk._credentials import Login, VaultTokenStore, login_key

from .conftest import People

ROOT = Path(__file__).resolve().parents[2]
CALLER = """
import sys
from flext_sdk import Flext
with Flext() as client:
    print("ready", flush=True)
    sys.stdin.readline()
    print(client.auth.whoami().username)
"""
KEEPER = """
import sys
from flext_sdk._credentials import Login, VaultTokenStore
store = VaultTokenStore("local")
print("ready", flush=True)
sys.stdin.readline()
for turn in range(4):
    store.save(f"login-{sys.argv[1]}", Login(f"user{turn}", f"flxa_{sys.argv[1]}"))
"""


def together(script: str, count: int, environ: dict[str, str]) -> list[tuple[int, str]]:
    """Run a script in many processes that begin their work at the same moment."""
    more = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=more,
        )
        for number in range(count)
    ]  # fmt: skip
    for one in crowd:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n", one.communicate()[0]
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    return [(one.wait(60), one.communicate()[0]) for one in crowd]


def test_programs_that_find_it_expired_renew_it_once(elsewhere: Callable[..., dict[str, str]], people: People) -> None:
    ada, environ = people.user(), elsewhere()
    with Flext(_environ=environ) as client:
        client.auth.login(ada, password=people.password)
    store, key = VaultTokenStore("local", environ), login_key(environ["FLEXT_SERVICE_URL"])
    login = store.load(key)
    assert login is not None
    store.save(key, replace(login, expires_at=time.time() - 1))
    assert together(CALLER, 8, environ) == [(0, f"{ada}\n")] * 8
    assert people.events(ada).count("refresh") == 1
    renewed = store.load(key)
    assert renewed is not None
    assert renewed.access_token != login.access_token


def test_programs_that_keep_logins_of_one_profile_lose_none(tmp_path: Path) -> None:
    environ = {"FLEXT_HOME": str(tmp_path)}
    store = VaultTokenStore("local", environ)
    store.save("login-own", Login("ada", "flxa_own"))
    assert together(KEEPER, 8, environ) == [(0, "")] * 8
    for name in ("own", *map(str, range(8))):
        found = store.load(f"login-{name}")
        assert found is not None
        assert found.access_token == f"flxa_{name}"
