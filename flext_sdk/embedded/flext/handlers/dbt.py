"""Operations on dbt projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flext_sdk.embedded.web.call import Answer, Call, Handler

if TYPE_CHECKING:
    from flext_sdk.embedded.flext.dbt import DbtService


def dbt_handlers(service: DbtService) -> dict[str, Handler]:
    """Handlers by operationId."""

    def forget(call: Call) -> Answer:
        service.forget(call.path["project"])
        return Answer(204)

    def site(call: Call) -> Answer:
        return Answer(200, service.site(call.query), media_type="text/plain; charset=utf-8")

    return {
        "dbt.projects": lambda _call: service.projects(),
        "dbt.register": lambda call: service.register(call.body),
        "dbt.forget": forget,
        "dbt.show": lambda call: service.show(call.query),
        "dbt.init": lambda call: service.init(call.body),
        "dbt.run": lambda call: service.run(call.body),
        "dbt.models": lambda call: service.models(call.query),
        "dbt.lineage": lambda call: service.lineage(call.query),
        "dbt.docs": site,
    }
