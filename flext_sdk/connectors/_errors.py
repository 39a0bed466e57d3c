"""How a connector ends: one line on stderr and an exit code."""

from __future__ import annotations


class ConnectorError(Exception):
    """Something the user can act on: the message is the line that is shown, ``exit_code`` how the program ends."""

    exit_code = 1


class UsageError(ConnectorError):
    """The command line itself was wrong."""

    exit_code = 2


class Terminated(BaseException):
    """SIGTERM arrived."""
