"""Every `flext ...` that a message, a hint, a help text or a page of the documentation names can be typed."""

import ast
import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from flext_cli import build, params, quick
from flext_cli.execute import annotated
from flext_cli.main import WrongUsage, find
from flext_cli.params import table

ROOT = Path(__file__).parents[2]
#: What stands in code: a hint, a docstring, a line of a code block. Words in front of it tell that it is to be typed.
_MENTION = re.compile(
    r"(?:(?<=[`$(\"'|])|(?<=[:,;] )|(?<=[$|] )|(?<=\bor )|(?<=\bor: )|^)flext +(?P<rest>[^`\n\"');|>]*)", re.MULTILINE
)
_WORD = re.compile(r"[a-z][a-z0-9-]*")
#: Shown as what is wrong, as an alias, or as a command of another package.
_WRONG = (
    "flext pipeline list --colums",
    "flext failed -o json",
    "flext ls",
    "flext hello",
    "flext help ",
    "flext __complete",
)
#: The name of FLEXT Service, in a sentence.
_PROSE = {"and", "itself", "or", "row"}


def _texts(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _strings(ast.parse(text))
    else:
        yield from ([text] if path.suffix == ".yaml" else _code_of(text))


def _code_of(text: str) -> Iterator[str]:
    """Code spans, and the lines of code blocks that are typed."""
    for block in re.findall(r"^```(?:console|bash|sh)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith(("$ ", "flext ")):
                yield line.split(" #")[0]
    yield from re.findall(r"`(flext [^`\n]*)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def _files() -> list[Path]:
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"), *ROOT.glob("docs/guides/*.md")]
    found += [*(ROOT / "docs" / "developers").glob("[!l]*.md"), *ROOT.glob("openapi/*.yaml")]  # a login is but designed
    for package in ("flext_sdk", "flext_cli"):
        found += [path for path in (ROOT / package).rglob("*.py") if not {"_sync", "_table"} & {*path.parts}]
    return sorted(found)


def faults(text: str) -> Iterator[str]:
    """What is wrong with the mentions in a text."""
    for found in _MENTION.finditer(text):
        rest = found["rest"].strip().rstrip(".,:")
        line = f"flext {rest}"
        tokens = rest.split()
        if not tokens or not _WORD.fullmatch(tokens[0]) or line.startswith(_WRONG) or tokens[0] in _PROSE:
            continue
        words = ""
        while tokens and table.COMMANDS.known(f"{words} {tokens[0]}".strip()):
            words = f"{words} {tokens.pop(0)}".strip()
        if words not in table.COMMANDS:
            if tokens and _WORD.fullmatch(tokens[0]):
                yield f"{line}: there is no command {f'{words} {tokens[0]}'.strip()!r}"
            continue
        entry = params.command_of(words)
        tokens = [*takewhile(lambda token: token != "--", params.closed(entry, tokens))]
        known = {flag for param in params.own(entry) for flag in (*params.flags(param), *params.negatives(param))}
        known |= {
            flag for param in table.GLOBALS if params.applies(param["when"], entry) for flag in params.flags(param)
        }
        known |= {"--help", "--help-json"}
        for token in tokens:
            flag = token.rstrip(".,:").partition("=")[0]
            if re.fullmatch(r"--[a-z][a-z-]*", flag) and flag not in known:
                yield f"{line}: {words} has no {flag}"


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_named_can_be_typed(path):
    assert sorted({fault for text in _texts(path) for fault in faults(text)}) == []


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
    elif isinstance(node, ast.Constant):
        yield str(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _strings(child)


def _hints(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "hint":
            yield from _strings(node.value)


@pytest.mark.parametrize(
    "path", [path for path in _files() if path.suffix == ".py"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_hint_says_all_that_has_to_be_typed(path):
    wrong = []
    for hint in {*_hints(path)}:
        for found in _MENTION.finditer(hint):
            tokens = found["rest"].split(". ")[0].rstrip(".,:").split()
            words = ""
            while tokens and table.COMMANDS.known(f"{words} {tokens[0]}".strip()):
                words = f"{words} {tokens.pop(0)}".strip()
            if words in table.COMMANDS:
                places = [one for one in params.own(params.command_of(words)) if one["kind"] == "positional"]
                if len(tokens) < sum(one["required"] for one in places):
                    wrong.append(hint)
    assert wrong == []


_PAGES = [path for path in _files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_of_the_documentation_are_understood(path):
    wrong = []
    for line in _code_of(path.read_text(encoding="utf-8")):
        command = line.removeprefix("$ ").partition("|")[0].partition(">")[0].partition(" 3<")[0].strip()
        try:
            words = shlex.split(command)[1:] if command.startswith("flext ") else []
        except ValueError:  # cut off inside quotes: a JMESPath expression with a pipe or a backtick
            continue
        words = [*takewhile(lambda token: token not in {"&&", ";", "..."}, words)]
        if not words or command.startswith(_WRONG) or any(word.isupper() for word in words):
            continue
        try:
            route = find(words)
            if not route.found or route.help:
                continue
            entry = params.command_of(route.words)
            if quick.parse(entry, route.rest) is None:
                build.parse(route.words, entry, annotated(entry), route.rest)
        except WrongUsage as error:
            if "missing" not in str(error):  # a page may name a command without what it is about
                wrong.append(f"{command}: {error}")
    assert wrong == []


def test_what_is_wrong_is_found():
    assert [*faults("Start it: flext servce start")] == ["flext servce start: there is no command 'servce'"]
    assert [*faults("see `flext pipeline lst`")] == ["flext pipeline lst: there is no command 'pipeline lst'"]
    assert [*faults("(flext pipeline wait X --tail 5)")] == [
        "flext pipeline wait X --tail 5: pipeline wait has no --tail"
    ]
    assert [*faults("Give it: flext pipeline wait X --timeout 5m, or later; flext itself listens")] == []
