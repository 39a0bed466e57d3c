"""Operations on runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flext_sdk.embedded.flext.runs import RunService
    from flext_sdk.embedded.web.call import Handler


def run_handlers(service: RunService) -> dict[str, Handler]:
    """Handlers by operationId."""
    return {
        "pipelines.start": lambda call: service.start(call.path["name"], call.body or {}),
        "pipelines.stop": lambda call: service.stop(call.path["name"], call.body or {}),
        "pipelines.status": lambda call: service.status(call.path["name"]),
        "pipelines.logs": lambda call: service.logs(call.path["name"], call.query),
        "pipelines.runs": lambda call: service.page(call.query),
        "pipelines.run_info": lambda call: service.show(call.path["run"]),
        "pipelines.retry": lambda call: service.retry(call.path["run"]),
    }
