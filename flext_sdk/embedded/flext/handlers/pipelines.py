"""Operations on pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flext_sdk.embedded.web.access import require_to_change
from flext_sdk.embedded.web.call import Answer, Call, Handler

if TYPE_CHECKING:
    from flext_sdk.embedded.flext.pipelines import PipelineService


def pipeline_handlers(service: PipelineService) -> dict[str, Handler]:
    """Handlers by operationId."""

    def delete(call: Call) -> Answer:
        service.delete(call.path["name"])
        return Answer(204)

    def export(call: Call) -> Answer:
        return Answer(
            200, service.export(call.path["name"], call.query["format"]), media_type="text/plain; charset=utf-8"
        )

    def schedule(call: Call) -> dict[str, Any]:
        require_to_change(call)
        return service.schedule(call.path["name"], call.body or {})

    def set_state(call: Call) -> dict[str, Any]:
        return service.set_state(call.path["name"], call.body["state"], call.body.get("step"))

    def clear_state(call: Call) -> dict[str, Any]:
        return service.clear_state(call.path["name"], call.query.get("step"), call.query.get("stream"))

    return {
        "pipelines.list": lambda call: service.page(call.query),
        "pipelines.create": lambda call: service.create(call.body),
        "pipelines.validate": lambda call: service.validate(call.body),
        "pipelines.show": lambda call: service.show(call.path["name"]),
        "pipelines.update": lambda call: service.update(call.path["name"], call.body),
        "pipelines.delete": delete,
        "pipelines.export": export,
        "pipelines.pause": lambda call: service.set_active(call.path["name"], active=False),
        "pipelines.resume": lambda call: service.set_active(call.path["name"], active=True),
        "pipelines.schedule": schedule,
        "pipelines.state_show": lambda call: service.state(call.path["name"]),
        "pipelines.state_set": set_state,
        "pipelines.state_clear": clear_state,
    }
