"""Settings of a service process: where they come from and what follows from them. Standard library only."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

type Service = Literal["flexcore", "flext"]

SERVICES: Final[tuple[Service, ...]] = ("flexcore", "flext")
HOST: Final = "127.0.0.1"
DEFAULT_PORTS: Final[Mapping[Service, int]] = {"flexcore": 8080, "flext": 8081}
PORT_VARIABLES: Final[Mapping[Service, str]] = {"flexcore": "FLEXT_FLEXCORE_PORT", "flext": "FLEXT_SERVICE_PORT"}
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
MASK: Final = "********"


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds everything of the user: ``FLEXT_HOME``, else ``~/.flx``; absolute.

    Args:
        environ: Environment variables.
    """
    given = environ.get("FLEXT_HOME")
    return Path(given).expanduser().absolute() if given else Path("~/.flx").expanduser()


@dataclass(frozen=True, slots=True)
class Paths:
    """Places under the home folder.

    Attributes:
        home: The folder that holds everything.
    """

    home: Path

    @property
    def state(self) -> Path:
        """Folder of what must outlive a process: databases, ports, the token."""
        return self.home / "state"

    @property
    def logs(self) -> Path:
        """Folder of the services' logs."""
        return self.home / "logs"

    @property
    def token(self) -> Path:
        """File with the token, readable by its owner alone."""
        return self.state / "token"

    @property
    def ports(self) -> Path:
        """File with the ports that the services had last."""
        return self.state / "ports.json"

    @property
    def lock(self) -> Path:
        """Lock that is held while services are started or stopped."""
        return self.state / "lock"

    def state_file(self, service: str) -> Path:
        """File that tells where a service listens; there while it runs."""
        return self.state / f"{service}.json"

    def service_lock(self, service: str) -> Path:
        """Lock that a service's process holds as long as it lives."""
        return self.state / f"{service}.lock"

    def log_file(self, service: str) -> Path:
        """Log of a service; older parts end in .1, .2, ..."""
        return self.logs / f"{service}.log"

    def output_file(self, service: str) -> Path:
        """What the process wrote to standard output and error since it was started."""
        return self.logs / f"{service}.out"


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Everything a service process is told.

    Attributes:
        service: Which service this is.
        home: The folder that holds everything.
        port: Port that is bound, on 127.0.0.1.
        token: What callers must send.
        log_level: Least level that is logged.
        environment: Environment variables of the process.
        name: What the operator calls this installation.
        grace: Seconds that requests and running work get to end when the service is stopped.
        started_at: When the process began.
    """

    service: Service
    home: Path
    port: int
    token: str = field(repr=False)
    log_level: str = "info"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = "development"
    grace: float = 10.0
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def paths(self) -> Paths:
        """Places under the home folder."""
        return Paths(self.home)

    @property
    def state_dir(self) -> Path:
        """Folder of what must outlive the process."""
        return self.paths.state

    @property
    def logs_dir(self) -> Path:
        """Folder of the services' logs."""
        return self.paths.logs

    @property
    def url(self) -> str:
        """Where the service listens."""
        return f"http://{HOST}:{self.port}"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store: ``FLEXT_DATABASE_URL``, else a SQLite file under the state folder."""
        return database_url(self.home, self.environment)

    @property
    def dbos_url(self) -> str:
        """SQLAlchemy URL of the engine's own tables: ``FLEXT_DBOS_DATABASE_URL``, else beside the store."""
        return dbos_url(self.home, self.environment)


def database_url(folder: Path, environ: Mapping[str, str]) -> str:
    """SQLAlchemy URL of the store."""
    return environ.get("FLEXT_DATABASE_URL") or f"sqlite:///{Paths(folder).state / 'flext.db'}"


def dbos_url(folder: Path, environ: Mapping[str, str]) -> str:
    """SQLAlchemy URL of the engine's own tables; a store on a server holds them too, for workers share both."""
    given = environ.get("FLEXT_DBOS_DATABASE_URL")
    if given:
        return given
    store = environ.get("FLEXT_DATABASE_URL", "")
    return store if store.startswith("postgres") else f"sqlite:///{Paths(folder).state / 'dbos.db'}"


def wanted_port(service: Service, environ: Mapping[str, str]) -> int | None:
    """Port that the environment asks for; 0 is any free one, None leaves it to the default.

    Raises:
        ConfigurationError: It is not a port.
    """
    name = PORT_VARIABLES[service]
    text = environ.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise ConfigurationError(
            f"{name} is not a port: {text!r}", hint="Use a number from 1 to 65535, or 0 for any free port."
        )
    return int(text)


def log_level(environ: Mapping[str, str]) -> str:
    """Least level that is logged.

    Raises:
        ConfigurationError: There is no such level.
    """
    text = environ.get("FLEXT_LOG_LEVEL", "").lower() or "info"
    if text not in LOG_LEVELS:
        raise ConfigurationError(
            f"FLEXT_LOG_LEVEL is not a level: {text!r}", hint=f"Use one of {', '.join(LOG_LEVELS)}."
        )
    return text


def grace(environ: Mapping[str, str]) -> float:
    """Seconds that work gets to end when the service is stopped.

    Raises:
        ConfigurationError: It is not a number of seconds.
    """
    text = environ.get("FLEXT_SHUTDOWN_GRACE", "") or "10"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ConfigurationError(
            f"FLEXT_SHUTDOWN_GRACE is not a number of seconds: {text!r}", hint="Use a number from 0 to 3600."
        )
    return seconds


def masked_url(url: str) -> str:
    """A URL with its password masked."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{MASK}@{place}"))


_FLEXCORE: Final = (
    ("plugin_timeout", "50", "FLEXT_PLUGIN_TIMEOUT", "Seconds that an operation of a plugin may take."),
    ("max_orchestrations", "10", "FLEXT_MAX_ORCHESTRATIONS", "Orchestrations that run at once; the others wait."),
    (
        "orchestration_timeout",
        "3600",
        "FLEXT_ORCHESTRATION_TIMEOUT",
        "Seconds that an orchestration may take that says nothing about it.",
    ),
    ("allow_processes", "0", "FLEXT_ALLOW_PROCESSES", "Whether the runtimes process and python are on."),
)

_LOGINS: Final = (
    ("access_token_seconds", "900", "FLEXT_ACCESS_TOKEN_SECONDS", "Seconds that an access token is good for."),
    ("refresh_token_seconds", "604800", "FLEXT_REFRESH_TOKEN_SECONDS", "Seconds that an unused refresh token is good."),
    ("session_seconds", "2592000", "FLEXT_SESSION_SECONDS", "Seconds after which one has to log in again."),
    ("password_cost", "15", "FLEXT_PASSWORD_COST", "Cost of a password hash; each step doubles time and memory."),
)


def describe(
    service: Service, folder: Path, environ: Mapping[str, str], *, port: int | None = None
) -> list[dict[str, Any]]:
    """The settings of a service in the shape of the contract's ``ServiceSetting``, secrets masked.

    Args:
        service: Which service.
        folder: Its home folder.
        environ: Environment variables that it has, or would have.
        port: Port that it is bound to; None while it does not run.
    """
    asked = wanted_port(service, environ)
    if port is None:
        shown = DEFAULT_PORTS[service] if asked is None else asked
        origin = "default" if asked is None else "environment"
    else:
        shown = port
        origin = "environment" if asked == port else "default" if port == DEFAULT_PORTS[service] else "state file"

    def setting(name: str, value: object, variable: str | None, description: str) -> dict[str, Any]:
        came = "environment" if variable and environ.get(variable) else "default"
        return {"name": name, "value": value, "origin": came, "description": description}

    found = [
        setting("home", str(folder), "FLEXT_HOME", "Folder that holds everything."),
        setting("host", HOST, None, "Address it listens on; always this machine alone."),
        {
            "name": "port",
            "value": shown,
            "origin": origin,
            "description": f"Port it listens on ({PORT_VARIABLES[service]}).",
        },
        {
            "name": "token",
            "value": MASK,
            "origin": "state file",
            "description": f"What callers must send; in {Paths(folder).token}.",
        },
        setting("log_level", log_level(environ), "FLEXT_LOG_LEVEL", "Least level that is logged."),
        setting("log_file", str(Paths(folder).log_file(service)), None, "Where it logs."),
        setting(
            "environment",
            environ.get("FLEXT_ENVIRONMENT") or "development",
            "FLEXT_ENVIRONMENT",
            "What this installation is called.",
        ),
        setting(
            "shutdown_grace",
            grace(environ),
            "FLEXT_SHUTDOWN_GRACE",
            "Seconds that work gets to end when it is stopped.",
        ),
    ]
    if service == "flexcore":
        for name, default, variable, description in _FLEXCORE:
            found.append(setting(name, environ.get(variable) or default, variable, description))
    if service == "flext":
        store = masked_url(database_url(folder, environ))
        engine = masked_url(dbos_url(folder, environ))
        found.append(setting("database_url", store, "FLEXT_DATABASE_URL", "Where pipelines and runs are stored."))
        found.append(
            setting("dbos_database_url", engine, "FLEXT_DBOS_DATABASE_URL", "Where the engine keeps its own tables.")
        )
        for name, default, variable, description in _LOGINS:
            found.append(setting(name, environ.get(variable) or default, variable, description))
    return found
