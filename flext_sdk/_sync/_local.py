# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.
"""The one place where the client touches the services of this machine."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flext_sdk._sync import _rt as rt
from flext_sdk.errors import FlextError, MissingExtraError, ServiceUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from flext_sdk._core.types import Service

__all__ = ["Endpoint", "endpoints", "say", "supervise"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service listens.

    Attributes:
        url: Its address without a slash at the end.
        token: Its token, or None.
    """

    url: str
    token: str | None

    def __repr__(self) -> str:
        """The address; the token is a secret."""
        return f"Endpoint({self.url!r})"


def supervisor() -> ModuleType:
    """The supervisor of the services of this machine.

    Raises:
        MissingExtraError: If the embedded platform is not installed.
    """
    try:
        from flext_sdk.embedded import supervisor as found
    except ModuleNotFoundError as error:
        raise MissingExtraError("The embedded platform", "embedded") from error
    return found


def say(message: str) -> None:
    """Tell the person at the terminal, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{message}\n")


def endpoints(
    service: Service,
    *,
    autostart: bool,
    notify: Callable[[str], None] = say,
) -> Mapping[Service, Endpoint]:
    """Where the services of this machine listen; all are started when the one that is asked for does not run.

    Args:
        service: The service that is asked for.
        autostart: Whether they may be started.
        notify: Gets one line when they are.

    Raises:
        ServiceUnavailableError: If it does not run and may not be started.
        MissingExtraError: If the embedded platform is not installed.
        FlextError: If it cannot be started.
    """
    found = supervise("running")
    if service not in found:
        if not autostart:
            raise ServiceUnavailableError(
                f"{service} is not running on this machine, and starting by itself is off",
                hint="Start it: flext service start",
            )
        found = supervise("ensure_running", notify=notify)
    return {name: Endpoint(entry.url.rstrip("/"), entry.token) for name, entry in found.items()}


def supervise(name: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the supervisor's own arguments and result
    """Call a function of the supervisor, which blocks.

    Raises:
        FlextError: As the function does; an error of the operating system becomes one.
    """
    func = getattr(supervisor(), name)
    try:
        return rt.to_thread(func, *args, **kwargs)
    except OSError as error:
        reason = error.strerror or str(error)
        where = f": {error.filename}" if error.filename else ""
        raise FlextError(
            f"The services of this machine cannot be managed: {reason}{where}", code="SUPERVISOR"
        ) from error
