"""The sync tree from the async one, token by token, and the checks that nothing of the other colour is left.

Regions between `# async only: begin` and `# async only: end` are dropped. Docstrings and comments go through the same names.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from openapi.codegen.files import HEADER

if TYPE_CHECKING:
    from pathlib import Path

#: Files that each tree has by hand: the primitives with two faces.
HAND_WRITTEN = {"_rt.py"}

#: Names of the field and of libraries; names of ours follow the rule AsyncX -> X. A name that nothing uses is an error.
NAMES = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "aclose": "close",
    "AsyncGenerator": "Generator",
    "AsyncIterator": "Iterator",
    "_async": "_sync",
}

BEGIN = re.compile(r"^\s*# async only: begin\s*$")
END = re.compile(r"^\s*# async only: end\s*$")
OURS = re.compile(r"^(_?)Async(?=[A-Z])")
RESIDUE = re.compile(
    r"\b(async|await|asyncio|anyio|aclose|anext|aiter|Async(?:[A-Z]\w*)?|Awaitable|Coroutine|_async)\b"
)


class UnasyncError(Exception):
    """The async tree cannot be turned into a sync one."""


class Transformer:
    """Turns files over and remembers which names were needed."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def file(self, text: str, where: str) -> str:
        """The sync text of an async file.

        Raises:
            UnasyncError: on an open region, or on anything async that is left over.
        """
        result = self._tokens(_without_regions(text, where))
        for number, line in enumerate(result.splitlines(), 1):
            if found := RESIDUE.search(line):
                raise UnasyncError(
                    f"{where}: {found.group()!r} is left in the sync text, line {number}: {line.strip()}"
                )
        if not result.startswith(HEADER):
            result = HEADER + result
        return result

    def check_unused(self) -> None:
        """Fail on a rule that no file needs any more.

        Raises:
            UnasyncError: with the names of such rules.
        """
        if unused := sorted(set(NAMES) - self.used):
            raise UnasyncError(f"rules that no file uses: {', '.join(unused)}")

    def name(self, word: str) -> str:
        """One name."""
        if word in NAMES:
            self.used.add(word)
            return NAMES[word]
        return OURS.sub(r"\1", word)

    def prose(self, text: str) -> str:
        """A string or a comment."""
        text = re.sub(r"\b(?:async|await) ", "", text)
        return re.sub(r"[A-Za-z_]\w*", lambda m: self.name(m.group()), text)

    def _tokens(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        out: list[str] = []
        row, column = 1, 0
        swallow = False
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            gap = _between(lines, (row, column), token.start)
            if not (swallow and gap.strip() == ""):
                out.append(gap)
            swallow = False
            row, column = token.end
            if token.type == tokenize.NAME and token.string in {"async", "await"}:
                swallow = True
            elif token.type == tokenize.NAME:
                out.append(self.name(token.string))
            elif token.type in {tokenize.STRING, tokenize.COMMENT, tokenize.FSTRING_MIDDLE}:
                # The middle of an f-string comes with its doubled braces already single.
                value = (
                    _between(lines, token.start, token.end) if token.type == tokenize.FSTRING_MIDDLE else token.string
                )
                out.append(self.prose(value))
            elif (
                token.type not in {tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
                or token.type == tokenize.INDENT
            ):
                out.append(token.string)
        return "".join(out)


def transform_tree(source: Path, target: Path) -> dict[Path, str]:
    """The whole sync tree: file to text, hand-written files left out.

    Raises:
        UnasyncError: when a rule is unused, something async is left over, or a hand-written twin is missing.
    """
    transformer = Transformer()
    result: dict[Path, str] = {}
    for path in sorted(source.rglob("*.py")):
        relative = path.relative_to(source)
        if relative.name in HAND_WRITTEN:
            if not (target / relative).exists():
                raise UnasyncError(f"{relative} has no hand-written twin in the sync tree")
            continue
        result[target / relative] = transformer.file(path.read_text(encoding="utf-8"), str(relative))
    transformer.check_unused()
    return result


def _without_regions(text: str, where: str) -> str:
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if BEGIN.match(line):
            inside = True
        elif END.match(line):
            if not inside:
                raise UnasyncError(f"{where}: a region ends that never began")
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise UnasyncError(f"{where}: a region is never closed")
    return "".join(kept)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (row1, col1), (row2, col2) = start, end
    if row1 == row2:
        return lines[row1 - 1][col1:col2] if row1 <= len(lines) else ""
    parts = [lines[row1 - 1][col1:], *lines[row1 : row2 - 1]]
    if row2 <= len(lines):
        parts.append(lines[row2 - 1][:col2])
    return "".join(parts)
