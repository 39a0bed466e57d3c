"""Documents that people write: YAML or JSON text to plain data, with the line of everything in it.

The data is what JSON can hold: keys are text as they stand in the file (``on:`` stays ``on``), times stay text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flext_sdk.errors import Problem, ValidationFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml
    from yaml.nodes import Node

    from flext_sdk._core.types import Json

__all__ = ["Document", "load_document", "locate"]

MAX_BYTES = 1_000_000
_RIGHT_FILE = "Is this the right file? A definition has a name and a few steps."
_MAX_DEPTH = 50
_MAX_NODES = 50_000
_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}
_TEXT = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read.

    Attributes:
        data: Its content as plain data.
        positions: Line and column, from 1, of what each JSON pointer names: a key, or an item of a list.
        name: Name of the file; ``"-"`` is standard input.
    """

    data: Json
    positions: Mapping[str, tuple[int, int]]
    name: str


def load_document(text: str | bytes, *, name: str) -> Document:
    """Read YAML or JSON.

    Args:
        text: The text; bytes are read as UTF-8.
        name: Name of the file, for problems.

    Raises:
        ValidationFailedError: If it cannot be read; every problem has a line and column.
    """
    if len(text) > MAX_BYTES:
        what = f"The document is larger than {MAX_BYTES // 1_000_000} MB"
        raise _failed([Problem("", what, _RIGHT_FILE, line=1, column=1)], name)
    if isinstance(text, bytes):
        text = _decoded(text, name)
    text = text.removeprefix("\ufeff")
    if name.lower().endswith(".json"):
        _check_json(text, name)
    return _Reader(text, name).read()


def locate(problem: Problem, document: Document) -> Problem:
    """The problem with file, line and column of what its path names, or of the nearest thing around what is missing."""
    path = problem.path
    while path not in document.positions and path:
        path = path.rpartition("/")[0]
    line, column = document.positions.get(path, (1, 1))
    return replace(problem, file=document.name, line=line, column=column)


def _failed(problems: list[Problem], name: str) -> ValidationFailedError:
    named = [replace(problem, file=name) for problem in problems]
    first = named[0]
    return ValidationFailedError(
        str(first) if len(named) == 1 else f"{'standard input' if name == '-' else name}: {len(named)} problems",
        problems=named,
        hint=first.hint,
        code="BAD_DOCUMENT",
    )


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise _failed(
            [Problem("", "This is not UTF-8 text", "Save the file as UTF-8.", line=line, column=column)], name
        ) from None


def _check_json(text: str, name: str) -> None:
    # YAML is a little more than JSON: a file that calls itself JSON should be read by others, too.
    try:
        json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise _failed(
            [Problem("", f"This is not JSON: {error.msg}", line=error.lineno, column=error.colno)], name
        ) from None
    except (RecursionError, ValueError):
        raise _failed([Problem("", "This is not JSON that can be read", line=1, column=1)], name) from None


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.positions: dict[str, tuple[int, int]] = {"": (1, 1)}
        self.problems: list[Problem] = []
        self.nodes = 0
        self.loader: yaml.SafeLoader

    def read(self) -> Document:
        import yaml

        # JSON is read as JSON: to YAML, tabs are no white space and two escaped surrogates are not one character. It is
        # read as YAML, too, for the positions and the keys that are there twice.
        plain = _parsed(self.text) if self.text.lstrip().startswith(("{", "[")) else None
        source = self.text if plain is None else self.text.replace("\t", " ")
        try:
            self.loader = yaml.SafeLoader(source)
            root = self.loader.get_single_node()
            data = None if root is None else self._value(root, "", ())
        except yaml.MarkedYAMLError as error:
            raise _failed([self._syntax(error)], self.name) from None
        except yaml.reader.ReaderError as error:
            raise _failed([self._unreadable(error)], self.name) from None
        except RecursionError:
            raise _failed(
                [Problem("", "The document is nested too deep", _RIGHT_FILE, line=1, column=1)], self.name
            ) from None
        except _TooMuchError as error:
            raise _failed(
                [Problem(error.path, str(error), _RIGHT_FILE, line=error.line, column=error.column)], self.name
            ) from None
        if self.problems:
            raise _failed(self.problems, self.name)
        if plain is not None:
            data = plain
        if data is None:
            raise _failed(
                [
                    Problem(
                        "",
                        "The document is empty",
                        "Write the definition into it, or give another file.",
                        line=1,
                        column=1,
                    )
                ],
                self.name,
            )
        return Document(data, self.positions, self.name)

    def _value(self, node: Node, path: str, around: tuple[Node, ...]) -> Json:
        import yaml

        self.nodes += 1
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if any(node is outer for outer in around):
            raise _TooMuchError("The document contains itself through an alias", path, line, column)
        if len(around) > _MAX_DEPTH:
            raise _TooMuchError(f"The document is nested deeper than {_MAX_DEPTH} levels", path, line, column)
        if self.nodes > _MAX_NODES:
            raise _TooMuchError("The document is too large once its aliases are filled in", path, line, column)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, around)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self._place(f"{path}/{index}", item)
                items.append(self._value(item, f"{path}/{index}", (*around, node)))
            return items
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: str, around: tuple[Node, ...]) -> Json:  # noqa: ANN401 - a MappingNode
        import yaml

        found: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged = {**self._merged(value_node, path, (*around, node)), **merged}
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(path, "A key must be a single word or text", key_node)
                continue
            key = str(key_node.value)
            below = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in found:
                first = self.positions[below][0]
                self._report(
                    below,
                    f"The key {key!r} is here twice; the first is in line {first}",
                    key_node,
                    "Take one of the two out.",
                )
                continue
            self._place(below, key_node)
            found[key] = self._value(value_node, below, (*around, node))
        return {**merged, **found}

    def _merged(self, node: Node, path: str, around: tuple[Node, ...]) -> dict[str, Json]:
        """What ``<<: *name`` brings in; the first of several wins."""
        import yaml

        parts = list(node.value) if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Json] = {}
        for part in parts:
            value = self._value(part, path, around)
            if not isinstance(value, dict):
                self._report(path, "Only a mapping can be merged with <<", part)
                continue
            found = {**value, **found}
        return found

    def _scalar(self, node: Any, path: str) -> Json:  # noqa: ANN401 - a ScalarNode
        if node.tag == _TEXT:
            return str(node.value)
        if node.tag not in _SCALARS:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self._report(path, f"The tag {tag} is not understood", node)
            return None
        try:
            value = self.loader.construct_object(node)
        except (ValueError, OverflowError):
            self._report(path, f"{str(node.value)[:40]!r} is not a value that can be read", node)
            return None
        if isinstance(value, float) and (value != value or value in {float("inf"), float("-inf")}):  # noqa: PLR0124 - the test for NaN
            self._report(path, "A number must be finite", node)
            return None
        return value

    def _place(self, path: str, node: Node) -> None:
        self.positions.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))

    def _report(self, path: str, message: str, node: Node, hint: str | None = None) -> None:
        mark = node.start_mark
        self.problems.append(Problem(path, message, hint, line=mark.line + 1, column=mark.column + 1))

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        what = (error.problem or "not understood").strip()
        if "another document" in what:
            return Problem("", "One file holds one document; here a second one begins", line=line, column=column)
        hint: str | None = "Look at this line and the one before: indentation, brackets and quotes."
        if "'\\t'" in what:
            what, hint = "A tab cannot begin a word", "Indent with blanks."
        context = f" {error.context.strip()}" if error.context else ""
        return Problem("", f"This is not YAML: {what}{context}", hint, line=line, column=column)

    def _unreadable(self, error: yaml.reader.ReaderError) -> Problem:
        before = self.text[: error.position]
        line = before.count("\n") + 1
        column = error.position - (before.rfind("\n") + 1) + 1
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1] or "?")
        return Problem(
            "", f"The character U+{code:04X} is not allowed in a document", _RIGHT_FILE, line=line, column=column
        )


class _TooMuchError(Exception):
    def __init__(self, message: str, path: str, line: int, column: int) -> None:
        super().__init__(message)
        self.path, self.line, self.column = path, line, column


def _parsed(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None


def _refused(word: str) -> Json:
    raise ValueError(f"{word} is no JSON")
