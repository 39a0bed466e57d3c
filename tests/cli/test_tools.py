"""The examples of the commands for dbt and Meltano, with real projects and the real tools.

Each starts its tool, which takes seconds. Of a command with two examples one is run, and of the other one it is
seen that it means a request.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flext_sdk.embedded import supervisor
from tests.dbt import dbt_shared
from tests.environments.wheels import make_wheel
from tests.meltano import meltano_shared

from .conftest import ROOT
from .examples import TOOLS, Shell, every_example

DRY = {
    "flext data dbt build shop --select +orders_by_day",
    "flext data dbt init shop --pipeline orders",
    "flext data dbt run shop --select staging+ --full-refresh",
    "flext data dbt test ./transform --select orders",
    "flext meltano install target-postgres --clean",
    "flext meltano run nightly --no-wait",
}
# Served until Ctrl-C: tests/dbt.
SERVED = {"flext data dbt docs shop --serve"}
DBT = ("init", "show", "projects", "seed", "run", "test", "snapshot", "build", "compile", "deps", "docs", "")
MELTANO = (
    "init",
    "add",
    "config",
    "install",
    "list",
    "run ",
    "runs",
    "logs",
    "state list",
    "state show",
    "state set",
    "",
)
LATE = ("forget", "register", "state clear", "upgrade")
JOB = "jobs:\n- name: nightly\n  tasks: [tap-csv target-jsonl]\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A platform's home with the tools that tests share, and a newer Meltano to upgrade to: the same, packed anew."""
    found = tmp_path / "home"
    places = found / "environments"
    places.mkdir(mode=0o700, parents=True)
    (places / "dbt-duckdb").symlink_to(dbt_shared.shared_environments().folder / "dbt-duckdb")
    meltano = meltano_shared.shared_environments().find("meltano")
    assert meltano is not None
    (places / "meltano").mkdir()
    (places / "meltano" / meltano.folder.name).symlink_to(meltano.folder)
    (places / "meltano" / "current").symlink_to(meltano.folder.name)
    packages = next(meltano.folder.glob("lib/python*/site-packages"))
    (tmp_path / "wheels").mkdir()
    make_wheel(tmp_path / "wheels", "meltano", "4.4.99", start="meltano.cli:main", **{"shared.pth": f"{packages}\n"})
    for name, value in {
        "FLEXT_HOME": str(found),
        "FLEXT_FLEXCORE_PORT": "0",
        "FLEXT_SERVICE_PORT": "0",
        "FLEXT_AUTOSTART": "1",
        "UV_FIND_LINKS": str(tmp_path / "wheels"),
        "UV_NO_INDEX": "1",
        "UV_OFFLINE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield found
    supervisor.stop("all")


def ordered(begin: str, order: tuple[str, ...]) -> list[str]:
    def place(text: str) -> int:
        words = text.removeprefix(f"flext {begin}") + " "
        if words.startswith(LATE):
            return len(order) + LATE.index(next(late for late in LATE if words.startswith(late)))
        return next(number for number, first in enumerate(order) if words.startswith(first))

    texts = [text for words, found in every_example().items() if words.startswith(begin) for text in found]
    return sorted(texts, key=place)


@pytest.mark.parametrize(("begin", "order"), [(TOOLS[0], DBT), (TOOLS[1], MELTANO)], ids=["dbt", "meltano"])
def test_every_example_of_another_tool_works(home, tmp_path, monkeypatch, capsys, begin, order):
    shell = Shell(monkeypatch, capsys, tmp_path)
    failures = []
    monkeypatch.chdir(tmp_path)
    for text in ordered(begin, order):
        if text in SERVED:
            continue
        result = shell.words([*text.split()[1:], "--dry-run"]) if text in DRY else shell.line(text)
        # The run that it would stop has ended.
        if result.code and not (" stop " in text and result.code == 8):
            failures.append((text, result.code, result.err))
        if text == "flext data dbt forget shop --yes":
            (tmp_path / "shop").rename(tmp_path / "transform")
        if text == "flext meltano init shop":
            shutil.copy(ROOT / "examples" / "data" / "orders.csv", "shop/orders.csv")
            monkeypatch.chdir(tmp_path / "shop")
            with Path("meltano.yml").open("a") as file:
                file.write(JOB)
            for words in ("add loader target-jsonl", "config target-jsonl --set path=output"):
                assert shell.words(["meltano", *words.split()]).code == 0
    assert failures == [], "\n".join(map(str, failures))
    assert shell.ran == {words for words in every_example() if words.startswith(begin)}
