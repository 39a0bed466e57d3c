"""The examples of the help pages, and what runs them as a shell would.

Every command has one that is run: those of dbt and Meltano in test_tools.py, those that never end one by one and all others
in test_real.py.
"""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import Any

from flext_cli.main import main
from flext_cli.params import table

from .conftest import Result

#: How commands of other tools begin: they need projects, and the tool.
TOOLS = ("data dbt ", "meltano ")
#: They go on until somebody presses Ctrl-C.
ENDLESS = {
    "flext service logs flexcore --follow",
    "flext events follow --type 'orchestration.*'",
    "flext events follow --since 15m --grep '(?i)fail' -o ndjson",
}


def every_example() -> dict[str, list[str]]:
    """The examples by command."""
    return {words: [text for text, _ in entry["examples"]] for words, entry in table.COMMANDS.items()}


class Shell:
    """Runs lines in this process, in the order of a person who tries them all."""

    def __init__(self, monkeypatch: Any, capsys: Any, folder: Path) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self._folder = folder
        self._commands = {text: words for words, texts in every_example().items() for text in texts}
        #: What stands in examples for something that only now has a name.
        self.placed: dict[str, str] = {}
        #: Commands of which an example was run.
        self.ran: set[str] = set()

    def words(self, words: list[str], stdin: str = "") -> Result:
        """Runs `flext` with arguments."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self._capsys.readouterr()
        code = main([self.placed.get(word, word) for word in words])
        found = self._capsys.readouterr()
        return Result(code, found.out, found.err)

    def line(self, text: str) -> Result:
        """As a shell: `a | b` and `a > file`."""
        self.ran |= {self._commands[text]} if text in self._commands else set()
        stdin = ""
        for part in text.split(" | "):
            words = shlex.split(part)
            target = words[-1] if ">" in words else None
            words = words[: words.index(">")] if target else words
            assert words[0] == "flext", text
            result = self.words(words[1:], stdin)
            stdin = result.out
            if target:
                (self._folder / target).write_text(result.out)
            if result.code:
                return result
        return result
