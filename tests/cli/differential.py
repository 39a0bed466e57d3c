"""The parser of `flext_cli.quick` beside cyclopts, on generated lines over the real commands.

`python -m tests.cli.differential 100000 [SEED]` prints how many lines there were, how many the quick parser took, and each
disagreement; the exit code is 1 if there is one. What it declines goes to cyclopts anyway and cannot disagree.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flext_cli import build, params, quick
from flext_cli.execute import annotated
from flext_cli.main import WrongUsage
from flext_cli.params import table

TEXTS = [
    "orders", "a", "x-y_z", "Größe", "日本", "a b", " lead", "trail ", "a,b", ",", "a=b", "k=1", "k=[1]", "k=", "=v", "k=a,b", "http://h:1/p?q=1",
    "@file", "~/x", "../x", "a/b", "*", "none", "None", "null", "true", "yes", "no", "false", "0", "1", "5", "007", "12345678901234", "99999999999999999999",
    "1.5", ".5", "5.", "1e3", "0x10", "0b1", "1_000", "٣", "²", "nan", "inf", "30s", "5m", "1.5h", "500ms", "2 d", "s", "10x", "help", "list", "pipeline",
    "json", "JSON", "table", "ndjson", "name:desc", "name:HEAD:ago", "a:b:c:d", "[].name", "length(@)", "'q'", '"q"', "back\\slash", "tab\there", "line\nbreak",
]  # fmt: skip
WILD = [
    "", "-", "--", "-1", "-5.5", "-.5", "-name", "--unknown", "--unknown=1", "-z", "-zq", "---", "{", "[", "[]", "{}", '["a"]', '{"a": 1}', "[1, 2]", "=",
    "--=x", "-=", "-o", "-ojson", "-o=json", "-qy", "-yq", "-q=1", "--no-wait", "--wait=yes", "--wait=", "--limit", "--limit=", "--limit=-1", "--all=false",
    "--output=", "--columns=", "--full_refresh", "--Limit", "--lim", "--lim=5", "--no-color=1", "--no-all", "--help", "-h", "--version", "\ud800", "\x1b[31m",
]  # fmt: skip


class Lines:
    """Command lines: most of them right, some a little wrong, some wild."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.known = [
            (words, params.own(params.command_of(words)), params.shared(params.command_of(words)))
            for words in table.COMMANDS
        ]

    def next(self) -> tuple[str, list[str], dict[str, str]]:
        """Words of a command, what stands behind them, and the environment."""
        words, own, shared = self.random.choice(self.known)
        kind = self.random.choices(("right", "near", "wild"), (6, 3, 1))[0]
        tokens = self.right(own, shared)
        if kind == "near":
            for _ in range(self.random.randint(1, 2)):
                self.spoil(tokens)
        elif kind == "wild":
            tokens = [
                self.random.choice((*TEXTS, *WILD, *self.flags(own + shared))) for _ in range(self.random.randint(0, 6))
            ]
        environ = (
            {"FLEXT_OUTPUT": self.random.choice(("json", "table", "JSON", "xml", ""))}
            if self.random.random() < 0.1
            else {}
        )
        return words, tokens, environ

    @staticmethod
    def flags(group: list[Any]) -> list[str]:
        return [flag for param in group for flag in (*param["flags"], *params.negatives(param))]

    def right(self, own: list[Any], shared: list[Any]) -> list[str]:
        places = [param for param in own if param["kind"] == "positional"]
        given = [[self.value(param)] for param in places if param["required"] or self.random.random() < 0.4]
        options = [param for param in own + shared if param["kind"] != "positional"]
        parts = []
        for param in self.random.sample(options, self.random.randint(0, min(4, len(options)))):
            repeat = self.random.randint(1, 3) if param["type"] in {"list", "mapping"} else 1
            parts += [self.option(param) for _ in range(repeat)]
        self.random.shuffle(parts)
        for operand in reversed(given):
            parts.insert(self.random.randint(0, len(parts)), operand)
        if self.random.random() < 0.3:
            parts = given + [part for part in parts if part not in given]
        return [token for part in parts for token in part]

    def option(self, param: Any) -> list[str]:
        if not params.takes_value(param):
            return [self.random.choice(self.flags([param]))]
        flag, value = self.random.choice(param["flags"]), self.value(param)
        return [f"{flag}={value}"] if flag.startswith("--") and self.random.random() < 0.4 else [flag, value]

    def value(self, param: Any) -> str:
        pick = self.random.choice
        if self.random.random() < 0.1:
            return pick(TEXTS)
        if param["type"] == "choice":
            return str(pick(param["choices"]))
        if params.is_duration(param):
            return pick(("30", "1.5", "90s", "5m", "2h", "500ms", "0"))
        numbers = {"int": ("0", "1", "20", "1000"), "float": ("0", "1.5", "20", "0.25")}
        if param["type"] in numbers:
            return pick(numbers[param["type"]])
        if param["type"] == "mapping" or "=" in param["metavar"]:
            return pick(("a=1", "b=x", 'c={"d": 1}', "e=[1]", "f==", "a=", "k=a,b", '{"a": 1}', "g=NaN"))
        return pick(TEXTS)

    def spoil(self, tokens: list[str]) -> None:
        at = self.random.randint(0, len(tokens))
        what = self.random.choice(("add", "drop", "double", "swap", "cut", "change"))
        if what == "add" or not tokens:
            tokens.insert(at, self.random.choice(WILD + TEXTS))
            return
        at %= len(tokens)
        if what == "drop":
            del tokens[at]
        elif what == "double":
            tokens.insert(at, tokens[at])
        elif what == "swap":
            other = self.random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif what == "cut":
            tokens[at] = tokens[at][: self.random.randint(0, len(tokens[at]))]
        else:
            tokens[at] = self.random.choice(
                (tokens[at].upper(), tokens[at] + "=", tokens[at] + "x", "-" + tokens[at], tokens[at].replace("-", "_"))
            )


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    before = os.environ.pop("FLEXT_OUTPUT", None)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.pop("FLEXT_OUTPUT", None)
        if before is not None:
            os.environ["FLEXT_OUTPUT"] = before


def _told(parsed: quick.Parsed) -> dict[str, list[tuple[str, str]]]:
    # As text, for 1 and True and 1.0 are equal.
    return {
        name: sorted((key, repr(value)) for key, value in getattr(parsed, name).items()) for name in ("own", "shared")
    }


def compare(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Compare on so many lines; gives how many were taken and declined, and what the two disagree about."""
    lines, seen, wrong = Lines(seed), Counter[str](), []
    apps: dict[str, Any] = {}
    for _ in range(count):
        words, tokens, environ = lines.next()
        entry = params.command_of(words)
        with environment(environ):
            ours = quick.parse(entry, tokens)
            seen["declined" if ours is None else "taken"] += 1
            if ours is None:
                continue
            if words not in apps:
                apps[words] = build.app_for(words, entry, annotated(entry))
            try:
                theirs: Any = _told(build.parse_with(*apps[words], words, tokens))
            except WrongUsage as error:
                theirs = f"refused: {error}"
        if theirs != _told(ours):
            wrong.append(f"{words} {tokens!r} {environ}: quick {_told(ours)}, cyclopts {theirs}")
    return seen, wrong


def main() -> int:
    """Compare and print."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    seen, wrong = compare(count, seed)
    print(
        f"{count} lines (seed {seed}): {seen['taken']} taken, {seen['declined']} left to cyclopts, {len(wrong)} disagreements"
    )
    print(*wrong[:50], sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
