"""What the guide shows is so."""

import re
from pathlib import Path

from flext_cli.build import parse
from flext_cli.execute import annotated
from flext_cli.main import find
from flext_cli.params import table
from flext_sdk._core.settings import ALL_SETTINGS
from flext_sdk.profiles._document import SECTIONS, check
from flext_sdk.profiles._document import parse as read

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "profiles.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def test_the_python_runs(home: Path, capsys) -> None:
    for code in blocks("python"):
        exec(compile(code, "guide", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.startswith("local default\nlocal None False\n")


def test_the_profile_is_one() -> None:
    (text,) = blocks("yaml")
    document = read(text, "guide")
    assert check(document, profile=True) == []
    assert {*document.data} >= {*SECTIONS} - {"auth"}


def test_the_commands_are_commands() -> None:
    for line in "".join(blocks("console")).splitlines():
        words = line.partition("flext ")[2].partition("#")[0].partition(" 3<")[0].split()
        route = find(words)
        assert route.found, line
        parse(route.words, table.COMMANDS[route.words], annotated(table.COMMANDS[route.words]), route.rest)


def test_one_table_feeds_help_reference_and_files() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    variables = dict(table.ENVIRONMENT)
    for setting in ALL_SETTINGS:
        assert f"| `{setting.key}` | `{setting.env}` |" in page
        assert setting.help in variables[setting.env]
        assert setting.type
        assert setting.key.split(".")[0] in {*SECTIONS, "profile"}
