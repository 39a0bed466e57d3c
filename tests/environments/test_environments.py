"""Environments: made beside the old one, checked, switched; whatever goes wrong, the old one still works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from wheels import make_wheel

from flext_sdk.embedded.environments import BusyError, EnvironmentFailedError, Environments
from flext_sdk.embedded.environments.failures import StoppedError, of_output


def said(environment, program="hello"):
    return subprocess.run([environment.program(program)], capture_output=True, text=True, check=True).stdout.strip()


def left(environments, name="hello"):
    """Environments on the disk, finished or not."""
    return sorted(
        entry.name for entry in (environments.folder / name).iterdir() if entry.is_dir() and not entry.is_symlink()
    )


def test_what_is_made_runs_and_is_described(environments):
    heard = []
    made = environments.create("hello", ["hello"], heard=heard.append)
    assert said(made) == "hello"
    assert made.programs() == ["hello"]
    assert made.packages == {"hello": "1.0"}
    assert made.requirements == ("hello",)
    assert made.lock.startswith("hello==1.0")
    assert made.python == ".".join(map(str, sys.version_info[:3]))
    assert made.size > 1000
    assert environments.find("hello") == made
    assert environments.names() == ["hello"]
    assert heard


def test_modules_are_compiled_whatever_the_service_was_told(environments, environ, tmp_path):
    environments = Environments(tmp_path / "e", environ={**environ, "PYTHONDONTWRITEBYTECODE": "1"})
    made = environments.create("hello", ["hello"])
    assert list(made.folder.glob("lib/python*/site-packages/__pycache__/hello.*.pyc"))


def test_an_update_replaces_and_the_old_one_goes(environments, wheels):
    old = environments.create("hello", ["hello"])
    make_wheel(wheels, version="2.0", code="print('hello again')")
    new = environments.create("hello", ["hello"])
    assert (said(new), new.packages) == ("hello again", {"hello": "2.0"})
    assert not old.folder.exists()
    assert environments.find("hello") == new


def test_a_lock_gives_the_same_versions_later(environments, wheels):
    lock = environments.create("hello", ["hello"]).lock
    make_wheel(wheels, version="2.0")
    assert environments.create("hello", ["hello"], lock=lock).packages == {"hello": "1.0"}


def test_another_file_under_the_name_of_the_locked_one_is_refused(environments, wheels, monkeypatch, tmp_path):
    lock = "hello==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    environments.create("hello", ["hello"])
    with pytest.raises(EnvironmentFailedError, match=r"(?i)hash mismatch") as caught:
        environments.create("hello", ["hello"], lock=lock)
    assert "locked" in str(caught.value.hint)
    assert said(environments.find("hello")) == "hello"


def test_a_local_wheel_can_be_installed_and_locked(environments, tmp_path):
    wheel = make_wheel(tmp_path, "other")
    made = environments.create("other", [str(wheel)])
    assert said(made, "other") == "hello"
    assert environments.create("other", [str(wheel)], lock=made.lock).packages == {"other": "1.0"}


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        (["nosuchpackage"], "nosuchpackage was not found"),
        (["hello==9"], "hello==9"),
        (["hello<1", "hello>5"], "hello"),
        (["not a requirement !"], "parse"),
        (["/nowhere/hello-1.0-py3-none-any.whl"], "/nowhere/hello-1.0-py3-none-any.whl"),
    ],
)
def test_what_cannot_be_installed_leaves_what_was_there(environments, requirements, message):
    before = environments.create("hello", ["hello"])
    with pytest.raises(EnvironmentFailedError, match=r"^cannot install hello: ") as caught:
        environments.create("hello", requirements)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert environments.find("hello") == before
    assert left(environments) == [before.folder.name]
    assert said(before) == "hello"


def test_what_does_not_pass_its_check_never_comes_into_use(environments):
    before = environments.create("hello", ["hello"])

    def check(made):
        assert said(made) == "hello"
        raise EnvironmentFailedError("it does not answer")

    with pytest.raises(EnvironmentFailedError, match="it does not answer"):
        environments.create("hello", ["hello"], check=check)
    assert environments.find("hello") == before
    assert left(environments) == [before.folder.name]


def test_one_that_is_used_stays_until_it_is_not(environments):
    environments.create("hello", ["hello"])
    with environments.using("hello") as used:
        new = environments.create("hello", ["hello"])
        assert environments.find("hello") == new
        assert environments.remove("hello")
        environments.prune()
        assert said(used) == "hello"
    environments.prune()
    assert left(environments) == []
    with pytest.raises(EnvironmentFailedError, match="hello is not installed"), environments.using("hello"):
        pass


def test_the_mark_of_one_that_is_gone_goes_too(environments):
    """Somebody was killed between removing the one and the other, or marked one that was just being removed."""
    made = environments.create("hello", ["hello"])
    stray = made.folder.with_name("20260101T000000-abcdef.held")
    stray.touch()
    with environments.using("hello"):
        environments.prune()
        assert not stray.exists()
        assert made.folder.with_name(f"{made.folder.name}.held").exists()


def test_removing(environments):
    assert not environments.remove("hello")
    environments.create("hello", ["hello"])
    assert environments.remove("hello")
    assert environments.find("hello") is None
    assert environments.names() == []
    assert left(environments) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a\0b", "\ud800"])
def test_a_name_is_no_path(environments, name):
    with pytest.raises(EnvironmentFailedError, match="cannot be the name"):
        environments.create(name, ["hello"])


def test_a_program_that_is_not_there_is_named_with_those_that_are(environments):
    made = environments.create("hello", ["hello"])
    for wrong in ("hallo", "../python", ""):
        with pytest.raises(EnvironmentFailedError, match="has no program") as caught:
            made.program(wrong)
        assert caught.value.hint == "It has: hello."


def test_two_at_once_do_not_mix(environments):
    inside, go_on = threading.Event(), threading.Event()

    def check(_made):
        inside.set()
        assert go_on.wait(30)

    thread = threading.Thread(target=environments.create, args=("hello", ["hello"]), kwargs={"check": check})
    thread.start()
    assert inside.wait(30)
    with pytest.raises(BusyError, match="hello is just being installed"), environments._changing("hello", patience=0):
        pass
    environments.prune()
    go_on.set()
    thread.join()
    assert said(environments.find("hello")) == "hello"


def test_stopping_ends_uv_and_leaves_what_was_there(environments):
    before = environments.create("hello", ["hello"])
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError, match="it was stopped"):
        environments.create("hello", ["hello"], stop=stop)
    assert environments.find("hello") == before
    assert left(environments) == [before.folder.name]


SLOW = """
    import os, sys, time
    from pathlib import Path
    from flext_sdk.embedded.environments import Environments
    def check(made):
        print("inside", flush=True)
        time.sleep(60)
    Environments(Path(sys.argv[1]), environ=os.environ).create("hello", ["hello"], check=check)
"""


def test_a_killed_installation_leaves_what_was_there(environments, environ):
    before = environments.create("hello", ["hello"])
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SLOW), str(environments.folder)], stdout=subprocess.PIPE, env=environ
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"inside\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(left(environments)) == 2
    assert environments.find("hello") == before
    assert said(before) == "hello"
    environments.prune()
    assert left(environments) == [before.folder.name]


@pytest.mark.parametrize("after", [0.05, 0.15, 0.3, 0.5, 0.8])
def test_killed_at_any_moment_there_is_a_whole_one(environments, environ, wheels, after):
    environments.create("hello", ["hello"])
    make_wheel(wheels, version="2.0")
    code = textwrap.dedent(SLOW).replace(", check=check", "")
    process = subprocess.Popen([sys.executable, "-c", code, str(environments.folder)], env=environ)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = environments.find("hello")
    assert said(found) == "hello"
    assert found.packages["hello"] in {"1.0", "2.0"}
    assert environments.create("hello", ["hello"]).packages == {"hello": "2.0"}
    assert len(left(environments)) == 1


def test_a_torn_description_counts_as_not_installed(environments):
    made = environments.create("hello", ["hello"])
    for torn in (b"", b"{", b"[]", b'{"name": "hello"}'):
        (made.folder / "environment.json").write_bytes(torn)
        assert environments.find("hello") is None
    assert environments.create("hello", ["hello"]) == environments.find("hello")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, environ):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailedError, match="cannot change hello: Not a directory"):
        Environments(tmp_path / "file", environ=environ).create("hello", ["hello"])


def test_without_uv_it_says_what_to_install(environments, monkeypatch):
    monkeypatch.setitem(sys.modules, "uv", None)
    broken = Environments(environments.folder, environ={"PATH": "/nowhere"})
    with pytest.raises(EnvironmentFailedError, match="uv was not found") as caught:
        broken.create("hello", ["hello"])
    assert "flext-sdk[embedded]" in str(caught.value.hint)


def test_an_index_that_cannot_be_reached_is_told_without_its_password(tmp_path):
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))
    } | {"UV_INDEX_URL": "http://me:planted-secret@127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}  # fmt: skip
    heard = []
    with pytest.raises(EnvironmentFailedError) as caught:
        Environments(tmp_path / "e", environ=environ).create("x", ["some-package-of-nobody"], heard=heard.append)
    assert "index cannot be reached" in str(caught.value.hint)
    assert "planted-secret" not in f"{caught.value}{caught.value.hint}{heard}"


def test_long_reasons_are_cut():
    error = of_output("cannot install x", "error: " + "because " * 500)
    assert len(str(error)) < 450
    assert of_output("cannot install x", "").args[0].endswith("did not say why")
