"""How a connector ends: one line on stderr and an exit code."""

from __future__ import annotations


class ConnectorError(Exception):
    """Something the user can act on. The message is the one line that is shown; the program exits with ``exit_code``."""

    exit_code = 1


class UsageError(ConnectorError):
    """The command line itself was wrong."""

    exit_code = 2


class Terminated(BaseException):  # noqa: N818 - beside KeyboardInterrupt, and not to be caught as an Exception
    """SIGTERM arrived."""
