"""What may stand at a place of the command line: read off the command table, for any shell.

`flext __complete WORD... .CURRENT` prints it, a candidate a line with its description behind a tab; the word under the
cursor comes last, with a dot in front so that an empty one is not lost on its way through a shell. A single line
`:files` leaves the place to the shell, which knows files best.
"""

import os
import sys

from flext_cli import params
from flext_cli.completion import names
from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flext_cli._types import Entry

FILES = ":files"
_END = ("--",)
EVERYWHERE = ("--help",)


class Line:
    """What stands before the cursor, read from the left."""

    def __init__(self, before: "Sequence[str]") -> None:
        self.words = ""
        self.operands: list[str] = []
        self.given: dict[str, str] = {}
        self.waits: Entry | None = None
        self.closed = False
        self.known = True
        tokens = iter(before)
        for token in tokens:
            self._take(token, tokens)

    def _take(self, token: str, tokens: "Iterator[str]") -> None:
        if self.closed or not (len(token) > 1 and token.startswith("-")):
            self._word(token)
        elif token in _END:
            self.closed = True
        else:
            name, equals, value = token.partition("=")
            param = self.option(name)
            if param is None or not params.takes_value(param):
                return
            found = value if equals else next(tokens, None)
            if found is None:
                self.waits = param
            else:
                self.given[param["name"]] = found

    def _word(self, word: str) -> None:
        if self.words in table.COMMANDS:
            self.operands.append(word)
        elif not self.words and word == "help":
            return
        else:
            words = f"{self.words} {word}".lstrip()
            self.known = self.known and table.COMMANDS.known(words)
            self.words = words

    @property
    def entry(self) -> "Entry | None":
        """The command, once its words are complete."""
        return table.COMMANDS.get(self.words)

    def options(self) -> "list[Entry]":
        """Options that may stand here."""
        if self.entry is None:
            return [param for param in table.GLOBALS if param["when"] == "always"]
        return [param for param in (*params.own(self.entry), *params.shared(self.entry)) if param["flags"]]

    def option(self, flag: str) -> "Entry | None":
        """The option with this flag."""
        return next((param for param in self.options() if flag in params.flags(param)), None)


def complete(  # noqa: PLR0911 - one line for each kind of place
    before: "Sequence[str]", current: str, environ: "Mapping[str, str]" = os.environ
) -> "list[tuple[str, str]]":
    """Candidates for the word under the cursor, each with a description; `FILES` alone for the name of a file.

    Args:
        before: The words between the program's name and the cursor.
        current: What of the word stands before the cursor.
        environ: The environment.
    """
    if before and not before[0].startswith("-") and before[0] != "help" and not table.COMMANDS.known(before[0]):
        from flext_cli.aliases import expand_quietly

        before = expand_quietly(before, environ)
    line = Line(before)
    if not line.known:
        return []
    flag, equals, part = current.partition("=")
    if line.waits is not None:
        return _chosen(_values(line, line.waits, environ), current)
    if equals and flag.startswith("--") and not line.closed:
        param = line.option(flag)
        found = _chosen(_values(line, param, environ), part) if param is not None else []
        return [(f"{flag}={value}", text) if value != FILES else (value, text) for value, text in found]
    if current.startswith("-") and not line.closed:
        return _chosen(_flags(line), current)
    if line.entry is None:
        return _chosen(_next_words(line, environ), current)
    places = [param for param in params.own(line.entry) if param["kind"] == "positional"]
    place = min(len(line.operands), len(places) - 1)
    if not places or (len(line.operands) >= len(places) and places[-1]["type"] not in {"list", "mapping"}):
        return []
    return _chosen(_values(line, places[place], environ), current)


def _chosen(found: "Iterable[tuple[str, str]]", prefix: str) -> "list[tuple[str, str]]":
    return [(value, text) for value, text in found if value == FILES or value.startswith(prefix)]


def _next_words(line: Line, environ: "Mapping[str, str]") -> "Iterable[tuple[str, str]]":
    prefix = f"{line.words} " if line.words else ""
    seen: dict[str, str] = {}
    for words in table.COMMANDS.below(line.words):
        word, _, more = words[len(prefix) :].partition(" ")
        group = table.GROUPS.get(prefix + word, {}).get("summary", "")
        seen.setdefault(word, group if more else table.COMMANDS.summary(words))
    if not line.words:
        from flext_cli.aliases import cached

        seen |= {name: f"alias of {meaning}" for name, meaning in cached(environ).items() if name not in seen}
    return seen.items()


def _flags(line: Line) -> "Iterable[tuple[str, str]]":
    for param in line.options():
        for flag in (*params.flags(param), *params.negatives(param)):
            yield flag, param["help"]
    yield from ((flag, "Show this help.") for flag in EVERYWHERE)


def _values(line: Line, param: "Entry", environ: "Mapping[str, str]") -> "Iterable[tuple[str, str]]":
    if param["type"] == "path":
        return ((FILES, ""),)
    if param["choices"]:
        return ((str(choice), "") for choice in param["choices"])
    kind = "profiles" if param["name"] == "profile" else names.kind_of(line.entry, param) if line.entry else None
    if kind is None:
        return ()
    where = names.folder(environ, url=line.given.get("url"), profile=line.given.get("profile"))
    return ((name, "") for name in names.read(kind, where, environ))


def main(arguments: "Sequence[str]") -> int:
    """Print the candidates; a wrong call prints nothing, for nobody could read it in the middle of a line."""
    if not arguments or not arguments[-1].startswith("."):
        return 2
    found = complete(arguments[:-1], arguments[-1][1:])
    if any(value == FILES for value, _ in found):
        found = [(FILES, "")]
    sys.stdout.write("".join(f"{value}\t{text}\n" if text else f"{value}\n" for value, text in found))
    return 0
