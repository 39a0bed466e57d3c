"""Tokens of users at FlexCore: FLEXT Service is asked about each, so that a revoked one is no good at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.web.access import Principal
from flext_sdk.embedded.web.errors import ApiError

if TYPE_CHECKING:
    from flext_sdk.embedded.flexcore.neighbours import Neighbours

_PATH = "/api/v1/auth/introspect"


@dataclass(frozen=True, slots=True)
class Introspection:
    """Asks FLEXT Service whose an access token is.

    Nothing is remembered: an answer that is kept would be wrong from the moment in which the token is revoked.

    Attributes:
        neighbours: Asks the services.
    """

    neighbours: Neighbours

    def principal(self, token: str) -> Principal | None:
        """Whose access token this is; None when it is not good now.

        Raises:
            ApiError: 503: FLEXT Service cannot be asked.
        """
        try:
            found = self.neighbours.ask("flext", "POST", _PATH, body={"token": token}, own=True)
        except ApiError as error:
            raise ApiError(
                503,
                "LOGIN_NOT_CHECKED",
                f"whether the token is good cannot be found out: {error.message}",
                hint="FLEXT Service knows the users; start it: flext service start flext",
                headers={"Retry-After": "1"},
            ) from error
        told: dict[str, Any] | None = found.get("identity") if found.get("active") else None
        if told is None:
            return None
        return Principal(
            username=told["username"],
            role=told["role"],
            email=told.get("email"),
            session=told.get("session"),
            expires_at=_moment(told.get("expires_at")),
            session_expires_at=_moment(told.get("session_expires_at")),
            token=token,
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
