"""Questions to the person at the terminal.

A secret is typed without echo; without a terminal it is one line of standard input. It is never an argument, for other
users of the machine could read that.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from flext_sdk.errors import UsageError

__all__ = ["line", "on_terminal", "reply", "secret", "typed"]


def line(question: str) -> str:
    """An answer that may be seen.

    Raises:
        UsageError: There is nobody to ask, or no answer.
    """
    if not on_terminal():
        raise UsageError(
            f"{question}: nothing was given, and there is no terminal to ask on", hint="Give it on the command line."
        )
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    return _checked(reply(), question)


def reply() -> str:
    """The line that is typed behind a question, with its end; after Ctrl-D what comes next begins a line of its own."""
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        _new_line()
    return answer


def secret(question: str) -> str:
    """An answer that nobody sees.

    Raises:
        UsageError: There is no answer.
    """
    if sys.stdin is None:
        raise UsageError(f"{question}: standard input is closed", hint="Pipe it in, or use the environment.")
    return _checked(typed(f"{question}: ") if on_terminal() else sys.stdin.readline(), question)


def typed(prompt: str) -> str:
    """What is typed at the terminal, without echo; empty when there is no more to come."""
    from getpass import getpass

    try:
        return getpass(prompt, stream=sys.stderr)
    except EOFError:
        _new_line()
        return ""


def _new_line() -> None:
    with suppress(OSError, ValueError, AttributeError):  # nobody is left to be told
        sys.stderr.write("\n")
        sys.stderr.flush()


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:
        return False


def _checked(answer: str, question: str) -> str:
    answer = answer.rstrip("\r\n")
    if not answer:
        raise UsageError(f"{question}: nothing was given")
    return answer
