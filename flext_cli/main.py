"""Entry point of the `flext` command.

The words are looked up in the generated table. Help, version and wrong words are answered from it alone, with the
smallest part of the standard library; only a command that is really to run loads the parser (`flext_cli.build`) and the
SDK (`flext_cli.execute`).

Exit codes are those of `flext_sdk.errors`; besides, 141 when the reader of a pipe went away (what a shell reports for a
program ended by SIGPIPE), and nothing is said then.
"""

import sys

from flext_cli import params
from flext_cli.params import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

USAGE = 2
INTERRUPTED = 130
PIPE_CLOSED = 141

HELP_FLAGS = ("-h", "--help", "--help-json")
VERSION_FLAGS = ("-V", "--version")


class WrongUsage(Exception):  # noqa: N818 - never leaves this package
    """Words or options that the table does not know; `hint` says what to type instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Route:
    """What a command line asks for: words, what is left for the command, and whether help or the version is wanted."""

    __slots__ = ("help", "rest", "version", "words")

    def __init__(self) -> None:
        self.words = ""
        self.rest: list[str] = []
        self.help = False
        self.version = False

    @property
    def found(self) -> bool:
        """Whether the words are a whole command."""
        return self.words in table.COMMANDS


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit code; errors are told on standard error, never as a traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _settle_streams()
    code = guarded(lambda: _dispatch(arguments), arguments)
    if argv is None and "gc" in sys.modules and "duckdb" not in sys.modules:
        # The process ends now and everything with it: looking for garbage once more would cost a whole bare start.
        # DuckDB's binding counts what is left then, and tells the user of leaks; few commands load it.
        sys.modules["gc"].freeze()
    return code


def program() -> int:
    """The `flext` command: `main`, and a short end where all that is left is to take the interpreter apart.

    That alone is a seventh of a bare start. Who has something to do at the end (connections, coverage, a profiler) has
    loaded one of these modules.
    """
    code = main()
    if "atexit" not in sys.modules and "threading" not in sys.modules:
        import os

        _say("")
        os._exit(code)
    return code


def guarded(action: "Callable[[], int]", arguments: "Sequence[str]" = ()) -> int:
    """Run an action and flush; an interrupt and a closed pipe become their exit codes."""
    try:
        code = action()
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("\n" if _interactive() else "")
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return PIPE_CLOSED
    except OSError as error:
        # What is left here is standard output itself: a full disk behind `> file`.
        _abandon_output()
        from flext_cli.output import errors

        what = f"cannot write the output: {error.strerror or error}"
        errors.tell("OUTPUT", what, None, errors.asked_format(arguments), plain="--no-color" in arguments)
        return 1
    return code


def _dispatch(arguments: "list[str]") -> int:
    if arguments[:1] == ["__complete"]:
        from flext_cli.completion.words import main as complete

        return complete(arguments[1:])
    try:
        route = _found(arguments)
        if route.version:
            sys.stdout.write(f"flext {table.VERSION}\n")
            return 0
        if route.help or not route.found:
            return show_help(route.words, plain="--no-color" in arguments, as_json="--help-json" in arguments)
    except WrongUsage as error:
        return _refuse(error, arguments)
    import gc

    # Nearly all that is made while modules load stays; looking through it again and again finds nothing.
    gc.set_threshold(50_000, *gc.get_threshold()[1:])
    from flext_cli.execute import run

    return run(route.words, route.rest)


def _found(arguments: "list[str]") -> Route:
    """Find the command; what the table does not know may be an alias of the user's, or a command of another package."""
    try:
        route = find(arguments)
    except WrongUsage:
        from flext_cli.extending import merge

        alias = arguments[0] if arguments else ""
        replaced = _replaced(arguments)
        if not replaced and not merge(scan=True):
            raise
        try:
            return find(arguments)
        except WrongUsage as error:
            # Who typed an alias does not know the words that are wrong.
            raise (WrongUsage(f'alias "{alias}": {error}', error.hint) if replaced else error) from None
    if not route.found and not route.version and _others():
        from flext_cli.extending import merge

        merge(scan=False)
    return route


def _replaced(arguments: "list[str]") -> bool:
    """Put what an alias stands for in its place; says whether there was one."""
    from flext_cli import aliases

    try:
        replaced = aliases.resolve(arguments)
    except aliases.AliasError as error:
        raise WrongUsage(str(error), error.hint) from None
    if replaced is None:
        return False
    # Errors, formats and the rest are read off what the alias stands for.
    arguments[:] = replaced
    return True


def _others() -> bool:
    """Whether there are commands of other packages; help looks no further than this where there are none."""
    import os

    home = os.environ.get("FLEXT_HOME") or "~/.flx"
    return os.path.exists(os.path.join(os.path.expanduser(home), "state", "commands.json"))  # noqa: PTH110, PTH111, PTH118


def find(arguments: "list[str]") -> Route:
    """Find the command's words among the arguments; shared options may stand before, between or behind them."""
    route = Route()
    if arguments[:1] == ["help"] and "help" not in table.COMMANDS:
        arguments = arguments[1:]
        route.help = True
    position = 0
    while position < len(arguments):
        token = arguments[position]
        if len(token) > 1 and token.startswith("-"):
            if route.found:
                break
            position = _leading_option(route, arguments, position)
            continue
        words = f"{route.words} {token}" if route.words else token
        if not table.COMMANDS.known(words):
            if route.found:
                break
            raise unknown_word(route.words, token)
        route.words = words
        position += 1
    behind = arguments[position:]
    operands = behind.index("--") if "--" in behind else len(behind)
    route.help = route.help or any(each in HELP_FLAGS for each in behind[:operands])
    route.rest += behind
    return route


def _leading_option(route: Route, arguments: "list[str]", position: int) -> int:
    """Take one option in front of the command's words; returns the position behind it."""
    token = arguments[position]
    if token in HELP_FLAGS:
        route.help = True
        return position + 1
    if token in VERSION_FLAGS:
        route.version = True
        return position + 1
    name, equals, _ = token.partition("=")
    param = next((param for param in table.GLOBALS if name in params.flags(param)), None)
    if param is None and not token.startswith("--"):
        # "-ojson"
        param = next((p for p in table.GLOBALS if token[:2] in params.flags(p) and params.takes_value(p)), None)
        equals = "attached" if param else ""
    if param is None:
        from flext_cli.suggest import question

        flags = [flag for each in table.GLOBALS for flag in params.flags(each)] + [*HELP_FLAGS, *VERSION_FLAGS]
        where = f"flext {route.words}".rstrip()
        hint = question(name, flags) or f"options of a command stand behind its words; see: {where} --help"
        raise WrongUsage(f"unknown option {name}", hint)
    route.rest.append(token)
    if equals or not params.takes_value(param):
        return position + 1
    if position + 1 >= len(arguments):
        raise WrongUsage(f"{name} needs a value: {params.placeholder(param)}", "see: flext --help")
    route.rest.append(arguments[position + 1])
    return position + 2


def unknown_word(before: str, word: str) -> WrongUsage:
    """The error for a word that is no group or command, with the nearest ones."""
    from flext_cli.suggest import nearest

    prefix = f"{before} " if before else ""
    choices = list(dict.fromkeys(name[len(prefix) :].split()[0] for name in table.COMMANDS.below(before)))
    close = nearest(word, choices)
    if not before and not any(name.lower().startswith(word.lower()) for name in close):
        # "flext start orders": a verb without its group. Pipelines are what most commands are about.
        verbs = [name for name in table.COMMANDS if " " in name and name.split()[-1] == word]
        close = sorted(verbs, key=lambda name: (not name.startswith("pipeline "), name.count(" "), name))[:3] or close
    kind = "command" if before else "group or command"
    where = f" in {before}" if before else ""
    tell = " or ".join(f"flext {prefix}{name}" for name in close)
    hint = f"did you mean {tell}?" if close else f"see: flext {before}".rstrip() + " --help"
    return WrongUsage(f'unknown {kind} "{word}"{where}', hint)


def show_help(words: str, *, plain: bool = False, as_json: bool = False) -> int:
    """Print the help page of the program, a group or a command."""
    if as_json:
        from flext_cli.help_json import text as as_data

        sys.stdout.write(as_data(words))
        return 0
    from flext_cli import help as pages

    page = pages.new_page(plain=plain)
    if not words:
        text = pages.root(page)
    elif words in table.COMMANDS:
        text = pages.command(page, words)
    else:
        text = pages.group(page, words)
    sys.stdout.write(text)
    return 0


def _refuse(error: WrongUsage, arguments: "list[str]") -> int:
    from flext_cli.output import errors

    errors.tell("USAGE", str(error), error.hint, errors.asked_format(arguments), plain="--no-color" in arguments)
    return USAGE


def _settle_streams() -> None:
    """Let text that the terminal's encoding lacks come out escaped instead of ending the program."""
    if None in {sys.stdin, sys.stdout, sys.stderr}:
        _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _fill_closed() -> None:
    """Put nothing in the place of streams the program was started without (`>&-`).

    Otherwise the next file or connection would get the number of one, and what is meant for nobody would go there.
    """
    import os

    nothing = os.open(os.devnull, os.O_RDWR)
    while nothing <= 2:
        nothing = os.dup(nothing)
    os.close(nothing)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end


def _interactive() -> bool:
    from flext_cli.terminal import is_terminal

    return is_terminal(sys.stderr)


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody is left to be told


def _abandon_output() -> None:
    """Point standard output at nothing, or the interpreter's own flush at exit would complain once more."""
    import os

    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    except (OSError, ValueError, AttributeError):
        pass  # not a real file: a test's buffer, or closed already


if __name__ == "__main__":
    sys.exit(main())
