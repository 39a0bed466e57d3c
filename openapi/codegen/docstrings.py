"""Google-style docstrings of annotated methods, as far as the command table needs them."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"^(Args|Returns|Yields|Raises|Example|Examples|Command example|Command examples|See also|Note|Attributes):\s*$"
)
_ARGUMENT = re.compile(r"^\*{0,2}(\w+):\s*(.*)$")


@dataclass
class Docstring:
    """The parts of a docstring."""

    summary: str = ""
    description: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    examples: list[tuple[str, str]] = field(default_factory=list)
    see: list[str] = field(default_factory=list)


def parse(text: str) -> Docstring:
    """Take a docstring apart. Python-only prose (backquotes) is kept as it is."""
    lines = inspect.cleandoc(text).splitlines()
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in lines:
        if found := _SECTION.match(line):
            current = found.group(1)
            sections.setdefault(current, [])
        else:
            sections[current].append(line)
    head = "\n".join(sections[""]).strip()
    summary, _, description = head.partition("\n\n")
    examples = sections.get("Command example", []) + sections.get("Command examples", [])
    return Docstring(
        summary=" ".join(summary.split()),
        description=_paragraphs(description),
        arguments=_arguments(sections.get("Args", [])),
        examples=_examples(examples),
        see=[
            word
            for line in sections.get("See also", [])
            if (word := line.strip().strip("`").removeprefix("flext ").strip())
        ],
    )


def _paragraphs(text: str) -> str:
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.lstrip().startswith(("- ", "* ")):
            blocks.append(block.strip())
        elif block.strip():
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)


def _arguments(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    for line in lines:
        if not line.strip():
            continue
        at_margin = len(line) - len(line.lstrip()) == indent
        match = _ARGUMENT.match(line.strip()) if at_margin else None
        if match:
            name, text = match.groups()
            found[name] = text
        elif name:
            found[name] += " " + line.strip()
    return found


def _examples(lines: list[str]) -> list[tuple[str, str]]:
    found = []
    for line in lines:
        text = line.strip()
        if text.startswith("$ "):
            command, _, comment = text[2:].partition("  # ")
            found.append((command.strip(), comment.strip()))
    return found
