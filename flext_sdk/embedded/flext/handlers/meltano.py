"""Operations on Meltano projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.web.access import require_to_change
from flext_sdk.embedded.web.call import Answer, Call, Handler

if TYPE_CHECKING:
    from flext_sdk.embedded.meltano.runs import MeltanoRuns
    from flext_sdk.embedded.meltano.schedules import MeltanoSchedules
    from flext_sdk.embedded.meltano.service import MeltanoService


def meltano_handlers(service: MeltanoService, runs: MeltanoRuns, schedules: MeltanoSchedules) -> dict[str, Handler]:
    """Handlers by operationId."""

    def clear_state(call: Call) -> Answer:
        service.clear_state(call.path["state_id"], call.query)
        return Answer(204)

    def stop(call: Call) -> dict[str, Any]:
        asked = call.body or {}
        return runs.stop(service.folder(asked), asked)

    def config(call: Call) -> dict[str, Any]:
        require_to_change(call, "project", "extras")
        return service.config(call.path["component"], call.body or {})

    def schedule(call: Call) -> dict[str, Any]:
        require_to_change(call, "project")
        return schedules.schedule(call.path["name"], call.body or {})

    return {
        "meltano.init": lambda call: service.init(call.body),
        "meltano.list": lambda call: service.page(call.query),
        "meltano.add": lambda call: service.add(call.body),
        "meltano.install": lambda call: service.install(call.body or {}),
        "meltano.runs": lambda call: runs.page(service.folder(call.query), call.query),
        "meltano.run": lambda call: service.run(call.body),
        "meltano.stop": stop,
        "meltano.invoke": lambda call: service.invoke(call.body),
        "meltano.test": lambda call: service.test(call.body or {}),
        "meltano.upgrade": lambda call: service.upgrade(call.body or {}),
        "meltano.config": config,
        "meltano.schedules": lambda call: schedules.page(call.query),
        "meltano.schedule": schedule,
        "meltano.state_list": lambda call: service.states(call.query),
        "meltano.state_show": lambda call: service.state(call.path["state_id"], call.query),
        "meltano.state_set": lambda call: service.set_state(call.path["state_id"], call.body),
        "meltano.state_clear": clear_state,
    }
