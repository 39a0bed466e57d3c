"""Operations on users and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.embedded.flext.auth import identity
from flext_sdk.embedded.web.access import OWNER, caller
from flext_sdk.embedded.web.call import Answer, Call, Handler

if TYPE_CHECKING:
    from collections.abc import Callable

    from flext_sdk.embedded.flext.auth import AuthService

_NOT_KEPT = {"Cache-Control": "no-store"}


def auth_handlers(service: AuthService) -> dict[str, Handler]:
    """Handlers by operationId."""

    def done(work: Callable[[Call], None]) -> Handler:
        def handle(call: Call) -> Answer:
            work(call)
            return Answer(204)

        return handle

    return {
        "auth.login": lambda call: Answer(200, service.login(call), _NOT_KEPT),
        "auth.refresh": lambda call: Answer(200, service.refresh(call), _NOT_KEPT),
        "auth.logout": done(service.logout),
        "auth.whoami": lambda _call: identity(caller.get() or OWNER),
        "auth.introspect": lambda call: Answer(200, service.introspect(call), _NOT_KEPT),
        "auth.token_revoke": service.revoke,
        "auth.user_list": service.user_list,
        "auth.user_create": service.user_create,
        "auth.user_update": service.user_update,
        "auth.user_delete": done(service.user_delete),
        "auth.user_set_password": done(service.set_password),
        "auth.user_disable": lambda call: service.set_active(call, active=False),
        "auth.user_enable": lambda call: service.set_active(call, active=True),
        "auth.audit": service.audit,
    }
