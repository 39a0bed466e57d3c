"""Where the services are: from the settings, or looked up on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk._async import _local
from flext_sdk._core.settings import SETTINGS
from flext_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flext_sdk._core.settings import Resolved
    from flext_sdk._core.types import Service

__all__ = ["SERVICES", "AsyncKnownEndpoints", "told"]

SERVICES: tuple[Service, ...] = ("flexcore", "flext")


def told(settings: Resolved, name: str, labels: Mapping[str, str]) -> str:
    """Where the value of a setting comes from, as a person would say: ``--url``, ``FLEXT_URL``, ``profile work``."""
    origin = settings[name].origin
    if origin == "environment":
        return next(setting.env for setting in SETTINGS if setting.name == name)
    return labels.get(name, name) if origin == "argument" else origin


class AsyncKnownEndpoints:
    """Addresses and tokens: from the settings, or of the services of this machine, looked up at the first call."""

    def __init__(self, settings: Resolved, labels: Mapping[str, str], notify: Callable[[str], None]) -> None:
        base, token = settings.get_value("base_url"), settings.get_value("token")
        self._notify = notify
        self._urls: dict[Service, str] = {}
        self._origins: dict[Service, str] = {}
        ranks: dict[Service, int] = {}
        # One argument stands above any variable: FLEXT_SERVICE_URL must not redirect a client that names its address.
        # The same holds for each source against those below it: a profile must not redirect FLEXT_URL.
        if settings["base_url"].origin != "argument":
            pairs: tuple[tuple[Service, str], ...] = (("flexcore", "flexcore_url"), ("flext", "service_url"))
            for name, key in pairs:
                if (url := settings.get_value(key)) is not None and settings[key].rank <= settings["base_url"].rank:
                    self._urls[name] = url
                    self._origins[name] = told(settings, key, labels)
                    ranks[name] = settings[key].rank
        for name in SERVICES:
            url = base if isinstance(base, str) or base is None else base.get(name)
            if url is not None and name not in self._urls:
                self._urls[name] = url
                self._origins[name] = told(settings, "base_url", labels)
                ranks[name] = settings["base_url"].rank
        self._token_origin = told(settings, "token", labels)
        self._tokens: dict[Service, str | None] = {
            name: token if isinstance(token, str) or token is None else token.get(name) for name in SERVICES
        }
        if settings["token"].origin.startswith("profile "):
            # A profile's token is for the addresses of that profile: one that stands above it leads somewhere else.
            for name in SERVICES:
                if ranks.get(name, settings["token"].rank) < settings["token"].rank:
                    self._tokens[name] = None
        # FLEXT_TOKEN belongs to an address; a token somebody gives along with the call is meant for what is called.
        self._insists = settings["token"].origin == "argument"
        self._autostart: bool = settings.get_value("autostart")
        self.is_local = not self._urls
        self._found: Mapping[Service, _local.Endpoint] | None = None
        self._given: Mapping[Service, _local.Endpoint] = {
            name: _local.Endpoint(url, self._tokens[name]) for name, url in self._urls.items()
        }

    def at_hand(self, service: Service) -> _local.Endpoint | None:
        """The address and token, when they are known without asking anybody."""
        found = self._found  # once: another thread may forget it
        return (self._given if found is None else found).get(service)

    def known(self, service: Service) -> str | None:
        """The address, as far as it is known now."""
        if self._found is not None and service in self._found:
            return self._found[service].url
        return self._urls.get(service)

    def origin(self, service: Service) -> str | None:
        """Where the address was given; None where the services of this machine are used."""
        return self._origins.get(service)

    def token_origin(self, service: Service) -> str | None:
        """Where the token was given; None where none was, or the services of this machine bring their own."""
        if self._tokens[service] is None or (self.is_local and not self._insists):
            return None
        return self._token_origin

    async def get(self, service: Service, *, autostart: bool = True) -> _local.Endpoint:
        """The address and token of a service.

        Args:
            service: The service.
            autostart: False only looks, and starts none.

        Raises:
            ConfigurationError: If only the other one has an address.
            FlextError: If the services of this machine cannot be found or started.
        """
        if self.is_local:
            if self._found is None or service not in self._found:
                self._found = self._with_tokens(
                    await _local.endpoints(service, autostart=autostart and self._autostart, notify=self._notify)
                )
            return self._found[service]
        given = self._given.get(service)
        if given is None:
            variable = "FLEXT_FLEXCORE_URL" if service == "flexcore" else "FLEXT_SERVICE_URL"
            raise ConfigurationError(
                f"There is no address for {service}",
                hint=f'Set {variable}, or give base_url={{"{service}": ...}}.',
            )
        return given

    def _with_tokens(self, found: Mapping[Service, _local.Endpoint]) -> Mapping[Service, _local.Endpoint]:
        if not self._insists:
            return found
        return {name: _local.Endpoint(each.url, self._tokens[name] or each.token) for name, each in found.items()}

    def forget(self) -> bool:
        """Look again at the next attempt: a service of this machine may have moved to another port."""
        self._found = None
        return self.is_local
