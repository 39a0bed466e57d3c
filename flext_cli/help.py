"""Help pages, drawn from the command table.

Only `sys`, `os` and the table are imported: a help page costs hardly more than starting the interpreter.
"""

import os
import sys

from flext_cli import params, terminal
from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from flext_cli._types import Entry

PROGRAM = "flext"
# Longer lines are hard to read, however wide the terminal is.
READABLE = 110
NARROW = 40
# Descriptions start here at the latest; longer flags get a line of their own.
GUTTER = 30
# Examples in the help of a group; each command's own help has all of its own.
SOME = 6
IN_PYTHON = {"api": "Flext().request(method, path)"}


def wrap(text: str, width: int) -> "list[str]":
    """Break text at spaces into lines of at most `width`; longer words stay whole, as paths and URLs must."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line or not lines:
        lines.append(line)
    return lines


class Page:
    """Lines of one help page."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = max(NARROW, min(width, READABLE))
        self.colour = colour
        self.lines: list[str] = []

    def heading(self, text: str) -> None:
        """Start a section."""
        if self.lines:
            self.lines.append("")
        self.lines.append(f"{terminal.BOLD}{text}{terminal.RESET}" if self.colour else text)

    def paragraphs(self, text: str, indent: str = "") -> None:
        """Add text: paragraphs are filled, indented and list lines are kept as they are."""
        for number, paragraph in enumerate(text.strip("\n").split("\n\n")):
            if number:
                self.lines.append("")
            filled: list[str] = []
            for line in paragraph.split("\n"):
                if line.startswith((" ", "- ", "* ", "|", "```", ">")):
                    self._fill(filled, indent)
                    self.lines.append(indent + line.rstrip())
                else:
                    filled.append(line)
            self._fill(filled, indent)

    def _fill(self, words: "list[str]", indent: str) -> None:
        if words:
            self.lines.extend(indent + line for line in wrap(" ".join(words), self.width - len(indent)))
            words.clear()

    def rows(self, rows: "Iterable[tuple[str, str]]") -> None:
        """Add pairs of term and description, the descriptions aligned."""
        rows = list(rows)
        column = min(GUTTER, max((len(term) for term, _ in rows), default=0) + 4)
        for term, text in rows:
            lines = wrap(text, max(self.width - column, NARROW // 2)) if text else []
            first = f"  {term}"
            if lines and len(first) + 2 <= column:
                first = first.ljust(column) + lines.pop(0)
            self.lines.append(first)
            self.lines.extend(" " * column + line for line in lines)

    def text(self) -> str:
        """The page."""
        return "\n".join(self.lines) + "\n"


def new_page(*, plain: bool = False) -> Page:
    """A page for standard output; `plain` forbids colour."""
    return Page(terminal.width(sys.stdout, os.environ), colour=not plain and terminal.colour(sys.stdout, os.environ))


def root(page: Page) -> str:
    """Help of the program: groups, root commands, shared options, exit codes, environment."""
    page.paragraphs(table.SUMMARY)
    page.heading("Usage:")
    page.lines.append(f"  {PROGRAM} GROUP COMMAND [ARGUMENTS] [OPTIONS]")
    page.heading("Groups:")
    page.rows((name, group["summary"]) for name, group in table.GROUPS.items() if name and " " not in name)
    alone = table.GROUPS.get("", {"commands": ()})["commands"]
    if alone:
        page.heading("Commands:")
        page.rows((name, table.COMMANDS.summary(name)) for name in alone)
    page.heading("Options of every command:")
    always: list[Entry] = [param for param in table.GLOBALS if param["when"] == "always"]
    standing = (
        ("-h, --help", "Show help; also: flext help GROUP COMMAND."),
        ("    --help-json", "Show the same help as JSON."),
        ("-V, --version", "Show the version."),
    )
    page.rows((*map(_option, always), *standing))
    page.heading("Exit codes:")
    page.rows((str(code), text) for code, text in table.EXIT_CODES)
    page.heading("Environment:")
    page.rows(table.ENVIRONMENT)
    page.heading("Start here:")
    page.lines.append(f"  $ {PROGRAM} quickstart" if "quickstart" in table.COMMANDS else f"  $ {PROGRAM} help GROUP")
    return page.text()


def group(page: Page, words: str) -> str:
    """Help of a group: its commands, and one example of each."""
    entry = table.GROUPS.get(words, {"summary": "", "commands": ()})
    page.paragraphs(entry["summary"])
    page.heading("Usage:")
    page.lines.append(f"  {PROGRAM} {words} COMMAND [ARGUMENTS] [OPTIONS]")
    page.heading("Commands:")
    below = list(table.COMMANDS.below(words))
    page.rows((_short_usage(name).removeprefix(words + " "), table.COMMANDS.summary(name)) for name in below)
    examples = [table.COMMANDS[name]["examples"][0][0] for name in below if table.COMMANDS[name]["examples"]][:SOME]
    if examples:
        page.heading("Examples:")
        page.lines.extend(f"  $ {line}" for line in examples)
    page.heading("More:")
    page.lines.append(f"  {PROGRAM} {words} COMMAND --help")
    return page.text()


def command(page: Page, words: str) -> str:
    """Help of one command."""
    entry = params.command_of(words)
    page.paragraphs(entry["summary"])
    page.heading("Usage:")
    page.lines.append(f"  {PROGRAM} {_short_usage(words)} [OPTIONS]")
    if entry["description"]:
        page.lines.append("")
        page.paragraphs(entry["description"])
    own = params.own(entry)
    positional = [param for param in own if param["kind"] == "positional"]
    options = [param for param in own if param["kind"] != "positional"]
    if positional:
        page.heading("Arguments:")
        page.rows((_argument(param), _explain(param)) for param in positional)
    shared = params.shared(entry)
    special = [param for param in shared if param["when"] != "always"]
    if options or special:
        page.heading("Options:")
        page.rows(_option(param) for param in (*options, *special))
    page.heading("Options of every command:")
    page.rows(_option(param) for param in shared if param["when"] == "always")
    if entry["examples"]:
        page.heading("Examples:")
        for line, why in entry["examples"]:
            page.lines.append(f"  $ {line}")
            if why:
                page.paragraphs(why, "      ")
    _reference(page, words)
    return page.text()


def _reference(page: Page, words: str) -> None:
    entry = params.command_of(words)
    page.heading("Exit codes:")
    page.paragraphs(", ".join(f"{code} {text.rstrip('.')}" for code, text in table.EXIT_CODES), "  ")
    page.heading("Environment:")
    page.paragraphs(", ".join(name for name, _ in table.ENVIRONMENT) + f" (explained by {PROGRAM} --help)", "  ")
    python = _python(entry)
    if python:
        page.heading("The same from Python:")
        page.lines.append(f"  {python}")
    if entry["http"]:
        page.lines.append(f"  {' '.join(entry['http'])}")
    if entry["see"]:
        page.heading("See also:")
        page.paragraphs(", ".join(f"{PROGRAM} {other}" for other in entry["see"]), "  ")


def _python(entry: "Entry") -> str:
    if not entry["attribute"]:
        # A function for the command line alone; what it stands for is a method of the client, if anything.
        return IN_PYTHON.get(entry["method"], "")
    given = ", ".join(str(param["name"]) for param in entry["params"] if param["kind"] == "positional")
    return f"Flext().{entry['attribute']}.{entry['method']}({given})"


def _short_usage(words: str) -> str:
    places = (_argument(param) for param in params.own(table.COMMANDS[words]) if param["kind"] == "positional")
    return " ".join((words, *places))


def _argument(param: "Entry") -> str:
    name = params.placeholder(param)
    name = f"{name}..." if param["type"] in {"list", "mapping"} and not name.endswith("...") else name
    return name if param["required"] else f"[{name}]"


def _option(param: "Entry") -> "tuple[str, str]":
    flags = [*sorted(param["flags"], key=len), *params.negatives(param)]
    # Without a short flag the long one still stands in the same column.
    lead = "" if len(flags[0]) == 2 else "    "
    value = f" {params.placeholder(param)}" if params.takes_value(param) else ""
    return lead + ", ".join(flags) + value, _explain(param)


def _explain(param: "Entry") -> str:
    notes = []
    if param["choices"]:
        notes.append("one of " + ", ".join(map(str, param["choices"])))
    if param["kind"] == "option" and param["type"] in {"list", "mapping"} and "repeated" not in param["help"]:
        notes.append("may be repeated")
    if param["required"] and param["kind"] != "positional":
        notes.append("required")
    default = param["default"]
    if not param["required"] and default is not None and default is not False and default not in ((), [], {}, ""):
        notes.append(f"default {_literal(default)}")
    if param.get("env"):
        notes.append(param["env"])
    text = str(param["help"])
    return f"{text} [{'; '.join(notes)}]" if notes else text


def _literal(value: object) -> str:
    if value is True:
        return "yes"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return str(value)
