"""Changes to YAML text that leave everything else as it stands: comments, order, quotes, line ends.

The parser tells where each value begins and ends, so only those characters are replaced. What comes out is read again
and compared with what was meant; a text whose shape does not allow the change is refused, not rewritten.
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from flext_sdk.errors import ConfigurationError
from flext_sdk.profiles._document import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk._core.types import Json

__all__ = ["assign", "drop", "dump"]

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(?:: ?//[A-Za-z0-9_./:-]+|[A-Za-z0-9_./-]*)")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"})
_STEP = "  "


def assign(text: str, path: Sequence[str], value: Json, *, name: str) -> str:
    """The text with one value set; what is missing on the way to it is made.

    Args:
        text: A YAML mapping, or nothing.
        path: Keys from the top.
        value: Plain data.
        name: Name of the file, for the message.

    Raises:
        ConfigurationError: If the text has no shape that can be changed in place.
    """
    wanted = _data(text, name)
    at = wanted
    for key in path[:-1]:
        if not isinstance(at.get(key), dict):
            at[key] = {}
        at = at[key]
    at[path[-1]] = value
    return _checked(_assign(text, path, value), wanted, name)


def drop(text: str, path: Sequence[str], *, name: str) -> str | None:
    """The text without one value, or None where it is not in it. Maps that would be left empty go, too.

    Args:
        text: A YAML mapping, or nothing.
        path: Keys from the top.
        name: Name of the file, for the message.

    Raises:
        ConfigurationError: If the text has no shape that can be changed in place.
    """
    wanted = _data(text, name)
    trail = [wanted]
    for key in path[:-1]:
        below = trail[-1].get(key)
        if not isinstance(below, dict):
            return None
        trail.append(below)
    if path[-1] not in trail[-1]:
        return None
    cut = len(path)
    while cut > 1 and len(trail[cut - 1]) == 1:
        cut -= 1
    del trail[cut - 1][path[cut - 1]]
    return _checked(_drop(text, path[:cut]), wanted, name)


def dump(value: Json) -> str:
    """A value on one line of YAML."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # What is JSON is YAML, too, but for the signs that end a line in YAML alone.
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _data(text: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(parse(text, name).data)
    return data


def _checked(text: str, wanted: Json, name: str) -> str:
    try:
        fine = bool(parse(text, name).data == wanted)
    except ConfigurationError:
        fine = False
    if not fine:
        raise ConfigurationError(
            f"{name} is written in a way that cannot be changed in place; it was left as it is",
            code="NOT_EDITABLE",
            hint="Change it in an editor.",
        )
    return text


def _nodes(text: str) -> yaml.MappingNode | None:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return node if isinstance(node, yaml.MappingNode) else None


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _find(node: yaml.MappingNode | None, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    for left, right in node.value if node is not None else ():
        if isinstance(left, yaml.ScalarNode) and left.value == key:
            return left, right
    return None


def _assign(text: str, path: Sequence[str], value: Json) -> str:
    node, depth, found = _nodes(text), 0, None
    while depth < len(path) and (found := _find(node, path[depth])) is not None:
        depth += 1
        if depth == len(path) or not isinstance(found[1], yaml.MappingNode) or not found[1].value:
            break
        node, found = found[1], None
    rest = list(path[depth:])
    if found is not None:
        return _replace(text, found, rest, value)
    if node is None:
        return _append(text, len(text), "", rest, value)
    if node.flow_style:
        at = node.end_mark.index - 1
        comma = ", " if node.value and not text[:at].rstrip().endswith(",") else ""
        return f"{text[:at].rstrip()}{comma}{_flow(rest, value)}{text[at:]}"
    return _append(text, _content_end(text, node), " " * node.start_mark.column, rest, value)


def _replace(text: str, found: tuple[yaml.ScalarNode, yaml.Node], rest: Sequence[str], value: Json) -> str:
    """Put a value in the place of another one; what follows on its line stays."""
    key, old = found
    new = dump(_nested(rest, value))
    start, end = old.start_mark.index, _value_end(text, old)
    if not text[start:end]:  # "key:" with nothing behind it
        start = end = text.index(":", key.end_mark.index) + 1
    if text[start - 1 : start] == ":":
        new = f" {new}"
    elif text[key.end_mark.index : start].count("\n"):
        # A block below its key: what stands in its place comes behind the key.
        start = text.index(":", key.end_mark.index) + 1
        new = f" {new}"
    return text[:start] + new + text[end:]


def _value_end(text: str, node: yaml.Node) -> int:
    """Where the characters of a value end; the parser counts what follows a block to it."""
    if isinstance(node, yaml.ScalarNode):
        if node.style in {"|", ">"}:
            return len(text[: node.end_mark.index].rstrip())
        return int(node.end_mark.index)
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _value_end(text, last[1] if isinstance(node, yaml.MappingNode) else last)


def _content_end(text: str, node: yaml.MappingNode) -> int:
    """The end of the line that the last value of a block stands on, with a comment behind it."""
    end = max(_value_end(text, node.value[-1][1]), node.value[-1][0].end_mark.index)
    found = text.find("\n", end)
    return len(text) if found < 0 else found + 1


def _append(text: str, at: int, indent: str, rest: Sequence[str], value: Json) -> str:
    """New lines at a position that begins a line."""
    end = _line_end(text)
    lines = []
    for number, key in enumerate(rest):
        behind = f" {dump(value)}" if number == len(rest) - 1 else ""
        lines.append(f"{indent}{_STEP * number}{dump(key)}:{behind}{end}")
    before, after = text[:at], text[at:]
    if before and not before.endswith("\n"):
        before += end
    return before + "".join(lines) + after


def _drop(text: str, path: Sequence[str]) -> str:
    node = _nodes(text)
    for word in path[:-1]:
        found = _find(node, word)
        node = found[1] if found is not None and isinstance(found[1], yaml.MappingNode) else None
    found = _find(node, path[-1])
    if node is None or found is None:
        return text
    key, value = found
    end = max(_value_end(text, value), key.end_mark.index)
    if node.flow_style:
        return _drop_from_flow(text, node, key, end)
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    line = text.find("\n", end)
    return text[:start] + ("" if line < 0 else text[line + 1 :])


def _drop_from_flow(text: str, node: yaml.MappingNode, key: yaml.Node, end: int) -> str:
    position = next(number for number, pair in enumerate(node.value) if pair[0] is key)
    if position:
        before = _value_end(text, node.value[position - 1][1])
        return text[:before] + text[end:]
    if len(node.value) > 1:
        return text[: key.start_mark.index] + text[node.value[1][0].start_mark.index :]
    return text[: key.start_mark.index] + text[end:]


def _nested(path: Sequence[str], value: Json) -> Json:
    for key in reversed(path):
        value = {key: value}
    return value


def _flow(path: Sequence[str], value: Json) -> str:
    return dump(_nested(path, value))[1:-1]
