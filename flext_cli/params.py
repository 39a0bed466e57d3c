"""The command table, and which parameters a command has in the end: its own and the shared ones, with their flags.

Help, router and builder all ask here, so that they cannot disagree. Nothing is imported but the table's root, for help
comes before everything else.
"""

from flext_cli import _table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flext_cli._types import Data, Entry


class Commands:
    """The commands by their words.

    Which there are, and what each is for, stands with the groups. All else is loaded for a whole group when it is asked
    for, so that a call pays for what it shows, however many commands there are.

    Args:
        groups: The groups by name.
    """

    def __init__(self, groups: "dict[str, Entry]") -> None:
        self._groups = groups
        self._entries: dict[str, Entry] = {}

    def __contains__(self, words: str) -> bool:
        group, name = _place(words)
        return group in self._groups and name in self._groups[group]["commands"]

    def __iter__(self) -> "Iterator[str]":
        return self.below("")

    def __getitem__(self, words: str) -> "Entry":
        if words not in self._entries and words in self:
            module = self._groups[_place(words)[0]]["module"]
            # What `importlib.import_module` does, without loading it.
            self._entries.update(__import__(module, fromlist=("COMMANDS",)).COMMANDS)
        return self._entries[words]

    def get(self, words: str) -> "Entry | None":
        """The entry of a command, None where words are no whole command."""
        try:
            return self[words]
        except KeyError:
            return None

    def items(self) -> "Iterator[tuple[str, Entry]]":
        """All of them; this loads every group."""
        return ((words, self[words]) for words in self)

    def below(self, words: str) -> "Iterator[str]":
        """Words of the commands in a group or another beginning; of all for no words."""
        first, space, rest = words.partition(" ")
        start = f"{rest} " if space else ""
        for group in (first,) if words else self._groups:
            for name in self._groups.get(group, {"commands": ()})["commands"]:
                if name.startswith(start):
                    yield f"{group} {name}" if group else name

    def known(self, words: str) -> bool:
        """Tell whether words are a command, a group, or the beginning of one."""
        return words in self or (words != "" and any(self.below(words)))

    def summary(self, words: str) -> str:
        """What a command is for, in a line."""
        group, name = _place(words)
        return str(self._groups[group]["commands"][name])

    def add(self, words: str, entry: "Entry") -> None:
        """Put a command of another package beside ours."""
        group, name = _place(words)
        place = self._groups.setdefault(group, {"summary": "Commands of other packages.", "commands": {}})
        place["commands"][name] = entry["summary"]
        self._entries[words] = entry


def _place(words: str) -> "tuple[str, str]":
    """The group of a command, "" for one that stands alone, and its words there."""
    group, space, name = words.partition(" ")
    return (group, name) if space else ("", group)


class Table:
    """The command table: what `make generate` wrote to the root of `flext_cli/_table`, and the commands."""

    def __init__(self, root: "Data") -> None:
        self.VERSION: str = root.VERSION
        self.SUMMARY: str = root.SUMMARY
        self.EXIT_CODES: tuple[tuple[int, str], ...] = root.EXIT_CODES
        self.ENVIRONMENT: tuple[tuple[str, str], ...] = root.ENVIRONMENT
        self.GLOBALS: tuple[Entry, ...] = root.GLOBALS
        self.GROUPS: dict[str, Entry] = root.GROUPS
        self.COMMANDS = Commands(self.GROUPS)


table = Table(_table)


def command_of(words: str) -> "Entry":
    """The table's entry of a command."""
    return table.COMMANDS[words]


READ_KINDS = ("page", "list", "model", "json")


def applies(when: str, command: "Entry") -> bool:
    """Tell whether a shared option with this `when` belongs to a command."""
    if when == "page":
        return bool(command["output"]["kind"] == "page")
    if when == "request":
        # A command of its own (`api`) sends what it is told.
        return bool(command["http"] or (command["mutating"] and command["attribute"] is None and not command["local"]))
    if when == "read":
        # A stream has a kind of its own.
        changes = command["mutating"] or command["confirm"] or command["wait"]
        return not changes and command["output"]["kind"] in READ_KINDS
    if when == "guarded":
        # The quick start stores a pipeline and runs it; files of this machine are nothing that a profile leads to.
        there = command["mutating"] and (not command["local"] or command["attribute"] == "services")
        return bool(there or command.get("method") == "quickstart")
    return when not in {"confirm", "wait", "mutating"} or bool(command[when])


def own(command: "Entry") -> "list[Entry]":
    """Parameters of the command itself.

    The `limit` of a paged method is the size of a page, while `--limit` counts items over all pages: the shared option
    stands in for it. So does that for `sort`: every list is sorted in the same words, by the service where it can.
    """
    stood_in_for = {"limit", "sort"} if command["output"]["kind"] == "page" else ()
    return [dict(param, flags=flags(param)) for param in command["params"] if param["name"] not in stood_in_for]


def flags(param: "Entry") -> "tuple[str, ...]":
    """Flags that switch a parameter on or give its value, the long one first."""
    return tuple(flag for flag in param["flags"] if not flag.startswith("--no-") or flag == _long(param))


def _long(param: "Entry") -> str:
    return "--" + str(param["name"]).replace("_", "-")


def negatives(param: "Entry") -> "tuple[str, ...]":
    """Flags that switch a parameter off: where it is on or undecided by default, and always for `--wait`."""
    if param["type"] != "bool" or param["kind"] == "positional":
        return ()
    listed = tuple(flag for flag in param["flags"] if flag.startswith("--no-") and flag != _long(param))
    if listed:
        return listed
    return (
        ()
        if param["default"] is False and param["name"] != "wait"
        else ("--no-" + str(param["name"]).replace("_", "-"),)
    )


def shared(command: "Entry") -> "list[Entry]":
    """Shared options of a command; a flag that the command uses itself means the command's own parameter."""
    taken = {flag for param in own(command) for flag in (*flags(param), *param.get("negatives", ()))}
    out = []
    for param in table.GLOBALS:
        free = tuple(flag for flag in param["flags"] if flag not in taken)
        if free and applies(param["when"], command):
            out.append(dict(param, flags=free))
    return out


def takes_value(param: "Entry") -> bool:
    """Tell whether a flag is followed by a value."""
    return bool(param["kind"] == "option" and param["type"] != "bool")


def closed(command: "Entry", tokens: "Sequence[str]") -> "Sequence[str]":
    """The tokens with `--` before the first word, where what a command takes is another command line.

    Options behind that word are the other command's, as with `env`, `nice` and `strace`.
    """
    if not any(
        param["kind"] == "positional" and param["metavar"].startswith("COMMAND.") for param in command["params"]
    ):
        return tokens
    waits = False
    valued = {flag for param in (*own(command), *shared(command)) if takes_value(param) for flag in flags(param)}
    for number, token in enumerate(tokens):
        if waits:
            waits = False
        elif token == "--":  # noqa: S105 - the end of the options
            return tokens
        elif token.startswith("-"):
            waits = token in valued
        else:
            return [*tokens[:number], "--", *tokens[number:]]
    return tokens


def is_duration(param: "Entry") -> bool:
    """Tell whether a number counts seconds, so that `90s`, `5m` and `2h` are understood, too."""
    return bool(param["type"] == "float" and (param["name"] == "watch" or param["name"].endswith("timeout")))


def placeholder(param: "Entry") -> str:
    """The word that stands for a value in help."""
    if param["metavar"]:
        return str(param["metavar"])
    if param["kind"] == "positional":
        return str(param["name"]).upper().replace("_", "-")
    if is_duration(param):
        return "DURATION"
    return {"int": "N", "float": "NUMBER", "path": "FILE", "mapping": "KEY=VALUE", "choice": "CHOICE"}.get(
        str(param["type"]), "TEXT"
    )
