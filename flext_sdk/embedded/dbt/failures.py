"""From how dbt ended to one line that names the model or test, the line and the compiled file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flext_sdk.embedded.engine.singer import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flext_sdk.embedded.dbt.events import Node, Told
    from flext_sdk.embedded.dbt.projects import Project

_LONGEST: Final = 300
_LINE = re.compile(r"\bLINE (\d+)\b|(?:^|\s)line (\d+)$", re.MULTILINE)
_NEAR = re.compile(r"near line (\d+)|^\s*line (\d+)\s*$|in \"<unicode string>\", line (\d+)", re.MULTILINE)
_QUOTED = re.compile(r'"([^"\n]{2,80})"')
# "Runtime Error in model orders (models/orders.sql)": said already by whoever tells of it.
_FRAME = re.compile(r"^(?:[A-Z][a-z]+ )+Error in [a-z ]+ \S+ \((?P<file>[^)]*)\)$")
_EXCERPT = re.compile(r"^line (\d+)$")
_FRAMING: Final = ("compiled code at ", "Encountered an error")
_KIND_OF_ERROR = re.compile(r"^(?:[A-Z][a-z]+ )+Error$")
_HINTS: Final = (
    (
        ("Could not set lock on file", "Conflicting lock"),
        "Another program has the DuckDB file open: end it, or let this step depend on the one that writes the file.",
    ),
    (("dbt deps",), "Install its packages: flext data dbt deps PROJECT"),
    (("Env var required",), "Give it with --env NAME=VALUE, as env in the step, or to the service's environment."),
    (("No space left", "ENOSPC"), "Make room on the disk, then run it again."),
    (("Permission denied", "Read-only file system"), "dbt writes to target/ and logs/ in the project: let it."),
    (("could not connect", "Connection refused", "connection to server"), "Is the database up? Look at profiles.yml."),
    (("password authentication failed",), "Check user and password in profiles.yml."),
    (("Table with name", 'relation "'), "Load it first, or build what it stands on: --select +NAME"),
)  # fmt: skip


def verdict(told: Told, code: int | None, project: Project, selected: Sequence[str]) -> Result:
    """How it ended.

    Args:
        told: What dbt said.
        code: Its exit code.
        project: The project.
        selected: What was to be selected.
    """
    if code == 0:
        if told.nothing and told.unmatched and not told.nodes:
            what = ", ".join(told.unmatched) or ", ".join(selected)
            return Result(
                "failed",
                f"nothing in {project.name} matches {what}",
                f"See what there is: flext data dbt models {project.folder}",
                0,
            )
        return Result("completed")
    failed = [node for node in told.nodes.values() if node.failed]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return Result("failed", _of_node(failed[0]) + more, _hint_of(failed[0], project), code)
    if told.error is not None:
        return Result("failed", _condensed(told.error), _hint(told.error) or _mend(told.error), code)
    if code is None or code < 0:
        how = "ended from outside" if code is None else f"killed by signal {-code}"
        return Result("failed", f"dbt was {how}", "Look for a shortage of memory, or who else ended it.", code)
    said = f": {told.last}" if told.last else " and said nothing"
    return Result("failed", f"dbt failed with exit code {code}{said}"[:_LONGEST], _hint(told.last), code)


def complete(told: Told, project: Project) -> None:
    """Adds to the nodes that failed what the files tell: message, line, absolute place of the compiled file."""
    for node in told.nodes.values():
        words = told.messages.get(node.id)
        if words:
            node.message = _condensed("\n".join(words), framed=False)
        if node.compiled:
            node.compiled = str(project.folder / node.compiled)
        if node.failed and node.type != "test" and words:
            node.line = _line_of(node, project, "\n".join(words))


def _of_node(node: Node) -> str:
    """One line about a node that failed."""
    compiled = f"; compiled: {node.compiled}" if node.compiled else ""
    if node.type == "test" and node.failures:
        rows = f"{node.failures} row{'s' if node.failures != 1 else ''}"
        return f"the test {node.name} failed: {rows}{_place(node)}{compiled}"
    return f"the {node.type} {node.name} failed{_place(node)}: {_short(node.message or 'see the log')}{compiled}"


def _place(node: Node) -> str:
    if node.file is None:
        return ""
    return f" ({node.file}, line {node.line})" if node.line is not None else f" ({node.file})"


def _hint_of(node: Node, project: Project) -> str:
    hint = _hint(node.message or "")
    if hint is not None:
        return hint
    if node.type == "test":
        return "Look at the rows that the compiled query gives."
    return f"Mend {project.folder / node.file}." if node.file else "Read the log."


def _line_of(node: Node, project: Project, said: str) -> int | None:
    """Line in the node's own file: what the database names is a line of what it was sent."""
    compiled = _lines(Path(node.compiled) if node.compiled else None)
    own = _lines(project.folder / node.file if node.file else None)
    found = _LINE.search(said)
    if found is not None and compiled:
        # The compiled query stands inside the statement that was sent; dbt keeps that, too, under run/.
        number = int(found[1] or found[2])
        sent = _lines(Path(str(node.compiled).replace("/compiled/", "/run/", 1)))
        text = sent[number - 1].strip() if 0 < number <= len(sent) else ""
        line = _only(own, text) if text else None
        if line is not None:
            return line
    if found is not None and not compiled:
        return int(found[1] or found[2])
    for word in _QUOTED.findall(said):
        line = _only(own, word)
        if line is not None:
            return line
    return None


def _only(lines: Sequence[str], text: str) -> int | None:
    """Number of the only line that holds a text."""
    found = [number for number, line in enumerate(lines, 1) if text in line]
    return found[0] if len(found) == 1 else None


def _lines(path: Path | None) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path is not None else []
    except OSError:
        return []


def _condensed(text: str, *, framed: bool = True) -> str:
    """Several lines as one: without the frame around them, and the excerpt of the file that follows.

    Args:
        text: What dbt said.
        framed: Whether the file is to be named.
    """
    kept: list[str] = []
    place = ""
    for line in text.splitlines():
        frame, excerpt = _FRAME.match(line.strip()), _EXCERPT.match(line.strip())
        if frame is not None:
            place = frame["file"]
            continue
        if excerpt is not None:
            # What follows is that line of the file.
            place += f", line {excerpt[1]}" if place else ""
            break
        piece = re.sub(r"^\[Errno \d+\] ", "", line.strip())
        if piece.startswith("Raw Error"):
            break
        if not piece or piece.startswith(_FRAMING) or set(piece) <= {"-", "^"}:
            continue
        if re.match(r"\d+\s+\|", piece) or re.match(r"LINE \d+:", piece):
            continue
        kept.append(piece)
    if len(kept) > 1 and _KIND_OF_ERROR.match(kept[0]) and " in " not in kept[0]:
        kept = kept[1:]
    said = " ".join(kept) or "dbt did not say why"
    return _short(f"{place}: {said}" if framed and place else said)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _hint(text: str) -> str | None:
    return next((hint for words, hint in _HINTS if any(word in text for word in words)), None)


def _mend(text: str) -> str:
    found = _NEAR.search(text)
    line = next((group for group in found.groups() if group), None) if found else None
    return f"Mend the file at line {line}." if line else "Mend the project; the log has all that dbt said."
