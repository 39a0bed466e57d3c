"""Errors on standard error: one clear line, a hint, and for a document its problems with file and line.

With `-o json` the same as one object, `{"error": {"code", "message", "hint", "status", "retryable", "request_id"}}`.
Imported on the path of a typing error, so it loads little.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from flext_cli import terminal

JSON_FORMATS = {"json", "ndjson"}
# An argument of any length may be part of a message; what is wrong must not scroll away behind it.
LONGEST = 1000
MOST = 50


def asked_format(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """The output format of a command line that could not be parsed, as far as it can be told."""
    return _asked(arguments, environ).lower()


def _asked(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    for position, token in enumerate(arguments):
        if token in {"-o", "--output"} and position + 1 < len(arguments):
            return arguments[position + 1]
        if token.startswith(("-o=", "--output=")):
            return token.partition("=")[2]
        if token.startswith("-o") and len(token) > 2:
            return token[2:]
    return environ.get("FLEXT_OUTPUT", "table")


def tell(code: str, message: str, hint: str | None, form: str, *, plain: bool = False) -> None:
    """Tell an error of the command line itself, in words or as an object."""
    if form in JSON_FORMATS:
        _json({"code": code, "message": message, "hint": hint, "retryable": False})
    else:
        lines(message, hint, plain=plain)


def report(error: Exception, form: str, *, plain: bool = False, typed: Mapping[str, str] | None = None) -> int:
    """Tell an error of the SDK; returns its exit code.

    Args:
        error: Anything with `exit_code`, `to_dict()` and perhaps `problems`: the tree of `flext_sdk.errors`.
        form: Output format; `json` and `ndjson` make the error an object, too.
        plain: Whether colours are forbidden.
        typed: What a person types for each argument of the command, by the argument's name: `--cron`, `NAME`.
    """
    told: dict[str, Any] = error.to_dict()  # type: ignore[attr-defined]
    problems = _problems(error)
    if form in JSON_FORMATS:
        _json({**told, **({"problems": problems} if problems else {})})
    else:
        message = str(told.get("message") or error)
        if typed and problems and all(_argument(problem, typed) for problem in problems):
            problems = [_as_typed(problem, typed) for problem in problems]
            message = f"{place(problems[0])}{problems[0]['message']}"
            # What an argument lacks is told with it; the hint of the first is not that of all.
            told["hint"] = told.get("hint") if len(problems) == 1 else None
            if len(problems) == 1:
                problems[0].pop("hint", None)
            else:
                message = f"{len(problems)} problems"
        elif typed:
            # "tail must be between 0 and 10000", "since: 'x' is no moment": an argument by its name in Python.
            first, space, rest = message.partition(" ")
            name = first.removesuffix(":")
            if name in typed and (name != first or rest.startswith("must ")):
                message = f"{typed[name]}{first[len(name) :]}{space}{rest}"
        lines(message, told.get("hint"), problems, plain=plain)
        if (told.get("status") or 0) >= 500 and told.get("request_id"):
            say(f"request: {told['request_id']}\n")
    return int(error.exit_code)  # type: ignore[attr-defined]


def lines(
    message: str, hint: str | None = None, problems: Iterable[Mapping[str, Any]] = (), *, plain: bool = False
) -> None:
    """Write `error: ...`, each problem as `file:line:column: message`, and `hint: ...`."""
    from flext_cli.output.text import one_line, shorten

    bold, end = (
        (terminal.BOLD + terminal.RED, terminal.RESET) if not plain and terminal.colour(sys.stderr) else ("", "")
    )
    out = [f"{bold}error:{end} {shorten(one_line(message), LONGEST)}"]
    shown = list(problems)
    for problem in shown[:MOST]:
        text = one_line(str(problem.get("message", "")))
        if text and text in out[0]:
            continue  # a single problem is the message already
        if problem.get("severity") == "warning":
            text = f"warning: {text}"
        if problem.get("hint"):
            text += f" ({one_line(str(problem['hint']))})"
        out.append(f"{place(problem)}{text}")
    if len(shown) > MOST:
        out.append(f"... and {len(shown) - MOST} more problems (-o json shows all)")
    if hint:
        out.append(f"hint: {one_line(hint)}")
    say("\n".join(out) + "\n")


def _argument(problem: Mapping[str, Any], typed: Mapping[str, str]) -> str | None:
    """The argument of the command that a problem is about; None where it is about a document, or something else."""
    if problem.get("file") or problem.get("line"):
        return None
    return typed.get(str(problem.get("path") or "").removeprefix("/").partition("/")[0])


def _as_typed(problem: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """A problem in the words of the command line: `--cron` in place of `/cron`, which is where the request has it."""
    name, slash, rest = str(problem["path"]).removeprefix("/").partition("/")
    message = str(problem.get("message", "")).removeprefix(f"query parameter '{name}': ").removeprefix(f"{name}: ")
    # Items of an argument are counted from one by a person, and told by their value anyway.
    inside = f" {rest}" if slash and not rest.isdecimal() else ""
    return {**problem, "message": message, "path": f"{typed[name]}{inside}"}


def place(problem: Mapping[str, Any]) -> str:
    """Where a problem lies: `orders.yaml:4:7: `, or its pointer where no file is known."""
    from flext_cli.output.text import one_line

    position = [str(problem[key]) for key in ("file", "line", "column") if problem.get(key) is not None]
    if problem.get("file") == "-":
        position[0] = "standard input"
    if len(position) > 1 or problem.get("file"):
        return one_line(":".join(position)) + ": "
    return f"{one_line(str(problem['path']))}: " if problem.get("path") else ""


def internal(error: BaseException, form: str, *, debug: bool) -> int:
    """Tell a mistake of ours; the traceback only if asked for. Returns the exit code."""
    if debug:
        import traceback

        say("".join(traceback.format_exception(error)))
    what = f"internal error: {type(error).__name__}: {error}"
    if form in JSON_FORMATS:
        tell("INTERNAL", what, "please report it", form)
    else:
        from flext_cli.output.text import one_line

        more = "" if debug else " (--debug shows where)"
        say(f"{one_line(what)}; please report it{more}\n")
    return 1


def say(text: str) -> None:
    """Write to standard error, which may be gone."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass  # nobody is left to be told


def _problems(error: Exception) -> list[dict[str, Any]]:
    out = []
    for problem in getattr(error, "problems", None) or ():
        to_dict = getattr(problem, "to_dict", None)
        if to_dict is not None:
            out.append(dict(to_dict()))
        elif isinstance(problem, Mapping):
            out.append(dict(problem))
        else:
            names = ("path", "message", "hint", "severity", "file", "line", "column")
            out.append({name: value for name in names if (value := getattr(problem, name, None)) is not None})
    return out


def _json(told: Mapping[str, Any]) -> None:
    from flext_cli.output.json import dumps
    from flext_cli.output.values import plain

    say(dumps({"error": plain(told)}, ascii_only=not is_unicode(sys.stderr)) + "\n")


def is_unicode(stream: TextIO) -> bool:
    """Tell whether a stream can write every character."""
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")
