"""Connections to PostgreSQL, for the tap and the target: how they are made, and what their errors are in one line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo, sql

from flext_sdk.connectors._errors import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flext_sdk.connectors._settings import Settings

_PARTS = {"host": "host", "port": "port", "database": "dbname", "user": "user", "password": "password"}
_MORE = ("sslmode", "sslrootcert", "connect_timeout")
# Texts of all dates, times and numbers come in one form, whatever the server or the role is set to.
_SESSION = {
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
}


def connect(name: str, settings: Settings) -> psycopg.Connection[tuple[Any, ...]]:
    """Opens a connection.

    Args:
        name: Name of the program, which the server's administrator sees.
        settings: Of a connector for PostgreSQL.

    Raises:
        ConnectorError: If the settings do not say where to, or the server cannot be reached or refuses.
    """
    parameters = _parameters(settings)
    place = _place(parameters)
    try:
        connection = psycopg.connect(**parameters, application_name=name)
    except psycopg.Error as error:
        raise ConnectorError(f"cannot connect to {place}: {reason(error, parameters)}") from None
    try:
        for option, value in _SESSION.items():
            connection.execute(sql.SQL("SELECT set_config({}, {}, false)").format(option, value))
        connection.commit()
    except psycopg.Error as error:
        connection.close()
        raise ConnectorError(f"cannot use {place}: {reason(error, parameters)}") from None
    return connection


def _parameters(settings: Settings) -> dict[str, Any]:
    parameters: dict[str, Any] = {name: settings[name] for name in _MORE if settings.get(name) is not None}
    if settings.get("url") is None:
        if settings.get("database") is None:
            raise ConnectorError("the settings are not valid: either url or database is required")
        return parameters | {ours: settings[name] for name, ours in _PARTS.items() if settings.get(name) is not None}
    try:
        given = conninfo.conninfo_to_dict(settings["url"])
    except (psycopg.ProgrammingError, UnicodeError):
        # What libpq says of it may quote the password.
        raise ConnectorError(
            "url cannot be understood; it must look like postgresql://user:password@host:port/database, with "
            "special characters written as %40"
        ) from None
    if settings.get("password") is not None:
        parameters["password"] = settings["password"]
    return parameters | {name: value for name, value in given.items() if value is not None}


def _place(parameters: dict[str, Any]) -> str:
    who = f" as {parameters['user']}" if parameters.get("user") else ""
    where = f"{parameters.get('host', 'localhost')}:{parameters.get('port', 5432)}"
    return f"the database {parameters.get('dbname', parameters.get('user', ''))} of {where}{who}"


def reason(error: BaseException, parameters: dict[str, Any] | None = None) -> str:
    """An error of PostgreSQL as one line, without secrets."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        text = error.diag.message_primary
    else:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        # libpq asks behind its message whether the server is running.
        said = next((line for line in reversed(lines) if "Is the server running" not in line), type(error).__name__)
        text = said.removeprefix("- ").rsplit("failed: ", 1)[-1]
    password = (parameters or {}).get("password")
    return text.replace(str(password), "***") if password else text


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Errors of PostgreSQL in this block become one line."""
    try:
        yield
    except psycopg.Error as error:
        raise ConnectorError(f"{place}: {reason(error)}") from None
